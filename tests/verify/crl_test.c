// SPDX-License-Identifier: MIT
//
// One case for each thing that oc_crl_verify() and oc_crl_check() check: a CRL or a delta CRL in
// which it alone is wrong, and one in which it is just right. Then every bit of a CRL, flipped.
#include "guard.h"
#include "sign_crl.h"
#include "verify_fixture.h"

#include <ocsp/crl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <openssl/crypto.h>

#include <cmocka.h>

#define SERIAL "\x01\x02\x03\x04"
#define MAX_LEN 4096

// struct crl_case is a CRL, perhaps a delta CRL, and what must come of them. Without a code they
// are believed, and say `status` (good, if not set).
struct crl_case {
    const char *name;
    struct sign_crl_spec crl;
    enum key_name key;  // KEY_CA, if not set
    enum cert_name names;
    struct sign_crl_spec delta;
    enum key_name delta_key;
    enum cert_name issuer;
    void (*policy)(struct oc_policy *policy);
    enum oc_err code;
    const char *what;
    const uint8_t *(*at)(const struct oc_crl *crl);  // NULL: the whole CRL
    enum oc_cert_status status;
    void (*check)(const struct oc_verdict *verdict);
};

// Extensions

#define NUMBER_EXT(hex)                                                                            \
    {                                                                                              \
        "2.5.29.20", false, hex                                                                    \
    }
#define DELTA_EXT(hex)                                                                             \
    {                                                                                              \
        "2.5.29.27", true, hex                                                                     \
    }
#define IDP_EXT(hex)                                                                               \
    {                                                                                              \
        "2.5.29.28", true, hex                                                                     \
    }
#define AKI_EXT(hex)                                                                               \
    {                                                                                              \
        "2.5.29.35", false, hex                                                                    \
    }
#define UNKNOWN_EXT(is_critical)                                                                   \
    {                                                                                              \
        "1.2.3.4", is_critical, "0500"                                                             \
    }

#define NUMBER_5 NUMBER_EXT("020105")
#define NUMBER_7 NUMBER_EXT("020107")
#define BASE_5 DELTA_EXT("020105")
#define IDP_NAME IDP_EXT("3009A007A0058603612F62")
#define IDP_OTHER_NAME IDP_EXT("3009A007A0058603612F63")
#define IDP_USER IDP_EXT("30038101FF")
#define IDP_CA IDP_EXT("30038201FF")
#define IDP_REASONS IDP_EXT("300483020640")
#define IDP_INDIRECT IDP_EXT("30038401FF")
#define IDP_ATTRIBUTE IDP_EXT("30038501FF")
#define AKI_1 AKI_EXT("3003800101")
#define AKI_2 AKI_EXT("3003800102")
#define EXPIRED_CERTS                                                                              \
    {                                                                                              \
        "2.5.29.60", false, "180F32303230303130313030303030305A"                                   \
    }
#define CERT_ISSUER                                                                                \
    {                                                                                              \
        "2.5.29.29", true, "3004A4023000"                                                          \
    }

// Extensions of entries: a reason that is written out although it is unspecified, and values that
// cannot be read.
#define UNSPECIFIED                                                                                \
    {                                                                                              \
        "2.5.29.21", false, "0A0100"                                                               \
    }
#define ODD_REASON(is_critical)                                                                    \
    {                                                                                              \
        "2.5.29.21", is_critical, "020106"                                                         \
    }
#define ODD_CERT_ISSUER                                                                            \
    {                                                                                              \
        "2.5.29.29", false, "3000"                                                                 \
    }

// The extensions of a CRL with number 5 and of its delta CRL with number 7.
#define COMPLETE .extensions = {NUMBER_5}
#define DELTA .extensions = {NUMBER_7, BASE_5}

#define LISTED .entries = {{SERIAL, -60}}
#define WITH_REASON(number) .entries = {{SERIAL, -60, number}}
#define HOLD WITH_REASON(OC_REASON_CERTIFICATE_HOLD)
#define REMOVAL WITH_REASON(OC_REASON_REMOVE_FROM_CRL)
#define UNDATED .date_text = "231301000000Z"
#define COMPROMISE WITH_REASON(OC_REASON_KEY_COMPROMISE)

// Places

static const uint8_t *at_issuer(const struct oc_crl *crl)
{
    return crl->issuer.data;
}

static const uint8_t *at_signature(const struct oc_crl *crl)
{
    return crl->signature.value.data;
}

static const uint8_t *at_algorithm(const struct oc_crl *crl)
{
    return crl->signature.algorithm.oid.data;
}

static const uint8_t *at_tbs(const struct oc_crl *crl)
{
    return crl->tbs.data;
}

static const uint8_t *at_extensions(const struct oc_crl *crl)
{
    return crl->extensions.items.data;
}

static const uint8_t *at_entries(const struct oc_crl *crl)
{
    return crl->revoked.items.data;
}

static const uint8_t *at_base(const struct oc_crl *crl)
{
    return crl->base_number.data;
}

static const uint8_t *at_number(const struct oc_crl *crl)
{
    return crl->number.data;
}

#define REFUSED(error, text, place) .code = (error), .what = (text), .at = (place)
#define UNKNOWN .status = OC_CERT_STATUS_UNKNOWN
#define REVOKED .status = OC_CERT_STATUS_REVOKED

// Policies

static void no_age(struct oc_policy *policy)
{
    policy->max_age = 0;
}

static void allow_sha1(struct oc_policy *policy)
{
    policy->insecure_allow_sha1 = true;
}

static void allow_all(struct oc_policy *policy)
{
    policy->insecure_allow_sha1 = true;
    policy->insecure_allow_small_rsa = true;
    policy->ignore_times = true;
}

static void ignore_times(struct oc_policy *policy)
{
    policy->ignore_times = true;
}

