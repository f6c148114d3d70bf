// SPDX-License-Identifier: MIT
//
// The worker's end of the socket to the signer process: jobs out, responses in.
#ifndef SIGNER_LINK_H
#define SIGNER_LINK_H

#include "signer/job.h"

#include <ocsp/base.h>

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
// `timeout_ms` milliseconds, and starts a thread that takes answers. At most `n_queue` jobs are
// under way. Returns NULL, and the reason in `why`. signer_link_free ends the thread; jobs that are
// under way are done first, as not made.
struct signer_link *signer_link_new(int socket, size_t n_queue, int64_t timeout_ms, char *why,
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
