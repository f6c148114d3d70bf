// SPDX-License-Identifier: MIT
//
// Listening sockets. Addresses are numbers, so that a start needs no name server. A Unix socket
// that nobody listens on any more is replaced; one that is in use is left alone.
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// FIRST_PASSED is the number of the first socket that systemd passes, sd_listen_fds(3).
enum { BACKLOG = 4096, FIRST_PASSED = 3, UNIX_MODE = 0660 };

union any_address {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
    struct sockaddr_storage storage;
};

// struct place is an address of the configuration, understood.
struct place {
    union any_address address;
    socklen_t len;
    mode_t mode;
    bool is_both;  // "*:PORT": IPv4 is in `address`
    bool is_passed;
};

static bool fail(char *why, size_t size, const char *address, int error)
{
    snprintf(why, size, "%s: %s", address, strerror(error));
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

// The mode may stand behind the path: "unix:/run/ocspd/http,mode=0666".
static bool read_unix(const char *path, struct place *place, char *why, size_t size)
{
    struct sockaddr_un *un = &place->address.un;
    const char *comma = strstr(path, ",mode=");
    size_t len = comma != NULL ? (size_t)(comma - path) : strlen(path);
    if (len == 0 || len >= sizeof un->sun_path)
        return snprintf(why, size, "the path must have 1 to %zu octets", sizeof un->sun_path - 1),
               false;
    place->mode = UNIX_MODE;
    if (comma != NULL) {
        const char *digits = comma + strlen(",mode=");
        size_t n = strspn(digits, "01234567");
        if (n < 3 || n > 4 || digits[n] != '\0' || strtoul(digits, NULL, 8) > 0777)
            return snprintf(why, size, "the mode is three octal digits"), false;
        place->mode = (mode_t)strtoul(digits, NULL, 8);
    }
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, len);
    place->len = sizeof *un;
    return true;
}

static bool read_ip(const char *host, in_port_t port, struct place *place)
{
    union any_address *address = &place->address;
    if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = port;
        place->len = sizeof address->v4;
        return true;
    }
    return false;
}

static bool read_ip6(const char *host, in_port_t port, struct place *place)
{
    union any_address *address = &place->address;
    // IPv4 has sockets of its own, and these are for nothing else.
    if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) != 1 ||
        IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
        return false;
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = port;
    place->len = sizeof address->v6;
    return true;
}

static bool read_host(const char *text, struct place *place, char *why, size_t size)
{
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(text, ':');
    in_port_t port = 0;
    if (colon == NULL || !read_port(colon + 1, &port))
        return snprintf(why, size, "an address ends with :PORT, a number up to 65535"), false;
    size_t len = (size_t)(colon - text);
    if (len < sizeof host) {
        memcpy(host, text, len);
        host[len] = '\0';
        place->is_both = strcmp(host, "*") == 0;
        if (place->is_both)
            return read_ip("0.0.0.0", port, place);
        if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
            host[len - 1] = '\0';
            if (read_ip6(host + 1, port, place))
                return true;
        } else if (read_ip(host, port, place)) {
            return true;
        }
    }
    snprintf(why, size, "in front of the port stands an IPv4 address, an IPv6 one in [], or *");
    return false;
}

static bool read_place(const char *text, struct place *place, char *why, size_t size)
{
    *place = (struct place){0};
    place->is_passed = strcmp(text, "systemd") == 0;
    if (place->is_passed)
        return true;
    if (strncmp(text, "unix:", 5) == 0)
        return read_unix(text + 5, place, why, size);
    return read_host(text, place, why, size);
}

bool listen_check(const char *address, char *why, size_t size)
{
    struct place place;
    return read_place(address, &place, why, size);
}

// Copies a path without what says nothing in it: a second slash, and "./".
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

static bool is_all(const struct place *place)
{
    const union any_address *address = &place->address;
    return address->sa.sa_family == AF_INET ? address->v4.sin_addr.s_addr == INADDR_ANY
                                            : IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

static in_port_t port_of(const struct place *place)
{
    return place->address.sa.sa_family == AF_INET ? place->address.v4.sin_port
                                                  : place->address.v6.sin6_port;
}

static bool is_same_ip(const union any_address *a, const union any_address *b)
{
    return a->sa.sa_family == AF_INET ? a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr
                                      : IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr);
}

