// SPDX-License-Identifier: MIT
//
// Watches the source of an issuer: what polls and the state of its store say goes to the log when
// it changes, and is kept for metrics and health, which never wait for a store.
#ifndef ANSWER_SOURCE_WATCH_H
#define ANSWER_SOURCE_WATCH_H

#include "answer/answer.h"
#include "base/alarm.h"
#include "store/condition.h"

#include <pthread.h>

// struct source_report is what was last known about a source. `has_state` is false for a database,
// whose `state` is all zero. `state.gap` is always NULL: see `is_complete`. `has_lost` is true if
// the source was complete when it was loaded and is not any more.
struct source_report {
    bool is_readable;  // at the last poll
    bool has_state;
    bool is_complete;
    bool has_lost;
    struct source_state state;
};

// struct source_watch is the watch over one source. `report` may be read by any thread; all else
// belongs to the thread that polls. `failure` is the last failure that was logged, "" after a poll
// that succeeded, and `gap` the last gap.
struct source_watch {
    pthread_mutex_t lock;  // guards `report`
    struct source_report report;
    bool was_complete;
    struct alarm unreadable;
    struct alarm out_of_date;
    struct alarm incomplete;
    struct alarm compromised;
    char failure[sizeof((struct store_error *)0)->text];
    char gap[200];
};

// source_watch_init prepares a watch, and source_watch_begin sets its report when the store has
// been opened. source_watch_cleanup undoes the first.
void source_watch_init(struct source_watch *watch);
void source_watch_begin(struct source_watch *watch, const struct served_issuer *issuer);
void source_watch_cleanup(struct source_watch *watch);

// source_watch_polled takes the result of a poll, in which `failure` is NULL if it succeeded, and
// logs what is new. It warns `warning` seconds before the source expires.
void source_watch_polled(struct source_watch *watch, const struct served_issuer *issuer,
                         const struct store_error *failure, int64_t warning);

// source_watch_get copies the report.
void source_watch_get(struct source_watch *watch, struct source_report *out);

#endif
