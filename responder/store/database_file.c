// SPDX-License-Identifier: MIT
//
// Creates a database, and opens one if it is ours. A file may come from anywhere: its tables must
// have been created by exactly these texts, and no trigger or view in it is run.
#include "store/database_file.h"

#include "program/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// APPLICATION_ID is "ocsd", by which file(1) can recognise the file.
#define APPLICATION_ID 0x6F637364
enum { SCHEMA_VERSION = 1 };

// LENGTH_MAX is far above anything that is stored: answers have up to 64 KiB.
enum { LENGTH_MAX = 1 << 20 };

// An issuer is identified by the SHA-256 of its name and key, so a renewed certificate with the
// same name and key is the same issuer. A certificate is revoked if `revoked_at` is not NULL. A
// change without a serial number means that any certificate of the issuer may have changed. The
// `mark` of a change is random: if two copies of a file develop separately, it differs in changes
// with the same number.
//
// Certificates are many and small, so their table has no rowid. Answers are large, for which such a
// table is inefficient.
static const char *const schema[] = {
    "CREATE TABLE issuer(id INTEGER PRIMARY KEY, name_hash BLOB NOT NULL, key_hash BLOB NOT NULL, "
    "UNIQUE(name_hash, key_hash)) STRICT",
    "CREATE TABLE certificate(issuer INTEGER NOT NULL, serial BLOB NOT NULL, revoked_at INTEGER, "
    "reason INTEGER, expires INTEGER, PRIMARY KEY(issuer, serial)) STRICT, WITHOUT ROWID",
    "CREATE INDEX certificate_revoked ON certificate(issuer, serial) WHERE revoked_at IS NOT NULL",
    "CREATE TABLE change(id INTEGER PRIMARY KEY AUTOINCREMENT, issuer INTEGER NOT NULL, "
    "serial BLOB, mark INTEGER NOT NULL) STRICT",
    "CREATE TABLE answer(id INTEGER PRIMARY KEY, issuer INTEGER NOT NULL, serial BLOB NOT NULL, "
    "hash INTEGER NOT NULL, revoked_at INTEGER, reason INTEGER, expires INTEGER, "
    "signer BLOB NOT NULL, this_update INTEGER NOT NULL, next_update INTEGER NOT NULL, "
    "der BLOB NOT NULL, UNIQUE(issuer, serial, hash)) STRICT",
    "CREATE INDEX answer_next_update ON answer(next_update)",
    "CREATE TABLE import(issuer INTEGER NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL, "
    "n_lines INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY(issuer, kind)) STRICT, "
    "WITHOUT ROWID",
};
enum { N_SCHEMA = sizeof schema / sizeof schema[0] };

static enum store_fault fault_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_FAULT_BUSY;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return STORE_FAULT_DATA;
    default:
        return STORE_FAULT_SYSTEM;
    }
}

bool database_file_fail(sqlite3 *db, const char *what, struct store_error *err)
{
    const char *path = db == NULL ? NULL : sqlite3_db_filename(db, "main");
    int code = db == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(db);
    enum store_fault fault = fault_of(code);
    const char *hint = "";
    if (fault == STORE_FAULT_BUSY)
        hint = " by another process";
    else if ((code & 0xFF) == SQLITE_CANTOPEN)
        hint = "; its directory must be writable, too";
    return store_fail(err, fault, "%s: %s: %s%s", path == NULL ? "database" : path, what,
                      db == NULL ? "out of memory" : sqlite3_errmsg(db), hint);
}

// Reads the first number of the first row. `text` is the value of the statement's parameter, or
// NULL.
static bool read_number(sqlite3 *db, const char *sql, const char *text, int64_t *out,
                        struct store_error *err)
{
    sqlite3_stmt *statement = NULL;
    bool ok =
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        (text == NULL || sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC) == SQLITE_OK) &&
        sqlite3_step(statement) == SQLITE_ROW;
    *out = ok ? sqlite3_column_int64(statement, 0) : 0;
    if (!ok)
        database_file_fail(db, "cannot read the schema", err);
    sqlite3_finalize(statement);
    return ok;
}

static bool refuse(const char *path, const char *why, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_DATA, "%s: %s", path, why);
}

// The schema must have all of our tables and indexes, and no other tables, indexes, triggers or
// views. Names that begin with sqlite_ are SQLite's own.
static bool check_schema(sqlite3 *db, const char *path, struct store_error *err)
{
    int64_t n;
    if (!read_number(db, "SELECT count(*) FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'",
                     NULL, &n, err))
        return false;
    if (n != N_SCHEMA)
        return refuse(path, "unexpected tables: not those of ocspd", err);
    for (size_t i = 0; i < N_SCHEMA; i++) {
        if (!read_number(db, "SELECT count(*) FROM sqlite_schema WHERE sql = ?1", schema[i], &n,
                         err))
            return false;
        if (n != 1)
            return refuse(path, "unexpected tables: not those of ocspd", err);
    }
    return true;
}

static bool check_ours(sqlite3 *db, const char *path, struct store_error *err)
{
    int64_t id;
    int64_t version;
    if (!read_number(db, "PRAGMA application_id", NULL, &id, err) ||
        !read_number(db, "PRAGMA user_version", NULL, &version, err))
        return false;
    if (id != APPLICATION_ID)
        return refuse(path, "not a database of ocspd; create one with ocspd init", err);
    if (version != SCHEMA_VERSION)
        return store_fail(err, STORE_FAULT_DATA,
                          "%s: unsupported version %lld: this program needs %d", path,
                          (long long)version, SCHEMA_VERSION);
    if (sqlite3_db_readonly(db, "main") != 0)
        return store_fail(err, STORE_FAULT_SYSTEM,
                          "%s: cannot write to it: read-only for this user", path);
    return check_schema(db, path, err);
}

