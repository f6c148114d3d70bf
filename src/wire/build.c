// SPDX-License-Identifier: MIT
//
// The common part of the builders of requests and responses.
#include "wire/build.h"

enum oc_err oci_build_refuse(enum oc_err code, const char *what, struct oc_bytes *out,
                             struct oc_error *err)
{
    *out = (struct oc_bytes){0};
    if (err != NULL)
        *err = (struct oc_error){.code = code, .what = what};
    return code;
}

enum oc_err oci_build_finish(const struct oc_der_writer *w, struct oc_bytes *out,
                             struct oc_error *err)
{
    enum oc_err code = oc_der_writer_finish(w, out);
    if (code == OC_ERR_SPACE)
        return oci_build_refuse(code, "the buffer is too small for the message", out, err);
    if (code == OC_ERR_TIME)
        return oci_build_refuse(code, "a time is not in the years 0001 to 9999 (RFC 5280 4.1.2.5)",
                                out, err);
    if (code != OC_OK)
        return oci_build_refuse(code, "invalid object identifier or INTEGER (X.690 8.19, 8.3)", out,
                                err);
    if (err != NULL)
        *err = (struct oc_error){0};
    return OC_OK;
}

void oci_write_algorithm(struct oc_der_writer *w, const struct oc_algorithm *algorithm)
{
    size_t mark = w->len;
    oc_der_write_raw(w, algorithm->parameters);
    oc_der_write_oid(w, algorithm->oid);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_certs(struct oc_der_writer *w, const struct oc_list *certs)
{
    size_t mark = w->len;
    if (certs->items.data == NULL)
        return;
    oc_der_write(w, OC_DER_SEQUENCE, certs->items);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(0), mark);
}

void oci_write_signature(struct oc_der_writer *w, const struct oc_signature *signature)
{
    write_certs(w, &signature->certs);
    oc_der_write_bit_string(w, signature->value);
    oci_write_algorithm(w, &signature->algorithm);
}

void oci_write_extensions(struct oc_der_writer *w, uint8_t n, const struct oc_list *extensions)
{
    size_t mark = w->len;
    if (extensions->items.data == NULL)
        return;
    oc_der_write(w, OC_DER_SEQUENCE, extensions->items);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(n), mark);
}
