// SPDX-License-Identifier: MIT
//
// Prints parsed messages with the public headers alone: the items of a list come from its
// iterator.
#include "describe.h"

#include <ocsp/der.h>

#include <hex.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define KEY_LEN 128

// The keys of nested values are longer; a key that does not fit would be cut and match no
// expectation.
__attribute__((format(printf, 2, 3))) static void key_of(char key[KEY_LEN], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(key, KEY_LEN, format, args);
    va_end(args);
}

static void put_hex(FILE *out, const char *prefix, const char *key, struct oc_bytes value)
{
    if (value.data == NULL)
        return;
    fprintf(out, "%s%s ", prefix, key);
    hex_print(out, value.data, value.len);
    fputc('\n', out);
}

static void put_text(FILE *out, const char *prefix, const char *key, struct oc_bytes value)
{
    if (value.data == NULL)
        return;
    fprintf(out, "%s%s ", prefix, key);
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.data[i];
        fprintf(out, c > ' ' && c < 0x7F ? "%c" : "\\x%02x", c);
    }
    fputc('\n', out);
}

static void put_oid(FILE *out, const char *prefix, const char *key, struct oc_bytes oid)
{
    char text[OC_OID_TEXT_LEN];
    if (oid.data == NULL)
        return;
    size_t len = oc_oid_text(oid, text, sizeof text);
    fprintf(out, "%s%s %s\n", prefix, key, len > 0 ? text : "?");
}

static void put_time(FILE *out, const char *prefix, const char *key, int64_t seconds)
{
    fprintf(out, "%s%s %" PRId64 "\n", prefix, key, seconds);
}

static void put_count(FILE *out, const char *prefix, const char *key, size_t n)
{
    fprintf(out, "%s%s %zu\n", prefix, key, n);
}

static void put_flag(FILE *out, const char *prefix, const char *key, bool flag)
{
    fprintf(out, "%s%s %s\n", prefix, key, flag ? "yes" : "no");
}

static void put_algorithm(FILE *out, const char *prefix, const char *key,
                          const struct oc_algorithm *algorithm)
{
    char parameters[KEY_LEN];
    key_of(parameters, "%s_parameters", key);
    put_oid(out, prefix, key, algorithm->oid);
    put_hex(out, prefix, parameters, algorithm->parameters);
}

static void put_oids(FILE *out, const char *prefix, const char *key, const struct oc_list *list)
{
    size_t n = 0;
    struct oc_bytes oid;
    for (size_t at = 0; oc_oid_next(list, &at, &oid); n++) {
        char name[KEY_LEN];
        key_of(name, "%s.%zu", key, n);
        put_oid(out, prefix, name, oid);
    }
}

static void put_accesses(FILE *out, const char *prefix, const struct oc_list *list)
{
    size_t n = 0;
    struct oc_access access;
    for (size_t at = 0; oc_access_next(list, &at, &access); n++) {
        char inner[KEY_LEN];
        key_of(inner, "%saccess.%zu.", prefix, n);
        put_oid(out, inner, "method", access.method);
        put_hex(out, inner, "location", access.location);
        put_text(out, inner, "uri", access.uri);
    }
}

static void put_preferred(FILE *out, const char *prefix, const struct oc_list *list)
{
    size_t n = 0;
    struct oc_preferred_signature preferred;
    for (size_t at = 0; oc_preferred_signature_next(list, &at, &preferred); n++) {
        char inner[KEY_LEN];
        key_of(inner, "%spreferred.%zu.", prefix, n);
        put_algorithm(out, inner, "signature", &preferred.signature_algorithm);
        put_algorithm(out, inner, "key", &preferred.key_algorithm);
    }
}

static void put_crl_reference(FILE *out, const char *prefix, const struct oc_crl_reference *ref)
{
    put_text(out, prefix, "crl_url", ref->url);
    put_hex(out, prefix, "crl_number", ref->number);
    if (ref->has_time)
        put_time(out, prefix, "crl_time", ref->time);
}

