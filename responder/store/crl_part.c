// SPDX-License-Identifier: MIT
//
// Reads one CRL by <ocsp/crl.h>, and keeps what it says in a table.
#include "store/crl_part.h"

#include "program/serial.h"
#include "store/crl_file.h"

#include <ocsp/verify.h>

#include <openssl/x509.h>

#include <stdlib.h>
#include <string.h>

// FORGET_EACH is after how many octets the memory of entries that were read is given back.
enum { FORGET_EACH = 1 << 22 };

// struct crl_reading is a CRL that is being read.
struct crl_reading {
    const struct crl_rules *rules;
    const struct table *before;
    int64_t now;
    struct file_input *in;
    struct crl_file file;
    struct oc_crl crl;
    struct crl_part *part;
    size_t n_entries;
};

static bool refuse(const struct crl_reading *reading, const char *wrong, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_DATA, "%s: %s", reading->in->path, wrong);
}

int crl_number_compare(const struct crl_number *a, const struct crl_number *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return memcmp(a->octets, b->octets, a->len);
}

// The head

// The core compares names by their octets. The same name may be encoded in other types of strings
// (RFC 5280 7.1), which libcrypto knows; then that of the issuer takes its place.
static void match_name(struct crl_reading *reading)
{
    struct oc_bytes subject = reading->rules->issuer->cert.subject;
    struct oc_bytes issuer = reading->crl.issuer;
    const unsigned char *at = subject.data;
    X509_NAME *one = d2i_X509_NAME(NULL, &at, (long)subject.len);
    at = issuer.data;
    X509_NAME *other = d2i_X509_NAME(NULL, &at, (long)issuer.len);
    if (one != NULL && other != NULL && X509_NAME_cmp(one, other) == 0)
        reading->crl.issuer = subject;
    X509_NAME_free(one);
    X509_NAME_free(other);
}

static bool check_signer(struct crl_reading *reading, struct store_error *err)
{
    struct oc_policy policy;
    struct oc_error error;
    oc_policy_init(&policy, reading->crl.this_update);
    policy.ignore_times = true;
    policy.insecure_allow_sha1 = reading->rules->insecure_sha1;
    // The operator has chosen the CA with its key.
    policy.insecure_allow_small_rsa = true;
    if (!oc_bytes_equal(reading->crl.issuer, reading->rules->issuer->cert.subject))
        match_name(reading);
    enum oc_err code = oc_crl_check(&policy, reading->rules->issuer, &reading->crl, &error);
    if (code == OC_ERR_WEAK_HASH && !policy.insecure_allow_sha1)
        return refuse(reading,
                      "unsupported signature algorithm: SHA-1 or weaker (SHA-1 needs "
                      "insecure-crl-sha1)",
                      err);
    return code == OC_OK || refuse(reading, error.what, err);
}

static bool read_times(struct crl_reading *reading, struct store_error *err)
{
    const struct oc_crl *crl = &reading->crl;
    struct crl_part *part = reading->part;
    part->this_update = crl->this_update;
    part->next_update = crl->has_next_update ? crl->next_update : CRL_NO_END;
    if (!crl->has_next_update && !reading->rules->insecure_without_next_update)
        return refuse(reading,
                      "missing nextUpdate (RFC 5280 5.1.2.5); see "
                      "insecure-crl-without-next-update",
                      err);
    return part->next_update > part->this_update ||
           refuse(reading, "invalid nextUpdate: not after thisUpdate", err);
}

// CRL numbers are not negative, so a longer one is larger. One that is negative counts as absent.
static bool read_number(struct oc_bytes content, struct crl_number *out)
{
    if (content.len > sizeof out->octets)
        return false;
    if (content.data == NULL || content.len == 0 || content.data[0] >= 0x80)
        return true;
    memcpy(out->octets, content.data, content.len);
    out->len = content.len;
    return true;
}

static bool read_numbers(struct crl_reading *reading, struct store_error *err)
{
    struct crl_part *part = reading->part;
    part->is_delta = reading->crl.base_number.data != NULL;
    if (!read_number(reading->crl.number, &part->number) ||
        !read_number(reading->crl.base_number, &part->base_number))
        return refuse(reading, "unsupported CRL number: too long", err);
    if (part->is_delta && (part->number.len == 0 || part->base_number.len == 0))
        return refuse(reading, "missing CRL number, which a delta CRL needs (RFC 5280 5.2.3)", err);
    return true;
}

