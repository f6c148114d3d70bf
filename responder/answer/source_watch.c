// SPDX-License-Identifier: MIT
//
// The lines about the source of an issuer.
#include "answer/source_watch.h"

#include "answer/source_text.h"
#include "base/log.h"
#include "program/clock.h"

#include <stdio.h>
#include <string.h>

// ODD_LINES is the most odd rows that are logged after one poll.
enum { ODD_LINES = 20 };

void source_watch_init(struct source_watch *watch)
{
    pthread_mutex_init(&watch->lock, NULL);
}

void source_watch_cleanup(struct source_watch *watch)
{
    pthread_mutex_destroy(&watch->lock);
}

void source_watch_get(struct source_watch *watch, struct source_report *out)
{
    pthread_mutex_lock(&watch->lock);
    *out = watch->report;
    pthread_mutex_unlock(&watch->lock);
}

// set_report takes what the store says now. The text of the gap belongs to the store.
static void set_report(struct source_watch *watch, bool is_readable, bool has_state,
                       const struct source_state *state)
{
    struct source_report report = {
        .is_readable = is_readable,
        .has_state = has_state,
        .is_complete = state->gap == NULL,
        .has_lost = watch->was_complete && state->gap != NULL,
        .state = *state,
    };
    report.state.gap = NULL;
    pthread_mutex_lock(&watch->lock);
    watch->report = report;
    pthread_mutex_unlock(&watch->lock);
}

void source_watch_begin(struct source_watch *watch, const struct served_issuer *issuer)
{
    struct source_state state;
    bool has_state = condition_read(issuer->store, &state);
    watch->was_complete = state.gap == NULL;
    set_report(watch, true, has_state, &state);
}

static void log_failure(struct source_watch *watch, const char *name, const char *failure,
                        int64_t now)
{
    if (strcmp(failure, watch->failure) != 0)
        watch->unreadable = (struct alarm){0};
    if (!alarm_is_due(&watch->unreadable, 1, now))
        return;
    snprintf(watch->failure, sizeof watch->failure, "%s", failure);
    log_line(LOG_ERROR_LINE, "%s: cannot read the source: %s", name, failure);
}

static void log_readable(struct source_watch *watch, const char *name, const char *failure,
                         int64_t now)
{
    if (failure != NULL) {
        log_failure(watch, name, failure, now);
    } else if (alarm_is_due(&watch->unreadable, 0, now)) {
        watch->failure[0] = '\0';
        log_line(LOG_INFO_LINE, "%s: the source can be read again", name);
    }
}

static void log_times(struct source_watch *watch, const struct issuer_config *config,
                      const struct source_state *state, int64_t warning, int64_t now)
{
    char text[SOURCE_TEXT];
    enum condition condition = condition_of(state, config, warning, now);
    if (!alarm_is_due(&watch->out_of_date, (int)condition, now))
        return;
    enum log_level level = LOG_ERROR_LINE;
    if (condition == CONDITION_CURRENT)
        level = LOG_INFO_LINE;
    else if (condition == CONDITION_EXPIRING)
        level = LOG_WARNING_LINE;
    log_line(level, "%s: %s", config->name, source_text_times(config, state, condition, now, text));
}

static void log_gap(struct source_watch *watch, const char *name, const char *gap, int64_t now)
{
    if (gap != NULL && strncmp(gap, watch->gap, sizeof watch->gap - 1) != 0)
        watch->incomplete = (struct alarm){0};
    if (!alarm_is_due(&watch->incomplete, gap != NULL, now))
        return;
    snprintf(watch->gap, sizeof watch->gap, "%s", gap != NULL ? gap : "");
    char text[SOURCE_TEXT];
    if (gap != NULL)
        log_line(LOG_WARNING_LINE, "%s: %s", name, source_text_gap(gap, text));
    else
        log_line(LOG_INFO_LINE, "%s: the source is complete again", name);
}

// struct odd_log is the progress through the odd rows of one poll.
struct odd_log {
    const char *name;
    size_t n;
};

static bool log_odd_row(void *arg, const struct odd_row *row)
{
    struct odd_log *log = arg;
    char text[SOURCE_TEXT];
    if (++log->n <= ODD_LINES)
        log_line(LOG_WARNING_LINE, "%s: %s", log->name, source_text_odd(row, text));
    return true;
}

static void log_odd_rows(const struct served_issuer *issuer)
{
    struct odd_log log = {.name = issuer->config->name};
    if (issuer->store->methods->list_odd == NULL)
        return;
    issuer->store->methods->list_odd(issuer->store, true, log_odd_row, &log);
    if (log.n > ODD_LINES)
        log_line(LOG_WARNING_LINE,
                 "%s: %zu more rows of the source are odd: see ocspd check-config", log.name,
                 log.n - ODD_LINES);
}

static void log_compromised(struct source_watch *watch, const struct issuer_config *config,
                            int64_t now)
{
    if (alarm_is_due(&watch->compromised, config->ca_compromised != NULL, now))
        log_line(LOG_WARNING_LINE,
                 "%s: ca-compromised is set: every certificate is answered as revoked",
                 config->name);
}

void source_watch_polled(struct source_watch *watch, const struct served_issuer *issuer,
                         const struct store_error *failure, int64_t warning)
{
    struct source_state state;
    int64_t now = clock_seconds();
    const struct issuer_config *config = issuer->config;
    bool has_state = condition_read(issuer->store, &state);
    set_report(watch, failure == NULL, has_state, &state);
    log_readable(watch, config->name, failure != NULL ? failure->text : NULL, now);
    log_times(watch, config, &state, warning, now);
    log_gap(watch, config->name, state.gap, now);
    log_odd_rows(issuer);
    log_compromised(watch, config, now);
}
