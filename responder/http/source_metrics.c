// SPDX-License-Identifier: MIT
//
// One function for each metric gives its value for one source. In Prometheus's text format all
// values of a metric stand together.
#include "http/source_metrics.h"

#include "answer/engine_status.h"
#include "http/metrics.h"

#include <stdlib.h>

// struct source_metric is one metric. `get` returns false for a source that has no such value.
struct source_metric {
    const char *name;
    const char *help;
    bool (*get)(const struct engine_source *source, int64_t now, int64_t *value);
};

static bool get_up(const struct engine_source *source, int64_t now, int64_t *value)
{
    (void)now;
    *value = source->is_up;
    return true;
}

static bool get_expiry(const struct engine_source *source, int64_t now, int64_t *value)
{
    *value = source->ends - now;
    return source->ends != 0;
}

static bool get_age(const struct engine_source *source, int64_t now, int64_t *value)
{
    *value = now - source->this_update;
    return source->this_update != 0;
}

static bool get_rows(const struct engine_source *source, int64_t now, int64_t *value)
{
    (void)now;
    *value = (int64_t)source->n_rows;
    return source->has_rows;
}

static bool get_odd_rows(const struct engine_source *source, int64_t now, int64_t *value)
{
    (void)now;
    *value = (int64_t)source->n_odd;
    return source->has_rows;
}

static bool get_uncertain_rows(const struct engine_source *source, int64_t now, int64_t *value)
{
    (void)now;
    *value = (int64_t)source->n_uncertain;
    return source->has_rows;
}

static bool get_complete(const struct engine_source *source, int64_t now, int64_t *value)
{
    (void)now;
    *value = source->is_complete;
    return true;
}

static const struct source_metric metrics[] = {
    {"ocspd_source_up", "Whether the source can be read and is current.", get_up},
    {"ocspd_source_expiry_seconds", "Seconds until the source expires.", get_expiry},
    {"ocspd_source_age_seconds", "Seconds since the source was published.", get_age},
    {"ocspd_source_rows", "Rows of the source.", get_rows},
    {"ocspd_source_odd_rows", "Rows of the source of which something cannot be read.",
     get_odd_rows},
    {"ocspd_source_uncertain_rows", "Odd rows whose status is uncertain.", get_uncertain_rows},
    {"ocspd_source_complete", "Whether the source lists everything that it should.", get_complete},
};

// The text format escapes three characters in the values of labels.
static void print_label(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            fputs("\\n", out);
            continue;
        }
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void print_value(FILE *out, const char *name, const char *issuer, int64_t value)
{
    fprintf(out, "%s{issuer=\"", name);
    print_label(out, issuer);
    fprintf(out, "\"} %lld\n", (long long)value);
}

// A metric that no source has is left out.
static void print_metric(FILE *out, const struct source_metric *metric,
                         const struct engine_source *sources, size_t n, int64_t now)
{
    bool has_head = false;
    for (size_t i = 0; i < n; i++) {
        int64_t value;
        if (!metric->get(&sources[i], now, &value))
            continue;
        if (!has_head)
            metrics_print_head(out, metric->name, "gauge", metric->help);
        has_head = true;
        print_value(out, metric->name, sources[i].issuer, value);
    }
}

void source_metrics_print(FILE *out, struct engine *engine, int64_t now)
{
    size_t n;
    struct engine_source *sources = engine_get_sources(engine, &n);
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        print_metric(out, &metrics[i], sources, n, now);
    free(sources);
}
