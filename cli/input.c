// SPDX-License-Identifier: MIT
//
// Bounded reading. Files are opened without blocking, because opening a FIFO waits
// for its writer otherwise, for ever if there is none.
#include "input.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITER_WAIT_MS = 1000, FIRST_SIZE = 16384 };

static bool fail(const char *name, const char *why)
{
    complain(name, "%s", why);
    return false;
}

static bool check_kind(const char *name, int fd, bool *is_fifo)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fail(name, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return fail(name, "is a directory");
    if (S_ISREG(st.st_mode) && st.st_size > (off_t)INPUT_MAX)
        return fail(name, "larger than 64 MiB");
    *is_fifo = S_ISFIFO(st.st_mode);
    return true;
}

static void wait_readable(int fd, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    // Whatever comes out of this, the read that follows tells.
    (void)poll(&p, 1, milliseconds);
}

// read_some is a read() that waits. Reading 0 octets is the end, except for a FIFO
// whose writer has not come yet: `*grace` allows to wait for it once.
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

static bool read_all(const char *name, int fd, bool is_fifo, struct octets *out)
{
    bool grace = is_fifo && fd != STDIN_FILENO;
    for (size_t size = 0;;) {
        if (out->len == size) {
            size = size == 0 ? FIRST_SIZE : size * 2;
            out->data = must_resize(out->data, size, 1);
        }
        ssize_t n = read_some(fd, out->data + out->len, size - out->len, &grace);
        if (n < 0)
            return fail(name, strerror(errno));
        if (n == 0)
            break;
        grace = false;
        out->len += (size_t)n;
        if (out->len > INPUT_MAX)
            return fail(name, "larger than 64 MiB");
    }
    if (out->len == 0)
        return fail(name, is_fifo ? "nothing was written to this pipe" : "is empty");
    return true;
}

static bool read_descriptor(const char *name, int fd, struct octets *out)
{
    bool is_fifo = false;
    if (check_kind(name, fd, &is_fifo) && read_all(name, fd, is_fifo, out))
        return true;
    free(out->data);
    *out = (struct octets){0};
    return false;
}

bool input_read(const char *name, struct octets *out)
{
    *out = (struct octets){0};
    if (strcmp(name, "-") == 0)
        return read_descriptor(name, STDIN_FILENO, out);

    int fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        return fail(name, strerror(errno));
    bool ok = read_descriptor(name, fd, out);
    close(fd);
    return ok;
}
