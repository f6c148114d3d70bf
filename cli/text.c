// SPDX-License-Identifier: MIT
//
// Descriptions for people. The JSON form is printed value by value: keys become labels, and small
// objects of a known shape become one line. Only the table of labels knows about OCSP.
#include "text.h"

#include "program/report.h"

#include <string.h>

enum { INDENT = 2, VALUE_COLUMN = 26, DUMP_WIDTH = 16, SHORT_OCTETS = 16, LONG_HEX = 128 };

// How a value is printed. STYLE_PLAIN is the value after its label.
enum style {
    STYLE_PLAIN = 0,
    STYLE_FLAT,    // an object whose members take its place
    STYLE_JOINED,  // a list on one line
    STYLE_SHORT,   // the number of octets and the first of them
    STYLE_DUMP,    // all octets, in lines
    STYLE_STATUS,  // with a colour
    STYLE_IF_SO,   // an exceptional boolean, printed only if true
    STYLE_GIVEN,   // a value that is null if it cannot be read
};

static const struct style_entry {
    const char *key;
    enum style style;
    const char *label;
    bool show_empty;
} styles[] = {
    {.key = "ca", .label = "CA"},
    {.key = "cert_id", .style = STYLE_FLAT},
    {.key = "der", .style = STYLE_DUMP, .label = "DER"},
    {.key = "deviations", .style = STYLE_JOINED},
    {.key = "error", .label = "Unreadable"},
    {.key = "dns", .label = "DNS name"},
    {.key = "has_unreadable_extensions", .style = STYLE_IF_SO, .label = "Unreadable extensions"},
    {.key = "has_unread_critical", .style = STYLE_IF_SO, .label = "Other critical parts"},
    {.key = "indirect_crl", .style = STYLE_IF_SO, .label = "Indirect CRL"},
    {.key = "ip", .label = "IP address"},
    {.key = "key_usage", .style = STYLE_JOINED},
    {.key = "must_staple_v2", .style = STYLE_IF_SO},
    {.key = "ocsp_addresses", .label = "OCSP addresses", .show_empty = true},
    {.key = "ocsp_nocheck", .style = STYLE_IF_SO, .label = "OCSP no check"},
    {.key = "ocsp_signing", .label = "OCSP signing"},
    {.key = "only_attribute_certs", .style = STYLE_IF_SO},
    {.key = "only_ca_certs", .style = STYLE_IF_SO, .label = "Only CA certs"},
    {.key = "only_some_reasons", .style = STYLE_JOINED},
    {.key = "only_user_certs", .style = STYLE_IF_SO},
    {.key = "public_key", .style = STYLE_SHORT},
    {.key = "registered_id", .label = "Registered ID"},
    {.key = "requests", .show_empty = true},
    {.key = "response", .style = STYLE_DUMP},
    {.key = "responses", .show_empty = true},
    {.key = "revocations", .show_empty = true},
    {.key = "revocation_time", .style = STYLE_GIVEN},
    {.key = "signature", .style = STYLE_SHORT},
    {.key = "signer_needs_check", .label = "Signer's certificate"},
    {.key = "status", .style = STYLE_STATUS},
    {.key = "subject_key_id", .label = "Subject key ID"},
    {.key = "authority_key_id", .label = "Authority key ID"},
    {.key = "tbs_signature_algorithm", .label = "Algorithm inside"},
    {.key = "uri", .label = "URI"},
    {.key = "url", .label = "URL"},
    {.key = "verdict", .style = STYLE_STATUS},
};

// The colours of a status. Any other status is an error.
static const struct {
    const char *status;
    const char *color;
} colors[] = {
    {"good", "\033[32m"},
    {"revoked", "\033[31m"},
    {"unknown", "\033[33m"},
    {"successful", ""},
};

static const char error_color[] = "\033[31m";
static const char no_color[] = "\033[0m";

static void print_member(struct sink *sink, size_t depth, const char *key, json_t *value);

static struct style_entry style_of(const char *key)
{
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        if (strcmp(styles[i].key, key) == 0)
            return styles[i];
    }
    return (struct style_entry){.key = key};
}

