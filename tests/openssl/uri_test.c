// SPDX-License-Identifier: MIT
//
// Keys and certificates behind a URI that does not name a file. A provider of the test, for the
// scheme "test:", takes the place of providers that talk to tokens and services. The text after
// the colon lists its objects.
#include "sign.h"

#include <ocsp/openssl.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/x509.h>

#define PIN "1234"

static EVP_PKEY *pkey;
static struct sign_cert cert;
static unsigned char *key_der;
static int key_len;

// struct loader is an open URI: each letter of `left` is one object to return. A key (k), one
// behind a PIN (p), a certificate (c), a broken object (x).
struct loader {
    const char *left;
    int wanted;
};

// Objects of another type are passed over, as OSSL_STORE requires of its loaders.
static char next_kind(struct loader *loader)
{
    const char *unwanted = loader->wanted == OSSL_STORE_INFO_CERT   ? "kp"
                           : loader->wanted == OSSL_STORE_INFO_PKEY ? "c"
                                                                    : "";
    while (*loader->left != '\0' && strchr(unwanted, *loader->left) != NULL)
        loader->left++;
    return *loader->left;
}

static void *store_open(void *provider, const char *uri)
{
    struct loader *loader;
    (void)provider;
    if (strncmp(uri, "test:", 5) != 0 || strchr(uri, '!') != NULL)
        return NULL;
    loader = OPENSSL_zalloc(sizeof *loader);
    loader->left = uri + 5;
    return loader;
}

static int store_set_params(void *context, const OSSL_PARAM params[])
{
    const OSSL_PARAM *wanted = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_EXPECT);
    return wanted == NULL || OSSL_PARAM_get_int(wanted, &((struct loader *)context)->wanted);
}

static int hand_out(int type, const char *data_type, const char *structure, const void *der,
                    size_t len, OSSL_CALLBACK *callback, void *arg)
{
    OSSL_PARAM object[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, (char *)(uintptr_t)data_type,
                                         0),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE,
                                         (char *)(uintptr_t)structure, 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, (void *)(uintptr_t)der, len),
        OSSL_PARAM_construct_end(),
    };
    return callback(object, arg);
}

static int pin_is_right(OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    char pin[16];
    size_t len = 0;
    return ask(pin, sizeof pin, &len, NULL, arg) == 1 && len == strlen(PIN) &&
           memcmp(pin, PIN, len) == 0;
}

static int store_load(void *context, OSSL_CALLBACK *callback, void *arg,
                      OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
    struct loader *loader = context;
    char kind = next_kind(loader);
    loader->left++;
    if (kind == 'c')
        return hand_out(OSSL_OBJECT_CERT, "CERTIFICATE", "Certificate", cert.cert.der.data,
                        cert.cert.der.len, callback, arg);
    if (kind != 'k' && (kind != 'p' || !pin_is_right(ask, ask_arg)))
        return 0;
    return hand_out(OSSL_OBJECT_PKEY, "EC", "PrivateKeyInfo", key_der, (size_t)key_len, callback,
                    arg);
}

static int store_eof(void *context)
{
    return next_kind(context) == '\0';
}

static int store_close(void *context)
{
    OPENSSL_free(context);
    return 1;
}

typedef void (*function)(void);

static const OSSL_DISPATCH store_functions[] = {
    {OSSL_FUNC_STORE_OPEN, (function)store_open},
    {OSSL_FUNC_STORE_SET_CTX_PARAMS, (function)store_set_params},
    {OSSL_FUNC_STORE_LOAD, (function)store_load},
    {OSSL_FUNC_STORE_EOF, (function)store_eof},
    {OSSL_FUNC_STORE_CLOSE, (function)store_close},
    {0, NULL},
};

static const OSSL_ALGORITHM *provider_query(void *provider, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM stores[] = {
        {"test", "provider=test", store_functions, NULL},
        {NULL, NULL, NULL, NULL},
    };
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_STORE ? stores : NULL;
}

static int provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                         const OSSL_DISPATCH **out, void **provider)
{
    static const OSSL_DISPATCH functions[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (function)provider_query},
        {0, NULL},
    };
    (void)in;
    *out = functions;
    *provider = (void *)(uintptr_t)handle;
    return 1;
}

static OSSL_PROVIDER *providers[2];

static int start(void **state)
{
    (void)state;
    pkey = sign_key_ec();
    sign_cert(
        &(struct sign_cert_spec){.subject = "one", .issuer = "one", .key = pkey, .signer = pkey},
        &cert);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    key_len = i2d_PKCS8_PRIV_KEY_INFO(info, &key_der);
    PKCS8_PRIV_KEY_INFO_free(info);
    if (OSSL_PROVIDER_add_builtin(NULL, "test", provider_init) != 1)
        return -1;
    providers[0] = OSSL_PROVIDER_load(NULL, "default");
    providers[1] = OSSL_PROVIDER_load(NULL, "test");
    return key_len > 0 && providers[0] != NULL && providers[1] != NULL ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    OSSL_PROVIDER_unload(providers[1]);
    OSSL_PROVIDER_unload(providers[0]);
    OPENSSL_free(key_der);
    sign_cert_free(&cert);
    EVP_PKEY_free(pkey);
    return 0;
}

