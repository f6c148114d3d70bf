// SPDX-License-Identifier: MIT
//
// Checks the path from a request to a response, with a store whose statuses the input chooses, and
// a table that signs everything: a certificate is good only if the store says so, each status that
// was looked up is signed, and the signed response has the status that was looked up.
#include "check.h"

#include "expect.h"

#include "answer/answer.h"
#include "signer/packet.h"
#include "signer/sign_job.h"

#include <ocsp/response.h>

#include <string.h>

#define N_CHOICES 8
#define NOW INT64_C(1800000000)
#define DAY INT64_C(86400)

// The first octet, bit by bit: two for what was never issued, two for nonces, the responder ID,
// whether the issuer is served, whether its store works, and whether what follows is a packet.
enum { BY_NAME = 16, NOT_SERVED = 32, STORE_FAILS = 64, PACKET = 128 };

static const int64_t validities[] = {DAY, 1, 9, 3650 * DAY};
static const int64_t ends[] = {NOW + 20 * DAY, NOW + 1, NOW, NOW - 1};
static const struct {
    int64_t revoked_at;
    int64_t this_update;
    int64_t next_update;
} times_of_records[] = {
    {NOW - DAY, 0, 0},
    {NOW, NOW - DAY, NOW + 5},
    {0, NOW, INT64_MAX},
    {NOW + 1, NOW + 1, NOW + DAY},
    {INT64_MAX, NOW - DAY, NOW},
    {INT64_MIN, -1, 0},
    {5, 0, NOW + 1},
    {-1, INT64_MIN, INT64_MIN},
};

static const uint8_t name[] = {0x30, 0x00};
static const uint8_t key[] = {1};

struct oc_key {
    bool is_decoded;
};

// The hashes of the issuer are those that the request has.
struct yes {
    struct oc_crypto crypto;  // first, so that the functions find the rest from it
    struct oc_key key;
    struct oc_bytes name_hash;
    struct oc_bytes key_hash;
};

static enum oc_err yes_hash(const struct oc_crypto *crypto, enum oc_hash hash, struct oc_bytes data,
                            uint8_t *out)
{
    const struct yes *yes = (const struct yes *)crypto;
    struct oc_bytes wanted = data.data == name ? yes->name_hash : yes->key_hash;
    memset(out, 0x5a, oc_hash_len(hash));
    if (wanted.len == oc_hash_len(hash))
        memcpy(out, wanted.data, wanted.len);
    return OC_OK;
}

static enum oc_err yes_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                              struct oc_key **out)
{
    static struct oc_key decoded;
    (void)crypto;
    (void)spki;
    *out = &decoded;
    return OC_OK;
}

static void yes_free(const struct oc_crypto *crypto, struct oc_key *decoded)
{
    (void)crypto;
    (void)decoded;
}

static enum oc_err yes_sign_check(const struct oc_crypto *crypto, const struct oc_private_key *with,
                                  struct oc_bytes spki, const struct oc_algorithm *algorithm,
                                  struct oc_strength *strength, size_t *max_len)
{
    (void)crypto;
    (void)with;
    (void)spki;
    (void)algorithm;
    *strength = (struct oc_strength){256, OC_BITS_NONE};
    *max_len = 1;
    return OC_OK;
}

static enum oc_err yes_sign(const struct oc_crypto *crypto, const struct oc_private_key *with,
                            const struct oc_algorithm *algorithm, struct oc_bytes message,
                            uint8_t *out, size_t *len)
{
    (void)crypto;
    (void)with;
    (void)algorithm;
    expect(message.len > 0 && *len >= 1, "nothing to sign, or no room");
    out[0] = 0;
    *len = 1;
    return OC_OK;
}

// struct octet_store is a store: the last octet of a serial number chooses its record.
struct octet_store {
    struct store store;  // first, so that the function finds the rest from it
    const uint8_t *choice;
};

