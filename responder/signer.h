// SPDX-License-Identifier: MIT
//
// The process that has the keys. It signs nothing but responses that it builds itself, from a
// job: cert IDs of its issuers, a status and times within its bounds. It speaks with the process
// in front over one socket of packets, SOCK_SEQPACKET, each a whole message.
#ifndef RESPONDER_SIGNER_H
#define RESPONDER_SIGNER_H

#include "config.h"
#include "job.h"

#include <ocsp/sign.h>
#include <ocsp/verify.h>

// SIGNER_RESPONSE_MAX is the most octets of a response.
enum { SIGNER_RESPONSE_MAX = 65536 };

// struct signer_info is what a signer process says of one of its signers. `issuer` is the SHA-256
// of the issuer's certificate, `id` that of the signer's own, which is the same when the issuer
// itself signs. The dates are those of the signer's certificate.
struct signer_info {
    char name[64];
    uint8_t issuer[32];
    uint8_t id[32];
    int64_t not_before;
    int64_t not_after;
};

// signers_check loads every signer of a configuration, with its key, and checks that it fits: a
// certificate that the issuer has issued with id-kp-OCSPSigning, whose key this is. One signer of
// each issuer must be valid at `now`; of the others the log has a warning. Returns false, and the
// reason in `why`. Nothing is kept.
bool signers_check(const struct config *config, int64_t now, char *why, size_t size);

// signer_run is the whole life of the process with the keys: it loads them, gives up its rights,
// says hello on `socket`, and signs until that is closed: nobody but the process in front may hold
// its other end. SIGTERM, SIGHUP and SIGINT are ignored. It returns the exit status.
int signer_run(const struct config *config, int socket);

// struct signer_link is the other end, in the process in front.
struct signer_link;

// struct signer_done is told what came of a job: `der` is the response, absent when it could not
// be made, or not within ten seconds; it is valid during the call. It is called in the link's own
// thread.
struct signer_done {
    void (*done)(void *arg, struct oc_bytes der);
    void *arg;
};

// signer_link_new waits for the hello on `socket`, of which it becomes the owner, at most
// `timeout` seconds, and starts a thread that takes answers. At most `n_queue` jobs are under way.
// Returns NULL, and the reason in `why`. signer_link_free ends the thread; jobs that are under
// way are done first, as not made.
struct signer_link *signer_link_new(int socket, size_t n_queue, int64_t timeout, char *why,
                                    size_t size);
void signer_link_free(struct signer_link *link);

// signer_link_info gives the signers of the process. Valid as long as the link.
const struct signer_info *signer_link_info(const struct signer_link *link, size_t *n);

// signer_link_ask sends a job; by any number of threads. Returns false at once, and never calls
// `done`, when as many are under way as may be, or the process is gone.
bool signer_link_ask(struct signer_link *link, const struct job *job,
                     const struct signer_done *done);

// signer_link_queue tells how many jobs are under way, and signer_link_is_alive whether the
// process is there.
size_t signer_link_queue(const struct signer_link *link);
bool signer_link_is_alive(const struct signer_link *link);

#endif
