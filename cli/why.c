// SPDX-License-Identifier: MIT
//
// Reasons in words, each with the section that it rests on.
#include "why.h"

#include "value.h"

#include <stdio.h>

static const char *outcome_text(enum oc_ask_outcome outcome)
{
    switch (outcome) {
    case OC_ASK_URL_REFUSED:
        return "unsupported URL";
    case OC_ASK_REFUSED:
        return "network address not allowed";
    case OC_ASK_UNREACHABLE:
        return "cannot reach the responder";
    case OC_ASK_TIMEOUT:
        return "the request timed out";
    case OC_ASK_BROKEN:
        return "the connection was lost";
    case OC_ASK_REDIRECT:
        return "too many redirects, or a redirect to another scheme";
    case OC_ASK_CONTENT_TYPE:
        return "the content type is not application/ocsp-response (RFC 6960 A.2)";
    case OC_ASK_EMPTY:
        return "the response is empty (RFC 6960 A.2)";
    case OC_ASK_TOO_LARGE:
        return "the response is larger than 64 KiB";
    default:
        return "no response";
    }
}

static void exchange_text(const struct oc_exchange *exchange, char *out, size_t size)
{
    const char *what = exchange->what;
    switch (exchange->outcome) {
    case OC_ASK_HTTP_STATUS:
        snprintf(out, size, "HTTP status %ld instead of 200 (RFC 6960 A.2)", exchange->http_status);
        break;
    case OC_ASK_ERROR_RESPONSE:
        snprintf(out, size, "the responder returned %s (RFC 6960 2.3)",
                 oc_response_status_name(exchange->response_status));
        break;
    case OC_ASK_MALFORMED:
        snprintf(out, size, "cannot parse the response: %s",
                 exchange->error.what != NULL ? exchange->error.what : what);
        break;
    case OC_ASK_NOT_BELIEVED:
        snprintf(out, size, "the response is not believed: %s", exchange->error.what);
        break;
    default:
        snprintf(out, size, "%s%s%s", outcome_text(exchange->outcome), what[0] != '\0' ? ": " : "",
                 what);
    }
}

void why_exchange(const struct oc_exchange *exchange, char out[WHY_SIZE])
{
    char text[WHY_SIZE / 2];
    exchange_text(exchange, text, sizeof text);
    snprintf(out, WHY_SIZE, "%.200s: %s", exchange->url, text);
}

void why_revoked(const struct oc_verdict *verdict, char out[WHY_SIZE])
{
    json_t *time = value_time(verdict->revocation_time);
    const char *since = json_string_value(time);
    if (verdict->is_not_issued)
        snprintf(out, WHY_SIZE, "was never issued by this issuer (RFC 6960 2.2)");
    else if (verdict->has_reason)
        snprintf(out, WHY_SIZE, "revoked since %s (%s) (RFC 6960 2.2)", since,
                 oc_crl_reason_name(verdict->reason));
    else
        snprintf(out, WHY_SIZE, "revoked since %s (RFC 6960 2.2)", since);
    json_decref(time);
}
