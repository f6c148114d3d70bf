// SPDX-License-Identifier: MIT
//
// Responses and requests, built and signed in one call, and believed by oc_verify() and
// oc_verify_request(): by issuer and delegate, by key and by name, of one certificate and
// of many, in two steps as in one.
#include "guard.h"
#include "verify_fixture.h"

#include <ocsp/openssl.h>
#include <ocsp/sign.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 200

static struct oc_policy policy;

// struct party is the signer.
struct party {
    enum cert_name cert;
    enum key_name key;
    enum oc_signer_kind kind;
};

static const struct party parties[] = {
    {CERT_CA, KEY_CA, OC_SIGNER_ISSUER},
    {CERT_DELEGATE, KEY_DELEGATE, OC_SIGNER_DELEGATE},
    {CERT_RSA, KEY_RSA, OC_SIGNER_DELEGATE},
};
#define N_PARTIES (sizeof parties / sizeof parties[0])

static struct oc_private_key *start_signer(const struct party *party, struct oc_signer *signer)
{
    struct oc_private_key *key = oc_openssl_key_new(fixture_key(party->key));
    struct oc_error err;
    assert_non_null(key);
    memset(signer, 0xff, sizeof *signer);
    assert_int_equal(
        oc_signer_init(signer, fixture.crypto, key, &fixture_cert(party->cert)->cert, NULL, &err),
        OC_OK);
    assert_int_equal(err.code, OC_OK);
    if (party->kind == OC_SIGNER_ISSUER)
        signer->certs = (struct oc_list){0};
    return key;
}

static struct oc_single_response good(uint8_t hashes[OC_CERT_ID_HASHES_LEN])
{
    struct oc_single_response single = {
        .status = OC_CERT_STATUS_GOOD,
        .this_update = SIGN_NOW - HOUR,
        .has_next_update = true,
        .next_update = SIGN_NOW + HOUR,
    };
    assert_int_equal(oc_issuer_cert_id(fixture.crypto, OC_HASH_SHA256, &fixture.issuer.cert,
                                       serial_in_question(), hashes, &single.id, NULL),
                     OC_OK);
    return single;
}

static struct oc_response_spec spec_of(const struct oc_single_response *singles, size_t n)
{
    return (struct oc_response_spec){
        .produced_at = SIGN_NOW - HOUR,
        .responses = singles,
        .n_responses = n,
    };
}

static void expect_believed(struct oc_bytes der, const struct party *party,
                            struct oc_verdict *verdict)
{
    struct oc_response resp;
    struct oc_error err = {0};
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_int_equal(resp.deviations, 0);
    if (oc_verify(&policy, &fixture.issuer, serial_in_question(), &resp, verdict, &err) != OC_OK)
        fail_msg("%s", err.what);
    assert_int_equal(verdict->signer, party->kind);
    assert_int_equal(resp.signature.certs.n, party->kind == OC_SIGNER_DELEGATE);
}

static void responses_by_each_party(void **state)
{
    static const enum oc_responder_kind kinds[] = {OC_RESPONDER_NONE, OC_RESPONDER_BY_KEY,
                                                   OC_RESPONDER_BY_NAME};
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    const struct oc_single_response single = good(hashes);
    struct oc_response_spec spec = spec_of(&single, 1);
    (void)state;
    for (size_t i = 0; i < 3 * N_PARTIES; i++) {
        const struct party *party = &parties[i / 3];
        struct oc_signer signer;
        struct oc_private_key *key = start_signer(party, &signer);
        struct oc_response resp;
        struct oc_verdict verdict;
        struct oc_bytes der;
        struct oc_error err;
        spec.responder.kind = kinds[i % 3];
        assert_int_equal(oc_response_sign(&signer, &spec, fixture.room, MESSAGE_SIZE, &der, &err),
                         OC_OK);
        assert_int_equal(err.code, OC_OK);
        assert_ptr_equal(der.data + der.len, fixture.room + MESSAGE_SIZE);
        expect_believed(der, party, &verdict);
        assert_int_equal(verdict.status, OC_CERT_STATUS_GOOD);
        assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
        assert_int_equal(resp.responder.kind,
                         i % 3 == 2 ? OC_RESPONDER_BY_NAME : OC_RESPONDER_BY_KEY);
        oc_openssl_key_free(key);
    }
}

