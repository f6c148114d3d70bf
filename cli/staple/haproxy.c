// SPDX-License-Identifier: MIT
//
// The runtime API of HAProxy: one command per connection; the answer ends with the connection.
#include "staple/haproxy.h"

#include "program/clock.h"
#include "program/report.h"
#include "socket.h"

#include <openssl/evp.h>

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TIMEOUT_MS = 5000, ANSWER_SIZE = 1024 };

// HAProxy looks the certificate up by the whole DER of the cert ID, which libcrypto builds for it:
// SHA-1 with parameters NULL.
const char *staple_haproxy_refusal(const struct oc_response *resp, const struct oc_verdict *verdict)
{
    static const uint8_t null[] = {0x05, 0x00};
    size_t at = 0;
    struct oc_single_response single;
    if (resp->responses.n != 1 || !oc_response_next(resp, &at, &single))
        return "it is about more than one certificate";
    if (single.id.hash != OC_HASH_SHA1)
        return "its cert ID does not use SHA-1";
    if (!oc_bytes_equal(single.id.hash_algorithm.parameters, (struct oc_bytes){null, sizeof null}))
        return "its cert ID has SHA-1 without parameters NULL";
    return verdict->has_next_update ? NULL : "it has no nextUpdate (RFC 6960 4.2.1)";
}

static int open_path(const char *path, int64_t deadline)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    return socket_open((const struct sockaddr *)&address, sizeof address, deadline);
}

// Takes numeric addresses only: looking up a name has no time limit.
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
    int fd = socket_open(found->ai_addr, found->ai_addrlen, deadline);
    int error = errno;
    freeaddrinfo(found);
    errno = error;
    return fd;
}

// Reads the answer as text, as much of it as fits.
static bool receive(int fd, char answer[ANSWER_SIZE], int64_t deadline)
{
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && len < ANSWER_SIZE - 1) {
        n = socket_receive(fd, answer + len, ANSWER_SIZE - 1 - len, deadline);
        if (n > 0)
            len += (size_t)n;
    }
    answer[len] = '\0';
    return n >= 0;
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
    bool ok = socket_send(fd, command, strlen(command), deadline) && receive(fd, answer, deadline);
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
        complain(name, "cannot send the staple to HAProxy at %s: %s", address, strerror(errno));
    free(command);
    if (!ok || strstr(answer, "OCSP Response updated!") != NULL)
        return ok;
    answer[strcspn(answer, "\r\n")] = '\0';
    complain(name, "HAProxy at %s rejected the staple: %.200s", address,
             answer[0] != '\0' ? answer : "no answer");
    return false;
}
