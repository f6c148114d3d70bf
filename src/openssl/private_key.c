// SPDX-License-Identifier: MIT
//
// Private keys, from files and from wherever else OSSL_STORE finds them.
#include "openssl/key.h"
#include "openssl/keystore.h"
#include "openssl/text.h"

#include <openssl/err.h>

#include <stdlib.h>

struct oc_private_key *oc_openssl_key_new(struct evp_pkey_st *pkey)
{
    struct oc_private_key *key = calloc(1, sizeof *key);
    if (key == NULL)
        return NULL;
    if (EVP_PKEY_up_ref(pkey) != 1) {
        free(key);
        return NULL;
    }
    key->key = (struct oc_key){pkey, oci_rsa_bits(pkey)};
    return key;
}

void oc_openssl_key_free(struct oc_private_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key.pkey);
    free(key);
}

static enum oc_err several(struct oc_error *err)
{
    return oci_load_failed(err, OC_ERR_DUPLICATE, "there are several private keys");
}

static enum oc_err not_found(const struct store *store, struct oc_error *err)
{
    if (store->asked && !store->got)
        return oci_load_failed(err, OC_ERR_PASSPHRASE, "missing passphrase for the private key");
    if (store->asked)
        return oci_load_failed(err, OC_ERR_PASSPHRASE,
                               "the passphrase is not that of the private key");
    return oci_load_failed(err, OC_ERR_READ, "cannot find a readable private key");
}

// find takes the one private key that is left in the store.
static enum oc_err find(struct store *store, struct oc_private_key **key, struct oc_error *err)
{
    OSSL_STORE_INFO *info;
    size_t n = 0;
    while (n < 2 && (info = oci_store_next(store)) != NULL) {
        EVP_PKEY *pkey = OSSL_STORE_INFO_get0_PKEY(info);
        if (pkey != NULL && n++ == 0)
            *key = oc_openssl_key_new(pkey);
        OSSL_STORE_INFO_free(info);
    }
    if (n > 1)
        return several(err);
    if (n == 0)
        return not_found(store, err);
    if (store->broken)
        return oci_load_failed(err, OC_ERR_READ, "invalid data after the private key");
    if (*key == NULL)
        return oci_load_failed(err, OC_ERR_MEMORY, "out of memory");
    return OC_OK;
}

static enum oc_err finish(struct store *store, bool is_open, struct oc_private_key **key,
                          struct oc_error *err)
{
    enum oc_err code = is_open ? find(store, key, err) : not_found(store, err);
    oci_store_close(store);
    if (code == OC_OK)
        return OC_OK;
    oc_openssl_key_free(*key);
    *key = NULL;
    return code;
}

enum oc_err oc_openssl_key_read(struct oc_bytes text,
                                const struct oc_openssl_passphrase *passphrase,
                                struct oc_private_key **key, struct oc_error *err)
{
    struct store store;
    *key = NULL;
    enum oc_err code = oci_text_check(text, err);
    if (code != OC_OK)
        return code;
    struct pem_count count = oci_pem_count(text);
    if (count.private_keys > 1)
        return several(err);
    ERR_set_mark();
    bool is_open = oci_store_read(&store, text, count.blocks, OSSL_STORE_INFO_PKEY, passphrase);
    code = finish(&store, is_open, key, err);
    ERR_pop_to_mark();
    return code;
}

enum oc_err oc_openssl_key_open(const char *uri, const struct oc_openssl_passphrase *passphrase,
                                struct oc_private_key **key, struct oc_error *err)
{
    struct store store;
    struct text text;
    const char *path = oci_text_path(uri);
    *key = NULL;
    if (path == NULL) {
        ERR_set_mark();
        bool is_open = oci_store_open(&store, uri, OSSL_STORE_INFO_PKEY, passphrase);
        enum oc_err code = finish(&store, is_open, key, err);
        ERR_pop_to_mark();
        return code;
    }
    enum oc_err code = oci_text_load(&text, path, err);
    if (code != OC_OK)
        return code;
    code = oc_openssl_key_read((struct oc_bytes){text.data, text.len}, passphrase, key, err);
    oci_text_clear(&text);
    return code;
}