// GeneralNames have no iterator of their own: each is one DER element.
static void put_names(FILE *out, const char *prefix, const char *name, const struct oc_list *list)
{
    struct oc_bytes rest = list->items;
    struct oc_bytes whole;
    for (size_t n = 0; oc_der_read_any(&rest, NULL, NULL, &whole) == OC_OK; n++) {
        char key[KEY_LEN];
        key_of(key, "%s.%zu", name, n);
        put_hex(out, prefix, key, whole);
    }
}

static void put_decoded(FILE *out, const char *prefix, const struct oc_extension *ext)
{
    switch (ext->id) {
    case OC_EXT_NONCE:
        put_hex(out, prefix, "nonce", ext->nonce);
        break;
    case OC_EXT_CRL_REFERENCE:
        put_crl_reference(out, prefix, &ext->crl_reference);
        break;
    case OC_EXT_ACCEPTABLE_RESPONSES:
        put_oids(out, prefix, "acceptable_response", &ext->acceptable_responses);
        break;
    case OC_EXT_ARCHIVE_CUTOFF:
        put_time(out, prefix, "archive_cutoff", ext->archive_cutoff);
        break;
    case OC_EXT_SERVICE_LOCATOR:
        put_hex(out, prefix, "issuer", ext->service_locator.issuer);
        put_accesses(out, prefix, &ext->service_locator.locator);
        break;
    case OC_EXT_PREFERRED_SIGNATURES:
        put_preferred(out, prefix, &ext->preferred_signatures);
        break;
    case OC_EXT_SCT_LIST:
        put_hex(out, prefix, "sct_list", ext->sct_list);
        break;
    case OC_EXT_CRL_REASON:
        put_count(out, prefix, "crl_reason", ext->crl_reason);
        break;
    case OC_EXT_INVALIDITY_DATE:
        put_time(out, prefix, "invalidity_date", ext->invalidity_date);
        break;
    case OC_EXT_CERTIFICATE_ISSUER:
        put_names(out, prefix, "certificate_issuer", &ext->certificate_issuer);
        break;
    case OC_EXT_EXTENDED_REVOKE:
    case OC_EXT_OTHER:
        break;
    }
}

static void put_extensions(FILE *out, const char *prefix, const struct oc_list *list)
{
    size_t n = 0;
    struct oc_extension ext;
    for (size_t at = 0; oc_extension_next(list, &at, &ext); n++) {
        char inner[KEY_LEN];
        key_of(inner, "%sextension.%zu.", prefix, n);
        fprintf(out, "%sname %s\n", inner, oc_extension_name(ext.id));
        put_oid(out, inner, "oid", ext.oid);
        put_flag(out, inner, "critical", ext.critical);
        put_hex(out, inner, "value", ext.value);
        put_decoded(out, inner, &ext);
    }
    put_count(out, prefix, "n_extensions", n);
}

static void put_cert_id(FILE *out, const char *prefix, const struct oc_cert_id *id)
{
    fprintf(out, "%shash %s\n", prefix, oc_hash_name(id->hash));
    put_algorithm(out, prefix, "hash_algorithm", &id->hash_algorithm);
    put_hex(out, prefix, "issuer_name_hash", id->issuer_name_hash);
    put_hex(out, prefix, "issuer_key_hash", id->issuer_key_hash);
    put_hex(out, prefix, "serial", id->serial);
}

static void put_signature(FILE *out, const struct oc_signature *signature)
{
    size_t n = 0;
    struct oc_bytes der;
    put_algorithm(out, "", "signature_algorithm", &signature->algorithm);
    put_hex(out, "", "signature", signature->value);
    for (size_t at = 0; oc_cert_next(&signature->certs, &at, &der); n++) {
        char key[KEY_LEN];
        key_of(key, "cert.%zu", n);
        put_hex(out, "", key, der);
    }
    put_count(out, "", "n_certs", n);
    put_flag(out, "", "has_certs", signature->certs.items.data != NULL);
}

void describe_request(FILE *out, const struct oc_request *req)
{
    size_t n = 0;
    struct oc_single_request single;
    put_hex(out, "", "tbs", req->tbs);
    put_hex(out, "", "requestor_name", req->requestor_name);
    for (size_t at = 0; oc_request_next(req, &at, &single); n++) {
        char prefix[KEY_LEN];
        key_of(prefix, "request.%zu.", n);
        put_cert_id(out, prefix, &single.id);
        put_extensions(out, prefix, &single.extensions);
    }
    put_count(out, "", "n_requests", n);
    put_extensions(out, "", &req->extensions);
    put_flag(out, "", "signed", req->is_signed);
    if (req->is_signed)
        put_signature(out, &req->signature);
}

