// SPDX-License-Identifier: MIT
//
// Atomic replacement: a temporary file in the same directory, then a rename.
#include "program/output.h"

#include "program/report.h"

#include <openssl/evp.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_OCTETS = 48 };

// TEMPORARY precedes the six random characters in the name of a temporary file. After LEFT_AFTER
// seconds, such a file has been left behind by a writer.
#define TEMPORARY ".ocsp-"
enum { LEFT_AFTER = 3600 };

bool output_write(int fd, struct oc_bytes octets)
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
    bool ok = output_write(fd, octets);
    int error = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = error;
    return ok;
}

// mkstemp() creates files that only their owner can read; by default this one gets the mode of any
// new file. The owner is changed first, because that may clear bits of the mode.
static bool set_rights(int fd, const struct output_rights *rights)
{
    mode_t mask = umask(0);
    umask(mask);
    if (rights->has_owner && fchown(fd, rights->uid, rights->gid) != 0 && !rights->may_keep_owner)
        return false;
    return fchmod(fd, rights->has_mode ? rights->mode : 0666 & ~mask) == 0;
}

static bool fill(int fd, struct oc_bytes octets, const struct output_rights *rights)
{
    bool ok = output_write(fd, octets) && set_rights(fd, rights) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && ok)
        return false;
    errno = error;
    return ok;
}

// directory_length returns the length of the directory part of `path`, with the slash.
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static char *directory_of(const char *path)
{
    size_t len = directory_length(path);
    char *directory = must_alloc(len + 2, 1);
    memcpy(directory, len > 0 ? path : ".", len > 0 ? len : 1);
    return directory;
}

// Servers that read whole directories skip files whose names begin with a dot.
static char *temporary_name(const char *path, const char *suffix)
{
    size_t len = directory_length(path);
    size_t size = strlen(path) + strlen(suffix) + sizeof "." TEMPORARY;
    char *name = must_alloc(size, 1);
    snprintf(name, size, "%.*s.%s" TEMPORARY "%s", (int)len, path, path + len, suffix);
    return name;
}

void output_sync_directory(const char *path)
{
    char *directory = directory_of(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd != -1) {
        (void)!fsync(fd);
        close(fd);
    }
    free(directory);
}

// Signals are blocked, because one that kills the program now would leave the temporary file
// behind.
static bool replace(const char *path, struct oc_bytes octets, const struct output_rights *rights)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    char *temporary = temporary_name(path, "XXXXXX");

    int fd = mkstemp(temporary);
    bool ok = fd != -1 && fill(fd, octets, rights) && rename(temporary, path) == 0;
    int error = errno;
    if (ok)
        output_sync_directory(path);
    else if (fd != -1)
        unlink(temporary);
    free(temporary);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return ok;
}

// A link is followed, so that it stays a link; a dangling link is replaced.
static bool replace_target(const char *path, struct oc_bytes octets,
                           const struct output_rights *rights)
{
    char *target = realpath(path, NULL);
    bool ok = replace(target != NULL ? target : path, octets, rights);
    int error = errno;
    free(target);
    errno = error;
    return ok;
}

bool output_file_with_rights(const char *path, struct oc_bytes octets,
                             const struct output_rights *rights)
{
    struct stat st;
    bool ok;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) {
        ok = replace_target(path, octets, rights);
    } else if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        ok = false;
    } else {
        ok = write_device(path, octets);
    }
    if (!ok)
        complain(path, "cannot write the file: %s", strerror(errno));
    return ok;
}

bool output_file(const char *path, struct oc_bytes octets)
{
    return output_file_with_rights(path, octets, &(struct output_rights){0});
}

FILE *output_memory(char **out, size_t *size)
{
    FILE *stream = open_memstream(out, size);
    if (stream == NULL)
        die_no_memory();
    return stream;
}

static void sweep_one(int directory, const char *name)
{
    struct stat st;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
        st.st_mtime < time(NULL) - LEFT_AFTER)
        unlinkat(directory, name, 0);
}

// is_temporary returns whether temporary_name() could have made this name.
static bool is_temporary(const char *name)
{
    size_t len = strlen(name);
    size_t end = sizeof TEMPORARY - 1 + 6;
    return name[0] == '.' && len > end + 1 &&
           memcmp(name + len - end, TEMPORARY, sizeof TEMPORARY - 1) == 0;
}

void output_sweep(const char *path)
{
    char *target = realpath(path, NULL);
    char *directory = directory_of(target != NULL ? target : path);
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        if (is_temporary(entry->d_name))
            sweep_one(dirfd(entries), entry->d_name);
    }
    if (entries != NULL)
        closedir(entries);
    free(directory);
    free(target);
}

static void write_stdout(struct oc_bytes octets)
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
    write_stdout(octets);
    return true;
}
