// SPDX-License-Identifier: MIT
//
// This compiles if the library's headers may precede OpenSSL's.
#include "headers_ours.h"

#include "headers_openssl.h"

int main(void)
{
    return OC_OK == 0 && OCSP_RESPONSE_STATUS_SUCCESSFUL == 0 ? 0 : 1;
}
