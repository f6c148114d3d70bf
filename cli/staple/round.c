// SPDX-License-Identifier: MIT
//
// Everything that a round loads is freed at its end: the next one may be hours away, and
// certificates may be renewed before.
#include "staple/round.h"

#include "program/report.h"
#include "staple/alert.h"
#include "staple/haproxy.h"
#include "staple/hook.h"
#include "staple/metrics.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

// struct round is the items that are due and asked about with the same hash. HAProxy needs cert IDs
// with SHA-1.
struct round {
    struct staples *staples;
    struct asking_options options;
    struct asking *asking;
    struct staple_look *looks;
    size_t n;
};

void staples_init(struct staples *staples, const struct staple_setup *setup)
{
    *staples = (struct staples){.setup = setup, .n = setup->n};
    staples->items = must_alloc(setup->n, sizeof *staples->items);
    for (size_t i = 0; i < setup->n; i++)
        staples->items[i].setting = &setup->items[i];
}

void staples_free(struct staples *staples)
{
    free(staples->items);
    staples->items = NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct staple_item *const *one = a;
    const struct staple_item *const *other = b;
    return strcmp((*one)->setting->name, (*other)->setting->name);
}

static bool is_same(const struct staple_setting *a, const struct staple_setting *b)
{
    return strcmp(a->cert, b->cert) == 0 && strcmp(a->out, b->out) == 0 && a->form == b->form;
}

void staples_inherit(struct staples *staples, const struct staples *before)
{
    const struct staple_item **known = must_alloc(before->n, sizeof(struct staple_item *));
    for (size_t i = 0; i < before->n; i++)
        known[i] = &before->items[i];
    qsort(known, before->n, sizeof(struct staple_item *), by_name);
    for (size_t i = 0; i < staples->n; i++) {
        struct staple_item *item = &staples->items[i];
        const struct staple_setting *setting = item->setting;
        const struct staple_item *const *found =
            bsearch(&item, known, before->n, sizeof(struct staple_item *), by_name);
        if (found == NULL || !is_same(setting, (*found)->setting))
            continue;
        *item = **found;
        item->setting = setting;
        // Look at it again, because other settings may have changed.
        item->cert_stamp = (struct file_identity){0};
        item->due = 0;
    }
    free(known);
}

static void call_while_asking(const struct staples *staples, bool begins)
{
    if (staples->while_asking != NULL)
        staples->while_asking(begins);
}

static bool is_same_directory(const char *a, const char *b)
{
    const char *slash_a = strrchr(a, '/');
    const char *slash_b = strrchr(b, '/');
    size_t len_a = slash_a == NULL ? 0 : (size_t)(slash_a - a) + 1;
    size_t len_b = slash_b == NULL ? 0 : (size_t)(slash_b - b) + 1;
    return len_a == len_b && memcmp(a, b, len_a) == 0;
}

// Sweeps each directory once if its staples follow each other.
static void sweep(const struct round *round)
{
    for (size_t i = 0; i < round->n; i++) {
        const char *out = round->looks[i].item->setting->out;
        if (i == 0 || !is_same_directory(round->looks[i - 1].item->setting->out, out))
            output_sweep(out);
    }
}

static bool ask(struct round *round)
{
    struct asking *asking = round->asking;
    struct oc_check *checks = must_alloc(round->n, sizeof *checks);
    struct staple_look **looks = must_alloc(round->n, sizeof(struct staple_look *));
    size_t n = 0;
    call_while_asking(round->staples, true);
    for (size_t i = 0; i < round->n; i++) {
        struct staple_look *look = &round->looks[i];
        if (!staple_item_look(look, asking))
            continue;
        looks[n] = look;
        checks[n++] = (struct oc_check){
            .cert = &look->chain.certs[0], .issuer = look->issuer, .url = look->item->setting->url};
    }
    bool ok = n == 0 || oc_client_check(asking->client, &asking->policy, checks, n) == OC_OK;
    call_while_asking(round->staples, false);
    asking->policy.now = (int64_t)time(NULL);
    for (size_t i = 0; i < n; i++) {
        if (ok)
            staple_item_take(looks[i], asking, &checks[i]);
        oc_check_cleanup(&checks[i]);
    }
    free(looks);
    free(checks);
    return ok;
}

