// SPDX-License-Identifier: MIT
//
// Runs one file of tests/data/wire against the parsers: each case must be refused
// with exactly its error, or accepted with exactly its values. Of an accepted message
// every prefix and every flip of one bit is parsed too. All inputs touch a guard page.
#define _POSIX_C_SOURCE 200809L

#include "describe.h"

#include <cases.h>
#include <check.h>
#include <guard.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

union parsed {
    struct oc_request request;
    struct oc_response response;
    struct oc_cert cert;
    struct oc_crl crl;
};

// One kind of message: its parser, and the functions that use the result.
struct kind {
    const char *name;
    enum oc_err (*parse)(union parsed *out, struct oc_bytes der, struct oc_error *err);
    void (*describe)(FILE *out, const union parsed *parsed);
    unsigned (*deviations)(const union parsed *parsed);
    int (*check)(const uint8_t *data, size_t len);
    size_t size;
};

static enum oc_err parse_request(union parsed *out, struct oc_bytes der, struct oc_error *err)
{
    return oc_request_parse(&out->request, der, err);
}

static enum oc_err parse_response(union parsed *out, struct oc_bytes der, struct oc_error *err)
{
    return oc_response_parse(&out->response, der, err);
}

static enum oc_err parse_cert(union parsed *out, struct oc_bytes der, struct oc_error *err)
{
    return oc_cert_parse(&out->cert, der, err);
}

static enum oc_err parse_crl(union parsed *out, struct oc_bytes der, struct oc_error *err)
{
    return oc_crl_parse(&out->crl, der, err);
}

static void describe_a_request(FILE *out, const union parsed *parsed)
{
    describe_request(out, &parsed->request);
}

static void describe_a_response(FILE *out, const union parsed *parsed)
{
    describe_response(out, &parsed->response);
}

static void describe_a_cert(FILE *out, const union parsed *parsed)
{
    describe_cert(out, &parsed->cert);
}

static void describe_a_crl(FILE *out, const union parsed *parsed)
{
    describe_crl(out, &parsed->crl);
}

static unsigned request_deviations(const union parsed *parsed)
{
    return parsed->request.deviations;
}

static unsigned response_deviations(const union parsed *parsed)
{
    return parsed->response.deviations;
}

static unsigned cert_deviations(const union parsed *parsed)
{
    return parsed->cert.deviations;
}

static unsigned crl_deviations(const union parsed *parsed)
{
    return parsed->crl.deviations;
}

static const struct kind kinds[] = {
    {"request", parse_request, describe_a_request, request_deviations, check_request,
     sizeof(struct oc_request)},
    {"response", parse_response, describe_a_response, response_deviations, check_response,
     sizeof(struct oc_response)},
    {"cert", parse_cert, describe_a_cert, cert_deviations, check_cert, sizeof(struct oc_cert)},
    {"crl", parse_crl, describe_a_crl, crl_deviations, check_crl, sizeof(struct oc_crl)},
};

// The input of one cmocka test.
struct job {
    const struct test_case *c;
    const struct kind *kind;
    struct guard *guard;
    char *name;
};

static const struct kind *kind_of(const struct test_case *c)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(c->kind, kinds[i].name) == 0)
            return &kinds[i];
    }
    fprintf(stderr, "%s: there is no kind '%s'\n", c->name, c->kind);
    exit(2);
}

static void assert_zero(const union parsed *parsed, size_t size)
{
    const uint8_t *octets = (const uint8_t *)parsed;
    for (size_t i = 0; i < size; i++)
        assert_int_equal(octets[i], 0);
}

static void assert_refused(const struct job *job, struct oc_bytes der)
{
    union parsed parsed;
    struct oc_error err = {0};
    memset(&parsed, 0xA5, sizeof parsed);
    enum oc_err code = job->kind->parse(&parsed, der, &err);
    assert_string_equal(oc_err_name(code), job->c->code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, job->c->what);
    assert_int_equal(err.offset, job->c->offset);
    assert_zero(&parsed, job->kind->size);

    memset(&parsed, 0xA5, sizeof parsed);
    assert_int_equal(job->kind->parse(&parsed, der, NULL), code);
    assert_zero(&parsed, job->kind->size);
}

static char *names_of_deviations(unsigned deviations)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    const char *comma = "";
    for (unsigned bit = 1; bit != 0; bit <<= 1) {
        if ((deviations & bit) == 0)
            continue;
        assert_non_null(oc_deviation_name(bit));
        fprintf(out, "%s%s", comma, oc_deviation_name(bit));
        comma = ",";
    }
    if (deviations == 0)
        fputs("none", out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static bool has_line(const char *text, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at++) {
        if ((at == text || at[-1] == '\n') && at[len] == '\n')
            return true;
    }
    return false;
}

// An expectation "!KEY" means that no line has this key.
static bool has_key(const char *text, const char *key)
{
    size_t len = strlen(key);
    for (const char *at = text; (at = strstr(at, key)) != NULL; at++) {
        if ((at == text || at[-1] == '\n') && at[len] == ' ')
            return true;
    }
    return false;
}

