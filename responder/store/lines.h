// SPDX-License-Identifier: MIT
//
// Reads a large file line by line, with the SHA-256 of the lines read so far.
#ifndef STORE_LINES_H
#define STORE_LINES_H

#include "store/store.h"

// LINE_MAX_LEN is the longest line in octets.
enum { LINE_MAX_LEN = 65535 };

// struct lines is an open file.
struct lines;

// lines_open opens a file; "-" is standard input, which is copied to a temporary file first,
// because it is read twice. Returns NULL after an error line on standard error. lines_close closes
// it; NULL is allowed. lines_name is the name of the file in error lines.
struct lines *lines_open(const char *path);
const char *lines_name(const struct lines *lines);
void lines_close(struct lines *lines);

// enum lines_result is the result of reading a line.
enum lines_result {
    LINES_LINE,
    LINES_END,
    LINES_FAILED,  // the file cannot be read; an error line has said why
    LINES_BROKEN,  // the line is too long, as `*why` says
};

// lines_next returns the next line in `*line`, with a NUL instead of its newline; the caller may
// change it. lines_is_open returns whether it has no newline, as only the last one may.
// lines_accept counts it as read; until then, lines_position() is where it begins.
enum lines_result lines_next(struct lines *lines, char **line, size_t *len, const char **why);
bool lines_is_open(const struct lines *lines);
void lines_accept(struct lines *lines);

// lines_position sets `*out` to the position after the last accepted line; lines_offset and
// lines_number return only its octets and lines. lines_size returns the size of the file when it
// was opened.
void lines_position(const struct lines *lines, struct position *out);
int64_t lines_offset(const struct lines *lines);
int64_t lines_number(const struct lines *lines);
int64_t lines_size(const struct lines *lines);

// lines_restart continues at the beginning. Returns false after an error line.
bool lines_restart(struct lines *lines);

// lines_skip continues at `position` if the file has the same content up to there. Otherwise it
// returns false and continues at the beginning of the file.
bool lines_skip(struct lines *lines, const struct position *position);

#endif
