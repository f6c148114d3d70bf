// SPDX-License-Identifier: MIT
//
// From a request to its answer: the memory, what was saved, or a signature. What has changed in a
// store is dropped from the memory at the next tick; an answer that was begun before is then not
// kept.
#include "front.h"

#include "front_parts.h"

#include <ocsp/verify.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum {
    CLOCK_TOLERANCE =
        5,             // seconds that the clock may be set back before an answer is of the future
    SAVED_MIN = 60,    // seconds that a saved answer must have left
    REFRESH_MIN = 60,  // seconds between two signatures about one certificate
    NOT_ISSUED_AGE = 60,  // seconds that others may keep what is said of what was never issued
};

int64_t front_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return time.tv_sec;
}

static unsigned jitter(void)
{
    uint16_t octets = 0;
    return getrandom(&octets, sizeof octets, 0) == sizeof octets ? octets % 1001U : 500;
}

struct state *front_hold(struct front *front)
{
    pthread_rwlock_rdlock(&front->lock);
    struct state *state = front->state;
    if (state != NULL)
        atomic_fetch_add(&state->n_holders, 1);
    pthread_rwlock_unlock(&front->lock);
    return state;
}

void front_let_go(struct state *state)
{
    atomic_fetch_sub(&state->n_holders, 1);
}

static bool reply_error(struct reply *reply, enum oc_response_status status)
{
    reply->status = status;
    return true;
}

static bool reply_cached(struct reply *reply, struct cached *cached)
{
    reply->status = OC_RESPONSE_SUCCESSFUL;
    reply->cached = cached;
    return true;
}

void reply_release(struct reply *reply)
{
    cached_release(reply->cached);
    free(reply->own);
    *reply = (struct reply){0};
}

// An answer in the memory counts while it is valid and its signer still signs. One of the future
// was made before the clock was set back.
static bool is_current(const struct state *state, const struct served_issuer *issuer,
                       const struct cached *cached, int64_t now)
{
    return cached->this_update <= now + CLOCK_TOLERANCE && now < cached->next_update &&
           state_has_signer(state, issuer, cached->signer, now);
}

static bool from_memory(struct front *front, const struct state *state, const struct asked *asked,
                        int64_t now, struct reply *reply)
{
    const struct oc_cert_id *id = &asked->ids[0];
    struct cached *cached = cache_get(front->cache, asked->issuer->key, id->hash, id->serial);
    if (cached == NULL)
        return false;
    if (is_current(state, asked->issuer, cached, now)) {
        reply->is_hit = true;
        return reply_cached(reply, cached);
    }
    cached_release(cached);
    return false;
}

static void write_hex(char out[65], const uint8_t digest[32])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = '\0';
}

// In the middle of the time that is left from when it was made, a tenth sooner or later: a CRL's
// answers are for a time that began before. And before those to whom it was given come for a newer
// one (RFC 9919 7.1), though not each second. What was never issued gets no better by that, and
// anybody can ask for any number.
static int64_t refresh_time(int64_t made_at, const struct pending *like)
{
    int64_t left = like->single.next_update - made_at;
    int64_t half = left / 2 - left / 10 + left / 5 * jitter() / 1000;
    int64_t aged = like->max_age < REFRESH_MIN ? REFRESH_MIN : like->max_age;
    aged -= aged / 10 * jitter() / 1000;
    return made_at + (half < aged || like->record.status == RECORD_NOT_ISSUED ? half : aged);
}

// Who asks for a certificate before its issuance is known must not be told so for long after.
static int64_t told_age(const struct pending *pending)
{
    bool is_short = pending->record.status == RECORD_NOT_ISSUED;
    return is_short && pending->max_age > NOT_ISSUED_AGE ? NOT_ISSUED_AGE : pending->max_age;
}

