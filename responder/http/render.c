// SPDX-License-Identifier: MIT
//
// The header fields of each kind of response. libmicrohttpd adds Date and Content-Length.
#include "http/render.h"

#include "answer/answer.h"
#include "http/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// struct field is one header field.
struct field {
    const char *name;
    const char *value;
};

#define OCSP_TYPE                                                                                  \
    {                                                                                              \
        MHD_HTTP_HEADER_CONTENT_TYPE, "application/ocsp-response"                                  \
    }
#define TEXT_TYPE                                                                                  \
    {                                                                                              \
        MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=us-ascii"                               \
    }
#define ALLOW                                                                                      \
    {                                                                                              \
        MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST, OPTIONS"                                          \
    }
#define NOT_STORED                                                                                 \
    {                                                                                              \
        MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"                                                  \
    }

static const struct plain_text {
    unsigned status;
    const char *body;
    bool says_allow;
} texts[HTTP_TEXTS] = {
    [HTTP_TEXT_OPTIONS] = {MHD_HTTP_NO_CONTENT, "", true},
    [HTTP_TEXT_RUBBISH] = {MHD_HTTP_BAD_REQUEST, "The path is not a base64 OCSP request.\n"},
    [HTTP_TEXT_NOT_FOUND] = {MHD_HTTP_NOT_FOUND,
                             "This is an OCSP responder; the path has no request.\n"},
    [HTTP_TEXT_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED, "Use GET, HEAD or POST.\n", true},
    [HTTP_TEXT_BROKEN] = {MHD_HTTP_BAD_REQUEST, "Invalid request header.\n"},
    [HTTP_TEXT_LENGTH] = {MHD_HTTP_BAD_REQUEST, "The length of the body is given twice.\n"},
    [HTTP_TEXT_HEADER] = {MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "The header is too long.\n"},
    [HTTP_TEXT_CODING] = {MHD_HTTP_NOT_IMPLEMENTED, "Unsupported transfer coding.\n"},
};

static bool add_fields(struct MHD_Response *response, const struct field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (MHD_add_response_header(response, fields[i].name, fields[i].value) != MHD_YES)
            return false;
    return true;
}

// finish adds header fields to a response, or destroys it.
static struct MHD_Response *finish(struct MHD_Response *response, const struct field *fields,
                                   size_t n, bool is_last)
{
    static const struct field close = {MHD_HTTP_HEADER_CONNECTION, "close"};
    if (response == NULL)
        return NULL;
    if (add_fields(response, fields, n) && add_fields(response, &close, is_last ? 1 : 0))
        return response;
    MHD_destroy_response(response);
    return NULL;
}

// libmicrohttpd does not accept a pointer to const, but does not write through it.
static void *unconst(const void *data)
{
    void *same;
    memcpy(&same, &data, sizeof same);
    return same;
}

static struct MHD_Response *copy_of(const void *data, size_t len)
{
    return MHD_create_response_from_buffer(len, unconst(data), MHD_RESPMEM_MUST_COPY);
}

static void release(void *arg)
{
    cached_release(arg);
}

// The octets are not copied.
static struct MHD_Response *body_of(struct cached *cached)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        cached->der_len, cached->der, release, cached);
    if (response != NULL)
        cached_hold(cached);
    return response;
}

// Last-Modified is thisUpdate, as in the table and the example of RFC 9919 7.2. A 304 has no fields
// that describe the missing body (RFC 9110 15.4.5); libmicrohttpd adds the Content-Length that a
// 200 would have.
struct MHD_Response *http_render_answer(struct cached *cached, int64_t max_age, bool is_known,
                                        bool is_last)
{
    char modified[HTTP_DATE_SIZE];
    char expires[HTTP_DATE_SIZE];
    char etag[sizeof cached->etag + 2];
    char control[80];
    http_date(cached->this_update, modified);
    http_date(cached->next_update, expires);
    snprintf(etag, sizeof etag, "\"%s\"", cached->etag);
    snprintf(control, sizeof control, "max-age=%lld, public, no-transform, must-revalidate",
             (long long)max_age);
    const struct field fields[] = {
        OCSP_TYPE,
        {MHD_HTTP_HEADER_LAST_MODIFIED, modified},
        {MHD_HTTP_HEADER_ETAG, etag},
        {MHD_HTTP_HEADER_EXPIRES, expires},
        {MHD_HTTP_HEADER_CACHE_CONTROL, control},
    };
    size_t n_left_out = is_known ? 2 : 0;
    return finish(body_of(cached), fields + n_left_out, 5 - n_left_out, is_last);
}

// An answer with a nonce is authoritative, so RFC 9919 7.2 forbids no-store and no-cache. "private"
// and max-age=0 keep caches from giving it to others.
struct MHD_Response *http_render_once(uint8_t *der, size_t len, bool is_last)
{
    static const struct field fields[] = {
        OCSP_TYPE,
        {MHD_HTTP_HEADER_CACHE_CONTROL, "max-age=0, private, no-transform, must-revalidate"},
    };
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, der, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(der);
    return finish(response, fields, 2, is_last);
}

struct MHD_Response *http_render_error(enum oc_response_status status, bool is_last)
{
    static const struct field fields[] = {OCSP_TYPE, NOT_STORED};
    struct oc_bytes der = answer_error(status);
    return finish(copy_of(der.data, der.len), fields, 2, is_last);
}

unsigned http_text_status(enum http_text text)
{
    return texts[text].status;
}

struct MHD_Response *http_render_text(enum http_text text, bool is_last)
{
    struct field fields[3] = {NOT_STORED};
    size_t len = strlen(texts[text].body);
    size_t n = 1;
    if (len > 0)
        fields[n++] = (struct field)TEXT_TYPE;
    if (texts[text].says_allow)
        fields[n++] = (struct field)ALLOW;
    return finish(copy_of(texts[text].body, len), fields, n, is_last);
}
