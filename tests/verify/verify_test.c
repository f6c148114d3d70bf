// SPDX-License-Identifier: MIT
//
// A case for each check of oc_verify(): a response that fails this check alone, and one that
// just passes it.
#include "guard.h"
#include "response_fixture.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// struct verify_case is a response and the expected outcome. Without a code the response is
// valid, its status is `status` (good, if not set), and its signer is `signer`.
struct verify_case {
    const char *name;
    struct response_fixture response;
    enum cert_name issuer;  // CERT_CA, if not set
    void (*policy)(struct oc_policy *policy);
    enum oc_err code;
    const char *what;
    const uint8_t *(*at)(const struct oc_response *resp);  // NULL: the whole message
    enum oc_cert_status status;
    enum oc_signer_kind signer;  // the issuer, if not set
    void (*check)(const struct oc_verdict *verdict);
};

static const char not_successful[] = "the responder answered with an error (RFC 6960 2.3)";
static const char not_basic[] = "responseType is not id-pkix-ocsp-basic (RFC 6960 4.2.1)";
static const char no_match[] = "no SingleResponse is about the certificate (RFC 6960 3.2)";
static const char no_signer[] =
    "responderID names neither the issuer nor a certificate that may sign "
    "(RFC 6960 4.2.2.2, 4.2.2.3)";
static const char not_issued[] =
    "the signer's certificate is not issued by the issuer itself (RFC 6960 4.2.2.2)";
static const char no_purpose[] = "the signer's certificate is not for signing responses "
                                 "(RFC 6960 4.2.2.2, RFC 5280 4.2.1.12)";
static const char cert_critical[] =
    "the signer's certificate has a critical extension that is not understood (RFC 5280 4.2)";
static const char cert_time[] = "the signer's certificate is not valid now (RFC 6960 3.2)";
static const char trusted_time[] =
    "the trusted responder's certificate is not valid now (RFC 6960 3.2)";
static const char wrong_signature[] =
    "the signature of the response is wrong (RFC 6960 3.2, 4.2.1)";
static const char weak_hash[] = "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)";
static const char weak_key[] =
    "a signature is made with an RSA key below 2048 bits (RFC 6960 5.1.1)";
static const char unsupported[] =
    "a signature algorithm is unknown or not the key's (RFC 6960 4.3)";
static const char critical[] = "a critical extension is not understood (RFC 6960 4.4)";
static const char this_future[] = "thisUpdate is in the future (RFC 6960 3.2, 4.2.2.1)";
static const char produced_future[] = "producedAt is in the future (RFC 6960 4.2.2.1)";
static const char passed[] = "nextUpdate has passed (RFC 6960 3.2, 4.2.2.1)";
static const char too_old[] =
    "thisUpdate is too long ago, and there is no nextUpdate (RFC 6960 3.2)";
static const char time_order[] = "nextUpdate is before thisUpdate (RFC 6960 4.2.2.1)";
static const char demanded[] = "there is no nextUpdate (RFC 9919 5)";
static const char bad_policy[] = "the skew or max_age of the policy is negative";
static const char no_nonce_sent[] = "the policy requires a nonce, and does not have the one sent";

static struct oc_crypto *crypto;
static uint8_t *room;
static struct guard guard;

static const uint8_t *at_tbs(const struct oc_response *resp)
{
    return resp->tbs.data;
}

static const uint8_t *at_type(const struct oc_response *resp)
{
    return resp->response_type.data;
}

static const uint8_t *at_responses(const struct oc_response *resp)
{
    return resp->responses.items.data;
}

static const uint8_t *at_signature(const struct oc_response *resp)
{
    return resp->signature.value.data;
}

static const uint8_t *at_certs(const struct oc_response *resp)
{
    return resp->signature.certs.items.data;
}

// The signature of the first certificate.
static const uint8_t *at_cert_signature(const struct oc_response *resp)
{
    struct oc_bytes der;
    struct oc_cert cert;
    size_t at = 0;
    assert_true(oc_cert_next(&resp->signature.certs, &at, &der));
    assert_int_equal(oc_cert_parse(&cert, der, NULL), OC_OK);
    return cert.signature.value.data;
}

static const uint8_t *at_extension(const struct oc_response *resp)
{
    struct oc_extension extension;
    size_t at = 0;
    assert_true(oc_extension_next(&resp->extensions, &at, &extension));
    return extension.oid.data;
}

static const uint8_t *at_single_extension(const struct oc_response *resp)
{
    struct oc_single_response single;
    struct oc_extension extension;
    size_t at = 0;
    assert_true(oc_response_next(resp, &at, &single));
    at = 0;
    assert_true(oc_extension_next(&single.extensions, &at, &extension));
    return extension.oid.data;
}

static const uint8_t *at_second_single(const struct oc_response *resp)
{
    struct oc_single_response single;
    size_t at = 0;
    assert_true(oc_response_next(resp, &at, &single));
    return resp->responses.items.data + at;
}

static void allow_sha1(struct oc_policy *policy)
{
    policy->insecure_allow_sha1 = true;
}

static void allow_small_rsa(struct oc_policy *policy)
{
    policy->insecure_allow_small_rsa = true;
}

static void ignore_times(struct oc_policy *policy)
{
    policy->ignore_times = true;
}

static void no_skew(struct oc_policy *policy)
{
    policy->skew = 0;
}

static void negative_skew(struct oc_policy *policy)
{
    policy->skew = -1;
}

static void demand_next_update(struct oc_policy *policy)
{
    policy->max_age = 0;
}

