// SPDX-License-Identifier: MIT
//
// A thousand certificates, sixteen at a time: the floor is libcurl's multi interface with
// the same requests, without reading the answers.
#include "client.h"

#include <ocsp/openssl.h>
#include <ocsp/sign.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, RESPONSE_ROOM = 1024, URL_ROOM = 512, N_PROCESSES = 4 };

static void need(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static void check_all(const struct client_inputs *in, struct oc_client *client, size_t n_certs,
                      const char *url)
{
    static struct oc_check checks[N_CERTS];
    memset(checks, 0, sizeof checks);
    for (size_t i = 0; i < n_certs; i++)
        checks[i] = (struct oc_check){
            .cert = &in->certs[i], .issuer = &in->issuer, .url = url != NULL ? url : in->urls[i]};
    need(oc_client_check(client, &in->policy, checks, n_certs) == OC_OK, "the client has failed");
    for (size_t i = 0; i < n_certs; i++) {
        need(checks[i].outcome == OC_ASK_ANSWERED &&
                 checks[i].verdict.status == OC_CERT_STATUS_GOOD,
             "the client does not find a certificate good");
        oc_check_cleanup(&checks[i]);
    }
}

static void ask_ours(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        check_all(in, in->client, N_CERTS, NULL);
}

static void ask_real(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        check_all(in, in->client, N_FEW, in->real_url);
}

static void ask_cache(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        check_all(in, in->caching, 1, NULL);
}

static size_t ignore(char *data, size_t size, size_t n, void *arg)
{
    (void)data;
    *(size_t *)arg += size * n;
    return size * n;
}

static void verify_once(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        struct oc_bytes value = in->resp.signature.value;
        need(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, in->issuer_key) == 1 &&
                 EVP_DigestVerify(context, value.data, value.len, in->resp.tbs.data,
                                  in->resp.tbs.len) == 1,
             "a signature is wrong");
        EVP_MD_CTX_free(context);
    }
}

// struct floor is the requests that libcurl alone sends, and whether a signature is verified
// for each answer.
struct floor {
    const struct client_inputs *in;
    char *const *urls;
    size_t n;
    bool verifies;
    size_t n_begun;
    size_t n_done;
    size_t octets;
};

static void begin(struct floor *floor, CURL *easy)
{
    if (floor->n_begun == floor->n)
        return;
    curl_easy_setopt(easy, CURLOPT_URL, floor->urls[floor->n_begun++]);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &floor->octets);
    curl_multi_add_handle(floor->in->multi, easy);
}

static void take_answers(struct floor *floor)
{
    int n_left = 0;
    for (CURLMsg *msg; (msg = curl_multi_info_read(floor->in->multi, &n_left)) != NULL;) {
        CURL *easy = msg->easy_handle;
        need(msg->data.result == CURLE_OK, "an exchange has failed");
        curl_multi_remove_handle(floor->in->multi, easy);
        floor->n_done++;
        if (floor->verifies)
            verify_once(floor->in, 1);
        begin(floor, easy);
    }
}

static void ask_floor_once(struct floor floor)
{
    CURLM *multi = floor.in->multi;
    int n_running = 0;
    for (size_t i = 0; i < N_PARALLEL; i++)
        begin(&floor, floor.in->easies[i]);
    while (floor.n_done < floor.n) {
        size_t n_before = floor.n_done;
        need(curl_multi_perform(multi, &n_running) == CURLM_OK, "libcurl has failed");
        take_answers(&floor);
        if (floor.n_done == n_before)
            need(curl_multi_poll(multi, NULL, 0, 1000, NULL) == CURLM_OK, "libcurl has failed");
    }
    need(floor.octets > floor.n * 100, "no answers were received");
}

static void ask_floor(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        ask_floor_once((struct floor){.in = in, .urls = in->get_urls, .n = N_CERTS});
}

static void ask_verifying_floor(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        ask_floor_once(
            (struct floor){.in = in, .urls = in->get_urls, .n = N_CERTS, .verifies = true});
}

static void ask_real_floor(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n; i++)
        ask_floor_once((struct floor){.in = in, .urls = in->real_get_urls, .n = N_FEW});
}

