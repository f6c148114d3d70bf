// SPDX-License-Identifier: MIT
//
// The first process: it starts the others, waits for what they, signals and clocks say, and ends
// with all of them.
#include "process/supervisor.h"

#include "base/log.h"
#include "base/notify.h"
#include "process/child.h"
#include "process/control.h"
#include "process/reload.h"
#include "process/worker.h"
#include "program/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

// Times in milliseconds.
enum {
    BACKOFF_MIN_MS = 100,
    STEADY_MS = 60000,
    FRONT_GRACE_MS = 5000,
    SIGNER_GRACE_MS = 5000,
};

static void tell_end(const char *who, int status)
{
    if (WIFSIGNALED(status))
        log_line(LOG_ERROR_LINE, "the %s process was ended by signal %d (%s)", who,
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        log_line(LOG_ERROR_LINE, "the %s process has ended with status %d", who,
                 WEXITSTATUS(status));
}

static void bury_front(struct supervisor *supervisor, int status)
{
    supervisor->worker = 0;
    bool is_clean = supervisor->end_at != 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!is_clean && !supervisor->is_over)
        tell_end("worker", status);
    if (!supervisor->is_over)
        supervisor_give_up(supervisor, is_clean ? EX_OK : EX_SOFTWARE);
}

static void bury_signer(struct supervisor *supervisor, int status)
{
    supervisor->signer = 0;
    if (supervisor->end_at != 0 || supervisor->is_over)
        return;
    tell_end("signer", status);
    if (clock_ms() - supervisor->signer_since >= STEADY_MS)
        supervisor->backoff = BACKOFF_MIN_MS;
    if (supervisor->reload.step == STEP_NONE)
        reload_plan_restart(supervisor);
}

static void bury(struct supervisor *supervisor, pid_t pid, int status)
{
    struct reload *reload = &supervisor->reload;
    if (pid == supervisor->worker) {
        bury_front(supervisor, status);
    } else if (pid == supervisor->signer) {
        bury_signer(supervisor, status);
    } else if (pid == supervisor->retired) {
        supervisor->retired = 0;
    } else if (reload->step != STEP_NONE && pid == reload->signer) {
        reload->signer = 0;
        if (reload->step == STEP_HELLO)
            reload_fail(supervisor, "the signer process could not start");
    }
}

static void bury_all(struct supervisor *supervisor)
{
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        bury(supervisor, pid, status);
}

static void begin_end(struct supervisor *supervisor)
{
    if (supervisor->end_at != 0 || !supervisor_is_ready(supervisor)) {
        supervisor_give_up(supervisor, EX_OK);
        return;
    }
    const struct control control = {.kind = CONTROL_DRAIN};
    notify_manager("STOPPING=1");
    log_line(LOG_INFO_LINE, "ending");
    reload_drop(supervisor);
    supervisor->restart_at = 0;
    supervisor->end_at = clock_ms() + supervisor->config->drain_timeout * 1000 + FRONT_GRACE_MS;
    // Who connects now is to be refused, not to wait in a queue that nobody empties.
    sockets_close(&supervisor->listeners, NULL);
    if (!control_send(supervisor->control, &control))
        supervisor_give_up(supervisor, EX_SOFTWARE);
}

