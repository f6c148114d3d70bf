// SPDX-License-Identifier: MIT
//
// The CRLs are sorted by family, so that a complete CRL comes before the delta CRLs that update
// it, and these by number. A run of one family is asked as one CRL.
#include "store/crl_set.h"

#include <stdlib.h>
#include <string.h>

// struct family is the CRLs of one family: complete ones and then delta CRLs. There may be several
// complete ones, of which the last one has the greatest number.
struct family {
    struct crl_part *const *parts;
    size_t n_bases;
    size_t n;
};

// struct span is the thisUpdate and nextUpdate that an answer has.
struct span {
    int64_t this_update;
    int64_t next_update;
};

static bool is_valid(const struct span *span, int64_t now)
{
    return span->this_update <= now && now < span->next_update;
}

static struct span span_of(const struct crl_part *part)
{
    return (struct span){part->this_update, part->next_update};
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct span overlap(struct span a, struct span b)
{
    return (struct span){earlier(a.this_update, b.this_update),
                         earlier(a.next_update, b.next_update)};
}

static int compare_parts(const void *a, const void *b)
{
    const struct crl_part *one = *(struct crl_part *const *)a;
    const struct crl_part *other = *(struct crl_part *const *)b;
    int order = memcmp(one->family, other->family, sizeof one->family);
    if (order == 0)
        order = one->is_delta - other->is_delta;
    if (order == 0)
        order = crl_number_compare(&one->number, &other->number);
    if (order != 0)
        return order;
    return (one->this_update > other->this_update) - (one->this_update < other->this_update);
}

// Gives the family that begins at `*at`, and moves `*at` behind it.
static bool next_family(const struct crl_set *set, size_t *at, struct family *out)
{
    if (*at == set->n)
        return false;
    *out = (struct family){.parts = set->parts + *at};
    for (; *at < set->n; (*at)++, out->n++) {
        const struct crl_part *part = set->parts[*at];
        if (memcmp(part->family, out->parts[0]->family, sizeof part->family) != 0)
            break;
        out->n_bases += !part->is_delta;
    }
    return true;
}

static const struct crl_part *base_of(const struct family *family)
{
    return family->n_bases == 0 ? NULL : family->parts[family->n_bases - 1];
}

// A delta CRL counts until there is a complete CRL with at least its number (RFC 5280 5.2.4).
static bool is_superseded(const struct family *family, const struct crl_part *delta)
{
    const struct crl_part *base = base_of(family);
    return base != NULL && crl_number_compare(&base->number, &delta->number) >= 0;
}

// RFC 5280 5.2.4 (c): the complete CRL must not be older than the one that the delta CRL starts
// from.
static bool fits(const struct family *family, const struct crl_part *delta)
{
    const struct crl_part *base = base_of(family);
    return base != NULL && crl_number_compare(&base->number, &delta->base_number) >= 0;
}

// Returns whether a later delta CRL makes the one at `i` unnecessary, but for what only that one
// revokes.
static bool is_outdated(const struct family *family, size_t i)
{
    for (size_t k = family->n - 1; k > i && k >= family->n_bases; k--) {
        if (fits(family, family->parts[k]) &&
            crl_number_compare(&family->parts[k]->number, &family->parts[i]->number) > 0)
            return true;
    }
    return false;
}

// Gaps

static const char *gap_of_family(const struct family *family)
{
    if (family->n_bases == 0)
        return "a delta CRL without its complete CRL";
    for (size_t i = family->n_bases; i < family->n; i++) {
        const struct crl_part *delta = family->parts[i];
        if (!is_superseded(family, delta) && !fits(family, delta) && !is_outdated(family, i))
            return "a delta CRL that starts from a newer complete CRL";
    }
    return NULL;
}

// Collects the reasons that the complete CRLs cover, for certificates of end entities and of CAs.
static const char *gap_of_kinds(const struct crl_set *set)
{
    unsigned user = 0;
    unsigned ca = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct crl_part *part = set->parts[i];
        if (part->is_delta)
            continue;
        user |= part->only_ca_certs ? 0 : part->reasons;
        ca |= part->only_user_certs ? 0 : part->reasons;
    }
    if (user == 0)
        return "no CRL about certificates of end entities";
    if (ca == 0 && !set->has_only_user_certs)
        return "no CRL about CA certificates, and user-certs-only is not set";
    return NULL;
}

