// SPDX-License-Identifier: MIT
//
// The results, as text for people and as JSON for scripts.
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "measure.h"

#include <jansson.h>

// A report prints what it is given at once, and keeps it for the JSON file.
struct report {
    json_t *root;
    json_t *rows;
    json_t *heap;
    size_t n_bars;
    size_t n_met;
};

// report_begin prints what it is that measures: machine, compiler, libraries.
void report_begin(struct report *report, bool quick);

void report_row(struct report *report, const struct row *row, const struct timing *timings);

// report_heap tells how often a subject asks for memory; `ours` must not at all.
void report_heap(struct report *report, const char *row, const char *subject, size_t calls,
                 bool ours);

// report_end prints how many bars were met, writes the JSON to `path` unless that is
// NULL, and frees the report. False says that the file could not be written.
bool report_end(struct report *report, const char *path);

#endif
