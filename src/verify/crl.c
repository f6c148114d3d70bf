// SPDX-License-Identifier: MIT
//
// Whether to believe a CRL, with or without a delta CRL, and what it then says about a certificate
// (RFC 5280 5.2.4, 6.3.3). Distribution points of the certificate are not looked at: a CRL that
// covers only a part never says "good".
#include <ocsp/crl.h>

#include "verify/freshness.h"
#include "verify/signature.h"

#include <string.h>

// SAY makes the text of a refusal, which says so when the delta CRL is at fault.
// `text` is a literal, which cannot stand in parentheses beside another one.
#define SAY(trial, text)                                                                           \
    ((trial)->role == ROLE_DELTA ? "delta CRL: " text                                              \
                                 : (text))  // NOLINT(bugprone-macro-parentheses)

// The last octets of the object identifiers in id-ce (RFC 5280 4.2.1.1, 5.2.5).
enum { ID_CE_IDP = 28, ID_CE_AUTHORITY_KEY_ID = 35 };

// enum role says what a CRL is to the caller.
enum role {
    ROLE_ANY,       // the only one, complete or delta
    ROLE_COMPLETE,  // must not be a delta CRL
    ROLE_DELTA,     // the second of two
};

// struct trial is one CRL that is judged.
struct trial {
    struct judge judge;
    const struct oc_crl *crl;
    enum role role;
};

// The content of an INTEGER: a number that no entry can have would be taken for one that is not
// listed.
static bool check_serial(struct trial *trial, struct oc_bytes serial)
{
    bool is_integer = serial.len == 1;
    if (serial.len > 1) {
        unsigned first_nine = (unsigned)serial.data[0] << 1 | serial.data[1] >> 7;
        is_integer = first_nine != 0 && first_nine != 0x1FF;
    }
    return is_integer || oci_refuse(&trial->judge, OC_ERR_ARGUMENT, NULL,
                                    "the serial number is not the content of an INTEGER");
}

static bool check_issuer(struct trial *trial)
{
    const struct oc_cert *cert = &trial->judge.issuer->cert;
    const struct oc_crl *crl = trial->crl;
    if (!oc_bytes_equal(crl->issuer, cert->subject))
        return oci_refuse(&trial->judge, OC_ERR_SIGNER, crl->issuer.data,
                          SAY(trial, "the CRL names another issuer (RFC 5280 6.3.3 (b)(1))"));
    if (cert->has_key_usage && (cert->key_usage & OC_KEY_USAGE_CRL_SIGN) == 0)
        return oci_refuse(&trial->judge, OC_ERR_DELEGATE_PURPOSE, NULL,
                          "the issuer's certificate is not for signing CRLs "
                          "(RFC 5280 6.3.3 (f))");
    return true;
}

static bool is_same_algorithm(const struct oc_algorithm *a, const struct oc_algorithm *b)
{
    return oc_bytes_equal(a->oid, b->oid) && oc_bytes_equal(a->parameters, b->parameters);
}

static bool check_signature(struct trial *trial)
{
    const struct oc_issuer *issuer = trial->judge.issuer;
    const struct oc_signature *signature = &trial->crl->signature;
    const uint8_t *at = signature->value.data;
    struct oc_strength strength = {0};
    if (!is_same_algorithm(&trial->crl->tbs_algorithm, &signature->algorithm))
        return oci_refuse(&trial->judge, OC_ERR_SIGNATURE, signature->algorithm.oid.data,
                          SAY(trial, "the CRL's two signature algorithms differ "
                                     "(RFC 5280 5.1.1.2)"));
    enum oc_err code = issuer->crypto->verify(issuer->crypto, issuer->key, &signature->algorithm,
                                              trial->crl->tbs, signature->value, &strength);
    if (code == OC_OK)
        return oci_check_strength(&trial->judge, strength, at);
    if (code == OC_ERR_SIGNATURE)
        return oci_refuse(&trial->judge, code, at,
                          SAY(trial, "the signature of the CRL is wrong "
                                     "(RFC 5280 6.3.3 (g), (h))"));
    return oci_refuse_signature(&trial->judge, code, at);
}

