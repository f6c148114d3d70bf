// SPDX-License-Identifier: MIT
//
// The rows that parse, and the comparison of the values that their subjects read.
#include "parse.h"

#include <stdio.h>
#include <string.h>

static void write_hex(struct oc_bytes octets, char **text, const char *end)
{
    for (size_t i = 0; i < octets.len && *text + 3 <= end; i++)
        *text += snprintf(*text, 3, "%02x", octets.data[i]);
    *text += snprintf(*text, (size_t)(end - *text), " ");
}

// One library returns an INTEGER as it is in the message, another as a magnitude.
static struct oc_bytes magnitude(struct oc_bytes serial)
{
    while (serial.len > 1 && serial.data[0] == 0)
        serial = (struct oc_bytes){serial.data + 1, serial.len - 1};
    return serial;
}

void facts_write(const struct facts *facts, char text[FACTS_LEN])
{
    const char *end = text + FACTS_LEN;
    text += snprintf(text, FACTS_LEN, "hash %d, status %d, %d, times %lld %lld %lld, ",
                     (int)facts->hash, (int)facts->response_status, (int)facts->cert_status,
                     (long long)facts->produced_at, (long long)facts->this_update,
                     (long long)facts->next_update);
    write_hex(facts->name_hash, &text, end);
    write_hex(facts->key_hash, &text, end);
    write_hex(magnitude(facts->serial), &text, end);
}

void floor_walk(const void *input, size_t n)
{
    const struct message *message = input;
    for (size_t i = 0; i < n; i++) {
        size_t elements = walk(&message->walk);
        if (elements == 0)
            die("the walk does not reach the end");
        observe(&elements);
    }
}

static void init_message(struct message *message, struct oc_bytes der)
{
    message->der = der;
    message->facts = NULL;
    walk_init(&message->walk, der);
}

static struct row response_row(const char *name, const struct message *message, double times)
{
    return (struct row){
        .name = name,
        .unit = "ns",
        .octets = message->der.len,
        .n = 4,
        .subjects = {{"libocsp", response_ours, message, 1, BAR_NONE, 0},
                     {"libcrypto", response_libcrypto, message, 1, BAR_TIMES_FASTER, times},
                     {"GnuTLS", response_gnutls, message, 1, BAR_NONE, 0},
                     {"floor: the walk", floor_walk, message, 1, BAR_OF_FLOOR, 2}},
    };
}

static struct row request_row(const struct message *message)
{
    return (struct row){
        .name = "parse a request and read its cert ID",
        .unit = "ns",
        .octets = message->der.len,
        .n = 4,
        .subjects = {{"libocsp", request_ours, message, 1, BAR_NONE, 0},
                     {"libcrypto", request_libcrypto, message, 1, BAR_TIMES_FASTER, 30},
                     {"GnuTLS", request_gnutls, message, 1, BAR_NONE, 0},
                     {"floor: the walk", floor_walk, message, 1, BAR_OF_FLOOR, 2}},
    };
}

static struct row list_row(const struct message lists[N_LISTS])
{
    static const char *const names[N_LISTS] = {"1", "10", "1,000", "100,000"};
    struct row row = {
        .name = "parse and walk a response with so many single responses, for each octet",
        .unit = "ns",
        .n = N_LISTS,
    };
    for (size_t i = 0; i < N_LISTS; i++)
        row.subjects[i] = (struct subject){names[i],         list_ours,       &lists[i],
                                           lists[i].der.len, BAR_OF_SMALLEST, 1.3};
    return row;
}

void parse_rows(struct row rows[N_PARSE_ROWS], struct parse_inputs *inputs,
                const struct samples *samples)
{
    init_message(&inputs->request, samples->request);
    init_message(&inputs->plain, samples->plain);
    init_message(&inputs->delegated, samples->delegated);
    for (size_t i = 0; i < N_LISTS; i++)
        init_message(&inputs->lists[i], samples->lists[i]);
    rows[0] = request_row(&inputs->request);
    rows[1] = response_row("parse a response without certificates, read status and times",
                           &inputs->plain, 30);
    rows[2] = response_row("parse a response with a P-256 delegate's certificate, read the same",
                           &inputs->delegated, 500);
    rows[3] = list_row(inputs->lists);
}

static void check_row(const struct row *row, struct message *message)
{
    char ours[FACTS_LEN];
    char theirs[FACTS_LEN];
    message->facts = ours;
    row->subjects[0].run(message, 1);
    for (size_t i = 1; i < row->n; i++) {
        if (row->subjects[i].run == floor_walk)
            continue;
        memset(theirs, 0, sizeof theirs);
        message->facts = theirs;
        row->subjects[i].run(message, 1);
        if (strcmp(ours, theirs) == 0)
            continue;
        fprintf(stderr, "libocsp: %s\n%s: %s\n", ours, row->subjects[i].name, theirs);
        die("two libraries read different values");
    }
    message->facts = NULL;
}

void parse_check(const struct row rows[N_PARSE_ROWS], struct parse_inputs *inputs)
{
    check_row(&rows[0], &inputs->request);
    check_row(&rows[1], &inputs->plain);
    check_row(&rows[2], &inputs->delegated);
    for (size_t i = 0; i < N_LISTS; i++)
        list_ours(&inputs->lists[i], 1);
}
