// SPDX-License-Identifier: MIT
//
// Keys, certificates and signed responses, with libcrypto's public interface.
#include "sign.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ocsp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The certificates are valid from 2020-01-01 to 2099-12-31.
#define NOT_BEFORE INT64_C(1577836800)
#define NOT_AFTER INT64_C(4102358400)

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "sign: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

EVP_PKEY *sign_key_ec(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    need(key != NULL, "no EC key");
    return key;
}

EVP_PKEY *sign_key_rsa(unsigned bits)
{
    EVP_PKEY *key = EVP_RSA_gen(bits);
    need(key != NULL, "no RSA key");
    return key;
}

size_t sign_hash(enum oc_hash hash, struct oc_bytes data, uint8_t out[OC_HASH_MAX_LEN])
{
    unsigned len = 0;
    const EVP_MD *digest = EVP_get_digestbyname(oc_hash_name(hash));
    need(digest != NULL && EVP_Digest(data.data, data.len, out, &len, digest, NULL) == 1,
         "no hash");
    return len;
}

// Returns the length of the signature, which is written to the `size` octets at `out`.
static size_t sign_octets(EVP_PKEY *key, const EVP_MD *digest, struct oc_bytes octets, uint8_t *out,
                          size_t size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    need(context != NULL && EVP_DigestSignInit(context, NULL, digest, NULL, key) == 1 &&
             EVP_DigestSign(context, out, &size, octets.data, octets.len) == 1,
         "cannot sign");
    EVP_MD_CTX_free(context);
    return size;
}

static void set_name(X509_NAME *name, const char *text)
{
    need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1,
                                    0) == 1,
         "no name");
}

static void set_time(ASN1_TIME *out, int64_t time, int64_t otherwise)
{
    need(ASN1_TIME_set(out, (time_t)(time != 0 ? time : otherwise)) != NULL, "no time");
}

static void add_extension(X509 *x509, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    need(extension != NULL && X509_add_ext(x509, extension, -1) == 1, "no extension");
    X509_EXTENSION_free(extension);
}

static void add_unknown_critical(X509 *x509)
{
    ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    need(oid != NULL && value != NULL && ASN1_OCTET_STRING_set(value, (const uint8_t *)"\5", 2),
         "out of memory");
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value);
    need(extension != NULL && X509_add_ext(x509, extension, -1) == 1, "no extension");
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
}

static X509 *make_x509(const struct sign_cert_spec *spec)
{
    X509 *x509 = X509_new();
    need(x509 != NULL, "out of memory");
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 77);
    set_name(X509_get_subject_name(x509), spec->subject);
    set_name(X509_get_issuer_name(x509), spec->issuer);
    set_time(X509_getm_notBefore(x509), spec->not_before, NOT_BEFORE);
    set_time(X509_getm_notAfter(x509), spec->not_after, NOT_AFTER);
    need(X509_set_pubkey(x509, spec->key) == 1, "no public key");
    add_extension(x509, NID_basic_constraints, spec->constraints);
    add_extension(x509, NID_key_usage, spec->key_usage);
    add_extension(x509, NID_ext_key_usage, spec->purposes);
    add_extension(x509, NID_id_pkix_OCSP_noCheck, spec->nocheck ? "ignored" : NULL);
    if (spec->unknown_critical)
        add_unknown_critical(x509);
    need(X509_sign(x509, spec->signer, spec->digest != NULL ? spec->digest : EVP_sha256()) > 0,
         "cannot sign a certificate");
    return x509;
}

// The algorithm inside becomes ecdsa-with-SHA384, and the signature is made again. Its length
// varies, so this is repeated until it has the old length.
static void change_inside(const struct sign_cert_spec *spec, struct sign_cert *cert)
{
    size_t last = (size_t)(cert->cert.tbs_algorithm.oid.data - cert->der) + 7;
    size_t value = (size_t)(cert->cert.signature.value.data - cert->der);
    uint8_t signature[256];
    size_t len;
    need(cert->cert.tbs_algorithm.oid.len == 8, "the signer's key is not on P-256");
    cert->der[last]++;
    do
        len = sign_octets(spec->signer, EVP_sha256(), cert->cert.tbs, signature, sizeof signature);
    while (len != cert->cert.signature.value.len);
    memcpy(cert->der + value, signature, len);
}

