// SPDX-License-Identifier: MIT
//
// Makes a database, and opens one if it is ours. A file may come from anywhere: its tables must
// have been made by exactly these texts, and nothing in it is run.
#include "store/database_file.h"

#include "program/output.h"
#include "store/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// "ocsd", so that file(1) and others see whose it is; and the version of the tables.
#define APPLICATION_ID 0x6F637364
enum { SCHEMA_VERSION = 1 };

// Nothing that is stored comes near it: answers have 64 KiB.
enum { LENGTH_MAX = 1 << 20 };

// An issuer is its name and key, by their SHA-256: a renewed certificate of the same is the same
// issuer. A certificate is revoked when `revoked_at` is not NULL. A change without a serial number
// is "maybe everything of this issuer". Its `mark` is random: where two copies of a file went on
// apart, changes of the same number have another.
//
// Certificates are many and small: the key is the row. Answers are large, which such a table would
// keep badly.
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

bool database_file_fail(sqlite3 *db, const char *what)
{
    const char *path = db == NULL ? NULL : sqlite3_db_filename(db, "main");
    int code = db == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(db);
    enum store_fault fault = fault_of(code);
    const char *hint = "";
    if (fault == STORE_FAULT_BUSY)
        hint = " by another process";
    else if ((code & 0xFF) == SQLITE_CANTOPEN)
        hint = "; its directory must be writable, too";
    return store_fail(fault, "%s: %s: %s%s", path == NULL ? "database" : path, what,
                      db == NULL ? "out of memory" : sqlite3_errmsg(db), hint);
}

// The first number of the first row, by a statement that has one text or none to bind.
static bool read_number(sqlite3 *db, const char *sql, const char *text, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
              (text == NULL || sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC) == 0) &&
              sqlite3_step(statement) == SQLITE_ROW;
    *out = ok ? sqlite3_column_int64(statement, 0) : 0;
    if (!ok)
        database_file_fail(db, "cannot be read");
    sqlite3_finalize(statement);
    return ok;
}

static bool refuse(const char *path, const char *why)
{
    return store_fail(STORE_FAULT_DATA, "%s: %s", path, why);
}

// Tables, indexes, triggers and views: all of ours as they were made, and no others. Names that
// begin with sqlite_ are SQLite's own.
static bool check_schema(sqlite3 *db, const char *path)
{
    int64_t n;
    if (!read_number(db, "SELECT count(*) FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'",
                     NULL, &n))
        return false;
    if (n != N_SCHEMA)
        return refuse(path, "its tables are not those of ocspd");
    for (size_t i = 0; i < N_SCHEMA; i++) {
        if (!read_number(db, "SELECT count(*) FROM sqlite_schema WHERE sql = ?1", schema[i], &n))
            return false;
        if (n != 1)
            return refuse(path, "its tables are not those of ocspd");
    }
    return true;
}

static bool check_ours(sqlite3 *db, const char *path)
{
    int64_t id;
    int64_t version;
    if (!read_number(db, "PRAGMA application_id", NULL, &id) ||
        !read_number(db, "PRAGMA user_version", NULL, &version))
        return false;
    if (id != APPLICATION_ID)
        return refuse(path, "is no database of ocspd; make one with ocspd init");
    if (version != SCHEMA_VERSION)
        return store_fail(STORE_FAULT_DATA,
                          "%s: is of version %lld, which is not the %d of this "
                          "program",
                          path, (long long)version, SCHEMA_VERSION);
    if (sqlite3_db_readonly(db, "main") != 0)
        return store_fail(STORE_FAULT_SYSTEM, "%s: this user may not write to it", path);
    return check_schema(db, path);
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           database_file_fail(db, "cannot be used");
}

