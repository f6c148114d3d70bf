// SPDX-License-Identifier: MIT
//
// Compares the rows of the file, in its order, with those of the table so far. As long as both have
// the same serial numbers, the news are rows to be changed in place and rows behind the last one. A
// row that is elsewhere, or too much news, makes a second table of what was read so far and of the
// rest.
#include "store/index_read.h"

#include "program/hex.h"
#include "store/index_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    // PATCH_MAX is the most rows that are changed or added in place: look-ups wait meanwhile.
    PATCH_MAX = 100000,
    // GROWN_AT_ONCE is up to how many rows a table is made a new hash table of meanwhile.
    GROWN_AT_ONCE = 200000,
};

// struct pass is one reading. `at` is the place in `before` of the next row to be compared, until
// there is a table in `news`. `line` has room for `line_size` octets. `block` is the one being
// read, and `blocks_size` how many there is room for in `news`. `has_partial_line`: the last line
// has no newline and does not count.
struct pass {
    struct file_input *in;
    const struct table *before;
    const struct index_blocks *blocks;
    struct index_news *news;
    size_t at;
    int64_t now;
    char *line;
    size_t line_size;
    size_t blocks_size;
    size_t sets_size;
    struct index_block *block;
    bool has_partial_line;
};

static bool is_patching(const struct pass *pass)
{
    return pass->news->table == NULL;
}

static bool has_same_serial(const struct table_row *a, const struct table_row *b)
{
    return a->serial.len == b->serial.len &&
           memcmp(a->serial.data, b->serial.data, a->serial.len) == 0;
}

static bool is_same_row(const struct table_row *a, const struct table_row *b)
{
    return record_equal(&a->record, &b->record) && a->record.expires == b->record.expires &&
           a->has_no_date == b->has_no_date;
}

// The next row of the table before, without moving on.
static bool peek(const struct pass *pass, struct table_row *out)
{
    size_t at = pass->at;
    return table_next(pass->before, &at, out);
}

static void move_on(struct pass *pass)
{
    struct table_row ignored;
    (void)table_next(pass->before, &pass->at, &ignored);
}

// The place of the next row in the table as it will be.
static size_t place(const struct pass *pass)
{
    return is_patching(pass) ? pass->at + pass->news->added->len : pass->news->table->len;
}

// A second table.

static bool add_to_table(struct table *table, const struct table_row *row, struct store_error *err)
{
    return table_is_wanted(table, err) && table_add(table, row, err) && table_index(table, err);
}

static struct table *new_table(const struct pass *pass, size_t n_expected, struct store_error *err)
{
    struct table *table = table_new(true, err);
    if (table == NULL)
        return NULL;
    table->n_expected = n_expected;
    table->is_cancelled = pass->in->is_cancelled;
    return table;
}

// Copies the rows that were compared, as they are now.
static bool copy_compared(struct pass *pass, struct table *table, struct store_error *err)
{
    const struct index_news *news = pass->news;
    struct table_row row;
    size_t k = 0;
    for (size_t at = 0; at < pass->at && table_next(pass->before, &at, &row);) {
        bool is_set = k < news->n_sets && news->sets[k].at == row.at;
        if (is_set) {
            row.record = news->sets[k].record;
            row.has_no_date = news->sets[k++].has_no_date;
        }
        if (!add_to_table(table, &row, err))
            return false;
    }
    return true;
}

static bool copy_added(const struct pass *pass, struct table *table, struct store_error *err)
{
    struct table_row row;
    for (size_t at = 0; table_next(pass->news->added, &at, &row);) {
        if (!add_to_table(table, &row, err))
            return false;
    }
    return true;
}

static bool stop_patching(struct pass *pass, struct store_error *err)
{
    struct index_news *news = pass->news;
    struct table *table = new_table(pass, pass->before->n + pass->before->n / 16, err);
    if (table == NULL || !copy_compared(pass, table, err) || !copy_added(pass, table, err)) {
        table_free(table);
        return false;
    }
    table_free(news->added);
    free(news->sets);
    news->added = NULL;
    news->sets = NULL;
    news->n_sets = 0;
    news->table = table;
    return true;
}

// Rows.

// A revocation without a readable date is as of when it was first read.
static void set_date(const struct pass *pass, struct table_row *row)
{
    struct table_row old;
    if (!row->has_no_date)
        return;
    row->record.revoked_at = pass->now;
    if (pass->before == NULL)
        return;
    bool was_there = is_patching(pass) && peek(pass, &old) && has_same_serial(&old, row);
    if (!was_there || !old.has_no_date)
        was_there = table_find(pass->before, row->serial, &old);
    if (was_there && old.has_no_date)
        row->record.revoked_at = old.record.revoked_at;
}

