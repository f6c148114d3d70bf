// SPDX-License-Identifier: MIT
//
// Passphrases from files.
#include "program/passphrase.h"

#include "program/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *check_file(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode))
        return "is not a regular file";
    if (input_is_exposed(st.st_mode))
        return "others may read or write it: its mode should be 0600";
    return NULL;
}

const char *passphrase_take(const char *text, size_t len, struct passphrase *out)
{
    const char *end = memchr(text, '\n', len);
    out->len = -1;
    if (end != NULL)
        len = (size_t)(end - text);
    if (end != NULL && len > 0 && text[len - 1] == '\r')
        len--;
    if (len > PASSPHRASE_MAX)
        return "the first line is longer than 1023 bytes";
    // libcrypto would take the part before it as the passphrase.
    if (memchr(text, '\0', len) != NULL)
        return "the first line has a NUL byte";
    memcpy(out->text, text, len);
    out->text[len] = '\0';
    out->len = (int)len;
    return NULL;
}

static const char *read_line(int fd, struct passphrase *out)
{
    char text[PASSPHRASE_MAX + 3];  // "\r\n", and one octet too many
    ssize_t len = input_fill(fd, text, sizeof text);
    const char *why = len < 0 ? strerror(errno) : passphrase_take(text, (size_t)len, out);
    explicit_bzero(text, sizeof text);
    return why;
}

const char *passphrase_read(const char *file, struct passphrase *out)
{
    out->len = -1;
    if (file == NULL)
        return NULL;
    int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        return strerror(errno);
    const char *why = check_file(fd);
    if (why == NULL)
        why = read_line(fd, out);
    close(fd);
    return why;
}

void passphrase_forget(struct passphrase *passphrase)
{
    explicit_bzero(passphrase, sizeof *passphrase);
    passphrase->len = -1;
}

static int give(void *arg, char *buf, size_t size)
{
    const struct passphrase *passphrase = arg;
    if (passphrase->len < 0 || (size_t)passphrase->len > size)
        return -1;
    memcpy(buf, passphrase->text, (size_t)passphrase->len);
    return passphrase->len;
}

struct oc_openssl_passphrase passphrase_source(struct passphrase *passphrase)
{
    return (struct oc_openssl_passphrase){give, passphrase};
}
