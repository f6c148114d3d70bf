// SPDX-License-Identifier: MIT
//
// The configuration file of ocspd, read and checked (ocspd.conf(5)).
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// enum unknown_rule is the answer for serial numbers that were never issued (RFC 6960 2.2).
enum unknown_rule {
    UNKNOWN_UNKNOWN = 0,   // the status unknown
    UNKNOWN_UNAUTHORIZED,  // the error unauthorized
    UNKNOWN_REVOKED,       // revoked, with the extension id-pkix-ocsp-extended-revoke (4.4.8)
};

// enum nonce_rule is the treatment of nonces in requests (RFC 9654).
enum nonce_rule {
    NONCE_IGNORE = 0,  // the answer comes from the cache, without the nonce
    NONCE_LIVE,        // an answer with the nonce is signed for the request
    NONCE_REQUIRED,    // the same, and a request without a nonce is refused
};

// enum source_kind is the source of the statuses of an issuer's certificates.
enum source_kind {
    SOURCE_DATABASE = 0,
    SOURCE_INDEX,  // OpenSSL's index.txt
    SOURCE_CRL,
};

// struct signer_config is one signer of an issuer. Without a `certificate` it is the issuer itself.
struct signer_config {
    const char *name;
    const char *certificate;
    const char *key;  // a file, or an OSSL_STORE URI of another scheme
    const char *passphrase_file;
    bool include_certificate;  // in each answer; only the issuer's own may be left out
};

// struct issuer_config is one issuer. Times are in seconds. `max_age` is the longest time that
// caches may keep an answer. `insecure_good_if_not_revoked` is for a source that does not list the
// certificates that were issued; the four members after it are about CRLs as well. If the issuer's
// key is compromised, all its certificates are revoked since `ca_compromised_at` (RFC 6960 2.7).
struct issuer_config {
    const char *name;
    const char *certificate;
    const char **path_prefixes;
    size_t n_path_prefixes;
    enum source_kind source;
    const char **source_files;
    size_t n_source_files;
    bool insecure_good_if_not_revoked;
    bool source_complete;                   // the CRLs together list all that is revoked
    bool user_certs_only;                   // the issuer issues no CA certificates
    bool insecure_crl_sha1;                 // CRLs may be signed with SHA-1
    bool insecure_crl_without_next_update;  // and need no nextUpdate
    const char *ca_compromised;             // as it is written; NULL: it is not set
    int64_t ca_compromised_at;              // the same in seconds since 1970
    enum unknown_rule unknown;
    enum nonce_rule nonce;
    int64_t validity;
    int64_t max_age;
    bool
        by_name;  // the responder ID is a name instead of a key hash (RFC 9919 3.2.2 requires that)
    struct signer_config *signers;
    size_t n_signers;
};

// CONFIG_PREFIXES_MAX is the most path prefixes, of the whole file and without repetitions.
enum { CONFIG_PREFIXES_MAX = 64 };

// struct config is the whole file. A path prefix precedes the request in the path of a GET, and is
// kept without leading and trailing slashes. Sizes are in bytes, times in seconds. An address is
// "ADDRESS:PORT", "[ADDRESS]:PORT", "*:PORT" for all of IPv4 and IPv6, "unix:PATH", or "systemd"
// for the sockets that systemd passes. 0 threads means one for each processor. What ocspd.conf(5)
// gives no default is NULL if it is not set.
struct config {
    const char *file;
    const char **listen;
    size_t n_listen;
    const char *admin_listen;    // NULL: no administration server
    const char **path_prefixes;  // of all issuers
    size_t n_path_prefixes;
    // All prefixes, those of single issuers as well, the longest first. "" is the root.
    const char *prefixes[CONFIG_PREFIXES_MAX];
    size_t n_prefixes;
    const char *database;
    const char *user;  // to run as, when started as root
    bool seccomp;
    size_t n_threads;
    size_t n_signer_threads;
    size_t sign_queue;  // most answers waiting for a signature
    size_t cache_size;
    size_t max_connections;
    size_t max_connections_per_address;  // 0: no limit of its own
    size_t max_request;                  // bytes of an OCSP request
    size_t max_header;                   // bytes of a request line and header fields
    int64_t idle_timeout;
    int64_t request_timeout;  // to receive one request
    int64_t drain_timeout;    // to finish connections before exit
    int64_t signer_warning;   // before the last signer of an issuer expires
    int64_t source_warning;   // before the source of an issuer expires
    enum log_form log;
    size_t access_log_sample;  // one out of so many requests is logged; 0: none
    struct issuer_config *issuers;
    size_t n_issuers;
};

// CONFIG_NAME_MAX is the most bytes in the name of an issuer or a signer.
enum { CONFIG_NAME_MAX = 63 };

// CONFIG_FILE is the file that is read by default.
#define CONFIG_FILE "/etc/ocspd/ocspd.conf"

#endif
