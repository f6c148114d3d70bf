// SPDX-License-Identifier: MIT
//
// Two issuers, and a directory for the files of their stores.
#ifndef TESTS_RESPONDER_DEPOT_H
#define TESTS_RESPONDER_DEPOT_H

#include "sign.h"
#include "store.h"

#include <ocsp/issuer.h>

// DEPOT_OURS is the issuer that the stores are of, DEPOT_RENEWED another certificate with its name
// and key, and DEPOT_OTHER another issuer.
enum depot_issuer { DEPOT_OURS, DEPOT_RENEWED, DEPOT_OTHER, N_DEPOT_ISSUERS };

// struct depot is all of it. `dir` is new and empty for each test.
struct depot {
    struct oc_crypto *crypto;
    EVP_PKEY *keys[N_DEPOT_ISSUERS];
    struct sign_cert certs[N_DEPOT_ISSUERS];
    struct oc_issuer issuers[N_DEPOT_ISSUERS];
    char dir[64];
    char why[512];
};

extern struct depot depot;

// depot_start and depot_stop are a group's setup and teardown for cmocka; depot_open and
// depot_close a test's, which make and remove the directory.
int depot_start(void **state);
int depot_stop(void **state);
int depot_open(void **state);
int depot_close(void **state);

// depot_path gives the path of a file in the directory, one of the last eight.
const char *depot_path(const char *name);

// depot_write writes a file in place, and depot_replace puts a new one under its name. A moment
// passes after it, so that the next change shows.
void depot_write(const char *name, const void *data, size_t len);
void depot_replace(const char *name, const void *data, size_t len);
void depot_pause(void);

// SERIAL is a serial number of these octets.
#define SERIAL(...)                                                                                \
    ((struct oc_bytes){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

// struct seen is what a poll tells; depot_poll polls, which must work, and fills it.
struct seen {
    size_t n;
    size_t n_everything;
    uint8_t last[SERIAL_MAX];
    size_t last_len;
};

// depot_note counts a change in a struct seen: the `changed` of a struct changes.
void depot_note(void *arg, const struct oc_bytes *serial);

struct seen depot_poll(struct store *store);

// depot_poll_fails polls, which must not work, and nothing must be told; it returns the reason.
const char *depot_poll_fails(struct store *store);

// depot_look looks a serial number up, which must work.
struct record depot_look(struct store *store, struct oc_bytes serial);

#endif
