// SPDX-License-Identifier: MIT
//
// Checks that must hold for every input: one function for each public parser. The fuzz
// targets call them with the inputs of libFuzzer, the tests with mutated samples.
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stddef.h>
#include <stdint.h>

// Each function returns 1 when the parser accepted the `len` octets at `data` and 0
// when it rejected them. It reports an error on standard error and calls abort() when the
// parser broke a promise of its header: outputs after a failure, views that leave the
// input, counts that differ from those of the iterators, a message that is not the same
// when it is built again.

// check_request tries oc_request_parse() and the builders of requests.
int check_request(const uint8_t *data, size_t len);

// check_response tries oc_response_parse() and the builders of responses.
int check_response(const uint8_t *data, size_t len);

// check_cert tries oc_cert_parse().
int check_cert(const uint8_t *data, size_t len);

// check_crl tries oc_crl_parse(), looks up each entry again, and tries oc_crl_verify() and
// oc_crl_check() with a table that accepts every signature.
int check_crl(const uint8_t *data, size_t len);

// check_verify tries oc_verify() or oc_verify_request() with the response or request behind
// the first three octets, which choose the policy, and a table that accepts every
// signature. It returns 1 when the message was accepted.
int check_verify(const uint8_t *data, size_t len);

// check_answer tries the way from a request to a response of ocspd, behind the first eight octets,
// which choose the policy and what the store says; or a packet of its processes. It returns 1 when
// there was an answer, or a valid packet.
int check_answer(const uint8_t *data, size_t len);

// check_extension tries the decoders of extensions: the first octet chooses an
// extension that the library knows, and whether it is critical; the others are its
// value.
int check_extension(const uint8_t *data, size_t len);

// check_get tries the reader of the target of a GET, of ocspd.
int check_get(const uint8_t *data, size_t len);

// check_der tries every reader of <ocsp/der.h> at each element of the input, and
// writes again the values that it has read. It returns 1 when the input is one whole element.
int check_der(const uint8_t *data, size_t len);

#endif
