// SPDX-License-Identifier: MIT
//
// Watches the files of the CRLs, and arranges the CRLs anew when one has changed.
//
// A delta CRL counts until a complete CRL replaces it, also when its file has another content by
// then: it is kept.
#include "store/crl.h"

#include "base/thread.h"
#include "program/clock.h"
#include "store/crl_set.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// CRL_MAX is enough for some ten millions of revocations. KEPT_MAX is how many delta CRLs are kept
// that no file has any more.
#define CRL_MAX ((size_t)1 << 30)
enum { KEPT_MAX = 64 };

// struct slot is one file, the CRL that was read from it last, and how many odd rows that had.
struct slot {
    struct crl_store *store;
    char *path;
    struct file *file;
    struct crl_part *part;
    size_t n_odd;
};

// struct crl_store is all of them. `lock` protects `set` and the CRLs in it, which are those of the
// slots and of `kept`. `room` is the memory of `set.parts`.
struct crl_store {
    struct store base;
    struct crl_rules rules;
    pthread_rwlock_t lock;
    struct crl_set set;
    struct slot *slots;
    size_t n_slots;
    struct crl_part *kept[KEPT_MAX];
    size_t n_kept;
    struct odd_list odd;
};

static struct crl_store *of(struct store *store)
{
    return (struct crl_store *)store;
}

// Reading

static bool is_same_family(const struct crl_part *a, const struct crl_part *b)
{
    return memcmp(a->family, b->family, sizeof a->family) == 0;
}

static bool is_older(const struct crl_part *part, const struct crl_part *before)
{
    if (!is_same_family(part, before) || part->is_delta != before->is_delta)
        return false;
    if (part->this_update != before->this_update)
        return part->this_update < before->this_update;
    return part->number.len > 0 && before->number.len > 0 &&
           crl_number_compare(&part->number, &before->number) < 0;
}

// A file goes on being the same part of what the issuer publishes. With another part in its place,
// which the issuer has signed as well, the revocations of the first one would be lost.
static const char *wrong_after(const struct crl_part *part, const struct crl_part *before)
{
    if (is_older(part, before))
        return "unexpected CRL: older than the previous one";
    if (before->is_delta)
        return NULL;
    if (part->is_delta)
        return "unexpected delta CRL in the place of a complete one";
    if (part->has_scope && memcmp(part->scope, before->scope, sizeof part->scope) != 0)
        return "unexpected CRL: its issuingDistributionPoint is not that of the previous one";
    return NULL;
}

static void *read_part(void *arg, struct file_input *in, struct store_error *err)
{
    const struct slot *slot = arg;
    const struct table *before = slot->part == NULL ? NULL : slot->part->table;
    struct crl_part *part = crl_part_read(&slot->store->rules, before, clock_seconds(), in, err);
    if (part == NULL || slot->part == NULL)
        return part;
    const char *wrong = wrong_after(part, slot->part);
    if (wrong == NULL)
        return part;
    store_fail(err, STORE_FAULT_DATA, "%s: %s", in->path, wrong);
    crl_part_release(part);
    return NULL;
}

static void discard_part(void *result)
{
    crl_part_release(result);
}

// Taking

static void arrange(struct crl_store *self)
{
    struct crl_set *set = &self->set;
    set->n = 0;
    for (size_t i = 0; i < self->n_slots; i++) {
        if (self->slots[i].part != NULL)
            set->parts[set->n++] = self->slots[i].part;
    }
    for (size_t i = 0; i < self->n_kept; i++)
        set->parts[set->n++] = self->kept[i];
    crl_set_arrange(set);
}

// A delta CRL continues one that has no greater number if both start from a complete CRL that is
// held.
static bool continues(const struct crl_set *set, const struct crl_part *part,
                      const struct crl_part *before)
{
    const struct crl_part *base = crl_set_base(set, before);
    return part->is_delta && is_same_family(part, before) && base != NULL &&
           crl_number_compare(&base->number, &part->base_number) >= 0 &&
           crl_number_compare(&part->number, &before->number) >= 0;
}

// It then lists all that the one before lists, unless the CA has made a mistake, or certificates
// have expired.
static bool covers(const struct crl_set *set, const struct crl_part *part,
                   const struct crl_part *before)
{
    struct table_row row;
    struct table_row found;
    if (!continues(set, part, before))
        return false;
    for (size_t at = 0; table_next(before->table, &at, &row);) {
        if (!table_find(part->table, row.serial, &found))
            return false;
    }
    return true;
}

static bool is_superseded(const struct crl_set *set, const struct crl_part *delta)
{
    const struct crl_part *base = crl_set_base(set, delta);
    return base != NULL && crl_number_compare(&base->number, &delta->number) >= 0;
}

// Returns whether another CRL takes the place of `before` without loss.
static bool is_dispensable(const struct crl_set *set, const struct crl_part *part,
                           const struct crl_part *before)
{
    return !before->is_delta || is_superseded(set, before) || covers(set, part, before);
}

