// SPDX-License-Identifier: MIT
//
// Times, gap and odd rows, in this order.
#include "answer/source_check.h"

#include "answer/source_text.h"

#include <stdio.h>

// struct odd_check is the progress through the odd rows.
struct odd_check {
    const struct source_check *check;
    size_t n;
};

static bool report_row(void *arg, const struct odd_row *row)
{
    struct odd_check *odd = arg;
    char text[SOURCE_TEXT];
    odd->check->line(odd->check->arg, false, source_text_odd(row, text));
    return ++odd->n < SOURCE_CHECK_ODD;
}

static void report_rows(const struct served_issuer *issuer, const struct source_state *state,
                        const struct source_check *check)
{
    char text[SOURCE_TEXT];
    struct odd_check odd = {check, 0};
    if (issuer->store->methods->list_odd != NULL)
        issuer->store->methods->list_odd(issuer->store, false, report_row, &odd);
    if (state->n_odd <= odd.n)
        return;
    snprintf(text, sizeof text, "%zu more rows of the source are odd", state->n_odd - odd.n);
    check->line(check->arg, false, text);
}

void source_check(const struct served_issuer *issuer, int64_t warning, int64_t now,
                  const struct source_check *check)
{
    struct source_state state;
    char text[SOURCE_TEXT];
    const struct issuer_config *config = issuer->config;
    (void)condition_read(issuer->store, &state);
    enum condition condition = condition_of(&state, config, warning, now);
    if (condition != CONDITION_CURRENT)
        check->line(check->arg,
                    condition == CONDITION_EXPIRED || condition == CONDITION_NOT_YET_VALID,
                    source_text_times(config, &state, condition, now, text));
    if (state.gap != NULL)
        check->line(check->arg, false, source_text_gap(state.gap, text));
    report_rows(issuer, &state, check);
}
