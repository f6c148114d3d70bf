// SPDX-License-Identifier: MIT
//
// libmicrohttpd takes much for a header that RFC 9112 does not. A server in front that takes it
// for something else would see other requests than we do, and its clients could send requests in
// the names of others; so whatever is doubtful is refused.
#include "http/header.h"

#include "http/field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// struct reading is how far the fields were read. `next` is where the next has to begin.
struct reading {
    struct http_header *header;
    const char *next;
    bool is_in_place;
    bool is_broken;
    unsigned n_hosts;
    unsigned n_lengths;
    unsigned n_codings;
    unsigned n_types;
};

// Later ones have another reader, which refuses by itself what is_next() looks for.
bool http_header_is_in_place(void)
{
    return strverscmp(MHD_get_version(), "0.9.77") < 0;
}

// struct set is characters of ASCII, a bit each, in what takes no branches to look up.
struct set {
    uint32_t bits[8];
};

// tchar (RFC 9110 5.6.2): letters, digits and !#$%&'*+-.^_`|~.
static const struct set token_set = {{0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff}};

// What is in uri-host [ ":" port ] (RFC 3986): letters, digits and !$%&'()*+,-.:;=[]_~.
static const struct set host_set = {{0, 0x2fff7ff2, 0xaffffffe, 0x47fffffe}};

static bool is_of(const char *text, size_t len, const struct set *set)
{
    uint32_t all = 1;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        all &= set->bits[c >> 5] >> (c & 31);
    }
    return all == 1;
}

// A blank before the colon is none, and none at the begin of the line.
static bool is_token(const char *text, size_t len)
{
    return len > 0 && is_of(text, len, &token_set);
}

// Empty when there is none; blanks behind it do not count.
static bool is_host(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return is_of(text, len, &host_set);
}

// A line that is folded becomes part of the name of the field before it, one that begins with NUL
// the end of the header, and what follows a NUL is left out. Neither shows in what a field is, but
// in where it is: right behind the CRLF of the one before.
static bool is_next(struct reading *reading, const char *name, const char *value, size_t value_len)
{
    if (!reading->is_in_place)
        return true;
    if (name != reading->next)
        return false;
    reading->next = value + value_len + 2;
    return true;
}

static bool is(const char *name, const char *wanted)
{
    return strcasecmp(name, wanted) == 0;
}

static void take_known(struct reading *reading, const char *name, size_t name_len,
                       const char *value, size_t value_len)
{
    struct http_header *header = reading->header;
    if (name_len == 4 && is(name, MHD_HTTP_HEADER_HOST)) {
        reading->n_hosts++;
        reading->is_broken = !is_host(value, value_len);
    } else if (name_len == 12 && is(name, MHD_HTTP_HEADER_CONTENT_TYPE)) {
        reading->n_types++;
        header->is_request = http_is_media_type(value, "application/ocsp-request");
    } else if (name_len == 13 && is(name, MHD_HTTP_HEADER_IF_NONE_MATCH)) {
        header->has_tag = true;
    } else if (name_len == 14 && is(name, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
        reading->n_lengths++;
        header->body_len = strtoull(value, NULL, 10);
    } else if (name_len == 17 && is(name, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
        reading->n_codings++;
        header->is_chunked = strcasecmp(value, "chunked") == 0;
    }
}

// A CR that no LF follows ends the line for some.
static enum MHD_Result take_field(void *arg, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct reading *reading = arg;
    (void)kind;
    if (value == NULL || !is_token(name, name_len) || memchr(value, '\r', value_len) != NULL ||
        !is_next(reading, name, value, value_len))
        reading->is_broken = true;
    else
        take_known(reading, name, name_len, value, value_len);
    return reading->is_broken ? MHD_NO : MHD_YES;
}

// One blank on each side of the target, none in it, and no NUL and no CR.
static bool is_line_whole(const struct http_line *line, bool is_in_place)
{
    if (memchr(line->uri, '\r', line->uri_len) != NULL ||
        memchr(line->uri, ' ', line->uri_len) != NULL)
        return false;
    return !is_in_place || (line->method + strlen(line->method) + 1 == line->uri &&
                            line->uri + line->uri_len + 1 == line->version);
}

static size_t header_len(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

// HTTP/1.0 has no chunks (RFC 9112 6.1) and need not say the host.
static bool is_broken(const struct reading *reading, const struct http_line *line)
{
    bool is_old = strcmp(line->version, MHD_HTTP_VERSION_1_0) == 0;
    return reading->is_broken ||
           (reading->is_in_place && reading->next + 2 != line->method + reading->header->len) ||
           reading->n_hosts > 1 || (reading->n_hosts == 0 && !is_old) ||
           (reading->n_codings > 0 && is_old);
}

static bool refuse(enum http_text *why, enum http_text text)
{
    *why = text;
    return false;
}

bool http_header_read(struct MHD_Connection *mhd, const struct http_line *line, bool is_in_place,
                      struct http_header *header, enum http_text *why)
{
    *header = (struct http_header){.len = header_len(mhd)};
    struct reading reading = {
        .header = header,
        .next = line->version + strlen(line->version) + 2,
        .is_in_place = is_in_place,
    };
    if (!is_line_whole(line, is_in_place))
        return refuse(why, HTTP_TEXT_BROKEN);
    MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, take_field, &reading);
    if (is_broken(&reading, line))
        return refuse(why, HTTP_TEXT_BROKEN);
    if (reading.n_lengths + reading.n_codings > 1)
        return refuse(why, HTTP_TEXT_LENGTH);
    if (reading.n_codings == 1 && !header->is_chunked)
        return refuse(why, HTTP_TEXT_CODING);
    header->is_request = header->is_request && reading.n_types == 1;
    return true;
}
