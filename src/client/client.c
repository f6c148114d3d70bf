// SPDX-License-Identifier: MIT
//
// A client: its life, and many certificates at once.
#include "client/client.h"
#include "client/answer.h"

#include <pthread.h>
#include <stdlib.h>

#define DEFAULT_CONNECT_TIMEOUT 5000
#define DEFAULT_EXCHANGE_TIMEOUT 15000
#define DEFAULT_PARALLEL 16
#define MAX_PARALLEL 256

void oc_client_config_init(struct oc_client_config *config, const struct oc_crypto *crypto)
{
    *config = (struct oc_client_config){.crypto = crypto,
                                        .connect_timeout = DEFAULT_CONNECT_TIMEOUT,
                                        .exchange_timeout = DEFAULT_EXCHANGE_TIMEOUT,
                                        .n_parallel = DEFAULT_PARALLEL,
                                        .hash = OC_HASH_SHA256};
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

// libcurl is never cleaned up: other code in the process may use it.
static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

// Zero would mean no limit to libcurl.
static void bound(struct oc_client_config *config)
{
    if (config->connect_timeout <= 0)
        config->connect_timeout = DEFAULT_CONNECT_TIMEOUT;
    if (config->exchange_timeout <= 0)
        config->exchange_timeout = DEFAULT_EXCHANGE_TIMEOUT;
    if (config->n_parallel == 0)
        config->n_parallel = 1;
    if (config->n_parallel > MAX_PARALLEL)
        config->n_parallel = MAX_PARALLEL;
}

struct oc_client *oc_client_new(const struct oc_client_config *config)
{
    if (pthread_once(&curl_once, start_curl) != 0)
        return NULL;
    struct oc_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->config = *config;
    bound(&client->config);
    client->multi = curl_multi_init();
    client->post_headers = curl_slist_append(NULL, "Content-Type: application/ocsp-request");
    client->slots = calloc(client->config.n_parallel, sizeof *client->slots);
    if (client->multi != NULL && client->post_headers != NULL && client->slots != NULL &&
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->config.n_parallel) ==
            CURLM_OK &&
        oci_client_transfer(client, 0) != NULL)
        return client;
    oc_client_free(client);
    return NULL;
}

void oc_client_free(struct oc_client *client)
{
    if (client == NULL)
        return;
    for (size_t i = 0; client->slots != NULL && i < client->config.n_parallel; i++)
        oci_transfer_free(client->slots[i].transfer);
    free(client->slots);
    curl_slist_free_all(client->post_headers);
    curl_multi_cleanup(client->multi);
    free(client);
}

struct oci_transfer *oci_client_transfer(struct oc_client *client, size_t slot)
{
    struct oci_transfer **transfer = &client->slots[slot].transfer;
    if (*transfer == NULL)
        *transfer = oci_transfer_new(client->multi, &client->config, client->post_headers);
    return *transfer;
}

static void end_slot(struct oci_slot *slot)
{
    if (slot->transfer != NULL)
        oci_transfer_stop(slot->transfer);
    oci_ask_end(&slot->ask);
    slot->is_used = false;
}

// struct batch is one call and its certificates.
struct batch {
    struct oc_client *client;
    const struct oc_policy *policy;
    struct oc_check *checks;
    size_t n;
    size_t n_begun;
    size_t n_done;
};

static void report_progress(const struct batch *batch)
{
    const struct oc_client_config *config = &batch->client->config;
    if (config->progress != NULL)
        config->progress(config->progress_arg, batch->n_done, batch->n);
}

static void count_done(struct batch *batch)
{
    batch->n_done++;
    report_progress(batch);
}

// Starts certificates until one occupies the slot: those with an answer in the cache do not.
static enum oc_err fill_slot(struct batch *batch, size_t i)
{
    struct oci_slot *slot = &batch->client->slots[i];
    if (slot->is_used || batch->n_begun == batch->n)
        return OC_OK;
    if (oci_client_transfer(batch->client, i) == NULL)
        return OC_ERR_MEMORY;
    while (!slot->is_used && batch->n_begun < batch->n) {
        slot->ask = (struct oci_ask){.config = &batch->client->config,
                                     .policy = batch->policy,
                                     .check = &batch->checks[batch->n_begun++]};
        enum oc_err code = oci_ask_begin(&slot->ask, slot->transfer);
        slot->is_used = slot->transfer->is_running;
        if (!slot->is_used)
            oci_ask_end(&slot->ask);
        if (code != OC_OK)
            return code;
        if (!slot->is_used)
            count_done(batch);
    }
    return OC_OK;
}

