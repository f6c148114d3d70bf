// SPDX-License-Identifier: MIT
//
// The reader of configuration files. libConfuse knows the grammar, and needs help where its lexer
// accepts too much and where it keeps too little: the text is prepared before it is parsed, and
// on_value() and on_error() note lines and errors in members that libConfuse leaves to the caller.
#include "program/settings.h"

#include <confuse.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 4, OPTIONS_MAX = 40 };

// struct settings_block is one piece of memory.
struct settings_block {
    struct settings_block *next;
    max_align_t data[];
};

// struct cursor is a place in the text, in so many open braces.
struct cursor {
    char *at;
    int line;
    int depth;
    bool is_strict;
    struct settings_error *err;
};

bool settings_fail(struct settings_error *err, int line, const char *format, ...)
{
    va_list args;
    err->line = line;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

// skip_comment overwrites a comment up to `end`, but not its line ends: libConfuse miscounts the
// lines of comments, and refuses them inside of lists.
static bool skip_comment(struct cursor *cursor, const char *end)
{
    for (; cursor->at < end; cursor->at++) {
        if (*cursor->at == '\n')
            cursor->line++;
        else
            *cursor->at = ' ';
    }
    return true;
}

static bool skip_block(struct cursor *cursor)
{
    const char *end = strstr(cursor->at + 2, "*/");
    if (end == NULL)
        return settings_fail(cursor->err, cursor->line, "missing */ at the end of a comment");
    return skip_comment(cursor, end + 2);
}

// libConfuse replaces ${NAME} by nothing if there is no such variable: `user = "${USER_OF_OCSPD}"`
// would be no user at all.
static bool check_variable(const struct cursor *cursor)
{
    char name[64];
    const char *begin = cursor->at + 2;
    size_t len = 0;
    while (isalnum((unsigned char)begin[len]) || begin[len] == '_')
        len++;
    if (len == 0 || len >= sizeof name || begin[len] != '}')
        return settings_fail(cursor->err, cursor->line,
                             "invalid variable: write ${NAME}, or keep ${ in single quotes");
    memcpy(name, begin, len);
    name[len] = '\0';
    const char *value = getenv(name);
    if (value != NULL && value[0] != '\0')
        return true;
    return settings_fail(cursor->err, cursor->line, "the environment variable %s is %s", name,
                         value == NULL ? "not set" : "empty");
}

// skip_variable goes to the end of ${...}, where quotes and comments have no meaning. Without an
// end it is not a variable.
static bool skip_variable(struct cursor *cursor)
{
    char *end = strchr(cursor->at, '}');
    if (cursor->is_strict && !check_variable(cursor))
        return false;
    if (end != NULL)
        cursor->at = end;
    return true;
}

// skip_escape passes over the backslash in a quoted text.
static bool skip_escape(struct cursor *cursor, char quote)
{
    cursor->at++;
    if (cursor->is_strict && *cursor->at != quote && *cursor->at != '\\')
        return settings_fail(cursor->err, cursor->line,
                             "invalid backslash: only a quote or a backslash may follow it");
    return true;
}

static bool skip_quoted(struct cursor *cursor)
{
    int begin = cursor->line;
    char quote = *cursor->at++;
    for (; *cursor->at != quote; cursor->at++) {
        bool is_variable = quote == '"' && strncmp(cursor->at, "${", 2) == 0;
        if ((is_variable && !skip_variable(cursor)) ||
            (*cursor->at == '\\' && !skip_escape(cursor, quote)))
            return false;
        if (*cursor->at == '\0' || (*cursor->at == '\n' && cursor->is_strict))
            return settings_fail(cursor->err, begin, "missing closing quote");
        cursor->line += *cursor->at == '\n';
    }
    cursor->at++;
    return true;
}

// check_plain refuses what libConfuse's lexer would drop without an error.
static bool check_plain(const struct cursor *cursor)
{
    char c = *cursor->at;
    if (c == '*' || c == '$' || (c == '+' && cursor->at[1] != '='))
        return settings_fail(cursor->err, cursor->line, "unexpected %c: put the value in quotes",
                             c);
    if (((unsigned char)c < 0x20 && strchr("\t\r\n", c) == NULL) || c == 0x7f)
        return settings_fail(cursor->err, cursor->line, "unexpected control character");
    return true;
}

// skip_plain passes over a text without quotes, in which slashes are no comment: http://host.
static bool skip_plain(struct cursor *cursor, size_t len)
{
    for (; len > 0; len--, cursor->at++) {
        if (cursor->is_strict && !check_plain(cursor))
            return false;
        cursor->line += *cursor->at == '\n';
        cursor->depth += (*cursor->at == '{') - (*cursor->at == '}');
    }
    return true;
}

static bool skip_token(struct cursor *cursor)
{
    const char *at = cursor->at;
    size_t word = strcspn(at, " \t\r\n#\"'={}()+,*");
    size_t slashes = strspn(at, "/");
    if (*at == '#' || slashes >= 2)
        return skip_comment(cursor, at + strcspn(at, "\n"));
    if (slashes == 1 && at[1] == '*')
        return skip_block(cursor);
    if (*at == '"' || *at == '\'')
        return skip_quoted(cursor);
    if (!cursor->is_strict && strncmp(at, "${", 2) == 0) {
        (void)skip_variable(cursor);
        cursor->at++;
        return true;
    }
    return skip_plain(cursor, word > 0 ? word : 1);
}

// The beginnings of two error texts of libConfuse: a name that a section does not have, and two
// sections with the same name.
static const char no_option[] = "no such option ";
static const char duplicate[] = "found duplicate title ";

// on_value is called for each value. libConfuse does not say whether a setting was there before,
// and in which line: def.number, the default of a number, is free in a text and keeps its first
// line.
static int on_value(cfg_t *section, cfg_opt_t *opt, const char *text, void *result)
{
    bool is_first = (opt->flags & CFGF_LIST) == 0 || opt->nvalues == 1;
    // A name like issuer|certificate leads into another section.
    if (cfg_getopt(section, opt->name) != opt) {
        cfg_error(section, "%s'%s'", no_option, opt->name);
        return -1;
    }
    if (is_first && opt->def.number != 0) {
        cfg_error(section, "%s is set twice", opt->name);
        return -1;
    }
    if (is_first)
        opt->def.number = section->line;
    *(const char **)result = text;
    return 0;
}

// on_error has no argument of the caller, so an error is noted where libConfuse keeps the comment
// above a section.
__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *section, const char *format,
                                                           va_list args)
{
    if (section->comment == NULL && vasprintf(&section->comment, format, args) < 0)
        section->comment = NULL;
}

