// SPDX-License-Identifier: MIT
//
// Checks oc_crl_parse(), the iterators over its output, oc_crl_find(), and oc_crl_verify() and
// oc_crl_check() with a table that accepts every signature.
#include "check.h"

#include "expect.h"

#include <ocsp/crl.h>
#include <ocsp/der.h>
#include <ocsp/verify.h>

#include <string.h>

// Looking up takes linear time, so that only so many entries are looked up again.
#define MAX_LOOKUPS 64

// The time to judge by, in 2027: the seeds may have expired by then.
#define NOW INT64_C(1800000000)

static void expect_element(struct oc_bytes outer, struct oc_bytes element, const char *what)
{
    expect_inside(outer, element, what);
    expect(oc_der_read_any(&element, NULL, NULL, NULL) == OC_OK && element.len == 0, what);
}

// A list whose elements have no iterator of their own.
static void expect_elements(struct oc_bytes message, const struct oc_list *list, const char *what)
{
    struct oc_bytes rest = list->items;
    size_t n = 0;
    expect_list(message, list, what);
    while (oc_der_read_any(&rest, NULL, NULL, NULL) == OC_OK)
        n++;
    expect(n == list->n && rest.len == 0, what);
}

static bool is_removal(const struct oc_crl_entry *entry)
{
    return entry->has_reason && entry->reason == OC_REASON_REMOVE_FROM_CRL;
}

static int64_t date_of(const struct oc_crl *crl, const struct oc_crl_entry *entry)
{
    return entry->has_revocation_date ? entry->revocation_date : crl->this_update;
}

// The entry that is found has this number and is no later than this one, unless it revokes
// and this one does not.
static void expect_found(const struct oc_crl *crl, const struct oc_crl_entry *entry)
{
    struct oc_crl_entry found;
    bool is_found = oc_crl_find(crl, entry->serial, &found);
    if (!is_found) {
        expect(crl->has_certificate_issuer, "an entry is not found");
        expect_zero(&found, sizeof found, "an entry that is not found is not zero");
        return;
    }
    expect_inside(crl->revoked.items, found.serial, "an entry that is found is not in the list");
    expect(oc_bytes_equal(found.serial, entry->serial), "an entry of another number is found");
    if (crl->has_certificate_issuer)
        return;
    expect(!is_removal(&found) || is_removal(entry), "a removal outranks a revocation");
    expect(is_removal(&found) != is_removal(entry) || date_of(crl, &found) <= date_of(crl, entry),
           "a later entry is found");
}

// A reason that the list lacks comes after a part of it that cannot be read.
static void expect_reason(const struct oc_crl_entry *entry)
{
    struct oc_extension ext;
    bool is_listed = oc_extension_find(&entry->extensions, OC_EXT_CRL_REASON, &ext);
    expect(entry->has_reason || entry->reason == 0, "a reason without its flag");
    expect(entry->has_unreadable_extensions || is_listed == entry->has_reason,
           "a reason is lost or invented");
    expect(!is_listed || !entry->has_reason || ext.crl_reason == entry->reason,
           "the reason disagrees with its extension");
}

static void expect_entry(const struct oc_crl *crl, const struct oc_crl_entry *entry)
{
    struct oc_bytes list = crl->revoked.items;
    expect_inside(list, entry->serial, "a serial number leaves its list");
    expect(entry->serial.len > 0, "a serial number is empty");
    expect(entry->has_revocation_date || entry->revocation_date == 0, "a date without its flag");
    expect(entry->has_invalidity_date || entry->invalidity_date == 0, "a date without its flag");
    expect_elements(list, &entry->certificate_issuer, "names of an issuer leave their entry");
    expect_extensions(list, &entry->extensions, crl->deviations);
    expect_reason(entry);
}

// The deviations that an entry is a reason for.
static unsigned deviations_of(const struct oc_crl_entry *entry)
{
    return (entry->has_revocation_date ? 0 : OC_DEV_ENTRY_DATE) |
           (entry->has_unreadable_extensions ? OC_DEV_ENTRY_EXTENSION : 0);
}

