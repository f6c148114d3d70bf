// SPDX-License-Identifier: MIT
//
// Checks oc_request_parse(), and builds again the messages that it accepts.
#include "check.h"

#include "expect.h"

#include <ocsp/request.h>

#include <stdlib.h>
#include <string.h>

static void expect_single(const struct oc_request *req, const struct oc_single_request *single)
{
    expect_cert_id(req->der, &single->id);
    expect_inside(req->requests.items, single->id.serial, "a serial number leaves requestList");
    expect_extensions(req->der, &single->extensions, req->deviations);
}

// The caller frees the array.
static struct oc_single_request *walk(const struct oc_request *req, bool *builds)
{
    struct oc_single_request *singles = calloc(req->requests.n + 1, sizeof *singles);
    expect(singles != NULL, "out of memory");
    *builds = req->requests.n > 0;

    size_t n = 0;
    size_t at = 0;
    for (; oc_request_next(req, &at, &singles[n]); n++) {
        expect(n < req->requests.n, "requestList has more elements than its count");
        expect_single(req, &singles[n]);
        *builds = *builds && cert_id_builds(&singles[n].id);
    }
    expect(n == req->requests.n, "requestList has fewer elements than its count");
    expect_zero(&singles[n], sizeof singles[n], "not zero behind the last single request");
    expect(!oc_request_next(req, &at, &singles[n]), "a list goes on behind its end");
    return singles;
}

static enum oc_err build(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                         struct oc_error *err)
{
    return oc_request_build(spec, buf, size, out, err);
}

static enum oc_err build_tbs(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                             struct oc_error *err)
{
    return oc_request_build_tbs(spec, buf, size, out, err);
}

static enum oc_err assemble(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                            struct oc_error *err)
{
    const struct oc_request *req = spec;
    return oc_request_assemble(req->tbs, &req->signature, buf, size, out, err);
}

// A message with deviations differs when it is built again, but must parse and have the
// same meaning.
static void expect_built_parses(const struct oc_request *req, struct oc_bytes built)
{
    struct oc_request again;
    expect(oc_request_parse(&again, built, NULL) == OC_OK, "what was built does not parse");
    expect((again.deviations & ~req->deviations) == 0, "building adds deviations");
    expect(again.requests.n == req->requests.n, "building changes the number of requests");
    expect(oc_bytes_equal(again.requestor_name, req->requestor_name),
           "building changes requestorName");
    expect(oc_bytes_equal(again.extensions.items, req->extensions.items),
           "building changes requestExtensions");
}

static void rebuild(const struct oc_request *req, const struct oc_request_spec *spec, bool builds)
{
    struct oc_bytes out;
    uint8_t *memory;
    enum oc_err code = expect_build((struct builder){build, spec}, &out, &memory);
    if (code == OC_OK)
        expect_built_parses(req, out);
    else
        expect(code == OC_ERR_ARGUMENT, "building fails for another reason than its arguments");
    expect(builds || code != OC_OK, "a request was built that no one should build");
    free(memory);
    if (!builds || req->deviations != 0)
        return;
    expect_rebuilt((struct builder){build_tbs, spec}, req->tbs,
                   "a TBSRequest is not the same when it is built again");
    if (!req->is_signed)
        expect_rebuilt((struct builder){build, spec}, req->der,
                       "a request is not the same when it is built again");
}

static void expect_request(const struct oc_request *req)
{
    expect_inside(req->der, req->tbs, "tbsRequest leaves the message");
    expect_inside(req->tbs, req->requestor_name, "requestorName leaves tbsRequest");
    expect_list(req->tbs, &req->requests, "requestList leaves tbsRequest");
    expect(req->tbs.len >= 2, "tbsRequest is empty");
    expect_deviations(req->deviations);
    expect_extensions(req->tbs, &req->extensions, req->deviations);
    if (!req->is_signed)
        return;
    expect_signature(req->der, &req->signature);
    expect_rebuilt((struct builder){assemble, req}, req->der,
                   "a signed request is not the same when it is assembled again");
}

int check_request(const uint8_t *data, size_t len)
{
    struct oc_bytes der = {data, len};
    struct oc_request req;
    struct oc_error err = {0};
    memset(&req, 0xA5, sizeof req);
    enum oc_err code = oc_request_parse(&req, der, &err);
    if (code != OC_OK) {
        struct oc_request quiet;
        expect_zero(&req, sizeof req, "a request is not zero after a failure");
        expect_refusal(code, &err, len);
        expect(oc_request_parse(&quiet, der, NULL) == code,
               "the error depends on whether its text is wanted");
        return 0;
    }
    expect(req.der.data == data && req.der.len == len, "a request is not the whole message");
    expect_request(&req);

    bool builds;
    struct oc_single_request *singles = walk(&req, &builds);
    struct oc_request_spec spec = {
        .requestor_name = req.requestor_name,
        .requests = singles,
        .n_requests = req.requests.n,
        .extensions = req.extensions,
    };
    rebuild(&req, &spec, builds);
    free(singles);
    return 1;
}
