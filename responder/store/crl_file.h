// SPDX-License-Identifier: MIT
//
// The octets of one CRL file in memory, which is given back page by page.
#ifndef STORE_CRL_FILE_H
#define STORE_CRL_FILE_H

#include "store/file.h"

#include <ocsp/base.h>

// struct crl_file is the file; `der` is the CRL in it.
struct crl_file {
    uint8_t *map;
    size_t size;
    struct oc_bytes der;
};

// crl_file_read reads a file that has one CRL, in DER, which newlines may follow, or in PEM, which
// may have text around it. Returns false and sets `*err` on failure. crl_file_free frees it; zero
// is allowed.
bool crl_file_read(struct crl_file *file, struct file_input *in, struct store_error *err);
void crl_file_free(struct crl_file *file);

// crl_file_forget gives the memory before `at`, a place in `der`, back to the system. Its octets
// are zero afterwards.
void crl_file_forget(struct crl_file *file, const uint8_t *at);

#endif
