// SPDX-License-Identifier: MIT
//
// The worker and the signer process send each other packets of one or more messages, each read as
// if an enemy had written it. A message has one form only. Numbers are in network order.
//
//     packet:  length(4) message, length(4) message, ...
//     message: version(1) kind(1), and
//         hello: number of signers(4), index of this one(4), name, issuer, id, dates
//         job:   number of the job(8), the job
//         done:  number of the job(8), the response, or nothing
#ifndef SIGNER_PACKET_H
#define SIGNER_PACKET_H

#include "signer/job.h"

// PACKET_HELLO_MAX, PACKET_JOB_MAX and PACKET_DONE_MAX are the most bytes of each kind of message.
// PACKET_DONE_HEAD bytes precede the response in its message, PACKET_FRAME bytes each message in
// its packet. PACKET_MAX is the most bytes of a packet, PACKET_SIGNERS_MAX the most signers of one
// process.
enum {
    PACKET_FRAME = 4,
    PACKET_HELLO_MAX = 256,
    PACKET_JOB_MAX = 16384,
    PACKET_DONE_HEAD = 10,
    PACKET_DONE_MAX = PACKET_DONE_HEAD + SIGNER_RESPONSE_MAX,
    PACKET_MAX = 2 * (PACKET_FRAME + PACKET_DONE_MAX),
    PACKET_SIGNERS_MAX = 4096,
};

// struct packet_hello is one signer, number `i` of `n`.
struct packet_hello {
    uint32_t n;
    uint32_t i;
    struct signer_info info;
};

// packet_frame writes the length of a message to its frame, and returns the length of both.
size_t packet_frame(uint8_t *frame, size_t len);

// packet_next removes the next message from a packet. Returns false when there is none: at the end,
// where `packet->len` is 0, or before bytes that are not a message.
bool packet_next(struct oc_bytes *packet, struct oc_bytes *message);

// packet_write_hello and packet_write_job write a message to the `size` bytes at `buf`. They return
// its length, or 0 when it does not fit or a field is out of range. packet_write_done writes the
// head of a message to `buf`; the response follows it.
size_t packet_write_hello(const struct packet_hello *hello, uint8_t *buf, size_t size);
size_t packet_write_job(uint64_t number, const struct job *job, uint8_t *buf, size_t size);
void packet_write_done(uint64_t number, uint8_t buf[PACKET_DONE_HEAD]);

// packet_read_hello, packet_read_job and packet_read_done read a whole message. They return false
// for another version or kind, for a count, length, number or flag out of range, and for a byte too
// many or too few.
//
// packet_read_job checks the form alone; see sign_job.h for the rest. When it returns false but the
// head was that of a job, `*has_number` is true and `*number` is the number of the job.
bool packet_read_hello(struct oc_bytes message, struct packet_hello *out);
bool packet_read_job(struct oc_bytes message, bool *has_number, uint64_t *number, struct job *out);
bool packet_read_done(struct oc_bytes message, uint64_t *number, struct oc_bytes *der);

#endif