// report_error replaces texts of libConfuse by ours.
static void report_error(int line, const char *text, struct settings_error *err)
{
    if (strcmp(text, "premature end of file") == 0)
        settings_fail(err, line, "unexpected end of file");
    else if (strncmp(text, no_option, strlen(no_option)) == 0)
        settings_fail(err, line, "unknown setting %s", text + strlen(no_option));
    else if (strncmp(text, duplicate, strlen(duplicate)) == 0)
        settings_fail(err, line, "duplicate section %s", text + strlen(duplicate));
    else
        settings_fail(err, line, "%s", text);
}

// take_error takes the error from the section that has one.
static bool take_error(const cfg_t *section, struct settings_error *err)
{
    if (section->comment != NULL) {
        report_error(section->line, section->comment, err);
        return true;
    }
    for (const cfg_opt_t *opt = section->opts; opt->name != NULL; opt++) {
        for (unsigned i = 0; opt->type == CFGT_SEC && i < opt->nvalues; i++) {
            if (take_error(opt->values[i]->section, err))
                return true;
        }
    }
    return false;
}

static cfg_opt_t *add_options(cfg_opt_t *out, const struct setting *settings)
{
    const cfg_opt_t one = CFG_STR_CB(NULL, NULL, CFGF_NODEFAULT, on_value);
    for (; settings->name != NULL; settings++, out++) {
        *out = one;
        out->name = settings->name;
        out->flags |= settings->is_list ? CFGF_LIST : 0;
    }
    return out;
}

