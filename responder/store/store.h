// SPDX-License-Identifier: MIT
//
// Where statuses come from: a table of functions for each kind of store. One store object is one
// issuer's certificates; several may share a database.
//
// The responder only looks up, polls, and keeps answers; the commands write. Whatever a kind of
// store cannot do is NULL: an index or a CRL has neither get_saved and put_saved nor begin and
// what follows it.
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/record.h"
#include "config/config.h"

#include <ocsp/issuer.h>

// struct changes is told what has changed: one serial number, or, with NULL, maybe everything.
// `is_last` says that the store will not be polled again.
struct changes {
    void (*changed)(void *arg, const struct oc_bytes *serial);
    void *arg;
    bool is_last;
};

// struct saved is a signed answer that is kept over restarts. It is worth nothing unless `record`
// is still what the store says and `signer` still signs. `signer` is the SHA-256 of the signer's
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
// which `digest` is the SHA-256 up to there. What is imported again is known by that, whatever
// it is called and whatever has been mended behind.
struct position {
    int64_t offset;
    int64_t n_lines;
    uint8_t digest[32];
};

// enum store_fault says what kind of failure it was that a function of a store ended with.
enum store_fault {
    STORE_FAULT_NONE = 0,
    STORE_FAULT_BUSY,    // another process has locked it for too long: try again
    STORE_FAULT_ABSENT,  // there is no such file
    STORE_FAULT_DATA,    // the file is not what it should be
    STORE_FAULT_SYSTEM,  // the rest: a full disk, no rights, no memory
};

struct store;

// struct store_methods is one kind of store. Each function gets the store it belongs to.
//
// look_up, get_saved: by any number of threads at once. The others: by one thread at a time.
struct store_methods {
    const char *name;

    // look_up sets `*out`. Returns false, with RECORD_NONE, when the store cannot say now; waits
    // at most some tenths of a second. Between begin and commit it sees what was put.
    bool (*look_up)(struct store *store, struct oc_bytes serial, struct record *out);

    // poll tells what has changed since the last call, what others have changed included. What
    // takes long to find is told by a later call, or, by the last, as everything. Returns false
    // when the store cannot say; what is known then stays. Made to be called some times a second.
    bool (*poll)(struct store *store, const struct changes *changes);

    // get_saved finds a saved answer by hash and serial number whose record is what the store says
    // now; its octets are in the `size` octets at `buf`, and `out->serial` is `serial`. Returns
    // false when there is none. put_saved saves `n` of them in one transaction, and drops
    // what had ended before they were made; when little room is left, none. Left out are those
    // whose record is no longer what the store says, and those about what was never issued: there
    // are too many such numbers.
    bool (*get_saved)(struct store *store, enum oc_hash hash, struct oc_bytes serial, uint8_t *buf,
                      size_t size, struct saved *out);
    bool (*put_saved)(struct store *store, const struct saved *saved, size_t n);

    // begin, put and commit change certificates, all or none; rollback ends without, and so does
    // a commit that fails. What was issued stays so: a record is RECORD_GOOD or RECORD_REVOKED.
    bool (*begin)(struct store *store);
    bool (*put)(struct store *store, struct oc_bytes serial, const struct record *record);
    bool (*commit)(struct store *store);
    void (*rollback)(struct store *store);

    // get_position finds how far the last import of a kind of file, for instance "csv", had come
    // when it ended early; `out->offset` is 0 when it did not. put_position sets it, or, with an
    // offset of 0, forgets it; between begin and commit, so that it is right whatever happens.
    bool (*get_position)(struct store *store, const char *kind, struct position *out);
    bool (*put_position)(struct store *store, const char *kind, const struct position *position);

    // list calls `each` in the order of the octets of serial numbers, from behind `after` on (an
    // absent view: from the first), until it returns false. Without `revoked_only` it gives all
    // that are known. Returns false when the store cannot say; `each` may have been called then.
    bool (*list)(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg);

    // why tells, in words, what failed last in the calling thread; fault tells its kind.
    const char *(*why)(struct store *store);
    enum store_fault (*fault)(struct store *store);

    void (*close)(struct store *store);
};

// struct store is the beginning of each kind's own structure.
struct store {
    const struct store_methods *methods;
};

// enum store_mode says what a store is opened for.
enum store_mode {
    STORE_READ,   // by the responder, which also saves answers
    STORE_WRITE,  // by the commands
};

// store_open opens the store of an issuer by its configuration; `database` is that of the whole
// configuration. `issuer` must stay as long as the store. Returns NULL, and in the `size` octets
// at `why` the reason. Close it with store_close(); NULL is allowed there.
//
// A store that was opened and cannot be read any more is for its caller to keep: it answers again
// when it can. A database file that was replaced by another one is an exception: until it is
// opened anew, nothing is looked up.
struct store *store_open(const struct issuer_config *config, const char *database,
                         const struct oc_issuer *issuer, enum store_mode mode, char *why,
                         size_t size);
void store_close(struct store *store);

// store_open_fault tells of what kind the failure of the last store_open() or database_init() of
// the calling thread was.
enum store_fault store_open_fault(void);

#endif
