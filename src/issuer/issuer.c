// SPDX-License-Identifier: MIT
//
// Cert IDs from certificates (RFC 6960 4.1.1), and the likely issuer of one.
#include <ocsp/issuer.h>

#include <string.h>

static enum oc_err refuse(enum oc_err code, const char *what, struct oc_error *err)
{
    if (err != NULL)
        *err = (struct oc_error){.code = code, .what = what};
    return code;
}

static enum oc_err check_id(enum oc_hash hash, struct oc_bytes serial, struct oc_error *err)
{
    if (oc_hash_len(hash) == 0)
        return refuse(OC_ERR_ARGUMENT, "invalid hash algorithm for a certID (RFC 6960 4.1.1)", err);
    if (serial.len == 0)
        return refuse(OC_ERR_ARGUMENT, "missing serialNumber for a certID (RFC 6960 4.1.1)", err);
    return OC_OK;
}

static enum oc_err fill_id(struct oc_cert_id *out, enum oc_hash hash, const uint8_t *name_hash,
                           const uint8_t *key_hash, struct oc_bytes serial, struct oc_error *err)
{
    size_t len = oc_hash_len(hash);
    out->hash = hash;
    out->issuer_name_hash = (struct oc_bytes){name_hash, len};
    out->issuer_key_hash = (struct oc_bytes){key_hash, len};
    out->serial = serial;
    if (err != NULL)
        *err = (struct oc_error){0};
    return OC_OK;
}

enum oc_err oc_issuer_cert_id(const struct oc_crypto *crypto, enum oc_hash hash,
                              const struct oc_cert *issuer, struct oc_bytes serial,
                              uint8_t hashes[OC_CERT_ID_HASHES_LEN], struct oc_cert_id *out,
                              struct oc_error *err)
{
    size_t len = oc_hash_len(hash);
    *out = (struct oc_cert_id){0};
    enum oc_err code = check_id(hash, serial, err);
    if (code != OC_OK)
        return code;
    code = crypto->hash(crypto, hash, issuer->subject, hashes);
    if (code == OC_OK)
        code = crypto->hash(crypto, hash, issuer->public_key, hashes + len);
    if (code != OC_OK)
        return refuse(code, "cannot compute issuerNameHash or issuerKeyHash (RFC 6960 4.1.1)", err);
    return fill_id(out, hash, hashes, hashes + len, serial, err);
}

enum oc_err oc_issuer_make_id(const struct oc_issuer *issuer, enum oc_hash hash,
                              struct oc_bytes serial, struct oc_cert_id *out, struct oc_error *err)
{
    *out = (struct oc_cert_id){0};
    enum oc_err code = check_id(hash, serial, err);
    if (code != OC_OK)
        return code;
    if (!issuer->has_hash[hash])
        return refuse(OC_ERR_UNSUPPORTED,
                      "unsupported hash algorithm for a certID (RFC 6960 4.1.1)", err);
    return fill_id(out, hash, issuer->name_hash[hash], issuer->key_hash[hash], serial, err);
}

bool oc_issuer_names(const struct oc_cert *issuer, const struct oc_cert *cert)
{
    if (!oc_bytes_equal(issuer->subject, cert->issuer))
        return false;
    return issuer->subject_key_id.data == NULL || cert->authority_key_id.data == NULL ||
           oc_bytes_equal(issuer->subject_key_id, cert->authority_key_id);
}

// Computes both hashes with each algorithm that the table has.
static enum oc_err hash_all(struct oc_issuer *issuer)
{
    const struct oc_crypto *crypto = issuer->crypto;
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++) {
        enum oc_err code =
            crypto->hash(crypto, hash, issuer->cert.subject, issuer->name_hash[hash]);
        if (code == OC_OK)
            code = crypto->hash(crypto, hash, issuer->cert.public_key, issuer->key_hash[hash]);
        if (code != OC_OK && code != OC_ERR_UNSUPPORTED)
            return code;
        issuer->has_hash[hash] = code == OC_OK;
    }
    return OC_OK;
}

enum oc_err oc_issuer_init(struct oc_issuer *issuer, const struct oc_crypto *crypto,
                           const struct oc_cert *cert, struct oc_error *err)
{
    memset(issuer, 0, sizeof *issuer);
    enum oc_err code = crypto->key_decode(crypto, cert->spki, &issuer->key);
    if (code != OC_OK) {
        issuer->key = NULL;
        return refuse(code, "the issuer's key cannot be used (RFC 5280 4.1.2.7)", err);
    }
    issuer->crypto = crypto;
    issuer->cert = *cert;
    code = hash_all(issuer);
    if (code != OC_OK) {
        oc_issuer_cleanup(issuer);
        return refuse(code, "the issuer's name or key cannot be hashed (RFC 6960 4.1.1)", err);
    }
    if (err != NULL)
        *err = (struct oc_error){0};
    return OC_OK;
}

void oc_issuer_cleanup(struct oc_issuer *issuer)
{
    if (issuer->crypto != NULL)
        issuer->crypto->key_free(issuer->crypto, issuer->key);
    memset(issuer, 0, sizeof *issuer);
}

bool oc_issuer_matches(const struct oc_issuer *issuer, const struct oc_cert_id *id)
{
    size_t len = oc_hash_len(id->hash);
    return len != 0 && issuer->has_hash[id->hash] &&
           oc_bytes_equal(id->issuer_name_hash,
                          (struct oc_bytes){issuer->name_hash[id->hash], len}) &&
           oc_bytes_equal(id->issuer_key_hash, (struct oc_bytes){issuer->key_hash[id->hash], len});
}

static bool is_same_algorithm(const struct oc_algorithm *a, const struct oc_algorithm *b)
{
    return oc_bytes_equal(a->oid, b->oid) && oc_bytes_equal(a->parameters, b->parameters);
}

static enum oc_err refuse_cert(enum oc_err code, struct oc_error *err)
{
    if (code == OC_ERR_SIGNATURE)
        return refuse(code, "the certificate's signature is not by its issuer (RFC 5280 6.1.3)",
                      err);
    if (code == OC_ERR_UNSUPPORTED)
        return refuse(code,
                      "the certificate's signature algorithm is unknown or not the issuer's "
                      "(RFC 5280 4.1.1.2)",
                      err);
    return refuse(OC_ERR_CRYPTO, "the certificate's signature could not be checked", err);
}

enum oc_err oc_issuer_verify_cert(const struct oc_issuer *issuer, const struct oc_cert *cert,
                                  struct oc_strength *strength, struct oc_error *err)
{
    const struct oc_crypto *crypto = issuer->crypto;
    struct oc_strength found = {0};
    if (strength != NULL)
        *strength = found;
    if (!oc_bytes_equal(cert->issuer, issuer->cert.subject))
        return refuse(OC_ERR_SIGNATURE, "the certificate names another issuer (RFC 5280 4.1.2.4)",
                      err);
    if (!is_same_algorithm(&cert->tbs_algorithm, &cert->signature.algorithm))
        return refuse(OC_ERR_SIGNATURE,
                      "the certificate's two signature algorithms differ (RFC 5280 4.1.1.2)", err);
    enum oc_err code = crypto->verify(crypto, issuer->key, &cert->signature.algorithm, cert->tbs,
                                      cert->signature.value, &found);
    if (code != OC_OK)
        return refuse_cert(code, err);
    if (strength != NULL)
        *strength = found;
    if (err != NULL)
        *err = (struct oc_error){0};
    return OC_OK;
}
