// SPDX-License-Identifier: MIT
//
// From a job to a signed response. This stands between the network and the keys: the job comes from
// a process that may have been taken over, so a response says only what the configuration allows to
// be said now. Pure: the caller gives the time.
#ifndef SIGNER_SIGN_JOB_H
#define SIGNER_SIGN_JOB_H

#include "config/config.h"
#include "signer/job.h"

#include <ocsp/issuer.h>
#include <ocsp/sign.h>

// SIGN_LATE is how many seconds producedAt may lie in the past: a job may wait that long.
// SIGN_EARLY is how many it may lie in the future: two readings of the clock may differ by a tick.
enum { SIGN_LATE = 60, SIGN_EARLY = 1 };

// struct sign_as is one signer with what bounds it: its certificate, the issuer whose certificates
// its responses are about, and that issuer's configuration.
struct sign_as {
    struct oc_signer signer;
    const struct oc_issuer *issuer;
    const struct issuer_config *config;
};

// sign_refuse returns what is wrong with a job at the time `now` as a static text, or NULL when it
// may be signed:
//
// producedAt is now; thisUpdate is not later; nextUpdate is later, but by no more than the
// configured validity, and not after the signer certificate expires; that certificate is valid;
// each serial number is an INTEGER, and each hash one that the issuer has; a status has only the
// fields that belong to it; an extended revoke is as RFC 6960 2.2 says, and configured; a nonce is
// configured.
const char *sign_refuse(const struct sign_as *as, const struct job *job, int64_t now);

// sign_job builds and signs the response of a job in the `size` bytes at `buf`, unless
// sign_refuse() refuses it. The cert IDs are those of the issuer, whatever was asked. Returns NULL,
// with the response in `*out`; or a static text that says why not, with `*out` zero. May be called
// by any number of threads.
const char *sign_job(const struct sign_as *as, const struct job *job, int64_t now, uint8_t *buf,
                     size_t size, struct oc_bytes *out);

#endif
