// SPDX-License-Identifier: MIT
//
// Loading targets and asking about them. A target that cannot be loaded stays in the list with its
// problem and counts as not verified, so that the others are checked nevertheless.
#include "target.h"

#include "expect.h"
#include "load.h"
#include "program/report.h"
#include "program/serial.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct target_source *targets_add_source(struct targets *targets, const char *name)
{
    struct target_source *source = must_alloc(1, sizeof *source);
    source->name = strdup(name);
    if (source->name == NULL)
        die_no_memory();
    targets->sources =
        must_resize(targets->sources, targets->n_sources + 1, sizeof(struct target_source *));
    targets->sources[targets->n_sources++] = source;
    return source;
}

static struct target *add_target(struct targets *targets, const struct target_source *source,
                                 size_t number)
{
    if ((targets->n & (targets->n - 1)) == 0)
        targets->items = must_resize(targets->items, targets->n == 0 ? 1 : targets->n * 2,
                                     sizeof *targets->items);
    struct target *target = &targets->items[targets->n++];
    *target = (struct target){.source = source, .number = number};
    size_t size = strlen(source->name) + sizeof " [18446744073709551615]";
    target->name = must_alloc(size, 1);
    if (number != 0)
        snprintf(target->name, size, "%s [%zu]", source->name, number);
    else
        snprintf(target->name, size, "%s", source->name);
    return target;
}

void targets_add_problem(struct targets *targets, const struct target_source *source,
                         const char *problem)
{
    struct target *target = add_target(targets, source, 0);
    snprintf(target->problem, sizeof target->problem, "%s", problem);
}

static void add_reported_problem(struct targets *targets, const struct target_source *source,
                                 const char *problem)
{
    targets_add_problem(targets, source, problem);
    targets->items[targets->n - 1].is_reported = true;
}

// The last certificate of a chain may be self-signed, which nobody can revoke, or its issuer may be
// missing.
static bool has_issuer_in(const struct target_source *source, const struct oc_cert *cert)
{
    if (oc_bytes_equal(cert->subject, cert->issuer))
        return false;
    for (size_t i = 0; i < source->n_certs; i++) {
        if (&source->certs[i] != cert && oc_issuer_names(&source->certs[i], cert))
            return true;
    }
    return false;
}

static bool parse_all(struct target_source *source)
{
    source->certs = must_alloc(source->in.n, sizeof *source->certs);
    for (size_t i = 0; i < source->in.n; i++) {
        if (!expect_certificate(&source->in, &source->in.items[i], &source->certs[i]))
            return false;
        source->n_certs++;
    }
    return true;
}

void targets_add_certs(struct targets *targets, struct target_source *source, bool chain,
                       const char *problem)
{
    if (!parse_all(source)) {
        add_reported_problem(targets, source, problem);
        return;
    }
    for (size_t i = 0; i < (chain ? source->n_certs : 1); i++) {
        if (i == 0 || has_issuer_in(source, &source->certs[i]))
            add_target(targets, source, chain ? i + 1 : 0)->cert = &source->certs[i];
    }
}

static void add_file(struct targets *targets, const char *file, bool chain)
{
    static const char problem[] = "cannot read a certificate";
    struct target_source *source = targets_add_source(targets, file);
    if (messages_load(&source->in, source->name))
        targets_add_certs(targets, source, chain, problem);
    else
        add_reported_problem(targets, source, problem);
}

