// SPDX-License-Identifier: MIT
//
// Signed requests (RFC 6960 4.1.2): the signer and its authority. Some requests are made by
// libcrypto.
#include "verify_fixture.h"

#include <ocsp/openssl.h>
#include <ocsp/request.h>

#include <openssl/ocsp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char unsigned_request[] = "the request is not signed (RFC 6960 4.1.2)";
static const char no_directory_name[] = "requestorName is not a directoryName (RFC 6960 4.1.2)";
static const char nobody[] = "requestorName names neither the issuer nor a certificate that may "
                             "sign (RFC 6960 4.1.2)";
static const char wrong[] = "the signature of the request is wrong (RFC 6960 4.1.2)";
static const char not_issued[] =
    "the signer's certificate is not issued by the issuer itself (RFC 6960 4.1.2)";
static const char no_purpose[] =
    "the signer's certificate is not for signatures (RFC 5280 4.2.1.3)";
static const char not_now[] = "the signer's certificate is not valid now (RFC 6960 3.2)";
static const char critical[] = "the signer's certificate has a critical extension that is not "
                               "understood (RFC 5280 4.2)";
static const char weak_hash[] = "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)";
static const char weak_key[] =
    "a signature is made with an RSA key below 2048 bits (RFC 6960 5.1.1)";

// struct asked is a request. The requestor is the owner of `cert`, which is in the request
// unless it is `left_out`.
struct asked {
    enum cert_name cert;
    enum key_name key;
    enum cert_name name;  // named in place of `cert`
    bool left_out;
    const char *general_name;  // DER, in place of the name
    enum sign_fault fault;
    const EVP_MD *(*digest)(void);
};

struct request_case {
    struct asked asked;
    enum oc_err code;
    const char *what;  // NULL: it is believed
    enum oc_signer_kind kind;
};

#define URI "\x86\x05http:"
#define CUT "\xa4\x05\x30\x03\x31\x01"
#define EMPTY_NAME "\xa4\x02\x30\x00"

