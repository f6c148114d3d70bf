// SPDX-License-Identifier: MIT
//
// One reading of the file of a store, by a thread of its own or by who asks for it.
#ifndef STORE_FILE_READ_H
#define STORE_FILE_READ_H

#include "store/file.h"

#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

// From so many octets on, reading takes longer than a moment.
enum { READING_LARGE = 1 << 20 };

// struct file_version tells one state of a file from another. A size of -1 is that of none.
struct file_version {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written;
    struct timespec changed;
};

// file_version_of takes the version from what stat(2) says, and file_version_is_same compares two.
struct file_version file_version_of(const struct stat *st);
bool file_version_is_same(const struct file_version *a, const struct file_version *b);

// struct failure is what store_fail() was told.
struct failure {
    enum store_fault fault;
    char why[512];
};

// failure_note notes what has failed last in this thread; failure_repeat is store_fail() with that.
void failure_note(struct failure *failure);
bool failure_repeat(const struct failure *failure);

// struct reading is a reading, and after it what has come of it: `table`, and what `changes` in it
// as against `before`; or NULL and `failure`. `version` is that of the file that was read, or
// refused, and was its version at `began_at`; unless `is_settled`, a change since then might not
// show in it.
struct reading {
    const struct file_kind *kind;
    const char *path;
    const struct table *before;
    struct table *table;
    struct table_changes changes;
    struct failure failure;
    struct file_version version;
    bool is_settled;
    int64_t began_at;
    atomic_bool is_cancelled;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ending;
    bool has_ended;
};

// reading_init makes a reading ready; `kind` and `path` must stay. Returns false, and nothing is to
// be cleaned up, when the system cannot. One reading can be used for one file after the other.
bool reading_init(struct reading *self, const struct file_kind *kind, const char *path);
void reading_cleanup(struct reading *self);

// reading_do reads. `before`, the table so far or NULL, must stay as it is while it is read. The
// table becomes the caller's.
void reading_do(struct reading *self, const struct table *before);

// reading_start does that in a thread, or returns false when there can be none. It is followed by
// reading_wait() until that tells that the reading has ended, or by reading_cancel().
bool reading_start(struct reading *self, const struct table *before);

// reading_wait waits for at most so many milliseconds, and tells whether the reading has ended.
bool reading_wait(struct reading *self, int milliseconds);

// reading_cancel ends a reading that nobody waits for any more.
void reading_cancel(struct reading *self);

#endif
