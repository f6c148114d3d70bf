// SPDX-License-Identifier: MIT
//
// The lists of odd rows: what is kept, what is counted, and what is reported once.
#include "store/odd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// struct walk is what odd_list_each() gave: "PATH:LINE TEXT" of each row; it stops after `limit`.
struct walk {
    char text[2048];
    size_t n;
    size_t limit;
};

static bool note(void *arg, const struct odd_row *row)
{
    struct walk *walk = arg;
    size_t len = strlen(walk->text);
    snprintf(walk->text + len, sizeof walk->text - len, "%s:%zu %s%s;", row->path, row->line,
             row->text, row->is_uncertain ? "?" : "");
    return ++walk->n != walk->limit;
}

static void expect(struct odd_list *list, bool only_new, const char *text)
{
    struct walk walk = {0};
    odd_list_each(list, only_new, note, &walk);
    assert_string_equal(walk.text, text);
}

static void add(struct odd_list *list, const char *path, size_t line, const char *text)
{
    odd_list_add(list, path, line, text, strlen(text), "odd", false);
}

static void rows_reported_once(void **state)
{
    (void)state;
    struct odd_list list = {0};
    struct walk walk = {.limit = 1};
    expect(&list, true, "");
    add(&list, "f", 1, "a");
    odd_list_add(&list, "f", 3, "b\t\xff", 3, "odd", true);
    assert_int_equal(list.n, 2);
    assert_int_equal(list.n_uncertain, 1);
    expect(&list, false, "f:1 a;f:3 b???;");
    odd_list_each(&list, true, note, &walk);
    assert_string_equal(walk.text, "f:1 a;");
    expect(&list, true, "f:3 b???;");
    expect(&list, true, "");
    expect(&list, false, "f:1 a;f:3 b???;");
    odd_list_free(&list);
    assert_int_equal(list.n, 0);
    expect(&list, false, "");
}

static bool check_long(void *arg, const struct odd_row *row)
{
    (void)arg;
    assert_int_equal(strlen(row->text), ODD_TEXT_MAX);
    assert_string_equal(row->what, "long");
    return true;
}

static void row_that_is_long(void **state)
{
    (void)state;
    char text[ODD_TEXT_MAX + 1];
    struct odd_list list = {0};
    memset(text, 'x', sizeof text);
    odd_list_add(&list, "f", 1, text, sizeof text, "long", false);
    odd_list_add(&list, "f", 2, text, sizeof text - 1, "long", false);
    odd_list_each(&list, false, check_long, NULL);
    odd_list_free(&list);
}

static void more_rows_than_are_kept(void **state)
{
    (void)state;
    struct odd_list list = {0};
    struct odd_list by = {0};
    struct walk walk = {0};
    for (size_t i = 1; i <= ODD_ROWS_MAX + 2; i++)
        odd_list_add(&list, "f", i, "a", 1, "odd", true);
    assert_int_equal(list.n, ODD_ROWS_MAX + 2);
    assert_int_equal(list.n_uncertain, ODD_ROWS_MAX + 2);
    assert_int_equal(list.n_items, ODD_ROWS_MAX);
    add(&by, "f", 1, "b");
    add(&by, "f", 2, "c");
    odd_list_replace(&list, "f", 1, 1, &by);
    assert_int_equal(list.n, ODD_ROWS_MAX + 3);
    assert_int_equal(list.n_uncertain, ODD_ROWS_MAX + 1);
    assert_int_equal(list.n_items, ODD_ROWS_MAX);
    odd_list_each(&list, false, note, &walk);
    assert_int_equal(walk.n, ODD_ROWS_MAX);
    assert_int_equal(strncmp(walk.text, "f:1 b;f:2 c;f:2 a?;", 19), 0);
    odd_list_free(&list);
}

static void rows_replaced(void **state)
{
    (void)state;
    struct odd_list list = {0};
    struct odd_list by = {0};
    add(&list, "f", 1, "a");
    add(&list, "f", 5, "b");
    add(&list, "f", 6, "c");
    add(&list, "f", 9, "d");
    add(&list, "g", 5, "b");
    expect(&list, true, "f:1 a;f:5 b;f:6 c;f:9 d;g:5 b;");

    // "c" has moved, "b" is gone, and "e" is new.
    add(&by, "f", 4, "e");
    add(&by, "f", 7, "c");
    odd_list_replace(&list, "f", 4, 8, &by);
    assert_int_equal(by.n, 0);
    assert_null(by.items);
    assert_int_equal(list.n, 5);
    expect(&list, false, "f:1 a;f:4 e;f:7 c;f:9 d;g:5 b;");
    expect(&list, true, "f:4 e;");

    odd_list_replace(&list, "f", 8, SIZE_MAX, &by);
    expect(&list, false, "f:1 a;f:4 e;f:7 c;g:5 b;");
    add(&by, "f", 8, "z");
    odd_list_replace(&list, "f", 8, SIZE_MAX, &by);
    expect(&list, false, "f:1 a;f:4 e;f:7 c;f:8 z;g:5 b;");
    add(&by, "h", 1, "h");
    odd_list_replace(&list, "h", 0, SIZE_MAX, &by);
    expect(&list, true, "f:8 z;h:1 h;");

    // The same text, for another reason.
    odd_list_add(&by, "h", 1, "h", 1, "odder", false);
    odd_list_replace(&list, "h", 0, SIZE_MAX, &by);
    expect(&list, true, "h:1 h;");
    odd_list_replace(&list, "f", 0, SIZE_MAX, &by);
    odd_list_replace(&list, "g", 0, SIZE_MAX, &by);
    odd_list_replace(&list, "h", 0, SIZE_MAX, &by);
    assert_int_equal(list.n, 0);
    assert_int_equal(list.n_items, 0);
    odd_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_reported_once),
        cmocka_unit_test(row_that_is_long),
        cmocka_unit_test(more_rows_than_are_kept),
        cmocka_unit_test(rows_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
