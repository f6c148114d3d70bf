// SPDX-License-Identifier: MIT
//
// Parsing arguments, and the error lines for invalid ones.
#include "option.h"

#include "program/report.h"

#include <stdlib.h>
#include <string.h>

// About thirty years. A larger number is a typing error.
#define SECONDS_MAX INT64_C(1000000000)

bool option_time(const struct command *self, const char *name, const char *argument, int64_t *out)
{
    if (argument_time(argument, out))
        return true;
    complain(self->title,
             "--%s: \"%s\" is neither a time like 2024-04-03T12:00:00Z nor seconds since 1970",
             name, argument);
    return false;
}

bool option_seconds(const char *about, const char *name, const char *argument, int64_t *out)
{
    if (argument_number(argument, SECONDS_MAX, out))
        return true;
    complain(about, "--%s: \"%s\" is not a number of seconds from 0 to %lld", name, argument,
             (long long)SECONDS_MAX);
    return false;
}

bool option_serial_take(const struct command *self, struct option_serial *given, int option,
                        const char *argument)
{
    if (option != OPTION_SERIAL)
        return serial_option(self->title, option, &given->base);
    given->text = argument;
    return true;
}

bool option_serial_read(const struct command *self, const struct option_serial *given,
                        struct octets *out)
{
    char why[SERIAL_WHY];
    uint8_t octets[SERIAL_OCTETS_MAX];
    size_t len;
    *out = (struct octets){0};
    if (given->text == NULL && given->base == SERIAL_BASE_NONE)
        return true;
    if (given->text == NULL) {
        complain(self->title, "--hex and --decimal need --serial");
        return false;
    }
    if (!serial_read(given->text, given->base, octets, sizeof octets, &len)) {
        serial_why(given->text, given->base, sizeof octets, why, sizeof why);
        complain(self->title, "--serial: %s", why);
        return false;
    }
    *out = (struct octets){must_alloc(len, 1), len};
    memcpy(out->data, octets, len);
    return true;
}

void option_serials_init(struct option_serials *serials, int argc)
{
    *serials = (struct option_serials){
        .texts = must_alloc((size_t)argc, sizeof *serials->texts),
        .numbers = must_alloc((size_t)argc, sizeof *serials->numbers),
    };
}

void option_serials_free(struct option_serials *serials)
{
    for (size_t i = 0; i < serials->n; i++)
        free(serials->numbers[i].data);
    free(serials->numbers);
    free(serials->texts);
}

bool option_serials_take(const char *about, struct option_serials *serials, int option,
                         const char *argument)
{
    if (option != OPTION_SERIAL)
        return serial_option(about, option, &serials->base);
    serials->texts[serials->n++] = argument;
    return true;
}

bool option_serials_read(const struct command *self, struct option_serials *serials)
{
    if (serials->n == 0 && serials->base != SERIAL_BASE_NONE) {
        complain(self->title, "--hex and --decimal need --serial");
        return false;
    }
    for (size_t i = 0; i < serials->n; i++) {
        const struct option_serial given = {serials->texts[i], serials->base};
        if (!option_serial_read(self, &given, &serials->numbers[i]))
            return false;
    }
    return true;
}

bool option_nonce(const struct command *self, const char *argument, uint8_t *out, size_t *len)
{
    if (argument_hex(argument, out, NONCE_MAX, len))
        return true;
    complain(self->title, "--nonce: \"%s\" is not 1 to %d bytes in hex", argument, NONCE_MAX);
    return false;
}

bool option_hash(const char *about, const char *argument, enum oc_hash *out)
{
    *out = oc_hash_from_name(argument);
    if (*out != OC_HASH_OTHER)
        return true;
    complain(about, "--hash: \"%s\" is not one of sha1, sha224, sha256, sha384, sha512", argument);
    return false;
}

const char *option_question(const char *cert, const char *serial, const char *request)
{
    int named = (cert != NULL) + (serial != NULL) + (request != NULL);
    if (named == 0)
        return "missing --cert, --serial or --request";
    return named > 1 ? "--cert, --serial and --request exclude each other" : NULL;
}