// "this_update" is "This update".
static size_t label_of(char *out, size_t size, const char *key)
{
    const char *label = style_of(key).label;
    snprintf(out, size, "%s", label != NULL ? label : key);
    if (label == NULL && out[0] >= 'a' && out[0] <= 'z')
        out[0] = (char)(out[0] - 'a' + 'A');
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '_')
            *c = ' ';
    }
    return strlen(out);
}

static void print_label(struct sink *sink, size_t depth, const char *label)
{
    int indent = (int)(depth * INDENT);
    fprintf(sink->out, "%*s%-*s", indent, "", VALUE_COLUMN - indent - 1, label);
    fputc(' ', sink->out);
}

static void print_key(struct sink *sink, size_t depth, const char *key)
{
    char label[64];
    label_of(label, sizeof label, key);
    print_label(sink, depth, label);
}

static void print_string(struct sink *sink, json_t *string)
{
    print_escaped(sink->out, json_string_value(string), json_string_length(string));
}

static json_t *member(json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static void print_scalar(struct sink *sink, json_t *value)
{
    if (json_is_string(value) && json_string_length(value) == 0)
        fputs("(empty)", sink->out);
    else if (json_is_string(value))
        print_string(sink, value);
    else if (json_is_integer(value))
        fprintf(sink->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_null(value))
        fputs("not given", sink->out);
    else
        fputs(json_is_true(value) ? "yes" : "no", sink->out);
}

// NULL parameters are usual and not printed.
static void print_oid(struct sink *sink, json_t *value)
{
    json_t *name = member(value, "name");
    json_t *parameters = member(value, "parameters");
    json_t *curve = member(value, "parameters_oid");
    if (name != NULL) {
        print_string(sink, name);
        fputs(" (", sink->out);
    }
    print_string(sink, member(value, "oid"));
    fputs(name != NULL ? ")" : "", sink->out);
    if (curve != NULL) {
        fputs(", ", sink->out);
        print_oid(sink, curve);
    } else if (parameters != NULL && strcmp(json_string_value(parameters), "0500") != 0) {
        fputs(", parameters ", sink->out);
        print_string(sink, parameters);
    }
}

static void print_number(struct sink *sink, json_t *value)
{
    const char *hex = json_string_value(member(value, "hex"));
    json_t *decimal = member(value, "decimal");
    fprintf(sink->out, "%s0x%s", hex[0] == '-' ? "-" : "", hex + (hex[0] == '-'));
    if (decimal == NULL)
        return;
    fputs(" (decimal ", sink->out);
    print_string(sink, decimal);
    fputc(')', sink->out);
}

static void print_reason(struct sink *sink, json_t *value)
{
    print_string(sink, member(value, "name"));
    fprintf(sink->out, " (%" JSON_INTEGER_FORMAT ")", json_integer_value(member(value, "code")));
}

static void print_general_name(struct sink *sink, json_t *value)
{
    char label[64];
    label_of(label, sizeof label, json_string_value(member(value, "kind")));
    fprintf(sink->out, "%s: ", label);
    print_scalar(sink, member(value, "value"));
}

static void print_access(struct sink *sink, json_t *value)
{
    print_oid(sink, member(value, "method"));
    fputs(" at ", sink->out);
    print_general_name(sink, member(value, "location"));
}

// Prints the outcome of a check: "not-reached" as words, a failure in capitals.
static void print_outcome(struct sink *sink, json_t *value)
{
    const char *outcome = json_string_value(member(value, "outcome"));
    json_t *what = member(value, "what");
    if (strcmp(outcome, "failed") == 0)
        outcome = "FAILED";
    for (; *outcome != '\0'; outcome++)
        fputc(*outcome == '-' ? ' ' : *outcome, sink->out);
    if (what == NULL)
        return;
    fputs(": ", sink->out);
    print_string(sink, what);
}

static void print_error(struct sink *sink, json_t *value)
{
    fprintf(sink->out, "byte %" JSON_INTEGER_FORMAT ": ",
            json_integer_value(member(value, "offset")));
    print_string(sink, member(value, "what"));
}

// Objects that fit on one line, and the member by which each is recognised.
static const struct {
    const char *key;
    void (*print)(struct sink *sink, json_t *value);
} lines[] = {
    {"hex", print_number},    {"code", print_reason},     {"kind", print_general_name},
    {"method", print_access}, {"outcome", print_outcome}, {"what", print_error},
    {"oid", print_oid},
};

static bool is_extension(json_t *value)
{
    return json_is_object(value) && member(value, "critical") != NULL;
}

static void (*line_printer(json_t *value))(struct sink *, json_t *)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (member(value, lines[i].key) != NULL)
            return lines[i].print;
    }
    return NULL;
}