static struct cached *make_cached(const struct front *front, const struct pending *like,
                                  struct oc_bytes der)
{
    uint8_t digest[32];
    struct cached *cached = cached_new(der);
    if (cached == NULL ||
        front->crypto->hash(front->crypto, OC_HASH_SHA256, der, digest) != OC_OK) {
        cached_release(cached);
        return NULL;
    }
    write_hex(cached->etag, digest);
    cached->issuer = like->issuer;
    cached->hash = like->hash;
    cached->serial_len = (uint8_t)like->single.serial_len;
    memcpy(cached->serial, like->single.serial, like->single.serial_len);
    cached->record = like->record;
    memcpy(cached->signer, like->signer, sizeof cached->signer);
    cached->this_update = like->single.this_update;
    cached->next_update = like->single.next_update;
    cached->max_age = told_age(like);
    cached->refresh_at = refresh_time(front_now(), like);
    return cached;
}

void front_save_later(struct front *front, struct cached *cached)
{
    pthread_mutex_lock(&front->saving);
    bool has_room = front->n_saves < SAVES_MAX;
    if (has_room) {
        cached_hold(cached);
        front->saves[front->n_saves++] = cached;
    }
    pthread_mutex_unlock(&front->saving);
    if (!has_room)
        atomic_fetch_add(&front->n_not_saved, 1);
}

// What was never issued is not saved: anybody can ask for any number.
static bool is_worth_saving(const struct cached *cached)
{
    return cached->record.status == RECORD_GOOD || cached->record.status == RECORD_REVOKED;
}

// Waiters.

// `cached` NULL is no answer: the waiter may ask later.
static void tell(struct front_waiter *waiter, enum oc_hash hash, struct cached *cached)
{
    struct reply reply = {.hash = hash};
    if (cached != NULL) {
        cached_hold(cached);
        reply_cached(&reply, cached);
    } else {
        reply_error(&reply, OC_RESPONSE_TRY_LATER);
    }
    waiter->ready(waiter, &reply);
}

static void tell_all(struct front_waiter *waiters, enum oc_hash hash, struct cached *cached)
{
    while (waiters != NULL) {
        struct front_waiter *next = waiters->next;
        tell(waiters, hash, cached);
        waiters = next;
    }
}

static void tell_live(struct front_waiter *waiter, enum oc_hash hash, struct oc_bytes der)
{
    struct reply reply = {.status = OC_RESPONSE_SUCCESSFUL, .hash = hash};
    reply.own = der.data != NULL ? malloc(der.len) : NULL;
    reply.own_len = der.len;
    if (reply.own == NULL)
        reply_error(&reply, OC_RESPONSE_TRY_LATER);
    else
        memcpy(reply.own, der.data, der.len);
    waiter->ready(waiter, &reply);
}

static void end_pending(struct pending *pending)
{
    front_let_go(pending->state);
    free(pending);
}

// Who has it comes again.
static void note_use(struct cached *cached)
{
    if (cached->record.status != RECORD_NOT_ISSUED)
        atomic_store_explicit(&cached->is_used, true, memory_order_relaxed);
}

static void keep(struct front *front, const struct pending *pending, struct cached *cached)
{
    if (cached != NULL && cache_put(front->cache, cached, pending->epoch) &&
        is_worth_saving(cached))
        front_save_later(front, cached);
}

// An answer about several certificates is for whoever asks the same, but not kept here.
static void take_for_all(struct front *front, struct pending *pending, struct oc_bytes der)
{
    struct cached *cached = der.data != NULL ? make_cached(front, pending, der) : NULL;
    struct front_waiter *waiters = pending->waiters;
    if (pending->is_shared) {
        keep(front, pending, cached);
        waiters = pendings_leave(front->pendings, pending);
    }
    if (waiters != NULL && cached != NULL)
        note_use(cached);
    tell_all(waiters, pending->hash, cached);
    cached_release(cached);
}

static void take_signed(void *arg, struct oc_bytes der)
{
    struct pending *pending = arg;
    struct front *front = pending->front;
    atomic_fetch_add(der.data != NULL ? &front->n_signed : &front->n_sign_failed, 1);
    if (pending->has_nonce)
        tell_live(pending->waiters, pending->hash, der);
    else
        take_for_all(front, pending, der);
    end_pending(pending);
}

// struct ask is one request on its way to a signature.
struct ask {
    struct front *front;
    struct state *state;
    const struct asked *asked;
    struct front_waiter *waiter;
    uint64_t epoch;
    int64_t now;
    const struct signer_info *signer;
    struct job job;
    struct record records[JOB_SINGLES_MAX];
};

