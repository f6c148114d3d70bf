// SPDX-License-Identifier: MIT
//
// Bounded reading. Files are opened without blocking, because opening a FIFO would wait for its
// writer, possibly forever.
#include "program/input.h"

#include "program/report.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITER_WAIT_MS = 1000, FIRST_SIZE = 16384 };

// struct input_source is an input.
struct input_source {
    const char *name;
    int fd;
    bool is_fifo;
    bool is_secret;
};

static bool fail(const char *name, const char *why)
{
    complain(name, "%s", why);
    return false;
}

static bool check_kind(struct input_source *source)
{
    struct stat st;
    if (fstat(source->fd, &st) != 0)
        return fail(source->name, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return fail(source->name, "is a directory");
    if (S_ISREG(st.st_mode) && st.st_size > (off_t)INPUT_MAX)
        return fail(source->name, "larger than 64 MiB");
    source->is_fifo = S_ISFIFO(st.st_mode);
    return true;
}

static void wait_readable(int fd, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    // The following read reports any error.
    (void)poll(&p, 1, milliseconds);
}

// read_some is a read() that waits. It returns 0 at the end, but with `*grace` it first waits once
// for the writer of a FIFO.
static ssize_t read_some(int fd, uint8_t *buf, size_t size, bool *grace)
{
    for (;;) {
        ssize_t n = read(fd, buf, size);
        if (n == 0 && *grace) {
            *grace = false;
            wait_readable(fd, WRITER_WAIT_MS);
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            *grace = false;
            wait_readable(fd, -1);
        } else if (n >= 0 || errno != EINTR) {
            return n;
        }
    }
}

// For a secret, realloc() could leave a copy of the old octets in memory.
static void grow(struct octets *out, size_t size, bool is_secret)
{
    if (!is_secret || out->data == NULL) {
        out->data = must_resize(out->data, size, 1);
        return;
    }
    uint8_t *data = must_alloc(size, 1);
    memcpy(data, out->data, out->len);
    OPENSSL_cleanse(out->data, out->len);
    free(out->data);
    out->data = data;
}

static bool read_all(const struct input_source *source, struct octets *out)
{
    bool grace = source->is_fifo && source->fd != STDIN_FILENO;
    for (size_t size = 0;;) {
        if (out->len == size) {
            size = size == 0 ? FIRST_SIZE : size * 2;
            grow(out, size, source->is_secret);
        }
        ssize_t n = read_some(source->fd, out->data + out->len, size - out->len, &grace);
        if (n < 0)
            return fail(source->name, strerror(errno));
        if (n == 0)
            break;
        grace = false;
        out->len += (size_t)n;
        if (out->len > INPUT_MAX)
            return fail(source->name, "larger than 64 MiB");
    }
    if (out->len == 0)
        return fail(source->name,
                    source->is_fifo ? "nothing was written to this pipe" : "is empty");
    return true;
}

static bool read_descriptor(struct input_source *source, struct octets *out)
{
    if (check_kind(source) && read_all(source, out))
        return true;
    if (source->is_secret)
        OPENSSL_cleanse(out->data, out->len);
    free(out->data);
    *out = (struct octets){0};
    return false;
}

static bool read_named(const char *name, bool is_secret, struct octets *out)
{
    struct input_source source = {.name = name, .fd = STDIN_FILENO, .is_secret = is_secret};
    *out = (struct octets){0};
    if (strcmp(name, "-") == 0)
        return read_descriptor(&source, out);

    source.fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (source.fd == -1)
        return fail(name, strerror(errno));
    bool ok = read_descriptor(&source, out);
    close(source.fd);
    return ok;
}

bool input_read(const char *name, struct octets *out)
{
    return read_named(name, false, out);
}

bool input_read_secret(const char *name, struct octets *out)
{
    return read_named(name, true, out);
}

void input_free_secret(struct octets *secret)
{
    OPENSSL_cleanse(secret->data, secret->len);
    free(secret->data);
    *secret = (struct octets){0};
}

ssize_t input_fill(int fd, void *buf, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, (uint8_t *)buf + len, size - len);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            return -1;
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

bool input_is_exposed(mode_t mode)
{
    return (mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0;
}