// A group needs more than one line.
static bool is_group(json_t *value)
{
    if (json_is_object(value))
        return is_extension(value) || line_printer(value) == NULL;
    return json_is_array(value);
}

static void print_short(struct sink *sink, json_t *hex)
{
    size_t octets = json_string_length(hex) / 2;
    fprintf(sink->out, "%zu bytes", octets);
    if (octets == 0)
        return;
    fprintf(sink->out, ", %.*s%s", 2 * SHORT_OCTETS, json_string_value(hex),
            octets > SHORT_OCTETS ? "..." : "");
}

static void print_status(struct sink *sink, json_t *value)
{
    const char *color = error_color;
    // The first word is the status; a verdict may have more words.
    size_t len = strcspn(json_string_value(value), " ");
    for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++) {
        if (strlen(colors[i].status) == len &&
            memcmp(colors[i].status, json_string_value(value), len) == 0)
            color = colors[i].color;
    }
    bool colored = sink->color && color[0] != '\0';
    fputs(colored ? color : "", sink->out);
    print_string(sink, value);
    fputs(colored ? no_color : "", sink->out);
}

static void print_line(struct sink *sink, enum style style, json_t *value)
{
    if (style == STYLE_SHORT)
        print_short(sink, value);
    else if (style == STYLE_STATUS)
        print_status(sink, value);
    else if (style == STYLE_GIVEN && json_is_null(value))
        fputs("unreadable", sink->out);
    else if (json_is_object(value))
        line_printer(value)(sink, value);
    else
        print_scalar(sink, value);
    fputc('\n', sink->out);
}

static unsigned digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void print_dump_line(struct sink *sink, size_t depth, const char *hex, size_t octets)
{
    fprintf(sink->out, "%*s", (int)(depth * INDENT), "");
    for (size_t i = 0; i < DUMP_WIDTH; i++)
        fprintf(sink->out, "%.2s ", i < octets ? hex + 2 * i : "  ");
    fputs(" |", sink->out);
    for (size_t i = 0; i < octets; i++) {
        unsigned c = digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]);
        fputc(c >= 0x20 && c < 0x7F ? (int)c : '.', sink->out);
    }
    fputs("|\n", sink->out);
}

static void print_dump(struct sink *sink, size_t depth, const char *key, json_t *value)
{
    const char *hex = json_string_value(value);
    size_t octets = json_string_length(value) / 2;
    print_key(sink, depth, key);
    fprintf(sink->out, "%zu byte%s\n", octets, octets == 1 ? "" : "s");
    for (size_t at = 0; at < octets; at += DUMP_WIDTH) {
        size_t n = octets - at < DUMP_WIDTH ? octets - at : DUMP_WIDTH;
        print_dump_line(sink, depth + 1, hex + 2 * at, n);
    }
}

static void print_members(struct sink *sink, size_t depth, json_t *object)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        print_member(sink, depth, json_object_iter_key(at), json_object_iter_value(at));
}

// A value from a message is dumped if it is of an unknown kind or long.
static bool is_dumped(json_t *name, json_t *value)
{
    if (!json_is_string(value))
        return false;
    const char *text = json_string_value(value);
    bool is_hex = strspn(text, "0123456789abcdef") == json_string_length(value);
    return is_hex && (strcmp(json_string_value(name), "other") == 0 || strlen(text) > LONG_HEX);
}

static void print_extension(struct sink *sink, size_t depth, json_t *extension)
{
    json_t *name = member(extension, "name");
    print_label(sink, depth, "Extension");
    print_oid(sink, extension);
    fputs(json_is_true(member(extension, "critical")) ? ", critical\n" : "\n", sink->out);
    for (void *at = json_object_iter(extension); at != NULL;
         at = json_object_iter_next(extension, at)) {
        const char *key = json_object_iter_key(at);
        json_t *value = json_object_iter_value(at);
        if (strcmp(key, "name") == 0 || strcmp(key, "oid") == 0 || strcmp(key, "critical") == 0)
            continue;
        if (is_dumped(name, value))
            print_dump(sink, depth + 1, key, value);
        else
            print_member(sink, depth + 1, key, value);
    }
}

