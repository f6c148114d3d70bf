// SPDX-License-Identifier: MIT
//
// Certificates from files and from other places that OSSL_STORE reads, as one block of memory
// with the DER of one after the other.
#include "openssl/keystore.h"
#include "openssl/text.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <stdlib.h>

struct block {
    uint8_t *data;
    size_t len;
    size_t n;
};

static enum oc_err append(struct block *block, const X509 *cert, struct oc_error *err)
{
    int len = i2d_X509(cert, NULL);
    if (len <= 0)
        return oci_load_failed(err, OC_ERR_CRYPTO, "a certificate cannot be encoded");
    if ((size_t)len > OC_OPENSSL_MAX_LEN - block->len)
        return oci_load_failed(err, OC_ERR_LIMIT, "the certificates are too long");
    uint8_t *moved = realloc(block->data, block->len + (size_t)len);
    if (moved == NULL)
        return oci_load_failed(err, OC_ERR_MEMORY, "out of memory");
    unsigned char *at = moved + block->len;
    block->data = moved;
    block->len += (size_t)i2d_X509(cert, &at);
    block->n++;
    return OC_OK;
}

static enum oc_err collect(struct store *store, struct block *block, struct oc_error *err)
{
    enum oc_err code = OC_OK;
    OSSL_STORE_INFO *info;
    while (code == OC_OK && (info = oci_store_next(store)) != NULL) {
        const X509 *cert = OSSL_STORE_INFO_get0_CERT(info);
        if (cert != NULL)
            code = append(block, cert, err);
        OSSL_STORE_INFO_free(info);
    }
    return code;
}

// `n_wanted` is how many there should be, 0 if that is not known.
static enum oc_err judge(const struct store *store, size_t n, size_t n_wanted, struct oc_error *err)
{
    if (n == 0 && n_wanted == 0)
        return oci_load_failed(err, OC_ERR_READ,
                               store->asked ? "the certificates need a passphrase"
                                            : "cannot find a readable certificate");
    if (store->broken || n < n_wanted)
        return oci_load_failed(err, OC_ERR_READ, "a certificate cannot be read");
    return OC_OK;
}

static enum oc_err finish(struct store *store, bool is_open, size_t n_wanted, struct oc_list *out,
                          struct oc_error *err)
{
    struct block block = {0};
    enum oc_err code = is_open ? collect(store, &block, err) : OC_OK;
    if (code == OC_OK)
        code = judge(store, block.n, n_wanted, err);
    oci_store_close(store);
    if (code != OC_OK)
        free(block.data);
    else
        *out = (struct oc_list){{block.data, block.len}, block.n};
    return code;
}

enum oc_err oc_openssl_certs_read(struct oc_bytes text, struct oc_list *out, struct oc_error *err)
{
    struct store store;
    *out = (struct oc_list){0};
    enum oc_err code = oci_text_check(text, err);
    if (code != OC_OK)
        return code;
    struct pem_count count = oci_pem_count(text);
    ERR_set_mark();
    bool is_open = oci_store_read(&store, text, count.blocks, OSSL_STORE_INFO_CERT, NULL);
    code = finish(&store, is_open, count.certs, out, err);
    ERR_pop_to_mark();
    return code;
}

enum oc_err oc_openssl_certs_open(const char *uri, struct oc_list *out, struct oc_error *err)
{
    struct store store;
    struct text text;
    const char *path = oci_text_path(uri);
    *out = (struct oc_list){0};
    if (path == NULL) {
        ERR_set_mark();
        bool is_open = oci_store_open(&store, uri, OSSL_STORE_INFO_CERT, NULL);
        enum oc_err code = finish(&store, is_open, 0, out, err);
        ERR_pop_to_mark();
        return code;
    }
    enum oc_err code = oci_text_load(&text, path, err);
    if (code != OC_OK)
        return code;
    code = oc_openssl_certs_read((struct oc_bytes){text.data, text.len}, out, err);
    oci_text_clear(&text);
    return code;
}

void oc_openssl_certs_free(struct oc_list *certs)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the one way to say that this memory is ours
    free((void *)(uintptr_t)certs->items.data);
    *certs = (struct oc_list){0};
}
