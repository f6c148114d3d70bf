// SPDX-License-Identifier: MIT
//
// Reading endpoints. Whether the host exists shows only when its name is looked up.
#include "check/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_port(const char *text)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9' || strlen(text) >= ENDPOINT_PORT_SIZE)
        return false;
    unsigned long port = strtoul(text, &end, 10);
    return *end == '\0' && port > 0 && port < 65536;
}

static bool set(struct endpoint *out, const char *host, size_t len, const char *port)
{
    if (len == 0 || len >= sizeof out->host || !is_port(port))
        return false;
    memcpy(out->host, host, len);
    out->host[len] = '\0';
    snprintf(out->port, sizeof out->port, "%s", port);
    return true;
}

// An IPv6 address needs brackets only if a port follows.
bool endpoint_parse(struct endpoint *out, const char *text, const char *usual_port)
{
    const char *colon = strrchr(text, ':');
    const char *bracket = strchr(text, ']');
    *out = (struct endpoint){0};
    if (text[0] == '[' && bracket != NULL) {
        const char *port = bracket[1] == '\0' ? usual_port : bracket + 2;
        if (bracket[1] != '\0' && bracket[1] != ':')
            return false;
        return set(out, text + 1, (size_t)(bracket - text) - 1, port);
    }
    if (colon == NULL || strchr(text, ':') != colon)
        return set(out, text, strlen(text), usual_port);
    return set(out, text, (size_t)(colon - text), colon + 1);
}

bool endpoint_is(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:[]";
    struct endpoint endpoint;
    return text[0] != '-' && strspn(text, allowed) == strlen(text) &&
           endpoint_parse(&endpoint, text, "443");
}
