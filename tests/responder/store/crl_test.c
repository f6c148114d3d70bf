// SPDX-License-Identifier: MIT
//
// The store that is a CRL: what it says, and which CRLs are refused.
#include "fixture/source_fixture.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW SIGN_NOW
enum { DAY = 86400 };

struct crl_spec {
    enum fixture_issuer name;
    enum fixture_issuer key;
    const EVP_MD *digest;
    int64_t this_update;
    int64_t next_update;    // 0: none
    long number;            // 0: none
    const char *extension;  // "NAME=VALUE" as in OpenSSL's configuration files
    int reason;             // of the second of the two entries; -1: none
    bool twice;
    bool entry_of_another;
    long n_odd;  // more entries, whose reason is not defined
};

static void add_extension(X509_CRL *crl, const char *text)
{
    char name[64];
    const char *value = strchr(text, '=');
    snprintf(name, sizeof name, "%.*s", (int)(value - text), text);
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, NULL, NULL, NULL, crl, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, &ctx, name, value + 1);
    assert_non_null(extension);
    assert_int_equal(X509_CRL_add_ext(crl, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void add_revoked(X509_CRL *crl, long serial, int64_t at, int reason, bool of_another)
{
    X509_REVOKED *revoked = X509_REVOKED_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, at);
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, time);
    if (reason >= 0) {
        ASN1_ENUMERATED *value = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(value, reason);
        assert_int_equal(X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, value, 0, 0), 1);
        ASN1_ENUMERATED_free(value);
    }
    if (of_another) {
        GENERAL_NAMES *names = GENERAL_NAMES_new();
        GENERAL_NAME *name = GENERAL_NAME_new();
        X509_NAME *other = X509_NAME_new();
        GENERAL_NAME_set0_value(name, GEN_DIRNAME, other);
        sk_GENERAL_NAME_push(names, name);
        assert_int_equal(X509_REVOKED_add1_ext_i2d(revoked, NID_certificate_issuer, names, 1, 0),
                         1);
        GENERAL_NAMES_free(names);
    }
    assert_int_equal(X509_CRL_add0_revoked(crl, revoked), 1);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(time);
}

static void set_times(X509_CRL *crl, const struct crl_spec *spec)
{
    int64_t this_update = spec->this_update != 0 ? spec->this_update : NOW;
    int64_t next_update = spec->next_update != 0 ? spec->next_update : NOW + DAY;
    ASN1_TIME *time = ASN1_TIME_set(NULL, this_update);
    X509_CRL_set1_lastUpdate(crl, time);
    ASN1_TIME_set(time, next_update);
    if (spec->next_update >= 0)
        X509_CRL_set1_nextUpdate(crl, time);
    ASN1_TIME_free(time);
}

static X509_CRL *make_crl(const struct crl_spec *spec)
{
    X509_CRL *crl = X509_CRL_new();
    const unsigned char *at = fixture.issuers[spec->name].cert.subject.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)fixture.issuers[spec->name].cert.subject.len);
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, name);
    X509_NAME_free(name);
    set_times(crl, spec);
    add_revoked(crl, 0x80, NOW - DAY, -1, false);
    add_revoked(crl, spec->twice ? 0x80 : 0x01, NOW - 2 * DAY, spec->reason,
                spec->entry_of_another);
    for (long i = 0; i < spec->n_odd; i++)
        add_revoked(crl, 0x1000 + i, NOW - DAY, 11, false);
    if (spec->number != 0) {
        ASN1_INTEGER *number = ASN1_INTEGER_new();
        ASN1_INTEGER_set(number, spec->number);
        X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
        ASN1_INTEGER_free(number);
    }
    if (spec->extension != NULL)
        add_extension(crl, spec->extension);
    assert_true(X509_CRL_sign(crl, fixture.keys[spec->key],
                              spec->digest != NULL ? spec->digest : EVP_sha256()) > 0);
    return crl;
}

