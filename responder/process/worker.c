// SPDX-License-Identifier: MIT
//
// The worker gets its configurations in packets. A packet takes effect as a whole, or the previous
// configuration remains. After it has given up its rights, the worker opens only the files of
// stores and certificates.
#include "process/worker.h"

#include "answer/engine.h"
#include "answer/engine_status.h"
#include "answer/ticker.h"
#include "base/alarm.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/thread.h"
#include "config/load.h"
#include "config/value.h"
#include "http/admin.h"
#include "http/server.h"
#include "process/control.h"
#include "program/clock.h"
#include "program/input.h"
#include "program/settings.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 200, SWEEP_MS = 1000 };

// Open files that are not connections: sockets, pipes and logs; those of each thread; and those of
// each issuer. A database has one connection for each thread that reads it, up to
// DATABASE_CONNECTIONS, and each opens the database, its log and the index of the log.
enum {
    OWN_FILES = 100,
    THREAD_FILES = 4,
    ISSUER_FILES = 2,
    DATABASE_CONNECTIONS = 16,
    DATABASE_FILES = 3,
    OTHER_THREADS = 2,  // the ticker, and the thread that loads a configuration
};

// struct worker is the state of the worker process. A reload that fails returns to `config`.
struct worker {
    const char *file;
    int control;
    struct engine *engine;
    struct ticker ticker;
    struct http *http;
    struct admin *admin;
    struct config *config;
    int fds[LISTEN_MAX];
    size_t n_fds;
    bool has_admin;
    bool is_draining;
    bool has_reported_signer;  // that the current signer process hangs
    struct alarm hanging;      // the upkeep waits for a source
    int64_t drain_end;
    int64_t last_sweep;
};

// struct offer is the content of a CONTROL_SERVE packet.
struct offer {
    struct config *config;
    int signer;
    int fds[LISTEN_MAX];
    size_t n_fds;
    bool has_admin;
};

static char *read_text(int fd)
{
    const size_t size = SETTINGS_MAX + 1;
    char *text = calloc(1, size + 1);
    if (text != NULL && lseek(fd, 0, SEEK_SET) == 0 && input_fill(fd, text, size) >= 0)
        return text;
    free(text);
    return NULL;
}

static bool parse(const struct worker *worker, int fd, struct offer *offer, char *why, size_t size)
{
    char *text = read_text(fd);
    if (text == NULL) {
        snprintf(why, size, "cannot read the configuration");
        return false;
    }
    offer->config = config_parse(worker->file, text, why, size);
    free(text);
    return offer->config != NULL;
}

static bool is_same_socket(int a, int b)
{
    struct stat st_a;
    struct stat st_b;
    return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
           st_a.st_ino == st_b.st_ino;
}

// Returns the descriptor that the worker already has for the same socket, and closes the new one.
static int known_fd(const struct worker *worker, int fd)
{
    for (size_t i = 0; i < worker->n_fds; i++) {
        if (is_same_socket(worker->fds[i], fd)) {
            close(fd);
            return worker->fds[i];
        }
    }
    return fd;
}

// take_fds moves the descriptors of a packet to an offer.
static void take_fds(const struct worker *worker, struct control *control, struct offer *offer)
{
    offer->signer = control->fds[CONTROL_SIGNER_SOCKET];
    offer->has_admin = control->has_admin;
    for (size_t i = CONTROL_SOCKETS; i < control->n_fds; i++)
        offer->fds[offer->n_fds++] = known_fd(worker, control->fds[i]);
    close(control->fds[CONTROL_TEXT]);
    control->n_fds = 0;
}

static bool has_fd(const int *fds, size_t n, int fd)
{
    for (size_t i = 0; i < n; i++) {
        if (fds[i] == fd)
            return true;
    }
    return false;
}

// close_fds closes those of `fds` that are not among `kept`.
static void close_fds(const int *fds, size_t n, const int *kept, size_t n_kept)
{
    for (size_t i = 0; i < n; i++) {
        if (!has_fd(kept, n_kept, fds[i]))
            close(fds[i]);
    }
}

