// SPDX-License-Identifier: MIT
//
// Parsing with libocsp.
#include "parse.h"

#include <ocsp/request.h>

static void write_request(const struct oc_single_request *single, char *text)
{
    struct facts facts = {
        .hash = single->id.hash,
        .name_hash = single->id.issuer_name_hash,
        .key_hash = single->id.issuer_key_hash,
        .serial = single->id.serial,
    };
    facts_write(&facts, text);
}

static void read_request(const struct message *message)
{
    struct oc_request req;
    struct oc_single_request single;
    size_t at = 0;
    if (oc_request_parse(&req, message->der, NULL) != OC_OK || !oc_request_next(&req, &at, &single))
        die("libocsp does not read the request");
    observe(&single);
    if (message->facts != NULL)
        write_request(&single, message->facts);
}

static void write_response(const struct oc_response *resp, const struct oc_single_response *single,
                           char *text)
{
    struct facts facts = {
        .response_status = resp->status,
        .cert_status = single->status,
        .produced_at = resp->produced_at,
        .this_update = single->this_update,
        .next_update = single->next_update,
    };
    facts_write(&facts, text);
}

static void read_response(const struct message *message)
{
    struct oc_response resp;
    struct oc_single_response single;
    size_t at = 0;
    if (oc_response_parse(&resp, message->der, NULL) != OC_OK ||
        !oc_response_next(&resp, &at, &single))
        die("libocsp does not read a response");
    observe(&resp);
    observe(&single);
    if (message->facts != NULL)
        write_response(&resp, &single, message->facts);
}

static void read_list(const struct message *message)
{
    struct oc_response resp;
    struct oc_single_response single;
    size_t n = 0;
    if (oc_response_parse(&resp, message->der, NULL) != OC_OK)
        die("libocsp does not read a list");
    for (size_t at = 0; oc_response_next(&resp, &at, &single); n++)
        observe(&single);
    if (n != resp.responses.n)
        die("libocsp does not walk a list");
}

void request_ours(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_request(input);
}

void response_ours(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_response(input);
}

void list_ours(const void *input, size_t n)
{
    for (size_t i = 0; i < n; i++)
        read_list(input);
}