static int by_octets(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

enum target_kind target_kind_of(const char *argument)
{
    struct stat st;
    if (stat(argument, &st) != 0)
        return TARGET_MISSING;
    return S_ISDIR(st.st_mode) ? TARGET_DIRECTORY : TARGET_FILE;
}

static bool is_regular(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

// Returns whether the entry is a file.
static bool add_entry(struct targets *targets, const char *directory, const char *name, bool chain)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = must_alloc(size, 1);
    bool has_slash = directory[strlen(directory) - 1] == '/';
    snprintf(path, size, "%s%s%s", directory, has_slash ? "" : "/", name);
    bool is_file = is_regular(path);
    if (is_file)
        add_file(targets, path, chain);
    free(path);
    return is_file;
}

static void add_directory(struct targets *targets, const char *directory, bool chain)
{
    struct dirent **entries = NULL;
    size_t n_files = 0;
    int n = scandir(directory, &entries, is_not_hidden, by_octets);
    for (int i = 0; i < n; i++) {
        n_files += add_entry(targets, directory, entries[i]->d_name, chain);
        free(entries[i]);
    }
    free(entries);
    if (n_files == 0)
        targets_add_problem(targets, targets_add_source(targets, directory),
                            n < 0 ? "cannot read the directory" : "no files in the directory");
}

void targets_add(struct targets *targets, const char *argument, enum target_kind kind, bool chain)
{
    if (kind == TARGET_DIRECTORY)
        add_directory(targets, argument, chain);
    else
        add_file(targets, argument, chain);
}

void targets_add_serial(struct targets *targets, const struct octets *serial)
{
    char label[SERIAL_LABEL_SIZE(SERIAL_OCTETS_MAX)];
    const struct oc_bytes octets = {serial->data, serial->len};
    struct target_source *source = targets_add_source(targets, serial_text(octets, label));
    source->serial = (struct octets){must_alloc(serial->len, 1), serial->len};
    memcpy(source->serial.data, serial->data, serial->len);
    source->certs = must_alloc(1, sizeof *source->certs);
    source->certs[0].serial = (struct oc_bytes){source->serial.data, source->serial.len};
    add_target(targets, source, 0)->cert = &source->certs[0];
}

static const struct octets *staple_of(const struct target *target)
{
    size_t i = target->number == 0 ? 0 : target->number - 1;
    return i < target->source->n_staples ? &target->source->staples[i] : NULL;
}

static void verify_staple(struct target *target, const struct oc_policy *policy)
{
    const struct octets *der = staple_of(target);
    struct target_staple *staple = &target->staple;
    struct oc_response resp;
    if (der == NULL || der->data == NULL)
        return;
    staple->is_there = true;
    if (oc_response_parse(&resp, (struct oc_bytes){der->data, der->len}, &staple->error) == OC_OK)
        (void)!oc_verify(policy, target->issuer, target->cert->serial, &resp, &staple->verdict,
                         &staple->error);
}

static bool prepare(struct target *target, struct asking *asking)
{
    const struct target_source *source = target->source;
    if (target->cert == NULL)
        return false;
    if (source->serial.data != NULL)
        target->issuer = asking_only_issuer(asking, target->problem, sizeof target->problem);
    else
        target->issuer = asking_issuer(asking, source->certs, source->n_certs, target->cert,
                                       target->problem, sizeof target->problem);
    if (target->issuer == NULL)
        return false;
    verify_staple(target, &asking->policy);
    return true;
}

bool targets_ask(struct targets *targets, struct asking *asking)
{
    struct oc_check *checks = must_alloc(targets->n, sizeof *checks);
    size_t n = 0;
    for (size_t i = 0; i < targets->n; i++) {
        struct target *target = &targets->items[i];
        if (prepare(target, asking))
            checks[n++] = (struct oc_check){
                .cert = target->cert, .issuer = target->issuer, .url = asking->options->url};
    }
    bool ok = oc_client_check(asking->client, &asking->policy, checks, n) == OC_OK;
    n = 0;
    for (size_t i = 0; i < targets->n; i++) {
        if (targets->items[i].issuer != NULL)
            targets->items[i].check = checks[n++];
    }
    free(checks);
    return ok;
}

void targets_free(struct targets *targets)
{
    for (size_t i = 0; i < targets->n; i++) {
        oc_check_cleanup(&targets->items[i].check);
        free(targets->items[i].name);
    }
    free(targets->items);
    for (size_t i = 0; i < targets->n_sources; i++) {
        struct target_source *source = targets->sources[i];
        messages_free(&source->in);
        free(source->certs);
        for (size_t j = 0; j < source->n_staples; j++)
            free(source->staples[j].data);
        free(source->staples);
        free(source->serial.data);
        free(source->name);
        free(source);
    }
    free(targets->sources);
    *targets = (struct targets){0};
}
