// SPDX-License-Identifier: MIT
//
// One thread, one epoll, and connections that stay open. Programs that the benchmark starts
// must not inherit them: they would wait for answers from themselves.
#include "server.h"

#include "measure.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_EVENTS = 64, MAX_CONNECTIONS = 1024, ROOM = 2048 };

struct connection {
    int fd;
    size_t len;
    char buf[ROOM];
};

struct server {
    pthread_t thread;
    int listener;
    int epoll;
    int stop[2];
    const struct oc_bytes *messages;
    size_t n;
    struct connection *connections[MAX_CONNECTIONS];  // by descriptor
};

static void need(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static void watch(struct server *server, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    need(epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0, "the server cannot watch");
}

static void take_connection(struct server *server)
{
    int yes = 1;
    int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    need(fd >= 0 && fd < MAX_CONNECTIONS, "the server cannot accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    server->connections[fd] = calloc(1, sizeof *server->connections[fd]);
    need(server->connections[fd] != NULL, "out of memory");
    server->connections[fd]->fd = fd;
    watch(server, fd);
}

static void end_connection(struct server *server, struct connection *connection)
{
    // A program that is being started may still hold the descriptor, and then closing it does
    // not remove it from epoll.
    epoll_ctl(server->epoll, EPOLL_CTL_DEL, connection->fd, NULL);
    server->connections[connection->fd] = NULL;
    close(connection->fd);
    free(connection);
}

static void answer(struct server *server, struct connection *connection)
{
    char out[ROOM * 2];
    const char *path = strchr(connection->buf, '/');
    size_t number = path == NULL ? server->n : strtoul(path + 1, NULL, 10);
    need(number < server->n, "unexpected request to the server");
    struct oc_bytes message = server->messages[number];
    int len = snprintf(out, sizeof out,
                       "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       message.len);
    need(len > 0 && message.len <= ROOM, "a message is too long for the server");
    memcpy(out + len, message.data, message.len);
    size_t total = (size_t)len + message.len;
    need(send(connection->fd, out, total, MSG_NOSIGNAL) == (ssize_t)total,
         "the client has closed its connection");
    connection->len = 0;
}

static void hear(struct server *server, struct connection *connection)
{
    size_t room = sizeof connection->buf - 1 - connection->len;
    ssize_t n = read(connection->fd, connection->buf + connection->len, room);
    if (n <= 0) {
        end_connection(server, connection);
        return;
    }
    connection->len += (size_t)n;
    connection->buf[connection->len] = '\0';
    if (strstr(connection->buf, "\r\n\r\n") != NULL)
        answer(server, connection);
}

static void *run(void *arg)
{
    struct server *server = arg;
    struct epoll_event events[MAX_EVENTS];
    for (;;) {
        int n = epoll_wait(server->epoll, events, MAX_EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == server->stop[0])
                return NULL;
            if (fd == server->listener)
                take_connection(server);
            else
                hear(server, server->connections[fd]);
        }
    }
}

struct server *server_start(const struct oc_bytes *messages, size_t n, unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    struct server *server = calloc(1, sizeof *server);
    need(server != NULL, "out of memory");
    server->messages = messages;
    server->n = n;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    need(server->listener >= 0 && server->epoll >= 0 && pipe2(server->stop, O_CLOEXEC) == 0 &&
             bind(server->listener, (struct sockaddr *)&address, len) == 0 &&
             listen(server->listener, 128) == 0 &&
             getsockname(server->listener, (struct sockaddr *)&address, &len) == 0,
         "cannot start the server");
    watch(server, server->listener);
    watch(server, server->stop[0]);
    *port = ntohs(address.sin_port);
    need(pthread_create(&server->thread, NULL, run, server) == 0, "cannot start a thread");
    return server;
}

void server_stop(struct server *server)
{
    need(write(server->stop[1], "", 1) == 1, "cannot stop the server");
    pthread_join(server->thread, NULL);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (server->connections[i] != NULL)
            end_connection(server, server->connections[i]);
    }
    close(server->listener);
    close(server->epoll);
    close(server->stop[0]);
    close(server->stop[1]);
    free(server);
}