static void negative_max_age(struct oc_policy *policy)
{
    policy->max_age = -1;
}

static void require_unsent_nonce(struct oc_policy *policy)
{
    policy->nonce_rule = OC_NONCE_REQUIRED;
}

static void trust_other(struct oc_policy *policy)
{
    policy->trusted = &fixture_cert(CERT_OTHER_CA)->cert;
    policy->n_trusted = 1;
}

static void trust_expired(struct oc_policy *policy)
{
    policy->trusted = &fixture_cert(CERT_EXPIRED)->cert;
    policy->n_trusted = 1;
}

static void trust_expired_for_ever(struct oc_policy *policy)
{
    trust_expired(policy);
    policy->ignore_times = true;
}

static void trust_small_rsa(struct oc_policy *policy)
{
    policy->trusted = &fixture_cert(CERT_CA_RSA_1024)->cert;
    policy->n_trusted = 1;
}

// Of two single responses, the second matches.
static void trust_two(struct oc_policy *policy)
{
    static struct oc_cert both[2];
    both[0] = fixture_cert(CERT_EXPIRED)->cert;
    both[1] = fixture_cert(CERT_OTHER_CA)->cert;
    policy->trusted = both;
    policy->n_trusted = 2;
}

static const uint8_t some_oid[] = {0x2a, 0x03, 0x04};
static const uint8_t short_hash[19] = {1};
static uint8_t longer_hash[21];
static uint8_t prefix_hash[19];

#define UNKNOWN .id = OC_EXT_OTHER, .oid = {some_oid, 3}, .value = {some_oid, 1}
static const struct oc_extension unknown_critical = {UNKNOWN, .critical = true};
static const struct oc_extension unknown_plain = {UNKNOWN};
static const struct oc_extension cutoff = {OC_EXT_ARCHIVE_CUTOFF, .critical = true,
                                           .archive_cutoff = SIGN_NOW - DAY};
static const struct oc_extension extended_revoke = {OC_EXT_EXTENDED_REVOKE};
static const struct oc_extension extended_revoke_critical = {OC_EXT_EXTENDED_REVOKE,
                                                             .critical = true};
static const struct oc_extension nonce_critical = {OC_EXT_NONCE, .critical = true,
                                                   .nonce = {some_oid, 3}};
static const struct oc_extension invalidity_critical = {OC_EXT_INVALIDITY_DATE, .critical = true,
                                                        .invalidity_date = SIGN_NOW};
static const struct oc_extension reason_critical = {OC_EXT_CRL_REASON, .critical = true,
                                                    .crl_reason = 1};
static const uint8_t general_name[] = {0x82, 0x01, 'x'};
static const struct oc_extension issuer_critical = {OC_EXT_CERTIFICATE_ISSUER, .critical = true,
                                                    .certificate_issuer = {{general_name, 3}, 1}};
static const struct oc_extension issuer_plain = {OC_EXT_CERTIFICATE_ISSUER,
                                                 .certificate_issuer = {{general_name, 3}, 1}};
static const struct oc_extension crl_critical = {OC_EXT_CRL_REFERENCE, .critical = true,
                                                 .crl_reference = {.number = {some_oid, 1}}};

// A ResponseData without any single response: by key, produced at 2023-11-14 21:13:20.
static const uint8_t tbs_without_singles[] =
    "\x30\x2b\xa2\x16\x04\x14\1\2\3\4\5\6\7\x08\x09\1\2\3\4\5\6\7\x08\x09\1\2"
    "\x18\x0f"
    "20231114211320Z\x30\x00";

#define GOOD .status = OC_CERT_STATUS_GOOD
#define REVOKED .status = OC_CERT_STATUS_REVOKED, .revocation_time = SIGN_NOW - DAY
#define SAYS_UNKNOWN .status = OC_CERT_STATUS_UNKNOWN
#define OTHER_SERIAL .serial = "\x01\x02\x03\x05"
#define ON_HOLD .has_reason = true, .reason = OC_REASON_CERTIFICATE_HOLD
#define TWO .n_said = 2

static void check_revocation(const struct oc_verdict *verdict)
{
    assert_true(verdict->revocation_time == SIGN_NOW - DAY);
    assert_true(verdict->has_reason);
    assert_int_equal(verdict->reason, OC_REASON_KEY_COMPROMISE);
    assert_false(verdict->is_not_issued);
}

static void check_plain(const struct oc_verdict *verdict)
{
    assert_true(verdict->this_update == SIGN_NOW - HOUR);
    assert_true(verdict->has_next_update);
    assert_true(verdict->next_update == SIGN_NOW + 3 * HOUR);
    assert_true(verdict->produced_at == SIGN_NOW - HOUR);
    assert_true(verdict->ask_again == SIGN_NOW + HOUR);
    assert_null(verdict->signer_cert.data);
    assert_false(verdict->signer_needs_check);
    assert_false(verdict->has_nonce);
    assert_false(verdict->has_archive_cutoff);
    assert_false(verdict->has_reason);
    assert_true(verdict->revocation_time == 0);
}

static void check_delegate(const struct oc_verdict *verdict)
{
    assert_true(oc_bytes_equal(verdict->signer_cert, fixture_cert(CERT_DELEGATE)->cert.der));
    assert_false(verdict->signer_needs_check);
}

static void check_needs_check(const struct oc_verdict *verdict)
{
    assert_true(oc_bytes_equal(verdict->signer_cert, fixture_cert(CERT_WITHOUT_NOCHECK)->cert.der));
    assert_true(verdict->signer_needs_check);
}

