// SPDX-License-Identifier: MIT
//
// CRLs for tests, made with libcrypto: what the library verifies, it has not made itself. A
// member of a description that is not set means "as it should be".
//
// Whatever fails here ends the program with a message.
#ifndef TESTS_SUPPORT_SIGN_CRL_H
#define TESTS_SUPPORT_SIGN_CRL_H

#include "sign.h"

// struct sign_extension is an extension: dotted text, and the value in hexadecimal digits.
struct sign_extension {
    const char *oid;
    bool critical;
    const char *hex;
};

// struct sign_entry is an entry. `serial` has one octet for each character, `date` is in
// seconds after SIGN_NOW, and 0 is no reason. `date_text`, if it is set, is the content of a
// UTCTime in the place of `date`.
struct sign_entry {
    const char *serial;
    int64_t date;
    long reason;
    struct sign_extension extension;
    const char *date_text;
};

#define SIGN_CRL_MAX 8

// struct sign_crl_spec describes a CRL: from an hour before SIGN_NOW until an hour after it.
// Other times are seconds after SIGN_NOW.
struct sign_crl_spec {
    const struct oc_cert *issuer;
    EVP_PKEY *key;
    const EVP_MD *digest;  // NULL: SHA-256
    bool is_v1;
    int64_t this_update;
    int64_t next_update;
    bool without_next_update;
    struct sign_entry entries[SIGN_CRL_MAX];
    struct sign_extension extensions[SIGN_CRL_MAX];
    enum sign_fault fault;
};

// sign_crl makes a CRL and returns its length; free `*der` with OPENSSL_free().
size_t sign_crl(const struct sign_crl_spec *spec, uint8_t **der);

#endif