// The octet chooses with two bits the status, with three the times, with three the reason.
static struct record record_of(const uint8_t *choice, struct oc_bytes serial)
{
    uint8_t octet = choice[2 + serial.data[serial.len - 1] % 6];
    return (struct record){
        .status = (enum record_status)(octet % 4),
        .revoked_at = times_of_records[octet / 4 % 8].revoked_at,
        .has_reason = octet >= 32,
        .reason = (uint8_t)(octet >> 5 | (octet & 8)),
        .this_update = times_of_records[octet / 4 % 8].this_update,
        .next_update = times_of_records[octet / 4 % 8].next_update,
    };
}

static bool look_up(struct store *store, struct oc_bytes serial, struct record *out,
                    struct store_error *err)
{
    const uint8_t *choice = ((const struct octet_store *)store)->choice;
    (void)err;
    expect(serial.len >= 1 && serial.len <= SERIAL_MAX, "a serial number that is too long");
    *out = record_of(choice, serial);
    return (choice[0] & STORE_FAILS) == 0;
}

static const struct store_methods methods = {.look_up = look_up};

// struct responder is a responder with one issuer, which signs for itself.
struct responder {
    const uint8_t *choice;
    struct yes yes;
    struct issuer_config config;
    struct octet_store records;
    struct served_issuer issuer;
    struct served served;
    struct sign_as as;
};

static void take_hashes(struct yes *yes, struct oc_bytes request)
{
    struct oc_request req;
    struct oc_single_request single;
    size_t at = 0;
    if (oc_request_parse(&req, request, NULL) != OC_OK || !oc_request_next(&req, &at, &single))
        return;
    yes->name_hash = single.id.issuer_name_hash;
    yes->key_hash = single.id.issuer_key_hash;
}

static void make_responder(struct responder *responder, const uint8_t *choice,
                           struct oc_bytes request)
{
    static const uint8_t oid[] = {0x2a, 3, 4};
    const struct oc_algorithm algorithm = {.oid = {oid, sizeof oid}};
    const struct oc_cert cert = {.der = {name, sizeof name},
                                 .subject = {name, sizeof name},
                                 .spki = {name, sizeof name},
                                 .public_key = {key, sizeof key},
                                 .not_before = NOW - 1,
                                 .not_after = ends[choice[1] / 4 % 4]};
    *responder = (struct responder){.choice = choice};
    responder->yes.crypto = (struct oc_crypto){.hash = yes_hash,
                                               .key_decode = yes_decode,
                                               .key_free = yes_free,
                                               .sign_check = yes_sign_check,
                                               .sign = yes_sign};
    take_hashes(&responder->yes, request);
    responder->config.unknown = (enum unknown_rule)(choice[0] % 4 % 3);
    responder->config.nonce = (enum nonce_rule)(choice[0] / 4 % 4 % 3);
    responder->config.by_name = (choice[0] & BY_NAME) != 0;
    responder->config.validity = validities[choice[1] % 4];
    responder->records = (struct octet_store){{&methods}, choice};
    responder->issuer.config = &responder->config;
    responder->issuer.store = &responder->records.store;
    expect(oc_issuer_init(&responder->issuer.issuer, &responder->yes.crypto, &cert, NULL) == OC_OK,
           "no issuer");
    responder->served = (struct served){&responder->issuer, (choice[0] & NOT_SERVED) == 0, 4096};
    responder->as.issuer = &responder->issuer.issuer;
    responder->as.config = &responder->config;
    expect(oc_signer_init(&responder->as.signer, &responder->yes.crypto, NULL, &cert, &algorithm,
                          NULL) == OC_OK,
           "no signer");
}

static void expect_asked(const struct responder *responder, struct oc_bytes request,
                         const struct asked *asked)
{
    expect(asked->issuer == &responder->issuer && responder->served.n_issuers == 1,
           "an issuer of nobody");
    expect(request.len <= responder->served.max_request, "a request that is too long is read");
    expect(asked->n_ids >= 1 && asked->n_ids <= JOB_SINGLES_MAX, "no cert IDs, or too many");
    for (size_t i = 0; i < asked->n_ids; i++) {
        expect_cert_id(request, &asked->ids[i]);
        expect(oc_issuer_matches(&responder->issuer.issuer, &asked->ids[i]),
               "a cert ID of another");
    }
    expect_inside(request, asked->nonce, "a nonce leaves the request");
    expect(asked->nonce.data == NULL ||
               (asked->nonce.len >= 1 && asked->nonce.len <= JOB_NONCE_MAX),
           "a nonce whose length is not allowed");
    expect(asked->nonce.data == NULL || responder->config.nonce != NONCE_IGNORE,
           "an ignored nonce");
    expect(asked->nonce.data != NULL || responder->config.nonce != NONCE_REQUIRED,
           "a missing nonce");
}

