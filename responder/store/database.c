// SPDX-License-Identifier: MIT
//
// Connections for many threads. One is opened when none is idle, up to a limit; above it, threads
// wait in a queue.
#include "store/database.h"

#include "program/clock.h"
#include "program/file_identity.h"
#include "store/database_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

// The worker waits ANSWER_WAIT_MS for a lock of the file and for a connection, a command
// COMMAND_WAIT_MS, because no client waits for it. CONNECTIONS_MAX is the most connections; there
// are only as many as threads have needed at the same time.
enum { ANSWER_WAIT_MS = 300, COMMAND_WAIT_MS = 5000, TIDY_WAIT_MS = 100, CONNECTIONS_MAX = 16 };

// ROOM_KEPT is the most octets of a file system that are reserved.
#define ROOM_KEPT (UINT64_C(256) << 20)

// struct waiter is a thread in the queue for a connection, on its stack. A waiter that is served
// without a connection may open one.
struct waiter {
    struct waiter *next;
    pthread_cond_t served;
    bool is_served;
    struct db_connection *connection;
};

// struct database is one open file. `file` is its state, and `is_lost` is set while another file
// has replaced it. A connection of an older `generation` is closed instead of used again.
struct database {
    char *path;
    enum store_mode mode;
    const struct statements *statements;
    struct file_identity file;
    atomic_bool is_lost;
    atomic_uint generation;
    pthread_mutex_t lock;
    struct waiter *waiters;
    struct db_connection *idle;
    size_t n_open;
    size_t max_open;
};

static bool fail_lost(const struct database *database, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_DATA,
                      "%s: the file was replaced: reload ocspd to read the new one",
                      database->path);
}

// Sets `*now` to the state of the file. Returns false if another file has replaced it.
static bool look_at(const struct database *database, struct file_identity *now,
                    struct store_error *err)
{
    *now = file_identity_at(database->path);
    if (!now->is_there)
        return store_fail_errno(err, database->path);
    return file_identity_same_file(now, &database->file) || fail_lost(database, err);
}

// The name may lead to another file than the one that the other connections have open.
static struct db_connection *open_connection(struct database *database, struct store_error *err)
{
    struct file_identity now;
    unsigned generation = atomic_load(&database->generation);
    int busy_ms = database->mode == STORE_READ ? ANSWER_WAIT_MS : COMMAND_WAIT_MS;
    struct db_connection *connection =
        db_open(database->path, database->mode, busy_ms, database->statements, err);
    if (connection == NULL)
        return NULL;
    connection->generation = generation;
    if (look_at(database, &now, err))
        return connection;
    db_close(connection);
    return NULL;
}

// Without this, two statements of a look-up would contend for the mutex of SQLite's memory
// counters.
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

static bool check_file(struct database *database, struct store_error *err)
{
    if (!database_file_check(database->path, err))
        return false;
    database->file = file_identity_at(database->path);
    return database->file.is_there || store_fail_errno(err, database->path);
}

// The first connection checks the content of the file.
struct database *database_open(const char *path, enum store_mode mode,
                               const struct statements *statements, struct store_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_once);
    struct database *database = database_new(path, mode, statements);
    if (database == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    struct db_connection *first = check_file(database, err) ? database_take(database, err) : NULL;
    if (first == NULL) {
        database_close(database);
        return NULL;
    }
    database_give(database, first, true);
    return database;
}

// With an empty log, the file is complete by itself and can be copied or replaced. If another file
// has replaced it, the log may already belong to that one.
static void tidy_log(struct database *database)
{
    struct file_identity now;
    if (database->idle != NULL && look_at(database, &now, NULL))
        db_merge_log(database->idle, TIDY_WAIT_MS);
}

void database_close(struct database *database)
{
    tidy_log(database);
    while (database->idle != NULL) {
        struct db_connection *connection = database->idle;
        database->idle = connection->next;
        db_close(connection);
    }
    pthread_mutex_destroy(&database->lock);
    free(database->path);
    free(database);
}

bool database_has_room(const struct database *database, struct store_error *err)
{
    struct statvfs system;
    if (statvfs(database->path, &system) != 0)
        return store_fail(err, STORE_FAULT_SYSTEM, "%s: %s", database->path, strerror(errno));
    uint64_t kept = (uint64_t)system.f_blocks / 10 * system.f_frsize;
    if (kept > ROOM_KEPT)
        kept = ROOM_KEPT;
    return (uint64_t)system.f_bavail * system.f_frsize > kept ||
           store_fail(err, STORE_FAULT_SYSTEM, "%s: too little free space on its file system",
                      database->path);
}

bool database_watch(struct database *database, struct store_error *err)
{
    struct file_identity now;
    bool ok = look_at(database, &now, err);
    atomic_store(&database->is_lost, !ok);
    if (!ok)
        return false;
    // SQLite keeps pages until its own log says otherwise, but others may write without that log.
    if (!file_identity_same_content(&now, &database->file))
        atomic_fetch_add(&database->generation, 1);
    // Other threads read the rest of it, which has not changed.
    database->file.size = now.size;
    database->file.written = now.written;
    return true;
}

static void leave_queue(struct database *database, const struct waiter *waiter)
{
    struct waiter **at = &database->waiters;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

// Call it with the lock held.
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

// Sets `*out` to an idle connection, or to NULL if the caller may open one.
static bool wait_for_turn(struct database *database, struct db_connection **out,
                          struct store_error *err)
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
    return ok || store_fail(err, STORE_FAULT_BUSY, "%s: cannot get a connection: all are in use",
                            database->path);
}

// Hands the turn to the first waiter directly: otherwise a thread that gives back and takes again
// would always be faster than it.
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

struct db_connection *database_take(struct database *database, struct store_error *err)
{
    struct db_connection *connection;
    if (atomic_load(&database->is_lost)) {
        fail_lost(database, err);
        return NULL;
    }
    if (!wait_for_turn(database, &connection, err))
        return NULL;
    if (connection != NULL && is_old(database, connection)) {
        db_close(connection);
        connection = NULL;
    }
    if (connection == NULL)
        connection = open_connection(database, err);
    if (connection == NULL)
        give_turn_back(database, NULL);
    return connection;
}

void database_give(struct database *database, struct db_connection *connection, bool works)
{
    if (!works || is_old(database, connection)) {
        db_close(connection);
        connection = NULL;
    }
    give_turn_back(database, connection);
}
