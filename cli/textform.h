// SPDX-License-Identifier: MIT
//
// DER written as text without a frame: base64 or hex.
#ifndef CLI_TEXTFORM_H
#define CLI_TEXTFORM_H

#include "message.h"

// textform_decode decodes text that is hex or base64, and tells which. Of a text that
// could be both, it is the one that decodes to what DER starts with. FORM_NONE is
// neither, with `*out` zero.
//
// Hex is pairs of digits with colons, blanks, line breaks or "0x" before a pair.
// Base64 is that of RFC 4648, also its URL alphabet, with line breaks and blanks
// anywhere, and with padding or without.
enum message_form textform_decode(const struct octets *text, struct octets *out);

// textform_offence is the offset of the first octet that keeps text from being
// base64, the more general of the two forms: `text->len` for one that ends too
// early, SIZE_MAX for none.
size_t textform_offence(const struct octets *text);

#endif
