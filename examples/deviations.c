// SPDX-License-Identifier: MIT
//
// Prints the version of the library and the deviations of a message that was parsed.
#include <stdio.h>

#include <ocsp/base.h>

static void print_deviations(unsigned deviations)
{
    for (unsigned bit = 1; bit != 0; bit <<= 1) {
        if (deviations & bit)
            printf("%s\n", oc_deviation_name(bit));
    }
}

int main(void)
{
    printf("libocsp %s\n", oc_version());
    print_deviations(OC_DEV_TIME_FRACTION | OC_DEV_SERIAL_LONG);
    return 0;
}
