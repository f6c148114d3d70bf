// SPDX-License-Identifier: MIT
//
// Expectations about the output of every parser: errors, views, and the structures that
// requests and responses share.
#include "expect.h"

#include "check.h"

#include <ocsp/cert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void expect(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

void expect_zero(const void *object, size_t size, const char *what)
{
    const uint8_t *octets = object;
    for (size_t i = 0; i < size; i++)
        expect(octets[i] == 0, what);
}

void expect_inside(struct oc_bytes outer, struct oc_bytes inner, const char *what)
{
    if (inner.data == NULL) {
        expect(inner.len == 0, what);
        return;
    }
    uintptr_t start = (uintptr_t)outer.data;
    uintptr_t at = (uintptr_t)inner.data;
    expect(at >= start, what);
    expect(at - start <= outer.len, what);
    expect(inner.len <= outer.len - (at - start), what);
}

void expect_list(struct oc_bytes message, const struct oc_list *list, const char *what)
{
    expect_inside(message, list->items, what);
    if (list->items.len == 0)
        expect(list->n == 0, what);
    else
        expect(list->n > 0, what);
    // The shortest element has two octets.
    expect(list->n <= list->items.len / 2, what);
}

void expect_refusal(enum oc_err code, const struct oc_error *err, size_t len)
{
    expect(code > OC_OK && code < OC_ERR_NOT_SUCCESSFUL,
           "a parser returned an error of another kind");
    expect(err->code == code, "the error told is not the error returned");
    expect(err->offset <= len, "the offset of an error lies behind the message");
    expect(err->what != NULL, "an error says nothing");
    expect(strlen(err->what) > 0, "an error has an empty text");
    expect(strcmp(oc_err_name(code), "unknown") != 0, "an error has no name");
}

void expect_deviations(unsigned deviations)
{
    for (unsigned bit = 1; bit != 0; bit <<= 1)
        expect((deviations & bit) == 0 || oc_deviation_name(bit) != NULL,
               "a deviation has no name");
}

void expect_algorithm(struct oc_bytes message, const struct oc_algorithm *algorithm)
{
    expect_inside(message, algorithm->oid, "an algorithm leaves the message");
    expect_inside(message, algorithm->parameters, "parameters leave the message");
    expect(algorithm->oid.len > 0, "an algorithm has no object identifier");
}

void expect_cert_id(struct oc_bytes message, const struct oc_cert_id *id)
{
    expect_algorithm(message, &id->hash_algorithm);
    expect_inside(message, id->issuer_name_hash, "issuerNameHash leaves the message");
    expect_inside(message, id->issuer_key_hash, "issuerKeyHash leaves the message");
    expect_inside(message, id->serial, "serialNumber leaves the message");
    expect(id->issuer_name_hash.data != NULL, "issuerNameHash is absent");
    expect(id->issuer_key_hash.data != NULL, "issuerKeyHash is absent");
    expect(id->serial.len > 0, "serialNumber is empty");
    expect(id->hash <= OC_HASH_SHA512, "a hash has no name");
    expect(oc_cert_id_equal(id, id), "a cert ID differs from itself");
}

bool cert_id_builds(const struct oc_cert_id *id)
{
    if (id->hash == OC_HASH_OTHER)
        return true;
    size_t len = oc_hash_len(id->hash);
    return id->issuer_name_hash.len == len && id->issuer_key_hash.len == len;
}

void expect_signature(struct oc_bytes message, const struct oc_signature *signature)
{
    expect_algorithm(message, &signature->algorithm);
    expect_inside(message, signature->value, "a signature leaves the message");
    expect(signature->value.data != NULL, "a signature is absent");
    expect_list(message, &signature->certs, "certs leave the message");

    size_t n = 0;
    struct oc_bytes der;
    for (size_t at = 0; oc_cert_next(&signature->certs, &at, &der); n++) {
        expect_inside(signature->certs.items, der, "a certificate leaves its list");
        expect(der.len >= 2, "a certificate is empty");
        (void)check_cert(der.data, der.len);
    }
    expect_zero(&der, sizeof der, "a view is not zero behind the last certificate");
    expect(n == signature->certs.n, "certs hold another number of certificates");
}
