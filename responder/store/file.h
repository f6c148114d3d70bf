// SPDX-License-Identifier: MIT
//
// One file that another program writes, watched with stat(2): it is read when it changes, by a
// thread if that takes long. What is made of it is its owner's business, a store.
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "store/store.h"

#include <stdatomic.h>

// FILE_LARGE is the size in octets from which reading a file takes too long for a poll.
enum { FILE_LARGE = 1 << 20 };

// struct file_input is the file while it is being read, from the beginning to the end. Until the
// reading has succeeded, its content may be of two states of the file.
struct file_input {
    const char *path;
    int fd;
    size_t size;  // that it had when it was opened
    size_t n_read;
    const atomic_bool *is_cancelled;
};

// file_input_next reads at most `len` octets, less only at the end of the file. Returns false and
// sets `*err` on failure, also soon after the reading was cancelled.
bool file_input_next(struct file_input *in, void *buf, size_t len, size_t *n,
                     struct store_error *err);

// struct file_kind is how a kind of file is read. `read` returns what it has made of the file, NULL
// and `*err` with a text that begins with the path on failure; `discard` frees that if it is not
// taken. An empty file is refused unless `accepts_empty` returns true for `arg`: a program that
// writes in place truncates first. Any thread may call them, but only one at a time.
//
// The result for a file that changed meanwhile does not count, unless the file has only grown and
// `confirm`, which may be NULL, returns true: the octets of `in`, as many as were read, are still
// those that `result` was made of. So a file to which something is appended all the time is read,
// too, and then read again.
struct file_kind {
    size_t max_len;
    void *(*read)(void *arg, struct file_input *in, struct store_error *err);
    bool (*confirm)(const void *result, struct file_input *in);
    void (*discard)(void *result);
    bool (*accepts_empty)(void *arg);
    void *arg;
};

// struct file is one watched file.
struct file;

// file_new prepares a file and reads nothing. `kind` is copied; `path` must stay. Returns NULL and
// sets `*err` on failure. file_free ends it, and a reading in progress; NULL is allowed.
struct file *file_new(const struct file_kind *kind, const char *path, struct store_error *err);
void file_free(struct file *file);

// file_read reads at once, in the calling thread. Returns what `read` made, or NULL and sets
// `*err`.
void *file_read(struct file *file, struct store_error *err);

// enum file_news is the result of a poll.
enum file_news {
    FILE_SAME = 0,  // nothing new, or a reading in progress
    FILE_NEW,       // a new state was read: `*result` is what `read` made of it
    FILE_UNREAD,    // the last poll: the file has changed and will not be read
    FILE_FAILED,    // `*err` says why; what was read before stays
};

// file_poll looks for a new state and reads it. It is made to be called several times a second; a
// large file is read by a thread, whose result a later poll takes, and is not read again before as
// much time has passed as reading it took. An invalid file is not read again before it changes. A
// poll after a failure fails as well until a reading has succeeded.
enum file_news file_poll(struct file *file, bool is_last, void **result, struct store_error *err);

// file_reject says that what the last poll gave cannot be used, for the reason `*err`: the file is
// read again, and what was read before it stays.
void file_reject(struct file *file, const struct store_error *err);

// file_is_reading returns whether a reading is in progress. Until a poll has taken its result, the
// owner changes nothing that `read` looks at.
bool file_is_reading(const struct file *file);

// file_as_of returns 0 if the last poll found that what was read is current, and otherwise the time
// when it last was.
int64_t file_as_of(const struct file *file);

#endif
