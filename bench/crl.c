// SPDX-License-Identifier: MIT
//
// A CRL of a million entries, each with a serial number of 16 octets and every second one with a
// reason. The floor of parsing is the walk, that of verifying is the signature and one look-up.
#include "crl.h"

#include <ocsp/der.h>
#include <ocsp/openssl.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    N_ENTRIES = 1000000,
    ROUNDS = 21,  // libcrypto takes seconds for each
    SERIAL_LEN = 16,
    ENTRY_MAX = 64,
    AROUND_MAX = 1024,
};

static void need(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static const uint8_t sha256_rsa[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11};

// Making it

static void write_algorithm(struct oc_der_writer *w)
{
    size_t end = w->len;
    oc_der_write_null(w);
    oc_der_write_oid(w, (struct oc_bytes){sha256_rsa, sizeof sha256_rsa});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

// Numbers without order, all different.
static void make_serial(uint32_t i, uint8_t serial[SERIAL_LEN])
{
    uint32_t x = i * 2654435761U;
    for (size_t k = 0; k < SERIAL_LEN; k++, x = x * 1664525U + 1013904223U)
        serial[k] = (uint8_t)(x >> 24);
    serial[0] = 0x42;
    for (size_t k = 0; k < sizeof i; k++)
        serial[SERIAL_LEN - 1 - k] = (uint8_t)(i >> 8 * k);
}

static void write_entry(struct oc_der_writer *w, uint32_t i)
{
    static const uint8_t reason[] = {0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55,
                                     0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01, 0x01};
    static const uint8_t date[] = "251101120000Z";
    uint8_t serial[SERIAL_LEN];
    size_t end = w->len;
    make_serial(i, serial);
    if (i % 2 == 0)
        oc_der_write_raw(w, (struct oc_bytes){reason, sizeof reason});
    oc_der_write(w, OC_DER_UTC_TIME, (struct oc_bytes){date, sizeof date - 1});
    oc_der_write_integer(w, (struct oc_bytes){serial, sizeof serial});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

static void write_tbs(struct oc_der_writer *w, struct oc_bytes issuer, int64_t now)
{
    size_t end = w->len;
    for (uint32_t i = 0; i < N_ENTRIES; i++)
        write_entry(w, i);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
    oc_der_write_generalized_time(w, now + 86400);
    oc_der_write_generalized_time(w, now - 60);
    oc_der_write_raw(w, issuer);
    write_algorithm(w);
    oc_der_write_small(w, OC_DER_INTEGER, 1);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

static void sign(struct crl_inputs *inputs, EVP_PKEY *key, struct oc_bytes tbs)
{
    uint8_t signature[512];
    size_t len = sizeof signature;
    size_t size = tbs.len + AROUND_MAX;
    struct oc_der_writer w;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    inputs->room = malloc(size);
    need(inputs->room != NULL && context != NULL, "out of memory");
    need(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
             EVP_DigestSign(context, signature, &len, tbs.data, tbs.len) == 1,
         "cannot sign a CRL");
    EVP_MD_CTX_free(context);
    oc_der_writer_init(&w, inputs->room, size);
    oc_der_write_bit_string(&w, (struct oc_bytes){signature, len});
    write_algorithm(&w);
    oc_der_write_raw(&w, tbs);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    need(oc_der_writer_finish(&w, &inputs->der) == OC_OK, "cannot write a CRL");
}

static void make_crl(struct crl_inputs *inputs, EVP_PKEY *key)
{
    size_t size = (size_t)N_ENTRIES * ENTRY_MAX + AROUND_MAX;
    struct oc_der_writer w;
    struct oc_bytes tbs;
    uint8_t *room = malloc(size);
    need(room != NULL, "out of memory");
    oc_der_writer_init(&w, room, size);
    write_tbs(&w, inputs->issuer.cert.subject, inputs->policy.now);
    need(oc_der_writer_finish(&w, &tbs) == OC_OK, "cannot write a CRL");
    sign(inputs, key, tbs);
    free(room);
}

// The subjects

static void find_ours(const void *input, size_t n)
{
    const struct crl_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        struct oc_crl crl;
        struct oc_crl_entry entry;
        need(oc_crl_parse(&crl, in->der, NULL) == OC_OK && oc_crl_find(&crl, in->serial, &entry),
             "libocsp does not find an entry");
        observe(&entry);
    }
}

static void find_theirs(const struct crl_inputs *in, X509_CRL *crl)
{
    BIGNUM *number = BN_bin2bn(in->serial.data, (int)in->serial.len, NULL);
    ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
    X509_REVOKED *entry = NULL;
    need(X509_CRL_get0_by_serial(crl, &entry, serial) == 1, "libcrypto does not find an entry");
    observe(entry);
    ASN1_INTEGER_free(serial);
    BN_free(number);
}

static void find_libcrypto(const void *input, size_t n)
{
    const struct crl_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *at = in->der.data;
        X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)in->der.len);
        need(crl != NULL, "libcrypto does not read a CRL");
        find_theirs(in, crl);
        X509_CRL_free(crl);
    }
}

