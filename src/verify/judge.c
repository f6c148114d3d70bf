// SPDX-License-Identifier: MIT
//
// Refusing a message, and the policy that it is judged by.
#include "verify/judge.h"

// The first reason stays: checks after it are those of another candidate.
bool oci_refuse(struct judge *judge, enum oc_err code, const uint8_t *at, const char *what)
{
    if (judge->error.code == OC_OK) {
        size_t offset = at == NULL ? 0 : (size_t)(at - judge->message.data);
        judge->error = (struct oc_error){code, offset, what};
    }
    return false;
}

bool oci_check_policy(struct judge *judge)
{
    const struct oc_policy *policy = judge->policy;
    if (policy->skew < 0 || policy->max_age < 0)
        return oci_refuse(judge, OC_ERR_ARGUMENT, NULL,
                          "the skew or max_age of the policy is negative");
    return true;
}