// An answer about several is as new as the newest, and good for as long as the first to end; one
// that was never issued counts for all.
static void sum_up(const struct ask *ask, struct pending *pending)
{
    for (size_t i = 1; i < ask->job.n_singles; i++) {
        const struct job_single *single = &ask->job.singles[i];
        if (single->this_update > pending->single.this_update)
            pending->single.this_update = single->this_update;
        if (single->next_update < pending->single.next_update)
            pending->single.next_update = single->next_update;
        if (ask->records[i].status == RECORD_NOT_ISSUED)
            pending->record = ask->records[i];
    }
}

static struct pending *new_pending(const struct ask *ask)
{
    struct pending *pending = calloc(1, sizeof *pending);
    if (pending == NULL)
        return NULL;
    *pending = (struct pending){.front = ask->front,
                                .state = ask->state,
                                .waiters = ask->waiter,
                                .is_shared = ask->asked->n_ids == 1 && ask->job.nonce_len == 0,
                                .has_nonce = ask->job.nonce_len > 0,
                                .epoch = ask->epoch,
                                .issuer = ask->asked->issuer->key,
                                .hash = ask->asked->ids[0].hash,
                                .single = ask->job.singles[0],
                                .record = ask->records[0],
                                .max_age = ask->asked->issuer->config->max_age};
    sum_up(ask, pending);
    memcpy(pending->signer, ask->signer->id, sizeof pending->signer);
    atomic_fetch_add(&ask->state->n_holders, 1);
    return pending;
}

// Who has joined in the meantime is told; who asked first gets the answer as a reply.
static void refuse_pending(struct front *front, struct pending *pending,
                           const struct front_waiter *own)
{
    struct front_waiter *waiter =
        pending->is_shared ? pendings_leave(front->pendings, pending) : NULL;
    atomic_fetch_add(&front->n_refused, 1);
    while (waiter != NULL) {
        struct front_waiter *next = waiter->next;
        if (waiter != own)
            tell(waiter, pending->hash, NULL);
        waiter = next;
    }
    end_pending(pending);
}

static bool sign(struct ask *ask, struct reply *reply)
{
    struct pending *pending = new_pending(ask);
    if (pending == NULL)
        return reply_error(reply, OC_RESPONSE_TRY_LATER);
    if (pending->is_shared && pendings_join(ask->front->pendings, pending)) {
        end_pending(pending);
        return false;
    }
    const struct signer_done done = {take_signed, pending};
    if (signer_link_ask(ask->state->link, &ask->job, &done))
        return false;
    refuse_pending(ask->front, pending, ask->waiter);
    return reply_error(reply, OC_RESPONSE_TRY_LATER);
}

// Saved answers.

static bool says_so(const struct ask *ask, const struct saved *saved)
{
    struct oc_response resp;
    struct oc_policy policy;
    struct oc_verdict verdict;
    oc_policy_init(&policy, ask->now);
    bool by_name = ask->asked->issuer->config->by_name;
    return oc_response_parse(&resp, saved->der, NULL) == OC_OK &&
           (resp.responder.kind == OC_RESPONDER_BY_NAME) == by_name &&
           oc_verify(&policy, &ask->asked->issuer->issuer, ask->asked->ids[0].serial, &resp,
                     &verdict, NULL) == OC_OK &&
           verdict.status == ask->job.singles[0].status &&
           verdict.this_update == saved->this_update && verdict.has_next_update &&
           verdict.next_update == saved->next_update;
}

