// SPDX-License-Identifier: MIT
//
// Watches a file by what stat(2) says of it, and replaces the table when there is a new one that
// can be read.
#include "store_file.h"

#include "store_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The kernel notes times of change in steps of some milliseconds: within that, a second change
// does not show.
#define UNSETTLED_NS INT64_C(100000000)

// struct version tells one state of a file from another.
struct version {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written;
    struct timespec changed;
};

// struct file_store is one file. `read` is the version that `table` was made from, and `refused`,
// with the reason, one that was no good. `lock` is for `table` alone, which poll() replaces.
struct file_store {
    struct store base;
    struct store_methods methods;
    struct file_kind kind;
    char *path;
    pthread_rwlock_t lock;
    struct table *table;
    struct version read;
    struct version refused;
    enum store_fault refused_fault;
    char refused_why[512];
    int64_t well_at;                    // when poll() last succeeded
    atomic_int_fast64_t failing_since;  // that time, while poll() fails; otherwise 0
};

static struct file_store *of(struct store *store)
{
    return (struct file_store *)store;
}

static bool fail_errno(const char *path)
{
    return store_fail(errno == ENOENT ? STORE_FAULT_ABSENT : STORE_FAULT_SYSTEM, "%s: %s", path,
                      strerror(errno));
}

static struct version version_of(const struct stat *st)
{
    return (struct version){st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim};
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same(const struct version *a, const struct version *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           is_same_time(&a->written, &b->written) && is_same_time(&a->changed, &b->changed);
}

// Whether a change from now on would show. It would beside a time that is still to come.
static bool is_settled(const struct version *version)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t seconds = (int64_t)now.tv_sec - version->changed.tv_sec;
    if (seconds < 0 || seconds > 1)
        return true;
    return seconds * 1000000000 + now.tv_nsec - version->changed.tv_nsec > UNSETTLED_NS;
}

static bool read_octets(int fd, const char *path, char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = read(fd, text + at, len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(path);
        if (n == 0)
            return store_fail(STORE_FAULT_BUSY, "%s: became shorter while it was read", path);
        at += (size_t)n;
    }
    return true;
}

// The whole file, which must not change meanwhile.
static char *read_open_file(const struct file_store *self, int fd, size_t len)
{
    struct stat before;
    struct stat after;
    char *text = malloc(len + 1);
    if (text == NULL) {
        store_fail_memory();
        return NULL;
    }
    bool ok = fstat(fd, &before) == 0 && read_octets(fd, self->path, text, len);
    if (ok && fstat(fd, &after) == 0) {
        const struct version first = version_of(&before);
        const struct version last = version_of(&after);
        ok = is_same(&first, &last) ||
             store_fail(STORE_FAULT_BUSY, "%s: is being written", self->path);
    }
    if (ok) {
        text[len] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

static bool check_size(const struct file_store *self, const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return store_fail(STORE_FAULT_DATA, "%s: is no file", self->path);
    if (st->st_size < 0 || (uintmax_t)st->st_size > self->kind.max_len)
        return store_fail(STORE_FAULT_DATA, "%s: is larger than %zu octets", self->path,
                          self->kind.max_len);
    // Whoever writes it in place cuts it first.
    if (st->st_size == 0 && self->table != NULL && self->table->n > 0)
        return store_fail(STORE_FAULT_DATA, "%s: has become empty", self->path);
    return true;
}

// `*version` is that of the file that was read, or refused.
static struct table *read_table(const struct file_store *self, struct version *version)
{
    struct stat st;
    struct table *table = NULL;
    char *text = NULL;
    int fd = open(self->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1 || fstat(fd, &st) != 0) {
        fail_errno(self->path);
    } else {
        *version = version_of(&st);
        if (check_size(self, &st))
            text = read_open_file(self, fd, (size_t)st.st_size);
    }
    if (fd != -1)
        close(fd);
    if (text != NULL)
        table = self->kind.read(self->kind.arg, self->path, text, (size_t)st.st_size, self->table);
    free(text);
    return table;
}

static void forget(struct version *version)
{
    *version = (struct version){.size = -1};
}

// Only what is wrong with the file itself stays so until it is another one.
static bool refuse(struct file_store *self, const struct version *version)
{
    self->refused_fault = store_last_fault(NULL);
    snprintf(self->refused_why, sizeof self->refused_why, "%s", store_last_why(NULL));
    if (self->refused_fault == STORE_FAULT_DATA && is_settled(version))
        self->refused = *version;
    return false;
}

static struct table *replace(struct file_store *self, struct table *table)
{
    pthread_rwlock_wrlock(&self->lock);
    struct table *before = self->table;
    self->table = table;
    pthread_rwlock_unlock(&self->lock);
    return before;
}

static bool reread(struct file_store *self, const struct changes *changes)
{
    struct version version;
    forget(&version);
    struct table *table = read_table(self, &version);
    if (table == NULL)
        return refuse(self, &version);
    forget(&self->refused);
    forget(&self->read);
    if (is_settled(&version))
        self->read = version;
    struct table *before = replace(self, table);
    if (before != NULL)
        table_tell(before, table, changes);
    table_free(before);
    return true;
}

static bool look_for_news(struct file_store *self, const struct changes *changes)
{
    struct stat st;
    if (stat(self->path, &st) != 0)
        return fail_errno(self->path);
    const struct version now = version_of(&st);
    if (is_same(&now, &self->read))
        return true;
    if (is_same(&now, &self->refused))
        return store_fail(self->refused_fault, "%s", self->refused_why);
    return reread(self, changes);
}

static bool poll(struct store *store, const struct changes *changes)
{
    struct file_store *self = of(store);
    bool ok = look_for_news(self, changes);
    if (ok)
        self->well_at = (int64_t)time(NULL);
    atomic_store(&self->failing_since, ok ? 0 : self->well_at);
    return ok;
}

// While the file cannot be read, what was read last is told as of then, not as of now.
static bool look_up(struct store *store, struct oc_bytes serial, struct record *out)
{
    struct file_store *self = of(store);
    pthread_rwlock_rdlock(&self->lock);
    table_find(self->table, serial, out);
    pthread_rwlock_unlock(&self->lock);
    if (out->this_update == 0)
        out->this_update = atomic_load(&self->failing_since);
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

static struct file_store *file_store_new(const struct file_kind *kind, const char *path)
{
    struct file_store *self = calloc(1, sizeof *self);
    char *copy = strdup(path);
    if (self == NULL || copy == NULL || !init_lock(&self->lock)) {
        free(copy);
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
    self->kind = *kind;
    self->path = copy;
    forget(&self->read);
    forget(&self->refused);
    return self;
}

struct store *store_file_open(const struct file_kind *kind, const char *path)
{
    struct file_store *self = file_store_new(kind, path);
    if (self == NULL) {
        free(kind->arg);
        return NULL;
    }
    if (reread(self, NULL)) {
        self->well_at = (int64_t)time(NULL);
        return &self->base;
    }
    close_store(&self->base);
    return NULL;
}
