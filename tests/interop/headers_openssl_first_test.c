// SPDX-License-Identifier: MIT
//
// This compiles if OpenSSL's headers may precede the library's.
#include "headers_openssl.h"

#include "headers_ours.h"

int main(void)
{
    return OC_OK == 0 && OCSP_RESPONSE_STATUS_SUCCESSFUL == 0 ? 0 : 1;
}
