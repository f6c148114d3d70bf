// SPDX-License-Identifier: MIT
//
// Writes and reads packets and their messages. A writer or reader that has failed ignores what
// follows, so that only its final state has to be checked.
#include "signer/packet.h"

#include <string.h>

enum { VERSION = 1 };
enum kind { KIND_HELLO = 1, KIND_JOB, KIND_DONE };

// struct writer has room for `left` bytes at `at`.
struct writer {
    uint8_t *at;
    size_t left;
    bool has_failed;
};

static void write_octets(struct writer *w, const uint8_t *octets, size_t len)
{
    w->has_failed = w->has_failed || len > w->left;
    if (w->has_failed || len == 0)
        return;
    memcpy(w->at, octets, len);
    w->at += len;
    w->left -= len;
}

static void write_number(struct writer *w, uint64_t number, size_t len)
{
    uint8_t octets[8];
    for (size_t i = 0; i < len; i++)
        octets[i] = (uint8_t)(number >> (8 * (len - 1 - i)));
    write_octets(w, octets, len);
}

// A length in one byte, then that many bytes, at most `max`.
static void write_counted(struct writer *w, const uint8_t *octets, size_t len, size_t max)
{
    if (len > max || len > UINT8_MAX) {
        w->has_failed = true;
        return;
    }
    write_number(w, len, 1);
    write_octets(w, octets, len);
}

static void write_head(struct writer *w, enum kind kind)
{
    write_number(w, VERSION, 1);
    write_number(w, kind, 1);
}

static size_t written(const struct writer *w, size_t size)
{
    return w->has_failed ? 0 : size - w->left;
}

// struct reader has `left` bytes to read at `at`.
struct reader {
    const uint8_t *at;
    size_t left;
    bool has_failed;
};

static void read_octets(struct reader *r, uint8_t *octets, size_t len)
{
    r->has_failed = r->has_failed || len > r->left;
    if (r->has_failed || len == 0)
        return;
    memcpy(octets, r->at, len);
    r->at += len;
    r->left -= len;
}

static uint64_t read_number(struct reader *r, size_t len)
{
    uint8_t octets[8] = {0};
    uint64_t number = 0;
    read_octets(r, octets, len);
    for (size_t i = 0; i < len; i++)
        number = number << 8 | octets[i];
    return number;
}

// A time is in two's complement.
static int64_t read_time(struct reader *r)
{
    uint64_t number = read_number(r, 8);
    return number <= INT64_MAX ? (int64_t)number : -(int64_t)(UINT64_MAX - number) - 1;
}

// A number of one byte, from `min` to `max`.
static uint8_t read_small(struct reader *r, uint8_t min, uint8_t max)
{
    uint8_t number = (uint8_t)read_number(r, 1);
    r->has_failed = r->has_failed || number < min || number > max;
    return number;
}

static size_t read_counted(struct reader *r, uint8_t *octets, uint8_t min, uint8_t max)
{
    size_t len = read_small(r, min, max);
    read_octets(r, octets, len);
    return len;
}

static void read_head(struct reader *r, enum kind kind)
{
    (void)read_small(r, VERSION, VERSION);
    (void)read_small(r, (uint8_t)kind, (uint8_t)kind);
}

static bool is_whole(const struct reader *r)
{
    return !r->has_failed && r->left == 0;
}

size_t packet_frame(uint8_t *frame, size_t len)
{
    struct writer w = {frame, PACKET_FRAME, false};
    write_number(&w, len, PACKET_FRAME);
    return PACKET_FRAME + len;
}

bool packet_next(struct oc_bytes *packet, struct oc_bytes *message)
{
    struct reader r = {packet->data, packet->len, false};
    uint64_t len = read_number(&r, PACKET_FRAME);
    if (r.has_failed || len > r.left)
        return false;
    *message = (struct oc_bytes){r.at, (size_t)len};
    *packet = (struct oc_bytes){r.at + len, r.left - (size_t)len};
    return true;
}

size_t packet_write_hello(const struct packet_hello *hello, uint8_t *buf, size_t size)
{
    struct writer w = {buf, size, false};
    const struct signer_info *info = &hello->info;
    write_head(&w, KIND_HELLO);
    write_number(&w, hello->n, 4);
    write_number(&w, hello->i, 4);
    write_counted(&w, (const uint8_t *)info->name, strnlen(info->name, sizeof info->name),
                  sizeof info->name - 1);
    write_octets(&w, info->issuer, sizeof info->issuer);
    write_octets(&w, info->id, sizeof info->id);
    write_number(&w, (uint64_t)info->not_before, 8);
    write_number(&w, (uint64_t)info->not_after, 8);
    return written(&w, size);
}

