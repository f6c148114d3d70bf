// SPDX-License-Identifier: MIT
//
// Cert IDs from certificates (RFC 6960 4.1.1), and the likely issuer of one.
#include <ocsp/issuer.h>

static enum oc_err refuse(enum oc_err code, const char *what, struct oc_error *err)
{
    if (err != NULL)
        *err = (struct oc_error){.code = code, .what = what};
    return code;
}

enum oc_err oc_issuer_cert_id(const struct oc_crypto *crypto, enum oc_hash hash,
                              const struct oc_cert *issuer, struct oc_bytes serial,
                              uint8_t hashes[OC_CERT_ID_HASHES_LEN], struct oc_cert_id *out,
                              struct oc_error *err)
{
    size_t len = oc_hash_len(hash);
    *out = (struct oc_cert_id){0};
    if (len == 0)
        return refuse(OC_ERR_ARGUMENT, "no hash algorithm for a certID (RFC 6960 4.1.1)", err);
    if (serial.len == 0)
        return refuse(OC_ERR_ARGUMENT, "no serialNumber for a certID (RFC 6960 4.1.1)", err);
    enum oc_err code = crypto->hash(crypto, hash, issuer->subject, hashes);
    if (code == OC_OK)
        code = crypto->hash(crypto, hash, issuer->public_key, hashes + len);
    if (code != OC_OK)
        return refuse(code, "issuerNameHash or issuerKeyHash cannot be computed (RFC 6960 4.1.1)",
                      err);
    out->hash = hash;
    out->issuer_name_hash = (struct oc_bytes){hashes, len};
    out->issuer_key_hash = (struct oc_bytes){hashes + len, len};
    out->serial = serial;
    if (err != NULL)
        *err = (struct oc_error){0};
    return OC_OK;
}

bool oc_issuer_names(const struct oc_cert *issuer, const struct oc_cert *cert)
{
    if (!oc_bytes_equal(issuer->subject, cert->issuer))
        return false;
    return issuer->subject_key_id.data == NULL || cert->authority_key_id.data == NULL ||
           oc_bytes_equal(issuer->subject_key_id, cert->authority_key_id);
}
