// SPDX-License-Identifier: MIT
//
// Checks oc_response_parse(), and builds again the messages that it accepts.
#include "check.h"

#include "expect.h"

#include <ocsp/der.h>
#include <ocsp/response.h>

#include <stdlib.h>
#include <string.h>

// Finding compares with every element, so it is tried for the first few only.
enum { FIND_MAX = 32 };

static void expect_status(const struct oc_single_response *single)
{
    expect(strcmp(oc_cert_status_name(single->status), "none") != 0, "a status has no name");
    if (single->status == OC_CERT_STATUS_REVOKED)
        return;
    expect(single->revocation_time == 0, "a time of revocation without a revocation");
    expect(!single->has_reason && single->reason == 0, "a reason without a revocation");
}

static void expect_single(const struct oc_response *resp, const struct oc_single_response *single)
{
    expect_cert_id(resp->der, &single->id);
    expect_inside(resp->responses.items, single->id.serial, "a serial number leaves responses");
    expect_status(single);
    expect(single->has_next_update || single->next_update == 0, "nextUpdate without its flag");
    expect_extensions(resp->tbs, &single->extensions, resp->deviations);
}

static void expect_found(const struct oc_response *resp, const struct oc_single_response *single)
{
    struct oc_single_response found;
    bool seen = false;
    for (size_t at = 0; oc_response_find(resp, &single->id, &at, &found);) {
        expect(oc_cert_id_equal(&single->id, &found.id), "a single response of another cert ID");
        seen = seen || found.id.serial.data == single->id.serial.data;
    }
    expect(seen, "a single response is not found by its own cert ID");
    expect_zero(&found, sizeof found, "not zero behind the last single response found");
}

static bool single_builds(const struct oc_single_response *single)
{
    if (single->has_next_update && single->next_update < single->this_update)
        return false;
    return cert_id_builds(&single->id);
}

// The caller frees the array.
static struct oc_single_response *walk(const struct oc_response *resp, bool *builds)
{
    struct oc_single_response *singles = calloc(resp->responses.n + 1, sizeof *singles);
    expect(singles != NULL, "out of memory");
    *builds = resp->responses.n > 0;

    size_t n = 0;
    size_t at = 0;
    for (; oc_response_next(resp, &at, &singles[n]); n++) {
        expect(n < resp->responses.n, "responses have more elements than their count");
        expect_single(resp, &singles[n]);
        if (n < FIND_MAX)
            expect_found(resp, &singles[n]);
        *builds = *builds && single_builds(&singles[n]);
    }
    expect(n == resp->responses.n, "responses have fewer elements than their count");
    expect_zero(&singles[n], sizeof singles[n], "not zero behind the last single response");
    expect(!oc_response_next(resp, &at, &singles[n]), "a list goes on behind its end");
    return singles;
}

static enum oc_err build_tbs(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                             struct oc_error *err)
{
    return oc_response_build_tbs(spec, buf, size, out, err);
}

static enum oc_err assemble(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                            struct oc_error *err)
{
    const struct oc_response *resp = spec;
    return oc_response_assemble(resp->tbs, &resp->signature, buf, size, out, err);
}

// A message with deviations differs when it is built again, but must parse and have the
// same meaning.
static void expect_built_parses(const struct oc_response *resp, struct oc_bytes tbs)
{
    struct oc_bytes der;
    uint8_t *memory;
    struct oc_response signed_again = {.tbs = tbs, .signature = resp->signature};
    expect(expect_build((struct builder){assemble, &signed_again}, &der, &memory) == OC_OK,
           "what was built cannot be assembled");

    struct oc_response again;
    expect(oc_response_parse(&again, der, NULL) == OC_OK, "what was built does not parse");
    expect((again.deviations & ~resp->deviations) == 0, "building adds deviations");
    expect(again.produced_at == resp->produced_at, "building changes producedAt");
    expect(again.responses.n == resp->responses.n, "building changes the number of responses");
    expect(oc_bytes_equal(again.extensions.items, resp->extensions.items),
           "building changes responseExtensions");
    free(memory);
}

