// SPDX-License-Identifier: MIT
//
// Reading the Certificate message of TLS 1.3. All lengths are big endian and count octets. Each
// vector must fill the element that contains it.
#include "check/tls_staples.h"

enum {
    HANDSHAKE_CERTIFICATE = 11,    // RFC 8446 4
    EXTENSION_STATUS_REQUEST = 5,  // RFC 6066 8
    STATUS_OCSP = 1,
};

static bool take_number(struct oc_bytes *in, size_t n_octets, size_t *out)
{
    if (in->len < n_octets)
        return false;
    *out = 0;
    for (size_t i = 0; i < n_octets; i++)
        *out = *out << 8 | in->data[i];
    in->data += n_octets;
    in->len -= n_octets;
    return true;
}

// Reads a vector whose length field has `n_octets`.
static bool take_vector(struct oc_bytes *in, size_t n_octets, struct oc_bytes *out)
{
    size_t len;
    if (!take_number(in, n_octets, &len) || in->len < len)
        return false;
    *out = (struct oc_bytes){in->data, len};
    in->data += len;
    in->len -= len;
    return true;
}

// struct {
//     CertificateStatusType status_type;
//     OCSPResponse response<1..2^24-1>;
// } CertificateStatus;
static bool read_status(struct oc_bytes in, struct oc_bytes *staple)
{
    size_t type;
    return staple->data == NULL && take_number(&in, 1, &type) && type == STATUS_OCSP &&
           take_vector(&in, 3, staple) && staple->len > 0 && in.len == 0;
}

// struct {
//     ExtensionType extension_type;
//     opaque extension_data<0..2^16-1>;
// } Extension;
static bool take_extension(struct oc_bytes *in, struct oc_bytes *staple)
{
    size_t type;
    struct oc_bytes data;
    if (!take_number(in, 2, &type) || !take_vector(in, 2, &data))
        return false;
    return type != EXTENSION_STATUS_REQUEST || read_status(data, staple);
}

// struct {
//     opaque cert_data<1..2^24-1>;
//     Extension extensions<0..2^16-1>;
// } CertificateEntry;
static bool take_entry(struct oc_bytes *in, struct tls_entry *out)
{
    struct oc_bytes extensions;
    *out = (struct tls_entry){0};
    if (!take_vector(in, 3, &out->cert) || out->cert.len == 0 || !take_vector(in, 2, &extensions))
        return false;
    while (extensions.len > 0) {
        if (!take_extension(&extensions, &out->staple))
            return false;
    }
    return true;
}

static bool are_entries(struct oc_bytes list)
{
    struct tls_entry entry;
    while (list.len > 0) {
        if (!take_entry(&list, &entry))
            return false;
    }
    return true;
}

// struct {
//     opaque certificate_request_context<0..2^8-1>;
//     CertificateEntry certificate_list<0..2^24-1>;
// } Certificate;
//
// A server's message has no context and at least one certificate.
bool tls_staples_read(struct oc_bytes message, struct oc_bytes *list)
{
    size_t type;
    struct oc_bytes body;
    struct oc_bytes context;
    struct oc_bytes entries;
    *list = (struct oc_bytes){0};
    if (!take_number(&message, 1, &type) || type != HANDSHAKE_CERTIFICATE ||
        !take_vector(&message, 3, &body) || message.len != 0)
        return false;
    if (!take_vector(&body, 1, &context) || context.len != 0 || !take_vector(&body, 3, &entries) ||
        body.len != 0 || entries.len == 0 || !are_entries(entries))
        return false;
    *list = entries;
    return true;
}

bool tls_staples_next(struct oc_bytes *list, struct tls_entry *out)
{
    return list->len > 0 && take_entry(list, out);
}

struct oc_bytes tls_staples_find(struct oc_bytes list, struct oc_bytes cert)
{
    struct tls_entry entry;
    while (tls_staples_next(&list, &entry)) {
        if (entry.staple.data != NULL && oc_bytes_equal(entry.cert, cert))
            return entry.staple;
    }
    return (struct oc_bytes){0};
}
