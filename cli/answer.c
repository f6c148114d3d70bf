// SPDX-License-Identifier: MIT
//
// What came of asking about a target, in words and as an exit status.
#include "program/report.h"
#include "target.h"
#include "value.h"

#include <string.h>

static const char *outcome_text(const struct oc_exchange *exchange)
{
    switch (exchange->outcome) {
    case OC_ASK_URL_REFUSED:
        return "is an address that is not asked";
    case OC_ASK_REFUSED:
        return "is at a network address that is not asked";
    case OC_ASK_UNREACHABLE:
        return "cannot be reached";
    case OC_ASK_TIMEOUT:
        return "took too long";
    case OC_ASK_BROKEN:
        return "the connection broke";
    case OC_ASK_REDIRECT:
        return "redirects too often, or to another scheme";
    case OC_ASK_CONTENT_TYPE:
        return "the content type is not application/ocsp-response (RFC 6960 A.2)";
    case OC_ASK_EMPTY:
        return "the answer is empty (RFC 6960 A.2)";
    case OC_ASK_TOO_LARGE:
        return "the answer is larger than 64 KiB";
    default:
        return "no answer";
    }
}

static void exchange_text(const struct oc_exchange *exchange, char *out, size_t size)
{
    const char *what = exchange->what;
    switch (exchange->outcome) {
    case OC_ASK_HTTP_STATUS:
        snprintf(out, size, "HTTP status %ld instead of 200 (RFC 6960 A.2)", exchange->http_status);
        break;
    case OC_ASK_ERROR_RESPONSE:
        snprintf(out, size, "the responder answers %s (RFC 6960 2.3)",
                 oc_response_status_name(exchange->response_status));
        break;
    case OC_ASK_MALFORMED:
        snprintf(out, size, "the answer cannot be read: %s",
                 exchange->error.what != NULL ? exchange->error.what : what);
        break;
    case OC_ASK_NOT_BELIEVED:
        snprintf(out, size, "the answer is not believed: %s", exchange->error.what);
        break;
    default:
        snprintf(out, size, "%s%s%s", outcome_text(exchange), what[0] != '\0' ? ": " : "", what);
    }
}

void exchange_why(const struct oc_exchange *exchange, char out[WHY_SIZE])
{
    char text[WHY_SIZE / 2];
    exchange_text(exchange, text, sizeof text);
    snprintf(out, WHY_SIZE, "%.200s: %s", exchange->url, text);
}

static void revoked_why(const struct oc_verdict *verdict, char out[WHY_SIZE])
{
    json_t *time = value_time(verdict->revocation_time);
    if (verdict->is_not_issued)
        snprintf(out, WHY_SIZE, "has never been issued by this issuer (RFC 6960 2.2)");
    else if (verdict->has_reason)
        snprintf(out, WHY_SIZE, "is revoked since %s (%s) (RFC 6960 2.2)", json_string_value(time),
                 oc_crl_reason_name(verdict->reason));
    else
        snprintf(out, WHY_SIZE, "is revoked since %s (RFC 6960 2.2)", json_string_value(time));
    json_decref(time);
}

// What a believed answer says.
static void take_verdict(struct answer *answer, const struct oc_verdict *verdict)
{
    answer->verdict = verdict;
    answer->status = verdict_of(verdict);
    answer->word = verdict_name(answer->status);
    if (verdict->status == OC_CERT_STATUS_REVOKED)
        revoked_why(verdict, answer->why);
    else if (answer->status != VERDICT_GOOD)
        snprintf(answer->why, sizeof answer->why, "is unknown to the responder (RFC 6960 2.2)");
}

static struct answer no_answer(const char *from, const char *word)
{
    return (struct answer){.from = from,
                           .word = word,
                           .status = VERDICT_NOT_VERIFIED,
                           .is_counted = true,
                           .is_reached = true};
}