static void rebuild(const struct oc_response *resp, const struct oc_response_spec *spec,
                    bool builds)
{
    struct oc_bytes out;
    uint8_t *memory;
    enum oc_err code = expect_build((struct builder){build_tbs, spec}, &out, &memory);
    if (code == OC_OK)
        expect_built_parses(resp, out);
    else
        expect(code == OC_ERR_ARGUMENT, "building fails for another reason than its arguments");
    expect(builds || code != OC_OK, "a response was built that no one should build");
    free(memory);
    if (builds && resp->deviations == 0)
        expect_rebuilt((struct builder){build_tbs, spec}, resp->tbs,
                       "a ResponseData is not the same when it is built again");
}

static void expect_responder(struct oc_bytes tbs, const struct oc_responder_id *responder)
{
    bool by_name = responder->kind == OC_RESPONDER_BY_NAME;
    expect(by_name || responder->kind == OC_RESPONDER_BY_KEY, "a responder of no kind");
    expect_inside(tbs, responder->name, "the responder's name leaves tbsResponseData");
    expect_inside(tbs, responder->key_hash, "the responder's key hash leaves tbsResponseData");
    expect((responder->name.data != NULL) == by_name, "a responder's name without its kind");
    expect((responder->key_hash.data != NULL) != by_name, "a key hash without its kind");
}

static void expect_basic(const struct oc_response *resp)
{
    expect_inside(resp->response, resp->tbs, "tbsResponseData leaves the response");
    expect(resp->tbs.len >= 2, "tbsResponseData is empty");
    expect_responder(resp->tbs, &resp->responder);
    expect_list(resp->tbs, &resp->responses, "responses leave tbsResponseData");
    expect_extensions(resp->tbs, &resp->extensions, resp->deviations);
    expect_signature(resp->response, &resp->signature);
    expect_rebuilt((struct builder){assemble, resp}, resp->der,
                   "a response is not the same when it is assembled again");

    bool builds;
    struct oc_single_response *singles = walk(resp, &builds);
    struct oc_response_spec spec = {
        .responder = resp->responder,
        .produced_at = resp->produced_at,
        .responses = singles,
        .n_responses = resp->responses.n,
        .extensions = resp->extensions,
    };
    rebuild(resp, &spec, builds);
    free(singles);
}

// Members that only a basic response has are zero in others.
static void expect_not_basic(const struct oc_response *resp)
{
    struct oc_single_response single;
    size_t at = 0;
    expect(!oc_response_next(resp, &at, &single), "a single response that is not basic");
    expect_zero(&resp->tbs, sizeof resp->tbs, "tbsResponseData that is not basic");
    expect_zero(&resp->responses, sizeof resp->responses, "responses that are not basic");
    expect_zero(&resp->extensions, sizeof resp->extensions, "extensions that are not basic");
    expect_zero(&resp->signature, sizeof resp->signature, "a signature that is not basic");
    expect(resp->produced_at == 0 && resp->deviations == 0, "producedAt that is not basic");
    expect(resp->responder.kind == OC_RESPONDER_NONE, "a responder that is not basic");
}

static void expect_response(const struct oc_response *resp)
{
    bool successful = resp->status == OC_RESPONSE_SUCCESSFUL;
    expect(strcmp(oc_response_status_name(resp->status), "none") != 0, "a status has no name");
    expect_deviations(resp->deviations);
    expect_inside(resp->der, resp->response_type, "responseType leaves the message");
    expect_inside(resp->der, resp->response, "the response leaves the message");
    expect((resp->response_type.len > 0) == successful, "responseType without success");
    expect((resp->response.data != NULL) == successful, "a response without success");
    expect(oc_bytes_equal(oc_response_error(resp->status), resp->der) != successful,
           "an error response is not the one that is sent");
    if (resp->is_basic)
        expect_basic(resp);
    else
        expect_not_basic(resp);
}

int check_response(const uint8_t *data, size_t len)
{
    struct oc_bytes der = {data, len};
    struct oc_response resp;
    struct oc_error err = {0};
    memset(&resp, 0xA5, sizeof resp);
    enum oc_err code = oc_response_parse(&resp, der, &err);
    if (code != OC_OK) {
        struct oc_response quiet;
        expect_zero(&resp, sizeof resp, "a response is not zero after a failure");
        expect_refusal(code, &err, len);
        expect(oc_response_parse(&quiet, der, NULL) == code,
               "the error depends on whether its text is wanted");
        return 0;
    }
    expect(resp.der.data == data && resp.der.len == len, "a response is not the whole message");
    expect_response(&resp);
    return 1;
}
