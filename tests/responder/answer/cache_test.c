// SPDX-License-Identifier: MIT
//
// The cache of signed answers: what is found, what has to go, and what must not come back.
#include "answer/cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MIB = 1 << 20, ISSUER = 7, NOW = 1000000 };

static struct oc_bytes serial_of(const uint32_t *number)
{
    return (struct oc_bytes){(const uint8_t *)number, sizeof *number};
}

static struct cached *make(uint64_t issuer, enum oc_hash hash, uint32_t number, const char *text)
{
    struct cached *cached = cached_new((struct oc_bytes){(const uint8_t *)text, strlen(text)});
    assert_non_null(cached);
    cached->issuer = issuer;
    cached->hash = hash;
    cached->serial_len = sizeof number;
    memcpy(cached->serial, &number, sizeof number);
    cached->this_update = NOW;
    cached->refresh_at = NOW + 50;
    cached->next_update = NOW + 100;
    return cached;
}

static bool put(struct cache *cache, struct cached *cached)
{
    bool is_in = cache_put(cache, cached, cache_epoch(cache));
    cached_release(cached);
    return is_in;
}

static bool has(struct cache *cache, uint64_t issuer, enum oc_hash hash, uint32_t number,
                const char *text)
{
    struct cached *cached = cache_get(cache, issuer, hash, serial_of(&number));
    bool is_there = cached != NULL;
    if (is_there) {
        assert_int_equal(cached->der_len, strlen(text));
        assert_memory_equal(cached->der, text, cached->der_len);
    }
    cached_release(cached);
    return is_there;
}

static void found_by_issuer_hash_and_serial(void **state)
{
    (void)state;
    struct cache *cache = cache_new(MIB);
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 1, "one")));
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA256, 1, "one by sha256")));
    assert_true(put(cache, make(ISSUER + 1, OC_HASH_SHA1, 1, "of another")));
    assert_true(has(cache, ISSUER, OC_HASH_SHA1, 1, "one"));
    assert_true(has(cache, ISSUER, OC_HASH_SHA256, 1, "one by sha256"));
    assert_true(has(cache, ISSUER + 1, OC_HASH_SHA1, 1, "of another"));
    assert_false(has(cache, ISSUER, OC_HASH_SHA512, 1, ""));
    assert_false(has(cache, ISSUER, OC_HASH_SHA1, 2, ""));
    assert_false(has(cache, ISSUER + 2, OC_HASH_SHA1, 1, ""));
    cache_free(cache);
}

static void serials_are_compared_whole(void **state)
{
    static const uint8_t octets[] = {1, 0, 0, 0, 0};
    (void)state;
    struct cache *cache = cache_new(MIB);
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 1, "one")));
    for (size_t len = 1; len <= sizeof octets; len++) {
        struct cached *cached =
            cache_get(cache, ISSUER, OC_HASH_SHA1, (struct oc_bytes){octets, len});
        assert_int_equal(cached != NULL, len == 4);
        cached_release(cached);
    }
    cache_free(cache);
}

static void replaced_by_the_same_key(void **state)
{
    struct cache_counts counts;
    (void)state;
    struct cache *cache = cache_new(MIB);
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 1, "old")));
    uint32_t one = 1;
    struct cached *held = cache_get(cache, ISSUER, OC_HASH_SHA1, serial_of(&one));
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 1, "new")));
    assert_true(has(cache, ISSUER, OC_HASH_SHA1, 1, "new"));
    assert_memory_equal(held->der, "old", 3);
    cached_release(held);
    cache_count(cache, &counts);
    assert_int_equal(counts.n_entries, 1);
    assert_int_equal(counts.oldest, NOW);
    cache_free(cache);
}