static size_t n_http(const struct offer *offer)
{
    return offer->n_fds - offer->has_admin;
}

// admin_of returns the metrics server of an offer in `*out`: the current one if the socket is the
// same, a new one, or NULL if there is none. It returns false if it cannot start one.
static bool admin_of(struct worker *worker, const struct offer *offer, struct admin **out,
                     char *why, size_t size)
{
    *out = NULL;
    if (!offer->has_admin)
        return true;
    int fd = offer->fds[offer->n_fds - 1];
    bool is_same = worker->has_admin && worker->fds[worker->n_fds - 1] == fd;
    *out = is_same ? worker->admin : admin_new(worker->engine, fd, why, size);
    return *out != NULL;
}

// reserved_files returns how many open files are reserved for other things than connections. During
// a reload everything exists twice.
static size_t reserved_files(const struct config *config)
{
    size_t n_threads = config->n_threads > 0 ? config->n_threads : thread_processors();
    size_t n_open = n_threads + OTHER_THREADS;
    size_t n = n_threads * THREAD_FILES;
    if (n_open > DATABASE_CONNECTIONS)
        n_open = DATABASE_CONNECTIONS;
    for (size_t i = 0; i < config->n_issuers; i++)
        n += config->issuers[i].source == SOURCE_DATABASE ? n_open * DATABASE_FILES : ISSUER_FILES;
    return OWN_FILES + 2 * n;
}

// limit_connections lowers the limits of connections to what the system allows.
static void limit_connections(struct config *config)
{
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return;
    size_t reserved = reserved_files(config);
    size_t most = reserved < limit.rlim_cur / 2 ? limit.rlim_cur - reserved : limit.rlim_cur / 2;
    if (config->max_connections <= most)
        return;
    log_line(LOG_WARNING_LINE,
             "max-connections is %zu, but this process may open only %llu files: using %zu; "
             "raise the limit of open files (ulimit -n, LimitNOFILE)",
             config->max_connections, (unsigned long long)limit.rlim_cur, most);
    // The share of one address stays the same; rounding up keeps it from becoming 0, "no limit".
    config->max_connections_per_address =
        (config->max_connections_per_address * most + config->max_connections - 1) /
        config->max_connections;
    config->max_connections = most;
}

static bool serve_engine(struct worker *worker, struct offer *offer, char *why, size_t size)
{
    int signer = offer->signer;
    offer->signer = -1;
    return engine_serve(worker->engine, config_hold(offer->config), signer, why, size);
}

// begin serves the first configuration. The engine is ready before the first connection.
static bool begin(struct worker *worker, struct offer *offer, struct admin **admin, char *why,
                  size_t size)
{
    if (!serve_engine(worker, offer, why, size))
        return false;
    worker->http = http_new(worker->engine, offer->config, offer->fds, n_http(offer), why, size);
    return worker->http != NULL && admin_of(worker, offer, admin, why, size);
}

// change serves another configuration. HTTP can go back to the old configuration, but the engine
// cannot, so it comes last.
static bool change(struct worker *worker, struct offer *offer, struct admin **admin, char *why,
                   size_t size)
{
    if (!admin_of(worker, offer, admin, why, size))
        return false;
    bool http_ok = http_reload(worker->http, offer->config, offer->fds, n_http(offer), why, size);
    if (http_ok && serve_engine(worker, offer, why, size))
        return true;
    char ignored[200];
    if (http_ok && !http_reload(worker->http, worker->config, worker->fds,
                                worker->n_fds - worker->has_admin, ignored, sizeof ignored))
        log_line(LOG_ERROR_LINE, "cannot return to the old addresses, restart ocspd: %s", ignored);
    if (*admin != worker->admin && *admin != NULL)
        admin_free(*admin);
    return false;
}