static bool refuse_critical(struct trial *trial, struct oc_bytes at, const char *what)
{
    return oci_refuse(&trial->judge, OC_ERR_CRITICAL, at.data, what);
}

static bool check_understood(struct trial *trial)
{
    const struct oc_crl *crl = trial->crl;
    struct oc_bytes list = crl->extensions.items;
    if (crl->has_unknown_critical)
        return refuse_critical(trial, list,
                               SAY(trial, "a critical extension of the CRL is not understood "
                                          "(RFC 5280 5.2)"));
    if (crl->has_unknown_critical_entry)
        return refuse_critical(trial, crl->revoked.items,
                               SAY(trial, "a critical extension of an entry is not understood "
                                          "(RFC 5280 5.3)"));
    if (crl->scope.is_indirect || crl->has_certificate_issuer)
        return refuse_critical(trial, crl->scope.is_indirect ? list : crl->revoked.items,
                               SAY(trial, "indirect CRLs are not supported (RFC 5280 5.2.5)"));
    if (crl->scope.only_attribute_certs)
        return refuse_critical(trial, list,
                               SAY(trial, "the CRL is about attribute certificates only "
                                          "(RFC 5280 6.3.3 (b)(2)(iv))"));
    return trial->role != ROLE_COMPLETE || crl->base_number.data == NULL ||
           refuse_critical(trial, crl->base_number,
                           "the CRL is a delta CRL, which counts only with a complete one "
                           "(RFC 5280 5.2.4)");
}

static bool check_next_update(struct trial *trial, const uint8_t *at)
{
    const struct oc_policy *policy = trial->judge.policy;
    const struct oc_crl *crl = trial->crl;
    if (crl->has_next_update)
        return oci_add_seconds(crl->next_update, policy->skew) > policy->now ||
               oci_refuse(&trial->judge, OC_ERR_EXPIRED, at,
                          SAY(trial, "nextUpdate has passed (RFC 5280 6.3.3 (a))"));
    if (policy->max_age == 0)
        return oci_refuse(&trial->judge, OC_ERR_TOO_OLD, at,
                          SAY(trial, "there is no nextUpdate (RFC 5280 5.1.2.5)"));
    int64_t until = oci_add_seconds(crl->this_update, policy->max_age);
    return oci_add_seconds(until, policy->skew) >= policy->now ||
           oci_refuse(&trial->judge, OC_ERR_TOO_OLD, at,
                      SAY(trial, "thisUpdate is too long ago, and there is no nextUpdate "
                                 "(RFC 5280 5.1.2.5)"));
}

static bool check_times(struct trial *trial)
{
    const struct oc_policy *policy = trial->judge.policy;
    const struct oc_crl *crl = trial->crl;
    const uint8_t *at = crl->tbs.data;
    if (crl->has_next_update && crl->next_update < crl->this_update)
        return oci_refuse(&trial->judge, OC_ERR_TIME_ORDER, at,
                          SAY(trial, "nextUpdate is before thisUpdate (RFC 5280 5.1.2.5)"));
    if (policy->ignore_times)
        return true;
    if (crl->this_update > oci_add_seconds(policy->now, policy->skew))
        return oci_refuse(&trial->judge, OC_ERR_NOT_YET, at,
                          SAY(trial, "thisUpdate is in the future (RFC 5280 5.1.2.4)"));
    return check_next_update(trial, at);
}

static bool check_crl(struct trial *trial)
{
    return check_issuer(trial) && check_signature(trial) && check_understood(trial) &&
           check_times(trial);
}

