// SPDX-License-Identifier: MIT
//
// A family of gauges for each value, in the text format of Prometheus.
#include "staple/metrics.h"

#include "metric.h"
#include "program/output.h"
#include "program/report.h"

#include <inttypes.h>
#include <stdlib.h>

// struct staple_metric is a gauge. `value` returns false for a staple without this value.
struct staple_metric {
    const char *name;
    const char *help;
    bool (*value)(const struct staple_item *item, int64_t *out);
};

static bool this_update(const struct staple_item *item, int64_t *out)
{
    *out = item->there.this_update;
    return item->is_good;
}

static bool next_update(const struct staple_item *item, int64_t *out)
{
    *out = item->validity.until;
    return item->is_good;
}

static bool refresh(const struct staple_item *item, int64_t *out)
{
    *out = item->due;
    return !item->has_no_responder;
}

static bool last_success(const struct staple_item *item, int64_t *out)
{
    *out = item->last_success;
    return item->last_success != 0;
}

static bool failures(const struct staple_item *item, int64_t *out)
{
    *out = item->n_failures;
    return !item->has_no_responder;
}

static const struct staple_metric metrics[] = {
    {"ocsp_staple_this_update_seconds", "thisUpdate of the staple, in seconds since 1970.",
     this_update},
    {"ocsp_staple_next_update_seconds", "When the staple expires, in seconds since 1970.",
     next_update},
    {"ocsp_staple_refresh_seconds", "When the next refresh is due, in seconds since 1970.",
     refresh},
    {"ocsp_staple_last_success_seconds", "When the last refresh succeeded, in seconds since 1970.",
     last_success},
    {"ocsp_staple_failures", "Number of failed refreshes in a row.", failures},
};

static void print_label(FILE *out, const char *text)
{
    fputs("{name=\"", out);
    metric_print_text(out, text);
    fputc('"', out);
}

static void print_metric(FILE *out, const struct staple_metric *metric,
                         const struct staple_item *items, size_t n)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", metric->name, metric->help, metric->name);
    for (size_t i = 0; i < n; i++) {
        int64_t value = 0;
        if (!metric->value(&items[i], &value))
            continue;
        fputs(metric->name, out);
        print_label(out, items[i].setting->name);
        fprintf(out, "} %" PRId64 "\n", value);
    }
}

// Prints a line for each state, with 1 for that of the staple and 0 for the others.
static void print_states(FILE *out, const struct staple_item *item, int64_t now)
{
    enum staple_state is = staple_item_state(item, now);
    for (int state = STAPLE_GOOD; state < N_STAPLE_STATES; state++) {
        fputs("ocsp_staple_status", out);
        print_label(out, item->setting->name);
        fprintf(out, ",status=\"%s\"} %d\n", staple_state_name((enum staple_state)state),
                state == (int)is);
    }
}

bool staple_metrics_write(const char *path, const struct staple_item *items, size_t n, int64_t now)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = output_memory(&text, &size);
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        print_metric(out, &metrics[i], items, n);
    fputs("# HELP ocsp_staple_status The state of the staple: 1 for one status, 0 for the others.\n"
          "# TYPE ocsp_staple_status gauge\n",
          out);
    for (size_t i = 0; i < n; i++)
        print_states(out, &items[i], now);
    if (fclose(out) != 0)
        die_no_memory();
    bool ok = output_file(path, (struct oc_bytes){(const uint8_t *)text, size});
    free(text);
    return ok;
}
