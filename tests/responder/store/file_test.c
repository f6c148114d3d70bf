// SPDX-License-Identifier: MIT
//
// The stores that are files of others: what they say, what of them is refused, and what stays when
// a file becomes one that is not believed.
#include "fixture/store_fixture.h"
#include "store/old_file.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <pthread.h>
#include <seccomp.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW SIGN_NOW
enum { DAY = 86400, POLLS_MAX = 2000, POLL_US = 10000 };

static struct issuer_config config;

static struct store *open_file(enum source_kind kind)
{
    config.source = kind;
    const char *path = fixture_path("file");
    config.source_files = &path;
    config.n_source_files = 1;
    return store_open(&config, NULL, &fixture.issuers[ISSUER_OURS], STORE_READ, &fixture.err);
}

static struct store *must_open(enum source_kind kind)
{
    struct store *store = open_file(kind);
    if (store == NULL)
        fail_msg("%s", fixture.err.text);
    return store;
}

// Opening must fail with the file's name and this behind it.
static void open_fails(enum source_kind kind, const char *what)
{
    struct store *store = open_file(kind);
    assert_null(store);
    size_t len = strlen(fixture_path("file"));
    if (strncmp(fixture.err.text, fixture_path("file"), len) != 0 ||
        strcmp(fixture.err.text + len, what) != 0)
        fail_msg("\"%s\" instead of \"%s\"", fixture.err.text, what);
}

static int open_test(void **state)
{
    config = (struct issuer_config){.name = "ours"};
    return fixture_open(state);
}

// A change is reported once the file was read, which on a busy machine is not in the same poll.

static bool poll_into(struct store *store, struct seen *seen)
{
    const struct changes changes = {fixture_note, seen};
    return store->methods->poll(store, &changes, &fixture.err);
}

// poll_until polls until so many changes were reported.
static struct seen poll_until(struct store *store, size_t n)
{
    struct seen seen = {0};
    for (int i = 0; i < POLLS_MAX && seen.n + seen.n_everything < n; i++) {
        if (i > 0)
            usleep(POLL_US);
        if (!poll_into(store, &seen))
            fail_msg("%s", fixture.err.text);
    }
    assert_true(seen.n + seen.n_everything >= n);
    return seen;
}

// poll_until_fails polls until that fails with this in the reason; no change may be reported.
static void poll_until_fails(struct store *store, const char *what)
{
    struct seen seen = {0};
    for (int i = 0; i < POLLS_MAX; i++) {
        bool ok = poll_into(store, &seen);
        assert_int_equal(seen.n + seen.n_everything, 0);
        if (!ok && strstr(fixture.err.text, what) != NULL)
            return;
        usleep(POLL_US);
    }
    fail_msg("no \"%s\"", what);
}

// poll_until_current polls until the records are as of now, or of the time in the file.
static struct seen poll_until_current(struct store *store, int64_t this_update)
{
    struct seen seen = {0};
    for (int i = 0; i < POLLS_MAX; i++) {
        if (poll_into(store, &seen) && fixture_look(store, SERIAL(1)).this_update == this_update)
            return seen;
        usleep(POLL_US);
    }
    fail_msg("not current");
    return seen;
}

static void assert_revoked(struct record record, int64_t at, int reason)
{
    assert_int_equal(record.status, RECORD_REVOKED);
    assert_int_equal(record.revoked_at, at);
    assert_int_equal(record.has_reason, reason >= 0);
    if (reason >= 0)
        assert_int_equal(record.reason, reason);
}

// The index.

#define ENDS "301231235959Z"
#define LINE(serial) "V\t" ENDS "\t\t" serial "\tunknown\t/CN=x\n"
#define REVOKED(serial, how) "R\t" ENDS "\t" how "\t" serial "\tunknown\t/CN=x\n"
#define THEN INT64_C(1712145600)
#define THEN_TEXT "240403120000Z"

static void write_index(const char *text)
{
    fixture_write("file", text, strlen(text));
}

