// SPDX-License-Identifier: MIT
//
// Watches a file with stat(2) and reads it when it has changed, in a thread, so that the thread
// that polls can go on to other files.
#include "store/file.h"

#include "base/thread.h"
#include "program/clock.h"
#include "program/file_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The kernel records times of change in steps of some milliseconds: a second change within one step
// is invisible.
#define UNSETTLED_NS INT64_C(100000000)

enum {
    // POLL_WAIT_MS is how long a poll waits for a reading that it has started: long enough to take
    // a small file at once.
    POLL_WAIT_MS = 50,
    // READ_AT_ONCE is how many octets are read between two checks for cancellation.
    READ_AT_ONCE = 1 << 24,
};

// struct reading is one reading: its result, or NULL and `error`. `file` is the state of the file
// that was read or refused, as of `began_at`. Unless `is_settled`, a later change of the file may
// leave `file` as it is.
struct reading {
    void *result;
    struct store_error error;
    struct file_identity file;
    bool is_settled;
    int64_t began_at;
    int64_t took_ms;
    atomic_bool is_cancelled;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    bool is_finished;
};

// `read` is the state of the file that was read last, and `refused` one that was invalid, for the
// reason `refusal`. `is_current`: the last poll found that what was read is current. `current_at`
// is when it was last known to be, and `before_at` when what was read before it was. `reading`
// reads a newer state while `is_reading`; the next one begins at `next_ms` at the earliest.
// `failure` is how the last poll failed, with STORE_FAULT_NONE if it did not.
struct file {
    struct file_kind kind;
    const char *path;
    bool is_current;
    int64_t current_at;
    int64_t before_at;
    struct file_identity read;
    struct file_identity refused;
    struct store_error refusal;
    struct store_error failure;
    struct reading reading;
    bool is_reading;
    int64_t next_ms;
};

// Reading, in any thread.

