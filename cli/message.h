// SPDX-License-Identifier: MIT
//
// From a file to the DER messages in it, whatever form they are written in.
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "program/input.h"

#include <ocsp/base.h>

#include <stdbool.h>
#include <stddef.h>

// enum message_kind is what a message is. NONE is one that has to be looked at.
enum message_kind {
    MESSAGE_NONE = 0,
    MESSAGE_REQUEST,
    MESSAGE_RESPONSE,
    MESSAGE_CERTIFICATE,
};

// enum message_form is how a file is written.
enum message_form {
    FORM_NONE = 0,
    FORM_DER,
    FORM_PEM,
    FORM_BASE64,
    FORM_HEX,
};

// struct message is one message. `block` counts the PEM blocks of its file from 1.
struct message {
    enum message_kind kind;
    size_t block;
    struct octets der;
};

// struct messages is what a file holds, one message at least.
struct messages {
    const char *file;
    enum message_form form;
    struct message *items;
    size_t n;
};

// messages_load reads `file`, which must stay, and finds the messages in it. Returns
// false after an error line, with `*out` zero. messages_free frees what it made.
bool messages_load(struct messages *out, const char *file);
void messages_free(struct messages *messages);

// messages_load_one is messages_load() for a file that must hold just one message.
bool messages_load_one(struct messages *out, const char *file);

// message_der is a view of the DER of a message.
struct oc_bytes message_der(const struct message *message);

// message_complain prints an error line about one message, with its block where the
// file has several.
__attribute__((format(printf, 3, 4))) void
message_complain(const struct messages *in, const struct message *message, const char *format, ...);

// message_complain_parse prints the error line for a message that does not parse.
void message_complain_parse(const struct messages *in, const struct message *message,
                            const struct oc_error *err);

// message_kind_name names a kind for people, for instance "OCSP request".
const char *message_kind_name(enum message_kind kind);

#endif
