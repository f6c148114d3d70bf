// SPDX-License-Identifier: MIT
//
// From a job to a signed response. This is what stands between the network and the keys: the job
// comes from a process that may have been taken over, so that nothing is said but what the
// configuration allows to be said now. Pure: the time is given.
#ifndef SIGNER_SIGN_JOB_H
#define SIGNER_SIGN_JOB_H

#include "config/config.h"
#include "signer/job.h"

#include <ocsp/issuer.h>
#include <ocsp/sign.h>

// SIGN_LATE and SIGN_EARLY are by how many seconds producedAt may lie in the past, which is the
// time that a job waits, and in the future: two clocks of one machine may differ by a tick.
enum { SIGN_LATE = 60, SIGN_EARLY = 1 };

// struct sign_as is one signer, and what bounds it: its own certificate, the issuer whose
// certificates it speaks of, and that issuer's configuration.
struct sign_as {
    struct oc_signer signer;
    const struct oc_issuer *issuer;
    const struct issuer_config *config;
};

// sign_refuse tells what is wrong with a job at the time `now`, in a static text, or NULL when it
// may be signed:
//
// producedAt is now; this update is not later, and next update later than that, but neither by
// more than the validity nor behind the end of the signer's certificate, which is valid; each
// serial number is an INTEGER, each hash one that the issuer has; a status says only what belongs
// to it; an extended revoke is what RFC 6960 2.2 says, and configured; and so is the nonce.
const char *sign_refuse(const struct sign_as *as, const struct job *job, int64_t now);

// sign_job makes the response that a job asks for, unless sign_refuse() refuses it, in the `size`
// octets at `buf`. The cert IDs are those of the issuer, whatever was asked. Returns NULL with
// the response in `*out`; or, with `*out` zero, a static text that says why there is none. By any
// number of threads.
const char *sign_job(const struct sign_as *as, const struct job *job, int64_t now, uint8_t *buf,
                     size_t size, struct oc_bytes *out);

#endif
