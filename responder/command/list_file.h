// SPDX-License-Identifier: MIT
//
// The CA's own list of certificates, a CRL or an index, as a store.
#ifndef COMMAND_LIST_FILE_H
#define COMMAND_LIST_FILE_H

#include "command/session.h"

// list_file_open opens `file`, whose kind is SOURCE_CRL or SOURCE_INDEX, for the issuer of a
// session. A CRL that has expired is refused unless `is_expired_allowed`. `*out` is to be closed
// with store_close(). Returns EX_OK, or the exit status after an error line.
int list_file_open(const struct session *session, enum source_kind kind, const char *file,
                   bool is_expired_allowed, struct store **out);

#endif
