// SPDX-License-Identifier: MIT
//
// Several CRLs of one issuer: parts, delta CRLs, and what is missing. Each case opens a store with
// these files and asks it.
#include "fixture/store_fixture.h"
#include "sign_crl.h"

#include <openssl/crypto.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// Seconds after SIGN_NOW: the CRLs are current, unless a case says otherwise. OLDER and EARLIER are
// thisUpdate and nextUpdate that differ from those of the others.
enum { HOUR = 3600, OLDER = -2 * HOUR };
#define FAR INT64_C(946080000)
#define EARLIER (FAR - HOUR)
#define AHEAD (FAR - 2 * HOUR)

// issuingDistributionPoint: a name, a kind of certificates, some reasons.
#define NAME_A "A005A003860161"
#define NAME_B "A005A003860162"
#define USER "8101FF"
#define CA "8201FF"
#define IDP_A "3007" NAME_A
#define IDP_B "3007" NAME_B
#define IDP_A_USER "300A" NAME_A USER
#define IDP_B_USER "300A" NAME_B USER
#define IDP_A_CA "300A" NAME_A CA
#define IDP_USER "3003" USER
#define IDP_CA "3003" CA
#define IDP_KEY_COMPROMISE "300483020640"
#define IDP_OTHER_REASONS "30058303073F80"
#define IDP_A_KEY_COMPROMISE "300B" NAME_A "83020640"
#define IDP_A_OTHER_REASONS "300C" NAME_A "8303073F80"
#define IDP_B_KEY_COMPROMISE "300B" NAME_B "83020640"
#define IDP_INDIRECT "30038401FF"
#define IDP_ATTRIBUTES "30038501FF"

enum { PARTS_MAX = 4, EXPECTED_MAX = 6, ENTRIES_MAX = 4, REMOVED = 8, HOLD = 6 };

// struct part is one CRL. A number of 0 is none, and `base` makes a delta CRL.
struct part {
    const char *scope;
    int number;
    int base;
    int64_t this_update;
    int64_t next_update;
    struct sign_entry entries[ENTRIES_MAX];
    bool is_there;
};

// struct expected is what a serial number has. Times are seconds after SIGN_NOW; 0 is not checked.
struct expected {
    const char *serial;
    enum record_status status;
    int reason;  // 0: none
    int64_t revoked_at;
    int64_t this_update;
    int64_t next_update;
};

static const char *const names[PARTS_MAX] = {"0.crl", "1.crl", "2.crl", "3.crl"};

// put_part writes a CRL that stays, and write_part one that changes later, or has changed.
static void put_part(const char *name, const struct part *part)
{
    char number[] = "020100";
    char base[] = "020100";
    struct sign_crl_spec spec = {
        .issuer = &fixture.issuers[ISSUER_OURS].cert,
        .key = fixture.keys[ISSUER_OURS],
        .this_update = part->this_update != 0 ? part->this_update : -HOUR,
        .next_update = part->next_update != 0 ? part->next_update : FAR,
    };
    size_t n = 0;
    snprintf(number, sizeof number, "0201%02X", (unsigned)part->number);
    snprintf(base, sizeof base, "0201%02X", (unsigned)part->base);
    if (part->number != 0)
        spec.extensions[n++] = (struct sign_extension){"2.5.29.20", false, number};
    if (part->base != 0)
        spec.extensions[n++] = (struct sign_extension){"2.5.29.27", true, base};
    if (part->scope != NULL)
        spec.extensions[n++] = (struct sign_extension){"2.5.29.28", true, part->scope};
    memcpy(spec.entries, part->entries, sizeof part->entries);
    uint8_t *der = NULL;
    size_t len = sign_crl(&spec, &der);
    fixture_put(name, der, len);
    OPENSSL_free(der);
}

static void write_part(const char *name, const struct part *part)
{
    put_part(name, part);
    fixture_pause();
}

static struct issuer_config config;

static int open_test(void **state)
{
    config = (struct issuer_config){
        .name = "ours", .source = SOURCE_CRL, .insecure_good_if_not_revoked = true};
    return fixture_open(state);
}

static struct store *open_files(size_t n)
{
    static char paths[PARTS_MAX][256];
    static const char *files[PARTS_MAX];
    for (size_t i = 0; i < n; i++) {
        snprintf(paths[i], sizeof paths[i], "%s", fixture_path(names[i]));
        files[i] = paths[i];
    }
    config.source_files = files;
    config.n_source_files = n;
    return store_open(&config, NULL, &fixture.issuers[ISSUER_OURS], STORE_READ, &fixture.err);
}

