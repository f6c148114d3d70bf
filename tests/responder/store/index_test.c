// SPDX-License-Identifier: MIT
//
// The store that is an index.txt: what counts of it, what is refused, and what stays when the file
// changes.
#include "fixture/source_fixture.h"
#include "store/index_read.h"

#include <fcntl.h>
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

enum { ODD_LEN = 4096 };

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

// odd_rows gives the odd rows of a store: "LINE: REASON" of each, with a question mark if it is
// uncertain.

static bool note_odd(void *arg, const struct odd_row *row)
{
    char *text = arg;
    size_t len = strlen(text);
    assert_string_equal(row->path, fixture_path("file"));
    snprintf(text + len, ODD_LEN - len, "%zu: %s%s\n", row->line, row->what,
             row->is_uncertain ? "?" : "");
    return true;
}

static const char *odd_rows(struct store *store, bool only_new)
{
    static char text[ODD_LEN];
    text[0] = '\0';
    store->methods->list_odd(store, only_new, note_odd, text);
    return text;
}

static void expect_state(struct store *store, size_t n_rows, size_t n_odd, size_t n_uncertain)
{
    struct source_state state;
    store->methods->get_state(store, &state);
    assert_int_equal(state.n_rows, n_rows);
    assert_int_equal(state.n_odd, n_odd);
    assert_int_equal(state.n_uncertain, n_uncertain);
    assert_int_equal(state.begins, 0);
    assert_int_equal(state.next_update, 0);
    assert_null(state.gap);
}

// One line is wrong, between two that are right.
static const struct {
    const char *line;
    const char *what;
    enum record_status status;
} broken_lines[] = {
    {"V\t" ENDS "\t\t02\tunknown\n", "invalid line: expected six fields separated by tabs",
     RECORD_GOOD},
    {"V\t" ENDS "\t\t02\tunknown\t/CN=x\t\n", "invalid line: expected six fields separated by tabs",
     RECORD_GOOD},
    {"rubbish\n", "invalid line: expected six fields separated by tabs?", RECORD_NOT_ISSUED},
    {"v\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid first field: expected V, R or E?",
     RECORD_UNCERTAIN},
    {"VV\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid first field: expected V, R or E?",
     RECORD_UNCERTAIN},
    {"\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid first field: expected V, R or E?",
     RECORD_UNCERTAIN},
    {"V\t3012312359Z\t\t02\tunknown\t/CN=x\n", "invalid time in the second field", RECORD_GOOD},
    {"V\t\t\t02\tunknown\t/CN=x\n", "invalid time in the second field", RECORD_GOOD},
    {"V\t301331235959Z\t\t02\tunknown\t/CN=x\n", "invalid time in the second field", RECORD_GOOD},
    {"V\t20301231235959.5Z\t\t02\tunknown\t/CN=x\n", "invalid time in the second field",
     RECORD_GOOD},
    {"V\t" ENDS "\t" THEN_TEXT "\t02\tunknown\t/CN=x\n",
     "unexpected revocation time in the third field?", RECORD_UNCERTAIN},
    {"R\t" ENDS "\t\t02\tunknown\t/CN=x\n", "invalid revocation time in the third field",
     RECORD_REVOKED},
    {"R\t" ENDS "\t240400120000Z\t02\tunknown\t/CN=x\n",
     "invalid revocation time in the third field", RECORD_REVOKED},
    {"R\t" ENDS "\t" THEN_TEXT ",\t02\tunknown\t/CN=x\n",
     "invalid revocation reason in the third field", RECORD_REVOKED},
    {"R\t" ENDS "\t" THEN_TEXT ",removeFromCRL\t02\tunknown\t/CN=x\n",
     "invalid revocation reason in the third field", RECORD_REVOKED},
    {"R " ENDS " " THEN_TEXT " 02 unknown /CN=x\n",
     "invalid line: expected six fields separated by tabs", RECORD_REVOKED},
    {"V\t" ENDS "\t\t\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits?", RECORD_NOT_ISSUED},
    {"V\t" ENDS "\t\t2\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits", RECORD_GOOD},
    {"V\t" ENDS "\t\t0x\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits?", RECORD_NOT_ISSUED},
    {"V\t" ENDS "\t\t-\tunknown\t/CN=x\n",
     "invalid serial number in the fourth field: expected pairs of hex digits?", RECORD_NOT_ISSUED},
};