static void dropped_by_every_hash(void **state)
{
    (void)state;
    uint32_t one = 1;
    struct cache *cache = cache_new(MIB);
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++)
        assert_true(put(cache, make(ISSUER, hash, 1, "one")));
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 2, "two")));
    assert_true(put(cache, make(ISSUER + 1, OC_HASH_SHA1, 1, "of another")));
    cache_drop(cache, ISSUER, serial_of(&one));
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++)
        assert_false(has(cache, ISSUER, hash, 1, ""));
    assert_true(has(cache, ISSUER, OC_HASH_SHA1, 2, "two"));
    assert_true(has(cache, ISSUER + 1, OC_HASH_SHA1, 1, "of another"));
    cache_free(cache);
}

// An answer that was begun before a change must not be put in behind it.
static void begun_before_a_drop(void **state)
{
    (void)state;
    uint32_t other = 99;
    struct cache *cache = cache_new(MIB);
    uint64_t epoch = cache_epoch(cache);
    cache_drop(cache, ISSUER, serial_of(&other));
    struct cached *late = make(ISSUER, OC_HASH_SHA1, 1, "late");
    assert_false(cache_put(cache, late, epoch));
    assert_false(has(cache, ISSUER, OC_HASH_SHA1, 1, ""));
    assert_true(cache_put(cache, late, cache_epoch(cache)));
    cached_release(late);
    cache_free(cache);
}

static bool is_of_issuer(void *arg, const struct cached *cached)
{
    const uint64_t *issuer = arg;
    return cached->issuer == *issuer;
}

static void dropped_by_what_they_are(void **state)
{
    struct cache_counts counts;
    uint64_t issuer = ISSUER;
    (void)state;
    struct cache *cache = cache_new(16 * MIB);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, i, "x")));
        assert_true(put(cache, make(ISSUER + 1, OC_HASH_SHA1, i, "y")));
    }
    uint64_t epoch = cache_epoch(cache);
    cache_drop_if(cache, is_of_issuer, &issuer);
    assert_int_not_equal(cache_epoch(cache), epoch);
    cache_count(cache, &counts);
    assert_int_equal(counts.n_entries, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_false(has(cache, ISSUER, OC_HASH_SHA1, i, ""));
        assert_true(has(cache, ISSUER + 1, OC_HASH_SHA1, i, "y"));
    }
    cache_free(cache);
}

static void bounded_in_octets(void **state)
{
    struct cache_counts counts;
    (void)state;
    struct cache *cache = cache_new(MIB);
    for (uint32_t i = 0; i < 20000; i++) {
        put(cache, make(ISSUER, OC_HASH_SHA1, i, "an answer"));
        has(cache, ISSUER, OC_HASH_SHA1, i % 16, "an answer");
    }
    cache_count(cache, &counts);
    assert_in_range(counts.octets, 1, MIB);
    assert_true(counts.n_evicted > 10000);
    assert_int_equal(counts.n_entries + counts.n_evicted, 20000);
    // An answer that is asked for again and again stays.
    for (uint32_t i = 0; i < 16; i++)
        assert_true(has(cache, ISSUER, OC_HASH_SHA1, i, "an answer"));
    cache_resize(cache, MIB / 4);
    cache_count(cache, &counts);
    assert_in_range(counts.octets, 1, MIB / 4);
    cache_resize(cache, 0);
    cache_count(cache, &counts);
    assert_int_equal(counts.n_entries, 0);
    assert_int_equal(counts.octets, 0);
    assert_false(put(cache, make(ISSUER, OC_HASH_SHA1, 1, "too large")));
    cache_free(cache);
}