static void read_scope(struct crl_reading *reading)
{
    const struct oc_crl_scope *scope = &reading->crl.scope;
    struct crl_part *part = reading->part;
    part->has_scope = scope->is_present;
    part->has_name = scope->full_name.items.data != NULL || scope->relative_name.data != NULL;
    part->only_user_certs = scope->only_user_certs;
    part->only_ca_certs = scope->only_ca_certs;
    part->reasons =
        scope->has_only_some_reasons ? scope->only_some_reasons & CRL_ALL_REASONS : CRL_ALL_REASONS;
}

// The value of an extension of the CRL, absent if it has none: id-ce with one more arc (RFC 5280
// 4.2.1).
static struct oc_bytes extension_value(const struct oc_crl *crl, uint8_t arc)
{
    const uint8_t octets[] = {0x55, 0x1D, arc};
    struct oc_extension extension;
    for (size_t at = 0; oc_extension_next(&crl->extensions, &at, &extension);) {
        if (oc_bytes_equal(extension.oid, (struct oc_bytes){octets, sizeof octets}))
            return extension.value;
    }
    return (struct oc_bytes){0};
}

static bool hash(const struct crl_reading *reading, struct oc_bytes octets, uint8_t out[32],
                 struct store_error *err)
{
    const struct oc_crypto *crypto = reading->rules->crypto;
    return crypto->hash(crypto, OC_HASH_SHA256, octets, out) == OC_OK ||
           store_fail(err, STORE_FAULT_SYSTEM, "%s: cannot hash", reading->in->path);
}

static bool read_family(struct crl_reading *reading, struct store_error *err)
{
    enum { ID_CE_IDP = 28, ID_CE_AUTHORITY_KEY_ID = 35 };
    struct oc_bytes scope = extension_value(&reading->crl, ID_CE_IDP);
    struct oc_bytes key_id = extension_value(&reading->crl, ID_CE_AUTHORITY_KEY_ID);
    uint8_t both[66] = {scope.data != NULL, key_id.data != NULL};
    const struct oc_crl_scope *parsed = &reading->crl.scope;
    struct oc_bytes name =
        parsed->full_name.items.data != NULL ? parsed->full_name.items : parsed->relative_name;
    if (!hash(reading, scope, reading->part->scope, err) ||
        !hash(reading, name, reading->part->name, err))
        return false;
    memcpy(both + 2, reading->part->scope, sizeof reading->part->scope);
    return hash(reading, key_id, both + 34, err) &&
           hash(reading, (struct oc_bytes){both, sizeof both}, reading->part->family, err);
}

static bool read_head(struct crl_reading *reading, struct store_error *err)
{
    struct oc_error error;
    if (oc_crl_parse(&reading->crl, reading->file.der, &error) != OC_OK)
        return store_fail(err, STORE_FAULT_DATA, "%s: invalid CRL: %s", reading->in->path,
                          error.what);
    read_scope(reading);
    return check_signer(reading, err) && read_times(reading, err) && read_numbers(reading, err) &&
           read_family(reading, err) &&
           hash(reading, reading->file.der, reading->part->digest, err);
}

// The entries

static void note_odd(struct crl_reading *reading, const struct oc_crl_entry *entry,
                     const char *what)
{
    char text[SERIAL_TEXT_SIZE(SERIAL_MAX)];
    serial_text(entry->serial, text);
    odd_list_add(&reading->part->odd, reading->in->path, reading->n_entries, text, strlen(text),
                 what, false);
}

// RFC 5280 5.3.1: an unspecified reason is expressed by the absence of one.
static void read_reason(struct crl_reading *reading, const struct oc_crl_entry *entry,
                        struct record *out)
{
    if (entry->has_reason && entry->reason == OC_REASON_REMOVE_FROM_CRL)
        note_odd(reading, entry, "removeFromCRL outside of a delta CRL: revoked without a reason");
    else if (entry->has_reason && record_reason_is_valid((long)entry->reason)) {
        out->has_reason = true;
        out->reason = (uint8_t)entry->reason;
    } else if (entry->has_reason && entry->reason != OC_REASON_UNSPECIFIED)
        note_odd(reading, entry, "unknown reason: revoked without a reason");
    if (entry->has_unreadable_extensions)
        note_odd(reading, entry, "unreadable extensions");
}

