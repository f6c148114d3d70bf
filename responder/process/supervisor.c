// SPDX-License-Identifier: MIT
//
// The supervisor's event loop: it waits for signals, packets and deadlines, and at the end stops
// the other processes.
#include "process/supervisor.h"

#include "base/log.h"
#include "base/notify.h"
#include "config/load.h"
#include "process/child.h"
#include "process/control.h"
#include "process/reload.h"
#include "process/worker.h"
#include "program/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

// Milliseconds. A signer that ran for STEADY_MS resets the delay before the next start.
enum {
    BACKOFF_MIN_MS = 100,
    STEADY_MS = 60000,
    WORKER_GRACE_MS = 5000,
    SIGNER_GRACE_MS = 5000,
};

static void log_exit(const char *name, int status)
{
    if (WIFSIGNALED(status))
        log_line(LOG_ERROR_LINE, "the %s process was killed by signal %d (%s)", name,
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        log_line(LOG_ERROR_LINE, "the %s process exited with status %d", name, WEXITSTATUS(status));
}

static void worker_exited(struct supervisor *supervisor, int status)
{
    supervisor->worker = 0;
    bool is_clean =
        supervisor->drain_deadline != 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!is_clean && !supervisor->is_over)
        log_exit("worker", status);
    if (!supervisor->is_over)
        supervisor_give_up(supervisor, is_clean ? EX_OK : EX_SOFTWARE);
}

static void signer_exited(struct supervisor *supervisor, int status)
{
    supervisor->signer = 0;
    if (supervisor->drain_deadline != 0 || supervisor->is_over)
        return;
    log_exit("signer", status);
    if (clock_ms() - supervisor->signer_since >= STEADY_MS)
        supervisor->backoff = BACKOFF_MIN_MS;
    if (supervisor->reload.step == STEP_NONE)
        reload_schedule_signer(supervisor);
}

static void child_exited(struct supervisor *supervisor, pid_t pid, int status)
{
    struct reload *reload = &supervisor->reload;
    if (pid == supervisor->worker) {
        worker_exited(supervisor, status);
    } else if (pid == supervisor->signer) {
        signer_exited(supervisor, status);
    } else if (pid == supervisor->retired) {
        supervisor->retired = 0;
    } else if (reload->step != STEP_NONE && pid == reload->signer) {
        reload->signer = 0;
        if (reload->step == STEP_SIGNER)
            reload_fail(supervisor, "the signer process could not start");
    }
}

static void reap_children(struct supervisor *supervisor)
{
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        child_exited(supervisor, pid, status);
}

static void begin_stop(struct supervisor *supervisor)
{
    if (supervisor->drain_deadline != 0 || !supervisor_is_ready(supervisor)) {
        supervisor_give_up(supervisor, EX_OK);
        return;
    }
    const struct control control = {.kind = CONTROL_DRAIN};
    notify_manager("STOPPING=1");
    log_line(LOG_INFO_LINE, "stopping");
    reload_cancel(supervisor);
    supervisor->signer_start_at = 0;
    supervisor->drain_deadline =
        clock_ms() + supervisor->config->drain_timeout * 1000 + WORKER_GRACE_MS;
    // Refuse new connections instead of leaving them in a backlog that nobody drains.
    sockets_close(&supervisor->listeners, NULL);
    if (!control_send(supervisor->control, &control))
        supervisor_give_up(supervisor, EX_SOFTWARE);
}

