// SPDX-License-Identifier: MIT
//
// Checks oc_verify() with a table that accepts every signature, and whose hashes are those in
// the response, so that everything but cryptography decides.
#include "check.h"

#include "expect.h"

#include <ocsp/delegates.h>
#include <ocsp/verify.h>

#include <string.h>

// The choices of the input's first octets. NOW is in 2027: seeds may have expired by then, which
// some of the choices ignore.
#define N_CHOICES 3
#define NOW INT64_C(1800000000)

static const int64_t nows[] = {NOW, 0, -1, INT64_MIN, INT64_MAX, 1 - INT64_MAX, NOW / 2, NOW * 2};
static const int64_t spans[] = {300, 0, NOW, INT64_MAX, -1, INT64_MIN, 1, 86400};
static const unsigned strengths[] = {256, 160, 128, OC_BITS_NONE};

// C=DE, O=Example, CN=CA: the name of the CA of the seeds.
static const uint8_t issuer_name[] = {
    0x30, 0x2c, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'D', 'E', 0x31,
    0x10, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x07, 'E',  'x',  'a',  'm', 'p', 'l',
    'e',  0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x02, 'C',  'A'};
static const uint8_t issuer_key[] = {1};
static const uint8_t nonce[] = {1, 2, 3, 4};

struct oc_key {
    bool is_decoded;
};

struct yes {
    struct oc_crypto crypto;  // first, so that the functions find the rest from it
    struct oc_bytes name_hash;
    struct oc_bytes key_hash;
    struct oc_bytes responder_hash;
    unsigned hash_bits;
    struct oc_key *key;
    int *n_keys;
};

static const struct yes *yes_of(const struct oc_crypto *crypto)
{
    return (const struct yes *)crypto;
}

static enum oc_err yes_hash(const struct oc_crypto *crypto, enum oc_hash hash, struct oc_bytes data,
                            uint8_t *out)
{
    const struct yes *yes = yes_of(crypto);
    struct oc_bytes wanted = yes->responder_hash;
    if (data.data == issuer_name)
        wanted = yes->name_hash;
    else if (data.data == issuer_key)
        wanted = yes->key_hash;
    memset(out, 0x5a, oc_hash_len(hash));
    if (wanted.len == oc_hash_len(hash))
        memcpy(out, wanted.data, wanted.len);
    return OC_OK;
}

static enum oc_err yes_decode(const struct oc_crypto *crypto, struct oc_bytes spki,
                              struct oc_key **key)
{
    const struct yes *yes = yes_of(crypto);
    expect(spki.data != NULL, "a key is absent");
    *key = yes->key;
    ++*yes->n_keys;
    return OC_OK;
}

static void yes_free(const struct oc_crypto *crypto, struct oc_key *key)
{
    *yes_of(crypto)->n_keys -= key != NULL;
}

static enum oc_err yes_verify(const struct oc_crypto *crypto, const struct oc_key *key,
                              const struct oc_algorithm *algorithm, struct oc_bytes message,
                              struct oc_bytes signature, struct oc_strength *strength)
{
    expect(key == yes_of(crypto)->key, "another key than the one decoded");
    expect(algorithm->oid.len > 0, "a signature without an algorithm");
    expect(message.data != NULL && signature.data != NULL, "nothing to verify");
    *strength = (struct oc_strength){yes_of(crypto)->hash_bits, OC_BITS_NONE};
    return OC_OK;
}

static struct oc_policy choose_policy(const uint8_t choice[N_CHOICES])
{
    struct oc_policy policy;
    oc_policy_init(&policy, nows[choice[1] % 8]);
    policy.nonce_rule = (enum oc_nonce_rule)(choice[0] % 4 % 3);
    if ((choice[0] & 4) != 0)
        policy.nonce = (struct oc_bytes){nonce, sizeof nonce};
    policy.insecure_allow_sha1 = (choice[0] & 8) != 0;
    policy.insecure_allow_small_rsa = (choice[0] & 16) != 0;
    policy.ignore_times = (choice[0] & 32) != 0;
    policy.skew = spans[choice[1] / 8 % 8];
    policy.max_age = spans[choice[2] % 8];
    return policy;
}

