// SPDX-License-Identifier: MIT
//
// The table of all settings. scripts/check-docs.sh holds it against ocspd.conf(5): name, default
// and bounds.
#include "config/parts.h"

#define MAX_TEXT 4096
#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define KIB INT64_C(1024)
#define MIB (KIB * KIB)

static const char *const log_choices[] = {[LOG_TEXT] = "text", [LOG_JSON] = "json", NULL};
static const char *const source_choices[] = {
    [SOURCE_DATABASE] = "database",
    [SOURCE_INDEX] = "index",
    [SOURCE_CRL] = "crl",
    NULL,
};
static const char *const unknown_choices[] = {
    [UNKNOWN_UNKNOWN] = "unknown",
    [UNKNOWN_UNAUTHORIZED] = "unauthorized",
    [UNKNOWN_REVOKED] = "revoked",
    NULL,
};
static const char *const nonce_choices[] = {
    [NONCE_IGNORE] = "ignore",
    [NONCE_LIVE] = "live",
    [NONCE_REQUIRED] = "required",
    NULL,
};

#define IN_CONFIG(member) offsetof(struct config, member)
#define IN_ISSUER(member) offsetof(struct issuer_config, member)
#define IN_SIGNER(member) offsetof(struct signer_config, member)

// A list begins at `listen` and has its length in `n_listen`; there is only this one.
const struct setting config_settings[] = {
    {"listen", KIND_ADDRESS, IN_CONFIG(listen), 1, 159, "127.0.0.1:2560", .is_list = true},
    {"admin-listen", KIND_ADDRESS, IN_CONFIG(admin_listen), 0, 159, "127.0.0.1:2561"},
    {"path-prefix", KIND_TEXT, IN_CONFIG(path_prefix), 0, 255, ""},
    {"database", KIND_PATH, IN_CONFIG(database), 1, MAX_TEXT, NULL},
    {"user", KIND_TEXT, IN_CONFIG(user), 1, 255, NULL},
    {"seccomp", KIND_BOOL, IN_CONFIG(seccomp), 0, 0, "true"},
    {"threads", KIND_COUNT, IN_CONFIG(n_threads), 0, 256, "0"},
    {"signer-threads", KIND_COUNT, IN_CONFIG(n_signer_threads), 0, 256, "0"},
    {"sign-queue", KIND_COUNT, IN_CONFIG(sign_queue), 1, 65536, "1024"},
    {"cache-size", KIND_SIZE, IN_CONFIG(cache_size), MIB, KIB *KIB *MIB, "256M"},
    {"max-connections", KIND_COUNT, IN_CONFIG(max_connections), 1, 1000000, "10000"},
    {"max-connections-per-address", KIND_COUNT, IN_CONFIG(max_connections_per_address), 0, 1000000,
     "1250"},
    {"max-request", KIND_SIZE, IN_CONFIG(max_request), 256, 64 * KIB, "8K"},
    {"max-header", KIND_SIZE, IN_CONFIG(max_header), KIB, 256 * KIB, "8K"},
    {"idle-timeout", KIND_SECONDS, IN_CONFIG(idle_timeout), 1, HOUR, "30s"},
    {"request-timeout", KIND_SECONDS, IN_CONFIG(request_timeout), 1, HOUR, "10s"},
    {"drain-timeout", KIND_SECONDS, IN_CONFIG(drain_timeout), 0, HOUR, "30s"},
    {"signer-warning", KIND_SECONDS, IN_CONFIG(signer_warning), 0, 365 * DAY, "7d"},
    {"log", KIND_CHOICE, IN_CONFIG(log), 0, 0, "text", log_choices},
    {"access-log-sample", KIND_COUNT, IN_CONFIG(access_log_sample), 0, 1000000000, "0"},
    {NULL},
};

const struct setting issuer_settings[] = {
    {"certificate", KIND_PATH, IN_ISSUER(certificate), 1, MAX_TEXT, NULL},
    {"source", KIND_CHOICE, IN_ISSUER(source), 0, 0, "database", source_choices},
    {"source-file", KIND_PATH, IN_ISSUER(source_file), 1, MAX_TEXT, NULL},
    {"insecure-good-if-not-revoked", KIND_BOOL, IN_ISSUER(insecure_good_if_not_revoked), 0, 0,
     "false"},
    {"unknown-serial", KIND_CHOICE, IN_ISSUER(unknown), 0, 0, "unknown", unknown_choices},
    {"nonce", KIND_CHOICE, IN_ISSUER(nonce), 0, 0, "ignore", nonce_choices},
    {"validity", KIND_SECONDS, IN_ISSUER(validity), MINUTE, 366 * DAY, "1d"},
    {"max-age", KIND_SECONDS, IN_ISSUER(max_age), 0, 366 * DAY, "1h"},
    {"by-name", KIND_BOOL, IN_ISSUER(by_name), 0, 0, "false"},
    {NULL},
};

const struct setting signer_settings[] = {
    {"certificate", KIND_PATH, IN_SIGNER(certificate), 1, MAX_TEXT, NULL},
    {"key", KIND_KEY, IN_SIGNER(key), 1, MAX_TEXT, NULL},
    {"passphrase-file", KIND_PATH, IN_SIGNER(passphrase_file), 1, MAX_TEXT, NULL},
    {NULL},
};
