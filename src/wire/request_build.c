// SPDX-License-Identifier: MIT
//
// OCSPRequest (RFC 6960 4.1.1): written, from the end.
#include <ocsp/request.h>

#include "wire/build.h"
#include "wire/cert_id.h"

// Returns NULL, or why no request can be made of this.
static const char *check_spec(const struct oc_request_spec *spec)
{
    if (spec->n_requests == 0)
        return "a request without a certID (RFC 6960 4.1.1)";
    for (size_t i = 0; i < spec->n_requests; i++) {
        const char *what = oci_check_cert_id(&spec->requests[i].id);
        if (what != NULL)
            return what;
    }
    return NULL;
}

static void write_single(struct oc_der_writer *w, const struct oc_single_request *single)
{
    size_t mark = w->len;
    oci_write_extensions(w, 0, &single->extensions);
    oci_write_cert_id(w, &single->id);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_requests(struct oc_der_writer *w, const struct oc_request_spec *spec)
{
    size_t mark = w->len;
    for (size_t i = spec->n_requests; i-- > 0;)
        write_single(w, &spec->requests[i]);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

// A Name is a SEQUENCE, which no GeneralName is: it becomes directoryName [4].
static void write_requestor_name(struct oc_der_writer *w, struct oc_bytes name)
{
    size_t mark = w->len;
    if (name.data == NULL)
        return;
    oc_der_write_raw(w, name);
    if (oc_der_next_is(name, OC_DER_SEQUENCE))
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(4), mark);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(1), mark);
}

static void write_tbs(struct oc_der_writer *w, const struct oc_request_spec *spec)
{
    size_t mark = w->len;
    oci_write_extensions(w, 2, &spec->extensions);
    write_requests(w, spec);
    write_requestor_name(w, spec->requestor_name);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static enum oc_err build(const struct oc_request_spec *spec, bool only_tbs, uint8_t *buf,
                         size_t size, struct oc_bytes *out, struct oc_error *err)
{
    struct oc_der_writer w;
    const char *what = check_spec(spec);
    if (what != NULL)
        return oci_build_refuse(OC_ERR_ARGUMENT, what, out, err);
    oc_der_writer_init(&w, buf, size);
    write_tbs(&w, spec);
    if (!only_tbs)
        oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    return oci_build_finish(&w, out, err);
}

enum oc_err oc_request_build(const struct oc_request_spec *spec, uint8_t *buf, size_t size,
                             struct oc_bytes *out, struct oc_error *err)
{
    return build(spec, false, buf, size, out, err);
}

enum oc_err oc_request_build_tbs(const struct oc_request_spec *spec, uint8_t *buf, size_t size,
                                 struct oc_bytes *out, struct oc_error *err)
{
    return build(spec, true, buf, size, out, err);
}

enum oc_err oc_request_assemble(struct oc_bytes tbs, const struct oc_signature *signature,
                                uint8_t *buf, size_t size, struct oc_bytes *out,
                                struct oc_error *err)
{
    struct oc_der_writer w;
    if (signature->algorithm.oid.len == 0)
        return oci_build_refuse(OC_ERR_ARGUMENT, "a signature has no algorithm (RFC 6960 4.1.1)",
                                out, err);
    oc_der_writer_init(&w, buf, size);
    oci_write_signature(&w, signature);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    oc_der_write_wrap(&w, OC_DER_CONTEXT_CONSTRUCTED(0), 0);
    oc_der_write_raw(&w, tbs);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    return oci_build_finish(&w, out, err);
}
