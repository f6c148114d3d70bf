// SPDX-License-Identifier: MIT
//
// Connections to the database for many threads: taken and given back, opened when there is none,
// and never more than there is use for.
#include "store/database.h"

#include "program/clock.h"
#include "store/database_file.h"
#include "store/kind.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

// Who answers waits for a lock, and for a connection, some tenths of a second; a command, which
// nobody waits for, some seconds. Connections are opened when they are needed: as many as there are
// threads that ask at once.
enum { ANSWER_WAIT_MS = 300, COMMAND_WAIT_MS = 5000, TIDY_WAIT_MS = 100, CONNECTIONS_MAX = 16 };

// ROOM_KEPT is how many octets of a file system are never taken for answers.
#define ROOM_KEPT (UINT64_C(256) << 20)

// struct db_connection belongs to one thread between database_take() and database_give().
// `generation` is that of the database when it was opened.
struct db_connection {
    sqlite3 *db;
    struct db_connection *next;
    unsigned generation;
    const struct statements *texts;
    sqlite3_stmt *statements[];
};

// struct file_state tells one file, and what was written to it, from another.
struct file_state {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written;
};

// struct waiter is a thread that waits for its turn: the first to come is the first to get one.
struct waiter {
    struct waiter *next;
    pthread_cond_t served;
    bool is_served;
    struct db_connection *connection;
};

struct database {
    char *path;
    enum store_mode mode;
    const struct statements *statements;
    struct file_state state;
    atomic_bool is_lost;
    atomic_uint generation;
    pthread_mutex_t lock;
    struct waiter *waiters;
    struct db_connection *idle;
    size_t n_open;
    size_t max_open;
};

static bool look_at(const char *path, struct file_state *out)
{
    struct stat st;
    *out = (struct file_state){0};
    if (stat(path, &st) != 0)
        return store_fail(errno == ENOENT ? STORE_FAULT_ABSENT : STORE_FAULT_SYSTEM, "%s: %s", path,
                          strerror(errno));
    *out = (struct file_state){st.st_dev, st.st_ino, st.st_size, st.st_mtim};
    return true;
}

static bool is_same_file(const struct file_state *a, const struct file_state *b)
{
    return a->device == b->device && a->inode == b->inode;
}

static bool is_as_written(const struct file_state *a, const struct file_state *b)
{
    return a->size == b->size && a->written.tv_sec == b->written.tv_sec &&
           a->written.tv_nsec == b->written.tv_nsec;
}

static bool fail_lost(const struct database *database)
{
    return store_fail(STORE_FAULT_DATA, "%s: another file has taken its place", database->path);
}

static void connection_close(struct db_connection *connection)
{
    for (size_t i = 0; i < connection->texts->n; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_close(connection->db);
    free(connection);
}

// What is opened by its name may be another file than the one that others have open.
static struct db_connection *connection_open(struct database *database)
{
    size_t size = database->statements->n * sizeof(sqlite3_stmt *);
    struct db_connection *connection = calloc(1, sizeof *connection + size);
    if (connection == NULL) {
        store_fail_memory();
        return NULL;
    }
    connection->texts = database->statements;
    connection->generation = atomic_load(&database->generation);
    connection->db =
        database_file_open(database->path, database->mode,
                           database->mode == STORE_READ ? ANSWER_WAIT_MS : COMMAND_WAIT_MS);
    struct file_state now;
    bool ok = connection->db != NULL && look_at(database->path, &now) &&
              (is_same_file(&now, &database->state) || fail_lost(database));
    if (ok)
        return connection;
    connection_close(connection);
    return NULL;
}

// Two statements a look-up would fight for the one mutex of SQLite's counters of memory.
static void configure_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct database *database_new(const char *path, enum store_mode mode,
                                     const struct statements *statements)
{
    struct database *database = calloc(1, sizeof *database);
    if (database == NULL)
        return NULL;
    database->path = strdup(path);
    if (database->path == NULL || pthread_mutex_init(&database->lock, NULL) != 0) {
        free(database->path);
        free(database);
        return NULL;
    }
    database->mode = mode;
    database->statements = statements;
    database->max_open = mode == STORE_WRITE ? 1 : CONNECTIONS_MAX;
    return database;
}

// The first connection tells whether the file is any good.
struct database *database_open(const char *path, enum store_mode mode,
                               const struct statements *statements)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_once);
    struct database *database = database_new(path, mode, statements);
    if (database == NULL) {
        store_fail_memory();
        return NULL;
    }
    struct db_connection *first = NULL;
    if (database_file_check(path) && look_at(path, &database->state))
        first = database_take(database);
    if (first == NULL) {
        database_close(database);
        return NULL;
    }
    database_give(database, first, true);
    return database;
}

