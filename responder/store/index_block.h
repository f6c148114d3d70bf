// SPDX-License-Identifier: MIT
//
// Reads a file of lines in blocks, with a digest of each: a block with the same digest as before
// need not be read line by line again.
#ifndef STORE_INDEX_BLOCK_H
#define STORE_INDEX_BLOCK_H

#include "store/file.h"

// struct text_block is a block of whole lines: BLOCK_LINES of them, or fewer that are long. The
// last line of the last block may have no newline. `first_line` counts from 1. `digest` is the
// SHA-256 of the `len` octets at `text`, which stay until the next block is read.
enum { BLOCK_LINES = 4096, BLOCK_DIGEST_LEN = 32 };

struct text_block {
    const char *text;
    size_t len;
    size_t first_line;
    size_t n_lines;
    uint8_t digest[BLOCK_DIGEST_LEN];
};

// struct block_reader reads them from `in`. All other members begin as zero.
struct block_reader {
    struct file_input *in;
    char *buf;
    size_t len;
    size_t size;
    size_t used;  // octets of the last block, at the beginning of `buf`
    size_t n_lines;
    bool is_at_end;
};

// block_reader_next reads the next block; at the end of the file its length is 0. Returns false and
// sets `*err` on failure. block_reader_cleanup frees the memory.
bool block_reader_next(struct block_reader *reader, struct text_block *out,
                       struct store_error *err);
void block_reader_cleanup(struct block_reader *reader);

#endif
