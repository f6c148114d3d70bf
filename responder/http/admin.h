// SPDX-License-Identifier: MIT
//
// Serves /healthz and /metrics on an address of their own.
#ifndef HTTP_ADMIN_H
#define HTTP_ADMIN_H

#include <stddef.h>

struct engine;

// struct admin is the server. admin_new starts it on a listening socket, which remains the
// caller's; it returns NULL and the reason in `why` on failure. admin_free stops it; NULL is
// allowed.
struct admin;
struct admin *admin_new(struct engine *engine, int socket, char *why, size_t size);
void admin_free(struct admin *admin);

#endif
