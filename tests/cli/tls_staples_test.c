// SPDX-License-Identifier: MIT
//
// The Certificate message of TLS 1.3: what is taken out of it, every prefix, and every length that
// does not fit. Every input ends at a page that cannot be read.
#include "check/tls_staples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "hex.h"

enum { MAX_INPUT = 256 };

static struct guard guard;

// Two entries, of the certificates AABB and CC: an unknown extension (18, signed certificate
// timestamps) and the staple 3001 at the first, and the staple 30 at the second.
#define WHOLE                                                                                      \
    "0B00002A"                                                                                     \
    "00"                                                                                           \
    "000026"                                                                                       \
    "000002AABB"                                                                                   \
    "0010"                                                                                         \
    "00120002EEEE"                                                                                 \
    "0005000601"                                                                                   \
    "0000023001"                                                                                   \
    "000001CC"                                                                                     \
    "0009"                                                                                         \
    "0005000501"                                                                                   \
    "00000130"

// The offsets of the last octets of its lengths.
static const size_t lengths[] = {3, 4, 7, 10, 14, 18, 24, 28, 33, 36, 40, 44};

static struct oc_bytes input(const char *hex)
{
    uint8_t octets[MAX_INPUT];
    size_t len = strlen(hex) / 2;
    assert_true(len <= sizeof octets);
    assert_true(hex_decode(hex, strlen(hex), octets));
    return (struct oc_bytes){guard_at_end(&guard, octets, len), len};
}

static void assert_octets(struct oc_bytes bytes, const char *hex)
{
    uint8_t octets[MAX_INPUT];
    size_t len = strlen(hex) / 2;
    assert_true(hex_decode(hex, strlen(hex), octets));
    assert_int_equal(bytes.len, len);
    assert_memory_equal(bytes.data, octets, len);
}

static void refuse(const char *name, size_t number, struct oc_bytes message)
{
    struct oc_bytes list = {message.data, 1};
    if (tls_staples_read(message, &list))
        fail_msg("%s %zu: is accepted", name, number);
    if (list.data != NULL || list.len != 0)
        fail_msg("%s %zu: the list is not empty", name, number);
}

static void both_staples(void **state)
{
    struct oc_bytes list;
    struct tls_entry entry;
    (void)state;
    assert_true(tls_staples_read(input(WHOLE), &list));
    assert_true(tls_staples_next(&list, &entry));
    assert_octets(entry.cert, "AABB");
    assert_octets(entry.staple, "3001");
    assert_true(tls_staples_next(&list, &entry));
    assert_octets(entry.cert, "CC");
    assert_octets(entry.staple, "30");
    assert_false(tls_staples_next(&list, &entry));
}

static void no_staple(void **state)
{
    struct oc_bytes list;
    struct tls_entry entry;
    (void)state;
    assert_true(tls_staples_read(input("0B00000A00000006000001CC0000"), &list));
    assert_true(tls_staples_next(&list, &entry));
    assert_octets(entry.cert, "CC");
    assert_null(entry.staple.data);
    assert_false(tls_staples_next(&list, &entry));
}

static struct oc_bytes find(struct oc_bytes list, const char *cert)
{
    uint8_t octets[MAX_INPUT];
    assert_true(hex_decode(cert, strlen(cert), octets));
    return tls_staples_find(list, (struct oc_bytes){octets, strlen(cert) / 2});
}

static void found_by_certificate(void **state)
{
    struct oc_bytes list;
    (void)state;
    assert_true(tls_staples_read(input(WHOLE), &list));
    assert_octets(find(list, "CC"), "30");
    assert_octets(find(list, "AABB"), "3001");
    assert_null(find(list, "AA").data);
    assert_null(find(list, "AABBCC").data);
    assert_null(find(list, "DD").data);
}

// The same certificate without a staple, and with two.
static void found_first_of_several(void **state)
{
    struct oc_bytes list;
    (void)state;
    assert_true(tls_staples_read(input("0B00002800"
                                       "000024000001CC0000"
                                       "000001CC0009000500050100000130"
                                       "000001CC0009000500050100000131"),
                                 &list));
    assert_octets(find(list, "CC"), "30");
}