void sign_cert(const struct sign_cert_spec *spec, struct sign_cert *out)
{
    X509 *x509 = make_x509(spec);
    *out = (struct sign_cert){0};
    int len = i2d_X509(x509, &out->der);
    need(len > 0, "cannot encode a certificate");
    X509_free(x509);
    struct oc_bytes der = {out->der, (size_t)len};
    need(oc_cert_parse(&out->cert, der, NULL) == OC_OK, "a certificate does not parse");
    if (spec->fault == SIGN_WRONG)
        out->der[len - 1] ^= 1;
    if (spec->fault == SIGN_OTHER_INSIDE)
        change_inside(spec, out);
}

void sign_cert_free(struct sign_cert *cert)
{
    OPENSSL_free(cert->der);
    *cert = (struct sign_cert){0};
}

// The OID's content is a view of `oid`, and is valid as long as that.
static struct oc_algorithm algorithm_of(const EVP_PKEY *key, const EVP_MD *digest, uint8_t oid[16])
{
    static const uint8_t null[] = {0x05, 0x00};
    struct oc_algorithm algorithm = {.oid = {oid, 0}};
    int nid = NID_undef;
    need(OBJ_find_sigid_by_algs(&nid, EVP_MD_get_type(digest), EVP_PKEY_get_base_id(key)) == 1,
         "no such signature algorithm");
    const ASN1_OBJECT *object = OBJ_nid2obj(nid);
    algorithm.oid.len = OBJ_length(object);
    need(algorithm.oid.len <= 16, "a long object identifier");
    memcpy(oid, OBJ_get0_data(object), algorithm.oid.len);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        algorithm.parameters = (struct oc_bytes){null, sizeof null};
    return algorithm;
}

static void replace_text(uint8_t *octets, size_t len, const char *find, const char *replace)
{
    size_t n = strlen(find);
    size_t found = 0;
    need(strlen(replace) == n, "a replacement of another length");
    for (size_t i = 0; i + n <= len; i++) {
        if (memcmp(octets + i, find, n) == 0) {
            memcpy(octets + i, replace, n);
            found++;
        }
    }
    need(found == 1, "the text to replace is not there once");
}

static struct oc_bytes make_tbs(const struct sign_response_spec *spec, uint8_t *buf, size_t size)
{
    struct oc_bytes tbs = spec->tbs;
    struct oc_error err;
    if (tbs.data == NULL) {
        if (oc_response_build_tbs(&spec->data, buf, size, &tbs, &err) != OC_OK)
            need(false, err.what);
    }
    if (spec->find != NULL)
        replace_text(buf + (size - tbs.len), tbs.len, spec->find, spec->replace);
    return tbs;
}

// struct signing is the way in which a message is signed.
struct signing {
    EVP_PKEY *key;
    const EVP_MD *digest;
    enum sign_fault fault;
    uint8_t oid[16];
    uint8_t value[512];
};

static struct oc_signature signature_of(struct signing *signing, struct oc_bytes tbs,
                                        struct oc_list certs)
{
    const EVP_MD *digest = signing->digest != NULL ? signing->digest : EVP_sha256();
    struct oc_signature signature = {.certs = certs, .value = {signing->value, 0}};
    if (signing->fault == SIGN_OTHER_OCTETS)
        tbs.len--;
    signature.value.len =
        sign_octets(signing->key, digest, tbs, signing->value, sizeof signing->value);
    if (signing->fault == SIGN_WRONG)
        signing->value[signature.value.len - 1] ^= 1;
    if (signing->fault == SIGN_OTHER_ALGORITHM)
        digest = EVP_sha512();
    signature.algorithm = algorithm_of(signing->key, digest, signing->oid);
    return signature;
}

