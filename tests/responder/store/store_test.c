// SPDX-License-Identifier: MIT
//
// The store in the database: what is put is what is found, by this process and by others; what is
// no database, or is no longer the one that was opened, is never answered from.
#include "fixture/store_fixture.h"
#include "store/database_file.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#define NOW SIGN_NOW
enum { DAY = 86400 };

static const struct issuer_config by_database = {.name = "ours", .source = SOURCE_DATABASE};

static void init(void)
{
    if (!database_init(fixture_path("db"), &fixture.err))
        fail_msg("%s", fixture.err.text);
}

static struct store *open_as(enum fixture_issuer issuer, enum store_mode mode)
{
    struct store *store =
        store_open(&by_database, fixture_path("db"), &fixture.issuers[issuer], mode, &fixture.err);
    if (store == NULL)
        fail_msg("%s", fixture.err.text);
    return store;
}

// Opening must fail, with this in its reason and of this kind.
static void open_fails(const char *name, const char *what, enum store_fault fault)
{
    store_error_clear(&fixture.err);
    assert_null(store_open(&by_database, fixture_path(name), &fixture.issuers[ISSUER_OURS],
                           STORE_READ, &fixture.err));
    if (strstr(fixture.err.text, what) == NULL ||
        strstr(fixture.err.text, fixture_path(name)) != fixture.err.text)
        fail_msg("\"%s\" without \"%s\"", fixture.err.text, what);
    assert_int_equal(fixture.err.fault, fault);
}

static struct record good(int64_t expires)
{
    return (struct record){.status = RECORD_GOOD, .expires = expires};
}

static struct record revoked(int64_t at, int reason)
{
    return (struct record){.status = RECORD_REVOKED,
                           .revoked_at = at,
                           .has_reason = reason >= 0,
                           .reason = reason >= 0 ? (uint8_t)reason : 0,
                           .expires = NOW + DAY};
}

static void assert_record(struct record a, struct record b)
{
    assert_int_equal(a.status, b.status);
    assert_int_equal(a.revoked_at, b.revoked_at);
    assert_int_equal(a.has_reason, b.has_reason);
    assert_int_equal(a.reason, b.reason);
    assert_int_equal(a.expires, b.expires);
    assert_int_equal(a.this_update, b.this_update);
    assert_int_equal(a.next_update, b.next_update);
}

static void must(bool ok)
{
    if (!ok)
        fail_msg("%s", fixture.err.text);
}

static void begin(struct store *store)
{
    must(store->methods->begin(store, &fixture.err));
}

static void put(struct store *store, struct oc_bytes serial, struct record record)
{
    must(store->methods->put(store, serial, &record, &fixture.err));
}

static void commit(struct store *store)
{
    must(store->methods->commit(store, &fixture.err));
}

static void put_one(struct store *store, struct oc_bytes serial, struct record record)
{
    begin(store);
    put(store, serial, record);
    commit(store);
}

// Opens, puts, closes: as a command does.
static void put_apart(enum fixture_issuer issuer, struct oc_bytes serial, struct record record)
{
    struct store *store = open_as(issuer, STORE_WRITE);
    put_one(store, serial, record);
    store_close(store);
}

