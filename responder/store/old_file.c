// SPDX-License-Identifier: MIT
//
// Watches a file with stat(2), and replaces the table when there is a new file that can be read. A
// thread reads it, so that the thread that polls can go on to other stores.
#include "store/old_file.h"

#include <stdlib.h>
#include <string.h>

// POLL_WAIT_MS is how long a poll waits for a reading that it has started: long enough to take a
// small file at once.
enum { POLL_WAIT_MS = 50 };

// struct old_file_store is one file. `read` is the state of the file that `table` was made from,
// and `refused` one that was invalid, for the reason `refusal`.
//
// `lock` protects `table` and `as_of`, which poll() changes. `as_of` is 0 while the table is
// current, and otherwise `current_at`, the time when it was last known to be current.
//
// `reading` reads a newer state while `is_reading`. `failure` is how the last poll failed, with
// STORE_FAULT_NONE if it did not.
struct old_file_store {
    struct store base;
    struct old_file_kind kind;
    char *path;
    pthread_rwlock_t lock;
    struct old_table *table;
    int64_t as_of;
    int64_t current_at;
    struct file_identity read;
    struct file_identity refused;
    struct store_error refusal;
    struct old_file_reading reading;
    bool is_reading;
    struct store_error failure;
};

static struct old_file_store *of(struct store *store)
{
    return (struct old_file_store *)store;
}

// Only an invalid file stays refused until it changes. Other failures may pass by themselves.
static bool refuse(struct old_file_store *self, struct store_error *err)
{
    const struct old_file_reading *reading = &self->reading;
    if (reading->error.fault == STORE_FAULT_DATA && reading->is_settled) {
        self->refused = reading->file;
        self->refusal = reading->error;
    }
    return store_fail_again(err, &reading->error);
}

static struct old_table *replace(struct old_file_store *self, struct old_table *table,
                                 int64_t as_of)
{
    pthread_rwlock_wrlock(&self->lock);
    struct old_table *before = self->table;
    self->table = table;
    self->as_of = as_of;
    pthread_rwlock_unlock(&self->lock);
    return before;
}

// Takes the result of a finished reading.
static bool take(struct old_file_store *self, const struct changes *changes,
                 struct store_error *err)
{
    static const struct file_identity unknown = {0};
    const struct old_file_reading *reading = &self->reading;
    self->is_reading = false;
    if (reading->table == NULL)
        return refuse(self, err);
    self->refused = unknown;
    self->read = reading->is_settled ? reading->file : unknown;
    self->current_at = reading->began_at;
    store_error_clear(&self->failure);
    struct old_table *before = replace(self, reading->table, reading->began_at);
    if (before != NULL)
        old_table_report(&reading->changes, changes);
    old_table_free(before);
    return true;
}

// A store that has failed is not known to work again before a reading has succeeded.
static bool still_reading(const struct old_file_store *self, struct store_error *err)
{
    return self->failure.fault == STORE_FAULT_NONE || store_fail_again(err, &self->failure);
}

static bool reread(struct old_file_store *self, const struct changes *changes, int wait_ms,
                   struct store_error *err)
{
    self->is_reading = old_file_reading_start(&self->reading, self->table);
    if (!self->is_reading)
        old_file_reading_do(&self->reading, self->table);
    else if (!old_file_reading_wait(&self->reading, wait_ms))
        return still_reading(self, err);
    return take(self, changes, err);
}

static bool look_at_file(struct old_file_store *self, const struct changes *changes,
                         struct store_error *err)
{
    const struct file_identity now = file_identity_at(self->path);
    if (!now.is_there)
        return store_fail_errno(err, self->path);
    if (file_identity_same(&now, &self->read))
        return true;
    if (file_identity_same(&now, &self->refused))
        return store_fail_again(err, &self->refusal);
    if (!changes->is_last)
        return reread(self, changes, now.size < OLD_READING_LARGE ? POLL_WAIT_MS : 0, err);
    // No later poll could take the result of a reading.
    changes->changed(changes->arg, NULL);
    return true;
}