static void allow_small_rsa(struct oc_policy *policy)
{
    policy->insecure_allow_small_rsa = true;
}

static void negative_skew(struct oc_policy *policy)
{
    policy->skew = -1;
}

// Verdicts

static void is_of_the_entry(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->revocation_time, SIGN_NOW - 60);
    assert_true(verdict->has_reason);
    assert_int_equal(verdict->reason, OC_REASON_KEY_COMPROMISE);
}

static void has_no_reason(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->revocation_time, SIGN_NOW - 60);
    assert_false(verdict->has_reason);
    assert_int_equal(verdict->reason, 0);
}

static void is_earliest(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->revocation_time, SIGN_NOW - 90);
}

static void is_hold(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->reason, OC_REASON_CERTIFICATE_HOLD);
}

static void is_unspecified(const struct oc_verdict *verdict)
{
    assert_true(verdict->has_reason);
    assert_int_equal(verdict->reason, OC_REASON_UNSPECIFIED);
}

static void is_of_this_update(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->revocation_time, SIGN_NOW - HOUR);
}

static void is_of_delta(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->revocation_time, SIGN_NOW - 10);
}

static void has_times(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->this_update, SIGN_NOW - HOUR);
    assert_true(verdict->has_next_update);
    assert_int_equal(verdict->next_update, SIGN_NOW + HOUR);
    assert_int_equal(verdict->produced_at, SIGN_NOW - HOUR);
    assert_int_equal(verdict->ask_again, SIGN_NOW);
    assert_int_equal(verdict->signer, OC_SIGNER_ISSUER);
    assert_null(verdict->signer_cert.data);
    assert_int_equal(verdict->revocation_time, 0);
    assert_false(verdict->is_not_issued || verdict->signer_needs_check || verdict->has_nonce ||
                 verdict->has_archive_cutoff || verdict->has_reason);
}

static void has_delta_times(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->this_update, SIGN_NOW - 10);
    assert_int_equal(verdict->next_update, SIGN_NOW + 20);
    assert_int_equal(verdict->produced_at, SIGN_NOW - 10);
    assert_int_equal(verdict->ask_again, SIGN_NOW + 5);
}

static void ends_with_crl(const struct oc_verdict *verdict)
{
    assert_int_equal(verdict->this_update, SIGN_NOW - 10);
    assert_true(verdict->has_next_update);
    assert_int_equal(verdict->next_update, SIGN_NOW + 10);
    assert_int_equal(verdict->ask_again, SIGN_NOW);
}

static void has_no_next_update(const struct oc_verdict *verdict)
{
    assert_false(verdict->has_next_update);
    assert_int_equal(verdict->next_update, 0);
    assert_int_equal(verdict->ask_again, SIGN_NOW);
}

static void has_archive_cutoff(const struct oc_verdict *verdict)
{
    assert_true(verdict->has_archive_cutoff);
    assert_int_equal(verdict->archive_cutoff, 1577836800);
}

// Texts

static const char other_issuer[] = "the CRL names another issuer (RFC 5280 6.3.3 (b)(1))";
static const char wrong[] = "the signature of the CRL is wrong (RFC 5280 6.3.3 (g), (h))";
static const char differ[] = "the CRL's two signature algorithms differ (RFC 5280 5.1.1.2)";
static const char weak_hash[] = "a signature is made with SHA-1 or a weaker hash (RFC 6960 5.1.1)";
static const char weak_key[] =
    "a signature is made with an RSA key below 2048 bits (RFC 6960 5.1.1)";
static const char critical[] = "a critical extension of the CRL is not understood (RFC 5280 5.2)";
static const char critical_entry[] =
    "a critical extension of an entry is not understood (RFC 5280 5.3)";
static const char indirect[] = "indirect CRLs are not supported (RFC 5280 5.2.5)";
static const char attribute[] =
    "the CRL is about attribute certificates only (RFC 5280 6.3.3 (b)(2)(iv))";
static const char alone[] =
    "the CRL is a delta CRL, which counts only with a complete one (RFC 5280 5.2.4)";
static const char future[] = "thisUpdate is in the future (RFC 5280 5.1.2.4)";
static const char passed[] = "nextUpdate has passed (RFC 5280 6.3.3 (a))";
static const char order[] = "nextUpdate is before thisUpdate (RFC 5280 5.1.2.5)";
static const char no_next[] = "there is no nextUpdate (RFC 5280 5.1.2.5)";
static const char too_old[] =
    "thisUpdate is too long ago, and there is no nextUpdate (RFC 5280 5.1.2.5)";
static const char not_delta[] = "delta CRL: there is no deltaCRLIndicator (RFC 5280 5.2.4)";
static const char other_idp[] =
    "delta CRL: its issuingDistributionPoint is not that of the CRL (RFC 5280 6.3.3 (c)(2))";
static const char other_aki[] =
    "delta CRL: its authorityKeyIdentifier is not that of the CRL (RFC 5280 6.3.3 (c)(3))";
static const char base_newer[] =
    "delta CRL: the CRL is older than the one that it updates (RFC 5280 5.2.4 (c))";
static const char delta_older[] = "delta CRL: it is older than the CRL (RFC 5280 5.2.4 (d))";

// Cases