static bool set_row(struct pass *pass, const struct table_row *row, size_t at,
                    struct store_error *err)
{
    struct index_news *news = pass->news;
    if (news->n_sets == pass->sets_size) {
        size_t size = pass->sets_size == 0 ? 64 : 2 * pass->sets_size;
        struct table_row *sets = realloc(news->sets, size * sizeof *sets);
        if (sets == NULL)
            return store_fail_memory(err);
        news->sets = sets;
        pass->sets_size = size;
    }
    news->sets[news->n_sets] = *row;
    news->sets[news->n_sets].serial = (struct oc_bytes){0};
    news->sets[news->n_sets++].at = at;
    return true;
}

static bool can_set(const struct pass *pass)
{
    return pass->news->n_sets < PATCH_MAX;
}

static bool can_add(const struct pass *pass)
{
    const struct table *added = pass->news->added;
    return added->n < PATCH_MAX &&
           (pass->before->n < GROWN_AT_ONCE || table_has_room(pass->before, added->n + 1));
}

// take_in_table, take_old and take_added take a row. They set `*is_repeated` if an earlier row has
// its serial number.

static bool take_in_table(struct table *table, const struct table_row *row, bool *is_repeated,
                          struct store_error *err)
{
    size_t n_repeated = table->n_repeated;
    if (!add_to_table(table, row, err))
        return false;
    *is_repeated = table->n_repeated > n_repeated;
    return true;
}

static bool take_old(struct pass *pass, const struct table_row *row, const struct table_row *old,
                     bool *is_repeated, struct store_error *err)
{
    if (!is_same_row(row, old) && !set_row(pass, row, old->at, err))
        return false;
    *is_repeated = table_is_repeated(pass->before, old->at);
    move_on(pass);
    return true;
}

static bool take_added(struct pass *pass, const struct table_row *row, bool *is_repeated,
                       struct store_error *err)
{
    struct table_row old;
    if (!take_in_table(pass->news->added, row, is_repeated, err))
        return false;
    *is_repeated = *is_repeated || table_find(pass->before, row->serial, &old);
    return true;
}

static bool take_row(struct pass *pass, const struct table_row *row, bool *is_repeated,
                     struct store_error *err)
{
    struct table_row old;
    if (is_patching(pass)) {
        bool is_old = peek(pass, &old);
        bool fits = is_old ? has_same_serial(row, &old) && can_set(pass) : can_add(pass);
        if (fits)
            return is_old ? take_old(pass, row, &old, is_repeated, err)
                          : take_added(pass, row, is_repeated, err);
        if (!stop_patching(pass, err))
            return false;
    }
    return take_in_table(pass->news->table, row, is_repeated, err);
}

// Lines.

// struct text_line is one line; without `is_whole` it is the last one and has no newline.
struct text_line {
    const char *text;
    size_t len;
    size_t number;
    bool is_whole;
};

static void note(struct pass *pass, const struct text_line *line, const char *what,
                 bool is_uncertain)
{
    struct odd_run *run = &pass->news->runs[pass->news->n_runs - 1];
    odd_list_add(&run->rows, pass->in->path, line->number, line->text, line->len, what,
                 is_uncertain);
    pass->block->n_odd++;
    pass->block->n_uncertain += is_uncertain;
}

static void note_repeated(struct pass *pass, const struct text_line *line,
                          const struct table_row *row)
{
    char what[64 + 2 * SERIAL_MAX];
    char number[2 * SERIAL_MAX + 1];
    hex_write(number, row->serial.data, row->serial.len);
    snprintf(what, sizeof what, "unexpected second line with the serial number %s", number);
    note(pass, line, what, row->record.status == RECORD_UNCERTAIN);
}

// index_line_read() changes the line, whose text is still needed.
static bool copy_line(struct pass *pass, const struct text_line *line, struct store_error *err)
{
    if (line->len >= pass->line_size) {
        size_t size = 2 * line->len + 256;
        char *copy = realloc(pass->line, size);
        if (copy == NULL)
            return store_fail_memory(err);
        pass->line = copy;
        pass->line_size = size;
    }
    memcpy(pass->line, line->text, line->len);
    pass->line[line->len] = '\0';
    return true;
}

