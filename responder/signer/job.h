// SPDX-License-Identifier: MIT
//
// A job: the worker asks the signer process for a response by its content, not by its bytes. The
// signer process trusts none of it.
#ifndef SIGNER_JOB_H
#define SIGNER_JOB_H

#include "base/record.h"
#include "config/config.h"

#include <ocsp/base.h>
#include <ocsp/response.h>

// JOB_SINGLES_MAX is the most certificates in one request, JOB_NONCE_MAX the most bytes of a nonce
// (RFC 9654 2.1).
enum { JOB_SINGLES_MAX = 100, JOB_NONCE_MAX = 128 };

// struct job_single is the single response about one certificate.
struct job_single {
    enum oc_hash hash;
    uint8_t serial[SERIAL_MAX];
    size_t serial_len;
    enum oc_cert_status status;
    int64_t revocation_time;
    bool has_reason;
    uint8_t reason;
    int64_t this_update;
    int64_t next_update;
};

// struct job is one response. `signer` is the index of a signer in the hello of the signer process.
// `is_extended_revoke` adds id-pkix-ocsp-extended-revoke (RFC 6960 4.4.8).
struct job {
    uint32_t signer;
    int64_t produced_at;
    bool is_extended_revoke;
    uint8_t nonce[JOB_NONCE_MAX];
    size_t nonce_len;
    size_t n_singles;
    struct job_single singles[JOB_SINGLES_MAX];
};

// SIGNER_RESPONSE_MAX is the most bytes of a response.
enum { SIGNER_RESPONSE_MAX = 65536 };

// struct signer_info describes one signer of a signer process. `issuer` is the SHA-256 of the
// issuer's certificate, `id` that of the signer's own, which is the same when the issuer itself
// signs. The dates are those of the signer's certificate.
struct signer_info {
    char name[CONFIG_NAME_MAX + 1];
    uint8_t issuer[32];
    uint8_t id[32];
    int64_t not_before;
    int64_t not_after;
};

#endif