static void take_signal(struct supervisor *supervisor)
{
    struct signalfd_siginfo info;
    if (read(supervisor->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGHUP)
        supervisor->wants_reload = true;
    else if (info.ssi_signo != SIGCHLD)
        begin_end(supervisor);
    bury_all(supervisor);
}

// lose_front ends a process in front that does not listen any more, unless it is about to end.
static void lose_front(struct supervisor *supervisor)
{
    supervisor_close(&supervisor->control);
    if (supervisor->worker > 0 && supervisor->end_at == 0)
        kill(supervisor->worker, SIGKILL);
}

// The end of a socket is something to read, too.
static void hear_front(struct supervisor *supervisor)
{
    if (!reload_reply(supervisor))
        lose_front(supervisor);
}

// next_event gives when something is due, in milliseconds from now; -1 for nothing.
static int next_event(const struct supervisor *supervisor)
{
    int64_t at = INT64_MAX;
    if (supervisor->reload.step != STEP_NONE)
        at = supervisor->reload.deadline;
    else if (supervisor->restart_at != 0)
        at = supervisor->restart_at;
    if (supervisor->end_at != 0 && supervisor->end_at < at)
        at = supervisor->end_at;
    if (at == INT64_MAX)
        return -1;
    int64_t left = at - clock_ms();
    return left > 0 ? (int)left : 0;
}

static void expire_change(struct supervisor *supervisor)
{
    bool is_front = supervisor->reload.step == STEP_TAKE;
    reload_fail(supervisor, is_front ? "the process in worker does not answer"
                                     : "the signer process does not get ready");
    // What it will yet take cannot be known any more.
    if (is_front)
        supervisor_give_up(supervisor, EX_SOFTWARE);
}

static void do_what_is_due(struct supervisor *supervisor)
{
    int64_t now = clock_ms();
    if (supervisor->end_at != 0) {
        if (now >= supervisor->end_at) {
            log_line(LOG_ERROR_LINE, "the process in worker does not end");
            supervisor_give_up(supervisor, EX_SOFTWARE);
        }
    } else if (supervisor->reload.step != STEP_NONE) {
        if (now >= supervisor->reload.deadline)
            expire_change(supervisor);
    } else if (supervisor->wants_reload) {
        reload_reload(supervisor);
    } else if (supervisor->restart_at != 0 && now >= supervisor->restart_at) {
        reload_restart(supervisor);
    }
}

static void loop(struct supervisor *supervisor)
{
    while (!supervisor->is_over) {
        bool waits_for_hello = supervisor->reload.step == STEP_HELLO;
        struct pollfd fds[] = {
            {.fd = supervisor->signals, .events = POLLIN},
            {.fd = supervisor->control, .events = POLLIN},
            {.fd = waits_for_hello ? supervisor->reload.socket : -1, .events = POLLIN},
        };
        if (poll(fds, sizeof fds / sizeof fds[0], next_event(supervisor)) > 0) {
            // One at a time: each may end what another is about.
            if (fds[0].revents != 0)
                take_signal(supervisor);
            else if (fds[1].revents != 0)
                hear_front(supervisor);
            else if (fds[2].revents != 0)
                reload_hear(supervisor);
        }
        do_what_is_due(supervisor);
    }
}

// Connections count as open files in the process in front.
static void raise_files(void)
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
    // Whoever started this may have had no interest in children.
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
    raise_files();
    reload_begin(supervisor);
    const struct config *config = supervisor->reload.config;
    if (supervisor->is_over)
        return;
    log_set_form(config->log);
    if (config->user == NULL && geteuid() == 0)
        log_line(LOG_WARNING_LINE, "running as root: \"user\" names whom to become");
    supervisor->worker = child_start("ocspd-worker", worker_run, config, &supervisor->control);
    if (supervisor->worker > 0)
        return;
    supervisor->worker = 0;
    reload_fail(supervisor, strerror(errno));
}

// end_all ends the other processes: the front at once, if it is still there; the signers when they
// see that nobody speaks to them, or at once if they do not.
static void end_all(struct supervisor *supervisor)
{
    if (supervisor->worker > 0)
        kill(supervisor->worker, SIGKILL);
    if (supervisor->reload.step != STEP_NONE)
        reload_drop(supervisor);
    supervisor_close(&supervisor->control);
    int64_t end = clock_ms() + SIGNER_GRACE_MS;
    while (clock_ms() < end &&
           (supervisor->worker > 0 || supervisor->signer > 0 || supervisor->retired > 0)) {
        struct pollfd signals = {.fd = supervisor->signals, .events = POLLIN};
        struct signalfd_siginfo info;
        if (poll(&signals, 1, 50) > 0)
            (void)!read(supervisor->signals, &info, sizeof info);
        bury_all(supervisor);
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
    end_all(supervisor);
    int status = supervisor->status;
    free(supervisor);
    return status;
}