static const struct crl_case status_cases[] = {
    {"empty", .check = has_times},
    {"another_is_listed", {.entries = {{"\x01\x02\x03\x05", -60}}}},
    {"prefix_is_listed", {.entries = {{"\x01\x02\x03", -60}}}},
    {"longer_is_listed", {.entries = {{SERIAL "\x01", -60}}}},
    {"listed", {LISTED}, REVOKED, .check = has_no_reason},
    {"listed_last",
     {.entries = {{"a", -60}, {"b", -60}, {SERIAL, -60, OC_REASON_KEY_COMPROMISE}}},
     REVOKED,
     .check = is_of_the_entry},
    {"listed_in_the_future", {.entries = {{SERIAL, DAY}}}, REVOKED},
    {"listed_twice", {.entries = {{SERIAL, -60}, {SERIAL, -90}}}, REVOKED, .check = is_earliest},
    {"on_hold", {HOLD}, REVOKED, .check = is_hold},
    {"reason_is_undefined", {WITH_REASON(42)}, REVOKED, .check = has_no_reason},
    {"reason_is_7", {WITH_REASON(7)}, REVOKED, .check = has_no_reason},
    {"reason_is_11", {WITH_REASON(11)}, REVOKED, .check = has_no_reason},
    {"reason_is_unspecified",
     {.entries = {{SERIAL, -60, 0, UNSPECIFIED}}},
     REVOKED,
     .check = is_unspecified},
    {"reason_is_odd",
     {.entries = {{SERIAL, -60, 0, ODD_REASON(false)}}},
     REVOKED,
     .check = has_no_reason},
    {"undated", {.entries = {{SERIAL, UNDATED}}}, REVOKED, .check = is_of_this_update},
    {"undated_on_hold",
     {.entries = {{SERIAL, .reason = OC_REASON_CERTIFICATE_HOLD, UNDATED}}},
     REVOKED,
     .check = is_hold},
    {"undated_and_later",
     {.entries = {{SERIAL, -60}, {SERIAL, UNDATED}}},
     REVOKED,
     .check = is_of_this_update},
    {"undated_and_earlier",
     {.this_update = -70, .entries = {{SERIAL, UNDATED}, {SERIAL, -90}}},
     REVOKED,
     .check = is_earliest},
    {"undated_is_another", {.entries = {{"a", UNDATED}}}},
    {"odd_reason_of_another", {.entries = {{"a", -60, 0, ODD_REASON(false)}}}},
    {"removal_in_complete_crl", {REMOVAL}, REVOKED, .check = has_no_reason},
    {"removal_in_part", {REMOVAL, .extensions = {IDP_USER}}, REVOKED, .check = has_no_reason},
    {"removal_and_revocation",
     {.entries = {{SERIAL, -90, OC_REASON_REMOVE_FROM_CRL}, {SERIAL, -60}}},
     REVOKED,
     .check = has_no_reason},
    {"v1", {.is_v1 = true}},
    {"v1_listed", {.is_v1 = true, LISTED}, REVOKED},
    {"part_by_name", {.extensions = {IDP_NAME}}, UNKNOWN},
    {"part_by_name_listed", {LISTED, .extensions = {IDP_NAME}}, REVOKED},
    {"part_for_users", {.extensions = {IDP_USER}}, UNKNOWN},
    {"part_for_users_listed", {LISTED, .extensions = {IDP_USER}}, REVOKED},
    {"part_for_cas", {.extensions = {IDP_CA}}, UNKNOWN},
    {"part_for_cas_listed", {LISTED, .extensions = {IDP_CA}}, REVOKED},
    {"part_for_reasons", {.extensions = {IDP_REASONS}}, UNKNOWN},
    {"part_for_reasons_listed", {LISTED, .extensions = {IDP_REASONS}}, REVOKED},
    {"expired_certs", {.extensions = {EXPIRED_CERTS}}, .check = has_archive_cutoff},
};

static const struct crl_case signer_cases[] = {
    {"other_name", .names = CERT_OTHER_CA, REFUSED(OC_ERR_SIGNER, other_issuer, at_issuer)},
    {"same_name_other_key", .key = KEY_OTHER, REFUSED(OC_ERR_SIGNATURE, wrong, at_signature)},
    {"key_of_delegate", .key = KEY_DELEGATE, REFUSED(OC_ERR_SIGNATURE, wrong, at_signature)},
    {"name_and_key_of_ca_above", .names = CERT_ROOT, .key = KEY_ROOT,
     REFUSED(OC_ERR_SIGNER, other_issuer, at_issuer)},
    {"signature_wrong", {.fault = SIGN_WRONG}, REFUSED(OC_ERR_SIGNATURE, wrong, at_signature)},
    {"algorithm_outside_is_another",
     {.fault = SIGN_OTHER_ALGORITHM},
     REFUSED(OC_ERR_SIGNATURE, differ, at_algorithm)},
    {"algorithm_inside_is_another",
     {.fault = SIGN_OTHER_INSIDE},
     REFUSED(OC_ERR_SIGNATURE, differ, at_algorithm)},
    {"key_identifier_is_another", {.extensions = {AKI_2}}},
    {"rsa", .key = KEY_RSA, .issuer = CERT_CA_RSA},
    {"rsa_1024", .key = KEY_RSA_1024, .issuer = CERT_CA_RSA_1024,
     REFUSED(OC_ERR_WEAK_KEY, weak_key, at_signature)},
    {"rsa_1024_allowed", .key = KEY_RSA_1024, .issuer = CERT_CA_RSA_1024,
     .policy = allow_small_rsa},
};