// The value of an extension of a CRL, absent if it has none.
static struct oc_bytes extension_value(const struct oc_crl *crl, uint8_t arc)
{
    const uint8_t octets[] = {0x55, 0x1D, arc};
    struct oc_extension extension;
    for (size_t at = 0; oc_extension_next(&crl->extensions, &at, &extension);) {
        if (oc_bytes_equal(extension.oid, (struct oc_bytes){octets, sizeof octets}))
            return extension.value;
    }
    return (struct oc_bytes){0};
}

static bool is_same_extension(const struct oc_crl *a, const struct oc_crl *b, uint8_t arc)
{
    struct oc_bytes left = extension_value(a, arc);
    struct oc_bytes right = extension_value(b, arc);
    return (left.data == NULL) == (right.data == NULL) && oc_bytes_equal(left, right);
}

// CRLNumber ::= INTEGER (0..MAX). A number that is absent or below zero has no place in a
// sequence.
static bool is_at_most(struct oc_bytes a, struct oc_bytes b)
{
    if (a.len == 0 || b.len == 0 || a.data[0] >= 0x80 || b.data[0] >= 0x80)
        return false;
    if (a.len != b.len)
        return a.len < b.len;
    return memcmp(a.data, b.data, a.len) <= 0;
}

static bool refuse_delta(struct trial *delta, struct oc_bytes at, const char *what)
{
    const uint8_t *place = at.data != NULL ? at.data : delta->crl->tbs.data;
    return oci_refuse(&delta->judge, OC_ERR_NO_MATCH, place, what);
}

static bool check_belongs(struct trial *delta, const struct oc_crl *crl)
{
    const struct oc_crl *update = delta->crl;
    struct oc_bytes extensions = update->extensions.items;
    if (update->base_number.data == NULL)
        return refuse_delta(delta, extensions,
                            "delta CRL: there is no deltaCRLIndicator (RFC 5280 5.2.4)");
    if (!is_same_extension(crl, update, ID_CE_IDP))
        return refuse_delta(delta, extensions,
                            "delta CRL: its issuingDistributionPoint is not that of the CRL "
                            "(RFC 5280 6.3.3 (c)(2))");
    if (!is_same_extension(crl, update, ID_CE_AUTHORITY_KEY_ID))
        return refuse_delta(delta, extensions,
                            "delta CRL: its authorityKeyIdentifier is not that of the CRL "
                            "(RFC 5280 6.3.3 (c)(3))");
    if (!is_at_most(update->base_number, crl->number))
        return refuse_delta(delta, update->base_number,
                            "delta CRL: the CRL is older than the one that it updates "
                            "(RFC 5280 5.2.4 (c))");
    return is_at_most(crl->number, update->number) ||
           refuse_delta(delta, update->number,
                        "delta CRL: it is older than the CRL (RFC 5280 5.2.4 (d))");
}

static bool has_reason(const struct oc_crl_entry *entry, enum oc_crl_reason reason)
{
    return entry->has_reason && entry->reason == (uint32_t)reason;
}

// Whether each entry for the number is a hold. One that is not stays, whatever a delta CRL removes.
static bool is_only_held(const struct oc_crl *crl, struct oc_bytes serial)
{
    struct oc_crl_entry entry;
    for (size_t at = 0; oc_crl_next(crl, &at, &entry);) {
        if (oc_bytes_equal(entry.serial, serial) && !has_reason(&entry, OC_REASON_CERTIFICATE_HOLD))
            return false;
    }
    return true;
}

// The reasons of RFC 5280 5.3.1, but removeFromCRL, which is not a reason for a revocation.
static bool is_reason(uint32_t reason)
{
    return reason <= OC_REASON_AA_COMPROMISE && reason != 7 && reason != OC_REASON_REMOVE_FROM_CRL;
}

static void fill_revoked(const struct oc_crl *crl, const struct oc_crl_entry *entry,
                         struct oc_verdict *out)
{
    out->status = OC_CERT_STATUS_REVOKED;
    out->revocation_time = entry->has_revocation_date ? entry->revocation_date : crl->this_update;
    out->has_reason = entry->has_reason && is_reason(entry->reason);
    out->reason = out->has_reason ? entry->reason : 0;
}

