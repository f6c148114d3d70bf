// SPDX-License-Identifier: MIT
//
// The log lines about a source: each is written when it is due, and not again.
#include "answer/source_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, N_ODD = 30 };

// A store that says what a test wants.
static struct {
    struct store store;
    struct source_state state;
    size_t n_odd;
    size_t n_reported;
} fake;

static void get_state(struct store *store, struct source_state *out)
{
    (void)store;
    *out = fake.state;
}

static void list_odd(struct store *store, bool only_new,
                     bool (*each)(void *arg, const struct odd_row *row), void *arg)
{
    (void)store;
    assert_true(only_new);
    while (fake.n_reported < fake.n_odd) {
        const struct odd_row row = {"in\ndex", ++fake.n_reported, "V\t\"x?", "invalid date",
                                    fake.n_reported % 2 == 0};
        if (!each(arg, &row))
            return;
    }
}

static const struct store_methods methods = {.get_state = get_state, .list_odd = list_odd};
static struct issuer_config config;
static struct served_issuer issuer = {.config = &config, .store = &fake.store};
static struct source_watch watch;
static int64_t now;

// Standard error goes to a file.
static FILE *lines;
static int standard_error;

static int begin(void **state)
{
    (void)state;
    now = time(NULL);
    memset(&fake, 0, sizeof fake);
    fake.store.methods = &methods;
    config = (struct issuer_config){.name = "toy", .source = SOURCE_CRL, .validity = DAY};
    memset(&watch, 0, sizeof watch);
    source_watch_init(&watch);
    lines = tmpfile();
    assert_non_null(lines);
    standard_error = dup(STDERR_FILENO);
    return dup2(fileno(lines), STDERR_FILENO) == STDERR_FILENO ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    fclose(lines);
    source_watch_cleanup(&watch);
    return 0;
}

static void poll_with(const char *failure)
{
    struct store_error err = {.fault = STORE_FAULT_DATA};
    snprintf(err.text, sizeof err.text, "%s", failure != NULL ? failure : "");
    source_watch_polled(&watch, &issuer, failure != NULL ? &err : NULL, 12 * HOUR);
}

// Every line has a time and, if a text is expected, is that.
static void assert_logged(const char *expected)
{
    char line[1024];
    while (expected != NULL && *expected != '\0') {
        size_t len = strcspn(expected, "\n");
        assert_non_null(fgets(line, sizeof line, lines));
        const char *text = strchr(line, ' ') + 1;
        if (strncmp(text, expected, len) != 0)
            fail_msg("%s instead of %s", text, expected);
        expected += len + (expected[len] == '\n');
    }
    if (fgets(line, sizeof line, lines) != NULL)
        fail_msg("unexpected: %s", line);
    clearerr(lines);
}

static void poll_logs(const char *failure, const char *expected)
{
    off_t at = lseek(fileno(lines), 0, SEEK_END);
    poll_with(failure);
    assert_int_equal(fseek(lines, at, SEEK_SET), 0);
    assert_logged(expected);
    lseek(fileno(lines), 0, SEEK_END);
}

static void alarm_once_a_day(void **state)
{
    struct alarm alarm = {0};
    (void)state;
    assert_false(alarm_is_due(&alarm, 0, 1000));
    assert_true(alarm_is_due(&alarm, 1, 1000));
    assert_false(alarm_is_due(&alarm, 1, 1000 + DAY - 1));
    assert_true(alarm_is_due(&alarm, 1, 1000 + DAY));
    assert_false(alarm_is_due(&alarm, 1, 1000 + DAY));
    assert_true(alarm_is_due(&alarm, 2, 1000 + DAY));
    // The clock was wrong, and has been set back.
    assert_true(alarm_is_due(&alarm, 2, 500));
    assert_false(alarm_is_due(&alarm, 2, 501));
    assert_true(alarm_is_due(&alarm, 0, 502));
    assert_false(alarm_is_due(&alarm, 0, 502 + 2 * DAY));
    assert_true(alarm_is_due(&alarm, 2, 503));
}