static void not_due_unless_used(void **state)
{
    struct cached *due[8];
    struct cache_counts counts;
    (void)state;
    struct cache *cache = cache_new(MIB);
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 1, "used")));
    assert_true(put(cache, make(ISSUER, OC_HASH_SHA1, 2, "not used")));
    assert_true(has(cache, ISSUER, OC_HASH_SHA1, 1, "used"));
    assert_int_equal(cache_due(cache, NOW + 49, due, 8), 0);
    assert_int_equal(cache_due(cache, NOW + 50, due, 8), 1);
    assert_memory_equal(due[0]->der, "used", 4);
    cached_release(due[0]);
    // A refresh that has begun gets some time to finish.
    assert_int_equal(cache_due(cache, NOW + 51, due, 8), 0);
    assert_int_equal(cache_due(cache, NOW + 90, due, 8), 1);
    cached_release(due[0]);
    // Expired answers are dropped.
    assert_int_equal(cache_due(cache, NOW + 1000, due, 8), 0);
    cache_count(cache, &counts);
    assert_int_equal(counts.n_entries, 0);
    cache_free(cache);
}

static void due_in_order(void **state)
{
    enum { N = 3000 };
    static struct cached *due[N];
    (void)state;
    struct cache *cache = cache_new(16 * MIB);
    for (uint32_t i = 0; i < N; i++) {
        struct cached *cached = make(ISSUER, OC_HASH_SHA1, i, "x");
        cached->refresh_at = NOW + (int64_t)(i * 7919U % N);
        cached->next_update = NOW + 10 * N;
        assert_true(put(cache, cached));
        assert_true(has(cache, ISSUER, OC_HASH_SHA1, i, "x"));
    }
    size_t total = 0;
    for (int64_t now = NOW; now < NOW + N; now += 10) {
        size_t n = cache_due(cache, now, due, N);
        for (size_t i = 0; i < n; i++) {
            assert_true(due[i]->refresh_at <= now);
            total += due[i]->refresh_at > now - 10;
            cached_release(due[i]);
        }
    }
    assert_int_equal(total, N - 9);  // those behind the last step
    cache_free(cache);
}

// Adding, dropping and replacing answers in any order leaves the others findable.
static void others_are_found_still(void **state)
{
    enum { NUMBERS = 4000, TURNS = 40000 };
    static bool is_in[NUMBERS];
    uint32_t turn = 1;
    (void)state;
    struct cache *cache = cache_new(16 * MIB);
    for (size_t i = 0; i < TURNS; i++) {
        turn = turn * 1664525U + 1013904223U;
        uint32_t number = (turn >> 8) % NUMBERS;
        if (turn >> 31 != 0 || i < NUMBERS)
            is_in[number] = put(cache, make(ISSUER, OC_HASH_SHA1, number, "x"));
        else
            cache_drop(cache, ISSUER, serial_of(&number));
        if (turn >> 31 == 0 && i >= NUMBERS)
            is_in[number] = false;
        if (i % 1000 != 0)
            continue;
        for (uint32_t k = 0; k < NUMBERS; k++)
            assert_true(has(cache, ISSUER, OC_HASH_SHA1, k, "x") == is_in[k]);
    }
    cache_free(cache);
}

static void *hammer(void *arg)
{
    struct cache *cache = arg;
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t number = i * 2654435761U % 512;
        if (i % 64 == 0)
            cache_drop(cache, ISSUER, serial_of(&number));
        else if (i % 4 == 0)
            put(cache, make(ISSUER, OC_HASH_SHA1, number, "x"));
        else
            has(cache, ISSUER, OC_HASH_SHA1, number, "x");
    }
    return NULL;
}

static void many_threads(void **state)
{
    pthread_t threads[4];
    (void)state;
    struct cache *cache = cache_new(MIB / 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, cache), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_issuer_hash_and_serial),
        cmocka_unit_test(serials_are_compared_whole),
        cmocka_unit_test(replaced_by_the_same_key),
        cmocka_unit_test(dropped_by_every_hash),
        cmocka_unit_test(begun_before_a_drop),
        cmocka_unit_test(dropped_by_what_they_are),
        cmocka_unit_test(bounded_in_octets),
        cmocka_unit_test(not_due_unless_used),
        cmocka_unit_test(due_in_order),
        cmocka_unit_test(others_are_found_still),
        cmocka_unit_test(many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
