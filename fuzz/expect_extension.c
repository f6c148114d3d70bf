// SPDX-License-Identifier: MIT
//
// Expectations about lists of extensions, and about the values of the known ones.
#include "expect.h"

#include <ocsp/der.h>

#include <string.h>

static void expect_oids(struct oc_bytes message, const struct oc_list *list)
{
    expect_list(message, list, "a list of object identifiers leaves the message");
    size_t n = 0;
    struct oc_bytes oid;
    for (size_t at = 0; oc_oid_next(list, &at, &oid); n++) {
        expect_inside(list->items, oid, "an object identifier leaves its list");
        expect(oid.len > 0, "an object identifier is empty");
    }
    expect_zero(&oid, sizeof oid, "a view is not zero behind the last object identifier");
    expect(n == list->n, "a list holds another number of object identifiers");
}

static void expect_preferred_signatures(struct oc_bytes message, const struct oc_list *list)
{
    expect_list(message, list, "preferred signatures leave the message");
    size_t n = 0;
    struct oc_preferred_signature preferred;
    for (size_t at = 0; oc_preferred_signature_next(list, &at, &preferred); n++) {
        expect_algorithm(list->items, &preferred.signature_algorithm);
        if (preferred.key_algorithm.oid.data != NULL)
            expect_algorithm(list->items, &preferred.key_algorithm);
    }
    expect_zero(&preferred, sizeof preferred, "not zero behind the last preferred signature");
    expect(n == list->n, "a list holds another number of preferred signatures");
}

void expect_accesses(struct oc_bytes message, const struct oc_list *list)
{
    expect_list(message, list, "access descriptions leave the message");
    size_t n = 0;
    struct oc_access access;
    for (size_t at = 0; oc_access_next(list, &at, &access); n++) {
        expect_inside(list->items, access.method, "an accessMethod leaves its list");
        expect_inside(list->items, access.location, "an accessLocation leaves its list");
        expect_inside(access.location, access.uri, "a URI leaves its accessLocation");
        expect(access.method.len > 0, "an accessMethod is empty");
        expect(access.location.len >= 2, "an accessLocation is empty");
    }
    expect_zero(&access, sizeof access, "not zero behind the last access description");
    expect(n == list->n, "a list holds another number of access descriptions");
}

static void expect_general_names(struct oc_bytes message, const struct oc_list *list)
{
    expect_list(message, list, "general names leave the message");
    struct oc_bytes rest = list->items;
    for (size_t i = 0; i < list->n; i++)
        expect(oc_der_read_any(&rest, NULL, NULL, NULL) == OC_OK, "a general name is no element");
    expect(rest.len == 0, "a list holds another number of general names");
}

static void expect_crl_reference(struct oc_bytes value, const struct oc_crl_reference *crl)
{
    expect_inside(value, crl->url, "crlUrl leaves its extension");
    expect_inside(value, crl->number, "crlNum leaves its extension");
    expect(crl->number.data == NULL || crl->number.len > 0, "crlNum is empty");
}

static void expect_service_locator(struct oc_bytes value, const struct oc_service_locator *service)
{
    expect_inside(value, service->issuer, "the issuer leaves its service locator");
    expect(service->issuer.len >= 2, "a service locator has no issuer");
    expect_accesses(value, &service->locator);
}

static void expect_member(const struct oc_extension *ext)
{
    switch (ext->id) {
    case OC_EXT_NONCE:
        expect_inside(ext->value, ext->nonce, "a nonce leaves its extension");
        expect(ext->nonce.data != NULL, "a nonce is absent");
        break;
    case OC_EXT_CRL_REFERENCE:
        expect_crl_reference(ext->value, &ext->crl_reference);
        break;
    case OC_EXT_ACCEPTABLE_RESPONSES:
        expect_oids(ext->value, &ext->acceptable_responses);
        break;
    case OC_EXT_SERVICE_LOCATOR:
        expect_service_locator(ext->value, &ext->service_locator);
        break;
    case OC_EXT_PREFERRED_SIGNATURES:
        expect_preferred_signatures(ext->value, &ext->preferred_signatures);
        break;
    case OC_EXT_SCT_LIST:
        expect_inside(ext->value, ext->sct_list, "an SCT list leaves its extension");
        break;
    case OC_EXT_CERTIFICATE_ISSUER:
        expect_general_names(ext->value, &ext->certificate_issuer);
        break;
    case OC_EXT_CRL_REASON:
        expect(strlen(oc_crl_reason_name(ext->crl_reason)) > 0, "a reason has no name");
        break;
    case OC_EXT_OTHER:
    case OC_EXT_ARCHIVE_CUTOFF:
    case OC_EXT_EXTENDED_REVOKE:
    case OC_EXT_INVALIDITY_DATE:
        break;
    }
}

static void expect_found(const struct oc_list *list, const struct oc_extension *ext)
{
    struct oc_extension found;
    bool known = ext->id != OC_EXT_OTHER;
    expect(oc_extension_find(list, ext->id, &found) == known,
           "finding an extension disagrees with walking");
    if (!known) {
        expect_zero(&found, sizeof found, "an extension that was not found is not zero");
        return;
    }
    expect(found.value.data == ext->value.data, "another extension was found");
    expect(strcmp(oc_extension_name(ext->id), "other") != 0, "a known extension has no name");
}

static enum oc_err build_extension(const void *spec, uint8_t *buf, size_t size,
                                   struct oc_bytes *out, struct oc_error *err)
{
    struct oc_list list;
    enum oc_err code = oc_extensions_build(spec, 1, buf, size, &list, err);
    expect((code == OC_OK && buf != NULL) == (list.n == 1 && list.items.data != NULL),
           "building one extension gives another number");
    *out = list.items;
    return code;
}

static void expect_extension(const struct oc_list *list, const struct oc_extension *ext)
{
    expect_inside(list->items, ext->oid, "extnID leaves its list");
    expect_inside(list->items, ext->value, "extnValue leaves its list");
    expect(ext->oid.len > 0, "extnID is empty");
    expect(ext->value.data != NULL, "extnValue is absent");
    expect_member(ext);
    expect_found(list, ext);

    struct oc_extension other;
    size_t same = 0;
    for (size_t at = 0; oc_extension_next(list, &at, &other);)
        same += oc_bytes_equal(other.oid, ext->oid);
    expect(same == 1, "an extension stands twice in one list");
}

void expect_extensions(struct oc_bytes message, const struct oc_list *list, unsigned deviations)
{
    expect_list(message, list, "extensions leave the message");
    expect(list->n <= OC_MAX_EXTENSIONS, "a list has more extensions than the limit");

    size_t n = 0;
    struct oc_extension ext;
    struct oc_bytes rest = list->items;
    for (size_t at = 0; oc_extension_next(list, &at, &ext); n++) {
        expect_extension(list, &ext);
        struct oc_bytes whole;
        expect(oc_der_read_any(&rest, NULL, NULL, &whole) == OC_OK, "an extension is no element");
        if (deviations == 0)
            expect_rebuilt((struct builder){build_extension, &ext}, whole,
                           "an extension is not the same when it is built again");
    }
    expect(rest.len == 0, "octets stand behind the last extension");
    expect_zero(&ext, sizeof ext, "not zero behind the last extension");
    expect(n == list->n, "a list holds another number of extensions");
}
