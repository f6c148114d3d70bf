// SPDX-License-Identifier: MIT
//
// The rows that ask a responder on this machine about a thousand certificates.
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "measure.h"
#include "samples.h"
#include "server.h"

#include <ocsp/client.h>

#include <curl/curl.h>
#include <sys/types.h>

enum { N_CLIENT_ROWS = 3, N_CERTS = 1000, N_FEW = 20, SERIAL_OCTETS = 4, N_PARALLEL = 16 };

struct client_inputs {
    struct oc_crypto *crypto;
    struct oc_bytes issuer_der;
    struct oc_issuer issuer;
    struct oc_policy policy;
    struct oc_client *client;
    struct oc_client *caching;
    char cache_dir[64];
    struct server *server;
    uint8_t serials[N_CERTS][SERIAL_OCTETS];
    struct oc_cert certs[N_CERTS];
    struct oc_bytes responses[N_CERTS];
    uint8_t *response_room;
    char *urls[N_CERTS];  // of the responder
    pid_t real;           // another responder: OpenSSL's
    char real_url[64];
    char *real_get_urls[N_FEW];
    char *get_urls[N_CERTS];  // the same with the request behind it, for the floor
    CURLM *multi;
    CURL *easies[N_PARALLEL];
    struct oc_response resp;  // the first, parsed
    EVP_PKEY *issuer_key;
};

// client_rows fills the rows; they point into `inputs`. It exits unless every
// certificate is found good.
void client_rows(struct row rows[N_CLIENT_ROWS], struct client_inputs *inputs,
                 const struct samples *samples);

void client_free(struct client_inputs *inputs);

#endif
