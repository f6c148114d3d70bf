// SPDX-License-Identifier: MIT
//
// The fuzz target whose input is one extension: its choice in the first octet, then its value.
#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    (void)check_extension(data, len);
    return 0;
}