static const struct crl_case extension_cases[] = {
    {"unknown", {.extensions = {UNKNOWN_EXT(false)}}},
    {"unknown_critical",
     {.extensions = {UNKNOWN_EXT(true)}},
     REFUSED(OC_ERR_CRITICAL, critical, at_extensions)},
    {"unknown_in_entry", {.entries = {{"a", 0, 0, UNKNOWN_EXT(false)}}}},
    {"unknown_critical_in_another_entry",
     {.entries = {{"a", 0, 0, UNKNOWN_EXT(true)}}},
     REFUSED(OC_ERR_CRITICAL, critical_entry, at_entries)},
    {"odd_critical_reason_in_entry",
     {.entries = {{SERIAL, -60, 0, ODD_REASON(true)}}},
     REFUSED(OC_ERR_CRITICAL, critical_entry, at_entries)},
    {"odd_certificate_issuer_in_another_entry",
     {.entries = {{"a", -60, 0, ODD_CERT_ISSUER}}},
     REFUSED(OC_ERR_CRITICAL, critical_entry, at_entries)},
    {"indirect", {.extensions = {IDP_INDIRECT}}, REFUSED(OC_ERR_CRITICAL, indirect, at_extensions)},
    {"entry_of_another_issuer",
     {.entries = {{SERIAL, 0, 0, CERT_ISSUER}}},
     REFUSED(OC_ERR_CRITICAL, indirect, at_entries)},
    {"attribute_certs",
     {LISTED, .extensions = {IDP_ATTRIBUTE}},
     REFUSED(OC_ERR_CRITICAL, attribute, at_extensions)},
    {"delta_alone", {LISTED, DELTA}, REFUSED(OC_ERR_CRITICAL, alone, at_base)},
    {"policy_refuses_to_ignore",
     {.extensions = {UNKNOWN_EXT(true)}},
     .policy = allow_all,
     REFUSED(OC_ERR_CRITICAL, critical, at_extensions)},
};

static const struct crl_case time_cases[] = {
    {"this_update_in_future", {.this_update = 301}, REFUSED(OC_ERR_NOT_YET, future, at_tbs)},
    {"this_update_at_border", {.this_update = 300}},
    {"next_update_passed", {.next_update = -300}, REFUSED(OC_ERR_EXPIRED, passed, at_tbs)},
    {"next_update_passed_listed",
     {LISTED, .next_update = -300},
     REFUSED(OC_ERR_EXPIRED, passed, at_tbs)},
    {"next_update_at_border", {.next_update = -299}},
    {"times_in_wrong_order",
     {.this_update = 20, .next_update = 10},
     REFUSED(OC_ERR_TIME_ORDER, order, at_tbs)},
    {"times_in_wrong_order_ignored",
     {.this_update = 20, .next_update = 10},
     .policy = ignore_times,
     REFUSED(OC_ERR_TIME_ORDER, order, at_tbs)},
    {"times_equal", {.this_update = 20, .next_update = 20}},
    {"without_next_update", {.without_next_update = true}, .check = has_no_next_update},
    {"without_next_update_at_border", {.this_update = -DAY - 300, .without_next_update = true}},
    {"without_next_update_too_old",
     {.this_update = -DAY - 301, .without_next_update = true},
     REFUSED(OC_ERR_TOO_OLD, too_old, at_tbs)},
    {"without_next_update_required",
     {.without_next_update = true},
     .policy = no_age,
     REFUSED(OC_ERR_TOO_OLD, no_next, at_tbs)},
    {"next_update_passed_ignored", {.next_update = -300}, .policy = ignore_times},
    {"this_update_in_future_ignored",
     {.this_update = 400, .next_update = 500},
     .policy = ignore_times},
    {"skew_negative", .policy = negative_skew,
     REFUSED(OC_ERR_ARGUMENT, "the skew or max_age of the policy is negative", NULL)},
};

