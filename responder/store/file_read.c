// SPDX-License-Identifier: MIT
//
// Reads a file that must not change meanwhile, and makes a table of it.
#include "store/file_read.h"

#include "base/thread.h"
#include "program/clock.h"
#include "store/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The kernel notes times of change in steps of some milliseconds: within that, a second change
// does not show.
#define UNSETTLED_NS INT64_C(100000000)

// What is read between two looks at whether to go on.
enum { READ_AT_ONCE = 1 << 24 };

struct file_version file_version_of(const struct stat *st)
{
    return (struct file_version){st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim};
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_version_is_same(const struct file_version *a, const struct file_version *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           is_same_time(&a->written, &b->written) && is_same_time(&a->changed, &b->changed);
}

void failure_note(struct failure *failure)
{
    failure->fault = store_last_fault(NULL);
    snprintf(failure->why, sizeof failure->why, "%s", store_last_why(NULL));
}

bool failure_repeat(const struct failure *failure)
{
    return store_fail(failure->fault, "%s", failure->why);
}

// Whether a change from now on would show. It would beside a time that is still to come.
static bool is_settled(const struct file_version *version)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t seconds = (int64_t)now.tv_sec - version->changed.tv_sec;
    if (seconds < 0 || seconds > 1)
        return true;
    return seconds * 1000000000 + now.tv_nsec - version->changed.tv_nsec > UNSETTLED_NS;
}

static bool fail_errno(const char *path)
{
    return store_fail(errno == ENOENT ? STORE_FAULT_ABSENT : STORE_FAULT_SYSTEM, "%s: %s", path,
                      strerror(errno));
}

static bool look_at(struct reading *self, int fd, struct stat *st)
{
    if (fstat(fd, st) != 0)
        return fail_errno(self->path);
    self->version = file_version_of(st);
    self->is_settled = is_settled(&self->version);
    return true;
}

// It is better to wait for times to settle than to read much twice.
static bool look_when_settled(struct reading *self, int fd, struct stat *st)
{
    static const struct timespec a_moment = {.tv_nsec = UNSETTLED_NS};
    if (!look_at(self, fd, st))
        return false;
    if (self->is_settled || st->st_size < READING_LARGE)
        return true;
    nanosleep(&a_moment, NULL);
    return look_at(self, fd, st);
}

static bool check_file(const struct reading *self, const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return store_fail(STORE_FAULT_DATA, "%s: is no file", self->path);
    if (st->st_size < 0 || (uintmax_t)st->st_size > self->kind->max_len)
        return store_fail(STORE_FAULT_DATA, "%s: is larger than %zu octets", self->path,
                          self->kind->max_len);
    // Whoever writes it in place cuts it first.
    if (st->st_size == 0 && self->before != NULL && self->before->n > 0)
        return store_fail(STORE_FAULT_DATA, "%s: has become empty", self->path);
    return true;
}

static bool read_octets(const struct reading *self, int fd, const struct table *table, char *text,
                        size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t rest = len - at;
        if (!table_goes_on(table))
            return false;
        ssize_t n = read(fd, text + at, rest < READ_AT_ONCE ? rest : READ_AT_ONCE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(self->path);
        if (n == 0)
            return store_fail(STORE_FAULT_BUSY, "%s: became shorter while it was read", self->path);
        at += (size_t)n;
    }
    text[len] = '\0';
    return true;
}

static bool check_unchanged(const struct reading *self, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fail_errno(self->path);
    const struct file_version after = file_version_of(&st);
    return file_version_is_same(&self->version, &after) ||
           store_fail(STORE_FAULT_BUSY, "%s: is being written", self->path);
}

static bool fill(struct reading *self, int fd, size_t len, struct table *table)
{
    const struct file_kind *kind = self->kind;
    char *text = malloc(len + 1);
    if (text == NULL)
        return store_fail_memory();
    bool ok = read_octets(self, fd, table, text, len) && check_unchanged(self, fd) &&
              kind->read(kind->arg, self->path, text, len, self->before, table);
    free(text);
    return ok;
}

static struct table *read_open_file(struct reading *self, int fd)
{
    struct stat st;
    if (!look_when_settled(self, fd, &st) || !check_file(self, &st))
        return NULL;
    struct table *table = table_new();
    if (table == NULL)
        return NULL;
    table->is_cancelled = &self->is_cancelled;
    bool ok = fill(self, fd, (size_t)st.st_size, table);
    if (ok && self->before != NULL)
        table_compare(self->before, table, &self->changes);
    table->is_cancelled = NULL;
    if (ok)
        return table;
    table_free(table);
    return NULL;
}

static void read_file(struct reading *self)
{
    self->began_at = (int64_t)time(NULL);
    int fd = open(self->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1) {
        fail_errno(self->path);
    } else {
        self->table = read_open_file(self, fd);
        close(fd);
    }
    if (self->table == NULL)
        failure_note(&self->failure);
}

static void prepare(struct reading *self, const struct table *before)
{
    self->before = before;
    self->table = NULL;
    self->version = (struct file_version){.size = -1};
    self->is_settled = false;
    self->has_ended = false;
    atomic_store(&self->is_cancelled, false);
}

void reading_do(struct reading *self, const struct table *before)
{
    prepare(self, before);
    read_file(self);
}

static void *run(void *arg)
{
    struct reading *self = arg;
    read_file(self);
    pthread_mutex_lock(&self->lock);
    self->has_ended = true;
    pthread_cond_signal(&self->ending);
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

bool reading_start(struct reading *self, const struct table *before)
{
    prepare(self, before);
    return thread_start(&self->thread, run, self) == 0;
}

bool reading_wait(struct reading *self, int milliseconds)
{
    const struct timespec until = clock_in(milliseconds);
    int rc = 0;
    pthread_mutex_lock(&self->lock);
    while (!self->has_ended && rc == 0)
        rc = pthread_cond_clockwait(&self->ending, &self->lock, CLOCK_MONOTONIC, &until);
    bool has_ended = self->has_ended;
    pthread_mutex_unlock(&self->lock);
    if (has_ended)
        pthread_join(self->thread, NULL);
    return has_ended;
}

void reading_cancel(struct reading *self)
{
    atomic_store(&self->is_cancelled, true);
    pthread_join(self->thread, NULL);
    table_free(self->table);
    self->table = NULL;
}

bool reading_init(struct reading *self, const struct file_kind *kind, const char *path)
{
    self->kind = kind;
    self->path = path;
    if (pthread_cond_init(&self->ending, NULL) != 0)
        return false;
    if (pthread_mutex_init(&self->lock, NULL) == 0)
        return true;
    pthread_cond_destroy(&self->ending);
    return false;
}

void reading_cleanup(struct reading *self)
{
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->ending);
}
