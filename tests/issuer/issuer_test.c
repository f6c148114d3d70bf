// SPDX-License-Identifier: MIT
//
// Cert IDs from the certificates of the founding request, against libcrypto's.
#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ocsp.h>
#include <openssl/pem.h>

struct both {
    X509 *x509;
    uint8_t *der;
    struct oc_cert cert;
};

static struct both leaf;
static struct both issuer;
static struct oc_crypto *crypto;

static void load(struct both *both, const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    both->x509 = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(both->x509);
    int len = i2d_X509(both->x509, &both->der);
    assert_true(len > 0);
    assert_int_equal(oc_cert_parse(&both->cert, (struct oc_bytes){both->der, (size_t)len}, NULL),
                     OC_OK);
}

static void unload(struct both *both)
{
    X509_free(both->x509);
    OPENSSL_free(both->der);
}

static int start(void **state)
{
    (void)state;
    load(&leaf, SEED_DIR "/leaf.pem");
    load(&issuer, SEED_DIR "/issuer.pem");
    crypto = oc_openssl_new();
    return crypto == NULL;
}

static int stop(void **state)
{
    (void)state;
    unload(&leaf);
    unload(&issuer);
    oc_openssl_free(crypto);
    oc_openssl_free(NULL);
    return 0;
}

static void request_equals_that_of_libcrypto(void **state)
{
    const EVP_MD *const digests[] = {EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(),
                                     EVP_sha512()};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        uint8_t hashes[OC_CERT_ID_HASHES_LEN];
        uint8_t buf[512];
        struct oc_single_request single = {0};
        struct oc_request_spec spec = {.requests = &single, .n_requests = 1};
        struct oc_bytes ours;
        uint8_t *theirs = NULL;
        assert_int_equal(oc_issuer_cert_id(crypto, (enum oc_hash)(OC_HASH_SHA1 + i), &issuer.cert,
                                           leaf.cert.serial, hashes, &single.id, NULL),
                         OC_OK);
        assert_int_equal(oc_request_build(&spec, buf, sizeof buf, &ours, NULL), OC_OK);
        OCSP_REQUEST *request = OCSP_REQUEST_new();
        assert_non_null(
            OCSP_request_add0_id(request, OCSP_cert_to_id(digests[i], leaf.x509, issuer.x509)));
        int len = i2d_OCSP_REQUEST(request, &theirs);
        assert_int_equal(ours.len, len);
        assert_memory_equal(ours.data, theirs, ours.len);
        OPENSSL_free(theirs);
        OCSP_REQUEST_free(request);
    }
}

static enum oc_err broken_hash(const struct oc_crypto *self, enum oc_hash hash,
                               struct oc_bytes data, uint8_t *out)
{
    (void)self, (void)hash, (void)data, (void)out;
    return OC_ERR_CRYPTO;
}

