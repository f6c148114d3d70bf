// SPDX-License-Identifier: MIT
//
// CRLs: the library and libcrypto on the same octets. The cases of the parser and what comes of
// them when a bit is flipped must be read alike; in a CRL that libcrypto has made and signed, both
// must find the same entries and think the same of the signature.
#include <cases.h>
#include <ocsp/crl.h>
#include <ocsp/openssl.h>
#include <ocsp/verify.h>
#include <sign.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_ENTRIES 1000
#define MAX_SERIAL 20

static struct case_file file;

static X509_CRL *read_theirs(struct oc_bytes der)
{
    const uint8_t *at = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.len);
    ERR_clear_error();
    if (crl != NULL && at != der.data + der.len) {
        X509_CRL_free(crl);
        return NULL;
    }
    return crl;
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    int days = 0;
    int seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    assert_non_null(epoch);
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, epoch, time), 1);
    ASN1_TIME_free(epoch);
    return (int64_t)days * 86400 + seconds;
}

// The content of an INTEGER as libcrypto writes it, which is the shortest.
static void expect_number(struct oc_bytes ours, const ASN1_INTEGER *theirs)
{
    uint8_t buf[256];
    uint8_t *at = buf;
    int len = i2d_ASN1_INTEGER(theirs, NULL);
    assert_in_range(len, 3, (int)sizeof buf);
    assert_int_equal(i2d_ASN1_INTEGER(theirs, &at), len);
    size_t head = buf[1] < 0x80 ? 2 : 2 + (buf[1] & 0x7FU);
    assert_int_equal(ours.len, (size_t)len - head);
    assert_memory_equal(ours.data, buf + head, ours.len);
}

static void expect_reason(const struct oc_crl_entry *ours, X509_REVOKED *theirs)
{
    int found;
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(theirs, NID_crl_reason, &found, NULL);
    assert_int_equal(reason != NULL, ours->has_reason);
    if (reason != NULL)
        assert_int_equal(ASN1_ENUMERATED_get(reason), ours->reason);
    ASN1_ENUMERATED_free(reason);
}

static void expect_entry(const struct oc_crl_entry *ours, X509_REVOKED *theirs)
{
    expect_number(ours->serial, X509_REVOKED_get0_serialNumber(theirs));
    if (ours->has_revocation_date)
        assert_int_equal(ours->revocation_date,
                         seconds_of(X509_REVOKED_get0_revocationDate(theirs)));
    if (ours->has_unreadable_extensions) {
        assert_in_range(ours->extensions.n, 0, (size_t)X509_REVOKED_get_ext_count(theirs));
        return;
    }
    assert_int_equal(ours->extensions.n, (size_t)X509_REVOKED_get_ext_count(theirs));
    expect_reason(ours, theirs);
}

static void expect_extensions(const struct oc_crl *ours, const X509_CRL *theirs)
{
    int found;
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(theirs, NID_crl_number, &found, NULL);
    ISSUING_DIST_POINT *idp =
        X509_CRL_get_ext_d2i(theirs, NID_issuing_distribution_point, &found, NULL);
    assert_int_equal(ours->extensions.n, (size_t)X509_CRL_get_ext_count(theirs));
    assert_int_equal(number != NULL, ours->number.data != NULL);
    if (number != NULL)
        expect_number(ours->number, number);
    assert_int_equal(idp != NULL, ours->scope.is_present);
    if (idp != NULL) {
        assert_int_equal(idp->onlyuser > 0, ours->scope.only_user_certs);
        assert_int_equal(idp->onlyCA > 0, ours->scope.only_ca_certs);
        assert_int_equal(idp->onlyattr > 0, ours->scope.only_attribute_certs);
        assert_int_equal(idp->indirectCRL > 0, ours->scope.is_indirect);
        assert_int_equal(idp->onlysomereasons != NULL, ours->scope.has_only_some_reasons);
        assert_int_equal(idp->distpoint != NULL && idp->distpoint->type == 0,
                         ours->scope.full_name.items.data != NULL);
    }
    ISSUING_DIST_POINT_free(idp);
    ASN1_INTEGER_free(number);
}

static void expect_same(const struct oc_crl *ours, X509_CRL *theirs)
{
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(theirs);
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(theirs);
    struct oc_crl_entry entry;
    int n = 0;
    assert_int_equal(ours->version, X509_CRL_get_version(theirs) + 1);
    assert_int_equal(ours->this_update, seconds_of(X509_CRL_get0_lastUpdate(theirs)));
    assert_int_equal(ours->has_next_update, next != NULL);
    assert_true(next == NULL || ours->next_update == seconds_of(next));
    for (size_t at = 0; oc_crl_next(ours, &at, &entry); n++)
        expect_entry(&entry, sk_X509_REVOKED_value(entries, n));
    assert_int_equal(n, entries != NULL ? sk_X509_REVOKED_num(entries) : 0);
    expect_extensions(ours, theirs);
}

