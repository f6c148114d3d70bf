// SPDX-License-Identifier: MIT
//
// Loading targets and asking about them. One that cannot be loaded stays in the list, with its
// problem: the others are checked all the same, and it counts as not verified.
#include "target.h"

#include "expect.h"
#include "program/report.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        die_no_memory();
    return copy;
}

static struct source *add_source(struct targets *targets, const char *name)
{
    struct source *source = must_alloc(1, sizeof *source);
    source->name = copy_text(name);
    targets->sources =
        must_resize(targets->sources, targets->n_sources + 1, sizeof(struct source *));
    targets->sources[targets->n_sources++] = source;
    return source;
}

static struct target *add_target(struct targets *targets, const struct source *source,
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

static void add_problem(struct targets *targets, const struct source *source, const char *problem,
                        bool is_told)
{
    struct target *target = add_target(targets, source, 0);
    snprintf(target->problem, sizeof target->problem, "%s", problem);
    target->is_told = is_told;
}

// Whoever is at the end of a chain vouches for itself, and its issuer may not be there.
static bool has_issuer_there(const struct source *source, const struct oc_cert *cert)
{
    if (oc_bytes_equal(cert->subject, cert->issuer))
        return false;
    for (size_t i = 0; i < source->n_certs; i++) {
        if (&source->certs[i] != cert && oc_issuer_names(&source->certs[i], cert))
            return true;
    }
    return false;
}

static void add_certs(struct targets *targets, const struct source *source, bool chain)
{
    for (size_t i = 0; i < (chain ? source->n_certs : 1); i++) {
        if (i == 0 || has_issuer_there(source, &source->certs[i]))
            add_target(targets, source, chain ? i + 1 : 0)->cert = &source->certs[i];
    }
}

static bool parse_all(struct source *source)
{
    source->certs = must_alloc(source->in.n, sizeof *source->certs);
    for (size_t i = 0; i < source->in.n; i++) {
        if (!expect_certificate(&source->in, &source->in.items[i], &source->certs[i]))
            return false;
        source->n_certs++;
    }
    return true;
}

static void add_file(struct targets *targets, const struct target_options *options,
                     const char *file)
{
    struct source *source = add_source(targets, file);
    if (messages_load(&source->in, source->name) && parse_all(source))
        add_certs(targets, source, options->chain);
    else
        add_problem(targets, source, "is no certificate that can be read", true);
}

static int by_octets(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static size_t add_entry(struct targets *targets, const struct target_options *options,
                        const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = must_alloc(size, 1);
    bool has_slash = directory[strlen(directory) - 1] == '/';
    snprintf(path, size, "%s%s%s", directory, has_slash ? "" : "/", name);
    bool is_one = is_file(path);
    if (is_one)
        add_file(targets, options, path);
    free(path);
    return is_one;
}

static void add_directory(struct targets *targets, const struct target_options *options,
                          const char *directory)
{
    struct dirent **entries = NULL;
    size_t n_files = 0;
    int n = scandir(directory, &entries, is_not_hidden, by_octets);
    for (int i = 0; i < n; i++) {
        n_files += add_entry(targets, options, directory, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (n_files == 0)
        add_problem(targets, add_source(targets, directory),
                    n < 0 ? "cannot be read" : "is a directory without files", false);
}

static void take_peer(struct source *source, struct tls_peer *peer)
{
    source->in = (struct messages){.file = source->name, .form = FORM_DER, .n = peer->n_certs};
    source->in.items = must_alloc(peer->n_certs, sizeof *source->in.items);
    for (size_t i = 0; i < peer->n_certs; i++)
        source->in.items[i] = (struct message){MESSAGE_CERTIFICATE, i + 1, peer->certs[i]};
    source->staples = peer->staples;
    source->n_staples = peer->n_certs;
    free(peer->certs);
    *peer = (struct tls_peer){0};
}

static void add_host(struct targets *targets, const struct target_options *options,
                     struct tls_job *job)
{
    struct source *source = add_source(targets, job->target);
    source->is_host = true;
    if (job->why != NULL) {
        add_problem(targets, source, job->why, false);
        return;
    }
    take_peer(source, &job->peer);
    if (parse_all(source))
        add_certs(targets, source, options->chain);
    else
        add_problem(targets, source, "its certificate cannot be read", true);
}

void targets_add(struct targets *targets, const struct target_options *options,
                 const char *argument)
{
    struct stat st;
    if (stat(argument, &st) == 0 && S_ISDIR(st.st_mode))
        add_directory(targets, options, argument);
    else
        add_file(targets, options, argument);
}

static bool is_host(const char *argument)
{
    struct stat st;
    return stat(argument, &st) != 0 && tls_is_host(argument);
}

static void look_at_hosts(const struct target_options *options, struct tls_job *jobs, size_t n)
{
    struct tls_looks looks = {
        .options = &options->tls,
        .n_parallel = options->n_parallel,
        .progress = options->progress,
        .progress_arg = options->progress_arg,
    };
    tls_look_all(&looks, jobs, n);
}

void targets_add_all(struct targets *targets, const struct target_options *options,
                     char *const *arguments, size_t n)
{
    struct tls_job *jobs = must_alloc(n, sizeof *jobs);
    size_t n_jobs = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_host(arguments[i]))
            jobs[n_jobs++].target = arguments[i];
    }
    look_at_hosts(options, jobs, n_jobs);
    size_t n_added = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_added < n_jobs && jobs[n_added].target == arguments[i])
            add_host(targets, options, &jobs[n_added++]);
        else
            targets_add(targets, options, arguments[i]);
    }
    tls_jobs_free(jobs, n_jobs);
}

static const struct octets *staple_of(const struct target *target)
{
    size_t i = target->number == 0 ? 0 : target->number - 1;
    return i < target->source->n_staples ? &target->source->staples[i] : NULL;
}

static void verify_staple(struct target *target, const struct oc_policy *policy)
{
    const struct octets *der = staple_of(target);
    struct staple *staple = &target->staple;
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
    const struct source *source = target->source;
    if (target->cert == NULL)
        return false;
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
        struct source *source = targets->sources[i];
        messages_free(&source->in);
        free(source->certs);
        for (size_t j = 0; j < source->n_staples; j++)
            free(source->staples[j].data);
        free(source->staples);
        free(source->name);
        free(source);
    }
    free(targets->sources);
    *targets = (struct targets){0};
}