static void every_prefix(void **state)
{
    uint8_t whole[MAX_INPUT];
    (void)state;
    assert_true(hex_decode(WHOLE, strlen(WHOLE), whole));
    for (size_t i = 0; i < strlen(WHOLE) / 2; i++)
        refuse("prefix", i, (struct oc_bytes){guard_at_end(&guard, whole, i), i});
}

static void longer_by_one(void **state)
{
    (void)state;
    refuse("longer", 0, input(WHOLE "00"));
}

static void every_length_off_by_one(void **state)
{
    uint8_t whole[MAX_INPUT];
    size_t len = strlen(WHOLE) / 2;
    (void)state;
    assert_true(hex_decode(WHOLE, strlen(WHOLE), whole));
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint8_t right = whole[lengths[i]];
        for (int by = -1; by <= 1; by += 2) {
            whole[lengths[i]] = (uint8_t)(right + by);
            refuse("length at", lengths[i],
                   (struct oc_bytes){guard_at_end(&guard, whole, len), len});
        }
        whole[lengths[i]] = right;
    }
}

// No flipped bit may lead beyond the message.
static void every_bit(void **state)
{
    uint8_t whole[MAX_INPUT];
    size_t len = strlen(WHOLE) / 2;
    size_t n_accepted = 0;
    (void)state;
    assert_true(hex_decode(WHOLE, strlen(WHOLE), whole));
    for (size_t i = 0; i < 8 * len; i++) {
        struct oc_bytes list;
        struct tls_entry entry;
        whole[i / 8] ^= (uint8_t)(1U << i % 8);
        n_accepted +=
            tls_staples_read((struct oc_bytes){guard_at_end(&guard, whole, len), len}, &list);
        while (tls_staples_next(&list, &entry))
            assert_true(entry.cert.len > 0);
        whole[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    // 24 in the certificates, 24 in the staples, 16 in the unknown extension's type and 16 in its
    // data, 32 in the types of the statuses; and two lengths that make what they count reach over
    // other things, and end where one of those ends.
    assert_int_equal(n_accepted, 114);
}

static void broken(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
    } cases[] = {
        {"other_message", "0800000A00000006000001CC0000"},
        {"context", "0B00000B0100000006000001CC0000"},
        {"no_entry", "0B00000400000000"},
        {"certificate_empty", "0B0000090000000500000000"
                              "00"},
        {"status_of_another_type", "0B00001300"
                                   "00000F"
                                   "000001CC0009"
                                   "000500050200000130"},
        {"status_empty", "0B00001200"
                         "00000E"
                         "000001CC0008"
                         "0005000401000000"},
        {"status_without_octets", "0B00000E00"
                                  "00000A"
                                  "000001CC0004"
                                  "00050000"},
        {"status_with_more_behind", "0B00001400"
                                    "000010"
                                    "000001CC000A"
                                    "00050006010000013000"},
        {"status_twice", "0B00001C00"
                         "000018"
                         "000001CC0012"
                         "000500050100000130"
                         "000500050100000130"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse(cases[i].name, i, input(cases[i].hex));
}

// The form that the broken ones have, unbroken.
static void repaired(void **state)
{
    struct oc_bytes list;
    (void)state;
    assert_true(tls_staples_read(input("0B00001300"
                                       "00000F"
                                       "000001CC0009"
                                       "000500050100000130"),
                                 &list));
    assert_octets(find(list, "CC"), "30");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_staples),
        cmocka_unit_test(no_staple),
        cmocka_unit_test(found_by_certificate),
        cmocka_unit_test(found_first_of_several),
        cmocka_unit_test(every_prefix),
        cmocka_unit_test(longer_by_one),
        cmocka_unit_test(every_length_off_by_one),
        cmocka_unit_test(every_bit),
        cmocka_unit_test(broken),
        cmocka_unit_test(repaired),
    };
    guard_init(&guard, MAX_INPUT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_free(&guard);
    return failed;
}
