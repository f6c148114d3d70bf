// SPDX-License-Identifier: MIT
//
// All that changes what is served goes the same way, one at a time: a new signer process is
// started; when it says hello, the front gets its socket and, for a reload, the configuration and
// the listening sockets; when the front has taken that, it counts. If anything fails on the way,
// what was there goes on.
#include "change.h"

#include "config_trial.h"
#include "control.h"
#include "log.h"
#include "notify.h"
#include "process.h"
#include "signer.h"

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

void change_clear(struct change *change)
{
    *change = (struct change){.text = -1, .socket = -1, .status = EX_TEMPFAIL};
}

void change_drop(struct supervisor *supervisor)
{
    struct change *change = &supervisor->change;
    if (change->signer > 0)
        kill(change->signer, SIGKILL);
    supervisor_close(&change->socket);
    supervisor_close(&change->text);
    listen_close(&change->listeners, &supervisor->listeners);
    config_free(change->config);
    change_clear(change);
}

void change_plan_restart(struct supervisor *supervisor)
{
    supervisor->restart_at = supervisor_now() + supervisor->backoff;
    supervisor->backoff *= 2;
    if (supervisor->backoff > BACKOFF_MAX_MS)
        supervisor->backoff = BACKOFF_MAX_MS;
}

void change_fail(struct supervisor *supervisor, const char *why)
{
    bool is_reload = supervisor->change.is_whole;
    int status = supervisor->change.status;
    change_drop(supervisor);
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
        change_plan_restart(supervisor);
}

static void start_signer(struct supervisor *supervisor, const struct config *config)
{
    struct change *change = &supervisor->change;
    change->step = STEP_HELLO;
    change->deadline = supervisor_now() + HELLO_MS;
    change->signer = process_start("ocspd-signer", signer_run, config, &change->socket);
    if (change->signer > 0)
        return;
    change->signer = 0;
    change_fail(supervisor, strerror(errno));
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
    snprintf(why, size, "%s: %s cannot change while ocspd runs: it takes a restart",
             supervisor->file, name);
    return false;
}

static char *read_config(struct supervisor *supervisor, char *why, size_t size)
{
    struct change *change = &supervisor->change;
    char *text = config_read(supervisor->file, why, size);
    if (text != NULL)
        change->config = config_inspect(supervisor->file, text, why, size);
    if (change->config != NULL)
        return text;
    change->status = EX_CONFIG;
    free(text);
    return NULL;
}

// What the front could not open with its rights, it could not at another try.
static bool try_config(struct change *change, char *why, size_t size)
{
    int status = config_try(change->config, TRIAL_FILES, why, size);
    if (status != EX_OK)
        change->status = status;
    return status == EX_OK;
}

// read_change reads the file into the change and opens its sockets.
static bool read_change(struct supervisor *supervisor, char *why, size_t size)
{
    struct change *change = &supervisor->change;
    char *text = read_config(supervisor, why, size);
    if (text == NULL)
        return false;
    change->text = keep_text(text);
    free(text);
    if (change->text < 0)
        return snprintf(why, size, "memfd_create: %s", strerror(errno)), false;
    return check_unchanged(supervisor, change->config, why, size) &&
           try_config(change, why, size) &&
           listen_open(change->config, &supervisor->listeners, &change->listeners, why, size);
}

void change_begin(struct supervisor *supervisor)
{
    char why[1024];
    change_clear(&supervisor->change);
    supervisor->change.is_whole = true;
    if (read_change(supervisor, why, sizeof why))
        start_signer(supervisor, supervisor->change.config);
    else
        change_fail(supervisor, why);
}

void change_reload(struct supervisor *supervisor)
{
    supervisor->wants_reload = false;
    notify_reloading();
    log_line(LOG_INFO_LINE, "reloading %s", supervisor->file);
    change_begin(supervisor);
}

void change_restart(struct supervisor *supervisor)
{
    supervisor->restart_at = 0;
    change_clear(&supervisor->change);
    log_line(LOG_INFO_LINE, "starting another signer process");
    start_signer(supervisor, supervisor->config);
}

static void add_whole(const struct change *change, struct control *control)
{
    control->fds[CONTROL_TEXT] = change->text;
    control->n_fds = CONTROL_SOCKETS;
    control->has_admin = change->listeners.has_admin;
    for (size_t i = 0; i < change->listeners.n; i++)
        control->fds[control->n_fds++] = change->listeners.items[i].fd;
}

// offer_change gives the front what the change brings.
static void offer_change(struct supervisor *supervisor)
{
    struct change *change = &supervisor->change;
    struct control control = {.kind = change->is_whole ? CONTROL_SERVE : CONTROL_SIGNER};
    control.fds[CONTROL_SIGNER_SOCKET] = change->socket;
    control.n_fds = 1;
    if (change->is_whole)
        add_whole(change, &control);
    change->step = STEP_TAKE;
    change->deadline = supervisor_now() + TAKE_MS;
    if (!control_send(supervisor->control, &control))
        change_fail(supervisor, "the process in front does not listen");
    else
        supervisor_close(&change->socket);
}

// If the signer process has ended, the system will tell.
void change_hear(struct supervisor *supervisor)
{
    char octet = 0;
    if (recv(supervisor->change.socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
        offer_change(supervisor);
    else
        supervisor_close(&supervisor->change.socket);
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
        listen_name(&listeners->items[i], name, sizeof name);
        log_line(LOG_INFO_LINE, "%s on %s", is_admin ? "metrics" : "listening", name);
    }
}

static void take_config(struct supervisor *supervisor)
{
    struct change *change = &supervisor->change;
    listen_close(&supervisor->listeners, &change->listeners);
    supervisor->listeners = change->listeners;
    config_free(supervisor->config);
    supervisor->config = change->config;
    supervisor_close(&change->text);
    log_set_form(supervisor->config->log);
    log_line(LOG_INFO_LINE, "serving %zu issuers by %s", supervisor->config->n_issuers,
             supervisor->file);
    say_where(supervisor);
    notify_manager("READY=1");
}

static void finish_change(struct supervisor *supervisor)
{
    struct change *change = &supervisor->change;
    if (supervisor->signer > 0)
        retire(supervisor, supervisor->signer);
    supervisor->signer = change->signer;
    supervisor->signer_since = supervisor_now();
    supervisor->restart_at = 0;
    if (change->is_whole)
        take_config(supervisor);
    change_clear(change);
    // It may have died while the front looked at it.
    if (supervisor->signer == 0)
        change_plan_restart(supervisor);
}

// What is said is about the one that the front has; when it ends, another is started.
static void end_signer(const struct supervisor *supervisor)
{
    if (supervisor->signer > 0)
        kill(supervisor->signer, SIGKILL);
}

bool change_reply(struct supervisor *supervisor)
{
    struct control control;
    if (!control_receive(supervisor->control, &control))
        return false;
    control_close(&control);
    if (control.kind == CONTROL_SILENT) {
        end_signer(supervisor);
        return true;
    }
    if (supervisor->change.step != STEP_TAKE)
        return true;
    if (control.kind == CONTROL_TAKEN)
        finish_change(supervisor);
    else
        change_fail(supervisor, control.why);
    return true;
}
