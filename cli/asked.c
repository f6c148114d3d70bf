// SPDX-License-Identifier: MIT
//
// Loading a request and checking how many certificates it asks about.
#include "asked.h"

#include "expect.h"
#include "load.h"
#include "program/report.h"
#include "program/serial.h"

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
    char label[SERIAL_LABEL_SIZE(SERIAL_OCTETS_MAX)];
    complain(file, "missing --issuer for the certificate with serial number %s",
             serial_label(id->serial, label));
}
