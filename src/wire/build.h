// SPDX-License-Identifier: MIT
//
// The common part of the builders of requests and responses. They write from the end: in
// each function the fields of the production come in reverse order.
#ifndef WIRE_BUILD_H
#define WIRE_BUILD_H

#include <ocsp/der.h>

// oci_build_refuse fills `*err`, empties `*out`, and returns `code`.
enum oc_err oci_build_refuse(enum oc_err code, const char *what, struct oc_bytes *out,
                             struct oc_error *err);

// oci_build_finish hands over what was written, or the writer's error.
enum oc_err oci_build_finish(const struct oc_der_writer *w, struct oc_bytes *out,
                             struct oc_error *err);

void oci_write_algorithm(struct oc_der_writer *w, const struct oc_algorithm *algorithm);

// oci_write_signature writes signatureAlgorithm, signature and certs.
void oci_write_signature(struct oc_der_writer *w, const struct oc_signature *signature);

// oci_write_extensions writes `[n] EXPLICIT Extensions OPTIONAL`.
void oci_write_extensions(struct oc_der_writer *w, uint8_t n, const struct oc_list *extensions);

#endif