// Every field of a response arrives, also of many certificates at once.
static void response_about_many(void **state)
{
    static uint8_t hashes[MANY][OC_CERT_ID_HASHES_LEN];
    static uint8_t serials[MANY][4];
    static struct oc_single_response singles[MANY];
    static const uint8_t url[] = "http://crl.example/";
    const struct oc_extension in_single[] = {
        {OC_EXT_ARCHIVE_CUTOFF, .archive_cutoff = SIGN_NOW - 100 * DAY},
        {OC_EXT_CRL_REFERENCE, .crl_reference = {.url = {url, sizeof url - 1}}},
        {OC_EXT_INVALIDITY_DATE, .invalidity_date = SIGN_NOW - DAY},
    };
    const struct oc_extension in_response[] = {
        {OC_EXT_NONCE, .nonce = {url, 16}},
        {OC_EXT_EXTENDED_REVOKE, .critical = false},
    };
    uint8_t single_buf[256];
    uint8_t response_buf[256];
    struct oc_list single_list;
    struct oc_list response_list;
    struct oc_signer signer;
    struct oc_private_key *key = start_signer(&parties[1], &signer);
    struct oc_verdict verdict;
    struct oc_bytes der;
    (void)state;
    assert_int_equal(
        oc_extensions_build(in_single, 3, single_buf, sizeof single_buf, &single_list, NULL),
        OC_OK);
    assert_int_equal(oc_extensions_build(in_response, 2, response_buf, sizeof response_buf,
                                         &response_list, NULL),
                     OC_OK);
    for (size_t i = 0; i < MANY; i++) {
        singles[i] = good(hashes[i]);
        memcpy(serials[i], serial_in_question().data, 4);
        serials[i][3] = (uint8_t)(i < 100 ? i + 100 : i - 100);
        singles[i].id.serial = (struct oc_bytes){serials[i], 4};
        singles[i].status = (enum oc_cert_status)(OC_CERT_STATUS_GOOD + i % 3);
        singles[i].revocation_time = SIGN_NOW - DAY;
        singles[i].has_reason = singles[i].status == OC_CERT_STATUS_REVOKED;
        singles[i].reason = OC_REASON_KEY_COMPROMISE;
        singles[i].extensions = single_list;
    }
    struct oc_response_spec spec = spec_of(singles, MANY);
    spec.extensions = response_list;
    assert_int_equal(oc_response_sign(&signer, &spec, fixture.room, MESSAGE_SIZE, &der, NULL),
                     OC_OK);
    expect_believed(der, &parties[1], &verdict);
    // The serial number in question ends in 4, so it is number 104.
    assert_int_equal(verdict.status, singles[104].status);
    assert_int_equal(verdict.status, OC_CERT_STATUS_UNKNOWN);
    assert_true(verdict.archive_cutoff == SIGN_NOW - 100 * DAY);

    struct oc_response resp;
    struct oc_single_response got;
    size_t n = 0;
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    for (size_t at = 0; oc_response_next(&resp, &at, &got); n++) {
        assert_true(oc_cert_id_equal(&got.id, &singles[n].id));
        assert_int_equal(got.status, singles[n].status);
        assert_int_equal(got.has_reason, singles[n].has_reason);
        assert_true(oc_bytes_equal(got.extensions.items, single_list.items));
    }
    assert_int_equal(n, MANY);
    assert_true(oc_bytes_equal(resp.extensions.items, response_list.items));
    oc_openssl_key_free(key);
}