// The answer must agree with the store and the policy.
static enum oc_cert_status status_of(const struct responder *responder, const struct record *record)
{
    switch (record->status) {
    case RECORD_GOOD:
        return OC_CERT_STATUS_GOOD;
    case RECORD_REVOKED:
        return OC_CERT_STATUS_REVOKED;
    case RECORD_NOT_ISSUED:
        return responder->config.unknown == UNKNOWN_REVOKED ? OC_CERT_STATUS_REVOKED
                                                            : OC_CERT_STATUS_UNKNOWN;
    case RECORD_NONE:
    default:
        return OC_CERT_STATUS_NONE;
    }
}

static void expect_single(const struct responder *responder, const struct oc_cert_id *id,
                          const struct oc_single_response *single)
{
    const struct record record = record_of(responder->choice, id->serial);
    bool is_not_issued = record.status == RECORD_NOT_ISSUED;
    expect((responder->choice[0] & STORE_FAILS) == 0, "a store that fails says something");
    expect(oc_cert_id_equal(id, &single->id), "an answer about another certificate");
    expect(single->status == status_of(responder, &record), "a status that the store does not say");
    expect(!is_not_issued || responder->config.unknown != UNKNOWN_UNAUTHORIZED,
           "an answer where unauthorized is the policy");
    expect(single->has_next_update && single->next_update > NOW, "an answer out of date");
    expect(single->this_update <= NOW, "an answer of the future");
    expect(single->next_update <= NOW + responder->config.validity, "a validity that is too long");
    expect(single->next_update <= responder->as.signer.cert.not_after, "the signer ends before");
    expect(record.next_update == 0 || single->next_update <= record.next_update,
           "an answer lives longer than what it is made of");
    if (single->status == OC_CERT_STATUS_REVOKED)
        expect((single->revocation_time == 0) == is_not_issued, "a revocation of 1970");
}

static void expect_response(const struct responder *responder, const struct asked *asked,
                            struct oc_bytes der)
{
    struct oc_response resp;
    struct oc_single_response single;
    struct oc_extension nonce;
    size_t at = 0;
    expect(oc_response_parse(&resp, der, NULL) == OC_OK, "an invalid response");
    expect(resp.produced_at == NOW, "producedAt is another time");
    for (size_t i = 0; i < asked->n_ids; i++) {
        expect(oc_response_next(&resp, &at, &single), "a cert ID without an answer");
        expect_single(responder, &asked->ids[i], &single);
    }
    expect(!oc_response_next(&resp, &at, &single), "an answer that nobody asked for");
    bool has_nonce = oc_extension_find(&resp.extensions, OC_EXT_NONCE, &nonce);
    expect(has_nonce == (asked->nonce.data != NULL), "a nonce too many or too few");
    expect(!has_nonce || oc_bytes_equal(nonce.nonce, asked->nonce), "another nonce");
}

// A job reaches the other process unchanged.
static void expect_crosses(const struct job *job)
{
    static uint8_t packet[PACKET_JOB_MAX];
    static uint8_t again[PACKET_JOB_MAX];
    static struct job read;
    bool has_number;
    uint64_t number = 0;
    size_t len = packet_write_job(7, job, packet, sizeof packet);
    expect(len > 0, "a job that cannot be written");
    expect(packet_read_job((struct oc_bytes){packet, len}, &has_number, &number, &read),
           "a job that cannot be read");
    expect(has_number && number == 7, "another job's number");
    expect(packet_write_job(number, &read, again, sizeof again) == len &&
               memcmp(packet, again, len) == 0,
           "another job");
}

