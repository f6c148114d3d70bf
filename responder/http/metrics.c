// SPDX-License-Identifier: MIT
//
// Each thread counts in its own shard, and the sum of all shards is printed. If there are more
// threads than shards, several threads share one, which is slower but still correct.
#include "http/metrics.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>

enum { SHARDS = 64, HASHES = OC_HASH_SHA512 + 1, BUCKETS = 14, CACHE_LINE = 64 };

static const uint64_t bounds[BUCKETS] = {50,    100,   250,   500,    1000,   2500,    5000,
                                         10000, 25000, 50000, 100000, 250000, 1000000, 5000000};

typedef atomic_uint_fast64_t counter;

struct counts {
    alignas(CACHE_LINE) counter requests[METRIC_OUTCOMES][METRIC_METHODS][HASHES];
    counter hits;
    counter other_types;
    counter buckets[BUCKETS + 1];
    counter microseconds;
};

static struct counts shards[SHARDS];
static atomic_uint n_threads;
static atomic_llong n_connections;
static counter n_accepted;
static counter n_dropped;
static counter n_without_request;

const char *metric_outcome_name(enum metric_outcome outcome)
{
    static const char *const names[METRIC_OUTCOMES] = {
        [METRIC_GOOD_ANSWER] = "answer",          [METRIC_NOT_MODIFIED] = "not_modified",
        [METRIC_MALFORMED] = "malformed_request", [METRIC_UNAUTHORIZED] = "unauthorized",
        [METRIC_TRY_LATER] = "try_later",         [METRIC_INTERNAL_ERROR] = "internal_error",
        [METRIC_NOT_OCSP] = "not_ocsp",           [METRIC_BROKEN] = "broken",
    };
    return (unsigned)outcome < METRIC_OUTCOMES ? names[outcome] : "other";
}

const char *metric_method_name(enum metric_method method)
{
    static const char *const names[METRIC_METHODS] = {
        [METRIC_GET] = "GET",
        [METRIC_POST] = "POST",
        [METRIC_HEAD] = "HEAD",
        [METRIC_OTHER] = "other",
    };
    return (unsigned)method < METRIC_METHODS ? names[method] : "other";
}

static struct counts *own_shard(void)
{
    static _Thread_local struct counts *own;
    if (own == NULL)
        own = &shards[atomic_fetch_add(&n_threads, 1) % SHARDS];
    return own;
}

static void add(counter *to, uint64_t n)
{
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static uint64_t get(const counter *from)
{
    return atomic_load_explicit(from, memory_order_relaxed);
}

static size_t bucket_of(uint64_t microseconds)
{
    size_t i = 0;
    while (i < BUCKETS && microseconds > bounds[i])
        i++;
    return i;
}

void metrics_count(const struct metric_request *request)
{
    struct counts *shard = own_shard();
    unsigned hash = (unsigned)request->hash < HASHES ? request->hash : OC_HASH_OTHER;
    add(&shard->requests[request->outcome][request->method][hash], 1);
    if (request->is_hit)
        add(&shard->hits, 1);
    add(&shard->buckets[bucket_of(request->microseconds)], 1);
    add(&shard->microseconds, request->microseconds);
}

void metrics_broken(enum metric_method method)
{
    add(&own_shard()->requests[METRIC_BROKEN][method][OC_HASH_OTHER], 1);
}

void metrics_other_type(void)
{
    add(&own_shard()->other_types, 1);
}

void metrics_connection(int change)
{
    atomic_fetch_add(&n_connections, change);
    if (change > 0)
        add(&n_accepted, (uint64_t)change);
}

void metrics_dropped(void)
{
    add(&n_dropped, 1);
}

void metrics_without_request(void)
{
    add(&n_without_request, 1);
}

void metrics_print_head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_print_counter(FILE *out, const char *name, uint64_t value, const char *help)
{
    metrics_print_head(out, name, "counter", help);
    fprintf(out, "%s %llu\n", name, (unsigned long long)value);
}

void metrics_print_gauge(FILE *out, const char *name, int64_t value, const char *help)
{
    metrics_print_head(out, name, "gauge", help);
    fprintf(out, "%s %lld\n", name, (long long)value);
}

static uint64_t sum_requests(size_t outcome, size_t method, size_t hash)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SHARDS; i++)
        sum += get(&shards[i].requests[outcome][method][hash]);
    return sum;
}

// A combination that never occurred is left out, except for GET and POST with hash="other", so that
// each outcome is present from the start.
static void print_requests(FILE *out)
{
    metrics_print_head(out, "ocspd_requests_total", "counter",
                       "Requests by outcome, method, and hash of the first cert ID.");
    for (size_t outcome = 0; outcome < METRIC_OUTCOMES; outcome++)
        for (size_t method = 0; method < METRIC_METHODS; method++)
            for (size_t hash = 0; hash < HASHES; hash++) {
                uint64_t n = sum_requests(outcome, method, hash);
                if (n == 0 && (method > METRIC_POST || hash != OC_HASH_OTHER))
                    continue;
                fprintf(out,
                        "ocspd_requests_total{outcome=\"%s\",method=\"%s\",hash=\"%s\"} %llu\n",
                        metric_outcome_name((enum metric_outcome)outcome),
                        metric_method_name((enum metric_method)method),
                        oc_hash_name((enum oc_hash)hash), (unsigned long long)n);
            }
}

static void print_latency(FILE *out)
{
    uint64_t n = 0;
    uint64_t microseconds = 0;
    metrics_print_head(out, "ocspd_request_duration_seconds", "histogram",
                       "Seconds from the first line of a request until its answer is ready.");
    for (size_t bucket = 0; bucket <= BUCKETS; bucket++) {
        for (size_t i = 0; i < SHARDS; i++)
            n += get(&shards[i].buckets[bucket]);
        if (bucket < BUCKETS)
            fprintf(out, "ocspd_request_duration_seconds_bucket{le=\"%g\"} %llu\n",
                    (double)bounds[bucket] / 1e6, (unsigned long long)n);
    }
    for (size_t i = 0; i < SHARDS; i++)
        microseconds += get(&shards[i].microseconds);
    fprintf(out,
            "ocspd_request_duration_seconds_bucket{le=\"+Inf\"} %llu\n"
            "ocspd_request_duration_seconds_sum %.6f\n"
            "ocspd_request_duration_seconds_count %llu\n",
            (unsigned long long)n, (double)microseconds / 1e6, (unsigned long long)n);
}

static uint64_t sum_hits(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SHARDS; i++)
        sum += get(&shards[i].hits);
    return sum;
}

static uint64_t sum_other_types(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SHARDS; i++)
        sum += get(&shards[i].other_types);
    return sum;
}

void metrics_print(FILE *out)
{
    print_requests(out);
    print_latency(out);
    metrics_print_counter(out, "ocspd_cache_hits_total", sum_hits(),
                          "Requests answered from the cache.");
    metrics_print_counter(out, "ocspd_posts_of_another_type_total", sum_other_types(),
                          "POST requests without the Content-Type application/ocsp-request.");
    metrics_print_gauge(out, "ocspd_connections", atomic_load(&n_connections), "Open connections.");
    metrics_print_counter(out, "ocspd_connections_total", get(&n_accepted),
                          "Connections accepted.");
    metrics_print_counter(out, "ocspd_connections_dropped_total", get(&n_dropped),
                          "Connections closed because they were too slow or too many.");
    metrics_print_counter(out, "ocspd_connections_without_request_total", get(&n_without_request),
                          "Connections closed without a request.");
}
