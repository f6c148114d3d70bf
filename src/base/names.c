// SPDX-License-Identifier: MIT
//
// Names of enumerators, found by number.
#include "base/names.h"

#include <string.h>

// The analyzer does not see that the list has an end.
// NOLINTBEGIN(clang-analyzer-core.UndefinedBinaryOperatorResult)
const char *oci_nth_name(const char *names, size_t n)
{
    const char *name = names;
    for (; n > 0 && *name != '\0'; n--)
        name += strlen(name) + 1;
    return *name != '\0' ? name : names;
}
// NOLINTEND(clang-analyzer-core.UndefinedBinaryOperatorResult)
