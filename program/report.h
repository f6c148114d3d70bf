// SPDX-License-Identifier: MIT
//
// Error lines on standard error; text from outside is escaped, so that it cannot harm a terminal.
#ifndef PROGRAM_REPORT_H
#define PROGRAM_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// report_set_program sets the name of the program, which must stay where it is, and
// report_program returns it.
void report_set_program(const char *name);
const char *report_program(void);

// complain prints "ABOUT: MESSAGE" and a newline to standard error, where `about` is a file or the
// program. Everything is escaped as by print_escaped(), so it may contain any file name or text of
// a message.
__attribute__((format(printf, 2, 3))) void complain(const char *about, const char *format, ...);

// print_escaped prints text of any origin. Control characters, DEL, the C1 set, line and paragraph
// separators, characters that change the direction of writing, and octets that are not UTF-8 are
// printed as \xHH or \u{HHHH}.
void print_escaped(FILE *out, const char *text, size_t len);

// utf8_decode reads the first character of `len` octets of UTF-8 (RFC 3629). Returns its length in
// octets and sets `*code`, or returns 0 if there is no valid character.
size_t utf8_decode(const uint8_t *text, size_t len, uint32_t *code);

// must_alloc returns `n` times `size` zeroed octets, and must_resize changes the size of such a
// block. Both call die_no_memory() if they cannot.
void *must_alloc(size_t n, size_t size);
void *must_resize(void *old, size_t n, size_t size);

// die_no_memory prints "PROGRAM: out of memory" and exits with EX_OSERR.
_Noreturn void die_no_memory(void);

#endif
