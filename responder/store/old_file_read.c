// SPDX-License-Identifier: MIT
//
// Reads a file that must not change meanwhile, and makes a table of it.
#include "store/old_file_read.h"

#include "base/thread.h"
#include "program/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// The kernel records times of change in steps of some milliseconds: a second change within one step
// is invisible.
#define UNSETTLED_NS INT64_C(100000000)

// READ_AT_ONCE is how many octets are read between two checks for cancellation.
enum { READ_AT_ONCE = 1 << 24 };

// Returns whether a change from now on would show in the times of the file. It would if they are
// in the future.
static bool is_settled(const struct file_identity *file)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t seconds = (int64_t)now.tv_sec - file->changed.tv_sec;
    if (seconds < 0 || seconds > 1)
        return true;
    return seconds * 1000000000 + now.tv_nsec - file->changed.tv_nsec > UNSETTLED_NS;
}

static bool look_at(struct old_file_reading *self, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return store_fail_errno(&self->error, self->path);
    self->file = file_identity_of(&st);
    self->is_settled = is_settled(&self->file);
    return S_ISREG(st.st_mode) ||
           store_fail(&self->error, STORE_FAULT_DATA, "%s: not a regular file", self->path);
}

// Waiting until the times have settled is cheaper than reading a large file twice.
static bool look_when_settled(struct old_file_reading *self, int fd)
{
    static const struct timespec pause = {.tv_nsec = UNSETTLED_NS};
    if (!look_at(self, fd))
        return false;
    if (self->is_settled || self->file.size < OLD_READING_LARGE)
        return true;
    nanosleep(&pause, NULL);
    return look_at(self, fd);
}

static bool check_size(struct old_file_reading *self)
{
    off_t size = self->file.size;
    if (size < 0 || (uintmax_t)size > self->kind->max_len)
        return store_fail(&self->error, STORE_FAULT_DATA, "%s: larger than %zu bytes", self->path,
                          self->kind->max_len);
    // A program that writes the file in place truncates it first.
    if (size == 0 && self->before != NULL && self->before->n > 0)
        return store_fail(&self->error, STORE_FAULT_DATA, "%s: unexpected empty file", self->path);
    return true;
}

static bool read_octets(struct old_file_reading *self, int fd, const struct old_table *table,
                        char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t rest = len - at;
        if (!old_table_is_wanted(table, &self->error))
            return false;
        ssize_t n = read(fd, text + at, rest < READ_AT_ONCE ? rest : READ_AT_ONCE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return store_fail_errno(&self->error, self->path);
        if (n == 0)
            return store_fail(&self->error, STORE_FAULT_BUSY,
                              "%s: truncated while it was being read", self->path);
        at += (size_t)n;
    }
    text[len] = '\0';
    return true;
}

static bool check_unchanged(struct old_file_reading *self, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return store_fail_errno(&self->error, self->path);
    const struct file_identity after = file_identity_of(&st);
    return file_identity_same(&self->file, &after) ||
           store_fail(&self->error, STORE_FAULT_BUSY, "%s: changed while it was being read",
                      self->path);
}

static bool fill(struct old_file_reading *self, int fd, struct old_table *table)
{
    const struct old_file_kind *kind = self->kind;
    size_t len = (size_t)self->file.size;
    char *text = malloc(len + 1);
    if (text == NULL)
        return store_fail_memory(&self->error);
    bool ok = read_octets(self, fd, table, text, len) && check_unchanged(self, fd) &&
              kind->read(kind->arg, self->path, text, len, self->before, table, &self->error);
    free(text);
    return ok;
}

static struct old_table *read_open_file(struct old_file_reading *self, int fd)
{
    if (!look_when_settled(self, fd) || !check_size(self))
        return NULL;
    struct old_table *table = old_table_new(&self->error);
    if (table == NULL)
        return NULL;
    table->is_cancelled = &self->is_cancelled;
    bool ok = fill(self, fd, table);
    if (ok && self->before != NULL)
        old_table_compare(self->before, table, &self->changes);
    table->is_cancelled = NULL;
    if (ok)
        return table;
    old_table_free(table);
    return NULL;
}

static void prepare(struct old_file_reading *self, const struct old_table *before)
{
    self->before = before;
    self->table = NULL;
    store_error_clear(&self->error);
    self->file = (struct file_identity){0};
    self->is_settled = false;
    self->is_finished = false;
    atomic_store(&self->is_cancelled, false);
}

static void read_file(struct old_file_reading *self)
{
    self->began_at = (int64_t)time(NULL);
    int fd = open(self->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1) {
        (void)store_fail_errno(&self->error, self->path);
        return;
    }
    self->table = read_open_file(self, fd);
    close(fd);
}

void old_file_reading_do(struct old_file_reading *self, const struct old_table *before)
{
    prepare(self, before);
    read_file(self);
}

static void *run(void *arg)
{
    struct old_file_reading *self = arg;
    read_file(self);
    pthread_mutex_lock(&self->lock);
    self->is_finished = true;
    pthread_cond_signal(&self->finished);
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

bool old_file_reading_start(struct old_file_reading *self, const struct old_table *before)
{
    prepare(self, before);
    return thread_start(&self->thread, run, self) == 0;
}

bool old_file_reading_wait(struct old_file_reading *self, int milliseconds)
{
    const struct timespec until = clock_in(milliseconds);
    int rc = 0;
    pthread_mutex_lock(&self->lock);
    while (!self->is_finished && rc == 0)
        rc = pthread_cond_clockwait(&self->finished, &self->lock, CLOCK_MONOTONIC, &until);
    bool is_finished = self->is_finished;
    pthread_mutex_unlock(&self->lock);
    if (is_finished)
        pthread_join(self->thread, NULL);
    return is_finished;
}

void old_file_reading_cancel(struct old_file_reading *self)
{
    atomic_store(&self->is_cancelled, true);
    pthread_join(self->thread, NULL);
    old_table_free(self->table);
    self->table = NULL;
}

bool old_file_reading_init(struct old_file_reading *self, const struct old_file_kind *kind,
                           const char *path)
{
    self->kind = kind;
    self->path = path;
    if (pthread_cond_init(&self->finished, NULL) != 0)
        return false;
    if (pthread_mutex_init(&self->lock, NULL) == 0)
        return true;
    pthread_cond_destroy(&self->finished);
    return false;
}

void old_file_reading_cleanup(struct old_file_reading *self)
{
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->finished);
}
