// SPDX-License-Identifier: MIT
//
// Signed CRLs, with libcrypto's public interface.
#include "sign_crl.h"

#include <ocsp/crl.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR INT64_C(3600)

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "sign_crl: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static ASN1_TIME *time_after(int64_t seconds)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)(SIGN_NOW + seconds));
    need(time != NULL, "no time");
    return time;
}

static ASN1_TIME *date_of(const struct sign_entry *entry)
{
    if (entry->date_text == NULL)
        return time_after(entry->date);
    ASN1_TIME *time = ASN1_STRING_type_new(V_ASN1_UTCTIME);
    need(time != NULL && ASN1_STRING_set(time, entry->date_text, -1) == 1, "no time");
    return time;
}

static X509_EXTENSION *extension_of(const struct sign_extension *from)
{
    long len;
    uint8_t *value = OPENSSL_hexstr2buf(from->hex, &len);
    ASN1_OBJECT *oid = OBJ_txt2obj(from->oid, 1);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    need(value != NULL && oid != NULL && octets != NULL &&
             ASN1_OCTET_STRING_set(octets, value, (int)len) == 1,
         "no extension");
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, oid, from->critical, octets);
    need(extension != NULL, "no extension");
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(oid);
    OPENSSL_free(value);
    return extension;
}

static void add_reason(X509_REVOKED *revoked, long reason)
{
    ASN1_ENUMERATED *number = ASN1_ENUMERATED_new();
    need(number != NULL && ASN1_ENUMERATED_set(number, reason) == 1 &&
             X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, number, 0, 0) == 1,
         "no reason");
    ASN1_ENUMERATED_free(number);
}

static void add_entry(X509_CRL *crl, const struct sign_entry *entry)
{
    X509_REVOKED *revoked = X509_REVOKED_new();
    BIGNUM *number = BN_bin2bn((const uint8_t *)entry->serial, (int)strlen(entry->serial), NULL);
    ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
    ASN1_TIME *date = date_of(entry);
    need(revoked != NULL && serial != NULL && X509_REVOKED_set_serialNumber(revoked, serial) == 1 &&
             X509_REVOKED_set_revocationDate(revoked, date) == 1,
         "no entry");
    if (entry->reason != 0)
        add_reason(revoked, entry->reason);
    if (entry->extension.oid != NULL) {
        X509_EXTENSION *extension = extension_of(&entry->extension);
        need(X509_REVOKED_add_ext(revoked, extension, -1) == 1, "no extension");
        X509_EXTENSION_free(extension);
    }
    need(X509_CRL_add0_revoked(crl, revoked) == 1, "no entry");
    ASN1_TIME_free(date);
    ASN1_INTEGER_free(serial);
    BN_free(number);
}

static void set_times(X509_CRL *crl, const struct sign_crl_spec *spec)
{
    ASN1_TIME *from = time_after(spec->this_update != 0 ? spec->this_update : -HOUR);
    ASN1_TIME *until = time_after(spec->next_update != 0 ? spec->next_update : HOUR);
    need(X509_CRL_set1_lastUpdate(crl, from) == 1, "no time");
    need(spec->without_next_update || X509_CRL_set1_nextUpdate(crl, until) == 1, "no time");
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
}

static void set_issuer(X509_CRL *crl, const struct oc_cert *issuer)
{
    const uint8_t *at = issuer->subject.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)issuer->subject.len);
    need(name != NULL && X509_CRL_set_issuer_name(crl, name) == 1, "no issuer");
    X509_NAME_free(name);
}

static X509_CRL *make(const struct sign_crl_spec *spec)
{
    X509_CRL *crl = X509_CRL_new();
    need(crl != NULL, "out of memory");
    need(spec->is_v1 || X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1, "no version");
    set_issuer(crl, spec->issuer);
    set_times(crl, spec);
    for (size_t i = 0; i < SIGN_CRL_MAX && spec->entries[i].serial != NULL; i++)
        add_entry(crl, &spec->entries[i]);
    for (size_t i = 0; i < SIGN_CRL_MAX && spec->extensions[i].oid != NULL; i++) {
        X509_EXTENSION *extension = extension_of(&spec->extensions[i]);
        need(X509_CRL_add_ext(crl, extension, -1) == 1, "no extension");
        X509_EXTENSION_free(extension);
    }
    need(X509_CRL_sign(crl, spec->key, spec->digest != NULL ? spec->digest : EVP_sha256()) > 0,
         "cannot sign a CRL");
    return crl;
}

// Signs `tbs` again until the signature has the length of the old one.
static void sign_again(const struct sign_crl_spec *spec, const struct oc_crl *crl, uint8_t *der)
{
    uint8_t signature[256];
    size_t len;
    do {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        len = sizeof signature;
        need(context != NULL &&
                 EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, spec->key) == 1 &&
                 EVP_DigestSign(context, signature, &len, crl->tbs.data, crl->tbs.len) == 1,
             "cannot sign");
        EVP_MD_CTX_free(context);
    } while (len != crl->signature.value.len);
    memcpy(der + (crl->signature.value.data - der), signature, len);
}

// The algorithms are ecdsa-with-SHA256, whose last octet makes another hash of it.
static void spoil(const struct sign_crl_spec *spec, uint8_t *der, size_t len)
{
    struct oc_crl crl;
    need(oc_crl_parse(&crl, (struct oc_bytes){der, len}, NULL) == OC_OK, "a CRL does not parse");
    if (spec->fault == SIGN_WRONG)
        der[len - 1] ^= 1;
    if (spec->fault == SIGN_OTHER_ALGORITHM)
        der[crl.signature.algorithm.oid.data - der + 7]++;
    if (spec->fault == SIGN_OTHER_INSIDE) {
        der[crl.tbs_algorithm.oid.data - der + 7]++;
        sign_again(spec, &crl, der);
    }
}

size_t sign_crl(const struct sign_crl_spec *spec, uint8_t **der)
{
    X509_CRL *crl = make(spec);
    *der = NULL;
    int len = i2d_X509_CRL(crl, der);
    need(len > 0, "cannot encode a CRL");
    X509_CRL_free(crl);
    if (spec->fault != SIGN_RIGHT)
        spoil(spec, *der, (size_t)len);
    return (size_t)len;
}
