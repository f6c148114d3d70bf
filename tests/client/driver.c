// SPDX-License-Identifier: MIT
//
// driver [OPTION VALUE]... ISSUER CERT...: asks about certificates, all DER files, and prints
// a JSON object for each and one about the whole; with several threads, for each thread in turn.
// The Python tests compare the output.
#include <ocsp/client.h>
#include <ocsp/openssl.h>

#include <jansson.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static char der_buf[65536];

struct options {
    struct oc_client_config config;
    struct oc_policy policy;
    const char *url;
    const char *deny;
    size_t copies;
    size_t rounds;
    size_t threads;
    bool fetch;
    bool progress;
};

// struct batch is a client and its certificates, in a thread of its own if there are several.
struct batch {
    struct options options;
    struct oc_client *client;
    struct oc_check *checks;
    size_t n;
    enum oc_err code;
    long ms;
    int n_allow_calls;
    json_t *progress;
};

static void die(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(2);
}

// Keeps the file for as long as the program runs.
static struct oc_bytes load(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die(path);
    size_t len = fread(der_buf, 1, sizeof der_buf, file);
    fclose(file);
    uint8_t *copy = malloc(len + 1);
    if (copy == NULL)
        die("out of memory");
    memcpy(copy, der_buf, len);
    return (struct oc_bytes){copy, len};
}

static void unload(struct oc_bytes bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

static bool allow(void *arg, const struct sockaddr *address)
{
    struct batch *batch = arg;
    char text[INET_ADDRSTRLEN] = "";
    batch->n_allow_calls++;
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text,
                  sizeof text);
    return strcmp(text, batch->options.deny) != 0;
}

static void on_progress(void *arg, size_t n_done, size_t n)
{
    struct batch *batch = arg;
    json_array_append_new(batch->progress, json_pack("[II]", (json_int_t)n_done, (json_int_t)n));
}

static void set_flag(struct options *options, const char *value)
{
    struct oc_client_config *config = &options->config;
    if (strcmp(value, "only-this-hash") == 0)
        config->only_this_hash = true;
    else if (strcmp(value, "nonce") == 0)
        config->nonce = true;
    else if (strcmp(value, "nonce-required") == 0)
        options->policy.nonce_rule = OC_NONCE_REQUIRED;
    else if (strcmp(value, "fetch") == 0)
        options->fetch = true;
    else if (strcmp(value, "progress") == 0)
        options->progress = true;
    else
        die(value);
}

static void set_option(struct options *options, const char *name, const char *value)
{
    struct oc_client_config *config = &options->config;
    long number = strtol(value, NULL, 10);
    if (strcmp(name, "--connect") == 0)
        config->connect_timeout = number;
    else if (strcmp(name, "--timeout") == 0)
        config->exchange_timeout = number;
    else if (strcmp(name, "--parallel") == 0)
        config->n_parallel = (size_t)number;
    else if (strcmp(name, "--hash") == 0)
        config->hash = oc_hash_from_name(value);
    else if (strcmp(name, "--proxy") == 0)
        config->proxy = value;
    else if (strcmp(name, "--ca-file") == 0)
        config->ca_file = value;
    else if (strcmp(name, "--cache") == 0)
        config->cache_dir = value;
    else if (strcmp(name, "--now") == 0)
        options->policy.now = number;
    else if (strcmp(name, "--max-age") == 0)
        options->policy.max_age = number;
    else if (strcmp(name, "--url") == 0)
        options->url = value;
    else if (strcmp(name, "--copies") == 0)
        options->copies = (size_t)number;
    else if (strcmp(name, "--rounds") == 0)
        options->rounds = (size_t)number;
    else if (strcmp(name, "--threads") == 0)
        options->threads = (size_t)number;
    else if (strcmp(name, "--deny") == 0)
        options->deny = value;
    else if (strcmp(name, "--flag") == 0)
        set_flag(options, value);
    else
        die(name);
}

