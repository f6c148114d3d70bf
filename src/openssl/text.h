// SPDX-License-Identifier: MIT
//
// Files with keys and certificates, before libcrypto reads them: where they are, what is in
// them, and how many PEM blocks (RFC 7468) they say they have.
#ifndef OPENSSL_TEXT_H
#define OPENSSL_TEXT_H

#include <ocsp/base.h>

// struct text is the content of a file, for oci_text_clear().
struct text {
    uint8_t *data;
    size_t len;
    size_t size;
};

// oci_text_path gives the path of the local file that `uri` means, or NULL when it is a
// URI of another kind.
const char *oci_text_path(const char *uri);

// oci_text_load reads the file at `path`. Returns OC_OK; or OC_ERR_READ, OC_ERR_LIMIT or
// OC_ERR_MEMORY, with `*text` zero and `*err` filled.
enum oc_err oci_text_load(struct text *text, const char *path, struct oc_error *err);

// oci_text_clear frees the content and leaves no trace of it.
void oci_text_clear(struct text *text);

// oci_text_check refuses what is too long or absent.
enum oc_err oci_text_check(struct oc_bytes text, struct oc_error *err);

// struct pem_count says how many blocks begin in a text.
struct pem_count {
    size_t blocks;
    size_t certs;
    size_t private_keys;
};

struct pem_count oci_pem_count(struct oc_bytes text);

// oci_load_failed fills `*err`, if not NULL, and returns `code`.
enum oc_err oci_load_failed(struct oc_error *err, enum oc_err code, const char *what);

#endif