static bool check_wanted(const struct file_input *in, struct store_error *err)
{
    return !atomic_load(in->is_cancelled) ||
           store_fail(err, STORE_FAULT_BUSY, "the store is being closed");
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool file_input_next(struct file_input *in, void *buf, size_t len, size_t *n,
                     struct store_error *err)
{
    size_t wanted = least(len, in->size - in->n_read);
    for (*n = 0; *n < wanted;) {
        if (!check_wanted(in, err))
            return false;
        ssize_t got = read(in->fd, (char *)buf + *n, least(wanted - *n, READ_AT_ONCE));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return store_fail_errno(err, in->path);
        if (got == 0)
            return store_fail(err, STORE_FAULT_BUSY, "%s: truncated while it was being read",
                              in->path);
        *n += (size_t)got;
        in->n_read += (size_t)got;
    }
    return true;
}

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

static bool look_at(struct file *self, int fd)
{
    struct reading *reading = &self->reading;
    struct stat st;
    if (fstat(fd, &st) != 0)
        return store_fail_errno(&reading->error, self->path);
    reading->file = file_identity_of(&st);
    reading->is_settled = is_settled(&reading->file);
    return S_ISREG(st.st_mode) ||
           store_fail(&reading->error, STORE_FAULT_DATA, "%s: not a regular file", self->path);
}

// Waiting until the times have settled is cheaper than reading a large file twice.
static bool look_when_settled(struct file *self, int fd)
{
    static const struct timespec pause = {.tv_nsec = UNSETTLED_NS};
    if (!look_at(self, fd))
        return false;
    if (self->reading.is_settled || self->reading.file.size < FILE_LARGE)
        return true;
    nanosleep(&pause, NULL);
    return look_at(self, fd);
}

static bool check_size(struct file *self)
{
    const struct file_kind *kind = &self->kind;
    off_t size = self->reading.file.size;
    if (size < 0 || (uintmax_t)size > kind->max_len)
        return store_fail(&self->reading.error, STORE_FAULT_DATA, "%s: larger than %zu bytes",
                          self->path, kind->max_len);
    if (size == 0 && (kind->accepts_empty == NULL || !kind->accepts_empty(kind->arg)))
        return store_fail(&self->reading.error, STORE_FAULT_DATA, "%s: unexpected empty file",
                          self->path);
    return true;
}

static bool check_unchanged(struct file *self, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return store_fail_errno(&self->reading.error, self->path);
    const struct file_identity after = file_identity_of(&st);
    return file_identity_same(&self->reading.file, &after) ||
           store_fail(&self->reading.error, STORE_FAULT_BUSY, "%s: changed while it was being read",
                      self->path);
}

static struct file_input input_of(struct file *self, int fd)
{
    return (struct file_input){.path = self->path,
                               .fd = fd,
                               .size = (size_t)self->reading.file.size,
                               .is_cancelled = &self->reading.is_cancelled};
}

// Returns whether what has changed is behind the octets that were read. They were the same before
// and after some moment in between, so they are what the file had then.
static bool has_only_grown(struct file *self, int fd, const void *result)
{
    struct stat st;
    struct file_input in = input_of(self, fd);
    if (result == NULL || self->kind.confirm == NULL || fstat(fd, &st) != 0 ||
        st.st_size <= self->reading.file.size || lseek(fd, 0, SEEK_SET) != 0 ||
        !self->kind.confirm(result, &in))
        return false;
    store_error_clear(&self->reading.error);
    self->reading.is_settled = false;
    return true;
}

// A text that was read of two states of the file is neither right nor wrong.
static void read_open_file(struct file *self, int fd)
{
    struct reading *reading = &self->reading;
    if (!look_when_settled(self, fd) || !check_size(self))
        return;
    struct file_input in = input_of(self, fd);
    void *result = self->kind.read(self->kind.arg, &in, &reading->error);
    bool is_judged = result != NULL || reading->error.fault == STORE_FAULT_DATA;
    if (!is_judged || check_unchanged(self, fd) || has_only_grown(self, fd, result))
        reading->result = result;
    else if (result != NULL)
        self->kind.discard(result);
}

static void do_reading(struct file *self)
{
    int64_t began_ms = clock_ms();
    self->reading.began_at = (int64_t)time(NULL);
    int fd = open(self->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        store_fail_errno(&self->reading.error, self->path);
    else
        read_open_file(self, fd);
    if (fd != -1)
        close(fd);
    self->reading.took_ms = clock_ms() - began_ms;
}

static void *run(void *arg)
{
    struct file *self = arg;
    do_reading(self);
    pthread_mutex_lock(&self->reading.lock);
    self->reading.is_finished = true;
    pthread_cond_signal(&self->reading.finished);
    pthread_mutex_unlock(&self->reading.lock);
    return NULL;
}

// The thread of a reading.

static void prepare(struct reading *reading)
{
    reading->result = NULL;
    store_error_clear(&reading->error);
    reading->file = (struct file_identity){0};
    reading->is_settled = false;
    reading->is_finished = false;
    atomic_store(&reading->is_cancelled, false);
}

// Waits for at most so many milliseconds. Returns whether the reading is finished.
static bool wait_for_reading(struct reading *reading, int milliseconds)
{
    const struct timespec until = clock_in(milliseconds);
    int rc = 0;
    pthread_mutex_lock(&reading->lock);
    while (!reading->is_finished && rc == 0)
        rc = pthread_cond_clockwait(&reading->finished, &reading->lock, CLOCK_MONOTONIC, &until);
    bool is_finished = reading->is_finished;
    pthread_mutex_unlock(&reading->lock);
    if (is_finished)
        pthread_join(reading->thread, NULL);
    return is_finished;
}

static void cancel_reading(struct file *self)
{
    atomic_store(&self->reading.is_cancelled, true);
    pthread_join(self->reading.thread, NULL);
    if (self->reading.result != NULL)
        self->kind.discard(self->reading.result);
}

// Polling.

// Only an invalid file stays refused until it changes. Other failures may pass by themselves.
static enum file_news refuse(struct file *self, struct store_error *err)
{
    const struct reading *reading = &self->reading;
    if (reading->error.fault == STORE_FAULT_DATA && reading->is_settled) {
        self->refused = reading->file;
        self->refusal = reading->error;
    }
    store_fail_again(err, &reading->error);
    return FILE_FAILED;
}

// Takes the result of a finished reading.
static enum file_news take(struct file *self, void **result, struct store_error *err)
{
    static const struct file_identity unknown = {0};
    const struct reading *reading = &self->reading;
    bool is_large = reading->file.size >= FILE_LARGE;
    self->is_reading = false;
    self->next_ms = is_large ? clock_ms() + reading->took_ms : 0;
    if (reading->result == NULL)
        return refuse(self, err);
    *result = reading->result;
    self->refused = unknown;
    self->read = reading->is_settled ? reading->file : unknown;
    self->before_at = self->current_at;
    self->current_at = reading->began_at;
    const struct file_identity now = file_identity_at(self->path);
    self->is_current = file_identity_same(&now, &reading->file);
    return FILE_NEW;
}

static enum file_news fail_again(const struct store_error *earlier, struct store_error *err)
{
    store_fail_again(err, earlier);
    return FILE_FAILED;
}

// A file that has failed is not known to be readable again before a reading has succeeded.
static enum file_news not_yet(const struct file *self, struct store_error *err)
{
    return self->failure.fault == STORE_FAULT_NONE ? FILE_SAME : fail_again(&self->failure, err);
}

static enum file_news reread(struct file *self, off_t size, void **result, struct store_error *err)
{
    if (clock_ms() < self->next_ms)
        return not_yet(self, err);
    prepare(&self->reading);
    self->is_reading = thread_start(&self->reading.thread, run, self) == 0;
    if (!self->is_reading)
        do_reading(self);
    else if (!wait_for_reading(&self->reading, size < FILE_LARGE ? POLL_WAIT_MS : 0))
        return not_yet(self, err);
    return take(self, result, err);
}

static enum file_news look_at_file(struct file *self, const struct file_identity *now, bool is_last,
                                   void **result, struct store_error *err)
{
    if (!now->is_there) {
        store_fail_errno(err, self->path);
        return FILE_FAILED;
    }
    self->is_current = file_identity_same(now, &self->read);
    if (self->is_current)
        return FILE_SAME;
    if (file_identity_same(now, &self->refused))
        return fail_again(&self->refusal, err);
    // No later poll could take the result of a reading.
    return is_last ? FILE_UNREAD : reread(self, now->size, result, err);
}

static enum file_news look_for_news(struct file *self, bool is_last, void **result,
                                    struct store_error *err)
{
    if (self->is_reading && !is_last)
        return wait_for_reading(&self->reading, 0) ? take(self, result, err) : not_yet(self, err);
    const struct file_identity now = file_identity_at(self->path);
    return look_at_file(self, &now, is_last, result, err);
}

// The last poll reads nothing, so it leaves what earlier ones found as it is.
static enum file_news poll_for_last_time(struct file *self, struct store_error *err)
{
    const bool was_current = self->is_current;
    enum file_news news = look_for_news(self, true, NULL, err);
    self->is_current = was_current;
    return news;
}

enum file_news file_poll(struct file *file, bool is_last, void **result, struct store_error *err)
{
    struct store_error failure = {.fault = STORE_FAULT_NONE};
    int64_t now = (int64_t)time(NULL);
    *result = NULL;
    if (is_last)
        return poll_for_last_time(file, err);
    file->is_current = false;
    enum file_news news = look_for_news(file, false, result, &failure);
    if (file->is_current)
        file->current_at = now;
    file->failure = failure;
    if (news == FILE_FAILED)
        store_fail_again(err, &failure);
    return news;
}

void file_reject(struct file *file, const struct store_error *err)
{
    file->read = (struct file_identity){0};
    file->is_current = false;
    file->current_at = file->before_at;
    file->failure = *err;
}

void *file_read(struct file *file, struct store_error *err)
{
    void *result = NULL;
    prepare(&file->reading);
    do_reading(file);
    (void)take(file, &result, err);
    file->is_current = true;
    file->next_ms = 0;
    return result;
}

bool file_is_reading(const struct file *file)
{
    return file->is_reading;
}

int64_t file_as_of(const struct file *file)
{
    return file->is_current ? 0 : file->current_at;
}

// Making and freeing.

static bool init_reading(struct reading *reading)
{
    if (pthread_cond_init(&reading->finished, NULL) != 0)
        return false;
    if (pthread_mutex_init(&reading->lock, NULL) == 0)
        return true;
    pthread_cond_destroy(&reading->finished);
    return false;
}

struct file *file_new(const struct file_kind *kind, const char *path, struct store_error *err)
{
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL || !init_reading(&file->reading)) {
        free(file);
        store_fail_memory(err);
        return NULL;
    }
    file->kind = *kind;
    file->path = path;
    return file;
}

void file_free(struct file *file)
{
    if (file == NULL)
        return;
    if (file->is_reading)
        cancel_reading(file);
    pthread_mutex_destroy(&file->reading.lock);
    pthread_cond_destroy(&file->reading.finished);
    free(file);
}