static void put_single(FILE *out, const char *prefix, const struct oc_single_response *single)
{
    put_cert_id(out, prefix, &single->id);
    fprintf(out, "%sstatus %s\n", prefix, oc_cert_status_name(single->status));
    if (single->status == OC_CERT_STATUS_REVOKED)
        put_time(out, prefix, "revocation_time", single->revocation_time);
    if (single->has_reason)
        put_count(out, prefix, "reason", single->reason);
    put_time(out, prefix, "this_update", single->this_update);
    if (single->has_next_update)
        put_time(out, prefix, "next_update", single->next_update);
    put_extensions(out, prefix, &single->extensions);
}

static void put_basic(FILE *out, const struct oc_response *resp)
{
    size_t n = 0;
    struct oc_single_response single;
    put_hex(out, "", "tbs", resp->tbs);
    put_hex(out, "", "responder_name", resp->responder.name);
    put_hex(out, "", "responder_key", resp->responder.key_hash);
    put_time(out, "", "produced_at", resp->produced_at);
    for (size_t at = 0; oc_response_next(resp, &at, &single); n++) {
        char prefix[KEY_LEN];
        key_of(prefix, "response.%zu.", n);
        put_single(out, prefix, &single);
    }
    put_count(out, "", "n_responses", n);
    put_extensions(out, "", &resp->extensions);
    put_signature(out, &resp->signature);
}

void describe_response(FILE *out, const struct oc_response *resp)
{
    fprintf(out, "status %s\n", oc_response_status_name(resp->status));
    put_oid(out, "", "response_type", resp->response_type);
    put_hex(out, "", "response", resp->response);
    put_flag(out, "", "basic", resp->is_basic);
    if (resp->is_basic)
        put_basic(out, resp);
}

static void put_uris(FILE *out, const struct oc_cert *cert)
{
    char key[KEY_LEN];
    struct oc_bytes uri;
    size_t n_ocsp = 0;
    size_t n_issuer = 0;
    for (size_t at = 0; oc_cert_next_ocsp_uri(cert, &at, &uri); n_ocsp++) {
        key_of(key, "ocsp_uri.%zu", n_ocsp);
        put_text(out, "", key, uri);
    }
    for (size_t at = 0; oc_cert_next_issuer_uri(cert, &at, &uri); n_issuer++) {
        key_of(key, "issuer_uri.%zu", n_issuer);
        put_text(out, "", key, uri);
    }
    put_count(out, "", "n_ocsp_uris", n_ocsp);
    put_count(out, "", "n_issuer_uris", n_issuer);
}

static void put_cert_extensions(FILE *out, const struct oc_cert *cert)
{
    put_hex(out, "", "authority_key_id", cert->authority_key_id);
    put_hex(out, "", "subject_key_id", cert->subject_key_id);
    if (cert->has_key_usage)
        fprintf(out, "key_usage %03x\n", cert->key_usage);
    put_flag(out, "", "ca", cert->is_ca);
    put_oids(out, "", "ext_key_usage", &cert->ext_key_usage);
    put_count(out, "", "n_ext_key_usages", cert->ext_key_usage.n);
    put_flag(out, "", "ocsp_signing", cert->ocsp_signing);
    put_accesses(out, "", &cert->authority_info_access);
    put_uris(out, cert);
    put_flag(out, "", "ocsp_nocheck", cert->ocsp_nocheck);
    put_flag(out, "", "must_staple", cert->must_staple);
    put_flag(out, "", "must_staple_v2", cert->must_staple_v2);
    put_flag(out, "", "unread_critical", cert->has_unread_critical);
}

