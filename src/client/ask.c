// SPDX-License-Identifier: MIT
//
// One certificate: its responders are asked in turn until one returns an answer that is
// believed. Each may be asked twice, the second time with SHA-1.
#include "client/ask.h"
#include "client/answer.h"
#include "client/cache.h"

#include <stdlib.h>
#include <string.h>

#define OCSP_REQUEST_ROOM 128

static struct oc_exchange *last_exchange(const struct oci_ask *ask)
{
    return &ask->check->exchanges[ask->check->n_exchanges - 1];
}

static bool add_exchange(struct oci_ask *ask)
{
    struct oc_check *check = ask->check;
    char *url = oci_url_text(ask->urls[ask->n_done]);
    if (url == NULL)
        return false;
    check->exchanges[check->n_exchanges++] = (struct oc_exchange){.url = url, .hash = ask->hash};
    return true;
}

static bool make_nonce(struct oci_ask *ask, struct oc_list *extensions, uint8_t *buf, size_t size)
{
    const struct oc_crypto *crypto = ask->config->crypto;
    *extensions = (struct oc_list){0};
    if (!ask->config->nonce)
        return true;
    if (crypto->random(crypto, ask->nonce, sizeof ask->nonce) != OC_OK)
        return false;
    struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = {ask->nonce, sizeof ask->nonce}};
    return oc_extensions_build(&nonce, 1, buf, size, extensions, NULL) == OC_OK;
}

// Sets `*out` to the request, whose octets are in ask->request.
static enum oc_err make_request(struct oci_ask *ask, struct oc_bytes *out)
{
    uint8_t buf[OCSP_REQUEST_ROOM];
    const struct oc_issuer *issuer = ask->check->issuer;
    struct oc_single_request single = {0};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    if (oc_issuer_make_id(issuer, ask->hash, ask->check->cert->serial, &single.id, NULL) != OC_OK ||
        !make_nonce(ask, &spec.extensions, buf, sizeof buf) ||
        oc_request_build(&spec, NULL, 0, out, NULL) != OC_OK)
        return OC_ERR_CRYPTO;
    free(ask->request);
    ask->request = malloc(out->len);
    if (ask->request == NULL)
        return OC_ERR_MEMORY;
    return oc_request_build(&spec, ask->request, out->len, out, NULL);
}

// A refused address is no failure: it returns OC_OK, and the transfer does not run.
static enum oc_err start_exchange(struct oci_ask *ask, struct oci_transfer *transfer)
{
    char get[OCI_MAX_GET + 1];
    struct oc_bytes request;
    if (!add_exchange(ask))
        return OC_ERR_MEMORY;
    struct oc_exchange *exchange = last_exchange(ask);
    const char *fault = oci_url_fault(ask->urls[ask->n_done]);
    if (fault != NULL) {
        exchange->outcome = OC_ASK_URL_REFUSED;
        strncpy(exchange->what, fault, sizeof exchange->what - 1);
        return OC_OK;
    }
    enum oc_err code = make_request(ask, &request);
    if (code != OC_OK)
        return code;
    exchange->is_get = oci_url_get(exchange->url, request, get);
    if (exchange->is_get)
        request = (struct oc_bytes){0};
    return oci_transfer_start(transfer, exchange->is_get ? get : exchange->url, request,
                              "application/ocsp-response")
               ? OC_OK
               : OC_ERR_MEMORY;
}

static enum oc_err ask_next(struct oci_ask *ask, struct oci_transfer *transfer)
{
    while (ask->n_done < ask->n_urls) {
        enum oc_err code = start_exchange(ask, transfer);
        if (code != OC_OK || transfer->is_running)
            return code;
        ask->check->outcome = last_exchange(ask)->outcome;
        ask->n_done++;
    }
    return OC_OK;
}

static void gather_urls(struct oci_ask *ask)
{
    const char *url = ask->check->url;
    ask->n_urls = url != NULL ? 1 : oci_urls(ask->check->cert, oc_cert_next_ocsp_uri, ask->urls);
    if (url != NULL)
        ask->urls[0] = (struct oc_bytes){(const uint8_t *)url, strlen(url)};
}

