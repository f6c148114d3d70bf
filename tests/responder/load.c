// SPDX-License-Identifier: MIT
//
// Asks a responder about many certificates over connections that are kept, and verifies every
// answer: by oc_verify(), or as octet for octet one that was verified before. Prints what came and
// ends with 0 only when all of it was right.
//
//     load PORT CA REQUESTS THREADS CERTIFICATES SHA256|SHA1
//
// Serial numbers are 1 to CERTIFICATES; those that ten divides are revoked, those above are
// unknown, and all others are good. One request in eight is a POST.
#include <ocsp/openssl.h>
#include <ocsp/request.h>
#include <ocsp/verify.h>

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

enum { ROOM = 4096, URL_ROOM = 1024, TEXT_ROOM = 512, REQUEST_ROOM = 256, SERIAL_LEN = 4 };

// struct known is the last answer about a certificate that was verified.
struct known {
    size_t len;
    uint8_t octets[ROOM];
};

// struct loader is one thread.
struct loader {
    pthread_t thread;
    CURL *curl;
    struct curl_slist *headers;
    struct known *known;
    unsigned seed;
    size_t n;
    size_t n_failed;
    size_t n_verified;
    size_t body_len;
    uint8_t body[ROOM];
};

static struct oc_crypto *crypto;
static struct oc_issuer issuer;
static const char *port;
static long n_certificates;
static enum oc_hash hash;
static atomic_size_t n_told;

static void need(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "load: %s\n", what);
    exit(2);
}

static void load_issuer(const char *path)
{
    struct oc_list certs;
    struct oc_bytes der;
    struct oc_cert cert;
    size_t at = 0;
    need(oc_openssl_certs_open(path, &certs, NULL) == OC_OK, "no certificate of a CA");
    need(oc_cert_next(&certs, &at, &der) && oc_cert_parse(&cert, der, NULL) == OC_OK &&
             oc_issuer_init(&issuer, crypto, &cert, NULL) == OC_OK,
         "the certificate of the CA is wrong");
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
    struct loader *loader = arg;
    size_t len = size * n;
    if (loader->body_len + len > ROOM)
        return 0;
    memcpy(loader->body + loader->body_len, data, len);
    loader->body_len += len;
    return len;
}

static struct oc_bytes make_request(const uint8_t *serial, uint8_t buf[REQUEST_ROOM])
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_request single = {0};
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    struct oc_bytes der;
    need(oc_issuer_cert_id(crypto, hash, &issuer.cert, (struct oc_bytes){serial, SERIAL_LEN},
                           hashes, &single.id, NULL) == OC_OK &&
             oc_request_build(&spec, buf, REQUEST_ROOM, &der, NULL) == OC_OK,
         "a request cannot be built");
    return der;
}

static void prepare(struct loader *loader, struct oc_bytes request, bool is_post)
{
    char url[URL_ROOM];
    char text[TEXT_ROOM];
    EVP_EncodeBlock((unsigned char *)text, request.data, (int)request.len);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '/' ? '_' : *at == '+' ? '-' : *at;
    snprintf(url, sizeof url, "http://127.0.0.1:%s/%s", port, is_post ? "" : text);
    curl_easy_setopt(loader->curl, CURLOPT_URL, url);
    if (is_post) {
        curl_easy_setopt(loader->curl, CURLOPT_HTTPHEADER, loader->headers);
        curl_easy_setopt(loader->curl, CURLOPT_POSTFIELDSIZE, (long)request.len);
        curl_easy_setopt(loader->curl, CURLOPT_COPYPOSTFIELDS, (const char *)request.data);
    } else {
        curl_easy_setopt(loader->curl, CURLOPT_HTTPHEADER, NULL);
        curl_easy_setopt(loader->curl, CURLOPT_HTTPGET, 1L);
    }
    loader->body_len = 0;
}

static enum oc_cert_status expected(long number)
{
    if (number > n_certificates)
        return OC_CERT_STATUS_UNKNOWN;
    return number % 10 == 0 ? OC_CERT_STATUS_REVOKED : OC_CERT_STATUS_GOOD;
}

