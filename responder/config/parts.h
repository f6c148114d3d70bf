// SPDX-License-Identifier: MIT
//
// What the files of the configuration's reader share: where it stands, and the table of settings.
#ifndef CONFIG_PARTS_H
#define CONFIG_PARTS_H

#include "config/config.h"

#include <confuse.h>

// struct scan is a file being read. Only the first failure is told.
struct scan {
    const char *file;
    char *why;
    size_t size;
    bool has_failed;
    int n_lines;
    bool is_complete;  // the mark behind the end was seen outside of all sections
    struct config *config;
};

// scan_fail notes a failure in `line`, 0 for none, and returns false.
__attribute__((format(printf, 3, 4))) bool scan_fail(struct scan *scan, int line,
                                                     const char *format, ...);

// text_prepare makes a text such that libConfuse counts its lines right. Returns false after
// scan_fail().
bool text_prepare(struct scan *scan, char *text);

// enum kind is what may stand behind a setting's name.
enum kind {
    KIND_TEXT,
    KIND_PATH,     // a file, relative to the folder of the configuration
    KIND_KEY,      // that, or a URI
    KIND_ADDRESS,  // listen_address_check()
    KIND_BOOL,
    KIND_COUNT,
    KIND_SIZE,     // octets, with K, M or G for powers of 1024
    KIND_SECONDS,  // with s, m, h, d or w
    KIND_CHOICE,
};

// struct setting is one setting: where it goes in the structure of its section, and what it may
// be. `initial` is its default, as it would be written; NULL is none. A count of octets, seconds
// or things is from `min` to `max`, a text has at most `max` octets, at least `min`.
struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
    int64_t min;
    int64_t max;
    const char *initial;
    const char *const *choices;
    bool is_list;
};

// The settings of each kind of section, each ended by one without a name.
extern const struct setting config_settings[];
extern const struct setting issuer_settings[];
extern const struct setting signer_settings[];

// value_check tells whether `text` can be the value of a setting; if not, the reason, which
// follows the setting's name, is in `why`.
bool value_check(const struct setting *setting, const char *text, char *why, size_t size);

// value_number gives the value of a setting that is a count, a size or a time and was checked.
int64_t value_number(const struct setting *setting, const char *text);

// value_choice gives the place of `text` among the choices, their number if it is none.
unsigned value_choice(const struct setting *setting, const char *text);

// value_bool reads true, yes, on, false, no or off.
bool value_bool(const char *text, bool *out);

// value_is_uri tells whether a key's name is a URI and no file.
bool value_is_uri(const char *text);

// value_file gives the path in a URI of a file, as libcrypto reads it: file:/PATH, file:///PATH or
// file://localhost/PATH, with nothing decoded. NULL if it is another URI, and the text itself if it
// is none; for file: with anything else behind it, a text that does not begin with a slash.
const char *value_file(const char *text);

// line_of gives the line of a setting in a section, or that where the section ends.
int line_of(cfg_t *section, const char *name);

// is_given tells whether a setting stands in a section.
bool is_given(cfg_t *section, const char *name);

// config_check_policy refuses what is impossible, config_check_files what is not there, cannot be
// read by this process, or could be read by anybody. Both return false after scan_fail().
bool config_check_policy(struct scan *scan, cfg_t *root);
bool config_check_files(struct scan *scan, cfg_t *root);

#endif
