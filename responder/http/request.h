// SPDX-License-Identifier: MIT
//
// The daemons of libmicrohttpd that answer requests.
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/parts.h"

// http_is_last tells whether connections are to end with their next answer.
bool http_is_last(const struct http *http);

// http_new_daemon begins a daemon of libmicrohttpd, one thread, that answers on the connections
// that it is given. NULL when it cannot be begun.
struct MHD_Daemon *http_new_daemon(struct http *http, const struct config *config);

#endif