// A delta CRL is there in all of these.
static const struct crl_case delta_cases[] = {
    {"delta_is_empty", {COMPLETE}, .delta = {DELTA}},
    {"delta_has_times",
     {COMPLETE},
     .delta = {DELTA, .this_update = -10, .next_update = 20},
     .check = has_delta_times},
    {"delta_of_crl_that_ends_before",
     {COMPLETE, .next_update = 10},
     .delta = {DELTA, .this_update = -10, .next_update = 20},
     .check = ends_with_crl},
    {"delta_without_next_update",
     {COMPLETE, .next_update = 10},
     .delta = {DELTA, .this_update = -10, .without_next_update = true},
     .check = ends_with_crl},
    {"delta_of_crl_without_next_update",
     {COMPLETE, .without_next_update = true},
     .delta = {DELTA, .this_update = -10, .next_update = 10},
     .check = ends_with_crl},
    {"delta_and_crl_without_next_update",
     {COMPLETE, .without_next_update = true},
     .delta = {DELTA, .without_next_update = true},
     .check = has_no_next_update},
    {"delta_is_undated",
     {COMPLETE},
     .delta = {DELTA, .this_update = -10, .entries = {{SERIAL, UNDATED}}},
     REVOKED,
     .check = is_of_delta},
    {"delta_does_not_list_undated",
     {COMPLETE, .entries = {{SERIAL, UNDATED}}},
     .delta = {DELTA, .this_update = -10},
     REVOKED,
     .check = is_of_this_update},
    {"delta_lifts_undated_hold",
     {COMPLETE, .entries = {{SERIAL, .reason = OC_REASON_CERTIFICATE_HOLD, UNDATED}}},
     .delta = {DELTA, REMOVAL}},
    {"delta_lifts_hold_undated",
     {COMPLETE, HOLD},
     .delta = {DELTA, .entries = {{SERIAL, .reason = OC_REASON_REMOVE_FROM_CRL, UNDATED}}}},
    {"delta_lifts_odd_reason",
     {COMPLETE, .entries = {{SERIAL, -60, 0, ODD_REASON(false)}}},
     .delta = {DELTA, REMOVAL},
     REVOKED,
     .check = has_no_reason},
    {"delta_has_odd_reason",
     {COMPLETE, HOLD},
     .delta = {DELTA, .entries = {{SERIAL, -60, 0, ODD_REASON(false)}}},
     REVOKED,
     .check = has_no_reason},
    {"delta_lifts_hold_and_removal",
     {COMPLETE, .entries = {{SERIAL, -60, 6}, {SERIAL, -90, 8}}},
     .delta = {DELTA, REMOVAL},
     REVOKED,
     .check = is_hold},
    {"delta_is_empty_listed", {COMPLETE, LISTED}, .delta = {DELTA}, REVOKED},
    {"delta_adds", {COMPLETE}, .delta = {DELTA, COMPROMISE}, REVOKED, .check = is_of_the_entry},
    {"delta_changes_hold",
     {COMPLETE, HOLD},
     .delta = {DELTA, COMPROMISE},
     REVOKED,
     .check = is_of_the_entry},
    {"delta_lifts_hold", {COMPLETE, HOLD}, .delta = {DELTA, REMOVAL}},
    {"delta_lifts_hold_twice",
     {COMPLETE, .entries = {{SERIAL, -60, 6}, {SERIAL, -90, 6}}},
     .delta = {DELTA, REMOVAL}},
    {"delta_lifts_unlisted", {COMPLETE}, .delta = {DELTA, REMOVAL}},
    {"delta_lifts_compromise",
     {COMPLETE, COMPROMISE},
     .delta = {DELTA, REMOVAL},
     REVOKED,
     .check = is_of_the_entry},
    {"delta_lifts_without_reason", {COMPLETE, LISTED}, .delta = {DELTA, REMOVAL}, REVOKED},
    {"delta_lifts_hold_and_compromise",
     {COMPLETE, .entries = {{SERIAL, -90, 6}, {SERIAL, -60, 1}}},
     .delta = {DELTA, REMOVAL},
     REVOKED},
    {"delta_lifts_another",
     {COMPLETE, HOLD},
     .delta = {DELTA, .entries = {{"a", -60, 8}}},
     REVOKED},
    {"delta_lifts_and_revokes",
     {COMPLETE, HOLD},
     .delta = {DELTA, .entries = {{SERIAL, -60, 8}, {SERIAL, -60, 1}}},
     REVOKED,
     .check = is_of_the_entry},
    {"delta_of_removal",
     {COMPLETE, REMOVAL},
     .delta = {DELTA, REMOVAL},
     REVOKED,
     .check = has_no_reason},
    {"delta_of_part",
     {HOLD, .extensions = {NUMBER_5, IDP_USER}},
     .delta = {REMOVAL, .extensions = {NUMBER_7, BASE_5, IDP_USER}},
     UNKNOWN},
    {"delta_of_part_adds",
     {.extensions = {NUMBER_5, IDP_USER}},
     .delta = {LISTED, .extensions = {NUMBER_7, BASE_5, IDP_USER}},
     REVOKED},
    {"delta_of_crl_that_passed",
     {COMPLETE, .next_update = -300},
     .delta = {DELTA},
     REFUSED(OC_ERR_EXPIRED, passed, at_tbs)},
    {"delta_of_crl_that_passed_ignored",
     {COMPLETE, .next_update = -300},
     .delta = {DELTA},
     .policy = ignore_times},
    {"delta_of_crl_that_passes", {COMPLETE, .next_update = -299}, .delta = {DELTA}},
    {"delta_of_crl_without_next_update_too_old",
     {COMPLETE, .this_update = -DAY - 301, .without_next_update = true},
     .delta = {DELTA},
     REFUSED(OC_ERR_TOO_OLD, too_old, at_tbs)},
    {"delta_of_crl_in_future",
     {COMPLETE, .this_update = 301},
     .delta = {DELTA},
     REFUSED(OC_ERR_NOT_YET, future, at_tbs)},
    {"delta_of_crl_by_other_key",
     {COMPLETE},
     .key = KEY_OTHER,
     .delta = {DELTA},
     REFUSED(OC_ERR_SIGNATURE, wrong, at_signature)},
    {"delta_of_delta", {DELTA}, .delta = {DELTA}, REFUSED(OC_ERR_CRITICAL, alone, at_base)},
    {"numbers_equal", {COMPLETE}, .delta = {.extensions = {NUMBER_5, BASE_5}}},
    {"base_older_than_crl",
     {.extensions = {NUMBER_7}},
     .delta = {.extensions = {NUMBER_EXT("02020080"), BASE_5}}},
    {"key_identifiers_equal",
     {.extensions = {NUMBER_5, AKI_1}},
     .delta = {.extensions = {NUMBER_7, BASE_5, AKI_1}}},
};

