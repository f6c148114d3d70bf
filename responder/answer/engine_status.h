// SPDX-License-Identifier: MIT
//
// The report about the engine for metrics and health: its counters, and what is wrong.
#ifndef ANSWER_ENGINE_STATUS_H
#define ANSWER_ENGINE_STATUS_H

#include "answer/cache.h"
#include "config/config.h"

struct engine;

// engine_note_reload records how the last attempt to load a configuration ended, for metrics and
// health: `why` is the reason for which it was refused, NULL if it succeeded.
void engine_note_reload(struct engine *engine, const char *why);

// enum engine_fault is something that is wrong, in the order of its weight. Those from
// ENGINE_NO_VALID_SIGNER to ENGINE_INCOMPLETE concern single issuers.
enum engine_fault {
    ENGINE_SIGNER_DOWN = 0,  // the signer process
    ENGINE_NO_VALID_SIGNER,  // an issuer has no signer that is valid now
    ENGINE_HANGS,            // a source has not answered for long, so none is polled
    ENGINE_UNREADABLE,       // a source could not be read at the last poll
    ENGINE_EXPIRED,          // a source has expired
    ENGINE_NOT_YET_VALID,    // a source is not valid yet
    ENGINE_INCOMPLETE,       // a source has become incomplete since it was loaded
    ENGINE_RELOAD_REFUSED,
    ENGINE_FAULTS,
};

// struct engine_fault_report says whether there is such a fault. `about` is the first issuer that
// it concerns, or the reason why a reload was refused.
struct engine_fault_report {
    bool is_there;
    char about[256];
};

// struct engine_status is what metrics and health report.
struct engine_status {
    struct cache_counts cache;
    size_t sign_queue;
    bool is_signer_alive;
    bool stores_ok;       // every source can be read and is current
    bool has_signers;     // every issuer has a signer that is valid now
    int64_t signer_ends;  // when the first issuer will have none; 0: there is no issuer
    int64_t poll_age;     // milliseconds since all sources were last polled
    int64_t reloaded_at;  // when a configuration was last loaded; 0: never
    uint64_t n_signed;
    uint64_t n_sign_failed;
    uint64_t n_refused;         // because the queue was full
    uint64_t n_sources_failed;  // requests whose source failed
    uint64_t n_not_saved;       // answers that a restart will not find
    struct engine_fault_report faults[ENGINE_FAULTS];
};

// engine_get_status never waits for a store or a signer.
void engine_get_status(struct engine *engine, struct engine_status *out);

// engine_hangs returns whether the upkeep waits for a source that has not answered for long, and
// copies the name of its issuer to `name`, "" if that is not known.
bool engine_hangs(struct engine *engine, char name[CONFIG_NAME_MAX + 1]);

// struct engine_source is what metrics report about the source of an issuer. `ends` and
// `this_update` are in seconds since 1970, 0 if there is no such time. The numbers of rows are only
// known with `has_rows`.
struct engine_source {
    char issuer[CONFIG_NAME_MAX + 1];
    bool is_up;  // it can be read and is current
    bool is_complete;
    bool has_rows;
    int64_t ends;
    int64_t this_update;
    size_t n_rows;
    size_t n_odd;
    size_t n_uncertain;
};

// engine_get_sources returns the sources of all issuers, which the caller frees, and their number
// in `*n`; NULL if there is none, or without memory. It never waits for a store.
struct engine_source *engine_get_sources(struct engine *engine, size_t *n);

#endif