// One process for each certificate, as in scripts. Its output is ignored: only its exit status
// counts.
static void ask_openssl(const void *input, size_t n)
{
    const struct client_inputs *in = input;
    for (size_t i = 0; i < n * N_PROCESSES; i++) {
        pid_t child = fork();
        need(child >= 0, "cannot start a process");
        if (child == 0) {
            if (freopen("/dev/null", "w", stdout) == NULL ||
                freopen("/dev/null", "w", stderr) == NULL)
                _exit(1);
            char issuer[128];
            snprintf(issuer, sizeof issuer, "%s/ca.pem", in->cache_dir);
            execlp("openssl", "openssl", "ocsp", "-issuer", issuer, "-CAfile", issuer, "-no_nonce",
                   "-sha256", "-serial", "0x01000000", "-url", in->urls[0], (char *)NULL);
            _exit(1);
        }
        int status = 0;
        need(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
             "openssl ocsp has failed");
    }
}

static void init_issuer(struct client_inputs *inputs, X509 *ca)
{
    struct oc_cert cert;
    unsigned char *der = NULL;
    int len = i2d_X509(ca, &der);
    need(len > 0, "cannot encode a certificate");
    inputs->issuer_der = (struct oc_bytes){der, (size_t)len};
    inputs->crypto = oc_openssl_new();
    need(inputs->crypto != NULL && oc_cert_parse(&cert, inputs->issuer_der, NULL) == OC_OK &&
             oc_issuer_init(&inputs->issuer, inputs->crypto, &cert, NULL) == OC_OK,
         "cannot prepare the issuer");
}

static void make_response(struct client_inputs *inputs, const struct oc_signer *signer, size_t i)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    uint8_t *room = inputs->response_room + i * RESPONSE_ROOM;
    struct oc_single_response single = {
        .status = OC_CERT_STATUS_GOOD,
        .this_update = inputs->policy.now,
        .has_next_update = true,
        .next_update = inputs->policy.now + HOUR,
    };
    const struct oc_response_spec spec = {
        .produced_at = inputs->policy.now, .responses = &single, .n_responses = 1};
    inputs->serials[i][0] = 1;
    inputs->serials[i][2] = (uint8_t)(i >> 8);
    inputs->serials[i][3] = (uint8_t)i;
    inputs->certs[i].serial = (struct oc_bytes){inputs->serials[i], SERIAL_OCTETS};
    need(oc_issuer_cert_id(inputs->crypto, OC_HASH_SHA256, &inputs->issuer.cert,
                           inputs->certs[i].serial, hashes, &single.id, NULL) == OC_OK &&
             oc_response_sign(signer, &spec, room, RESPONSE_ROOM, &inputs->responses[i], NULL) ==
                 OC_OK,
         "cannot sign a response");
}

static char *make_get_url(const struct client_inputs *inputs, const char *url, size_t i)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    uint8_t buf[256];
    unsigned char base64[400];
    struct oc_single_request single = {0};
    const struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_bytes der;
    char *out = malloc(URL_ROOM);
    need(out != NULL &&
             oc_issuer_cert_id(inputs->crypto, OC_HASH_SHA256, &inputs->issuer.cert,
                               inputs->certs[i].serial, hashes, &single.id, NULL) == OC_OK &&
             oc_request_build(&spec, buf, sizeof buf, &der, NULL) == OC_OK,
         "cannot build a request");
    int len = EVP_EncodeBlock(base64, der.data, (int)der.len);
    char *escaped = curl_easy_escape(NULL, (char *)base64, len);
    need(escaped != NULL, "out of memory");
    snprintf(out, URL_ROOM, "%s%s", url, escaped);
    curl_free(escaped);
    return out;
}

static void make_urls(struct client_inputs *inputs, unsigned port, size_t i)
{
    inputs->urls[i] = malloc(URL_ROOM);
    need(inputs->urls[i] != NULL, "out of memory");
    snprintf(inputs->urls[i], URL_ROOM, "http://127.0.0.1:%u/%zu/", port, i);
    inputs->get_urls[i] = make_get_url(inputs, inputs->urls[i], i);
}