// Returns the reasons for which the complete CRLs cover the certificates of one kind and one
// distribution point.
static unsigned reasons_at(const struct crl_set *set, const struct crl_part *at, bool is_ca)
{
    unsigned reasons = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct crl_part *part = set->parts[i];
        bool is_kind = is_ca ? !part->only_user_certs : !part->only_ca_certs;
        if (!part->is_delta && is_kind &&
            (!part->has_name || memcmp(part->name, at->name, sizeof part->name) == 0))
            reasons |= part->reasons;
    }
    return reasons;
}

static const char *gap_of_reasons(const struct crl_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct crl_part *part = set->parts[i];
        bool needs_ca = !part->only_user_certs && !set->has_only_user_certs;
        if (part->is_delta || part->reasons == CRL_ALL_REASONS)
            continue;
        if ((!part->only_ca_certs && reasons_at(set, part, false) != CRL_ALL_REASONS) ||
            (needs_ca && reasons_at(set, part, true) != CRL_ALL_REASONS))
            return "CRLs about some reasons only";
    }
    return NULL;
}

// Two files with one part are a sign that another part is not there.
static const char *gap_of_twins(const struct family *family)
{
    for (size_t i = 1; i < family->n_bases; i++) {
        if (family->parts[i]->has_name)
            return "two CRLs with the same distributionPoint, of which one may be in the place of "
                   "another part";
    }
    return NULL;
}

static const char *gap_of_names(const struct crl_set *set)
{
    for (size_t i = 0; i < set->n && !set->is_declared; i++) {
        if (!set->parts[i]->is_delta && set->parts[i]->has_name)
            return "a part of a CRL (distributionPoint), and source-complete is not set";
    }
    return NULL;
}

static const char *gap_of_families(const struct crl_set *set)
{
    struct family family;
    const char *gap = NULL;
    for (size_t at = 0; gap == NULL && next_family(set, &at, &family);) {
        gap = gap_of_family(&family);
        if (gap == NULL)
            gap = gap_of_twins(&family);
    }
    return gap;
}

void crl_set_arrange(struct crl_set *set)
{
    qsort(set->parts, set->n, sizeof(struct crl_part *), compare_parts);
    set->gap = set->is_overfull
                   ? "too many delta CRLs without their complete CRL: restart ocspd with "
                     "all files"
                   : gap_of_names(set);
    if (set->gap == NULL)
        set->gap = gap_of_families(set);
    if (set->gap == NULL)
        set->gap = gap_of_kinds(set);
    if (set->gap == NULL)
        set->gap = gap_of_reasons(set);
}

const struct crl_part *crl_set_base(const struct crl_set *set, const struct crl_part *delta)
{
    struct family family;
    for (size_t at = 0; next_family(set, &at, &family);) {
        if (memcmp(family.parts[0]->family, delta->family, sizeof delta->family) == 0)
            return base_of(&family);
    }
    return NULL;
}

// Answers of a family

static struct span span_of_bases(const struct family *family)
{
    struct span span = {INT64_MAX, CRL_NO_END};
    for (size_t i = 0; i < family->n_bases; i++)
        span = overlap(span, span_of(family->parts[i]));
    return span;
}

