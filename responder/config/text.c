// SPDX-License-Identifier: MIT
//
// The text of the configuration before libConfuse sees it. Comments are taken out, because it
// counts their lines wrongly; what its lexer would drop without a word, or never find its way out
// of, is refused.
#include "config/parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

// struct cursor is a place in the text.
struct cursor {
    struct scan *scan;
    char *at;
    int line;
};

// blank overwrites the comment up to `end`, but not the ends of its lines.
static void blank(struct cursor *cursor, const char *end)
{
    for (; cursor->at < end; cursor->at++) {
        if (*cursor->at == '\n')
            cursor->line++;
        else
            *cursor->at = ' ';
    }
}

static bool skip_block(struct cursor *cursor)
{
    const char *end = strstr(cursor->at + 2, "*/");
    if (end == NULL)
        return scan_fail(cursor->scan, cursor->line, "a comment has no end");
    blank(cursor, end + 2);
    return true;
}

static bool skip_line(struct cursor *cursor)
{
    blank(cursor, cursor->at + strcspn(cursor->at, "\n"));
    return true;
}

// libConfuse replaces ${NAME} by nothing if there is no such thing: `user = "${USER_OF_OCSPD}"`
// would be nobody at all.
static bool check_variable(const struct cursor *cursor)
{
    char name[64];
    const char *begin = cursor->at + 2;
    size_t len = 0;
    while (isalnum((unsigned char)begin[len]) || begin[len] == '_')
        len++;
    if (len == 0 || len >= sizeof name || begin[len] != '}')
        return scan_fail(cursor->scan, cursor->line,
                         "between ${ and } stands the name of a variable; in single quotes "
                         "nothing is replaced");
    memcpy(name, begin, len);
    name[len] = '\0';
    const char *value = getenv(name);
    if (value != NULL && value[0] != '\0')
        return true;
    return scan_fail(cursor->scan, cursor->line, "${%s}: the environment has %s %s", name,
                     value == NULL ? "no" : "nothing in", name);
}

// skip_quoted passes over a text in quotes, which must end on its line. Behind a backslash stands
// a quote or a backslash.
static bool skip_quoted(struct cursor *cursor)
{
    char quote = *cursor->at++;
    for (; *cursor->at != quote; cursor->at++) {
        if (*cursor->at == '\0' || *cursor->at == '\n')
            return scan_fail(cursor->scan, cursor->line, "a quote has no end");
        if (quote == '"' && strncmp(cursor->at, "${", 2) == 0 && !check_variable(cursor))
            return false;
        if (*cursor->at != '\\')
            continue;
        cursor->at++;
        if (*cursor->at != quote && *cursor->at != '\\')
            return scan_fail(cursor->scan, cursor->line,
                             "a backslash in quotes is for a quote or a backslash");
    }
    cursor->at++;
    return true;
}

// In the middle of a word, as in http://host, slashes are no comment.
static bool begins_word(const char *text, const char *at)
{
    return at == text || strchr(" \t\r\n={}(),", at[-1]) != NULL;
}

static bool skip_plain(struct cursor *cursor)
{
    char c = *cursor->at;
    if (c == '*' || c == '$' || (c == '+' && cursor->at[1] != '='))
        return scan_fail(cursor->scan, cursor->line, "%c must stand in quotes", c);
    if (((unsigned char)c < 0x20 && strchr("\t\r\n", c) == NULL) || c == 0x7f)
        return scan_fail(cursor->scan, cursor->line, "a control character");
    if (c == '\n')
        cursor->line++;
    cursor->at++;
    return true;
}

bool text_prepare(struct scan *scan, char *text)
{
    struct cursor cursor = {.scan = scan, .at = text, .line = 1};
    bool is_well = true;
    while (is_well && *cursor.at != '\0') {
        const char *at = cursor.at;
        bool is_slash = *at == '/' && begins_word(text, at);
        if (*at == '#' || (is_slash && at[1] == '/'))
            is_well = skip_line(&cursor);
        else if (is_slash && at[1] == '*')
            is_well = skip_block(&cursor);
        else if (*at == '"' || *at == '\'')
            is_well = skip_quoted(&cursor);
        else
            is_well = skip_plain(&cursor);
    }
    scan->n_lines = cursor.line;
    return is_well;
}