// The caller has the key: the library returns octets and takes their signature. Ed25519 and RSA
// sign the same octets in the same way each time, so that both ways give the same message.
static void two_steps_are_as_one(void **state)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    const struct oc_single_response single = good(hashes);
    struct oc_signer signer;
    struct oc_private_key *key = start_signer(&parties[2], &signer);
    struct oc_response_spec spec = spec_of(&single, 1);
    struct oc_bytes one;
    struct oc_bytes two;
    struct oc_bytes tbs;
    uint8_t tbs_buf[1024];
    uint8_t value[512];
    size_t len = sizeof value;
    uint8_t two_buf[4096];
    (void)state;
    assert_int_equal(oc_response_sign(&signer, &spec, fixture.room, MESSAGE_SIZE, &one, NULL),
                     OC_OK);

    spec.responder = (struct oc_responder_id){OC_RESPONDER_BY_KEY,
                                              .key_hash = {signer.key_hash, OC_KEY_HASH_LEN}};
    assert_int_equal(oc_response_build_tbs(&spec, tbs_buf, sizeof tbs_buf, &tbs, NULL), OC_OK);
    struct oc_signature signature = {.certs = {fixture_cert(CERT_RSA)->cert.der, 1}};
    assert_int_equal(oc_sign_algorithm(&fixture_cert(CERT_RSA)->cert, OC_HASH_OTHER, false,
                                       &signature.algorithm, NULL),
                     OC_OK);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, fixture_key(KEY_RSA)),
                     1);
    assert_int_equal(EVP_DigestSign(context, value, &len, tbs.data, tbs.len), 1);
    EVP_MD_CTX_free(context);
    signature.value = (struct oc_bytes){value, len};
    assert_int_equal(oc_response_assemble(tbs, &signature, two_buf, sizeof two_buf, &two, NULL),
                     OC_OK);
    assert_true(oc_bytes_equal(one, two));
    oc_openssl_key_free(key);
}

// Nothing is written past the end of a buffer that is too small, and the size that is returned
// without a buffer is always enough.
static void every_size_of_buffer(void **state)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    const struct oc_single_response single = good(hashes);
    const struct oc_response_spec spec = spec_of(&single, 1);
    struct oc_signer signer;
    struct oc_private_key *key = start_signer(&parties[1], &signer);
    struct oc_bytes needed;
    struct oc_bytes der;
    struct oc_error err;
    struct guard guard;
    struct oc_verdict verdict;
    (void)state;
    assert_int_equal(oc_response_sign(&signer, &spec, NULL, 0, &needed, &err), OC_OK);
    assert_null(needed.data);
    guard_init(&guard, needed.len);
    for (size_t size = 0; size <= needed.len; size++) {
        uint8_t *buf = guard_at_end(&guard, fixture.room, size);
        enum oc_err code = oc_response_sign(&signer, &spec, buf, size, &der, &err);
        assert_int_equal(err.code, code);
        if (code == OC_OK) {
            assert_true(size + 3 >= needed.len);
            expect_believed(der, &parties[1], &verdict);
            continue;
        }
        assert_int_equal(code, OC_ERR_SPACE);
        assert_string_equal(err.what, "the buffer is too small for the message");
        assert_null(der.data);
        assert_int_not_equal(size, needed.len);
    }
    guard_free(&guard);
    oc_openssl_key_free(key);
}

static void refuse(const struct oc_signer *signer, const struct oc_response_spec *spec,
                   enum oc_err code, const char *what)
{
    struct oc_bytes der = {fixture.room, 1};
    struct oc_error err;
    uint8_t *bufs[] = {fixture.room, NULL};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            oc_response_sign(signer, spec, bufs[i], bufs[i] != NULL ? MESSAGE_SIZE : 0, &der, &err),
            code);
        assert_int_equal(err.code, code);
        assert_string_equal(err.what, what);
        assert_null(der.data);
        assert_int_equal(der.len, 0);
    }
    assert_int_equal(oc_response_sign(signer, spec, fixture.room, MESSAGE_SIZE, &der, NULL), code);
}