static void write_crl(struct crl_spec spec)
{
    X509_CRL *crl = make_crl(&spec);
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    assert_true(len > 0);
    fixture_write("file", der, (size_t)len);
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

static const struct crl_spec right = {.reason = 1, .number = 7};

static void crl_that_is_right(void **state)
{
    (void)state;
    write_crl(right);
    struct store *store = must_open(SOURCE_CRL);
    struct record record = fixture_look(store, SERIAL(0, 0x80));
    assert_revoked(record, NOW - DAY, -1);
    assert_int_equal(record.this_update, NOW);
    assert_int_equal(record.next_update, NOW + DAY);
    assert_int_equal(record.expires, 0);
    assert_revoked(fixture_look(store, SERIAL(1)), NOW - 2 * DAY, 1);
    record = fixture_look(store, SERIAL(2));
    assert_int_equal(record.status, RECORD_NOT_ISSUED);
    assert_int_equal(record.this_update, NOW);
    assert_int_equal(record.next_update, NOW + DAY);
    assert_int_equal(fixture_poll(store).n_everything, 0);
    store_close(store);
}

static void crl_without_an_issued_list(void **state)
{
    (void)state;
    config.insecure_good_if_not_revoked = true;
    write_crl(right);
    struct store *store = must_open(SOURCE_CRL);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    store_close(store);
}

static void crl_in_pem(void **state)
{
    (void)state;
    X509_CRL *crl = make_crl(&right);
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    fputs("Some text in front.\n", file);
    assert_int_equal(PEM_write_X509_CRL(file, crl), 1);
    assert_int_equal(fclose(file), 0);
    X509_CRL_free(crl);
    struct store *store = must_open(SOURCE_CRL);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    store_close(store);
}

static const struct {
    struct crl_spec spec;
    const char *what;
} refused_crls[] = {
    {{.name = ISSUER_OTHER, .key = ISSUER_OTHER},
     ": the CRL names another issuer (RFC 5280 6.3.3 (b)(1))"},
    {{.name = ISSUER_OURS, .key = ISSUER_OTHER},
     ": the signature of the CRL is wrong (RFC 5280 6.3.3 (g), (h))"},
    {{.next_update = -1},
     ": missing nextUpdate (RFC 5280 5.1.2.5); see insecure-crl-without-next-update"},
    {{.next_update = NOW}, ": invalid nextUpdate: not after thisUpdate"},
    {{.extension = "issuingDistributionPoint=critical,indirectCRL:TRUE"},
     ": indirect CRLs are not supported (RFC 5280 5.2.5)"},
    {{.extension = "issuingDistributionPoint=critical,onlyAA:TRUE"},
     ": the CRL is about attribute certificates only (RFC 5280 6.3.3 (b)(2)(iv))"},
    {{.extension = "issuingDistributionPoint=critical,DER:04:00"},
     ": invalid CRL: issuingDistributionPoint is not a SEQUENCE (RFC 5280 5.2.5)"},
    {{.extension = "deltaCRL=critical,DER:02:01:05"},
     ": missing CRL number, which a delta CRL needs (RFC 5280 5.2.3)"},
    {{.extension = "1.2.3.4=critical,DER:05:00"},
     ": a critical extension of the CRL is not understood (RFC 5280 5.2)"},
    {{.entry_of_another = true}, ": indirect CRLs are not supported (RFC 5280 5.2.5)"},
};

static void crl_that_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_crls / sizeof refused_crls[0]; i++) {
        write_crl(refused_crls[i].spec);
        open_fails(SOURCE_CRL, refused_crls[i].what);
        assert_int_equal(fixture.err.fault, STORE_FAULT_DATA);
    }
    struct crl_spec weak = right;
    weak.digest = EVP_sha1();
    write_crl(weak);
    open_fails(SOURCE_CRL, ": unsupported signature algorithm: SHA-1 or weaker (SHA-1 needs "
                           "insecure-crl-sha1)");
}

// Settings accept what is insecure if they say so, and nothing else.
static void crl_that_is_insecure(void **state)
{
    struct crl_spec weak = right;
    struct crl_spec endless = right;
    (void)state;
    weak.digest = EVP_sha1();
    endless.next_update = -1;
    config.insecure_crl_sha1 = true;
    write_crl(weak);
    store_close(must_open(SOURCE_CRL));
    write_crl(endless);
    open_fails(SOURCE_CRL,
               ": missing nextUpdate (RFC 5280 5.1.2.5); see insecure-crl-without-next-update");
    config.insecure_crl_sha1 = false;
    config.insecure_crl_without_next_update = true;
    struct store *store = must_open(SOURCE_CRL);
    assert_int_equal(fixture_look(store, SERIAL(2)).next_update, INT64_MAX);
    struct source_state found;
    store->methods->get_state(store, &found);
    assert_int_equal(found.next_update, 0);
    store_close(store);
}

// struct odd_text collects what is odd.
struct odd_text {
    size_t n;
    char text[1024];
};

static bool add_odd(void *arg, const struct odd_row *row)
{
    struct odd_text *all = arg;
    size_t len = strlen(all->text);
    assert_false(row->is_uncertain);
    snprintf(all->text + len, sizeof all->text - len, "%zu %s %s\n", row->line, row->text,
             row->what);
    all->n++;
    return true;
}

