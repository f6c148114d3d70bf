// SPDX-License-Identifier: MIT
//
// The SERIAL arguments of a command. A "-" among them stands for the lines of standard input.
#ifndef COMMAND_SERIALS_H
#define COMMAND_SERIALS_H

#include "base/record.h"
#include "program/serial.h"

#include <ocsp/base.h>

// struct serials_input is standard input: lines, each with a NUL in place of its line feed. `text`
// is NULL if it was not read.
struct serials_input {
    char *text;
    size_t len;
};

// struct serials is the arguments, in their order.
struct serials {
    const char *title;
    enum serial_base base;
    char **items;
    size_t n;
    struct serials_input input;
};

// serials_init starts the list for a command with `argc` arguments, and serials_free frees it.
void serials_init(struct serials *serials, const char *title, int argc);
void serials_free(struct serials *serials);

// SERIALS_GETOPT is the short options for getopt_long(), which then returns each SERIAL in its
// place, a negative one like -0x2a as well. SERIAL_OPTIONS belong to the long ones.
//
// serials_option takes a result of getopt_long() if it is a SERIAL or one of SERIAL_OPTIONS.
// Returns false otherwise, or after an error line. serials_end takes the arguments after "--".
#define SERIALS_GETOPT "-0::1::2::3::4::5::6::7::8::9::"
bool serials_option(struct serials *serials, int option, char **argv);
void serials_end(struct serials *serials, int argc, char **argv);

// serials_read reads standard input, if it is named, and checks all serial numbers, so that nothing
// is locked while input is slow. Returns EX_OK, or the exit status after an error line.
int serials_read(struct serials *serials);

// serials_each calls `each` for each serial number, until it does not return EX_OK. Returns its
// last result. serials_read() must have returned EX_OK.
int serials_each(const struct serials *serials, int (*each)(void *arg, struct oc_bytes serial),
                 void *arg);

#endif
