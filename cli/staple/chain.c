// SPDX-License-Identifier: MIT
//
// Reads the certificates from PEM with any other blocks, or one certificate in DER.
#include "staple/chain.h"

#include "pem.h"
#include "program/report.h"

#include <ocsp/der.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

#include <stdlib.h>
#include <string.h>

// A chain is much shorter than this.
enum { CHAIN_MAX = 256 };

static bool add(struct staple_chain *chain, const char *name, const char *file, struct oc_bytes der)
{
    struct oc_error err;
    if (chain->n == CHAIN_MAX) {
        complain(name, "%s: more than %d certificates", file, CHAIN_MAX);
        return false;
    }
    uint8_t *copy = must_alloc(der.len, 1);
    if (der.len != 0)
        memcpy(copy, der.data, der.len);
    chain->ders = must_resize(chain->ders, chain->n + 1, sizeof *chain->ders);
    chain->certs = must_resize(chain->certs, chain->n + 1, sizeof *chain->certs);
    if (oc_cert_parse(&chain->certs[chain->n], (struct oc_bytes){copy, der.len}, &err) != OC_OK) {
        complain(name, "%s: certificate %zu, byte %zu: %s", file, chain->n + 1, err.offset,
                 err.what);
        free(copy);
        return false;
    }
    chain->ders[chain->n++] = (struct octets){copy, der.len};
    return true;
}

static bool is_certificate(const char *label)
{
    return strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0 ||
           strcmp(label, "TRUSTED CERTIFICATE") == 0;
}

// In a trusted certificate, trust settings of OpenSSL follow the certificate.
static struct oc_bytes first_element(struct oc_bytes der)
{
    struct oc_bytes rest = der;
    struct oc_bytes whole;
    return oc_der_read_any(&rest, NULL, NULL, &whole) == OC_OK ? whole : der;
}

static bool add_pem(struct staple_chain *chain, const char *name, const char *file,
                    const struct octets *raw)
{
    BIO *bio = BIO_new_mem_buf(raw->data, (int)raw->len);
    if (bio == NULL)
        die_no_memory();
    char *label = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long len = 0;
    bool ok = true;
    while (ok && PEM_read_bio(bio, &label, &header, &data, &len) == 1) {
        if (is_certificate(label))
            ok = add(chain, name, file, first_element((struct oc_bytes){data, (size_t)len}));
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)len);
    }
    BIO_free(bio);
    return ok;
}

bool staple_chain_load(struct staple_chain *chain, const char *name, const char *file)
{
    struct octets raw;
    size_t before = chain->n;
    if (!input_read_secret(file, &raw))
        return false;
    bool ok = pem_is(&raw) ? add_pem(chain, name, file, &raw)
                           : add(chain, name, file, (struct oc_bytes){raw.data, raw.len});
    input_free_secret(&raw);
    if (ok && chain->n == before) {
        complain(name, "%s: missing certificate", file);
        ok = false;
    }
    return ok;
}

void staple_chain_free(struct staple_chain *chain)
{
    for (size_t i = 0; i < chain->n; i++)
        free(chain->ders[i].data);
    free(chain->ders);
    free(chain->certs);
    *chain = (struct staple_chain){0};
}
