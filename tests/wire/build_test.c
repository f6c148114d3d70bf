// SPDX-License-Identifier: MIT
//
// Requests and responses built from structures: parsing returns the same structures, and
// structures that no message can hold are refused.
#include <ocsp/cert.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(array)                                                                               \
    {                                                                                              \
        array, sizeof(array)                                                                       \
    }

static const uint8_t hash[80] = {1, 2, 3};
static const uint8_t serial[] = {0x3F, 0x20};
static const uint8_t ed25519[] = {0x2B, 0x65, 0x70};
static const uint8_t name[] = {0x30, 0x00};
static const uint8_t general_name[] = {0x82, 0x01, 'x'};
static const uint8_t cert[] = {0x30, 0x03, 0x02, 0x01, 0x05};

static const struct oc_signature signature = {
    .algorithm = {.oid = BYTES(ed25519)},
    .value = {hash, 64},
    .certs = {BYTES(cert), 1},
};

static struct oc_cert_id make_id(enum oc_hash algorithm)
{
    size_t len = oc_hash_len(algorithm);
    return (struct oc_cert_id){
        .hash = algorithm,
        .issuer_name_hash = {hash, len},
        .issuer_key_hash = {hash + 1, len},
        .serial = BYTES(serial),
    };
}

static void assert_same_id(const struct oc_cert_id *a, const struct oc_cert_id *b)
{
    assert_true(oc_cert_id_equal(a, b));
    assert_int_equal(a->hash, b->hash);
}

static struct oc_list make_nonce(uint8_t *buf, size_t size)
{
    struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {hash, 32}};
    struct oc_list list;
    assert_int_equal(oc_extensions_build(&nonce, 1, buf, size, &list, NULL), OC_OK);
    return list;
}

static void request_comes_back(void **state)
{
    uint8_t nonce_buf[64];
    uint8_t buf[1024];
    struct oc_list nonce = make_nonce(nonce_buf, sizeof nonce_buf);
    struct oc_single_request singles[5];
    struct oc_request_spec spec = {BYTES(general_name), singles, 5, nonce};
    struct oc_request req;
    struct oc_single_request single;
    struct oc_bytes der;
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        singles[i] = (struct oc_single_request){.id = make_id((enum oc_hash)(OC_HASH_SHA1 + i))};
        if (i % 2 == 1)
            singles[i].extensions = nonce;
    }
    assert_int_equal(oc_request_build(&spec, buf, sizeof buf, &der, NULL), OC_OK);
    assert_int_equal(oc_request_parse(&req, der, NULL), OC_OK);
    assert_true(oc_bytes_equal(req.requestor_name, spec.requestor_name));
    assert_true(oc_bytes_equal(req.extensions.items, nonce.items));
    assert_int_equal(req.requests.n, 5);
    assert_false(req.is_signed);
    for (size_t at = 0; oc_request_next(&req, &at, &single); n++) {
        assert_same_id(&single.id, &singles[n].id);
        assert_int_equal(single.extensions.n, n % 2);
        assert_int_equal(single.id.hash_algorithm.parameters.len, 2);
    }
    assert_int_equal(n, 5);
}

// A Name becomes a directoryName.
static void name_becomes_directory_name(void **state)
{
    static const uint8_t wrapped[] = {0xA4, 0x02, 0x30, 0x00};
    const struct oc_bytes expected = BYTES(wrapped);
    struct oc_single_request single = {.id = make_id(OC_HASH_SHA256)};
    struct oc_request_spec spec = {BYTES(name), &single, 1, {0}};
    struct oc_request req;
    struct oc_bytes der;
    uint8_t buf[256];
    (void)state;
    assert_int_equal(oc_request_build(&spec, buf, sizeof buf, &der, NULL), OC_OK);
    assert_int_equal(oc_request_parse(&req, der, NULL), OC_OK);
    assert_true(oc_bytes_equal(req.requestor_name, expected));
}

