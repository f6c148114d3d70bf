// SPDX-License-Identifier: MIT
//
// The store that is an index.txt: what counts of it, what is refused, and what stays when the file
// changes.
#include "fixture/source_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ENDS "301231235959Z"
#define LINE(serial) "V\t" ENDS "\t\t" serial "\tunknown\t/CN=x\n"
#define REVOKED(serial, how) "R\t" ENDS "\t" how "\t" serial "\tunknown\t/CN=x\n"
#define THEN INT64_C(1712145600)
#define THEN_TEXT "240403120000Z"

static void index_that_is_right(void **state)
{
    (void)state;
    write_file("# comment\n\n" LINE("0A") REVOKED("FF", THEN_TEXT)
                   REVOKED("1000", THEN_TEXT ",keyCompromise")
                       REVOKED("1001", THEN_TEXT ",holdInstruction,holdInstructionReject")
                           REVOKED("1002", "20240403120000Z,CAkeyTime,20240101000000Z") REVOKED(
                               "1003", THEN_TEXT
                               ",unspecified") "E\t" ENDS
                                               "\t\t00\tunknown\t/CN=a\\\tb\r\n" LINE("000000FE"));
    struct store *store = must_open(SOURCE_INDEX);
    struct record record = fixture_look(store, SERIAL(0x0A));
    assert_int_equal(record.status, RECORD_GOOD);
    assert_int_equal(record.expires, INT64_C(1924991999));
    assert_int_equal(record.this_update, 0);
    assert_int_equal(record.next_update, 0);
    assert_revoked(fixture_look(store, SERIAL(0, 0xFF)), THEN, -1);
    assert_revoked(fixture_look(store, SERIAL(0x10, 0)), THEN, 1);
    assert_revoked(fixture_look(store, SERIAL(0x10, 1)), THEN, 6);
    assert_revoked(fixture_look(store, SERIAL(0x10, 2)), THEN, 2);
    assert_revoked(fixture_look(store, SERIAL(0x10, 3)), THEN, -1);
    assert_int_equal(fixture_look(store, SERIAL(0)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(0, 0xFE)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(0xFF)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(0x0B)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(0x0A, 0)).status, RECORD_NOT_ISSUED);
    assert_null(store->methods->begin);
    assert_null(store->methods->get_saved);
    store_close(store);
}

static void index_that_is_empty(void **state)
{
    (void)state;
    write_file("");
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    write_file(LINE("01"));
    assert_int_equal(poll_until(store, 1).n, 1);
    store_close(store);
}

// One line is wrong, behind one that is right.
static const struct {
    const char *line;
    const char *what;
} broken_lines[] = {
    {"V\t" ENDS "\t\t02\tunknown\n", "invalid line: expected six fields separated by tabs"},
    {"V\t" ENDS "\t\t02\tunknown\t/CN=x\t\n",
     "invalid line: expected six fields separated by tabs"},
    {"rubbish\n", "invalid line: expected six fields separated by tabs"},
    {"v\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid first field: expected V, R or E"},
    {"VV\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid first field: expected V, R or E"},
    {"\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid first field: expected V, R or E"},
    {"V\t3012312359Z\t\t02\tunknown\t/CN=x\n", "invalid time in the second field"},
    {"V\t\t\t02\tunknown\t/CN=x\n", "invalid time in the second field"},
    {"V\t301331235959Z\t\t02\tunknown\t/CN=x\n", "invalid time in the second field"},
    {"V\t20301231235959.5Z\t\t02\tunknown\t/CN=x\n", "invalid time in the second field"},
    {"V\t" ENDS "\t" THEN_TEXT "\t02\tunknown\t/CN=x\n",
     "unexpected revocation time in the third field"},
    {"R\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid revocation time in the third field"},
    {"R\t" ENDS "\t" THEN_TEXT ",\t02\tunknown\t/CN=x\n",
     "invalid revocation reason in the third field"},
    {"R\t" ENDS "\t" THEN_TEXT ",removeFromCRL\t02\tunknown\t/CN=x\n",
     "invalid revocation reason in the third field"},
    {"V\t" ENDS "\t\t\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits"},
    {"V\t" ENDS "\t\t2\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits"},
    {"V\t" ENDS "\t\t0x\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits"},
    {"V\t" ENDS "\t\t-2\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits"},
};

static void index_with_a_broken_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken_lines / sizeof broken_lines[0]; i++) {
        char text[512];
        char what[256];
        snprintf(text, sizeof text, LINE("01") "%s" LINE("03"), broken_lines[i].line);
        FILE *file = fopen(fixture_path("file"), "wb");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
        snprintf(what, sizeof what, ":2: %s", broken_lines[i].what);
        open_fails(SOURCE_INDEX, what);
    }
}