static void check_newer(const struct oc_verdict *verdict)
{
    assert_true(verdict->this_update == SIGN_NOW - 60);
}

static void check_not_issued(const struct oc_verdict *verdict)
{
    assert_true(verdict->is_not_issued);
}

static void check_issued(const struct oc_verdict *verdict)
{
    assert_false(verdict->is_not_issued);
}

static void check_cutoff(const struct oc_verdict *verdict)
{
    assert_true(verdict->has_archive_cutoff);
    assert_true(verdict->archive_cutoff == SIGN_NOW - DAY);
}

static void check_ask_now(const struct oc_verdict *verdict)
{
    assert_true(verdict->ask_again == SIGN_NOW);
}

static void check_no_next_update(const struct oc_verdict *verdict)
{
    assert_false(verdict->has_next_update);
    assert_true(verdict->next_update == 0);
    assert_true(verdict->ask_again == SIGN_NOW);
}

static void check_ask_before_signer_ends(const struct oc_verdict *verdict)
{
    assert_true(verdict->ask_again == SIGN_NOW + 60);
}

static void check_trusted(const struct oc_verdict *verdict)
{
    assert_true(oc_bytes_equal(verdict->signer_cert, fixture_cert(CERT_OTHER_CA)->cert.der));
    assert_false(verdict->signer_needs_check);
}

#define BY_DELEGATE .signer = OC_SIGNER_DELEGATE
#define BY_TRUSTED .signer = OC_SIGNER_TRUSTED
#define REFUSED(error, text, where) .code = (error), .what = (text), .at = (where)
#define NO_MATCH REFUSED(OC_ERR_NO_MATCH, no_match, at_responses)
#define NO_SIGNER REFUSED(OC_ERR_SIGNER, no_signer, at_tbs)
#define NOT_ISSUED REFUSED(OC_ERR_DELEGATE_ISSUER, not_issued, at_certs)
#define NOT_ISSUED_BY_KEY REFUSED(OC_ERR_DELEGATE_ISSUER, not_issued, at_cert_signature)
#define NO_PURPOSE REFUSED(OC_ERR_DELEGATE_PURPOSE, no_purpose, at_certs)
#define CERT_TIME REFUSED(OC_ERR_DELEGATE_TIME, cert_time, at_certs)
#define WRONG_SIGNATURE REFUSED(OC_ERR_SIGNATURE, wrong_signature, at_signature)
#define CRITICAL(where) REFUSED(OC_ERR_CRITICAL, critical, where)

// The certificate in question.
static const struct verify_case match_cases[] = {
    {"plain_good", {.said = {{.next_update = 3 * HOUR}}}, .check = check_plain},
    {"plain_revoked",
     {.said = {{REVOKED, .has_reason = true, .reason = OC_REASON_KEY_COMPROMISE}}},
     .status = OC_CERT_STATUS_REVOKED,
     .check = check_revocation},
    {"plain_unknown", {.said = {{SAYS_UNKNOWN}}}, .status = OC_CERT_STATUS_UNKNOWN},
    {"no_single_response", {.tbs = {tbs_without_singles, 45}}, NO_MATCH},
    {"serial_other", {.said = {{OTHER_SERIAL}}}, NO_MATCH},
    {"serial_is_prefix", {.said = {{.serial = "\x01\x02\x03"}}}, NO_MATCH},
    {"serial_is_longer", {.said = {{.serial = "\x01\x02\x03\x04\x05"}}}, NO_MATCH},
    {"issuer_other", {.said = {{.issuer = CERT_OTHER_CA}}}, NO_MATCH},
    {"issuer_name_other", {.said = {{.issuer = CERT_CA_OF_OTHER_NAME}}}, NO_MATCH},
    {"issuer_key_other", {.said = {{.issuer = CERT_CA_OF_SAME_NAME}}}, NO_MATCH},
    {"hash_sha1", {.said = {{.hash = OC_HASH_SHA1}}}},
    {"hash_sha224", {.said = {{.hash = OC_HASH_SHA224}}}},
    {"hash_sha256", {.said = {{.hash = OC_HASH_SHA256}}}},
    {"hash_sha384", {.said = {{.hash = OC_HASH_SHA384}}}},
    {"hash_sha512", {.said = {{.hash = OC_HASH_SHA512}}}},
    // id-sha1 becomes 1.3.14.3.2.27, and the octets of the hash stay.
    {"hash_algorithm_unknown",
     {.find = "\x2b\x0e\x03\x02\x1a", .replace = "\x2b\x0e\x03\x02\x1b"},
     NO_MATCH},
    {"good_then_revoked", {.said = {{GOOD}, {REVOKED}}, TWO}, .status = OC_CERT_STATUS_REVOKED},
    {"revoked_then_good", {.said = {{REVOKED}, {GOOD}}, TWO}, .status = OC_CERT_STATUS_REVOKED},
    {"good_then_unknown",
     {.said = {{GOOD}, {SAYS_UNKNOWN}}, TWO},
     .status = OC_CERT_STATUS_UNKNOWN},
    {"unknown_then_good",
     {.said = {{SAYS_UNKNOWN}, {GOOD}}, TWO},
     .status = OC_CERT_STATUS_UNKNOWN},
    {"unknown_then_revoked",
     {.said = {{SAYS_UNKNOWN}, {REVOKED}}, TWO},
     .status = OC_CERT_STATUS_REVOKED},
    {"revoked_then_unknown",
     {.said = {{REVOKED}, {SAYS_UNKNOWN}}, TWO},
     .status = OC_CERT_STATUS_REVOKED},
    {"revoked_older_than_good",
     {.said = {{GOOD, .this_update = -60}, {REVOKED, .this_update = -120}}, TWO},
     .status = OC_CERT_STATUS_REVOKED},
    {"revoked_by_another_hash",
     {.said = {{GOOD}, {REVOKED, .hash = OC_HASH_SHA256}}, TWO},
     .status = OC_CERT_STATUS_REVOKED},
    {"good_then_newer_good",
     {.said = {{GOOD, .this_update = -120}, {GOOD, .this_update = -60}}, TWO},
     .check = check_newer},
    {"newer_good_then_good",
     {.said = {{GOOD, .this_update = -60}, {GOOD, .this_update = -120}}, TWO},
     .check = check_newer},
    // The entry that matches must be the one that is read (GnuTLS CVE-2026-3832).
    {"match_is_second_and_revoked",
     {.said = {{GOOD, OTHER_SERIAL}, {REVOKED}}, TWO},
     .status = OC_CERT_STATUS_REVOKED},
    {"match_is_second_and_good", {.said = {{REVOKED, OTHER_SERIAL}, {GOOD}}, TWO}},
    {"match_is_last_of_three",
     {.said = {{GOOD, .issuer = CERT_OTHER_CA}, {GOOD, OTHER_SERIAL}, {SAYS_UNKNOWN}}, .n_said = 3},
     .status = OC_CERT_STATUS_UNKNOWN},
    {"match_is_first", {.said = {{GOOD}, {REVOKED, OTHER_SERIAL}}, TWO}},
};

