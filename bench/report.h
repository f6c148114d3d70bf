// SPDX-License-Identifier: MIT
//
// The results, as text and as JSON.
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "measure.h"

#include <jansson.h>

// A report prints each row at once, and keeps it for the JSON file.
struct report {
    json_t *root;
    json_t *rows;
    json_t *heap;
    size_t n_bars;
    size_t n_met;
};

// report_begin prints the machine, the compiler and the libraries.
void report_begin(struct report *report, bool quick);

void report_row(struct report *report, const struct row *row, const struct timing *timings);

// report_heap reports how often a subject calls the allocator; `ours` must never do so.
void report_heap(struct report *report, const char *row, const char *subject, size_t calls,
                 bool ours);

// report_end prints how many bars were met, writes the JSON to `path` unless that is
// NULL, and frees the report. Returns false if the file cannot be written.
bool report_end(struct report *report, const char *path);

#endif