// A program may be writing the rest of the last line. It counts if nothing is missing, and also if
// it is revoked and its serial number is complete.
static bool may_count(const struct text_line *line, const struct index_row *row)
{
    return line->is_whole || row->odd == NULL ||
           (row->record.status == RECORD_REVOKED &&
            index_line_has_whole_serial(line->text, line->len));
}

static bool take_line(struct pass *pass, const struct text_line *line, struct store_error *err)
{
    struct index_row row;
    bool is_repeated;
    if (index_line_is_empty(line->text, line->len))
        return true;
    if (!copy_line(pass, line, err))
        return false;
    const char *wrong = index_line_read(pass->line, line->len, &row);
    pass->has_partial_line = !line->is_whole && (wrong != NULL || !may_count(line, &row));
    if (pass->has_partial_line)
        wrong = "incomplete last line: missing newline";
    if (wrong != NULL) {
        note(pass, line, wrong, true);
        return true;
    }
    struct table_row out = {{row.serial, row.serial_len}, row.record, row.has_no_date, 0};
    set_date(pass, &out);
    if (!take_row(pass, &out, &is_repeated, err))
        return false;
    if (row.odd != NULL)
        note(pass, line, row.odd, row.record.status == RECORD_UNCERTAIN);
    else if (is_repeated)
        note_repeated(pass, line, &out);
    return true;
}

static bool take_lines(struct pass *pass, const struct text_block *block, struct store_error *err)
{
    const char *at = block->text;
    const char *block_end = block->text + block->len;
    for (size_t i = 0; i < block->n_lines; i++) {
        const char *end = memchr(at, '\n', (size_t)(block_end - at));
        size_t len = (size_t)((end == NULL ? block_end : end) - at);
        const struct text_line line = {at, len, block->first_line + i, end != NULL};
        if (!take_line(pass, &line, err))
            return false;
        at += len + 1;
    }
    return true;
}

// Blocks.

static struct index_block *new_block(struct pass *pass, struct store_error *err)
{
    struct index_blocks *blocks = &pass->news->blocks;
    if (blocks->n == pass->blocks_size) {
        size_t size = pass->blocks_size == 0 ? 64 : 2 * pass->blocks_size;
        struct index_block *all = realloc(blocks->all, size * sizeof *all);
        if (all == NULL) {
            store_fail_memory(err);
            return NULL;
        }
        blocks->all = all;
        pass->blocks_size = size;
    }
    return &blocks->all[blocks->n++];
}

// Returns the same block of the file before, or NULL: its lines need not be read again if its rows
// are in the table, and in the same place.
static const struct index_block *same_block(const struct pass *pass, const struct text_block *text)
{
    size_t i = pass->news->blocks.n;
    if (!is_patching(pass) || i >= pass->blocks->n)
        return NULL;
    const struct index_block *old = &pass->blocks->all[i];
    bool is_same = old->first_line == text->first_line && old->rows_begin == place(pass) &&
                   memcmp(old->digest, text->digest, sizeof old->digest) == 0;
    return is_same ? old : NULL;
}

// Makes the odd rows of the lines from `first` to `last` be replaced.
static bool begin_run(struct pass *pass, size_t first, size_t last, struct store_error *err)
{
    struct index_news *news = pass->news;
    if (news->n_runs > 0 && news->runs[news->n_runs - 1].last + 1 == first) {
        news->runs[news->n_runs - 1].last = last;
        return true;
    }
    struct odd_run *runs = realloc(news->runs, (news->n_runs + 1) * sizeof *runs);
    if (runs == NULL)
        return store_fail_memory(err);
    news->runs = runs;
    runs[news->n_runs++] = (struct odd_run){.first = first, .last = last};
    return true;
}

// The rows of most blocks are about as long as those of the first one.
static void expect_rows(const struct pass *pass, const struct text_block *text)
{
    struct table *table = pass->news->table;
    if (text->first_line == 1 && table != NULL && table->n_expected == 0)
        table->n_expected =
            (size_t)((double)pass->in->size / (double)text->len * (double)table->n * 1.02);
}

static bool read_block(struct pass *pass, const struct text_block *text, struct store_error *err)
{
    pass->block->rows_begin = place(pass);
    pass->block->first_line = text->first_line;
    pass->block->n_lines = text->n_lines;
    memcpy(pass->block->digest, text->digest, sizeof text->digest);
    if (!begin_run(pass, text->first_line, text->first_line + text->n_lines - 1, err) ||
        !take_lines(pass, text, err))
        return false;
    pass->block->rows_end = place(pass);
    expect_rows(pass, text);
    return true;
}

