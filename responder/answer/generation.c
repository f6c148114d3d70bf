// SPDX-License-Identifier: MIT
//
// A generation from its sources and a signer process.
#include "answer/generation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELLO_MS = 30000 };

static bool fail(char *why, size_t size, const char *about, const char *what)
{
    snprintf(why, size, "%s: %s", about, what);
    return false;
}

static bool match_signers(const struct oc_crypto *crypto, struct generation *generation, size_t i,
                          char *why, size_t size)
{
    const struct served_issuer *served = &generation->served.issuers[i];
    struct signer_set *set = &generation->sets[i];
    uint8_t digest[32];
    set->numbers = calloc(generation->n_infos + 1, sizeof *set->numbers);
    if (set->numbers == NULL ||
        crypto->hash(crypto, OC_HASH_SHA256, served->issuer.cert.der, digest) != OC_OK)
        return fail(why, size, served->config->name, "out of memory");
    for (size_t k = 0; k < generation->n_infos; k++) {
        if (memcmp(generation->infos[k].issuer, digest, sizeof digest) == 0)
            set->numbers[set->n++] = (uint32_t)k;
    }
    return set->n > 0 || fail(why, size, served->config->name,
                              "the signer process has no signer for this issuer");
}

static bool match_all(const struct oc_crypto *crypto, struct generation *generation, char *why,
                      size_t size)
{
    size_t n = generation->served.n_issuers;
    generation->infos = signer_link_info(generation->link, &generation->n_infos);
    generation->sets = calloc(n, sizeof *generation->sets);
    if (generation->sets == NULL)
        return fail(why, size, generation->config->file, "out of memory");
    for (size_t i = 0; i < n; i++) {
        if (!match_signers(crypto, generation, i, why, size))
            return false;
    }
    return true;
}

// Takes both, whatever it returns.
static struct generation *begin(const struct oc_crypto *crypto, struct sources *sources, int socket,
                                char *why, size_t size)
{
    struct generation *generation = calloc(1, sizeof *generation);
    if (generation == NULL) {
        close(socket);
        sources_release(sources);
        fail(why, size, "ocspd", "out of memory");
        return NULL;
    }
    atomic_init(&generation->n_holders, 0);
    atomic_init(&generation->polling, sources->served.n_issuers);
    generation->sources = sources;
    generation->config = sources->config;
    generation->served = sources->served;
    generation->link = signer_link_new(socket, sources->config->sign_queue, HELLO_MS, why, size);
    if (generation->link != NULL && match_all(crypto, generation, why, size))
        return generation;
    generation_free(generation);
    return NULL;
}

struct generation *generation_new(const struct oc_crypto *crypto, struct config *config, int socket,
                                  char *why, size_t size)
{
    struct sources *sources = sources_load(crypto, config, SOURCES_STORES, why, size);
    if (sources != NULL)
        return begin(crypto, sources, socket, why, size);
    close(socket);
    return NULL;
}

struct generation *generation_renew(const struct oc_crypto *crypto, const struct generation *before,
                                    int socket, char *why, size_t size)
{
    return begin(crypto, sources_hold(before->sources), socket, why, size);
}

void generation_free(struct generation *generation)
{
    if (generation == NULL)
        return;
    signer_link_free(generation->link);
    for (size_t i = 0; generation->sets != NULL && i < generation->served.n_issuers; i++)
        free(generation->sets[i].numbers);
    free(generation->sets);
    sources_release(generation->sources);
    free(generation);
}

static const struct signer_set *set_of(const struct generation *generation,
                                       const struct served_issuer *issuer)
{
    return &generation->sets[issuer - generation->served.issuers];
}

static bool is_valid(const struct signer_info *info, int64_t now)
{
    return info->not_before <= now && now < info->not_after;
}

const struct signer_info *generation_signer(const struct generation *generation,
                                            const struct served_issuer *issuer, int64_t now,
                                            uint32_t *number)
{
    const struct signer_set *set = set_of(generation, issuer);
    const struct signer_info *best = NULL;
    for (size_t i = 0; i < set->n; i++) {
        const struct signer_info *info = &generation->infos[set->numbers[i]];
        if (!is_valid(info, now) || (best != NULL && info->not_before <= best->not_before))
            continue;
        best = info;
        *number = set->numbers[i];
    }
    return best;
}

bool generation_has_signer(const struct generation *generation, const struct served_issuer *issuer,
                           const uint8_t id[32], int64_t now)
{
    const struct signer_set *set = set_of(generation, issuer);
    for (size_t i = 0; i < set->n; i++) {
        const struct signer_info *info = &generation->infos[set->numbers[i]];
        if (memcmp(info->id, id, sizeof info->id) == 0)
            return is_valid(info, now);
    }
    return false;
}

// The latest end of a signer that is valid at `at`; `at` when there is none.
static int64_t end_of_valid(const struct generation *generation, const struct signer_set *set,
                            int64_t at)
{
    int64_t end = at;
    for (size_t i = 0; i < set->n; i++) {
        const struct signer_info *info = &generation->infos[set->numbers[i]];
        if (info->not_before <= at && info->not_after > end)
            end = info->not_after;
    }
    return end;
}

int64_t generation_ends(const struct generation *generation, const struct served_issuer *issuer,
                        int64_t now)
{
    const struct signer_set *set = set_of(generation, issuer);
    int64_t end = now;
    int64_t next;
    while ((next = end_of_valid(generation, set, end)) > end)
        end = next;
    return end;
}

const struct served_issuer *generation_unsigned(const struct generation *generation, int64_t now)
{
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        uint32_t number;
        const struct served_issuer *issuer = &generation->served.issuers[i];
        if (generation_signer(generation, issuer, now, &number) == NULL)
            return issuer;
    }
    return NULL;
}

struct served_issuer *generation_issuer(const struct generation *generation, uint64_t key)
{
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        if (generation->served.issuers[i].key == key)
            return &generation->served.issuers[i];
    }
    return NULL;
}
