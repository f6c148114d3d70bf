// SPDX-License-Identifier: MIT
//
// One CRL (RFC 5280 5), complete, a part or a delta CRL: verified with the issuer's key and read
// into a table.
#ifndef STORE_CRL_PART_H
#define STORE_CRL_PART_H

#include "store/file.h"
#include "store/table.h"

#include <ocsp/crl.h>
#include <ocsp/issuer.h>

// struct crl_rules is what CRLs are verified against, and what the configuration accepts.
struct crl_rules {
    const struct oc_crypto *crypto;
    const struct oc_issuer *issuer;
    bool insecure_sha1;
    bool insecure_without_next_update;
};

// CRL_NO_END is the nextUpdate of a CRL without one.
#define CRL_NO_END INT64_MAX

// struct crl_number is the content of an INTEGER that is not negative; `len` is 0 if there is none.
struct crl_number {
    uint8_t octets[SERIAL_MAX];
    size_t len;
};

// crl_number_compare returns whether `a` is less than, equal to or greater than `b`, as memcmp()
// does. A number that is absent is less than all others.
int crl_number_compare(const struct crl_number *a, const struct crl_number *b);

// struct crl_part is one CRL. `digest` is the SHA-256 of the whole. `family` is the same for a CRL
// and the delta CRLs that update it: they have the same issuingDistributionPoint and
// authorityKeyIdentifier (RFC 5280 6.3.3 (c)). `scope` is the SHA-256 of the former, and
// `name` that of the distribution point in it.
//
// A row of `table` is a certificate that is revoked or, with the status RECORD_GOOD in a delta CRL,
// one that the delta CRL takes off hold (removeFromCRL).
struct crl_part {
    atomic_uint n_owners;
    bool is_delta;
    int64_t this_update;
    int64_t next_update;  // CRL_NO_END: none
    struct crl_number number;
    struct crl_number base_number;  // of a delta CRL
    bool has_scope;                 // issuingDistributionPoint is present
    bool has_name;                  // and names a distribution point
    bool only_user_certs;
    bool only_ca_certs;
    unsigned reasons;  // bits of ReasonFlags that it covers
    uint8_t digest[32];
    uint8_t scope[32];
    uint8_t name[32];
    uint8_t family[32];
    struct table *table;
    struct odd_list odd;
};

// CRL_ALL_REASONS is the bits of a CRL that covers all reasons: those of ReasonFlags (RFC 5280
// 4.2.1.13) that a certificate can be revoked for.
enum { CRL_ALL_REASONS = 0x1FE };

// crl_part_read reads a file with one CRL in DER, which a newline may follow, or in PEM. Returns
// NULL and sets `*err` if it is not a CRL of the issuer, is signed too weakly, is indirect, is
// about attribute certificates, or has a critical extension that is not understood. Whether it is
// current is not looked at. Rows of which something cannot be read count, and are in `odd`. A date
// that cannot be read is the moment when it was first read, `now`, or that of the table `before`,
// which may be NULL.
struct crl_part *crl_part_read(const struct crl_rules *rules, const struct table *before,
                               int64_t now, struct file_input *in, struct store_error *err);

// crl_part_hold adds an owner and returns `part`. crl_part_release removes one, and the last one
// frees it; NULL is allowed there.
struct crl_part *crl_part_hold(struct crl_part *part);
void crl_part_release(struct crl_part *part);

#endif