static void handle_signal(struct supervisor *supervisor)
{
    struct signalfd_siginfo info;
    if (read(supervisor->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGHUP)
        supervisor->wants_reload = true;
    else if (info.ssi_signo != SIGCHLD)
        begin_stop(supervisor);
    reap_children(supervisor);
}

// worker_disconnected kills a worker that closed its socket, unless it is exiting anyway.
static void worker_disconnected(struct supervisor *supervisor)
{
    supervisor_close(&supervisor->control);
    if (supervisor->worker > 0 && supervisor->drain_deadline == 0)
        kill(supervisor->worker, SIGKILL);
}

// EOF also makes the socket readable.
static void control_readable(struct supervisor *supervisor)
{
    if (!reload_worker_readable(supervisor))
        worker_disconnected(supervisor);
}

// time_to_next returns the milliseconds until the next deadline, -1 if there is none.
static int time_to_next(const struct supervisor *supervisor)
{
    int64_t at = INT64_MAX;
    if (supervisor->reload.step != STEP_NONE)
        at = supervisor->reload.deadline;
    else if (supervisor->signer_start_at != 0)
        at = supervisor->signer_start_at;
    if (supervisor->drain_deadline != 0 && supervisor->drain_deadline < at)
        at = supervisor->drain_deadline;
    if (at == INT64_MAX)
        return -1;
    int64_t left = at - clock_ms();
    return left > 0 ? (int)left : 0;
}

static void reload_timed_out(struct supervisor *supervisor)
{
    bool is_worker = supervisor->reload.step == STEP_WORKER;
    reload_fail(supervisor, is_worker ? "the worker process did not answer in time"
                                      : "the signer process was not ready in time");
    // It is unknown which configuration the worker will use.
    if (is_worker)
        supervisor_give_up(supervisor, EX_SOFTWARE);
}

static void run_due(struct supervisor *supervisor)
{
    int64_t now = clock_ms();
    if (supervisor->drain_deadline != 0) {
        if (now >= supervisor->drain_deadline) {
            log_line(LOG_ERROR_LINE,
                     "the worker process did not exit within drain-timeout: killing it");
            supervisor_give_up(supervisor, EX_SOFTWARE);
        }
    } else if (supervisor->reload.step != STEP_NONE) {
        if (now >= supervisor->reload.deadline)
            reload_timed_out(supervisor);
    } else if (supervisor->wants_reload) {
        reload_load_again(supervisor);
    } else if (supervisor->signer_start_at != 0 && now >= supervisor->signer_start_at) {
        reload_replace_signer(supervisor);
    }
}

static void loop(struct supervisor *supervisor)
{
    while (!supervisor->is_over) {
        bool waits_for_hello = supervisor->reload.step == STEP_SIGNER;
        struct pollfd fds[] = {
            {.fd = supervisor->signals, .events = POLLIN},
            {.fd = supervisor->control, .events = POLLIN},
            {.fd = waits_for_hello ? supervisor->reload.socket : -1, .events = POLLIN},
        };
        if (poll(fds, sizeof fds / sizeof fds[0], time_to_next(supervisor)) > 0) {
            // Only one at a time: each may close what another is about.
            if (fds[0].revents != 0)
                handle_signal(supervisor);
            else if (fds[1].revents != 0)
                control_readable(supervisor);
            else if (fds[2].revents != 0)
                reload_signer_readable(supervisor);
        }
        run_due(supervisor);
    }
}

// Each connection is an open file in the worker, which inherits the limit.
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_signals(void)
{
    sigset_t set;
    // The parent may have set SIGCHLD to be ignored.
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void start(struct supervisor *supervisor)
{
    supervisor->signals = open_signals();
    if (supervisor->signals < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        log_line(LOG_ERROR_LINE, "%s", strerror(errno));
        supervisor_give_up(supervisor, EX_OSERR);
        return;
    }
    raise_file_limit();
    reload_load(supervisor);
    const struct config *config = supervisor->reload.config;
    if (supervisor->is_over)
        return;
    log_set_form(config->log);
    if (config->user == NULL && geteuid() == 0)
        log_line(LOG_WARNING_LINE, "running as root: set \"user\" to run as another user");
    supervisor->worker = child_start("ocspd-worker", worker_run, config, &supervisor->control);
    if (supervisor->worker > 0)
        return;
    supervisor->worker = 0;
    char why[200];
    snprintf(why, sizeof why, "cannot create the worker process: %s", strerror(errno));
    reload_fail(supervisor, why);
}

// stop_all stops the other processes. The worker, if it still runs, is killed; the signers exit
// when their sockets are closed, and are killed if they do not.
static void stop_all(struct supervisor *supervisor)
{
    if (supervisor->worker > 0)
        kill(supervisor->worker, SIGKILL);
    if (supervisor->reload.step != STEP_NONE)
        reload_cancel(supervisor);
    supervisor_close(&supervisor->control);
    int64_t end = clock_ms() + SIGNER_GRACE_MS;
    while (clock_ms() < end &&
           (supervisor->worker > 0 || supervisor->signer > 0 || supervisor->retired > 0)) {
        struct pollfd signals = {.fd = supervisor->signals, .events = POLLIN};
        struct signalfd_siginfo info;
        if (poll(&signals, 1, 50) > 0)
            (void)!read(supervisor->signals, &info, sizeof info);
        reap_children(supervisor);
    }
    if (supervisor->signer > 0)
        kill(supervisor->signer, SIGKILL);
    if (supervisor->retired > 0)
        kill(supervisor->retired, SIGKILL);
    sockets_close(&supervisor->listeners, NULL);
    config_free(supervisor->config);
    supervisor_close(&supervisor->signals);
}

int supervisor_run(const char *file)
{
    struct supervisor *supervisor = calloc(1, sizeof *supervisor);
    if (supervisor == NULL)
        return EX_OSERR;
    supervisor->file = file;
    supervisor->control = supervisor->signals = -1;
    supervisor->backoff = BACKOFF_MIN_MS;
    reload_clear(&supervisor->reload);
    start(supervisor);
    loop(supervisor);
    stop_all(supervisor);
    int status = supervisor->status;
    free(supervisor);
    return status;
}