static void run_sql(const char *name, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(fixture_path(name), &db), SQLITE_OK);
    char *error = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void copy_file(const char *from, const char *to)
{
    size_t len;
    FILE *file = fopen(fixture_path(from), "rb");
    static uint8_t octets[1 << 20];
    assert_non_null(file);
    len = fread(octets, 1, sizeof octets, file);
    assert_int_equal(fclose(file), 0);
    assert_true(len > 0 && len < sizeof octets);
    file = fopen(fixture_path(to), "r+b");
    if (file == NULL)
        file = fopen(fixture_path(to), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

// The files that init makes.

static void made_once_and_whole(void **state)
{
    (void)state;
    struct stat st;
    init();
    assert_int_equal(stat(fixture_path("db"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(st.st_nlink, 1);
    assert_false(database_init(fixture_path("db"), &fixture.err));
    assert_non_null(strstr(fixture.err.text, "the file exists already"));
    // rmdir() tells whether something else was left behind.
    assert_int_equal(unlink(fixture_path("db")), 0);
    assert_int_equal(rmdir(fixture.dir), 0);
    assert_int_equal(mkdir(fixture.dir, 0700), 0);
}

static void made_nowhere(void **state)
{
    (void)state;
    assert_false(database_init(fixture_path("missing/db"), &fixture.err));
    assert_non_null(strstr(fixture.err.text, "No such file"));
}

// Files that are refused.

static void not_there(void **state)
{
    (void)state;
    open_fails("db", "create it with ocspd init", STORE_FAULT_ABSENT);
}

static void not_set(void **state)
{
    (void)state;
    assert_null(
        store_open(&by_database, NULL, &fixture.issuers[ISSUER_OURS], STORE_READ, &fixture.err));
    assert_string_equal(fixture.err.text, "missing setting \"database\"");
}

static void directory(void **state)
{
    (void)state;
    assert_int_equal(mkdir(fixture_path("db"), 0700), 0);
    open_fails("db", "not a regular file", STORE_FAULT_DATA);
    assert_int_equal(rmdir(fixture_path("db")), 0);
}

static void fifo(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(fixture_path("db"), 0600), 0);
    open_fails("db", "not a regular file", STORE_FAULT_DATA);
}

static void empty(void **state)
{
    (void)state;
    fixture_write("db", "", 0);
    open_fails("db", "not a database of ocspd", STORE_FAULT_DATA);
}

static void rubbish(void **state)
{
    (void)state;
    static char text[8192];
    memset(text, 'x', sizeof text);
    fixture_write("db", text, sizeof text);
    open_fails("db", "file is not a database", STORE_FAULT_DATA);
}

static void another_program(void **state)
{
    (void)state;
    run_sql("db", "CREATE TABLE certificate(serial)");
    open_fails("db", "not a database of ocspd", STORE_FAULT_DATA);
}

static void another_version(void **state)
{
    (void)state;
    init();
    run_sql("db", "PRAGMA user_version = 2");
    open_fails("db", "unsupported version 2", STORE_FAULT_DATA);
}

static void another_table(void **state)
{
    (void)state;
    init();
    run_sql("db", "CREATE TABLE more(a)");
    open_fails("db", "unexpected tables: not those of ocspd", STORE_FAULT_DATA);
}

static void trigger(void **state)
{
    (void)state;
    init();
    run_sql("db", "DROP INDEX answer_next_update; CREATE TRIGGER answer_next_update AFTER INSERT "
                  "ON change BEGIN DELETE FROM change; END");
    open_fails("db", "unexpected tables: not those of ocspd", STORE_FAULT_DATA);
}

static void view_in_place_of_the_table(void **state)
{
    (void)state;
    init();
    run_sql("db", "DROP TABLE certificate; CREATE TABLE c(a); CREATE VIEW certificate AS SELECT "
                  "1 issuer, x'01' serial, NULL revoked_at, NULL reason, NULL expires");
    open_fails("db", "unexpected tables: not those of ocspd", STORE_FAULT_DATA);
}

static void cut_short(void **state)
{
    (void)state;
    init();
    assert_int_equal(truncate(fixture_path("db"), 4096), 0);
    open_fails("db", "malformed", STORE_FAULT_DATA);
}

// Records that were put are found.

static void every_record(void **state)
{
    (void)state;
    static const struct oc_bytes none = {0};
    const struct record records[] = {good(0),         good(NOW + DAY),       revoked(NOW, -1),
                                     revoked(NOW, 0), revoked(NOW - DAY, 1), revoked(0, 10)};
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    begin(store);
    for (uint8_t i = 0; i < 6; i++)
        put(store, SERIAL(0x10, i), records[i]);
    commit(store);
    for (uint8_t i = 0; i < 6; i++)
        assert_record(fixture_look(store, SERIAL(0x10, i)), records[i]);
    assert_int_equal(fixture_look(store, SERIAL(0x10)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(0x10, 0, 0)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, none).status, RECORD_NOT_ISSUED);
    store_close(store);
}

static void longest_serial(void **state)
{
    (void)state;
    uint8_t octets[SERIAL_MAX + 1];
    const struct record record = good(0);
    memset(octets, 0x7F, sizeof octets);
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    put_one(store, (struct oc_bytes){octets, SERIAL_MAX}, record);
    assert_record(fixture_look(store, (struct oc_bytes){octets, SERIAL_MAX}), record);
    begin(store);
    assert_false(store->methods->put(store, (struct oc_bytes){octets, sizeof octets}, &record,
                                     &fixture.err));
    assert_false(store->methods->put(store, (struct oc_bytes){octets, 0}, &record, &fixture.err));
    store->methods->rollback(store);
    store_close(store);
}

static void status_that_cannot_be_put(void **state)
{
    (void)state;
    const struct record none = {0};
    const struct record not_issued = {.status = RECORD_NOT_ISSUED};
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    begin(store);
    assert_false(store->methods->put(store, SERIAL(1), &none, &fixture.err));
    assert_false(store->methods->put(store, SERIAL(1), &not_issued, &fixture.err));
    store->methods->rollback(store);
    store_close(store);
}

static void other_issuer(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    put_apart(ISSUER_OTHER, SERIAL(2), good(0));
    struct store *ours = open_as(ISSUER_RENEWED, STORE_READ);
    struct store *other = open_as(ISSUER_OTHER, STORE_READ);
    assert_int_equal(fixture_look(ours, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_look(ours, SERIAL(2)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(other, SERIAL(1)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(other, SERIAL(2)).status, RECORD_GOOD);
    store_close(ours);
    store_close(other);
}

static void rolled_back(void **state)
{
    (void)state;
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    begin(store);
    put(store, SERIAL(1), good(0));
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    store->methods->rollback(store);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    // The row of the issuer went with it, and another one may have its number now.
    put_apart(ISSUER_OTHER, SERIAL(1), revoked(NOW, 1));
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    put_one(store, SERIAL(1), good(7));
    assert_record(fixture_look(store, SERIAL(1)), good(7));
    store_close(store);
}

static void not_committed(void **state)
{
    (void)state;
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    begin(store);
    put(store, SERIAL(1), good(0));
    store_close(store);
    store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    store_close(store);
}

// A row that nobody has put there like that.
static void row_that_cannot_be(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "revoked_at = 1, reason = 300",
        "revoked_at = 1, reason = -1",
        "revoked_at = 1 << 60",
        "revoked_at = -(1 << 60)",
        "reason = 1",
        "expires = 1 << 60",
    };
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sql[128];
        struct record record = good(0);
        snprintf(sql, sizeof sql,
                 "UPDATE certificate SET revoked_at = NULL, reason = NULL, expires = NULL; "
                 "UPDATE certificate SET %s",
                 rows[i]);
        run_sql("db", sql);
        assert_false(store->methods->look_up(store, SERIAL(1), &record, &fixture.err));
        assert_int_equal(record.status, RECORD_NONE);
        assert_int_equal(fixture.err.fault, STORE_FAULT_DATA);
        assert_non_null(strstr(fixture.err.text, "invalid record of a certificate"));
    }
    store_close(store);
}

// Lists.

struct listed {
    size_t n;
    size_t stop_at;
    uint8_t first[8];
};

static bool note_entry(void *arg, const struct entry *entry)
{
    struct listed *listed = arg;
    assert_true(listed->n < sizeof listed->first);
    listed->first[listed->n++] = entry->serial.data[0];
    return listed->n != listed->stop_at;
}

static void lists(struct store *store, struct oc_bytes after, bool revoked_only, size_t stop_at,
                  const char *expected)
{
    struct listed listed = {.stop_at = stop_at};
    must(store->methods->list(store, after, revoked_only, note_entry, &listed, &fixture.err));
    assert_int_equal(listed.n, strlen(expected));
    assert_memory_equal(listed.first, expected, listed.n);
}

static void listed_in_order(void **state)
{
    (void)state;
    static const struct oc_bytes none = {0};
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    begin(store);
    put(store, SERIAL('c'), revoked(NOW, 4));
    put(store, SERIAL('b', 1), good(0));
    put(store, SERIAL('a', 9, 9), revoked(NOW, 4));
    commit(store);
    put_apart(ISSUER_OTHER, SERIAL('d'), revoked(NOW, 4));
    lists(store, none, false, 0, "abc");
    lists(store, none, true, 0, "ac");
    lists(store, none, false, 2, "ab");
    lists(store, SERIAL('a', 9, 9), false, 0, "bc");
    lists(store, SERIAL('b'), false, 0, "bc");
    lists(store, SERIAL('c'), true, 0, "");
    store_close(store);
}

// Changes are reported.

static void nothing_new(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n + seen.n_everything, 0);
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    put_apart(ISSUER_OTHER, SERIAL(1), good(0));
    seen = fixture_poll(store);
    assert_int_equal(seen.n + seen.n_everything, 0);
    store_close(store);
}

static void one_change(void **state)
{
    (void)state;
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(1, 2)).status, RECORD_NOT_ISSUED);
    put_apart(ISSUER_OURS, SERIAL(1, 2), good(0));
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n_everything, 0);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.last_len, 2);
    assert_memory_equal(seen.last, "\1\2", 2);
    assert_int_equal(fixture_look(store, SERIAL(1, 2)).status, RECORD_GOOD);
    seen = fixture_poll(store);
    assert_int_equal(seen.n + seen.n_everything, 0);
    store_close(store);
}

