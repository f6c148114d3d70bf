// SPDX-License-Identifier: MIT
//
// Looking a serial number up in a CRL that was parsed (RFC 5280 5.3.3).
#include <ocsp/crl.h>

#include "der/reader.h"

#include <string.h>

static bool is_removal(const struct oc_crl_entry *entry)
{
    return entry->has_reason && entry->reason == OC_REASON_REMOVE_FROM_CRL;
}

static int64_t date_of(const struct oc_crl *crl, const struct oc_crl_entry *entry)
{
    return entry->has_revocation_date ? entry->revocation_date : crl->this_update;
}

// Whether `a` counts and not `b`, which was found before.
static bool outranks(const struct oc_crl *crl, const struct oc_crl_entry *a,
                     const struct oc_crl_entry *b)
{
    if (is_removal(a) != is_removal(b))
        return is_removal(b);
    return date_of(crl, a) < date_of(crl, b);
}

// Moves `*at` to the next entry with this serial number, reading no more of each entry than its
// two heads and its number. The list was checked before.
static bool seek(const struct oc_crl *crl, size_t *at, struct oc_bytes serial)
{
    struct oc_bytes rest = crl->revoked.items;
    if (*at >= rest.len)
        return false;
    oci_der_advance(&rest, *at);
    while (rest.len != 0) {
        struct oc_bytes entry;
        struct oc_bytes number;
        const uint8_t *start = rest.data;
        if (oci_der_read(&rest, OC_DER_SEQUENCE, &entry) != OC_OK ||
            oci_der_read(&entry, OC_DER_INTEGER, &number) != OC_OK)
            return false;
        if (number.len == serial.len && memcmp(number.data, serial.data, serial.len) == 0) {
            *at = (size_t)(start - crl->revoked.items.data);
            return true;
        }
    }
    return false;
}

static bool find_direct(const struct oc_crl *crl, struct oc_bytes serial, struct oc_crl_entry *out)
{
    struct oc_crl_entry entry;
    bool is_found = false;
    for (size_t at = 0; seek(crl, &at, serial) && oc_crl_next(crl, &at, &entry);) {
        if (!is_found || outranks(crl, &entry, out))
            *out = entry;
        is_found = true;
    }
    return is_found;
}

// Whether one of the names is the issuer of the CRL: GeneralName ::= CHOICE { ...
// directoryName [4] Name ... }
static bool names_crl_issuer(const struct oc_crl *crl, struct oc_list names)
{
    struct oc_bytes name;
    uint32_t tag;
    while (oc_der_read_any(&names.items, &tag, &name, NULL) == OC_OK) {
        if (tag == OC_DER_CONTEXT_CONSTRUCTED(4) && oc_bytes_equal(name, crl->issuer))
            return true;
    }
    return false;
}

// In an indirect CRL the issuer of an entry carries over to the entries behind it.
static bool find_indirect(const struct oc_crl *crl, struct oc_bytes serial,
                          struct oc_crl_entry *out)
{
    struct oc_crl_entry entry;
    bool is_found = false;
    bool is_own = true;
    for (size_t at = 0; oc_crl_next(crl, &at, &entry);) {
        if (entry.certificate_issuer.items.data != NULL)
            is_own = names_crl_issuer(crl, entry.certificate_issuer);
        if (!is_own || !oc_bytes_equal(entry.serial, serial) ||
            (is_found && !outranks(crl, &entry, out)))
            continue;
        *out = entry;
        is_found = true;
    }
    return is_found;
}

bool oc_crl_find(const struct oc_crl *crl, struct oc_bytes serial, struct oc_crl_entry *out)
{
    *out = (struct oc_crl_entry){0};
    if (serial.len == 0)
        return false;
    return crl->has_certificate_issuer ? find_indirect(crl, serial, out)
                                       : find_direct(crl, serial, out);
}
