// SPDX-License-Identifier: MIT
//
// The fuzz target whose input is a CRL.
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    (void)check_crl(data, len);
    return 0;
}