// The signer and its authority.
static const struct verify_case signer_cases[] = {
    {"issuer_by_name", {.by_name = true}},
    {"issuer_by_key", {.by_name = false}},
    {"issuer_with_rsa", {.responder = CERT_CA_RSA, .said = {{.issuer = CERT_CA_RSA}}}, CERT_CA_RSA},
    {"delegate_by_name",
     {.certs = {CERT_DELEGATE}, .by_name = true},
     BY_DELEGATE,
     .check = check_delegate},
    {"delegate_by_key", {.certs = {CERT_DELEGATE}}, BY_DELEGATE, .check = check_delegate},
    {"delegate_with_rsa", {.certs = {CERT_RSA}}, BY_DELEGATE},
    {"delegate_with_key_usage", {.certs = {CERT_KEY_USAGE}}, BY_DELEGATE},
    {"delegate_with_more_purposes", {.certs = {CERT_EKU_AMONG_OTHERS}}, BY_DELEGATE},
    {"delegate_without_nocheck",
     {.certs = {CERT_WITHOUT_NOCHECK}},
     BY_DELEGATE,
     .check = check_needs_check},
    {"trusted_by_name",
     {.responder = CERT_OTHER_CA, .by_name = true},
     .policy = trust_other,
     BY_TRUSTED,
     .check = check_trusted},
    {"trusted_by_key",
     {.responder = CERT_OTHER_CA},
     .policy = trust_other,
     BY_TRUSTED,
     .check = check_trusted},
    {"trusted_is_second", {.responder = CERT_OTHER_CA}, .policy = trust_two, BY_TRUSTED},
    {"trusted_but_not_named", {.key = KEY_OTHER}, .policy = trust_other, WRONG_SIGNATURE},
    {"trusted_with_other_key",
     {.responder = CERT_OTHER_CA, .key = KEY_ROOT},
     .policy = trust_other,
     WRONG_SIGNATURE},
    {"trusted_expired",
     {.responder = CERT_EXPIRED},
     .policy = trust_expired,
     REFUSED(OC_ERR_DELEGATE_TIME, trusted_time, NULL)},
    {"trusted_expired_ignored",
     {.responder = CERT_EXPIRED},
     .policy = trust_expired_for_ever,
     BY_TRUSTED},
    {"trusted_with_small_rsa",
     {.responder = CERT_CA_RSA_1024},
     .policy = trust_small_rsa,
     REFUSED(OC_ERR_WEAK_KEY, weak_key, at_signature)},
    {"not_trusted", {.responder = CERT_OTHER_CA}, NO_SIGNER},
    {"nobody_by_name", {.responder = CERT_OTHER_CA, .by_name = true, .key = KEY_CA}, NO_SIGNER},
    {"nobody_by_key", {.responder = CERT_OTHER_CA, .key = KEY_CA}, NO_SIGNER},
    {"delegate_not_embedded", {.responder = CERT_DELEGATE}, NO_SIGNER},
    {"key_hash_short", {.key_hash = {short_hash, 19}}, NO_SIGNER},
    {"key_hash_is_prefix", {.key_hash = {prefix_hash, 19}}, NO_SIGNER},
    {"key_hash_is_longer", {.key_hash = {longer_hash, 21}}, NO_SIGNER},
    // The certificate alone does not authorise a signer.
    {"other_ca_embedded", {.certs = {CERT_OTHER_CA}}, NOT_ISSUED},
    {"root_embedded", {.certs = {CERT_ROOT}}, NOT_ISSUED},
    {"eku_missing", {.certs = {CERT_WITHOUT_EKU}}, NO_PURPOSE},
    {"eku_any", {.certs = {CERT_ANY_EKU}}, NO_PURPOSE},
    {"eku_other", {.certs = {CERT_OTHER_EKU}}, NO_PURPOSE},
    // nocheck alone does not authorise (wolfSSL CVE-2021-38597).
    {"nocheck_without_eku", {.certs = {CERT_NOCHECK_WITHOUT_EKU}}, NO_PURPOSE},
    {"sub_ca_without_eku", {.certs = {CERT_CA_AS_DELEGATE_WITHOUT_EKU}}, NO_PURPOSE},
    {"key_usage_wrong", {.certs = {CERT_KEY_USAGE_WRONG}}, NO_PURPOSE},
    {"issued_by_ancestor", {.certs = {CERT_BY_ROOT}}, NOT_ISSUED},
    {"issued_by_delegate",
     {.certs = {CERT_SIGNED_BY_DELEGATE, CERT_DELEGATE}, .responder = CERT_SIGNED_BY_DELEGATE},
     NOT_ISSUED},
    {"issued_by_same_name", {.certs = {CERT_BY_CA_OF_SAME_NAME}}, NOT_ISSUED_BY_KEY},
    {"issued_by_same_key_other_name", {.certs = {CERT_BY_CA_OF_OTHER_NAME}}, NOT_ISSUED},
    {"self_made_by_name", {.certs = {CERT_SELF_MADE}, .by_name = true}, WRONG_SIGNATURE},
    {"self_made_by_key", {.certs = {CERT_SELF_MADE}}, NOT_ISSUED_BY_KEY},
    // The name matches and the signature of the CA does not (Erlang CVE-2026-32144).
    {"cert_signature_wrong_by_name",
     {.certs = {CERT_SIGNATURE_WRONG}, .by_name = true},
     NOT_ISSUED_BY_KEY},
    {"cert_signature_wrong_by_key", {.certs = {CERT_SIGNATURE_WRONG}}, NOT_ISSUED_BY_KEY},
    {"cert_algorithm_inside_other", {.certs = {CERT_OTHER_ALGORITHM_INSIDE}}, NOT_ISSUED_BY_KEY},
    // See Erlang CVE-2026-42791.
    {"cert_expired", {.certs = {CERT_EXPIRED}}, CERT_TIME},
    {"cert_expired_at_border", {.certs = {CERT_EXPIRED_AT_BORDER}}, BY_DELEGATE},
    {"cert_expired_without_skew",
     {.certs = {CERT_EXPIRED_AT_BORDER}},
     .policy = no_skew,
     CERT_TIME},
    {"cert_expired_ignored", {.certs = {CERT_EXPIRED}}, .policy = ignore_times, BY_DELEGATE},
    {"cert_not_yet", {.certs = {CERT_NOT_YET}}, CERT_TIME},
    {"cert_not_yet_at_border", {.certs = {CERT_NOT_YET_AT_BORDER}}, BY_DELEGATE},
    {"cert_not_yet_without_skew",
     {.certs = {CERT_NOT_YET_AT_BORDER}},
     .policy = no_skew,
     CERT_TIME},
    {"cert_not_yet_ignored", {.certs = {CERT_NOT_YET}}, .policy = ignore_times, BY_DELEGATE},
    {"cert_critical",
     {.certs = {CERT_CRITICAL}},
     REFUSED(OC_ERR_CRITICAL, cert_critical, at_certs)},
    {"malformed_before_the_right_one",
     {.certs = {CERT_MALFORMED, CERT_ROOT, CERT_MALFORMED, CERT_DELEGATE}},
     BY_DELEGATE},
    {"wrong_ones_of_the_name_before_the_right_one",
     {.certs = {CERT_EXPIRED, CERT_WITHOUT_EKU, CERT_BY_CA_OF_SAME_NAME, CERT_DELEGATE},
      .by_name = true},
     BY_DELEGATE,
     .check = check_delegate},
    {"wrong_one_behind_the_right_one",
     {.certs = {CERT_DELEGATE, CERT_EXPIRED}, .by_name = true},
     BY_DELEGATE,
     .check = check_delegate},
    {"right_one_is_the_last_looked_at",
     {.certs = {CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT,
                CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT,
                CERT_ROOT, CERT_DELEGATE}},
     BY_DELEGATE},
    {"right_one_behind_the_last_looked_at",
     {.certs = {CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT,
                CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT, CERT_ROOT,
                CERT_ROOT, CERT_ROOT, CERT_DELEGATE}},
     NO_SIGNER},
};