// Octets that are not printable ASCII are written as \xNN.
static json_t *text(const char *in)
{
    char out[4 * 2048 + 1];
    size_t len = 0;
    for (; *in != '\0' && len + 4 < sizeof out; in++) {
        if (*in > ' ' - 1 && *in <= '~')
            out[len++] = *in;
        else
            len += (size_t)snprintf(out + len, 5, "\\x%02x", (unsigned char)*in);
    }
    return json_stringn(out, len);
}

static json_t *exchange(const struct oc_exchange *ex)
{
    return json_pack("{so ss sb ss sI ss ss ss sI so}", "url", text(ex->url), "outcome",
                     oc_ask_outcome_name(ex->outcome), "get", ex->is_get, "hash",
                     oc_hash_name(ex->hash), "http", (json_int_t)ex->http_status, "response",
                     oc_response_status_name(ex->response_status), "error",
                     ex->error.code == OC_OK ? "" : oc_err_name(ex->error.code), "error_what",
                     ex->error.what == NULL ? "" : ex->error.what, "ms",
                     (json_int_t)ex->milliseconds, "what", text(ex->what));
}

static void print(json_t *object)
{
    if (object == NULL)
        die("json");
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static void print_check(const struct oc_check *check)
{
    json_t *exchanges = json_array();
    for (size_t i = 0; i < check->n_exchanges; i++)
        json_array_append_new(exchanges, exchange(&check->exchanges[i]));
    print(json_pack("{ss ss sb sb sI so}", "outcome", oc_ask_outcome_name(check->outcome), "status",
                    oc_cert_status_name(check->verdict.status), "from_cache", check->from_cache,
                    "has_nonce", check->verdict.has_nonce, "len", (json_int_t)check->response.len,
                    "exchanges", exchanges));
}

static long elapsed(const struct timespec *from)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - from->tv_sec) * 1000 + (now.tv_nsec - from->tv_nsec) / 1000000;
}

static void batch_init(struct batch *batch, const struct options *options)
{
    *batch = (struct batch){.options = *options, .progress = json_array()};
    struct oc_client_config *config = &batch->options.config;
    if (options->deny != NULL)
        config->allow = allow;
    config->allow_arg = batch;
    if (options->progress)
        config->progress = on_progress;
    config->progress_arg = batch;
    batch->client = oc_client_new(config);
    if (batch->client == NULL)
        die("cannot start");
}

static void batch_end(struct batch *batch)
{
    oc_client_free(batch->client);
    json_decref(batch->progress);
}

static void *ask(void *arg)
{
    struct batch *batch = arg;
    struct timespec started;
    clock_gettime(CLOCK_MONOTONIC, &started);
    batch->code = oc_client_check(batch->client, &batch->options.policy, batch->checks, batch->n);
    batch->ms = elapsed(&started);
    return NULL;
}

static void set_checks(struct batch *batch, const struct oc_issuer *issuer,
                       const struct oc_cert *certs, size_t n_certs)
{
    batch->n = n_certs * batch->options.copies;
    batch->checks = calloc(batch->n + 1, sizeof *batch->checks);
    if (batch->checks == NULL)
        die("out of memory");
    for (size_t i = 0; i < batch->n; i++)
        batch->checks[i] = (struct oc_check){&certs[i % n_certs], issuer, batch->options.url};
}

static void print_batch(struct batch *batch)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    for (size_t i = 0; i < batch->n; i++) {
        print_check(&batch->checks[i]);
        oc_check_cleanup(&batch->checks[i]);
    }
    free(batch->checks);
    print(json_pack("{ss sI sI si sO}", "code",
                    batch->code == OC_OK ? "ok" : oc_err_name(batch->code), "ms",
                    (json_int_t)batch->ms, "max_rss_kib", (json_int_t)usage.ru_maxrss,
                    "allow_calls", batch->n_allow_calls, "progress", batch->progress));
    json_array_clear(batch->progress);
}