static void put_many(size_t n, uint8_t mark)
{
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    begin(store);
    for (size_t i = 0; i < n; i++)
        put(store, SERIAL(mark, (uint8_t)(i >> 8), (uint8_t)i), good(0));
    commit(store);
    store_close(store);
}

// How many rows tell of changes, and how many of them of everything.
static int count_changes(const char *where)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    char text[128];
    snprintf(text, sizeof text, "SELECT count(*) FROM change WHERE %s", where);
    assert_int_equal(sqlite3_open(fixture_path("db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int n = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return n;
}

static void many_changes(void **state)
{
    (void)state;
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    put_many(1000, 1);
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n, 1000);
    assert_int_equal(seen.n_everything, 0);
    put_many(1001, 2);
    seen = fixture_poll(store);
    assert_int_equal(seen.n, 0);
    assert_int_equal(seen.n_everything, 1);
    put_many(5000, 3);
    assert_int_equal(count_changes("serial IS NULL"), 2);
    assert_int_equal(count_changes("1"), 1000 + 1001 + 1001);
    put_many(1, 4);
    seen = fixture_poll(store);
    assert_int_equal(seen.n, 0);
    assert_int_equal(seen.n_everything, 1);
    put_many(1, 5);
    assert_int_equal(fixture_poll(store).n, 1);
    store_close(store);
}

// A reader that was away for longer than changes are kept.
static void changes_that_were_dropped(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    run_sql("db", "INSERT INTO change(id, issuer, serial, mark) VALUES(200000, 77, x'01', 5)");
    put_apart(ISSUER_OURS, SERIAL(2), good(0));
    put_apart(ISSUER_OURS, SERIAL(3), good(0));
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n, 0);
    assert_int_equal(seen.n_everything, 1);
    put_apart(ISSUER_OURS, SERIAL(4), good(0));
    assert_int_equal(fixture_poll(store).n, 1);
    store_close(store);
}

