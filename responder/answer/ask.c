// SPDX-License-Identifier: MIT
//
// From a request to its answer. A change in a store drops answers from the cache at the next tick;
// an answer that was begun before that is then not cached.
#include "answer/ask.h"

#include "answer/engine_object.h"
#include "base/log.h"
#include "program/clock.h"
#include "program/hex.h"

#include <ocsp/verify.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

// Seconds.
enum {
    CLOCK_TOLERANCE = 5,  // by which the clock may be set back before an answer is in the future
    SAVED_MIN = 60,       // that a saved answer must still be valid for
    REFRESH_MIN = 60,     // between two signatures about one certificate
    NOT_ISSUED_AGE = 60,  // for which an answer about a serial number never issued may be cached
};

static unsigned jitter(void)
{
    uint16_t octets = 0;
    return getrandom(&octets, sizeof octets, 0) == sizeof octets ? octets % 1001U : 500;
}

// A cached answer counts while it is valid and its signer still signs. One from the future was made
// before the clock was set back.
static bool is_current(const struct generation *generation, const struct served_issuer *issuer,
                       const struct cached *cached, int64_t now)
{
    return cached->this_update <= now + CLOCK_TOLERANCE && now < cached->next_update &&
           generation_has_signer(generation, issuer, cached->signer, now);
}

static bool from_cache(struct engine *engine, const struct generation *generation,
                       const struct asked *asked, int64_t now, struct reply *reply)
{
    const struct oc_cert_id *id = &asked->ids[0];
    struct cached *cached = cache_get(engine->cache, asked->issuer->key, id->hash, id->serial);
    if (cached == NULL)
        return false;
    if (is_current(generation, asked->issuer, cached, now)) {
        reply->is_hit = true;
        return reply_cached(reply, cached);
    }
    cached_release(cached);
    return false;
}

// Refreshes halfway through the validity that remains (the answers of a CRL began before they were
// made), a tenth sooner or later, and before max-age runs out for answers handed out already
// (RFC 9919 7.1), but not each second. Serial numbers never issued are refreshed only halfway:
// refreshing them earlier gains nothing, and anyone can ask for any serial number.
static int64_t refresh_time(int64_t made_at, const struct inflight *like)
{
    int64_t left = like->single.next_update - made_at;
    int64_t half = left / 2 - left / 10 + left / 5 * jitter() / 1000;
    int64_t aged = like->max_age < REFRESH_MIN ? REFRESH_MIN : like->max_age;
    aged -= aged / 10 * jitter() / 1000;
    return made_at + (half < aged || like->record.status == RECORD_NOT_ISSUED ? half : aged);
}

// A client that asks before the issuance is known must not see "unknown" for long afterwards.
static int64_t cache_age(const struct inflight *inflight)
{
    bool is_short = inflight->record.status == RECORD_NOT_ISSUED;
    return is_short && inflight->max_age > NOT_ISSUED_AGE ? NOT_ISSUED_AGE : inflight->max_age;
}

static struct cached *make_cached(const struct engine *engine, const struct inflight *like,
                                  struct oc_bytes der)
{
    uint8_t digest[32];
    struct cached *cached = cached_new(der);
    if (cached == NULL ||
        engine->crypto->hash(engine->crypto, OC_HASH_SHA256, der, digest) != OC_OK) {
        cached_release(cached);
        return NULL;
    }
    hex_write(cached->etag, digest, sizeof digest);
    cached->issuer = like->issuer;
    cached->hash = like->hash;
    cached->serial_len = (uint8_t)like->single.serial_len;
    memcpy(cached->serial, like->single.serial, like->single.serial_len);
    cached->record = like->record;
    memcpy(cached->signer, like->signer, sizeof cached->signer);
    cached->this_update = like->single.this_update;
    cached->next_update = like->single.next_update;
    cached->max_age = cache_age(like);
    cached->refresh_at = refresh_time(clock_seconds(), like);
    return cached;
}

// Answers about serial numbers never issued are not saved: anyone can ask for any number.
static bool is_worth_saving(const struct cached *cached)
{
    return cached->record.status == RECORD_GOOD || cached->record.status == RECORD_REVOKED;
}

