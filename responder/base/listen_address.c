// SPDX-License-Identifier: MIT
//
// The grammar of listen addresses, and which of them exclude each other.
#include "base/listen_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNIX_MODE = 0660 };

_Static_assert(sizeof((struct sockaddr_un *)0)->sun_path == 108, "the text below names the size");

static bool refuse(char *why, size_t size, const char *text)
{
    snprintf(why, size, "%s", text);
    return false;
}

static bool read_port(const char *text, in_port_t *port)
{
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 5 || text[n] != '\0')
        return false;
    unsigned long number = strtoul(text, NULL, 10);
    *port = htons((in_port_t)number);
    return number <= 65535;
}

// A mode may follow the path: "unix:/run/ocspd/http,mode=0666".
static bool read_unix(const char *path, struct listen_address *out, char *why, size_t size)
{
    struct sockaddr_un *un = &out->address.un;
    const char *comma = strstr(path, ",mode=");
    size_t len = comma != NULL ? (size_t)(comma - path) : strlen(path);
    if (len == 0 || len >= sizeof un->sun_path)
        return refuse(why, size, "the path must have 1 to 107 bytes");
    out->mode = UNIX_MODE;
    if (comma != NULL) {
        const char *digits = comma + strlen(",mode=");
        size_t n = strspn(digits, "01234567");
        if (n < 3 || n > 4 || digits[n] != '\0' || strtoul(digits, NULL, 8) > 0777)
            return refuse(why, size, "the mode must be three octal digits");
        out->mode = (mode_t)strtoul(digits, NULL, 8);
    }
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, len);
    out->len = sizeof *un;
    return true;
}

static bool read_ip(const char *host, in_port_t port, struct listen_address *out)
{
    union any_address *address = &out->address;
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = port;
        out->len = sizeof address->v4;
        return true;
    }
    return false;
}

static bool read_ip6(const char *host, in_port_t port, struct listen_address *out)
{
    union any_address *address = &out->address;
    // IPv6 sockets are opened for IPv6 only; IPv4 has its own.
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) != 1 ||
        IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
        return false;
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = port;
    out->len = sizeof address->v6;
    return true;
}

static bool read_host(const char *text, struct listen_address *out, char *why, size_t size)
{
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(text, ':');
    in_port_t port = 0;
    if (colon == NULL || !read_port(colon + 1, &port))
        return refuse(why, size, "it must end with :PORT, a number up to 65535");
    size_t len = (size_t)(colon - text);
    if (len < sizeof host) {
        memcpy(host, text, len);
        host[len] = '\0';
        out->is_both = strcmp(host, "*") == 0;
        if (out->is_both)
            return read_ip("0.0.0.0", port, out);
        if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
            host[len - 1] = '\0';
            if (read_ip6(host + 1, port, out))
                return true;
        } else if (read_ip(host, port, out)) {
            return true;
        }
    }
    return refuse(why, size,
                  "before the port there must be an IPv4 address, an IPv6 address in [], or *");
}

bool listen_address_read(const char *text, struct listen_address *out, char *why, size_t size)
{
    *out = (struct listen_address){0};
    out->is_passed = strcmp(text, "systemd") == 0;
    if (out->is_passed)
        return true;
    if (strncmp(text, "unix:", 5) == 0)
        return read_unix(text + 5, out, why, size);
    return read_host(text, out, why, size);
}

bool listen_address_check(const char *text, char *why, size_t size)
{
    struct listen_address ignored;
    return listen_address_read(text, &ignored, why, size);
}

// Copies a path without redundant parts: repeated slashes, and "./".
static void tidy(const char *path, char *out)
{
    const char *begin = out;
    while (*path != '\0') {
        bool is_name = out == begin || out[-1] == '/';
        if (is_name && path[0] == '.' && path[1] == '/') {
            path += 1 + strspn(path + 1, "/");
            continue;
        }
        if (!is_name || *path != '/' || out == begin)
            *out++ = *path;
        path++;
    }
    *out = '\0';
}

static bool is_same_path(const struct sockaddr_un *a, const struct sockaddr_un *b)
{
    char one[sizeof a->sun_path];
    char other[sizeof b->sun_path];
    tidy(a->sun_path, one);
    tidy(b->sun_path, other);
    return strcmp(one, other) == 0;
}

static bool is_any(const struct listen_address *one)
{
    const union any_address *address = &one->address;
    return address->sa.sa_family == AF_INET ? address->v4.sin_addr.s_addr == INADDR_ANY
                                            : IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

static in_port_t port_of(const struct listen_address *one)
{
    return one->address.sa.sa_family == AF_INET ? one->address.v4.sin_port
                                                : one->address.v6.sin6_port;
}

static bool is_same_ip(const union any_address *a, const union any_address *b)
{
    return a->sa.sa_family == AF_INET ? a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr
                                      : IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr);
}

static bool overlap_ip(const struct listen_address *a, const struct listen_address *b)
{
    if (port_of(a) == 0 || port_of(a) != port_of(b))
        return false;
    if (a->is_both || b->is_both)
        return true;
    return a->address.sa.sa_family == b->address.sa.sa_family &&
           (is_any(a) || is_any(b) || is_same_ip(&a->address, &b->address));
}

bool listen_address_overlap(const char *a, const char *b)
{
    struct listen_address one;
    struct listen_address other;
    char ignored[200];
    if (!listen_address_read(a, &one, ignored, sizeof ignored) ||
        !listen_address_read(b, &other, ignored, sizeof ignored))
        return false;
    if (one.is_passed || other.is_passed)
        return one.is_passed && other.is_passed;
    bool is_unix = one.address.sa.sa_family == AF_UNIX;
    if (is_unix != (other.address.sa.sa_family == AF_UNIX))
        return false;
    return is_unix ? is_same_path(&one.address.un, &other.address.un) : overlap_ip(&one, &other);
}