bool packet_read_hello(struct oc_bytes message, struct packet_hello *out)
{
    struct reader r = {message.data, message.len, false};
    struct signer_info *info = &out->info;
    memset(out, 0, sizeof *out);
    read_head(&r, KIND_HELLO);
    out->n = (uint32_t)read_number(&r, 4);
    out->i = (uint32_t)read_number(&r, 4);
    size_t len = read_counted(&r, (uint8_t *)info->name, 0, sizeof info->name - 1);
    read_octets(&r, info->issuer, sizeof info->issuer);
    read_octets(&r, info->id, sizeof info->id);
    info->not_before = read_time(&r);
    info->not_after = read_time(&r);
    if (is_whole(&r) && out->n <= PACKET_SIGNERS_MAX && out->i < out->n &&
        strnlen(info->name, sizeof info->name) == len)
        return true;
    memset(out, 0, sizeof *out);
    return false;
}

static void write_single(struct writer *w, const struct job_single *single)
{
    write_number(w, (uint64_t)single->hash, 1);
    write_counted(w, single->serial, single->serial_len, SERIAL_MAX);
    write_number(w, (uint64_t)single->status, 1);
    write_number(w, (uint64_t)single->revocation_time, 8);
    write_number(w, single->has_reason, 1);
    write_number(w, single->reason, 1);
    write_number(w, (uint64_t)single->this_update, 8);
    write_number(w, (uint64_t)single->next_update, 8);
}

static void read_single(struct reader *r, struct job_single *single)
{
    single->hash = (enum oc_hash)read_small(r, OC_HASH_SHA1, OC_HASH_SHA512);
    single->serial_len = read_counted(r, single->serial, 1, SERIAL_MAX);
    single->status =
        (enum oc_cert_status)read_small(r, OC_CERT_STATUS_GOOD, OC_CERT_STATUS_UNKNOWN);
    single->revocation_time = read_time(r);
    single->has_reason = read_small(r, 0, 1) != 0;
    single->reason = (uint8_t)read_number(r, 1);
    single->this_update = read_time(r);
    single->next_update = read_time(r);
}

size_t packet_write_job(uint64_t number, const struct job *job, uint8_t *buf, size_t size)
{
    struct writer w = {buf, size, job->n_singles > JOB_SINGLES_MAX};
    write_head(&w, KIND_JOB);
    write_number(&w, number, 8);
    write_number(&w, job->signer, 4);
    write_number(&w, (uint64_t)job->produced_at, 8);
    write_number(&w, job->is_extended_revoke, 1);
    write_counted(&w, job->nonce, job->nonce_len, JOB_NONCE_MAX);
    write_number(&w, job->n_singles, 1);
    for (size_t i = 0; i < job->n_singles && !w.has_failed; i++)
        write_single(&w, &job->singles[i]);
    return written(&w, size);
}

static void read_job(struct reader *r, struct job *job)
{
    job->signer = (uint32_t)read_number(r, 4);
    job->produced_at = read_time(r);
    job->is_extended_revoke = read_small(r, 0, 1) != 0;
    job->nonce_len = read_counted(r, job->nonce, 0, JOB_NONCE_MAX);
    job->n_singles = read_small(r, 1, JOB_SINGLES_MAX);
    for (size_t i = 0; i < job->n_singles && !r->has_failed; i++)
        read_single(r, &job->singles[i]);
}

bool packet_read_job(struct oc_bytes message, bool *has_number, uint64_t *number, struct job *out)
{
    struct reader r = {message.data, message.len, false};
    memset(out, 0, sizeof *out);
    read_head(&r, KIND_JOB);
    *number = read_number(&r, 8);
    *has_number = !r.has_failed;
    if (!r.has_failed)
        read_job(&r, out);
    if (is_whole(&r))
        return true;
    memset(out, 0, sizeof *out);
    return false;
}

void packet_write_done(uint64_t number, uint8_t buf[PACKET_DONE_HEAD])
{
    struct writer w = {buf, PACKET_DONE_HEAD, false};
    write_head(&w, KIND_DONE);
    write_number(&w, number, 8);
}

bool packet_read_done(struct oc_bytes message, uint64_t *number, struct oc_bytes *der)
{
    struct reader r = {message.data, message.len, false};
    *der = (struct oc_bytes){0};
    read_head(&r, KIND_DONE);
    *number = read_number(&r, 8);
    if (r.has_failed || r.left > SIGNER_RESPONSE_MAX)
        return false;
    if (r.left > 0)
        *der = (struct oc_bytes){r.at, r.left};
    return true;
}