static void free_inflight(struct inflight *inflight)
{
    engine_release(inflight->generation);
    free(inflight);
}

// Its client will ask again before it expires.
static void note_use(struct cached *cached)
{
    if (cached->record.status != RECORD_NOT_ISSUED)
        atomic_store_explicit(&cached->is_used, true, memory_order_relaxed);
}

static void keep(struct engine *engine, const struct inflight *inflight, struct cached *cached)
{
    if (cached != NULL && cache_put(engine->cache, cached, inflight->epoch) &&
        is_worth_saving(cached))
        saving_add(&engine->saving, cached);
}

// An answer about several certificates may be cached by its client, but is not cached here.
static void take_for_all(struct engine *engine, struct inflight *inflight, struct oc_bytes der)
{
    struct cached *cached = der.data != NULL ? make_cached(engine, inflight, der) : NULL;
    struct engine_waiter *waiters = inflight->waiters;
    if (inflight->is_shared) {
        keep(engine, inflight, cached);
        waiters = inflight_leave(engine->inflight, inflight);
    }
    if (waiters != NULL && cached != NULL)
        note_use(cached);
    reply_send_all(waiters, inflight->hash, cached);
    cached_release(cached);
}

static void take_signed(void *arg, struct oc_bytes der)
{
    struct inflight *inflight = arg;
    struct engine *engine = inflight->engine;
    atomic_fetch_add(der.data != NULL ? &engine->n_signed : &engine->n_sign_failed, 1);
    if (inflight->has_nonce)
        reply_send_own(inflight->waiters, inflight->hash, der);
    else
        take_for_all(engine, inflight, der);
    free_inflight(inflight);
}

// struct ask is one request on its way to a signature.
struct ask {
    struct engine *engine;
    struct generation *generation;
    const struct asked *asked;
    struct engine_waiter *waiter;
    uint64_t epoch;
    int64_t now;
    const struct signer_info *signer;
    struct job job;
    struct record records[JOB_SINGLES_MAX];
};

// An answer about several certificates has the latest thisUpdate and the earliest nextUpdate of
// them; one that was never issued counts for all.
static void sum_up(const struct ask *ask, struct inflight *inflight)
{
    for (size_t i = 1; i < ask->job.n_singles; i++) {
        const struct job_single *single = &ask->job.singles[i];
        if (single->this_update > inflight->single.this_update)
            inflight->single.this_update = single->this_update;
        if (single->next_update < inflight->single.next_update)
            inflight->single.next_update = single->next_update;
        if (ask->records[i].status == RECORD_NOT_ISSUED)
            inflight->record = ask->records[i];
    }
}

static struct inflight *new_inflight(const struct ask *ask)
{
    struct inflight *inflight = calloc(1, sizeof *inflight);
    if (inflight == NULL)
        return NULL;
    *inflight = (struct inflight){.engine = ask->engine,
                                  .generation = ask->generation,
                                  .waiters = ask->waiter,
                                  .is_shared = ask->asked->n_ids == 1 && ask->job.nonce_len == 0,
                                  .has_nonce = ask->job.nonce_len > 0,
                                  .epoch = ask->epoch,
                                  .issuer = ask->asked->issuer->key,
                                  .hash = ask->asked->ids[0].hash,
                                  .single = ask->job.singles[0],
                                  .record = ask->records[0],
                                  .max_age = ask->asked->issuer->config->max_age};
    sum_up(ask, inflight);
    memcpy(inflight->signer, ask->signer->id, sizeof inflight->signer);
    atomic_fetch_add(&ask->generation->n_holders, 1);
    return inflight;
}

// Callers that have joined in the meantime get their answer here; `own` gets it as a reply.
static void refuse_inflight(struct engine *engine, struct inflight *inflight,
                            const struct engine_waiter *own)
{
    struct engine_waiter *waiter =
        inflight->is_shared ? inflight_leave(engine->inflight, inflight) : NULL;
    atomic_fetch_add(&engine->n_refused, 1);
    while (waiter != NULL) {
        struct engine_waiter *next = waiter->next;
        if (waiter != own)
            reply_send(waiter, inflight->hash, NULL);
        waiter = next;
    }
    free_inflight(inflight);
}

