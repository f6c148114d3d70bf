// SPDX-License-Identifier: MIT
//
// Checks the decoders of extensions. They are reached through a request
// and a certificate around one extension, so that an input need not find object
// identifiers and lengths by itself.
#include "check.h"

#include "expect.h"

#include <ocsp/der.h>

#include <stdlib.h>

struct known {
    size_t len;
    uint8_t oid[10];
};

static const struct known known[] = {
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2}},         // nonce
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 3}},         // CRL reference
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 4}},         // acceptable responses
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 5}},         // nocheck
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 6}},         // archive cutoff
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 7}},         // service locator
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 8}},         // preferred signatures
    {9, {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 9}},         // extended revoke
    {10, {0x2B, 6, 1, 4, 1, 0xD6, 0x79, 2, 4, 5}},  // SCT list
    {8, {0x2B, 6, 1, 5, 5, 7, 1, 1}},               // authority info access
    {8, {0x2B, 6, 1, 5, 5, 7, 1, 24}},              // TLS feature
    {3, {0x55, 29, 14}},                            // subject key identifier
    {3, {0x55, 29, 15}},                            // key usage
    {3, {0x55, 29, 19}},                            // basic constraints
    {3, {0x55, 29, 21}},                            // CRL reason
    {3, {0x55, 29, 24}},                            // invalidity date
    {3, {0x55, 29, 29}},                            // certificate issuer
    {3, {0x55, 29, 35}},                            // authority key identifier
    {3, {0x55, 29, 37}},                            // extended key usage
    {3, {0x55, 29, 99}},                            // an unknown one
};

enum {
    N_KNOWN = sizeof known / sizeof known[0],
    WRAPPER_MAX = 512,  // octets around the value in either message
};

static struct oc_bytes finish(const struct oc_der_writer *w)
{
    struct oc_bytes out;
    expect(oc_der_writer_finish(w, &out) == OC_OK, "a wrapper cannot be written");
    return out;
}

static void write_extensions(struct oc_der_writer *w, uint8_t choice, struct oc_bytes value)
{
    const struct known *ext = &known[(choice & 0x7F) % N_KNOWN];
    oc_der_write(w, OC_DER_OCTET_STRING, value);
    if ((choice & 0x80) != 0)
        oc_der_write_boolean(w, true);
    oc_der_write_oid(w, (struct oc_bytes){ext->oid, ext->len});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, 0);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, 0);
}

static int check_in_request(uint8_t choice, struct oc_bytes value, uint8_t *buf, size_t size)
{
    struct oc_der_writer w;
    oc_der_writer_init(&w, buf, size);
    write_extensions(&w, choice, value);
    oc_der_write_wrap(&w, OC_DER_CONTEXT_CONSTRUCTED(2), 0);
    oc_der_write(&w, OC_DER_SEQUENCE, (struct oc_bytes){0});
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    struct oc_bytes der = finish(&w);
    return check_request(der.data, der.len);
}

static void write_algorithm(struct oc_der_writer *w)
{
    static const uint8_t oid[] = {0x2B, 6, 1};
    size_t mark = w->len;
    oc_der_write_oid(w, (struct oc_bytes){oid, sizeof oid});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_key(struct oc_der_writer *w)
{
    static const uint8_t octet[] = {0x55};
    size_t mark = w->len;
    oc_der_write_bit_string(w, (struct oc_bytes){octet, sizeof octet});
    write_algorithm(w);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_validity(struct oc_der_writer *w)
{
    size_t mark = w->len;
    oc_der_write_generalized_time(w, 4000000000);
    oc_der_write_generalized_time(w, 3000000000);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static struct oc_bytes write_tbs_cert(uint8_t choice, struct oc_bytes value, uint8_t *buf,
                                      size_t size)
{
    struct oc_bytes empty_name = {0};
    struct oc_der_writer w;
    oc_der_writer_init(&w, buf, size);
    write_extensions(&w, choice, value);
    oc_der_write_wrap(&w, OC_DER_CONTEXT_CONSTRUCTED(3), 0);
    write_key(&w);
    oc_der_write(&w, OC_DER_SEQUENCE, empty_name);
    write_validity(&w);
    oc_der_write(&w, OC_DER_SEQUENCE, empty_name);
    write_algorithm(&w);
    oc_der_write_small(&w, OC_DER_INTEGER, 1);
    size_t mark = w.len;
    oc_der_write_small(&w, OC_DER_INTEGER, 2);
    oc_der_write_wrap(&w, OC_DER_CONTEXT_CONSTRUCTED(0), mark);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    return finish(&w);
}

static int check_in_cert(uint8_t choice, struct oc_bytes value, uint8_t *buf, size_t size)
{
    size_t half = size / 2;
    struct oc_bytes tbs = write_tbs_cert(choice, value, buf, half);
    struct oc_der_writer w;
    oc_der_writer_init(&w, buf + half, size - half);
    oc_der_write_bit_string(&w, (struct oc_bytes){known[0].oid, known[0].len});
    write_algorithm(&w);
    oc_der_write_raw(&w, tbs);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    struct oc_bytes der = finish(&w);
    return check_cert(der.data, der.len);
}

int check_extension(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    struct oc_bytes value = {data + 1, len - 1};
    size_t size = 2 * (len + WRAPPER_MAX);
    uint8_t *buf = malloc(size);
    expect(buf != NULL, "out of memory");
    int in_request = check_in_request(data[0], value, buf, size);
    int in_cert = check_in_cert(data[0], value, buf, size);
    free(buf);
    return in_request & in_cert;
}
