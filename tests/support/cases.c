// SPDX-License-Identifier: MIT
//
// The reader of case files. The test program exits at a line that it cannot read: a case that
// is skipped would look like one that passed.
#define _POSIX_C_SOURCE 200809L

#include "cases.h"

#include "hex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static void *grow(void *p, size_t n, size_t size)
{
    p = realloc(p, n * size);
    if (p == NULL)
        abort();
    return p;
}

static char *copy(const char *text)
{
    char *out = strdup(text);
    if (out == NULL)
        abort();
    return out;
}

static _Noreturn void fail(const char *path, size_t line, const char *why)
{
    fprintf(stderr, "%s:%zu: %s\n", path, line, why);
    exit(2);
}

uint8_t *file_read(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail(path, 0, strerror(errno));
    uint8_t *data = NULL;
    *len = 0;
    for (size_t got = 1; got > 0; *len += got) {
        data = grow(data, *len + 4096, 1);
        got = fread(data + *len, 1, 4096, f);
    }
    if (ferror(f) || fclose(f) != 0)
        fail(path, 0, "cannot be read");
    return data;
}

static bool set_number(size_t *out, const char *value)
{
    char *end;
    *out = (size_t)strtoull(value, &end, 10);
    return end != value && *end == '\0';
}

static bool set_der(struct test_case *c, const char *value)
{
    size_t len = strlen(value);
    c->der = grow(NULL, len / 2 + 1, 1);
    c->len = len / 2;
    return hex_decode(value, len, c->der);
}

static bool add_expect(struct test_case *c, const char *value)
{
    c->expect = grow(c->expect, c->n_expect + 1, sizeof *c->expect);
    c->expect[c->n_expect++] = copy(value);
    return true;
}

static bool set_text(char **field, const char *value)
{
    if (*field != NULL)
        return false;
    *field = copy(value);
    return true;
}

static bool set_field(struct test_case *c, const char *key, const char *value)
{
    if (strcmp(key, "name") == 0)
        return set_text(&c->name, value);
    if (strcmp(key, "kind") == 0)
        return set_text(&c->kind, value);
    if (strcmp(key, "code") == 0)
        return set_text(&c->code, value);
    if (strcmp(key, "offset") == 0)
        return set_number(&c->offset, value);
    if (strcmp(key, "what") == 0)
        return set_text(&c->what, value);
    if (strcmp(key, "deviations") == 0)
        return set_text(&c->deviations, value);
    if (strcmp(key, "expect") == 0)
        return add_expect(c, value);
    if (strcmp(key, "hex") == 0)
        return c->der == NULL && set_der(c, value);
    return false;
}

bool case_accepted(const struct test_case *c)
{
    return strcmp(c->code, "ok") == 0;
}

static bool complete(const struct test_case *c)
{
    if (c->name == NULL || c->kind == NULL || c->code == NULL || c->der == NULL)
        return false;
    if (case_accepted(c))
        return c->deviations != NULL && c->n_expect > 0 && c->what == NULL;
    return c->what != NULL && c->deviations == NULL && c->n_expect == 0;
}

static struct test_case *add_case(struct case_file *file)
{
    file->cases = grow(file->cases, file->n + 1, sizeof *file->cases);
    struct test_case *c = &file->cases[file->n++];
    *c = (struct test_case){0};
    return c;
}

static void read_lines(struct case_file *out, FILE *f, const char *path)
{
    struct test_case *c = NULL;
    char *text = NULL;
    size_t size = 0;
    size_t number = 0;
    for (ssize_t len; (len = getline(&text, &size, f)) > 0;) {
        number++;
        if (text[len - 1] != '\n')
            fail(path, number, "the last line has no end");
        text[len - 1] = '\0';
        if (text[0] == '#')
            continue;
        if (text[0] == '\0') {
            if (c != NULL && !complete(c))
                fail(path, number, "the block before this line is not complete");
            c = NULL;
            continue;
        }
        if (c == NULL)
            c = add_case(out);
        char *colon = strstr(text, ": ");
        if (colon == NULL)
            fail(path, number, "no key");
        *colon = '\0';
        if (!set_field(c, text, colon + 2))
            fail(path, number, "a key or value that is not understood");
    }
    if (c != NULL && !complete(c))
        fail(path, number, "the last block is not complete");
    free(text);
}

void case_file_read(struct case_file *out, const char *path)
{
    *out = (struct case_file){0};
    FILE *f = fopen(path, "r");
    if (f == NULL)
        fail(path, 0, strerror(errno));
    read_lines(out, f, path);
    if (ferror(f) || fclose(f) != 0)
        fail(path, 0, "cannot be read");
    if (out->n == 0)
        fail(path, 0, "no cases");
}

static void free_case(struct test_case *c)
{
    for (size_t i = 0; i < c->n_expect; i++)
        free(c->expect[i]);
    free(c->expect);
    free(c->name);
    free(c->kind);
    free(c->code);
    free(c->what);
    free(c->deviations);
    free(c->der);
}

void case_file_free(struct case_file *file)
{
    for (size_t i = 0; i < file->n; i++)
        free_case(&file->cases[i]);
    free(file->cases);
    *file = (struct case_file){0};
}