static bool take_block(struct pass *pass, const struct text_block *text, struct store_error *err)
{
    const struct index_block *same = same_block(pass, text);
    pass->block = new_block(pass, err);
    if (pass->block == NULL)
        return false;
    if (same == NULL) {
        *pass->block = (struct index_block){0};
        return read_block(pass, text, err);
    }
    *pass->block = *same;
    pass->at = same->rows_end;
    return true;
}

// Whatever came behind the last line is gone.
static bool end_pass(struct pass *pass, size_t n_lines, struct store_error *err)
{
    struct table_row old;
    if (is_patching(pass) && peek(pass, &old) && !stop_patching(pass, err))
        return false;
    return begin_run(pass, n_lines + 1, SIZE_MAX, err);
}

static size_t count_rows(const struct pass *pass)
{
    const struct index_news *news = pass->news;
    return is_patching(pass) ? pass->before->n + news->added->n : news->table->n;
}

// A file of which no line can be read is not an index, but an error page for instance: to take it
// would lose all revocations. Only a program that is writing the first line may be under way.
static bool check_rows(const struct pass *pass, struct store_error *err)
{
    const struct index_blocks *blocks = &pass->news->blocks;
    size_t n_odd = 0;
    for (size_t i = 0; i < blocks->n; i++)
        n_odd += blocks->all[i].n_odd;
    return count_rows(pass) > 0 || n_odd <= pass->has_partial_line ||
           store_fail(err, STORE_FAULT_DATA, "%s: invalid index: no line has a serial number",
                      pass->in->path);
}

static bool take_blocks(struct pass *pass, struct store_error *err)
{
    struct block_reader reader = {.in = pass->in};
    struct text_block text;
    bool ok = block_reader_next(&reader, &text, err);
    while (ok && text.len > 0)
        ok = take_block(pass, &text, err) && block_reader_next(&reader, &text, err);
    ok = ok && end_pass(pass, reader.n_lines, err) && check_rows(pass, err);
    block_reader_cleanup(&reader);
    return ok;
}

// The news.

static struct index_news *new_news(const struct pass *pass, struct store_error *err)
{
    struct index_news *news = calloc(1, sizeof *news);
    if (news == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    struct table *table = new_table(pass, 0, err);
    if (table == NULL) {
        free(news);
        return NULL;
    }
    if (pass->before == NULL)
        news->table = table;
    else
        news->added = table;
    return news;
}

// From now on the tables are only read, or changed by their owner.
static void finish(struct pass *pass)
{
    struct index_news *news = pass->news;
    if (news->table != NULL && pass->before != NULL)
        table_compare(pass->before, news->table, &news->changes);
    if (news->table != NULL)
        news->table->is_cancelled = NULL;
    if (news->added != NULL)
        news->added->is_cancelled = NULL;
}

struct index_news *index_read(struct file_input *in, const struct table *before,
                              const struct index_blocks *blocks, struct store_error *err)
{
    struct pass pass = {.in = in, .before = before, .blocks = blocks, .now = (int64_t)time(NULL)};
    pass.news = new_news(&pass, err);
    if (pass.news == NULL)
        return NULL;
    bool ok = take_blocks(&pass, err);
    free(pass.line);
    if (ok) {
        finish(&pass);
        return pass.news;
    }
    index_news_free(pass.news);
    return NULL;
}

void index_news_free(struct index_news *news)
{
    if (news == NULL)
        return;
    for (size_t i = 0; i < news->n_runs; i++)
        odd_list_free(&news->runs[i].rows);
    table_free(news->table);
    table_free(news->added);
    free(news->sets);
    free(news->blocks.all);
    free(news->runs);
    free(news);
}

static bool is_block(const struct index_news *news, size_t i, const struct text_block *text)
{
    return i < news->blocks.n &&
           memcmp(news->blocks.all[i].digest, text->digest, sizeof text->digest) == 0;
}

bool index_news_confirm(const struct index_news *news, struct file_input *in)
{
    struct block_reader reader = {.in = in};
    struct text_block text;
    struct store_error ignored;
    size_t n = 0;
    bool ok = block_reader_next(&reader, &text, &ignored);
    while (ok && text.len > 0)
        ok = is_block(news, n++, &text) && block_reader_next(&reader, &text, &ignored);
    block_reader_cleanup(&reader);
    return ok && n == news->blocks.n;
}