static int answer(void *arg, char *buf, size_t size)
{
    const char *pin = arg;
    assert_in_range(strlen(pin), 0, size);
    memcpy(buf, pin, strlen(pin));
    return (int)strlen(pin);
}

// expect_key opens the key with a PIN, or without one when it is NULL.
static void expect_key(const char *uri, const char *pin, enum oc_err code, const char *what)
{
    struct oc_openssl_passphrase passphrase = {answer, (void *)(uintptr_t)pin};
    struct oc_private_key *key;
    struct oc_error err = {OC_OK, 4711, NULL};
    enum oc_err result = oc_openssl_key_open(uri, pin != NULL ? &passphrase : NULL, &key, &err);
    assert_string_equal(oc_err_name(result), oc_err_name(code));
    assert_true((key != NULL) == (code == OC_OK));
    if (code != OC_OK) {
        assert_int_equal(err.code, code);
        assert_string_equal(err.what, what);
    }
    oc_openssl_key_free(key);
}

static void key_signs(void **state)
{
    static const uint8_t ecdsa[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};
    const struct oc_algorithm id = {{ecdsa, sizeof ecdsa}, {NULL, 0}};
    const struct oc_bytes message = {(const uint8_t *)"tbs data", 8};
    struct oc_crypto *crypto = oc_openssl_new();
    struct oc_private_key *key;
    struct oc_key *public;
    struct oc_strength strength;
    uint8_t room[128];
    size_t len;
    (void)state;
    assert_int_equal(oc_openssl_key_open("test:k", NULL, &key, NULL), OC_OK);
    assert_int_equal(crypto->sign_check(crypto, key, cert.cert.spki, &id, &strength, &len), OC_OK);
    assert_in_range(len, 1, sizeof room);
    assert_int_equal(crypto->sign(crypto, key, &id, message, room, &len), OC_OK);
    assert_int_equal(crypto->key_decode(crypto, cert.cert.spki, &public), OC_OK);
    assert_int_equal(
        crypto->verify(crypto, public, &id, message, (struct oc_bytes){room, len}, &strength),
        OC_OK);
    crypto->key_free(crypto, public);
    oc_openssl_key_free(key);
    oc_openssl_free(crypto);
}

static void key_behind_a_pin(void **state)
{
    (void)state;
    expect_key("test:p", PIN, OC_OK, NULL);
    expect_key("test:p", "4321", OC_ERR_PASSPHRASE,
               "the passphrase is not that of the private key");
    expect_key("test:p", NULL, OC_ERR_PASSPHRASE, "missing passphrase for the private key");
}

static void key_among_others(void **state)
{
    (void)state;
    expect_key("test:ck", NULL, OC_OK, NULL);
    expect_key("test:kcc", NULL, OC_OK, NULL);
    expect_key("test:kck", NULL, OC_ERR_DUPLICATE, "there are several private keys");
}

static void key_not_there(void **state)
{
    static const char *const uris[] = {"test:", "test:c", "test:x", "test:!", "tests:k"};
    (void)state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++)
        expect_key(uris[i], PIN, OC_ERR_READ, "cannot find a readable private key");
}

static void key_in_front_of_something_broken(void **state)
{
    (void)state;
    expect_key("test:kxk", NULL, OC_ERR_READ, "invalid data after the private key");
}

static void certificates(void **state)
{
    struct oc_list list;
    struct oc_bytes der;
    size_t at = 0;
    (void)state;
    assert_int_equal(oc_openssl_certs_open("test:ckc", &list, NULL), OC_OK);
    assert_int_equal(list.n, 2);
    while (oc_cert_next(&list, &at, &der))
        assert_true(oc_bytes_equal(der, cert.cert.der));
    assert_int_equal(at, 2 * cert.cert.der.len);
    oc_openssl_certs_free(&list);
}

static void certificates_not_there_or_broken(void **state)
{
    static const struct {
        const char *uri;
        const char *what;
    } cases[] = {
        {"test:", "cannot find a readable certificate"},
        {"test:k", "cannot find a readable certificate"},
        {"test:!", "cannot find a readable certificate"},
        {"test:cxc", "a certificate cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct oc_list list;
        struct oc_error err = {OC_OK, 4711, NULL};
        assert_int_equal(oc_openssl_certs_open(cases[i].uri, &list, &err), OC_ERR_READ);
        assert_null(list.items.data);
        assert_string_equal(err.what, cases[i].what);
    }
}

static void errors_of_the_caller(void **state)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 41);
    key_behind_a_pin(state);
    key_not_there(state);
    certificates_not_there_or_broken(state);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 41);
    assert_int_equal(ERR_get_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_signs),
        cmocka_unit_test(key_behind_a_pin),
        cmocka_unit_test(key_among_others),
        cmocka_unit_test(key_not_there),
        cmocka_unit_test(key_in_front_of_something_broken),
        cmocka_unit_test(certificates),
        cmocka_unit_test(certificates_not_there_or_broken),
        cmocka_unit_test(errors_of_the_caller),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
