// SPDX-License-Identifier: MIT
//
// Watches a file by what stat(2) says of it, and replaces the table when there is a new one that
// can be read. Reading is done by a thread, so that who polls has time for other stores.
#include "store/file_read.h"
#include "store/kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// How many milliseconds a poll waits for what it has begun to read: a small file is there in the
// same poll.
enum { A_MOMENT = 50 };

// struct file_store is one file. `read` is the version that `table` was made from, and `refused`,
// with the reason, one that was no good. `lock` is for `table` and `told_as_of`, which poll()
// changes; `told_as_of` is 0 while the table is current, and otherwise `current_at`, when it was
// known to be so last. `reading`, while it is under way, is of a newer version; `failure` is that
// of the last poll, if it failed.
struct file_store {
    struct store base;
    struct store_methods methods;
    struct file_kind kind;
    char *path;
    pthread_rwlock_t lock;
    struct table *table;
    int64_t told_as_of;
    int64_t current_at;
    struct file_version read;
    struct file_version refused;
    struct failure refusal;
    struct reading reading;
    bool is_reading;
    struct failure failure;
    bool is_failing;
};

static struct file_store *of(struct store *store)
{
    return (struct file_store *)store;
}

static void forget(struct file_version *version)
{
    *version = (struct file_version){.size = -1};
}

// Only what is wrong with the file itself stays so until it is another one.
static bool refuse(struct file_store *self)
{
    const struct reading *reading = &self->reading;
    if (reading->failure.fault == STORE_FAULT_DATA && reading->is_settled) {
        self->refused = reading->version;
        self->refusal = reading->failure;
    }
    return failure_repeat(&reading->failure);
}

static struct table *replace(struct file_store *self, struct table *table, int64_t as_of)
{
    pthread_rwlock_wrlock(&self->lock);
    struct table *before = self->table;
    self->table = table;
    self->told_as_of = as_of;
    pthread_rwlock_unlock(&self->lock);
    return before;
}

// What has come of a reading that has ended.
static bool take(struct file_store *self, const struct changes *changes)
{
    const struct reading *reading = &self->reading;
    self->is_reading = false;
    if (reading->table == NULL)
        return refuse(self);
    forget(&self->refused);
    forget(&self->read);
    if (reading->is_settled)
        self->read = reading->version;
    self->is_failing = false;
    self->current_at = reading->began_at;
    struct table *before = replace(self, reading->table, reading->began_at);
    if (before != NULL)
        table_tell(&reading->changes, changes);
    table_free(before);
    return true;
}

// A file that could not be read is not known to be any better before it was read again.
static bool go_on_reading(const struct file_store *self)
{
    return !self->is_failing || failure_repeat(&self->failure);
}

static bool reread(struct file_store *self, const struct changes *changes, int patience)
{
    self->is_reading = reading_start(&self->reading, self->table);
    if (!self->is_reading)
        reading_do(&self->reading, self->table);
    else if (!reading_wait(&self->reading, patience))
        return go_on_reading(self);
    return take(self, changes);
}

static bool look_at_file(struct file_store *self, const struct changes *changes)
{
    struct stat st;
    if (stat(self->path, &st) != 0)
        return store_fail(errno == ENOENT ? STORE_FAULT_ABSENT : STORE_FAULT_SYSTEM, "%s: %s",
                          self->path, strerror(errno));
    const struct file_version now = file_version_of(&st);
    if (file_version_is_same(&now, &self->read))
        return true;
    if (file_version_is_same(&now, &self->refused))
        return failure_repeat(&self->refusal);
    // Nobody comes for what is read now.
    if (changes->is_last) {
        changes->changed(changes->arg, NULL);
        return true;
    }
    return reread(self, changes, st.st_size < READING_LARGE ? A_MOMENT : 0);
}

static bool look_for_news(struct file_store *self, const struct changes *changes)
{
    if (self->is_reading && !changes->is_last) {
        if (!reading_wait(&self->reading, 0))
            return go_on_reading(self);
        if (!take(self, changes))
            return false;
    }
    return look_at_file(self, changes);
}

static void tell_as_of(struct file_store *self, int64_t as_of)
{
    pthread_rwlock_wrlock(&self->lock);
    self->told_as_of = as_of;
    pthread_rwlock_unlock(&self->lock);
}

static bool poll(struct store *store, const struct changes *changes)
{
    struct file_store *self = of(store);
    int64_t now = (int64_t)time(NULL);
    bool ok = look_for_news(self, changes);
    // Nothing was read that would make it current.
    if (changes->is_last)
        return ok;
    bool is_current = ok && !self->is_reading;
    if (is_current)
        self->current_at = now;
    if (!ok)
        failure_note(&self->failure);
    self->is_failing = !ok;
    int64_t as_of = is_current ? 0 : self->current_at;
    if (as_of != self->told_as_of)
        tell_as_of(self, as_of);
    return ok;
}

// While the file is not known to say the same, it is told as of when it was, not as of now.
static bool look_up(struct store *store, struct oc_bytes serial, struct record *out)
{
    struct file_store *self = of(store);
    pthread_rwlock_rdlock(&self->lock);
    table_find(self->table, serial, out);
    if (out->this_update == 0)
        out->this_update = self->told_as_of;
    pthread_rwlock_unlock(&self->lock);
    return true;
}

static bool list(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    table_list(of(store)->table, after, revoked_only, each, arg);
    return true;
}

static void close_store(struct store *store)
{
    struct file_store *self = of(store);
    if (self->is_reading)
        reading_cancel(&self->reading);
    reading_cleanup(&self->reading);
    table_free(self->table);
    pthread_rwlock_destroy(&self->lock);
    free(self->kind.arg);
    free(self->path);
    free(self);
}

// Those who look up come without end; who has something new must get in between.
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

static bool init(struct file_store *self, const struct file_kind *kind, const char *path)
{
    self->kind = *kind;
    self->path = strdup(path);
    if (self->path == NULL || !init_lock(&self->lock))
        return false;
    if (reading_init(&self->reading, &self->kind, self->path))
        return true;
    pthread_rwlock_destroy(&self->lock);
    return false;
}

static struct file_store *file_store_new(const struct file_kind *kind, const char *path)
{
    struct file_store *self = calloc(1, sizeof *self);
    if (self == NULL || !init(self, kind, path)) {
        free(self == NULL ? NULL : self->path);
        free(self);
        store_fail_memory();
        return NULL;
    }
    self->methods = (struct store_methods){
        .name = kind->name,
        .look_up = look_up,
        .poll = poll,
        .list = list,
        .why = store_last_why,
        .fault = store_last_fault,
        .close = close_store,
    };
    self->base.methods = &self->methods;
    forget(&self->read);
    forget(&self->refused);
    return self;
}

// Who opens has time.
struct store *store_file_open(const struct file_kind *kind, const char *path)
{
    struct file_store *self = file_store_new(kind, path);
    if (self == NULL) {
        free(kind->arg);
        return NULL;
    }
    reading_do(&self->reading, NULL);
    if (take(self, NULL)) {
        tell_as_of(self, 0);
        return &self->base;
    }
    close_store(&self->base);
    return NULL;
}