static const struct request_case cases[] = {
    {{CERT_DELEGATE, KEY_DELEGATE}, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {{CERT_WITHOUT_EKU, KEY_DELEGATE}, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {{CERT_OTHER_EKU, KEY_DELEGATE}, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {{CERT_KEY_USAGE, KEY_DELEGATE}, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {{CERT_EXPIRED_AT_BORDER, KEY_DELEGATE}, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {{CERT_RSA, KEY_RSA}, OC_OK, NULL, OC_SIGNER_DELEGATE},
    {{CERT_CA, KEY_CA}, OC_OK, NULL, OC_SIGNER_ISSUER},
    {{CERT_CA, KEY_CA, .left_out = true}, OC_OK, NULL, OC_SIGNER_ISSUER},
    {{CERT_DELEGATE, KEY_DELEGATE, .left_out = true}, OC_ERR_SIGNER, nobody, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .name = CERT_OTHER_CA}, OC_ERR_SIGNER, nobody, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .name = CERT_CA}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .general_name = URI}, OC_ERR_SIGNER, no_directory_name, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .general_name = CUT}, OC_ERR_SIGNER, nobody, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .general_name = EMPTY_NAME}, OC_ERR_SIGNER, nobody, 0},
    {{CERT_DELEGATE, KEY_OTHER}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .fault = SIGN_WRONG}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .fault = SIGN_OTHER_OCTETS}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .fault = SIGN_OTHER_ALGORITHM}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_CA, KEY_OTHER}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_CA_OF_SAME_NAME, KEY_OTHER}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_SELF_MADE, KEY_OTHER}, OC_ERR_SIGNATURE, wrong, 0},
    {{CERT_BY_ROOT, KEY_DELEGATE}, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {{CERT_BY_CA_OF_SAME_NAME, KEY_DELEGATE}, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {{CERT_BY_CA_OF_OTHER_NAME, KEY_DELEGATE}, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {{CERT_SIGNED_BY_DELEGATE, KEY_OTHER}, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {{CERT_SIGNATURE_WRONG, KEY_DELEGATE}, OC_ERR_DELEGATE_ISSUER, not_issued, 0},
    {{CERT_KEY_USAGE_WRONG, KEY_DELEGATE}, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {{CERT_CA_AS_DELEGATE_WITHOUT_EKU, KEY_DELEGATE}, OC_ERR_DELEGATE_PURPOSE, no_purpose, 0},
    {{CERT_CRITICAL, KEY_DELEGATE}, OC_ERR_CRITICAL, critical, 0},
    {{CERT_EXPIRED, KEY_DELEGATE}, OC_ERR_DELEGATE_TIME, not_now, 0},
    {{CERT_NOT_YET, KEY_DELEGATE}, OC_ERR_DELEGATE_TIME, not_now, 0},
    {{CERT_SHA1, KEY_DELEGATE}, OC_ERR_WEAK_HASH, weak_hash, 0},
    {{CERT_DELEGATE, KEY_DELEGATE, .digest = EVP_sha1}, OC_ERR_WEAK_HASH, weak_hash, 0},
    {{CERT_RSA_1024, KEY_RSA_1024}, OC_ERR_WEAK_KEY, weak_key, 0},
    {{CERT_MALFORMED, KEY_DELEGATE, .name = CERT_DELEGATE}, OC_ERR_SIGNER, nobody, 0},
};

static struct oc_policy policy;

static struct oc_single_request question(uint8_t hashes[OC_CERT_ID_HASHES_LEN])
{
    struct oc_single_request single = {0};
    assert_int_equal(oc_issuer_cert_id(fixture.crypto, OC_HASH_SHA256, &fixture.issuer.cert,
                                       serial_in_question(), hashes, &single.id, NULL),
                     OC_OK);
    return single;
}

static struct oc_bytes name_of(const struct asked *asked)
{
    enum cert_name name = asked->name != CERT_NONE ? asked->name : asked->cert;
    if (asked->general_name != NULL)
        return (struct oc_bytes){(const uint8_t *)asked->general_name,
                                 2 + (size_t)asked->general_name[1]};
    return fixture_cert(name)->cert.subject;
}

static struct oc_bytes make(const struct asked *asked)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_request single = question(hashes);
    struct sign_request_spec spec = {
        .data = {name_of(asked), &single, 1, {0}},
        .key = fixture_key(asked->key),
        .digest = asked->digest != NULL ? asked->digest() : NULL,
        .fault = asked->fault,
    };
    if (!asked->left_out)
        spec.certs = (struct oc_list){fixture_cert(asked->cert)->cert.der, 1};
    return sign_request(&spec, fixture.room, MESSAGE_SIZE);
}

static enum oc_err verify(struct oc_bytes der, struct oc_requestor *out, struct oc_error *err)
{
    static const struct oc_requestor zero;
    struct oc_request req;
    struct oc_requestor again;
    assert_int_equal(oc_request_parse(&req, der, NULL), OC_OK);
    memset(out, 0xff, sizeof *out);
    enum oc_err code = oc_verify_request(&policy, &fixture.issuer, &req, out, err);
    assert_int_equal(err->code, code);
    assert_true(err->offset <= der.len);
    if (code != OC_OK)
        assert_memory_equal(out, &zero, sizeof zero);
    assert_int_equal(oc_verify_request(&policy, &fixture.issuer, &req, &again, NULL), code);
    return code;
}

static void expect_believed(const struct request_case *c, const struct oc_requestor *out)
{
    const struct oc_cert *cert = &fixture_cert(c->asked.cert)->cert;
    assert_int_equal(out->signer, c->kind);
    assert_true(oc_bytes_equal(out->name, cert->subject));
    if (c->kind == OC_SIGNER_ISSUER)
        assert_null(out->cert.data);
    else
        assert_true(oc_bytes_equal(out->cert, cert->der));
}

static void each_requestor(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct oc_requestor out;
        struct oc_error err;
        print_message("case %zu\n", i);
        assert_string_equal(oc_err_name(verify(make(&cases[i].asked), &out, &err)),
                            oc_err_name(cases[i].code));
        if (cases[i].what != NULL)
            assert_string_equal(err.what, cases[i].what);
        else
            expect_believed(&cases[i], &out);
    }
}

static void trusted_requestor(void **state)
{
    const struct oc_cert trusted = fixture_cert(CERT_OTHER_CA)->cert;
    const struct asked asked = {CERT_OTHER_CA, KEY_OTHER, .left_out = true};
    struct oc_requestor out;
    struct oc_error err;
    (void)state;
    assert_int_equal(verify(make(&asked), &out, &err), OC_ERR_SIGNER);
    policy.trusted = &trusted;
    policy.n_trusted = 1;
    assert_int_equal(verify(make(&asked), &out, &err), OC_OK);
    assert_int_equal(out.signer, OC_SIGNER_TRUSTED);
    assert_true(oc_bytes_equal(out.cert, trusted.der));
    policy.n_trusted = 0;
}

static void without_signature(void **state)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_request single = question(hashes);
    struct oc_request_spec spec = {fixture_cert(CERT_CA)->cert.subject, &single, 1, {0}};
    struct oc_requestor out;
    struct oc_error err;
    struct oc_bytes der;
    (void)state;
    assert_int_equal(oc_request_build(&spec, fixture.room, MESSAGE_SIZE, &der, NULL), OC_OK);
    assert_int_equal(verify(der, &out, &err), OC_ERR_SIGNATURE);
    assert_string_equal(err.what, unsigned_request);
}

static void without_a_name(void **state)
{
    const struct oc_cert *cert = &fixture_cert(CERT_DELEGATE)->cert;
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_request single = question(hashes);
    struct sign_request_spec spec = {
        .data = {{0}, &single, 1, {0}},
        .key = fixture_key(KEY_DELEGATE),
        .certs = {cert->der, 1},
    };
    struct oc_requestor out;
    struct oc_error err;
    (void)state;
    assert_int_equal(verify(sign_request(&spec, fixture.room, MESSAGE_SIZE), &out, &err),
                     OC_ERR_SIGNER);
    assert_string_equal(err.what, no_directory_name);
}

// A signed request is refused when any of its bits is changed, except those that are not signed:
// the certificates after the signer's, here none, and the spelling of v1.
static void every_flipped_bit(void **state)
{
    const struct asked asked = {CERT_DELEGATE, KEY_DELEGATE};
    (void)state;
    struct oc_bytes der = make(&asked);
    uint8_t *octets = fixture.room + (der.data - fixture.room);
    size_t believed = 0;
    for (size_t bit = 0; bit < der.len * 8; bit++) {
        struct oc_request req;
        struct oc_requestor out;
        octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (oc_request_parse(&req, der, NULL) == OC_OK &&
            oc_verify_request(&policy, &fixture.issuer, &req, &out, NULL) == OC_OK)
            believed++;
        octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_int_equal(believed, 0);
}

static void signed_by_libcrypto(void **state)
{
    const struct sign_cert *cert = fixture_cert(CERT_WITHOUT_EKU);
    const uint8_t *at = cert->der;
    X509 *x509 = d2i_X509(NULL, &at, (long)cert->cert.der.len);
    const uint8_t *ca_at = fixture_cert(CERT_CA)->der;
    X509 *ca = d2i_X509(NULL, &ca_at, (long)fixture_cert(CERT_CA)->cert.der.len);
    OCSP_REQUEST *req = OCSP_REQUEST_new();
    struct oc_requestor out;
    struct oc_error err;
    uint8_t *der = NULL;
    (void)state;
    assert_non_null(OCSP_request_add0_id(req, OCSP_cert_to_id(EVP_sha1(), x509, ca)));
    assert_int_equal(OCSP_request_sign(req, x509, fixture_key(KEY_DELEGATE), EVP_sha384(), NULL, 0),
                     1);
    int len = i2d_OCSP_REQUEST(req, &der);
    assert_true(len > 0);
    assert_int_equal(verify((struct oc_bytes){der, (size_t)len}, &out, &err), OC_OK);
    assert_int_equal(out.signer, OC_SIGNER_DELEGATE);
    assert_true(oc_bytes_equal(out.cert, cert->cert.der));
    OPENSSL_free(der);
    OCSP_REQUEST_free(req);
    X509_free(ca);
    X509_free(x509);
}

static int start(void **state)
{
    oc_policy_init(&policy, SIGN_NOW);
    return fixture_start(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_requestor),    cmocka_unit_test(trusted_requestor),
        cmocka_unit_test(without_signature), cmocka_unit_test(without_a_name),
        cmocka_unit_test(every_flipped_bit), cmocka_unit_test(signed_by_libcrypto),
    };
    return cmocka_run_group_tests(tests, start, fixture_stop);
}
