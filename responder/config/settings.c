// SPDX-License-Identifier: MIT
//
// The table of all settings. scripts/check-docs.sh compares names, defaults and bounds with
// ocspd.conf(5).
#include "config/settings.h"

#include "config/config.h"
#include "config/prefix.h"
#include "config/value.h"

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

const struct setting config_settings[] = {
    {"listen", SETTING_TEXT, IN_CONFIG(listen), 1, 159, "127.0.0.1:2560", .is_list = true,
     .n_offset = IN_CONFIG(n_listen), .convert = value_address},
    {"admin-listen", SETTING_TEXT, IN_CONFIG(admin_listen), 0, 159, "127.0.0.1:2561",
     .convert = value_address},
    {"path-prefix", SETTING_TEXT, IN_CONFIG(path_prefixes), 0, 255, "", .is_list = true,
     .n_offset = IN_CONFIG(n_path_prefixes), .convert = prefix_convert},
    {"database", SETTING_TEXT, IN_CONFIG(database), 1, MAX_TEXT, NULL, .convert = value_path},
    {"user", SETTING_TEXT, IN_CONFIG(user), 1, 255, NULL},
    {"seccomp", SETTING_BOOL, IN_CONFIG(seccomp), 0, 0, "true"},
    {"threads", SETTING_COUNT, IN_CONFIG(n_threads), 0, 256, "0"},
    {"signer-threads", SETTING_COUNT, IN_CONFIG(n_signer_threads), 0, 256, "0"},
    {"sign-queue", SETTING_COUNT, IN_CONFIG(sign_queue), 1, 65536, "1024"},
    {"cache-size", SETTING_SIZE, IN_CONFIG(cache_size), MIB, KIB *KIB *MIB, "256M"},
    {"max-connections", SETTING_COUNT, IN_CONFIG(max_connections), 1, 1000000, "10000"},
    {"max-connections-per-address", SETTING_COUNT, IN_CONFIG(max_connections_per_address), 0,
     1000000, "1250"},
    {"max-request", SETTING_SIZE, IN_CONFIG(max_request), 256, 64 * KIB, "8K"},
    {"max-header", SETTING_SIZE, IN_CONFIG(max_header), KIB, 256 * KIB, "8K"},
    {"idle-timeout", SETTING_SECONDS, IN_CONFIG(idle_timeout), 1, HOUR, "30s"},
    {"request-timeout", SETTING_SECONDS, IN_CONFIG(request_timeout), 1, HOUR, "10s"},
    {"drain-timeout", SETTING_SECONDS, IN_CONFIG(drain_timeout), 0, HOUR, "30s"},
    {"signer-warning", SETTING_SECONDS, IN_CONFIG(signer_warning), 0, 365 * DAY, "7d"},
    {"source-warning", SETTING_SECONDS, IN_CONFIG(source_warning), 0, 365 * DAY, "12h"},
    {"log", SETTING_CHOICE, IN_CONFIG(log), 0, 0, "text", log_choices},
    {"access-log-sample", SETTING_COUNT, IN_CONFIG(access_log_sample), 0, 1000000000, "0"},
    {NULL},
};

const struct setting issuer_settings[] = {
    {"certificate", SETTING_TEXT, IN_ISSUER(certificate), 1, MAX_TEXT, NULL, .convert = value_path},
    {"path-prefix", SETTING_TEXT, IN_ISSUER(path_prefixes), 0, 255, NULL, .is_list = true,
     .n_offset = IN_ISSUER(n_path_prefixes), .convert = prefix_convert},
    {"source", SETTING_CHOICE, IN_ISSUER(source), 0, 0, "database", source_choices},
    {"source-file", SETTING_TEXT, IN_ISSUER(source_files), 1, MAX_TEXT, NULL, .is_list = true,
     .n_offset = IN_ISSUER(n_source_files), .convert = value_path},
    {"insecure-good-if-not-revoked", SETTING_BOOL, IN_ISSUER(insecure_good_if_not_revoked), 0, 0,
     "false"},
    {"source-complete", SETTING_BOOL, IN_ISSUER(source_complete), 0, 0, "false"},
    {"user-certs-only", SETTING_BOOL, IN_ISSUER(user_certs_only), 0, 0, "false"},
    {"insecure-crl-sha1", SETTING_BOOL, IN_ISSUER(insecure_crl_sha1), 0, 0, "false"},
    {"insecure-crl-without-next-update", SETTING_BOOL, IN_ISSUER(insecure_crl_without_next_update),
     0, 0, "false"},
    {"ca-compromised", SETTING_TEXT, IN_ISSUER(ca_compromised), 1, 64, NULL},
    {"unknown-serial", SETTING_CHOICE, IN_ISSUER(unknown), 0, 0, "unknown", unknown_choices},
    {"nonce", SETTING_CHOICE, IN_ISSUER(nonce), 0, 0, "live", nonce_choices},
    {"validity", SETTING_SECONDS, IN_ISSUER(validity), MINUTE, 366 * DAY, "1d"},
    {"max-age", SETTING_SECONDS, IN_ISSUER(max_age), 0, 366 * DAY, "1h"},
    {"by-name", SETTING_BOOL, IN_ISSUER(by_name), 0, 0, "false"},
    {NULL},
};

const struct setting signer_settings[] = {
    {"certificate", SETTING_TEXT, IN_SIGNER(certificate), 1, MAX_TEXT, NULL, .convert = value_path},
    {"key", SETTING_TEXT, IN_SIGNER(key), 1, MAX_TEXT, NULL, .convert = value_key},
    {"passphrase-file", SETTING_TEXT, IN_SIGNER(passphrase_file), 1, MAX_TEXT, NULL,
     .convert = value_path},
    {"include-certificate", SETTING_BOOL, IN_SIGNER(include_certificate), 0, 0, "true"},
    {NULL},
};

static const struct settings_form signer_form = {"signer", signer_settings, NULL};
static const struct settings_form issuer_form = {"issuer", issuer_settings, &signer_form};
const struct settings_form config_form = {NULL, config_settings, &issuer_form};