static void expect_entries(const struct oc_crl *crl)
{
    struct oc_crl_entry entry;
    size_t n = 0;
    bool has_unknown = false;
    bool has_issuer = false;
    unsigned deviations = 0;
    expect_list(crl->tbs, &crl->revoked, "entries leave tbsCertList");
    for (size_t at = 0; oc_crl_next(crl, &at, &entry); n++) {
        expect_entry(crl, &entry);
        has_unknown = has_unknown || entry.has_unknown_critical;
        has_issuer = has_issuer || entry.certificate_issuer.items.data != NULL;
        deviations |= deviations_of(&entry);
        if (n < MAX_LOOKUPS)
            expect_found(crl, &entry);
    }
    expect_zero(&entry, sizeof entry, "an entry is not zero behind the last one");
    expect(n == crl->revoked.n, "another number of entries");
    expect(has_unknown == crl->has_unknown_critical_entry, "a critical extension is lost");
    expect(has_issuer == crl->has_certificate_issuer, "a certificateIssuer is lost");
    expect(deviations == (crl->deviations & (OC_DEV_ENTRY_DATE | OC_DEV_ENTRY_EXTENSION)),
           "the deviations are not those of the entries");
}

static void expect_crl(const struct oc_crl *crl)
{
    expect(crl->version == 1 || crl->version == 2, "a CRL of no version");
    expect_element(crl->der, crl->tbs, "tbsCertList is no element of the CRL");
    expect_element(crl->tbs, crl->issuer, "the issuer is no element of tbsCertList");
    expect_algorithm(crl->tbs, &crl->tbs_algorithm);
    expect(crl->has_next_update || crl->next_update == 0, "nextUpdate without its flag");
    expect_signature(crl->der, &crl->signature);
    expect(crl->signature.certs.items.data == NULL, "a CRL has certs");
    expect_deviations(crl->deviations);
}

static void expect_crl_extensions(const struct oc_crl *crl)
{
    const struct oc_crl_scope *scope = &crl->scope;
    expect_extensions(crl->tbs, &crl->extensions, crl->deviations);
    expect_inside(crl->extensions.items, crl->number, "the number leaves the extensions");
    expect_inside(crl->extensions.items, crl->base_number, "the base number leaves them");
    expect_inside(crl->extensions.items, crl->authority_key_id, "the key ID leaves them");
    expect_elements(crl->extensions.items, &crl->freshest, "freshestCRL leaves the extensions");
    expect_elements(crl->extensions.items, &scope->full_name, "fullName leaves the extensions");
    expect_inside(crl->extensions.items, scope->relative_name, "the relative name leaves them");
    expect(scope->has_only_some_reasons || scope->only_some_reasons == 0,
           "reasons without their flag");
    if (!scope->is_present)
        expect_zero(scope, sizeof *scope, "an absent scope is not zero");
    expect(crl->has_expired_certs || crl->expired_certs == 0, "a date without its flag");
}

static enum oc_err yes_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                              const struct oc_algorithm *algorithm, struct oc_bytes message,
                              struct oc_bytes signature, struct oc_strength *strength)
{
    (void)crypto;
    (void)key;
    expect(algorithm->oid.len > 0, "a signature without an algorithm");
    expect(message.data != NULL && signature.data != NULL, "nothing to verify");
    *strength = (struct oc_strength){256, OC_BITS_NONE};
    return OC_OK;
}

// Whether an entry revokes the certificate, which in a delta CRL may lift a hold instead.
static bool revokes(const struct oc_crl *crl, struct oc_bytes serial, bool is_delta)
{
    struct oc_crl_entry entry;
    return oc_crl_find(crl, serial, &entry) && !(is_delta && is_removal(&entry));
}