static int check_request_answered(struct responder *responder, struct oc_bytes request)
{
    static struct asked asked;
    static struct job job;
    static struct record records[JOB_SINGLES_MAX];
    static uint8_t buf[SIGNER_RESPONSE_MAX];
    const struct answer_times times = {NOW, responder->choice[1] * 8U};
    struct oc_bytes der;
    enum oc_response_status status = answer_read(&responder->served, request, &asked);
    if (status != OC_RESPONSE_SUCCESSFUL) {
        expect(status == OC_RESPONSE_MALFORMED_REQUEST || status == OC_RESPONSE_UNAUTHORIZED,
               "a request is refused with another error");
        return 0;
    }
    expect_asked(responder, request, &asked);
    struct store_error err;
    status =
        answer_look_up(&asked, &times, 0, responder->as.signer.cert.not_after, &job, records, &err);
    if (status != OC_RESPONSE_SUCCESSFUL) {
        expect(status == OC_RESPONSE_TRY_LATER || status == OC_RESPONSE_UNAUTHORIZED,
               "a store that cannot say is another error");
        return 0;
    }
    expect_crosses(&job);
    const char *why = sign_job(&responder->as, &job, NOW, buf, sizeof buf, &der);
    expect(why == NULL, why);
    expect_response(responder, &asked, der);
    return 1;
}

// Even if a hijacked process sends the job, the signed response keeps within the bounds.
static void expect_bounded(const struct responder *responder, const struct job *job)
{
    static uint8_t buf[SIGNER_RESPONSE_MAX];
    struct oc_bytes der;
    struct oc_response resp;
    struct oc_single_response single;
    size_t at = 0;
    if (sign_job(&responder->as, job, NOW, buf, sizeof buf, &der) != NULL) {
        expect(der.data == NULL, "a refused job is signed");
        return;
    }
    expect(oc_response_parse(&resp, der, NULL) == OC_OK, "an invalid response");
    expect(resp.produced_at >= NOW - SIGN_LATE && resp.produced_at <= NOW + SIGN_EARLY,
           "producedAt is another time");
    while (oc_response_next(&resp, &at, &single)) {
        expect(oc_issuer_matches(&responder->issuer.issuer, &single.id),
               "a cert ID of another issuer");
        expect(single.this_update <= NOW + SIGN_EARLY, "thisUpdate in the future");
        expect(single.has_next_update &&
                   single.next_update <= NOW + SIGN_EARLY + responder->config.validity &&
                   single.next_update <= responder->as.signer.cert.not_after,
               "a validity that is too long");
    }
}

static int check_message(const struct responder *responder, struct oc_bytes message)
{
    static struct job job;
    struct packet_hello hello;
    uint64_t number = 0;
    bool has_number = false;
    struct oc_bytes der;
    uint8_t again[PACKET_HELLO_MAX];
    if (packet_read_hello(message, &hello)) {
        expect(packet_write_hello(&hello, again, sizeof again) == message.len &&
                   memcmp(again, message.data, message.len) == 0,
               "another hello");
        return 1;
    }
    if (packet_read_done(message, &number, &der)) {
        expect_inside(message, der, "a response leaves its message");
        return 1;
    }
    if (!packet_read_job(message, &has_number, &number, &job)) {
        expect_zero(&job, sizeof job, "a job is not zero after a failure");
        return 0;
    }
    expect_crosses(&job);
    expect_bounded(responder, &job);
    return 1;
}

static int check_packet(const struct responder *responder, struct oc_bytes packet)
{
    struct oc_bytes left = packet;
    struct oc_bytes message;
    int answer = 0;
    while (packet_next(&left, &message)) {
        expect_inside(packet, message, "a message leaves its packet");
        expect_inside(packet, left, "what is left of a packet is not in it");
        answer |= check_message(responder, message);
    }
    return answer;
}

int check_answer(const uint8_t *data, size_t len)
{
    static struct responder responder;
    if (len < N_CHOICES)
        return 0;
    struct oc_bytes rest = {data + N_CHOICES, len - N_CHOICES};
    make_responder(&responder, data, rest);
    int answer = (data[0] & PACKET) != 0 ? check_packet(&responder, rest)
                                         : check_request_answered(&responder, rest);
    oc_issuer_cleanup(&responder.issuer.issuer);
    return answer;
}