// Entries that are odd count all the same, and are reported once.
static void crl_with_odd_entries(void **state)
{
    static const struct {
        int reason;
        bool twice;
        const char *what;
    } odd[] = {
        {8, false, "2 0x01 removeFromCRL outside of a delta CRL: revoked without a reason\n"},
        {7, false, "2 0x01 unknown reason: revoked without a reason\n"},
        {11, false, "2 0x01 unknown reason: revoked without a reason\n"},
        {1, true, "2 0x80 second entry with this serial number\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct crl_spec spec = right;
        struct odd_text all = {0};
        struct source_state found;
        spec.reason = odd[i].reason;
        spec.twice = odd[i].twice;
        write_crl(spec);
        struct store *store = must_open(SOURCE_CRL);
        struct oc_bytes serial = odd[i].twice ? SERIAL(0, 0x80) : SERIAL(1);
        assert_revoked(fixture_look(store, serial), NOW - 2 * DAY, odd[i].twice ? 1 : -1);
        store->methods->list_odd(store, true, add_odd, &all);
        assert_string_equal(all.text, odd[i].what);
        store->methods->list_odd(store, true, add_odd, &all);
        assert_int_equal(all.n, 1);
        store->methods->get_state(store, &found);
        assert_int_equal(found.n_odd, 1);
        assert_int_equal(found.n_rows, 2);
        store_close(store);
    }
}

static void write_der(X509_CRL *crl, const char *before, const char *after)
{
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    assert_true(len > 0);
    char *text = malloc(strlen(before) + (size_t)len + strlen(after));
    assert_non_null(text);
    memcpy(text, before, strlen(before));
    memcpy(text + strlen(before), der, (size_t)len);
    memcpy(text + strlen(before) + len, after, strlen(after));
    fixture_write("file", text, strlen(before) + (size_t)len + strlen(after));
    free(text);
    OPENSSL_free(der);
}

// Newlines behind a CRL change nothing; anything else is not a CRL.
// More odd entries than are kept with their texts: a new CRL does not add to those of the old one.
static void crl_with_many_odd_entries(void **state)
{
    struct crl_spec spec = right;
    struct source_state found;
    (void)state;
    spec.n_odd = ODD_ROWS_MAX + 500;
    write_crl(spec);
    struct store *store = must_open(SOURCE_CRL);
    store->methods->get_state(store, &found);
    assert_int_equal(found.n_odd, spec.n_odd);
    spec.this_update = NOW + 1;
    spec.n_odd++;
    write_crl(spec);
    for (int i = 0; i < POLLS_MAX && fixture_poll(store).n_everything == 0; i++)
        usleep(POLL_US);
    store->methods->get_state(store, &found);
    assert_int_equal(found.n_odd, spec.n_odd);
    store_close(store);
}

static void crl_with_something_behind(void **state)
{
    static const char *const accepted[] = {"\n", "\r\n", "\n\n\n"};
    static const char *const refused[] = {" ", "\n ", "\nx", "0"};
    (void)state;
    X509_CRL *crl = make_crl(&right);
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        write_der(crl, "", accepted[i]);
        store_close(must_open(SOURCE_CRL));
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        write_der(crl, "", refused[i]);
        open_fails(SOURCE_CRL, ": unexpected bytes after the CRL");
    }
    write_der(crl, "\n", "");
    open_fails(SOURCE_CRL, ": not a CRL in DER or PEM");
    X509_CRL_free(crl);
}

// Two CRLs in a file: which of them was meant?
static void crl_that_is_two(void **state)
{
    (void)state;
    X509_CRL *crl = make_crl(&right);
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509_CRL(file, crl), 1);
    assert_int_equal(PEM_write_X509_CRL(file, crl), 1);
    assert_int_equal(fclose(file), 0);
    X509_CRL_free(crl);
    open_fails(SOURCE_CRL, ": unsupported second CRL: give each CRL a file of its own");
}

// The signature of a CRL that says it was made by RSASSA-PSS with this hash, or with none.
static void write_pss_crl(int digest)
{
    X509_CRL *crl = make_crl(&right);
    RSA_PSS_PARAMS *pss = RSA_PSS_PARAMS_new();
    if (digest != NID_undef) {
        pss->hashAlgorithm = X509_ALGOR_new();
        X509_ALGOR_set0(pss->hashAlgorithm, OBJ_nid2obj(digest), V_ASN1_NULL, NULL);
    }
    const X509_ALGOR *outside;
    X509_ALGOR *place;
    X509_CRL_get0_signature(crl, NULL, &outside);
    memcpy(&place, &outside, sizeof place);
    X509_ALGOR_set0(place, OBJ_nid2obj(NID_rsassaPss), V_ASN1_SEQUENCE,
                    ASN1_item_pack(pss, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL));
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    fixture_write("file", der, (size_t)len);
    OPENSSL_free(der);
    RSA_PSS_PARAMS_free(pss);
    X509_CRL_free(crl);
}

