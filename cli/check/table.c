// SPDX-License-Identifier: MIT
//
// The table of `ocsp check`, with a line for each answer.
#include "check/table.h"

#include "answers.h"
#include "program/report.h"
#include "sink.h"
#include "text.h"
#include "value.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6, TARGET = 0, VERDICT = 1 };

// struct row is one line. Its cells are escaped.
struct row {
    char *cells[COLUMNS];
    int status;
    bool is_marked;  // with a colour
};

static char *cell(const char *text)
{
    char *out = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&out, &len);
    if (stream != NULL)
        print_escaped(stream, text, strlen(text));
    if (stream == NULL || fclose(stream) != 0)
        die_no_memory();
    return out;
}

static char *time_cell(bool is_there, int64_t seconds)
{
    if (!is_there)
        return cell("-");
    json_t *time = value_time(seconds);
    char *out = cell(json_string_value(time));
    json_decref(time);
    return out;
}

// Options that weaken the check are shown in each line.
static char *from_cell(const struct check_options *options, const struct target *target,
                       const struct answer *answer)
{
    char text[WHY_SIZE];
    const char *from = answer->url != NULL ? answer->url : answer->from;
    bool is_unchecked = target->source->is_host && options->host.tls.insecure_no_chain_check;
    snprintf(text, sizeof text, "%.300s%s%s", from != NULL ? from : "-",
             options->soft_fail ? " (soft fail)" : "",
             is_unchecked ? " (insecure: chain not checked)" : "");
    return cell(text);
}

static void fill_row(struct row *row, const struct check_options *options,
                     const struct target *target, const struct answer *answer)
{
    const struct oc_verdict *verdict = answer->verdict;
    row->status = answer->status;
    row->is_marked = answer->is_counted;
    row->cells[TARGET] = cell(target->name);
    row->cells[VERDICT] = cell(answer->word);
    row->cells[2] = time_cell(verdict != NULL, verdict != NULL ? verdict->this_update : 0);
    row->cells[3] = time_cell(verdict != NULL && verdict->has_next_update,
                              verdict != NULL ? verdict->next_update : 0);
    row->cells[4] = cell(verdict != NULL ? oc_signer_kind_name(verdict->signer) : "-");
    row->cells[5] = from_cell(options, target, answer);
}

// Returns the width in characters, as if each took one column.
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static const char *color_of(int status)
{
    static const char *const colors[] = {
        [VERDICT_GOOD] = "\033[32m",
        [VERDICT_REVOKED] = "\033[31m",
        [VERDICT_UNKNOWN] = "\033[33m",
        [VERDICT_NOT_VERIFIED] = "\033[31m",
    };
    return colors[status];
}

static void print_row(const struct row *row, const size_t *widths, bool color)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        bool is_colored = color && i == VERDICT && row->is_marked;
        fputs(is_colored ? color_of(row->status) : "", stdout);
        fputs(row->cells[i], stdout);
        fputs(is_colored ? "\033[0m" : "", stdout);
        if (i + 1 < COLUMNS)
            printf("%*s", (int)(widths[i] - width_of(row->cells[i])) + 2, "");
    }
    putchar('\n');
}

static void print_rows(const struct row *rows, size_t n)
{
    size_t widths[COLUMNS] = {0};
    bool color = sink_stdout(&text_sink).color;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < COLUMNS; j++) {
            size_t width = width_of(rows[i].cells[j]);
            widths[j] = width > widths[j] ? width : widths[j];
        }
    }
    for (size_t i = 0; i < n; i++)
        print_row(&rows[i], widths, color);
}

static size_t add_rows(struct row *rows, const struct check_options *options,
                       const struct target *target)
{
    struct answer answers[ANSWERS_MAX];
    size_t n = answers_of(target, options->soft_fail, answers);
    for (size_t i = 0; i < n; i++)
        fill_row(&rows[i], options, target, &answers[i]);
    return n;
}

void check_table(const struct check_result *result)
{
    static const char *const titles[] = {"TARGET", "VERDICT", "SINCE", "UNTIL", "SIGNER", "FROM"};
    const struct targets *targets = result->targets;
    struct row *rows = must_alloc(1 + ANSWERS_MAX * targets->n, sizeof *rows);
    size_t n = 1;
    for (size_t i = 0; i < COLUMNS; i++)
        rows[0].cells[i] = cell(titles[i]);
    for (size_t i = 0; i < targets->n; i++)
        n += add_rows(&rows[n], result->options, &targets->items[i]);
    print_rows(rows, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < COLUMNS; j++)
            free(rows[i].cells[j]);
    }
    free(rows);
}