static bool sign(struct ask *ask, struct reply *reply)
{
    struct inflight *inflight = new_inflight(ask);
    if (inflight == NULL)
        return reply_error(reply, OC_RESPONSE_TRY_LATER);
    if (inflight->is_shared && inflight_join(ask->engine->inflight, inflight)) {
        free_inflight(inflight);
        return false;
    }
    const struct signer_done done = {take_signed, inflight};
    if (signer_link_ask(ask->generation->link, &ask->job, &done))
        return false;
    refuse_inflight(ask->engine, inflight, ask->waiter);
    return reply_error(reply, OC_RESPONSE_TRY_LATER);
}

// Saved answers.

// An answer made under another configuration may have its responder ID in the other form, or lack
// the certificate that clients need.
static bool is_as_configured(const struct issuer_config *config, const struct oc_response *resp)
{
    return (resp->responder.kind == OC_RESPONDER_BY_NAME) == config->by_name &&
           (resp->signature.certs.n > 0 || answer_excludes_certificate(config));
}

static bool is_confirmed(const struct ask *ask, const struct saved *saved)
{
    struct oc_response resp;
    struct oc_policy policy;
    struct oc_verdict verdict;
    oc_policy_init(&policy, ask->now);
    return oc_response_parse(&resp, saved->der, NULL) == OC_OK &&
           is_as_configured(ask->asked->issuer->config, &resp) &&
           oc_verify(&policy, &ask->asked->issuer->issuer, ask->asked->ids[0].serial, &resp,
                     &verdict, NULL) == OC_OK &&
           verdict.status == ask->job.singles[0].status &&
           verdict.this_update == saved->this_update && verdict.has_next_update &&
           verdict.next_update == saved->next_update;
}

// Unlike the cache, a file is not trusted: a saved answer is verified again. One from the future
// was saved before the clock was set back.
static struct cached *from_saved(const struct ask *ask)
{
    struct store *store = ask->asked->issuer->store;
    const struct oc_cert_id *id = &ask->asked->ids[0];
    uint8_t buf[SIGNER_RESPONSE_MAX];
    struct saved saved;
    if (store->methods->get_saved == NULL ||
        !store->methods->get_saved(store, id->hash, id->serial, buf, sizeof buf, &saved, NULL))
        return NULL;
    if (!record_equal(&saved.record, &ask->records[0]) ||
        saved.this_update > ask->now + CLOCK_TOLERANCE ||
        saved.next_update <= ask->now + SAVED_MIN ||
        saved.next_update > ask->now + ask->asked->issuer->config->validity ||
        !generation_has_signer(ask->generation, ask->asked->issuer, saved.signer, ask->now) ||
        !is_confirmed(ask, &saved))
        return NULL;
    struct inflight like = {.issuer = ask->asked->issuer->key,
                            .hash = id->hash,
                            .single = ask->job.singles[0],
                            .record = ask->records[0],
                            .max_age = ask->asked->issuer->config->max_age};
    like.single.this_update = saved.this_update;
    like.single.next_update = saved.next_update;
    memcpy(like.signer, saved.signer, sizeof like.signer);
    return make_cached(ask->engine, &like, saved.der);
}

// The upkeep has logged the failure if it has it as well.
static void note_failure(const struct ask *ask, const struct store_error *err)
{
    struct source_report report;
    const struct generation *generation = ask->generation;
    size_t i = (size_t)(ask->asked->issuer - generation->served.issuers);
    if (err->fault == STORE_FAULT_NONE)
        return;
    atomic_fetch_add(&ask->engine->n_sources_failed, 1);
    source_watch_get(&generation->sources->watches[i], &report);
    if (report.is_readable)
        log_limited(LOG_WARNING_LINE, "%s: cannot look up a certificate: %s",
                    ask->asked->issuer->config->name, err->text);
}

