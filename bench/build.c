// SPDX-License-Identifier: MIT
//
// Building a request: two hashes and a hundred octets.
#include "build.h"

#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>

#include <openssl/ocsp.h>

#include <stdio.h>
#include <string.h>

enum { BUF_LEN = 256 };

static struct oc_bytes build_with_ours(const struct build_input *input, uint8_t buf[BUF_LEN])
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_single_request single = {0};
    struct oc_bytes out;
    if (oc_issuer_cert_id(input->crypto, input->hash, &input->issuer, input->leaf.serial, hashes,
                          &single.id, NULL) != OC_OK)
        die("libocsp cannot make a cert ID");
    struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
    if (oc_request_build(&spec, buf, BUF_LEN, &out, NULL) != OC_OK)
        die("libocsp cannot build a request");
    return out;
}

static struct oc_bytes build_with_libcrypto(const struct build_input *input, uint8_t buf[BUF_LEN])
{
    unsigned char *at = buf;
    OCSP_REQUEST *req = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(input->md, input->x509_leaf, input->x509_issuer);
    if (req == NULL || id == NULL || OCSP_request_add0_id(req, id) == NULL)
        die("libcrypto cannot make a cert ID");
    int len = i2d_OCSP_REQUEST(req, NULL);
    if (len <= 0 || len > BUF_LEN || i2d_OCSP_REQUEST(req, &at) != len)
        die("libcrypto cannot build a request");
    OCSP_REQUEST_free(req);
    return (struct oc_bytes){buf, (size_t)len};
}

static void build_ours(const void *input, size_t n)
{
    uint8_t buf[BUF_LEN];
    for (size_t i = 0; i < n; i++) {
        struct oc_bytes out = build_with_ours(input, buf);
        observe(&out);
    }
}

static void build_libcrypto(const void *input, size_t n)
{
    uint8_t buf[BUF_LEN];
    for (size_t i = 0; i < n; i++) {
        struct oc_bytes out = build_with_libcrypto(input, buf);
        observe(&out);
    }
}

static void hash_with_evp(const void *input, size_t n)
{
    const struct build_input *in = input;
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    for (size_t i = 0; i < n; i++) {
        if (EVP_Digest(in->issuer.subject.data, in->issuer.subject.len, hashes, NULL, in->md,
                       NULL) != 1 ||
            EVP_Digest(in->issuer.public_key.data, in->issuer.public_key.len,
                       hashes + OC_HASH_MAX_LEN, NULL, in->md, NULL) != 1)
            die("libcrypto lacks the hash");
        observe(hashes);
    }
}

static void init_input(struct build_input *input, const struct samples *samples,
                       const struct oc_crypto *crypto, enum oc_hash hash)
{
    *input = (struct build_input){
        .crypto = crypto,
        .hash = hash,
        .x509_leaf = samples->leaf,
        .x509_issuer = samples->issuer,
        .md = EVP_MD_fetch(NULL, oc_hash_name(hash), NULL),
    };
    if (input->md == NULL)
        die("libcrypto lacks the hash");
    if (oc_cert_parse(&input->leaf, samples->leaf_der, NULL) != OC_OK ||
        oc_cert_parse(&input->issuer, samples->issuer_der, NULL) != OC_OK)
        die("libocsp cannot read a certificate of the documented example");
}

static void check_same(const struct build_input *input)
{
    uint8_t ours[BUF_LEN];
    uint8_t theirs[BUF_LEN];
    if (!oc_bytes_equal(build_with_ours(input, ours), build_with_libcrypto(input, theirs)))
        die("two libraries build different requests");
}

static void check_documented(const struct build_input *input, const char *dir)
{
    char path[4096];
    char wanted[BUF_LEN];
    uint8_t buf[BUF_LEN];
    unsigned char text[BUF_LEN * 2];
    int len = snprintf(path, sizeof path, "%s/built-request.b64", dir);
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "r") : NULL;
    if (file == NULL || fgets(wanted, sizeof wanted, file) == NULL)
        die("cannot read the documented request");
    fclose(file);
    struct oc_bytes out = build_with_ours(input, buf);
    int text_len = EVP_EncodeBlock(text, out.data, (int)out.len);
    wanted[strcspn(wanted, "\r\n")] = '\0';
    if (text_len <= 0 || strcmp((const char *)text, wanted) != 0)
        die("the request is not the documented one");
}

static struct row build_row(const char *name, const struct build_input *input)
{
    uint8_t buf[BUF_LEN];
    return (struct row){
        .name = name,
        .unit = "ns",
        .octets = build_with_ours(input, buf).len,
        .n = 3,
        .subjects = {{"libocsp", build_ours, input, 1, BAR_NONE, 0},
                     {"libcrypto", build_libcrypto, input, 1, BAR_NONE, 0},
                     {"floor: the two hashes", hash_with_evp, input, 1, BAR_OF_FLOOR, 1.3}},
    };
}

void build_rows(struct row rows[N_BUILD_ROWS], struct build_inputs *inputs,
                const struct samples *samples, const char *dir)
{
    inputs->crypto = oc_openssl_new();
    if (inputs->crypto == NULL)
        die("out of memory");
    init_input(&inputs->hashes[0], samples, inputs->crypto, OC_HASH_SHA1);
    init_input(&inputs->hashes[1], samples, inputs->crypto, OC_HASH_SHA256);
    check_same(&inputs->hashes[0]);
    check_same(&inputs->hashes[1]);
    check_documented(&inputs->hashes[0], dir);
    rows[0] =
        build_row("build a request with SHA-1 from two parsed certificates", &inputs->hashes[0]);
    rows[1] =
        build_row("build a request with SHA-256 from two parsed certificates", &inputs->hashes[1]);
}

static enum oc_err hash_nothing(const struct oc_crypto *crypto, enum oc_hash hash,
                                struct oc_bytes data, uint8_t *out)
{
    (void)crypto;
    (void)data;
    memset(out, 0x55, oc_hash_len(hash));
    return OC_OK;
}

struct row build_heap_row(struct build_inputs *inputs)
{
    static const struct oc_crypto no_crypto = {.hash = hash_nothing};
    inputs->without_crypto = inputs->hashes[0];
    inputs->without_crypto.crypto = &no_crypto;
    struct row row =
        build_row("build a request with hashes that need no memory", &inputs->without_crypto);
    row.subjects[0].name = "libocsp, the core alone";
    row.n = 2;
    return row;
}

void build_free(struct build_inputs *inputs)
{
    oc_openssl_free(inputs->crypto);
    for (size_t i = 0; i < N_BUILD_ROWS; i++)
        EVP_MD_free(inputs->hashes[i].md);
}
