// SPDX-License-Identifier: MIT
//
// Measures the subjects of a row in turn: other load on the machine affects all of them, so
// that their ratios stay right when their times do not.
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_SUBJECTS = 5 };

// The limit that a subject is compared with; the first subject of a row is libocsp.
enum bar {
    BAR_NONE,
    BAR_TIMES_FASTER,  // ours is at least so many times faster
    BAR_OF_FLOOR,      // ours takes at most so many times as long
    BAR_NANOSECONDS,   // it takes at most so long, on any machine
    BAR_OF_SMALLEST,   // it takes at most so many times as long as the fastest in the row
};

struct subject {
    const char *name;
    void (*run)(const void *input, size_t n);  // does it `n` times
    const void *input;
    size_t units;  // what its time is divided by: octets, or 1 for each time done
    enum bar bar;
    double limit;
};

struct row {
    const char *name;
    const char *unit;
    size_t octets;  // of the message, 0 when they differ
    size_t rounds;  // at most so many, for a row that takes long; 0 when there is no limit
    size_t n;
    struct subject subjects[MAX_SUBJECTS];
};

// Nanoseconds for one unit: the median over all rounds, and the range in which nine
// of ten rounds lie. `ratio` is the median of the ratios within each round: to the
// first subject, or, under BAR_OF_SMALLEST, of the medians to the smallest of them.
struct timing {
    double median;
    double low;
    double high;
    double ratio;
    bool met;
};

// measure fills `timings`, one for each subject of the row.
void measure(const struct row *row, bool quick, struct timing timings[MAX_SUBJECTS]);

// rounds is how often each subject is measured.
size_t rounds(bool quick);

// observe makes the compiler assume that `value` and all memory are read.
static inline void observe(const void *value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

// die exits, because something that is to be measured does not work.
_Noreturn void die(const char *what);

#endif