static void index_with_a_long_number(void **state)
{
    (void)state;
    char number[2 * SERIAL_MAX + 3];
    char text[512];
    memset(number, '7', sizeof number);
    snprintf(text, sizeof text, LINE("%.*s"), 2 * SERIAL_MAX, number);
    write_file(text);
    store_close(must_open(SOURCE_INDEX));
    snprintf(text, sizeof text, LINE("%.*s"), 2 * SERIAL_MAX + 2, number);
    write_file(text);
    open_fails(SOURCE_INDEX,
               ":1: invalid serial number in the fourth field: expected pairs of hex digits");
    number[0] = '8';
    snprintf(text, sizeof text, LINE("%.*s"), 2 * SERIAL_MAX, number);
    write_file(text);
    open_fails(SOURCE_INDEX,
               ":1: invalid serial number in the fourth field: expected pairs of hex digits");
}

static void index_with_a_zero_octet(void **state)
{
    (void)state;
    static const char text[] = "V\t" ENDS "\t\t01\tunknown\t/CN=\0x\n";
    fixture_write("file", text, sizeof text - 1);
    open_fails(SOURCE_INDEX, ":1: unexpected NUL byte");
}

static void index_without_an_end(void **state)
{
    (void)state;
    write_file(LINE("01") "V\t" ENDS "\t\t02\tunknown\t/CN=x");
    open_fails(SOURCE_INDEX, ":2: missing newline after the last line");
}

static void index_with_a_number_twice(void **state)
{
    (void)state;
    write_file(LINE("01") LINE("02") REVOKED("0001", THEN_TEXT));
    open_fails(SOURCE_INDEX, ": unexpected second line with the serial number 01");
}

static void index_that_is_no_file(void **state)
{
    (void)state;
    open_fails(SOURCE_INDEX, ": No such file or directory");
    assert_int_equal(fixture.err.fault, STORE_FAULT_ABSENT);
    assert_int_equal(mkfifo(fixture_path("file"), 0600), 0);
    open_fails(SOURCE_INDEX, ": not a regular file");
    assert_int_equal(unlink(fixture_path("file")), 0);
    assert_int_equal(mkdir(fixture_path("file"), 0700), 0);
    open_fails(SOURCE_INDEX, ": not a regular file");
    assert_int_equal(rmdir(fixture_path("file")), 0);
}

static void index_changed(void **state)
{
    (void)state;
    write_file(LINE("01") LINE("03"));
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_poll(store).n, 0);
    write_file(LINE("01") REVOKED("03", THEN_TEXT));
    struct seen seen = poll_until(store, 1);
    assert_int_equal(seen.n_everything, 0);
    assert_int_equal(seen.n, 1);
    assert_memory_equal(seen.last, "\3", 1);
    assert_int_equal(fixture_look(store, SERIAL(3)).status, RECORD_REVOKED);

    const char *next = LINE("01") LINE("02") REVOKED("03", THEN_TEXT);
    fixture_replace("file", next, strlen(next));
    seen = poll_until(store, 1);
    assert_int_equal(seen.n, 1);
    assert_memory_equal(seen.last, "\2", 1);
    assert_int_equal(fixture_poll(store).n, 0);

    write_file(REVOKED("03", THEN_TEXT));
    assert_int_equal(poll_until(store, 2).n, 2);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    store_close(store);
}

// Two changes of the same length within one step of the kernel's clock.
static void index_changed_at_once(void **state)
{
    (void)state;
    write_file(LINE("01"));
    struct store *store = must_open(SOURCE_INDEX);
    for (int i = 0; i < 20; i++) {
        FILE *file = fopen(fixture_path("file"), "r+b");
        assert_non_null(file);
        fputs(i % 2 == 0 ? LINE("02") : LINE("01"), file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(poll_until(store, 2).n, 2);
        assert_int_equal(fixture_look(store, SERIAL(2)).status,
                         i % 2 == 0 ? RECORD_GOOD : RECORD_NOT_ISSUED);
    }
    store_close(store);
}

static void index_with_many_changes(void **state)
{
    (void)state;
    static char text[1001 * 64];
    size_t len = 0;
    write_file(LINE("01"));
    struct store *store = must_open(SOURCE_INDEX);
    for (unsigned i = 0; i < 1001; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, LINE("10%04X"), i);
    fixture_write("file", text, len);
    struct seen seen = poll_until(store, 1);
    assert_int_equal(seen.n_everything, 1);
    assert_int_equal(seen.n, 0);
    store_close(store);
}

// The previous table stays until there is a file that can be read.
static void index_that_becomes_bad(void **state)
{
    (void)state;
    const char *good = LINE("01") REVOKED("02", THEN_TEXT);
    write_file(good);
    int64_t begin = (int64_t)time(NULL);
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(2)).this_update, 0);
    write_file(LINE("01") "rubbish\n");
    for (int i = 0; i < 3; i++) {
        poll_until_fails(store, ":2: invalid line: expected six fields");
        assert_int_equal(fixture.err.fault, STORE_FAULT_DATA);
        assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
        // As of when it could be read last.
        assert_in_range(fixture_look(store, SERIAL(2)).this_update, begin, (int64_t)time(NULL));
    }
    write_file("");
    poll_until_fails(store, ": unexpected empty file");
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    assert_int_equal(unlink(fixture_path("file")), 0);
    assert_non_null(strstr(fixture_poll_fails(store), ": No such file"));
    assert_int_equal(fixture.err.fault, STORE_FAULT_ABSENT);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    write_file(good);
    assert_int_equal(poll_until_current(store, 0).n, 0);
    store_close(store);
}