void describe_cert(FILE *out, const struct oc_cert *cert)
{
    put_hex(out, "", "tbs", cert->tbs);
    put_count(out, "", "version", cert->version);
    put_hex(out, "", "serial", cert->serial);
    put_algorithm(out, "", "tbs_algorithm", &cert->tbs_algorithm);
    put_hex(out, "", "issuer", cert->issuer);
    put_time(out, "", "not_before", cert->not_before);
    put_time(out, "", "not_after", cert->not_after);
    put_hex(out, "", "subject", cert->subject);
    put_hex(out, "", "spki", cert->spki);
    put_algorithm(out, "", "key_algorithm", &cert->key_algorithm);
    put_hex(out, "", "public_key", cert->public_key);
    put_algorithm(out, "", "signature_algorithm", &cert->signature.algorithm);
    put_hex(out, "", "signature", cert->signature.value);
    put_cert_extensions(out, cert);
}

static void put_entry(FILE *out, const char *prefix, const struct oc_crl_entry *entry)
{
    put_hex(out, prefix, "serial", entry->serial);
    if (entry->has_revocation_date)
        put_time(out, prefix, "date", entry->revocation_date);
    if (entry->has_reason)
        put_count(out, prefix, "crl_reason", entry->reason);
    if (entry->has_invalidity_date)
        put_time(out, prefix, "invalidity_date", entry->invalidity_date);
    put_names(out, prefix, "certificate_issuer", &entry->certificate_issuer);
    put_flag(out, prefix, "unknown_critical", entry->has_unknown_critical);
    put_flag(out, prefix, "unreadable_extensions", entry->has_unreadable_extensions);
    put_extensions(out, prefix, &entry->extensions);
}

static void put_scope(FILE *out, const struct oc_crl_scope *scope)
{
    if (!scope->is_present)
        return;
    put_names(out, "scope.", "full_name", &scope->full_name);
    put_hex(out, "scope.", "relative_name", scope->relative_name);
    put_flag(out, "scope.", "only_user_certs", scope->only_user_certs);
    put_flag(out, "scope.", "only_ca_certs", scope->only_ca_certs);
    put_flag(out, "scope.", "only_attribute_certs", scope->only_attribute_certs);
    put_flag(out, "scope.", "indirect_crl", scope->is_indirect);
    if (scope->has_only_some_reasons)
        fprintf(out, "scope.only_some_reasons %03x\n", scope->only_some_reasons);
}

static void put_crl_extensions(FILE *out, const struct oc_crl *crl)
{
    size_t n = 0;
    struct oc_extension ext;
    for (size_t at = 0; oc_extension_next(&crl->extensions, &at, &ext); n++)
        fprintf(out, "extension_name.%zu %s\n", n, oc_crl_extension_name(ext.oid));
    put_hex(out, "", "number", crl->number);
    put_hex(out, "", "base_number", crl->base_number);
    put_hex(out, "", "authority_key_id", crl->authority_key_id);
    put_scope(out, &crl->scope);
    put_names(out, "", "freshest", &crl->freshest);
    put_count(out, "", "n_freshest", crl->freshest.n);
    if (crl->has_expired_certs)
        put_time(out, "", "expired_certs", crl->expired_certs);
    put_flag(out, "", "unknown_critical", crl->has_unknown_critical);
    put_extensions(out, "", &crl->extensions);
}

void describe_crl(FILE *out, const struct oc_crl *crl)
{
    size_t n = 0;
    struct oc_crl_entry entry;
    put_hex(out, "", "tbs", crl->tbs);
    put_count(out, "", "version", crl->version);
    put_algorithm(out, "", "tbs_algorithm", &crl->tbs_algorithm);
    put_hex(out, "", "issuer", crl->issuer);
    put_time(out, "", "this_update", crl->this_update);
    if (crl->has_next_update)
        put_time(out, "", "next_update", crl->next_update);
    for (size_t at = 0; oc_crl_next(crl, &at, &entry); n++) {
        char prefix[KEY_LEN];
        key_of(prefix, "entry.%zu.", n);
        put_entry(out, prefix, &entry);
    }
    put_count(out, "", "n_entries", n);
    put_flag(out, "", "has_list", crl->revoked.items.data != NULL);
    put_flag(out, "", "unknown_critical_entry", crl->has_unknown_critical_entry);
    put_flag(out, "", "certificate_issuer", crl->has_certificate_issuer);
    put_crl_extensions(out, crl);
    put_algorithm(out, "", "signature_algorithm", &crl->signature.algorithm);
    put_hex(out, "", "signature", crl->signature.value);
}
