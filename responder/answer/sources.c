// SPDX-License-Identifier: MIT
//
// Loads the issuers of a configuration and opens their stores.
#include "answer/sources.h"

#include "base/issuer_file.h"
#include "config/load.h"
#include "store/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    FILE *out = open_memstream(&text, len);
    if (out == NULL)
        return NULL;
    fwrite(served->issuer.name_hash[OC_HASH_SHA256], 1, 32, out);
    fwrite(served->issuer.key_hash[OC_HASH_SHA256], 1, 32, out);
    fprintf(out, "%d %d %d %d %d %d %d %d %lld %lld", (int)config->unknown, (int)config->source,
            config->insecure_good_if_not_revoked, config->source_complete, config->user_certs_only,
            config->insecure_crl_sha1, config->insecure_crl_without_next_update, config->by_name,
            (long long)config->validity, (long long)config->max_age);
    if (answer_excludes_certificate(config))
        fprintf(out, " without-certificate");
    if (config->ca_compromised != NULL)
        fprintf(out, " compromised %lld", (long long)config->ca_compromised_at);
    if (config->source == SOURCE_DATABASE)
        fprintf(out, " %s", database != NULL ? database : "");
    for (size_t i = 0; i < config->n_source_files; i++)
        fprintf(out, " %zu %s", strlen(config->source_files[i]), config->source_files[i]);
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

// Statuses are found by the issuer's name and key, so one issuer's would be used for the other.
static bool check_twins(const struct sources *sources, size_t i, char *why, size_t size)
{
    const struct served_issuer *all = sources->served.issuers;
    for (size_t k = 0; k < i; k++) {
        if (!issuer_is_same(&all[i].issuer, &all[k].issuer))
            continue;
        snprintf(why, size, "%s: issuer \"%s\" has the same name and key as issuer \"%s\"",
                 sources->config->file, all[i].config->name, all[k].config->name);
        return false;
    }
    return true;
}

static bool load_issuers(const struct oc_crypto *crypto, struct sources *sources, char *why,
                         size_t size)
{
    const struct config *config = sources->config;
    for (size_t i = 0; i < config->n_issuers; i++) {
        struct served_issuer *served = &sources->served.issuers[i];
        served->config = &config->issuers[i];
        sources->served.n_issuers = i + 1;
        if (!load_cert(crypto, config->database, served, &sources->certs[i], why, size) ||
            !check_twins(sources, i, why, size))
            return false;
    }
    return true;
}

static bool open_stores(struct sources *sources, char *why, size_t size)
{
    for (size_t i = 0; i < sources->served.n_issuers; i++) {
        struct served_issuer *served = &sources->served.issuers[i];
        struct store_error err;
        served->store = store_open(served->config, sources->config->database, &served->issuer,
                                   STORE_READ, &err);
        if (served->store == NULL) {
            snprintf(why, size, "%s", err.text);
            return false;
        }
        source_watch_begin(&sources->watches[i], served);
    }
    return true;
}

void sources_release(struct sources *sources)
{
    if (sources == NULL || atomic_fetch_sub(&sources->n_owners, 1) != 1)
        return;
    for (size_t i = 0; i < sources->served.n_issuers; i++) {
        store_close(sources->served.issuers[i].store);
        oc_issuer_cleanup(&sources->served.issuers[i].issuer);
        oc_openssl_certs_free(&sources->certs[i]);
    }
    for (size_t i = 0; sources->watches != NULL && i < sources->config->n_issuers; i++)
        source_watch_cleanup(&sources->watches[i]);
    free(sources->watches);
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
    sources->watches = calloc(config->n_issuers, sizeof *sources->watches);
    for (size_t i = 0; sources->watches != NULL && i < config->n_issuers; i++)
        source_watch_init(&sources->watches[i]);
    if (sources->served.issuers != NULL && sources->certs != NULL && sources->watches != NULL)
        return sources;
    sources_release(sources);
    return NULL;
}

struct sources *sources_load(const struct oc_crypto *crypto, struct config *config,
                             enum sources_what what, char *why, size_t size)
{
    struct sources *sources = new_sources(config);
    if (sources == NULL) {
        fail(why, size, "ocspd", "out of memory");
        return NULL;
    }
    if (load_issuers(crypto, sources, why, size) &&
        (what == SOURCES_CERTS || open_stores(sources, why, size)))
        return sources;
    sources_release(sources);
    return NULL;
}

static void inherit(struct store *store, const struct served_issuer *before)
{
    if (store->methods == before->store->methods && store->methods->inherit != NULL)
        store->methods->inherit(store, before->store);
}

void sources_inherit(struct sources *sources, const struct sources *before)
{
    for (size_t i = 0; i < sources->served.n_issuers; i++) {
        struct served_issuer *issuer = &sources->served.issuers[i];
        for (size_t k = 0; k < before->served.n_issuers; k++) {
            if (issuer_is_same(&issuer->issuer, &before->served.issuers[k].issuer))
                inherit(issuer->store, &before->served.issuers[k]);
        }
    }
}

struct sources *sources_hold(struct sources *sources)
{
    atomic_fetch_add(&sources->n_owners, 1);
    return sources;
}