static struct store *open_parts(const struct part *parts)
{
    size_t n = 0;
    while (n < PARTS_MAX && parts[n].is_there) {
        put_part(names[n], &parts[n]);
        n++;
    }
    struct store *store = open_files(n);
    if (store == NULL)
        fail_msg("%s", fixture.err.text);
    return store;
}

static void check(struct store *store, const struct expected *expected)
{
    struct oc_bytes serial = {(const uint8_t *)expected->serial, strlen(expected->serial)};
    struct record record = fixture_look(store, serial);
    if (record.status != expected->status)
        fail_msg("%s has status %d instead of %d", expected->serial, record.status,
                 expected->status);
    if (expected->status == RECORD_REVOKED) {
        assert_int_equal(record.has_reason, expected->reason != 0);
        assert_int_equal(record.reason, expected->reason);
    }
    if (expected->revoked_at != 0)
        assert_int_equal(record.revoked_at, SIGN_NOW + expected->revoked_at);
    if (expected->this_update != 0)
        assert_int_equal(record.this_update, SIGN_NOW + expected->this_update);
    if (expected->next_update != 0)
        assert_int_equal(record.next_update, SIGN_NOW + expected->next_update);
}

// struct set_case is some CRLs and what they say together; `gap` is part of the text of what is
// missing.
struct set_case {
    const char *title;
    struct part parts[PARTS_MAX];
    bool is_complete;
    bool is_user_certs_only;
    const char *gap;
    struct expected expected[EXPECTED_MAX];
};

