// SPDX-License-Identifier: MIT
//
// Keys, certificates and signed responses for tests. They are made with libcrypto, so that the
// library does not verify its own work. Faults are set in their descriptions, where a member that
// is not set means the valid value.
//
// A failure prints a message and exits the program.
#ifndef TESTS_SUPPORT_SIGN_H
#define TESTS_SUPPORT_SIGN_H

#include <ocsp/cert.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

#include <openssl/evp.h>

// SIGN_NOW is the present of all messages: 2023-11-14 22:13:20 UTC.
#define SIGN_NOW INT64_C(1700000000)

// sign_key_ec and sign_key_rsa make a key on P-256, and an RSA key of so many bits. The
// caller frees it with EVP_PKEY_free().
EVP_PKEY *sign_key_ec(void);
EVP_PKEY *sign_key_rsa(unsigned bits);

// enum sign_fault is the fault of a signature.
enum sign_fault {
    SIGN_RIGHT = 0,
    SIGN_WRONG,           // its last bit is flipped
    SIGN_OTHER_OCTETS,    // it is valid, but for other octets
    SIGN_OTHER_INSIDE,    // certificates: another algorithm is inside
    SIGN_OTHER_ALGORITHM  // messages: it names another hash than it was made with
};

// struct sign_cert_spec describes a certificate: version 3, for some years around
// SIGN_NOW.
//
// `subject` and `issuer` are common names. Usages are texts as in OpenSSL's
// configuration files; NULL leaves the extension out. Times of 0 are the defaults.
struct sign_cert_spec {
    const char *subject;
    const char *issuer;
    EVP_PKEY *key;
    EVP_PKEY *signer;
    const EVP_MD *digest;  // NULL: SHA-256
    int64_t not_before;
    int64_t not_after;
    const char *constraints;
    const char *key_usage;
    const char *purposes;
    bool nocheck;
    bool unknown_critical;
    enum sign_fault fault;
};

// struct sign_cert is a certificate that was made, and the fields that the library reads.
struct sign_cert {
    uint8_t *der;
    struct oc_cert cert;
};

// sign_cert makes a certificate; free it with sign_cert_free().
void sign_cert(const struct sign_cert_spec *spec, struct sign_cert *out);
void sign_cert_free(struct sign_cert *cert);

// sign_hash hashes octets and returns the length of the hash.
size_t sign_hash(enum oc_hash hash, struct oc_bytes data, uint8_t out[OC_HASH_MAX_LEN]);

// struct sign_response_spec describes a response.
//
// `find` and `replace`, two texts of one length, change the octets before they are
// signed, so that a response can have values that the builders refuse. `tbs`, when it is set, is
// signed in place of `data`.
struct sign_response_spec {
    struct oc_response_spec data;
    struct oc_bytes tbs;
    const char *find;
    const char *replace;
    EVP_PKEY *key;
    const EVP_MD *digest;  // NULL: SHA-256
    struct oc_list certs;
    enum sign_fault fault;
};

// sign_response builds and signs a response in the `size` octets at `buf`.
struct oc_bytes sign_response(const struct sign_response_spec *spec, uint8_t *buf, size_t size);

// struct sign_request_spec describes a request.
struct sign_request_spec {
    struct oc_request_spec data;
    EVP_PKEY *key;
    const EVP_MD *digest;  // NULL: SHA-256
    struct oc_list certs;
    enum sign_fault fault;
};

// sign_request builds and signs a request in the `size` octets at `buf`.
struct oc_bytes sign_request(const struct sign_request_spec *spec, uint8_t *buf, size_t size);

// struct sign_libcrypto_spec describes a response that libcrypto alone makes, at the time of the
// system's clock. `serial` is that of the certificate in question, and `status` one of
// libcrypto's V_OCSP_CERTSTATUS_ numbers. Next update is absent when it is 0.
struct sign_libcrypto_spec {
    const struct sign_cert *issuer;
    const struct sign_cert *signer;
    EVP_PKEY *key;
    const EVP_MD *id_digest;
    long serial;
    int status;
    int reason;  // -1: none
    int64_t this_update;
    int64_t next_update;
    struct oc_bytes nonce;
    unsigned long flags;  // of OCSP_basic_sign()
};

// sign_libcrypto makes a response; free `data` with OPENSSL_free().
void sign_libcrypto(const struct sign_libcrypto_spec *spec, uint8_t **data, size_t *len);

#endif