// A file is not trusted as the memory is: what was saved is verified again. What is of the future
// was saved before the clock was set back.
static struct cached *from_saved(const struct ask *ask)
{
    struct store *store = ask->asked->issuer->store;
    const struct oc_cert_id *id = &ask->asked->ids[0];
    uint8_t buf[SIGNER_RESPONSE_MAX];
    struct saved saved;
    if (store->methods->get_saved == NULL ||
        !store->methods->get_saved(store, id->hash, id->serial, buf, sizeof buf, &saved))
        return NULL;
    if (!record_equal(&saved.record, &ask->records[0]) ||
        saved.this_update > ask->now + CLOCK_TOLERANCE ||
        saved.next_update <= ask->now + SAVED_MIN ||
        saved.next_update > ask->now + ask->asked->issuer->config->validity ||
        !state_has_signer(ask->state, ask->asked->issuer, saved.signer, ask->now) ||
        !says_so(ask, &saved))
        return NULL;
    struct pending like = {.issuer = ask->asked->issuer->key,
                           .hash = id->hash,
                           .single = ask->job.singles[0],
                           .record = ask->records[0],
                           .max_age = ask->asked->issuer->config->max_age};
    like.single.this_update = saved.this_update;
    like.single.next_update = saved.next_update;
    memcpy(like.signer, saved.signer, sizeof like.signer);
    return make_cached(ask->front, &like, saved.der);
}

static bool make(struct ask *ask, struct reply *reply)
{
    const struct asked *asked = ask->asked;
    uint32_t number = 0;
    ask->signer = state_signer(ask->state, asked->issuer, ask->now, &number);
    if (ask->signer == NULL)
        return reply_error(reply, OC_RESPONSE_TRY_LATER);
    const struct answer_times times = {ask->now, jitter()};
    enum oc_response_status status =
        answer_look_up(asked, &times, number, ask->signer->not_after, &ask->job, ask->records);
    if (status != OC_RESPONSE_SUCCESSFUL)
        return reply_error(reply, status);
    if (asked->n_ids > 1 || asked->nonce.data != NULL || ask->waiter == NULL)
        return sign(ask, reply);
    struct cached *cached = from_saved(ask);
    if (cached == NULL)
        return sign(ask, reply);
    note_use(cached);
    cache_put(ask->front->cache, cached, ask->epoch);
    return reply_cached(reply, cached);
}

// The cert ID of an answer that is in the memory.
static struct oc_cert_id id_of(const struct cached *cached, const struct oc_issuer *issuer)
{
    size_t len = oc_hash_len(cached->hash);
    return (struct oc_cert_id){.hash = cached->hash,
                               .issuer_name_hash = {issuer->name_hash[cached->hash], len},
                               .issuer_key_hash = {issuer->key_hash[cached->hash], len},
                               .serial = {cached->serial, cached->serial_len}};
}

void front_refresh(struct front *front, struct state *state, const struct cached *cached)
{
    struct asked asked = {.issuer = state_issuer(state, cached->issuer), .n_ids = 1};
    struct reply reply = {0};
    if (asked.issuer == NULL)
        return;
    asked.ids[0] = id_of(cached, &asked.issuer->issuer);
    struct ask ask = {.front = front,
                      .state = state,
                      .asked = &asked,
                      .epoch = cache_epoch(front->cache),
                      .now = front_now()};
    if (make(&ask, &reply))
        reply_release(&reply);
}

static bool answer_with(struct front *front, struct state *state, uint64_t epoch,
                        struct oc_bytes request, struct front_waiter *waiter, struct reply *reply)
{
    struct asked asked;
    enum oc_response_status status = answer_read(&state->served, request, &asked);
    if (status != OC_RESPONSE_SUCCESSFUL)
        return reply_error(reply, status);
    int64_t now = front_now();
    reply->hash = asked.ids[0].hash;
    if (asked.n_ids == 1 && asked.nonce.data == NULL &&
        from_memory(front, state, &asked, now, reply))
        return true;
    struct ask ask = {.front = front,
                      .state = state,
                      .asked = &asked,
                      .waiter = waiter,
                      .epoch = epoch,
                      .now = now};
    return make(&ask, reply);
}

bool front_ask(struct front *front, struct oc_bytes request, struct front_waiter *waiter,
               struct reply *reply)
{
    *reply = (struct reply){0};
    waiter->next = NULL;
    // First the epoch: an answer by a state that is replaced after that must not be kept.
    uint64_t epoch = cache_epoch(front->cache);
    struct state *state = front_hold(front);
    if (state == NULL)
        return reply_error(reply, OC_RESPONSE_TRY_LATER);
    bool is_now = answer_with(front, state, epoch, request, waiter, reply);
    front_let_go(state);
    return is_now;
}