static void each_condition(void **state)
{
    enum { NOW = 100 * DAY };
    static const struct {
        struct source_state state;
        int64_t warning;
        enum condition condition;
    } cases[] = {
        {{0}, DAY, CONDITION_CURRENT},
        {{.begins = NOW}, DAY, CONDITION_CURRENT},
        {{.begins = NOW + 1}, DAY, CONDITION_NOT_YET_VALID},
        {{NOW, NOW, NOW + 1}, 0, CONDITION_CURRENT},
        {{NOW - 1, NOW - 1, NOW}, 0, CONDITION_EXPIRED},
        {{NOW - DAY, NOW - DAY, NOW - 1}, DAY, CONDITION_EXPIRED},
        // One part has expired, another is not valid yet.
        {{NOW + 1, NOW - DAY, NOW - 1}, DAY, CONDITION_EXPIRED},
        // A week, and 12 hours before its end.
        {{NOW - 6 * DAY, NOW - 6 * DAY, NOW + DAY}, 12 * HOUR, CONDITION_CURRENT},
        {{NOW - 6 * DAY, NOW - 6 * DAY, NOW + 12 * HOUR + 1}, 12 * HOUR, CONDITION_CURRENT},
        {{NOW - 6 * DAY, NOW - 6 * DAY, NOW + 12 * HOUR}, 12 * HOUR, CONDITION_EXPIRING},
        {{NOW - 6 * DAY, NOW - 6 * DAY, NOW + 1}, 0, CONDITION_CURRENT},
        // An hour: 15 minutes.
        {{NOW - 44 * MINUTE, NOW - 44 * MINUTE, NOW + 16 * MINUTE}, DAY, CONDITION_CURRENT},
        {{NOW - 45 * MINUTE, NOW - 45 * MINUTE, NOW + 15 * MINUTE}, DAY, CONDITION_EXPIRING},
        // An index that cannot be read: a validity from when it was read.
        {{.this_update = NOW}, DAY, CONDITION_CURRENT},
        {{.this_update = NOW - 19 * HOUR}, DAY, CONDITION_EXPIRING},
        {{.this_update = NOW - DAY + 1}, 0, CONDITION_CURRENT},
        {{.this_update = NOW - DAY}, 0, CONDITION_EXPIRED},
    };
    const struct issuer_config index = {.source = SOURCE_INDEX, .validity = DAY};
    const struct issuer_config crl = {.source = SOURCE_CRL, .validity = DAY};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(condition_of(&cases[i].state, &index, cases[i].warning, NOW),
                         cases[i].condition);
    // A CRL that needs no nextUpdate never expires.
    const struct source_state old = {.this_update = NOW - 100 * DAY};
    assert_int_equal(condition_of(&old, &crl, DAY, NOW), CONDITION_CURRENT);
    assert_int_equal(condition_end(&old, &crl), 0);
}

static void durations(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{0, "0 seconds"},
                 {1, "1 second"},
                 {119, "119 seconds"},
                 {120, "2 minutes"},
                 {2 * HOUR - 1, "119 minutes"},
                 {2 * HOUR, "2 hours"},
                 {2 * DAY - 1, "47 hours"},
                 {9 * DAY + 5, "9 days"}};
    char out[CONDITION_DURATION];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(condition_duration(cases[i].seconds, out), cases[i].text);
}

static void current(void **state)
{
    struct source_report report;
    (void)state;
    fake.state = (struct source_state){.begins = now,
                                       .this_update = now,
                                       .next_update = now + DAY,
                                       .n_rows = 3,
                                       .n_odd = 2,
                                       .n_uncertain = 1};
    source_watch_begin(&watch, &issuer);
    poll_logs(NULL, NULL);
    source_watch_get(&watch, &report);
    assert_true(report.is_readable && report.has_state && report.is_complete);
    assert_int_equal(report.state.n_rows, 3);
}

static void always_current(void **state)
{
    static const struct store_methods few = {0};
    struct source_report report;
    (void)state;
    fake.store.methods = &few;
    fake.state.gap = "unseen";
    poll_logs(NULL, NULL);
    source_watch_get(&watch, &report);
    assert_true(report.is_readable && report.is_complete && !report.has_state);
}

