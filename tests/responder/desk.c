// SPDX-License-Identifier: MIT
//
// The responder of the tests.
#include "desk.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk desk;

static const uint8_t good[] = {1, 2, 3, 4};
static const uint8_t revoked[] = {0x00, 0xff};
static const uint8_t unknown[] = {9, 9};

struct oc_bytes good_serial(void)
{
    return (struct oc_bytes){good, sizeof good};
}

struct oc_bytes revoked_serial(void)
{
    return (struct oc_bytes){revoked, sizeof revoked};
}

struct oc_bytes unknown_serial(void)
{
    return (struct oc_bytes){unknown, sizeof unknown};
}

static bool shelf_look_up(struct store *store, struct oc_bytes serial, struct record *out)
{
    struct shelf *shelf = (struct shelf *)store;
    shelf->n_asked++;
    *out = (struct record){shelf->fails ? RECORD_NONE : RECORD_NOT_ISSUED};
    for (size_t i = 0; i < shelf->n && !shelf->fails; i++) {
        if (oc_bytes_equal(shelf->serials[i], serial))
            *out = shelf->records[i];
    }
    return !shelf->fails;
}

static const struct store_methods methods = {.name = "shelf", .look_up = shelf_look_up};

void desk_put(enum desk_issuer issuer, struct oc_bytes serial, struct record record)
{
    struct shelf *shelf = &desk.shelves[issuer];
    size_t i = 0;
    while (i < shelf->n && !oc_bytes_equal(shelf->serials[i], serial))
        i++;
    assert_true(i < SHELF_MAX);
    shelf->serials[i] = serial;
    shelf->records[i] = record;
    shelf->n += i == shelf->n;
}

int desk_reset(void **state)
{
    static const struct issuer_config config = {
        .name = "issuer", .unknown = UNKNOWN_UNKNOWN, .nonce = NONCE_LIVE, .validity = DAY};
    (void)state;
    for (enum desk_issuer i = DESK_CA; i < N_DESK_ISSUERS; i++) {
        desk.configs[i] = config;
        desk.shelves[i] = (struct shelf){.store = {&methods}};
        desk_put(i, good_serial(), (struct record){RECORD_GOOD});
        desk_put(i, revoked_serial(),
                 (struct record){RECORD_REVOKED, SIGN_NOW - DAY, true, OC_REASON_KEY_COMPROMISE});
    }
    return 0;
}

static bool make_signer(struct sign_as *out, enum desk_issuer issuer, enum cert_name cert,
                        const struct oc_private_key *key)
{
    out->issuer = &desk.issuers[issuer].issuer;
    out->config = &desk.configs[issuer];
    bool ok = oc_signer_init(&out->signer, stage.crypto, key, &world_cert(cert)->cert, NULL,
                             NULL) == OC_OK;
    if (cert != CERT_DELEGATE)
        out->signer.certs = (struct oc_list){0};
    return ok;
}

static bool make_signers(void)
{
    static const enum key_name names[] = {KEY_DELEGATE, KEY_OTHER, KEY_CA};
    for (size_t i = 0; i < 3; i++) {
        desk.keys[i] = oc_openssl_key_new(world_key(names[i]));
        if (desk.keys[i] == NULL)
            return false;
    }
    return make_signer(&desk.as[DESK_CA], DESK_CA, CERT_DELEGATE, desk.keys[0]) &&
           make_signer(&desk.as[DESK_OTHER], DESK_OTHER, CERT_OTHER_CA, desk.keys[1]) &&
           make_signer(&desk.by_ca, DESK_CA, CERT_CA, desk.keys[2]);
}

int desk_start(void **state)
{
    static const enum cert_name certs[] = {CERT_CA, CERT_OTHER_CA};
    if (stage_start(state) != 0)
        return 1;
    desk.room = malloc(SCENE_SIZE);
    if (desk.room == NULL)
        return 1;
    for (enum desk_issuer i = DESK_CA; i < N_DESK_ISSUERS; i++) {
        desk.issuers[i].config = &desk.configs[i];
        desk.issuers[i].store = &desk.shelves[i].store;
        if (oc_issuer_init(&desk.issuers[i].issuer, stage.crypto, &world_cert(certs[i])->cert,
                           NULL) != OC_OK)
            return 1;
    }
    desk.served = (struct served){desk.issuers, N_DESK_ISSUERS, 8192};
    return make_signers() ? 0 : 1;
}

