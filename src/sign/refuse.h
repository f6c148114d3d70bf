// SPDX-License-Identifier: MIT
//
// How the functions of this layer end.
#ifndef SIGN_REFUSE_H
#define SIGN_REFUSE_H

#include <ocsp/base.h>

// oci_sign_refuse fills `*err`, if there is one, and returns `code`, which may be OC_OK.
enum oc_err oci_sign_refuse(enum oc_err code, const char *what, struct oc_error *err);

#endif
