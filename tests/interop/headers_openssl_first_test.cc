// SPDX-License-Identifier: MIT
//
// Compiles when OpenSSL's headers stand before the library's.
#include "headers_openssl.h"

#include "headers_ours.h"

int main(void)
{
    return OC_OK == 0 && OCSP_RESPONSE_STATUS_SUCCESSFUL == 0 ? 0 : 1;
}
