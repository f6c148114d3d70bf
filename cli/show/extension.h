// SPDX-License-Identifier: MIT
//
// Extensions of messages as JSON.
#ifndef CLI_SHOW_EXTENSION_H
#define CLI_SHOW_EXTENSION_H

#include <ocsp/cert.h>
#include <ocsp/extension.h>

#include <jansson.h>

// extension_value returns an extension of a message as one object, a new value.
json_t *extension_value(const struct oc_extension *extension);

// access_value returns an access description as {"method", "location"}, a new value.
json_t *access_value(const struct oc_access *access);

#endif