static void expect_broken(struct store *store, size_t i)
{
    char expected[256];
    bool is_uncertain = strchr(broken_lines[i].what, '?') != NULL;
    bool is_row = broken_lines[i].status != RECORD_NOT_ISSUED;
    snprintf(expected, sizeof expected, "2: %s\n", broken_lines[i].what);
    assert_string_equal(odd_rows(store, true), expected);
    assert_string_equal(odd_rows(store, true), "");
    assert_string_equal(odd_rows(store, false), expected);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, broken_lines[i].status);
    assert_int_equal(fixture_look(store, SERIAL(3)).status, RECORD_GOOD);
    expect_state(store, 2 + is_row, 1, is_uncertain);
}

static void write_now(const char *text)
{
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void index_with_a_broken_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken_lines / sizeof broken_lines[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, LINE("01") "%s" LINE("03"), broken_lines[i].line);
        write_now(text);
        struct store *store = must_open(SOURCE_INDEX);
        expect_broken(store, i);
        store_close(store);
    }
}

// The same lines appear in a file that was right.
static void index_with_a_line_that_breaks(void **state)
{
    (void)state;
    write_file(LINE("01") REVOKED("02", "200403120000Z") LINE("03"));
    struct store *store = must_open(SOURCE_INDEX);
    for (size_t i = 0; i < sizeof broken_lines / sizeof broken_lines[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, LINE("01") "%s" LINE("03"), broken_lines[i].line);
        write_file(text);
        poll_until(store, 1);
        expect_broken(store, i);
        write_file(LINE("01") REVOKED("02", "200403120000Z") LINE("03"));
        poll_until(store, 1);
        assert_string_equal(odd_rows(store, false), "");
        assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    }
    store_close(store);
}

static void index_with_a_long_number(void **state)
{
    (void)state;
    char number[2 * SERIAL_MAX + 3];
    char text[512];
    memset(number, '7', sizeof number);
    for (int i = 0; i < 3; i++) {
        if (i == 2)
            number[0] = '8';
        snprintf(text, sizeof text, LINE("01") LINE("%.*s"),
                 i == 1 ? 2 * SERIAL_MAX + 2 : 2 * SERIAL_MAX, number);
        write_file(text);
        struct store *store = must_open(SOURCE_INDEX);
        assert_string_equal(odd_rows(store, true),
                            i == 0 ? ""
                                   : "2: invalid serial number in the fourth field: expected "
                                     "pairs of hex digits?\n");
        expect_state(store, 1 + (i == 0), i > 0, i > 0);
        store_close(store);
    }
}

static void index_with_a_zero_octet(void **state)
{
    (void)state;
    static const char text[] = "V\t" ENDS "\t\t01\tunknown\t/CN=\0x\n";
    static const char other[] =
        LINE("05") "R\t" ENDS "\t" THEN_TEXT "\t02\0\tunknown\t/CN=x\n\0\0\0";
    fixture_write("file", text, sizeof text - 1);
    struct store *store = must_open(SOURCE_INDEX);
    assert_string_equal(odd_rows(store, true), "1: unexpected NUL byte\n");
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    store_close(store);
    fixture_write("file", other, sizeof other - 1);
    store = must_open(SOURCE_INDEX);
    assert_string_equal(odd_rows(store, true),
                        "2: unexpected NUL byte?\n3: incomplete last line: missing newline?\n");
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_NOT_ISSUED);
    expect_state(store, 1, 2, 2);
    store_close(store);
}

// The last line, cut after each octet: it counts if nothing is missing, or if it is revoked and its
// number is complete.
static void index_without_an_end(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "V\t" ENDS "\t\t1002\tunknown\t/CN=x",
        "R\t" ENDS "\t" THEN_TEXT ",superseded\t1002\tunknown\t/CN=x",
        "# comment",
    };
    char text[512];
    for (size_t i = 0; i < 3; i++) {
        for (size_t len = 1; len <= strlen(lines[i]); len++) {
            snprintf(text, sizeof text, LINE("01") "%.*s", (int)len, lines[i]);
            write_now(text);
            struct store *store = must_open(SOURCE_INDEX);
            bool is_whole = i == 2 || len >= strlen(lines[i]) - strlen("/CN=x");
            bool is_revoked = i == 1 && strstr(text, "\t1002\t") != NULL;
            enum record_status status = is_revoked          ? RECORD_REVOKED
                                        : is_whole && i < 2 ? RECORD_GOOD
                                                            : RECORD_NOT_ISSUED;
            assert_int_equal(fixture_look(store, SERIAL(0x10, 2)).status, status);
            assert_int_equal(fixture_look(store, SERIAL(0x10)).status, RECORD_NOT_ISSUED);
            expect_state(store, status == RECORD_NOT_ISSUED ? 1 : 2, !is_whole,
                         !is_whole && !is_revoked);
            store_close(store);
        }
    }
}