static cfg_t *new_reader(const struct settings_form *form)
{
    cfg_opt_t options[DEPTH_MAX][OPTIONS_MAX];
    const cfg_opt_t end = CFG_END();
    const cfg_flag_t titled = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
    for (size_t i = 0; form != NULL; form = form->inner, i++) {
        cfg_opt_t *next = add_options(options[i], form->settings);
        if (form->inner != NULL)
            *next++ = (cfg_opt_t)CFG_SEC(form->inner->name, options[i + 1], titled);
        *next = end;
    }
    cfg_t *cfg = cfg_init(options[0], CFGF_NONE);
    if (cfg != NULL)
        cfg_set_error_function(cfg, on_error);
    return cfg;
}

static bool no_memory(struct settings_error *err)
{
    return settings_fail(err, 0, "out of memory");
}

static bool copy_value(struct settings *settings, const cfg_opt_t *opt,
                       struct settings_value *value, struct settings_error *err)
{
    value->line = (int)opt->def.number;
    value->n = opt->nvalues;
    value->texts = settings_keep(settings, value->n * sizeof *value->texts);
    for (size_t i = 0; value->texts != NULL && i < value->n; i++) {
        value->texts[i] = settings_keep_text(settings, "", 0, opt->values[i]->string);
        if (value->texts[i] == NULL)
            return no_memory(err);
    }
    return value->texts != NULL || no_memory(err);
}

static bool copy_values(struct settings *settings, const cfg_t *cfg, const struct setting *table,
                        struct settings_section *out, struct settings_error *err)
{
    size_t n = (size_t)cfg_numopts(cfg->opts);
    out->values = settings_keep(settings, n * sizeof *out->values);
    if (out->values == NULL)
        return no_memory(err);
    for (size_t i = 0; table[i].name != NULL; i++) {
        const cfg_opt_t *opt = &cfg->opts[i];
        bool is_empty = (opt->flags & CFGF_MODIFIED) != 0 && opt->nvalues == 0;
        if (is_empty && opt->def.number != 0)
            return settings_fail(err, 0, "%s is set twice", table[i].name);
        if (is_empty && table[i].min > 0)
            return settings_fail(err, 0, "%s is empty", table[i].name);
        if (opt->nvalues == 0)
            continue;
        struct settings_value *value = &out->values[out->n_values++];
        value->setting = &table[i];
        if (!copy_value(settings, opt, value, err))
            return false;
    }
    return true;
}

// copy_section copies what libConfuse has read: its memory is freed by the thread that reads, and
// the settings by any.
static bool copy_section(struct settings *settings, cfg_t *cfg, const struct settings_form *form,
                         struct settings_section *out, struct settings_error *err)
{
    const char *title = cfg_title(cfg) != NULL ? cfg_title(cfg) : "";
    const struct settings_form *inner = form->inner;
    out->kind = form->name;
    out->line = cfg->line;
    out->title = settings_keep_text(settings, "", 0, title);
    out->n_sections = inner != NULL ? cfg_size(cfg, inner->name) : 0;
    out->sections = settings_keep(settings, out->n_sections * sizeof *out->sections);
    if (out->title == NULL || out->sections == NULL)
        return no_memory(err);
    bool is_copied = copy_values(settings, cfg, form->settings, out, err);
    for (unsigned i = 0; is_copied && i < out->n_sections; i++)
        is_copied =
            copy_section(settings, cfg_getnsec(cfg, inner->name, i), inner, &out->sections[i], err);
    return is_copied;
}

// read_text parses a text that may be changed.
static bool read_text(cfg_t *cfg, char *text, enum settings_dialect dialect,
                      struct settings_error *err)
{
    struct cursor cursor = {text, 1, 0, dialect == SETTINGS_STRICT, err};
    while (*cursor.at != '\0') {
        if (!skip_token(&cursor))
            return false;
    }
    if (cfg_parse_buf(cfg, text) != CFG_SUCCESS)
        // Two failures have no text: a name that is "", and no memory.
        return !take_error(cfg, err) &&
               settings_fail(err, 0, "missing name of a setting, or out of memory");
    // libConfuse takes the end of the text for the end of all sections.
    return cursor.depth == 0 ||
           settings_fail(err, cursor.line, "missing } at the end of a section");
}

