// SPDX-License-Identifier: MIT
//
// A staple is replaced only by an answer that is verified, good and newer. Otherwise the file stays
// as it is, even after it has expired: servers do not send an expired staple, but some do not start
// without the file.
#include "staple/item.h"

#include "program/report.h"
#include "staple/haproxy.h"
#include "verdict.h"

#include <ocsp/openssl.h>

#include <openssl/rand.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Without random numbers there is no spread.
static int random_spread(void)
{
    uint32_t number = STAPLE_SPREAD_MAX;
    unsigned char octets[sizeof number];
    if (RAND_bytes(octets, sizeof octets) == 1)
        memcpy(&number, octets, sizeof number);
    return (int)(number % (2 * STAPLE_SPREAD_MAX + 1)) - STAPLE_SPREAD_MAX;
}

bool staple_item_is_due(struct staple_item *item, int64_t now)
{
    struct file_identity cert = file_identity_at(item->setting->cert);
    struct file_identity out = file_identity_at(item->setting->out);
    bool is_changed = !file_identity_same_content(&cert, &item->cert_stamp) ||
                      !file_identity_same_content(&out, &item->out_stamp);
    return is_changed || item->due <= now;
}

static void plan_retry(struct staple_item *item, int64_t now)
{
    item->n_failures++;
    item->due = staple_plan_retry(now, item->n_failures, item->is_good ? &item->validity : NULL,
                                  random_spread());
}

// If the new answer is due for replacement already, retry as after a failure.
static void plan_later(struct staple_item *item, int64_t now)
{
    item->n_waits++;
    item->due = staple_plan_retry(now, item->n_waits, &item->validity, random_spread());
}

// Counts a failure and prints the error line.
__attribute__((format(printf, 3, 4))) static void fail(struct staple_item *item, int64_t now,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(item->why, sizeof item->why, format, args);
    va_end(args);
    if (len < 0)
        item->why[0] = '\0';
    complain(item->setting->name, "%s", item->why);
    item->answer = VERDICT_NOT_VERIFIED;
    plan_retry(item, now);
}

static struct staple_validity validity_of(const struct oc_verdict *verdict,
                                          const struct oc_policy *policy)
{
    int64_t until =
        verdict->has_next_update ? verdict->next_update : verdict->this_update + policy->max_age;
    struct staple_validity validity = {verdict->this_update, until, INT64_MAX};
    // oc_verify() says ask again before the middle only if the signer's certificate expires.
    int64_t middle = verdict->this_update + (until - verdict->this_update) / 2;
    if (verdict->has_next_update && verdict->ask_again < middle)
        validity.signer_end = verdict->ask_again;
    return validity;
}

// The views in a verdict point into a message that is freed.
static void keep_verdict(struct oc_verdict *out, const struct oc_verdict *verdict)
{
    *out = *verdict;
    out->signer_cert = (struct oc_bytes){0};
}

static void set_there(struct staple_item *item, const struct oc_verdict *verdict,
                      const struct oc_policy *policy)
{
    keep_verdict(&item->there, verdict);
    item->has_there = true;
    item->is_good = verdict->status == OC_CERT_STATUS_GOOD;
    item->validity = validity_of(verdict, policy);
}

static bool verify(const struct staple_look *look, const struct oc_policy *policy,
                   struct oc_bytes der, struct oc_verdict *verdict)
{
    struct oc_response resp;
    struct oc_bytes serial = look->chain.certs[0].serial;
    return oc_response_parse(&resp, der, NULL) == OC_OK &&
           oc_verify(policy, look->issuer, serial, &resp, verdict, NULL) == OC_OK &&
           (look->item->setting->form != STAPLE_HAPROXY ||
            staple_haproxy_refusal(&resp, verdict) == NULL);
}

// An expired staple still has its dates, so it is also verified without the times.
static void verify_there(struct staple_look *look, const struct oc_policy *policy,
                         const struct octets *raw)
{
    struct staple_item *item = look->item;
    struct oc_verdict verdict;
    struct oc_bytes der = {raw->data, raw->len};
    struct oc_policy archive = *policy;
    archive.ignore_times = true;
    item->has_there = item->is_good = false;
    if (der.len == 0 || der.len > OC_CLIENT_MAX_RESPONSE)
        return;
    if (verify(look, policy, der, &verdict)) {
        set_there(item, &verdict, policy);
    } else if (verify(look, &archive, der, &verdict)) {
        struct staple_validity validity = validity_of(&verdict, policy);
        if (staple_plan_is_expired(&validity, policy->now))
            set_there(item, &verdict, policy);
    }
}