// A program writes a line in pieces.
static void index_that_is_being_written(void **state)
{
    (void)state;
    write_file(LINE("01"));
    struct store *store = must_open(SOURCE_INDEX);
    write_file(LINE("01") "V\t" ENDS "\t\t10");
    for (int i = 0; i < POLLS_MAX && strcmp(odd_rows(store, false), "") == 0; i++) {
        assert_int_equal(fixture_poll(store).n, 0);
        usleep(POLL_US);
    }
    assert_string_equal(odd_rows(store, true), "2: incomplete last line: missing newline?\n");
    write_file(LINE("01") LINE("1002"));
    assert_int_equal(poll_until(store, 1).n, 1);
    assert_string_equal(odd_rows(store, false), "");
    assert_int_equal(fixture_look(store, SERIAL(0x10, 2)).status, RECORD_GOOD);
    store_close(store);
}

static void index_with_a_number_twice(void **state)
{
    (void)state;
    const char *const text = LINE("01") LINE("02") REVOKED("0001", THEN_TEXT)
        REVOKED("01", "200403120000Z") REVOKED("01", "") LINE("01");
    const char *const odd = "3: unexpected second line with the serial number 01\n"
                            "4: unexpected second line with the serial number 01\n"
                            "5: invalid revocation time in the third field\n"
                            "6: unexpected second line with the serial number 01\n";
    write_file(text);
    struct store *store = must_open(SOURCE_INDEX);
    assert_revoked(fixture_look(store, SERIAL(1)), 1585915200, -1);
    assert_string_equal(odd_rows(store, true), odd);
    expect_state(store, 6, 4, 0);
    store_close(store);

    // One after the other.
    write_file(LINE("01") LINE("02"));
    store = must_open(SOURCE_INDEX);
    write_file(LINE("01") LINE("02") REVOKED("0001", THEN_TEXT) REVOKED("01", "200403120000Z"));
    assert_int_equal(poll_until(store, 2).n, 2);
    assert_revoked(fixture_look(store, SERIAL(1)), 1585915200, -1);
    write_file(text);
    assert_int_equal(poll_until(store, 2).n, 2);
    assert_revoked(fixture_look(store, SERIAL(1)), 1585915200, -1);
    assert_string_equal(odd_rows(store, false), odd);
    store_close(store);
}

static void index_with_negative_numbers(void **state)
{
    (void)state;
    write_file(REVOKED("-2A", THEN_TEXT) LINE("D6"));
    struct store *store = must_open(SOURCE_INDEX);
    assert_revoked(fixture_look(store, SERIAL(0xD6)), THEN, -1);
    assert_int_equal(fixture_look(store, SERIAL(0, 0xD6)).status, RECORD_GOOD);
    assert_string_equal(odd_rows(store, true), "");
    store_close(store);
}

static void index_with_carriage_returns(void **state)
{
    (void)state;
    write_file("# comment\r\n\r\nV\t" ENDS "\t\t01\tunknown\t/CN=x\r\n"
               "R\t" ENDS "\t" THEN_TEXT "\t02\tunknown\t/CN=x\r\n");
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    expect_state(store, 2, 0, 0);
    store_close(store);
}

