// SPDX-License-Identifier: MIT
//
// Opens each source in turn and prints what it says about itself. A source that cannot be read does
// not hide the others.
#include "command/source_status.h"

#include "base/issuer_file.h"
#include "program/report.h"
#include "store/condition.h"
#include "store/open.h"

#include <ocsp/der.h>
#include <ocsp/openssl.h>

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

// struct found is what is printed about one issuer. `why` is the reason why its source cannot be
// read, "" if it can be. Without `has_state` the store says nothing about itself. `gap` is a copy.
struct found {
    const struct issuer_config *config;
    const char *const *files;
    size_t n_files;
    char why[sizeof((struct store_error *)0)->text];
    bool has_state;
    struct source_state state;
    char gap[200];
    enum condition condition;
    int64_t end;
    int64_t now;
};

static bool is_wrong(const struct found *found)
{
    return found->why[0] != '\0' || found->condition == CONDITION_EXPIRED ||
           found->condition == CONDITION_NOT_YET_VALID;
}

static const char *source_name(enum source_kind kind)
{
    if (kind == SOURCE_DATABASE)
        return "database";
    return kind == SOURCE_INDEX ? "index" : "crl";
}

static const char *condition_name(const struct found *found)
{
    static const char *const names[] = {
        [CONDITION_CURRENT] = "current",
        [CONDITION_EXPIRING] = "expiring",
        [CONDITION_EXPIRED] = "expired",
        [CONDITION_NOT_YET_VALID] = "not-yet-valid",
    };
    return found->why[0] != '\0' ? "unreadable" : names[found->condition];
}

// Reading.

static void read_state(struct store *store, struct found *found, int64_t warning)
{
    found->has_state = condition_read(store, &found->state);
    if (found->state.gap != NULL)
        snprintf(found->gap, sizeof found->gap, "%s", found->state.gap);
    found->state.gap = found->state.gap != NULL ? found->gap : NULL;
    found->end = condition_end(&found->state, found->config);
    found->condition = condition_of(&found->state, found->config, warning, found->now);
}

static void read_source(const struct config *config, const struct oc_issuer *issuer,
                        struct found *found)
{
    struct store_error err;
    struct store *store = store_open(found->config, config->database, issuer, STORE_READ, &err);
    if (store == NULL) {
        snprintf(found->why, sizeof found->why, "%s", err.text);
        return;
    }
    read_state(store, found, config->source_warning);
    store_close(store);
}

static void read_issuer(const struct config *config, const struct oc_crypto *crypto,
                        struct found *found)
{
    struct oc_list certs = {0};
    struct oc_issuer issuer = {0};
    struct oc_error err;
    const char *file = found->config->certificate;
    if (issuer_file_open(file, crypto, &certs, &issuer, &err))
        read_source(config, &issuer, found);
    else
        snprintf(found->why, sizeof found->why, "%s: %s", file,
                 access(file, R_OK) != 0 ? strerror(errno) : err.what);
    oc_issuer_cleanup(&issuer);
    oc_openssl_certs_free(&certs);
}

// Text. Names, paths and reasons may hold anything.

static void print_text(const char *label, const char *text)
{
    printf("  %-12s", label);
    print_escaped(stdout, text, strlen(text));
    putchar('\n');
}

static void print_when(const char *label, int64_t seconds, const char *before, int64_t span,
                       const char *after)
{
    char text[OC_TIME_TEXT_LEN] = "";
    char duration[CONDITION_DURATION];
    oc_time_text(seconds, text);
    printf("  %-12s%s (%s%s%s)\n", label, text, before, condition_duration(span, duration), after);
}

static void print_times(const struct found *found)
{
    const struct source_state *state = &found->state;
    if (state->begins > found->now)
        print_when("begins", state->begins, "in ", state->begins - found->now, "");
    else if (state->this_update != 0)
        print_when("thisUpdate", state->this_update, "", found->now - state->this_update, " ago");
    if (found->end == 0)
        return;
    if (found->end > found->now)
        print_when("end", found->end, "expires in ", found->end - found->now, "");
    else
        print_when("end", found->end, "expired ", found->now - found->end, " ago");
}

