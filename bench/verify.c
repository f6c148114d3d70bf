// SPDX-License-Identifier: MIT
//
// Verifying a response: nearly all of it is the signatures, and the floor is the signatures alone.
#include "verify.h"

#include <ocsp/openssl.h>

#include <openssl/x509.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void need(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static void verify_ours(const void *input, size_t n)
{
    const struct verify_input *in = input;
    for (size_t i = 0; i < n; i++) {
        struct oc_response resp;
        struct oc_verdict verdict;
        need(oc_response_parse(&resp, in->der, NULL) == OC_OK &&
                 oc_verify(&in->policy, in->issuer, in->serial, &resp, &verdict, NULL) == OC_OK &&
                 verdict.status == OC_CERT_STATUS_GOOD,
             "libocsp does not find a response good");
        observe(&verdict);
    }
}

static void verify_libcrypto(const void *input, size_t n)
{
    const struct verify_input *in = input;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *at = in->der.data;
        OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)in->der.len);
        OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
        need(OCSP_basic_verify(basic, in->others, in->store, 0) == 1 &&
                 OCSP_single_get0_status(OCSP_resp_get0(basic, 0), NULL, NULL, NULL, NULL) ==
                     V_OCSP_CERTSTATUS_GOOD,
             "libcrypto does not find a response good");
        OCSP_BASICRESP_free(basic);
        OCSP_RESPONSE_free(response);
    }
}

static void verify_octets(const struct verify_input *in, EVP_PKEY *key, struct oc_bytes octets,
                          struct oc_bytes signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    need(EVP_DigestVerifyInit(context, NULL, in->md, NULL, key) == 1 &&
             EVP_DigestVerify(context, signature.data, signature.len, octets.data, octets.len) == 1,
         "a signature is wrong");
    EVP_MD_CTX_free(context);
}

static void verify_floor(const void *input, size_t n)
{
    const struct verify_input *in = input;
    for (size_t i = 0; i < n; i++)
        verify_octets(in, in->issuer_key, in->resp.tbs, in->resp.signature.value);
}

static void verify_delegate_floor(const void *input, size_t n)
{
    const struct verify_input *in = input;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *at = in->delegate.spki.data;
        EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)in->delegate.spki.len);
        need(key != NULL, "cannot decode the delegate's key");
        verify_octets(in, in->issuer_key, in->delegate.tbs, in->delegate.signature.value);
        verify_octets(in, key, in->resp.tbs, in->resp.signature.value);
        EVP_PKEY_free(key);
    }
}

static void verify_seen_floor(const void *input, size_t n)
{
    const struct verify_input *in = input;
    for (size_t i = 0; i < n; i++)
        verify_octets(in, in->delegate_key, in->resp.tbs, in->resp.signature.value);
}

static void init_input(struct verify_input *input, const struct verify_inputs *inputs,
                       const struct samples *samples, struct oc_bytes der)
{
    struct oc_single_response single;
    struct oc_bytes cert;
    size_t at = 0;
    *input = (struct verify_input){.der = der, .issuer = &inputs->issuer, .md = EVP_sha256()};
    oc_policy_init(&input->policy, time(NULL));
    need(oc_response_parse(&input->resp, der, NULL) == OC_OK &&
             oc_response_next(&input->resp, &at, &single),
         "libocsp cannot read a response");
    input->serial = single.id.serial;
    input->issuer_key = X509_get0_pubkey(samples->ca);
    input->others = sk_X509_new_null();
    input->store = X509_STORE_new();
    need(sk_X509_push(input->others, samples->ca) > 0 &&
             X509_STORE_add_cert(input->store, samples->ca) == 1,
         "out of memory");
    at = 0;
    if (oc_cert_next(&input->resp.signature.certs, &at, &cert))
        need(oc_cert_parse(&input->delegate, cert, NULL) == OC_OK,
             "libocsp cannot read the delegate's certificate");
}

static void init_issuer(struct verify_inputs *inputs, X509 *ca)
{
    struct oc_cert cert;
    unsigned char *der = NULL;
    int len = i2d_X509(ca, &der);
    need(len > 0, "cannot encode a certificate");
    inputs->issuer_der = (struct oc_bytes){der, (size_t)len};
    inputs->crypto = oc_openssl_new();
    need(inputs->crypto != NULL && oc_cert_parse(&cert, inputs->issuer_der, NULL) == OC_OK &&
             oc_issuer_init(&inputs->issuer, inputs->crypto, &cert, NULL) == OC_OK,
         "cannot prepare the issuer");
}

void verify_rows(struct row rows[N_VERIFY_ROWS], struct verify_inputs *inputs,
                 const struct samples *samples)
{
    init_issuer(inputs, samples->ca);
    init_input(&inputs->responses[0], inputs, samples, samples->plain);
    init_input(&inputs->responses[1], inputs, samples, samples->delegated);
    init_input(&inputs->responses[2], inputs, samples, samples->delegated);
    oc_delegates_init(&inputs->delegates, inputs->crypto, inputs->slots, 4);
    inputs->responses[2].policy.delegates = &inputs->delegates;
    inputs->responses[2].delegate_key = samples->delegate_key;
    const struct verify_input *plain = &inputs->responses[0];
    const struct verify_input *delegated = &inputs->responses[1];
    const struct verify_input *seen = &inputs->responses[2];
    rows[0] = (struct row){
        .name = "parse and verify a response signed by its issuer, RSA-2048",
        .unit = "ns",
        .octets = plain->der.len,
        .n = 3,
        .subjects = {{"libocsp", verify_ours, plain, 1, BAR_NONE, 0},
                     {"libcrypto", verify_libcrypto, plain, 1, BAR_NONE, 0},
                     {"floor: the signature", verify_floor, plain, 1, BAR_OF_FLOOR, 1.05}},
    };
    rows[1] = (struct row){
        .name = "the same by a P-256 delegate that is new, its certificate signed with RSA-2048",
        .unit = "ns",
        .octets = delegated->der.len,
        .n = 3,
        .subjects = {{"libocsp", verify_ours, delegated, 1, BAR_NONE, 0},
                     {"libcrypto", verify_libcrypto, delegated, 1, BAR_TIMES_FASTER, 3},
                     {"floor: both signatures, the key", verify_delegate_floor, delegated, 1,
                      BAR_OF_FLOOR, 1.15}},
    };
    rows[2] = (struct row){
        .name = "the same when the delegate was seen before",
        .unit = "ns",
        .octets = seen->der.len,
        .n = 3,
        .subjects = {{"libocsp", verify_ours, seen, 1, BAR_NONE, 0},
                     {"libcrypto", verify_libcrypto, seen, 1, BAR_NONE, 0},
                     {"floor: the signature", verify_seen_floor, seen, 1, BAR_OF_FLOOR, 1.05}},
    };
}

void verify_free(struct verify_inputs *inputs)
{
    for (size_t i = 0; i < N_VERIFY_ROWS; i++) {
        sk_X509_free(inputs->responses[i].others);
        X509_STORE_free(inputs->responses[i].store);
    }
    oc_delegates_cleanup(&inputs->delegates);
    oc_issuer_cleanup(&inputs->issuer);
    oc_openssl_free(inputs->crypto);
    OPENSSL_free((void *)(uintptr_t)inputs->issuer_der.data);
}
