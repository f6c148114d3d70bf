// SPDX-License-Identifier: MIT
//
// The floor of the responder's benchmark: libmicrohttpd, configured as in ocspd, sends the octets
// of one file in answer to every GET and POST, and does not read the request.
//
//     constant PORT THREADS FILE
#include <microhttpd.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// MEMORY is what ocspd gives a connection by default: libmicrohttpd clears it for each request.
enum { ROOM = 65536, BACKLOG = 1024, MEMORY = 12288 };

static struct MHD_Response *response;

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    static int seen;
    (void)arg, (void)url, (void)method, (void)version, (void)data;
    // The first call comes before the body; an answer queued there would close the connection.
    if (*state == NULL) {
        *state = &seen;
        return MHD_YES;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

static int listen_on(int port)
{
    int yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG) != 0)
        return -1;
    return fd;
}

static void add(const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        exit(1);
}

static void make_response(const char *path)
{
    static char body[ROOM];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        exit(1);
    size_t len = fread(body, 1, sizeof body, file);
    fclose(file);
    response = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        exit(1);
    add("Content-Type", "application/ocsp-response");
    add("Cache-Control", "max-age=3600, public, no-transform, must-revalidate");
    add("Expires", "Thu, 01 Jan 2099 00:00:00 GMT");
    add("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    add("ETag", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"");
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 64;
    signal(SIGPIPE, SIG_IGN);
    make_response(argv[3]);
    unsigned threads = (unsigned)atoi(argv[2]);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                         answer, NULL, MHD_OPTION_LISTEN_SOCKET, listen_on(atoi(argv[1])),
                         MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT, 10000U,
                         MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         (size_t)MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (daemon == NULL)
        return 1;
    pause();
    return 0;
}
