// SPDX-License-Identifier: MIT
//
// Extensions built from their members: each is parsed to the same value, and lists that are not
// allowed are refused.
#include <ocsp/der.h>
#include <ocsp/extension.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t oid_basic[] = {0x06, 0x09, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1};
static const uint8_t octets[] = {0x04, 0x02, 0xAB, 0xCD};
static const uint8_t name[] = {0x30, 0x00};
static const uint8_t algorithm[] = {0x30, 0x07, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70};
static const uint8_t access[] = {0x30, 0x0D, 0x06, 0x08, 0x2B, 6,    1,  5,
                                 5,    7,    0x30, 1,    0x86, 0x01, 'x'};
static const uint8_t url[] = "http://crl.example/";
static const uint8_t oid_private[] = {0x2A, 0x03};

#define BYTES(array)                                                                               \
    {                                                                                              \
        array, sizeof(array)                                                                       \
    }
#define LIST(array)                                                                                \
    {                                                                                              \
        BYTES(array), 1                                                                            \
    }

static const struct oc_extension all[] = {
    {.id = OC_EXT_NONCE, .nonce = BYTES(octets)},
    {.id = OC_EXT_CRL_REFERENCE,
     .crl_reference = {.url = {url, sizeof url - 1},
                       .number = {octets + 1, 1},
                       .has_time = true,
                       .time = 1712145600}},
    {.id = OC_EXT_ACCEPTABLE_RESPONSES, .critical = true, .acceptable_responses = LIST(oid_basic)},
    {.id = OC_EXT_ARCHIVE_CUTOFF, .archive_cutoff = -1},
    {.id = OC_EXT_SERVICE_LOCATOR,
     .service_locator = {.issuer = BYTES(name), .locator = LIST(access)}},
    {.id = OC_EXT_PREFERRED_SIGNATURES, .preferred_signatures = LIST(algorithm)},
    {.id = OC_EXT_EXTENDED_REVOKE},
    {.id = OC_EXT_SCT_LIST, .sct_list = BYTES(octets)},
    {.id = OC_EXT_CRL_REASON, .crl_reason = OC_REASON_AA_COMPROMISE},
    {.id = OC_EXT_INVALIDITY_DATE, .invalidity_date = 253402300799},
    {.id = OC_EXT_CERTIFICATE_ISSUER, .certificate_issuer = {{access + 12, 3}, 1}},
    {.id = OC_EXT_OTHER, .critical = true, .oid = BYTES(oid_private), .value = BYTES(octets)},
};
enum { N_ALL = sizeof all / sizeof all[0] };

static void assert_same(struct oc_bytes a, struct oc_bytes b)
{
    assert_int_equal(a.len, b.len);
    assert_true(oc_bytes_equal(a, b));
}

static void assert_same_member(const struct oc_extension *a, const struct oc_extension *b)
{
    switch (a->id) {
    case OC_EXT_NONCE:
        assert_same(a->nonce, b->nonce);
        break;
    case OC_EXT_CRL_REFERENCE:
        assert_same(a->crl_reference.url, b->crl_reference.url);
        assert_same(a->crl_reference.number, b->crl_reference.number);
        assert_true(a->crl_reference.has_time && b->crl_reference.has_time);
        assert_int_equal(a->crl_reference.time, b->crl_reference.time);
        break;
    case OC_EXT_ACCEPTABLE_RESPONSES:
        assert_same(a->acceptable_responses.items, b->acceptable_responses.items);
        break;
    case OC_EXT_ARCHIVE_CUTOFF:
        assert_int_equal(a->archive_cutoff, b->archive_cutoff);
        break;
    case OC_EXT_SERVICE_LOCATOR:
        assert_same(a->service_locator.issuer, b->service_locator.issuer);
        assert_same(a->service_locator.locator.items, b->service_locator.locator.items);
        assert_int_equal(b->service_locator.locator.n, 1);
        break;
    case OC_EXT_PREFERRED_SIGNATURES:
        assert_same(a->preferred_signatures.items, b->preferred_signatures.items);
        break;
    case OC_EXT_SCT_LIST:
        assert_same(a->sct_list, b->sct_list);
        break;
    case OC_EXT_CRL_REASON:
        assert_int_equal(a->crl_reason, b->crl_reason);
        break;
    case OC_EXT_INVALIDITY_DATE:
        assert_int_equal(a->invalidity_date, b->invalidity_date);
        break;
    case OC_EXT_CERTIFICATE_ISSUER:
        assert_same(a->certificate_issuer.items, b->certificate_issuer.items);
        assert_int_equal(b->certificate_issuer.n, 1);
        break;
    case OC_EXT_OTHER:
        assert_same(a->oid, b->oid);
        assert_same(a->value, b->value);
        break;
    case OC_EXT_EXTENDED_REVOKE:
        break;
    }
}

static void every_extension_comes_back(void **state)
{
    uint8_t buf[1024];
    struct oc_list list;
    struct oc_extension found;
    size_t i = 0;
    (void)state;
    assert_int_equal(oc_extensions_build(all, N_ALL, buf, sizeof buf, &list, NULL), OC_OK);
    assert_int_equal(list.n, N_ALL);
    for (size_t at = 0; oc_extension_next(&list, &at, &found); i++) {
        assert_int_equal(found.id, all[i].id);
        assert_int_equal(found.critical, all[i].critical);
        assert_same_member(&all[i], &found);
    }
    assert_int_equal(i, N_ALL);
}

