// SPDX-License-Identifier: MIT
//
// The library and libcrypto on the same octets: each sample as it is, with every single
// bit flipped, and every prefix. The table of differences must explain each disagreement, and
// each difference in it must occur.
#define _DEFAULT_SOURCE

#include "closed.h"
#include "verdict.h"

#include <cases.h>
#include <guard.h>

#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_VECTORS 25
#define MAX_REPORTS 20

struct sample {
    char *name;
    enum kind kind;
    uint8_t *der;
    size_t len;
};

// One change to a sample: the bit that was flipped, or how it was left.
struct trial {
    const struct sample *sample;
    struct oc_bytes der;
    size_t offset;
    int bit;  // 0 to 7, or one of the next
    enum oc_err code;
    struct oc_error err;
};

enum {
    BIT_NONE = -1,
    BIT_CUT = -2,
};

// An expected difference. Every member that is set must match: the error of the library, a part
// of its text, the closed element that the flipped bit is in, the name of the sample, or the
// property that `fits` tests. One that `depends_on_release` occurs with some releases of libcrypto
// only, and may be absent.
struct difference {
    bool we_accept;
    enum oc_err code;
    const char *what;
    enum closed closed;
    const char *sample;
    bool (*fits)(const struct trial *trial);
    bool depends_on_release;
    const char *reason;
};

// A string type in pieces, or a SEQUENCE OF that says it is primitive: the element at
// fault has the right number with the wrong form (X.690 8.9.1, 10.2).
static bool has_wrong_form(const struct trial *trial)
{
    static const uint8_t forms[] = {0x10, 0x24, 0xA1, 0xA2, 0xA6, 0xA7};
    return trial->err.offset < trial->der.len &&
           memchr(forms, trial->der.data[trial->err.offset], sizeof forms) != NULL;
}

// A tag of several octets whose number would fit into one, or needs more than three.
static bool has_odd_high_tag(const struct trial *trial)
{
    size_t at = trial->err.offset;
    return at < trial->der.len && (trial->der.data[at] & 0x1F) == 0x1F;
}

#define VALUE_CLOSED "libcrypto leaves the value of an extension closed until somebody asks"

static const struct difference differences[] = {
    // The library refuses, libcrypto accepts.
    {.code = OC_ERR_TIME, .reason = "libcrypto keeps times as text and does not read them"},
    {.code = OC_ERR_DUPLICATE, .reason = "libcrypto lets an extension occur twice"},
    {.code = OC_ERR_VERSION, .reason = "libcrypto does not look at the version"},
    {.code = OC_ERR_ENCODING,
     .what = "version is not",
     .reason = "a version below zero, which libcrypto does not look at either"},
    {.code = OC_ERR_STATUS, .reason = "libcrypto does not look at which status it is"},
    {.code = OC_ERR_ENCODING,
     .what = "responseStatus is not",
     .reason = "a status below zero, which libcrypto does not look at either"},
    {.code = OC_ERR_BODY, .reason = "libcrypto lets an error response have responseBytes"},
    {.code = OC_ERR_ENCODING,
     .what = "revocationReason is not",
     .reason = "libcrypto lets an ENUMERATED be negative"},
    {.code = OC_ERR_ENCODING,
     .what = "critical is not",
     .reason = "libcrypto takes each BOOLEAN that is not 0 for TRUE, as BER does"},
    {.code = OC_ERR_ENCODING,
     .what = "BIT STRING of whole bytes",
     .reason = "libcrypto lets signatures and keys have unused bits"},
    {.code = OC_ERR_ENCODING,
     .what = "UniqueIdentifier",
     .reason = "libcrypto lets unused bits be set, as BER does"},
    {.code = OC_ERR_TRAILING,
     .what = "trailing bytes after the BasicOCSPResponse",
     .reason = "libcrypto does not look behind the BasicOCSPResponse in its OCTET STRING"},
    {.code = OC_ERR_LENGTH,
     .what = "byKey",
     .depends_on_release = true,
     .reason = "libcrypto takes lengths with zeros in front, as BER does"},
    {.code = OC_ERR_TAG, .fits = has_wrong_form, .reason = "libcrypto reads strings as BER"},
    {.code = OC_ERR_TAG,
     .fits = has_odd_high_tag,
     .reason = "libcrypto takes tag numbers written longer than they need, and larger ones"},
    {.what = "trailing bytes after the value of an extension", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.4.2)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.4.3)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.4.4)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.4.6)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.4.7.1)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.4.8)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6962 3.3)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 5.3.1)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 5.3.2)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 5.3.3)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 4.2.1.1)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 4.2.1.2)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 4.2.1.3)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 4.2.1.9)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 4.2.1.12)", .reason = VALUE_CLOSED},
    {.what = "(RFC 5280 4.2.2.1)", .reason = VALUE_CLOSED},
    {.what = "(RFC 7633 4.1)", .reason = VALUE_CLOSED},
    {.what = "(RFC 6960 4.2.2.2.1)", .reason = VALUE_CLOSED},
    // The library accepts, libcrypto refuses.
    {.we_accept = true,
     .closed = CLOSED_CERTS,
     .reason = "certificates in a message stay closed until oc_cert_parse() opens one"},
    {.we_accept = true, .closed = CLOSED_NAME, .reason = "names stay closed"},
    {.we_accept = true, .closed = CLOSED_GENERAL_NAME, .reason = "requestorName stays closed"},
    {.we_accept = true,
     .closed = CLOSED_PARAMETERS,
     .reason = "parameters are ANY, and libcrypto checks those of a simple type"},
    {.we_accept = true,
     .sample = "names_are_no_names",
     .reason = "the names in this certificate are none, and stay closed"},
    {.we_accept = true,
     .sample = "cert_is_an_empty_sequence",
     .reason = "the certificate in this request is none, and stays closed"},
};
#define N_DIFFERENCES (sizeof differences / sizeof differences[0])

