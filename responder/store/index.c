// SPDX-License-Identifier: MIT
//
// Keeps the table of an index.txt. Its file is read whenever it has changed, while look-ups go on;
// what has changed is then put into the table at once.
#include "store/index.h"

#include "base/thread.h"
#include "store/file.h"
#include "store/index_read.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// INDEX_MAX is enough for some forty million certificates.
#define INDEX_MAX ((size_t)UINT32_MAX)

// struct index_store is one index. `lock` protects `table` and `as_of`, which poll() changes: 0
// while the table is current, and otherwise the time when it was last known to be.
struct index_store {
    struct store base;
    char *path;
    struct file *file;
    pthread_rwlock_t lock;
    struct table *table;
    int64_t as_of;
    struct index_blocks blocks;
    struct odd_list odd;
};

static struct index_store *of(struct store *store)
{
    return (struct index_store *)store;
}

// The file calls these, in any thread.

static void *read_file(void *arg, struct file_input *in, struct store_error *err)
{
    const struct index_store *self = arg;
    return index_read(in, self->table, &self->blocks, err);
}

static bool confirm(const void *result, struct file_input *in)
{
    return index_news_confirm(result, in);
}

static void discard(void *result)
{
    index_news_free(result);
}

// An index is empty until the first certificate is issued, and never again.
static bool accepts_empty(void *arg)
{
    const struct index_store *self = arg;
    return self->table == NULL || self->table->n == 0;
}

// Taking over what was read.

static void set_as_of(struct index_store *self)
{
    int64_t as_of = file_as_of(self->file);
    if (as_of == self->as_of)
        return;
    pthread_rwlock_wrlock(&self->lock);
    self->as_of = as_of;
    pthread_rwlock_unlock(&self->lock);
}

static void exchange_table(struct index_store *self, struct index_news *news)
{
    struct table *before = self->table;
    pthread_rwlock_wrlock(&self->lock);
    self->table = news->table;
    self->as_of = file_as_of(self->file);
    pthread_rwlock_unlock(&self->lock);
    news->table = before;
}

// The table has room for the rows, so nothing can fail.
static void change_rows(struct table *table, const struct index_news *news)
{
    struct table_row row;
    for (size_t i = 0; i < news->n_sets; i++)
        table_set(table, news->sets[i].at, &news->sets[i]);
    for (size_t at = 0; table_next(news->added, &at, &row);)
        (void)table_add(table, &row, NULL);
    (void)table_index(table, NULL);
}

static bool change_table(struct index_store *self, const struct index_news *news,
                         struct store_error *err)
{
    pthread_rwlock_wrlock(&self->lock);
    bool ok = table_reserve(self->table, news->added, err);
    if (ok) {
        change_rows(self->table, news);
        self->as_of = file_as_of(self->file);
    }
    pthread_rwlock_unlock(&self->lock);
    return ok;
}

static void report_rows(const struct table *table, const struct index_news *news,
                        const struct changes *changes)
{
    struct table_row row;
    if (news->n_sets + news->added->n > TABLE_CHANGES_MAX) {
        changes->changed(changes->arg, NULL);
        return;
    }
    for (size_t i = 0; i < news->n_sets; i++) {
        size_t at = news->sets[i].at;
        if (table_next(table, &at, &row))
            changes->changed(changes->arg, &row.serial);
    }
    for (size_t at = 0; table_next(news->added, &at, &row);)
        changes->changed(changes->arg, &row.serial);
}

static void take_blocks(struct index_store *self, struct index_news *news)
{
    free(self->blocks.all);
    self->blocks = news->blocks;
    news->blocks = (struct index_blocks){0};
    for (size_t i = 0; i < news->n_runs; i++) {
        struct odd_run *run = &news->runs[i];
        odd_list_replace(&self->odd, self->path, run->first, run->last, &run->rows);
    }
    // The list does not know which of the rows that it only counts were replaced.
    self->odd.n = 0;
    self->odd.n_uncertain = 0;
    for (size_t i = 0; i < self->blocks.n; i++) {
        self->odd.n += self->blocks.all[i].n_odd;
        self->odd.n_uncertain += self->blocks.all[i].n_uncertain;
    }
}

