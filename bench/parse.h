// SPDX-License-Identifier: MIT
//
// The rows that parse: a request, two responses, long lists.
#ifndef BENCH_PARSE_H
#define BENCH_PARSE_H

#include "measure.h"
#include "samples.h"
#include "walk.h"

#include <ocsp/response.h>

enum { FACTS_LEN = 1024 };

// A message that is parsed. Every subject writes what it read to `facts` as text when
// that is not NULL: once, to compare them, and never while they are measured.
struct message {
    struct oc_bytes der;
    struct walk walk;
    char *facts;
};

struct parse_inputs {
    struct message request;
    struct message plain;
    struct message delegated;
    struct message lists[N_LISTS];
};

enum { N_PARSE_ROWS = 4 };

// parse_rows fills the rows; they point into `inputs`.
void parse_rows(struct row rows[N_PARSE_ROWS], struct parse_inputs *inputs,
                const struct samples *samples);

// parse_check exits unless all subjects of all rows read the same.
void parse_check(const struct row rows[N_PARSE_ROWS], struct parse_inputs *inputs);

// The values that a row reads. Enumerations are those of libocsp.
struct facts {
    enum oc_hash hash;
    struct oc_bytes name_hash;
    struct oc_bytes key_hash;
    struct oc_bytes serial;
    enum oc_response_status response_status;
    enum oc_cert_status cert_status;
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update;
};

void facts_write(const struct facts *facts, char text[FACTS_LEN]);

// The subjects, one file for each peer.
void request_ours(const void *input, size_t n);
void request_libcrypto(const void *input, size_t n);
void request_gnutls(const void *input, size_t n);
void response_ours(const void *input, size_t n);
void response_libcrypto(const void *input, size_t n);
void response_gnutls(const void *input, size_t n);
void list_ours(const void *input, size_t n);
void floor_walk(const void *input, size_t n);

#endif