static void crl_signed_by_pss(void **state)
{
    static const int digests[] = {NID_undef, NID_sha1, NID_md5, NID_sha256};
    (void)state;
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        write_pss_crl(digests[i]);
        open_fails(SOURCE_CRL, ": the CRL's two signature algorithms differ (RFC 5280 5.1.1.2)");
    }
}

// It says what is revoked, but of the others it knows nothing.
static void crl_about_some_certificates(void **state)
{
    (void)state;
    struct crl_spec some = right;
    some.extension = "issuingDistributionPoint=critical,onlyuser:TRUE";
    write_crl(some);
    struct store *store = must_open(SOURCE_CRL);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_UNCERTAIN);
    store_close(store);
}

static void crl_of_an_issuer_that_may_not(void **state)
{
    (void)state;
    struct oc_cert *cert = &fixture.issuers[ISSUER_OURS].cert;
    const struct oc_cert before = *cert;
    cert->has_key_usage = true;
    cert->key_usage = OC_KEY_USAGE_KEY_CERT_SIGN;
    write_crl(right);
    open_fails(SOURCE_CRL,
               ": the issuer's certificate is not for signing CRLs (RFC 5280 6.3.3 (f))");
    cert->key_usage |= OC_KEY_USAGE_CRL_SIGN;
    store_close(must_open(SOURCE_CRL));
    *cert = before;
}

// Every octet of it counts.
static void crl_that_is_flipped_or_cut(void **state)
{
    (void)state;
    X509_CRL *crl = make_crl(&right);
    unsigned char *der = NULL;
    int len = i2d_X509_CRL(crl, &der);
    assert_true(len > 0);
    for (int i = 0; i <= len; i++) {
        FILE *file = fopen(fixture_path("file"), "wb");
        assert_non_null(file);
        if (i < len)
            der[i] ^= 1;
        fwrite(der, 1, (size_t)len, file);
        // A last octet too many is one, too.
        if (i == len)
            fputc(0, file);
        assert_int_equal(fclose(file), 0);
        if (i < len)
            der[i] ^= 1;
        assert_null(open_file(SOURCE_CRL));
        assert_int_equal(truncate(fixture_path("file"), i), 0);
        if (i < len)
            assert_null(open_file(SOURCE_CRL));
    }
    OPENSSL_free(der);
    X509_CRL_free(crl);
}

static void crl_that_is_rubbish(void **state)
{
    (void)state;
    static const char *const texts[] = {"0", "rubbish", "-----BEGIN X509 CRL-----\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_file(texts[i]);
        open_fails(SOURCE_CRL, ": not a CRL in DER or PEM");
    }
    write_file("");
    open_fails(SOURCE_CRL, ": unexpected empty file");
}

static void crl_renewed(void **state)
{
    (void)state;
    struct crl_spec next = right;
    write_crl(right);
    struct store *store = must_open(SOURCE_CRL);
    next.this_update = NOW + 1;
    next.number = 8;
    next.reason = 4;
    write_crl(next);
    assert_int_equal(poll_until(store, 1).n_everything, 1);
    struct record record = fixture_look(store, SERIAL(1));
    assert_revoked(record, NOW - 2 * DAY, 4);
    assert_int_equal(record.this_update, NOW + 1);
    store_close(store);
}

static void crl_that_becomes_bad(void **state)
{
    (void)state;
    static const struct crl_spec bad[] = {
        {.this_update = NOW - 1, .number = 7},
        {.this_update = NOW, .number = 6},
        {.this_update = NOW + 1, .number = 8, .key = ISSUER_OTHER},
    };
    static const char *const whats[] = {
        ": unexpected CRL: older than the previous one",
        ": unexpected CRL: older than the previous one",
        ": the signature of the CRL is wrong (RFC 5280 6.3.3 (g), (h))"};
    write_crl(right);
    struct store *store = must_open(SOURCE_CRL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_crl(bad[i]);
        poll_until_fails(store, whats[i]);
        struct record record = fixture_look(store, SERIAL(1));
        assert_revoked(record, NOW - 2 * DAY, 1);
        assert_int_equal(record.this_update, NOW);
    }
    write_crl(right);
    poll_until_current(store, NOW);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_test, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(crl_that_is_right),
        TEST(crl_without_an_issued_list),
        TEST(crl_in_pem),
        TEST(crl_that_is_refused),
        TEST(crl_that_is_insecure),
        TEST(crl_with_odd_entries),
        TEST(crl_with_many_odd_entries),
        TEST(crl_with_something_behind),
        TEST(crl_that_is_two),
        TEST(crl_signed_by_pss),
        TEST(crl_about_some_certificates),
        TEST(crl_of_an_issuer_that_may_not),
        TEST(crl_that_is_flipped_or_cut),
        TEST(crl_that_is_rubbish),
        TEST(crl_renewed),
        TEST(crl_that_becomes_bad),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
