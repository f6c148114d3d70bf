// SPDX-License-Identifier: MIT
//
// The fuzz target whose input is a policy in three octets, and an
// OCSPResponse or a signed OCSPRequest.
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    (void)check_verify(data, len);
    return 0;
}
