// SPDX-License-Identifier: MIT
//
// Parsing with libcrypto: the quickest way to the same values that its manual offers.
#include "parse.h"

#include <openssl/ocsp.h>

#include <time.h>

static struct oc_bytes octets(const ASN1_STRING *string)
{
    return (struct oc_bytes){ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string)};
}

static enum oc_hash hash_of_nid(int nid)
{
    switch (nid) {
    case NID_sha1:
        return OC_HASH_SHA1;
    case NID_sha256:
        return OC_HASH_SHA256;
    default:
        return OC_HASH_OTHER;
    }
}

// A cert ID as libcrypto returns it.
struct parts {
    ASN1_OCTET_STRING *name_hash;
    ASN1_OCTET_STRING *key_hash;
    ASN1_INTEGER *serial;
    int nid;
};

static void write_request(const struct parts *parts, char *text)
{
    struct facts facts = {
        .hash = hash_of_nid(parts->nid),
        .name_hash = octets(parts->name_hash),
        .key_hash = octets(parts->key_hash),
        .serial = octets(parts->serial),
    };
    facts_write(&facts, text);
}

static void read_request(const struct message *message)
{
    struct parts parts;
    ASN1_OBJECT *algorithm = NULL;
    const unsigned char *at = message->der.data;
    OCSP_REQUEST *req = d2i_OCSP_REQUEST(NULL, &at, (long)message->der.len);
    if (req == NULL)
        die("libcrypto does not read the request");
    OCSP_CERTID *id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(req, 0));
    if (OCSP_id_get0_info(&parts.name_hash, &algorithm, &parts.key_hash, &parts.serial, id) != 1)
        die("libcrypto does not read a cert ID");
    parts.nid = OBJ_obj2nid(algorithm);
    observe(&parts);
    if (message->facts != NULL)
        write_request(&parts, message->facts);
    OCSP_REQUEST_free(req);
}

// Converts a time to the form that libcrypto offers for comparisons.
struct times {
    struct tm produced_at;
    struct tm this_update;
    struct tm next_update;
};

static void write_response(const struct message *message, int response_status, int cert_status,
                           struct times *times)
{
    struct facts facts = {
        .response_status = (enum oc_response_status)(response_status + 1),
        .cert_status = (enum oc_cert_status)(cert_status + 1),
        .produced_at = timegm(&times->produced_at),
        .this_update = timegm(&times->this_update),
        .next_update = timegm(&times->next_update),
    };
    facts_write(&facts, message->facts);
}

static void read_basic(const struct message *message, int response_status, OCSP_BASICRESP *basic)
{
    struct times times;
    ASN1_GENERALIZEDTIME *this_update = NULL;
    ASN1_GENERALIZEDTIME *next_update = NULL;
    int cert_status =
        OCSP_single_get0_status(OCSP_resp_get0(basic, 0), NULL, NULL, &this_update, &next_update);
    if (ASN1_TIME_to_tm(OCSP_resp_get0_produced_at(basic), &times.produced_at) != 1 ||
        ASN1_TIME_to_tm(this_update, &times.this_update) != 1 ||
        ASN1_TIME_to_tm(next_update, &times.next_update) != 1)
        die("libcrypto does not read a time");
    observe(&times);
    observe(&cert_status);
    if (message->facts != NULL)
        write_response(message, response_status, cert_status, &times);
}

static void read_response(const struct message *message)
{
    const unsigned char *at = message->der.data;
    OCSP_RESPONSE *resp = d2i_OCSP_RESPONSE(NULL, &at, (long)message->der.len);
    OCSP_BASICRESP *basic = resp == NULL ? NULL : OCSP_response_get1_basic(resp);
    if (basic == NULL)
        die("libcrypto does not read a response");
    int status = OCSP_response_status(resp);
    observe(&status);
    read_basic(message, status, basic);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(resp);
}

void request_libcrypto(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_request(input);
}

void response_libcrypto(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_response(input);
}