struct run {
    struct sample *samples;
    size_t n_samples;
    struct guard guard;
    size_t seen[N_DIFFERENCES];
    size_t n_trials;
    size_t n_unexplained;
};

static bool explains(const struct difference *d, const struct trial *trial)
{
    bool we_accept = trial->code == OC_OK;
    if (d->we_accept != we_accept || trial->bit == BIT_CUT)
        return false;
    if (d->code != OC_OK && d->code != trial->code)
        return false;
    if (d->what != NULL && strstr(trial->err.what, d->what) == NULL)
        return false;
    if (d->sample != NULL && strcmp(d->sample, trial->sample->name) != 0)
        return false;
    struct oc_bytes original = {trial->sample->der, trial->sample->len};
    if (d->closed != CLOSED_NOT &&
        (trial->bit < 0 || d->closed != closed_at(trial->sample->kind, original, trial->offset)))
        return false;
    return d->fits == NULL || d->fits(trial);
}

static void report(struct run *run, const struct trial *trial)
{
    if (++run->n_unexplained > MAX_REPORTS)
        return;
    const char *name = trial->sample->name;
    if (trial->bit == BIT_CUT)
        print_error("%s, the first %zu octets: ", name, trial->der.len);
    else if (trial->bit == BIT_NONE)
        print_error("%s as it is: ", name);
    else
        print_error("%s, octet %zu, bit %d flipped: ", name, trial->offset, trial->bit);
    if (trial->code == OC_OK)
        print_error("we accept, libcrypto refuses\n");
    else
        print_error("libcrypto accepts, we refuse: %s at %zu: %s\n", oc_err_name(trial->code),
                    trial->err.offset, trial->err.what);
}

static void compare(struct run *run, struct trial trial)
{
    run->n_trials++;
    trial.code = our_verdict(trial.sample->kind, trial.der, &trial.err);
    if ((trial.code == OC_OK) == their_verdict(trial.sample->kind, trial.der))
        return;
    bool is_explained = false;
    for (size_t i = 0; i < N_DIFFERENCES; i++) {
        if (explains(&differences[i], &trial)) {
            run->seen[i]++;
            is_explained = true;
        }
    }
    if (!is_explained)
        report(run, &trial);
}

static void try_flips(struct run *run, const struct sample *sample)
{
    uint8_t *data = guard_at_end(&run->guard, sample->der, sample->len);
    struct trial trial = {.sample = sample, .der = {data, sample->len}, .bit = BIT_NONE};
    compare(run, trial);
    for (trial.offset = 0; trial.offset < sample->len; trial.offset++) {
        for (trial.bit = 0; trial.bit < 8; trial.bit++) {
            data[trial.offset] ^= (uint8_t)(1U << trial.bit);
            compare(run, trial);
            data[trial.offset] ^= (uint8_t)(1U << trial.bit);
        }
    }
}

static void try_cuts(struct run *run, const struct sample *sample)
{
    for (size_t len = 0; len < sample->len; len++) {
        uint8_t *data = guard_at_end(&run->guard, sample->der, len);
        compare(run, (struct trial){.sample = sample, .der = {data, len}, .bit = BIT_CUT});
    }
}