static void make_responses(struct client_inputs *inputs, const struct samples *samples)
{
    struct oc_signer signer;
    unsigned port;
    struct oc_private_key *key = oc_openssl_key_new(samples->ca_key);
    inputs->response_room = calloc(N_CERTS, RESPONSE_ROOM);
    need(key != NULL && inputs->response_room != NULL &&
             oc_signer_init(&signer, inputs->crypto, key, &inputs->issuer.cert, NULL, NULL) ==
                 OC_OK,
         "cannot prepare the signer");
    signer.certs = (struct oc_list){0};
    for (size_t i = 0; i < N_CERTS; i++)
        make_response(inputs, &signer, i);
    oc_openssl_key_free(key);
    inputs->server = server_start(inputs->responses, N_CERTS, &port);
    for (size_t i = 0; i < N_CERTS; i++)
        make_urls(inputs, port, i);
}

static FILE *create(const struct client_inputs *inputs, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", inputs->cache_dir, name);
    FILE *file = fopen(path, "w");
    need(file != NULL, "cannot write a file");
    return file;
}

static void write_ca(const struct client_inputs *inputs, const struct samples *samples)
{
    FILE *cert = create(inputs, "ca.pem");
    FILE *key = create(inputs, "ca.key");
    FILE *index = create(inputs, "index.txt");
    for (unsigned i = 0; i < N_FEW; i++)
        fprintf(index, "V\t491231235959Z\t\t0100%04X\tunknown\t/CN=%u\n", i, i);
    need(PEM_write_X509(cert, samples->ca) == 1 &&
             PEM_write_PrivateKey(key, samples->ca_key, NULL, NULL, 0, NULL, NULL) == 1 &&
             fclose(cert) == 0 && fclose(key) == 0 && fclose(index) == 0,
         "cannot write a file");
}

// Its output goes to a file: a pipe that nobody reads would block it.
static void run_responder(const struct client_inputs *inputs)
{
    need(chdir(inputs->cache_dir) == 0 && freopen("said", "w", stdout) != NULL &&
             dup2(STDOUT_FILENO, STDERR_FILENO) >= 0,
         "cannot start the responder");
    execlp("openssl", "openssl", "ocsp", "-port", "0", "-index", "index.txt", "-CA", "ca.pem",
           "-rsigner", "ca.pem", "-rkey", "ca.key", "-ndays", "1", (char *)NULL);
    _exit(1);
}

// It prints its port in a line "ACCEPT 0.0.0.0:PORT PID=..."; 0 if it has not done so yet.
static unsigned read_port(const struct client_inputs *inputs)
{
    char path[128];
    char line[256];
    unsigned port = 0;
    snprintf(path, sizeof path, "%s/said", inputs->cache_dir);
    FILE *said = fopen(path, "r");
    while (said != NULL && port == 0 && fgets(line, sizeof line, said) != NULL) {
        const char *colon = strncmp(line, "ACCEPT ", 7) == 0 ? strrchr(line, ' ') : NULL;
        while (colon != NULL && colon > line && *colon != ':')
            colon--;
        port = colon != NULL && *colon == ':' ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
    }
    if (said != NULL)
        fclose(said);
    return port;
}

static void start_responder(struct client_inputs *inputs)
{
    const struct timespec moment = {0, 20000000};
    unsigned port = 0;
    inputs->real = fork();
    need(inputs->real >= 0, "cannot start a process");
    if (inputs->real == 0)
        run_responder(inputs);
    for (int i = 0; port == 0 && i < 250; i++) {
        nanosleep(&moment, NULL);
        port = read_port(inputs);
    }
    need(port != 0, "the responder has not started");
    snprintf(inputs->real_url, sizeof inputs->real_url, "http://127.0.0.1:%u/", port);
    for (size_t i = 0; i < N_FEW; i++)
        inputs->real_get_urls[i] = make_get_url(inputs, inputs->real_url, i);
}