// What a file may make SQLite do is as little as can be. The process that answers leaves the log
// where it is when it closes: what it closes is not always what it would merge it into.
static bool configure(sqlite3 *db, enum store_mode mode, int busy_ms)
{
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                              SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_DQS_DML,
                              SQLITE_DBCONFIG_DQS_DDL};
    bool ok = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        ok = ok && sqlite3_db_config(db, off[i], 0, NULL) == SQLITE_OK;
    ok = ok && sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode == STORE_READ, NULL) ==
                   SQLITE_OK;
    ok = ok && sqlite3_busy_timeout(db, busy_ms) == SQLITE_OK;
    if (!ok)
        return database_file_fail(db, "cannot be set up");
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    // Without a write to the disk at each commit, a loss of power may cost saved answers, but no
    // revocation. Whoever puts millions of certificates needs room to sort the pages.
    return run(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0") &&
           run(db, mode == STORE_READ ? "PRAGMA synchronous = NORMAL"
                                      : "PRAGMA synchronous = FULL; PRAGMA cache_size = -131072");
}

bool database_file_check(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return store_fail(errno == ENOENT ? STORE_FAULT_ABSENT : STORE_FAULT_SYSTEM, "%s: %s%s",
                          path, strerror(errno),
                          errno == ENOENT ? "; make it with ocspd init" : "");
    return S_ISREG(st.st_mode) || refuse(path, "is no file");
}

sqlite3 *database_file_open(const char *path, enum store_mode mode, int busy_ms)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
        database_file_fail(db, "cannot be opened");
    else if (configure(db, mode, busy_ms) && check_ours(db, path))
        return db;
    sqlite3_close(db);
    return NULL;
}

static bool create_tables(sqlite3 *db)
{
    char numbers[96];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, SCHEMA_VERSION);
    bool ok = run(db, "BEGIN");
    for (size_t i = 0; i < N_SCHEMA; i++)
        ok = ok && run(db, schema[i]);
    return ok && run(db, numbers) && run(db, "COMMIT") && run(db, "PRAGMA journal_mode = WAL");
}

static bool fill(const char *path)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(path, &db, flags, NULL) == SQLITE_OK ||
              database_file_fail(db, "cannot be made");
    ok = ok && create_tables(db);
    // Closing is what puts everything into the one file.
    if (sqlite3_close(db) != SQLITE_OK)
        return ok && database_file_fail(db, "cannot be closed");
    return ok;
}

static bool fail_path(const char *path, const char *what)
{
    return store_fail(STORE_FAULT_SYSTEM, "%s: %s: %s", path, what, strerror(errno));
}

// The new file has its name only once it is whole; link() fails if somebody else has it.
static bool make(const char *path, char *temporary)
{
    int fd = mkstemp(temporary);
    if (fd == -1)
        return fail_path(path, "cannot be made");
    close(fd);
    bool ok = fill(temporary);
    if (ok && (chmod(temporary, 0640) != 0 || link(temporary, path) != 0))
        ok = fail_path(path, "cannot be made");
    unlink(temporary);
    if (ok)
        output_sync_directory(path);
    return ok;
}

// SQLite would take what stands in the log of another database for changes to this one.
static bool is_without_log(const char *path)
{
    static const char *const endings[] = {"-wal", "-journal"};
    char *log = NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof endings / sizeof *endings; i++) {
        if (asprintf(&log, "%s%s", path, endings[i]) < 0)
            return store_fail_memory();
        if (access(log, F_OK) == 0)
            ok = store_fail(STORE_FAULT_DATA, "%s: is left of another database: remove it", log);
        free(log);
    }
    return ok;
}

bool database_init(const char *path, char *why, size_t size)
{
    char *temporary = NULL;
    bool ok = asprintf(&temporary, "%s.new-XXXXXX", path) >= 0 || store_fail_memory();
    // link() tells it as well, but only after all the work.
    if (ok && access(path, F_OK) == 0)
        ok = store_fail(STORE_FAULT_DATA, "%s: is there already", path);
    ok = ok && is_without_log(path);
    ok = ok && make(path, temporary);
    free(temporary);
    if (!ok)
        snprintf(why, size, "%s", store_last_why(NULL));
    return ok;
}
