// SPDX-License-Identifier: MIT
//
// HTTP in front of the front (RFC 6960 appendix A, RFC 9919 6 and 7), by libmicrohttpd.
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "answer/engine.h"

struct http;

// http_new begins to answer on `n` listening sockets, which stay the caller's. Returns NULL, and
// the reason in `why`. `config` counts only during the call.
struct http *http_new(struct engine *engine, const struct config *config, const int *sockets,
                      size_t n, char *why, size_t size);

// http_reload takes a new configuration and new listening sockets: what listens on a socket that
// is in both goes on, connections and all; what does not takes no more connections, and ends with
// those it has. Returns false, and the reason in `why`, when not all could be begun.
bool http_reload(struct http *http, const struct config *config, const int *sockets, size_t n,
                 char *why, size_t size);

// http_sweep ends connections that have taken too long to send a request. To be called each
// second or so.
void http_sweep(struct http *http);

// http_drain takes no more connections and answers what is there with "Connection: close";
// http_n_connections tells how many are left. http_free ends all.
void http_drain(struct http *http);
size_t http_n_connections(const struct http *http);
void http_free(struct http *http);

#endif
