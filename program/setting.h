// SPDX-License-Identifier: MIT
//
// One setting of a configuration file: its name, and which values it may have.
#ifndef PROGRAM_SETTING_H
#define PROGRAM_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings;

// enum setting_kind is the form of a value, with the C type that setting_read() makes of it.
enum setting_kind {
    SETTING_TEXT = 0,  // const char *
    SETTING_BOOL,      // bool
    SETTING_COUNT,     // size_t
    SETTING_SIZE,      // size_t: bytes, with K, M or G for powers of 1024
    SETTING_SECONDS,   // int64_t: seconds, with s, m, h, d or w
    SETTING_CHOICE,    // unsigned: the index in `choices`, which ends with NULL
};

// struct setting is one row of a table, which ends with a row without a name.
//
// `offset` is where the value goes in the structure of its section. A number lies between `min` and
// `max`, and so does the length of a text. `initial` is the default, written as in a file; NULL is
// no default. A list puts a const char ** at `offset` and its length, a size_t, at `n_offset`; only
// a list whose `min` is 0 may be empty.
//
// `convert`, if not NULL, checks a text further and may replace it by another one, which lives as
// long as `settings`. It returns false, and a reason in the `size` bytes at `why`, if the text is
// invalid.
//
// `id` is not used here: a caller without a structure finds there which setting it is.
struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;
    int64_t min;
    int64_t max;
    const char *initial;
    const char *const *choices;
    bool is_list;
    size_t n_offset;
    bool (*convert)(struct settings *settings, const char **text, char *why, size_t size);
    int id;
};

// setting_read reads `text` into `member`, which has the type of the setting's kind; a text is not
// copied. Returns false if it is not a value of this setting, with the reason in the `size` bytes
// at `why`: it continues a line that begins with the setting's name.
bool setting_read(const struct setting *setting, const char *text, void *member, char *why,
                  size_t size);

#endif
