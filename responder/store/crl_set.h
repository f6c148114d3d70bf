// SPDX-License-Identifier: MIT
//
// Several CRLs of one issuer, and what they say together. A request has only a serial number, which
// says neither to which part of a divided CRL a certificate belongs, nor whether it is a CA's; so
// all of them are asked (RFC 5280 5.2.4, 5.2.5, 6.3.3).
#ifndef STORE_CRL_SET_H
#define STORE_CRL_SET_H

#include "store/crl_part.h"

// struct crl_set is the CRLs, complete ones and delta CRLs. `absent` is the status of a serial
// number that no CRL lists if together they list all that are revoked. The operator may have
// declared that they do (`is_declared`), and that the issuer issues no CA certificates
// (`has_only_user_certs`). `is_overfull`: there was no room for a delta CRL that counts. `gap` says
// in a few words what is missing, or is NULL.
struct crl_set {
    struct crl_part **parts;
    size_t n;
    enum record_status absent;
    bool is_declared;
    bool has_only_user_certs;
    bool is_overfull;
    const char *gap;
};

// crl_set_arrange sorts the CRLs and sets `gap`, whenever `parts` have changed.
void crl_set_arrange(struct crl_set *set);

// crl_set_find sets `*out` to what the CRLs say at `now`:
//
// - revoked, if one of them lists the number. Those that are current at `now` count before those
//   that are not. With several, the earliest date counts. A delta CRL changes what the CRL that it
//   updates says: it takes off hold, and nothing else.
// - `absent`, if none lists it, and all that are needed are there.
// - RECORD_UNCERTAIN otherwise.
//
// The times are those of the CRLs that the answer rests on: the oldest thisUpdate and the earliest
// nextUpdate; of a CRL and its delta CRL, the thisUpdate of the delta CRL. If they are not valid at
// `now`, there is no answer.
void crl_set_find(const struct crl_set *set, int64_t now, struct oc_bytes serial,
                  struct record *out);

// crl_set_list lists each serial number that is revoked, as `list` of struct store_methods does.
void crl_set_list(const struct crl_set *set, int64_t now, struct oc_bytes after,
                  bool (*each)(void *arg, const struct entry *entry), void *arg);

// crl_set_state fills `*out` apart from what odd rows there are.
void crl_set_state(const struct crl_set *set, struct source_state *out);

// crl_set_base returns the complete CRL with the family of `delta` that has the greatest number;
// NULL if there is none.
const struct crl_part *crl_set_base(const struct crl_set *set, const struct crl_part *delta);

#endif