// The octets to be signed may be at the front of the buffer, the signature after them.
static void assembled_in_place(void **state)
{
    struct oc_single_request single = {.id = make_id(OC_HASH_SHA256)};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_signature moved = signature;
    struct oc_bytes tbs;
    struct oc_bytes expected;
    struct oc_bytes der;
    uint8_t tbs_buf[256];
    uint8_t expected_buf[512];
    uint8_t buf[512];
    (void)state;
    assert_int_equal(oc_request_build_tbs(&spec, tbs_buf, sizeof tbs_buf, &tbs, NULL), OC_OK);
    assert_int_equal(
        oc_request_assemble(tbs, &signature, expected_buf, sizeof expected_buf, &expected, NULL),
        OC_OK);
    for (size_t size = expected.len; size < expected.len + 64; size++) {
        memcpy(buf, tbs.data, tbs.len);
        memcpy(buf + tbs.len, signature.value.data, signature.value.len);
        moved.value.data = buf + tbs.len;
        assert_int_equal(
            oc_request_assemble((struct oc_bytes){buf, tbs.len}, &moved, buf, size, &der, NULL),
            OC_OK);
        assert_true(oc_bytes_equal(der, expected));
    }
}

static void signed_request_comes_back(void **state)
{
    uint8_t tbs_buf[256];
    uint8_t buf[512];
    struct oc_single_request single = {.id = make_id(OC_HASH_SHA256)};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_request req;
    struct oc_bytes tbs;
    struct oc_bytes der;
    (void)state;
    assert_int_equal(oc_request_build_tbs(&spec, tbs_buf, sizeof tbs_buf, &tbs, NULL), OC_OK);
    assert_int_equal(oc_request_assemble(tbs, &signature, buf, sizeof buf, &der, NULL), OC_OK);
    assert_int_equal(oc_request_parse(&req, der, NULL), OC_OK);
    assert_true(req.is_signed);
    assert_true(oc_bytes_equal(req.tbs, tbs));
    assert_true(oc_bytes_equal(req.signature.algorithm.oid, signature.algorithm.oid));
    assert_null(req.signature.algorithm.parameters.data);
    assert_true(oc_bytes_equal(req.signature.value, signature.value));
    assert_true(oc_bytes_equal(req.signature.certs.items, signature.certs.items));
    assert_int_equal(req.signature.certs.n, 1);
}

static void assert_same_single(const struct oc_single_response *a,
                               const struct oc_single_response *b)
{
    assert_same_id(&a->id, &b->id);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->revocation_time, b->revocation_time);
    assert_int_equal(a->has_reason, b->has_reason);
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->this_update, b->this_update);
    assert_int_equal(a->has_next_update, b->has_next_update);
    assert_int_equal(a->next_update, b->next_update);
    assert_int_equal(a->extensions.n, b->extensions.n);
}

