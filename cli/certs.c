// SPDX-License-Identifier: MIT
//
// Loading certificates, and finding the likely issuer of one among them.
#include "certs.h"

#include "expect.h"
#include "load.h"
#include "program/report.h"
#include "value.h"

#include <stdlib.h>

static void add(struct found **list, size_t *n, const struct found *one)
{
    if ((*n & (*n - 1)) == 0)
        *list = must_resize(*list, *n == 0 ? 1 : *n * 2, sizeof **list);
    (*list)[(*n)++] = *one;
}

bool certs_load(struct certs *certs, const char *file, bool has_target)
{
    certs->files = must_resize(certs->files, certs->n_files + 1, sizeof *certs->files);
    struct messages *in = &certs->files[certs->n_files];
    if (!messages_load(in, file))
        return false;
    certs->n_files++;
    for (size_t i = 0; i < in->n; i++) {
        struct found one = {.file = file};
        if (!expect_certificate(in, &in->items[i], &one.cert))
            return false;
        if (i == 0 && has_target)
            add(&certs->targets, &certs->n_targets, &one);
        else
            add(&certs->candidates, &certs->n_candidates, &one);
    }
    return true;
}

static bool is_same_issuer(const struct oc_cert *a, const struct oc_cert *b)
{
    return oc_bytes_equal(a->subject, b->subject) && oc_bytes_equal(a->public_key, b->public_key);
}

const struct found *certs_only_issuer(const struct certs *certs, const struct found **other)
{
    *other = NULL;
    if (certs->n_candidates == 0)
        return NULL;
    const struct found *first = &certs->candidates[0];
    for (size_t i = 1; i < certs->n_candidates && *other == NULL; i++) {
        if (!is_same_issuer(&first->cert, &certs->candidates[i].cert))
            *other = &certs->candidates[i];
    }
    return first;
}

static void complain_no_issuer(const struct found *target)
{
    json_t *name = value_name(target->cert.issuer);
    complain(target->file, "missing certificate of the issuer \"%s\"; use --issuer",
             json_string_value(name));
    json_decref(name);
}

// A CA may have several certificates (renewed, cross-signed). Any of them will do if the key is the
// same, because only name and key matter to OCSP.
const struct found *certs_find_issuer(const struct certs *certs, const struct found *target)
{
    const struct found *issuer = NULL;
    for (size_t i = 0; i < certs->n_candidates; i++) {
        const struct found *one = &certs->candidates[i];
        if (!oc_issuer_names(&one->cert, &target->cert))
            continue;
        if (issuer == NULL) {
            issuer = one;
        } else if (!oc_bytes_equal(issuer->cert.public_key, one->cert.public_key)) {
            complain(target->file, "ambiguous issuer: %s and %s hold different keys", issuer->file,
                     one->file);
            return NULL;
        }
    }
    if (issuer == NULL)
        complain_no_issuer(target);
    return issuer;
}

// A response is about the issuer's name and key and a serial number. A forged certificate can have
// the same name and number, so its signature must be verified.
bool certs_is_issued(const struct found *target, const struct oc_issuer *issuer,
                     const char *issuer_file)
{
    struct oc_error err;
    if (oc_issuer_verify_cert(issuer, &target->cert, NULL, &err) == OC_OK)
        return true;
    complain(target->file, "not issued by %s: %s", issuer_file, err.what);
    return false;
}

void certs_free(struct certs *certs)
{
    for (size_t i = 0; i < certs->n_files; i++)
        messages_free(&certs->files[i]);
    free(certs->files);
    free(certs->targets);
    free(certs->candidates);
    *certs = (struct certs){0};
}