// Differences that are right: what libcrypto cannot read, although it is a CRL.
static bool is_right(const struct test_case *c)
{
    static const char *const names[] = {
        "issuer_is_no_name",  // it opens the name
        "number_negative",    // it keeps the sign apart
        "serial_negative",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(c->name, names[i]) == 0)
            return true;
    }
    return false;
}

// Whether a part of an entry is unreadable. libcrypto reads such a CRL only if the part is an
// element of the right type.
static bool is_odd(const struct oc_crl *crl)
{
    return (crl->deviations & (OC_DEV_ENTRY_DATE | OC_DEV_ENTRY_EXTENSION)) != 0;
}

// Each case that the library accepts, libcrypto reads alike.
static void cases_that_are_accepted(void **state)
{
    size_t n = 0;
    size_t n_odd = 0;
    (void)state;
    for (size_t i = 0; i < file.n; i++) {
        const struct test_case *c = &file.cases[i];
        const struct oc_bytes der = {c->der, c->len};
        struct oc_crl ours;
        if (!case_accepted(c) || is_right(c) || strstr(c->deviations, "time-fraction") != NULL)
            continue;
        print_message("%s\n", c->name);
        X509_CRL *theirs = read_theirs(der);
        assert_int_equal(oc_crl_parse(&ours, der, NULL), OC_OK);
        if (theirs == NULL && is_odd(&ours))
            continue;
        assert_non_null(theirs);
        expect_same(&ours, theirs);
        X509_CRL_free(theirs);
        n++;
        n_odd += is_odd(&ours);
    }
    assert_in_range(n - n_odd, 90, 1000);
    assert_in_range(n_odd, 30, 1000);
}

static bool is_inside(const uint8_t *at, struct oc_bytes part)
{
    return part.data != NULL && at >= part.data && at < part.data + part.len;
}

static void expect_same_serials(const struct oc_crl *ours, X509_CRL *theirs)
{
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(theirs);
    struct oc_crl_entry entry;
    int n = 0;
    for (size_t at = 0; oc_crl_next(ours, &at, &entry); n++) {
        const ASN1_INTEGER *serial =
            X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, n));
        if (entry.serial.data[0] < 0x80)
            expect_number(entry.serial, serial);
    }
    assert_int_equal(n, entries != NULL ? sk_X509_REVOKED_num(entries) : 0);
}

// Whatever the library accepts after a bit is flipped, libcrypto accepts with the same serial
// numbers, but for names and parameters of algorithms, which the library leaves closed, and for
// what is odd about an entry.
static void bits_that_are_flipped(void **state)
{
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < file.n; i++) {
        const struct test_case *c = &file.cases[i];
        const struct oc_bytes der = {c->der, c->len};
        struct oc_crl ours;
        if (!case_accepted(c) || is_right(c) || c->len > 500)
            continue;
        for (size_t bit = 0; bit < 8 * c->len; bit++) {
            c->der[bit / 8] ^= (uint8_t)(1U << bit % 8);
            if (oc_crl_parse(&ours, der, NULL) == OC_OK) {
                const uint8_t *at = c->der + bit / 8;
                X509_CRL *theirs = read_theirs(der);
                if (theirs != NULL)
                    expect_same_serials(&ours, theirs);
                else if (!is_odd(&ours) && !is_inside(at, ours.issuer) &&
                         !is_inside(at, ours.tbs_algorithm.parameters) &&
                         !is_inside(at, ours.signature.algorithm.parameters))
                    fail_msg("%s: libcrypto refuses bit %zu", c->name, bit);
                X509_CRL_free(theirs);
                n++;
            }
            c->der[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
    assert_true(n > 1000);
}

// Numbers without order, the same in each run and all different; every third of them has its top
// bit set.
static size_t make_serial(unsigned i, uint8_t out[MAX_SERIAL])
{
    uint32_t x = i * 2654435761U + 1;
    size_t len = 4 + i % (MAX_SERIAL - 3);
    for (size_t k = 0; k < len; k++) {
        x = x * 1103515245U + 12345U;
        out[k] = (uint8_t)(x >> 16);
    }
    out[0] = (uint8_t)(i % 3 == 0 ? out[0] | 0x80 : (out[0] & 0x7F) | 1);
    return len;
}

static ASN1_INTEGER *serial_of(unsigned i)
{
    uint8_t octets[MAX_SERIAL];
    size_t len = make_serial(i, octets);
    BIGNUM *number = BN_bin2bn(octets, (int)len, NULL);
    ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
    assert_non_null(serial);
    BN_free(number);
    return serial;
}

static void add_entry(X509_CRL *crl, unsigned i)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *serial = serial_of(i);
    ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)(SIGN_NOW - i));
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    assert_true(entry != NULL && date != NULL && reason != NULL);
    assert_int_equal(X509_REVOKED_set_serialNumber(entry, serial), 1);
    assert_int_equal(X509_REVOKED_set_revocationDate(entry, date), 1);
    assert_int_equal(ASN1_ENUMERATED_set(reason, 1 + (long)i % 5), 1);
    if (i % 2 == 0)
        assert_int_equal(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0), 1);
    assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    ASN1_ENUMERATED_free(reason);
    ASN1_TIME_free(date);
    ASN1_INTEGER_free(serial);
}