static bool names_responder(const struct staple_look *look)
{
    size_t at = 0;
    struct oc_bytes uri;
    return look->item->setting->url != NULL ||
           oc_cert_next_ocsp_uri(&look->chain.certs[0], &at, &uri);
}

static bool find_issuer(struct staple_look *look, struct asking *asking)
{
    char why[WHY_SIZE / 2];
    const struct staple_chain *chain = &look->chain;
    look->issuer = asking_issuer(asking, chain->certs, chain->n, &chain->certs[0], why, sizeof why);
    if (look->issuer == NULL)
        fail(look->item, asking->policy.now, "%s", why);
    return look->issuer != NULL;
}

static bool load(struct staple_look *look, int64_t now)
{
    const struct staple_setting *setting = look->item->setting;
    bool ok = staple_chain_load(&look->chain, setting->name, setting->cert);
    for (size_t i = 0; ok && i < setting->n_issuers; i++)
        ok = staple_chain_load(&look->chain, setting->name, setting->issuers[i]);
    if (!ok)
        fail(look->item, now, "cannot load the certificate or an issuer");
    return ok;
}

static bool read_there(struct staple_look *look, const struct oc_policy *policy)
{
    struct octets raw;
    struct staple_item *item = look->item;
    const char *forbidden = staple_file_read(item->setting, &raw);
    if (forbidden == NULL)
        verify_there(look, policy, &raw);
    else
        fail(item, policy->now, "%s: %s", item->setting->out, forbidden);
    free(raw.data);
    return forbidden == NULL;
}

// Returns true if the staple is good and not due for replacement.
static bool is_fresh(struct staple_item *item, int64_t now)
{
    if (!item->is_good)
        return false;
    item->due = staple_plan_refresh(&item->validity, random_spread());
    return item->due > now;
}

bool staple_item_look(struct staple_look *look, struct asking *asking)
{
    struct staple_item *item = look->item;
    int64_t now = asking->policy.now;
    struct file_identity cert = file_identity_at(item->setting->cert);
    struct file_identity out = file_identity_at(item->setting->out);
    bool is_new = !file_identity_same_content(&cert, &item->cert_stamp) ||
                  !file_identity_same_content(&out, &item->out_stamp);
    bool was_due = item->due <= now && item->due != 0;
    item->cert_stamp = cert;
    item->out_stamp = out;
    item->has_no_responder = false;
    if (!load(look, now))
        return false;
    if (!names_responder(look)) {
        item->has_no_responder = true;
        item->due = INT64_MAX;
        item->n_failures = 0;
        return false;
    }
    if (!find_issuer(look, asking) || !read_there(look, &asking->policy))
        return false;
    if (look->force || item->n_failures > 0 || (was_due && !is_new) || !is_fresh(item, now))
        return true;
    item->answer = VERDICT_GOOD;
    return false;
}

static void fail_revoked(struct staple_item *item, const struct oc_check *check, int64_t now)
{
    char why[WHY_SIZE];
    why_revoked(&check->verdict, why);
    keep_verdict(&item->revoked, &check->verdict);
    fail(item, now, "%s", why);
    item->answer = VERDICT_REVOKED;
}

static void fail_asking(struct staple_item *item, const struct oc_check *check, int64_t now)
{
    char why[WHY_SIZE];
    // The last exchange gives the reason of the failure.
    for (size_t i = 0; i + 1 < check->n_exchanges; i++) {
        why_exchange(&check->exchanges[i], why);
        complain(item->setting->name, "%s", why);
    }
    if (check->n_exchanges == 0)
        snprintf(why, sizeof why, "cannot ask any responder");
    else
        why_exchange(&check->exchanges[check->n_exchanges - 1], why);
    fail(item, now, "%s", why);
}