static int run(struct round *round)
{
    round->options.policy.now = (int64_t)time(NULL);
    if (!asking_start(round->asking, &round->options))
        return EX_DATAERR;
    sweep(round);
    if (ask(round))
        return EX_OK;
    complain("ocsp staple", "out of memory, or cannot generate random numbers");
    return EX_OSERR;
}

// Asks about the items that are due and whose form is haproxy, or is not.
static int run_some(struct staples *staples, bool for_haproxy, bool force)
{
    struct round round = {.staples = staples, .options = staples->setup->asking};
    round.looks = must_alloc(staples->n, sizeof *round.looks);
    int64_t now = (int64_t)time(NULL);
    for (size_t i = 0; i < staples->n; i++) {
        struct staple_item *item = &staples->items[i];
        if ((item->setting->form == STAPLE_HAPROXY) == for_haproxy &&
            (force || staple_item_is_due(item, now)))
            round.looks[round.n++] = (struct staple_look){.item = item, .force = force};
    }
    if (for_haproxy) {
        round.options.config.hash = OC_HASH_SHA1;
        round.options.config.only_this_hash = true;
    }
    round.asking = must_alloc(1, sizeof *round.asking);
    int status = round.n == 0 ? EX_OK : run(&round);
    if (round.n != 0)
        asking_end(round.asking);
    for (size_t i = 0; i < round.n; i++)
        staple_chain_free(&round.looks[i].chain);
    free(round.asking);
    free(round.looks);
    return status;
}

// Returns false if HAProxy did not accept the new staple.
static bool send_to_haproxy(struct staple_item *item)
{
    struct octets raw;
    const struct staple_setting *setting = item->setting;
    if (staple_file_read(setting, &raw) != NULL || raw.data == NULL) {
        free(raw.data);
        return false;
    }
    bool ok = staple_haproxy_set(setting->name, setting->haproxy_socket,
                                 (struct oc_bytes){raw.data, raw.len});
    free(raw.data);
    return ok;
}

// A staple that HAProxy has accepted needs no reload. Otherwise the reload hook runs, and the
// socket is tried again each round.
static void notify_servers(struct staples *staples)
{
    for (size_t i = 0; i < staples->n; i++) {
        struct staple_item *item = &staples->items[i];
        bool has_socket = item->setting->haproxy_socket != NULL;
        if (!has_socket || !(item->is_written || item->needs_socket))
            continue;
        item->needs_socket = !send_to_haproxy(item);
        if (item->needs_socket)
            staples->status = EX_UNAVAILABLE;
        else
            item->is_written = false;
    }
    if (!staple_reload(staples->items, staples->n))
        staples->status = EX_UNAVAILABLE;
}

static void notify_people(struct staples *staples, int64_t now)
{
    bool once = staples->setup->once;
    for (size_t i = 0; i < staples->n; i++) {
        if (!staple_alert(&staples->items[i], now, once))
            staples->status = EX_UNAVAILABLE;
    }
    if (staples->setup->metrics != NULL &&
        !staple_metrics_write(staples->setup->metrics, staples->items, staples->n, now))
        staples->status = EX_IOERR;
}

int staples_round(struct staples *staples, bool force)
{
    int status = run_some(staples, false, force);
    int other = run_some(staples, true, force);
    notify_servers(staples);
    notify_people(staples, (int64_t)time(NULL));
    for (size_t i = 0; i < staples->n; i++)
        staples->items[i].is_written = false;
    return status != EX_OK ? status : other;
}

int64_t staples_due(const struct staples *staples)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < staples->n; i++) {
        if (staples->items[i].due < due)
            due = staples->items[i].due;
    }
    return due;
}

int staples_status(const struct staples *staples)
{
    int64_t now = (int64_t)time(NULL);
    int status = VERDICT_GOOD;
    for (size_t i = 0; i < staples->n; i++)
        status = verdict_worse(status, staple_item_status(&staples->items[i], now));
    return status != VERDICT_GOOD ? status : staples->status;
}