// Prints element `i` of `n`, counted from 1: "Responses" becomes "Response 1 of 2".
static void print_group_item(struct sink *sink, size_t depth, const char *key, size_t i, size_t n,
                             json_t *item)
{
    if (is_extension(item)) {
        print_extension(sink, depth, item);
        return;
    }
    char label[64];
    size_t len = label_of(label, sizeof label, key);
    if (len > 0 && label[len - 1] == 's')
        label[len - 1] = '\0';
    fprintf(sink->out, "%*s%s %zu of %zu\n", (int)(depth * INDENT), "", label, i, n);
    print_members(sink, depth + 1, item);
}

static void print_none(struct sink *sink, size_t depth, const char *key)
{
    if (!style_of(key).show_empty)
        return;
    print_key(sink, depth, key);
    fputs("none\n", sink->out);
}

static void print_joined(struct sink *sink, size_t depth, const char *key, json_t *array)
{
    print_key(sink, depth, key);
    for (size_t i = 0; i < json_array_size(array); i++) {
        fputs(i == 0 ? "" : ", ", sink->out);
        print_scalar(sink, json_array_get(array, i));
    }
    fputc('\n', sink->out);
}

static void print_array(struct sink *sink, size_t depth, const char *key, json_t *array)
{
    size_t n = json_array_size(array);
    if (n == 0) {
        print_none(sink, depth, key);
        return;
    }
    if (style_of(key).style == STYLE_JOINED) {
        print_joined(sink, depth, key, array);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(array, i);
        if (is_group(item)) {
            print_group_item(sink, depth, key, i + 1, n, item);
            continue;
        }
        print_key(sink, depth, i == 0 ? key : "");
        print_line(sink, STYLE_PLAIN, item);
    }
}

static void print_member(struct sink *sink, size_t depth, const char *key, json_t *value)
{
    enum style style = style_of(key).style;
    // "signature" is octets in a message, but the outcome of a check in a verdict.
    if (json_is_object(value) && style != STYLE_FLAT)
        style = STYLE_PLAIN;
    if (style == STYLE_IF_SO && !json_is_true(value))
        return;
    if (json_is_array(value)) {
        print_array(sink, depth, key, value);
    } else if (style == STYLE_FLAT) {
        print_members(sink, depth, value);
    } else if (style == STYLE_DUMP) {
        print_dump(sink, depth, key, value);
    } else if (is_group(value)) {
        char label[64];
        label_of(label, sizeof label, key);
        fprintf(sink->out, "%*s%s\n", (int)(depth * INDENT), "", label);
        print_members(sink, depth + 1, value);
    } else {
        print_key(sink, depth, key);
        print_line(sink, style, value);
    }
}

static void text_begin(struct sink *sink, const struct heading *heading)
{
    if (sink->n_messages > 1)
        fputc('\n', sink->out);
    print_escaped(sink->out, heading->file, strlen(heading->file));
    if (heading->block != 0)
        fprintf(sink->out, ": block %zu", heading->block);
    fprintf(sink->out, ": %s, %zu bytes\n", heading->type_name, heading->octets);
}

static void text_member(struct sink *sink, const char *key, json_t *value)
{
    print_member(sink, 1, key, value);
}

static void text_list_begin(struct sink *sink, const char *key, size_t n)
{
    if (n == 0)
        print_none(sink, 1, key);
}

static void text_item(struct sink *sink, json_t *value)
{
    print_group_item(sink, 1, sink->list_key, sink->n_items, sink->list_len, value);
}

static void text_nothing(struct sink *sink)
{
    (void)sink;
}

const struct sink_ops text_sink = {
    .is_text = true,
    .begin = text_begin,
    .member = text_member,
    .list_begin = text_list_begin,
    .item = text_item,
    .list_end = text_nothing,
    .end = text_nothing,
};