// RFC 5280 6.3.3 (i) to (k), but a removal lifts no more than a hold.
static void fill_status(const struct oc_crl *crl, const struct oc_crl *delta,
                        struct oc_bytes serial, struct oc_verdict *out)
{
    struct oc_crl_entry entry;
    struct oc_crl_entry update;
    bool is_updated = delta != NULL && oc_crl_find(delta, serial, &update);
    if (is_updated && !has_reason(&update, OC_REASON_REMOVE_FROM_CRL)) {
        fill_revoked(delta, &update, out);
        return;
    }
    bool is_listed = oc_crl_find(crl, serial, &entry);
    bool is_lifted = is_listed && is_updated && is_only_held(crl, serial);
    if (is_listed && !is_lifted)
        fill_revoked(crl, &entry, out);
    else
        out->status = crl->scope.is_present ? OC_CERT_STATUS_UNKNOWN : OC_CERT_STATUS_GOOD;
}

// Two CRLs are as new as the delta CRL, and current until one of them is not.
static struct oc_single_response times_of(const struct oc_crl *crl, const struct oc_crl *delta)
{
    const struct oc_crl *newest = delta != NULL ? delta : crl;
    const struct oc_crl *ends_first = newest;
    if (crl->has_next_update &&
        (!newest->has_next_update || crl->next_update < newest->next_update))
        ends_first = crl;
    return (struct oc_single_response){
        .this_update = newest->this_update,
        .has_next_update = ends_first->has_next_update,
        .next_update = ends_first->next_update,
    };
}

static void fill_verdict(const struct oc_policy *policy, const struct oc_crl *crl,
                         const struct oc_crl *delta, struct oc_verdict *out)
{
    const struct oc_single_response times = times_of(crl, delta);
    out->this_update = times.this_update;
    out->has_next_update = times.has_next_update;
    out->next_update = times.next_update;
    out->produced_at = times.this_update;
    out->has_archive_cutoff = crl->has_expired_certs;
    out->archive_cutoff = crl->expired_certs;
    out->signer = OC_SIGNER_ISSUER;
    out->ask_again = oci_ask_again(policy, &times, INT64_MAX);
}

static enum oc_err give_error(const struct judge *judge, struct oc_error *err)
{
    if (err != NULL)
        *err = judge->error;
    return judge->error.code;
}

enum oc_err oc_crl_check(const struct oc_policy *policy, const struct oc_issuer *issuer,
                         const struct oc_crl *crl, struct oc_error *err)
{
    struct trial trial = {
        .judge = {.policy = policy, .issuer = issuer, .message = crl->der},
        .crl = crl,
        .role = ROLE_ANY,
    };
    if (oci_check_policy(&trial.judge))
        (void)check_crl(&trial);
    return give_error(&trial.judge, err);
}

enum oc_err oc_crl_verify(const struct oc_policy *policy, const struct oc_issuer *issuer,
                          struct oc_bytes serial, const struct oc_crl *crl,
                          const struct oc_crl *delta, struct oc_verdict *out, struct oc_error *err)
{
    struct trial complete = {
        .judge = {.policy = policy, .issuer = issuer, .message = crl->der},
        .crl = crl,
        .role = ROLE_COMPLETE,
    };
    struct trial update = {.judge = {.policy = policy, .issuer = issuer}, .role = ROLE_DELTA};
    memset(out, 0, sizeof *out);
    bool ok = oci_check_policy(&complete.judge) && check_serial(&complete, serial) &&
              check_crl(&complete);
    if (ok && delta != NULL) {
        update.judge.message = delta->der;
        update.crl = delta;
        ok = check_crl(&update) && check_belongs(&update, crl);
    }
    if (ok) {
        fill_verdict(policy, crl, delta, out);
        fill_status(crl, delta, serial, out);
    }
    return give_error(update.judge.error.code != OC_OK ? &update.judge : &complete.judge, err);
}