static bool overlap_ip(const struct place *a, const struct place *b)
{
    if (port_of(a) == 0 || port_of(a) != port_of(b))
        return false;
    if (a->is_both || b->is_both)
        return true;
    return a->address.sa.sa_family == b->address.sa.sa_family &&
           (is_all(a) || is_all(b) || is_same_ip(&a->address, &b->address));
}

bool listen_overlap(const char *a, const char *b)
{
    struct place one;
    struct place other;
    char ignored[200];
    if (!read_place(a, &one, ignored, sizeof ignored) ||
        !read_place(b, &other, ignored, sizeof ignored))
        return false;
    if (one.is_passed || other.is_passed)
        return one.is_passed && other.is_passed;
    bool is_unix = one.address.sa.sa_family == AF_UNIX;
    if (is_unix != (other.address.sa.sa_family == AF_UNIX))
        return false;
    return is_unix ? is_same_path(&one.address.un, &other.address.un) : overlap_ip(&one, &other);
}

// Nobody listens behind a Unix socket whose connection is refused: its owner has ended.
static bool remove_stale(const struct sockaddr_un *un)
{
    struct stat st;
    if (lstat(un->sun_path, &st) != 0)
        return errno == ENOENT;
    if (!S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return false;
    bool is_stale =
        connect(fd, (const struct sockaddr *)un, sizeof *un) != 0 && errno == ECONNREFUSED;
    close(fd);
    return is_stale && unlink(un->sun_path) == 0;
}

static bool bind_unix(int fd, const struct place *place)
{
    const struct sockaddr_un *un = &place->address.un;
    if (!remove_stale(un))
        return errno = EADDRINUSE, false;
    // Nobody connects before the mode is right.
    mode_t old = umask(0777);
    bool is_bound = bind(fd, &place->address.sa, place->len) == 0;
    int error = errno;
    umask(old);
    errno = error;
    return is_bound && chmod(un->sun_path, place->mode) == 0;
}

static bool bind_ip(int fd, const struct place *place)
{
    const int yes = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0)
        return false;
    // IPv4 has a socket of its own, whatever the system's habit is.
    if (place->address.sa.sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) != 0)
        return false;
    return bind(fd, &place->address.sa, place->len) == 0;
}

static int open_socket(const struct place *place)
{
    int family = place->address.sa.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return -1;
    bool is_bound = family == AF_UNIX ? bind_unix(fd, place) : bind_ip(fd, place);
    if (is_bound && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static bool add(struct listeners *out, const char *address, const char *unix_path, int fd)
{
    if (out->n == LISTEN_MAX)
        return false;
    struct listener *listener = &out->items[out->n++];
    *listener = (struct listener){.fd = fd};
    snprintf(listener->address, sizeof listener->address, "%s", address);
    snprintf(listener->unix_path, sizeof listener->unix_path, "%s", unix_path);
    return true;
}

static bool open_one(struct listeners *out, const char *address, const struct place *place,
                     char *why, size_t size)
{
    int fd = open_socket(place);
    if (fd == -1)
        return fail(why, size, address, errno);
    bool is_unix = place->address.sa.sa_family == AF_UNIX;
    if (add(out, address, is_unix ? place->address.un.sun_path : "", fd))
        return true;
    close(fd);
    snprintf(why, size, "%s: more than %d sockets", address, LISTEN_MAX);
    return false;
}

// open_both opens IPv6 beside IPv4, on the same port, unless this system has no IPv6.
static bool open_both(struct listeners *out, const char *address, struct place *place, char *why,
                      size_t size)
{
    if (!open_one(out, address, place, why, size))
        return false;
    union any_address bound = {.storage = {0}};
    socklen_t len = sizeof bound;
    if (getsockname(out->items[out->n - 1].fd, &bound.sa, &len) != 0)
        return fail(why, size, address, errno);
    struct place place6 = {.len = sizeof place6.address.v6};
    place6.address.v6.sin6_family = AF_INET6;
    place6.address.v6.sin6_port = bound.v4.sin_port;
    place6.address.v6.sin6_addr = in6addr_any;
    if (open_one(out, address, &place6, why, size))
        return true;
    return errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL;
}

static bool read_count(const char *name, long max, long *out)
{
    const char *text = getenv(name);
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && *out <= max;
}

static bool is_listening(int fd)
{
    int value = 0;
    socklen_t len = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) != 0 || value == 0)
        return false;
    len = sizeof value;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len) == 0 && value == SOCK_STREAM;
}