// Shows the line that has the key of an expectation.
static void print_found(const char *text, const char *line)
{
    size_t key = strcspn(line, " ");
    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1) {
        if (strncmp(at, line, key) == 0 && at[key] == ' ')
            print_error("found: %.*s\n", (int)strcspn(at, "\n"), at);
    }
}

static void assert_described(const struct job *job, const union parsed *parsed)
{
    char *text = NULL;
    size_t size;
    bool ok = true;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    job->kind->describe(out, parsed);
    assert_int_equal(fclose(out), 0);
    for (size_t i = 0; i < job->c->n_expect; i++) {
        const char *line = job->c->expect[i];
        if (line[0] == '!' ? !has_key(text, line + 1) : has_line(text, line))
            continue;
        print_error("expected: %s\n", line);
        print_found(text, line[0] == '!' ? line + 1 : line);
        ok = false;
    }
    free(text);
    assert_true(ok);
}

static void assert_accepted(const struct job *job, struct oc_bytes der)
{
    union parsed parsed;
    struct oc_error err;
    memset(&parsed, 0xA5, sizeof parsed);
    memset(&err, 0xA5, sizeof err);
    enum oc_err code = job->kind->parse(&parsed, der, &err);
    if (code != OC_OK)
        print_error("%s at %zu: %s\n", oc_err_name(code), err.offset, err.what);
    assert_int_equal(code, OC_OK);
    assert_int_equal(err.code, OC_OK);
    char *deviations = names_of_deviations(job->kind->deviations(&parsed));
    assert_string_equal(deviations, job->c->deviations);
    free(deviations);
    assert_described(job, &parsed);
    assert_int_equal(job->kind->check(der.data, der.len), 1);
}

static void test_case_itself(void **state)
{
    const struct job *job = *state;
    const struct test_case *c = job->c;
    struct oc_bytes at_end = {guard_at_end(job->guard, c->der, c->len), c->len};
    if (case_accepted(c))
        assert_accepted(job, at_end);
    else
        assert_refused(job, at_end);
    struct oc_bytes at_start = {guard_at_start(job->guard, c->der, c->len), c->len};
    if (case_accepted(c))
        assert_accepted(job, at_start);
    else
        assert_refused(job, at_start);
}

static void test_prefixes(void **state)
{
    const struct job *job = *state;
    for (size_t len = 0; len < job->c->len; len++) {
        uint8_t *data = guard_at_end(job->guard, job->c->der, len);
        if (job->kind->check(data, len) != 0)
            fail_msg("the first %zu octets alone are accepted", len);
    }
}

// A flipped message may be accepted or refused: check() exits when the result is
// inconsistent.
static void test_flips(void **state)
{
    const struct job *job = *state;
    uint8_t *data = guard_at_end(job->guard, job->c->der, job->c->len);
    size_t n_refused = 0;
    for (size_t bit = 0; bit < 8 * job->c->len; bit++) {
        uint8_t mask = (uint8_t)(1U << bit % 8);
        data[bit / 8] ^= mask;
        n_refused += job->kind->check(data, job->c->len) == 0;
        data[bit / 8] ^= mask;
    }
    assert_true(n_refused > 0);
}

static char *joined(const char *a, const char *b)
{
    size_t size = strlen(a) + strlen(b) + 1;
    char *out = malloc(size);
    if (out == NULL)
        abort();
    snprintf(out, size, "%s%s", a, b);
    return out;
}

struct suite {
    struct job *jobs;
    struct CMUnitTest *tests;
    size_t n;
};

static void add(struct suite *suite, struct job job, const char *suffix, CMUnitTestFunction run)
{
    job.name = joined(job.c->name, suffix);
    struct job *place = &suite->jobs[suite->n];
    *place = job;
    suite->tests[suite->n++] = (struct CMUnitTest){job.name, run, NULL, NULL, place};
}

static void fill(struct suite *suite, const struct case_file *file, struct guard *guard)
{
    suite->jobs = calloc(3 * file->n, sizeof *suite->jobs);
    suite->tests = calloc(3 * file->n, sizeof *suite->tests);
    if (suite->jobs == NULL || suite->tests == NULL)
        abort();
    for (size_t i = 0; i < file->n; i++) {
        struct job job = {&file->cases[i], kind_of(&file->cases[i]), guard, NULL};
        add(suite, job, "", test_case_itself);
        if (!case_accepted(job.c))
            continue;
        add(suite, job, " cut", test_prefixes);
        add(suite, job, " flipped", test_flips);
    }
}

static void empty(struct suite *suite)
{
    for (size_t i = 0; i < suite->n; i++)
        free(suite->jobs[i].name);
    free(suite->jobs);
    free(suite->tests);
}

static size_t longest(const struct case_file *file)
{
    size_t len = 0;
    for (size_t i = 0; i < file->n; i++)
        len = file->cases[i].len > len ? file->cases[i].len : len;
    return len;
}

int main(int argc, char **argv)
{
    struct case_file file;
    struct guard guard;
    struct suite suite = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    case_file_read(&file, argv[1]);
    guard_init(&guard, longest(&file));
    fill(&suite, &file, &guard);
    int failed = _cmocka_run_group_tests(argv[1], suite.tests, suite.n, NULL, NULL);
    empty(&suite);
    guard_free(&guard);
    case_file_free(&file);
    return failed;
}
