// SPDX-License-Identifier: MIT
//
// Messages in DER, and the file that contains them.
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "program/input.h"

#include <ocsp/base.h>

#include <stdbool.h>
#include <stddef.h>

// enum message_kind is what a message is. MESSAGE_NONE is not known yet.
enum message_kind {
    MESSAGE_NONE = 0,
    MESSAGE_REQUEST,
    MESSAGE_RESPONSE,
    MESSAGE_CERTIFICATE,
    MESSAGE_CRL,
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

// struct messages is the content of a file: at least one message.
struct messages {
    const char *file;
    enum message_form form;
    struct message *items;
    size_t n;
};

// messages_free frees the messages of a file.
void messages_free(struct messages *messages);

// message_der returns a view of the DER of a message.
struct oc_bytes message_der(const struct message *message);

// message_complain prints an error line about a message, with its block if the file has several.
__attribute__((format(printf, 3, 4))) void
message_complain(const struct messages *in, const struct message *message, const char *format, ...);

// message_complain_parse prints the error line for a message that does not parse.
void message_complain_parse(const struct messages *in, const struct message *message,
                            const struct oc_error *err);

// message_kind_name returns the name of a kind for people, for instance "OCSP request".
const char *message_kind_name(enum message_kind kind);

#endif
