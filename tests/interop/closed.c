// SPDX-License-Identifier: MIT
//
// Finds the closed elements of a message in what the library parsed of it.
#include "closed.h"

#include <ocsp/cert.h>
#include <ocsp/request.h>
#include <ocsp/response.h>

struct place {
    const uint8_t *at;
    enum closed found;
};

static void look(struct place *place, struct oc_bytes view, enum closed closed)
{
    uintptr_t at = (uintptr_t)place->at;
    uintptr_t start = (uintptr_t)view.data;
    if (view.data != NULL && at >= start && at - start < view.len)
        place->found = closed;
}

static void look_in_signature(struct place *place, const struct oc_signature *signature)
{
    look(place, signature->algorithm.parameters, CLOSED_PARAMETERS);
    look(place, signature->certs.items, CLOSED_CERTS);
}

static void look_in_request(struct place *place, struct oc_bytes der)
{
    struct oc_request request;
    struct oc_single_request single;
    if (oc_request_parse(&request, der, NULL) != OC_OK)
        return;
    look(place, request.requestor_name, CLOSED_GENERAL_NAME);
    look_in_signature(place, &request.signature);
    for (size_t at = 0; oc_request_next(&request, &at, &single);)
        look(place, single.id.hash_algorithm.parameters, CLOSED_PARAMETERS);
}

static void look_in_response(struct place *place, struct oc_bytes der)
{
    struct oc_response response;
    struct oc_single_response single;
    if (oc_response_parse(&response, der, NULL) != OC_OK)
        return;
    look(place, response.responder.name, CLOSED_NAME);
    look_in_signature(place, &response.signature);
    for (size_t at = 0; oc_response_next(&response, &at, &single);)
        look(place, single.id.hash_algorithm.parameters, CLOSED_PARAMETERS);
}

static void look_in_cert(struct place *place, struct oc_bytes der)
{
    struct oc_cert cert;
    if (oc_cert_parse(&cert, der, NULL) != OC_OK)
        return;
    look(place, cert.issuer, CLOSED_NAME);
    look(place, cert.subject, CLOSED_NAME);
    look(place, cert.tbs_algorithm.parameters, CLOSED_PARAMETERS);
    look(place, cert.key_algorithm.parameters, CLOSED_PARAMETERS);
    look(place, cert.signature.algorithm.parameters, CLOSED_PARAMETERS);
}

enum closed closed_at(enum kind kind, struct oc_bytes der, size_t offset)
{
    struct place place = {der.data + offset, CLOSED_NOT};
    if (kind == KIND_REQUEST)
        look_in_request(&place, der);
    else if (kind == KIND_RESPONSE)
        look_in_response(&place, der);
    else
        look_in_cert(&place, der);
    return place.found;
}