static bool verify(struct loader *loader, const uint8_t *serial, long number, struct oc_error *err)
{
    struct oc_response resp;
    struct oc_policy policy;
    struct oc_verdict verdict;
    oc_policy_init(&policy, time(NULL));
    loader->n_verified++;
    if (oc_response_parse(&resp, (struct oc_bytes){loader->body, loader->body_len}, err) != OC_OK ||
        oc_verify(&policy, &issuer, (struct oc_bytes){serial, SERIAL_LEN}, &resp, &verdict, err) !=
            OC_OK)
        return false;
    err->what = "another status";
    return verdict.status == expected(number);
}

static bool is_right(struct loader *loader, const uint8_t *serial, long number,
                     struct oc_error *err)
{
    struct known *known = &loader->known[number];
    if (known->len == loader->body_len && loader->body_len > 0 &&
        memcmp(known->octets, loader->body, known->len) == 0)
        return true;
    if (!verify(loader, serial, number, err))
        return false;
    known->len = loader->body_len;
    memcpy(known->octets, loader->body, known->len);
    return true;
}

static void tell(const char *what, long status)
{
    if (atomic_fetch_add(&n_told, 1) < 10)
        fprintf(stderr, "load: HTTP %ld: %s\n", status, what);
}

static void ask_one(struct loader *loader)
{
    uint8_t serial[SERIAL_LEN] = {0x10};
    uint8_t buf[REQUEST_ROOM];
    struct oc_error err = {.what = "not 200"};
    long status = 0;
    long number = 1 + rand_r(&loader->seed) % (n_certificates + n_certificates / 20 + 1);
    for (int i = 1; i < SERIAL_LEN; i++)
        serial[i] = (uint8_t)(number >> 8 * (SERIAL_LEN - 1 - i));
    prepare(loader, make_request(serial, buf), rand_r(&loader->seed) % 8 == 0);
    CURLcode code = curl_easy_perform(loader->curl);
    curl_easy_getinfo(loader->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status == 200 && is_right(loader, serial, number, &err))
        return;
    loader->n_failed++;
    tell(code != CURLE_OK ? curl_easy_strerror(code) : err.what, status);
}

static void *run(void *arg)
{
    struct loader *loader = arg;
    for (size_t i = 0; i < loader->n; i++)
        ask_one(loader);
    return NULL;
}

static void start(struct loader *loader, unsigned seed, size_t n)
{
    *loader = (struct loader){.curl = curl_easy_init(), .seed = seed, .n = n};
    loader->known =
        calloc((size_t)(n_certificates + n_certificates / 20 + 2), sizeof *loader->known);
    loader->headers = curl_slist_append(NULL, "Content-Type: application/ocsp-request");
    need(loader->curl != NULL && loader->known != NULL && loader->headers != NULL, "out of memory");
    curl_easy_setopt(loader->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(loader->curl, CURLOPT_WRITEDATA, loader);
    curl_easy_setopt(loader->curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(loader->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(loader->curl, CURLOPT_NOPROXY, "*");
    need(pthread_create(&loader->thread, NULL, run, loader) == 0, "no thread");
}

static void end(struct loader *loader, size_t *n_failed, size_t *n_verified)
{
    pthread_join(loader->thread, NULL);
    *n_failed += loader->n_failed;
    *n_verified += loader->n_verified;
    curl_easy_cleanup(loader->curl);
    curl_slist_free_all(loader->headers);
    free(loader->known);
}

int main(int argc, char **argv)
{
    size_t n_failed = 0;
    size_t n_verified = 0;
    need(argc == 7, "usage: load PORT CA REQUESTS THREADS CERTIFICATES HASH");
    port = argv[1];
    size_t n = strtoul(argv[3], NULL, 10);
    size_t n_threads = strtoul(argv[4], NULL, 10);
    n_certificates = strtol(argv[5], NULL, 10);
    hash = oc_hash_from_name(argv[6]);
    crypto = oc_openssl_new();
    need(crypto != NULL && n_threads > 0 && hash != OC_HASH_OTHER, "no memory, threads or hash");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    load_issuer(argv[2]);
    struct loader *loaders = calloc(n_threads, sizeof *loaders);
    need(loaders != NULL, "out of memory");
    for (size_t i = 0; i < n_threads; i++)
        start(&loaders[i], (unsigned)i, n / n_threads);
    for (size_t i = 0; i < n_threads; i++)
        end(&loaders[i], &n_failed, &n_verified);
    printf("requests %zu failed %zu verified %zu\n", n / n_threads * n_threads, n_failed,
           n_verified);
    return n_failed == 0 ? 0 : 1;
}