static void index_that_is_right(void **state)
{
    (void)state;
    write_index("# comment\n\n" LINE("0A") REVOKED("FF", THEN_TEXT)
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
    write_index("");
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    write_index(LINE("01"));
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
    write_index(text);
    store_close(must_open(SOURCE_INDEX));
    snprintf(text, sizeof text, LINE("%.*s"), 2 * SERIAL_MAX + 2, number);
    write_index(text);
    open_fails(SOURCE_INDEX,
               ":1: invalid serial number in the fourth field: expected pairs of hex digits");
    number[0] = '8';
    snprintf(text, sizeof text, LINE("%.*s"), 2 * SERIAL_MAX, number);
    write_index(text);
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
    write_index(LINE("01") "V\t" ENDS "\t\t02\tunknown\t/CN=x");
    open_fails(SOURCE_INDEX, ":2: missing newline after the last line");
}

static void index_with_a_number_twice(void **state)
{
    (void)state;
    write_index(LINE("01") LINE("02") REVOKED("0001", THEN_TEXT));
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
    write_index(LINE("01") LINE("03"));
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_poll(store).n, 0);
    write_index(LINE("01") REVOKED("03", THEN_TEXT));
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

    write_index(REVOKED("03", THEN_TEXT));
    assert_int_equal(poll_until(store, 2).n, 2);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    store_close(store);
}

// Two changes of the same length within one step of the kernel's clock.
static void index_changed_at_once(void **state)
{
    (void)state;
    write_index(LINE("01"));
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
    write_index(LINE("01"));
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
    write_index(good);
    int64_t begin = (int64_t)time(NULL);
    struct store *store = must_open(SOURCE_INDEX);
    assert_int_equal(fixture_look(store, SERIAL(2)).this_update, 0);
    write_index(LINE("01") "rubbish\n");
    for (int i = 0; i < 3; i++) {
        poll_until_fails(store, ":2: invalid line: expected six fields");
        assert_int_equal(fixture.err.fault, STORE_FAULT_DATA);
        assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
        // As of when it could be read last.
        assert_in_range(fixture_look(store, SERIAL(2)).this_update, begin, (int64_t)time(NULL));
    }
    write_index("");
    poll_until_fails(store, ": unexpected empty file");
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    assert_int_equal(unlink(fixture_path("file")), 0);
    assert_non_null(strstr(fixture_poll_fails(store), ": No such file"));
    assert_int_equal(fixture.err.fault, STORE_FAULT_ABSENT);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_REVOKED);
    write_index(good);
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

// A kind of file whose reading goes on when it may. Each letter is a serial number that was
// issued; one with a question mark is not believed, and with an exclamation mark it goes wrong.
static struct {
    sem_t may;
    atomic_int n_begun;
    atomic_int n_cancelled;
} slow;

static bool wait_slowly(const struct old_table *table, struct store_error *err)
{
    while (sem_trywait(&slow.may) != 0) {
        if (!old_table_is_wanted(table, err)) {
            atomic_fetch_add(&slow.n_cancelled, 1);
            return false;
        }
        usleep(1000);
    }
    return true;
}

static bool read_slowly(void *arg, const char *path, char *text, size_t len,
                        const struct old_table *before, struct old_table *table,
                        struct store_error *err)
{
    (void)arg;
    (void)before;
    atomic_fetch_add(&slow.n_begun, 1);
    if (!wait_slowly(table, err))
        return false;
    if (memchr(text, '?', len) != NULL)
        return store_fail(err, STORE_FAULT_DATA, "%s: cannot be believed", path);
    if (memchr(text, '!', len) != NULL)
        return store_fail(err, STORE_FAULT_SYSTEM, "%s: went wrong", path);
    const struct record record = {.status = RECORD_GOOD};
    struct oc_bytes twice;
    for (size_t i = 0; i < len; i++)
        assert_true(old_table_add(table, SERIAL((uint8_t)text[i]), &record, err));
    return old_table_sort(table, &twice, err);
}

static const struct old_file_kind slow_kind = {.max_len = 100, .read = read_slowly};

static void let_read(void)
{
    assert_int_equal(sem_post(&slow.may), 0);
}

// open_slow opens a store of "a" that was polled once.
static struct store *open_slow(void)
{
    assert_int_equal(sem_init(&slow.may, 0, 0), 0);
    atomic_store(&slow.n_begun, 0);
    atomic_store(&slow.n_cancelled, 0);
    write_index("a");
    let_read();
    struct store *store = old_file_store_open(&slow_kind, fixture_path("file"), &fixture.err);
    assert_non_null(store);
    assert_int_equal(fixture_poll(store).n, 0);
    return store;
}

static void wait_for_begun(int n)
{
    for (int i = 0; i < POLLS_MAX && atomic_load(&slow.n_begun) < n; i++)
        usleep(POLL_US);
    assert_int_equal(atomic_load(&slow.n_begun), n);
}