struct oc_bytes sign_response(const struct sign_response_spec *spec, uint8_t *buf, size_t size)
{
    struct signing signing = {spec->key, spec->digest, spec->fault, {0}, {0}};
    uint8_t *room = malloc(size);
    struct oc_bytes der;
    struct oc_error err = {0};
    need(room != NULL, "out of memory");
    struct oc_bytes tbs = make_tbs(spec, room, size);
    struct oc_signature signature = signature_of(&signing, tbs, spec->certs);
    if (oc_response_assemble(tbs, &signature, buf, size, &der, &err) != OC_OK)
        need(false, err.what);
    free(room);
    return der;
}

struct oc_bytes sign_request(const struct sign_request_spec *spec, uint8_t *buf, size_t size)
{
    struct signing signing = {spec->key, spec->digest, spec->fault, {0}, {0}};
    uint8_t *room = malloc(size);
    struct oc_bytes tbs;
    struct oc_bytes der;
    struct oc_error err = {0};
    need(room != NULL, "out of memory");
    if (oc_request_build_tbs(&spec->data, room, size, &tbs, &err) != OC_OK)
        need(false, err.what);
    struct oc_signature signature = signature_of(&signing, tbs, spec->certs);
    if (oc_request_assemble(tbs, &signature, buf, size, &der, &err) != OC_OK)
        need(false, err.what);
    free(room);
    return der;
}

static X509 *x509_of(const struct sign_cert *cert)
{
    const uint8_t *at = cert->der;
    X509 *x509 = d2i_X509(NULL, &at, (long)cert->cert.der.len);
    need(x509 != NULL, "libcrypto refuses a certificate");
    return x509;
}

static OCSP_CERTID *certid_of(const struct sign_libcrypto_spec *spec, const X509 *issuer)
{
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    need(serial != NULL && ASN1_INTEGER_set(serial, spec->serial) == 1, "no serial number");
    OCSP_CERTID *id = OCSP_cert_id_new(spec->id_digest, X509_get_subject_name(issuer),
                                       X509_get0_pubkey_bitstr(issuer), serial);
    need(id != NULL, "no cert ID");
    ASN1_INTEGER_free(serial);
    return id;
}

static ASN1_TIME *time_of(int64_t time)
{
    ASN1_TIME *out = ASN1_GENERALIZEDTIME_set(NULL, (time_t)time);
    need(out != NULL, "no time");
    return out;
}

static void add_status(OCSP_BASICRESP *basic, const struct sign_libcrypto_spec *spec,
                       const X509 *issuer)
{
    OCSP_CERTID *id = certid_of(spec, issuer);
    ASN1_TIME *this_update = time_of(spec->this_update);
    ASN1_TIME *next_update = spec->next_update != 0 ? time_of(spec->next_update) : NULL;
    need(OCSP_basic_add1_status(basic, id, spec->status, spec->reason, this_update, this_update,
                                next_update) != NULL,
         "no single response");
    ASN1_TIME_free(next_update);
    ASN1_TIME_free(this_update);
    OCSP_CERTID_free(id);
}

static void add_nonce(OCSP_BASICRESP *basic, struct oc_bytes nonce)
{
    uint8_t copy[64];
    if (nonce.data == NULL)
        return;
    need(nonce.len <= sizeof copy, "a long nonce");
    memcpy(copy, nonce.data, nonce.len);
    need(OCSP_basic_add1_nonce(basic, copy, (int)nonce.len) == 1, "no nonce");
}

void sign_libcrypto(const struct sign_libcrypto_spec *spec, uint8_t **data, size_t *len)
{
    X509 *issuer = x509_of(spec->issuer);
    X509 *signer = x509_of(spec->signer);
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    need(basic != NULL, "out of memory");
    add_status(basic, spec, issuer);
    add_nonce(basic, spec->nonce);
    need(OCSP_basic_sign(basic, signer, spec->key, EVP_sha256(), NULL, spec->flags) == 1,
         "libcrypto does not sign");
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    need(response != NULL, "no response");
    *data = NULL;
    int n = i2d_OCSP_RESPONSE(response, data);
    need(n > 0, "libcrypto does not encode");
    *len = (size_t)n;
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    X509_free(signer);
    X509_free(issuer);
}