// A revocation without a date is as of when it was first read, also after a change in place and
// after a change that moves the line.
static void index_with_a_date_that_is_missing(void **state)
{
    (void)state;
    int64_t begin = (int64_t)time(NULL);
    write_file(LINE("01") REVOKED("02", "") LINE("03"));
    struct store *store = must_open(SOURCE_INDEX);
    struct record record = fixture_look(store, SERIAL(2));
    assert_in_range(record.revoked_at, begin, (int64_t)time(NULL));
    while ((int64_t)time(NULL) == record.revoked_at)
        usleep(POLL_US);
    write_file(LINE("01") REVOKED("02", "240400120000Z,keyCompromise") LINE("03"));
    assert_int_equal(poll_until(store, 1).n, 1);
    assert_revoked(fixture_look(store, SERIAL(2)), record.revoked_at, 1);
    write_file(LINE("04") LINE("01") REVOKED("02", "") LINE("03"));
    assert_int_equal(poll_until(store, 2).n, 2);
    assert_revoked(fixture_look(store, SERIAL(2)), record.revoked_at, -1);
    write_file(LINE("04") LINE("01") REVOKED("02", THEN_TEXT) LINE("03"));
    assert_int_equal(poll_until(store, 1).n, 1);
    assert_revoked(fixture_look(store, SERIAL(2)), THEN, -1);
    int64_t now = (int64_t)time(NULL);
    write_file(LINE("04") LINE("01") REVOKED("02", "") LINE("03"));
    assert_int_equal(poll_until(store, 1).n, 1);
    assert_in_range(fixture_look(store, SERIAL(2)).revoked_at, now, (int64_t)time(NULL));
    store_close(store);
}

// A reload does not move the moment when a row was first read.
static void index_with_a_date_that_is_missing_at_a_reload(void **state)
{
    (void)state;
    write_file(REVOKED("01", "") REVOKED("02", "") REVOKED("03", THEN_TEXT));
    struct store *before = must_open(SOURCE_INDEX);
    int64_t begin = fixture_look(before, SERIAL(2)).revoked_at;
    while ((int64_t)time(NULL) == begin)
        usleep(POLL_US);
    write_file(REVOKED("01", THEN_TEXT) REVOKED("02", "") REVOKED("03", "") REVOKED("04", ""));
    int64_t now = (int64_t)time(NULL);
    struct store *store = must_open(SOURCE_INDEX);
    assert_true(fixture_look(store, SERIAL(2)).revoked_at >= now);
    store->methods->inherit(store, before);
    store_close(before);
    assert_revoked(fixture_look(store, SERIAL(1)), THEN, -1);
    assert_revoked(fixture_look(store, SERIAL(2)), begin, -1);
    assert_true(fixture_look(store, SERIAL(3)).revoked_at >= now);
    assert_true(fixture_look(store, SERIAL(4)).revoked_at >= now);
    store_close(store);
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
    write_file("");
    for (int i = 0; i < 3; i++) {
        poll_until_fails(store, ": unexpected empty file");
        assert_int_equal(fixture.err.fault, STORE_FAULT_DATA);
        assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
        // As of when it could be read last.
        assert_in_range(fixture_look(store, SERIAL(2)).this_update, begin, (int64_t)time(NULL));
    }
    struct source_state source;
    store->methods->get_state(store, &source);
    assert_in_range(source.this_update, begin, (int64_t)time(NULL));
    assert_int_equal(unlink(fixture_path("file")), 0);
    assert_non_null(strstr(fixture_poll_fails(store), ": No such file"));
    assert_int_equal(fixture.err.fault, STORE_FAULT_ABSENT);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    write_file(good);
    assert_int_equal(poll_until_current(store, 0).n, 0);
    write_file(LINE("01") "rubbish\n");
    assert_int_equal(poll_until(store, 1).n, 1);
    assert_string_equal(odd_rows(store, true),
                        "2: invalid line: expected six fields separated by tabs?\n");
    store->methods->get_state(store, &source);
    assert_int_equal(source.this_update, 0);
    store_close(store);
}

// More rows than are in a block, in no order; half of them begin alike.
enum { N_ROWS = 100000 };

static unsigned number_of(unsigned i)
{
    return (unsigned)(i * UINT64_C(77773) % N_ROWS);
}

static void write_many(bool has_twin)
{
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    for (unsigned i = 0; i < N_ROWS; i++)
        fprintf(file, LINE("%s%06X"), number_of(i) % 2 == 0 ? "10" : "11000000", number_of(i));
    if (has_twin)
        fputs(LINE("11000000000003"), file);
    assert_int_equal(fclose(file), 0);
    fixture_pause();
}

// The order is that of the file.
static bool check_order(void *arg, const struct entry *entry)
{
    unsigned *n = arg;
    unsigned number = number_of((*n)++);
    size_t len = entry->serial.len;
    assert_int_equal(len, number % 2 == 0 ? 4 : 7);
    assert_int_equal(entry->serial.data[len - 1], number & 0xFF);
    assert_int_equal(entry->serial.data[len - 2], number >> 8 & 0xFF);
    return true;
}

