// SPDX-License-Identifier: MIT
//
// libcrypto makes the responses with one single response, so that it reads its own output. The long
// ones come from this library, and libcrypto must read them.
#include "samples.h"

#include "measure.h"

#include <ocsp/response.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAY = 24 * 60 * 60,
    DIGEST_LEN = 20,
    SERIAL_LEN = 16,
    SINGLE_MAX = 160,  // octets of one single response of a long list, at most
    AROUND_MAX = 512,  // octets around them
};

const size_t list_sizes[N_LISTS] = {1, 10, 1000, 100000};

static void need(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static FILE *open_file(const char *dir, const char *name)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/%s", dir, name);
    need(len > 0 && (size_t)len < sizeof path, "the name of the data folder is too long");
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        perror(path);
    need(file != NULL, "a file of the documented example is missing");
    return file;
}

static struct oc_bytes read_small_file(const char *dir, const char *name)
{
    enum { SIZE = 4096 };
    uint8_t *data = malloc(SIZE);
    need(data != NULL, "out of memory");
    FILE *file = open_file(dir, name);
    size_t len = fread(data, 1, SIZE, file);
    fclose(file);
    need(len > 0 && len < SIZE, "a file of the documented example is empty or too long");
    return (struct oc_bytes){data, len};
}

static X509 *read_cert(const char *dir, const char *name)
{
    FILE *file = open_file(dir, name);
    X509 *cert = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    need(cert != NULL, "cannot read a certificate of the documented example");
    return cert;
}

static struct oc_bytes cert_der(X509 *cert)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    need(len > 0, "cannot encode a certificate");
    return (struct oc_bytes){der, (size_t)len};
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    need(extension != NULL && X509_add_ext(cert, extension, -1) == 1, "cannot make an extension");
    X509_EXTENSION_free(extension);
}

static void set_name(X509_NAME *name, const char *common_name)
{
    const char *const parts[][2] = {{"C", "DE"}, {"O", "Example"}, {"CN", common_name}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        need(X509_NAME_add_entry_by_txt(name, parts[i][0], MBSTRING_ASC,
                                        (const unsigned char *)parts[i][1], -1, -1, 0) == 1,
             "cannot make a name");
}

// A certificate for `key`, its extensions and signature still to come.
static X509 *new_cert(EVP_PKEY *key, X509 *issuer, const char *common_name)
{
    X509 *cert = X509_new();
    need(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1, "cannot make a certificate");
    need(X509_set_pubkey(cert, key) == 1, "cannot set the key of a certificate");
    set_name(X509_get_subject_name(cert), common_name);
    X509_NAME *issuer_name = X509_get_subject_name(issuer == NULL ? cert : issuer);
    need(X509_set_issuer_name(cert, issuer_name) == 1, "cannot set the issuer of a certificate");
    need(ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711) == 1 &&
             X509_gmtime_adj(X509_getm_notBefore(cert), -DAY) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(cert), 90L * DAY) != NULL,
         "cannot set the serial number or validity of a certificate");
    return cert;
}

static X509 *make_ca(EVP_PKEY *key)
{
    X509 *cert = new_cert(key, NULL, "Issuing CA 1");
    add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(cert, cert, NID_subject_key_identifier, "hash");
    need(X509_sign(cert, key, EVP_sha256()) > 0, "cannot sign a certificate");
    return cert;
}

static X509 *make_delegate(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key)
{
    X509 *cert = new_cert(key, ca, "OCSP Responder");
    add_extension(cert, ca, NID_authority_key_identifier, "keyid");
    add_extension(cert, ca, NID_key_usage, "critical,digitalSignature");
    add_extension(cert, ca, NID_ext_key_usage, "OCSPSigning");
    add_extension(cert, ca, NID_id_pkix_OCSP_noCheck, "ignored");
    need(X509_sign(cert, ca_key, EVP_sha256()) > 0, "cannot sign a certificate");
    return cert;
}

// Eight octets that look random, the same in every run.
static uint64_t scramble(uint64_t seed)
{
    uint64_t value = (seed + 1) * 0x9E3779B97F4A7C15U;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9U;
    value = (value ^ value >> 27) * 0x94D049BB133111EBU;
    return value ^ value >> 31;
}

static void make_serial(uint8_t serial[SERIAL_LEN], size_t number)
{
    uint64_t halves[2] = {scramble(2 * number), scramble(2 * number + 1)};
    memcpy(serial, halves, SERIAL_LEN);
    // Always positive, and always all of its octets.
    serial[0] = (uint8_t)((serial[0] & 0x3F) | 0x40);
}

static OCSP_CERTID *make_id(X509 *ca)
{
    uint8_t octets[SERIAL_LEN];
    make_serial(octets, 0);
    BIGNUM *number = BN_bin2bn(octets, SERIAL_LEN, NULL);
    ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
    OCSP_CERTID *id = OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(ca),
                                       X509_get0_pubkey_bitstr(ca), serial);
    need(id != NULL, "cannot make a cert ID");
    ASN1_INTEGER_free(serial);
    BN_free(number);
    return id;
}

static struct oc_bytes make_response(X509 *ca, X509 *signer, EVP_PKEY *key, unsigned long flags)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = make_id(ca);
    ASN1_TIME *this_update = X509_gmtime_adj(NULL, 0);
    ASN1_TIME *next_update = X509_gmtime_adj(NULL, 7L * DAY);
    need(basic != NULL && this_update != NULL && next_update != NULL, "out of memory");
    need(OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, this_update,
                                next_update) != NULL,
         "cannot make a single response");
    need(OCSP_basic_sign(basic, signer, key, EVP_sha256(), NULL, flags) == 1,
         "cannot sign a response");
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char *der = NULL;
    int len = i2d_OCSP_RESPONSE(response, &der);
    need(len > 0, "cannot encode a response");
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(this_update);
    ASN1_TIME_free(next_update);
    return (struct oc_bytes){der, (size_t)len};
}

