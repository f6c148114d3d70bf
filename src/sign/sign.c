// SPDX-License-Identifier: MIT
//
// Responses and requests, signed (RFC 6960 4.2.1, 4.1.1): the octets to be signed are put
// at the front of the caller's buffer, the signature behind them, and the message is then
// assembled from its end, so that it needs no memory but the buffer.
#include <ocsp/sign.h>

#include "base/strength.h"
#include "sign/refuse.h"

#include <string.h>

static enum oc_err refuse_message(enum oc_err code, const char *what, struct oc_bytes *out,
                                  struct oc_error *err)
{
    *out = (struct oc_bytes){0};
    return oci_sign_refuse(code, what, err);
}

static enum oc_err check_strength(struct oc_strength strength, struct oc_error *err)
{
    if (strength.hash_bits < OCI_MIN_HASH_BITS)
        return oci_sign_refuse(OC_ERR_WEAK_HASH,
                               "signatures with SHA-1 or a weaker hash are not believed "
                               "(RFC 6960 5.1.1)",
                               err);
    if (strength.rsa_bits < OCI_MIN_RSA_BITS)
        return oci_sign_refuse(OC_ERR_WEAK_KEY,
                               "signatures with an RSA key below 2048 bits are not believed "
                               "(RFC 6960 5.1.1)",
                               err);
    return OC_OK;
}

// Whether the key is the certificate's, and strong enough.
static enum oc_err check_key(struct oc_signer *signer, struct oc_error *err)
{
    struct oc_strength strength = {0};
    enum oc_err code =
        signer->crypto->sign_check(signer->crypto, signer->key, signer->cert.spki,
                                   &signer->algorithm, &strength, &signer->max_signature_len);
    if (code == OC_ERR_KEY_MISMATCH)
        return oci_sign_refuse(code, "the private key is not that of the signer's certificate",
                               err);
    if (code != OC_OK)
        return oci_sign_refuse(code, "the key cannot sign by this algorithm (RFC 6960 4.3)", err);
    return check_strength(strength, err);
}

static enum oc_err hash_key(struct oc_signer *signer, struct oc_error *err)
{
    uint8_t hash[OC_HASH_MAX_LEN];
    enum oc_err code =
        signer->crypto->hash(signer->crypto, OC_HASH_SHA1, signer->cert.public_key, hash);
    if (code != OC_OK)
        return oci_sign_refuse(code, "the signer's key cannot be hashed (RFC 6960 4.2.1)", err);
    memcpy(signer->key_hash, hash, OC_KEY_HASH_LEN);
    return OC_OK;
}

enum oc_err oc_signer_init(struct oc_signer *signer, const struct oc_crypto *crypto,
                           const struct oc_private_key *key, const struct oc_cert *cert,
                           const struct oc_algorithm *algorithm, struct oc_error *err)
{
    enum oc_err code = OC_OK;
    memset(signer, 0, sizeof *signer);
    signer->crypto = crypto;
    signer->key = key;
    signer->cert = *cert;
    signer->certs = (struct oc_list){cert->der, 1};
    if (algorithm != NULL)
        signer->algorithm = *algorithm;
    else
        code = oc_sign_algorithm(cert, OC_HASH_OTHER, false, &signer->algorithm, err);
    if (code == OC_OK)
        code = check_key(signer, err);
    if (code == OC_OK)
        code = hash_key(signer, err);
    if (code != OC_OK) {
        memset(signer, 0, sizeof *signer);
        return code;
    }
    return oci_sign_refuse(OC_OK, NULL, err);
}

// Assembling is the same for both kinds of messages.
typedef enum oc_err assemble_fn(struct oc_bytes tbs, const struct oc_signature *signature,
                                uint8_t *buf, size_t size, struct oc_bytes *out,
                                struct oc_error *err);

// The table writes the signature to `at`.
static enum oc_err make_signature(const struct oc_signer *signer, struct oc_bytes tbs, uint8_t *at,
                                  size_t room, struct oc_signature *signature)
{
    size_t len = room;
    if (room < signer->max_signature_len)
        return OC_ERR_SPACE;
    enum oc_err code =
        signer->crypto->sign(signer->crypto, signer->key, &signer->algorithm, tbs, at, &len);
    if (code == OC_OK && len > room)
        return OC_ERR_CRYPTO;
    signature->value = (struct oc_bytes){at, len};
    return code;
}

// `tbs` stands at the end of the buffer, or is only a length when there is none.
static enum oc_err sign(const struct oc_signer *signer, struct oc_bytes tbs, assemble_fn *assemble,
                        uint8_t *buf, size_t size, struct oc_bytes *out, struct oc_error *err)
{
    struct oc_signature signature = {
        .algorithm = signer->algorithm,
        .value = {NULL, signer->max_signature_len},
        .certs = signer->certs,
    };
    if (buf == NULL)
        return assemble(tbs, &signature, NULL, 0, out, err);
    memmove(buf, tbs.data, tbs.len);
    tbs.data = buf;
    enum oc_err code = make_signature(signer, tbs, buf + tbs.len, size - tbs.len, &signature);
    if (code == OC_ERR_SPACE)
        return refuse_message(code, "the buffer is too small for the message", out, err);
    if (code != OC_OK)
        return refuse_message(code, "cannot sign with the key (RFC 6960 4.3)", out, err);
    return assemble(tbs, &signature, buf, size, out, err);
}

// A responderID that the caller left out is the signer's. Returns false for a name or
// hash that is not.
static bool complete_responder(const struct oc_signer *signer, struct oc_responder_id *id)
{
    const struct oc_bytes key_hash = {signer->key_hash, OC_KEY_HASH_LEN};
    if (id->kind == OC_RESPONDER_NONE)
        id->kind = OC_RESPONDER_BY_KEY;
    if (id->kind == OC_RESPONDER_BY_NAME) {
        if (id->name.data == NULL)
            id->name = signer->cert.subject;
        return oc_bytes_equal(id->name, signer->cert.subject);
    }
    if (id->key_hash.data == NULL)
        id->key_hash = key_hash;
    return oc_bytes_equal(id->key_hash, key_hash);
}

enum oc_err oc_response_sign(const struct oc_signer *signer, const struct oc_response_spec *spec,
                             uint8_t *buf, size_t size, struct oc_bytes *out, struct oc_error *err)
{
    struct oc_response_spec completed = *spec;
    struct oc_bytes tbs;
    if (!complete_responder(signer, &completed.responder))
        return refuse_message(OC_ERR_ARGUMENT,
                              "the responderID is not the signer's (RFC 6960 4.2.2.3)", out, err);
    enum oc_err code = oc_response_build_tbs(&completed, buf, size, &tbs, err);
    if (code != OC_OK) {
        *out = (struct oc_bytes){0};
        return code;
    }
    return sign(signer, tbs, oc_response_assemble, buf, size, out, err);
}

enum oc_err oc_request_sign(const struct oc_signer *signer, const struct oc_request_spec *spec,
                            uint8_t *buf, size_t size, struct oc_bytes *out, struct oc_error *err)
{
    struct oc_request_spec completed = *spec;
    struct oc_bytes tbs;
    if (completed.requestor_name.data == NULL)
        completed.requestor_name = signer->cert.subject;
    enum oc_err code = oc_request_build_tbs(&completed, buf, size, &tbs, err);
    if (code != OC_OK) {
        *out = (struct oc_bytes){0};
        return code;
    }
    return sign(signer, tbs, oc_request_assemble, buf, size, out, err);
}