static void ask_at_once(struct batch *batches, size_t n)
{
    pthread_t *threads = calloc(n, sizeof *threads);
    if (threads == NULL)
        die("out of memory");
    for (size_t i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, ask, &batches[i]) != 0)
            die("no thread");
    for (size_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

static void check_all(struct batch *batches, size_t n, const struct oc_issuer *issuer,
                      const struct oc_cert *certs, size_t n_certs)
{
    for (size_t i = 0; i < n; i++)
        set_checks(&batches[i], issuer, certs, n_certs);
    if (n == 1)
        ask(&batches[0]);
    else
        ask_at_once(batches, n);
    for (size_t i = 0; i < n; i++)
        print_batch(&batches[i]);
}

static void fetch_all(struct oc_client *client, const struct oc_cert *certs, size_t n_certs)
{
    for (size_t i = 0; i < n_certs; i++) {
        struct oc_bytes der;
        struct oc_error err = {0};
        struct oc_cert issuer;
        enum oc_err code = oc_client_fetch_issuer(client, &certs[i], &der, &err);
        bool names = code == OC_OK && oc_cert_parse(&issuer, der, NULL) == OC_OK &&
                     oc_issuer_names(&issuer, &certs[i]);
        print(json_pack("{ss ss sI sb}", "code", code == OC_OK ? "ok" : oc_err_name(code), "what",
                        err.what == NULL ? "" : err.what, "len", (json_int_t)der.len, "names",
                        names));
        oc_client_free_der(&der);
    }
}

static void run_rounds(const struct options *options, const struct oc_issuer *issuer,
                       const struct oc_cert *certs, size_t n_certs)
{
    struct batch *batches = calloc(options->threads, sizeof *batches);
    if (batches == NULL)
        die("out of memory");
    for (size_t i = 0; i < options->threads; i++)
        batch_init(&batches[i], options);
    for (size_t i = 0; i < options->rounds; i++) {
        if (options->fetch)
            fetch_all(batches[0].client, certs, n_certs);
        else
            check_all(batches, options->threads, issuer, certs, n_certs);
    }
    for (size_t i = 0; i < options->threads; i++)
        batch_end(&batches[i]);
    free(batches);
}

static void run(const struct options *options, const struct oc_crypto *crypto, char **paths,
                size_t n)
{
    struct oc_bytes issuer_der = load(paths[0]);
    struct oc_cert issuer_cert;
    struct oc_issuer issuer;
    struct oc_cert *certs = calloc(n, sizeof *certs);
    if (certs == NULL || oc_cert_parse(&issuer_cert, issuer_der, NULL) != OC_OK ||
        oc_issuer_init(&issuer, crypto, &issuer_cert, NULL) != OC_OK)
        die("cannot start");
    for (size_t i = 1; i < n; i++)
        if (oc_cert_parse(&certs[i - 1], load(paths[i]), NULL) != OC_OK)
            die(paths[i]);
    run_rounds(options, &issuer, certs, n - 1);
    oc_issuer_cleanup(&issuer);
    for (size_t i = 1; i < n; i++)
        unload(certs[i - 1].der);
    free(certs);
    unload(issuer_der);
}

// driver --cache-dir SIZE prints what oc_client_cache_dir() finds.
static int print_cache_dir(size_t size)
{
    char buf[4096] = "";
    if (size > sizeof buf)
        die("size");
    bool found = oc_client_cache_dir(buf, size);
    printf("%s %s\n", found ? "yes" : "no", buf);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--cache-dir") == 0)
        return print_cache_dir((size_t)strtol(argv[2], NULL, 10));
    struct oc_crypto *crypto = oc_openssl_new();
    struct options options = {.copies = 1, .rounds = 1, .threads = 1};
    int i = 1;
    if (crypto == NULL)
        die("out of memory");
    oc_client_config_init(&options.config, crypto);
    oc_policy_init(&options.policy, time(NULL));
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
        set_option(&options, argv[i], argv[i + 1]);
    if (argc - i < 1)
        die("what about?");
    run(&options, crypto, argv + i, (size_t)(argc - i));
    oc_openssl_free(crypto);
    return 0;
}