static void older_copy(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    put_apart(ISSUER_OURS, SERIAL(2), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    run_sql("db", "DELETE FROM change WHERE id = 2; DELETE FROM certificate WHERE serial = x'02'");
    assert_int_equal(fixture_poll(store).n_everything, 1);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_NOT_ISSUED);
    store_close(store);
}

// One database becomes a copy of another, as by the backup of sqlite3(1), with stores at work.
static void back_up(const char *from, const char *to)
{
    sqlite3 *source;
    sqlite3 *target;
    assert_int_equal(sqlite3_open(fixture_path(from), &source), SQLITE_OK);
    assert_int_equal(sqlite3_open(fixture_path(to), &target), SQLITE_OK);
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", source, "main");
    assert_non_null(backup);
    assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    assert_int_equal(sqlite3_backup_finish(backup), SQLITE_OK);
    assert_int_equal(sqlite3_close(source), SQLITE_OK);
    assert_int_equal(sqlite3_close(target), SQLITE_OK);
}

// Two databases that went on apart from one change: "db" by another, and "copy" by `n`.
static void go_apart(size_t n)
{
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    back_up("db", "before");
    for (size_t i = 0; i < n; i++)
        put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, (int)i));
    back_up("db", "copy");
    back_up("before", "db");
    put_apart(ISSUER_OURS, SERIAL(2), good(0));
}

static void check_copy(size_t n)
{
    go_apart(n);
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_GOOD);
    assert_int_equal(fixture_poll(store).n_everything, 0);
    back_up("copy", "db");
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n_everything, 1);
    assert_int_equal(seen.n, 0);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_poll(store).n_everything, 0);
    put_apart(ISSUER_OURS, SERIAL(3), good(0));
    assert_int_equal(fixture_poll(store).n, 1);
    store_close(store);
}

static void copy_with_as_many_changes(void **state)
{
    (void)state;
    check_copy(1);
}

static void copy_with_more_changes(void **state)
{
    (void)state;
    check_copy(3);
}

static void copy_of_the_same(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    back_up("db", "copy");
    back_up("copy", "db");
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n + seen.n_everything, 0);
    store_close(store);
}

// A copy from when nothing had been put, into which something was put since.
static void copy_of_an_empty_one(void **state)
{
    (void)state;
    init();
    back_up("db", "before");
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    back_up("db", "copy");
    back_up("before", "db");
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    back_up("copy", "db");
    assert_int_equal(fixture_poll(store).n, 1);
    back_up("before", "db");
    assert_int_equal(fixture_poll(store).n_everything, 1);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    store_close(store);
}