// An error page in the place of the file loses no revocation, neither at the start nor later.
static void index_that_is_something_else(void **state)
{
    (void)state;
    write_file("<html>\n<body>not found</body>\n");
    open_fails(SOURCE_INDEX, ": invalid index: no line has a serial number");
    write_file(LINE("01") REVOKED("02", THEN_TEXT));
    struct store *store = must_open(SOURCE_INDEX);
    write_file("<html>\n");
    poll_until_fails(store, ": invalid index: no line has a serial number");
    assert_revoked(fixture_look(store, SERIAL(2)), THEN, -1);
    store_close(store);
}

// The first line of an index may be there in part.
static void index_whose_first_line_is_being_written(void **state)
{
    (void)state;
    write_file("# comment\nV\t" ENDS "\t\t0");
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    write_file("# comment\n" LINE("01"));
    assert_int_equal(poll_until(store, 1).n, 1);
    store_close(store);
}

static void index_that_is_long(void **state)
{
    (void)state;
    unsigned n = 0;
    write_many(false);
    struct store *store = must_open(SOURCE_INDEX);
    assert_true(
        store->methods->list(store, (struct oc_bytes){0}, false, check_order, &n, &fixture.err));
    assert_int_equal(n, N_ROWS);
    for (unsigned i = 0; i < N_ROWS; i++) {
        uint8_t octets[] = {0x10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        const struct oc_bytes serial = {octets, sizeof octets};
        assert_int_equal(fixture_look(store, serial).status,
                         i % 2 == 0 ? RECORD_GOOD : RECORD_NOT_ISSUED);
    }
    assert_int_equal(fixture_look(store, SERIAL(0x11, 0, 0, 0, 0, 0, 3)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(0x11, 0, 0, 0, 0, 0, 4)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(0x11, 0, 0, 0)).status, RECORD_NOT_ISSUED);
    write_many(true);
    assert_int_equal(poll_until(store, 1).n, 1);
    assert_string_equal(odd_rows(store, true),
                        "100001: unexpected second line with the serial number 11000000000003\n");
    store_close(store);
}

// Three blocks and a part of one, with a line for each number, of which some are edited.

enum { N_LINES = 3 * BLOCK_LINES + 100, LINE_SIZE = 64 };

static char (*lines)[LINE_SIZE];
static size_t n_lines;

static void set_line(size_t i, unsigned number, bool is_revoked)
{
    if (is_revoked)
        snprintf(lines[i], LINE_SIZE, REVOKED("%08X", THEN_TEXT), number);
    else
        snprintf(lines[i], LINE_SIZE, LINE("%08X"), number);
}

static void begin_lines(void)
{
    lines = calloc(2 * N_LINES, LINE_SIZE);
    assert_non_null(lines);
    n_lines = N_LINES;
    for (unsigned i = 0; i < N_LINES; i++)
        set_line(i, i, false);
}

static void insert_lines(size_t at, size_t n)
{
    memmove(lines + at + n, lines + at, (n_lines - at) * LINE_SIZE);
    n_lines += n;
    for (size_t i = at; i < at + n; i++)
        set_line(i, (unsigned)(0x10000 + i), false);
}

static void remove_lines(size_t at, size_t n)
{
    memmove(lines + at, lines + at + n, (n_lines - at - n) * LINE_SIZE);
    n_lines -= n;
}

static void save_lines(void)
{
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    for (size_t i = 0; i < n_lines; i++)
        fputs(lines[i], file);
    assert_int_equal(fclose(file), 0);
    fixture_pause();
}

static void end_lines(struct store *store)
{
    store_close(store);
    free(lines);
}

static struct record look_at_number(struct store *store, unsigned number)
{
    uint8_t octets[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                        (uint8_t)number};
    size_t zeros = 0;
    while (zeros < 3 && octets[zeros] == 0 && octets[zeros + 1] < 0x80)
        zeros++;
    return fixture_look(store, (struct oc_bytes){octets + zeros, sizeof octets - zeros});
}

struct entries {
    struct store *other;
    size_t n;
};

static bool compare_entry(void *arg, const struct entry *entry)
{
    struct entries *entries = arg;
    struct record record = fixture_look(entries->other, entry->serial);
    assert_int_equal(record.status, entry->record.status);
    assert_int_equal(record.revoked_at, entry->record.revoked_at);
    assert_int_equal(record.expires, entry->record.expires);
    entries->n++;
    return true;
}

// The store says what one says that has read the same file for the first time.
static void expect_as_new(struct store *store)
{
    const struct oc_bytes all = {0};
    struct entries a = {.other = must_open(SOURCE_INDEX)};
    struct entries b = {.other = store};
    struct source_state source;
    char odd[ODD_LEN];
    a.other->methods->get_state(a.other, &source);
    expect_state(store, source.n_rows, source.n_odd, source.n_uncertain);
    snprintf(odd, sizeof odd, "%s", odd_rows(a.other, false));
    assert_string_equal(odd_rows(store, false), odd);
    assert_true(a.other->methods->list(a.other, all, false, compare_entry, &b, NULL));
    assert_true(store->methods->list(store, all, false, compare_entry, &a, NULL));
    assert_int_equal(a.n, b.n);
    store_close(a.other);
}

static void lines_changed_in_place(void **state)
{
    (void)state;
    static const unsigned numbers[] = {
        0, 1, BLOCK_LINES - 1, BLOCK_LINES, 2 * BLOCK_LINES + 7, 3 * BLOCK_LINES, N_LINES - 1};
    begin_lines();
    save_lines();
    struct store *store = must_open(SOURCE_INDEX);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        set_line(numbers[i], numbers[i], true);
        save_lines();
        struct seen seen = poll_until(store, 1);
        assert_int_equal(seen.n, 1);
        assert_int_equal(seen.last[seen.last_len - 1], numbers[i] & 0xFF);
        assert_int_equal(look_at_number(store, numbers[i]).status, RECORD_REVOKED);
        expect_as_new(store);
    }
    end_lines(store);
}