// The span of the family as a whole. The complete CRL and its delta CRL are together as new as the
// delta CRL.
static struct span span_of_family(const struct family *family)
{
    struct span span = span_of_bases(family);
    for (size_t i = family->n_bases; i < family->n; i++) {
        const struct crl_part *delta = family->parts[i];
        if (is_outdated(family, i))
            continue;
        span.next_update = earlier(span.next_update, delta->next_update);
        if (!is_superseded(family, delta))
            span.this_update = delta->this_update;
    }
    return span;
}

// struct listed is an entry: what it says, and the CRL that has it.
struct listed {
    struct record record;
    const struct crl_part *part;
};

static bool is_hold(const struct record *record)
{
    return record->has_reason && record->reason == OC_REASON_CERTIFICATE_HOLD;
}

// Of two entries the earlier date counts, and a revocation for good counts before a hold, which a
// delta CRL could take off.
static void merge_listed(const struct listed *other, struct listed *out)
{
    struct listed first = other->record.revoked_at < out->record.revoked_at ? *other : *out;
    const struct record *reason = is_hold(&out->record) ? &other->record : &out->record;
    if (is_hold(&first.record)) {
        first.record.has_reason = reason->has_reason;
        first.record.reason = reason->reason;
    }
    *out = first;
}

static bool find_in_bases(const struct family *family, struct oc_bytes serial, struct listed *out)
{
    struct table_row row;
    bool is_listed = false;
    for (size_t i = 0; i < family->n_bases; i++) {
        if (!table_find(family->parts[i]->table, serial, &row))
            continue;
        const struct listed listed = {row.record, family->parts[i]};
        if (is_listed)
            merge_listed(&listed, out);
        else
            *out = listed;
        is_listed = true;
    }
    return is_listed;
}

// Applies the delta CRLs to what is listed, in their order. They take off hold, and change the
// reason of what is on hold; a revocation for good stays (RFC 5280 5.3.1), and so does a hold while
// the delta CRL is not valid yet.
static bool apply_deltas(const struct family *family, int64_t now, struct oc_bytes serial,
                         bool is_listed, struct listed *out)
{
    struct table_row row;
    for (size_t i = family->n_bases; i < family->n; i++) {
        const struct crl_part *delta = family->parts[i];
        if (is_superseded(family, delta) || !table_find(delta->table, serial, &row) ||
            (is_listed && (!is_hold(&out->record) || delta->this_update > now)))
            continue;
        is_listed = row.record.status == RECORD_REVOKED;
        *out = (struct listed){row.record, delta};
    }
    return is_listed;
}

// Returns whether all CRLs of the family are current and fit together.
static bool is_sound(const struct family *family, int64_t now)
{
    for (size_t i = 0; i < family->n; i++) {
        const struct span span = span_of(family->parts[i]);
        if (!is_valid(&span, now) && (i < family->n_bases || !is_outdated(family, i)))
            return false;
    }
    return gap_of_family(family) == NULL;
}

// An entry counts on without the rest of the family, as long as the complete CRL is current.
static struct span span_of_entry(const struct family *family, const struct crl_part *part,
                                 int64_t now)
{
    struct span own = span_of(part);
    struct span bases = span_of_bases(family);
    if (is_sound(family, now))
        return span_of_family(family);
    if (!part->is_delta || family->n_bases == 0)
        return own;
    own.next_update =
        now < own.next_update ? earlier(own.next_update, bases.next_update) : bases.next_update;
    return own;
}

static bool find_in_family(const struct family *family, int64_t now, struct oc_bytes serial,
                           struct record *out)
{
    struct listed listed = {.part = NULL};
    bool is_listed = find_in_bases(family, serial, &listed);
    if (!apply_deltas(family, now, serial, is_listed, &listed))
        return false;
    struct span span = span_of_entry(family, listed.part, now);
    *out = listed.record;
    out->this_update = span.this_update;
    out->next_update = span.next_update;
    return true;
}

// Answers of all

static bool is_current(const struct record *record, int64_t now)
{
    const struct span span = {record->this_update, record->next_update};
    return is_valid(&span, now);
}