// The fault is in the delta CRL, whose offset counts.
static const struct crl_case delta_refusals[] = {
    {"delta_of_other_name",
     {COMPLETE},
     .delta = {DELTA},
     .names = CERT_OTHER_CA,
     REFUSED(OC_ERR_SIGNER, "delta CRL: the CRL names another issuer (RFC 5280 6.3.3 (b)(1))",
             at_issuer)},
    {"delta_by_other_key",
     {COMPLETE},
     .delta = {DELTA},
     .delta_key = KEY_OTHER,
     REFUSED(OC_ERR_SIGNATURE,
             "delta CRL: the signature of the CRL is wrong (RFC 5280 6.3.3 (g), (h))",
             at_signature)},
    {"delta_algorithms_differ",
     {COMPLETE},
     .delta = {DELTA, .fault = SIGN_OTHER_INSIDE},
     REFUSED(OC_ERR_SIGNATURE,
             "delta CRL: the CRL's two signature algorithms differ (RFC 5280 5.1.1.2)",
             at_algorithm)},
    {"delta_unknown_critical",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_7, BASE_5, UNKNOWN_EXT(true)}},
     REFUSED(OC_ERR_CRITICAL,
             "delta CRL: a critical extension of the CRL is not understood (RFC 5280 5.2)",
             at_extensions)},
    {"delta_unknown_critical_in_entry",
     {COMPLETE},
     .delta = {DELTA, .entries = {{"a", 0, 0, UNKNOWN_EXT(true)}}},
     REFUSED(OC_ERR_CRITICAL,
             "delta CRL: a critical extension of an entry is not understood (RFC 5280 5.3)",
             at_entries)},
    {"delta_indirect",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_7, BASE_5, IDP_INDIRECT}},
     REFUSED(OC_ERR_CRITICAL, "delta CRL: indirect CRLs are not supported (RFC 5280 5.2.5)",
             at_extensions)},
    {"delta_in_future",
     {COMPLETE},
     .delta = {DELTA, .this_update = 301},
     REFUSED(OC_ERR_NOT_YET, "delta CRL: thisUpdate is in the future (RFC 5280 5.1.2.4)", at_tbs)},
    {"delta_passed",
     {COMPLETE},
     .delta = {DELTA, .next_update = -300},
     REFUSED(OC_ERR_EXPIRED, "delta CRL: nextUpdate has passed (RFC 5280 6.3.3 (a))", at_tbs)},
    {"delta_too_old",
     {COMPLETE},
     .delta = {DELTA, .this_update = -DAY - 301, .without_next_update = true},
     REFUSED(OC_ERR_TOO_OLD,
             "delta CRL: thisUpdate is too long ago, and there is no nextUpdate "
             "(RFC 5280 5.1.2.5)",
             at_tbs)},
    {"delta_without_indicator",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_7}},
     REFUSED(OC_ERR_NO_MATCH, not_delta, at_extensions)},
    {"delta_without_extensions", {COMPLETE}, REFUSED(OC_ERR_NO_MATCH, not_delta, at_tbs)},
    {"delta_is_part",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_7, BASE_5, IDP_USER}},
     REFUSED(OC_ERR_NO_MATCH, other_idp, at_extensions)},
    {"delta_of_part_is_complete",
     {.extensions = {NUMBER_5, IDP_USER}},
     .delta = {DELTA},
     REFUSED(OC_ERR_NO_MATCH, other_idp, at_extensions)},
    {"delta_of_other_part",
     {.extensions = {NUMBER_5, IDP_NAME}},
     .delta = {.extensions = {NUMBER_7, BASE_5, IDP_OTHER_NAME}},
     REFUSED(OC_ERR_NO_MATCH, other_idp, at_extensions)},
    {"delta_of_other_key_identifier",
     {.extensions = {NUMBER_5, AKI_1}},
     .delta = {.extensions = {NUMBER_7, BASE_5, AKI_2}},
     REFUSED(OC_ERR_NO_MATCH, other_aki, at_extensions)},
    {"delta_without_key_identifier",
     {.extensions = {NUMBER_5, AKI_1}},
     .delta = {DELTA},
     REFUSED(OC_ERR_NO_MATCH, other_aki, at_extensions)},
    {"delta_of_newer_base",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_7, DELTA_EXT("020106")}},
     REFUSED(OC_ERR_NO_MATCH, base_newer, at_base)},
    {"delta_of_newer_base_of_two_octets",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_EXT("02020101"), DELTA_EXT("02020100")}},
     REFUSED(OC_ERR_NO_MATCH, base_newer, at_base)},
    {"delta_of_negative_base",
     {COMPLETE},
     .delta = {.extensions = {NUMBER_7, DELTA_EXT("020180")}},
     REFUSED(OC_ERR_NO_MATCH, base_newer, at_base)},
    {"delta_of_crl_without_number", .delta = {DELTA},
     REFUSED(OC_ERR_NO_MATCH, base_newer, at_base)},
    {"delta_older_than_crl",
     {.extensions = {NUMBER_EXT("020108")}},
     .delta = {DELTA},
     REFUSED(OC_ERR_NO_MATCH, delta_older, at_number)},
    {"delta_without_number",
     {COMPLETE},
     .delta = {.extensions = {BASE_5}},
     REFUSED(OC_ERR_NO_MATCH, delta_older, at_tbs)},
};

// Running them

static struct guard guards[2];

static enum key_name or_key(enum key_name key)
{
    return key != KEY_OF_RESPONDER ? key : KEY_CA;
}

// Makes a CRL that ends at a guard page.
static void make(const struct sign_crl_spec *spec, enum cert_name names, enum key_name key,
                 struct guard *guard, struct oc_crl *crl)
{
    struct sign_crl_spec full = *spec;
    uint8_t *der;
    struct oc_error err;
    full.issuer = &fixture_cert(names != CERT_NONE ? names : CERT_CA)->cert;
    full.key = fixture_key(or_key(key));
    size_t len = sign_crl(&full, &der);
    struct oc_bytes view = {guard_at_end(guard, der, len), len};
    OPENSSL_free(der);
    if (oc_crl_parse(crl, view, &err) != OC_OK)
        fail_msg("does not parse: %s", err.what);
}

static void expect_refused(const struct crl_case *c, const struct oc_crl *at_fault,
                           const struct oc_error *err, const struct oc_verdict *verdict)
{
    static const struct oc_verdict zero;
    const uint8_t *at = c->at != NULL ? c->at(at_fault) : at_fault->der.data;
    assert_string_equal(err->what, c->what);
    assert_string_equal(oc_err_name(err->code), oc_err_name(c->code));
    assert_int_equal(err->offset, at - at_fault->der.data);
    assert_memory_equal(verdict, &zero, sizeof zero);
}

// A CRL alone has the same faults, without a word of a delta CRL, but may be one itself and need
// not belong to another.
static void expect_checked_alone(const struct crl_case *c, const struct oc_policy *policy,
                                 const struct oc_issuer *issuer, const struct oc_crl *crl)
{
    static const char prefix[] = "delta CRL: ";
    struct oc_error err;
    bool is_right = c->code == OC_OK || c->what == alone || c->code == OC_ERR_NO_MATCH;
    enum oc_err code = oc_crl_check(policy, issuer, crl, &err);
    assert_int_equal(oc_crl_check(policy, issuer, crl, NULL), code);
    assert_int_equal(err.code, code);
    assert_string_equal(oc_err_name(code), is_right ? "ok" : oc_err_name(c->code));
    if (is_right)
        return;
    bool is_prefixed = strncmp(c->what, prefix, sizeof prefix - 1) == 0;
    assert_string_equal(err.what, c->what + (is_prefixed ? sizeof prefix - 1 : 0));
    assert_int_equal(err.offset, (c->at != NULL ? c->at(crl) : crl->der.data) - crl->der.data);
}

