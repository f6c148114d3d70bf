// SPDX-License-Identifier: MIT
//
// The HTTP server of the responder (RFC 6960 appendix A, RFC 9919 6 and 7), built on libmicrohttpd.
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct engine;

struct http;

// http_new starts to serve on `n` listening sockets, which remain the caller's. `config` is used
// only during the call. Returns NULL and the reason in `why` on failure.
struct http *http_new(struct engine *engine, const struct config *config, const int *sockets,
                      size_t n, char *why, size_t size);

// http_reload applies a new configuration and new listening sockets. Existing connections continue,
// also those that were accepted on a socket that is not among the new ones. Returns false and the
// reason in `why` if a part of it could not be applied.
bool http_reload(struct http *http, const struct config *config, const int *sockets, size_t n,
                 char *why, size_t size);

// http_sweep closes connections that exceed a timeout. It should be called about once a second.
void http_sweep(struct http *http);

// http_drain stops accepting connections and answers further requests with "Connection: close".
// http_n_connections returns how many connections are still open. http_free closes all of them.
void http_drain(struct http *http);
size_t http_n_connections(const struct http *http);
void http_free(struct http *http);

#endif
