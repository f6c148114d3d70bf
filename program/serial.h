// SPDX-License-Identifier: MIT
//
// Serial numbers as people write them. 1000 is hexadecimal in what openssl prints and decimal in
// what databases print, so digits alone are read only if an option says which they are.
#ifndef PROGRAM_SERIAL_H
#define PROGRAM_SERIAL_H

#include <ocsp/base.h>

#include <stdbool.h>

// enum serial_base is how digits without 0x and without colons are read.
enum serial_base {
    SERIAL_BASE_NONE = 0,  // not at all
    SERIAL_BASE_HEX,
    SERIAL_BASE_DECIMAL,
};

// enum serial_kind is how a text is written, apart from a minus sign in front.
enum serial_kind {
    SERIAL_KIND_INVALID = 0,
    SERIAL_KIND_MARKED,  // hex digits after 0x, or pairs of hex digits separated by colons
    SERIAL_KIND_DIGITS,  // decimal digits, which hex digits may be, too
    SERIAL_KIND_HEX,     // hex digits, not all of them decimal
};

// serial_kind_of returns how a text is written.
enum serial_kind serial_kind_of(const char *text);

// serial_read writes the content of an INTEGER, of at most `max` octets, to `out`. Returns whether
// the text is a serial number; if not, serial_why writes the reason to the `size` octets at `why`.
bool serial_read(const char *text, enum serial_base base, uint8_t *out, size_t max, size_t *len);
const char *serial_why(const char *text, enum serial_base base, size_t max, char *why, size_t size);

// SERIAL_WHY is a size that is enough for the reason; it repeats only the start of a long text.
enum { SERIAL_WHY = 512 };

// SERIAL_OCTETS_MAX is the most octets of a serial number that becomes text; the rest is left out.
enum { SERIAL_OCTETS_MAX = 257 };

// SERIAL_TEXT_SIZE is the size of a serial number of `len` octets as text, with its NUL.
// serial_text writes it as 0x and hex digits, which serial_read() accepts, with a minus sign in
// front if it is negative. It returns `buf`.
#define SERIAL_TEXT_SIZE(len) (2 * (len) + 4)
const char *serial_text(struct oc_bytes serial, char *buf);

// SERIAL_LABEL_SIZE is SERIAL_TEXT_SIZE for serial_label, which adds the decimal number, as in
// "0x1a (decimal 26)".
#define SERIAL_LABEL_SIZE(len) (5 * (len) + 24)
const char *serial_label(struct oc_bytes serial, char *buf);

// SERIAL_OPTIONS are --hex and --decimal, for getopt_long(). serial_option applies one of them to
// `*base`. Returns false if it was none of them, or after an error line if both were given.
enum { SERIAL_OPTION_HEX = 1000, SERIAL_OPTION_DECIMAL };
#define SERIAL_OPTIONS                                                                             \
    {"hex", no_argument, NULL, SERIAL_OPTION_HEX},                                                 \
    {                                                                                              \
        "decimal", no_argument, NULL, SERIAL_OPTION_DECIMAL                                        \
    }
bool serial_option(const char *about, int option, enum serial_base *base);

#endif