// The signature and its strength.
static const struct verify_case signature_cases[] = {
    {"signature_wrong", {.fault = SIGN_WRONG}, WRONG_SIGNATURE},
    {"signature_wrong_of_delegate",
     {.certs = {CERT_DELEGATE}, .fault = SIGN_WRONG},
     WRONG_SIGNATURE},
    {"signature_over_other_octets", {.fault = SIGN_OTHER_OCTETS}, WRONG_SIGNATURE},
    {"signature_by_other_key", {.key = KEY_OTHER}, WRONG_SIGNATURE},
    {"signature_by_issuer_named_delegate",
     {.certs = {CERT_DELEGATE}, .key = KEY_CA},
     WRONG_SIGNATURE},
    {"signature_by_delegate_named_issuer",
     {.responder = CERT_CA, .certs = {CERT_DELEGATE}, .key = KEY_DELEGATE},
     WRONG_SIGNATURE},
    {"signature_with_other_algorithm", {.fault = SIGN_OTHER_ALGORITHM}, WRONG_SIGNATURE},
    {"signature_of_rsa_with_ec_key",
     {.key = KEY_RSA},
     REFUSED(OC_ERR_UNSUPPORTED, unsupported, at_signature)},
    {"signature_sha384", {.digest = EVP_sha384}},
    {"signature_sha512", {.digest = EVP_sha512}},
    {"signature_sha1", {.digest = EVP_sha1}, REFUSED(OC_ERR_WEAK_HASH, weak_hash, at_signature)},
    {"signature_sha1_allowed", {.digest = EVP_sha1}, .policy = allow_sha1},
    {"signature_sha1_not_allowed_by_the_other_option",
     {.digest = EVP_sha1},
     .policy = allow_small_rsa,
     REFUSED(OC_ERR_WEAK_HASH, weak_hash, at_signature)},
    {"cert_sha1", {.certs = {CERT_SHA1}}, REFUSED(OC_ERR_WEAK_HASH, weak_hash, at_cert_signature)},
    {"cert_sha1_allowed", {.certs = {CERT_SHA1}}, .policy = allow_sha1, BY_DELEGATE},
    {"issuer_small_rsa",
     {.responder = CERT_CA_RSA_1024, .said = {{.issuer = CERT_CA_RSA_1024}}},
     CERT_CA_RSA_1024,
     REFUSED(OC_ERR_WEAK_KEY, weak_key, at_signature)},
    {"issuer_small_rsa_allowed",
     {.responder = CERT_CA_RSA_1024, .said = {{.issuer = CERT_CA_RSA_1024}}},
     CERT_CA_RSA_1024,
     allow_small_rsa},
    {"issuer_small_rsa_signs_cert",
     {.certs = {CERT_BY_CA_RSA_1024}, .said = {{.issuer = CERT_CA_RSA_1024}}},
     CERT_CA_RSA_1024,
     REFUSED(OC_ERR_WEAK_KEY, weak_key, at_cert_signature)},
    {"delegate_small_rsa",
     {.certs = {CERT_RSA_1024}},
     REFUSED(OC_ERR_WEAK_KEY, weak_key, at_signature)},
    {"delegate_small_rsa_allowed",
     {.certs = {CERT_RSA_1024}},
     .policy = allow_small_rsa,
     BY_DELEGATE},
    {"delegate_small_rsa_not_allowed_by_the_other_option",
     {.certs = {CERT_RSA_1024}},
     .policy = allow_sha1,
     REFUSED(OC_ERR_WEAK_KEY, weak_key, at_signature)},
};