// A response that every verifier would refuse is not built.
static void responses_refused(void **state)
{
    static const char foreign[] = "the responderID is not the signer's (RFC 6960 4.2.2.3)";
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_response single = good(hashes);
    struct oc_response_spec spec = spec_of(&single, 1);
    const struct oc_cert *ca = &fixture_cert(CERT_CA)->cert;
    struct oc_signer signer;
    struct oc_private_key *key = start_signer(&parties[1], &signer);
    (void)state;
    spec.responder = (struct oc_responder_id){OC_RESPONDER_BY_NAME, .name = ca->subject};
    refuse(&signer, &spec, OC_ERR_ARGUMENT, foreign);
    spec.responder = (struct oc_responder_id){
        OC_RESPONDER_BY_KEY, .key_hash = {fixture.issuer.key_hash[OC_HASH_SHA1], OC_KEY_HASH_LEN}};
    refuse(&signer, &spec, OC_ERR_ARGUMENT, foreign);
    spec.responder = (struct oc_responder_id){OC_RESPONDER_BY_KEY,
                                              .key_hash = {signer.key_hash, OC_KEY_HASH_LEN - 1}};
    refuse(&signer, &spec, OC_ERR_ARGUMENT, foreign);
    spec.responder = (struct oc_responder_id){0};

    single.next_update = single.this_update - 1;
    refuse(&signer, &spec, OC_ERR_ARGUMENT, "nextUpdate is before thisUpdate (RFC 6960 4.2.2.1)");
    single.next_update = SIGN_NOW;
    single.has_reason = true;
    refuse(&signer, &spec, OC_ERR_ARGUMENT,
           "a revocationReason without a revocation (RFC 6960 4.2.1)");
    single.has_reason = false;
    single.this_update = INT64_MAX;
    single.has_next_update = false;
    refuse(&signer, &spec, OC_ERR_TIME,
           "a time is not in the years 0001 to 9999 (RFC 5280 4.1.2.5)");
    spec.n_responses = 0;
    refuse(&signer, &spec, OC_ERR_ARGUMENT,
           "a response without a single response (RFC 6960 4.2.1)");
    oc_openssl_key_free(key);
}

static void signers_refused(void **state)
{
    static const struct {
        struct party party;
        enum oc_hash hash;
        enum oc_err code;
        const char *what;
    } cases[] = {
        {{CERT_DELEGATE, KEY_OTHER},
         OC_HASH_OTHER,
         OC_ERR_KEY_MISMATCH,
         "the private key is not that of the signer's certificate"},
        {{CERT_DELEGATE, KEY_RSA},
         OC_HASH_OTHER,
         OC_ERR_KEY_MISMATCH,
         "the private key is not that of the signer's certificate"},
        {{CERT_RSA_1024, KEY_RSA_1024},
         OC_HASH_OTHER,
         OC_ERR_WEAK_KEY,
         "signatures with an RSA key below 2048 bits are not believed (RFC 6960 5.1.1)"},
    };
    static const struct oc_signer zero;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct party *party = &cases[i].party;
        struct oc_private_key *key = oc_openssl_key_new(fixture_key(party->key));
        struct oc_signer signer;
        struct oc_error err;
        memset(&signer, 0xff, sizeof signer);
        assert_int_equal(oc_signer_init(&signer, fixture.crypto, key,
                                        &fixture_cert(party->cert)->cert, NULL, &err),
                         cases[i].code);
        assert_int_equal(err.code, cases[i].code);
        assert_string_equal(err.what, cases[i].what);
        assert_memory_equal(&signer, &zero, sizeof zero);
        assert_int_equal(oc_signer_init(&signer, fixture.crypto, key,
                                        &fixture_cert(party->cert)->cert, NULL, NULL),
                         cases[i].code);
        oc_openssl_key_free(key);
    }
}

// The caller's choice of algorithm is used, and SHA-1 is refused.
static void algorithm_of_the_caller(void **state)
{
    static const uint8_t ecdsa_with_sha1[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 1};
    const struct oc_cert *cert = &fixture_cert(CERT_DELEGATE)->cert;
    struct oc_algorithm algorithm = {.oid = {ecdsa_with_sha1, sizeof ecdsa_with_sha1}};
    struct oc_private_key *key = oc_openssl_key_new(fixture_key(KEY_DELEGATE));
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    const struct oc_single_response single = good(hashes);
    const struct oc_response_spec spec = spec_of(&single, 1);
    struct oc_signer signer;
    struct oc_verdict verdict;
    struct oc_error err;
    struct oc_bytes der;
    struct oc_response resp;
    (void)state;
    assert_int_equal(oc_signer_init(&signer, fixture.crypto, key, cert, &algorithm, &err),
                     OC_ERR_WEAK_HASH);
    assert_string_equal(err.what, "signatures with SHA-1 or a weaker hash are not believed "
                                  "(RFC 6960 5.1.1)");
    assert_int_equal(
        oc_sign_algorithm(&fixture_cert(CERT_RSA)->cert, OC_HASH_OTHER, true, &algorithm, NULL),
        OC_OK);
    assert_int_equal(oc_signer_init(&signer, fixture.crypto, key, cert, &algorithm, &err),
                     OC_ERR_UNSUPPORTED);
    assert_string_equal(err.what, "the key cannot sign by this algorithm (RFC 6960 4.3)");

    assert_int_equal(oc_sign_algorithm(cert, OC_HASH_SHA512, false, &algorithm, NULL), OC_OK);
    assert_int_equal(oc_signer_init(&signer, fixture.crypto, key, cert, &algorithm, &err), OC_OK);
    assert_int_equal(oc_response_sign(&signer, &spec, fixture.room, MESSAGE_SIZE, &der, NULL),
                     OC_OK);
    expect_believed(der, &parties[1], &verdict);
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_true(oc_bytes_equal(resp.signature.algorithm.oid, algorithm.oid));
    oc_openssl_key_free(key);
}

