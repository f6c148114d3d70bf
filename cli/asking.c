// SPDX-License-Identifier: MIT
//
// The client made of options. That an issuer's name fits proves nothing: only the one whose
// key has signed the certificate counts, wherever its own certificate came from.
#include "asking.h"

#include "option.h"
#include "program/report.h"
#include "value.h"

#include <ocsp/openssl.h>

#include <stdlib.h>
#include <time.h>

enum { TIMEOUT_MAX = 3600 };

// struct prepared is an issuer, with its DER if that was fetched.
struct prepared {
    struct oc_issuer issuer;
    struct oc_bytes fetched;
};

void asking_options_init(struct asking_options *options, int argc)
{
    *options = (struct asking_options){
        .issuers = must_alloc((size_t)argc, sizeof *options->issuers),
        .trusted = must_alloc((size_t)argc, sizeof *options->trusted),
    };
    oc_client_config_init(&options->config, NULL);
    oc_policy_init(&options->policy, (int64_t)time(NULL));
}

void asking_options_free(struct asking_options *options)
{
    free(options->issuers);
    free(options->trusted);
    *options = (struct asking_options){0};
}

static bool parse_timeout(const char *about, const char *name, const char *argument, long *out)
{
    int64_t seconds = 0;
    if (!argument_number(argument, TIMEOUT_MAX, &seconds) || seconds == 0) {
        complain(about, "--%s: \"%s\" is not a number of seconds from 1 to %d", name, argument,
                 TIMEOUT_MAX);
        return false;
    }
    *out = (long)seconds * 1000;
    return true;
}

bool asking_option(const char *about, struct asking_options *options, int option,
                   const char *argument)
{
    struct oc_client_config *config = &options->config;
    switch (option) {
    case ASKING_ISSUER:
        options->issuers[options->n_issuers++] = argument;
        return true;
    case ASKING_TRUSTED_RESPONDER:
        options->trusted[options->n_trusted++] = argument;
        return true;
    case ASKING_URL:
        options->url = argument;
        return true;
    case ASKING_PROXY:
        config->proxy = argument;
        return true;
    case ASKING_CACHE_DIR:
        options->cache_dir = argument;
        return true;
    case ASKING_NO_CACHE:
        options->no_cache = true;
        return true;
    case ASKING_HASH:
        // A hash that was asked for is not replaced by SHA-1.
        config->only_this_hash = true;
        return option_hash(about, argument, &config->hash);
    case ASKING_NONCE:
        config->nonce = true;
        return true;
    case ASKING_ALLOW_SHA1:
        options->policy.insecure_allow_sha1 = true;
        return true;
    case ASKING_ALLOW_SMALL_RSA:
        options->policy.insecure_allow_small_rsa = true;
        return true;
    case ASKING_MAX_AGE:
        return option_seconds(about, "max-age", argument, &options->policy.max_age);
    case ASKING_SKEW:
        return option_seconds(about, "skew", argument, &options->policy.skew);
    case ASKING_TIMEOUT:
        return parse_timeout(about, "timeout", argument, &config->exchange_timeout);
    case ASKING_CONNECT_TIMEOUT:
        return parse_timeout(about, "connect-timeout", argument, &config->connect_timeout);
    default:
        return false;
    }
}

static bool load(struct asking *asking)
{
    const struct asking_options *options = asking->options;
    for (size_t i = 0; i < options->n_issuers; i++) {
        if (!certs_load(&asking->given, options->issuers[i], false))
            return false;
    }
    for (size_t i = 0; i < options->n_trusted; i++) {
        if (!certs_load(&asking->trusted, options->trusted[i], false))
            return false;
    }
    size_t n = asking->trusted.n_candidates;
    asking->trusted_certs = must_alloc(n, sizeof *asking->trusted_certs);
    for (size_t i = 0; i < n; i++)
        asking->trusted_certs[i] = asking->trusted.candidates[i].cert;
    asking->policy.trusted = asking->trusted_certs;
    asking->policy.n_trusted = n;
    return true;
}

static void choose_cache(struct asking *asking, struct oc_client_config *config)
{
    const struct asking_options *options = asking->options;
    if (options->no_cache)
        return;
    config->cache_dir = options->cache_dir;
    if (config->cache_dir == NULL &&
        oc_client_cache_dir(asking->cache_dir, sizeof asking->cache_dir))
        config->cache_dir = asking->cache_dir;
}

bool asking_start(struct asking *asking, const struct asking_options *options)
{
    *asking = (struct asking){.options = options, .policy = options->policy};
    asking->crypto = oc_openssl_new();
    if (asking->crypto == NULL)
        die_no_memory();
    if (!load(asking))
        return false;
    struct oc_client_config config = options->config;
    config.crypto = asking->crypto;
    choose_cache(asking, &config);
    asking->client = oc_client_new(&config);
    if (asking->client == NULL)
        die_no_memory();
    return true;
}

