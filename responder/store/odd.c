// SPDX-License-Identifier: MIT
//
// Odd rows, of which the first ones are kept with copies of their texts.
#include "store/odd.h"

#include <stdlib.h>
#include <string.h>

// struct odd_item is a row; `octets` holds its path, its text and the reason, one after the other.
struct odd_item {
    char *octets;
    struct odd_row row;
    bool is_reported;
};

static char *copy_string(char *out, const char *text)
{
    size_t size = strlen(text) + 1;
    memcpy(out, text, size);
    return out + size;
}

static char *copy_printable(char *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        *out++ = text[i];
    for (char *at = out - len; at < out; at++) {
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
    *out++ = '\0';
    return out;
}

static bool fill(struct odd_item *item, const char *path, const char *text, size_t len,
                 const char *what)
{
    size_t kept = len < ODD_TEXT_MAX ? len : ODD_TEXT_MAX;
    item->octets = malloc(strlen(path) + kept + strlen(what) + 3);
    if (item->octets == NULL)
        return false;
    item->row.path = item->octets;
    item->row.text = copy_string(item->octets, path);
    item->row.what = copy_printable(item->octets + strlen(path) + 1, text, kept);
    copy_string(item->octets + strlen(path) + kept + 2, what);
    return true;
}

// Returns the new last item, which is not counted yet, or NULL.
static struct odd_item *new_item(struct odd_list *list, size_t n)
{
    if (n >= ODD_ROWS_MAX)
        return NULL;
    // Most files have no odd rows or a few, so the list grows by one.
    struct odd_item *items = realloc(list->items, (n + 1) * sizeof *items);
    if (items != NULL)
        list->items = items;
    return items == NULL ? NULL : &items[n];
}

void odd_list_add(struct odd_list *list, const char *path, size_t line, const char *text,
                  size_t len, const char *what, bool is_uncertain)
{
    struct odd_item *item = new_item(list, list->n_items);
    if (item != NULL) {
        *item = (struct odd_item){.row = {.line = line, .is_uncertain = is_uncertain}};
        list->n_items += fill(item, path, text, len, what);
    }
    list->n++;
    list->n_uncertain += is_uncertain;
}

void odd_list_free(struct odd_list *list)
{
    for (size_t i = 0; i < list->n_items; i++)
        free(list->items[i].octets);
    free(list->items);
    *list = (struct odd_list){0};
}

static bool is_within(const struct odd_item *item, const char *path, size_t first, size_t last)
{
    return item->row.line >= first && item->row.line <= last && strcmp(item->row.path, path) == 0;
}

// A row that has moved within the range is the same row.
static void take_over_report(struct odd_item *item, const struct odd_list *list, const char *path,
                             size_t first, size_t last)
{
    for (size_t i = 0; i < list->n_items && !item->is_reported; i++) {
        const struct odd_item *old = &list->items[i];
        item->is_reported = old->is_reported && is_within(old, path, first, last) &&
                            strcmp(old->row.text, item->row.text) == 0 &&
                            strcmp(old->row.what, item->row.what) == 0;
    }
}

// Returns the index of the first item that comes behind the range.
static size_t end_of_range(const struct odd_list *list, const char *path, size_t last)
{
    size_t end = list->n_items;
    for (size_t i = 0; i < list->n_items; i++) {
        if (strcmp(list->items[i].row.path, path) != 0)
            continue;
        if (list->items[i].row.line > last)
            return i;
        end = i + 1;
    }
    return end;
}

static void append(struct odd_list *list, const struct odd_item *item)
{
    struct odd_item *place = new_item(list, list->n_items);
    if (place == NULL) {
        free(item->octets);
        return;
    }
    *place = *item;
    list->n_items++;
}

static void append_outside(struct odd_list *list, const struct odd_list *from, size_t begin,
                           size_t end, const char *path, size_t first, size_t last)
{
    for (size_t i = begin; i < end; i++) {
        struct odd_item *item = &from->items[i];
        if (!is_within(item, path, first, last)) {
            append(list, item);
            continue;
        }
        list->n--;
        list->n_uncertain -= item->row.is_uncertain;
        free(item->octets);
    }
}

void odd_list_replace(struct odd_list *list, const char *path, size_t first, size_t last,
                      struct odd_list *by)
{
    size_t end = end_of_range(list, path, last);
    struct odd_list merged = {.n = list->n + by->n,
                              .n_uncertain = list->n_uncertain + by->n_uncertain};
    for (size_t i = 0; i < by->n_items; i++)
        take_over_report(&by->items[i], list, path, first, last);
    append_outside(&merged, list, 0, end, path, first, last);
    for (size_t i = 0; i < by->n_items; i++)
        append(&merged, &by->items[i]);
    append_outside(&merged, list, end, list->n_items, path, first, last);
    free(list->items);
    free(by->items);
    *list = merged;
    *by = (struct odd_list){0};
}

void odd_list_each(struct odd_list *list, bool only_new,
                   bool (*each)(void *arg, const struct odd_row *row), void *arg)
{
    for (size_t i = 0; i < list->n_items; i++) {
        struct odd_item *item = &list->items[i];
        if (only_new && item->is_reported)
            continue;
        item->is_reported = item->is_reported || only_new;
        if (!each(arg, &item->row))
            return;
    }
}