// The number of delta CRLs that are kept has a limit. Beyond it, one that is continued goes, as RFC
// 5280 5.2.4 allows, and no other.
static bool has_room(const struct crl_store *self, const struct slot *slot,
                     const struct crl_part *part, struct store_error *err)
{
    return slot->part == NULL || self->n_kept < KEPT_MAX ||
           is_dispensable(&self->set, part, slot->part) ||
           continues(&self->set, part, slot->part) ||
           store_fail(err, STORE_FAULT_DATA,
                      "%s: more than %d delta CRLs without their complete CRL", slot->path,
                      KEPT_MAX);
}

// Moves the delta CRLs that are kept and superseded to `gone`.
static void drop_superseded(struct crl_store *self, struct crl_part **gone, size_t *n_gone)
{
    size_t n = 0;
    for (size_t i = 0; i < self->n_kept; i++) {
        struct crl_part *delta = self->kept[i];
        if (is_superseded(&self->set, delta))
            gone[(*n_gone)++] = delta;
        else
            self->kept[n++] = delta;
    }
    self->n_kept = n;
}

// The list does not know which of the rows that it only counts were replaced.
static void replace_odd(struct crl_store *self, struct slot *slot, struct odd_list *odd)
{
    slot->n_odd = odd->n;
    odd_list_replace(&self->odd, slot->path, 0, SIZE_MAX, odd);
    self->odd.n = 0;
    for (size_t i = 0; i < self->n_slots; i++)
        self->odd.n += self->slots[i].n_odd;
}

// Puts a CRL in its slot. What is not needed any more is freed outside of the lock.
static void put(struct crl_store *self, struct slot *slot, struct crl_part *part)
{
    struct crl_part *gone[KEPT_MAX + 1];
    size_t n_gone = 0;
    struct crl_part *before = slot->part;
    pthread_rwlock_wrlock(&self->lock);
    if (before != NULL && (self->n_kept == KEPT_MAX || is_dispensable(&self->set, part, before)))
        gone[n_gone++] = before;
    else if (before != NULL)
        self->kept[self->n_kept++] = before;
    slot->part = part;
    arrange(self);
    drop_superseded(self, gone, &n_gone);
    arrange(self);
    pthread_rwlock_unlock(&self->lock);
    replace_odd(self, slot, &part->odd);
    for (size_t i = 0; i < n_gone; i++)
        crl_part_release(gone[i]);
}

// Nearly every new CRL has another thisUpdate, which is in each answer.
static bool take(struct crl_store *self, struct slot *slot, struct crl_part *part,
                 const struct changes *changes, struct store_error *err)
{
    if (!has_room(self, slot, part, err)) {
        file_reject(slot->file, err);
        crl_part_release(part);
        return false;
    }
    bool is_same =
        slot->part != NULL && memcmp(slot->part->digest, part->digest, sizeof part->digest) == 0;
    put(self, slot, part);
    if (changes != NULL && !is_same)
        changes->changed(changes->arg, NULL);
    return true;
}

// The store

static bool poll_slot(struct crl_store *self, struct slot *slot, const struct changes *changes,
                      struct store_error *err)
{
    void *part = NULL;
    switch (file_poll(slot->file, changes->is_last, &part, err)) {
    case FILE_NEW:
        return take(self, slot, part, changes, err);
    case FILE_UNREAD:
        changes->changed(changes->arg, NULL);
        return true;
    case FILE_FAILED:
        return false;
    case FILE_SAME:
        break;
    }
    return true;
}

// One file that cannot be read must not keep the others from being read.
static bool poll(struct store *store, const struct changes *changes, struct store_error *err)
{
    struct crl_store *self = of(store);
    bool ok = true;
    for (size_t i = 0; i < self->n_slots; i++) {
        struct store_error other;
        if (poll_slot(self, &self->slots[i], changes, &other))
            continue;
        if (ok)
            store_fail_again(err, &other);
        ok = false;
    }
    return ok;
}

static bool look_up(struct store *store, struct oc_bytes serial, struct record *out,
                    struct store_error *err)
{
    struct crl_store *self = of(store);
    (void)err;
    pthread_rwlock_rdlock(&self->lock);
    crl_set_find(&self->set, clock_seconds(), serial, out);
    pthread_rwlock_unlock(&self->lock);
    return true;
}

// All that a CRL lists is revoked.
static bool list(struct store *store, struct oc_bytes after, bool revoked_only,
                 bool (*each)(void *arg, const struct entry *entry), void *arg,
                 struct store_error *err)
{
    (void)revoked_only;
    (void)err;
    crl_set_list(&of(store)->set, clock_seconds(), after, each, arg);
    return true;
}

// Returns whether a delta CRL of the store that is replaced still says something that the CRLs here
// do not.
static bool is_missing(const struct crl_store *self, const struct crl_part *delta)
{
    if (!delta->is_delta || is_superseded(&self->set, delta))
        return false;
    for (size_t i = 0; i < self->set.n; i++) {
        const struct crl_part *part = self->set.parts[i];
        if (memcmp(part->digest, delta->digest, sizeof part->digest) == 0 ||
            covers(&self->set, part, delta))
            return false;
    }
    return true;
}

