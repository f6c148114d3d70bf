// SPDX-License-Identifier: MIT
//
// The parts that all sinks have in common, and the sink that writes JSON Lines.
#include "sink.h"

#include "program/report.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Colours are for terminals only, and only if the user has not turned them off
// (https://no-color.org).
static bool wants_color(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

struct sink sink_stdout(const struct sink_ops *ops)
{
    return (struct sink){.ops = ops, .out = stdout, .color = wants_color()};
}

void sink_begin(struct sink *sink, const struct heading *heading)
{
    sink->n_messages++;
    sink->ops->begin(sink, heading);
}

void sink_end(struct sink *sink)
{
    sink->ops->end(sink);
}

void sink_member(struct sink *sink, const char *key, json_t *value)
{
    sink->ops->member(sink, key, value);
    json_decref(value);
}

void sink_members(struct sink *sink, json_t *object)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        sink->ops->member(sink, json_object_iter_key(at), json_object_iter_value(at));
    json_decref(object);
}

void sink_item(struct sink *sink, json_t *value)
{
    sink->n_items++;
    sink->ops->item(sink, value);
    json_decref(value);
}

void sink_list_begin(struct sink *sink, const char *key, size_t n)
{
    sink->list_key = key;
    sink->list_len = n;
    sink->n_items = 0;
    sink->ops->list_begin(sink, key, n);
}

void sink_list_end(struct sink *sink)
{
    sink->ops->list_end(sink);
}

bool sink_broken(const struct sink *sink)
{
    return ferror(sink->out) != 0;
}

// Writes ASCII only, so that no C1 control character reaches a terminal.
static void json_write(struct sink *sink, json_t *value)
{
    if (json_dumpf(value, sink->out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII) != 0 &&
        !sink_broken(sink))
        die_no_memory();
}

static void json_member(struct sink *sink, const char *key, json_t *value)
{
    fprintf(sink->out, ",\"%s\":", key);
    json_write(sink, value);
}

static void json_begin(struct sink *sink, const struct heading *heading)
{
    json_t *file =
        value_text((struct oc_bytes){(const uint8_t *)heading->file, strlen(heading->file)});
    fputs("{\"file\":", sink->out);
    json_write(sink, file);
    json_decref(file);
    if (heading->block != 0)
        fprintf(sink->out, ",\"block\":%zu", heading->block);
    fprintf(sink->out, ",\"type\":\"%s\",\"octets\":%zu", heading->type, heading->octets);
}

static void json_list_begin(struct sink *sink, const char *key, size_t n)
{
    (void)n;
    fprintf(sink->out, ",\"%s\":[", key);
}

static void json_item(struct sink *sink, json_t *value)
{
    if (sink->n_items > 1)
        fputc(',', sink->out);
    json_write(sink, value);
}

static void json_list_end(struct sink *sink)
{
    fputc(']', sink->out);
}

static void json_end(struct sink *sink)
{
    fputs("}\n", sink->out);
}

const struct sink_ops json_sink = {
    .begin = json_begin,
    .member = json_member,
    .list_begin = json_list_begin,
    .item = json_item,
    .list_end = json_list_end,
    .end = json_end,
};
