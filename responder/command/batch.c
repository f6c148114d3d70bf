// SPDX-License-Identifier: MIT
#include "command/batch.h"

#include "command/record.h"
#include "program/clock.h"
#include "program/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

// PAUSE_MS is longer than a process that waits for the lock waits between two attempts. There is a
// pause after each transaction that ends PAUSE_EACH_MS after the last one.
enum { PAUSE_MS = 15, PAUSE_EACH_MS = 250 };

void batch_init(struct batch *batch, struct store *store, const char *kind)
{
    *batch = (struct batch){.store = store, .kind = kind, .paused_at = clock_ms()};
    batch->rows = must_alloc(BATCH_ROWS, sizeof *batch->rows);
}

void batch_free(struct batch *batch)
{
    free(batch->rows);
}

static int compare_rows(const void *a, const void *b)
{
    const struct batch_row *one = a;
    const struct batch_row *other = b;
    size_t len = one->serial_len < other->serial_len ? one->serial_len : other->serial_len;
    int order = memcmp(one->serial, other->serial, len);
    if (order == 0)
        order = one->serial_len - other->serial_len;
    if (order != 0)
        return order;
    return one->line < other->line ? -1 : one->line > other->line;
}

static bool put_row(struct batch *batch, const struct batch_row *row, struct store_error *err)
{
    struct oc_bytes serial = {row->serial, row->serial_len};
    struct record record = row->record;
    struct record known;
    struct record wanted;
    if (!batch->store->methods->look_up(batch->store, serial, &known, err))
        return false;
    if (row->has_no_date && known.status == RECORD_REVOKED)
        record.revoked_at = known.revoked_at;
    if (!record_merge(&known, &record, &wanted))
        batch->conflict(batch->arg, row, &known);
    batch->n_put++;
    if (record_is_same(&known, &wanted))
        return true;
    if (known.status == RECORD_NOT_ISSUED)
        batch->n_new++;
    else
        batch->n_changed++;
    return batch->store->methods->put(batch->store, serial, &wanted, err);
}

static bool put_rows(struct batch *batch, size_t begin, size_t end, const struct position *position,
                     struct store_error *err)
{
    for (size_t i = begin; i < end; i++) {
        if (!put_row(batch, &batch->rows[i], err))
            return false;
    }
    return end < batch->n || batch->kind == NULL ||
           batch->store->methods->put_position(batch->store, batch->kind, position, err);
}

static bool put_piece(struct batch *batch, size_t begin, size_t end,
                      const struct position *position, struct store_error *err)
{
    const struct store_methods *methods = batch->store->methods;
    if (!methods->begin(batch->store, err))
        return false;
    if (put_rows(batch, begin, end, position, err))
        return methods->commit(batch->store, err);
    methods->rollback(batch->store);
    return false;
}

// Without a pause, this process would take the lock again before others notice that it is free.
static void make_room(struct batch *batch)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    if (clock_ms() - batch->paused_at < PAUSE_EACH_MS)
        return;
    nanosleep(&pause, NULL);
    batch->paused_at = clock_ms();
}

bool batch_put(struct batch *batch, const struct position *position, struct store_error *err)
{
    bool ok;
    size_t begin = 0;
    size_t end;
    qsort(batch->rows, batch->n, sizeof *batch->rows, compare_rows);
    do {
        end = batch->n - begin > BATCH_PIECE ? begin + BATCH_PIECE : batch->n;
        ok = put_piece(batch, begin, end, position, err);
        make_room(batch);
        begin = end;
    } while (ok && end < batch->n);
    batch->n = 0;
    return ok;
}
