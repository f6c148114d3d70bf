// SPDX-License-Identifier: MIT
//
// Describing outcomes. The library stops at the first check that fails, and the error code says
// which one: the checks before it have passed, those after it were not reached.
#include "verdict.h"

#include "value.h"

// The checks, in the order in which oc_verify() makes them.
enum check {
    CHECK_RESPONSE,
    CHECK_CERTIFICATE,
    CHECK_SIGNER,
    CHECK_SIGNATURE,
    CHECK_CRITICAL,
    CHECK_TIMES,
    CHECK_NONCE,
    N_CHECKS,
};

static const uint8_t check_of[] = {
    [OC_ERR_NOT_SUCCESSFUL] = CHECK_RESPONSE, [OC_ERR_NOT_BASIC] = CHECK_RESPONSE,
    [OC_ERR_NO_MATCH] = CHECK_CERTIFICATE,    [OC_ERR_SIGNER] = CHECK_SIGNER,
    [OC_ERR_DELEGATE_ISSUER] = CHECK_SIGNER,  [OC_ERR_DELEGATE_PURPOSE] = CHECK_SIGNER,
    [OC_ERR_DELEGATE_TIME] = CHECK_SIGNER,    [OC_ERR_SIGNATURE] = CHECK_SIGNATURE,
    [OC_ERR_WEAK_HASH] = CHECK_SIGNATURE,     [OC_ERR_WEAK_KEY] = CHECK_SIGNATURE,
    [OC_ERR_CRITICAL] = CHECK_CRITICAL,       [OC_ERR_NOT_YET] = CHECK_TIMES,
    [OC_ERR_EXPIRED] = CHECK_TIMES,           [OC_ERR_TOO_OLD] = CHECK_TIMES,
    [OC_ERR_TIME_ORDER] = CHECK_TIMES,        [OC_ERR_NONCE_MISSING] = CHECK_NONCE,
    [OC_ERR_NONCE_MISMATCH] = CHECK_NONCE,    [OC_ERR_UNSUPPORTED] = CHECK_SIGNATURE,
    [OC_ERR_CRYPTO] = CHECK_SIGNATURE,
};

// Returns whether the error is in a certificate inside the response; then the signer's check
// failed. The certificates are the last element of a response.
static bool is_in_certs(const struct outcome *outcome)
{
    const uint8_t *certs = outcome->resp->signature.certs.items.data;
    return certs != NULL && outcome->error.offset >= (size_t)(certs - outcome->resp->der.data);
}

// Returns the first check that failed; N_CHECKS if all passed.
static enum check failed_check(const struct outcome *outcome)
{
    enum oc_err code = outcome->error.code;
    if (code == OC_OK)
        return N_CHECKS;
    if (is_in_certs(outcome))
        return CHECK_SIGNER;
    return (size_t)code < sizeof check_of ? (enum check)check_of[code] : CHECK_RESPONSE;
}

// Returns why a check that did not fail was not made; NULL if it was made.
static const char *not_checked(const struct outcome *outcome, enum check check)
{
    if (check == CHECK_TIMES && outcome->policy->ignore_times)
        return "--ignore-times";
    if (check != CHECK_NONCE || outcome->verdict.has_nonce)
        return NULL;
    return outcome->policy->nonce.data == NULL ? "no nonce is given" : "the response has none";
}

static json_t *check_value(const struct outcome *outcome, enum check check)
{
    enum check failed = failed_check(outcome);
    const char *what = NULL;
    const char *name = check > failed ? "not-reached" : "ok";
    if (check == failed) {
        name = "failed";
        what = outcome->error.what;
    } else if (check < failed && (what = not_checked(outcome, check)) != NULL) {
        name = "not-checked";
    }
    json_t *value = value_must(json_object());
    put(value, "outcome", value_string(name));
    if (what != NULL)
        put(value, "what", value_string(what));
    return value;
}

static json_t *checks_value(const struct outcome *outcome)
{
    json_t *value = value_must(json_object());
    put(value, "response", check_value(outcome, CHECK_RESPONSE));
    put(value, "certificate", check_value(outcome, CHECK_CERTIFICATE));
    put(value, "signer", check_value(outcome, CHECK_SIGNER));
    put(value, "signature", check_value(outcome, CHECK_SIGNATURE));
    put(value, "critical_extensions", check_value(outcome, CHECK_CRITICAL));
    put(value, "times", check_value(outcome, CHECK_TIMES));
    put(value, "nonce", check_value(outcome, CHECK_NONCE));
    return value;
}

static json_t *signer_name(const struct oc_issuer *issuer, const struct oc_verdict *verdict)
{
    struct oc_cert cert;
    if (verdict->signer == OC_SIGNER_ISSUER)
        return value_name(issuer->cert.subject);
    // It parses, since it was used to verify the response.
    (void)!oc_cert_parse(&cert, verdict->signer_cert, NULL);
    return value_name(cert.subject);
}

static void put_signer(json_t *value, const struct oc_issuer *issuer,
                       const struct oc_verdict *verdict)
{
    put(value, "signer", value_string(oc_signer_kind_name(verdict->signer)));
    put(value, "signer_name", signer_name(issuer, verdict));
    put(value, "signer_needs_check", value_bool(verdict->signer_needs_check));
}