static void response_comes_back(void **state)
{
    uint8_t nonce_buf[64];
    uint8_t tbs_buf[1024];
    uint8_t buf[2048];
    struct oc_list nonce = make_nonce(nonce_buf, sizeof nonce_buf);
    const struct oc_single_response singles[] = {
        {.id = make_id(OC_HASH_SHA1), .status = OC_CERT_STATUS_GOOD, .this_update = 0},
        {.id = make_id(OC_HASH_SHA256),
         .status = OC_CERT_STATUS_REVOKED,
         .revocation_time = -1,
         .this_update = 1,
         .has_next_update = true,
         .next_update = 1},
        {.id = make_id(OC_HASH_SHA384),
         .status = OC_CERT_STATUS_REVOKED,
         .revocation_time = 1712145600,
         .has_reason = true,
         .reason = OC_REASON_CERTIFICATE_HOLD,
         .this_update = -62135596800,
         .has_next_update = true,
         .next_update = 253402300799,
         .extensions = nonce},
        {.id = make_id(OC_HASH_SHA512), .status = OC_CERT_STATUS_UNKNOWN, .this_update = 5},
    };
    struct oc_response_spec spec = {
        .responder = {.kind = OC_RESPONDER_BY_KEY, .key_hash = {hash, 20}},
        .produced_at = 1712145601,
        .responses = singles,
        .n_responses = 4,
        .extensions = nonce};
    struct oc_bytes tbs;
    struct oc_bytes der;
    (void)state;
    for (int by_name = 0; by_name < 2; by_name++) {
        struct oc_response resp;
        struct oc_single_response single;
        size_t n = 0;
        if (by_name)
            spec.responder =
                (struct oc_responder_id){.kind = OC_RESPONDER_BY_NAME, .name = BYTES(name)};
        assert_int_equal(oc_response_build_tbs(&spec, tbs_buf, sizeof tbs_buf, &tbs, NULL), OC_OK);
        assert_int_equal(oc_response_assemble(tbs, &signature, buf, sizeof buf, &der, NULL), OC_OK);
        assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
        assert_int_equal(resp.status, OC_RESPONSE_SUCCESSFUL);
        assert_true(resp.is_basic);
        assert_int_equal(resp.produced_at, 1712145601);
        assert_int_equal(resp.responder.kind, spec.responder.kind);
        assert_true(oc_bytes_equal(resp.responder.name, spec.responder.name));
        assert_true(oc_bytes_equal(resp.responder.key_hash, spec.responder.key_hash));
        assert_true(oc_bytes_equal(resp.tbs, tbs));
        assert_true(oc_bytes_equal(resp.signature.value, signature.value));
        assert_int_equal(resp.responses.n, 4);
        for (size_t at = 0; oc_response_next(&resp, &at, &single); n++)
            assert_same_single(&single, &singles[n]);
        assert_int_equal(n, 4);
    }
}

static void find_gives_every_match_and_no_other(void **state)
{
    uint8_t tbs_buf[1024];
    uint8_t buf[2048];
    static const uint8_t other_serial[] = {0x3F, 0x20, 0x00};
    struct oc_single_response singles[4] = {
        {.id = make_id(OC_HASH_SHA1), .status = OC_CERT_STATUS_GOOD},
        {.id = make_id(OC_HASH_SHA256), .status = OC_CERT_STATUS_UNKNOWN},
        {.id = make_id(OC_HASH_SHA1), .status = OC_CERT_STATUS_REVOKED},
        {.id = make_id(OC_HASH_SHA1), .status = OC_CERT_STATUS_GOOD},
    };
    struct oc_response_spec spec = {.responder = {OC_RESPONDER_BY_KEY, .key_hash = {hash, 20}},
                                    .responses = singles,
                                    .n_responses = 4};
    struct oc_cert_id id = make_id(OC_HASH_SHA1);
    struct oc_response resp;
    struct oc_single_response found;
    struct oc_bytes tbs;
    struct oc_bytes der;
    size_t at = 0;
    (void)state;
    singles[3].id.serial = (struct oc_bytes)BYTES(other_serial);
    assert_int_equal(oc_response_build_tbs(&spec, tbs_buf, sizeof tbs_buf, &tbs, NULL), OC_OK);
    assert_int_equal(oc_response_assemble(tbs, &signature, buf, sizeof buf, &der, NULL), OC_OK);
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_true(oc_response_find(&resp, &id, &at, &found));
    assert_int_equal(found.status, OC_CERT_STATUS_GOOD);
    assert_true(oc_response_find(&resp, &id, &at, &found));
    assert_int_equal(found.status, OC_CERT_STATUS_REVOKED);
    assert_false(oc_response_find(&resp, &id, &at, &found));
    assert_int_equal(found.status, OC_CERT_STATUS_NONE);
    id.serial.len = 1;
    at = 0;
    assert_false(oc_response_find(&resp, &id, &at, &found));
}

