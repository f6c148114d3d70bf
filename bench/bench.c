// SPDX-License-Identifier: MIT
//
// bench compares this library with its peers and its floors, in one process.
//
//     bench [--json FILE] [--quick]
//
// A missed bar is not a failure of the program, since it depends on the machine. The program
// fails if a library does not read or build the same as the others.
#include "build.h"
#include "client.h"
#include "crl.h"
#include "heap.h"
#include "measure.h"
#include "parse.h"
#include "report.h"
#include "sign.h"
#include "verify.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 64 };

struct options {
    const char *json;
    bool quick;
};

static bool read_options(int argc, char **argv, struct options *options)
{
    *options = (struct options){0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            options->quick = true;
        else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc)
            options->json = argv[++i];
        else
            return false;
    }
    return true;
}

static void report_rows(struct report *report, const struct row *rows, size_t n, bool quick)
{
    struct timing timings[MAX_SUBJECTS];
    for (size_t i = 0; i < n; i++) {
        measure(&rows[i], quick, timings);
        report_row(report, &rows[i], timings);
    }
}

static void report_heap_of(struct report *report, const struct row *row)
{
    report_heap(report, row->name, row->subjects[0].name, heap_calls(&row->subjects[0]), true);
    for (size_t i = 1; i < row->n; i++) {
        if (row->subjects[i].bar == BAR_OF_FLOOR || row->subjects[i].bar == BAR_OF_SMALLEST)
            continue;
        size_t calls = heap_calls(&row->subjects[i]);
        if (calls == 0)
            die("cannot count the calls of malloc");
        report_heap(report, row->name, row->subjects[i].name, calls, false);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct samples samples;
    struct parse_inputs parse_inputs;
    struct build_inputs build_inputs;
    struct row parse[N_PARSE_ROWS];
    struct row build[N_BUILD_ROWS];
    struct verify_inputs verify_inputs;
    struct row verify[N_VERIFY_ROWS];
    struct sign_inputs sign_inputs;
    struct row sign[N_SIGN_ROWS];
    static struct client_inputs client_inputs;
    struct row client[N_CLIENT_ROWS];
    struct crl_inputs crl_inputs;
    struct row crl[N_CRL_ROWS];
    struct report report;
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: bench [--json FILE] [--quick]\n");
        return EXIT_USAGE;
    }
    samples_make(&samples, SEED_DIR);
    parse_rows(parse, &parse_inputs, &samples);
    parse_check(parse, &parse_inputs);
    build_rows(build, &build_inputs, &samples, SEED_DIR);
    verify_rows(verify, &verify_inputs, &samples);
    sign_rows(sign, &sign_inputs, &samples);
    client_rows(client, &client_inputs, &samples);
    crl_rows(crl, &crl_inputs, &samples);

    report_begin(&report, options.quick);
    report_rows(&report, parse, N_PARSE_ROWS, options.quick);
    report_rows(&report, build, N_BUILD_ROWS, options.quick);
    report_rows(&report, verify, N_VERIFY_ROWS, options.quick);
    report_rows(&report, sign, N_SIGN_ROWS, options.quick);
    report_rows(&report, client, N_CLIENT_ROWS, options.quick);
    report_rows(&report, crl, N_CRL_ROWS, options.quick);
    for (size_t i = 0; i < N_PARSE_ROWS; i++)
        report_heap_of(&report, &parse[i]);
    struct row without_crypto = build_heap_row(&build_inputs);
    report_heap_of(&report, &without_crypto);
    report_heap_of(&report, &crl[0]);

    crl_free(&crl_inputs);
    client_free(&client_inputs);
    sign_free(&sign_inputs);
    verify_free(&verify_inputs);
    build_free(&build_inputs);
    samples_free(&samples);
    if (!report_end(&report, options.json))
        die("cannot write the JSON file");
    return 0;
}
