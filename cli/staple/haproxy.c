// SPDX-License-Identifier: MIT
//
// The runtime API of HAProxy: one command a connection, the answer until its end.
#include "staple/haproxy.h"

#include "program/clock.h"
#include "program/report.h"

#include <openssl/evp.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT_MS = 5000, ANSWER_SIZE = 1024 };

// HAProxy finds the certificate by the whole DER of the cert ID, which it makes with libcrypto:
// SHA-1, and its parameters NULL.
const char *staple_haproxy_refusal(const struct oc_response *resp, const struct oc_verdict *verdict)
{
    static const uint8_t null[] = {0x05, 0x00};
    size_t at = 0;
    struct oc_single_response single;
    if (resp->responses.n != 1 || !oc_response_next(resp, &at, &single))
        return "it speaks of more than one certificate";
    if (single.id.hash != OC_HASH_SHA1)
        return "its cert ID is not by SHA-1";
    if (!oc_bytes_equal(single.id.hash_algorithm.parameters, (struct oc_bytes){null, sizeof null}))
        return "its cert ID has SHA-1 without the parameters NULL";
    return verdict->has_next_update ? NULL : "it has no nextUpdate (RFC 6960 4.2.1)";
}

// Returns false, with errno set, when nothing has come of it until `deadline`.
static bool wait_for(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_ms();
        struct pollfd p = {.fd = fd, .events = events};
        int n = left <= 0 ? 0 : poll(&p, 1, (int)left);
        if (n > 0)
            return true;
        if (n == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        if (errno != EINTR)
            return false;
    }
}

static bool connect_to(int fd, const struct sockaddr *address, socklen_t len, int64_t deadline)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (connect(fd, address, len) == 0)
        return true;
    if (errno != EINPROGRESS || !wait_for(fd, POLLOUT, deadline))
        return false;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return false;
    errno = error;
    return error == 0;
}

static int open_address(const struct sockaddr *address, socklen_t len, int64_t deadline)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1 || connect_to(fd, address, len, deadline))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_path(const char *path, int64_t deadline)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    return open_address((const struct sockaddr *)&address, sizeof address, deadline);
}

// Only numbers: looking up a name may take as long as it likes.
static int open_port(const char *text, int64_t deadline)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    const char *colon = strrchr(text, ':');
    size_t len = (size_t)(colon - text);
    bool is_bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    char host[64];
    struct addrinfo *found = NULL;
    snprintf(host, sizeof host, "%.*s", (int)(is_bracketed ? len - 2 : len),
             is_bracketed ? text + 1 : text);
    if (len >= sizeof host || getaddrinfo(host, colon + 1, &hints, &found) != 0) {
        errno = EINVAL;
        return -1;
    }
    int fd = open_address(found->ai_addr, found->ai_addrlen, deadline);
    int error = errno;
    freeaddrinfo(found);
    errno = error;
    return fd;
}

static bool send_all(int fd, const char *text, size_t len, int64_t deadline)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        } else if (errno != EINTR && (errno != EAGAIN || !wait_for(fd, POLLOUT, deadline))) {
            return false;
        }
    }
    return true;
}

// The answer as text, as much of it as fits.
static bool receive(int fd, char answer[ANSWER_SIZE], int64_t deadline)
{
    size_t len = 0;
    while (len < ANSWER_SIZE - 1) {
        ssize_t n = recv(fd, answer + len, ANSWER_SIZE - 1 - len, 0);
        if (n == 0)
            break;
        if (n > 0)
            len += (size_t)n;
        else if (errno != EINTR && (errno != EAGAIN || !wait_for(fd, POLLIN, deadline)))
            return false;
    }
    answer[len] = '\0';
    return true;
}

static char *make_command(struct oc_bytes response)
{
    static const char verb[] = "set ssl ocsp-response ";
    size_t size = sizeof verb + (response.len + 2) / 3 * 4 + 2;
    char *command = must_alloc(size, 1);
    memcpy(command, verb, sizeof verb - 1);
    int n = EVP_EncodeBlock((unsigned char *)command + sizeof verb - 1, response.data,
                            (int)response.len);
    memcpy(command + sizeof verb - 1 + n, "\n", 2);
    return command;
}

static bool exchange(const char *address, const char *command, char answer[ANSWER_SIZE])
{
    int64_t deadline = clock_ms() + TIMEOUT_MS;
    bool is_path = strchr(address, '/') != NULL || strchr(address, ':') == NULL;
    int fd = is_path ? open_path(address, deadline) : open_port(address, deadline);
    if (fd == -1)
        return false;
    bool ok = send_all(fd, command, strlen(command), deadline) && receive(fd, answer, deadline);
    int error = errno;
    close(fd);
    errno = error;
    return ok;
}

bool staple_haproxy_set(const char *name, const char *address, struct oc_bytes response)
{
    char answer[ANSWER_SIZE] = "";
    char *command = make_command(response);
    bool ok = exchange(address, command, answer);
    if (!ok)
        complain(name, "HAProxy at %s cannot be told: %s", address, strerror(errno));
    free(command);
    if (!ok || strstr(answer, "OCSP Response updated!") != NULL)
        return ok;
    answer[strcspn(answer, "\r\n")] = '\0';
    complain(name, "HAProxy at %s did not take the staple: %.200s", address,
             answer[0] != '\0' ? answer : "no answer");
    return false;
}