static bool run(sqlite3 *db, const char *sql, struct store_error *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           database_file_fail(db, "cannot use the database", err);
}

enum { BUSY_POLL_MS = 5 };

// SQLite calls this while another process has the lock. Its own handler waits up to 100 ms between
// two attempts, and so misses the pauses that an import makes for others. `arg` is how long to
// wait.
static int wait_for_lock(void *arg, int n_before)
{
    static const struct timespec pause = {.tv_nsec = BUSY_POLL_MS * 1000000L};
    if (n_before >= (intptr_t)arg / BUSY_POLL_MS)
        return 0;
    nanosleep(&pause, NULL);
    return 1;
}

bool database_file_wait(sqlite3 *db, int busy_ms)
{
    // The argument is a number, for which there is no memory with the life of the connection.
    void *arg = (void *)(intptr_t)busy_ms;  // NOLINT(performance-no-int-to-ptr)
    return sqlite3_busy_handler(db, wait_for_lock, arg) == SQLITE_OK;
}

// Restricts what a file can make SQLite do. The worker does not merge the log when it closes,
// because another file may have replaced the one that it closes.
static bool configure(sqlite3 *db, enum store_mode mode, int busy_ms, struct store_error *err)
{
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                              SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_DQS_DML,
                              SQLITE_DBCONFIG_DQS_DDL};
    bool ok = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        ok = ok && sqlite3_db_config(db, off[i], 0, NULL) == SQLITE_OK;
    ok = ok && sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode == STORE_READ, NULL) ==
                   SQLITE_OK;
    ok = ok && database_file_wait(db, busy_ms);
    if (!ok)
        return database_file_fail(db, "cannot set up the connection", err);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    // The worker need not sync at each commit: a loss of power then loses saved answers, but no
    // revocation. An import of millions of certificates needs a large cache to sort the pages.
    return run(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", err) &&
           run(db,
               mode == STORE_READ ? "PRAGMA synchronous = NORMAL"
                                  : "PRAGMA synchronous = FULL; PRAGMA cache_size = -131072",
               err);
}

bool database_file_check(const char *path, struct store_error *err)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return S_ISREG(st.st_mode) || refuse(path, "not a regular file", err);
    if (errno != ENOENT)
        return store_fail_errno(err, path);
    return store_fail(err, STORE_FAULT_ABSENT, "%s: %s; create it with ocspd init", path,
                      strerror(errno));
}

sqlite3 *database_file_open(const char *path, enum store_mode mode, int busy_ms,
                            struct store_error *err)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
        database_file_fail(db, "cannot open the database", err);
    else if (configure(db, mode, busy_ms, err) && check_ours(db, path, err))
        return db;
    sqlite3_close(db);
    return NULL;
}

static bool create_tables(sqlite3 *db, struct store_error *err)
{
    char numbers[96];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, SCHEMA_VERSION);
    bool ok = run(db, "BEGIN", err);
    for (size_t i = 0; i < N_SCHEMA; i++)
        ok = ok && run(db, schema[i], err);
    return ok && run(db, numbers, err) && run(db, "COMMIT", err) &&
           run(db, "PRAGMA journal_mode = WAL", err);
}

static bool fill(const char *path, struct store_error *err)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &db, flags, NULL) == SQLITE_OK ||
              database_file_fail(db, "cannot create the database", err);
    ok = ok && create_tables(db, err);
    // Closing merges the log into the file.
    if (sqlite3_close(db) != SQLITE_OK)
        return ok && database_file_fail(db, "cannot close the database", err);
    return ok;
}

static bool fail_create(const char *path, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_SYSTEM, "%s: cannot create the database: %s", path,
                      strerror(errno));
}

// The new file gets its name when it is complete; link() fails if the name is taken by then.
static bool create(const char *path, char *temporary, struct store_error *err)
{
    int fd = mkstemp(temporary);
    if (fd == -1)
        return fail_create(path, err);
    close(fd);
    bool ok = fill(temporary, err);
    if (ok && (chmod(temporary, 0640) != 0 || link(temporary, path) != 0))
        ok = fail_create(path, err);
    unlink(temporary);
    if (ok)
        output_sync_directory(path);
    return ok;
}

// SQLite would apply the log of another database to this one.
static bool is_without_log(const char *path, struct store_error *err)
{
    static const char *const endings[] = {"-wal", "-journal"};
    char *log = NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof endings / sizeof *endings; i++) {
        if (asprintf(&log, "%s%s", path, endings[i]) < 0)
            return store_fail_memory(err);
        if (access(log, F_OK) == 0)
            ok = store_fail(err, STORE_FAULT_DATA, "%s: left over from another database: remove it",
                            log);
        free(log);
    }
    return ok;
}

bool database_init(const char *path, struct store_error *err)
{
    char *temporary = NULL;
    // link() would fail as well, but only after all the work.
    if (access(path, F_OK) == 0)
        return store_fail(err, STORE_FAULT_DATA, "%s: the file exists already", path);
    if (!is_without_log(path, err))
        return false;
    if (asprintf(&temporary, "%s.new-XXXXXX", path) < 0)
        return store_fail_memory(err);
    bool ok = create(path, temporary, err);
    free(temporary);
    return ok;
}