// Takes one more family's answer: a current one counts before others, and of two the earlier date.
static void merge(const struct record *other, int64_t now, struct record *out)
{
    bool is_better = is_current(other, now);
    if (out->status == RECORD_NONE || is_better != is_current(out, now)) {
        if (out->status == RECORD_NONE || is_better)
            *out = *other;
        return;
    }
    struct span span = overlap((struct span){out->this_update, out->next_update},
                               (struct span){other->this_update, other->next_update});
    if (other->revoked_at < out->revoked_at)
        *out = *other;
    out->this_update = span.this_update;
    out->next_update = span.next_update;
}

static struct span span_of_set(const struct crl_set *set, int64_t *begins)
{
    struct family family;
    struct span span = {INT64_MAX, CRL_NO_END};
    *begins = INT64_MIN;
    for (size_t at = 0; next_family(set, &at, &family);) {
        struct span own = span_of_family(&family);
        span = overlap(span, own);
        for (size_t i = 0; i < family.n; i++) {
            int64_t this_update = family.parts[i]->this_update;
            *begins = this_update > *begins ? this_update : *begins;
        }
    }
    return span;
}

static void set_absent(const struct crl_set *set, int64_t now, struct record *out)
{
    int64_t begins;
    struct span span = span_of_set(set, &begins);
    bool is_known = set->gap == NULL && begins <= now;
    *out = (struct record){.status = is_known ? set->absent : RECORD_UNCERTAIN,
                           .this_update = span.this_update,
                           .next_update = span.next_update};
}

void crl_set_find(const struct crl_set *set, int64_t now, struct oc_bytes serial,
                  struct record *out)
{
    struct family family;
    struct record record;
    *out = (struct record){.status = RECORD_NONE};
    for (size_t at = 0; next_family(set, &at, &family);) {
        if (find_in_family(&family, now, serial, &record))
            merge(&record, now, out);
    }
    if (out->status == RECORD_NONE)
        set_absent(set, now, out);
}

// Lists

// Returns whether `row` stands for its serial number: no CRL before lists that, nor does another
// row of this one.
static bool is_first(const struct crl_set *set, size_t i, const struct table_row *row)
{
    struct table_row other;
    for (size_t k = 0; k < i; k++) {
        if (table_find(set->parts[k]->table, row->serial, &other))
            return false;
    }
    return table_find(set->parts[i]->table, row->serial, &other) && other.at == row->at;
}

// Finds where the list goes on behind a serial number.
static size_t seek(const struct crl_set *set, struct oc_bytes after, size_t *at)
{
    struct table_row row;
    *at = 0;
    for (size_t i = 0; i < set->n && after.len > 0; i++) {
        if (!table_find(set->parts[i]->table, after, &row))
            continue;
        *at = row.at;
        (void)table_next(set->parts[i]->table, at, &row);
        return i;
    }
    return 0;
}

void crl_set_list(const struct crl_set *set, int64_t now, struct oc_bytes after,
                  bool (*each)(void *arg, const struct entry *entry), void *arg)
{
    struct table_row row;
    size_t at;
    for (size_t i = seek(set, after, &at); i < set->n; i++, at = 0) {
        while (table_next(set->parts[i]->table, &at, &row)) {
            struct entry entry = {.serial = row.serial};
            if (!is_first(set, i, &row))
                continue;
            crl_set_find(set, now, row.serial, &entry.record);
            if (entry.record.status == RECORD_REVOKED && !each(arg, &entry))
                return;
        }
    }
}

void crl_set_state(const struct crl_set *set, struct source_state *out)
{
    struct span span = span_of_set(set, &out->begins);
    out->this_update = span.this_update;
    out->next_update = span.next_update == CRL_NO_END ? 0 : span.next_update;
    out->gap = set->gap;
    for (size_t i = 0; i < set->n; i++)
        out->n_rows += set->parts[i]->table->n;
}
