// SPDX-License-Identifier: MIT
//
// Reading PEM blocks with libcrypto.
#include "pem.h"

#include "program/report.h"

#include <ocsp/der.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdlib.h>
#include <string.h>

static const char begin[] = "-----BEGIN ";

static const struct {
    const char *text;
    enum message_kind kind;
    bool first_only;  // trust settings of OpenSSL follow the message
} labels[] = {
    {"CERTIFICATE", MESSAGE_CERTIFICATE, false},
    {"X509 CERTIFICATE", MESSAGE_CERTIFICATE, false},
    {"TRUSTED CERTIFICATE", MESSAGE_CERTIFICATE, true},
    {"X509 CRL", MESSAGE_CRL, false},
    {"OCSP REQUEST", MESSAGE_REQUEST, false},
    {"OCSP RESPONSE", MESSAGE_RESPONSE, false},
};

enum { N_LABELS = sizeof labels / sizeof labels[0] };

bool pem_is(const struct octets *raw)
{
    return memmem(raw->data, raw->len, begin, sizeof begin - 1) != NULL;
}

static void append(struct messages *out, enum message_kind kind, struct oc_bytes der)
{
    if ((out->n & (out->n - 1)) == 0)
        out->items = must_resize(out->items, out->n == 0 ? 1 : out->n * 2, sizeof *out->items);
    uint8_t *copy = must_alloc(der.len, 1);
    if (der.len != 0)
        memcpy(copy, der.data, der.len);
    out->items[out->n] = (struct message){kind, out->n + 1, {copy, der.len}};
    out->n++;
}

static bool take(struct messages *out, const char *label, const char *header, struct oc_bytes der)
{
    size_t block = out->n + 1;
    size_t i = 0;
    while (i < N_LABELS && strcmp(labels[i].text, label) != 0)
        i++;
    if (i == N_LABELS) {
        complain(out->file, "block %zu: unsupported PEM label \"%s\"", block, label);
        return false;
    }
    if (header[0] != '\0') {
        complain(out->file, "block %zu: unsupported PEM headers, as in encrypted blocks", block);
        return false;
    }

    struct oc_bytes rest = der;
    struct oc_bytes whole;
    if (labels[i].first_only && oc_der_read_any(&rest, NULL, NULL, &whole) == OC_OK)
        der = whole;
    append(out, labels[i].kind, der);
    return true;
}

static bool take_next(struct messages *out, BIO *bio, bool *more)
{
    char *label = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    ERR_clear_error();
    if (PEM_read_bio(bio, &label, &header, &data, &len) != 1) {
        unsigned long error = ERR_peek_last_error();
        *more = false;
        if (ERR_GET_REASON(error) == PEM_R_NO_START_LINE && out->n > 0)
            return true;
        const char *reason = ERR_reason_error_string(error);
        complain(out->file, "block %zu: invalid PEM: %s", out->n + 1,
                 reason != NULL ? reason : "unknown reason");
        return false;
    }
    bool ok = take(out, label, header, (struct oc_bytes){data, (size_t)len});
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, (size_t)len);
    return ok;
}

bool pem_decode(struct messages *out, const struct octets *raw)
{
    BIO *bio = BIO_new_mem_buf(raw->data, (int)raw->len);
    if (bio == NULL)
        die_no_memory();
    bool ok = true;
    for (bool more = true; ok && more;)
        ok = take_next(out, bio, &more);
    BIO_free(bio);
    return ok;
}
