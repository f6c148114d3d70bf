// SPDX-License-Identifier: MIT
//
// Extension lists, as the parsers and builders of messages use them.
#ifndef WIRE_EXTENSION_H
#define WIRE_EXTENSION_H

#include <ocsp/extension.h>

#include "wire/parse.h"

// The object identifiers seen in one list, to find one that is there twice.
struct seen_oids {
    size_t n;
    struct oc_bytes oids[OC_MAX_EXTENSIONS];
};

// oci_note_oid refuses an identifier that was seen before, and one too many.
bool oci_note_oid(struct seen_oids *seen, struct reader *at, struct oc_bytes oid);

// oci_read_extension_head reads one Extension whose value may be anything: `*value`
// is the reader in front of it.
bool oci_read_extension_head(struct reader *r, struct oc_extension *out, struct reader *value);

// oci_read_extension reads one Extension, and decodes its value if it is known.
bool oci_read_extension(struct reader *r, struct oc_extension *out);

// oci_read_extensions reads what is inside the tag of Extensions, decodes what it
// knows, and finds duplicates.
bool oci_read_extensions(struct oc_bytes in, struct parse *parse, struct oc_list *out);

// read_extensions reads `[n] EXPLICIT Extensions OPTIONAL`; `tag` is that of [n].
static inline bool read_extensions(struct reader *r, uint8_t tag, struct oc_list *out)
{
    struct reader inside;
    out->items = (struct oc_bytes){0};
    out->n = 0;
    return !next_is(r, tag) ||
           (enter(r, tag, &inside, "Extensions is not in its tag (RFC 5280 4.1)") &&
            oci_read_extensions(inside.in, inside.parse, out));
}

// oci_read_general_name reads a GeneralName; `*uri` is its text if it is a URI.
bool oci_read_general_name(struct reader *r, struct oc_bytes *whole, struct oc_bytes *uri,
                           const char *what);

// oci_read_general_names reads GeneralNames with this tag; `empty` is the text for a list
// without a name.
bool oci_read_general_names(struct reader *r, uint8_t tag, struct oc_list *out, const char *what,
                            const char *empty);

// oci_read_authority_key_id reads the keyIdentifier of an AuthorityKeyIdentifier, which may be
// absent (RFC 5280 4.2.1.1).
bool oci_read_authority_key_id(struct reader *r, struct oc_bytes *key_id);

// oci_read_access_list reads an AuthorityInfoAccessSyntax (RFC 5280 4.2.2.1).
bool oci_read_access_list(struct reader *r, struct oc_list *out);

// oci_read_oid_list reads a SEQUENCE OF OBJECT IDENTIFIER.
bool oci_read_oid_list(struct reader *r, struct oc_list *out, const char *what);

// oci_extension_id and oci_extension_oid translate between an identifier and its name.
enum oc_extension_id oci_extension_id(struct oc_bytes oid);
struct oc_bytes oci_extension_oid(enum oc_extension_id id);

#endif