static void put_times(json_t *value, const struct oc_verdict *verdict)
{
    put(value, "this_update", value_time(verdict->this_update));
    put(value, "next_update",
        verdict->has_next_update ? value_time(verdict->next_update) : json_null());
    put(value, "produced_at", value_time(verdict->produced_at));
    if (verdict->has_archive_cutoff)
        put(value, "archive_cutoff", value_time(verdict->archive_cutoff));
    put(value, "ask_again", value_time(verdict->ask_again));
}

static void put_revocation(json_t *value, const struct oc_verdict *verdict)
{
    put(value, "revocation_time", value_time(verdict->revocation_time));
    if (verdict->has_reason)
        put(value, "revocation_reason", reason_value(verdict->reason));
    put(value, "not_issued", value_bool(verdict->is_not_issued));
}

void verdict_put(json_t *object, const struct oc_issuer *issuer, const struct oc_verdict *verdict)
{
    put_signer(object, issuer, verdict);
    put_times(object, verdict);
    if (verdict->status == OC_CERT_STATUS_REVOKED)
        put_revocation(object, verdict);
}

static json_t *error_value(const struct oc_error *error)
{
    json_t *value = value_must(json_object());
    put(value, "code", value_string(oc_err_name(error->code)));
    if (error->offset != 0)
        put(value, "offset", value_count(error->offset));
    put(value, "what", value_string(error->what));
    return value;
}

const char *verdict_name(int status)
{
    static const char *const words[] = {
        [VERDICT_GOOD] = "good",
        [VERDICT_REVOKED] = "revoked",
        [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_NOT_VERIFIED] = "not-verified",
    };
    return words[status];
}

static json_t *outcome_value(const struct outcome *outcome)
{
    json_t *value = value_must(json_object());
    put(value, "serial", value_integer(outcome->serial));
    put(value, "judged_at", value_time(outcome->policy->now));
    put(value, "checks", checks_value(outcome));
    if (outcome->error.code == OC_OK)
        verdict_put(value, outcome->issuer, &outcome->verdict);
    else
        put(value, "error", error_value(&outcome->error));
    put(value, "verdict", value_string(verdict_name(verdict_status(outcome))));
    return value;
}

static json_t *revoked_line(const struct oc_verdict *verdict)
{
    json_t *time = value_time(verdict->revocation_time);
    json_t *line;
    if (verdict->is_not_issued)
        line = json_string("revoked: the issuer has never issued this certificate");
    else if (verdict->has_reason)
        line = json_sprintf("revoked since %s (%s)", json_string_value(time),
                            oc_crl_reason_name(verdict->reason));
    else
        line = json_sprintf("revoked since %s", json_string_value(time));
    json_decref(time);
    return value_must(line);
}

static void drop(json_t *value, const char *key)
{
    // The member may be absent.
    (void)json_object_del(value, key);
}

static json_t *verdict_line(const struct outcome *outcome)
{
    if (outcome->error.code != OC_OK)
        return value_must(json_sprintf("not verified: %s", outcome->error.what));
    if (outcome->verdict.status == OC_CERT_STATUS_REVOKED)
        return revoked_line(&outcome->verdict);
    return value_string(verdict_name(verdict_status(outcome)));
}

// Replaces several members for programs by one line for people.
static void make_readable(json_t *value, const struct outcome *outcome)
{
    static const char *const in_the_line[] = {"error", "revocation_time", "revocation_reason",
                                              "not_issued"};
    for (size_t i = 0; i < sizeof in_the_line / sizeof in_the_line[0]; i++)
        drop(value, in_the_line[i]);
    if (outcome->verdict.signer_needs_check)
        put(value, "signer_needs_check",
            value_string("has no id-pkix-ocsp-nocheck: check that it is not revoked itself"));
    else
        drop(value, "signer_needs_check");
    put(value, "verdict", verdict_line(outcome));
}

void verdict_describe(struct sink *sink, const struct outcome *outcome)
{
    json_t *value = outcome_value(outcome);
    if (sink->ops->is_text)
        make_readable(value, outcome);
    sink_members(sink, value);
}

int verdict_status(const struct outcome *outcome)
{
    return outcome->error.code == OC_OK ? verdict_of(&outcome->verdict) : VERDICT_NOT_VERIFIED;
}

int verdict_of(const struct oc_verdict *verdict)
{
    switch (verdict->status) {
    case OC_CERT_STATUS_GOOD:
        return VERDICT_GOOD;
    case OC_CERT_STATUS_REVOKED:
        return VERDICT_REVOKED;
    case OC_CERT_STATUS_UNKNOWN:
        return VERDICT_UNKNOWN;
    case OC_CERT_STATUS_NONE:
        break;
    }
    return VERDICT_NOT_VERIFIED;
}

int verdict_worse(int a, int b)
{
    static const int badness[] = {
        [VERDICT_GOOD] = 0,
        [VERDICT_REVOKED] = 2,
        [VERDICT_UNKNOWN] = 1,
        [VERDICT_NOT_VERIFIED] = 3,
    };
    return badness[b] > badness[a] ? b : a;
}

bool verdict_is_newer(const struct oc_verdict *a, const struct oc_verdict *b)
{
    if (a->this_update != b->this_update)
        return a->this_update > b->this_update;
    return a->produced_at > b->produced_at;
}
