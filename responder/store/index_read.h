// SPDX-License-Identifier: MIT
//
// Reads an index.txt, and finds what has changed since it was read before.
#ifndef STORE_INDEX_READ_H
#define STORE_INDEX_READ_H

#include "store/index_block.h"
#include "store/table.h"

// struct index_block is one block of the file: its lines, its digest, the places in the table where
// its rows begin and end, and how many odd rows it has, and how many of those are uncertain.
struct index_block {
    uint8_t digest[BLOCK_DIGEST_LEN];
    size_t first_line;
    size_t n_lines;
    size_t rows_begin;
    size_t rows_end;
    size_t n_odd;
    size_t n_uncertain;
};

// struct index_blocks is all of them. Zero is none.
struct index_blocks {
    struct index_block *all;
    size_t n;
};

// struct odd_run is the odd rows of lines that were read.
struct odd_run {
    size_t first;
    size_t last;
    struct odd_list rows;
};

// struct index_news is what a reading has found: either a whole `table`, with its differences from
// the one before in `changes`, or what to change in that: `sets`, whose `at` says where, and the
// rows of `added` behind the others. `blocks` are those of the file as it is now; the odd rows in
// the lines of each run replace those that were there.
struct index_news {
    struct table *table;
    struct table_changes changes;
    struct table_row *sets;
    size_t n_sets;
    struct table *added;
    struct index_blocks blocks;
    struct odd_run *runs;
    size_t n_runs;
};

// index_read reads the file. `before`, which stays as it is meanwhile, and `blocks` are what was
// read before; `before` is NULL the first time. Returns NULL and sets `*err` on failure.
// index_news_free frees what it has made; NULL is allowed.
struct index_news *index_read(struct file_input *in, const struct table *before,
                              const struct index_blocks *blocks, struct store_error *err);
void index_news_free(struct index_news *news);

// index_news_confirm returns whether a file has the blocks that were read.
bool index_news_confirm(const struct index_news *news, struct file_input *in);

#endif