// A complete CRL that is older than the one that its file had before the reload is refused as it
// was then: the next poll reads the file again, and says so.
static void keep_newer(struct slot *slot, const struct slot *before)
{
    struct store_error err;
    if (slot->part->is_delta || !is_older(slot->part, before->part))
        return;
    store_fail(&err, STORE_FAULT_DATA, "%s: unexpected CRL: older than the previous one",
               slot->path);
    file_reject(slot->file, &err);
    crl_part_release(slot->part);
    slot->part = crl_part_hold(before->part);
}

static void inherit_slot(struct slot *slot, const struct crl_store *before)
{
    for (size_t i = 0; i < before->n_slots; i++) {
        if (strcmp(slot->path, before->slots[i].path) != 0)
            continue;
        table_inherit_dates(slot->part->table, before->slots[i].part->table);
        keep_newer(slot, &before->slots[i]);
        return;
    }
}

static void inherit_slots(struct crl_store *self, const struct crl_store *before)
{
    for (size_t i = 0; i < self->n_slots; i++)
        inherit_slot(&self->slots[i], before);
    arrange(self);
}

// Without room for a delta CRL, the store must not say any more that something is not listed.
static void inherit(struct store *store, struct store *before)
{
    struct crl_store *self = of(store);
    const struct crl_set *old = &of(before)->set;
    pthread_rwlock_wrlock(&self->lock);
    inherit_slots(self, of(before));
    self->set.is_overfull = old->is_overfull;
    for (size_t i = 0; i < old->n; i++) {
        if (!is_missing(self, old->parts[i]))
            continue;
        if (self->n_kept < KEPT_MAX)
            self->kept[self->n_kept++] = crl_part_hold(old->parts[i]);
        else
            self->set.is_overfull = true;
    }
    arrange(self);
    pthread_rwlock_unlock(&self->lock);
}

static void get_state(struct store *store, struct source_state *out)
{
    struct crl_store *self = of(store);
    *out = (struct source_state){.n_odd = self->odd.n, .n_uncertain = self->odd.n_uncertain};
    crl_set_state(&self->set, out);
}

static void list_odd(struct store *store, bool only_new,
                     bool (*each)(void *arg, const struct odd_row *row), void *arg)
{
    odd_list_each(&of(store)->odd, only_new, each, arg);
}

static void close_store(struct store *store)
{
    struct crl_store *self = of(store);
    for (size_t i = 0; i < self->n_slots; i++) {
        file_free(self->slots[i].file);
        crl_part_release(self->slots[i].part);
        free(self->slots[i].path);
    }
    for (size_t i = 0; i < self->n_kept; i++)
        crl_part_release(self->kept[i]);
    odd_list_free(&self->odd);
    pthread_rwlock_destroy(&self->lock);
    free(self->set.parts);
    free(self->slots);
    free(self);
}

static const struct store_methods methods = {
    .look_up = look_up,
    .poll = poll,
    .list = list,
    .inherit = inherit,
    .get_state = get_state,
    .list_odd = list_odd,
    .close = close_store,
};

// Opening may block, so the files are read by the calling thread.
static bool open_slot(struct crl_store *self, struct slot *slot, const char *path,
                      struct store_error *err)
{
    const struct file_kind kind = {
        .max_len = CRL_MAX, .read = read_part, .discard = discard_part, .arg = slot};
    slot->store = self;
    slot->path = strdup(path);
    if (slot->path == NULL)
        return store_fail_memory(err);
    slot->file = file_new(&kind, slot->path, err);
    if (slot->file == NULL)
        return false;
    struct crl_part *part = file_read(slot->file, err);
    return part != NULL && take(self, slot, part, NULL, err);
}

static bool open_slots(struct crl_store *self, const struct issuer_config *config,
                       struct store_error *err)
{
    for (size_t i = 0; i < config->n_source_files; i++) {
        self->n_slots = i + 1;
        if (!open_slot(self, &self->slots[i], config->source_files[i], err))
            return false;
    }
    return true;
}

static struct crl_store *new_store(const struct issuer_config *config,
                                   const struct oc_issuer *issuer)
{
    struct crl_store *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->base.methods = &methods;
    self->rules = (struct crl_rules){issuer->crypto, issuer, config->insecure_crl_sha1,
                                     config->insecure_crl_without_next_update};
    self->set.absent = config->insecure_good_if_not_revoked ? RECORD_GOOD : RECORD_NOT_ISSUED;
    self->set.is_declared = config->source_complete;
    self->set.has_only_user_certs = config->user_certs_only;
    self->slots = calloc(config->n_source_files, sizeof *self->slots);
    self->set.parts = calloc(config->n_source_files + KEPT_MAX, sizeof(struct crl_part *));
    if (self->slots != NULL && self->set.parts != NULL && thread_init_lock(&self->lock))
        return self;
    free(self->slots);
    free(self->set.parts);
    free(self);
    return NULL;
}

struct store *crl_store_open(const struct issuer_config *config, const struct oc_issuer *issuer,
                             struct store_error *err)
{
    struct crl_store *self = new_store(config, issuer);
    if (self == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    if (open_slots(self, config, err))
        return &self->base;
    close_store(&self->base);
    return NULL;
}