#define ENTRY(serial, date, reason)                                                                \
    {                                                                                              \
        serial, date, reason,                                                                      \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static const struct set_case cases[] = {
    {"a complete CRL is complete by itself",
     {{.entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR, FAR}, {"B", RECORD_GOOD}}},
    {"one part with a name is not complete",
     {{.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .gap = "source-complete",
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_UNCERTAIN}}},
    {"one part that is declared complete",
     {{.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .is_complete = true,
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_GOOD}}},
    {"two parts that are not declared complete",
     {{.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_B, .entries = {ENTRY("B", -200, 0)}, .is_there = true}},
     .gap = "source-complete",
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_REVOKED}, {"C", RECORD_UNCERTAIN}}},
    {"two parts: the oldest thisUpdate and the earliest nextUpdate",
     {{.scope = IDP_A, .this_update = OLDER, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_B, .next_update = EARLIER, .entries = {ENTRY("B", -200, 0)}, .is_there = true}},
     .is_complete = true,
     .expected = {{"A", RECORD_REVOKED, 1, -100, OLDER, FAR},
                  {"B", RECORD_REVOKED, 0, -200, -HOUR, EARLIER},
                  {"C", RECORD_GOOD, 0, 0, OLDER, EARLIER}}},
    {"two parts list the same number: the earlier date counts",
     {{.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_B, .this_update = OLDER, .entries = {ENTRY("A", -200, 4)}, .is_there = true}},
     .is_complete = true,
     .expected = {{"A", RECORD_REVOKED, 4, -200, OLDER, FAR}}},
    {"an expired part revokes nothing that a current one lists later",
     {{.scope = IDP_A,
       .next_update = HOUR,
       .entries = {ENTRY("A", -300, 1), ENTRY("B", -300, 0)},
       .is_there = true},
      {.scope = IDP_B, .entries = {ENTRY("A", -100, 4)}, .is_there = true}},
     .is_complete = true,
     .expected = {{"A", RECORD_REVOKED, 4, -100, -HOUR, FAR},
                  {"B", RECORD_REVOKED, 0, -300, -HOUR, HOUR},
                  {"C", RECORD_GOOD, 0, 0, -HOUR, HOUR}}},
    {"a part that lies ahead",
     {{.scope = IDP_A, .this_update = AHEAD, .entries = {ENTRY("A", -300, 1)}, .is_there = true},
      {.scope = IDP_B, .entries = {ENTRY("B", -100, 4)}, .is_there = true}},
     .is_complete = true,
     .expected = {{"A", RECORD_REVOKED, 1, -300, AHEAD, FAR},
                  {"B", RECORD_REVOKED, 4, -100, -HOUR, FAR},
                  {"C", RECORD_UNCERTAIN}}},
    {"certificates of end entities only",
     {{.scope = IDP_USER, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .gap = "user-certs-only",
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_UNCERTAIN}}},
    {"certificates of end entities only, declared complete",
     {{.scope = IDP_USER, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .is_complete = true,
     .gap = "user-certs-only",
     .expected = {{"B", RECORD_UNCERTAIN}}},
    {"an issuer without CA certificates",
     {{.scope = IDP_USER, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .is_user_certs_only = true,
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_GOOD}}},
    {"end entities and CAs",
     {{.scope = IDP_USER, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_CA, .entries = {ENTRY("B", -100, 2)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_REVOKED, 2}, {"C", RECORD_GOOD}}},
    {"CA certificates only",
     {{.scope = IDP_CA, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .is_user_certs_only = true,
     .gap = "end entities",
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_UNCERTAIN}}},
    {"parts of end entities, as Boulder makes them",
     {{.scope = IDP_A_USER, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_B_USER, .entries = {ENTRY("B", -100, 0)}, .is_there = true}},
     .is_complete = true,
     .is_user_certs_only = true,
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_REVOKED}, {"C", RECORD_GOOD}}},
    {"parts of end entities without a part of CAs",
     {{.scope = IDP_A_USER, .is_there = true}, {.scope = IDP_B_USER, .is_there = true}},
     .is_complete = true,
     .gap = "user-certs-only",
     .expected = {{"C", RECORD_UNCERTAIN}}},
    {"parts of end entities that are not declared complete",
     {{.scope = IDP_A_USER, .is_there = true}, {.scope = IDP_B_USER, .is_there = true}},
     .is_user_certs_only = true,
     .gap = "source-complete",
     .expected = {{"C", RECORD_UNCERTAIN}}},
    {"parts of end entities and of CAs",
     {{.scope = IDP_A_USER, .is_there = true}, {.scope = IDP_A_CA, .is_there = true}},
     .is_complete = true,
     .expected = {{"C", RECORD_GOOD}}},
    {"some reasons only",
     {{.scope = IDP_KEY_COMPROMISE, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .is_complete = true,
     .gap = "some reasons",
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_UNCERTAIN}}},
    {"all reasons from two parts",
     {{.scope = IDP_KEY_COMPROMISE, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_OTHER_REASONS, .entries = {ENTRY("B", -100, 4)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_REVOKED, 4}, {"C", RECORD_GOOD}}},
    {"some reasons of one part, all of another",
     {{.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_B_KEY_COMPROMISE, .entries = {ENTRY("B", -100, 1)}, .is_there = true}},
     .is_complete = true,
     .gap = "some reasons",
     .expected = {{"A", RECORD_REVOKED, 1}, {"B", RECORD_REVOKED, 1}, {"C", RECORD_UNCERTAIN}}},
    {"all reasons of each part",
     {{.scope = IDP_B, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_A_KEY_COMPROMISE, .entries = {ENTRY("B", -100, 1)}, .is_there = true},
      {.scope = IDP_A_OTHER_REASONS, .entries = {ENTRY("D", -100, 4)}, .is_there = true}},
     .is_complete = true,
     .expected = {{"B", RECORD_REVOKED, 1}, {"D", RECORD_REVOKED, 4}, {"C", RECORD_GOOD}}},
    {"a delta CRL that has expired, and a later one that is current",
     {{.number = 5, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.number = 6,
       .base = 5,
       .next_update = HOUR,
       .entries = {ENTRY("B", -50, 4), ENTRY("D", -50, HOLD)},
       .is_there = true},
      {.number = 7,
       .base = 5,
       .this_update = -HOUR / 2,
       .entries = {ENTRY("C", -40, 3), ENTRY("D", -40, REMOVED)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR / 2, FAR},
                  {"B", RECORD_REVOKED, 4, -50, -HOUR / 2, FAR},
                  {"C", RECORD_REVOKED, 3, -40, -HOUR / 2, FAR},
                  {"D", RECORD_GOOD, 0, 0, -HOUR / 2, FAR},
                  {"E", RECORD_GOOD, 0, 0, -HOUR / 2, FAR}}},
    {"a complete CRL and a delta CRL: its thisUpdate, the earlier nextUpdate",
     {{.number = 5,
       .next_update = EARLIER,
       .entries = {ENTRY("A", -100, 1), ENTRY("B", -100, HOLD)},
       .is_there = true},
      {.number = 7,
       .base = 5,
       .this_update = -HOUR / 2,
       .entries = {ENTRY("C", -50, 4), ENTRY("B", -40, REMOVED)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR / 2, EARLIER},
                  {"B", RECORD_GOOD, 0, 0, -HOUR / 2, EARLIER},
                  {"C", RECORD_REVOKED, 4, -50, -HOUR / 2, EARLIER},
                  {"D", RECORD_GOOD, 0, 0, -HOUR / 2, EARLIER}}},
    {"a delta CRL lifts nothing but a hold",
     {{.number = 5, .entries = {ENTRY("A", -100, 1), ENTRY("B", -100, 0)}, .is_there = true},
      {.number = 7,
       .base = 5,
       .entries = {ENTRY("A", -40, REMOVED), ENTRY("B", -40, REMOVED)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100}, {"B", RECORD_REVOKED, 0, -100}}},
    {"a delta CRL changes a hold to a revocation, and not the other way round",
     {{.number = 5, .entries = {ENTRY("A", -100, HOLD), ENTRY("B", -100, 1)}, .is_there = true},
      {.number = 7,
       .base = 5,
       .entries = {ENTRY("A", -40, 1), ENTRY("B", -40, HOLD)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -40}, {"B", RECORD_REVOKED, 1, -100}}},
    {"a delta CRL that has expired: what is revoked stays so",
     {{.number = 5, .entries = {ENTRY("A", -100, 1), ENTRY("B", -100, HOLD)}, .is_there = true},
      {.number = 7,
       .base = 5,
       .this_update = -HOUR / 2,
       .next_update = HOUR,
       .entries = {ENTRY("C", -50, 4), ENTRY("B", -40, REMOVED)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR, FAR},
                  {"B", RECORD_GOOD, 0, 0, -HOUR / 2, HOUR},
                  {"C", RECORD_REVOKED, 4, -50, -HOUR / 2, FAR},
                  {"D", RECORD_GOOD, 0, 0, -HOUR / 2, HOUR}}},
    {"a delta CRL that lies ahead: what is on hold stays so",
     {{.number = 5, .entries = {ENTRY("A", -100, HOLD), ENTRY("B", -100, HOLD)}, .is_there = true},
      {.number = 7,
       .base = 5,
       .this_update = AHEAD,
       .entries = {ENTRY("A", -50, 1), ENTRY("B", -40, REMOVED), ENTRY("C", -50, 4)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, HOLD, -100, -HOUR, FAR},
                  {"B", RECORD_REVOKED, HOLD, -100, -HOUR, FAR},
                  {"C", RECORD_REVOKED, 4, -50, AHEAD, FAR},
                  {"D", RECORD_UNCERTAIN}}},
    {"a complete CRL that has expired, with a current delta CRL",
     {{.number = 5, .next_update = HOUR, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.number = 7, .base = 5, .entries = {ENTRY("C", -50, 4)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR, HOUR},
                  {"D", RECORD_GOOD, 0, 0, -HOUR, HOUR}}},
    {"a delta CRL that starts from a newer complete CRL",
     {{.number = 5, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.number = 9, .base = 6, .entries = {ENTRY("C", -50, 4)}, .is_there = true}},
     .gap = "newer complete CRL",
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR, FAR},
                  {"C", RECORD_REVOKED, 4, -50, -HOUR, FAR},
                  {"D", RECORD_UNCERTAIN}}},
    {"a delta CRL that a complete CRL has superseded",
     {{.number = 7, .entries = {ENTRY("A", -100, HOLD)}, .is_there = true},
      {.number = 7,
       .base = 5,
       .entries = {ENTRY("A", -40, REMOVED), ENTRY("C", -50, 4)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, HOLD, -100}, {"C", RECORD_GOOD}}},
    {"a superseded delta CRL that has expired: a newer one is missing",
     {{.number = 7, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.number = 6, .base = 5, .next_update = HOUR, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -100, -HOUR, FAR}, {"C", RECORD_GOOD, 0, 0, 0, HOUR}}},
    {"a delta CRL alone",
     {{.number = 7, .base = 5, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .gap = "without its complete CRL",
     .expected = {{"A", RECORD_REVOKED, 1, -100}, {"B", RECORD_UNCERTAIN}}},
    {"a delta CRL of another part",
     {{.number = 5, .entries = {ENTRY("A", -100, HOLD)}, .is_there = true},
      {.scope = IDP_A,
       .number = 7,
       .base = 5,
       .entries = {ENTRY("A", -40, REMOVED), ENTRY("B", -50, 4)},
       .is_there = true}},
     .gap = "without its complete CRL",
     .expected = {{"A", RECORD_REVOKED, HOLD, -100},
                  {"B", RECORD_REVOKED, 4, -50},
                  {"C", RECORD_UNCERTAIN}}},
    {"each part with its delta CRL",
     {{.scope = IDP_A, .number = 5, .entries = {ENTRY("A", -100, HOLD)}, .is_there = true},
      {.scope = IDP_B, .number = 5, .entries = {ENTRY("B", -100, HOLD)}, .is_there = true},
      {.scope = IDP_A,
       .number = 6,
       .base = 5,
       .entries = {ENTRY("A", -40, REMOVED)},
       .is_there = true},
      {.scope = IDP_B,
       .number = 6,
       .base = 5,
       .entries = {ENTRY("A", -40, REMOVED), ENTRY("C", -30, 3)},
       .is_there = true}},
     .is_complete = true,
     .expected = {{"A", RECORD_GOOD}, {"B", RECORD_REVOKED, HOLD}, {"C", RECORD_REVOKED, 3}}},
    {"two delta CRLs, one after the other",
     {{.number = 5, .entries = {ENTRY("A", -100, HOLD)}, .is_there = true},
      {.number = 9, .base = 5, .entries = {ENTRY("A", -20, 1)}, .is_there = true},
      {.number = 7, .base = 5, .entries = {ENTRY("A", -40, REMOVED)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -20}}},
    {"removeFromCRL in a complete CRL",
     {{.entries = {ENTRY("A", -100, REMOVED)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 0, -100}}},
    {"a number twice, with the same reason: the earlier date",
     {{.entries = {ENTRY("A", -100, 1), ENTRY("A", -200, 1)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -200}}},
    {"a number twice, first on hold and then for good: no lifting",
     {{.number = 5, .entries = {ENTRY("A", -200, HOLD), ENTRY("A", -100, 1)}, .is_there = true},
      {.number = 7, .base = 5, .entries = {ENTRY("A", -40, REMOVED)}, .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -200}}},
    {"on hold in one complete CRL and revoked for good in another: no lifting",
     {{.number = 5, .entries = {ENTRY("A", -200, HOLD), ENTRY("B", -100, 1)}, .is_there = true},
      {.number = 6, .entries = {ENTRY("A", -100, 1), ENTRY("B", -200, HOLD)}, .is_there = true},
      {.number = 7,
       .base = 5,
       .entries = {ENTRY("A", -40, REMOVED), ENTRY("B", -40, REMOVED)},
       .is_there = true}},
     .expected = {{"A", RECORD_REVOKED, 1, -200}, {"B", RECORD_REVOKED, 1, -200}}},
    {"two files with the same part: another one may be missing",
     {{.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true},
      {.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}, .is_there = true}},
     .is_complete = true,
     .gap = "same distributionPoint",
     .expected = {{"A", RECORD_REVOKED, 1, -100}, {"B", RECORD_UNCERTAIN}}},
};

static void crls_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct set_case *one = &cases[i];
        print_message("%s\n", one->title);
        config.source_complete = one->is_complete;
        config.user_certs_only = one->is_user_certs_only;
        struct store *store = open_parts(one->parts);
        struct source_state found;
        store->methods->get_state(store, &found);
        if (one->gap == NULL)
            assert_null(found.gap);
        else
            assert_true(found.gap != NULL && strstr(found.gap, one->gap) != NULL);
        for (size_t k = 0; k < EXPECTED_MAX && one->expected[k].serial != NULL; k++)
            check(store, &one->expected[k]);
        store_close(store);
    }
}

static void crls_that_are_refused(void **state)
{
    static const struct {
        struct part part;
        const char *what;
    } refused[] = {
        {{.scope = IDP_INDIRECT}, "indirect CRLs are not supported"},
        {{.scope = IDP_ATTRIBUTES}, "attribute certificates"},
        {{.base = 5}, "missing CRL number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        put_part(names[0], &refused[i].part);
        assert_null(open_files(1));
        if (strstr(fixture.err.text, refused[i].what) == NULL)
            fail_msg("%s", fixture.err.text);
    }
}

// Changes while the store is open

static const struct part base_5 = {.number = 5, .entries = {ENTRY("A", -100, 1)}};
static const struct part base_8 = {
    .number = 8, .this_update = -30 * 60, .entries = {ENTRY("A", -100, 1)}};
static const struct part delta_7 = {
    .number = 7, .base = 5, .this_update = -40 * 60, .entries = {ENTRY("B", -50, 4)}};
static const struct part delta_9 = {
    .number = 9, .base = 8, .this_update = -20 * 60, .entries = {ENTRY("C", -10, 3)}};

// Opens a store with two CRLs that change later.
static struct store *open_two(const struct part *one, const struct part *other)
{
    write_part(names[0], one);
    write_part(names[1], other);
    struct store *store = open_files(2);
    assert_non_null(store);
    return store;
}

static void check_status(struct store *store, const char *serial, enum record_status status)
{
    const struct expected expected = {.serial = serial, .status = status};
    struct record record =
        fixture_look(store, (struct oc_bytes){(const uint8_t *)serial, strlen(serial)});
    if (record.status != expected.status)
        fail_msg("%s has status %d instead of %d", serial, record.status, status);
}

// Polls until something has changed.
static void poll_for_change(struct store *store)
{
    for (int i = 0; i < 2000; i++) {
        struct seen seen = fixture_poll(store);
        if (seen.n_everything > 0)
            return;
        usleep(10000);
    }
    fail_msg("no change");
}

// The next delta CRL starts from a complete CRL that is not there yet. Until then the one before
// counts, too.
static void delta_that_is_kept(void **state)
{
    (void)state;
    struct store *store = open_two(&base_5, &delta_7);
    check_status(store, "B", RECORD_REVOKED);
    check_status(store, "C", RECORD_GOOD);

    write_part(names[1], &delta_9);
    poll_for_change(store);
    check_status(store, "A", RECORD_REVOKED);
    check_status(store, "B", RECORD_REVOKED);
    check_status(store, "C", RECORD_REVOKED);
    check_status(store, "D", RECORD_UNCERTAIN);

    write_part(names[0], &base_8);
    poll_for_change(store);
    check_status(store, "A", RECORD_REVOKED);
    check_status(store, "B", RECORD_GOOD);
    check_status(store, "C", RECORD_REVOKED);
    check_status(store, "D", RECORD_GOOD);
    store_close(store);
}

// A delta CRL with a smaller number does not take the place of one with a greater number, although
// it is newer.
static void delta_with_a_smaller_number(void **state)
{
    const struct part delta_6 = {.number = 6, .base = 5, .this_update = -30 * 60};
    (void)state;
    struct store *store = open_two(&base_5, &delta_7);
    write_part(names[1], &delta_6);
    poll_for_change(store);
    check_status(store, "B", RECORD_REVOKED);
    check_status(store, "C", RECORD_GOOD);
    store_close(store);
}

// The next delta CRL does not list what the one before has revoked. That stays so until there is a
// complete CRL.
static void delta_that_forgets(void **state)
{
    static const struct part delta_8 = {
        .number = 8, .base = 5, .this_update = -20 * 60, .entries = {ENTRY("C", -10, 3)}};
    (void)state;
    struct store *store = open_two(&base_5, &delta_7);
    write_part(names[1], &delta_8);
    poll_for_change(store);
    check_status(store, "B", RECORD_REVOKED);
    check_status(store, "C", RECORD_REVOKED);
    check_status(store, "D", RECORD_GOOD);
    write_part(names[0], &base_8);
    poll_for_change(store);
    check_status(store, "B", RECORD_GOOD);
    check_status(store, "D", RECORD_GOOD);
    store_close(store);
}

// The file of a delta CRL gets another content: what it has revoked stays revoked.
static void delta_that_is_overwritten(void **state)
{
    (void)state;
    struct store *store = open_two(&base_5, &delta_7);
    const struct part again = {
        .number = 5, .this_update = -50 * 60, .entries = {ENTRY("A", -100, 1)}};
    write_part(names[1], &again);
    poll_for_change(store);
    check_status(store, "B", RECORD_REVOKED);
    write_part(names[1], &base_8);
    poll_for_change(store);
    check_status(store, "B", RECORD_GOOD);
    store_close(store);
}

// A delta CRL whose file is gone counts until it has expired.
static void delta_that_is_gone(void **state)
{
    (void)state;
    struct store *store = open_two(&base_5, &delta_7);
    assert_int_equal(unlink(fixture_path(names[1])), 0);
    (void)fixture_poll_fails(store);
    check_status(store, "B", RECORD_REVOKED);
    check_status(store, "C", RECORD_GOOD);
    store_close(store);
}

// One bad file does not keep the others from being read.
static void part_that_becomes_bad(void **state)
{
    const struct part a = {.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}};
    const struct part b = {.scope = IDP_B, .entries = {ENTRY("B", -100, 1)}};
    const struct part new_b = {
        .scope = IDP_B, .this_update = -HOUR / 2, .entries = {ENTRY("C", -50, 1)}};
    struct seen seen = {0};
    const struct changes changes = {fixture_note, &seen, false};
    (void)state;
    config.source_complete = true;
    struct store *store = open_two(&a, &b);
    fixture_write(names[0], "rubbish", 7);
    write_part(names[1], &new_b);
    for (int i = 0; i < 2000 && seen.n_everything == 0; i++) {
        assert_false(store->methods->poll(store, &changes, &fixture.err));
        usleep(10000);
    }
    assert_non_null(strstr(fixture.err.text, "0.crl: not a CRL"));
    check_status(store, "A", RECORD_REVOKED);
    check_status(store, "B", RECORD_GOOD);
    check_status(store, "C", RECORD_REVOKED);
    store_close(store);
}

static void poll_for_refusal(struct store *store, const char *what)
{
    struct seen seen = {0};
    const struct changes changes = {fixture_note, &seen, false};
    int i = 0;
    while (i < 2000 && store->methods->poll(store, &changes, &fixture.err)) {
        usleep(10000);
        i++;
    }
    assert_true(i < 2000);
    assert_non_null(strstr(fixture.err.text, what));
    assert_int_equal(seen.n_everything, 0);
}

// A mirror could put one part in the place of another, or a delta CRL: the issuer has signed them,
// too.
static void part_in_the_place_of_another(void **state)
{
    const struct part a = {.scope = IDP_A, .entries = {ENTRY("A", -100, 1)}};
    const struct part b = {.scope = IDP_B, .entries = {ENTRY("B", -100, 1)}};
    (void)state;
    config.source_complete = true;
    struct store *store = open_two(&a, &b);
    write_part(names[0], &b);
    poll_for_refusal(store, "its issuingDistributionPoint is not that of the previous one");
    check_status(store, "A", RECORD_REVOKED);
    check_status(store, "B", RECORD_REVOKED);
    store_close(store);
}

static void delta_in_the_place_of_a_complete_one(void **state)
{
    (void)state;
    write_part(names[0], &base_5);
    struct store *store = open_files(1);
    assert_non_null(store);
    write_part(names[0], &delta_7);
    poll_for_refusal(store, "unexpected delta CRL in the place of a complete one");
    check_status(store, "A", RECORD_REVOKED);
    check_status(store, "B", RECORD_GOOD);
    store_close(store);
}

// A reload, for whatever reason, does not bring an older CRL back, in which a revocation is
// missing.
static void older_crl_at_a_reload(void **state)
{
    const struct part older = {.number = 4, .this_update = OLDER};
    (void)state;
    write_part(names[0], &base_5);
    struct store *before = open_files(1);
    assert_non_null(before);
    write_part(names[0], &older);
    struct store *after = open_files(1);
    assert_non_null(after);
    check_status(after, "A", RECORD_GOOD);
    after->methods->inherit(after, before);
    store_close(before);
    check_status(after, "A", RECORD_REVOKED);
    poll_for_refusal(after, "older than the previous one");
    check_status(after, "A", RECORD_REVOKED);
    write_part(names[0], &base_8);
    poll_for_change(after);
    check_status(after, "A", RECORD_REVOKED);
    store_close(after);
}

// An entry without a readable date is revoked since it was first read, before a reload.
static void date_at_a_reload(void **state)
{
    const struct part odd = {.entries = {{"A", 0, 1, {0}, "rubbish"}}};
    const struct oc_bytes serial = {(const uint8_t *)"A", 1};
    (void)state;
    write_part(names[0], &odd);
    struct store *before = open_files(1);
    assert_non_null(before);
    int64_t begin = fixture_look(before, serial).revoked_at;
    while ((int64_t)time(NULL) == begin)
        usleep(10000);
    struct store *after = open_files(1);
    assert_non_null(after);
    assert_true(fixture_look(after, serial).revoked_at > begin);
    after->methods->inherit(after, before);
    store_close(before);
    assert_int_equal(fixture_look(after, serial).revoked_at, begin);
    store_close(after);
}

// Two complete CRLs may be of different ages; a reload leaves them as they are.
static void two_ages_at_a_reload(void **state)
{
    (void)state;
    write_part(names[0], &base_5);
    write_part(names[1], &base_8);
    struct store *before = open_files(2);
    struct store *after = open_files(2);
    assert_non_null(before);
    assert_non_null(after);
    after->methods->inherit(after, before);
    store_close(before);
    (void)fixture_poll(after);
    check_status(after, "A", RECORD_REVOKED);
    check_status(after, "B", RECORD_GOOD);
    store_close(after);
}

// More delta CRLs than a store keeps: what cannot be kept makes the source incomplete.
static void many_deltas_at_a_reload(void **state)
{
    enum { N = 100 };
    static char paths[N + 1][256];
    static const char *files[N + 1];
    char serials[N][2];
    struct part delta = {.base = 5, .this_update = -40 * 60};
    (void)state;
    put_part("base.crl", &base_5);
    snprintf(paths[N], sizeof paths[N], "%s", fixture_path("base.crl"));
    files[N] = paths[N];
    for (size_t i = 0; i < N; i++) {
        char name[16];
        snprintf(name, sizeof name, "d%zu.crl", i);
        snprintf(serials[i], sizeof serials[i], "%c", (char)(i + 20));
        delta.number = 6 + (int)i;
        delta.entries[0] = (struct sign_entry){serials[i], -50, 4, {0}, NULL};
        put_part(name, &delta);
        snprintf(paths[i], sizeof paths[i], "%s", fixture_path(name));
        files[i] = paths[i];
    }
    config.source_files = files;
    config.n_source_files = N + 1;
    struct store *before =
        store_open(&config, NULL, &fixture.issuers[ISSUER_OURS], STORE_READ, &fixture.err);
    assert_non_null(before);
    config.source_files = &files[N];
    config.n_source_files = 1;
    struct store *after =
        store_open(&config, NULL, &fixture.issuers[ISSUER_OURS], STORE_READ, &fixture.err);
    assert_non_null(after);
    after->methods->inherit(after, before);
    store_close(before);
    for (size_t i = 0; i < N; i++) {
        if (fixture_look(after, (struct oc_bytes){(const uint8_t *)serials[i], 1}).status ==
            RECORD_GOOD)
            fail_msg("number %zu is good", i);
    }
    struct source_state source;
    after->methods->get_state(after, &source);
    assert_non_null(strstr(source.gap, "too many delta CRLs"));
    store_close(after);
}

static bool append_serial(void *arg, const struct entry *entry)
{
    strncat(arg, (const char *)entry->serial.data, entry->serial.len);
    return true;
}

static bool append_one(void *arg, const struct entry *entry)
{
    (void)append_serial(arg, entry);
    return false;
}

// Each number once, without those that a delta CRL has taken off hold; also one by one.
static void list_of_several(void **state)
{
    static const struct part parts[PARTS_MAX] = {
        {.number = 5,
         .entries = {ENTRY("A", -100, 1), ENTRY("B", -100, HOLD), ENTRY("A", -90, 1)},
         .is_there = true},
        {.number = 7,
         .base = 5,
         .entries = {ENTRY("C", -50, 4), ENTRY("B", -40, REMOVED), ENTRY("A", -50, 4)},
         .is_there = true}};
    char text[16] = "";
    (void)state;
    struct store *store = open_parts(parts);
    const struct oc_bytes none = {0};
    assert_true(store->methods->list(store, none, true, append_serial, text, &fixture.err));
    assert_string_equal(text, "AC");
    struct oc_bytes after = none;
    char page[16] = "";
    for (size_t n = 0; n < 3; n++) {
        assert_true(store->methods->list(store, after, true, append_one, page, &fixture.err));
        after = (struct oc_bytes){(const uint8_t *)&page[strlen(page) - 1], 1};
    }
    assert_string_equal(page, "AC");
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_test, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(crls_together),
        TEST(crls_that_are_refused),
        TEST(delta_that_is_kept),
        TEST(delta_that_forgets),
        TEST(delta_that_is_overwritten),
        TEST(delta_that_is_gone),
        TEST(part_that_becomes_bad),
        TEST(list_of_several),
        TEST(part_in_the_place_of_another),
        TEST(delta_in_the_place_of_a_complete_one),
        TEST(older_crl_at_a_reload),
        TEST(date_at_a_reload),
        TEST(delta_with_a_smaller_number),
        TEST(two_ages_at_a_reload),
        TEST(many_deltas_at_a_reload),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
