// SPDX-License-Identifier: MIT
//
// The content of a time, read and written.
#ifndef DER_TIME_H
#define DER_TIME_H

#include <ocsp/der.h>

// oci_der_generalized_time and oci_der_utc_time read the content of a time. When
// they return false, the outputs are undefined.
bool oci_der_generalized_time(struct oc_bytes text, int64_t *seconds, unsigned *deviations);
bool oci_der_utc_time(struct oc_bytes text, int64_t *seconds);

// oci_der_generalized_time_text writes seconds as the 15 characters of a GeneralizedTime.
bool oci_der_generalized_time_text(int64_t seconds, uint8_t text[15]);

#endif
