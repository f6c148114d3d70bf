// SPDX-License-Identifier: MIT
//
// libmicrohttpd accepts header syntax that RFC 9112 forbids. A proxy that parses it differently
// would see other requests than we do, and its clients could send requests in the name of others
// (request smuggling). So everything doubtful is rejected.
#include "http/header.h"

#include "http/field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// struct header_reading is the state while the fields are read. `next` is where the next field must
// begin.
struct header_reading {
    struct http_header *header;
    const char *next;
    bool is_in_place;
    bool is_broken;
    unsigned n_hosts;
    unsigned n_lengths;
    unsigned n_codings;
    unsigned n_types;
};

// Later versions have another parser, which itself rejects what is_next() looks for.
bool http_header_is_in_place(void)
{
    return strverscmp(MHD_get_version(), "0.9.77") < 0;
}

// struct charset is a set of ASCII characters, one bit each, so that a lookup needs no branch.
struct charset {
    uint32_t bits[8];
};

// tchar (RFC 9110 5.6.2): letters, digits and !#$%&'*+-.^_`|~.
static const struct charset token_set = {{0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff}};

// The characters of uri-host [ ":" port ] (RFC 3986): letters, digits and !$%&'()*+,-.:;=[]_~.
static const struct charset host_set = {{0, 0x2fff7ff2, 0xaffffffe, 0x47fffffe}};

static bool is_of(const char *text, size_t len, const struct charset *set)
{
    uint32_t all = 1;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        all &= set->bits[c >> 5] >> (c & 31);
    }
    return all == 1;
}

// No whitespace is allowed before the colon or at the start of the line.
static bool is_token(const char *text, size_t len)
{
    return len > 0 && is_of(text, len, &token_set);
}

// A Host may be empty; trailing whitespace does not count.
static bool is_host(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return is_of(text, len, &host_set);
}

// libmicrohttpd appends a folded line to the field before it, takes a line that begins with NUL for
// the end of the header, and drops what follows a NUL. The fields themselves do not show that, but
// their addresses do: a field must begin directly after the CRLF of the one before.
static bool is_next(struct header_reading *reading, const char *name, const char *value,
                    size_t value_len)
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

static void take_known(struct header_reading *reading, const char *name, size_t name_len,
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

// Some software takes a CR without LF for the end of a line.
static enum MHD_Result take_field(void *arg, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct header_reading *reading = arg;
    (void)kind;
    if (value == NULL || !is_token(name, name_len) || memchr(value, '\r', value_len) != NULL ||
        !is_next(reading, name, value, value_len))
        reading->is_broken = true;
    else
        take_known(reading, name, name_len, value, value_len);
    return reading->is_broken ? MHD_NO : MHD_YES;
}

// There is one space on each side of the target, and no space, NUL or CR in it.
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

// HTTP/1.0 has no chunked coding (RFC 9112 6.1) and needs no Host.
static bool is_broken(const struct header_reading *reading, const struct http_line *line)
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
    struct header_reading reading = {
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