static struct oci_slot *slot_of(struct oc_client *client, const struct oci_transfer *transfer)
{
    size_t i = 0;
    while (client->slots[i].transfer != transfer)
        i++;
    return &client->slots[i];
}

static size_t n_used(const struct oc_client *client)
{
    size_t n = 0;
    for (size_t i = 0; i < client->config.n_parallel; i++)
        n += client->slots[i].is_used;
    return n;
}

static enum oc_err run(struct batch *batch)
{
    struct oc_client *client = batch->client;
    for (;;) {
        for (size_t i = 0; i < client->config.n_parallel; i++) {
            enum oc_err code = fill_slot(batch, i);
            if (code != OC_OK)
                return code;
        }
        if (n_used(client) == 0)
            return OC_OK;
        struct oci_transfer *transfer = oci_transfer_wait(client->multi);
        if (transfer == NULL)
            return OC_ERR_MEMORY;
        struct oci_slot *slot = slot_of(client, transfer);
        enum oc_err code = oci_ask_go_on(&slot->ask, transfer);
        if (!transfer->is_running)
            end_slot(slot);
        if (code != OC_OK)
            return code;
        if (!slot->is_used)
            count_done(batch);
    }
}

static enum oc_err check_arguments(const struct oc_client *client, const struct oc_check *checks,
                                   size_t n)
{
    enum oc_hash hash = client->config.hash;
    if (oc_hash_len(hash) == 0 || (client->config.nonce && client->config.crypto->random == NULL))
        return OC_ERR_UNSUPPORTED;
    for (size_t i = 0; i < n; i++) {
        if (checks[i].cert == NULL || checks[i].issuer == NULL)
            return OC_ERR_ARGUMENT;
        if (!checks[i].issuer->has_hash[hash])
            return OC_ERR_UNSUPPORTED;
    }
    return OC_OK;
}

enum oc_err oc_client_check(struct oc_client *client, const struct oc_policy *policy,
                            struct oc_check *checks, size_t n)
{
    struct batch batch = {.client = client, .policy = policy, .checks = checks, .n = n};
    enum oc_err code = check_arguments(client, checks, n);
    if (code == OC_OK) {
        report_progress(&batch);
        code = run(&batch);
    }
    if (code == OC_OK)
        return OC_OK;
    for (size_t i = 0; i < client->config.n_parallel; i++)
        end_slot(&client->slots[i]);
    for (size_t i = 0; i < n; i++)
        oc_check_cleanup(&checks[i]);
    return code;
}

void oc_check_cleanup(struct oc_check *check)
{
    for (size_t i = 0; i < check->n_exchanges; i++)
        free(check->exchanges[i].url);
    free(check->exchanges);
    oci_free(&check->response);
    *check = (struct oc_check){.cert = check->cert, .issuer = check->issuer, .url = check->url};
}

const char *oc_ask_outcome_name(enum oc_ask_outcome outcome)
{
    static const char *const names[] = {
        [OC_ASK_NONE] = "none",
        [OC_ASK_ANSWERED] = "answered",
        [OC_ASK_NO_URL] = "no-url",
        [OC_ASK_URL_REFUSED] = "url-refused",
        [OC_ASK_REFUSED] = "refused",
        [OC_ASK_UNREACHABLE] = "unreachable",
        [OC_ASK_TIMEOUT] = "timeout",
        [OC_ASK_BROKEN] = "broken",
        [OC_ASK_REDIRECT] = "redirect",
        [OC_ASK_HTTP_STATUS] = "http-status",
        [OC_ASK_CONTENT_TYPE] = "content-type",
        [OC_ASK_EMPTY] = "empty",
        [OC_ASK_TOO_LARGE] = "too-large",
        [OC_ASK_MALFORMED] = "malformed",
        [OC_ASK_ERROR_RESPONSE] = "error-response",
        [OC_ASK_NOT_BELIEVED] = "not-believed",
    };
    return (size_t)outcome < sizeof names / sizeof *names ? names[outcome] : "none";
}
