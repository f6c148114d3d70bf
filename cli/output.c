// SPDX-License-Identifier: MIT
//
// Atomic replacement: a temporary file in the same directory, then a rename.
#include "output.h"

#include "report.h"

#include <openssl/evp.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_OCTETS = 48 };

static bool write_all(int fd, struct oc_bytes octets)
{
    while (octets.len > 0) {
        ssize_t n = write(fd, octets.data, octets.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        octets.data += n;
        octets.len -= (size_t)n;
    }
    return true;
}

static bool write_device(const char *path, struct oc_bytes octets)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        return false;
    bool ok = write_all(fd, octets);
    int error = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = error;
    return ok;
}

// mkstemp() makes files that only their owner may read; this one shall have the mode
// that any new file gets.
static bool set_usual_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

static bool fill(int fd, struct oc_bytes octets)
{
    bool ok = write_all(fd, octets) && set_usual_mode(fd) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = error;
    return ok;
}

// A signal that ends the program in between would leave the temporary file behind: it
// has to wait for these few octets.
static bool replace(const char *path, struct oc_bytes octets)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    static const char suffix[] = ".XXXXXX";
    size_t len = strlen(path);
    char *temporary = must_alloc(len + sizeof suffix, 1);
    memcpy(temporary, path, len);
    memcpy(temporary + len, suffix, sizeof suffix);

    int fd = mkstemp(temporary);
    bool ok = fd != -1 && fill(fd, octets) && rename(temporary, path) == 0;
    int error = errno;
    if (fd != -1 && !ok)
        unlink(temporary);
    free(temporary);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return ok;
}

// A link is followed, so that it stays a link; one that points to nothing yet is
// replaced.
static bool replace_target(const char *path, struct oc_bytes octets)
{
    char *target = realpath(path, NULL);
    bool ok = replace(target != NULL ? target : path, octets);
    int error = errno;
    free(target);
    errno = error;
    return ok;
}

bool output_file(const char *path, struct oc_bytes octets)
{
    struct stat st;
    bool ok;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
        ok = replace_target(path, octets);
    } else if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        ok = false;
    } else {
        ok = write_device(path, octets);
    }
    if (!ok)
        complain(path, "cannot be written: %s", strerror(errno));
    return ok;
}

void output_stdout(struct oc_bytes octets)
{
    if (!isatty(STDOUT_FILENO)) {
        fwrite(octets.data, 1, octets.len, stdout);
        return;
    }
    for (size_t at = 0; at < octets.len; at += LINE_OCTETS) {
        unsigned char line[LINE_OCTETS / 3 * 4 + 1];
        size_t n = octets.len - at < LINE_OCTETS ? octets.len - at : LINE_OCTETS;
        EVP_EncodeBlock(line, octets.data + at, (int)n);
        printf("%s\n", (const char *)line);
    }
}

bool output_result(const char *path, struct oc_bytes octets)
{
    if (path != NULL)
        return output_file(path, octets);
    output_stdout(octets);
    return true;
}
