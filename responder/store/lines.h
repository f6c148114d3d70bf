// SPDX-License-Identifier: MIT
//
// The lines of a large file, one after the other, with the SHA-256 of all that were read.
#ifndef STORE_LINES_H
#define STORE_LINES_H

#include "store/store.h"

// LINE_MAX_LEN is the longest line in octets.
enum { LINE_MAX_LEN = 65535 };

// struct lines is an open file. `at` is where it has come to.
struct lines;

// lines_open opens a file. Returns NULL after an error line. lines_close closes it; NULL is
// allowed.
struct lines *lines_open(const char *path);
void lines_close(struct lines *lines);

// enum lines_result is what came of reading a line.
enum lines_result {
    LINES_LINE,
    LINES_END,
    LINES_FAILED,  // the file cannot be read, after an error line
    LINES_BROKEN,  // the line is too long, or the last one has no end; `*why` says which
};

// lines_next gives the next line without its end; the octets, and the NUL behind them, may be
// changed. lines_accept counts it as read: before that, lines_position() is that of its beginning.
enum lines_result lines_next(struct lines *lines, char **line, size_t *len, const char **why);
void lines_accept(struct lines *lines);

// lines_position says how far it has come, lines_offset and lines_number only in octets and in
// lines, and lines_size how large the file was at first.
void lines_position(const struct lines *lines, struct position *out);
int64_t lines_offset(const struct lines *lines);
int64_t lines_number(const struct lines *lines);
int64_t lines_size(const struct lines *lines);

// lines_skip goes on from `position`, if what stands before it is the same as it was. Returns
// false, at the beginning of the file, when it is not.
bool lines_skip(struct lines *lines, const struct position *position);

#endif
