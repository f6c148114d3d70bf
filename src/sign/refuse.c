// SPDX-License-Identifier: MIT
//
// The error of a function of this layer.
#include "sign/refuse.h"

enum oc_err oci_sign_refuse(enum oc_err code, const char *what, struct oc_error *err)
{
    if (err != NULL)
        *err = (struct oc_error){.code = code, .what = what};
    return code;
}
