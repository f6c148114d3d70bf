// SPDX-License-Identifier: MIT
//
// The parts of HTTP that need no network: paths of GET, dates, entity tags, media types, and how
// long caches may keep an answer.
#include "http/field.h"
#include "http/get.h"

#include "guard.h"

#include <openssl/evp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 64 };

// Three requests whose base64 contains every character that has several spellings: with two, one
// and no characters of padding.
#define TWO "\x30\xff\xfe\xfb\xff\xbf\x3e"
#define ONE TWO "\x3f"
#define NO "\x30\xff\xfe\xfb\xff\xbf"

struct read_case {
    const char *name;
    const char *prefix;
    const char *uri;
    const char *request;
    enum http_get result;
};

static const struct read_case read_cases[] = {
    {"percent_encoded", "", "/MP%2F%2B%2B%2F%2B%2FPg%3D%3D", TWO, HTTP_GET_REQUEST},
    {"percent_encoded_in_small_letters", "", "/MP%2f%2b%2b%2f%2b%2fPg%3d%3d", TWO,
     HTTP_GET_REQUEST},
    {"raw", "", "/MP/++/+/Pg==", TWO, HTTP_GET_REQUEST},
    {"raw_and_percent_encoded", "", "/MP/%2B+/+%2fPg=%3D", TWO, HTTP_GET_REQUEST},
    {"letters_percent_encoded", "", "/%4dP/++/+/P%67==", TWO, HTTP_GET_REQUEST},
    {"without_padding_of_two", "", "/MP/++/+/Pg", TWO, HTTP_GET_REQUEST},
    {"without_padding_of_one", "", "/MP/++/+/Pj8", ONE, HTTP_GET_REQUEST},
    {"padding_of_one", "", "/MP/++/+/Pj8=", ONE, HTTP_GET_REQUEST},
    {"padding_of_none", "", "/MP/++/+/", NO, HTTP_GET_REQUEST},
    {"base64url", "", "/MP_--_-_Pg==", TWO, HTTP_GET_REQUEST},
    {"base64url_without_padding", "", "/MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"slashes_in_front", "", "///MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"prefix", "ocsp", "/ocsp/MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"prefix_of_two", "ca/ocsp", "/ca/ocsp/MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"slashes_around_prefix", "ocsp", "//ocsp//MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"authority", "", "http://ocsp.example:80/MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"authority_in_capitals", "ocsp", "HTTP://x/ocsp/MP_--_-_Pg", TWO, HTTP_GET_REQUEST},
    {"authority_of_https", "", "https://x//MP_--_-_Pg", TWO, HTTP_GET_REQUEST},

    {"empty", "", "", "", HTTP_GET_NOTHING},
    {"root", "", "/", "", HTTP_GET_NOTHING},
    {"slashes", "", "////", "", HTTP_GET_NOTHING},
    {"asterisk", "", "*", "", HTTP_GET_NOTHING},
    {"no_slash", "", "MP_--_-_Pg", "", HTTP_GET_NOTHING},
    {"authority_alone", "", "http://ocsp.example", "", HTTP_GET_NOTHING},
    {"authority_and_slash", "", "http://ocsp.example/", "", HTTP_GET_NOTHING},
    {"other_scheme", "", "ftp://x/MP_--_-_Pg", "", HTTP_GET_NOTHING},
    {"prefix_alone", "ocsp", "/ocsp", "", HTTP_GET_NOTHING},
    {"prefix_and_slash", "ocsp", "/ocsp/", "", HTTP_GET_NOTHING},
    {"prefix_missing", "ocsp", "/MP_--_-_Pg", "", HTTP_GET_NOTHING},
    {"prefix_goes_on", "ocsp", "/ocspMP_--_-_Pg", "", HTTP_GET_NOTHING},
    {"prefix_in_capitals", "ocsp", "/OCSP/MP_--_-_Pg", "", HTTP_GET_NOTHING},
    {"prefix_in_half", "ca/ocsp", "/ca/MP_--_-_Pg", "", HTTP_GET_NOTHING},

    {"mixed_alphabets", "", "/MP/++/+_Pg==", "", HTTP_GET_RUBBISH},
    {"one_character_left", "", "/MP_--_-_P", "", HTTP_GET_RUBBISH},
    {"one_character_left_and_padding", "", "/MP_--_-_P===", "", HTTP_GET_RUBBISH},
    {"half_of_the_padding", "", "/MP_--_-_Pg=", "", HTTP_GET_RUBBISH},
    {"too_much_padding", "", "/MP_--_-_Pg===", "", HTTP_GET_RUBBISH},
    {"padding_of_nothing", "", "/MP_--_-_====", "", HTTP_GET_RUBBISH},
    {"padding_and_more", "", "/MP_--_-_Pg==A", "", HTTP_GET_RUBBISH},
    {"padding_between", "", "/MP_--_-_P=g=", "", HTTP_GET_RUBBISH},
    {"padding_alone", "", "/=", "", HTTP_GET_RUBBISH},
    {"slash_behind", "", "/MP_--_-_Pg/", "", HTTP_GET_RUBBISH},
    {"slash_behind_padding", "", "/MP/++/+/Pg==/", "", HTTP_GET_RUBBISH},
    {"bits_behind_two", "", "/MP_--_-_Ph", "", HTTP_GET_RUBBISH},
    {"bits_behind_one", "", "/MP_--_-_Pj9", "", HTTP_GET_RUBBISH},
    {"query", "", "/MP_--_-_Pg?x=1", "", HTTP_GET_RUBBISH},
    {"space_percent_encoded", "", "/MP%20_--_-_Pg", "", HTTP_GET_RUBBISH},
    {"space", "", "/MP_--_-_Pg ", "", HTTP_GET_RUBBISH},
    {"percent_encoded_twice", "", "/MP%252F%252B%252B", "", HTTP_GET_RUBBISH},
    {"percent_alone", "", "/MP_--_-_Pg%", "", HTTP_GET_RUBBISH},
    {"percent_and_one_digit", "", "/MP_--_-_Pg%3", "", HTTP_GET_RUBBISH},
    {"percent_and_no_digits", "", "/MP_--_-_Pg%3G", "", HTTP_GET_RUBBISH},
    {"percent_and_sign", "", "/MP_--_-_Pg%+3", "", HTTP_GET_RUBBISH},
    {"nul", "", "/MP_--_-_Pg%00", "", HTTP_GET_RUBBISH},
    {"dot_dot", "", "/../MP_--_-_Pg", "", HTTP_GET_RUBBISH},
    {"octet_above_ascii", "", "/MP_--_-_P\xc3\xa4", "", HTTP_GET_RUBBISH},
};

static enum http_get read_below(const char *uri, size_t uri_len, const char *prefix, uint8_t *out,
                                size_t size, size_t *len)
{
    const struct http_prefixes prefixes = {&prefix, 1};
    return http_get_read(uri, uri_len, &prefixes, out, size, len);
}

static void try_read(struct guard *guard, const struct read_case *c)
{
    uint8_t out[MAX];
    size_t len = 77;
    size_t uri_len = strlen(c->uri);
    const char *uri = (const char *)guard_at_end(guard, (const uint8_t *)c->uri, uri_len);
    enum http_get result = read_below(uri, uri_len, c->prefix, out, sizeof out, &len);
    if (result != c->result)
        fail_msg("%s: %d", c->name, result);
    if (len != strlen(c->request) || memcmp(out, c->request, len) != 0)
        fail_msg("%s: another request of %zu octets", c->name, len);
}

static void paths_are_read(void **state)
{
    struct guard guard;
    (void)state;
    guard_init(&guard, 256);
    for (size_t i = 0; i < sizeof read_cases / sizeof read_cases[0]; i++)
        try_read(&guard, &read_cases[i]);
    guard_free(&guard);
}

// Nothing is read beyond the end of any prefix, whatever replaces one character.
static void every_prefix_and_character(void **state)
{
    static const char uri[] = "http://x/ocsp/MP%2F%2B+/+/Pg%3D%3D";
    struct guard guard;
    uint8_t out[MAX];
    size_t len;
    (void)state;
    guard_init(&guard, sizeof uri);
    for (size_t cut = 0; cut < sizeof uri; cut++) {
        char *at = (char *)guard_at_end(&guard, (const uint8_t *)uri, cut);
        enum http_get whole = read_below(at, cut, "ocsp", out, sizeof out, &len);
        assert_true(whole == HTTP_GET_REQUEST ? len > 0 : len == 0);
        for (size_t i = 0; i < cut; i++)
            for (int c = 0; c < 256; c++) {
                at[i] = (char)c;
                enum http_get result = read_below(at, cut, "ocsp", out, sizeof out, &len);
                assert_true(result == HTTP_GET_REQUEST ? len > 0 : len == 0);
                at[i] = uri[i];
            }
    }
    guard_free(&guard);
}

static void requests_are_as_long_as_may_be(void **state)
{
    uint8_t out[7];
    size_t len;
    static const char uri[] = "/MP_--_-_Pg";
    (void)state;
    assert_int_equal(read_below(uri, strlen(uri), "", out, 7, &len), HTTP_GET_REQUEST);
    assert_int_equal(len, 7);
    assert_int_equal(read_below(uri, strlen(uri), "", out, 6, &len), HTTP_GET_TOO_LONG);
    assert_int_equal(len, 0);
    assert_int_equal(read_below(uri, strlen(uri), "", out, 0, &len), HTTP_GET_TOO_LONG);
}

// read_quad reads four characters behind "0\0\0", the first of which may be written as %4D.
static bool read_quad(const char *head, const char quad[4], uint8_t out[3])
{
    uint8_t octets[6];
    size_t len;
    char uri[16];
    snprintf(uri, sizeof uri, "/%s%.4s", head, quad);
    if (read_below(uri, strlen(uri), "", octets, sizeof octets, &len) != HTTP_GET_REQUEST)
        return false;
    assert_int_equal(len, 6);
    assert_memory_equal(octets, "0\0\0", 3);
    memcpy(out, octets + 3, 3);
    return true;
}

static void expect_quad(const char quad[4], const uint8_t octets[3])
{
    static const char *const heads[] = {"MAAA", "%4DAAA"};
    uint8_t out[3];
    for (size_t i = 0; i < 2; i++) {
        assert_true(read_quad(heads[i], quad, out));
        assert_memory_equal(out, octets, 3);
    }
}

// Each value at each position, as libcrypto writes it, and in the other alphabet.
static void every_value_is_read(void **state)
{
    (void)state;
    for (unsigned place = 0; place < 4; place++)
        for (uint32_t value = 0; value < 64; value++) {
            uint32_t bits = value << 6 * place;
            uint8_t octets[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
            unsigned char quad[5];
            assert_int_equal(EVP_EncodeBlock(quad, octets, 3), 4);
            expect_quad((const char *)quad, octets);
            for (size_t i = 0; i < 4; i++)
                quad[i] = quad[i] == '+' ? '-' : quad[i] == '/' ? '_' : quad[i];
            expect_quad((const char *)quad, octets);
        }
}

static void no_other_character_is_read(void **state)
{
    static const char known[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    (void)state;
    for (size_t place = 0; place < 4; place++)
        for (int c = 1; c < 256; c++) {
            char quad[4] = {'A', 'A', 'A', 'A'};
            uint8_t out[3];
            quad[place] = (char)c;
            // One padding character at the end is valid, and gives two octets.
            if (c != '=' || place != 3)
                assert_true(read_quad("MAAA", quad, out) == (strchr(known, c) != NULL));
        }
}

static bool is_root(const char *uri, const char *prefix)
{
    const struct http_prefixes prefixes = {&prefix, 1};
    return http_get_is_root(uri, strlen(uri), &prefixes);
}

// In the order that config/prefix.h makes.
static const char *const several[] = {"a/b/ica1", "ica10", "ica1", "ca", ""};
static const struct http_prefixes all = {several, 5};
static const struct http_prefixes without_root = {several, 4};

static void longest_prefix_counts(void **state)
{
    static const struct {
        const char *uri;
        enum http_get result;
        enum http_get result_without_root;
    } cases[] = {
        {"/MP_--_-_Pg", HTTP_GET_REQUEST, HTTP_GET_NOTHING},
        {"/ica1/MP_--_-_Pg", HTTP_GET_REQUEST, HTTP_GET_REQUEST},
        {"/ica10/MP_--_-_Pg", HTTP_GET_REQUEST, HTTP_GET_REQUEST},
        {"//ica10///MP_--_-_Pg", HTTP_GET_REQUEST, HTTP_GET_REQUEST},
        {"/a/b/ica1/MP_--_-_Pg", HTTP_GET_REQUEST, HTTP_GET_REQUEST},
        {"http://x/ca/MP/++/+/Pg==", HTTP_GET_REQUEST, HTTP_GET_REQUEST},
        {"/ica1", HTTP_GET_NOTHING, HTTP_GET_NOTHING},
        {"/ica1/", HTTP_GET_NOTHING, HTTP_GET_NOTHING},
        {"/ica", HTTP_GET_RUBBISH, HTTP_GET_NOTHING},
        {"/icaA", HTTP_GET_REQUEST, HTTP_GET_NOTHING},  // base64 of something else
        {"/ica1/ica1/MP_--_-_Pg", HTTP_GET_RUBBISH, HTTP_GET_RUBBISH},
        {"/ica1/../MP_--_-_Pg", HTTP_GET_RUBBISH, HTTP_GET_RUBBISH},
        {"/a/b/MP_--_-_Pg", HTTP_GET_RUBBISH, HTTP_GET_NOTHING},
        {"/a/b/ica1?/MP_--_-_Pg", HTTP_GET_RUBBISH, HTTP_GET_NOTHING},
        {"/ica%31/MP_--_-_Pg", HTTP_GET_RUBBISH, HTTP_GET_NOTHING},
        {"/ica1;x/MP_--_-_Pg", HTTP_GET_RUBBISH, HTTP_GET_NOTHING},
        {"ica1/MP_--_-_Pg", HTTP_GET_NOTHING, HTTP_GET_NOTHING},
    };
    uint8_t out[MAX];
    size_t len;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t uri_len = strlen(cases[i].uri);
        enum http_get result = http_get_read(cases[i].uri, uri_len, &all, out, sizeof out, &len);
        if (result != cases[i].result)
            fail_msg("%s: %d", cases[i].uri, result);
        result = http_get_read(cases[i].uri, uri_len, &without_root, out, sizeof out, &len);
        if (result != cases[i].result_without_root)
            fail_msg("%s without the root: %d", cases[i].uri, result);
    }
}

// No path that is a request at the root is something else because of another prefix: all base64
// that begins with the octet 0x30 is tried up to its fourth character.
static void prefix_is_no_request(void **state)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char *const prefixes[] = {"MQA", "MQ", "M", "M+", "MaA/AAAA", "ca", ""};
    const struct http_prefixes list = {prefixes, 7};
    uint8_t out[MAX];
    size_t len;
    (void)state;
    for (size_t i = 0; i < (size_t)16 * 64 * 64; i++) {
        char uri[] = "/M000/AAAAAAA";
        uri[2] = digits[i / 64 / 64];
        uri[3] = digits[i / 64 % 64];
        uri[4] = digits[i % 64];
        assert_int_equal(http_get_read(uri, strlen(uri), &list, out, sizeof out, &len),
                         HTTP_GET_REQUEST);
        assert_int_equal(len, 9);
        assert_int_equal(out[0], 0x30);
    }
}

static void posts_go_below_each_prefix(void **state)
{
    static const char *const yes[] = {"/",      "/ica1",        "/ica1/",
                                      "/ica10", "//a/b/ica1//", "http://x/ca"};
    static const char *const no[] = {"/ica", "/ica100", "/a/b", "/ica1/ca", "/ica1?", "/ca%2f"};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        assert_true(http_get_is_root(yes[i], strlen(yes[i]), &all));
        assert_true(http_get_is_root(yes[i], strlen(yes[i]), &without_root) == (i > 0));
        assert_false(http_get_is_root(no[i], strlen(no[i]), &all));
    }
}

