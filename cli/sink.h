// SPDX-License-Identifier: MIT
//
// Sinks print descriptions: one message at a time, and its long lists one element at a time, so
// that a message with a million elements needs no more memory than one with two. There is a sink
// for programs (JSON) and one for people (text.h).
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// struct heading is what is known about a message before it is described. `block` is 0 for the only
// message of a file.
struct heading {
    const char *file;
    size_t block;
    const char *type;       // for programs, "response"
    const char *type_name;  // for people, "OCSP response"
    size_t octets;
};

struct sink;

// struct sink_ops is a kind of sink. A message is begin(), then any number of member() and of
// lists, then end(). A list is list_begin(), item() for each of its `n` elements, list_end().
// Values are borrowed.
struct sink_ops {
    bool is_text;  // for people
    void (*begin)(struct sink *sink, const struct heading *heading);
    void (*member)(struct sink *sink, const char *key, json_t *value);
    void (*list_begin)(struct sink *sink, const char *key, size_t n);
    void (*item)(struct sink *sink, json_t *value);
    void (*list_end)(struct sink *sink);
    void (*end)(struct sink *sink);
};

// struct sink is an open sink.
struct sink {
    const struct sink_ops *ops;
    FILE *out;
    bool color;
    size_t n_messages;     // so far
    const char *list_key;  // of the open list
    size_t list_len;
    size_t n_items;  // of that list so far
};

// json_sink writes JSON Lines.
extern const struct sink_ops json_sink;

// sink_stdout returns a sink to standard output, with colour if the terminal shows it.
struct sink sink_stdout(const struct sink_ops *ops);

// sink_begin and sink_end begin and end a message.
void sink_begin(struct sink *sink, const struct heading *heading);
void sink_end(struct sink *sink);

// sink_member and sink_item print a value and release it.
void sink_member(struct sink *sink, const char *key, json_t *value);
void sink_item(struct sink *sink, json_t *value);

// sink_members prints each member of an object and releases the object.
void sink_members(struct sink *sink, json_t *object);

// sink_list_begin and sink_list_end begin and end a list of `n` items.
void sink_list_begin(struct sink *sink, const char *key, size_t n);
void sink_list_end(struct sink *sink);

// sink_broken returns whether writing has failed, so that going on is pointless.
bool sink_broken(const struct sink *sink);

#endif
