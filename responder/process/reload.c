// SPDX-License-Identifier: MIT
//
// Every reload takes the same steps, and only one is in progress at a time: a new signer process is
// started; when it is ready, the worker gets its socket and, unless only the signer is replaced,
// the configuration and the listening sockets; when the worker has accepted them, they are in
// effect. If any step fails, everything stays as it was.
#include "process/reload.h"

#include "base/log.h"
#include "base/notify.h"
#include "config/load.h"
#include "process/child.h"
#include "process/control.h"
#include "process/trial.h"
#include "program/clock.h"
#include "program/output.h"
#include "signer/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

// Milliseconds. A key may be in a slow module, and a source may be large.
enum { SIGNER_READY_MS = 60000, WORKER_REPLY_MS = 60000, BACKOFF_MAX_MS = 30000 };

void reload_clear(struct reload *reload)
{
    *reload = (struct reload){.text = -1, .socket = -1, .status = EX_TEMPFAIL};
}

void reload_cancel(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    if (reload->signer > 0)
        kill(reload->signer, SIGKILL);
    supervisor_close(&reload->socket);
    supervisor_close(&reload->text);
    sockets_close(&reload->listeners, &supervisor->listeners);
    config_free(reload->config);
    reload_clear(reload);
}

void reload_schedule_signer(struct supervisor *supervisor)
{
    supervisor->signer_start_at = clock_ms() + supervisor->backoff;
    supervisor->backoff *= 2;
    if (supervisor->backoff > BACKOFF_MAX_MS)
        supervisor->backoff = BACKOFF_MAX_MS;
}

// The worker reports a refused reload in metrics and health. If it cannot be reached, more is wrong
// than that.
static void send_refusal(const struct supervisor *supervisor, const char *why)
{
    struct control control = {.kind = CONTROL_REFUSED};
    snprintf(control.why, sizeof control.why, "%s", why);
    if (!control_send(supervisor->control, &control))
        log_line(LOG_ERROR_LINE, "cannot send to the worker process: %s", strerror(errno));
}

void reload_fail(struct supervisor *supervisor, const char *why)
{
    bool is_reload = supervisor->reload.is_whole;
    int status = supervisor->reload.status;
    reload_cancel(supervisor);
    if (!supervisor_is_ready(supervisor)) {
        log_line(LOG_ERROR_LINE, "%s", why);
        supervisor_give_up(supervisor, status);
        return;
    }
    if (is_reload) {
        log_line(LOG_ERROR_LINE, "cannot reload, keeping the old configuration: %s", why);
        send_refusal(supervisor, why);
        notify_manager("READY=1");
    } else {
        log_line(LOG_ERROR_LINE, "cannot start a signer process, next try in %lld ms: %s",
                 (long long)supervisor->backoff, why);
    }
    // The reload may have taken the place of a scheduled start.
    if (supervisor->signer == 0)
        reload_schedule_signer(supervisor);
}

static void start_signer(struct supervisor *supervisor, const struct config *config)
{
    struct reload *reload = &supervisor->reload;
    reload->step = STEP_SIGNER;
    reload->deadline = clock_ms() + SIGNER_READY_MS;
    reload->signer = child_start("ocspd-signer", signer_run, config, &reload->socket);
    if (reload->signer > 0)
        return;
    reload->signer = 0;
    char why[200];
    snprintf(why, sizeof why, "cannot create the process: %s", strerror(errno));
    reload_fail(supervisor, why);
}

