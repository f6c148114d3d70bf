// SPDX-License-Identifier: MIT
//
// All that changes what is served goes the same way, one at a time: a new signer process is
// started; when it says hello, the front gets its socket and, for a reload, the configuration and
// the listening sockets; when the front has taken that, it counts. If anything fails on the way,
// what was there goes on.
#include "process/reload.h"

#include "base/log.h"
#include "base/notify.h"
#include "process/child.h"
#include "process/control.h"
#include "process/trial.h"
#include "program/clock.h"
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

// Times in milliseconds. A key may lie in a slow module, a source may be large to read.
enum { HELLO_MS = 60000, TAKE_MS = 60000, BACKOFF_MAX_MS = 30000 };

void reload_clear(struct reload *reload)
{
    *reload = (struct reload){.text = -1, .socket = -1, .status = EX_TEMPFAIL};
}

void reload_drop(struct supervisor *supervisor)
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

void reload_plan_restart(struct supervisor *supervisor)
{
    supervisor->restart_at = clock_ms() + supervisor->backoff;
    supervisor->backoff *= 2;
    if (supervisor->backoff > BACKOFF_MAX_MS)
        supervisor->backoff = BACKOFF_MAX_MS;
}

void reload_fail(struct supervisor *supervisor, const char *why)
{
    bool is_reload = supervisor->reload.is_whole;
    int status = supervisor->reload.status;
    reload_drop(supervisor);
    if (!supervisor_is_ready(supervisor)) {
        log_line(LOG_ERROR_LINE, "%s", why);
        supervisor_give_up(supervisor, status);
        return;
    }
    if (is_reload) {
        log_line(LOG_ERROR_LINE, "not reloaded, the old configuration goes on: %s", why);
        notify_manager("READY=1");
    } else {
        log_line(LOG_ERROR_LINE, "no new signer process, another try in %lld ms: %s",
                 (long long)supervisor->backoff, why);
    }
    // A reload may have been tried in place of a restart.
    if (supervisor->signer == 0)
        reload_plan_restart(supervisor);
}

static void start_signer(struct supervisor *supervisor, const struct config *config)
{
    struct reload *reload = &supervisor->reload;
    reload->step = STEP_HELLO;
    reload->deadline = clock_ms() + HELLO_MS;
    reload->signer = child_start("ocspd-signer", signer_run, config, &reload->socket);
    if (reload->signer > 0)
        return;
    reload->signer = 0;
    reload_fail(supervisor, strerror(errno));
}