static bool take(struct index_store *self, struct index_news *news, const struct changes *changes,
                 struct store_error *err)
{
    struct store_error failure;
    if (news->table != NULL) {
        exchange_table(self, news);
        if (news->table != NULL)
            table_report(&news->changes, changes);
    } else if (change_table(self, news, &failure)) {
        report_rows(self->table, news, changes);
    } else {
        file_reject(self->file, &failure);
        set_as_of(self);
        return store_fail_again(err, &failure);
    }
    take_blocks(self, news);
    return true;
}

// The functions of the store.

static bool poll(struct store *store, const struct changes *changes, struct store_error *err)
{
    struct index_store *self = of(store);
    void *news;
    enum file_news result = file_poll(self->file, changes->is_last, &news, err);
    bool ok = result != FILE_FAILED;
    if (result == FILE_NEW)
        ok = take(self, news, changes, err);
    else
        set_as_of(self);
    if (result == FILE_UNREAD)
        changes->changed(changes->arg, NULL);
    index_news_free(news);
    return ok;
}

// A table that is not known to be current answers with the time when it was, not with the present.
static bool look_up(struct store *store, struct oc_bytes serial, struct record *out,
                    struct store_error *err)
{
    struct index_store *self = of(store);
    struct table_row row;
    (void)err;
    pthread_rwlock_rdlock(&self->lock);
    bool is_found = table_find(self->table, serial, &row);
    *out = is_found ? row.record : (struct record){.status = RECORD_NOT_ISSUED};
    out->this_update = self->as_of;
    pthread_rwlock_unlock(&self->lock);
    return true;
}

static bool list(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg,
                 struct store_error *err)
{
    (void)err;
    table_list(of(store)->table, after, revoked_only, each, arg);
    return true;
}

// Without a readable date, a certificate is revoked since it was first read, before the reload.
static void inherit(struct store *store, struct store *before)
{
    struct index_store *self = of(store);
    pthread_rwlock_wrlock(&self->lock);
    table_inherit_dates(self->table, of(before)->table);
    pthread_rwlock_unlock(&self->lock);
}

static void get_state(struct store *store, struct source_state *out)
{
    const struct index_store *self = of(store);
    *out = (struct source_state){
        .this_update = self->as_of,
        .n_rows = self->table->n,
        .n_odd = self->odd.n,
        .n_uncertain = self->odd.n_uncertain,
    };
}

static void list_odd(struct store *store, bool only_new,
                     bool (*each)(void *arg, const struct odd_row *row), void *arg)
{
    odd_list_each(&of(store)->odd, only_new, each, arg);
}

static void close_store(struct store *store)
{
    struct index_store *self = of(store);
    file_free(self->file);
    table_free(self->table);
    free(self->blocks.all);
    odd_list_free(&self->odd);
    pthread_rwlock_destroy(&self->lock);
    free(self->path);
    free(self);
}

static const struct store_methods methods = {
    .look_up = look_up,
    .poll = poll,
    .list = list,
    .inherit = inherit,
    .get_state = get_state,
    .list_odd = list_odd,
    .close = close_store,
};

static bool init(struct index_store *self, const char *path, struct store_error *err)
{
    const struct file_kind kind = {.max_len = INDEX_MAX,
                                   .read = read_file,
                                   .confirm = confirm,
                                   .discard = discard,
                                   .accepts_empty = accepts_empty,
                                   .arg = self};
    self->base.methods = &methods;
    self->path = strdup(path);
    self->file = self->path == NULL ? NULL : file_new(&kind, self->path, err);
    if (self->path == NULL)
        return store_fail_memory(err);
    return self->file != NULL;
}

static struct index_store *new_store(const char *path, struct store_error *err)
{
    struct index_store *self = calloc(1, sizeof *self);
    if (self == NULL || !thread_init_lock(&self->lock)) {
        free(self);
        store_fail_memory(err);
        return NULL;
    }
    if (init(self, path, err))
        return self;
    close_store(&self->base);
    return NULL;
}

// Opening may block, so the file is read by the calling thread.
struct store *index_store_open(const char *path, struct store_error *err)
{
    struct index_store *self = new_store(path, err);
    if (self == NULL)
        return NULL;
    struct index_news *news = file_read(self->file, err);
    if (news == NULL) {
        close_store(&self->base);
        return NULL;
    }
    exchange_table(self, news);
    take_blocks(self, news);
    index_news_free(news);
    return &self->base;
}