static bool make(struct ask *ask, struct reply *reply)
{
    const struct asked *asked = ask->asked;
    uint32_t number = 0;
    ask->signer = generation_signer(ask->generation, asked->issuer, ask->now, &number);
    if (ask->signer == NULL)
        return reply_error(reply, OC_RESPONSE_TRY_LATER);
    const struct answer_times times = {ask->now, jitter()};
    struct store_error err;
    enum oc_response_status status = answer_look_up(asked, &times, number, ask->signer->not_after,
                                                    &ask->job, ask->records, &err);
    note_failure(ask, &err);
    if (status != OC_RESPONSE_SUCCESSFUL)
        return reply_error(reply, status);
    if (asked->n_ids > 1 || asked->nonce.data != NULL || ask->waiter == NULL)
        return sign(ask, reply);
    struct cached *cached = from_saved(ask);
    if (cached == NULL)
        return sign(ask, reply);
    note_use(cached);
    cache_put(ask->engine->cache, cached, ask->epoch);
    return reply_cached(reply, cached);
}

void ask_refresh(struct engine *engine, struct generation *generation, const struct cached *cached)
{
    struct asked asked = {.issuer = generation_issuer(generation, cached->issuer), .n_ids = 1};
    struct reply reply = {0};
    struct oc_bytes serial = {cached->serial, cached->serial_len};
    if (asked.issuer == NULL || oc_issuer_make_id(&asked.issuer->issuer, cached->hash, serial,
                                                  &asked.ids[0], NULL) != OC_OK)
        return;
    struct ask ask = {.engine = engine,
                      .generation = generation,
                      .asked = &asked,
                      .epoch = cache_epoch(engine->cache),
                      .now = clock_seconds()};
    if (make(&ask, &reply))
        reply_release(&reply);
}

// The cert ID is hashed as the client sent it, not as the cache has it: clients may write the same
// one in different ways, and the log shows that.
static void write_log_id(const struct engine *engine, const struct asked *asked, char *out)
{
    uint8_t digest[32];
    struct oc_bytes id;
    out[0] = '\0';
    if (answer_first_id(asked, &id) &&
        engine->crypto->hash(engine->crypto, OC_HASH_SHA256, id, digest) == OC_OK)
        hex_write(out, digest, sizeof digest);
}

// The client sees only "unauthorized", so its operator asks the one of this responder.
static void note_several(const struct asked *asked)
{
    const char *other = asked->other != NULL ? asked->other->config->name : "one not configured";
    log_limited(
        LOG_WARNING_LINE,
        "%s: refused a request that is also about another issuer (%s): no signer may answer "
        "for both (RFC 6960 4.2.2.2)",
        asked->issuer->config->name, other);
}

static bool answer_with(struct engine *engine, struct generation *generation, uint64_t epoch,
                        struct oc_bytes request, struct engine_waiter *waiter, struct reply *reply)
{
    struct asked asked;
    enum oc_response_status status = answer_read(&generation->served, request, &asked);
    if (waiter->log_id != NULL)
        write_log_id(engine, &asked, waiter->log_id);
    if (asked.has_several)
        note_several(&asked);
    if (status != OC_RESPONSE_SUCCESSFUL)
        return reply_error(reply, status);
    int64_t now = clock_seconds();
    reply->hash = asked.ids[0].hash;
    if (asked.n_ids == 1 && asked.nonce.data == NULL &&
        from_cache(engine, generation, &asked, now, reply))
        return true;
    struct ask ask = {.engine = engine,
                      .generation = generation,
                      .asked = &asked,
                      .waiter = waiter,
                      .epoch = epoch,
                      .now = now};
    return make(&ask, reply);
}

bool engine_ask(struct engine *engine, struct oc_bytes request, struct engine_waiter *waiter,
                struct reply *reply)
{
    *reply = (struct reply){0};
    waiter->next = NULL;
    if (waiter->log_id != NULL)
        waiter->log_id[0] = '\0';
    // The epoch is read first: an answer by a generation that is replaced after that is not cached.
    uint64_t epoch = cache_epoch(engine->cache);
    struct generation *generation = engine_hold(engine);
    if (generation == NULL)
        return reply_error(reply, OC_RESPONSE_TRY_LATER);
    bool is_now = answer_with(engine, generation, epoch, request, waiter, reply);
    engine_release(generation);
    return is_now;
}