static bool look_for_changes(struct old_file_store *self, const struct changes *changes,
                             struct store_error *err)
{
    if (self->is_reading && !changes->is_last) {
        if (!old_file_reading_wait(&self->reading, 0))
            return still_reading(self, err);
        if (!take(self, changes, err))
            return false;
    }
    return look_at_file(self, changes, err);
}

static void set_as_of(struct old_file_store *self, int64_t as_of)
{
    pthread_rwlock_wrlock(&self->lock);
    self->as_of = as_of;
    pthread_rwlock_unlock(&self->lock);
}

static bool poll(struct store *store, const struct changes *changes, struct store_error *err)
{
    struct old_file_store *self = of(store);
    struct store_error failure = {.fault = STORE_FAULT_NONE};
    int64_t now = (int64_t)time(NULL);
    bool ok = look_for_changes(self, changes, &failure);
    // The last poll has read nothing that would make the table current.
    if (!changes->is_last) {
        bool is_current = ok && !self->is_reading;
        if (is_current)
            self->current_at = now;
        self->failure = failure;
        int64_t as_of = is_current ? 0 : self->current_at;
        if (as_of != self->as_of)
            set_as_of(self, as_of);
    }
    return ok || store_fail_again(err, &failure);
}

// A table that is not known to be current answers with the time when it was, not with the present.
static bool look_up(struct store *store, struct oc_bytes serial, struct record *out,
                    struct store_error *err)
{
    struct old_file_store *self = of(store);
    (void)err;
    pthread_rwlock_rdlock(&self->lock);
    old_table_find(self->table, serial, out);
    if (out->this_update == 0)
        out->this_update = self->as_of;
    pthread_rwlock_unlock(&self->lock);
    return true;
}

static bool list(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg,
                 struct store_error *err)
{
    (void)err;
    old_table_list(of(store)->table, after, revoked_only, each, arg);
    return true;
}

static void close_store(struct store *store)
{
    struct old_file_store *self = of(store);
    if (self->is_reading)
        old_file_reading_cancel(&self->reading);
    old_file_reading_cleanup(&self->reading);
    old_table_free(self->table);
    pthread_rwlock_destroy(&self->lock);
    free(self->kind.arg);
    free(self->path);
    free(self);
}

static const struct store_methods methods = {
    .look_up = look_up,
    .poll = poll,
    .list = list,
    .close = close_store,
};

// Look-ups never pause under load, so a writer that did not come first would wait for ever.
static bool init_lock(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    if (pthread_rwlockattr_init(&attributes) != 0)
        return false;
    bool ok = pthread_rwlockattr_setkind_np(&attributes,
                                            PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0 &&
              pthread_rwlock_init(lock, &attributes) == 0;
    pthread_rwlockattr_destroy(&attributes);
    return ok;
}

static bool init(struct old_file_store *self, const struct old_file_kind *kind, const char *path)
{
    self->base.methods = &methods;
    self->kind = *kind;
    self->path = strdup(path);
    if (self->path == NULL || !init_lock(&self->lock))
        return false;
    if (old_file_reading_init(&self->reading, &self->kind, self->path))
        return true;
    pthread_rwlock_destroy(&self->lock);
    return false;
}

static struct old_file_store *file_store_new(const struct old_file_kind *kind, const char *path)
{
    struct old_file_store *self = calloc(1, sizeof *self);
    if (self == NULL || init(self, kind, path))
        return self;
    free(self->path);
    free(self);
    return NULL;
}

// Opening may block, so the file is read by the calling thread.
struct store *old_file_store_open(const struct old_file_kind *kind, const char *path,
                                  struct store_error *err)
{
    struct old_file_store *self = file_store_new(kind, path);
    if (self == NULL) {
        free(kind->arg);
        store_fail_memory(err);
        return NULL;
    }
    old_file_reading_do(&self->reading, NULL);
    if (take(self, NULL, err)) {
        set_as_of(self, 0);
        return &self->base;
    }
    close_store(&self->base);
    return NULL;
}
