// SPDX-License-Identifier: MIT
//
// One reading of the file of a store into a table, in the calling thread or in one of its own.
#ifndef STORE_OLD_FILE_READ_H
#define STORE_OLD_FILE_READ_H

#include "program/file_identity.h"
#include "store/old_table.h"

#include <pthread.h>
#include <time.h>

// OLD_READING_LARGE is the size in octets from which reading a file takes too long for a poll.
enum { OLD_READING_LARGE = 1 << 20 };

// struct old_file_kind is how a kind of file is read. `read` fills `table`, which is empty, from
// the `len` octets at `text`, which it may change and which a NUL follows. `before` is the table so
// far, in which other threads look up meanwhile, or NULL. It returns false and sets `*err`, with a
// text that begins with `path`, on failure, and soon after old_table_is_wanted() returns false.
// `arg` is passed on to it. Any thread may call it, but only one at a time.
struct old_file_kind {
    size_t max_len;
    bool (*read)(void *arg, const char *path, char *text, size_t len,
                 const struct old_table *before, struct old_table *table, struct store_error *err);
    void *arg;
};

// struct old_file_reading is one reading and its result: `table`, and in `changes` its differences
// from `before`; or NULL and `error`. `file` is the state of the file that was read or refused, as
// of `began_at`. Unless `is_settled`, a later change of the file may leave `file` as it is.
struct old_file_reading {
    const struct old_file_kind *kind;
    const char *path;
    const struct old_table *before;
    struct old_table *table;
    struct old_table_changes changes;
    struct store_error error;
    struct file_identity file;
    bool is_settled;
    int64_t began_at;
    atomic_bool is_cancelled;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    bool is_finished;
};

// old_file_reading_init prepares a reading, which can be used again and again; `kind` and `path`
// must stay. Returns false if the system lacks resources; then there is nothing to clean up.
bool old_file_reading_init(struct old_file_reading *self, const struct old_file_kind *kind,
                           const char *path);
void old_file_reading_cleanup(struct old_file_reading *self);

// old_file_reading_do reads. `before`, the table so far or NULL, must not change meanwhile. The
// caller owns the resulting table.
void old_file_reading_do(struct old_file_reading *self, const struct old_table *before);

// old_file_reading_start does the same in a new thread, or returns false if the thread cannot be
// made. Call old_file_reading_wait() afterwards until it returns true, or
// old_file_reading_cancel().
bool old_file_reading_start(struct old_file_reading *self, const struct old_table *before);

// old_file_reading_wait waits for at most so many milliseconds, and returns whether the reading is
// finished.
bool old_file_reading_wait(struct old_file_reading *self, int milliseconds);

// old_file_reading_cancel stops a reading whose result is not needed any more.
void old_file_reading_cancel(struct old_file_reading *self);

#endif