// After a restore, issuers may stand in another order than before.
static void issuers_in_another_order(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, 1));
    put_apart(ISSUER_OTHER, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    run_sql("db", "UPDATE issuer SET id = 9 WHERE id = 1; UPDATE issuer SET id = 1 WHERE id = 2; "
                  "UPDATE issuer SET id = 2 WHERE id = 9; "
                  "UPDATE certificate SET issuer = issuer + 8; "
                  "UPDATE certificate SET issuer = 11 - issuer");
    assert_int_equal(fixture_poll(store).n_everything, 1);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    assert_int_equal(fixture_poll(store).n_everything, 0);
    store_close(store);
}

// Another process: this program again, which does one thing, prints a line, and exits when it
// is allowed to.
struct other {
    pid_t pid;
    int to;
    int from;
};

static struct other other_start(const char *what)
{
    int to[2];
    int from[2];
    struct other other;
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    other.pid = fork();
    assert_true(other.pid >= 0);
    if (other.pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
        close(from[0]);
        execl("/proc/self/exe", "store-test", what, fixture_path("db"), (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    other.to = to[1];
    other.from = from[0];
    char c;
    assert_int_equal(read(other.from, &c, 1), 1);
    return other;
}

static void other_end(struct other *other, int signal)
{
    int status;
    if (signal != 0)
        kill(other->pid, signal);
    close(other->to);
    assert_int_equal(waitpid(other->pid, &status, 0), other->pid);
    close(other->from);
    if (signal == 0)
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int other_main(const char *what, const char *path)
{
    sqlite3 *db;
    char c = '.';
    const char *sql = strcmp(what, "lock") == 0
                          ? "BEGIN EXCLUSIVE"
                          : "BEGIN; UPDATE certificate SET revoked_at = 5, reason = 1; "
                            "INSERT INTO change(issuer, serial, mark) VALUES(1, x'01', 5)";
    if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, sql, NULL, NULL, NULL) != 0)
        return 1;
    if (strcmp(what, "commit") == 0 && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != 0)
        return 2;
    if (write(1, &c, 1) != 1 || read(0, &c, 1) != 0)
        return 3;
    return sqlite3_close(db) == SQLITE_OK || strcmp(what, "commit") != 0 ? 0 : 4;
}

static void change_of_another_process(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);

    struct other other = other_start("pending");
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_poll(store).n, 0);
    other_end(&other, SIGKILL);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_poll(store).n, 0);

    other = other_start("commit");
    other_end(&other, SIGKILL);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    assert_int_equal(fixture_poll(store).n, 1);
    store_close(store);
}

static struct saved answer_of(struct oc_bytes serial, struct record record)
{
    static const uint8_t der[] = {0x30, 0x03, 0x0A, 0x01, 0x00};
    return (struct saved){
        .hash = OC_HASH_SHA1,
        .serial = serial,
        .record = record,
        .signer = {1, 2, 3},
        .this_update = NOW,
        .next_update = NOW + DAY,
        .der = {der, sizeof der},
    };
}

// A reader does not block a writer, nor a writer a reader.
static void locked(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    struct store *writer = open_as(ISSUER_OURS, STORE_WRITE);
    const struct saved saved = answer_of(SERIAL(1), good(0));

    struct other other = other_start("lock");
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    assert_int_equal(fixture_poll(store).n, 0);
    assert_false(store->methods->put_saved(store, &saved, 1, &fixture.err));
    assert_int_equal(fixture.err.fault, STORE_FAULT_BUSY);
    assert_non_null(strstr(fixture.err.text, "is locked by another process"));
    assert_false(writer->methods->begin(writer, &fixture.err));
    assert_int_equal(fixture.err.fault, STORE_FAULT_BUSY);
    assert_int_equal(fixture_look(writer, SERIAL(1)).status, RECORD_GOOD);
    other_end(&other, 0);

    must(store->methods->put_saved(store, &saved, 1, &fixture.err));
    put_one(writer, SERIAL(1), good(1));
    store_close(store);
    store_close(writer);
}

// The file is swapped.

static void look_up_fails(struct store *store, struct oc_bytes serial)
{
    struct record record = good(0);
    assert_false(store->methods->look_up(store, serial, &record, &fixture.err));
    assert_int_equal(record.status, RECORD_NONE);
}

static void another_database_in_its_place(void **state)
{
    (void)state;
    init();
    assert_int_equal(rename(fixture_path("db"), fixture_path("other")), 0);
    init();
    put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, 1));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(rename(fixture_path("db"), fixture_path("away")), 0);
    assert_non_null(strstr(fixture_poll_fails(store), "No such file"));
    look_up_fails(store, SERIAL(1));

    assert_int_equal(rename(fixture_path("other"), fixture_path("db")), 0);
    assert_non_null(strstr(fixture_poll_fails(store),
                           "the file was replaced: reload ocspd to read the new one"));
    look_up_fails(store, SERIAL(1));

    assert_int_equal(rename(fixture_path("away"), fixture_path("db")), 0);
    assert_int_equal(fixture_poll(store).n, 0);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    store_close(store);
}