enum oc_err oci_ask_begin(struct oci_ask *ask, struct oci_transfer *transfer)
{
    struct oc_check *check = ask->check;
    bool is_fresh = ask->config->nonce || ask->policy->nonce_rule == OC_NONCE_REQUIRED;
    ask->hash = ask->config->hash;
    if (!is_fresh && oci_cache_read(ask->config, ask->policy, check)) {
        check->outcome = OC_ASK_ANSWERED;
        check->from_cache = true;
        return OC_OK;
    }
    gather_urls(ask);
    check->outcome = OC_ASK_NO_URL;
    if (ask->n_urls == 0)
        return OC_OK;
    check->exchanges = calloc(ask->n_urls * 2, sizeof *check->exchanges);
    return check->exchanges != NULL ? ask_next(ask, transfer) : OC_ERR_MEMORY;
}

static enum oc_ask_outcome outcome_of(enum oc_err code, enum oc_response_status status)
{
    if (code == OC_OK)
        return OC_ASK_ANSWERED;
    if (status == OC_RESPONSE_NONE)
        return OC_ASK_MALFORMED;
    return status != OC_RESPONSE_SUCCESSFUL ? OC_ASK_ERROR_RESPONSE : OC_ASK_NOT_BELIEVED;
}

// Verifies the body that came, which need not be an OCSPResponse. Returns OC_OK, whatever the
// outcome is, or OC_ERR_MEMORY.
static enum oc_err verify_body(struct oci_ask *ask, const struct oci_transfer *transfer,
                               struct oc_exchange *exchange)
{
    struct oc_policy policy = *ask->policy;
    policy.nonce = (struct oc_bytes){0};
    if (ask->config->nonce)
        policy.nonce = (struct oc_bytes){ask->nonce, sizeof ask->nonce};
    struct oc_bytes body = {transfer->body, transfer->body_len};
    enum oc_err code =
        oci_check_answer(ask->check, &policy, body, &exchange->response_status, &exchange->error);
    if (code == OC_ERR_MEMORY)
        return code;
    exchange->outcome = outcome_of(code, exchange->response_status);
    if (code == OC_OK)
        oci_cache_write(ask->config, &policy, ask->check, &transfer->freshness);
    return OC_OK;
}

// Some old responders know only SHA-1, and say so in one of these two ways.
static bool retries(const struct oci_ask *ask, const struct oc_exchange *exchange)
{
    return exchange->outcome == OC_ASK_ERROR_RESPONSE && !ask->config->only_this_hash &&
           ask->hash != OC_HASH_SHA1 && ask->check->issuer->has_hash[OC_HASH_SHA1] &&
           (exchange->response_status == OC_RESPONSE_UNAUTHORIZED ||
            exchange->response_status == OC_RESPONSE_MALFORMED_REQUEST);
}

enum oc_err oci_ask_go_on(struct oci_ask *ask, struct oci_transfer *transfer)
{
    struct oc_exchange *exchange = last_exchange(ask);
    if (transfer->outcome == OC_ASK_NONE)
        return OC_ERR_MEMORY;
    exchange->outcome = transfer->outcome;
    exchange->http_status = transfer->http_status;
    exchange->milliseconds = transfer->milliseconds;
    memcpy(exchange->what, transfer->what, sizeof exchange->what);
    if (transfer->outcome == OC_ASK_ANSWERED && verify_body(ask, transfer, exchange) != OC_OK)
        return OC_ERR_MEMORY;
    if (transfer->outcome == OC_ASK_MALFORMED)
        exchange->error =
            (struct oc_error){OC_ERR_ENCODING, 0, "unexpected Content-Encoding (RFC 9110 8.4)"};
    ask->check->outcome = exchange->outcome;
    if (exchange->outcome == OC_ASK_ANSWERED)
        return OC_OK;
    if (retries(ask, exchange)) {
        ask->hash = OC_HASH_SHA1;
    } else {
        ask->hash = ask->config->hash;
        ask->n_done++;
    }
    return ask_next(ask, transfer);
}

void oci_ask_end(struct oci_ask *ask)
{
    free(ask->request);
    *ask = (struct oci_ask){0};
}