void asking_end(struct asking *asking)
{
    for (size_t i = 0; i < asking->n_issuers; i++) {
        oc_issuer_cleanup(&asking->issuers[i]->issuer);
        oc_client_free_der(&asking->issuers[i]->fetched);
        free(asking->issuers[i]);
    }
    free(asking->issuers);
    free(asking->trusted_certs);
    certs_free(&asking->given);
    certs_free(&asking->trusted);
    oc_client_free(asking->client);
    oc_openssl_free(asking->crypto);
}

// struct search is the search for one issuer. `named` says what is wrong with one that had the
// right name, NULL if there was none.
struct search {
    struct asking *asking;
    const struct oc_cert *cert;
    const struct oc_issuer *found;
    const char *named;
};

static struct prepared *prepare(struct asking *asking, const struct oc_cert *cert,
                                struct oc_error *err)
{
    for (size_t i = 0; i < asking->n_issuers; i++) {
        const struct oc_cert *known = &asking->issuers[i]->issuer.cert;
        if (oc_bytes_equal(known->der, cert->der))
            return asking->issuers[i];
    }
    struct prepared *one = must_alloc(1, sizeof *one);
    if (oc_issuer_init(&one->issuer, asking->crypto, cert, err) != OC_OK) {
        free(one);
        return NULL;
    }
    asking->issuers =
        must_resize(asking->issuers, asking->n_issuers + 1, sizeof(struct prepared *));
    asking->issuers[asking->n_issuers++] = one;
    return one;
}

const struct oc_issuer *asking_only_issuer(struct asking *asking, char *why, size_t size)
{
    struct oc_error err;
    const struct found *other;
    const struct found *only = certs_only_issuer(&asking->given, &other);
    if (only == NULL || other != NULL) {
        snprintf(why, size, "--serial needs one --issuer%s",
                 other != NULL ? ": the certificates given hold different names or keys" : "");
        return NULL;
    }
    const struct prepared *one = prepare(asking, &only->cert, &err);
    if (one != NULL)
        return &one->issuer;
    snprintf(why, size, "%s: %s", only->file, err.what);
    return NULL;
}

// Returns true when the search is over.
static bool consider(struct search *search, const struct oc_cert *candidate)
{
    struct oc_error err;
    if (!oc_issuer_names(candidate, search->cert))
        return false;
    const struct prepared *one = prepare(search->asking, candidate, &err);
    if (one == NULL) {
        search->named = err.what;
        return false;
    }
    if (oc_issuer_verify_cert(&one->issuer, search->cert, NULL, &err) == OC_OK)
        search->found = &one->issuer;
    else
        search->named = err.what;
    return search->found != NULL;
}

static bool consider_all(struct search *search, const struct oc_cert *near, size_t n_near)
{
    for (size_t i = 0; i < n_near; i++) {
        if (&near[i] != search->cert && consider(search, &near[i]))
            return true;
    }
    const struct asking *asking = search->asking;
    for (size_t i = 0; i < asking->given.n_candidates; i++) {
        if (consider(search, &asking->given.candidates[i].cert))
            return true;
    }
    // Those fetched for others are among the prepared ones.
    for (size_t i = 0; i < asking->n_issuers; i++) {
        if (asking->issuers[i]->fetched.data != NULL &&
            consider(search, &asking->issuers[i]->issuer.cert))
            return true;
    }
    return false;
}

static bool fetch(struct search *search, struct oc_error *err)
{
    struct oc_bytes der;
    struct oc_cert cert;
    if (oc_client_fetch_issuer(search->asking->client, search->cert, &der, err) != OC_OK)
        return false;
    struct prepared *one = NULL;
    if (oc_cert_parse(&cert, der, err) == OC_OK)
        one = prepare(search->asking, &cert, err);
    if (one == NULL || one->fetched.data != NULL) {
        oc_client_free_der(&der);
        return false;
    }
    one->fetched = der;
    return consider(search, &one->issuer.cert);
}

static const char *no_issuer(const struct oc_cert *cert, const char *reason, char *why, size_t size)
{
    json_t *name = value_name(cert->issuer);
    snprintf(why, size, "missing certificate of its issuer \"%.200s\"; use --issuer: %s",
             json_string_value(name), reason);
    json_decref(name);
    return why;
}

const struct oc_issuer *asking_issuer(struct asking *asking, const struct oc_cert *near,
                                      size_t n_near, const struct oc_cert *cert, char *why,
                                      size_t size)
{
    struct search search = {.asking = asking, .cert = cert};
    struct oc_error err = {.what = "cannot fetch it"};
    if (consider_all(&search, near, n_near))
        return search.found;
    if (search.named != NULL)
        snprintf(why, size, "%s", search.named);
    else if (!fetch(&search, &err))
        no_issuer(cert, err.what, why, size);
    return search.found;
}
