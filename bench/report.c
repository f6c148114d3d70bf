// SPDX-License-Identifier: MIT
//
// Ratios come first: times depend on the machine, and on its other users.
#include "report.h"

#include <ocsp/base.h>

#include <gnutls/gnutls.h>
#include <openssl/crypto.h>

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        die("out of memory");
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        die("out of memory");
}

static void report_text(json_t *object, const char *key, const char *value)
{
    printf("%-10s %s\n", key, value);
    set(object, key, json_string(value));
}

// The processor's name as Linux reports it, or "unknown".
static void read_processor(char *name, size_t size)
{
    char line[256];
    snprintf(name, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(name, size, "%s", colon + 2);
        break;
    }
    fclose(file);
}

static void report_machine(json_t *root)
{
    char processor[256];
    char machine[1024];
    struct utsname system;
    if (uname(&system) != 0)
        die("cannot read the name of the machine");
    read_processor(processor, sizeof processor);
    snprintf(machine, sizeof machine, "%s, %ld processors, %s %s %s", processor,
             sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release, system.machine);
    report_text(root, "machine", machine);
}

void report_begin(struct report *report, bool quick)
{
    char text[64];
    *report = (struct report){json_object(), json_array(), json_array(), 0, 0};
    report_machine(report->root);
    report_text(report->root, "compiler", COMPILER);
    report_text(report->root, "libocsp", oc_version());
    report_text(report->root, "libcrypto", OpenSSL_version(OPENSSL_VERSION));
    report_text(report->root, "GnuTLS", gnutls_check_version(NULL));
    snprintf(text, sizeof text, "%zu", rounds(quick));
    report_text(report->root, "rounds", text);
#ifndef __OPTIMIZE__
    printf("\nThis program was compiled without optimisation: its numbers mean nothing.\n");
#endif
    printf("\nTimes are medians, with the range of nine in ten rounds.\n");
}

static void write_ratio(const struct row *row, const struct timing *timings, size_t i, char *text,
                        size_t size)
{
    double ratio = timings[i].ratio;
    text[0] = '\0';
    if (row->subjects[i].bar == BAR_OF_SMALLEST)
        snprintf(text, size, "%.2f of the smallest", ratio);
    else if (row->subjects[i].bar == BAR_OF_FLOOR)
        snprintf(text, size, "ours takes %.2f of it", 1 / ratio);
    else if (i > 0)
        snprintf(text, size, "ours is %.1f times faster", ratio);
}

static void write_bar(const struct subject *subject, const struct timing *timing, char *text,
                      size_t size)
{
    const char *verdict = timing->met ? "met" : "MISSED";
    text[0] = '\0';
    if (subject->bar == BAR_TIMES_FASTER)
        snprintf(text, size, "at least %g: %s", subject->limit, verdict);
    else if (subject->bar != BAR_NONE)
        snprintf(text, size, "at most %g: %s", subject->limit, verdict);
}

static const char *bar_name(enum bar bar)
{
    switch (bar) {
    case BAR_TIMES_FASTER:
        return "times faster, at least";
    case BAR_OF_FLOOR:
        return "of the floor, at most";
    case BAR_OF_SMALLEST:
        return "of the smallest, at most";
    case BAR_NANOSECONDS:
        return "nanoseconds, at most";
    case BAR_NONE:
        break;
    }
    return "none";
}

static json_t *subject_json(const struct subject *subject, const struct timing *timing)
{
    json_t *object = json_object();
    set(object, "name", json_string(subject->name));
    set(object, "ns", json_real(timing->median));
    set(object, "ns_low", json_real(timing->low));
    set(object, "ns_high", json_real(timing->high));
    set(object, "ratio",
        json_real(subject->bar == BAR_OF_FLOOR ? 1 / timing->ratio : timing->ratio));
    if (subject->bar == BAR_NONE)
        return object;
    set(object, "bar", json_string(bar_name(subject->bar)));
    set(object, "limit", json_real(subject->limit));
    set(object, "met", json_boolean(timing->met));
    return object;
}

static void report_subject(struct report *report, const struct row *row,
                           const struct timing *timings, size_t i)
{
    char ratio[64];
    char bar[64];
    const struct subject *subject = &row->subjects[i];
    write_ratio(row, timings, i, ratio, sizeof ratio);
    write_bar(subject, &timings[i], bar, sizeof bar);
    printf("  %-24s %-30s %-24s %10.*f %s (%.*f to %.*f)\n", subject->name, ratio, bar,
           timings[i].median < 10 ? 3 : 1, timings[i].median, row->unit,
           timings[i].median < 10 ? 3 : 1, timings[i].low, timings[i].median < 10 ? 3 : 1,
           timings[i].high);
    if (subject->bar == BAR_NONE)
        return;
    report->n_bars++;
    report->n_met += timings[i].met;
}

void report_row(struct report *report, const struct row *row, const struct timing *timings)
{
    json_t *object = json_object();
    json_t *subjects = json_array();
    set(object, "name", json_string(row->name));
    printf("\n%s", row->name);
    if (row->octets != 0) {
        printf(" (%zu octets)", row->octets);
        set(object, "octets", json_integer((json_int_t)row->octets));
    }
    printf("\n");
    for (size_t i = 0; i < row->n; i++) {
        report_subject(report, row, timings, i);
        append(subjects, subject_json(&row->subjects[i], &timings[i]));
    }
    set(object, "subjects", subjects);
    append(report->rows, object);
    fflush(stdout);
}

void report_heap(struct report *report, const char *row, const char *subject, size_t calls,
                 bool ours)
{
    json_t *object = json_object();
    set(object, "row", json_string(row));
    set(object, "subject", json_string(subject));
    set(object, "calls", json_integer((json_int_t)calls));
    if (ours) {
        printf("\nheap, calls of malloc and its kind: %s\n", row);
        set(object, "limit", json_integer(0));
        set(object, "met", json_boolean(calls == 0));
        report->n_bars++;
        report->n_met += calls == 0;
    }
    append(report->heap, object);
    printf("  %-24s %zu%s\n", subject, calls,
           !ours        ? ""
           : calls == 0 ? ", at most 0: met"
                        : ", at most 0: MISSED");
}

bool report_end(struct report *report, const char *path)
{
    printf("\n%zu of %zu bars met\n", report->n_met, report->n_bars);
    set(report->root, "rows", report->rows);
    set(report->root, "heap", report->heap);
    set(report->root, "bars", json_integer((json_int_t)report->n_bars));
    set(report->root, "met", json_integer((json_int_t)report->n_met));
    bool written = path == NULL || json_dump_file(report->root, path, JSON_INDENT(2)) == 0;
    json_decref(report->root);
    return written;
}
