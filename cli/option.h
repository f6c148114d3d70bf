// SPDX-License-Identifier: MIT
//
// Options that several commands have. An invalid argument is reported in an error line that names
// the option.
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "program/argument.h"
#include "program/command.h"
#include "program/input.h"
#include "program/serial.h"

#include <ocsp/base.h>

// All functions return false after an error line, which begins with `about` or the title of `self`.
// `name` is the name of the option without the two hyphens.

// option_time reads a time, and option_seconds a number of seconds.
bool option_time(const struct command *self, const char *name, const char *argument, int64_t *out);
bool option_seconds(const char *about, const char *name, const char *argument, int64_t *out);

// struct option_serial is the arguments about a serial number: --serial, or NULL, and --hex or
// --decimal, which may follow it. option_serial_take takes one of the three; option_serial_read
// reads the number, if there is one, to `*out`, which the caller frees.
struct option_serial {
    const char *text;
    enum serial_base base;
};
enum { OPTION_SERIAL = 999 };
#define OPTION_SERIAL_OPTIONS {"serial", required_argument, NULL, OPTION_SERIAL}, SERIAL_OPTIONS
bool option_serial_take(const struct command *self, struct option_serial *given, int option,
                        const char *argument);
bool option_serial_read(const struct command *self, const struct option_serial *given,
                        struct octets *out);

// struct option_serials is those arguments for commands where --serial may be given several times.
// `numbers` are the contents of INTEGERs, once they are read. option_serials_init prepares for
// `argc` arguments, and option_serials_free frees everything.
struct option_serials {
    const char **texts;
    size_t n;
    enum serial_base base;
    struct octets *numbers;
};
void option_serials_init(struct option_serials *serials, int argc);
void option_serials_free(struct option_serials *serials);
bool option_serials_take(const char *about, struct option_serials *serials, int option,
                         const char *argument);
bool option_serials_read(const struct command *self, struct option_serials *serials);

// option_nonce reads --nonce into the NONCE_MAX octets at `out`.
bool option_nonce(const struct command *self, const char *argument, uint8_t *out, size_t *len);

// option_hash reads --hash, the hash of cert IDs.
bool option_hash(const char *about, const char *argument, enum oc_hash *out);

// option_question checks that exactly one of --cert, --serial and --request was given. Returns
// NULL, or the text of the error line.
const char *option_question(const char *cert, const char *serial, const char *request);

#endif