static bool matches(const struct oc_issuer *issuer, struct oc_bytes serial,
                    const struct oc_single_response *single)
{
    return oc_bytes_equal(single->id.serial, serial) && oc_issuer_matches(issuer, &single->id);
}

// No matching single response is stricter than the verdict, and one has the same status.
static void expect_strictest(const struct oc_issuer *issuer, struct oc_bytes serial,
                             const struct oc_response *resp, const struct oc_verdict *verdict)
{
    bool is_said[OC_CERT_STATUS_UNKNOWN + 1] = {false};
    struct oc_single_response single;
    for (size_t at = 0; oc_response_next(resp, &at, &single);) {
        if (matches(issuer, serial, &single))
            is_said[single.status] = true;
    }
    enum oc_cert_status strictest = OC_CERT_STATUS_GOOD;
    if (is_said[OC_CERT_STATUS_UNKNOWN])
        strictest = OC_CERT_STATUS_UNKNOWN;
    if (is_said[OC_CERT_STATUS_REVOKED])
        strictest = OC_CERT_STATUS_REVOKED;
    expect(is_said[strictest], "a verdict that no single response says");
    expect(verdict->status == strictest, "a verdict that is not the strictest");
}

static void expect_verdict(const struct oc_policy *policy, const struct oc_response *resp,
                           const struct oc_verdict *verdict)
{
    bool is_revoked = verdict->status == OC_CERT_STATUS_REVOKED;
    expect(strcmp(oc_cert_status_name(verdict->status), "none") != 0, "a verdict says nothing");
    expect(resp->status == OC_RESPONSE_SUCCESSFUL && resp->is_basic, "an error is believed");
    expect(strcmp(oc_signer_kind_name(verdict->signer), "none") != 0, "nobody has signed");
    expect_inside(resp->signature.certs.items, verdict->signer_cert,
                  "the signer's certificate leaves the response");
    expect((verdict->signer_cert.data != NULL) == (verdict->signer == OC_SIGNER_DELEGATE),
           "a certificate of another signer");
    expect(!verdict->signer_needs_check || verdict->signer == OC_SIGNER_DELEGATE,
           "a signer that needs no check is to be checked");
    expect(is_revoked || (!verdict->has_reason && verdict->revocation_time == 0),
           "a revocation without a revocation");
    expect(is_revoked || !verdict->is_not_issued,
           "a certificate that is not issued is not revoked");
    expect(verdict->has_next_update || verdict->next_update == 0, "nextUpdate without its flag");
    expect(!verdict->has_nonce || policy->nonce.data != NULL, "a nonce that was not sent");
    expect(verdict->ask_again >= policy->now, "to be asked again in the past");
    expect(policy->skew >= 0 && policy->max_age >= 0, "a policy that cannot be is used");
}

static void expect_refused(enum oc_err code, const struct oc_error *err, struct oc_bytes der)
{
    expect(err->code == code, "the error told is not the error returned");
    expect(code >= OC_ERR_NOT_SUCCESSFUL, "an error in how a message is written");
    expect(strcmp(oc_err_name(code), "unknown") != 0, "an error has no name");
    expect(err->offset <= der.len, "the offset of an error lies behind the message");
    expect(err->what != NULL && strlen(err->what) > 0, "an error says nothing");
}

// With a cache of delegates, empty and then filled, the answer is the same.
static void expect_same_with_cache(const struct oc_policy *policy, const struct oc_issuer *issuer,
                                   struct oc_bytes serial, const struct oc_response *resp,
                                   const struct oc_verdict *verdict, enum oc_err code)
{
    struct oc_policy cached = *policy;
    struct oc_delegate slots[2];
    struct oc_delegates delegates;
    oc_delegates_init(&delegates, issuer->crypto, slots, 2);
    cached.delegates = &delegates;
    for (int i = 0; i < 2; i++) {
        struct oc_verdict again;
        memset(&again, 0xff, sizeof again);
        expect(oc_verify(&cached, issuer, serial, resp, &again, NULL) == code, "another answer");
        expect(again.status == verdict->status && again.signer == verdict->signer &&
                   again.signer_cert.data == verdict->signer_cert.data &&
                   again.ask_again == verdict->ask_again,
               "another verdict");
    }
    oc_delegates_cleanup(&delegates);
}

