// SPDX-License-Identifier: MIT
//
// CRLs described for a sink.
#ifndef CLI_SHOW_CRL_H
#define CLI_SHOW_CRL_H

#include "sink.h"

#include <ocsp/crl.h>

// describe_crl prints what a CRL contains, between sink_begin() and sink_end(). Of its entries it
// prints those for `serial`, the content of an INTEGER, and their number alone if that is absent.
void describe_crl(struct sink *sink, const struct oc_crl *crl, struct oc_bytes serial);

#endif