static void find_every_extension(void **state)
{
    uint8_t buf[1024];
    struct oc_list list;
    struct oc_extension found;
    (void)state;
    assert_int_equal(oc_extensions_build(all, N_ALL, buf, sizeof buf, &list, NULL), OC_OK);
    for (size_t i = 0; i < N_ALL; i++) {
        bool is_known = all[i].id != OC_EXT_OTHER;
        assert_int_equal(oc_extension_find(&list, all[i].id, &found), is_known);
        assert_int_equal(found.id, is_known ? all[i].id : OC_EXT_OTHER);
    }
    assert_int_equal(oc_extensions_build(all, 1, buf, sizeof buf, &list, NULL), OC_OK);
    assert_false(oc_extension_find(&list, OC_EXT_ARCHIVE_CUTOFF, &found));
    assert_null(found.oid.data);
}

static void no_extensions_give_an_absent_list(void **state)
{
    uint8_t buf[16];
    struct oc_list list = {{buf, 1}, 1};
    (void)state;
    assert_int_equal(oc_extensions_build(NULL, 0, buf, sizeof buf, &list, NULL), OC_OK);
    assert_null(list.items.data);
    assert_int_equal(list.items.len, 0);
    assert_int_equal(list.n, 0);
}

static void refuse(const struct oc_extension *extensions, size_t n, size_t size, enum oc_err code,
                   const char *what)
{
    uint8_t buf[4096];
    struct oc_list list = {{buf, 1}, 1};
    struct oc_error err;
    assert_int_equal(oc_extensions_build(extensions, n, buf, size, &list, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_null(list.items.data);
    assert_int_equal(list.items.len, 0);
    assert_int_equal(list.n, 0);
}

static void same_extension_twice(void **state)
{
    static const uint8_t oid_nonce[] = {0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2};
    struct oc_extension twice[] = {all[0], all[1], all[0]};
    (void)state;
    refuse(twice, 3, 4096, OC_ERR_DUPLICATE, "the same extension twice (RFC 5280 4.2)");
    // The same extension by name and by identifier is a duplicate, too.
    twice[2] = (struct oc_extension){.oid = BYTES(oid_nonce), .value = BYTES(octets)};
    refuse(twice, 3, 4096, OC_ERR_DUPLICATE, "the same extension twice (RFC 5280 4.2)");
}

static void too_many_extensions(void **state)
{
    static uint8_t oids[OC_MAX_EXTENSIONS + 1][2];
    static struct oc_extension many[OC_MAX_EXTENSIONS + 1];
    uint8_t buf[4096];
    struct oc_list list;
    (void)state;
    for (size_t i = 0; i <= OC_MAX_EXTENSIONS; i++) {
        oids[i][0] = 0x2A;
        oids[i][1] = (uint8_t)i;
        many[i].oid = (struct oc_bytes){oids[i], 2};
        many[i].value = (struct oc_bytes){octets, 1};
    }
    refuse(many, OC_MAX_EXTENSIONS + 1, 4096, OC_ERR_LIMIT,
           "more extensions in a list than the limit (OC_MAX_EXTENSIONS)");
    assert_int_equal(oc_extensions_build(many, OC_MAX_EXTENSIONS, buf, sizeof buf, &list, NULL),
                     OC_OK);
    assert_int_equal(list.n, OC_MAX_EXTENSIONS);
}

static void what_cannot_be_written(void **state)
{
    static const uint8_t unfinished[] = {0x2A, 0x86};
    static const uint8_t padded[] = {0, 1};
    struct oc_extension no_oid = {.value = BYTES(octets)};
    struct oc_extension bad_oid = {.oid = BYTES(unfinished), .value = BYTES(octets)};
    struct oc_extension bad_number = {.id = OC_EXT_CRL_REFERENCE,
                                      .crl_reference = {.number = BYTES(padded)}};
    struct oc_extension bad_time = {.id = OC_EXT_ARCHIVE_CUTOFF, .archive_cutoff = INT64_MIN};
    const char *none = "invalid object identifier or INTEGER (X.690 8.19, 8.3)";
    (void)state;
    refuse(&no_oid, 1, 4096, OC_ERR_ARGUMENT, none);
    refuse(&bad_oid, 1, 4096, OC_ERR_ARGUMENT, none);
    refuse(&bad_number, 1, 4096, OC_ERR_ARGUMENT, none);
    refuse(&bad_time, 1, 4096, OC_ERR_TIME,
           "a time is not in the years 0001 to 9999 (RFC 5280 4.1.2.5)");
}

static void every_size_too_small(void **state)
{
    struct oc_list list;
    (void)state;
    assert_int_equal(oc_extensions_build(all, N_ALL, NULL, 0, &list, NULL), OC_OK);
    for (size_t size = 0; size < list.items.len; size++)
        refuse(all, N_ALL, size, OC_ERR_SPACE, "the buffer is too small for the message");
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(oc_extension_name(OC_EXT_OTHER), "other");
    assert_string_equal(oc_extension_name(OC_EXT_CERTIFICATE_ISSUER), "certificateIssuer");
    assert_string_equal(oc_extension_name((enum oc_extension_id)12), "other");
    assert_string_equal(oc_crl_reason_name(0), "unspecified");
    assert_string_equal(oc_crl_reason_name(7), "undefined");
    assert_string_equal(oc_crl_reason_name(10), "aACompromise");
    assert_string_equal(oc_crl_reason_name(11), "undefined");
    assert_string_equal(oc_crl_reason_name(UINT32_MAX), "undefined");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_extension_comes_back),
        cmocka_unit_test(find_every_extension),
        cmocka_unit_test(no_extensions_give_an_absent_list),
        cmocka_unit_test(same_extension_twice),
        cmocka_unit_test(too_many_extensions),
        cmocka_unit_test(what_cannot_be_written),
        cmocka_unit_test(every_size_too_small),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