struct settings *settings_parse(const char *file, const char *text,
                                const struct settings_form *form, enum settings_dialect dialect,
                                struct settings_error *err)
{
    struct settings *settings = calloc(1, sizeof *settings);
    cfg_t *cfg = new_reader(form);
    char *copy = strdup(text);
    bool is_read = settings != NULL && cfg != NULL && copy != NULL &&
                   (settings->file = settings_keep_text(settings, "", 0, file)) != NULL;
    if (!is_read)
        no_memory(err);
    is_read = is_read && read_text(cfg, copy, dialect, err) &&
              copy_section(settings, cfg, form, &settings->root, err);
    free(copy);
    if (cfg != NULL)
        cfg_free(cfg);
    if (is_read)
        return settings;
    settings_free(settings);
    return NULL;
}

void settings_free(struct settings *settings)
{
    while (settings != NULL && settings->blocks != NULL) {
        struct settings_block *next = settings->blocks->next;
        free(settings->blocks);
        settings->blocks = next;
    }
    free(settings);
}

void *settings_keep(struct settings *settings, size_t size)
{
    struct settings_block *block = calloc(1, sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->next = settings->blocks;
    settings->blocks = block;
    return block->data;
}

char *settings_keep_text(struct settings *settings, const char *before, size_t len,
                         const char *text)
{
    char *out = settings_keep(settings, len + strlen(text) + 1);
    if (out == NULL)
        return NULL;
    memcpy(out, before, len);
    memcpy(out + len, text, strlen(text) + 1);
    return out;
}

static bool fill_one(struct settings *settings, const struct setting *setting, int line,
                     const char *text, void *member, struct settings_error *err)
{
    char why[400];
    bool is_valid = setting_read(setting, text, member, why, sizeof why);
    if (is_valid && setting->convert != NULL)
        is_valid = setting->convert(settings, member, why, sizeof why);
    return is_valid || settings_fail(err, line, "%s %s", setting->name, why);
}

static bool fill_list(struct settings *settings, const struct settings_value *value, char *out,
                      struct settings_error *err)
{
    const struct setting *setting = value->setting;
    const char **items = settings_keep(settings, value->n * sizeof *items);
    if (items == NULL)
        return no_memory(err);
    for (size_t i = 0; i < value->n; i++) {
        if (!fill_one(settings, setting, value->line, value->texts[i], &items[i], err))
            return false;
    }
    memcpy(out + setting->offset, &items, sizeof items);
    memcpy(out + setting->n_offset, &value->n, sizeof value->n);
    return true;
}

bool settings_fill(struct settings *settings, const struct settings_section *section,
                   const struct setting *table, void *out, struct settings_error *err)
{
    for (; table->name != NULL; table++) {
        const char *initial = table->initial;
        struct settings_value unset = {table, 0, &initial, initial != NULL};
        const struct settings_value *value = settings_find(section, table->name);
        if (value == NULL)
            value = &unset;
        bool is_filled = true;
        if (table->is_list)
            is_filled = fill_list(settings, value, out, err);
        else if (value->n > 0)
            is_filled = fill_one(settings, table, value->line, value->texts[0],
                                 (char *)out + table->offset, err);
        if (!is_filled)
            return false;
    }
    return true;
}

const struct settings_value *settings_find(const struct settings_section *section, const char *name)
{
    for (size_t i = 0; i < section->n_values; i++) {
        if (strcmp(section->values[i].setting->name, name) == 0)
            return &section->values[i];
    }
    return NULL;
}

int settings_line(const struct settings_section *section, const char *name)
{
    const struct settings_value *value = settings_find(section, name);
    return value != NULL ? value->line : section->line;
}