static void expiring_expired_and_current_again(void **state)
{
    (void)state;
    fake.state.this_update = now - 7 * DAY;
    fake.state.next_update = now + 3 * HOUR + 30;
    poll_logs(NULL, "warning: toy: the source expires in 3 hours, at 20");
    poll_logs(NULL, NULL);
    fake.state.next_update = now - HOUR;
    poll_logs(NULL, "error: toy: the source expired 60 minutes ago, at 20");
    poll_logs(NULL, NULL);
    fake.state.begins = fake.state.this_update = now;
    fake.state.next_update = now + DAY;
    poll_logs(NULL, "info: toy: the source is current again");
    poll_logs(NULL, NULL);
}

static void index_that_was_read_long_ago(void **state)
{
    (void)state;
    config.source = SOURCE_INDEX;
    fake.state.this_update = now - DAY + 2 * MINUTE + 30;
    poll_logs("gone", "error: toy: cannot read the source: gone\n"
                      "warning: toy: the source expires in 2 minutes, at 20");
}

static void not_yet_valid(void **state)
{
    (void)state;
    fake.state = (struct source_state){now + DAY, now + DAY, now + 2 * DAY, NULL, 1, 0, 0};
    poll_logs(NULL, "error: toy: the source is not valid before 20");
    poll_logs(NULL, NULL);
}

static void failures_one_after_the_other(void **state)
{
    struct source_report report;
    (void)state;
    poll_logs(NULL, NULL);
    poll_logs("first", "error: toy: cannot read the source: first");
    poll_logs("first", NULL);
    poll_logs("second", "error: toy: cannot read the source: second");
    source_watch_get(&watch, &report);
    assert_false(report.is_readable);
    poll_logs("first", "error: toy: cannot read the source: first");
    poll_logs(NULL, "info: toy: the source can be read again");
    poll_logs(NULL, NULL);
    poll_logs("first", "error: toy: cannot read the source: first");
    watch.unreadable.logged_at -= DAY;
    poll_logs("first", "error: toy: cannot read the source: first");
}

static void gaps(void **state)
{
    char text[] = "no delta CRL";
    struct source_report report;
    (void)state;
    fake.state.gap = text;
    poll_logs(NULL, "warning: toy: the source is incomplete, so serial numbers that it does not "
                    "list are answered tryLater: no delta CRL");
    // The text may be the same octets with another content.
    poll_logs(NULL, NULL);
    text[0] = 'N';
    poll_logs(NULL, "warning: toy: the source is incomplete, so serial numbers that it does not "
                    "list are answered tryLater: No delta CRL");
    source_watch_get(&watch, &report);
    assert_false(report.is_complete);
    assert_null(report.state.gap);
    fake.state.gap = NULL;
    poll_logs(NULL, "info: toy: the source is complete again");
}

static void odd_rows(void **state)
{
    char expected[N_ODD * 200] = "";
    (void)state;
    fake.n_odd = 2;
    poll_logs(NULL, "warning: toy: in\\x0adex:1: \"V\\x09\"x?\": invalid date\n"
                    "warning: toy: in\\x0adex:2: \"V\\x09\"x?\": invalid date, so its status is "
                    "uncertain");
    poll_logs(NULL, NULL);
    fake.n_odd = 2 + 20;
    for (int i = 0; i < 20; i++)
        strcat(expected, "warning: toy: in\\x0adex:\n");
    poll_logs(NULL, expected);
    fake.n_odd += 25;
    strcat(expected, "warning: toy: 5 more rows of the source are odd: see ocspd check-config");
    poll_logs(NULL, expected);
    assert_int_equal(fake.n_reported, fake.n_odd);
}

static void compromised(void **state)
{
    (void)state;
    config.ca_compromised = "0";
    poll_logs(NULL,
              "warning: toy: ca-compromised is set: every certificate is answered as revoked");
    poll_logs(NULL, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alarm_once_a_day),
        cmocka_unit_test(each_condition),
        cmocka_unit_test(durations),
        TEST(current),
        TEST(always_current),
        TEST(expiring_expired_and_current_again),
        TEST(index_that_was_read_long_ago),
        TEST(not_yet_valid),
        TEST(failures_one_after_the_other),
        TEST(gaps),
        TEST(odd_rows),
        TEST(compromised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
