// SPDX-License-Identifier: MIT
//
// Octets, numbers, times, object identifiers and names as JSON. Text from a message may be hostile:
// it becomes valid UTF-8 here and is escaped where it is printed.
#include "value.h"

#include "program/hex.h"
#include "program/report.h"

#include <ocsp/der.h>
#include <ocsp/extension.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
    OID_TEXT_SIZE = 1024,
    // The time of a conversion to decimal grows with the square of the length.
    DECIMAL_MAX = 64,
};

json_t *value_must(json_t *value)
{
    if (value == NULL)
        die_no_memory();
    return value;
}

void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        die_no_memory();
}

void value_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        die_no_memory();
}

struct capped capped_new(void)
{
    return (struct capped){.items = value_must(json_array())};
}

bool capped_more(struct capped *list)
{
    return ++list->n <= LIST_SHOWN;
}

void capped_add(struct capped *list, json_t *value)
{
    value_append(list->items, value);
}

void capped_put(json_t *object, const char *key, struct capped *list)
{
    put(object, key, list->items);
    if (list->n <= LIST_SHOWN)
        return;
    char more[64];
    snprintf(more, sizeof more, "%s_not_shown", key);
    put(object, more, value_count(list->n - LIST_SHOWN));
}

static json_t *prefixed_hex(const char *prefix, struct oc_bytes octets)
{
    size_t skip = strlen(prefix);
    char *text = must_alloc(skip + 2 * octets.len + 1, 1);
    memcpy(text, prefix, skip);
    hex_write(text + skip, octets.data, octets.len);
    json_t *value = value_must(json_stringn_nocheck(text, skip + 2 * octets.len));
    free(text);
    return value;
}

json_t *value_hex(struct oc_bytes octets)
{
    return prefixed_hex("", octets);
}

json_t *value_text(struct oc_bytes text)
{
    char *safe = must_alloc(text.len + 1, 4);
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        size_t step = utf8_decode(text.data + i, text.len - i, &code);
        if (step == 0) {
            safe[n++] = '\\';
            safe[n++] = 'x';
            hex_write(safe + n, &text.data[i++], 1);
            n += 2;
            continue;
        }
        memcpy(safe + n, text.data + i, step);
        n += step;
        i += step;
    }
    json_t *value = value_must(json_stringn(safe, n));
    free(safe);
    return value;
}

json_t *value_string(const char *text)
{
    return value_must(json_string(text));
}

json_t *value_bool(bool value)
{
    return json_boolean(value);
}

json_t *value_count(size_t n)
{
    return value_must(json_integer((json_int_t)n));
}

json_t *value_time(int64_t seconds)
{
    char text[OC_TIME_TEXT_LEN];
    if (!oc_time_text(seconds, text))
        return value_string("outside the years 0001 to 9999");
    return value_string(text);
}

static void negate(uint8_t *octets, size_t len)
{
    unsigned carry = 1;
    for (size_t i = len; i-- > 0;) {
        carry += (uint8_t)~octets[i];
        octets[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static json_t *decimal(struct oc_bytes magnitude, bool negative)
{
    BIGNUM *number = BN_bin2bn(magnitude.data, (int)magnitude.len, NULL);
    if (number == NULL)
        die_no_memory();
    BN_set_negative(number, negative);
    char *text = BN_bn2dec(number);
    BN_free(number);
    if (text == NULL)
        die_no_memory();
    json_t *value = value_string(text);
    OPENSSL_free(text);
    return value;
}

json_t *value_integer(struct oc_bytes content)
{
    uint8_t *copy = must_alloc(content.len + 1, 1);
    if (content.len != 0)
        memcpy(copy, content.data, content.len);
    bool negative = content.len != 0 && (copy[0] & 0x80) != 0;
    if (negative)
        negate(copy, content.len);

    struct oc_bytes magnitude = {copy, content.len};
    while (magnitude.len > 1 && magnitude.data[0] == 0) {
        magnitude.data++;
        magnitude.len--;
    }
    json_t *value = value_must(json_object());
    put(value, "hex", prefixed_hex(negative ? "-" : "", magnitude));
    if (magnitude.len <= DECIMAL_MAX)
        put(value, "decimal", decimal(magnitude, negative));
    free(copy);
    return value;
}

static json_t *dotted(struct oc_bytes oid, int *nid)
{
    char text[OID_TEXT_SIZE];
    *nid = NID_undef;
    if (oc_oid_text(oid, text, sizeof text) == 0)
        return prefixed_hex("0x", oid);
    *nid = OBJ_txt2nid(text);
    ERR_clear_error();
    return value_string(text);
}

json_t *value_oid(struct oc_bytes oid)
{
    int nid;
    json_t *value = value_must(json_object());
    put(value, "oid", dotted(oid, &nid));
    if (nid != NID_undef)
        put(value, "name", value_string(OBJ_nid2sn(nid)));
    return value;
}

json_t *value_algorithm(const struct oc_algorithm *algorithm)
{
    int nid;
    json_t *value = value_must(json_object());
    put(value, "oid", dotted(algorithm->oid, &nid));
    if (nid != NID_undef)
        put(value, "name", value_string(OBJ_nid2ln(nid)));
    if (algorithm->parameters.data == NULL)
        return value;

    put(value, "parameters", value_hex(algorithm->parameters));
    // The curves of keys are named in this way.
    struct oc_bytes rest = algorithm->parameters;
    struct oc_bytes oid;
    if (oc_der_read_oid(&rest, &oid) == OC_OK && rest.len == 0)
        put(value, "parameters_oid", value_oid(oid));
    return value;
}

bool algorithms_equal(const struct oc_algorithm *a, const struct oc_algorithm *b)
{
    return oc_bytes_equal(a->oid, b->oid) && oc_bytes_equal(a->parameters, b->parameters);
}

static json_t *name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL)
        die_no_memory();
    json_t *value = NULL;
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
        char *text = NULL;
        long len = BIO_get_mem_data(bio, &text);
        value = value_text((struct oc_bytes){(const uint8_t *)text, len > 0 ? (size_t)len : 0});
    }
    BIO_free(bio);
    return value;
}