static bool write_text(int fd, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        ssize_t n = write(fd, text + at, len - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
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

// The front has given its rights up, and cannot become another.
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
    snprintf(why, size, "%s: %s cannot reload while ocspd runs: it takes a restart",
             supervisor->file, name);
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

// What the front could not open with its rights, it could not at another try.
static bool try_config(struct reload *reload, char *why, size_t size)
{
    int status = config_try(reload->config, TRIAL_FILES, why, size);
    if (status != EX_OK)
        reload->status = status;
    return status == EX_OK;
}

// read_change reads the file into the change and opens its sockets.
static bool read_change(struct supervisor *supervisor, char *why, size_t size)
{
    struct reload *reload = &supervisor->reload;
    char *text = read_config(supervisor, why, size);
    if (text == NULL)
        return false;
    reload->text = keep_text(text);
    free(text);
    if (reload->text < 0)
        return snprintf(why, size, "memfd_create: %s", strerror(errno)), false;
    return check_unchanged(supervisor, reload->config, why, size) &&
           try_config(reload, why, size) &&
           sockets_open(reload->config, &supervisor->listeners, &reload->listeners, why, size);
}

void reload_begin(struct supervisor *supervisor)
{
    char why[1024];
    reload_clear(&supervisor->reload);
    supervisor->reload.is_whole = true;
    if (read_change(supervisor, why, sizeof why))
        start_signer(supervisor, supervisor->reload.config);
    else
        reload_fail(supervisor, why);
}

void reload_reload(struct supervisor *supervisor)
{
    supervisor->wants_reload = false;
    notify_reloading();
    log_line(LOG_INFO_LINE, "reloading %s", supervisor->file);
    reload_begin(supervisor);
}

void reload_restart(struct supervisor *supervisor)
{
    supervisor->restart_at = 0;
    reload_clear(&supervisor->reload);
    log_line(LOG_INFO_LINE, "starting another signer process");
    start_signer(supervisor, supervisor->config);
}

static void add_whole(const struct reload *reload, struct control *control)
{
    control->fds[CONTROL_TEXT] = reload->text;
    control->n_fds = CONTROL_SOCKETS;
    control->has_admin = reload->listeners.has_admin;
    for (size_t i = 0; i < reload->listeners.n; i++)
        control->fds[control->n_fds++] = reload->listeners.items[i].fd;
}

// offer_change gives the front what the change brings.
static void offer_change(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    struct control control = {.kind = reload->is_whole ? CONTROL_SERVE : CONTROL_SIGNER};
    control.fds[CONTROL_SIGNER_SOCKET] = reload->socket;
    control.n_fds = 1;
    if (reload->is_whole)
        add_whole(reload, &control);
    reload->step = STEP_TAKE;
    reload->deadline = clock_ms() + TAKE_MS;
    if (!control_send(supervisor->control, &control))
        reload_fail(supervisor, "the process in worker does not listen");
    else
        supervisor_close(&reload->socket);
}

// If the signer process has ended, the system will tell.
void reload_hear(struct supervisor *supervisor)
{
    char octet = 0;
    if (recv(supervisor->reload.socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        offer_change(supervisor);
    else
        supervisor_close(&supervisor->reload.socket);
}

// retire leaves a replaced signer process to end by itself: the front closes its socket.
static void retire(struct supervisor *supervisor, pid_t signer)
{
    if (supervisor->retired > 0)
        kill(supervisor->retired, SIGKILL);
    supervisor->retired = signer;
}

static void say_where(const struct supervisor *supervisor)
{
    const struct listeners *listeners = &supervisor->listeners;
    for (size_t i = 0; i < listeners->n; i++) {
        char name[200];
        bool is_admin = listeners->has_admin && i + 1 == listeners->n;
        sockets_name(&listeners->items[i], name, sizeof name);
        log_line(LOG_INFO_LINE, "%s on %s", is_admin ? "metrics" : "listening", name);
    }
}

static void take_config(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    sockets_close(&supervisor->listeners, &reload->listeners);
    supervisor->listeners = reload->listeners;
    config_free(supervisor->config);
    supervisor->config = reload->config;
    supervisor_close(&reload->text);
    log_set_form(supervisor->config->log);
    log_line(LOG_INFO_LINE, "serving %zu issuers by %s", supervisor->config->n_issuers,
             supervisor->file);
    say_where(supervisor);
    notify_manager("READY=1");
}

static void finish_change(struct supervisor *supervisor)
{
    struct reload *reload = &supervisor->reload;
    if (supervisor->signer > 0)
        retire(supervisor, supervisor->signer);
    supervisor->signer = reload->signer;
    supervisor->signer_since = clock_ms();
    supervisor->restart_at = 0;
    if (reload->is_whole)
        take_config(supervisor);
    reload_clear(reload);
    // It may have died while the front looked at it.
    if (supervisor->signer == 0)
        reload_plan_restart(supervisor);
}

// What is said is about the one that the front has; when it ends, another is started.
static void end_signer(const struct supervisor *supervisor)
{
    if (supervisor->signer > 0)
        kill(supervisor->signer, SIGKILL);
}

bool reload_reply(struct supervisor *supervisor)
{
    struct control control;
    if (!control_receive(supervisor->control, &control))
        return false;
    control_close(&control);
    if (control.kind == CONTROL_SILENT) {
        end_signer(supervisor);
        return true;
    }
    if (supervisor->reload.step != STEP_TAKE)
        return true;
    if (control.kind == CONTROL_TAKEN)
        finish_change(supervisor);
    else
        reload_fail(supervisor, control.why);
    return true;
}