static void lines_appended(void **state)
{
    (void)state;
    begin_lines();
    save_lines();
    struct store *store = must_open(SOURCE_INDEX);
    for (size_t n = 1; n <= BLOCK_LINES; n *= 8) {
        insert_lines(n_lines, n);
        save_lines();
        struct seen seen = poll_until(store, 1);
        assert_int_equal(seen.n, n <= 1000 ? n : 0);
        assert_int_equal(seen.n_everything, n > 1000);
        expect_as_new(store);
    }
    end_lines(store);
}

static void lines_inserted_and_removed(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        size_t n_removed;
        size_t n_inserted;
        size_t n_changes;
    } edits[] = {
        {0, 0, 1, 1},
        {BLOCK_LINES, 0, 2, 2},
        {5000, 3, 0, 3},
        {N_LINES - 10, 1, 1, 2},
        {0, 1, 0, 1},
        // The number of lines in the block stays the same.
        {100, 1, 0, 1},
        {N_LINES - 100, 70, 0, 70},
        {2 * BLOCK_LINES, 500, 0, 500},
        {BLOCK_LINES, 2 * BLOCK_LINES, 0, SIZE_MAX},
    };
    begin_lines();
    save_lines();
    struct store *store = must_open(SOURCE_INDEX);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        size_t rest = n_lines - edits[i].at;
        remove_lines(edits[i].at, edits[i].n_removed < rest ? edits[i].n_removed : rest);
        insert_lines(edits[i].at, edits[i].n_inserted);
        save_lines();
        struct seen seen = poll_until(store, 1);
        if (edits[i].n_changes == SIZE_MAX)
            assert_int_equal(seen.n_everything, 1);
        else
            assert_int_equal(seen.n, edits[i].n_changes);
        expect_as_new(store);
    }
    end_lines(store);
}

// The end of the file goes, at the end of a block and elsewhere.
static void lines_cut_off(void **state)
{
    (void)state;
    static const size_t left[] = {N_LINES - 1, 3 * BLOCK_LINES, 3 * BLOCK_LINES - 1, BLOCK_LINES,
                                  1};
    begin_lines();
    snprintf(lines[N_LINES - 2], LINE_SIZE, "rubbish\n");
    snprintf(lines[3 * BLOCK_LINES - 1], LINE_SIZE, "rubbish\n");
    save_lines();
    struct store *store = must_open(SOURCE_INDEX);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        bool is_same = i == 2;
        n_lines = left[i];
        save_lines();
        if (is_same)
            insert_lines(0, 1);
        if (is_same)
            save_lines();
        poll_until(store, 1);
        expect_as_new(store);
    }
    end_lines(store);
}