// "Good" comes from a complete CRL alone, and never with an entry that revokes, unless a delta
// CRL lifts it.
static void expect_status(const struct oc_crl *crl, const struct oc_crl *delta,
                          struct oc_bytes serial, const struct oc_verdict *verdict)
{
    bool is_revoked = revokes(delta != NULL ? delta : crl, serial, delta != NULL);
    expect(verdict->status != OC_CERT_STATUS_NONE, "a verdict of no status");
    expect(!is_revoked || verdict->status == OC_CERT_STATUS_REVOKED, "an entry is not believed");
    expect(verdict->status != OC_CERT_STATUS_GOOD || !crl->scope.is_present, "good from a part");
    expect(!crl->has_unknown_critical && !crl->has_unknown_critical_entry &&
               !crl->scope.is_indirect && !crl->has_certificate_issuer &&
               crl->base_number.data == NULL,
           "a CRL is believed that is not understood");
    expect(verdict->has_reason || verdict->reason == 0, "a reason without its flag");
    expect(strcmp(oc_crl_reason_name(verdict->reason), "undefined") != 0 &&
               verdict->reason != OC_REASON_REMOVE_FROM_CRL,
           "a verdict with a reason that is not for a revocation");
}

// The checks of one CRL alone are those of a verdict from it, but for what a delta CRL may be.
static void expect_check(const struct oc_policy *policy, const struct oc_issuer *issuer,
                         const struct oc_crl *crl, const struct oc_error *verified)
{
    struct oc_error err;
    enum oc_err code = oc_crl_check(policy, issuer, crl, &err);
    bool is_same = code == verified->code && err.what == verified->what;
    expect(err.code == code && oc_crl_check(policy, issuer, crl, NULL) == code,
           "the error is not the code");
    expect(is_same || (crl->base_number.data != NULL && verified->code == OC_ERR_CRITICAL),
           "a CRL alone is judged differently");
    expect(err.offset <= crl->der.len, "the place of an error is outside");
}

static void expect_verdict(const struct oc_crl *crl, const struct oc_crl *delta,
                           struct oc_bytes serial, bool ignore_times)
{
    const struct oc_crypto crypto = {.verify = yes_verify};
    const struct oc_issuer issuer = {.crypto = &crypto, .cert = {.subject = crl->issuer}};
    const struct oc_crl *longest = delta != NULL ? delta : crl;
    struct oc_policy policy;
    struct oc_verdict verdict;
    struct oc_error err;
    oc_policy_init(&policy, NOW);
    policy.ignore_times = ignore_times;
    memset(&verdict, 0xA5, sizeof verdict);
    enum oc_err code = oc_crl_verify(&policy, &issuer, serial, crl, delta, &verdict, &err);
    expect(err.code == code, "the error is not the code");
    if (delta == NULL)
        expect_check(&policy, &issuer, crl, &err);
    if (code == OC_OK) {
        expect_status(crl, delta, serial, &verdict);
        return;
    }
    expect_zero(&verdict, sizeof verdict, "a verdict is not zero after a refusal");
    expect(err.what != NULL && err.offset <= longest->der.len, "a refusal says nothing");
}

// The CRL by itself, and as the delta CRL of what it would be without its indicator.
static void expect_verdicts(const struct oc_crl *crl)
{
    static const uint8_t other[] = {1, 2, 3, 4, 5};
    struct oc_crl base = *crl;
    struct oc_crl_entry entry;
    size_t at = 0;
    base.base_number = (struct oc_bytes){0};
    if (!oc_crl_next(crl, &at, &entry))
        entry.serial = (struct oc_bytes){other, sizeof other};
    expect_verdict(crl, NULL, entry.serial, true);
    expect_verdict(crl, NULL, entry.serial, false);
    expect_verdict(&base, crl, entry.serial, true);
    expect_verdict(&base, crl, (struct oc_bytes){other, sizeof other}, true);
}

int check_crl(const uint8_t *data, size_t len)
{
    struct oc_bytes der = {data, len};
    struct oc_crl crl;
    struct oc_error err = {0};
    memset(&crl, 0xA5, sizeof crl);
    enum oc_err code = oc_crl_parse(&crl, der, &err);
    if (code != OC_OK) {
        struct oc_crl quiet;
        expect_zero(&crl, sizeof crl, "a CRL is not zero after a failure");
        expect_refusal(code, &err, len);
        expect(oc_crl_parse(&quiet, der, NULL) == code, "the error differs without a place for it");
        return 0;
    }
    expect(crl.der.data == data && crl.der.len == len, "a CRL is not the whole message");
    expect_crl(&crl);
    expect_entries(&crl);
    expect_crl_extensions(&crl);
    expect_verdicts(&crl);
    return 1;
}
