// SPDX-License-Identifier: MIT
//
// A certificate as one JSON object. Extensions that do not matter to OCSP are left out.
#include "show/cert.h"

#include "show/extension.h"
#include "value.h"

static const struct {
    unsigned bit;
    const char *name;
} key_usages[] = {
    {OC_KEY_USAGE_DIGITAL_SIGNATURE, "digitalSignature"},
    {OC_KEY_USAGE_NON_REPUDIATION, "nonRepudiation"},
    {OC_KEY_USAGE_KEY_ENCIPHERMENT, "keyEncipherment"},
    {OC_KEY_USAGE_DATA_ENCIPHERMENT, "dataEncipherment"},
    {OC_KEY_USAGE_KEY_AGREEMENT, "keyAgreement"},
    {OC_KEY_USAGE_KEY_CERT_SIGN, "keyCertSign"},
    {OC_KEY_USAGE_CRL_SIGN, "cRLSign"},
    {OC_KEY_USAGE_ENCIPHER_ONLY, "encipherOnly"},
    {OC_KEY_USAGE_DECIPHER_ONLY, "decipherOnly"},
};

static json_t *key_usage_value(unsigned key_usage)
{
    json_t *value = value_must(json_array());
    for (size_t i = 0; i < sizeof key_usages / sizeof key_usages[0]; i++) {
        if (key_usage & key_usages[i].bit)
            value_append(value, value_string(key_usages[i].name));
    }
    return value;
}

static void put_uris(json_t *value, const char *key, const struct oc_cert *cert,
                     bool (*next)(const struct oc_cert *, size_t *, struct oc_bytes *))
{
    struct oc_bytes uri;
    struct capped list = capped_new();
    for (size_t at = 0; next(cert, &at, &uri);) {
        if (capped_more(&list))
            capped_add(&list, value_text(uri));
    }
    capped_put(value, key, &list);
}

static bool is_plain_address(const struct oc_access *access)
{
    static const uint8_t prefix[] = {0x2B, 6, 1, 5, 5, 7, 48};  // id-ad
    const uint8_t *oid = access->method.data;
    if (access->uri.data == NULL || access->method.len != sizeof prefix + 1)
        return false;
    struct oc_bytes arc = {oid, sizeof prefix};
    bool ocsp_or_issuers = oid[sizeof prefix] == 1 || oid[sizeof prefix] == 2;
    return ocsp_or_issuers && oc_bytes_equal(arc, (struct oc_bytes){prefix, sizeof prefix});
}

// Access descriptions other than addresses of responders and of issuer certificates are rare. The
// member is left out if there is none.
static void put_other_access(json_t *value, const struct oc_cert *cert)
{
    struct oc_access access;
    struct capped list = capped_new();
    for (size_t at = 0; oc_access_next(&cert->authority_info_access, &at, &access);) {
        if (!is_plain_address(&access) && capped_more(&list))
            capped_add(&list, access_value(&access));
    }
    if (list.n > 0)
        capped_put(value, "other_access", &list);
    else
        json_decref(list.items);
}

static void put_key_purposes(json_t *value, const struct oc_cert *cert)
{
    struct oc_bytes oid;
    struct capped list = capped_new();
    for (size_t at = 0; oc_oid_next(&cert->ext_key_usage, &at, &oid);) {
        if (capped_more(&list))
            capped_add(&list, value_oid(oid));
    }
    capped_put(value, "key_purposes", &list);
}

static void put_key(json_t *value, const struct oc_cert *cert)
{
    put(value, "key_algorithm", value_algorithm(&cert->key_algorithm));
    put(value, "public_key", value_hex(cert->public_key));
    if (cert->subject_key_id.data != NULL)
        put(value, "subject_key_id", value_hex(cert->subject_key_id));
    if (cert->authority_key_id.data != NULL)
        put(value, "authority_key_id", value_hex(cert->authority_key_id));
    if (cert->has_key_usage)
        put(value, "key_usage", key_usage_value(cert->key_usage));
    if (cert->ext_key_usage.items.data != NULL)
        put_key_purposes(value, cert);
}

json_t *cert_value(const struct oc_cert *cert)
{
    json_t *value = value_must(json_object());
    put(value, "subject", value_name(cert->subject));
    put(value, "issuer", value_name(cert->issuer));
    put(value, "serial", value_integer(cert->serial));
    put(value, "not_before", value_time(cert->not_before));
    put(value, "not_after", value_time(cert->not_after));
    put_uris(value, "ocsp_addresses", cert, oc_cert_next_ocsp_uri);
    put_uris(value, "issuer_addresses", cert, oc_cert_next_issuer_uri);
    put_other_access(value, cert);
    put(value, "must_staple", value_bool(cert->must_staple));
    put(value, "must_staple_v2", value_bool(cert->must_staple_v2));
    put(value, "ca", value_bool(cert->is_ca));
    put(value, "ocsp_signing", value_bool(cert->ocsp_signing));
    put(value, "ocsp_nocheck", value_bool(cert->ocsp_nocheck));
    put(value, "has_unread_critical", value_bool(cert->has_unread_critical));
    put_key(value, cert);
    put(value, "version", value_count(cert->version));
    put(value, "signature_algorithm", value_algorithm(&cert->signature.algorithm));
    if (!algorithms_equal(&cert->tbs_algorithm, &cert->signature.algorithm))
        put(value, "tbs_signature_algorithm", value_algorithm(&cert->tbs_algorithm));
    put(value, "signature", value_hex(cert->signature.value));
    put(value, "deviations", value_deviations(cert->deviations));
    return value;
}