// open_passed takes the sockets that systemd has opened for this very process.
static bool open_passed(struct listeners *out, const char *address, char *why, size_t size)
{
    long pid = 0;
    long n = 0;
    if (!read_count("LISTEN_PID", INT32_MAX, &pid) || pid != (long)getpid() ||
        !read_count("LISTEN_FDS", LISTEN_MAX, &n) || n == 0) {
        snprintf(why, size, "%s: no socket was passed to this process (LISTEN_FDS, LISTEN_PID)",
                 address);
        return false;
    }
    for (int fd = FIRST_PASSED; fd < FIRST_PASSED + (int)n; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags == -1 || !is_listening(fd)) {
            snprintf(why, size, "%s: descriptor %d is not a listening stream socket", address, fd);
            return false;
        }
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
            fcntl(fd, F_SETFL, (unsigned)flags | O_NONBLOCK) == -1)
            return fail(why, size, address, errno);
        if (!add(out, address, "", fd))
            return snprintf(why, size, "%s: more than %d sockets", address, LISTEN_MAX), false;
    }
    // These numbers may be something else the next time.
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    return true;
}

static bool take_old(const struct listeners *old, const char *address, bool is_admin,
                     struct listeners *out)
{
    size_t before = out->n;
    for (size_t i = 0; old != NULL && i < old->n; i++) {
        const struct listener *listener = &old->items[i];
        if (listener->is_admin == is_admin && strcmp(listener->address, address) == 0 &&
            !add(out, address, listener->unix_path, listener->fd))
            return false;
    }
    return out->n > before;
}

static bool open_address(const struct listeners *old, const char *address, bool is_admin,
                         struct listeners *out, char *why, size_t size)
{
    if (take_old(old, address, is_admin, out))
        return true;
    struct place place;
    char reason[200];
    if (!read_place(address, &place, reason, sizeof reason))
        return snprintf(why, size, "%s: %s", address, reason), false;
    if (place.is_passed)
        return open_passed(out, address, why, size);
    if (place.is_both)
        return open_both(out, address, &place, why, size);
    return open_one(out, address, &place, why, size);
}

bool listen_open(const struct config *config, const struct listeners *old, struct listeners *out,
                 char *why, size_t size)
{
    out->n = 0;
    out->has_admin = config->admin_listen != NULL;
    bool is_well = true;
    for (size_t i = 0; is_well && i < config->n_listen; i++)
        is_well = open_address(old, config->listen[i], false, out, why, size);
    if (is_well && config->admin_listen != NULL)
        is_well = open_address(old, config->admin_listen, true, out, why, size);
    if (is_well && out->has_admin)
        out->items[out->n - 1].is_admin = true;
    if (!is_well)
        listen_close(out, old);
    return is_well;
}

static bool has(const struct listeners *these, int fd)
{
    for (size_t i = 0; these != NULL && i < these->n; i++) {
        if (these->items[i].fd == fd)
            return true;
    }
    return false;
}

void listen_close(struct listeners *these, const struct listeners *kept)
{
    for (size_t i = 0; i < these->n; i++) {
        const struct listener *listener = &these->items[i];
        if (has(kept, listener->fd))
            continue;
        if (listener->unix_path[0] != '\0')
            unlink(listener->unix_path);
        close(listener->fd);
    }
    these->n = 0;
}

void listen_name(const struct listener *listener, char *out, size_t size)
{
    union any_address address = {.storage = {0}};
    socklen_t len = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";
    if (getsockname(listener->fd, &address.sa, &len) != 0 || address.sa.sa_family == AF_UNIX) {
        snprintf(out, size, "%s", listener->address);
    } else if (address.sa.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof host);
        snprintf(out, size, "%s:%u", host, ntohs(address.v4.sin_port));
    } else {
        inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof host);
        snprintf(out, size, "[%s]:%u", host, ntohs(address.v6.sin6_port));
    }
}