// Returns whether an answer is good and usable by the server; otherwise records a failure.
static bool is_wanted(struct staple_item *item, const struct oc_check *check, int64_t now)
{
    struct oc_response resp;
    const char *refusal = NULL;
    if (check->outcome != OC_ASK_ANSWERED) {
        fail_asking(item, check, now);
        return false;
    }
    if (check->verdict.status == OC_CERT_STATUS_REVOKED) {
        fail_revoked(item, check, now);
        return false;
    }
    if (check->verdict.status != OC_CERT_STATUS_GOOD) {
        fail(item, now, "unknown to the responder (RFC 6960 2.2)");
        item->answer = VERDICT_UNKNOWN;
        return false;
    }
    if (item->setting->form == STAPLE_HAPROXY &&
        oc_response_parse(&resp, check->response, NULL) == OC_OK)
        refusal = staple_haproxy_refusal(&resp, &check->verdict);
    if (refusal != NULL)
        fail(item, now, "HAProxy would not load the response: %s", refusal);
    return refusal == NULL;
}

static void succeed(struct staple_item *item, int64_t now)
{
    item->answer = VERDICT_GOOD;
    item->last_success = now;
    item->n_failures = 0;
    item->why[0] = '\0';
    item->due = staple_plan_refresh(&item->validity, random_spread());
    if (item->due <= now)
        plan_later(item, now);
    else
        item->n_waits = 0;
}

// The answer is not newer than the staple: the responder has no newer one yet, or one of its
// servers lags behind. This is not an error while the staple is valid.
static void keep(struct staple_item *item, const struct oc_check *check,
                 const struct oc_policy *policy)
{
    if (!item->is_good || staple_plan_is_expired(&item->validity, policy->now)) {
        fail(item, policy->now, "%s: not replaced: it holds a newer answer than the responder's",
             item->setting->out);
        return;
    }
    if (verdict_is_newer(&item->there, &check->verdict))
        complain(item->setting->name,
                 "%s: not replaced: it holds a newer answer than the responder's",
                 item->setting->out);
    item->answer = VERDICT_GOOD;
    item->last_success = policy->now;
    item->n_failures = 0;
    plan_later(item, policy->now);
}

void staple_item_take(struct staple_look *look, const struct asking *asking,
                      const struct oc_check *check)
{
    struct staple_item *item = look->item;
    const struct oc_policy *policy = &asking->policy;
    if (!is_wanted(item, check, policy->now))
        return;
    bool is_as_new = look->force && !verdict_is_newer(&item->there, &check->verdict);
    if (item->has_there && !is_as_new && !verdict_is_newer(&check->verdict, &item->there)) {
        keep(item, check, policy);
        return;
    }
    if (!staple_file_write(item->setting, check->response)) {
        fail(item, policy->now, "cannot write the staple");
        return;
    }
    item->out_stamp = file_identity_at(item->setting->out);
    item->is_written = true;
    set_there(item, &check->verdict, policy);
    succeed(item, policy->now);
}

enum staple_state staple_item_state(const struct staple_item *item, int64_t now)
{
    if (item->has_no_responder)
        return STAPLE_NO_RESPONDER;
    if (item->answer == VERDICT_REVOKED)
        return STAPLE_REVOKED;
    if (item->answer == VERDICT_UNKNOWN)
        return STAPLE_UNKNOWN;
    if (item->is_good && staple_plan_is_expired(&item->validity, now))
        return STAPLE_EXPIRED;
    return item->answer == VERDICT_GOOD && item->is_good ? STAPLE_GOOD : STAPLE_FAILING;
}

int staple_item_status(const struct staple_item *item, int64_t now)
{
    switch (staple_item_state(item, now)) {
    case STAPLE_GOOD:
    case STAPLE_NO_RESPONDER:
        return VERDICT_GOOD;
    case STAPLE_REVOKED:
        return VERDICT_REVOKED;
    case STAPLE_UNKNOWN:
        return VERDICT_UNKNOWN;
    default:
        return VERDICT_NOT_VERIFIED;
    }
}

const char *staple_state_name(enum staple_state state)
{
    static const char *const names[N_STAPLE_STATES] = {
        "none", "good", "failing", "expired", "revoked", "unknown", "no-responder"};
    return names[state];
}
