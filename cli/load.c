// SPDX-License-Identifier: MIT
//
// Detects how a file is written (DER, PEM, base64, hex) and what each message in it is (request,
// response, certificate, CRL).
#include "load.h"

#include "pem.h"
#include "program/report.h"
#include "textform.h"

#include <ocsp/der.h>

#include <stdlib.h>

// Returns the content of the first element of `in`, as much as there is of it: the parser of its
// kind shall report that a message is truncated.
static struct oc_bytes enter(struct oc_bytes in)
{
    size_t head = in.len < 2 || in.data[1] < 0x80 ? 2 : 2 + (in.data[1] & 0x7FU);
    if (in.len <= head)
        return (struct oc_bytes){0};
    return (struct oc_bytes){in.data + head, in.len - head};
}

// Whether a time comes behind an AlgorithmIdentifier and a Name.
static bool is_followed_by_time(struct oc_bytes in)
{
    struct oc_bytes algorithm;
    struct oc_bytes name;
    return oc_der_read(&in, OC_DER_SEQUENCE, &algorithm) == OC_OK &&
           oc_der_read(&in, OC_DER_SEQUENCE, &name) == OC_OK &&
           (oc_der_next_is(in, OC_DER_UTC_TIME) || oc_der_next_is(in, OC_DER_GENERALIZED_TIME));
}

// Distinguishes certificates without a version from CRLs, which both begin with an INTEGER.
static enum message_kind detect_signed(struct oc_bytes inner)
{
    struct oc_bytes number;
    if (oc_der_read(&inner, OC_DER_INTEGER, &number) == OC_OK && is_followed_by_time(inner))
        return MESSAGE_CRL;
    return MESSAGE_CERTIFICATE;
}

// The four structures differ in the first elements:
//
//   OCSPResponse    ::= SEQUENCE { responseStatus ENUMERATED ...
//   Certificate     ::= SEQUENCE { SEQUENCE { [0] version OPTIONAL, serialNumber INTEGER,
//                       signature SEQUENCE, issuer SEQUENCE, validity SEQUENCE ...
//   CertificateList ::= SEQUENCE { SEQUENCE { version INTEGER OPTIONAL, signature SEQUENCE,
//                       issuer SEQUENCE, thisUpdate UTCTime or GeneralizedTime ...
//   OCSPRequest     ::= SEQUENCE { SEQUENCE { [0] version OPTIONAL, [1] or SEQUENCE OF ...
static enum message_kind detect_kind(struct oc_bytes der)
{
    struct oc_bytes outer = enter(der);
    if (oc_der_next_is(outer, OC_DER_ENUMERATED))
        return MESSAGE_RESPONSE;
    if (!oc_der_next_is(outer, OC_DER_SEQUENCE))
        return MESSAGE_REQUEST;
    struct oc_bytes inner = enter(outer);
    struct oc_bytes version;
    if (oc_der_next_is(inner, OC_DER_INTEGER))
        return detect_signed(inner);
    if (is_followed_by_time(inner))
        return MESSAGE_CRL;
    if (oc_der_next_is(inner, OC_DER_CONTEXT_CONSTRUCTED(0)) &&
        oc_der_read(&inner, OC_DER_CONTEXT_CONSTRUCTED(0), &version) != OC_OK)
        return MESSAGE_REQUEST;
    return oc_der_next_is(inner, OC_DER_INTEGER) ? MESSAGE_CERTIFICATE : MESSAGE_REQUEST;
}

static bool is_text(const struct octets *raw)
{
    for (size_t i = 0; i < raw->len; i++) {
        uint8_t c = raw->data[i];
        if ((c < 0x20 && (c < '\t' || c > '\r')) || c > 0x7E)
            return false;
    }
    return true;
}

// A line end behind DER is not part of the message: an editor or a copy through a terminal adds it.
static void drop_line_ends(struct octets *raw)
{
    struct oc_bytes rest = {raw->data, raw->len};
    size_t len = raw->len;
    if (oc_der_read_any(&rest, NULL, NULL, NULL) != OC_OK)
        return;
    while (len > raw->len - rest.len && (raw->data[len - 1] == '\n' || raw->data[len - 1] == '\r'))
        len--;
    if (len == raw->len - rest.len)
        raw->len = len;
}

static void take_single(struct messages *out, struct octets *der)
{
    out->n = 1;
    out->items = must_alloc(1, sizeof *out->items);
    out->items[0] = (struct message){.block = 1, .der = *der};
    *der = (struct octets){0};
}

static bool complain_form(const char *file, const struct octets *raw)
{
    size_t at = textform_offence(raw);
    if (at == raw->len)
        complain(file, "byte %zu: truncated base64 or hex", at);
    else
        complain(file, "byte %zu: neither DER, PEM, base64 nor hex", at);
    return false;
}

static bool decode(struct messages *out, struct octets *raw)
{
    bool text = is_text(raw);
    // Hex may start with "0x", whose first octet is that of a SEQUENCE; DER is never all printable.
    if (!text && raw->data[0] == OC_DER_SEQUENCE) {
        out->form = FORM_DER;
        drop_line_ends(raw);
        take_single(out, raw);
        return true;
    }
    if (pem_is(raw)) {
        out->form = FORM_PEM;
        return pem_decode(out, raw);
    }
    struct octets der = {0};
    out->form = text ? textform_decode(raw, &der) : FORM_NONE;
    if (out->form == FORM_NONE)
        return complain_form(out->file, raw);
    take_single(out, &der);
    return true;
}

bool messages_load(struct messages *out, const char *file)
{
    *out = (struct messages){.file = file};
    struct octets raw;
    bool ok = input_read(file, &raw) && decode(out, &raw);
    free(raw.data);
    if (!ok) {
        messages_free(out);
        return false;
    }
    for (size_t i = 0; i < out->n; i++) {
        struct message *message = &out->items[i];
        if (message->kind == MESSAGE_NONE)
            message->kind = detect_kind(message_der(message));
    }
    return true;
}

bool messages_load_one(struct messages *out, const char *file)
{
    if (!messages_load(out, file))
        return false;
    if (out->n == 1)
        return true;
    complain(file, "contains %zu messages instead of one", out->n);
    messages_free(out);
    return false;
}
