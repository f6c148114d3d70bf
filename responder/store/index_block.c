// SPDX-License-Identifier: MIT
//
// A buffer that holds one block and the beginning of the next one.
#include "store/index_block.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

// A block with long lines ends at the first newline after BLOCK_LEN octets. The buffer has room for
// most blocks of short ones.
enum { BLOCK_LEN = 1 << 20, BUFFER_SIZE = 1 << 19 };

static bool grow(struct block_reader *reader, struct store_error *err)
{
    size_t size = reader->size == 0 ? BUFFER_SIZE : 2 * reader->size;
    char *buf = realloc(reader->buf, size);
    if (buf == NULL)
        return store_fail_memory(err);
    reader->buf = buf;
    reader->size = size;
    return true;
}

static bool read_more(struct block_reader *reader, struct store_error *err)
{
    size_t n;
    if (reader->len == reader->size && !grow(reader, err))
        return false;
    size_t wanted = reader->size - reader->len;
    if (!file_input_next(reader->in, reader->buf + reader->len, wanted, &n, err))
        return false;
    reader->len += n;
    reader->is_at_end = n < wanted;
    return true;
}

// Drops the last block.
static void advance(struct block_reader *reader)
{
    if (reader->used > 0)
        memmove(reader->buf, reader->buf + reader->used, reader->len - reader->used);
    reader->len -= reader->used;
    reader->used = 0;
}

// Sets `reader->used` to the end of the next block, and returns its number of lines.
static bool find_end(struct block_reader *reader, size_t *n_lines, struct store_error *err)
{
    size_t searched = 0;
    *n_lines = 0;
    while (*n_lines < BLOCK_LINES && reader->used < BLOCK_LEN) {
        const char *at = reader->buf + searched;
        const char *end = reader->len == searched ? NULL : memchr(at, '\n', reader->len - searched);
        if (end == NULL && reader->is_at_end)
            break;
        searched = end == NULL ? reader->len : (size_t)(end - reader->buf) + 1;
        if (end == NULL && !read_more(reader, err))
            return false;
        if (end == NULL)
            continue;
        reader->used = searched;
        ++*n_lines;
    }
    return true;
}

bool block_reader_next(struct block_reader *reader, struct text_block *out, struct store_error *err)
{
    size_t n_lines;
    advance(reader);
    if (!find_end(reader, &n_lines, err))
        return false;
    // The last line has no newline.
    if (reader->is_at_end && n_lines < BLOCK_LINES && reader->used < BLOCK_LEN &&
        reader->used < reader->len) {
        reader->used = reader->len;
        n_lines++;
    }
    *out = (struct text_block){.text = reader->buf,
                               .len = reader->used,
                               .first_line = reader->n_lines + 1,
                               .n_lines = n_lines};
    reader->n_lines += n_lines;
    if (out->len == 0 ||
        EVP_Digest(out->text, out->len, out->digest, NULL, EVP_sha256(), NULL) == 1)
        return true;
    return store_fail_memory(err);
}

void block_reader_cleanup(struct block_reader *reader)
{
    free(reader->buf);
    *reader = (struct block_reader){0};
}
