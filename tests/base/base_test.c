// SPDX-License-Identifier: MIT
//
// The names of enumerators, and the comparison of views.
#include <ocsp/base.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void every_error_has_a_name(void **state)
{
    (void)state;
    for (int i = OC_OK; i <= OC_ERR_MEMORY; i++) {
        const char *name = oc_err_name((enum oc_err)i);
        assert_string_not_equal(name, "unknown");
        assert_int_not_equal(strlen(name), 0);
        for (int j = OC_OK; j < i; j++)
            assert_string_not_equal(name, oc_err_name((enum oc_err)j));
    }
    assert_string_equal(oc_err_name(OC_ERR_KEY_MISMATCH), "key-mismatch");
    assert_string_equal(oc_err_name(OC_ERR_PASSPHRASE), "passphrase");
    assert_string_equal(oc_err_name(OC_ERR_READ), "read");
    assert_string_equal(oc_err_name(OC_ERR_MEMORY), "memory");
    assert_string_equal(oc_err_name((enum oc_err)(OC_ERR_MEMORY + 1)), "unknown");
    assert_string_equal(oc_err_name((enum oc_err) - 1), "unknown");
}

static void every_deviation_has_a_name(void **state)
{
    (void)state;
    for (unsigned bit = OC_DEV_VERSION_ENCODED; bit <= OC_DEV_ENTRY_EXTENSION; bit <<= 1)
        assert_non_null(oc_deviation_name(bit));
    assert_null(oc_deviation_name(0));
    assert_null(oc_deviation_name(OC_DEV_ENTRY_EXTENSION << 1));
    assert_null(oc_deviation_name(OC_DEV_SERIAL_LONG | OC_DEV_SERIAL_NEGATIVE));
}

static void hash_names_and_lengths(void **state)
{
    static const struct {
        enum oc_hash hash;
        const char *name;
        size_t len;
    } hashes[] = {
        {OC_HASH_SHA1, "sha1", 20},     {OC_HASH_SHA224, "sha224", 28},
        {OC_HASH_SHA256, "sha256", 32}, {OC_HASH_SHA384, "sha384", 48},
        {OC_HASH_SHA512, "sha512", 64},
    };
    (void)state;
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        assert_string_equal(oc_hash_name(hashes[i].hash), hashes[i].name);
        assert_int_equal(oc_hash_from_name(hashes[i].name), hashes[i].hash);
        assert_int_equal(oc_hash_len(hashes[i].hash), hashes[i].len);
    }
}

static void hash_that_is_none(void **state)
{
    static const char *const names[] = {"", "other", "SHA1", "sha", "sha1 ", "md5", "sha2566"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(oc_hash_from_name(names[i]), OC_HASH_OTHER);
    assert_string_equal(oc_hash_name((enum oc_hash)6), "other");
    assert_string_equal(oc_hash_name((enum oc_hash) - 1), "other");
    assert_int_equal(oc_hash_len(OC_HASH_OTHER), 0);
    assert_int_equal(oc_hash_len((enum oc_hash)6), 0);
}

static void bytes_equal_counts_lengths(void **state)
{
    static const uint8_t a[] = {1, 2, 3};
    static const uint8_t b[] = {1, 2, 3, 0};
    (void)state;
    assert_true(oc_bytes_equal((struct oc_bytes){a, 3}, (struct oc_bytes){b, 3}));
    assert_false(oc_bytes_equal((struct oc_bytes){a, 3}, (struct oc_bytes){b, 4}));
    assert_false(oc_bytes_equal((struct oc_bytes){a, 3}, (struct oc_bytes){b, 2}));
    assert_false(oc_bytes_equal((struct oc_bytes){a + 1, 2}, (struct oc_bytes){b, 2}));
    assert_true(oc_bytes_equal((struct oc_bytes){NULL, 0}, (struct oc_bytes){b, 0}));
    assert_false(oc_bytes_equal((struct oc_bytes){NULL, 0}, (struct oc_bytes){b, 1}));
}

static void version_is_dotted(void **state)
{
    (void)state;
    assert_non_null(strchr(oc_version(), '.'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_name),     cmocka_unit_test(every_deviation_has_a_name),
        cmocka_unit_test(hash_names_and_lengths),     cmocka_unit_test(hash_that_is_none),
        cmocka_unit_test(bytes_equal_counts_lengths), cmocka_unit_test(version_is_dotted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