// begin_slowly puts a new file in place and polls: reading has begun, and no change is reported.
static void begin_slowly(struct store *store, const char *text)
{
    int n_begun = atomic_load(&slow.n_begun);
    write_index(text);
    assert_int_equal(fixture_poll(store).n, 0);
    wait_for_begun(n_begun + 1);
}

static void next_second(void)
{
    int64_t now = (int64_t)time(NULL);
    while ((int64_t)time(NULL) == now)
        usleep(POLL_US);
}

static void reading_that_takes_long(void **state)
{
    (void)state;
    int64_t begin = (int64_t)time(NULL);
    struct store *store = open_slow();
    int64_t end = (int64_t)time(NULL);
    assert_int_equal(fixture_look(store, SERIAL('a')).this_update, 0);
    begin_slowly(store, "ab");
    next_second();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fixture_poll(store).n, 0);
        assert_int_equal(fixture_look(store, SERIAL('b')).status, RECORD_NOT_ISSUED);
        assert_int_equal(fixture_look(store, SERIAL('a')).status, RECORD_GOOD);
        assert_in_range(fixture_look(store, SERIAL('a')).this_update, begin, end);
    }
    let_read();
    struct seen seen = poll_until(store, 1);
    assert_int_equal(seen.n, 1);
    assert_memory_equal(seen.last, "b", 1);
    assert_int_equal(fixture_look(store, SERIAL('b')).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL('b')).this_update, 0);
    assert_int_equal(atomic_load(&slow.n_begun), 2);
    store_close(store);
}

static void closed_during_a_reading(void **state)
{
    (void)state;
    struct store *store = open_slow();
    begin_slowly(store, "ab");
    store_close(store);
    assert_int_equal(atomic_load(&slow.n_cancelled), 1);
}

// The first reading counts, but as of its time; then the second one.
static void changed_during_a_reading(void **state)
{
    (void)state;
    struct store *store = open_slow();
    next_second();
    int64_t begin = (int64_t)time(NULL);
    begin_slowly(store, "ab");
    int64_t end = (int64_t)time(NULL);
    next_second();
    write_index("abc");
    assert_int_equal(fixture_poll(store).n, 0);
    assert_int_equal(atomic_load(&slow.n_begun), 2);

    let_read();
    struct seen seen = poll_until(store, 1);
    assert_int_equal(seen.n, 1);
    assert_memory_equal(seen.last, "b", 1);
    wait_for_begun(3);
    assert_int_equal(fixture_poll(store).n, 0);
    assert_int_equal(fixture_look(store, SERIAL('b')).status, RECORD_GOOD);
    assert_int_equal(fixture_look(store, SERIAL('c')).status, RECORD_NOT_ISSUED);
    assert_in_range(fixture_look(store, SERIAL('b')).this_update, begin, end);

    let_read();
    seen = poll_until(store, 1);
    assert_int_equal(seen.n, 1);
    assert_memory_equal(seen.last, "c", 1);
    assert_int_equal(fixture_look(store, SERIAL('c')).this_update, 0);
    store_close(store);
}

static void assert_failed(enum store_fault fault, const char *what)
{
    char why[512];
    snprintf(why, sizeof why, "%s%s", fixture_path("file"), what);
    assert_int_equal(fixture.err.fault, fault);
    assert_string_equal(fixture.err.text, why);
}

// A file refused by the thread is refused by each poll, and read once. It stays so
// while something newer is read.
static void refused_by_a_slow_reading(void **state)
{
    (void)state;
    int64_t begin = (int64_t)time(NULL);
    struct store *store = open_slow();
    int64_t end = (int64_t)time(NULL);
    begin_slowly(store, "ab?");
    next_second();
    let_read();
    poll_until_fails(store, ": cannot be believed");
    for (int i = 0; i < 3; i++) {
        (void)store_fail(&fixture.err, STORE_FAULT_BUSY, "something else");
        fixture_poll_fails(store);
        assert_failed(STORE_FAULT_DATA, ": cannot be believed");
        assert_in_range(fixture_look(store, SERIAL('a')).this_update, begin, end);
    }
    assert_int_equal(atomic_load(&slow.n_begun), 2);

    write_index("ab");
    for (int i = 0; i < 3; i++) {
        (void)store_fail(&fixture.err, STORE_FAULT_BUSY, "something else");
        fixture_poll_fails(store);
        assert_failed(STORE_FAULT_DATA, ": cannot be believed");
    }
    let_read();
    assert_int_equal(poll_until_current(store, 0).n, 1);
    assert_int_equal(atomic_load(&slow.n_begun), 3);
    store_close(store);
}

