// SPDX-License-Identifier: MIT
//
// ocsp/openssl.h: cryptographic functions, keys and certificates from OpenSSL
//
// oc_openssl_new() fills the table of <ocsp/crypto.h> from OpenSSL's libcrypto, 3.0 or later.
// The other functions read private keys and certificates from files and key stores. Link with
// libocsp-openssl, a library of its own.
//
// Algorithms
//
// Signatures are verified and made with the algorithms of libcrypto: RSA PKCS #1 v1.5, ECDSA
// and DSA with each digest for which libcrypto has a combined algorithm; RSASSA-PSS with the
// digest that its parameters name; and algorithms that sign the message itself, such as
// Ed25519, Ed448 and, where libcrypto has it, ML-DSA.
//
// The parameters of an algorithm must be as the standards require (RFC 4055, RFC 5758, RFC
// 8410): absent for ECDSA, DSA and algorithms that sign the message itself; NULL for RSA PKCS
// #1 v1.5, where absent ones are accepted as well. RSASSA-PSS without parameters has its
// defaults, with SHA-1. A key on an elliptic curve that is not a named one is
// OC_ERR_UNSUPPORTED.
//
// The table does not reject weak digests and short keys: it reports them in a
// `struct oc_strength`, and the caller of the table rejects them.
//
// The functions leave no error of their own in libcrypto's error queue, and keep the caller's
// errors there. The queue has few places, so that reading a badly broken text may push out the
// oldest of many errors of the caller.
//
// Example
//
//     struct oc_crypto *crypto = oc_openssl_new();
//     if (crypto == NULL)
//         ...;  // out of memory
//     if (crypto->hash(crypto, OC_HASH_SHA256, data, out) != OC_OK)
//         ...;
//     oc_openssl_free(crypto);
//
// Caveats
//
// Digests come from libcrypto's default library context with its default properties. A
// program that needs another context fills a table of its own: `examples/own_crypto.c` in
// the source of libocsp does that.
//
// An encryption that libcrypto does not offer is reported as a wrong passphrase. Old PKCS #12
// files, for instance, need libcrypto's legacy provider.
//
// A text with more than 256 PEM blocks of other kinds than the wanted one may be rejected with
// OC_ERR_READ.
#ifndef OCSP_OPENSSL_H
#define OCSP_OPENSSL_H

#include <ocsp/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

// Functions

// oc_openssl_new allocates a table. It looks up the digests once; using one that libcrypto
// does not offer, for instance because of its configuration, is OC_ERR_UNSUPPORTED. Any number
// of threads may use the table at once.
//
// Returns NULL when out of memory. Free the table with oc_openssl_free().
OC_API OC_MUST_USE struct oc_crypto *oc_openssl_new(void);

// oc_openssl_free frees a table of oc_openssl_new() that is no longer used; NULL is allowed.
OC_API void oc_openssl_free(struct oc_crypto *crypto);

// struct oc_openssl_passphrase is where the passphrase of an encrypted key, or the PIN of a
// key store, comes from.
//
// `read` is called with `arg` when one is needed. It writes at most `size` octets to `buf`,
// without a NUL, and returns their number, or a negative number when it has none. The
// library keeps no copy.
struct oc_openssl_passphrase {
    int (*read)(void *arg, char *buf, size_t size);
    void *arg;
};

// OC_OPENSSL_MAX_LEN is the greatest number of octets that oc_openssl_key_read() and
// oc_openssl_certs_read() accept: 16 MiB.
#define OC_OPENSSL_MAX_LEN ((size_t)16 << 20)

// oc_openssl_key_read finds the private key in `text`, the content of a file: PEM or DER of
// PKCS #8, encrypted or not, or of the older forms of RSA and EC keys, or PKCS #12. It skips
// anything else there, such as certificates and parameters.
//
// `passphrase` may be NULL if there is none. The key can be used with any table of
// oc_openssl_new(), by as many threads as libcrypto's provider of the key allows: the
// providers that come with libcrypto allow any number.
//
// Returns OC_OK and the key, to be freed with oc_openssl_key_free(); or, with `*key` NULL
// and, if `err` is not NULL, `*err` filled,
// - OC_ERR_PASSPHRASE: the passphrase is missing or wrong; the text in `*err` says which.
// - OC_ERR_DUPLICATE: there are several private keys.
// - OC_ERR_READ: there is no private key, or it is broken.
// - OC_ERR_LIMIT: the text is longer than OC_OPENSSL_MAX_LEN.
// - OC_ERR_MEMORY: the system is out of memory.
// - OC_ERR_CRYPTO: OpenSSL failed.
OC_API OC_MUST_USE enum oc_err oc_openssl_key_read(struct oc_bytes text,
                                                   const struct oc_openssl_passphrase *passphrase,
                                                   struct oc_private_key **key,
                                                   struct oc_error *err);

// oc_openssl_key_open does the same as oc_openssl_key_read() for anything that OSSL_STORE
// can open: the path of a file, or a URI such as "pkcs11:object=ocsp" where a provider for
// it is configured. If a file with this name exists, the name is a path even if it looks like a
// URI.
OC_API OC_MUST_USE enum oc_err oc_openssl_key_open(const char *uri,
                                                   const struct oc_openssl_passphrase *passphrase,
                                                   struct oc_private_key **key,
                                                   struct oc_error *err);

// struct evp_pkey_st is libcrypto's `EVP_PKEY`.
struct evp_pkey_st;

// oc_openssl_key_new makes a key of an `EVP_PKEY`, to which it adds a reference. It does not
// check that `pkey` has a private part: without one, signing fails.
//
// Returns NULL when out of memory. Free the key with oc_openssl_key_free().
OC_API OC_MUST_USE struct oc_private_key *oc_openssl_key_new(struct evp_pkey_st *pkey);

// oc_openssl_key_free frees a key that is no longer used; NULL is allowed.
OC_API void oc_openssl_key_free(struct oc_private_key *key);

// oc_openssl_certs_read finds the certificates in `text`, the content of a file: PEM, one or
// many, or DER, or PKCS #12 without a passphrase. It skips anything else there, but a broken
// certificate is an error.
//
// Returns OC_OK and the certificates in their order, a list for oc_cert_next(), to be freed
// with oc_openssl_certs_free(); or, with `*out` zero and, if `err` is not NULL, `*err`
// filled, OC_ERR_READ when there is no certificate or one is broken, OC_ERR_LIMIT for a text
// longer than OC_OPENSSL_MAX_LEN, OC_ERR_MEMORY, or OC_ERR_CRYPTO.
OC_API OC_MUST_USE enum oc_err oc_openssl_certs_read(struct oc_bytes text, struct oc_list *out,
                                                     struct oc_error *err);

// oc_openssl_certs_open does the same as oc_openssl_certs_read() for anything that
// OSSL_STORE can open.
OC_API OC_MUST_USE enum oc_err oc_openssl_certs_open(const char *uri, struct oc_list *out,
                                                     struct oc_error *err);

// oc_openssl_certs_free frees a list of oc_openssl_certs_read() or oc_openssl_certs_open()
// and sets it to zero.
OC_API void oc_openssl_certs_free(struct oc_list *certs);

#ifdef __cplusplus
}
#endif

#endif