static void test_verdicts(void **state)
{
    struct run *run = *state;
    for (size_t i = 0; i < run->n_samples; i++) {
        try_flips(run, &run->samples[i]);
        try_cuts(run, &run->samples[i]);
    }
    print_message("%zu samples, %zu trials\n", run->n_samples, run->n_trials);
    if (run->n_unexplained > 0)
        fail_msg("%zu differences are not in the table", run->n_unexplained);
}

static void test_each_difference_occurs(void **state)
{
    const struct run *run = *state;
    size_t n_unused = 0;
    for (size_t i = 0; i < N_DIFFERENCES; i++) {
        const struct difference *d = &differences[i];
        print_message("%8zu  %s%s%s\n", run->seen[i], d->reason, d->what != NULL ? " " : "",
                      d->what != NULL ? d->what : "");
        n_unused += run->seen[i] == 0 && !d->depends_on_release;
    }
    if (n_unused > 0)
        fail_msg("%zu differences in the table do not occur", n_unused);
}

static void add(struct run *run, const char *name, enum kind kind, const uint8_t *der, size_t len)
{
    run->samples = realloc(run->samples, (run->n_samples + 1) * sizeof *run->samples);
    struct sample *sample = run->samples == NULL ? NULL : &run->samples[run->n_samples++];
    if (sample == NULL)
        abort();
    *sample = (struct sample){strdup(name), kind, malloc(len + 1), len};
    if (sample->name == NULL || sample->der == NULL)
        abort();
    memcpy(sample->der, der, len);
}

static void add_file(struct run *run, const char *path, const char *name, enum kind kind)
{
    size_t len;
    uint8_t *der = file_read(path, &len);
    add(run, name, kind, der, len);
    free(der);
}

static void add_cases(struct run *run, const char *path)
{
    struct case_file file;
    case_file_read(&file, path);
    for (size_t i = 0; i < file.n; i++) {
        const struct test_case *c = &file.cases[i];
        if (case_accepted(c))
            add(run, c->name, kind_from_name(c->kind), c->der, c->len);
    }
    case_file_free(&file);
}

static char *path_of(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path == NULL)
        abort();
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static void add_vectors(struct run *run, const char *folder)
{
    struct dirent **entries;
    size_t n_vectors = 0;
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        char *path = path_of(folder, name);
        if (name[0] != '.') {
            add_file(run, path, name, strstr(name, "resp") != NULL ? KIND_RESPONSE : KIND_REQUEST);
            n_vectors++;
        }
        free(path);
        free(entries[i]);
    }
    if (n_vectors != N_VECTORS) {
        fprintf(stderr, "%s: %zu vectors, not %d\n", folder, n_vectors, N_VECTORS);
        exit(2);
    }
    free(entries);
}

static void add_pem(struct run *run, const char *path, const char *name)
{
    FILE *f = fopen(path, "r");
    X509 *cert = f == NULL ? NULL : PEM_read_X509(f, NULL, NULL, NULL);
    unsigned char *der = NULL;
    int len = cert == NULL ? -1 : i2d_X509(cert, &der);
    if (len < 0) {
        fprintf(stderr, "%s: no certificate\n", path);
        exit(2);
    }
    add(run, name, KIND_CERT, der, (size_t)len);
    OPENSSL_free(der);
    X509_free(cert);
    fclose(f);
}

static void add_seed(struct run *run, const char *folder)
{
    char *request = path_of(folder, "request.der");
    char *leaf = path_of(folder, "leaf.pem");
    char *issuer = path_of(folder, "issuer.pem");
    add_file(run, request, "seed request", KIND_REQUEST);
    add_pem(run, leaf, "seed leaf");
    add_pem(run, issuer, "seed issuer");
    free(request);
    free(leaf);
    free(issuer);
}

static void finish(struct run *run)
{
    for (size_t i = 0; i < run->n_samples; i++) {
        free(run->samples[i].name);
        free(run->samples[i].der);
    }
    free(run->samples);
    guard_free(&run->guard);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s SEED-FOLDER VECTOR-FOLDER CASES...\n", argv[0]);
        return 2;
    }
    // Without a provider d2i cannot decode public keys. Its verdict is the same, because a key
    // that cannot be decoded is kept for later, and the test is four times as fast.
    OSSL_PROVIDER *none = OSSL_PROVIDER_load(NULL, "null");
    struct run run = {0};
    guard_init(&run.guard, 1 << 16);
    add_seed(&run, argv[1]);
    add_vectors(&run, argv[2]);
    for (int i = 3; i < argc; i++)
        add_cases(&run, argv[i]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_verdicts, &run),
        cmocka_unit_test_prestate(test_each_difference_occurs, &run),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    finish(&run);
    OSSL_PROVIDER_unload(none);
    return failed;
}