// More rows than are sorted at once, in no order; half of them begin alike.
enum { N_ROWS = 100000 };

static void write_many(bool has_twin)
{
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    for (unsigned i = 0; i < N_ROWS; i++) {
        unsigned number = (unsigned)(i * UINT64_C(77773) % N_ROWS);
        fprintf(file, LINE("%s%06X"), number % 2 == 0 ? "10" : "11000000", number);
    }
    if (has_twin)
        fputs(LINE("11000000000003"), file);
    assert_int_equal(fclose(file), 0);
    fixture_pause();
}

struct walk {
    uint8_t last[SERIAL_MAX];
    size_t last_len;
    size_t n;
};

static bool check_order(void *arg, const struct entry *entry)
{
    struct walk *walk = arg;
    size_t len = entry->serial.len < walk->last_len ? entry->serial.len : walk->last_len;
    int order = memcmp(walk->last, entry->serial.data, len);
    assert_true(order < 0 || (order == 0 && walk->last_len < entry->serial.len));
    memcpy(walk->last, entry->serial.data, entry->serial.len);
    walk->last_len = entry->serial.len;
    walk->n++;
    return true;
}

static void index_that_is_long(void **state)
{
    (void)state;
    struct walk walk = {0};
    write_many(false);
    struct store *store = must_open(SOURCE_INDEX);
    assert_true(
        store->methods->list(store, (struct oc_bytes){0}, false, check_order, &walk, &fixture.err));
    assert_int_equal(walk.n, N_ROWS);
    for (unsigned i = 0; i < N_ROWS; i++) {
        uint8_t octets[] = {0x10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        const struct oc_bytes serial = {octets, sizeof octets};
        assert_int_equal(fixture_look(store, serial).status,
                         i % 2 == 0 ? RECORD_GOOD : RECORD_NOT_ISSUED);
    }
    assert_int_equal(fixture_look(store, SERIAL(0x11, 0, 0, 0, 0, 0, 3)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(0x11, 0, 0, 0, 0, 0, 4)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(0x11, 0, 0, 0)).status, RECORD_NOT_ISSUED);
    store_close(store);
    write_many(true);
    open_fails(SOURCE_INDEX, ": unexpected second line with the serial number 11000000000003");
}

// Many threads look up while the file is replaced all the time: they see one table or the other.
enum { N_THREADS = 16, N_ROUNDS = 50 };

static atomic_bool is_over;

static void *look_all_the_time(void *arg)
{
    struct store *store = arg;
    uintptr_t n_wrong = 0;
    while (!atomic_load(&is_over)) {
        struct record record;
        n_wrong += !store->methods->look_up(store, SERIAL(1), &record, NULL) ||
                   record.status != RECORD_GOOD;
        n_wrong += !store->methods->look_up(store, SERIAL(3), &record, NULL) ||
                   (record.status != RECORD_GOOD && record.status != RECORD_REVOKED);
    }
    return (void *)n_wrong;  // NOLINT(performance-no-int-to-ptr)
}

static void many_threads(void **state)
{
    (void)state;
    pthread_t threads[N_THREADS];
    write_file(LINE("01") LINE("03"));
    struct store *store = must_open(SOURCE_INDEX);
    atomic_store(&is_over, false);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_all_the_time, store), 0);
    for (int i = 0; i < N_ROUNDS; i++) {
        FILE *file = fopen(fixture_path("next"), "wb");
        assert_non_null(file);
        fputs(i % 2 == 0 ? LINE("01") REVOKED("03", THEN_TEXT) : LINE("01") LINE("03"), file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(rename(fixture_path("next"), fixture_path("file")), 0);
        assert_int_equal(poll_until(store, 1).n, 1);
    }
    atomic_store(&is_over, true);
    for (size_t i = 0; i < N_THREADS; i++) {
        void *n_wrong;
        assert_int_equal(pthread_join(threads[i], &n_wrong), 0);
        assert_null(n_wrong);
    }
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_test, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(index_that_is_right),
        TEST(index_that_is_empty),
        TEST(index_with_a_broken_line),
        TEST(index_with_a_long_number),
        TEST(index_with_a_zero_octet),
        TEST(index_without_an_end),
        TEST(index_with_a_number_twice),
        TEST(index_that_is_no_file),
        TEST(index_changed),
        TEST(index_changed_at_once),
        TEST(index_with_many_changes),
        TEST(index_that_becomes_bad),
        TEST(index_that_is_long),
        TEST(many_threads),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
