// SPDX-License-Identifier: MIT
//
// Answering a request (RFC 6960 4.2.2, RFC 9919): octets in; an error response, or what to sign,
// out. Pure: no socket, no clock, no memory of its own.
//
//     what = answer_read(served, request, &asked);        what is asked, of which issuer
//     what = answer_look_up(&asked, &times, &job);         what the store says about it
//     ...                                                  the signer makes the response
//
// Errors are whole OCSPResponses: answer_error().
#ifndef ANSWER_ANSWER_H
#define ANSWER_ANSWER_H

#include "config/config.h"
#include "signer/job.h"
#include "store/store.h"

#include <ocsp/request.h>

// struct served_issuer is an issuer that is answered for. `key` is a number that is the same in
// all configurations that answer in the same way, from the same source. `n_lost` counts how often,
// until now, the source was found to be another one, or none; it belongs to who polls.
struct served_issuer {
    const struct issuer_config *config;
    struct oc_issuer issuer;
    uint64_t key;
    struct store *store;
    unsigned n_lost;
};

// struct served is all of them.
struct served {
    struct served_issuer *issuers;
    size_t n_issuers;
    size_t max_request;
};

// struct asked is a request that can be answered: every cert ID in it is of `issuer`. The views
// point into the request. `nonce` is absent when there is none that counts.
struct asked {
    struct served_issuer *issuer;
    struct oc_bytes nonce;
    size_t n_ids;
    struct oc_cert_id ids[JOB_SINGLES_MAX];
};

// answer_read reads a request. Returns OC_RESPONSE_SUCCESSFUL and fills `*asked`; or the error to
// answer with: malformedRequest for what cannot be read, is longer than `max_request`, has no or
// too many cert IDs, a serial number above SERIAL_MAX octets, a nonce of 0 or more than 128 octets
// (RFC 9654 2.1), none where one is required, or a critical extension that is not understood (a
// nonce, acceptable responses, and a service locator in a single request are);
// unauthorized when one of the issuers is not served, or there are several.
enum oc_response_status answer_read(const struct served *served, struct oc_bytes request,
                                    struct asked *asked);

// struct answer_times is the moment to answer at. `jitter` is from 0 to 1000: how many
// thousandths of the tenth of the validity that next updates may differ by to take off.
struct answer_times {
    int64_t now;
    unsigned jitter;
};

// answer_look_up asks the issuer's store and writes what is to be signed, for the signer
// `signer` whose certificate ends at `signer_ends`, to `*job`. `records` are what the store said,
// one for each cert ID. Returns OC_RESPONSE_SUCCESSFUL; tryLater when the store cannot say, is out
// of date, or there is no time left that can be promised; or unauthorized by the policy for what
// was never issued.
enum oc_response_status answer_look_up(const struct asked *asked, const struct answer_times *times,
                                       uint32_t signer, int64_t signer_ends, struct job *job,
                                       struct record records[JOB_SINGLES_MAX]);

// answer_error gives the OCSPResponse of an error (RFC 6960 4.2.1): five static octets.
struct oc_bytes answer_error(enum oc_response_status status);

#endif
