// SPDX-License-Identifier: MIT
//
// The staple and the responder's answer, and what they make of the exit status together.
#include "answers.h"

#include "program/report.h"
#include "verdict.h"

#include <string.h>

static void take_verdict(struct answer *answer, const struct oc_verdict *verdict)
{
    answer->verdict = verdict;
    answer->status = verdict_of(verdict);
    answer->word = verdict_name(answer->status);
    if (verdict->status == OC_CERT_STATUS_REVOKED)
        why_revoked(verdict, answer->why);
    else if (answer->status != VERDICT_GOOD)
        snprintf(answer->why, sizeof answer->why, "unknown to the responder (RFC 6960 2.2)");
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
    const struct target_staple *staple = &target->staple;
    if (!staple->is_there) {
        struct answer answer = no_answer("staple", "no-staple");
        answer.is_counted = target->cert->must_staple;
        snprintf(answer.why, sizeof answer.why, "%s",
                 target->cert->must_staple
                     ? "missing staple, which the certificate requires (RFC 7633 4.2.3.1)"
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

static bool is_unreachable(const struct oc_check *check)
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
    answer.is_reached = !is_unreachable(check);
    answer.is_counted = answer.is_reached || !soft_fail;
    if (n > 0)
        why_exchange(&check->exchanges[n - 1], answer.why);
    else
        snprintf(answer.why, sizeof answer.why,
                 "the certificate names no responder; use --url (RFC 6960 3.1)");
    return answer;
}

size_t answers_of(const struct target *target, bool soft_fail, struct answer out[ANSWERS_MAX])
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
    // The staple is answer enough about a certificate that names no responder.
    if (target->check.outcome == OC_ASK_NO_URL && target->staple.is_there)
        out[n].is_counted = false;
    return n + 1;
}

// Returns the worst status of the answers that count; -1 if none does.
static int worst_counted(const struct target *target, bool soft_fail)
{
    struct answer answers[ANSWERS_MAX];
    int status = -1;
    size_t n = answers_of(target, soft_fail, answers);
    for (size_t i = 0; i < n; i++) {
        if (answers[i].is_counted)
            status = status == -1 ? answers[i].status : verdict_worse(status, answers[i].status);
    }
    return status;
}

int answers_status(const struct target *target, bool soft_fail)
{
    int status = worst_counted(target, soft_fail);
    if (status == -1)
        return soft_fail ? VERDICT_GOOD : VERDICT_NOT_VERIFIED;
    return status;
}

int answers_verdict(const struct target *target, bool soft_fail)
{
    int status = worst_counted(target, soft_fail);
    return status == -1 ? VERDICT_NOT_VERIFIED : status;
}

void answers_complain(const struct target *target, bool soft_fail)
{
    char why[WHY_SIZE];
    struct answer answers[ANSWERS_MAX];
    const struct oc_check *check = &target->check;
    size_t n = answers_of(target, soft_fail, answers);
    // The answer has the reason of the last exchange.
    for (size_t i = 0; check->outcome != OC_ASK_ANSWERED && i + 1 < check->n_exchanges; i++) {
        why_exchange(&check->exchanges[i], why);
        complain(target->name, "%s", why);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_soft = soft_fail && !answers[i].is_reached;
        if (answers[i].why[0] != '\0' && !target->is_reported)
            complain(target->name, "%s%s", answers[i].why,
                     is_soft ? " (soft fail: not counted)" : "");
    }
}