// open_keys returns how many key files this process can read, although it should not be able to.
// The first of them is in `*first`.
static size_t open_keys(const struct config *config, const char **first)
{
    size_t n = 0;
    for (size_t i = 0; i < config->n_issuers; i++) {
        const struct issuer_config *issuer = &config->issuers[i];
        for (size_t k = 0; k < issuer->n_signers; k++) {
            const char *key = issuer->signers[k].key;
            if (value_is_uri(key) || access(key, R_OK) != 0)
                continue;
            *first = n == 0 ? key : *first;
            n++;
        }
    }
    return n;
}

static void warn_of_keys(const struct config *config)
{
    const char *first = NULL;
    size_t n = open_keys(config, &first);
    if (n > 0)
        log_line(LOG_WARNING_LINE,
                 "the worker process can read %zu key file%s, for example %s: make such "
                 "files readable by root only, and start ocspd as root with \"user\"",
                 n, n == 1 ? "" : "s", first);
}

// accept_offer makes an offer the current configuration.
static void accept_offer(struct worker *worker, struct offer *offer, struct admin *admin)
{
    if (worker->admin != admin && worker->admin != NULL)
        admin_free(worker->admin);
    worker->admin = admin;
    close_fds(worker->fds, worker->n_fds, offer->fds, offer->n_fds);
    memcpy(worker->fds, offer->fds, sizeof worker->fds);
    worker->n_fds = offer->n_fds;
    worker->has_admin = offer->has_admin;
    config_free(worker->config);
    worker->config = offer->config;
    log_set_form(worker->config->log);
    engine_note_reload(worker->engine, NULL);
    warn_of_keys(worker->config);
}

static void reject_offer(const struct worker *worker, struct offer *offer)
{
    close_fds(offer->fds, offer->n_fds, worker->fds, worker->n_fds);
    if (offer->signer >= 0)
        close(offer->signer);
    config_free(offer->config);
}

static bool take_offer(struct worker *worker, struct control *control, char *why, size_t size)
{
    struct offer offer = {.signer = -1};
    struct admin *admin = NULL;
    bool ok = parse(worker, control->fds[CONTROL_TEXT], &offer, why, size);
    take_fds(worker, control, &offer);
    if (ok) {
        limit_connections(offer.config);
        ok = worker->http == NULL ? begin(worker, &offer, &admin, why, size)
                                  : change(worker, &offer, &admin, why, size);
    }
    if (ok)
        accept_offer(worker, &offer, admin);
    else
        reject_offer(worker, &offer);
    return ok;
}

static bool take_signer(const struct worker *worker, struct control *control, char *why,
                        size_t size)
{
    int socket = control->fds[CONTROL_SIGNER_SOCKET];
    control->fds[CONTROL_SIGNER_SOCKET] = -1;
    control_close(control);
    return engine_renew_signer(worker->engine, socket, why, size);
}

static bool reply(const struct worker *worker, bool ok, const char *why)
{
    struct control control = {.kind = ok ? CONTROL_ACCEPTED : CONTROL_REJECTED};
    snprintf(control.why, sizeof control.why, "%s", ok ? "" : why);
    return control_send(worker->control, &control);
}

static void drain(struct worker *worker)
{
    worker->is_draining = true;
    if (worker->http == NULL)
        return;
    worker->drain_end = clock_ms() + worker->config->drain_timeout * 1000;
    http_drain(worker->http);
    // Refuse new connections instead of leaving them in the backlog.
    int admin = worker->fds[worker->n_fds - 1];
    close_fds(worker->fds, worker->n_fds, &admin, worker->has_admin);
    worker->fds[0] = admin;
    worker->n_fds = worker->has_admin;
}

// handle_load loads what a packet brings, and replies. Returns false if this process must exit.
static bool handle_load(struct worker *worker, struct control *control)
{
    char why[sizeof control->why] = "";
    bool is_signer = control->kind == CONTROL_SIGNER && worker->http != NULL;
    size_t n_needed = is_signer ? 1 : CONTROL_SOCKETS;
    if (control->n_fds < n_needed || worker->is_draining) {
        control_close(control);
        return false;
    }
    bool ok = is_signer ? take_signer(worker, control, why, sizeof why)
                        : take_offer(worker, control, why, sizeof why);
    worker->has_reported_signer = worker->has_reported_signer && !ok;
    return reply(worker, ok, why);
}