json_t *value_name(struct oc_bytes der)
{
    const unsigned char *at = der.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);
    json_t *value = NULL;
    if (name != NULL && at == der.data + der.len)
        value = name_text(name);
    X509_NAME_free(name);
    ERR_clear_error();
    return value != NULL ? value : prefixed_hex("#", der);
}

static json_t *ip_address(struct oc_bytes octets)
{
    char text[INET6_ADDRSTRLEN];
    if (octets.len == 4 && inet_ntop(AF_INET, octets.data, text, sizeof text) != NULL)
        return value_string(text);
    if (octets.len == 16 && inet_ntop(AF_INET6, octets.data, text, sizeof text) != NULL)
        return value_string(text);
    return value_hex(octets);
}

static json_t *registered_id(struct oc_bytes oid)
{
    int nid;
    return dotted(oid, &nid);
}

// GeneralName ::= CHOICE {
//     otherName [0], rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3],
//     directoryName [4] Name, ediPartyName [5], uniformResourceIdentifier [6] IA5String,
//     iPAddress [7] OCTET STRING, registeredID [8] OBJECT IDENTIFIER }
static const struct {
    uint32_t tag;
    const char *kind;
    json_t *(*value)(struct oc_bytes content);
} general_names[] = {
    {OC_DER_CONTEXT(1), "email", value_text},
    {OC_DER_CONTEXT(2), "dns", value_text},
    {OC_DER_CONTEXT_CONSTRUCTED(4), "directory_name", value_name},
    {OC_DER_CONTEXT(6), "uri", value_text},
    {OC_DER_CONTEXT(7), "ip", ip_address},
    {OC_DER_CONTEXT(8), "registered_id", registered_id},
};

json_t *value_general_name(struct oc_bytes der)
{
    const char *kind = "other";
    json_t *text = NULL;
    for (size_t i = 0; i < sizeof general_names / sizeof general_names[0]; i++) {
        struct oc_bytes in = der;
        struct oc_bytes content;
        if (oc_der_read(&in, general_names[i].tag, &content) == OC_OK) {
            kind = general_names[i].kind;
            text = general_names[i].value(content);
        }
    }
    json_t *value = value_must(json_object());
    put(value, "kind", value_string(kind));
    put(value, "value", text != NULL ? text : value_hex(der));
    return value;
}

json_t *value_deviations(unsigned deviations)
{
    json_t *value = value_must(json_array());
    for (unsigned bit = 1; bit != 0; bit <<= 1) {
        if ((deviations & bit) == 0)
            continue;
        const char *name = oc_deviation_name(bit);
        value_append(value, value_string(name != NULL ? name : "unnamed"));
    }
    return value;
}

json_t *reason_value(uint32_t reason)
{
    json_t *value = value_must(json_object());
    put(value, "code", value_count(reason));
    put(value, "name", value_string(oc_crl_reason_name(reason)));
    return value;
}
