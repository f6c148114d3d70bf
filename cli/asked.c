// SPDX-License-Identifier: MIT
//
// Loading a request and checking how many certificates it asks about.
#include "asked.h"

#include "expect.h"
#include "load.h"
#include "program/report.h"
#include "value.h"

bool asked_load(struct messages *in, const char *file, struct oc_request *req)
{
    if (!messages_load_one(in, file) || !expect_request(in, &in->items[0], req))
        return false;
    if (req->requests.n != 0 && req->requests.n <= ASKED_MAX)
        return true;
    complain(file, "the request asks about %zu certificates instead of 1 to %d", req->requests.n,
             ASKED_MAX);
    return false;
}

void asked_complain_issuer(const char *file, const struct oc_cert_id *id)
{
    json_t *serial = value_integer(id->serial);
    complain(file, "missing --issuer for the certificate with serial number %s",
             json_string_value(json_object_get(serial, "hex")));
    json_decref(serial);
}
