// SPDX-License-Identifier: MIT
//
// When a staple is refreshed: the schedule alone, with every clock and every random number that
// matters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "staple/plan.h"

#define DAY INT64_C(86400)
#define NOW INT64_C(1700000000)
#define FIRST_TIME INT64_C(-62135596800)
#define LAST_TIME INT64_C(253402300799)

static const struct staple_validity week = {NOW, NOW + 7 * DAY, INT64_MAX};

static void refresh_in_the_middle(void **state)
{
    (void)state;
    assert_int_equal(staple_plan_refresh(&week, 0), NOW + 7 * DAY / 2);
}

static void refresh_is_spread_by_a_tenth(void **state)
{
    (void)state;
    assert_int_equal(staple_plan_refresh(&week, STAPLE_SPREAD_MAX), NOW + 7 * DAY * 6 / 10);
    assert_int_equal(staple_plan_refresh(&week, -STAPLE_SPREAD_MAX), NOW + 7 * DAY * 4 / 10);
    for (int spread = -STAPLE_SPREAD_MAX; spread < STAPLE_SPREAD_MAX; spread++)
        assert_true(staple_plan_refresh(&week, spread) <= staple_plan_refresh(&week, spread + 1));
}

static void refresh_before_signer_ends(void **state)
{
    (void)state;
    struct staple_validity validity = week;
    validity.signer_end = NOW + 2 * DAY;
    for (int spread = -STAPLE_SPREAD_MAX; spread <= STAPLE_SPREAD_MAX; spread++) {
        int64_t at = staple_plan_refresh(&validity, spread);
        assert_true(at > NOW && at < validity.signer_end);
    }
    assert_int_equal(staple_plan_refresh(&validity, STAPLE_SPREAD_MAX), NOW + 2 * DAY * 9 / 10);
}

static void signer_that_ends_later_does_not_matter(void **state)
{
    (void)state;
    struct staple_validity validity = week;
    validity.signer_end = week.until;
    assert_int_equal(staple_plan_refresh(&validity, 0), NOW + 7 * DAY / 2);
    validity.signer_end = week.until - 1;
    assert_int_equal(staple_plan_refresh(&validity, 0), NOW + 7 * DAY / 2);
}

static void signer_that_ended_before(void **state)
{
    (void)state;
    struct staple_validity validity = week;
    validity.signer_end = NOW - DAY;
    assert_int_equal(staple_plan_refresh(&validity, 0), NOW - DAY);
}

static void validity_without_length(void **state)
{
    (void)state;
    const struct staple_validity none = {NOW, NOW, INT64_MAX};
    const struct staple_validity reversed = {NOW, NOW - DAY, INT64_MAX};
    assert_int_equal(staple_plan_refresh(&none, STAPLE_SPREAD_MAX), NOW);
    assert_int_equal(staple_plan_refresh(&reversed, STAPLE_SPREAD_MAX), NOW);
    assert_true(staple_plan_is_expired(&none, NOW));
    assert_true(staple_plan_is_expiring(&none, NOW));
}

static void longest_validity(void **state)
{
    (void)state;
    const struct staple_validity ages = {FIRST_TIME, LAST_TIME, INT64_MAX};
    int64_t early = staple_plan_refresh(&ages, -STAPLE_SPREAD_MAX);
    int64_t late = staple_plan_refresh(&ages, STAPLE_SPREAD_MAX);
    assert_true(FIRST_TIME < early && early < late && late < LAST_TIME);
    assert_true(staple_plan_retry(FIRST_TIME, 1, &ages, 0) == FIRST_TIME + 60);
}

static void retry_doubles_up_to_an_hour(void **state)
{
    static const int waits[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
    (void)state;
    for (unsigned i = 0; i < sizeof waits / sizeof waits[0]; i++)
        assert_int_equal(staple_plan_retry(NOW, i + 1, NULL, 0), NOW + waits[i]);
    assert_int_equal(staple_plan_retry(NOW, UINT32_MAX, NULL, 0), NOW + 3600);
}

static void retry_is_spread_by_a_tenth(void **state)
{
    (void)state;
    assert_int_equal(staple_plan_retry(NOW, 1, NULL, STAPLE_SPREAD_MAX), NOW + 66);
    assert_int_equal(staple_plan_retry(NOW, 1, NULL, -STAPLE_SPREAD_MAX), NOW + 54);
    assert_int_equal(staple_plan_retry(NOW, 9, NULL, STAPLE_SPREAD_MAX), NOW + 3960);
}

static void retry_sooner_when_the_end_is_near(void **state)
{
    (void)state;
    const struct staple_validity hour = {NOW - 3000, NOW + 600, INT64_MAX};
    assert_int_equal(staple_plan_retry(NOW, 9, &hour, 0), NOW + 150);
    assert_int_equal(staple_plan_retry(NOW + 500, 9, &hour, 0), NOW + 560);
    assert_int_equal(staple_plan_retry(NOW, 1, &hour, 0), NOW + 60);
    assert_int_equal(staple_plan_retry(NOW, 9, &week, 0), NOW + 3600);
}

static void retry_after_the_end(void **state)
{
    (void)state;
    const struct staple_validity past = {NOW - 2 * DAY, NOW - DAY, INT64_MAX};
    assert_int_equal(staple_plan_retry(NOW, 9, &past, 0), NOW + 3600);
}

static void expiring_in_the_last_quarter(void **state)
{
    (void)state;
    assert_false(staple_plan_is_expiring(&week, NOW));
    assert_false(staple_plan_is_expiring(&week, NOW + 7 * DAY * 3 / 4 - 1));
    assert_true(staple_plan_is_expiring(&week, NOW + 7 * DAY * 3 / 4));
    assert_true(staple_plan_is_expiring(&week, NOW + 8 * DAY));
}

static void refresh_goes_before_expiring(void **state)
{
    (void)state;
    for (int64_t length = 1; length < 10 * DAY; length = length * 2 + 1) {
        const struct staple_validity validity = {NOW, NOW + length, INT64_MAX};
        int64_t at = staple_plan_refresh(&validity, STAPLE_SPREAD_MAX);
        assert_true(length < 4 || !staple_plan_is_expiring(&validity, at));
    }
}

static void expired_at_the_end(void **state)
{
    (void)state;
    assert_false(staple_plan_is_expired(&week, NOW + 7 * DAY - 1));
    assert_true(staple_plan_is_expired(&week, NOW + 7 * DAY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refresh_in_the_middle),
        cmocka_unit_test(refresh_is_spread_by_a_tenth),
        cmocka_unit_test(refresh_before_signer_ends),
        cmocka_unit_test(signer_that_ends_later_does_not_matter),
        cmocka_unit_test(signer_that_ended_before),
        cmocka_unit_test(validity_without_length),
        cmocka_unit_test(longest_validity),
        cmocka_unit_test(retry_doubles_up_to_an_hour),
        cmocka_unit_test(retry_is_spread_by_a_tenth),
        cmocka_unit_test(retry_sooner_when_the_end_is_near),
        cmocka_unit_test(retry_after_the_end),
        cmocka_unit_test(expiring_in_the_last_quarter),
        cmocka_unit_test(refresh_goes_before_expiring),
        cmocka_unit_test(expired_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
