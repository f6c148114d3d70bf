// SPDX-License-Identifier: MIT
//
// What crosses between the process in front and the one that has the keys: messages in one form
// only, read as if an enemy had written them, and one or more of them in a packet. Numbers are in
// network order.
//
//     packet:  length(4) message, length(4) message, ...
//     message: version(1) kind(1), and
//         hello: how many signers(4), the number of this one(4), name, issuer, id, dates
//         job:   its number(8), the job
//         done:  its number(8), the response, or nothing
#ifndef SIGNER_PACKET_H
#define SIGNER_PACKET_H

#include "signer/job.h"

// PACKET_HELLO_MAX, PACKET_JOB_MAX and PACKET_DONE_MAX are the most octets of each kind of message,
// and PACKET_DONE_HEAD what stands in front of the response; PACKET_FRAME is what stands in front
// of each message, and PACKET_MAX is the most octets of a packet. PACKET_SIGNERS_MAX is the most
// signers of one process.
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

// packet_frame writes the length of a message in front of it, and returns how many octets both
// have.
size_t packet_frame(uint8_t *frame, size_t len);

// packet_next gives the next message of a packet, and takes it from there. Returns false at the
// end, which is there when nothing is left of the packet.
bool packet_next(struct oc_bytes *packet, struct oc_bytes *message);

// packet_write_hello and packet_write_job write a message to the `size` octets at `buf`, and return
// its length, or 0 when it does not fit in there or cannot be said. packet_write_done writes the
// head of a message to `buf`, where the response follows.
size_t packet_write_hello(const struct packet_hello *hello, uint8_t *buf, size_t size);
size_t packet_write_job(uint64_t number, const struct job *job, uint8_t *buf, size_t size);
void packet_write_done(uint64_t number, uint8_t buf[PACKET_DONE_HEAD]);

// packet_read_hello, packet_read_job and packet_read_done read a whole message. They return false
// for one of another version or kind, with a count, a length, a number or a flag that cannot be,
// or with an octet too many or too few.
//
// packet_read_job says no more than that this is a job: see sign_job.h. When it is none, but has
// the head of one, `*has_number` is true, and `*number` is that.
bool packet_read_hello(struct oc_bytes message, struct packet_hello *out);
bool packet_read_job(struct oc_bytes message, bool *has_number, uint64_t *number, struct job *out);
bool packet_read_done(struct oc_bytes message, uint64_t *number, struct oc_bytes *der);

#endif
