// SPDX-License-Identifier: MIT
//
// Extensions (RFC 6960 4.4, RFC 9654, RFC 5280 5.3): writing, from the end.
#include <ocsp/extension.h>

#include "wire/build.h"
#include "wire/extension.h"

static void write_crl_reference(struct oc_der_writer *w, const struct oc_crl_reference *crl)
{
    size_t mark = w->len;
    size_t field = w->len;
    if (crl->has_time) {
        oc_der_write_generalized_time(w, crl->time);
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(2), field);
    }
    field = w->len;
    if (crl->number.data != NULL) {
        oc_der_write_integer(w, crl->number);
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(1), field);
    }
    field = w->len;
    if (crl->url.data != NULL) {
        oc_der_write(w, OC_DER_IA5_STRING, crl->url);
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(0), field);
    }
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_service_locator(struct oc_der_writer *w, const struct oc_service_locator *locator)
{
    size_t mark = w->len;
    if (locator->locator.items.data != NULL)
        oc_der_write(w, OC_DER_SEQUENCE, locator->locator.items);
    oc_der_write_raw(w, locator->issuer);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_value(struct oc_der_writer *w, const struct oc_extension *extension)
{
    switch (extension->id) {
    case OC_EXT_NONCE:
        oc_der_write(w, OC_DER_OCTET_STRING, extension->nonce);
        break;
    case OC_EXT_CRL_REFERENCE:
        write_crl_reference(w, &extension->crl_reference);
        break;
    case OC_EXT_ACCEPTABLE_RESPONSES:
        oc_der_write(w, OC_DER_SEQUENCE, extension->acceptable_responses.items);
        break;
    case OC_EXT_ARCHIVE_CUTOFF:
        oc_der_write_generalized_time(w, extension->archive_cutoff);
        break;
    case OC_EXT_SERVICE_LOCATOR:
        write_service_locator(w, &extension->service_locator);
        break;
    case OC_EXT_PREFERRED_SIGNATURES:
        oc_der_write(w, OC_DER_SEQUENCE, extension->preferred_signatures.items);
        break;
    case OC_EXT_EXTENDED_REVOKE:
        oc_der_write_null(w);
        break;
    case OC_EXT_SCT_LIST:
        oc_der_write(w, OC_DER_OCTET_STRING, extension->sct_list);
        break;
    case OC_EXT_CRL_REASON:
        oc_der_write_small(w, OC_DER_ENUMERATED, extension->crl_reason);
        break;
    case OC_EXT_INVALIDITY_DATE:
        oc_der_write_generalized_time(w, extension->invalidity_date);
        break;
    case OC_EXT_CERTIFICATE_ISSUER:
        oc_der_write(w, OC_DER_SEQUENCE, extension->certificate_issuer.items);
        break;
    case OC_EXT_OTHER:
        oc_der_write_raw(w, extension->value);
        break;
    }
}

// The identifier that is written: that of `id`, whatever `oid` says.
static struct oc_bytes oid_of(const struct oc_extension *extension)
{
    return extension->id == OC_EXT_OTHER ? extension->oid : oci_extension_oid(extension->id);
}

static void write_extension(struct oc_der_writer *w, const struct oc_extension *extension)
{
    size_t mark = w->len;
    write_value(w, extension);
    oc_der_write_wrap(w, OC_DER_OCTET_STRING, mark);
    if (extension->critical)
        oc_der_write_boolean(w, true);
    oc_der_write_oid(w, oid_of(extension));
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static bool has_duplicate(const struct oc_extension *extensions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (oc_bytes_equal(oid_of(&extensions[i]), oid_of(&extensions[j])))
                return true;
        }
    }
    return false;
}

enum oc_err oc_extensions_build(const struct oc_extension *extensions, size_t n, uint8_t *buf,
                                size_t size, struct oc_list *out, struct oc_error *err)
{
    struct oc_der_writer w;
    *out = (struct oc_list){0};
    if (n > OC_MAX_EXTENSIONS)
        return oci_build_refuse(OC_ERR_LIMIT,
                                "more extensions in a list than the limit (OC_MAX_EXTENSIONS)",
                                &out->items, err);
    if (has_duplicate(extensions, n))
        return oci_build_refuse(OC_ERR_DUPLICATE, "the same extension twice (RFC 5280 4.2)",
                                &out->items, err);
    oc_der_writer_init(&w, buf, size);
    for (size_t i = n; i-- > 0;)
        write_extension(&w, &extensions[i]);
    enum oc_err code = oci_build_finish(&w, &out->items, err);
    if (code == OC_OK && n == 0)
        out->items = (struct oc_bytes){0};
    out->n = code == OC_OK ? n : 0;
    return code;
}
