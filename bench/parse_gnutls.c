// SPDX-License-Identifier: MIT
//
// Parsing with GnuTLS.
#include "parse.h"

#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>

static gnutls_datum_t datum(struct oc_bytes octets)
{
    // GnuTLS does not write to what it imports.
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)octets.data, (unsigned)octets.len};
}

static struct oc_bytes octets(gnutls_datum_t datum)
{
    return (struct oc_bytes){datum.data, datum.size};
}

static enum oc_hash hash_of_digest(gnutls_digest_algorithm_t digest)
{
    switch ((int)digest) {
    case GNUTLS_DIG_SHA1:
        return OC_HASH_SHA1;
    case GNUTLS_DIG_SHA256:
        return OC_HASH_SHA256;
    default:
        return OC_HASH_OTHER;
    }
}

// A cert ID as GnuTLS returns it.
struct parts {
    gnutls_digest_algorithm_t digest;
    gnutls_datum_t name_hash;
    gnutls_datum_t key_hash;
    gnutls_datum_t serial;
};

static void write_request(const struct parts *parts, char *text)
{
    struct facts facts = {
        .hash = hash_of_digest(parts->digest),
        .name_hash = octets(parts->name_hash),
        .key_hash = octets(parts->key_hash),
        .serial = octets(parts->serial),
    };
    facts_write(&facts, text);
}

static void read_cert_id(const struct message *message, gnutls_ocsp_req_t req)
{
    struct parts parts;
    if (gnutls_ocsp_req_get_cert_id(req, 0, &parts.digest, &parts.name_hash, &parts.key_hash,
                                    &parts.serial) != 0)
        die("GnuTLS does not read a cert ID");
    observe(&parts);
    if (message->facts != NULL)
        write_request(&parts, message->facts);
    gnutls_free(parts.name_hash.data);
    gnutls_free(parts.key_hash.data);
    gnutls_free(parts.serial.data);
}

static void read_request(const struct message *message)
{
    gnutls_ocsp_req_t req;
    gnutls_datum_t der = datum(message->der);
    if (gnutls_ocsp_req_init(&req) != 0 || gnutls_ocsp_req_import(req, &der) != 0)
        die("GnuTLS does not read the request");
    read_cert_id(message, req);
    gnutls_ocsp_req_deinit(req);
}

// The fields of a response that GnuTLS returns.
struct answer {
    int response_status;
    unsigned cert_status;
    time_t produced_at;
    time_t this_update;
    time_t next_update;
};

static void write_response(const struct answer *answer, char *text)
{
    struct facts facts = {
        .response_status = (enum oc_response_status)(answer->response_status + 1),
        .cert_status = (enum oc_cert_status)(answer->cert_status + 1),
        .produced_at = answer->produced_at,
        .this_update = answer->this_update,
        .next_update = answer->next_update,
    };
    facts_write(&facts, text);
}

static void read_single(const struct message *message, gnutls_ocsp_resp_t resp)
{
    struct answer answer;
    if (gnutls_ocsp_resp_get_single(resp, 0, NULL, NULL, NULL, NULL, &answer.cert_status,
                                    &answer.this_update, &answer.next_update, NULL, NULL) != 0)
        die("GnuTLS does not read a single response");
    answer.response_status = gnutls_ocsp_resp_get_status(resp);
    answer.produced_at = gnutls_ocsp_resp_get_produced(resp);
    observe(&answer);
    if (message->facts != NULL)
        write_response(&answer, message->facts);
}

static void read_response(const struct message *message)
{
    gnutls_ocsp_resp_t resp;
    gnutls_datum_t der = datum(message->der);
    if (gnutls_ocsp_resp_init(&resp) != 0 || gnutls_ocsp_resp_import(resp, &der) != 0)
        die("GnuTLS does not read a response");
    read_single(message, resp);
    gnutls_ocsp_resp_deinit(resp);
}

void request_gnutls(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_request(input);
}

void response_gnutls(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_response(input);
}