// A failure that is not the file's may be over at the next poll.
static void failed_in_a_slow_reading(void **state)
{
    (void)state;
    struct store *store = open_slow();
    begin_slowly(store, "ab!");
    let_read();
    poll_until_fails(store, ": went wrong");
    assert_failed(STORE_FAULT_SYSTEM, ": went wrong");
    fixture_poll_fails(store);
    assert_failed(STORE_FAULT_SYSTEM, ": went wrong");
    wait_for_begun(3);
    store_close(store);
    assert_int_equal(atomic_load(&slow.n_cancelled), 1);
}

// The last poll reports at once, as everything, the changes that a later one would have found.
static void polled_for_the_last_time(void **state)
{
    (void)state;
    struct store *store = open_slow();
    struct seen seen = {0};
    const struct changes changes = {fixture_note, &seen, true};
    assert_true(store->methods->poll(store, &changes, &fixture.err));
    assert_int_equal(seen.n + seen.n_everything, 0);
    write_index("ab");
    assert_true(store->methods->poll(store, &changes, &fixture.err));
    assert_int_equal(seen.n_everything, 1);
    assert_int_equal(atomic_load(&slow.n_begun), 1);
    begin_slowly(store, "abc");
    assert_true(store->methods->poll(store, &changes, &fixture.err));
    assert_int_equal(seen.n_everything, 2);
    assert_int_equal(seen.n, 0);
    store_close(store);
}

static void *do_nothing(void *arg)
{
    return arg;
}

// In a process of its own, which can have no threads any more.
static int poll_without_threads(struct store *store)
{
    pthread_t thread;
    struct seen seen = {0};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const uint32_t none = SCMP_ACT_ERRNO(EAGAIN);
    if (filter == NULL || seccomp_rule_add(filter, none, SCMP_SYS(clone), 0) != 0 ||
        seccomp_rule_add(filter, none, SCMP_SYS(clone3), 0) != 0 || seccomp_load(filter) != 0)
        return 1;
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        return 2;
    if (sem_post(&slow.may) != 0 || !poll_into(store, &seen))
        return 3;
    return seen.n == 1 && atomic_load(&slow.n_begun) == 2 ? 0 : 4;
}

static void read_without_threads(void **state)
{
    (void)state;
    int status;
    struct store *store = open_slow();
    write_index("ab");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(poll_without_threads(store));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    store_close(store);
}

// Whatever takes long ends.
static void table_that_nobody_waits_for(void **state)
{
    (void)state;
    const atomic_bool is_cancelled = true;
    const struct record record = {.status = RECORD_GOOD};
    struct oc_bytes twice = SERIAL(1);
    struct old_table *table = old_table_new(&fixture.err);
    struct old_table *before = old_table_new(&fixture.err);
    static struct old_table_changes changes;
    assert_non_null(table);
    assert_non_null(before);
    assert_true(old_table_is_wanted(table, &fixture.err));
    assert_true(old_table_add(table, SERIAL(2), &record, &fixture.err));
    assert_true(old_table_add(table, SERIAL(1), &record, &fixture.err));
    table->is_cancelled = &is_cancelled;
    assert_false(old_table_is_wanted(table, NULL));
    assert_false(old_table_sort(table, &twice, &fixture.err));
    assert_null(twice.data);
    assert_int_equal(fixture.err.fault, STORE_FAULT_BUSY);
    old_table_compare(before, table, &changes);
    assert_int_equal(changes.n, 0);
    table->is_cancelled = NULL;
    assert_true(old_table_sort(table, &twice, &fixture.err));
    old_table_compare(before, table, &changes);
    assert_int_equal(changes.n, 2);
    old_table_free(table);
    old_table_free(before);
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
    write_index(LINE("01") LINE("03"));
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
        TEST(reading_that_takes_long),
        TEST(closed_during_a_reading),
        TEST(changed_during_a_reading),
        TEST(refused_by_a_slow_reading),
        TEST(failed_in_a_slow_reading),
        TEST(polled_for_the_last_time),
        TEST(read_without_threads),
        TEST(table_that_nobody_waits_for),
        TEST(many_threads),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
