// SPDX-License-Identifier: MIT
//
// The client asks about one certificate while each of its allocations in turn fails. The linker
// puts the functions below in place of malloc() and calloc() in the library.
#include <ocsp/client.h>
#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_PEM 8192

static long n_left = -1;  // allocations until one fails, -1: none fails

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

static bool fails(void)
{
    return n_left >= 0 && n_left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

struct file {
    struct oc_list list;
    struct oc_cert cert;
};

static void load(struct file *file, const char *path)
{
    static uint8_t pem[MAX_PEM];
    struct oc_bytes der;
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    size_t len = fread(pem, 1, sizeof pem, stream);
    fclose(stream);
    assert_int_equal(oc_openssl_certs_read((struct oc_bytes){pem, len}, &file->list, NULL), OC_OK);
    size_t at = 0;
    assert_true(oc_cert_next(&file->list, &at, &der));
    assert_int_equal(oc_cert_parse(&file->cert, der, NULL), OC_OK);
}

static bool allow_nothing(void *arg, const struct sockaddr *address)
{
    (void)arg, (void)address;
    return false;
}

static enum oc_err check(struct oc_client *client, struct oc_check *asked, long n)
{
    struct oc_policy policy;
    oc_policy_init(&policy, 0);
    n_left = n;
    enum oc_err code = oc_client_check(client, &policy, asked, 1);
    n_left = -1;
    return code;
}

static void each_allocation_fails(void **state)
{
    struct file leaf;
    struct file ca;
    struct oc_issuer issuer;
    struct oc_client_config config;
    struct oc_crypto *crypto = oc_openssl_new();
    (void)state;
    load(&leaf, SEED_DIR "/leaf.pem");
    load(&ca, SEED_DIR "/issuer.pem");
    assert_int_equal(oc_issuer_init(&issuer, crypto, &ca.cert, NULL), OC_OK);
    oc_client_config_init(&config, crypto);
    config.allow = allow_nothing;
    struct oc_client *client = oc_client_new(&config);
    assert_non_null(client);
    struct oc_check asked = {.cert = &leaf.cert, .issuer = &issuer, .url = "http://127.0.0.1/"};
    long n = 0;
    for (; check(client, &asked, n) != OC_OK; n++) {
        assert_int_equal(check(client, &asked, n), OC_ERR_MEMORY);
        assert_int_equal(asked.outcome, OC_ASK_NONE);
        assert_null(asked.exchanges);
        assert_int_equal(asked.n_exchanges, 0);
    }
    // The list of exchanges, the text of the address, the request.
    assert_int_equal(n, 3);
    assert_int_equal(asked.outcome, OC_ASK_REFUSED);
    oc_check_cleanup(&asked);
    oc_client_free(client);
    oc_issuer_cleanup(&issuer);
    oc_openssl_certs_free(&leaf.list);
    oc_openssl_certs_free(&ca.list);
    oc_openssl_free(crypto);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
