// SPDX-License-Identifier: MIT
//
// `ocspd status` without a serial number: the condition of the sources.
#ifndef COMMAND_SOURCE_STATUS_H
#define COMMAND_SOURCE_STATUS_H

#include "command/session.h"

// source_status prints the condition of the source of each issuer, or of the one that the session's
// options name, as text or as JSON Lines. It reads the configuration of a session that has not been
// opened, and leaves it to the caller to close it. Returns EX_OK, EX_UNAVAILABLE if a source cannot
// be read, has expired or is not yet valid, or another exit status after an error line.
int source_status(struct session *session, bool is_json);

#endif
