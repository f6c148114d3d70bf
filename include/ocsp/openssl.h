// SPDX-License-Identifier: MIT
//
// The table of <ocsp/crypto.h>, filled from OpenSSL's libcrypto (3.0 or later), and
// what goes with it: private keys and certificates from files and key stores. In a
// library of its own: libocsp-openssl.
#ifndef OCSP_OPENSSL_H
#define OCSP_OPENSSL_H

#include <ocsp/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

// oc_openssl_new fetches the digests once, from libcrypto's default library
// context, and returns a table with them, for as many threads as like. A digest
// that libcrypto does not offer here answers OC_ERR_UNSUPPORTED later.
//
// Returns NULL when there is no memory. Free it with oc_openssl_free().
OC_API OC_MUST_USE struct oc_crypto *oc_openssl_new(void);

// oc_openssl_free frees a table of oc_openssl_new() that nobody uses any more; NULL
// is allowed.
OC_API void oc_openssl_free(struct oc_crypto *crypto);

// struct oc_openssl_passphrase is where the passphrase of an encrypted key comes from.
//
// `read` is called when one is needed: it writes at most `size` octets to `buf`, without a
// NUL, and returns how many, or a negative number when there is none to be had.
struct oc_openssl_passphrase {
    int (*read)(void *arg, char *buf, size_t size);
    void *arg;
};

// OC_OPENSSL_MAX_LEN is the most octets that oc_openssl_key_read() and
// oc_openssl_certs_read() take.
#define OC_OPENSSL_MAX_LEN ((size_t)16 << 20)

// oc_openssl_key_read finds the private key in `text`, a file's content: PEM or DER of
// PKCS #8, encrypted or not, or of the older forms of RSA and EC keys, or PKCS #12. What
// else stands there, certificates or parameters, is passed over.
//
// `passphrase` may be NULL if there is none. Returns OC_OK and the key, to be given back
// with oc_openssl_key_free(); or OC_ERR_PASSPHRASE when the passphrase is missing or wrong,
// OC_ERR_DUPLICATE for several private keys, OC_ERR_READ when there is none or it is broken,
// OC_ERR_LIMIT for a text that is too long, or OC_ERR_CRYPTO; then `*key` is NULL and `*err`,
// if not NULL, is filled. Keys are used by the functions of any table of oc_openssl_new(),
// in as many threads as libcrypto's provider of the key allows.
OC_API OC_MUST_USE enum oc_err oc_openssl_key_read(struct oc_bytes text,
                                                   const struct oc_openssl_passphrase *passphrase,
                                                   struct oc_private_key **key,
                                                   struct oc_error *err);

// oc_openssl_key_open is oc_openssl_key_read() for whatever OSSL_STORE can open: the path
// of a file, or a URI such as "pkcs11:object=ocsp" where a provider for it is configured.
OC_API OC_MUST_USE enum oc_err oc_openssl_key_open(const char *uri,
                                                   const struct oc_openssl_passphrase *passphrase,
                                                   struct oc_private_key **key,
                                                   struct oc_error *err);

// struct evp_pkey_st is libcrypto's EVP_PKEY.
struct evp_pkey_st;

// oc_openssl_key_new makes a key of an EVP_PKEY, of which it takes a reference. Returns NULL
// when there is no memory.
OC_API OC_MUST_USE struct oc_private_key *oc_openssl_key_new(struct evp_pkey_st *pkey);

// oc_openssl_key_free frees a key that nobody uses any more; NULL is allowed.
OC_API void oc_openssl_key_free(struct oc_private_key *key);

// oc_openssl_certs_read finds the certificates in `text`, a file's content: PEM, one or many,
// or DER, or PKCS #12 without a passphrase. What else stands there is passed over.
//
// Returns OC_OK and the certificates in their order, a list for oc_cert_next(), to be given
// back with oc_openssl_certs_free(); or OC_ERR_READ when there is none or one is broken,
// OC_ERR_LIMIT or OC_ERR_CRYPTO, with `*out` zero and, if `err` is not NULL, `*err` filled.
OC_API OC_MUST_USE enum oc_err oc_openssl_certs_read(struct oc_bytes text, struct oc_list *out,
                                                     struct oc_error *err);

// oc_openssl_certs_open is oc_openssl_certs_read() for whatever OSSL_STORE can open.
OC_API OC_MUST_USE enum oc_err oc_openssl_certs_open(const char *uri, struct oc_list *out,
                                                     struct oc_error *err);

// oc_openssl_certs_free frees a list of the two functions above and empties it.
OC_API void oc_openssl_certs_free(struct oc_list *certs);

#ifdef __cplusplus
}
#endif

#endif
