// SPDX-License-Identifier: MIT
//
// oc_crl_find(): which entry counts, and oc_crl_extension_name(). Each CRL is built here from a
// table of its entries.
#include <ocsp/crl.h>
#include <ocsp/der.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#define NO_REASON 0
#define UNDATED (-1)  // NULL in the place of the date
#define THIS_UPDATE 100
#define MAX_ENTRIES 8
#define ROOM 2048

// The reasons of RFC 5280 5.3.1, and one that is not among them; 0 leaves the extension out.
#define HOLD OC_REASON_CERTIFICATE_HOLD
#define REMOVE OC_REASON_REMOVE_FROM_CRL
#define UNDEFINED 42

// Names of issuers, each an element: the first is that of the CRL.
static const uint8_t own_name[] = {0x30, 0x04, 0x31, 0x02, 0x30, 0x00};
static const uint8_t other_name[] = {0x30, 0x02, 0x31, 0x00};

enum issuer_name { AS_BEFORE, OWN, OTHER, URI_ONLY, OTHER_AND_OWN };

struct line {
    const char *serial;  // one octet for each character
    int64_t date;
    uint32_t reason;
    enum issuer_name issuer;
};

static void write_extension(struct oc_der_writer *w, uint8_t arc, size_t end)
{
    const uint8_t oid[] = {0x55, 0x1D, arc};
    oc_der_write_wrap(w, OC_DER_OCTET_STRING, end);
    oc_der_write_oid(w, (struct oc_bytes){oid, sizeof oid});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

static void write_name(struct oc_der_writer *w, struct oc_bytes name)
{
    oc_der_write(w, OC_DER_CONTEXT_CONSTRUCTED(4), name);
}

static void write_issuer(struct oc_der_writer *w, enum issuer_name issuer)
{
    size_t end = w->len;
    if (issuer == AS_BEFORE)
        return;
    if (issuer == OWN || issuer == OTHER_AND_OWN)
        write_name(w, (struct oc_bytes){own_name, sizeof own_name});
    if (issuer == OTHER || issuer == OTHER_AND_OWN)
        write_name(w, (struct oc_bytes){other_name, sizeof other_name});
    if (issuer == URI_ONLY)
        oc_der_write(w, OC_DER_CONTEXT(6), (struct oc_bytes){own_name, sizeof own_name});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
    write_extension(w, 29, end);
}

static void write_reason(struct oc_der_writer *w, uint32_t reason)
{
    size_t end = w->len;
    if (reason == NO_REASON)
        return;
    oc_der_write_small(w, OC_DER_ENUMERATED, reason);
    write_extension(w, 21, end);
}

static void write_line(struct oc_der_writer *w, const struct line *line)
{
    size_t end = w->len;
    write_issuer(w, line->issuer);
    write_reason(w, line->reason);
    if (w->len != end)
        oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
    if (line->date == UNDATED)
        oc_der_write_null(w);
    else
        oc_der_write_generalized_time(w, line->date);
    oc_der_write_integer(w, (struct oc_bytes){(const uint8_t *)line->serial, strlen(line->serial)});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

static void write_algorithm(struct oc_der_writer *w)
{
    static const uint8_t oid[] = {0x2A, 3};
    size_t end = w->len;
    oc_der_write_oid(w, (struct oc_bytes){oid, sizeof oid});
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

static void write_tbs(struct oc_der_writer *w, const struct line *lines, size_t n)
{
    size_t end = w->len;
    for (size_t i = n; i > 0; i--)
        write_line(w, &lines[i - 1]);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
    oc_der_write_generalized_time(w, THIS_UPDATE);
    oc_der_write_raw(w, (struct oc_bytes){own_name, sizeof own_name});
    write_algorithm(w);
    oc_der_write_small(w, OC_DER_INTEGER, 1);
    oc_der_write_wrap(w, OC_DER_SEQUENCE, end);
}

static void make(struct oc_crl *crl, uint8_t room[ROOM], const struct line *lines, size_t n)
{
    struct oc_der_writer w;
    struct oc_bytes der;
    bool is_undated = false;
    oc_der_writer_init(&w, room, ROOM);
    oc_der_write_bit_string(&w, (struct oc_bytes){own_name, 1});
    write_algorithm(&w);
    write_tbs(&w, lines, n);
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, 0);
    assert_int_equal(oc_der_writer_finish(&w, &der), OC_OK);
    assert_int_equal(oc_crl_parse(crl, der, NULL), OC_OK);
    assert_int_equal(crl->revoked.n, n);
    for (size_t i = 0; i < n; i++)
        is_undated = is_undated || lines[i].date == UNDATED;
    assert_int_equal(crl->deviations, is_undated ? OC_DEV_ENTRY_DATE : 0);
}

// A serial number, the CRL it is looked up in, and the date of the entry that counts; 0 for none.
struct lookup {
    const char *name;
    const char *serial;
    struct line lines[MAX_ENTRIES];
    int64_t date;
};

static const struct lookup lookups[] = {
    {"only_entry", "a", {{"a", 5}}, 5},
    {"last_of_three", "c", {{"a", 5}, {"b", 6}, {"c", 7}}, 7},
    {"not_listed", "d", {{"a", 5}, {"b", 6}, {"c", 7}}, 0},
    {"prefix_of_a_number", "a", {{"ab", 5}}, 0},
    {"number_is_longer", "ab", {{"a", 5}}, 0},
    {"number_ends_otherwise", "ab", {{"ac", 5}, {"ab", 6}}, 6},
    {"twice_earlier_first", "a", {{"a", 5}, {"a", 6}}, 5},
    {"twice_later_first", "a", {{"b", 1}, {"a", 6}, {"a", 5}}, 5},
    {"removal_behind_revocation", "a", {{"a", 6, HOLD}, {"a", 5, REMOVE}}, 6},
    {"removal_before_revocation", "a", {{"a", 5, REMOVE}, {"a", 6}}, 6},
    {"removal_alone", "a", {{"a", 5, REMOVE}}, 5},
    {"two_removals", "a", {{"a", 6, REMOVE}, {"a", 5, REMOVE}}, 5},
    {"undefined_reason", "a", {{"a", 5, UNDEFINED}}, 5},
    {"of_another_issuer", "a", {{"a", 5, NO_REASON, OTHER}}, 0},
    {"issuer_carries_over", "a", {{"b", 4, NO_REASON, OTHER}, {"a", 5}}, 0},
    {"before_another_issuer", "a", {{"a", 5}, {"a", 4, NO_REASON, OTHER}}, 5},
    {"back_to_own_issuer", "a", {{"b", 4, HOLD, OTHER}, {"a", 3}, {"a", 5, HOLD, OWN}}, 5},
    {"own_issuer_carries_over", "a", {{"b", 4, HOLD, OTHER}, {"c", 3, HOLD, OWN}, {"a", 5}}, 5},
    {"own_among_issuers", "a", {{"a", 5, NO_REASON, OTHER_AND_OWN}}, 5},
    {"issuer_without_directory_name", "a", {{"a", 5, NO_REASON, URI_ONLY}}, 0},
    {"indirect_twice", "a", {{"b", 1, HOLD, OTHER}, {"a", 7, HOLD, OWN}, {"a", 6}, {"a", 8}}, 6},
    {"undated_alone", "a", {{"b", 5}, {"a", UNDATED}}, UNDATED},
    {"undated_before_earlier", "a", {{"a", UNDATED}, {"a", 99}}, 99},
    {"undated_behind_earlier", "a", {{"a", 99}, {"a", UNDATED}}, 99},
    {"undated_before_later", "a", {{"a", UNDATED}, {"a", 101}}, UNDATED},
    {"undated_behind_later", "a", {{"a", 101}, {"a", UNDATED}}, UNDATED},
    {"undated_behind_this_update", "a", {{"a", THIS_UPDATE}, {"a", UNDATED}}, THIS_UPDATE},
    {"undated_removal", "a", {{"a", UNDATED, REMOVE}, {"a", 101}}, 101},
    {"removal_before_undated", "a", {{"a", 5, REMOVE}, {"a", UNDATED}}, UNDATED},
    {"indirect_undated",
     "a",
     {{"b", 1, HOLD, OTHER}, {"a", 101, HOLD, OWN}, {"a", UNDATED}},
     UNDATED},
};

static void test_lookups(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++) {
        const struct lookup *lookup = &lookups[i];
        struct oc_crl crl;
        struct oc_crl_entry entry;
        uint8_t room[ROOM];
        size_t n = 0;
        while (n < MAX_ENTRIES && lookup->lines[n].serial != NULL)
            n++;
        make(&crl, room, lookup->lines, n);
        struct oc_bytes serial = {(const uint8_t *)lookup->serial, strlen(lookup->serial)};
        memset(&entry, 0xA5, sizeof entry);
        if (oc_crl_find(&crl, serial, &entry) != (lookup->date != 0) ||
            entry.has_revocation_date != (lookup->date > 0) ||
            entry.revocation_date != (lookup->date > 0 ? lookup->date : 0))
            fail_msg("%s: date %d", lookup->name, (int)entry.revocation_date);
        assert_true(lookup->date == 0 || oc_bytes_equal(entry.serial, serial));
    }
}

static void test_empty_serial(void **state)
{
    static const struct line lines[] = {{"a", 5}};
    struct oc_crl crl;
    struct oc_crl_entry entry;
    uint8_t room[ROOM];
    (void)state;
    make(&crl, room, lines, 1);
    assert_false(oc_crl_find(&crl, (struct oc_bytes){0}, &entry));
    assert_null(entry.serial.data);
}

static void test_walk_of_zero(void **state)
{
    const struct oc_crl crl = {0};
    struct oc_crl_entry entry;
    size_t at = 0;
    (void)state;
    assert_false(oc_crl_next(&crl, &at, &entry));
    assert_false(oc_crl_find(&crl, (struct oc_bytes){own_name, 1}, &entry));
}

static void test_names(void **state)
{
    static const uint8_t number[] = {0x55, 0x1D, 20};
    static const uint8_t self_cdp[] = {0x2B, 6, 1, 4, 1, 0x82, 0x37, 21, 14};
    (void)state;
    assert_string_equal(oc_crl_extension_name((struct oc_bytes){number, 3}), "cRLNumber");
    assert_string_equal(oc_crl_extension_name((struct oc_bytes){number, 2}), "other");
    assert_string_equal(oc_crl_extension_name((struct oc_bytes){self_cdp, 9}), "crlSelfCDP");
    assert_string_equal(oc_crl_extension_name((struct oc_bytes){0}), "other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookups),
        cmocka_unit_test(test_empty_serial),
        cmocka_unit_test(test_walk_of_zero),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