static void crl_walk(const void *input, size_t n)
{
    const struct crl_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        size_t elements = walk(&in->walk);
        need(elements > N_ENTRIES, "the walk does not reach the end");
        observe(&elements);
    }
}

static void verify_ours(const void *input, size_t n)
{
    const struct crl_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        struct oc_verdict verdict;
        need(oc_crl_verify(&in->policy, &in->issuer, in->serial, &in->crl, NULL, &verdict, NULL) ==
                     OC_OK &&
                 verdict.status == OC_CERT_STATUS_REVOKED,
             "libocsp does not find a certificate revoked");
        observe(&verdict);
    }
}

static void verify_libcrypto(const void *input, size_t n)
{
    const struct crl_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        need(X509_CRL_verify(in->x509_crl, in->key) == 1, "libcrypto finds a signature wrong");
}

static void verify_floor(const void *input, size_t n)
{
    const struct crl_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        struct oc_crl_entry entry;
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        need(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, in->key) == 1 &&
                 EVP_DigestVerify(context, in->crl.signature.value.data,
                                  in->crl.signature.value.len, in->crl.tbs.data,
                                  in->crl.tbs.len) == 1,
             "a signature is wrong");
        EVP_MD_CTX_free(context);
        need(oc_crl_find(&in->crl, in->serial, &entry), "libocsp does not find an entry");
        observe(&entry);
    }
}

static void init_issuer(struct crl_inputs *inputs, X509 *ca)
{
    struct oc_cert cert;
    unsigned char *der = NULL;
    int len = i2d_X509(ca, &der);
    need(len > 0, "cannot encode a certificate");
    inputs->issuer_der = (struct oc_bytes){der, (size_t)len};
    inputs->crypto = oc_openssl_new();
    need(inputs->crypto != NULL && oc_cert_parse(&cert, inputs->issuer_der, NULL) == OC_OK &&
             oc_issuer_init(&inputs->issuer, inputs->crypto, &cert, NULL) == OC_OK,
         "cannot prepare the issuer");
    oc_policy_init(&inputs->policy, time(NULL));
}

static void init_inputs(struct crl_inputs *inputs, const struct samples *samples)
{
    static uint8_t serial[SERIAL_LEN];
    *inputs = (struct crl_inputs){.key = samples->ca_key};
    init_issuer(inputs, samples->ca);
    make_crl(inputs, samples->ca_key);
    make_serial(N_ENTRIES / 2, serial);
    inputs->serial = (struct oc_bytes){serial, sizeof serial};
    inputs->walk = (struct walk){inputs->der, inputs->der.len, inputs->der.len};
    need(oc_crl_parse(&inputs->crl, inputs->der, NULL) == OC_OK, "libocsp does not read a CRL");
    const unsigned char *at = inputs->der.data;
    inputs->x509_crl = d2i_X509_CRL(NULL, &at, (long)inputs->der.len);
    need(inputs->x509_crl != NULL, "libcrypto does not read a CRL");
}

void crl_rows(struct row rows[N_CRL_ROWS], struct crl_inputs *inputs, const struct samples *samples)
{
    init_inputs(inputs, samples);
    rows[0] = (struct row){
        .name = "parse a CRL of 1,000,000 entries and find a serial number",
        .unit = "ns",
        .octets = inputs->der.len,
        .rounds = ROUNDS,
        .n = 3,
        .subjects = {{"libocsp", find_ours, inputs, 1, BAR_NONE, 0},
                     {"libcrypto", find_libcrypto, inputs, 1, BAR_TIMES_FASTER, 20},
                     {"floor: the walk", crl_walk, inputs, 1, BAR_OF_FLOOR, 4}},
    };
    rows[1] = (struct row){
        .name = "verify the parsed CRL, RSA-2048, and find the serial number",
        .unit = "ns",
        .octets = inputs->der.len,
        .rounds = ROUNDS,
        .n = 3,
        .subjects = {{"libocsp", verify_ours, inputs, 1, BAR_NONE, 0},
                     {"libcrypto: the signature", verify_libcrypto, inputs, 1, BAR_NONE, 0},
                     {"floor: signature, find", verify_floor, inputs, 1, BAR_OF_FLOOR, 1.05}},
    };
}

void crl_free(struct crl_inputs *inputs)
{
    X509_CRL_free(inputs->x509_crl);
    oc_issuer_cleanup(&inputs->issuer);
    oc_openssl_free(inputs->crypto);
    OPENSSL_free((void *)(uintptr_t)inputs->issuer_der.data);
    free(inputs->room);
}
