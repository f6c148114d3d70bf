// SPDX-License-Identifier: MIT
//
// The cache of verified answers: a directory with a file for each certificate. The file's time
// of last modification says until when it may be used. Each file is verified again when read.
#ifndef CLIENT_CACHE_H
#define CLIENT_CACHE_H

#include <ocsp/client.h>

#include "client/http.h"

// oci_cache_read looks for an answer about `check`. Returns true and fills its verdict and
// response when there is one that `policy` believes.
bool oci_cache_read(const struct oc_client_config *config, const struct oc_policy *policy,
                    struct oc_check *check);

// oci_cache_write keeps the answer of `check`, if it may be kept.
void oci_cache_write(const struct oc_client_config *config, const struct oc_policy *policy,
                     const struct oc_check *check, const struct oci_freshness *freshness);

#endif