static void error_responses(void **state)
{
    (void)state;
    for (int status = -1; status <= 8; status++) {
        struct oc_bytes der = oc_response_error((enum oc_response_status)status);
        struct oc_response resp;
        bool is_error =
            status > OC_RESPONSE_SUCCESSFUL && status != 5 && status <= OC_RESPONSE_UNAUTHORIZED;
        assert_int_equal(der.data != NULL, is_error);
        if (!is_error)
            continue;
        assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
        assert_int_equal(resp.status, status);
        assert_false(resp.is_basic);
        assert_string_not_equal(oc_response_status_name(resp.status), "none");
    }
    assert_string_equal(oc_response_status_name(OC_RESPONSE_TRY_LATER), "tryLater");
    assert_string_equal(oc_response_status_name((enum oc_response_status)5), "none");
    assert_string_equal(oc_response_status_name((enum oc_response_status)8), "none");
    assert_string_equal(oc_cert_status_name(OC_CERT_STATUS_NONE), "none");
    assert_string_equal(oc_cert_status_name(OC_CERT_STATUS_UNKNOWN), "unknown");
    assert_string_equal(oc_cert_status_name((enum oc_cert_status)4), "none");
}

static void refuse_request(const struct oc_request_spec *spec, size_t size, enum oc_err code,
                           const char *what)
{
    uint8_t buf[512];
    struct oc_bytes out = {buf, 1};
    struct oc_error err;
    assert_int_equal(oc_request_build(spec, buf, size, &out, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_null(out.data);
    assert_int_equal(out.len, 0);
    assert_int_equal(oc_request_build_tbs(spec, buf, size, &out, NULL), code);
}

static void requests_refused(void **state)
{
    static const uint8_t padded[] = {0, 1};
    struct oc_single_request single = {.id = make_id(OC_HASH_SHA1)};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 0};
    (void)state;
    refuse_request(&spec, 512, OC_ERR_ARGUMENT, "a request without a certID (RFC 6960 4.1.1)");
    spec.n_requests = 1;
    single.id.hash = OC_HASH_OTHER;
    refuse_request(&spec, 512, OC_ERR_ARGUMENT, "a certID has no hashAlgorithm (RFC 6960 4.1.1)");
    single.id = make_id(OC_HASH_SHA1);
    single.id.hash_algorithm.oid = (struct oc_bytes)BYTES(ed25519);
    refuse_request(&spec, 512, OC_ERR_ARGUMENT,
                   "a certID's hashAlgorithm is not that of its hash (RFC 6960 4.1.1)");
    single.id = make_id(OC_HASH_SHA1);
    single.id.issuer_key_hash.len--;
    refuse_request(
        &spec, 512, OC_ERR_ARGUMENT,
        "a certID's hashes do not have the length of its hashAlgorithm (RFC 6960 4.1.1)");
    single.id = make_id(OC_HASH_SHA1);
    single.id.issuer_name_hash.len++;
    refuse_request(
        &spec, 512, OC_ERR_ARGUMENT,
        "a certID's hashes do not have the length of its hashAlgorithm (RFC 6960 4.1.1)");
    single.id = make_id(OC_HASH_SHA1);
    single.id.serial = (struct oc_bytes)BYTES(padded);
    refuse_request(&spec, 512, OC_ERR_ARGUMENT,
                   "a certID's serialNumber is not an INTEGER (RFC 6960 4.1.1)");
    single.id.serial.len = 0;
    refuse_request(&spec, 512, OC_ERR_ARGUMENT,
                   "a certID's serialNumber is not an INTEGER (RFC 6960 4.1.1)");
}

static void other_hash_is_written_as_it_is(void **state)
{
    struct oc_single_request single = {.id = {.hash_algorithm = {.oid = BYTES(ed25519)},
                                              .issuer_name_hash = {hash, 5},
                                              .issuer_key_hash = {hash, 0},
                                              .serial = BYTES(serial)}};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_single_request found;
    struct oc_request req;
    struct oc_bytes der;
    uint8_t buf[128];
    size_t at = 0;
    (void)state;
    assert_int_equal(oc_request_build(&spec, buf, sizeof buf, &der, NULL), OC_OK);
    assert_int_equal(oc_request_parse(&req, der, NULL), OC_OK);
    assert_true(oc_request_next(&req, &at, &found));
    assert_same_id(&found.id, &single.id);
    assert_null(found.id.hash_algorithm.parameters.data);
}

static void every_request_size_too_small(void **state)
{
    struct oc_single_request single = {.id = make_id(OC_HASH_SHA512)};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_bytes der;
    uint8_t buf[512];
    (void)state;
    assert_int_equal(oc_request_build_tbs(&spec, NULL, 0, &der, NULL), OC_OK);
    size_t tbs_len = der.len;
    assert_int_equal(oc_request_build(&spec, NULL, 0, &der, NULL), OC_OK);
    assert_null(der.data);
    for (size_t size = 0; size < tbs_len; size++)
        refuse_request(&spec, size, OC_ERR_SPACE, "the buffer is too small for the message");
    assert_int_equal(oc_request_build(&spec, buf, der.len - 1, &der, NULL), OC_ERR_SPACE);
}

static void refuse_response(const struct oc_response_spec *spec, enum oc_err code, const char *what)
{
    uint8_t buf[512];
    struct oc_bytes out = {buf, 1};
    struct oc_error err;
    assert_int_equal(oc_response_build_tbs(spec, buf, sizeof buf, &out, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_null(out.data);
    assert_int_equal(out.len, 0);
}

static void responses_refused(void **state)
{
    const struct oc_single_response good = {
        .id = make_id(OC_HASH_SHA1), .status = OC_CERT_STATUS_GOOD, .this_update = 10};
    struct oc_single_response single = good;
    struct oc_response_spec spec = {.responses = &single, .n_responses = 1};
    (void)state;
    refuse_response(&spec, OC_ERR_ARGUMENT, "a response has no responderID (RFC 6960 4.2.1)");
    spec.responder.kind = OC_RESPONDER_BY_NAME;
    spec.responder.key_hash = (struct oc_bytes){hash, 20};
    refuse_response(&spec, OC_ERR_ARGUMENT, "a response has no responderID (RFC 6960 4.2.1)");
    spec.responder = (struct oc_responder_id){OC_RESPONDER_BY_KEY, .name = BYTES(name)};
    refuse_response(&spec, OC_ERR_ARGUMENT, "a response has no responderID (RFC 6960 4.2.1)");
    spec.responder = (struct oc_responder_id){OC_RESPONDER_BY_KEY, .key_hash = {hash, 20}};
    spec.n_responses = 0;
    refuse_response(&spec, OC_ERR_ARGUMENT,
                    "a response without a single response (RFC 6960 4.2.1)");
    spec.n_responses = 1;
    single.status = OC_CERT_STATUS_NONE;
    refuse_response(&spec, OC_ERR_ARGUMENT, "a single response has no certStatus (RFC 6960 4.2.1)");
    single.status = (enum oc_cert_status)4;
    refuse_response(&spec, OC_ERR_ARGUMENT, "a single response has no certStatus (RFC 6960 4.2.1)");
    single = good;
    single.has_reason = true;
    refuse_response(&spec, OC_ERR_ARGUMENT,
                    "a revocationReason without a revocation (RFC 6960 4.2.1)");
    single = good;
    single.has_next_update = true;
    single.next_update = 9;
    refuse_response(&spec, OC_ERR_ARGUMENT, "nextUpdate is before thisUpdate (RFC 6960 4.2.2.1)");
    single = good;
    single.id.issuer_key_hash.len = 0;
    refuse_response(
        &spec, OC_ERR_ARGUMENT,
        "a certID's hashes do not have the length of its hashAlgorithm (RFC 6960 4.1.1)");
    single = good;
    single.this_update = 253402300800;
    refuse_response(&spec, OC_ERR_TIME,
                    "a time is not in the years 0001 to 9999 (RFC 5280 4.1.2.5)");
    single = good;
    spec.produced_at = INT64_MIN;
    refuse_response(&spec, OC_ERR_TIME,
                    "a time is not in the years 0001 to 9999 (RFC 5280 4.1.2.5)");
}

static void signature_without_algorithm(void **state)
{
    uint8_t buf[512];
    struct oc_bytes out = {buf, 1};
    struct oc_bytes tbs = BYTES(name);
    struct oc_signature none = {.value = {hash, 64}};
    struct oc_error err;
    (void)state;
    assert_int_equal(oc_response_assemble(tbs, &none, buf, sizeof buf, &out, &err),
                     OC_ERR_ARGUMENT);
    assert_string_equal(err.what, "a signature has no algorithm (RFC 6960 4.2.1)");
    assert_null(out.data);
    assert_int_equal(oc_request_assemble(tbs, &none, buf, sizeof buf, &out, &err), OC_ERR_ARGUMENT);
    assert_string_equal(err.what, "a signature has no algorithm (RFC 6960 4.1.1)");
    for (size_t size = 0; size < 80; size++) {
        assert_int_equal(oc_response_assemble(tbs, &signature, buf, size, &out, NULL),
                         OC_ERR_SPACE);
        assert_int_equal(oc_request_assemble(tbs, &signature, buf, size, &out, NULL), OC_ERR_SPACE);
    }
}

static void nothing_is_no_message(void **state)
{
    const struct oc_bytes absent = {NULL, 0};
    struct oc_request req;
    struct oc_response resp;
    struct oc_cert parsed;
    struct oc_single_request single_request;
    struct oc_single_response single_response;
    struct oc_error err;
    size_t at = 0;
    (void)state;
    assert_int_equal(oc_request_parse(&req, absent, &err), OC_ERR_MISSING);
    assert_int_equal(err.offset, 0);
    assert_int_equal(oc_response_parse(&resp, absent, NULL), OC_ERR_MISSING);
    assert_int_equal(oc_cert_parse(&parsed, absent, NULL), OC_ERR_MISSING);
    assert_false(oc_request_next(&req, &at, &single_request));
    assert_false(oc_response_next(&resp, &at, &single_response));
    assert_int_equal(at, 0);
}

static void cert_ids_differ_in_each_field(void **state)
{
    static const uint8_t null[] = {5, 0};
    const struct oc_cert_id id = make_id(OC_HASH_SHA1);
    struct oc_cert_id other = id;
    (void)state;
    other.hash_algorithm.parameters = (struct oc_bytes)BYTES(null);
    assert_true(oc_cert_id_equal(&id, &other));
    other.hash = OC_HASH_SHA224;
    assert_false(oc_cert_id_equal(&id, &other));
    other = id;
    other.issuer_name_hash.data++;
    assert_false(oc_cert_id_equal(&id, &other));
    other = id;
    other.issuer_key_hash.data++;
    assert_false(oc_cert_id_equal(&id, &other));
    other = id;
    other.issuer_key_hash.len--;
    assert_false(oc_cert_id_equal(&id, &other));
    other = id;
    other.serial.len--;
    assert_false(oc_cert_id_equal(&id, &other));
    struct oc_cert_id unnamed = id;
    unnamed.hash = OC_HASH_OTHER;
    unnamed.hash_algorithm.oid = (struct oc_bytes)BYTES(ed25519);
    other = unnamed;
    assert_true(oc_cert_id_equal(&unnamed, &other));
    other.hash_algorithm.oid.len--;
    assert_false(oc_cert_id_equal(&unnamed, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_comes_back),
        cmocka_unit_test(name_becomes_directory_name),
        cmocka_unit_test(assembled_in_place),
        cmocka_unit_test(signed_request_comes_back),
        cmocka_unit_test(response_comes_back),
        cmocka_unit_test(find_gives_every_match_and_no_other),
        cmocka_unit_test(error_responses),
        cmocka_unit_test(requests_refused),
        cmocka_unit_test(other_hash_is_written_as_it_is),
        cmocka_unit_test(every_request_size_too_small),
        cmocka_unit_test(responses_refused),
        cmocka_unit_test(signature_without_algorithm),
        cmocka_unit_test(nothing_is_no_message),
        cmocka_unit_test(cert_ids_differ_in_each_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
