// SPDX-License-Identifier: MIT
//
// Reads in blocks. A line is hashed when it is accepted, with the octets that the file has.
#include "store/lines.h"

#include "program/input.h"
#include "program/output.h"
#include "program/report.h"

#include <openssl/evp.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

// struct lines has the unread octets of `block` from `begin` to `end`. `raw` is a copy of the last
// line with its newline, because the caller may change `line`.
struct lines {
    const char *path;
    int fd;
    int64_t size;
    EVP_MD_CTX *digest;
    int64_t offset;
    int64_t n_lines;
    size_t begin;
    size_t end;
    size_t raw_len;
    bool is_open;
    char raw[LINE_MAX_LEN + 1];
    char line[LINE_MAX_LEN + 1];
    char block[BLOCK];
};

static bool fail_errno(const char *path)
{
    complain(path, "%s", strerror(errno));
    return false;
}

const char *lines_name(const struct lines *lines)
{
    return lines->path;
}

bool lines_restart(struct lines *lines)
{
    lines->offset = 0;
    lines->n_lines = 0;
    lines->begin = 0;
    lines->end = 0;
    lines->raw_len = 0;
    if (EVP_DigestInit_ex(lines->digest, EVP_sha256(), NULL) != 1)
        die_no_memory();
    return lseek(lines->fd, 0, SEEK_SET) == 0 || fail_errno(lines->path);
}

// Opens a temporary file without a name.
static int open_spool(void)
{
    char path[PATH_MAX];
    const char *directory = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/ocspd-XXXXXX",
             directory == NULL || directory[0] == '\0' ? "/var/tmp" : directory);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd != -1)
        unlink(path);
    return fd;
}

// Copies standard input to `lines->fd`, through the block, which is still unused.
static bool copy_input(struct lines *lines)
{
    for (;;) {
        ssize_t n = input_fill(STDIN_FILENO, lines->block, sizeof lines->block);
        if (n < 0)
            return fail_errno(lines->path);
        if (n == 0)
            return true;
        if (output_write(lines->fd, (struct oc_bytes){(uint8_t *)lines->block, (size_t)n}))
            continue;
        complain(lines->path, "cannot write to a temporary file: %s", strerror(errno));
        return false;
    }
}

static bool spool_input(struct lines *lines)
{
    struct stat st;
    lines->path = "standard input";
    lines->fd = open_spool();
    if (lines->fd == -1) {
        complain(lines->path, "cannot create a temporary file: %s", strerror(errno));
        return false;
    }
    if (!copy_input(lines))
        return false;
    if (fstat(lines->fd, &st) != 0)
        return fail_errno(lines->path);
    lines->size = st.st_size;
    return lines_restart(lines);
}

// Only a regular file can be read again.
static bool open_file(struct lines *lines)
{
    struct stat st;
    lines->fd = open(lines->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (lines->fd == -1 || fstat(lines->fd, &st) != 0)
        return fail_errno(lines->path);
    lines->size = st.st_size;
    if (S_ISREG(st.st_mode))
        return lines_restart(lines);
    complain(lines->path, "not a regular file");
    return false;
}

struct lines *lines_open(const char *path)
{
    struct lines *lines = must_alloc(1, sizeof *lines);
    lines->path = path;
    lines->fd = -1;
    lines->digest = EVP_MD_CTX_new();
    if (lines->digest == NULL)
        die_no_memory();
    if (strcmp(path, "-") == 0 ? spool_input(lines) : open_file(lines))
        return lines;
    lines_close(lines);
    return NULL;
}

void lines_close(struct lines *lines)
{
    if (lines == NULL)
        return;
    if (lines->fd != -1)
        close(lines->fd);
    EVP_MD_CTX_free(lines->digest);
    free(lines);
}

// Moves the unread octets to the start of the block and reads more after them. Returns what read(2)
// returns.
static ssize_t refill(struct lines *lines)
{
    memmove(lines->block, lines->block + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    ssize_t n;
    do {
        n = read(lines->fd, lines->block + lines->end, sizeof lines->block - lines->end);
    } while (n < 0 && errno == EINTR);
    if (n > 0)
        lines->end += (size_t)n;
    return n;
}

// Takes a line of `len` octets, with its newline unless it `is_open`.
static enum lines_result take(struct lines *lines, size_t len, bool is_open, char **line,
                              size_t *line_len)
{
    lines->raw_len = len + !is_open;
    memcpy(lines->raw, lines->block + lines->begin, lines->raw_len);
    memcpy(lines->line, lines->raw, len);
    lines->line[len] = '\0';
    lines->begin += lines->raw_len;
    lines->is_open = is_open;
    *line = lines->line;
    *line_len = len;
    return LINES_LINE;
}

enum lines_result lines_next(struct lines *lines, char **line, size_t *len, const char **why)
{
    for (;;) {
        const char *begin = lines->block + lines->begin;
        size_t n_left = lines->end - lines->begin;
        const char *end = memchr(begin, '\n', n_left);
        if (end != NULL && end - begin <= LINE_MAX_LEN - 1)
            return take(lines, (size_t)(end - begin), false, line, len);
        if (n_left >= LINE_MAX_LEN) {
            *why = "unsupported line: longer than 65534 bytes";
            return LINES_BROKEN;
        }
        ssize_t n = refill(lines);
        if (n < 0) {
            fail_errno(lines->path);
            return LINES_FAILED;
        }
        if (n > 0)
            continue;
        return n_left == 0 ? LINES_END : take(lines, n_left, true, line, len);
    }
}

bool lines_is_open(const struct lines *lines)
{
    return lines->is_open;
}

void lines_accept(struct lines *lines)
{
    if (EVP_DigestUpdate(lines->digest, lines->raw, lines->raw_len) != 1)
        die_no_memory();
    lines->offset += (int64_t)lines->raw_len;
    lines->n_lines++;
    lines->raw_len = 0;
}

void lines_position(const struct lines *lines, struct position *out)
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    unsigned len = 0;
    if (copy == NULL || EVP_MD_CTX_copy_ex(copy, lines->digest) != 1 ||
        EVP_DigestFinal_ex(copy, out->digest, &len) != 1 || len != sizeof out->digest)
        die_no_memory();
    EVP_MD_CTX_free(copy);
    out->offset = lines->offset;
    out->n_lines = lines->n_lines;
}

int64_t lines_offset(const struct lines *lines)
{
    return lines->offset;
}

int64_t lines_number(const struct lines *lines)
{
    return lines->n_lines;
}

int64_t lines_size(const struct lines *lines)
{
    return lines->size;
}

// Hashes the octets up to `offset`, which become the first unread ones of the block.
static bool hash_to(struct lines *lines, int64_t offset)
{
    while (lines->offset < offset) {
        if (lines->begin == lines->end && refill(lines) <= 0)
            return false;
        size_t n = lines->end - lines->begin;
        if ((int64_t)n > offset - lines->offset)
            n = (size_t)(offset - lines->offset);
        if (EVP_DigestUpdate(lines->digest, lines->block + lines->begin, n) != 1)
            die_no_memory();
        lines->begin += n;
        lines->offset += (int64_t)n;
    }
    return true;
}

bool lines_skip(struct lines *lines, const struct position *position)
{
    struct position here;
    bool ok = lines_restart(lines) && hash_to(lines, position->offset);
    if (ok) {
        lines_position(lines, &here);
        ok = memcmp(here.digest, position->digest, sizeof here.digest) == 0;
    }
    if (ok)
        lines->n_lines = position->n_lines;
    else
        (void)lines_restart(lines);
    return ok;
}