static void print_state(const struct found *found)
{
    const struct source_state *state = &found->state;
    print_times(found);
    if (found->has_state)
        printf("  %-12s%zu, of which %zu odd and %zu uncertain\n", "rows", state->n_rows,
               state->n_odd, state->n_uncertain);
    if (state->gap != NULL)
        print_text("incomplete", state->gap);
}

static void print_block(const struct found *found)
{
    print_escaped(stdout, found->config->name, strlen(found->config->name));
    printf(": %s, %s\n", source_name(found->config->source), condition_name(found));
    for (size_t i = 0; i < found->n_files; i++)
        print_text(i == 0 ? "source" : "", found->files[i]);
    if (found->why[0] != '\0')
        print_text("error", found->why);
    else
        print_state(found);
    if (found->config->ca_compromised != NULL)
        print_text("compromised", found->config->ca_compromised);
}

// JSON.

// The file system and CRLs need not use UTF-8, as JSON does.
static json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    char *copy = value == NULL ? strdup(text) : NULL;
    for (char *at = copy; at != NULL && *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    }
    if (copy != NULL)
        value = json_string(copy);
    free(copy);
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        die_no_memory();
}

static void set_time(json_t *object, const char *key, int64_t seconds)
{
    char text[OC_TIME_TEXT_LEN];
    if (seconds != 0 && oc_time_text(seconds, text))
        set(object, key, json_string(text));
}

static void set_state(json_t *object, const struct found *found)
{
    const struct source_state *state = &found->state;
    set_time(object, "this_update", state->this_update);
    if (state->this_update != 0)
        set(object, "age", json_integer(found->now - state->this_update));
    if (state->begins > found->now)
        set_time(object, "begins", state->begins);
    set_time(object, "end", found->end);
    if (found->end != 0)
        set(object, "expires_in", json_integer(found->end - found->now));
    if (found->has_state) {
        set(object, "rows", json_integer((json_int_t)state->n_rows));
        set(object, "odd_rows", json_integer((json_int_t)state->n_odd));
        set(object, "uncertain_rows", json_integer((json_int_t)state->n_uncertain));
    }
    set(object, "complete", json_boolean(state->gap == NULL));
    if (state->gap != NULL)
        set(object, "gap", json_text(state->gap));
}

static void print_object(const struct found *found)
{
    json_t *object = json_object();
    json_t *files = json_array();
    for (size_t i = 0; files != NULL && i < found->n_files; i++)
        json_array_append_new(files, json_text(found->files[i]));
    set(object, "issuer", json_text(found->config->name));
    set(object, "source", json_string(source_name(found->config->source)));
    set(object, "files", files);
    set(object, "state", json_string(condition_name(found)));
    if (found->why[0] != '\0')
        set(object, "error", json_text(found->why));
    else
        set_state(object, found);
    set_time(object, "ca_compromised",
             found->config->ca_compromised != NULL ? found->config->ca_compromised_at : 0);
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static bool show_issuer(const struct session *session, const struct issuer_config *config,
                        bool is_json)
{
    struct found found = {.config = config, .now = (int64_t)time(NULL)};
    found.files = (const char *const *)config->source_files;
    found.n_files = config->n_source_files;
    if (config->source == SOURCE_DATABASE) {
        found.files = (const char *const *)&session->config->database;
        found.n_files = 1;
    }
    read_issuer(session->config, session->crypto, &found);
    if (is_json)
        print_object(&found);
    else
        print_block(&found);
    return !is_wrong(&found);
}

int source_status(struct session *session, bool is_json)
{
    size_t n = 0;
    bool ok = true;
    int status = session_read_config(session);
    if (status != EX_OK)
        return status;
    session->crypto = oc_openssl_new();
    if (session->crypto == NULL)
        die_no_memory();
    const struct config *config = session->config;
    for (size_t i = 0; i < config->n_issuers; i++) {
        const struct issuer_config *issuer = &config->issuers[i];
        if (session->issuer_name != NULL && strcmp(session->issuer_name, issuer->name) != 0)
            continue;
        n++;
        ok = show_issuer(session, issuer, is_json) && ok;
    }
    if (n > 0)
        return ok ? EX_OK : EX_UNAVAILABLE;
    complain(session->title, "%s has no issuer \"%s\"", session->config_file, session->issuer_name);
    return EX_USAGE;
}
