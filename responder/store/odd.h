// SPDX-License-Identifier: MIT
//
// The odd rows of source files: rows of which something cannot be read. Each is reported once.
#ifndef STORE_ODD_H
#define STORE_ODD_H

#include "store/error.h"

#include <stddef.h>

// ODD_ROWS_MAX is how many rows of one list are kept with their texts; the rest is only counted.
// ODD_TEXT_MAX is how many bytes of a row are kept.
enum { ODD_ROWS_MAX = 1000, ODD_TEXT_MAX = 200 };

// struct odd_row is one row: where it is, its text, in which a byte that cannot be printed is a
// question mark, and what is odd about it. In a CRL `line` is the number of the entry. With
// `is_uncertain` its status is RECORD_UNCERTAIN or, without a readable serial number, unknown;
// otherwise the row counts.
struct odd_row {
    const char *path;
    size_t line;
    const char *text;
    const char *what;
    bool is_uncertain;
};

// struct odd_list is a list of them, in the order of files and lines. Zero is empty.
struct odd_list {
    struct odd_item *items;
    size_t n_items;
    size_t n;            // all rows
    size_t n_uncertain;  // those of them that are uncertain
};

// odd_list_add adds a row behind the others and copies its texts; without memory it only counts it.
// `text` has `len` bytes. odd_list_free empties the list.
void odd_list_add(struct odd_list *list, const char *path, size_t line, const char *text,
                  size_t len, const char *what, bool is_uncertain);
void odd_list_free(struct odd_list *list);

// odd_list_replace puts the rows of `by`, which it empties, in the place of those in `list` that
// have the same path and a line from `first` to `last`. A row that was there with the same text
// and the same reason stays reported, wherever its line is now. Rows that were only counted stay
// counted.
void odd_list_replace(struct odd_list *list, const char *path, size_t first, size_t last,
                      struct odd_list *by);

// odd_list_each calls `each` for the rows until it returns false; with `only_new` for those that
// were not reported yet, which then count as reported.
void odd_list_each(struct odd_list *list, bool only_new,
                   bool (*each)(void *arg, const struct odd_row *row), void *arg);

#endif