static void posts_go_to_the_root(void **state)
{
    (void)state;
    assert_true(is_root("/", ""));
    assert_true(is_root("//", ""));
    assert_true(is_root("http://x", ""));
    assert_true(is_root("http://x/", ""));
    assert_true(is_root("/ocsp", "ocsp"));
    assert_true(is_root("/ocsp/", "ocsp"));
    assert_false(is_root("", ""));
    assert_false(is_root("*", ""));
    assert_false(is_root("/x", ""));
    assert_false(is_root("/?x", ""));
    assert_false(is_root("/", "ocsp"));
    assert_false(is_root("/ocsp/x", "ocsp"));
    assert_false(is_root("/ocspx", "ocsp"));
}

static void expect_date(int64_t time, const char *wanted)
{
    char date[HTTP_DATE_SIZE];
    http_date(time, date);
    assert_string_equal(date, wanted);
}

// The last day of a century and of a leap year; the first date is that of RFC 9110 5.6.7.
static void dates(void **state)
{
    (void)state;
    expect_date(784111777, "Sun, 06 Nov 1994 08:49:37 GMT");
    expect_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
    expect_date(951868799, "Tue, 29 Feb 2000 23:59:59 GMT");
    expect_date(4107542399, "Sun, 28 Feb 2100 23:59:59 GMT");
    expect_date(253402300799, "Fri, 31 Dec 9999 23:59:59 GMT");
    expect_date(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
}

static void entity_tags(void **state)
{
    static const char *const matches[] = {
        "\"abc\"",
        "W/\"abc\"",
        "*",
        " * ",
        "\"x\", \"abc\"",
        "\"x\",W/\"abc\",\"y\"",
        ", ,\"abc\"",
        "\t\"abc\" ",
        "\"\", \"abc\"",
        "\"a,b\", \"abc\"",
        "\"abc\", rubbish",
    };
    static const char *const others[] = {
        "",
        "abc",
        "\"ab\"",
        "\"abcd\"",
        "\"ABC\"",
        "\"abc",
        "abc\"",
        "**",
        "*, \"abc\"",
        "w/\"abc\"",
        "W/abc",
        "W/ \"abc\"",
        "\"x\" \"abc\"",
        "\"x\"; \"abc\"",
        "'abc'",
        "\"a,abc\"",
        "W/",
        "\"x\", *",
        "rubbish, \"abc\"",
        ",",
    };
    (void)state;
    for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++)
        if (!http_etag_matches(matches[i], "abc"))
            fail_msg("%s does not match", matches[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (http_etag_matches(others[i], "abc"))
            fail_msg("%s matches", others[i]);
}

static void media_types(void **state)
{
    static const char type[] = "application/ocsp-request";
    (void)state;
    assert_true(http_is_media_type("application/ocsp-request", type));
    assert_true(http_is_media_type("Application/OCSP-Request", type));
    assert_true(http_is_media_type(" application/ocsp-request ", type));
    assert_true(http_is_media_type("application/ocsp-request; charset=binary", type));
    assert_true(http_is_media_type("application/ocsp-request ;x", type));
    assert_false(http_is_media_type("", type));
    assert_false(http_is_media_type("application/ocsp-requests", type));
    assert_false(http_is_media_type("application/ocsp-response", type));
    assert_false(http_is_media_type("application/ocsp-request, text/plain", type));
    assert_false(http_is_media_type("text/plain; application/ocsp-request", type));
}

// At every second, a max-age that may be sent until then ends before the next update.
static void caches_never_pass_the_next_update(void **state)
{
    enum { NEXT = 100000, MAX_AGE = 3600 };
    (void)state;
    for (int64_t now = 0; now < NEXT + 100; now++) {
        struct http_freshness fresh = http_freshness(now, NEXT, MAX_AGE);
        assert_true(fresh.good_until >= now);
        assert_true(fresh.max_age >= 0 && fresh.max_age <= MAX_AGE);
        if (fresh.max_age > 0)
            assert_true(fresh.good_until + fresh.max_age < NEXT);
    }
}

static void caches_keep_for_long(void **state)
{
    (void)state;
    struct http_freshness fresh = http_freshness(0, 100000, 3600);
    assert_int_equal(fresh.max_age, 3600);
    assert_int_equal(fresh.good_until, 100000 - 1 - 3600);
    // Within the last hour, at most half a minute is lost.
    fresh = http_freshness(97000, 100000, 3600);
    assert_int_equal(fresh.max_age, 2999 - 30);
    assert_int_equal(fresh.good_until, 97030);
    fresh = http_freshness(99990, 100000, 3600);
    assert_int_equal(fresh.max_age, 9);
    assert_int_equal(fresh.good_until, 99990);
    fresh = http_freshness(99999, 100000, 3600);
    assert_int_equal(fresh.max_age, 0);
    assert_int_equal(fresh.good_until, 99999);
    fresh = http_freshness(0, 100000, 0);
    assert_int_equal(fresh.max_age, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_read),
        cmocka_unit_test(every_prefix_and_character),
        cmocka_unit_test(every_value_is_read),
        cmocka_unit_test(no_other_character_is_read),
        cmocka_unit_test(requests_are_as_long_as_may_be),
        cmocka_unit_test(longest_prefix_counts),
        cmocka_unit_test(prefix_is_no_request),
        cmocka_unit_test(posts_go_below_each_prefix),
        cmocka_unit_test(posts_go_to_the_root),
        cmocka_unit_test(dates),
        cmocka_unit_test(entity_tags),
        cmocka_unit_test(media_types),
        cmocka_unit_test(caches_never_pass_the_next_update),
        cmocka_unit_test(caches_keep_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
