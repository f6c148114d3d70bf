// SPDX-License-Identifier: MIT
//
// Loads issuers, stores and signers of a configuration.
#include "answer/generation.h"

#include "base/issuer_file.h"
#include "store/open.h"

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

// Everything but the time that an answer depends on: the issuer, the source of the statuses, and
// the policy. An answer cached under one configuration is then right under the next with the same
// key.
static char *describe(const struct served_issuer *served, const char *database, size_t *len)
{
    char *text = NULL;
    const struct issuer_config *config = served->config;
    const char *file = config->source == SOURCE_DATABASE ? database : config->source_file;
    FILE *out = open_memstream(&text, len);
    if (out == NULL)
        return NULL;
    fwrite(served->issuer.name_hash[OC_HASH_SHA256], 1, 32, out);
    fwrite(served->issuer.key_hash[OC_HASH_SHA256], 1, 32, out);
    fprintf(out, "%d %d %d %d %lld %lld %s", (int)config->unknown, (int)config->source,
            config->insecure_good_if_not_revoked, config->by_name, (long long)config->validity,
            (long long)config->max_age, file != NULL ? file : "");
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static bool set_key(const struct oc_crypto *crypto, const char *database,
                    struct served_issuer *served)
{
    uint8_t digest[32];
    size_t len = 0;
    char *text = describe(served, database, &len);
    bool ok = text != NULL &&
              crypto->hash(crypto, OC_HASH_SHA256, (struct oc_bytes){(const uint8_t *)text, len},
                           digest) == OC_OK;
    if (ok)
        memcpy(&served->key, digest, sizeof served->key);
    free(text);
    return ok;
}

static bool load_cert(const struct oc_crypto *crypto, const char *database,
                      struct served_issuer *served, struct oc_list *certs, char *why, size_t size)
{
    const struct issuer_config *config = served->config;
    struct oc_error err;
    if (!issuer_file_open(config->certificate, crypto, certs, &served->issuer, &err))
        return fail(why, size, config->certificate, err.what);
    return set_key(crypto, database, served) ||
           fail(why, size, config->certificate, "cannot hash the certificate");
}

static bool is_twice(const struct served *served, size_t i)
{
    const struct oc_issuer *one = &served->issuers[i].issuer;
    for (size_t k = 0; k < i; k++) {
        if (issuer_is_same(one, &served->issuers[k].issuer))
            return true;
    }
    return false;
}

static bool load_issuers(const struct oc_crypto *crypto, struct sources *sources, char *why,
                         size_t size)
{
    const struct config *config = sources->config;
    for (size_t i = 0; i < config->n_issuers; i++) {
        struct served_issuer *served = &sources->served.issuers[i];
        served->config = &config->issuers[i];
        sources->served.n_issuers = i + 1;
        if (!load_cert(crypto, config->database, served, &sources->certs[i], why, size))
            return false;
        if (is_twice(&sources->served, i))
            return fail(why, size, served->config->name,
                        "another issuer has the same name and key");
        struct store_error err;
        served->store =
            store_open(served->config, config->database, &served->issuer, STORE_READ, &err);
        if (served->store == NULL) {
            snprintf(why, size, "%s", err.text);
            return false;
        }
    }
    return true;
}

static void release_sources(struct sources *sources)
{
    if (sources == NULL || atomic_fetch_sub(&sources->n_owners, 1) != 1)
        return;
    for (size_t i = 0; i < sources->served.n_issuers; i++) {
        store_close(sources->served.issuers[i].store);
        oc_issuer_cleanup(&sources->served.issuers[i].issuer);
        oc_openssl_certs_free(&sources->certs[i]);
    }
    free(sources->served.issuers);
    free(sources->certs);
    config_free(sources->config);
    free(sources);
}

static struct sources *new_sources(struct config *config)
{
    struct sources *sources = calloc(1, sizeof *sources);
    if (sources == NULL) {
        config_free(config);
        return NULL;
    }
    atomic_init(&sources->n_owners, 1);
    sources->config = config;
    sources->served.max_request = config->max_request;
    sources->served.issuers = calloc(config->n_issuers, sizeof *sources->served.issuers);
    sources->certs = calloc(config->n_issuers, sizeof *sources->certs);
    if (sources->served.issuers != NULL && sources->certs != NULL)
        return sources;
    release_sources(sources);
    return NULL;
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
    return set->n > 0 ||
           fail(why, size, served->config->name, "the signer process has no signer for it");
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

// Takes both, whatever it returns; `sources` is NULL when out of memory.
static struct generation *begin(struct sources *sources, int socket, char *why, size_t size)
{
    struct generation *generation = sources == NULL ? NULL : calloc(1, sizeof *generation);
    if (generation == NULL) {
        close(socket);
        release_sources(sources);
        fail(why, size, "ocspd", "out of memory");
        return NULL;
    }
    atomic_init(&generation->n_holders, 0);
    atomic_init(&generation->is_well, true);
    generation->sources = sources;
    generation->config = sources->config;
    generation->link = signer_link_new(socket, generation->config->sign_queue, HELLO_MS, why, size);
    if (generation->link != NULL)
        return generation;
    generation_free(generation);
    return NULL;
}

struct generation *generation_new(const struct oc_crypto *crypto, struct config *config, int socket,
                                  char *why, size_t size)
{
    struct generation *generation = begin(new_sources(config), socket, why, size);
    if (generation == NULL)
        return NULL;
    bool is_loaded = load_issuers(crypto, generation->sources, why, size);
    generation->served = generation->sources->served;
    if (is_loaded && match_all(crypto, generation, why, size))
        return generation;
    generation_free(generation);
    return NULL;
}

struct generation *generation_renew(const struct oc_crypto *crypto, const struct generation *before,
                                    int socket, char *why, size_t size)
{
    atomic_fetch_add(&before->sources->n_owners, 1);
    struct generation *generation = begin(before->sources, socket, why, size);
    if (generation == NULL)
        return NULL;
    generation->served = generation->sources->served;
    atomic_store(&generation->is_well, atomic_load(&before->is_well));
    if (match_all(crypto, generation, why, size))
        return generation;
    generation_free(generation);
    return NULL;
}

void generation_free(struct generation *generation)
{
    if (generation == NULL)
        return;
    signer_link_free(generation->link);
    for (size_t i = 0; generation->sets != NULL && i < generation->served.n_issuers; i++)
        free(generation->sets[i].numbers);
    free(generation->sets);
    release_sources(generation->sources);
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

size_t generation_n_unsigned(const struct generation *generation, int64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        uint32_t number;
        if (generation_signer(generation, &generation->served.issuers[i], now, &number) == NULL)
            n++;
    }
    return n;
}

struct served_issuer *generation_issuer(const struct generation *generation, uint64_t key)
{
    for (size_t i = 0; i < generation->served.n_issuers; i++) {
        if (generation->served.issuers[i].key == key)
            return &generation->served.issuers[i];
    }
    return NULL;
}
