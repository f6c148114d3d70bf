// SPDX-License-Identifier: MIT
//
// Responses for tests, with the keys and certificates of everybody who takes part in them. A
// response is made from a description; a member that is not set means the valid value.
#ifndef TESTS_VERIFY_RESPONSE_FIXTURE_H
#define TESTS_VERIFY_RESPONSE_FIXTURE_H

#include "sign.h"

#include <ocsp/verify.h>

#define MESSAGE_SIZE 65536
#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)

enum key_name {
    KEY_OF_RESPONDER = 0,  // the key of the certificate that the responder ID names
    KEY_CA,
    KEY_ROOT,
    KEY_DELEGATE,
    KEY_OTHER,
    KEY_RSA,
    KEY_RSA_1024,
    N_KEYS
};

// Each certificate differs in one property from CERT_CA or CERT_DELEGATE.
enum cert_name {
    CERT_NONE = 0,
    CERT_CA,
    CERT_ROOT,
    CERT_CA_RSA,
    CERT_CA_RSA_1024,
    CERT_OTHER_CA,          // another name and key
    CERT_CA_OF_SAME_NAME,   // the CA's name, another key
    CERT_CA_OF_OTHER_NAME,  // the CA's key, another name
    CERT_SELF_MADE,         // the CA's name as subject and issuer, self-signed
    CERT_DELEGATE,
    CERT_WITHOUT_EKU,
    CERT_ANY_EKU,
    CERT_OTHER_EKU,
    CERT_NOCHECK_WITHOUT_EKU,
    CERT_WITHOUT_NOCHECK,
    CERT_EKU_AMONG_OTHERS,
    CERT_CA_AS_DELEGATE_WITHOUT_EKU,
    CERT_KEY_USAGE,
    CERT_KEY_USAGE_WRONG,
    CERT_EXPIRED,
    CERT_EXPIRED_AT_BORDER,
    CERT_NOT_YET,
    CERT_NOT_YET_AT_BORDER,
    CERT_ENDS_SOON,
    CERT_BY_ROOT,
    CERT_BY_CA_OF_SAME_NAME,
    CERT_BY_CA_OF_OTHER_NAME,
    CERT_SIGNED_BY_DELEGATE,
    CERT_CRITICAL,
    CERT_SIGNATURE_WRONG,
    CERT_OTHER_ALGORITHM_INSIDE,
    CERT_SHA1,
    CERT_MD5,
    CERT_BY_CA_RSA_1024,
    CERT_RSA,
    CERT_RSA_1024,
    CERT_MALFORMED,  // not a certificate
    N_CERTS
};

// struct said describes one single response. Zeroes mean: good, SHA-1, issued by CERT_CA, the
// serial number in question, valid from an hour ago for two hours. Other times are seconds after
// SIGN_NOW.
struct said {
    enum oc_cert_status status;
    enum oc_hash hash;
    enum cert_name issuer;
    const char *serial;  // one octet for each character
    int64_t this_update;
    int64_t next_update;
    bool without_next_update;
    int64_t revocation_time;
    bool has_reason;
    uint32_t reason;
    const struct oc_extension *extension;
};

#define SAID_MAX 3
#define FIXTURE_CERTS_MAX 20

// struct response_fixture describes a response. `responder` is the certificate that the responder
// ID names, otherwise the last of `certs`, otherwise CERT_CA.
struct response_fixture {
    enum cert_name responder;
    bool by_name;
    struct oc_bytes key_hash;  // in place of the one of `responder`
    enum key_name key;
    const EVP_MD *(*digest)(void);
    enum sign_fault fault;
    enum cert_name certs[FIXTURE_CERTS_MAX];
    struct said said[SAID_MAX];
    size_t n_said;  // 0: one
    int64_t produced_at;
    struct oc_bytes tbs;
    const char *find;
    const char *replace;
    const struct oc_extension *extension;
};

// fixture_certs_make makes all keys and certificates; fixture_certs_free frees them.
void fixture_certs_make(void);
void fixture_certs_free(void);

// fixture_cert and fixture_key return a certificate and a key.
const struct sign_cert *fixture_cert(enum cert_name name);
EVP_PKEY *fixture_key(enum key_name name);

// serial_in_question is the serial number that oc_verify() is asked about.
struct oc_bytes serial_in_question(void);

// response_fixture_make encodes and signs the response in the MESSAGE_SIZE octets at `buf`.
struct oc_bytes response_fixture_make(const struct response_fixture *response, uint8_t *buf);

#endif