static void judge(const struct crl_case *c, const struct oc_issuer *issuer,
                  const struct oc_crl *crl, const struct oc_crl *delta, bool is_delta_at_fault)
{
    struct oc_policy policy;
    struct oc_verdict verdict;
    struct oc_error err;
    oc_policy_init(&policy, SIGN_NOW);
    if (c->policy != NULL)
        c->policy(&policy);
    memset(&verdict, 0xff, sizeof verdict);
    enum oc_err code =
        oc_crl_verify(&policy, issuer, serial_in_question(), crl, delta, &verdict, &err);
    assert_int_equal(err.code, code);
    if (c->code != OC_OK) {
        assert_int_not_equal(code, OC_OK);
        expect_refused(c, is_delta_at_fault ? delta : crl, &err, &verdict);
    } else {
        if (code != OC_OK)
            fail_msg("refused: %s", err.what);
        assert_string_equal(oc_cert_status_name(verdict.status),
                            oc_cert_status_name(c->status != OC_CERT_STATUS_NONE
                                                    ? c->status
                                                    : OC_CERT_STATUS_GOOD));
        if (c->check != NULL)
            c->check(&verdict);
    }
    assert_int_equal(
        oc_crl_verify(&policy, issuer, serial_in_question(), crl, delta, &verdict, NULL), code);
    expect_checked_alone(c, &policy, issuer, is_delta_at_fault ? delta : crl);
}

static void run_case(const struct crl_case *c, bool has_delta, bool is_delta_at_fault)
{
    struct oc_issuer issuer;
    struct oc_crl crl;
    struct oc_crl delta;
    const struct oc_cert *cert = &fixture_cert(c->issuer != CERT_NONE ? c->issuer : CERT_CA)->cert;
    assert_int_equal(oc_issuer_init(&issuer, fixture.crypto, cert, NULL), OC_OK);
    make(&c->crl, is_delta_at_fault ? CERT_NONE : c->names, c->key, &guards[0], &crl);
    if (has_delta)
        make(&c->delta, is_delta_at_fault ? c->names : CERT_NONE, c->delta_key, &guards[1], &delta);
    judge(c, &issuer, &crl, has_delta ? &delta : NULL, is_delta_at_fault);
    oc_issuer_cleanup(&issuer);
}

static void run_alone(void **state)
{
    run_case(*state, false, false);
}

static void run_with_delta(void **state)
{
    run_case(*state, true, false);
}

static void run_delta_refusal(void **state)
{
    run_case(*state, true, true);
}

static struct oc_issuer issuer_with(const char *key_usage, struct sign_cert *cert)
{
    const struct sign_cert_spec spec = {.subject = "CA",
                                        .issuer = "root",
                                        .key = fixture_key(KEY_CA),
                                        .signer = fixture_key(KEY_ROOT),
                                        .constraints = "critical,CA:TRUE",
                                        .key_usage = key_usage};
    struct oc_issuer issuer;
    sign_cert(&spec, cert);
    assert_int_equal(oc_issuer_init(&issuer, fixture.crypto, &cert->cert, NULL), OC_OK);
    return issuer;
}

static void key_usages_of_issuer(void **state)
{
    static const struct {
        const char *key_usage;
        enum oc_err code;
    } cases[] = {{NULL, OC_OK},
                 {"critical,cRLSign", OC_OK},
                 {"critical,keyCertSign,digitalSignature", OC_ERR_DELEGATE_PURPOSE}};
    const struct sign_crl_spec spec = {0};
    struct oc_crl crl;
    (void)state;
    make(&spec, CERT_CA, KEY_CA, &guards[0], &crl);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct crl_case c = {
            .code = cases[i].code,
            .what = "the issuer's certificate is not for signing CRLs (RFC 5280 6.3.3 (f))"};
        struct sign_cert cert;
        struct oc_issuer issuer = issuer_with(cases[i].key_usage, &cert);
        judge(&c, &issuer, &crl, NULL, false);
        oc_issuer_cleanup(&issuer);
        sign_cert_free(&cert);
    }
}

static void weak_hashes(void **state)
{
    const struct crl_case sha1 = {REFUSED(OC_ERR_WEAK_HASH, weak_hash, at_signature)};
    const struct crl_case sha1_allowed = {.policy = allow_sha1};
    const struct crl_case md5 = {.policy = allow_all,
                                 REFUSED(OC_ERR_WEAK_HASH, weak_hash, at_signature)};
    struct sign_crl_spec spec = {.digest = EVP_sha1()};
    struct oc_issuer issuer;
    struct oc_crl crl;
    (void)state;
    make(&spec, CERT_CA, KEY_CA, &guards[0], &crl);
    judge(&sha1, &fixture.issuer, &crl, NULL, false);
    judge(&sha1_allowed, &fixture.issuer, &crl, NULL, false);
    spec.digest = EVP_md5();
    make(&spec, CERT_CA, KEY_RSA, &guards[0], &crl);
    assert_int_equal(
        oc_issuer_init(&issuer, fixture.crypto, &fixture_cert(CERT_CA_RSA)->cert, NULL), OC_OK);
    judge(&md5, &issuer, &crl, NULL, false);
    oc_issuer_cleanup(&issuer);
}

