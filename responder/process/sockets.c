// SPDX-License-Identifier: MIT
//
// Opens listening sockets. A stale Unix socket, which no process listens on, is replaced; one that
// is in use is left alone.
#include "process/sockets.h"

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
enum { BACKLOG = 4096, FIRST_PASSED = 3 };

static bool fail(char *why, size_t size, const char *address, int error)
{
    snprintf(why, size, "cannot listen on %s: %s", address, strerror(error));
    return false;
}

// A Unix socket that refuses connections is stale: no process listens on it any more.
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

static bool bind_unix(int fd, const struct listen_address *parsed)
{
    const struct sockaddr_un *un = &parsed->address.un;
    if (!remove_stale(un)) {
        errno = EADDRINUSE;
        return false;
    }
    // No client may connect before the mode is set.
    mode_t old = umask(0777);
    bool is_bound = bind(fd, &parsed->address.sa, parsed->len) == 0;
    int error = errno;
    umask(old);
    errno = error;
    return is_bound && chmod(un->sun_path, parsed->mode) == 0;
}

static bool bind_ip(int fd, const struct listen_address *parsed)
{
    const int yes = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0)
        return false;
    // IPv4 has its own socket, whatever the system's default is.
    if (parsed->address.sa.sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) != 0)
        return false;
    return bind(fd, &parsed->address.sa, parsed->len) == 0;
}

static int open_socket(const struct listen_address *parsed)
{
    int family = parsed->address.sa.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return -1;
    bool is_bound = family == AF_UNIX ? bind_unix(fd, parsed) : bind_ip(fd, parsed);
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

static bool open_one(struct listeners *out, const char *address,
                     const struct listen_address *parsed, char *why, size_t size)
{
    int fd = open_socket(parsed);
    if (fd == -1)
        return fail(why, size, address, errno);
    bool is_unix = parsed->address.sa.sa_family == AF_UNIX;
    if (add(out, address, is_unix ? parsed->address.un.sun_path : "", fd))
        return true;
    close(fd);
    snprintf(why, size, "%s: more than %d sockets", address, LISTEN_MAX);
    return false;
}

// open_both opens IPv4 and IPv6 on the same port, or IPv4 alone if the system has no IPv6.
static bool open_both(struct listeners *out, const char *address, struct listen_address *parsed,
                      char *why, size_t size)
{
    if (!open_one(out, address, parsed, why, size))
        return false;
    union any_address bound = {.storage = {0}};
    socklen_t len = sizeof bound;
    if (getsockname(out->items[out->n - 1].fd, &bound.sa, &len) != 0)
        return fail(why, size, address, errno);
    struct listen_address any6 = {.len = sizeof any6.address.v6};
    any6.address.v6.sin6_family = AF_INET6;
    any6.address.v6.sin6_port = bound.v4.sin_port;
    any6.address.v6.sin6_addr = in6addr_any;
    if (open_one(out, address, &any6, why, size))
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

// open_passed takes the sockets that systemd has passed to this process.
static bool open_passed(struct listeners *out, const char *address, char *why, size_t size)
{
    long pid = 0;
    long n = 0;
    if (!read_count("LISTEN_PID", INT32_MAX, &pid) || pid != (long)getpid() ||
        !read_count("LISTEN_FDS", LISTEN_MAX, &n) || n == 0) {
        snprintf(why, size,
                 "%s: no socket was passed to this process (LISTEN_FDS, LISTEN_PID): "
                 "start ocspd.socket",
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
        if (!add(out, address, "", fd)) {
            snprintf(why, size, "%s: more than %d sockets", address, LISTEN_MAX);
            return false;
        }
    }
    // At the next reload these descriptors may be something else.
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
    struct listen_address parsed;
    char reason[200];
    if (!listen_address_read(address, &parsed, reason, sizeof reason)) {
        snprintf(why, size, "%s: %s", address, reason);
        return false;
    }
    if (parsed.is_passed)
        return open_passed(out, address, why, size);
    if (parsed.is_both)
        return open_both(out, address, &parsed, why, size);
    return open_one(out, address, &parsed, why, size);
}

bool sockets_open(const struct config *config, const struct listeners *old, struct listeners *out,
                  char *why, size_t size)
{
    out->n = 0;
    out->has_admin = config->admin_listen != NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < config->n_listen; i++)
        ok = open_address(old, config->listen[i], false, out, why, size);
    if (ok && config->admin_listen != NULL)
        ok = open_address(old, config->admin_listen, true, out, why, size);
    if (ok && out->has_admin)
        out->items[out->n - 1].is_admin = true;
    if (!ok)
        sockets_close(out, old);
    return ok;
}

static bool has(const struct listeners *these, int fd)
{
    for (size_t i = 0; these != NULL && i < these->n; i++) {
        if (these->items[i].fd == fd)
            return true;
    }
    return false;
}

void sockets_close(struct listeners *these, const struct listeners *kept)
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

void sockets_name(const struct listener *listener, char *out, size_t size)
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