// Extensions, and the values that are reported from them.
static const struct verify_case extension_cases[] = {
    {"critical_unknown", {.extension = &unknown_critical}, CRITICAL(at_extension)},
    {"plain_unknown_extension", {.extension = &unknown_plain}},
    {"critical_nonce", {.extension = &nonce_critical}},
    {"critical_extended_revoke", {.extension = &extended_revoke_critical}},
    {"critical_unknown_in_single",
     {.said = {{.extension = &unknown_critical}}},
     CRITICAL(at_single_extension)},
    {"plain_unknown_in_single", {.said = {{.extension = &unknown_plain}}}},
    {"critical_unknown_in_another_single",
     {.said = {{OTHER_SERIAL, .extension = &unknown_critical}, {GOOD}}, TWO}},
    {"critical_unknown_in_the_strictest_single",
     {.said = {{REVOKED, .extension = &unknown_critical}, {GOOD}}, TWO},
     CRITICAL(at_single_extension)},
    {"critical_archive_cutoff", {.said = {{.extension = &cutoff}}}, .check = check_cutoff},
    {"critical_crl_reference", {.said = {{.extension = &crl_critical}}}},
    {"critical_reason", {.said = {{.extension = &reason_critical}}}},
    {"critical_invalidity_date", {.said = {{.extension = &invalidity_critical}}}},
    {"critical_certificate_issuer",
     {.said = {{.extension = &issuer_critical}}},
     CRITICAL(at_single_extension)},
    {"plain_certificate_issuer", {.said = {{.extension = &issuer_plain}}}},
    {"not_issued",
     {.said = {{.status = OC_CERT_STATUS_REVOKED, ON_HOLD}}, .extension = &extended_revoke},
     .status = OC_CERT_STATUS_REVOKED,
     .check = check_not_issued},
    {"not_issued_without_extension",
     {.said = {{.status = OC_CERT_STATUS_REVOKED, ON_HOLD}}},
     .status = OC_CERT_STATUS_REVOKED,
     .check = check_issued},
    {"not_issued_at_another_time",
     {.said = {{REVOKED, ON_HOLD}}, .extension = &extended_revoke},
     .status = OC_CERT_STATUS_REVOKED,
     .check = check_issued},
    {"not_issued_for_another_reason",
     {.said = {{.status = OC_CERT_STATUS_REVOKED, .has_reason = true}},
      .extension = &extended_revoke},
     .status = OC_CERT_STATUS_REVOKED,
     .check = check_issued},
    {"not_issued_without_reason",
     {.said = {{.status = OC_CERT_STATUS_REVOKED}}, .extension = &extended_revoke},
     .status = OC_CERT_STATUS_REVOKED,
     .check = check_issued},
    {"not_issued_but_good", {.extension = &extended_revoke}, .check = check_issued},
};

