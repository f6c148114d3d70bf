// SPDX-License-Identifier: MIT
//
// The fuzz target whose input is a policy and a store in eight octets, and an OCSPRequest, or a
// packet that the processes of ocspd exchange.
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    (void)check_answer(data, len);
    return 0;
}
