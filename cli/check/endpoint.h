// SPDX-License-Identifier: MIT
//
// The endpoint of a TLS server: HOST, HOST:PORT or [ADDRESS]:PORT.
#ifndef CLI_CHECK_ENDPOINT_H
#define CLI_CHECK_ENDPOINT_H

#include <stdbool.h>

enum { ENDPOINT_HOST_SIZE = 256, ENDPOINT_PORT_SIZE = 6 };

// struct endpoint is a host and its port, as text.
struct endpoint {
    char host[ENDPOINT_HOST_SIZE];
    char port[ENDPOINT_PORT_SIZE];
};

// endpoint_parse reads an endpoint, which has `usual_port` if it names none. Returns false if it is
// invalid.
bool endpoint_parse(struct endpoint *out, const char *text, const char *usual_port);

// endpoint_is returns whether a text can be an endpoint.
bool endpoint_is(const char *text);

#endif