// Times. A skew of 300 seconds and an age of 86400 are the defaults.
static const struct verify_case time_cases[] = {
    {"this_update_future_at_border", {.said = {{.this_update = 300}}}},
    {"this_update_future",
     {.said = {{.this_update = 301}}},
     REFUSED(OC_ERR_NOT_YET, this_future, at_responses)},
    {"this_update_future_without_skew",
     {.said = {{.this_update = 1}}},
     .policy = no_skew,
     REFUSED(OC_ERR_NOT_YET, this_future, at_responses)},
    {"this_update_future_ignored", {.said = {{.this_update = 301}}}, .policy = ignore_times},
    {"produced_at_future_at_border", {.produced_at = 300}},
    {"produced_at_future", {.produced_at = 301}, REFUSED(OC_ERR_NOT_YET, produced_future, at_tbs)},
    {"produced_at_future_ignored", {.produced_at = 301}, .policy = ignore_times},
    // At nextUpdate newer information is available, so that second is too late.
    {"next_update_passed_within_skew", {.said = {{.next_update = -299}}}, .check = check_ask_now},
    {"next_update_passed_at_border",
     {.said = {{.next_update = -300}}},
     REFUSED(OC_ERR_EXPIRED, passed, at_responses)},
    {"next_update_passed",
     {.said = {{.next_update = -301}}},
     REFUSED(OC_ERR_EXPIRED, passed, at_responses)},
    {"next_update_passed_without_skew",
     {.said = {{.next_update = -1}}},
     .policy = no_skew,
     REFUSED(OC_ERR_EXPIRED, passed, at_responses)},
    {"next_update_to_come_without_skew", {.said = {{.next_update = 1}}}, .policy = no_skew},
    {"next_update_passed_ignored", {.said = {{.next_update = -301}}}, .policy = ignore_times},
    {"next_update_before_this_update",
     {.find = "20231114231320Z", .replace = "20231114211319Z"},
     REFUSED(OC_ERR_TIME_ORDER, time_order, at_responses)},
    {"next_update_before_this_update_ignored",
     {.find = "20231114231320Z", .replace = "20231114211319Z"},
     .policy = ignore_times,
     REFUSED(OC_ERR_TIME_ORDER, time_order, at_responses)},
    {"next_update_equals_this_update",
     {.said = {{.this_update = -60, .next_update = -60}}},
     .check = check_ask_now},
    {"next_update_missing",
     {.said = {{.without_next_update = true}}},
     .check = check_no_next_update},
    {"next_update_missing_at_border",
     {.said = {{.without_next_update = true, .this_update = -86700}}}},
    {"next_update_missing_and_old",
     {.said = {{.without_next_update = true, .this_update = -86701}}},
     REFUSED(OC_ERR_TOO_OLD, too_old, at_responses)},
    {"next_update_missing_and_old_ignored",
     {.said = {{.without_next_update = true, .this_update = -86701}}},
     .policy = ignore_times},
    {"next_update_missing_and_demanded",
     {.said = {{.without_next_update = true, .this_update = -1}}},
     .policy = demand_next_update,
     REFUSED(OC_ERR_TOO_OLD, demanded, at_responses)},
    {"next_update_demanded", {.said = {{.this_update = -400 * DAY}}}, .policy = demand_next_update},
    {"old_with_next_update", {.said = {{.this_update = -400 * DAY}}}},
    {"the_second_has_passed",
     {.said = {{OTHER_SERIAL}, {.next_update = -301}}, TWO},
     REFUSED(OC_ERR_EXPIRED, passed, at_second_single)},
    // The fault of a certificate that did not sign is not reported.
    {"next_update_passed_behind_a_wrong_certificate",
     {.certs = {CERT_WITHOUT_EKU, CERT_DELEGATE}, .by_name = true, .said = {{.next_update = -301}}},
     REFUSED(OC_ERR_EXPIRED, passed, at_responses)},
    {"signer_ends_before_the_middle",
     {.certs = {CERT_ENDS_SOON}, .said = {{.next_update = 3 * HOUR}}},
     BY_DELEGATE,
     .check = check_ask_before_signer_ends},
    {"skew_negative",
     {.by_name = false},
     .policy = negative_skew,
     REFUSED(OC_ERR_ARGUMENT, bad_policy, NULL)},
    {"max_age_negative",
     {.by_name = false},
     .policy = negative_max_age,
     REFUSED(OC_ERR_ARGUMENT, bad_policy, NULL)},
    {"nonce_required_and_not_sent",
     {.by_name = false},
     .policy = require_unsent_nonce,
     REFUSED(OC_ERR_ARGUMENT, no_nonce_sent, NULL)},
};

static void expect_refused(const struct oc_response *resp, const struct verify_case *c,
                           enum oc_err code, const struct oc_error *err,
                           const struct oc_verdict *verdict)
{
    static const struct oc_verdict zero;
    const uint8_t *at = c->at != NULL ? c->at(resp) : resp->der.data;
    assert_string_equal(oc_err_name(code), oc_err_name(c->code));
    assert_int_equal(err->code, c->code);
    assert_string_equal(err->what, c->what);
    assert_int_equal(err->offset, at - resp->der.data);
    assert_memory_equal(verdict, &zero, sizeof zero);
}

static void expect_believed(const struct verify_case *c, enum oc_err code,
                            const struct oc_error *err, const struct oc_verdict *verdict)
{
    enum oc_cert_status status = c->status != OC_CERT_STATUS_NONE ? c->status : OC_CERT_STATUS_GOOD;
    enum oc_signer_kind signer = c->signer != OC_SIGNER_NONE ? c->signer : OC_SIGNER_ISSUER;
    if (code != OC_OK)
        fail_msg("refused: %s", err->what);
    assert_int_equal(err->code, OC_OK);
    assert_string_equal(oc_cert_status_name(verdict->status), oc_cert_status_name(status));
    assert_string_equal(oc_signer_kind_name(verdict->signer), oc_signer_kind_name(signer));
    if (c->check != NULL)
        c->check(verdict);
}