static void overwritten_with_rubbish(void **state)
{
    (void)state;
    static char text[1 << 16];
    memset(text, 'x', sizeof text);
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    fixture_write("db", text, sizeof text);
    assert_non_null(strstr(fixture_poll_fails(store), "not a database"));
    look_up_fails(store, SERIAL(1));
    fixture_write("db", text, 100);
    fixture_poll_fails(store);
    look_up_fails(store, SERIAL(1));
    store_close(store);
}

static void overwritten_and_put_back(void **state)
{
    (void)state;
    static char text[4096];
    init();
    put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, 1));
    copy_file("db", "copy");
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    fixture_write("db", text, sizeof text);
    fixture_poll_fails(store);
    look_up_fails(store, SERIAL(1));
    copy_file("copy", "db");
    fixture_pause();
    fixture_poll(store);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_REVOKED);
    store_close(store);
}

// Saved answers.

static uint8_t room[64];

static bool get(struct store *store, enum oc_hash hash, struct oc_bytes serial, struct saved *out)
{
    return store->methods->get_saved(store, hash, serial, room, sizeof room, out, &fixture.err);
}

static void save(struct store *store, struct saved saved)
{
    must(store->methods->put_saved(store, &saved, 1, &fixture.err));
}

static void saved_and_found(void **state)
{
    (void)state;
    struct saved found;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, 3));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    const struct saved saved = answer_of(SERIAL(1), revoked(NOW, 3));
    save(store, saved);
    store_close(store);

    store = open_as(ISSUER_OURS, STORE_READ);
    assert_true(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_record(found.record, saved.record);
    assert_int_equal(found.hash, OC_HASH_SHA1);
    assert_true(oc_bytes_equal(found.serial, saved.serial));
    assert_true(oc_bytes_equal(found.der, saved.der));
    assert_memory_equal(found.signer, saved.signer, sizeof found.signer);
    assert_int_equal(found.this_update, NOW);
    assert_int_equal(found.next_update, NOW + DAY);

    assert_false(get(store, OC_HASH_SHA256, SERIAL(1), &found));
    assert_null(found.der.data);
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1, 1), &found));
    assert_false(
        store->methods->get_saved(store, OC_HASH_SHA1, SERIAL(1), room, 4, &found, &fixture.err));
    store_close(store);
    store = open_as(ISSUER_OTHER, STORE_READ);
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    store_close(store);
}

// A failed search for an answer differs from one that finds none.
static void not_saved_and_not_known(void **state)
{
    (void)state;
    struct saved found;
    init();
    assert_int_equal(rename(fixture_path("db"), fixture_path("other")), 0);
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    (void)store_fail(&fixture.err, STORE_FAULT_BUSY, "something else");
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_int_equal(fixture.err.fault, STORE_FAULT_NONE);
    assert_string_equal(fixture.err.text, "");
    save(store, answer_of(SERIAL(1), good(0)));
    assert_true(get(store, OC_HASH_SHA1, SERIAL(1), &found));

    assert_int_equal(rename(fixture_path("other"), fixture_path("db")), 0);
    fixture_poll_fails(store);
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_int_equal(fixture.err.fault, STORE_FAULT_DATA);
    assert_non_null(
        strstr(fixture.err.text, "the file was replaced: reload ocspd to read the new one"));
    assert_null(found.der.data);
    assert_false(
        store->methods->get_saved(store, OC_HASH_SHA1, SERIAL(1), room, sizeof room, &found, NULL));
    store_close(store);
}

static void saved_again(void **state)
{
    (void)state;
    struct saved found;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    struct saved saved = answer_of(SERIAL(1), good(0));
    save(store, saved);
    saved.this_update++;
    saved.der = SERIAL(0x30, 0x00);
    save(store, saved);
    assert_true(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_int_equal(found.this_update, NOW + 1);
    assert_int_equal(found.der.len, 2);
    store_close(store);
}

static void saved_for_another_record(void **state)
{
    (void)state;
    struct saved found;
    const struct record not_issued = {.status = RECORD_NOT_ISSUED};
    init();
    put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, 3));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    const struct saved wrong[] = {
        answer_of(SERIAL(1), good(NOW + DAY)), answer_of(SERIAL(1), revoked(NOW + 1, 3)),
        answer_of(SERIAL(1), revoked(NOW, 4)), answer_of(SERIAL(1), revoked(NOW, -1)),
        answer_of(SERIAL(1), not_issued),      answer_of(SERIAL(2), good(0)),
        answer_of(SERIAL(2), not_issued),
    };
    must(store->methods->put_saved(store, wrong, sizeof wrong / sizeof wrong[0], &fixture.err));
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_false(get(store, OC_HASH_SHA1, SERIAL(2), &found));
    // Not even once it would fit.
    put_apart(ISSUER_OURS, SERIAL(2), good(0));
    assert_false(get(store, OC_HASH_SHA1, SERIAL(2), &found));
    store_close(store);
}