static void rsa_pss(void **state)
{
    const struct oc_cert *cert = &fixture_cert(CERT_RSA)->cert;
    struct oc_private_key *key = oc_openssl_key_new(fixture_key(KEY_RSA));
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    const struct oc_single_response single = good(hashes);
    const struct oc_response_spec spec = spec_of(&single, 1);
    (void)state;
    for (enum oc_hash hash = OC_HASH_SHA224; hash <= OC_HASH_SHA512; hash++) {
        struct oc_algorithm algorithm;
        struct oc_signer signer;
        struct oc_verdict verdict;
        struct oc_bytes der;
        assert_int_equal(oc_sign_algorithm(cert, hash, true, &algorithm, NULL), OC_OK);
        assert_int_equal(oc_signer_init(&signer, fixture.crypto, key, cert, &algorithm, NULL),
                         OC_OK);
        assert_int_equal(oc_response_sign(&signer, &spec, fixture.room, MESSAGE_SIZE, &der, NULL),
                         OC_OK);
        expect_believed(der, &parties[2], &verdict);
    }
    oc_openssl_key_free(key);
}

static void requests_by_each_party(void **state)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    const struct oc_single_response said = good(hashes);
    const struct oc_single_request singles[] = {{.id = said.id}, {.id = said.id}};
    const struct oc_request_spec spec = {{0}, singles, 2, {0}};
    (void)state;
    for (size_t i = 0; i < N_PARTIES; i++) {
        struct oc_signer signer;
        struct oc_private_key *key = start_signer(&parties[i], &signer);
        struct oc_requestor requestor;
        struct oc_request req;
        struct oc_bytes der;
        struct oc_bytes needed;
        assert_int_equal(oc_request_sign(&signer, &spec, NULL, 0, &needed, NULL), OC_OK);
        assert_int_equal(oc_request_sign(&signer, &spec, fixture.room, needed.len, &der, NULL),
                         OC_OK);
        assert_int_equal(oc_request_parse(&req, der, NULL), OC_OK);
        assert_int_equal(req.requests.n, 2);
        assert_int_equal(oc_verify_request(&policy, &fixture.issuer, &req, &requestor, NULL),
                         OC_OK);
        assert_int_equal(requestor.signer, parties[i].kind);
        assert_true(oc_bytes_equal(requestor.name, fixture_cert(parties[i].cert)->cert.subject));
        oc_openssl_key_free(key);
    }
}

static void requests_refused(void **state)
{
    const struct oc_request_spec spec = {0};
    struct oc_signer signer;
    struct oc_private_key *key = start_signer(&parties[1], &signer);
    struct oc_bytes der = {fixture.room, 1};
    struct oc_error err;
    (void)state;
    assert_int_equal(oc_request_sign(&signer, &spec, fixture.room, MESSAGE_SIZE, &der, &err),
                     OC_ERR_ARGUMENT);
    assert_string_equal(err.what, "a request without a certID (RFC 6960 4.1.1)");
    assert_null(der.data);
    oc_openssl_key_free(key);
}

static int start(void **state)
{
    oc_policy_init(&policy, SIGN_NOW);
    return fixture_start(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(responses_by_each_party), cmocka_unit_test(response_about_many),
        cmocka_unit_test(two_steps_are_as_one),    cmocka_unit_test(every_size_of_buffer),
        cmocka_unit_test(responses_refused),       cmocka_unit_test(signers_refused),
        cmocka_unit_test(algorithm_of_the_caller), cmocka_unit_test(rsa_pss),
        cmocka_unit_test(requests_by_each_party),  cmocka_unit_test(requests_refused),
    };
    return cmocka_run_group_tests(tests, start, fixture_stop);
}
