// SPDX-License-Identifier: MIT
//
// The extensions of messages (RFC 6960 4.4) as JSON. The form of "value" depends on the extension;
// for an unknown extension it is its content in hex.
#include "show/extension.h"

#include "value.h"

#include <ocsp/der.h>

json_t *access_value(const struct oc_access *access)
{
    json_t *value = value_must(json_object());
    put(value, "method", value_oid(access->method));
    put(value, "location", value_general_name(access->location));
    return value;
}

static void put_crl_reference(json_t *value, const struct oc_crl_reference *reference)
{
    json_t *crl = value_must(json_object());
    if (reference->url.data != NULL)
        put(crl, "url", value_text(reference->url));
    if (reference->number.data != NULL)
        put(crl, "number", value_integer(reference->number));
    if (reference->has_time)
        put(crl, "time", value_time(reference->time));
    put(value, "value", crl);
}

static void put_acceptable_responses(json_t *value, const struct oc_list *types)
{
    struct oc_bytes oid;
    struct capped list = capped_new();
    for (size_t at = 0; oc_oid_next(types, &at, &oid);) {
        if (capped_more(&list))
            capped_add(&list, value_oid(oid));
    }
    capped_put(value, "value", &list);
}

static void put_service_locator(json_t *value, const struct oc_service_locator *locator)
{
    struct oc_access access;
    struct capped list = capped_new();
    for (size_t at = 0; oc_access_next(&locator->locator, &at, &access);) {
        if (capped_more(&list))
            capped_add(&list, access_value(&access));
    }
    json_t *service = value_must(json_object());
    put(service, "issuer", value_name(locator->issuer));
    capped_put(service, "locations", &list);
    put(value, "value", service);
}

static void put_preferred_signatures(json_t *value, const struct oc_list *algorithms)
{
    struct oc_preferred_signature preferred;
    struct capped list = capped_new();
    for (size_t at = 0; oc_preferred_signature_next(algorithms, &at, &preferred);) {
        if (!capped_more(&list))
            continue;
        json_t *item = value_must(json_object());
        put(item, "signature_algorithm", value_algorithm(&preferred.signature_algorithm));
        if (preferred.key_algorithm.oid.data != NULL)
            put(item, "key_algorithm", value_algorithm(&preferred.key_algorithm));
        capped_add(&list, item);
    }
    capped_put(value, "value", &list);
}

static void put_certificate_issuer(json_t *value, const struct oc_list *names)
{
    struct oc_bytes rest = names->items;
    struct oc_bytes name;
    struct capped list = capped_new();
    while (oc_der_read_any(&rest, NULL, NULL, &name) == OC_OK) {
        if (capped_more(&list))
            capped_add(&list, value_general_name(name));
    }
    capped_put(value, "value", &list);
}

static void put_value(json_t *value, const struct oc_extension *extension)
{
    switch (extension->id) {
    case OC_EXT_NONCE:
        put(value, "value", value_hex(extension->nonce));
        break;
    case OC_EXT_CRL_REFERENCE:
        put_crl_reference(value, &extension->crl_reference);
        break;
    case OC_EXT_ACCEPTABLE_RESPONSES:
        put_acceptable_responses(value, &extension->acceptable_responses);
        break;
    case OC_EXT_ARCHIVE_CUTOFF:
        put(value, "value", value_time(extension->archive_cutoff));
        break;
    case OC_EXT_SERVICE_LOCATOR:
        put_service_locator(value, &extension->service_locator);
        break;
    case OC_EXT_PREFERRED_SIGNATURES:
        put_preferred_signatures(value, &extension->preferred_signatures);
        break;
    case OC_EXT_EXTENDED_REVOKE:
        break;
    case OC_EXT_SCT_LIST:
        put(value, "value", value_hex(extension->sct_list));
        break;
    case OC_EXT_CRL_REASON:
        put(value, "value", reason_value(extension->crl_reason));
        break;
    case OC_EXT_INVALIDITY_DATE:
        put(value, "value", value_time(extension->invalidity_date));
        break;
    case OC_EXT_CERTIFICATE_ISSUER:
        put_certificate_issuer(value, &extension->certificate_issuer);
        break;
    case OC_EXT_OTHER:
        put(value, "value", value_hex(extension->value));
        break;
    }
}

json_t *extension_value(const struct oc_extension *extension)
{
    json_t *value = value_must(json_object());
    put(value, "name", value_string(oc_extension_name(extension->id)));
    json_t *oid = value_oid(extension->oid);
    put(value, "oid", json_incref(json_object_get(oid, "oid")));
    json_decref(oid);
    put(value, "critical", value_bool(extension->critical));
    put_value(value, extension);
    return value;
}