static void record_changed_since(void **state)
{
    (void)state;
    struct saved found;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    save(store, answer_of(SERIAL(1), good(0)));
    assert_true(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    put_apart(ISSUER_OURS, SERIAL(1), revoked(NOW, 6));
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    // An answer from before the hold does not come back after it.
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    store_close(store);
}

static void take_back(struct store *store, struct oc_bytes serial)
{
    must(store->methods->remove(store, serial, &fixture.err));
}

// With its saved answers, and noticed by those that poll.
static void removed(void **state)
{
    (void)state;
    struct saved found;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    put_apart(ISSUER_OURS, SERIAL(2), good(0));
    put_apart(ISSUER_OTHER, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    save(store, answer_of(SERIAL(1), good(0)));
    save(store, answer_of(SERIAL(2), good(0)));
    struct store *writer = open_as(ISSUER_OURS, STORE_WRITE);
    begin(writer);
    take_back(writer, SERIAL(1));
    assert_int_equal(fixture_look(writer, SERIAL(1)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    commit(writer);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_NOT_ISSUED);
    assert_int_equal(fixture_look(store, SERIAL(2)).status, RECORD_GOOD);
    struct seen seen = fixture_poll(store);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.n_everything, 0);
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_true(get(store, OC_HASH_SHA1, SERIAL(2), &found));
    // The answer from before does not come back.
    put_one(writer, SERIAL(1), good(0));
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    store_close(writer);
    store_close(store);
    store = open_as(ISSUER_OTHER, STORE_READ);
    assert_int_equal(fixture_look(store, SERIAL(1)).status, RECORD_GOOD);
    store_close(store);
}

// A revoked certificate stays, an unknown one is no change, and all of it can be undone.
static void removed_in_vain(void **state)
{
    (void)state;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    put_apart(ISSUER_OURS, SERIAL(2), revoked(NOW, 6));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    struct store *writer = open_as(ISSUER_OURS, STORE_WRITE);
    begin(writer);
    take_back(writer, SERIAL(2));
    take_back(writer, SERIAL(3));
    commit(writer);
    begin(writer);
    take_back(writer, SERIAL(1));
    writer->methods->rollback(writer);
    assert_record(fixture_look(store, SERIAL(1)), good(0));
    assert_record(fixture_look(store, SERIAL(2)), revoked(NOW, 6));
    assert_int_equal(fixture_poll(store).n, 0);
    store_close(writer);
    store_close(store);
}

static void saved_beside_a_change(void **state)
{
    (void)state;
    struct saved found;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    save(store, answer_of(SERIAL(1), good(0)));
    run_sql("db", "UPDATE certificate SET revoked_at = 5, reason = 1");
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    store_close(store);
}

static void saved_and_ended(void **state)
{
    (void)state;
    struct saved found;
    init();
    put_apart(ISSUER_OURS, SERIAL(1), good(0));
    put_apart(ISSUER_OURS, SERIAL(2), good(0));
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    save(store, answer_of(SERIAL(1), good(0)));
    struct saved later = answer_of(SERIAL(2), good(0));
    later.this_update = NOW + DAY;
    later.next_update = NOW + 2 * DAY;
    save(store, later);
    assert_true(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    later.this_update++;
    save(store, later);
    assert_false(get(store, OC_HASH_SHA1, SERIAL(1), &found));
    assert_true(get(store, OC_HASH_SHA1, SERIAL(2), &found));
    store_close(store);
}

// The position of an import.
static void position(void **state)
{
    (void)state;
    const struct position put_there = {.offset = 77, .n_lines = 3, .digest = {9, 8}};
    const struct position none = {0};
    struct position found;
    init();
    struct store *store = open_as(ISSUER_OURS, STORE_WRITE);
    must(store->methods->get_position(store, "csv", &found, &fixture.err));
    assert_int_equal(found.offset, 0);
    begin(store);
    must(store->methods->put_position(store, "csv", &put_there, &fixture.err));
    store->methods->rollback(store);
    must(store->methods->get_position(store, "csv", &found, &fixture.err));
    assert_int_equal(found.offset, 0);

    begin(store);
    must(store->methods->put_position(store, "csv", &put_there, &fixture.err));
    commit(store);
    must(store->methods->get_position(store, "csv", &found, &fixture.err));
    assert_memory_equal(&found, &put_there, sizeof found);
    must(store->methods->get_position(store, "index", &found, &fixture.err));
    assert_int_equal(found.offset, 0);

    begin(store);
    must(store->methods->put_position(store, "csv", &none, &fixture.err));
    commit(store);
    must(store->methods->get_position(store, "csv", &found, &fixture.err));
    assert_int_equal(found.offset, 0);
    store_close(store);
}

// Many threads look up, get and poll while one process writes: each certificate is first not
// issued, then good, then revoked, and never goes back.
enum { N_THREADS = 16, N_SERIALS = 64, N_ROUNDS = 40 };

static atomic_bool is_over;

static void *look_all_the_time(void *arg)
{
    struct store *store = arg;
    enum record_status last[N_SERIALS] = {0};
    uintptr_t n_wrong = 0;
    while (!atomic_load(&is_over)) {
        for (uint8_t i = 0; i < N_SERIALS; i++) {
            struct record record;
            struct saved saved;
            uint8_t buf[64];
            if (!store->methods->look_up(store, SERIAL(1, i), &record, NULL) ||
                record.status < last[i])
                n_wrong++;
            last[i] = record.status;
            if (store->methods->get_saved(store, OC_HASH_SHA1, SERIAL(1, i), buf, sizeof buf,
                                          &saved, NULL) &&
                (saved.record.status < last[i] || saved.der.len != 5))
                n_wrong++;
        }
    }
    return (void *)n_wrong;  // NOLINT(performance-no-int-to-ptr)
}

static void write_rounds(struct store *writer, struct store *store)
{
    for (size_t round = 0; round < N_ROUNDS; round++) {
        uint8_t number = (uint8_t)(round % N_SERIALS);
        put_one(writer, SERIAL(1, number), good(0));
        const struct saved saved = answer_of(SERIAL(1, number), good(0));
        must(store->methods->put_saved(store, &saved, 1, &fixture.err));
        assert_int_equal(fixture_poll(store).n, 1);
        put_one(writer, SERIAL(1, number), revoked(NOW, 1));
        assert_int_equal(fixture_poll(store).n, 1);
    }
}

static void many_threads(void **state)
{
    (void)state;
    pthread_t threads[N_THREADS];
    init();
    struct store *writer = open_as(ISSUER_OURS, STORE_WRITE);
    struct store *store = open_as(ISSUER_OURS, STORE_READ);
    atomic_store(&is_over, false);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_all_the_time, store), 0);
    write_rounds(writer, store);
    atomic_store(&is_over, true);
    for (size_t i = 0; i < N_THREADS; i++) {
        void *n_wrong;
        assert_int_equal(pthread_join(threads[i], &n_wrong), 0);
        assert_null(n_wrong);
    }
    store_close(store);
    store_close(writer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(int argc, char **argv)
{
    if (argc == 3)
        return other_main(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        TEST(made_once_and_whole),
        TEST(made_nowhere),
        TEST(not_there),
        TEST(not_set),
        TEST(directory),
        TEST(fifo),
        TEST(empty),
        TEST(rubbish),
        TEST(another_program),
        TEST(another_version),
        TEST(another_table),
        TEST(trigger),
        TEST(view_in_place_of_the_table),
        TEST(cut_short),
        TEST(every_record),
        TEST(longest_serial),
        TEST(status_that_cannot_be_put),
        TEST(other_issuer),
        TEST(rolled_back),
        TEST(not_committed),
        TEST(row_that_cannot_be),
        TEST(listed_in_order),
        TEST(nothing_new),
        TEST(one_change),
        TEST(many_changes),
        TEST(changes_that_were_dropped),
        TEST(older_copy),
        TEST(copy_with_as_many_changes),
        TEST(copy_with_more_changes),
        TEST(copy_of_the_same),
        TEST(copy_of_an_empty_one),
        TEST(issuers_in_another_order),
        TEST(change_of_another_process),
        TEST(locked),
        TEST(another_database_in_its_place),
        TEST(overwritten_with_rubbish),
        TEST(overwritten_and_put_back),
        TEST(saved_and_found),
        TEST(not_saved_and_not_known),
        TEST(saved_again),
        TEST(saved_for_another_record),
        TEST(record_changed_since),
        TEST(removed),
        TEST(removed_in_vain),
        TEST(saved_beside_a_change),
        TEST(saved_and_ended),
        TEST(position),
        TEST(many_threads),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