static int expect_verify(const struct oc_policy *policy, const struct oc_issuer *issuer,
                         struct oc_bytes serial, const struct oc_response *resp)
{
    struct oc_verdict verdict;
    struct oc_error err;
    memset(&verdict, 0xff, sizeof verdict);
    enum oc_err code = oc_verify(policy, issuer, serial, resp, &verdict, &err);
    expect_same_with_cache(policy, issuer, serial, resp, &verdict, code);
    if (code == OC_OK) {
        expect_verdict(policy, resp, &verdict);
        expect_strictest(issuer, serial, resp, &verdict);
        return 1;
    }
    expect_zero(&verdict, sizeof verdict, "a verdict is not zero after a failure");
    expect_refused(code, &err, resp->der);
    return 0;
}

static int expect_verify_request(const struct oc_policy *policy, const struct oc_issuer *issuer,
                                 const struct oc_request *req)
{
    struct oc_requestor requestor;
    struct oc_error err;
    memset(&requestor, 0xff, sizeof requestor);
    enum oc_err code = oc_verify_request(policy, issuer, req, &requestor, &err);
    if (code != OC_OK) {
        expect_zero(&requestor, sizeof requestor, "a requestor is not zero after a failure");
        expect_refused(code, &err, req->der);
        return 0;
    }
    expect(req->is_signed, "a request without a signature is believed");
    expect_inside(req->requestor_name, requestor.name, "a name leaves requestorName");
    expect_inside(req->signature.certs.items, requestor.cert, "a certificate leaves the request");
    expect(strcmp(oc_signer_kind_name(requestor.signer), "none") != 0, "nobody has signed");
    return 1;
}

// struct asked is the message in the input: a response, or a request.
struct asked {
    struct oc_response resp;
    struct oc_request req;
    struct oc_single_response first;
    bool is_request;
};

static bool read_asked(struct asked *asked, struct oc_bytes der)
{
    size_t at = 0;
    *asked = (struct asked){0};
    if (oc_request_parse(&asked->req, der, NULL) == OC_OK) {
        asked->is_request = true;
        return true;
    }
    if (oc_response_parse(&asked->resp, der, NULL) != OC_OK)
        return false;
    if (!oc_response_next(&asked->resp, &at, &asked->first))
        asked->first.id.serial = (struct oc_bytes){nonce, 1};
    return true;
}

int check_verify(const uint8_t *data, size_t len)
{
    struct asked asked;
    if (len < N_CHOICES ||
        !read_asked(&asked, (struct oc_bytes){data + N_CHOICES, len - N_CHOICES}))
        return 0;
    struct oc_policy policy = choose_policy(data);
    struct oc_key key = {true};
    int n_keys = 0;
    struct yes yes = {.crypto = {.hash = yes_hash,
                                 .key_decode = yes_decode,
                                 .key_free = yes_free,
                                 .verify = yes_verify},
                      .name_hash = asked.first.id.issuer_name_hash,
                      .key_hash = asked.first.id.issuer_key_hash,
                      .responder_hash = asked.resp.responder.key_hash,
                      .hash_bits = strengths[data[2] / 8 % 4],
                      .key = &key,
                      .n_keys = &n_keys};
    struct oc_cert cert = {.subject = {issuer_name, sizeof issuer_name},
                           .spki = {issuer_name, sizeof issuer_name},
                           .public_key = {issuer_key, sizeof issuer_key},
                           .not_after = NOW};
    struct oc_cert trusted = cert;
    trusted.subject = asked.resp.responder.name;
    trusted.public_key = (struct oc_bytes){nonce, sizeof nonce};
    policy.trusted = &trusted;
    policy.n_trusted = (data[2] & 32) != 0;

    struct oc_issuer issuer;
    expect(oc_issuer_init(&issuer, &yes.crypto, &cert, NULL) == OC_OK, "no issuer");
    int answer = asked.is_request
                     ? expect_verify_request(&policy, &issuer, &asked.req)
                     : expect_verify(&policy, &issuer, asked.first.id.serial, &asked.resp);
    oc_issuer_cleanup(&issuer);
    expect(n_keys == 0, "a key is not given back");
    return answer;
}
