// SPDX-License-Identifier: MIT
//
// A CRL described field by field (RFC 5280 5). It may have millions of entries, so that only those
// are printed that are asked for.
#include "show/crl.h"

#include "show/extension.h"
#include "value.h"

#include <ocsp/der.h>

// ReasonFlags (RFC 5280 4.2.1.13), whose numbers are not those of CRLReason.
static const char *const reason_flags[] = {
    "unused",       "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",   "cessationOfOperation", "certificateHold", "privilegeWithdrawn",
    "aACompromise",
};

static json_t *reasons_value(unsigned flags)
{
    json_t *value = value_must(json_array());
    for (size_t i = 0; i < sizeof reason_flags / sizeof reason_flags[0]; i++) {
        if ((flags >> i & 1) != 0)
            value_append(value, value_string(reason_flags[i]));
    }
    return value;
}

static void put_names(json_t *value, const char *key, const struct oc_list *names)
{
    struct oc_bytes rest = names->items;
    struct oc_bytes name;
    struct capped list = capped_new();
    while (oc_der_read_any(&rest, NULL, NULL, &name) == OC_OK) {
        if (capped_more(&list))
            capped_add(&list, value_general_name(name));
    }
    capped_put(value, key, &list);
}

static json_t *scope_value(const struct oc_crl_scope *scope)
{
    json_t *value = value_must(json_object());
    if (scope->full_name.items.data != NULL)
        put_names(value, "full_name", &scope->full_name);
    if (scope->relative_name.data != NULL)
        put(value, "relative_name", value_hex(scope->relative_name));
    put(value, "only_user_certs", value_bool(scope->only_user_certs));
    put(value, "only_ca_certs", value_bool(scope->only_ca_certs));
    put(value, "only_attribute_certs", value_bool(scope->only_attribute_certs));
    if (scope->has_only_some_reasons)
        put(value, "only_some_reasons", reasons_value(scope->only_some_reasons));
    put(value, "indirect_crl", value_bool(scope->is_indirect));
    return value;
}

// Extensions that OCSP messages do not have are named as in RFC 5280, and have their octets as
// "value".
static json_t *extensions_value(const struct oc_list *list)
{
    struct oc_extension extension;
    json_t *value = value_must(json_array());
    for (size_t at = 0; oc_extension_next(list, &at, &extension);) {
        json_t *item = extension_value(&extension);
        if (extension.id == OC_EXT_OTHER)
            put(item, "name", value_string(oc_crl_extension_name(extension.oid)));
        value_append(value, item);
    }
    return value;
}

static json_t *entry_value(const struct oc_crl_entry *entry)
{
    json_t *value = value_must(json_object());
    put(value, "serial", value_integer(entry->serial));
    put(value, "revocation_time",
        entry->has_revocation_date ? value_time(entry->revocation_date) : json_null());
    if (entry->has_reason)
        put(value, "revocation_reason", reason_value(entry->reason));
    if (entry->has_invalidity_date)
        put(value, "invalidity_date", value_time(entry->invalidity_date));
    put(value, "has_unreadable_extensions", value_bool(entry->has_unreadable_extensions));
    put(value, "extensions", extensions_value(&entry->extensions));
    return value;
}

static size_t count_entries(const struct oc_crl *crl, struct oc_bytes serial)
{
    struct oc_crl_entry entry;
    size_t n = 0;
    for (size_t at = 0; oc_crl_next(crl, &at, &entry);)
        n += oc_bytes_equal(entry.serial, serial);
    return n;
}

static void describe_entries(struct sink *sink, const struct oc_crl *crl, struct oc_bytes serial)
{
    struct oc_crl_entry entry;
    sink_list_begin(sink, "revocations", count_entries(crl, serial));
    for (size_t at = 0; !sink_broken(sink) && oc_crl_next(crl, &at, &entry);) {
        if (oc_bytes_equal(entry.serial, serial))
            sink_item(sink, entry_value(&entry));
    }
    sink_list_end(sink);
}

static void describe_head(struct sink *sink, const struct oc_crl *crl)
{
    sink_member(sink, "issuer", value_name(crl->issuer));
    sink_member(sink, "this_update", value_time(crl->this_update));
    sink_member(sink, "next_update",
                crl->has_next_update ? value_time(crl->next_update) : json_null());
    if (crl->number.data != NULL)
        sink_member(sink, "number", value_integer(crl->number));
    if (crl->base_number.data != NULL)
        sink_member(sink, "base_number", value_integer(crl->base_number));
    if (crl->scope.is_present)
        sink_member(sink, "issuing_distribution_point", scope_value(&crl->scope));
    if (crl->has_expired_certs)
        sink_member(sink, "expired_certs", value_time(crl->expired_certs));
    sink_member(sink, "revocation_count", value_count(crl->revoked.n));
}

static void describe_signature(struct sink *sink, const struct oc_crl *crl)
{
    if (crl->authority_key_id.data != NULL)
        sink_member(sink, "authority_key_id", value_hex(crl->authority_key_id));
    sink_member(sink, "version", value_count(crl->version));
    sink_member(sink, "signature_algorithm", value_algorithm(&crl->signature.algorithm));
    if (!algorithms_equal(&crl->tbs_algorithm, &crl->signature.algorithm))
        sink_member(sink, "tbs_signature_algorithm", value_algorithm(&crl->tbs_algorithm));
    sink_member(sink, "signature", value_hex(crl->signature.value));
}

void describe_crl(struct sink *sink, const struct oc_crl *crl, struct oc_bytes serial)
{
    describe_head(sink, crl);
    if (serial.data != NULL)
        describe_entries(sink, crl, serial);
    sink_member(sink, "extensions", extensions_value(&crl->extensions));
    sink_member(sink, "has_unread_critical",
                value_bool(crl->has_unknown_critical || crl->has_unknown_critical_entry));
    describe_signature(sink, crl);
    sink_member(sink, "deviations", value_deviations(crl->deviations));
}