static struct answer staple_answer(const struct target *target)
{
    const struct staple *staple = &target->staple;
    if (!staple->is_there) {
        struct answer answer = no_answer("staple", "no-staple");
        answer.is_counted = target->cert->must_staple;
        snprintf(answer.why, sizeof answer.why, "%s",
                 target->cert->must_staple
                     ? "there is no staple, which the certificate demands (RFC 7633 4.2.3.1)"
                     : "");
        return answer;
    }
    struct answer answer = no_answer("staple", verdict_name(VERDICT_NOT_VERIFIED));
    if (staple->error.code == OC_OK)
        take_verdict(&answer, &staple->verdict);
    else
        snprintf(answer.why, sizeof answer.why, "the staple is not believed: %s",
                 staple->error.what);
    return answer;
}

static bool is_out_of_reach(const struct oc_check *check)
{
    for (size_t i = 0; i < check->n_exchanges; i++) {
        enum oc_ask_outcome outcome = check->exchanges[i].outcome;
        if (outcome != OC_ASK_UNREACHABLE && outcome != OC_ASK_TIMEOUT && outcome != OC_ASK_BROKEN)
            return false;
    }
    return check->n_exchanges > 0;
}

static struct answer asked_answer(const struct target *target, bool soft_fail)
{
    const struct oc_check *check = &target->check;
    size_t n = check->n_exchanges;
    struct answer answer = no_answer(NULL, verdict_name(VERDICT_NOT_VERIFIED));
    if (check->outcome != OC_ASK_NO_URL)
        answer.from = check->from_cache ? "cache" : "responder";
    if (n > 0 && !check->from_cache)
        answer.url = check->exchanges[n - 1].url;
    if (check->outcome == OC_ASK_ANSWERED) {
        take_verdict(&answer, &check->verdict);
        return answer;
    }
    answer.is_reached = !is_out_of_reach(check);
    answer.is_counted = answer.is_reached || !soft_fail;
    if (n > 0)
        exchange_why(&check->exchanges[n - 1], answer.why);
    else
        snprintf(answer.why, sizeof answer.why, "names no responder (RFC 6960 3.1)");
    return answer;
}

size_t target_answers(const struct target *target, bool soft_fail,
                      struct answer out[TARGET_ANSWERS])
{
    size_t n = 0;
    if (target->problem[0] != '\0') {
        out[0] = no_answer(NULL, verdict_name(VERDICT_NOT_VERIFIED));
        memcpy(out[0].why, target->problem, sizeof out[0].why);
        return 1;
    }
    if (target->source->is_host)
        out[n++] = staple_answer(target);
    out[n] = asked_answer(target, soft_fail);
    // A certificate without a responder's address is still answered for by its staple.
    if (target->check.outcome == OC_ASK_NO_URL && target->staple.is_there)
        out[n].is_counted = false;
    return n + 1;
}

// The worst of the answers that count; -1 when none does.
static int worst_counted(const struct target *target, bool soft_fail)
{
    struct answer answers[TARGET_ANSWERS];
    int status = -1;
    size_t n = target_answers(target, soft_fail, answers);
    for (size_t i = 0; i < n; i++) {
        if (answers[i].is_counted)
            status = status == -1 ? answers[i].status : verdict_worse(status, answers[i].status);
    }
    return status;
}

int target_status(const struct target *target, bool soft_fail)
{
    int status = worst_counted(target, soft_fail);
    if (status == -1)
        return soft_fail ? VERDICT_GOOD : VERDICT_NOT_VERIFIED;
    return status;
}

int target_verdict(const struct target *target, bool soft_fail)
{
    int status = worst_counted(target, soft_fail);
    return status == -1 ? VERDICT_NOT_VERIFIED : status;
}

void target_complain(const struct target *target, bool soft_fail)
{
    char why[WHY_SIZE];
    struct answer answers[TARGET_ANSWERS];
    const struct oc_check *check = &target->check;
    size_t n = target_answers(target, soft_fail, answers);
    // The reason of the last exchange is that of the answer.
    for (size_t i = 0; check->outcome != OC_ASK_ANSWERED && i + 1 < check->n_exchanges; i++) {
        exchange_why(&check->exchanges[i], why);
        complain(target->name, "%s", why);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_soft = soft_fail && !answers[i].is_reached;
        if (answers[i].why[0] != '\0' && !target->is_told)
            complain(target->name, "%s%s", answers[i].why,
                     is_soft ? " (soft fail: not counted)" : "");
    }
}