// Comments and rubbish have lines but no rows, so that the same rows move to other blocks.
static void lines_without_rows(void **state)
{
    (void)state;
    begin_lines();
    save_lines();
    struct store *store = must_open(SOURCE_INDEX);
    insert_lines(10, 1);
    snprintf(lines[10], LINE_SIZE, "# comment\n");
    insert_lines(BLOCK_LINES + 5, 1);
    snprintf(lines[BLOCK_LINES + 5], LINE_SIZE, "rubbish\n");
    insert_lines(n_lines, 1);
    save_lines();
    assert_int_equal(poll_until(store, 1).n, 1);
    expect_as_new(store);
    assert_string_equal(odd_rows(store, true),
                        "4102: invalid line: expected six fields separated by tabs?\n");
    // The same row, now one line further up.
    remove_lines(10, 1);
    set_line(0, 0, true);
    save_lines();
    assert_int_equal(poll_until(store, 1).n, 1);
    expect_as_new(store);
    assert_string_equal(odd_rows(store, true), "");
    assert_string_equal(odd_rows(store, false),
                        "4101: invalid line: expected six fields separated by tabs?\n");
    end_lines(store);
}

static uint64_t next_random(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *random >> 33;
}

static void edit_randomly(uint64_t *random)
{
    static const char *const others[] = {"\n", "# comment\n", "rubbish\n",
                                         REVOKED("07", THEN_TEXT ",7"),
                                         "R\t" ENDS "\t" THEN_TEXT "\t09\tunknown\n"};
    size_t at = next_random(random) % n_lines;
    switch (next_random(random) % 6) {
    case 0:
        insert_lines(at, 1 + next_random(random) % 3);
        break;
    case 1:
        remove_lines(at, 1);
        break;
    case 2:
        snprintf(lines[at], LINE_SIZE, "%s", others[next_random(random) % 5]);
        break;
    case 3:
        insert_lines(n_lines, 1 + next_random(random) % 20);
        break;
    default:
        set_line(at, (unsigned)at, next_random(random) % 2 == 0);
    }
}

// A line of the number 1, in front of which nothing changes, shows that the edits were read.
static void lines_edited_at_random(void **state)
{
    (void)state;
    uint64_t random = 7;
    begin_lines();
    save_lines();
    struct store *store = must_open(SOURCE_INDEX);
    for (unsigned i = 0; i < 25; i++) {
        struct seen seen = {0};
        char mark[LINE_SIZE];
        for (unsigned k = 0; k <= i % 3; k++)
            edit_randomly(&random);
        snprintf(mark, sizeof mark, REVOKED("7FFFFFFF", "2404031200%02uZ"), i);
        snprintf(lines[0], LINE_SIZE, "%s", mark);
        save_lines();
        for (int k = 0; k < POLLS_MAX; k++) {
            assert_true(poll_into(store, &seen));
            if (look_at_number(store, 0x7FFFFFFF).revoked_at == THEN + (int64_t)i)
                break;
            usleep(POLL_US);
        }
        assert_int_equal(look_at_number(store, 0x7FFFFFFF).revoked_at, THEN + (int64_t)i);
        expect_as_new(store);
    }
    end_lines(store);
}

// A reading finds rows to be changed and added, or makes a second table.

static struct index_news *read_lines(const struct index_news *before)
{
    const atomic_bool is_cancelled = false;
    struct file_input in = {.path = fixture_path("file"), .is_cancelled = &is_cancelled};
    for (size_t i = 0; i < n_lines; i++)
        in.size += strlen(lines[i]);
    save_lines();
    in.fd = open(in.path, O_RDONLY);
    assert_true(in.fd >= 0);
    struct index_news *news = index_read(&in, before == NULL ? NULL : before->table,
                                         before == NULL ? NULL : &before->blocks, &fixture.err);
    assert_non_null(news);
    assert_int_equal(news->blocks.n, (n_lines + BLOCK_LINES - 1) / BLOCK_LINES);
    close(in.fd);
    return news;
}

static void expect_patch(const struct index_news *before, size_t n_sets, size_t n_added)
{
    struct index_news *news = read_lines(before);
    assert_null(news->table);
    assert_int_equal(news->n_sets, n_sets);
    assert_int_equal(news->added->n, n_added);
    index_news_free(news);
}

