// SPDX-License-Identifier: MIT
//
// http-server SETTING=VALUE...: the HTTP server of ocspd with a fake engine. It listens on
// 127.0.0.1, ::1 and a Unix socket in the working directory, prints the ports, and then executes
// commands from standard input, one per line, answering each with one line.
#include "fake_engine.h"

#include "base/log.h"
#include "http/admin.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum { SWEEP = 50 };  // milliseconds

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_at(const struct sockaddr *address, socklen_t len, unsigned *port)
{
    struct sockaddr_in6 bound = {0};
    socklen_t bound_len = sizeof bound;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, address, len) != 0 || listen(fd, 4096) != 0)
        fail("listen");
    if (port != NULL) {
        getsockname(fd, (struct sockaddr *)&bound, &bound_len);
        *port = ntohs(bound.sin6_port);
    }
    return fd;
}

static int listen_ipv4(unsigned *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return listen_at((struct sockaddr *)&in, sizeof in, port);
}

static int listen_ipv6(unsigned *port)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    return listen_at((struct sockaddr *)&in6, sizeof(in6), port);
}

static int listen_unix(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
    unlink(path);
    return listen_at((struct sockaddr *)&un, sizeof un, NULL);
}

static const struct config defaults = {
    .n_threads = 2,
    .max_connections = 10000,
    .max_request = 8192,
    .max_header = 8192,
    .idle_timeout = 30,
    .request_timeout = 30,
};

// As config/prefix.h does, but in the order that is given.
static void add_prefix(struct config *config, char *text)
{
    text += strspn(text, "/");
    for (size_t len = strlen(text); len > 0 && text[len - 1] == '/'; len--)
        text[len - 1] = '\0';
    config->prefixes[config->n_prefixes++] = text;
}

static void set_one(struct config *config, char *setting)
{
    char *value = strchr(setting, '=');
    if (value == NULL)
        return;
    *value++ = '\0';
    const struct {
        const char *name;
        size_t *size;
    } sizes[] = {
        {"threads", &config->n_threads},
        {"connections", &config->max_connections},
        {"by_address", &config->max_connections_per_address},
        {"max_request", &config->max_request},
        {"max_header", &config->max_header},
        {"sample", &config->access_log_sample},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (strcmp(sizes[i].name, setting) == 0)
            *sizes[i].size = strtoul(value, NULL, 10);
    if (strcmp(setting, "idle") == 0)
        config->idle_timeout = strtol(value, NULL, 10);
    if (strcmp(setting, "request") == 0)
        config->request_timeout = strtol(value, NULL, 10);
    if (strcmp(setting, "log") == 0)
        log_set_form(strcmp(value, "json") == 0 ? LOG_JSON : LOG_TEXT);
    if (strcmp(setting, "prefix") == 0)
        add_prefix(config, value);
}

static void set_all(struct config *config, char *line)
{
    *config = defaults;
    for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n"))
        set_one(config, word);
}

// struct server is what the commands act on. `moved` is a port that only the command "move" uses.
struct server {
    struct engine *engine;
    struct http *http;
    int sockets[4];
    unsigned port;
    unsigned port6;
    unsigned moved;
    unsigned admin;
};

static void reload(struct server *server, char *line, size_t first, size_t n)
{
    struct config config;
    char why[256] = "";
    set_all(&config, line);
    bool ok = http_reload(server->http, &config, server->sockets + first, n, why, sizeof why);
    printf("%s\n", ok ? "reloaded" : why);
}

static bool obey(struct server *server, char *line)
{
    if (strncmp(line, "quit", 4) == 0)
        return false;
    if (strncmp(line, "reload ", 7) == 0)
        reload(server, line + 7, 0, 3);
    else if (strncmp(line, "move ", 5) == 0)
        reload(server, line + 5, 3, 1);
    else if (strncmp(line, "drain", 5) == 0)
        printf("draining %s\n", (http_drain(server->http), ""));
    else if (strncmp(line, "signer", 6) == 0)
        printf("signer%s\n", (fake_engine_toggle(server->engine, true), ""));
    else if (strncmp(line, "store", 5) == 0)
        printf("store%s\n", (fake_engine_toggle(server->engine, false), ""));
    else if (strncmp(line, "log ", 4) == 0)
        printf("%s\n", (log_line(LOG_INFO_LINE, "%s", line + 4), "logged"));
    else if (strncmp(line, "flood", 5) == 0) {
        for (int i = 0; i < 100; i++)
            log_limited(LOG_WARNING_LINE, "flood %d", i);
        printf("flooded\n");
    } else
        printf("%zu\n", http_n_connections(server->http));
    fflush(stdout);
    return true;
}

static void serve(struct server *server)
{
    char line[8192];
    for (;;) {
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        int n = poll(&in, 1, SWEEP);
        http_sweep(server->http);
        if (n <= 0)
            continue;
        size_t len = 0;
        while (len < sizeof line - 1 && read(STDIN_FILENO, line + len, 1) == 1)
            if (line[len++] == '\n')
                break;
        line[len > 0 ? len - 1 : 0] = '\0';
        if (len == 0 || !obey(server, line))
            return;
    }
}

int main(int argc, char **argv)
{
    struct server server = {0};
    struct config config = defaults;
    char why[256];
    for (int i = 1; i < argc; i++)
        set_one(&config, argv[i]);
    server.engine = engine_new(why, sizeof why);
    server.sockets[0] = listen_ipv4(&server.port);
    server.sockets[1] = listen_ipv6(&server.port6);
    server.sockets[2] = listen_unix("socket");
    server.sockets[3] = listen_ipv4(&server.moved);
    int admin_socket = listen_ipv4(&server.admin);
    server.http = http_new(server.engine, &config, server.sockets, 3, why, sizeof why);
    if (server.engine == NULL || server.http == NULL)
        fail(why);
    struct admin *admin = admin_new(server.engine, admin_socket, why, sizeof why);
    if (admin == NULL)
        fail(why);
    printf("%u %u %u %u\n", server.port, server.port6, server.moved, server.admin);
    fflush(stdout);
    serve(&server);
    admin_free(admin);
    http_free(server.http);
    engine_free(server.engine);
    for (size_t i = 0; i < 4; i++)
        close(server.sockets[i]);
    close(admin_socket);
    return 0;
}
