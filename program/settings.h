// SPDX-License-Identifier: MIT
//
// Configuration files, read with libConfuse and compared with tables of settings:
//
//     name = value
//     list = {value, value}
//     section "title" { name = value }
//
// Comments begin with # or stand between /* and */. Nothing here may be used by two threads at
// once: libConfuse has one reader for a process.
#ifndef PROGRAM_SETTINGS_H
#define PROGRAM_SETTINGS_H

#include "program/setting.h"

// SETTINGS_MAX is the largest configuration in bytes.
enum { SETTINGS_MAX = 1 << 20 };

// struct settings_error is what is wrong, and in which line; 0 is the file as a whole.
struct settings_error {
    int line;
    char text[1024];
};

// settings_fail sets `*err` and returns false.
__attribute__((format(printf, 3, 4))) bool settings_fail(struct settings_error *err, int line,
                                                         const char *format, ...);

// struct settings_form is what a section may hold: settings, and sections of one kind, `inner`,
// or NULL. `name` is the word before the title; the file itself has neither.
struct settings_form {
    const char *name;
    const struct setting *settings;
    const struct settings_form *inner;
};

// enum settings_dialect is how strictly the text is read.
enum settings_dialect {
    // Whatever libConfuse accepts. ${NAME} is replaced in double quotes and without quotes, by
    // nothing if the environment does not have it.
    SETTINGS_LENIENT = 0,
    // Quoted texts end on their line and escape nothing but the quote and the backslash. ${NAME} is
    // replaced in double quotes only, and the environment must have it.
    SETTINGS_STRICT,
};

// struct settings_value is a setting of the file: all texts of a list, or one.
struct settings_value {
    const struct setting *setting;
    int line;
    const char **texts;
    size_t n;
};

// struct settings_section is a section of the file. `line` is where it ends.
struct settings_section {
    const char *kind;
    const char *title;
    int line;
    struct settings_value *values;
    size_t n_values;
    struct settings_section *sections;
    size_t n_sections;
};

// struct settings is a file. `root` is what stands outside of all sections, `blocks` is the memory
// of everything here.
struct settings {
    const char *file;
    struct settings_section root;
    struct settings_block *blocks;
};

// settings_parse reads the text of a file, which it does not change. Unknown and repeated settings
// are refused; values are not looked at. Returns NULL and sets `*err` if the text is invalid.
// settings_free frees the file with all its texts; NULL is allowed.
struct settings *settings_parse(const char *file, const char *text,
                                const struct settings_form *form, enum settings_dialect dialect,
                                struct settings_error *err);
void settings_free(struct settings *settings);

// settings_keep returns `size` zeroed bytes that live as long as the file, NULL without memory.
// settings_keep_text makes one text of the first `len` bytes of `before` and `text`.
void *settings_keep(struct settings *settings, size_t size);
char *settings_keep_text(struct settings *settings, const char *before, size_t len,
                         const char *text);

// settings_fill reads the values of a section, and the defaults of what is not set, into the
// structure that the table is about. Returns false and sets `*err` if one is invalid.
bool settings_fill(struct settings *settings, const struct settings_section *section,
                   const struct setting *table, void *out, struct settings_error *err);

// settings_find returns a setting of a section by its name, NULL if it is not set. settings_line is
// its line, or the section's last one.
const struct settings_value *settings_find(const struct settings_section *section,
                                           const char *name);
int settings_line(const struct settings_section *section, const char *name);

#endif