static bool write_text(int fd, const char *text)
{
    const struct oc_bytes octets = {(const uint8_t *)text, strlen(text)};
    return output_write(fd, octets) &&
           fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

static int keep_text(const char *text)
{
    int fd = memfd_create("ocspd.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1 || write_text(fd, text))
        return fd;
    close(fd);
    return -1;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

// The worker has given up its rights and cannot become another user.
static bool check_unchanged(const struct supervisor *supervisor, const struct config *config,
                            char *why, size_t size)
{
    const struct config *old = supervisor->config;
    if (old == NULL)
        return true;
    const char *name = NULL;
    if (!is_same_text(old->user, config->user))
        name = "user";
    else if (old->seccomp != config->seccomp)
        name = "seccomp";
    if (name == NULL)
        return true;
    snprintf(why, size, "%s: cannot change %s while ocspd runs: restart ocspd", supervisor->file,
             name);
    return false;
}

static char *read_config(struct supervisor *supervisor, char *why, size_t size)
{
    struct reload *reload = &supervisor->reload;
    char *text = config_read(supervisor->file, why, size);
    if (text != NULL)
        reload->config = config_inspect(supervisor->file, text, why, size);
    if (reload->config != NULL)
        return text;
    reload->status = EX_CONFIG;
    free(text);
    return NULL;
}

// The trial tells whether a retry could help.
static bool try_config(struct reload *reload, char *why, size_t size)
{
    int status = config_try(reload->config, TRIAL_FILES, why, size);
    if (status != EX_OK)
        reload->status = status;
    return status == EX_OK;
}

// read_file reads the configuration into the reload and opens its sockets.
static bool read_file(struct supervisor *supervisor, char *why, size_t size)
{
    struct reload *reload = &supervisor->reload;
    char *text = read_config(supervisor, why, size);
    if (text == NULL)
        return false;
    reload->text = keep_text(text);
    free(text);
    if (reload->text < 0) {
        snprintf(why, size, "cannot store the configuration in memory: %s", strerror(errno));
        return false;
    }
    return check_unchanged(supervisor, reload->config, why, size) &&
           try_config(reload, why, size) &&
           sockets_open(reload->config, &supervisor->listeners, &reload->listeners, why, size);
}

void reload_load(struct supervisor *supervisor)
{
    char why[1024];
    reload_clear(&supervisor->reload);
    supervisor->reload.is_whole = true;
    if (read_file(supervisor, why, sizeof why))
        start_signer(supervisor, supervisor->reload.config);
    else
        reload_fail(supervisor, why);
}

void reload_load_again(struct supervisor *supervisor)
{
    supervisor->wants_reload = false;
    notify_reloading();
    log_line(LOG_INFO_LINE, "reloading %s", supervisor->file);
    reload_load(supervisor);
}

void reload_replace_signer(struct supervisor *supervisor)
{
    supervisor->signer_start_at = 0;
    reload_clear(&supervisor->reload);
    log_line(LOG_INFO_LINE, "starting another signer process");
    start_signer(supervisor, supervisor->config);
}

static void add_config(const struct reload *reload, struct control *control)
{
    control->fds[CONTROL_TEXT] = reload->text;
    control->n_fds = CONTROL_SOCKETS;
    control->has_admin = reload->listeners.has_admin;
    for (size_t i = 0; i < reload->listeners.n; i++)
        control->fds[control->n_fds++] = reload->listeners.items[i].fd;
}

// send_to_worker sends the worker what it needs for the reload.
static void send_to_worker(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    struct control control = {.kind = reload->is_whole ? CONTROL_SERVE : CONTROL_SIGNER};
    control.fds[CONTROL_SIGNER_SOCKET] = reload->socket;
    control.n_fds = 1;
    if (reload->is_whole)
        add_config(reload, &control);
    reload->step = STEP_WORKER;
    reload->deadline = clock_ms() + WORKER_REPLY_MS;
    if (!control_send(supervisor->control, &control))
        reload_fail(supervisor, "cannot send to the worker process");
    else
        supervisor_close(&reload->socket);
}

// The socket is also readable at EOF; then SIGCHLD follows, which fails the reload.
void reload_signer_readable(struct supervisor *supervisor)
{
    char octet = 0;
    if (recv(supervisor->reload.socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        send_to_worker(supervisor);
    else
        supervisor_close(&supervisor->reload.socket);
}

// retire lets a replaced signer process finish: it exits when the worker closes its socket.
static void retire(struct supervisor *supervisor, pid_t signer)
{
    if (supervisor->retired > 0)
        kill(supervisor->retired, SIGKILL);
    supervisor->retired = signer;
}

static void log_addresses(const struct supervisor *supervisor)
{
    const struct listeners *listeners = &supervisor->listeners;
    for (size_t i = 0; i < listeners->n; i++) {
        char name[200];
        bool is_admin = listeners->has_admin && i + 1 == listeners->n;
        sockets_name(&listeners->items[i], name, sizeof name);
        log_line(LOG_INFO_LINE, "%s on %s", is_admin ? "metrics" : "listening", name);
    }
}

static void accept_config(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    sockets_close(&supervisor->listeners, &reload->listeners);
    supervisor->listeners = reload->listeners;
    config_free(supervisor->config);
    supervisor->config = reload->config;
    supervisor_close(&reload->text);
    log_set_form(supervisor->config->log);
    log_line(LOG_INFO_LINE, "serving %zu issuer%s from %s", supervisor->config->n_issuers,
             supervisor->config->n_issuers == 1 ? "" : "s", supervisor->file);
    log_addresses(supervisor);
    notify_manager("READY=1");
}

static void finish(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    if (supervisor->signer > 0)
        retire(supervisor, supervisor->signer);
    supervisor->signer = reload->signer;
    supervisor->signer_since = clock_ms();
    supervisor->signer_start_at = 0;
    if (reload->is_whole)
        accept_config(supervisor);
    reload_clear(reload);
    // The signer may have exited while the worker was loading.
    if (supervisor->signer == 0)
        reload_schedule_signer(supervisor);
}

// The worker reports the signer that it uses. When that has exited, another is started.
static void kill_signer(const struct supervisor *supervisor)
{
    if (supervisor->signer > 0)
        kill(supervisor->signer, SIGKILL);
}

bool reload_worker_readable(struct supervisor *supervisor)
{
    struct control control;
    if (!control_receive(supervisor->control, &control))
        return false;
    control_close(&control);
    if (control.kind == CONTROL_SIGNER_HANGS) {
        kill_signer(supervisor);
        return true;
    }
    if (supervisor->reload.step != STEP_WORKER)
        return true;
    if (control.kind == CONTROL_ACCEPTED)
        finish(supervisor);
    else
        reload_fail(supervisor, control.why);
    return true;
}