static void set_first_read(struct crl_reading *reading, struct table_row *row)
{
    struct table_row known;
    bool is_known = reading->before != NULL && table_find(reading->before, row->serial, &known) &&
                    known.has_no_date;
    row->has_no_date = true;
    row->record.revoked_at = is_known ? known.record.revoked_at : reading->now;
}

static bool add_entry(struct crl_reading *reading, const struct oc_crl_entry *entry,
                      struct store_error *err)
{
    struct crl_part *part = reading->part;
    struct table_row row = {.serial = entry->serial};
    if (entry->serial.len > SERIAL_MAX)
        return refuse(reading, "unsupported serial number: too long", err);
    if (part->is_delta && entry->has_reason && entry->reason == OC_REASON_REMOVE_FROM_CRL) {
        row.record.status = RECORD_GOOD;
        return table_add(part->table, &row, err);
    }
    row.record.status = RECORD_REVOKED;
    row.record.revoked_at = entry->revocation_date;
    read_reason(reading, entry, &row.record);
    if (!entry->has_revocation_date) {
        set_first_read(reading, &row);
        note_odd(reading, entry, "unreadable date: revoked since it was first read");
    }
    return table_add(part->table, &row, err);
}

static bool add_entries(struct crl_reading *reading, struct store_error *err)
{
    struct oc_crl_entry entry;
    size_t forgotten = 0;
    for (size_t at = 0; oc_crl_next(&reading->crl, &at, &entry);) {
        reading->n_entries++;
        if (!add_entry(reading, &entry, err))
            return false;
        if (at - forgotten < FORGET_EACH)
            continue;
        if (!table_is_wanted(reading->part->table, err))
            return false;
        crl_file_forget(&reading->file, reading->crl.revoked.items.data + at);
        forgotten = at;
    }
    return true;
}

// A CA that lists a certificate twice has made a mistake, which changes nothing here.
static bool note_twice(struct crl_reading *reading, struct store_error *err)
{
    const struct table *table = reading->part->table;
    struct table_row row;
    reading->n_entries = 0;
    for (size_t at = 0; table->n_repeated > 0 && table_next(table, &at, &row);) {
        const struct oc_crl_entry entry = {.serial = row.serial};
        if (++reading->n_entries % 65536 == 0 && !table_is_wanted(table, err))
            return false;
        if (table_is_repeated(table, row.at))
            note_odd(reading, &entry, "second entry with this serial number");
    }
    return true;
}

static bool read_whole(struct crl_reading *reading, struct store_error *err)
{
    struct crl_part *part = reading->part;
    if (!crl_file_read(&reading->file, reading->in, err) || !read_head(reading, err))
        return false;
    part->table = table_new(false, err);
    if (part->table == NULL)
        return false;
    part->table->is_cancelled = reading->in->is_cancelled;
    part->table->n_expected = reading->crl.revoked.n;
    bool ok = add_entries(reading, err);
    crl_file_free(&reading->file);
    ok = ok && table_index(part->table, err) && note_twice(reading, err);
    part->table->is_cancelled = NULL;
    return ok;
}

struct crl_part *crl_part_read(const struct crl_rules *rules, const struct table *before,
                               int64_t now, struct file_input *in, struct store_error *err)
{
    struct crl_reading reading = {.rules = rules,
                                  .before = before,
                                  .now = now,
                                  .in = in,
                                  .part = calloc(1, sizeof *reading.part)};
    if (reading.part == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    atomic_init(&reading.part->n_owners, 1);
    bool ok = read_whole(&reading, err);
    crl_file_free(&reading.file);
    if (ok)
        return reading.part;
    crl_part_release(reading.part);
    return NULL;
}

struct crl_part *crl_part_hold(struct crl_part *part)
{
    atomic_fetch_add(&part->n_owners, 1);
    return part;
}

void crl_part_release(struct crl_part *part)
{
    if (part == NULL || atomic_fetch_sub(&part->n_owners, 1) != 1)
        return;
    table_free(part->table);
    odd_list_free(&part->odd);
    free(part);
}
