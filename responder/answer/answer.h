// SPDX-License-Identifier: MIT
//
// Answering a request (RFC 6960 4.2.2, RFC 9919): bytes in; an error response, or a job for the
// signer, out. Pure: no socket, no clock, no memory of its own.
//
//     status = answer_read(served, request, &asked);   which certificates, of which issuer
//     status = answer_look_up(&asked, &times, ...);     what the store says about them
//     ...                                               the signer makes the response
//
// An error is a whole OCSPResponse: answer_error().
#ifndef ANSWER_ANSWER_H
#define ANSWER_ANSWER_H

#include "config/config.h"
#include "signer/job.h"
#include "store/store.h"

#include <ocsp/issuer.h>
#include <ocsp/request.h>

// struct served_issuer is an issuer whose certificates are answered for. `key` is the same number
// in every configuration that answers in the same way from the same source. `n_lost` counts the
// polls in a row that found the source absent or replaced; it belongs to the upkeep.
struct served_issuer {
    const struct issuer_config *config;
    struct oc_issuer issuer;
    uint64_t key;
    struct store *store;
    unsigned n_lost;
};

// struct served is all issuers of a configuration.
struct served {
    struct served_issuer *issuers;
    size_t n_issuers;
    size_t max_request;
};

// struct asked is a request that can be answered: every cert ID in it belongs to `issuer`. The
// views point into the request. `nonce` is absent when the request has none, or the policy ignores
// it. `list` is the content of requestList, for answer_first_id(); it is absent if the request
// cannot be parsed. In a request that is refused because of several issuers, `has_several` is set,
// `issuer` is the first and `other` another one, or NULL if that is not served.
struct asked {
    struct served_issuer *issuer;
    struct served_issuer *other;
    bool has_several;
    struct oc_bytes nonce;
    struct oc_bytes list;
    size_t n_ids;
    struct oc_cert_id ids[JOB_SINGLES_MAX];
};

// answer_read parses a request. Returns OC_RESPONSE_SUCCESSFUL and fills `*asked`, or returns the
// error to answer with. That is malformedRequest for a request that cannot be parsed; is longer
// than `max_request`; has no cert ID, or too many; has a serial number longer than SERIAL_MAX
// bytes, a nonce of 0 or more than 128 bytes (RFC 9654 2.1), or none where one is required; or has
// a critical extension other than a nonce, acceptable responses, and a service locator in a single
// request. It is unauthorized when an issuer is not served, or there are several.
enum oc_response_status answer_read(const struct served *served, struct oc_bytes request,
                                    struct asked *asked);

// answer_first_id finds the first cert ID, encoded as the client sent it. It can also be used after
// answer_read() returned an error. Returns false if there is none.
bool answer_first_id(const struct asked *asked, struct oc_bytes *id);

// struct answer_times is the moment to answer at. nextUpdate is up to a tenth of the validity
// earlier than it could be: `jitter` thousandths, 0 to 1000, of that tenth.
struct answer_times {
    int64_t now;
    unsigned jitter;
};

// answer_look_up asks the issuer's store and writes a job for the signer `signer`, whose
// certificate expires at `signer_ends`, to `*job`. `records` gets what the store said about each
// cert ID, or what ca-compromised makes of it. Returns OC_RESPONSE_SUCCESSFUL; tryLater when the
// store cannot say or is out of date, or no time is left that can be promised; or unauthorized, if
// the policy says so for serial numbers never issued. `*err` is the failure of the store if that is
// the reason, and has STORE_FAULT_NONE otherwise.
enum oc_response_status answer_look_up(const struct asked *asked, const struct answer_times *times,
                                       uint32_t signer, int64_t signer_ends, struct job *job,
                                       struct record records[JOB_SINGLES_MAX],
                                       struct store_error *err);

// answer_excludes_certificate returns whether a signer of the issuer leaves its certificate out of
// the answers.
bool answer_excludes_certificate(const struct issuer_config *config);

// answer_error returns the OCSPResponse of an error (RFC 6960 4.2.1): five static bytes.
struct oc_bytes answer_error(enum oc_response_status status);

#endif
