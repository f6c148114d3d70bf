// SPDX-License-Identifier: MIT
//
// Error lines and names of messages.
#include "message.h"

#include "program/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void messages_free(struct messages *messages)
{
    for (size_t i = 0; i < messages->n; i++)
        free(messages->items[i].der.data);
    free(messages->items);
    *messages = (struct messages){0};
}

struct oc_bytes message_der(const struct message *message)
{
    return (struct oc_bytes){message->der.data, message->der.len};
}

void message_complain(const struct messages *in, const struct message *message, const char *format,
                      ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0)
        text[0] = '\0';
    if (in->n > 1)
        complain(in->file, "block %zu: %s", message->block, text);
    else
        complain(in->file, "%s", text);
}

// The text of an error names only the field; its code says what is wrong with it.
static const char *detail(enum oc_err code)
{
    switch (code) {
    case OC_ERR_TRUNCATED:
        return ": truncated";
    case OC_ERR_MISSING:
        return ": missing";
    case OC_ERR_LENGTH:
        return ": invalid length";
    default:
        return "";
    }
}

void message_complain_parse(const struct messages *in, const struct message *message,
                            const struct oc_error *err)
{
    const char *where = in->form == FORM_DER ? "" : " of the decoded DER";
    message_complain(in, message, "byte %zu%s: %s%s", err->offset, where, err->what,
                     detail(err->code));
}

const char *message_kind_name(enum message_kind kind)
{
    switch (kind) {
    case MESSAGE_REQUEST:
        return "OCSP request";
    case MESSAGE_RESPONSE:
        return "OCSP response";
    case MESSAGE_CERTIFICATE:
        return "certificate";
    case MESSAGE_CRL:
        return "CRL";
    case MESSAGE_NONE:
        break;
    }
    return "message";
}
