// SPDX-License-Identifier: MIT
//
// The fuzz target whose input is the target of a GET, as ocspd reads it.
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    (void)check_get(data, len);
    return 0;
}
