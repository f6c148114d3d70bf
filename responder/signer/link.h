// SPDX-License-Identifier: MIT
//
// The worker's end of the socket to a signer process: jobs out, responses in.
#ifndef SIGNER_LINK_H
#define SIGNER_LINK_H

#include "signer/job.h"
#include "signer/slots.h"

struct signer_link;

// signer_link_new takes `socket`, whatever it returns. It waits for the hello of the signer process
// for at most `timeout_ms` milliseconds, and then starts the threads that send jobs and receive
// responses. At most `n_queue` jobs are in flight. Returns NULL, with the reason in the `size`
// bytes at `why`.
struct signer_link *signer_link_new(int socket, size_t n_queue, int64_t timeout_ms, char *why,
                                    size_t size);

// signer_link_free fails the jobs that are in flight, stops the threads and frees the link. NULL is
// allowed.
void signer_link_free(struct signer_link *link);

// signer_link_info returns the signers of the process. It is valid as long as the link.
const struct signer_info *signer_link_info(const struct signer_link *link, size_t *n);

// signer_link_ask sends a job; any number of threads may do so. The result comes to `done`, within
// ten seconds, from a thread of the link. Returns false at once, and never calls `done`, when
// `n_queue` jobs are in flight or the process is gone.
bool signer_link_ask(struct signer_link *link, const struct job *job,
                     const struct signer_done *done);

// signer_link_queue returns how many jobs are in flight, and signer_link_is_alive whether the
// process is there and answers.
size_t signer_link_queue(const struct signer_link *link);
bool signer_link_is_alive(const struct signer_link *link);

#endif