// handle_packet receives and handles a packet. Returns false if this process must exit.
static bool handle_packet(struct worker *worker)
{
    struct control control;
    if (!control_receive(worker->control, &control))
        return false;
    if (control.kind != CONTROL_DRAIN && control.kind != CONTROL_REFUSED)
        return handle_load(worker, &control);
    control_close(&control);
    if (control.kind == CONTROL_DRAIN)
        drain(worker);
    else
        engine_note_reload(worker->engine, control.why[0] != '\0' ? control.why : "no reason");
    return true;
}

// Only the supervisor can kill a signer that hangs.
static void watch_signer(struct worker *worker)
{
    const struct control control = {.kind = CONTROL_SIGNER_HANGS};
    if (worker->http == NULL || worker->is_draining || worker->has_reported_signer ||
        engine_has_signer_process(worker->engine))
        return;
    worker->has_reported_signer = control_send(worker->control, &control);
}

// The thread of the upkeep cannot report that it waits.
static void watch_upkeep(struct worker *worker)
{
    char name[CONFIG_NAME_MAX + 1];
    bool hangs = engine_hangs(worker->engine, name);
    if (!alarm_is_due(&worker->hanging, hangs, clock_seconds()))
        return;
    if (hangs)
        log_line(LOG_ERROR_LINE, "%s: a source does not answer, so changes are read from none",
                 name[0] != '\0' ? name : "upkeep");
    else
        log_line(LOG_INFO_LINE, "all sources are read again");
}

static void sweep(struct worker *worker)
{
    int64_t now = clock_ms();
    if (worker->http == NULL || now - worker->last_sweep < SWEEP_MS)
        return;
    worker->last_sweep = now;
    http_sweep(worker->http);
}

static bool has_drained(const struct worker *worker)
{
    if (!worker->is_draining)
        return false;
    return worker->http == NULL || http_n_connections(worker->http) == 0 ||
           clock_ms() >= worker->drain_end;
}

// Returns whether the worker was asked to stop.
static bool loop(struct worker *worker)
{
    while (!has_drained(worker)) {
        struct pollfd control = {.fd = worker->control, .events = POLLIN};
        if (poll(&control, 1, LOOK_MS) > 0 && !handle_packet(worker))
            return false;
        sweep(worker);
        watch_signer(worker);
        watch_upkeep(worker);
        engine_free_retired(worker->engine);
    }
    return true;
}

static void finish(struct worker *worker)
{
    ticker_end(&worker->ticker);
    if (worker->admin != NULL)
        admin_free(worker->admin);
    if (worker->http != NULL)
        http_free(worker->http);
    if (worker->engine != NULL)
        engine_free(worker->engine);
    close_fds(worker->fds, worker->n_fds, NULL, 0);
    config_free(worker->config);
}

int worker_run(const struct config *config, int control)
{
    char why[1024];
    struct worker worker = {.control = control, .file = config->file};
    bool ok = sandbox_drop(config->user, why, sizeof why);
    // The engine loads libcrypto and its modules, so it is made before the sandbox.
    if (ok)
        ok = (worker.engine = engine_new(why, sizeof why)) != NULL;
    if (ok && config->seccomp)
        ok = sandbox_worker(why, sizeof why);
    if (ok)
        ok = ticker_start(&worker.ticker, worker.engine, why, sizeof why);
    if (!ok) {
        log_line(LOG_ERROR_LINE, "%s", why);
        finish(&worker);
        return EX_OSERR;
    }
    bool was_asked = loop(&worker);
    finish(&worker);
    return was_asked ? EX_OK : EX_SOFTWARE;
}
