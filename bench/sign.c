// SPDX-License-Identifier: MIT
//
// Building a response takes a few hundred nanoseconds, signing it thousands: the floor is
// the signature alone.
#include "sign.h"

#include <ocsp/openssl.h>

#include <time.h>

enum { BUF_LEN = 2048, HOUR = 3600 };

static void need(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static void sign_ours(const void *input, size_t n)
{
    const struct sign_inputs *in = input;
    uint8_t buf[BUF_LEN];
    for (size_t i = 0; i < n; i++) {
        struct oc_bytes der;
        need(oc_response_sign(&in->signer, &in->spec, buf, sizeof buf, &der, NULL) == OC_OK,
             "libocsp cannot sign");
        observe(&der);
    }
}

static OCSP_BASICRESP *build_basic(const struct sign_inputs *in)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    need(basic != NULL && OCSP_basic_add1_status(basic, in->cert_id, V_OCSP_CERTSTATUS_GOOD, 0,
                                                 NULL, in->this_update, in->next_update) != NULL,
         "libcrypto cannot build a response");
    return basic;
}

static void sign_libcrypto(const void *input, size_t n)
{
    const struct sign_inputs *in = input;
    uint8_t buf[BUF_LEN];
    for (size_t i = 0; i < n; i++) {
        unsigned char *at = buf;
        OCSP_BASICRESP *basic = build_basic(in);
        need(OCSP_basic_sign(basic, in->x509, in->pkey, in->md, NULL, OCSP_RESPID_KEY) == 1,
             "libcrypto cannot sign");
        OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        int len = i2d_OCSP_RESPONSE(response, NULL);
        need(len > 0 && len <= BUF_LEN && i2d_OCSP_RESPONSE(response, &at) == len,
             "libcrypto cannot encode a response");
        OCSP_RESPONSE_free(response);
        OCSP_BASICRESP_free(basic);
        observe(buf);
    }
}

static void sign_floor(const void *input, size_t n)
{
    const struct sign_inputs *in = input;
    uint8_t value[128];
    for (size_t i = 0; i < n; i++) {
        size_t len = sizeof value;
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        need(EVP_DigestSignInit(context, NULL, in->md, NULL, in->pkey) == 1 &&
                 EVP_DigestSign(context, value, &len, in->tbs.data, in->tbs.len) == 1,
             "libcrypto cannot sign");
        EVP_MD_CTX_free(context);
        observe(value);
    }
}

static void build_ours(const void *input, size_t n)
{
    const struct sign_inputs *in = input;
    uint8_t buf[SIGN_TBS_LEN];
    for (size_t i = 0; i < n; i++) {
        struct oc_bytes tbs;
        need(oc_response_build_tbs(&in->spec, buf, sizeof buf, &tbs, NULL) == OC_OK,
             "libocsp cannot build a response");
        observe(&tbs);
    }
}

// libcrypto builds a tree, and encodes it only when it signs: this is its tree.
static void build_libcrypto(const void *input, size_t n)
{
    const struct sign_inputs *in = input;
    for (size_t i = 0; i < n; i++) {
        OCSP_BASICRESP *basic = build_basic(in);
        observe(basic);
        OCSP_BASICRESP_free(basic);
    }
}

static void init_signer(struct sign_inputs *inputs, struct oc_bytes cert_der)
{
    struct oc_cert cert;
    inputs->crypto = oc_openssl_new();
    inputs->key = oc_openssl_key_new(inputs->pkey);
    need(inputs->crypto != NULL && inputs->key != NULL &&
             oc_cert_parse(&cert, cert_der, NULL) == OC_OK &&
             oc_signer_init(&inputs->signer, inputs->crypto, inputs->key, &cert, NULL, NULL) ==
                 OC_OK,
         "cannot prepare the signer");
}

static void init_spec(struct sign_inputs *inputs, const struct samples *samples, int64_t now)
{
    struct oc_cert leaf;
    struct oc_cert issuer;
    inputs->single = (struct oc_single_response){
        .status = OC_CERT_STATUS_GOOD,
        .this_update = now,
        .has_next_update = true,
        .next_update = now + HOUR,
    };
    need(oc_cert_parse(&leaf, samples->leaf_der, NULL) == OC_OK &&
             oc_cert_parse(&issuer, samples->issuer_der, NULL) == OC_OK &&
             oc_issuer_cert_id(inputs->crypto, OC_HASH_SHA1, &issuer, leaf.serial, inputs->hashes,
                               &inputs->single.id, NULL) == OC_OK,
         "libocsp cannot make a cert ID");
    inputs->spec = (struct oc_response_spec){
        .responder = {OC_RESPONDER_BY_KEY, .key_hash = {inputs->signer.key_hash, OC_KEY_HASH_LEN}},
        .produced_at = now,
        .responses = &inputs->single,
        .n_responses = 1,
    };
    need(oc_response_build_tbs(&inputs->spec, inputs->tbs_buf, SIGN_TBS_LEN, &inputs->tbs, NULL) ==
             OC_OK,
         "libocsp cannot build a response");
}

void sign_rows(struct row rows[N_SIGN_ROWS], struct sign_inputs *inputs,
               const struct samples *samples)
{
    time_t now = time(NULL);
    *inputs = (struct sign_inputs){
        .pkey = samples->delegate_key, .x509 = samples->delegate, .md = EVP_sha256()};
    init_signer(inputs, samples->delegate_der);
    init_spec(inputs, samples, now);
    inputs->cert_id = OCSP_cert_to_id(EVP_sha1(), samples->leaf, samples->issuer);
    inputs->this_update = ASN1_GENERALIZEDTIME_set(NULL, now);
    inputs->next_update = ASN1_GENERALIZEDTIME_set(NULL, now + HOUR);
    need(inputs->cert_id != NULL && inputs->this_update != NULL && inputs->next_update != NULL,
         "out of memory");
    rows[0] = (struct row){
        .name = "build a response about one certificate, to be signed elsewhere",
        .unit = "ns",
        .octets = inputs->tbs.len,
        .n = 2,
        .subjects = {{"libocsp", build_ours, inputs, 1, BAR_NANOSECONDS, 1000},
                     {"libcrypto, not yet encoded", build_libcrypto, inputs, 1, BAR_NONE, 0}},
    };
    rows[1] = (struct row){
        .name = "build and sign a response with P-256, its certificate embedded",
        .unit = "ns",
        .n = 3,
        .subjects = {{"libocsp", sign_ours, inputs, 1, BAR_NONE, 0},
                     {"libcrypto", sign_libcrypto, inputs, 1, BAR_NONE, 0},
                     {"floor: the signature", sign_floor, inputs, 1, BAR_OF_FLOOR, 1.10}},
    };
}

void sign_free(struct sign_inputs *inputs)
{
    ASN1_TIME_free(inputs->next_update);
    ASN1_TIME_free(inputs->this_update);
    OCSP_CERTID_free(inputs->cert_id);
    oc_openssl_key_free(inputs->key);
    oc_openssl_free(inputs->crypto);
}
