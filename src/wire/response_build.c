// SPDX-License-Identifier: MIT
//
// OCSPResponse (RFC 6960 4.2.1): written, from the end.
#include <ocsp/response.h>

#include "wire/build.h"
#include "wire/cert_id.h"

// Returns NULL, or why no single response can be made of this.
static const char *check_single(const struct oc_single_response *single)
{
    if (single->status < OC_CERT_STATUS_GOOD || single->status > OC_CERT_STATUS_UNKNOWN)
        return "a single response has no certStatus (RFC 6960 4.2.1)";
    if (single->has_reason && single->status != OC_CERT_STATUS_REVOKED)
        return "a revocationReason without a revocation (RFC 6960 4.2.1)";
    if (single->has_next_update && single->next_update < single->this_update)
        return "nextUpdate is before thisUpdate (RFC 6960 4.2.2.1)";
    return oci_check_cert_id(&single->id);
}

static bool has_responder(const struct oc_responder_id *responder)
{
    if (responder->kind == OC_RESPONDER_BY_NAME)
        return responder->name.data != NULL;
    return responder->kind == OC_RESPONDER_BY_KEY && responder->key_hash.data != NULL;
}

// Returns NULL, or why no response can be made of this.
static const char *check_spec(const struct oc_response_spec *spec)
{
    if (!has_responder(&spec->responder))
        return "a response has no responderID (RFC 6960 4.2.1)";
    if (spec->n_responses == 0)
        return "a response without a single response (RFC 6960 4.2.1)";
    for (size_t i = 0; i < spec->n_responses; i++) {
        const char *what = check_single(&spec->responses[i]);
        if (what != NULL)
            return what;
    }
    return NULL;
}

static void write_revoked_info(struct oc_der_writer *w, const struct oc_single_response *single)
{
    size_t mark = w->len;
    if (single->has_reason) {
        oc_der_write_small(w, OC_DER_ENUMERATED, single->reason);
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(0), mark);
    }
    oc_der_write_generalized_time(w, single->revocation_time);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(1), mark);
}

static void write_cert_status(struct oc_der_writer *w, const struct oc_single_response *single)
{
    if (single->status == OC_CERT_STATUS_REVOKED)
        write_revoked_info(w, single);
    else if (single->status == OC_CERT_STATUS_GOOD)
        oc_der_write(w, OC_DER_CONTEXT(0), (struct oc_bytes){0});
    else
        oc_der_write(w, OC_DER_CONTEXT(2), (struct oc_bytes){0});
}

static void write_single(struct oc_der_writer *w, const struct oc_single_response *single)
{
    size_t mark = w->len;
    oci_write_extensions(w, 1, &single->extensions);
    if (single->has_next_update) {
        size_t field = w->len;
        oc_der_write_generalized_time(w, single->next_update);
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(0), field);
    }
    oc_der_write_generalized_time(w, single->this_update);
    write_cert_status(w, single);
    oci_write_cert_id(w, &single->id);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_responses(struct oc_der_writer *w, const struct oc_response_spec *spec)
{
    size_t mark = w->len;
    for (size_t i = spec->n_responses; i-- > 0;)
        write_single(w, &spec->responses[i]);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, mark);
}

static void write_responder_id(struct oc_der_writer *w, const struct oc_responder_id *responder)
{
    size_t mark = w->len;
    if (responder->kind == OC_RESPONDER_BY_NAME) {
        oc_der_write_raw(w, responder->name);
        oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(1), mark);
        return;
    }
    oc_der_write(w, OC_DER_OCTET_STRING, responder->key_hash);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(2), mark);
}

enum oc_err oc_response_build_tbs(const struct oc_response_spec *spec, uint8_t *buf, size_t size,
                                  struct oc_bytes *out, struct oc_error *err)
{
    struct oc_der_writer w;
    const char *what = check_spec(spec);
    if (what != NULL)
        return oci_build_refuse(OC_ERR_ARGUMENT, what, out, err);
    oc_der_writer_init(&w, buf, size);
    oci_write_extensions(&w, 1, &spec->extensions);
    write_responses(&w, spec);
    oc_der_write_generalized_time(&w, spec->produced_at);
    write_responder_id(&w, &spec->responder);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    return oci_build_finish(&w, out, err);
}

static void write_response_bytes(struct oc_der_writer *w)
{
    static const uint8_t id_pkix_ocsp_basic[] = {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1};
    oc_der_write_wrap(w, OC_DER_OCTET_STRING, 0);
    oc_der_write_oid(w, (struct oc_bytes){id_pkix_ocsp_basic, sizeof id_pkix_ocsp_basic});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, 0);
    oc_der_write_wrap(w, OC_DER_CONTEXT_CONSTRUCTED(0), 0);
}

enum oc_err oc_response_assemble(struct oc_bytes tbs, const struct oc_signature *signature,
                                 uint8_t *buf, size_t size, struct oc_bytes *out,
                                 struct oc_error *err)
{
    struct oc_der_writer w;
    if (signature->algorithm.oid.len == 0)
        return oci_build_refuse(OC_ERR_ARGUMENT, "a signature has no algorithm (RFC 6960 4.2.1)",
                                out, err);
    oc_der_writer_init(&w, buf, size);
    oci_write_signature(&w, signature);
    oc_der_write_raw(&w, tbs);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    write_response_bytes(&w);
    oc_der_write_small(&w, OC_DER_ENUMERATED, 0);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    return oci_build_finish(&w, out, err);
}

struct oc_bytes oc_response_error(enum oc_response_status status)
{
    static const uint8_t messages[][5] = {
        [OC_RESPONSE_MALFORMED_REQUEST] = {0x30, 3, OC_DER_ENUMERATED, 1, 1},
        [OC_RESPONSE_INTERNAL_ERROR] = {0x30, 3, OC_DER_ENUMERATED, 1, 2},
        [OC_RESPONSE_TRY_LATER] = {0x30, 3, OC_DER_ENUMERATED, 1, 3},
        [OC_RESPONSE_SIG_REQUIRED] = {0x30, 3, OC_DER_ENUMERATED, 1, 5},
        [OC_RESPONSE_UNAUTHORIZED] = {0x30, 3, OC_DER_ENUMERATED, 1, 6},
    };
    if ((size_t)status >= sizeof messages / sizeof messages[0] || messages[status][0] == 0)
        return (struct oc_bytes){0};
    return (struct oc_bytes){messages[status], sizeof messages[status]};
}
