// SPDX-License-Identifier: MIT
//
// The common part of commands that ask responders: their options, the client, and the
// issuers of the certificates in question.
#ifndef CLI_ASKING_H
#define CLI_ASKING_H

#include "certs.h"
#include "program/command.h"

#include <ocsp/client.h>

#include <getopt.h>
#include <limits.h>

// enum asking_key names the options of ASKING_OPTIONS. The numbers lie between the letters that a
// command may use for its own options, and 256.
enum asking_key {
    ASKING_ISSUER = 128,
    ASKING_URL,
    ASKING_HASH,
    ASKING_NONCE,
    ASKING_MAX_AGE,
    ASKING_SKEW,
    ASKING_TRUSTED_RESPONDER,
    ASKING_ALLOW_SHA1,
    ASKING_ALLOW_SMALL_RSA,
    ASKING_TIMEOUT,
    ASKING_CONNECT_TIMEOUT,
    ASKING_PROXY,
    ASKING_NO_CACHE,
    ASKING_CACHE_DIR,
};

// ASKING_OPTIONS are the options for getopt_long() that asking_option() knows.
// clang-format off
#define ASKING_OPTIONS                                                        \
    {"issuer", required_argument, NULL, ASKING_ISSUER},                       \
    {"url", required_argument, NULL, ASKING_URL},                             \
    {"hash", required_argument, NULL, ASKING_HASH},                           \
    {"nonce", no_argument, NULL, ASKING_NONCE},                               \
    {"max-age", required_argument, NULL, ASKING_MAX_AGE},                     \
    {"skew", required_argument, NULL, ASKING_SKEW},                           \
    {"trusted-responder", required_argument, NULL, ASKING_TRUSTED_RESPONDER}, \
    {"insecure-allow-sha1", no_argument, NULL, ASKING_ALLOW_SHA1},            \
    {"insecure-allow-small-rsa", no_argument, NULL, ASKING_ALLOW_SMALL_RSA},  \
    {"timeout", required_argument, NULL, ASKING_TIMEOUT},                     \
    {"connect-timeout", required_argument, NULL, ASKING_CONNECT_TIMEOUT},     \
    {"proxy", required_argument, NULL, ASKING_PROXY},                         \
    {"no-cache", no_argument, NULL, ASKING_NO_CACHE},                         \
    {"cache-dir", required_argument, NULL, ASKING_CACHE_DIR}
// clang-format on

// struct asking_options is how to ask, and how to judge the answers.
struct asking_options {
    const char **issuers;
    size_t n_issuers;
    const char **trusted;
    size_t n_trusted;
    const char *url;
    const char *cache_dir;
    bool no_cache;
    struct oc_client_config config;
    struct oc_policy policy;
};

// asking_options_init sets the defaults, for a command with `argc` arguments.
// asking_options_free frees what it made.
void asking_options_init(struct asking_options *options, int argc);
void asking_options_free(struct asking_options *options);

// asking_option takes one of ASKING_OPTIONS. Returns false after an error line, which begins with
// `about`.
bool asking_option(const char *about, struct asking_options *options, int option,
                   const char *argument);

// struct asking is a command at work: the client, and the issuers that have been prepared,
// each once.
struct asking {
    const struct asking_options *options;
    struct oc_crypto *crypto;
    struct oc_client *client;
    struct oc_policy policy;
    struct certs given;
    struct certs trusted;
    struct oc_cert *trusted_certs;
    struct prepared **issuers;
    size_t n_issuers;
    char cache_dir[PATH_MAX];
};

// asking_start loads the files of the options and makes the client. Returns false after an
// error line. asking_end frees everything, in any case.
bool asking_start(struct asking *asking, const struct asking_options *options);
void asking_end(struct asking *asking);

// asking_only_issuer returns the issuer that --issuer names, for a serial number without a
// certificate. Returns NULL, and in the `size` octets at `why` the reason, if there is none or if
// there are several.
const struct oc_issuer *asking_only_issuer(struct asking *asking, char *why, size_t size);

// asking_issuer finds the issuer of `cert`, whose key has signed it: among the `n_near`
// certificates that came with it, then those of --issuer, then by fetching it from where
// `cert` says. Returns NULL, and in the `size` octets at `why` the reason, when there is none.
// The certificates must stay as long as `asking`.
const struct oc_issuer *asking_issuer(struct asking *asking, const struct oc_cert *near,
                                      size_t n_near, const struct oc_cert *cert, char *why,
                                      size_t size);

#endif