// Best effort: with its log empty, the file is whole, and can be copied or replaced. What another
// file has taken the place of is left alone, since the log may be that one's by now.
static void tidy_log(struct database *database)
{
    struct file_state now;
    if (database->idle == NULL || !look_at(database->path, &now) ||
        !is_same_file(&now, &database->state))
        return;
    sqlite3 *db = database->idle->db;
    sqlite3_busy_timeout(db, TIDY_WAIT_MS);
    (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void database_close(struct database *database)
{
    tidy_log(database);
    while (database->idle != NULL) {
        struct db_connection *connection = database->idle;
        database->idle = connection->next;
        connection_close(connection);
    }
    pthread_mutex_destroy(&database->lock);
    free(database->path);
    free(database);
}

bool database_has_room(const struct database *database)
{
    struct statvfs system;
    if (statvfs(database->path, &system) != 0)
        return store_fail(STORE_FAULT_SYSTEM, "%s: %s", database->path, strerror(errno));
    uint64_t kept = (uint64_t)system.f_blocks / 10 * system.f_frsize;
    if (kept > ROOM_KEPT)
        kept = ROOM_KEPT;
    return (uint64_t)system.f_bavail * system.f_frsize > kept ||
           store_fail(STORE_FAULT_SYSTEM, "%s: too little is free on its file system",
                      database->path);
}

bool database_watch(struct database *database)
{
    struct file_state now = {0};
    bool is_there = look_at(database->path, &now);
    bool is_lost = !is_there || !is_same_file(&now, &database->state);
    atomic_store(&database->is_lost, is_lost);
    if (is_lost)
        return is_there ? fail_lost(database) : false;
    // SQLite keeps pages until its own log says otherwise; others may write without it.
    if (!is_as_written(&now, &database->state))
        atomic_fetch_add(&database->generation, 1);
    database->state.size = now.size;
    database->state.written = now.written;
    return true;
}

static void leave_queue(struct database *database, const struct waiter *waiter)
{
    struct waiter **at = &database->waiters;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

// With the lock held.
static bool wait_in_queue(struct database *database, struct waiter *waiter)
{
    const struct timespec until = clock_in(ANSWER_WAIT_MS);
    struct waiter **last = &database->waiters;
    while (*last != NULL)
        last = &(*last)->next;
    *last = waiter;
    int rc = 0;
    while (rc == 0 && !waiter->is_served)
        rc = pthread_cond_clockwait(&waiter->served, &database->lock, CLOCK_MONOTONIC, &until);
    if (!waiter->is_served)
        leave_queue(database, waiter);
    return waiter->is_served;
}

static bool queue_up(struct database *database, struct db_connection **out)
{
    struct waiter waiter = {0};
    if (pthread_cond_init(&waiter.served, NULL) != 0)
        return false;
    bool ok = wait_in_queue(database, &waiter);
    pthread_cond_destroy(&waiter.served);
    *out = waiter.connection;
    return ok;
}

// An idle connection, or the right to open one: then `*out` is NULL.
static bool wait_for_turn(struct database *database, struct db_connection **out)
{
    bool ok = true;
    pthread_mutex_lock(&database->lock);
    *out = database->idle;
    if (*out != NULL)
        database->idle = (*out)->next;
    else if (database->n_open < database->max_open)
        database->n_open++;
    else
        ok = queue_up(database, out);
    pthread_mutex_unlock(&database->lock);
    return ok || store_fail(STORE_FAULT_BUSY, "%s: all connections are in use", database->path);
}

// Who waits gets it at once: a thread that gives back and takes all the time would be quicker.
static void give_turn_back(struct database *database, struct db_connection *connection)
{
    pthread_mutex_lock(&database->lock);
    struct waiter *waiter = database->waiters;
    if (waiter != NULL) {
        database->waiters = waiter->next;
        waiter->connection = connection;
        waiter->is_served = true;
        pthread_cond_signal(&waiter->served);
    } else if (connection != NULL) {
        connection->next = database->idle;
        database->idle = connection;
    } else {
        database->n_open--;
    }
    pthread_mutex_unlock(&database->lock);
}

static bool is_old(const struct database *database, const struct db_connection *connection)
{
    return connection->generation != atomic_load(&database->generation);
}

struct db_connection *database_take(struct database *database)
{
    struct db_connection *connection;
    if (atomic_load(&database->is_lost)) {
        fail_lost(database);
        return NULL;
    }
    if (!wait_for_turn(database, &connection))
        return NULL;
    if (connection != NULL && is_old(database, connection)) {
        connection_close(connection);
        connection = NULL;
    }
    if (connection == NULL)
        connection = connection_open(database);
    if (connection == NULL)
        give_turn_back(database, NULL);
    return connection;
}

void database_give(struct database *database, struct db_connection *connection, bool is_well)
{
    if (!is_well || is_old(database, connection)) {
        connection_close(connection);
        connection = NULL;
    }
    give_turn_back(database, connection);
}

sqlite3_stmt *db_statement(struct db_connection *connection, size_t number)
{
    sqlite3_stmt **statement = &connection->statements[number];
    if (*statement == NULL) {
        int rc = sqlite3_prepare_v3(connection->db, connection->texts->sql[number], -1,
                                    SQLITE_PREPARE_PERSISTENT, statement, NULL);
        if (rc != SQLITE_OK)
            database_file_fail(connection->db, "cannot be asked");
        return *statement;
    }
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
    return *statement;
}

int db_step(struct db_connection *connection, sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        database_file_fail(connection->db, "failed");
    return rc;
}

bool db_do(struct db_connection *connection, sqlite3_stmt *statement)
{
    bool ok = db_step(connection, statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return ok;
}

static bool connection_run(struct db_connection *connection, const char *sql)
{
    return sqlite3_exec(connection->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           database_file_fail(connection->db, "failed");
}

bool db_begin(struct db_connection *connection, bool writes)
{
    return connection_run(connection, writes ? "BEGIN IMMEDIATE" : "BEGIN");
}

bool db_commit(struct db_connection *connection)
{
    if (connection_run(connection, "COMMIT"))
        return true;
    db_rollback(connection);
    return false;
}

// It cannot fail in a way that matters: what is not committed is not there.
void db_rollback(struct db_connection *connection)
{
    if (sqlite3_get_autocommit(connection->db) == 0)
        (void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
}

int64_t db_n_changed(struct db_connection *connection)
{
    return sqlite3_changes64(connection->db);
}

bool db_refuse(struct db_connection *connection, const char *what)
{
    return store_fail(STORE_FAULT_DATA, "%s: %s", sqlite3_db_filename(connection->db, "main"),
                      what);
}
