// SPDX-License-Identifier: MIT
//
// Each event is reported once, until a refresh succeeds.
#include "staple/alert.h"

#include "program/output.h"
#include "program/report.h"
#include "staple/hook.h"
#include "value.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

// The events, as bits.
enum {
    EVENT_REVOKED = 1,
    EVENT_EXPIRING = 2,
    EVENT_FAILING = 4,
};

// Fewer failures in a row are not reported: responders fail for a short time now and then.
enum { FAILING_AFTER = 3 };

static const char *event_name(unsigned event)
{
    if (event == EVENT_REVOKED)
        return "revoked";
    return event == EVENT_EXPIRING ? "expiring" : "failing";
}

// Returns the worst event of an item, 0 if nothing is wrong.
static unsigned event_of(const struct staple_item *item, int64_t now, bool once)
{
    if (item->has_no_responder || item->n_failures == 0)
        return 0;
    if (item->answer == VERDICT_REVOKED)
        return EVENT_REVOKED;
    if (item->is_good && staple_plan_is_expiring(&item->validity, now))
        return EVENT_EXPIRING;
    return once || !item->is_good || item->n_failures >= FAILING_AFTER ? EVENT_FAILING : 0;
}

static void complain_expired(struct staple_item *item, int64_t now)
{
    bool is_expired = staple_item_state(item, now) == STAPLE_EXPIRED;
    if (is_expired && !item->was_expired) {
        json_t *time = value_time(item->validity.until);
        complain(item->setting->name, "the staple in %s expired at %s (RFC 6960 4.2.2.1)",
                 item->setting->out, json_string_value(time));
        json_decref(time);
    }
    item->was_expired = is_expired;
}

static char *time_text(int64_t seconds)
{
    json_t *time = value_time(seconds);
    char *text = strdup(json_string_value(time));
    json_decref(time);
    if (text == NULL)
        die_no_memory();
    return text;
}

// Parts of the reason come from the certificate, so control characters are escaped.
static char *escaped(const char *text)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = output_memory(&out, &size);
    print_escaped(stream, text, strlen(text));
    if (fclose(stream) != 0)
        die_no_memory();
    return out;
}

static const char *reason_of(const struct staple_item *item, unsigned event)
{
    if (event != EVENT_REVOKED)
        return item->why;
    return item->revoked.has_reason ? oc_crl_reason_name(item->revoked.reason) : "";
}

static bool run(const struct staple_item *item, unsigned event, int64_t now)
{
    const struct staple_setting *setting = item->setting;
    char *reason = escaped(reason_of(item, event));
    char *time = time_text(event == EVENT_REVOKED ? item->revoked.revocation_time : now);
    char *until = item->is_good ? time_text(item->validity.until) : NULL;
    const struct staple_variable variables[] = {
        {"OCSP_EVENT", event_name(event)},
        {"OCSP_NAME", setting->name},
        {"OCSP_CERT", setting->cert},
        {"OCSP_OUT", setting->out},
        {"OCSP_REASON", reason},
        {"OCSP_TIME", time},
        {"OCSP_NEXT_UPDATE", until != NULL ? until : ""},
    };
    bool ok =
        staple_hook_run(setting->alert_hook, variables, sizeof variables / sizeof variables[0]);
    free(until);
    free(time);
    free(reason);
    return ok;
}

bool staple_alert(struct staple_item *item, int64_t now, bool once)
{
    complain_expired(item, now);
    unsigned event = event_of(item, now, once);
    if (item->n_failures == 0)
        item->alerted = 0;
    // After any other answer, being revoked is a new event.
    if (event != EVENT_REVOKED && item->answer != VERDICT_NOT_VERIFIED)
        item->alerted &= ~(unsigned)EVENT_REVOKED;
    if (event == 0 || (item->alerted & event) != 0)
        return true;
    // An expiring staple implies that refreshes fail.
    item->alerted |= event | (event == EVENT_EXPIRING ? EVENT_FAILING : 0);
    return item->setting->alert_hook == NULL || run(item, event, now);
}
