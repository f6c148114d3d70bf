// SPDX-License-Identifier: MIT
//
// /healthz and /metrics, served on an address of their own.
#ifndef HTTP_ADMIN_H
#define HTTP_ADMIN_H

#include "http/server.h"

// struct admin answers /healthz and /metrics on an address of its own.
struct admin;
struct admin *admin_new(struct engine *engine, struct http *http, int socket, char *why,
                        size_t size);
void admin_free(struct admin *admin);

#endif