static void refuse(const struct oc_crypto *table, enum oc_hash hash, struct oc_bytes serial,
                   enum oc_err code, const char *what)
{
    uint8_t hashes[OC_CERT_ID_HASHES_LEN];
    struct oc_cert_id id = {.hash = OC_HASH_SHA1};
    struct oc_error err;
    assert_int_equal(oc_issuer_cert_id(table, hash, &issuer.cert, serial, hashes, &id, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_int_equal(id.hash, OC_HASH_OTHER);
    assert_null(id.issuer_name_hash.data);
}

static void cert_ids_refused(void **state)
{
    const struct oc_crypto broken = {.hash = broken_hash};
    (void)state;
    refuse(crypto, OC_HASH_OTHER, leaf.cert.serial, OC_ERR_ARGUMENT,
           "invalid hash algorithm for a certID (RFC 6960 4.1.1)");
    refuse(crypto, (enum oc_hash)6, leaf.cert.serial, OC_ERR_ARGUMENT,
           "invalid hash algorithm for a certID (RFC 6960 4.1.1)");
    refuse(crypto, OC_HASH_SHA1, (struct oc_bytes){0}, OC_ERR_ARGUMENT,
           "missing serialNumber for a certID (RFC 6960 4.1.1)");
    refuse(&broken, OC_HASH_SHA1, leaf.cert.serial, OC_ERR_CRYPTO,
           "cannot compute issuerNameHash or issuerKeyHash (RFC 6960 4.1.1)");
}

static void prepared_issuer_makes_the_same_cert_ids(void **state)
{
    struct oc_issuer prepared;
    (void)state;
    assert_int_equal(oc_issuer_init(&prepared, crypto, &issuer.cert, NULL), OC_OK);
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++) {
        uint8_t hashes[OC_CERT_ID_HASHES_LEN];
        struct oc_cert_id expected;
        struct oc_cert_id id;
        struct oc_error err = {.code = OC_ERR_READ};
        assert_int_equal(oc_issuer_cert_id(crypto, hash, &issuer.cert, leaf.cert.serial, hashes,
                                           &expected, NULL),
                         OC_OK);
        assert_int_equal(oc_issuer_make_id(&prepared, hash, leaf.cert.serial, &id, &err), OC_OK);
        assert_int_equal(err.code, OC_OK);
        assert_true(oc_cert_id_equal(&id, &expected));
        assert_true(oc_issuer_matches(&prepared, &id));
        assert_ptr_equal(id.serial.data, leaf.cert.serial.data);
        assert_null(id.hash_algorithm.oid.data);
    }
    oc_issuer_cleanup(&prepared);
}

static void refuse_prepared(const struct oc_issuer *by, enum oc_hash hash, struct oc_bytes serial,
                            enum oc_err code, const char *what)
{
    static const struct oc_cert_id zero;
    struct oc_cert_id id = {.hash = OC_HASH_SHA1, .serial = leaf.cert.serial};
    struct oc_error err;
    assert_int_equal(oc_issuer_make_id(by, hash, serial, &id, &err), code);
    assert_int_equal(err.code, code);
    assert_int_equal(err.offset, 0);
    assert_string_equal(err.what, what);
    assert_memory_equal(&id, &zero, sizeof zero);
    assert_int_equal(oc_issuer_make_id(by, hash, serial, &id, NULL), code);
}

static enum oc_err sha1_only(const struct oc_crypto *self, enum oc_hash hash, struct oc_bytes data,
                             uint8_t *out)
{
    (void)self;
    return hash == OC_HASH_SHA1 ? crypto->hash(crypto, hash, data, out) : OC_ERR_UNSUPPORTED;
}

static void prepared_cert_ids_refused(void **state)
{
    static const char no_hash[] = "invalid hash algorithm for a certID (RFC 6960 4.1.1)";
    static const char no_serial[] = "missing serialNumber for a certID (RFC 6960 4.1.1)";
    static const char lacks[] = "unsupported hash algorithm for a certID (RFC 6960 4.1.1)";
    struct oc_crypto table = *crypto;
    struct oc_issuer by;
    struct oc_cert_id id;
    (void)state;
    table.hash = sha1_only;
    assert_int_equal(oc_issuer_init(&by, &table, &issuer.cert, NULL), OC_OK);
    assert_int_equal(oc_issuer_make_id(&by, OC_HASH_SHA1, leaf.cert.serial, &id, NULL), OC_OK);
    refuse_prepared(&by, OC_HASH_OTHER, leaf.cert.serial, OC_ERR_ARGUMENT, no_hash);
    refuse_prepared(&by, (enum oc_hash)6, leaf.cert.serial, OC_ERR_ARGUMENT, no_hash);
    refuse_prepared(&by, OC_HASH_SHA1, (struct oc_bytes){0}, OC_ERR_ARGUMENT, no_serial);
    refuse_prepared(&by, OC_HASH_SHA1, (struct oc_bytes){issuer.der, 0}, OC_ERR_ARGUMENT,
                    no_serial);
    for (enum oc_hash hash = OC_HASH_SHA224; hash <= OC_HASH_SHA512; hash++)
        refuse_prepared(&by, hash, leaf.cert.serial, OC_ERR_UNSUPPORTED, lacks);
    oc_issuer_cleanup(&by);
    refuse_prepared(&by, OC_HASH_SHA1, leaf.cert.serial, OC_ERR_UNSUPPORTED, lacks);
}

static void table_refuses_other_hashes(void **state)
{
    uint8_t out[OC_HASH_MAX_LEN];
    (void)state;
    assert_int_equal(crypto->hash(crypto, OC_HASH_OTHER, leaf.cert.serial, out),
                     OC_ERR_UNSUPPORTED);
    assert_int_equal(crypto->hash(crypto, (enum oc_hash)6, leaf.cert.serial, out),
                     OC_ERR_UNSUPPORTED);
}

static void random_octets_differ(void **state)
{
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};
    (void)state;
    assert_int_equal(crypto->random(crypto, a, sizeof a), OC_OK);
    assert_int_equal(crypto->random(crypto, b, sizeof b), OC_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(crypto->random(crypto, a, (size_t)INT32_MAX + 1), OC_ERR_CRYPTO);
}

static void issuer_is_known_by_name_and_key_id(void **state)
{
    static const uint8_t other_id[] = {1, 2, 3};
    struct oc_cert other = issuer.cert;
    (void)state;
    assert_true(oc_issuer_names(&issuer.cert, &leaf.cert));
    assert_false(oc_issuer_names(&leaf.cert, &issuer.cert));
    assert_false(oc_issuer_names(&issuer.cert, &issuer.cert));
    other.subject_key_id = (struct oc_bytes){other_id, sizeof other_id};
    assert_false(oc_issuer_names(&other, &leaf.cert));
    other.subject_key_id = (struct oc_bytes){0};
    assert_true(oc_issuer_names(&other, &leaf.cert));
}

static void refuse_cert(const struct oc_issuer *by, const struct oc_cert *cert, enum oc_err code,
                        const char *what)
{
    struct oc_strength strength = {1, 1};
    struct oc_error err = {0};
    assert_int_equal(oc_issuer_verify_cert(by, cert, &strength, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(err.what, what);
    assert_int_equal(strength.hash_bits, 0);
    assert_int_equal(strength.rsa_bits, 0);
    assert_int_equal(oc_issuer_verify_cert(by, cert, NULL, NULL), code);
}

static void issued_is_told_by_the_signature(void **state)
{
    struct oc_issuer by;
    struct oc_strength strength;
    struct oc_error err = {.code = OC_ERR_READ};
    (void)state;
    assert_int_equal(oc_issuer_init(&by, crypto, &issuer.cert, NULL), OC_OK);
    assert_int_equal(oc_issuer_verify_cert(&by, &leaf.cert, &strength, &err), OC_OK);
    assert_int_equal(err.code, OC_OK);
    assert_int_equal(strength.hash_bits, 256);
    assert_int_equal(strength.rsa_bits, 2048);
    assert_int_equal(oc_issuer_verify_cert(&by, &leaf.cert, NULL, NULL), OC_OK);
    oc_issuer_cleanup(&by);
}

static enum oc_err broken_verify(const struct oc_crypto *self, const struct oc_key *key,
                                 const struct oc_algorithm *algorithm, struct oc_bytes message,
                                 struct oc_bytes signature, struct oc_strength *strength)
{
    (void)self, (void)key, (void)algorithm, (void)message, (void)signature;
    *strength = (struct oc_strength){512, OC_BITS_NONE};
    return OC_ERR_CRYPTO;
}

static void not_issued(void **state)
{
    static const uint8_t null[] = {5, 0};
    static const uint8_t ecdsa[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2};
    struct oc_issuer by;
    struct oc_crypto table = *crypto;
    struct oc_cert cert = leaf.cert;
    (void)state;
    assert_int_equal(oc_issuer_init(&by, crypto, &issuer.cert, NULL), OC_OK);
    refuse_cert(&by, &issuer.cert, OC_ERR_SIGNATURE,
                "the certificate names another issuer (RFC 5280 4.1.2.4)");
    cert.signature.algorithm.oid = (struct oc_bytes){ecdsa, sizeof ecdsa};
    refuse_cert(&by, &cert, OC_ERR_SIGNATURE,
                "the certificate's two signature algorithms differ (RFC 5280 4.1.1.2)");
    cert.tbs_algorithm = cert.signature.algorithm;
    cert.tbs_algorithm.parameters = (struct oc_bytes){null, 1};
    refuse_cert(&by, &cert, OC_ERR_SIGNATURE,
                "the certificate's two signature algorithms differ (RFC 5280 4.1.1.2)");
    cert.tbs_algorithm = cert.signature.algorithm;
    refuse_cert(&by, &cert, OC_ERR_UNSUPPORTED,
                "the certificate's signature algorithm is unknown or not the issuer's "
                "(RFC 5280 4.1.1.2)");
    cert = leaf.cert;
    cert.tbs.len--;
    refuse_cert(&by, &cert, OC_ERR_SIGNATURE,
                "the certificate's signature is not by its issuer (RFC 5280 6.1.3)");
    table.verify = broken_verify;
    by.crypto = &table;
    refuse_cert(&by, &leaf.cert, OC_ERR_CRYPTO, "the certificate's signature could not be checked");
    by.crypto = crypto;
    oc_issuer_cleanup(&by);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issued_is_told_by_the_signature),
        cmocka_unit_test(not_issued),
        cmocka_unit_test(request_equals_that_of_libcrypto),
        cmocka_unit_test(cert_ids_refused),
        cmocka_unit_test(prepared_issuer_makes_the_same_cert_ids),
        cmocka_unit_test(prepared_cert_ids_refused),
        cmocka_unit_test(table_refuses_other_hashes),
        cmocka_unit_test(random_octets_differ),
        cmocka_unit_test(issuer_is_known_by_name_and_key_id),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
