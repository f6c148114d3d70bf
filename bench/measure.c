// SPDX-License-Identifier: MIT
//
// Rounds of one or two milliseconds, long enough for the clock and short enough that
// an interruption spoils few of them; the median does not see those.
#include "measure.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 201, QUICK_ROUNDS = 21 };

static const double round_ns = 1.5e6;
static const double quick_round_ns = 0.3e6;

_Noreturn void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

size_t rounds(bool quick)
{
    return quick ? QUICK_ROUNDS : ROUNDS;
}

static double now_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        die("cannot read the clock");
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_run(const struct subject *subject, size_t n)
{
    double start = now_ns();
    subject->run(subject->input, n);
    return now_ns() - start;
}

// Returns how often a subject must run to fill a round. It also warms up the caches.
static size_t fill_round(const struct subject *subject, double wanted)
{
    for (size_t n = 1;; n *= 2) {
        double taken = time_run(subject, n);
        if (taken >= wanted)
            return n;
        if (taken >= wanted / 8)
            return (size_t)((double)n * wanted / taken) + 1;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, size_t n, double part)
{
    qsort(values, n, sizeof *values, compare);
    return values[(size_t)(part * (double)(n - 1) + 0.5)];
}

// Each round starts with another subject, so that none always follows the same one.
static void run_rounds(const struct row *row, size_t n, double wanted,
                       double (*times)[MAX_SUBJECTS])
{
    size_t repeats[MAX_SUBJECTS];
    for (size_t s = 0; s < row->n; s++)
        repeats[s] = fill_round(&row->subjects[s], wanted);
    for (size_t r = 0; r < n; r++) {
        for (size_t turn = 0; turn < row->n; turn++) {
            size_t s = (turn + r) % row->n;
            double units = (double)repeats[s] * (double)row->subjects[s].units;
            times[r][s] = time_run(&row->subjects[s], repeats[s]) / units;
        }
    }
}

static void summarise(double (*times)[MAX_SUBJECTS], size_t n, size_t s, double *values,
                      struct timing *out)
{
    for (size_t r = 0; r < n; r++)
        values[r] = times[r][s];
    out->median = quantile(values, n, 0.5);
    out->low = quantile(values, n, 0.05);
    out->high = quantile(values, n, 0.95);
    for (size_t r = 0; r < n; r++)
        values[r] = times[r][s] / times[r][0];
    out->ratio = quantile(values, n, 0.5);
}

static double smallest(const struct timing *timings, size_t n)
{
    double least = timings[0].median;
    for (size_t i = 1; i < n; i++)
        least = timings[i].median < least ? timings[i].median : least;
    return least;
}

static void judge(const struct row *row, struct timing *timings)
{
    double least = smallest(timings, row->n);
    for (size_t s = 0; s < row->n; s++) {
        const struct subject *subject = &row->subjects[s];
        if (subject->bar == BAR_OF_SMALLEST)
            timings[s].ratio = timings[s].median / least;
        timings[s].met = subject->bar == BAR_NONE ||
                         (subject->bar == BAR_TIMES_FASTER && timings[s].ratio >= subject->limit) ||
                         (subject->bar == BAR_OF_FLOOR && 1 / timings[s].ratio <= subject->limit) ||
                         (subject->bar == BAR_NANOSECONDS && timings[s].median <= subject->limit) ||
                         (subject->bar == BAR_OF_SMALLEST && timings[s].ratio <= subject->limit);
    }
}

void measure(const struct row *row, bool quick, struct timing timings[MAX_SUBJECTS])
{
    size_t n = rounds(quick);
    if (row->rounds != 0 && row->rounds < n)
        n = row->rounds;
    double(*times)[MAX_SUBJECTS] = calloc(n, sizeof *times);
    double *values = calloc(n, sizeof *values);
    if (times == NULL || values == NULL)
        die("out of memory");
    run_rounds(row, n, quick ? quick_round_ns : round_ns, times);
    for (size_t s = 0; s < row->n; s++)
        summarise(times, n, s, values, &timings[s]);
    judge(row, timings);
    free(values);
    free(times);
}