int desk_stop(void **state)
{
    for (size_t i = 0; i < 3; i++)
        oc_openssl_key_free(desk.keys[i]);
    for (enum desk_issuer i = DESK_CA; i < N_DESK_ISSUERS; i++)
        oc_issuer_cleanup(&desk.issuers[i].issuer);
    free(desk.room);
    return stage_stop(state);
}

// AlgorithmIdentifiers whose parameters are absent are given whole; others are the builder's.
static struct oc_algorithm algorithm_without_parameters(enum oc_hash hash)
{
    static const uint8_t sha1[] = {0x2B, 0x0E, 3, 2, 0x1A};
    static const uint8_t sha2[][9] = {
        [OC_HASH_SHA224] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4},
        [OC_HASH_SHA256] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1},
        [OC_HASH_SHA384] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2},
        [OC_HASH_SHA512] = {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3},
    };
    if (hash == OC_HASH_SHA1)
        return (struct oc_algorithm){.oid = {sha1, sizeof sha1}};
    return (struct oc_algorithm){.oid = {sha2[hash], sizeof sha2[hash]}};
}

static void make_single(const struct desk_id *id, uint8_t hashes[OC_CERT_ID_HASHES_LEN],
                        uint8_t room[256], struct oc_single_request *out)
{
    enum oc_hash hash = id->hash != OC_HASH_OTHER ? id->hash : OC_HASH_SHA1;
    enum cert_name issuer = id->issuer != CERT_NONE ? id->issuer : CERT_CA;
    struct oc_bytes serial = id->serial.data != NULL ? id->serial : good_serial();
    *out = (struct oc_single_request){0};
    assert_int_equal(oc_issuer_cert_id(stage.crypto, hash, &world_cert(issuer)->cert, serial,
                                       hashes, &out->id, NULL),
                     OC_OK);
    if (id->without_parameters)
        out->id.hash_algorithm = algorithm_without_parameters(hash);
    assert_int_equal(oc_extensions_build(id->extension, id->extension != NULL, room, 256,
                                         &out->extensions, NULL),
                     OC_OK);
}

struct oc_bytes desk_request(const struct desk_id *ids, size_t n,
                             const struct oc_extension *extensions, size_t n_extensions)
{
    static struct oc_single_request singles[DESK_IDS_MAX];
    static uint8_t hashes[DESK_IDS_MAX][OC_CERT_ID_HASHES_LEN];
    static uint8_t rooms[DESK_IDS_MAX][256];
    static uint8_t room[2048];
    struct oc_request_spec spec = {.requests = singles, .n_requests = n};
    struct oc_bytes out;
    assert_true(n <= DESK_IDS_MAX);
    for (size_t i = 0; i < n; i++)
        make_single(&ids[i], hashes[i], rooms[i], &singles[i]);
    assert_int_equal(
        oc_extensions_build(extensions, n_extensions, room, sizeof room, &spec.extensions, NULL),
        OC_OK);
    assert_int_equal(oc_request_build(&spec, desk.room, SCENE_SIZE, &out, NULL), OC_OK);
    return out;
}

enum oc_response_status desk_answer(struct oc_bytes request, const struct answer_times *times,
                                    struct oc_bytes *der)
{
    static struct asked asked;
    static struct job job;
    static struct record records[JOB_SINGLES_MAX];
    *der = (struct oc_bytes){0};
    enum oc_response_status status = answer_read(&desk.served, request, &asked);
    if (status != OC_RESPONSE_SUCCESSFUL)
        return status;
    size_t i = (size_t)(asked.issuer - desk.issuers);
    assert_true(i < N_DESK_ISSUERS);
    status = answer_look_up(&asked, times, 7, desk.as[i].signer.cert.not_after, &job, records);
    if (status != OC_RESPONSE_SUCCESSFUL)
        return status;
    assert_int_equal(job.signer, 7);
    const char *why = sign_job(&desk.as[i], &job, times->now, stage.room, SCENE_SIZE, der);
    if (why != NULL)
        fail_msg("not signed: %s", why);
    return status;
}

enum oc_err desk_verify(enum desk_issuer issuer, struct oc_bytes der, struct oc_bytes serial,
                        struct oc_bytes nonce, int64_t now, struct oc_verdict *out)
{
    struct oc_policy policy;
    struct oc_response resp;
    oc_policy_init(&policy, now);
    policy.skew = 0;
    policy.max_age = 0;
    policy.nonce = nonce;
    policy.nonce_rule = nonce.data != NULL ? OC_NONCE_REQUIRED : OC_NONCE_IF_PRESENT;
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    return oc_verify(&policy, &desk.issuers[issuer].issuer, serial, &resp, out, NULL);
}