// A CRL of every second number.
static X509_CRL *make_large(const struct sign_cert *ca, EVP_PKEY *key)
{
    X509_CRL *crl = X509_CRL_new();
    const uint8_t *at = ca->cert.subject.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)ca->cert.subject.len);
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)SIGN_NOW);
    assert_true(crl != NULL && name != NULL && now != NULL);
    assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, name), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, now), 1);
    for (unsigned i = 0; i < N_ENTRIES; i++)
        add_entry(crl, 2 * i);
    assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
    ASN1_TIME_free(now);
    X509_NAME_free(name);
    return crl;
}

static void find_both(X509_CRL *theirs, const struct oc_crl *ours, unsigned i)
{
    ASN1_INTEGER *serial = serial_of(i);
    X509_REVOKED *revoked = NULL;
    struct oc_crl_entry entry;
    uint8_t content[MAX_SERIAL + 1] = {0};
    size_t len = make_serial(i, content + 1);
    bool is_padded = (content[1] & 0x80) != 0;
    const struct oc_bytes number = {content + !is_padded, len + is_padded};
    bool is_theirs = X509_CRL_get0_by_serial(theirs, &revoked, serial) == 1;
    assert_int_equal(oc_crl_find(ours, number, &entry), is_theirs);
    assert_int_equal(is_theirs, i % 2 == 0);
    if (is_theirs)
        expect_entry(&entry, revoked);
    ASN1_INTEGER_free(serial);
}

static enum oc_err verify(struct oc_crypto *crypto, const struct oc_cert *ca,
                          const struct oc_crl *crl)
{
    const uint8_t serial[] = {1};
    struct oc_issuer issuer;
    struct oc_policy policy;
    struct oc_verdict verdict;
    assert_int_equal(oc_issuer_init(&issuer, crypto, ca, NULL), OC_OK);
    oc_policy_init(&policy, SIGN_NOW);
    enum oc_err code =
        oc_crl_verify(&policy, &issuer, (struct oc_bytes){serial, 1}, crl, NULL, &verdict, NULL);
    oc_issuer_cleanup(&issuer);
    return code;
}

static void large_crl(void **state)
{
    EVP_PKEY *key = sign_key_ec();
    EVP_PKEY *other = sign_key_ec();
    const struct sign_cert_spec spec = {
        .subject = "CA", .issuer = "CA", .key = key, .signer = key, .key_usage = "cRLSign"};
    struct oc_crypto *crypto = oc_openssl_new();
    struct sign_cert ca;
    struct oc_crl ours;
    uint8_t *der = NULL;
    (void)state;
    sign_cert(&spec, &ca);
    X509_CRL *made = make_large(&ca, key);
    int len = i2d_X509_CRL(made, &der);
    assert_true(len > 0);
    X509_CRL_free(made);
    X509_CRL *theirs = read_theirs((struct oc_bytes){der, (size_t)len});
    assert_int_equal(oc_crl_parse(&ours, (struct oc_bytes){der, (size_t)len}, NULL), OC_OK);
    expect_same(&ours, theirs);
    for (unsigned i = 0; i < 2 * N_ENTRIES; i++)
        find_both(theirs, &ours, i);
    assert_int_equal(X509_CRL_verify(theirs, key), 1);
    assert_int_equal(verify(crypto, &ca.cert, &ours), OC_OK);
    assert_int_equal(X509_CRL_verify(theirs, other), 0);
    der[len - 1] ^= 1;
    assert_int_equal(verify(crypto, &ca.cert, &ours), OC_ERR_SIGNATURE);
    OPENSSL_free(der);
    X509_CRL_free(theirs);
    sign_cert_free(&ca);
    oc_openssl_free(crypto);
    EVP_PKEY_free(other);
    EVP_PKEY_free(key);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_that_are_accepted),
        cmocka_unit_test(bits_that_are_flipped),
        cmocka_unit_test(large_crl),
    };
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    case_file_read(&file, argv[1]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    case_file_free(&file);
    return failed;
}
