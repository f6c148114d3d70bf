// SPDX-License-Identifier: MIT
//
// Certificates on their way into the database. A batch is sorted, so that the pages of the database
// are touched in order, and put in short transactions with pauses, so that other processes can
// write in between.
#ifndef COMMAND_BATCH_H
#define COMMAND_BATCH_H

#include "store/store.h"

// BATCH_ROWS is the most certificates in a batch, BATCH_PIECE in a transaction.
enum { BATCH_ROWS = 50000, BATCH_PIECE = 5000 };

// struct batch_row is one certificate, from line `line` of the file. With `has_no_date` it is
// revoked since a time that is not known: `record.revoked_at` is used unless the database has one.
struct batch_row {
    int64_t line;
    struct record record;
    bool has_no_date;
    uint8_t serial_len;
    uint8_t serial[SERIAL_MAX];
};

// struct batch is the certificates, and the counts of all that were put. `conflict` is called for a
// row that contradicts a revocation and is ignored. `paused_at` is the last pause, in clock_ms().
struct batch {
    struct store *store;
    const char *kind;
    struct batch_row *rows;
    size_t n;
    size_t n_put;
    size_t n_new;
    size_t n_changed;
    int64_t paused_at;
    void (*conflict)(void *arg, const struct batch_row *row, const struct record *known);
    void *arg;
};

// batch_init makes an empty batch for a store, and batch_free frees it. `kind` is the kind of file
// for put_position(), or NULL if it has no positions.
void batch_init(struct batch *batch, struct store *store, const char *kind);
void batch_free(struct batch *batch);

// batch_put puts the certificates, and empties the batch. With the last of them it sets the
// position of the import; its offset is 0 at the end. Returns false and sets `*err` on failure: a
// part of the batch may have been put by then, which does no harm when it is put again.
bool batch_put(struct batch *batch, const struct position *position, struct store_error *err);

#endif
