// SPDX-License-Identifier: MIT
//
// A responder without a process: two issuers of the world of scene.h, CERT_CA and CERT_OTHER_CA,
// with stores that say what they are told to say, and signers.
#ifndef TESTS_RESPONDER_DESK_H
#define TESTS_RESPONDER_DESK_H

#include "stage.h"

#include "answer.h"
#include "sign_job.h"

// struct shelf is a store. What stands nowhere in it was never issued.
enum { SHELF_MAX = 16 };
struct shelf {
    struct store store;  // first, so that the function finds the rest from it
    size_t n;
    struct oc_bytes serials[SHELF_MAX];
    struct record records[SHELF_MAX];
    bool fails;
    size_t n_asked;
};

enum desk_issuer { DESK_CA, DESK_OTHER, N_DESK_ISSUERS };

// struct desk is all of it. CERT_DELEGATE signs for the CA, the other CA for itself; `by_ca` is
// the CA in place of its delegate.
struct desk {
    struct issuer_config configs[N_DESK_ISSUERS];
    struct shelf shelves[N_DESK_ISSUERS];
    struct served_issuer issuers[N_DESK_ISSUERS];
    struct served served;
    struct oc_private_key *keys[3];
    struct sign_as as[N_DESK_ISSUERS];
    struct sign_as by_ca;
    uint8_t *room;  // SCENE_SIZE octets, for requests
};

extern struct desk desk;

// desk_start and desk_stop are a group's setup and teardown for cmocka, desk_reset a test's setup:
// every serial number good_serial() and revoked_serial() names is issued by both, answers are for
// a day, nonces live, and what was never issued is unknown.
int desk_start(void **state);
int desk_stop(void **state);
int desk_reset(void **state);

struct oc_bytes good_serial(void);
struct oc_bytes revoked_serial(void);
struct oc_bytes unknown_serial(void);

// desk_put puts a record on a shelf, in place of what was there.
void desk_put(enum desk_issuer issuer, struct oc_bytes serial, struct record record);

// struct desk_id is a cert ID: by SHA-1, of the CA, with good_serial(), when nothing is set.
struct desk_id {
    enum oc_hash hash;
    enum cert_name issuer;
    struct oc_bytes serial;
    bool without_parameters;
    const struct oc_extension *extension;
};

enum { DESK_IDS_MAX = JOB_SINGLES_MAX + 1 };

// desk_request builds a request in `desk.room`.
struct oc_bytes desk_request(const struct desk_id *ids, size_t n,
                             const struct oc_extension *extensions, size_t n_extensions);

// desk_answer answers a request in the room of the stage. What can be looked up must be signed.
enum oc_response_status desk_answer(struct oc_bytes request, const struct answer_times *times,
                                    struct oc_bytes *der);

// desk_verify verifies that answer, which says something about `serial` of an issuer, at `now`.
enum oc_err desk_verify(enum desk_issuer issuer, struct oc_bytes der, struct oc_bytes serial,
                        struct oc_bytes nonce, int64_t now, struct oc_verdict *out);

#endif
