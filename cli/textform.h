// SPDX-License-Identifier: MIT
//
// DER as plain text: base64 or hex.
#ifndef CLI_TEXTFORM_H
#define CLI_TEXTFORM_H

#include "message.h"

// textform_decode decodes hex or base64 and returns which it was. If a text could be both, the form
// counts whose result looks like DER. Returns FORM_NONE for other text, with `*out` zero.
//
// Hex is pairs of digits with colons, blanks, line breaks or "0x" before a pair.
// Base64 is that of RFC 4648, also its URL alphabet, with line breaks and blanks
// anywhere, and with padding or without.
enum message_form textform_decode(const struct octets *text, struct octets *out);

// textform_offence returns the offset of the first octet that is invalid in base64, the more
// general of the two forms; `text->len` if the text is truncated, SIZE_MAX if it is valid.
size_t textform_offence(const struct octets *text);

#endif
