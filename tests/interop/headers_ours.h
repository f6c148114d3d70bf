// SPDX-License-Identifier: MIT
//
// Every public header of the library; headers_test.py checks that none is missing.
#ifndef TESTS_INTEROP_HEADERS_OURS_H
#define TESTS_INTEROP_HEADERS_OURS_H

#include <ocsp/base.h>
#include <ocsp/cert.h>
#include <ocsp/cert_id.h>
#include <ocsp/client.h>
#include <ocsp/crl.h>
#include <ocsp/crypto.h>
#include <ocsp/delegates.h>
#include <ocsp/der.h>
#include <ocsp/extension.h>
#include <ocsp/issuer.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>
#include <ocsp/response.h>
#include <ocsp/sign.h>
#include <ocsp/verify.h>

#endif