static void judge(const struct verify_case *c, struct oc_bytes der)
{
    struct oc_response resp;
    struct oc_issuer issuer;
    struct oc_policy policy;
    struct oc_verdict verdict;
    struct oc_error err;
    der.data = guard_at_end(&guard, der.data, der.len);
    if (oc_response_parse(&resp, der, &err) != OC_OK)
        fail_msg("does not parse: %s", err.what);
    const struct oc_cert *cert = &fixture_cert(c->issuer != CERT_NONE ? c->issuer : CERT_CA)->cert;
    assert_int_equal(oc_issuer_init(&issuer, crypto, cert, &err), OC_OK);
    oc_policy_init(&policy, SIGN_NOW);
    if (c->policy != NULL)
        c->policy(&policy);

    memset(&verdict, 0xff, sizeof verdict);
    enum oc_err code = oc_verify(&policy, &issuer, serial_in_question(), &resp, &verdict, &err);
    if (c->code == OC_OK)
        expect_believed(c, code, &err, &verdict);
    else
        expect_refused(&resp, c, code, &err, &verdict);
    // Without a place for the reason, the result is the same.
    assert_int_equal(oc_verify(&policy, &issuer, serial_in_question(), &resp, &verdict, NULL),
                     code);
    oc_issuer_cleanup(&issuer);
}

static void run_case(void **state)
{
    const struct verify_case *c = *state;
    judge(c, response_fixture_make(&c->response, room));
}

static void status_is_an_error(void **state)
{
    static const enum oc_response_status statuses[] = {
        OC_RESPONSE_MALFORMED_REQUEST, OC_RESPONSE_INTERNAL_ERROR, OC_RESPONSE_TRY_LATER,
        OC_RESPONSE_SIG_REQUIRED, OC_RESPONSE_UNAUTHORIZED};
    static const struct verify_case c = {REFUSED(OC_ERR_NOT_SUCCESSFUL, not_successful, NULL)};
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        judge(&c, oc_response_error(statuses[i]));
}

static void response_type_is_another(void **state)
{
    static const struct verify_case c = {REFUSED(OC_ERR_NOT_BASIC, not_basic, at_type)};
    struct oc_bytes der = response_fixture_make(&c.response, room);
    struct oc_response resp;
    (void)state;
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    room[resp.response_type.data - room + 8] ^= 1;
    judge(&c, der);
}

// The signer's certificate is signed with MD5: no option allows that.
static void allow_all(struct oc_policy *policy)
{
    policy->insecure_allow_sha1 = true;
    policy->insecure_allow_small_rsa = true;
    policy->ignore_times = true;
}

static void md5_is_never_allowed(void **state)
{
    static const struct verify_case c = {
        .response = {.certs = {CERT_MD5}, .said = {{.issuer = CERT_CA_RSA}}},
        .issuer = CERT_CA_RSA,
        .policy = allow_all,
        REFUSED(OC_ERR_WEAK_HASH, weak_hash, at_cert_signature)};
    (void)state;
    judge(&c, response_fixture_make(&c.response, room));
}

static void names_of_signer_kinds(void **state)
{
    (void)state;
    assert_string_equal(oc_signer_kind_name(OC_SIGNER_NONE), "none");
    assert_string_equal(oc_signer_kind_name(OC_SIGNER_ISSUER), "issuer");
    assert_string_equal(oc_signer_kind_name(OC_SIGNER_DELEGATE), "delegate");
    assert_string_equal(oc_signer_kind_name(OC_SIGNER_TRUSTED), "trusted");
    assert_string_equal(oc_signer_kind_name((enum oc_signer_kind)4), "none");
}

// The right hash, one octet too short and one too long.
static void start_hashes(void)
{
    uint8_t hash[OC_HASH_MAX_LEN];
    sign_hash(OC_HASH_SHA1, fixture_cert(CERT_CA)->cert.public_key, hash);
    memcpy(prefix_hash, hash, sizeof prefix_hash);
    memcpy(longer_hash, hash, sizeof longer_hash - 1);
}

static int start(void **state)
{
    (void)state;
    fixture_certs_make();
    start_hashes();
    crypto = oc_openssl_new();
    room = malloc(MESSAGE_SIZE);
    guard_init(&guard, MESSAGE_SIZE);
    return crypto == NULL || room == NULL;
}

static int stop(void **state)
{
    (void)state;
    guard_free(&guard);
    free(room);
    oc_openssl_free(crypto);
    fixture_certs_free();
    return 0;
}

// A cmocka test for each case.
static size_t add_cases(struct CMUnitTest *tests, const struct verify_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        union {
            const void *in;
            void *out;
        } state = {&cases[i]};
        tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL, state.out};
    }
    return n;
}

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(status_is_an_error),
        cmocka_unit_test(response_type_is_another),
        cmocka_unit_test(md5_is_never_allowed),
        cmocka_unit_test(names_of_signer_kinds),
    };
    struct CMUnitTest tests[COUNT(others) + COUNT(match_cases) + COUNT(signer_cases) +
                            COUNT(signature_cases) + COUNT(extension_cases) + COUNT(time_cases)];
    size_t n = COUNT(others);
    memcpy(tests, others, sizeof others);
    n += add_cases(tests + n, match_cases, COUNT(match_cases));
    n += add_cases(tests + n, signer_cases, COUNT(signer_cases));
    n += add_cases(tests + n, signature_cases, COUNT(signature_cases));
    n += add_cases(tests + n, extension_cases, COUNT(extension_cases));
    n += add_cases(tests + n, time_cases, COUNT(time_cases));
    return n != COUNT(tests) || cmocka_run_group_tests(tests, start, stop) != 0;
}