// A number that is no INTEGER is on no list, and must not be good for that.
static void serials_that_are_none(void **state)
{
    static const struct oc_bytes serials[] = {
        {NULL, 0},
        {(const uint8_t *)"", 0},
        {(const uint8_t *)"\x00\x01\x02\x03\x04", 5},
        {(const uint8_t *)"\xff\x81", 2},
    };
    const struct sign_crl_spec spec = {LISTED};
    struct oc_crl crl;
    struct oc_policy policy;
    struct oc_verdict verdict;
    struct oc_error err;
    (void)state;
    make(&spec, CERT_CA, KEY_CA, &guards[0], &crl);
    oc_policy_init(&policy, SIGN_NOW);
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        assert_int_equal(
            oc_crl_verify(&policy, &fixture.issuer, serials[i], &crl, NULL, &verdict, &err),
            OC_ERR_ARGUMENT);
        assert_string_equal(err.what, "the serial number is not the content of an INTEGER");
        assert_int_equal(verdict.status, OC_CERT_STATUS_NONE);
    }
}

// A CRL that did not parse, and whose error was not looked at.
static void crl_of_zero(void **state)
{
    const struct oc_crl crl = {0};
    struct oc_policy policy;
    struct oc_verdict verdict;
    (void)state;
    oc_policy_init(&policy, SIGN_NOW);
    assert_int_equal(
        oc_crl_verify(&policy, &fixture.issuer, serial_in_question(), &crl, NULL, &verdict, NULL),
        OC_ERR_SIGNER);
    assert_int_equal(oc_crl_check(&policy, &fixture.issuer, &crl, NULL), OC_ERR_SIGNER);
}

// Both CRLs are current for a program that keeps their entries, each at its own time.
static void delta_checked_alone(void **state)
{
    const struct sign_crl_spec spec = {DELTA, REMOVAL, .next_update = 20};
    struct oc_crl crl;
    struct oc_policy policy;
    struct oc_error err;
    (void)state;
    make(&spec, CERT_CA, KEY_CA, &guards[0], &crl);
    oc_policy_init(&policy, SIGN_NOW);
    assert_int_equal(oc_crl_check(&policy, &fixture.issuer, &crl, &err), OC_OK);
    assert_int_equal(err.code, OC_OK);
    policy.now += 20 + policy.skew;
    assert_int_equal(oc_crl_check(&policy, &fixture.issuer, &crl, &err), OC_ERR_EXPIRED);
    assert_string_equal(err.what, passed);
    policy.ignore_times = true;
    assert_int_equal(oc_crl_check(&policy, &fixture.issuer, &crl, &err), OC_OK);
}

static enum oc_err verify_bytes(const uint8_t *data, size_t len, struct oc_verdict *verdict)
{
    struct oc_crl crl;
    struct oc_policy policy;
    enum oc_err code = oc_crl_parse(&crl, (struct oc_bytes){data, len}, NULL);
    if (code != OC_OK)
        return code;
    oc_policy_init(&policy, SIGN_NOW);
    return oc_crl_verify(&policy, &fixture.issuer, serial_in_question(), &crl, NULL, verdict, NULL);
}

static void every_bit_flipped(void **state)
{
    const struct sign_crl_spec spec = {COMPROMISE, .extensions = {NUMBER_5, AKI_1}};
    struct oc_crl crl;
    struct oc_verdict verdict;
    (void)state;
    make(&spec, CERT_CA, KEY_CA, &guards[0], &crl);
    size_t len = crl.der.len;
    uint8_t *data = guard_at_end(&guards[1], crl.der.data, len);
    assert_int_equal(verify_bytes(data, len, &verdict), OC_OK);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (verify_bytes(data, len, &verdict) == OC_OK)
            fail_msg("believed with bit %zu of octet %zu flipped", bit % 8, bit / 8);
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static int start(void **state)
{
    guard_init(&guards[0], MAX_LEN);
    guard_init(&guards[1], MAX_LEN);
    return fixture_start(state);
}

static int stop(void **state)
{
    guard_free(&guards[0]);
    guard_free(&guards[1]);
    return fixture_stop(state);
}

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))

// A cmocka test for each case.
static size_t add_cases(struct CMUnitTest *tests, const struct crl_case *cases, size_t n,
                        CMUnitTestFunction run)
{
    for (size_t i = 0; i < n; i++) {
        union {
            const void *in;
            void *out;
        } state = {&cases[i]};
        tests[i] = (struct CMUnitTest){cases[i].name, run, NULL, NULL, state.out};
    }
    return n;
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(key_usages_of_issuer),  cmocka_unit_test(weak_hashes),
        cmocka_unit_test(serials_that_are_none), cmocka_unit_test(crl_of_zero),
        cmocka_unit_test(delta_checked_alone),   cmocka_unit_test(every_bit_flipped),
    };
    struct CMUnitTest tests[COUNT(others) + COUNT(status_cases) + COUNT(signer_cases) +
                            COUNT(extension_cases) + COUNT(time_cases) + COUNT(delta_cases) +
                            COUNT(delta_refusals)];
    size_t n = COUNT(others);
    memcpy(tests, others, sizeof others);
    n += add_cases(tests + n, status_cases, COUNT(status_cases), run_alone);
    n += add_cases(tests + n, signer_cases, COUNT(signer_cases), run_alone);
    n += add_cases(tests + n, extension_cases, COUNT(extension_cases), run_alone);
    n += add_cases(tests + n, time_cases, COUNT(time_cases), run_alone);
    n += add_cases(tests + n, delta_cases, COUNT(delta_cases), run_with_delta);
    n += add_cases(tests + n, delta_refusals, COUNT(delta_refusals), run_delta_refusal);
    return n != COUNT(tests) || cmocka_run_group_tests(tests, start, stop) != 0;
}
