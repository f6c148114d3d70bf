// SPDX-License-Identifier: MIT
//
// `ocsp check --json`: one object per target.
#include "check/json.h"

#include "answers.h"
#include "program/report.h"
#include "value.h"
#include "verdict.h"

#include <string.h>

static json_t *text_value(const char *text)
{
    return value_text((struct oc_bytes){(const uint8_t *)text, strlen(text)});
}

static void put_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0')
        put(object, key, text_value(text));
}

static json_t *answer_value(const struct target *target, const struct answer *answer)
{
    json_t *value = value_must(json_object());
    put_text(value, "from", answer->from);
    put_text(value, "url", answer->url);
    put(value, "verdict", value_string(answer->word));
    put(value, "counted", value_bool(answer->is_counted));
    if (answer->verdict != NULL) {
        verdict_put(value, target->issuer, answer->verdict);
        put(value, "nonce", value_bool(answer->verdict->has_nonce));
    }
    put_text(value, "what", answer->why);
    return value;
}

static json_t *exchange_value(const struct oc_exchange *exchange)
{
    char why[WHY_SIZE];
    json_t *value = value_must(json_object());
    put(value, "url", text_value(exchange->url));
    put(value, "outcome", value_string(oc_ask_outcome_name(exchange->outcome)));
    put(value, "method", value_string(exchange->is_get ? "GET" : "POST"));
    put(value, "hash", value_string(oc_hash_name(exchange->hash)));
    if (exchange->http_status != 0)
        put(value, "http_status", value_count((size_t)exchange->http_status));
    if (exchange->response_status != OC_RESPONSE_NONE)
        put(value, "response_status",
            value_string(oc_response_status_name(exchange->response_status)));
    put(value, "milliseconds", value_count((size_t)exchange->milliseconds));
    if (exchange->outcome == OC_ASK_ANSWERED)
        return value;
    why_exchange(exchange, why);
    put_text(value, "what", why);
    return value;
}

static void put_cert(json_t *value, const struct oc_cert *cert)
{
    // Of a serial number without a certificate, nothing else is known.
    bool is_whole = cert->der.data != NULL;
    if (is_whole)
        put(value, "subject", value_name(cert->subject));
    if (is_whole)
        put(value, "issuer", value_name(cert->issuer));
    put(value, "serial", value_integer(cert->serial));
    if (is_whole)
        put(value, "must_staple", value_bool(cert->must_staple));
}

static void put_answers(json_t *value, const struct target *target, bool soft_fail)
{
    struct answer answers[ANSWERS_MAX];
    json_t *list = value_must(json_array());
    size_t n = answers_of(target, soft_fail, answers);
    for (size_t i = 0; i < n; i++)
        value_append(list, answer_value(target, &answers[i]));
    put(value, "answers", list);
}

static void put_exchanges(json_t *value, const struct oc_check *check)
{
    json_t *list = value_must(json_array());
    for (size_t i = 0; i < check->n_exchanges; i++)
        value_append(list, exchange_value(&check->exchanges[i]));
    put(value, "exchanges", list);
}

static json_t *target_value(const struct check_result *result, const struct target *target)
{
    const struct check_options *options = result->options;
    json_t *value = value_must(json_object());
    put(value, "target", text_value(target->source->name));
    put(value, "type", value_string("check"));
    if (target->number != 0)
        put(value, "certificate", value_count(target->number));
    if (target->cert != NULL)
        put_cert(value, target->cert);
    put(value, "judged_at", value_time(result->policy->now));
    put_answers(value, target, options->soft_fail);
    put_exchanges(value, &target->check);
    if (target->source->is_host)
        put(value, "chain_checked", value_bool(!options->host.tls.insecure_no_chain_check));
    put(value, "soft_fail", value_bool(options->soft_fail));
    put(value, "verdict", value_string(verdict_name(answers_verdict(target, options->soft_fail))));
    return value;
}

void check_json(const struct check_result *result)
{
    for (size_t i = 0; i < result->targets->n; i++) {
        json_t *value = target_value(result, &result->targets->items[i]);
        if (json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) != 0 && !ferror(stdout))
            die_no_memory();
        json_decref(value);
        putchar('\n');
    }
}
