// SPDX-License-Identifier: MIT
//
// A scene is a response and who takes part in it: one description, in which a member that
// is not set means "as it should be", becomes keys, certificates and octets.
#ifndef TESTS_VERIFY_SCENE_H
#define TESTS_VERIFY_SCENE_H

#include "sign.h"

#include <ocsp/verify.h>

#define SCENE_SIZE 65536
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

// Each certificate differs in one thing from CERT_CA or CERT_DELEGATE.
enum cert_name {
    CERT_NONE = 0,
    CERT_CA,
    CERT_ROOT,
    CERT_CA_RSA,
    CERT_CA_RSA_1024,
    CERT_OTHER_CA,          // another name and key
    CERT_CA_OF_SAME_NAME,   // the CA's name, another key
    CERT_CA_OF_OTHER_NAME,  // the CA's key, another name
    CERT_SELF_MADE,         // the CA's name as subject and issuer, signed by itself
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
    CERT_MALFORMED,  // no certificate at all
    N_CERTS
};

// struct said is one single response. Zeroes mean: good, SHA-1, of CERT_CA, the serial
// number in question, from an hour ago until in an hour. Other times are seconds after
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
#define SCENE_CERTS_MAX 20

// struct scene is a response. `responder` is the certificate that the responder ID names,
// otherwise the last of `certs`, otherwise CERT_CA.
struct scene {
    enum cert_name responder;
    bool by_name;
    struct oc_bytes key_hash;  // in place of the one of `responder`
    enum key_name key;
    const EVP_MD *(*digest)(void);
    enum sign_fault fault;
    enum cert_name certs[SCENE_CERTS_MAX];
    struct said said[SAID_MAX];
    size_t n_said;  // 0: one
    int64_t produced_at;
    struct oc_bytes tbs;
    const char *find;
    const char *replace;
    const struct oc_extension *extension;
};

// world_start makes the keys and certificates; world_stop frees them.
void world_start(void);
void world_stop(void);

// world_cert and world_key give a certificate and a key of the world.
const struct sign_cert *world_cert(enum cert_name name);
EVP_PKEY *world_key(enum key_name name);

// serial_in_question is the serial number that oc_verify() is asked about.
struct oc_bytes serial_in_question(void);

// scene_make makes the response in the SCENE_SIZE octets at `buf`.
struct oc_bytes scene_make(const struct scene *scene, uint8_t *buf);

#endif