static void init_clients(struct client_inputs *inputs)
{
    struct oc_client_config config;
    oc_client_config_init(&config, inputs->crypto);
    config.n_parallel = N_PARALLEL;
    config.proxy = "";
    inputs->client = oc_client_new(&config);
    config.cache_dir = inputs->cache_dir;
    inputs->caching = oc_client_new(&config);
    inputs->multi = curl_multi_init();
    need(inputs->client != NULL && inputs->caching != NULL && inputs->multi != NULL,
         "cannot make the clients");
    for (size_t i = 0; i < N_PARALLEL; i++) {
        inputs->easies[i] = curl_easy_init();
        need(inputs->easies[i] != NULL, "out of memory");
        curl_easy_setopt(inputs->easies[i], CURLOPT_WRITEFUNCTION, ignore);
        curl_easy_setopt(inputs->easies[i], CURLOPT_PROXY, "");
        curl_easy_setopt(inputs->easies[i], CURLOPT_NOSIGNAL, 1L);
    }
}

void client_rows(struct row rows[N_CLIENT_ROWS], struct client_inputs *inputs,
                 const struct samples *samples)
{
    init_issuer(inputs, samples->ca);
    oc_policy_init(&inputs->policy, time(NULL));
    strcpy(inputs->cache_dir, "/tmp/ocsp-bench-XXXXXX");
    need(mkdtemp(inputs->cache_dir) != NULL, "cannot make a directory");
    write_ca(inputs, samples);
    make_responses(inputs, samples);
    init_clients(inputs);
    start_responder(inputs);
    inputs->issuer_key = X509_get0_pubkey(samples->ca);
    need(oc_response_parse(&inputs->resp, inputs->responses[0], NULL) == OC_OK,
         "libocsp cannot read a response");
    check_all(inputs, inputs->client, N_CERTS, NULL);
    check_all(inputs, inputs->client, N_FEW, inputs->real_url);
    check_all(inputs, inputs->caching, 1, NULL);
    rows[0] = (struct row){
        .name = "ask a server that does nothing else, for each of 1,000 certificates",
        .unit = "ns",
        .octets = inputs->responses[0].len,
        .n = 4,
        .subjects = {{"libocsp-client", ask_ours, inputs, N_CERTS, BAR_NONE, 0},
                     {"openssl ocsp, one process", ask_openssl, inputs, N_PROCESSES,
                      BAR_TIMES_FASTER, 20},
                     {"libcurl multi", ask_floor, inputs, N_CERTS, BAR_NONE, 0},
                     {"floor: that and the signature", ask_verifying_floor, inputs, N_CERTS,
                      BAR_OF_FLOOR, 1.2}},
    };
    rows[1] = (struct row){
        .name = "ask the responder of OpenSSL on this machine, for each of 20 certificates",
        .unit = "ns",
        .n = 2,
        .subjects = {{"libocsp-client", ask_real, inputs, N_FEW, BAR_NONE, 0},
                     {"floor: libcurl multi", ask_real_floor, inputs, N_FEW, BAR_OF_FLOOR, 1.2}},
    };
    rows[2] = (struct row){
        .name = "an answer from the cache on disk, verified again",
        .unit = "ns",
        .octets = inputs->responses[0].len,
        .n = 2,
        .subjects = {{"libocsp-client", ask_cache, inputs, 1, BAR_NONE, 0},
                     {"floor: the signature", verify_once, inputs, 1, BAR_OF_FLOOR, 2}},
    };
}

static void remove_dir(const char *dir)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", dir);
    need(system(command) == 0, "cannot remove the directory");
}

void client_free(struct client_inputs *inputs)
{
    for (size_t i = 0; i < N_PARALLEL; i++)
        curl_easy_cleanup(inputs->easies[i]);
    curl_multi_cleanup(inputs->multi);
    oc_client_free(inputs->caching);
    oc_client_free(inputs->client);
    server_stop(inputs->server);
    kill(inputs->real, SIGTERM);
    waitpid(inputs->real, NULL, 0);
    for (size_t i = 0; i < N_FEW; i++)
        free(inputs->real_get_urls[i]);
    for (size_t i = 0; i < N_CERTS; i++) {
        free(inputs->urls[i]);
        free(inputs->get_urls[i]);
    }
    free(inputs->response_room);
    remove_dir(inputs->cache_dir);
    oc_issuer_cleanup(&inputs->issuer);
    oc_openssl_free(inputs->crypto);
    OPENSSL_free((void *)(uintptr_t)inputs->issuer_der.data);
}