static struct oc_signature sign(struct oc_bytes tbs, EVP_PKEY *key, uint8_t *value, size_t size)
{
    static const uint8_t ecdsa_with_sha256[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = size;
    need(context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
             EVP_DigestSign(context, value, &len, tbs.data, tbs.len) == 1,
         "cannot sign a response");
    EVP_MD_CTX_free(context);
    return (struct oc_signature){
        .algorithm.oid = {ecdsa_with_sha256, sizeof ecdsa_with_sha256},
        .value = {value, len},
    };
}

static void make_singles(struct oc_single_response *singles, uint8_t (*serials)[SERIAL_LEN],
                         size_t n)
{
    static const uint8_t digests[2][DIGEST_LEN] = {"the hash of the name", "the hash of the key "};
    for (size_t i = 0; i < n; i++) {
        make_serial(serials[i], i);
        singles[i] = (struct oc_single_response){
            .id = {.hash = OC_HASH_SHA1,
                   .issuer_name_hash = {digests[0], DIGEST_LEN},
                   .issuer_key_hash = {digests[1], DIGEST_LEN},
                   .serial = {serials[i], SERIAL_LEN}},
            .status = OC_CERT_STATUS_GOOD,
            .this_update = 1700000000,
            .has_next_update = true,
            .next_update = 1700000000 + 7L * DAY,
        };
    }
}

static struct oc_bytes build_list(const struct oc_response_spec *spec, EVP_PKEY *key)
{
    struct oc_bytes tbs;
    struct oc_bytes der;
    uint8_t value[128];
    size_t size = spec->n_responses * SINGLE_MAX + AROUND_MAX;
    uint8_t *buf = malloc(size);
    uint8_t *message = malloc(size);
    need(buf != NULL && message != NULL, "out of memory");
    need(oc_response_build_tbs(spec, buf, size, &tbs, NULL) == OC_OK, "cannot build a list");
    struct oc_signature signature = sign(tbs, key, value, sizeof value);
    need(oc_response_assemble(tbs, &signature, message, size, &der, NULL) == OC_OK,
         "cannot assemble a list");
    free(buf);
    memmove(message, der.data, der.len);
    return (struct oc_bytes){message, der.len};
}

static struct oc_bytes make_list(size_t n, EVP_PKEY *key)
{
    static const uint8_t key_hash[DIGEST_LEN] = {0x55};
    struct oc_single_response *singles = calloc(n, sizeof *singles);
    uint8_t(*serials)[SERIAL_LEN] = calloc(n, sizeof *serials);
    need(singles != NULL && serials != NULL, "out of memory");
    make_singles(singles, serials, n);
    struct oc_response_spec spec = {
        .responder = {.kind = OC_RESPONDER_BY_KEY, .key_hash = {key_hash, sizeof key_hash}},
        .produced_at = 1700000000,
        .responses = singles,
        .n_responses = n,
    };
    struct oc_bytes der = build_list(&spec, key);
    free(serials);
    free(singles);

    const unsigned char *at = der.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    OCSP_BASICRESP *basic = response == NULL ? NULL : OCSP_response_get1_basic(response);
    need(basic != NULL && OCSP_resp_count(basic) == (int)n, "libcrypto does not read a list");
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    return der;
}

static bool is_about(struct oc_bytes der, size_t len)
{
    return der.len > len * 93 / 100 && der.len < len * 107 / 100;
}

void samples_make(struct samples *samples, const char *dir)
{
    EVP_PKEY *ca_key = EVP_RSA_gen(2048);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    need(ca_key != NULL && key != NULL, "cannot make keys");
    X509 *ca = make_ca(ca_key);
    X509 *delegate = make_delegate(key, ca, ca_key);

    samples->request = read_small_file(dir, "request.der");
    samples->plain = make_response(ca, ca, ca_key, OCSP_NOCERTS);
    samples->delegated = make_response(ca, delegate, key, 0);
    need(is_about(samples->plain, 500), "the response without certificates has another size");
    need(is_about(samples->delegated, 950), "the response with a certificate has another size");
    for (size_t i = 0; i < N_LISTS; i++)
        samples->lists[i] = make_list(list_sizes[i], key);
    samples->leaf = read_cert(dir, "leaf.pem");
    samples->issuer = read_cert(dir, "issuer.pem");
    samples->leaf_der = cert_der(samples->leaf);
    samples->issuer_der = cert_der(samples->issuer);

    samples->delegate_der = cert_der(delegate);
    samples->ca = ca;
    samples->delegate = delegate;
    samples->delegate_key = key;
    samples->ca_key = ca_key;
}

static void free_octets(struct oc_bytes octets)
{
    free((void *)(uintptr_t)octets.data);
}

void samples_free(struct samples *samples)
{
    free_octets(samples->request);
    free_octets(samples->plain);
    free_octets(samples->delegated);
    for (size_t i = 0; i < N_LISTS; i++)
        free_octets(samples->lists[i]);
    free_octets(samples->delegate_der);
    free_octets(samples->leaf_der);
    free_octets(samples->issuer_der);
    X509_free(samples->ca);
    X509_free(samples->delegate);
    EVP_PKEY_free(samples->delegate_key);
    EVP_PKEY_free(samples->ca_key);
    X509_free(samples->leaf);
    X509_free(samples->issuer);
}
