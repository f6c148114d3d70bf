// SPDX-License-Identifier: MIT
//
// The interface of a source of statuses: a table of functions for each kind of store. One store
// object serves one issuer's certificates; several may share a database. store/open.h opens one.
//
// The responder only looks up, polls and saves answers; the commands also write. A function that a
// kind of store does not support is NULL: an index or a CRL has neither get_saved and put_saved nor
// begin and the functions that belong to it.
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/record.h"
#include "store/error.h"
#include "store/odd.h"

#include <ocsp/cert_id.h>

// enum store_mode is the purpose for which a store is opened.
enum store_mode {
    STORE_READ,   // for the responder, which also saves answers
    STORE_WRITE,  // for the commands
};

// struct changes receives what has changed: `changed` is called with one serial number, or with
// NULL if any certificate may have changed. `is_last` is set if the store will not be polled again.
struct changes {
    void (*changed)(void *arg, const struct oc_bytes *serial);
    void *arg;
    bool is_last;
};

// struct saved is a signed answer that is kept across restarts. It is usable only as long as the
// store still has `record` and `signer` still signs. `signer` is the SHA-256 of the signer's
// certificate.
struct saved {
    enum oc_hash hash;
    struct oc_bytes serial;
    struct record record;
    uint8_t signer[32];
    int64_t this_update;
    int64_t next_update;
    struct oc_bytes der;
};

// struct entry is one certificate in a list.
struct entry {
    struct oc_bytes serial;
    struct record record;
};

// struct position is how far an import has come: `offset` octets and `n_lines` lines of a file, of
// which `digest` is the SHA-256. The digest recognises the file when it is imported again, even
// under another name or after a correction further down.
struct position {
    int64_t offset;
    int64_t n_lines;
    uint8_t digest[32];
};

// struct source_state is the condition of a source, for the operator. Times are in seconds since
// 1970, and 0 if the source has none: a database and an index are always current.
//
// `begins` is before when nothing is answered, the latest thisUpdate; `this_update` is the oldest
// one, or, if an index cannot be read, when it last could be. `next_update` is when the first part
// of the source expires. `gap` says in a few words why serial numbers that the source does not list
// are answered tryLater, beyond times; NULL if they are not.
struct source_state {
    int64_t begins;
    int64_t this_update;
    int64_t next_update;
    const char *gap;
    size_t n_rows;
    size_t n_odd;        // rows of which something cannot be read
    size_t n_uncertain;  // those of them that may be revoked or not
};

struct store;

// struct store_methods is one kind of store. Each function gets the store it belongs to. Those that
// return bool return false on failure and then set `*err`; `err` may be NULL.
//
// look_up, get_saved: by any number of threads at once. The others: by one thread at a time.
struct store_methods {
    // look_up sets `*out`, on failure to RECORD_NONE. It waits at most some tenths of a second.
    // Between begin and commit it sees what was put.
    bool (*look_up)(struct store *store, struct oc_bytes serial, struct record *out,
                    struct store_error *err);

    // poll reports what has changed since the last call, including changes by other processes.
    // Changes that take long to find are reported by a later call, or as everything if there is no
    // later call. On failure the store keeps the statuses that it has read. It is made to be called
    // several times a second.
    bool (*poll)(struct store *store, const struct changes *changes, struct store_error *err);

    // get_saved finds the saved answer for a hash and serial number whose record is what the store
    // has now; its octets are in the `size` octets at `buf`, and `out->serial` is `serial`. Returns
    // false, with STORE_FAULT_NONE in `*err`, if there is no usable answer, too; `*out` is then all
    // zero, as on failure.
    bool (*get_saved)(struct store *store, enum oc_hash hash, struct oc_bytes serial, uint8_t *buf,
                      size_t size, struct saved *out, struct store_error *err);

    // put_saved saves `n` answers in one transaction and drops those that had expired when these
    // were made. It fails without saving any if the disk has little room left. It skips answers
    // whose record is no longer what the store has, and those about certificates that were never
    // issued, because there is no limit to such serial numbers.
    bool (*put_saved)(struct store *store, const struct saved *saved, size_t n,
                      struct store_error *err);

    // begin, put, remove and commit change certificates, all or none of them; rollback undoes them,
    // as does a commit that fails. A record that is put is RECORD_GOOD or RECORD_REVOKED. remove
    // makes a certificate "not issued" that is not revoked, and leaves any other as it is.
    bool (*begin)(struct store *store, struct store_error *err);
    bool (*put)(struct store *store, struct oc_bytes serial, const struct record *record,
                struct store_error *err);
    bool (*remove)(struct store *store, struct oc_bytes serial, struct store_error *err);
    bool (*commit)(struct store *store, struct store_error *err);
    void (*rollback)(struct store *store);

    // get_position finds how far the last import of a kind of file, for instance "csv", had come
    // if it stopped early; `out->offset` is 0 if it did not. put_position sets that, or forgets it
    // with an offset of 0. Call it between begin and commit, so that it is part of the transaction.
    bool (*get_position)(struct store *store, const char *kind, struct position *out,
                         struct store_error *err);
    bool (*put_position)(struct store *store, const char *kind, const struct position *position,
                         struct store_error *err);

    // list calls `each` for the certificates whose serial number comes after `after` in an order of
    // the store (an absent view: for all), until it returns false. With `revoked_only` it
    // skips those that are not revoked. On failure `each` may have been called already.
    bool (*list)(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg,
                 struct store_error *err);

    // inherit takes over from `before`, a store of the same kind and issuer that this one replaces,
    // what must not be forgotten. NULL for a kind that has no such thing. Nobody may poll either of
    // them meanwhile.
    void (*inherit)(struct store *store, struct store *before);

    // get_state fills `*out`. list_odd calls `each` for the odd rows of the source, until it
    // returns false; with `only_new` for those that it was not called for before. Both are NULL for
    // a database. By the thread that polls.
    void (*get_state)(struct store *store, struct source_state *out);
    void (*list_odd)(struct store *store, bool only_new,
                     bool (*each)(void *arg, const struct odd_row *row), void *arg);

    void (*close)(struct store *store);
};

// struct store is the first member of each kind's own structure.
struct store {
    const struct store_methods *methods;
};

#endif