static void news_of_a_reading(void **state)
{
    (void)state;
    begin_lines();
    struct index_news *before = read_lines(NULL);
    assert_non_null(before->table);
    assert_int_equal(before->table->n, N_LINES);
    expect_patch(before, 0, 0);
    set_line(5, 5, true);
    set_line(N_LINES - 1, N_LINES - 1, true);
    expect_patch(before, 2, 0);
    insert_lines(n_lines, 3);
    expect_patch(before, 2, 3);
    insert_lines(5, 1);
    snprintf(lines[5], LINE_SIZE, "# comment\n");
    expect_patch(before, 2, 3);
    insert_lines(6, 1);
    struct index_news *news = read_lines(before);
    assert_non_null(news->table);
    assert_null(news->added);
    assert_int_equal(news->table->n, N_LINES + 4);
    assert_int_equal(news->changes.n, 6);
    index_news_free(news);
    index_news_free(before);
    index_news_free(NULL);
    free(lines);
}

static bool confirmed(const struct index_news *news, size_t size)
{
    const atomic_bool is_cancelled = false;
    struct file_input in = {
        .path = fixture_path("file"), .size = size, .is_cancelled = &is_cancelled};
    save_lines();
    in.fd = open(in.path, O_RDONLY);
    assert_true(in.fd >= 0);
    bool ok = index_news_confirm(news, &in);
    close(in.fd);
    return ok;
}

// Lines that were appended meanwhile do not matter, and all others do.
static void news_that_are_confirmed(void **state)
{
    size_t size = 0;
    (void)state;
    begin_lines();
    for (size_t i = 0; i < n_lines; i++)
        size += strlen(lines[i]);
    struct index_news *news = read_lines(NULL);
    assert_true(confirmed(news, size));
    assert_false(confirmed(news, size - 1));
    insert_lines(n_lines, 3);
    assert_true(confirmed(news, size));
    assert_false(confirmed(news, size + 1));
    insert_lines(5, 1);
    assert_false(confirmed(news, size));
    index_news_free(news);
    free(lines);
}

// A line that is longer than a block.
static void index_with_a_long_line(void **state)
{
    (void)state;
    FILE *file = fopen(fixture_path("file"), "wb");
    assert_non_null(file);
    fputs(LINE("01") "R\t" ENDS "\t" THEN_TEXT "\t02\tunknown\t/CN=", file);
    for (size_t i = 0; i < 3 << 20; i++)
        putc('x', file);
    fputs("\n" LINE("03"), file);
    assert_int_equal(fclose(file), 0);
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    assert_int_equal(fixture_look(store, SERIAL(3)).status, RECORD_GOOD);
    expect_state(store, 3, 0, 0);
    store_close(store);
}

static void polled_for_the_last_time(void **state)
{
    (void)state;
    struct seen seen = {0};
    const struct changes changes = {fixture_note, &seen, true};
    write_file(LINE("01"));
    struct store *store = must_open(SOURCE_INDEX);
    assert_true(store->methods->poll(store, &changes, &fixture.err));
    assert_int_equal(seen.n_everything, 0);
    write_file(LINE("01") LINE("02"));
    assert_true(store->methods->poll(store, &changes, &fixture.err));
    assert_int_equal(seen.n_everything, 1);
    assert_int_equal(seen.n, 0);
    store_close(store);
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
        TEST(index_with_a_line_that_breaks),
        TEST(index_with_a_long_number),
        TEST(index_with_a_zero_octet),
        TEST(index_without_an_end),
        TEST(index_that_is_being_written),
        TEST(index_with_a_number_twice),
        TEST(index_with_negative_numbers),
        TEST(index_with_carriage_returns),
        TEST(index_with_a_date_that_is_missing),
        TEST(index_with_a_date_that_is_missing_at_a_reload),
        TEST(index_that_is_no_file),
        TEST(index_changed),
        TEST(index_changed_at_once),
        TEST(index_with_many_changes),
        TEST(index_that_becomes_bad),
        TEST(index_that_is_something_else),
        TEST(index_whose_first_line_is_being_written),
        TEST(index_that_is_long),
        TEST(index_with_a_long_line),
        TEST(lines_changed_in_place),
        TEST(lines_appended),
        TEST(lines_inserted_and_removed),
        TEST(lines_cut_off),
        TEST(lines_without_rows),
        TEST(lines_edited_at_random),
        TEST(news_of_a_reading),
        TEST(news_that_are_confirmed),
        TEST(polled_for_the_last_time),
        TEST(many_threads),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
