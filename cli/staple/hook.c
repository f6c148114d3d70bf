// SPDX-License-Identifier: MIT
//
// Running hooks. No text from a certificate or a responder becomes part of a command.
#include "staple/hook.h"

#include "program/clock.h"
#include "program/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// NAMES_MAX fits into a variable of the environment on Linux.
enum { HOOK_MS = 60000, STOPPED_MS = 2000, NAMES_MAX = 100000 };

// Runs in the child, where nothing may be allocated after fork(); so the environment is ready made.
static _Noreturn void become(char *command, char **environment)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int fd = open("/dev/null", O_RDONLY);
    if (fd > 0)
        dup2(fd, STDIN_FILENO);
    // The output of a hook goes where error lines go.
    dup2(STDERR_FILENO, STDOUT_FILENO);
    char shell[] = "sh";
    char option[] = "-c";
    char *arguments[] = {shell, option, command, NULL};
    execve("/bin/sh", arguments, environment);
    _exit(127);
}

static bool is_stopped(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

// Waits for a child in small steps, so that SIGTERM does not have to wait for a hook. Returns false
// if the child was killed because it took too long.
static bool wait_for(pid_t child, int *status)
{
    int64_t deadline = clock_ms() + HOOK_MS;
    bool stopped = false;
    for (long step = 1; waitpid(child, status, WNOHANG) == 0; step = step < 50 ? step * 2 : 50) {
        struct timespec pause = {.tv_nsec = step * 1000000};
        if (!stopped && (stopped = is_stopped()) && clock_ms() + STOPPED_MS < deadline)
            deadline = clock_ms() + STOPPED_MS;
        if (clock_ms() >= deadline) {
            kill(-child, SIGKILL);
            waitpid(child, status, 0);
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return true;
}

static bool is_done_well(const char *command, pid_t child)
{
    int status = 0;
    if (child == -1)
        complain(command, "cannot run the hook: %s", strerror(errno));
    else if (!wait_for(child, &status))
        complain(command, "hook timed out and was killed");
    else if (WIFSIGNALED(status))
        complain(command, "hook was killed by signal %d", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        complain(command, "hook exited with status %d", WEXITSTATUS(status));
    else
        return true;
    return false;
}

static char *make_variable(const struct staple_variable *variable)
{
    size_t size = strlen(variable->name) + strlen(variable->value) + sizeof "=";
    char *text = must_alloc(size, 1);
    snprintf(text, size, "%s=%s", variable->name, variable->value);
    return text;
}

// Variables of the environment that have the name of ours are left out, because shells differ in
// which one of two they take.
static bool is_ours(const char *text, const struct staple_variable *variables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(variables[i].name);
        if (strncmp(text, variables[i].name, len) == 0 && text[len] == '=')
            return true;
    }
    return false;
}

static char **make_environment(const struct staple_variable *variables, size_t n)
{
    size_t n_before = 0;
    while (environ[n_before] != NULL)
        n_before++;
    char **out = must_alloc(n + n_before + 1, sizeof(char *));
    size_t at = 0;
    for (; at < n; at++)
        out[at] = make_variable(&variables[at]);
    for (size_t i = 0; i < n_before; i++) {
        if (!is_ours(environ[i], variables, n))
            out[at++] = environ[i];
    }
    return out;
}

bool staple_hook_run(const char *command, const struct staple_variable *variables, size_t n)
{
    char **environment = make_environment(variables, n);
    char *copy = strdup(command);
    if (copy == NULL)
        die_no_memory();
    fflush(stderr);
    pid_t child = fork();
    if (child == 0)
        become(copy, environment);
    // Parent and child both do this, because either may run first.
    if (child != -1)
        setpgid(child, child);
    bool ok = is_done_well(command, child);
    for (size_t i = 0; i < n; i++)
        free(environment[i]);
    free(environment);
    free(copy);
    return ok;
}

static bool has_hook(const struct staple_item *item, const char *command)
{
    return item->is_written && item->setting->reload_hook != NULL &&
           strcmp(item->setting->reload_hook, command) == 0;
}

static bool reload(const char *command, const struct staple_item *items, size_t n)
{
    char *names = must_alloc(NAMES_MAX, 1);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const char *name = items[i].setting->name;
        if (has_hook(&items[i], command) && len + strlen(name) + 2 < NAMES_MAX)
            len += (size_t)snprintf(names + len, NAMES_MAX - len, "%s%s", len > 0 ? " " : "", name);
    }
    bool ok = staple_hook_run(command, &(struct staple_variable){"OCSP_NAMES", names}, 1);
    free(names);
    return ok;
}

bool staple_reload(const struct staple_item *items, size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const char *command = items[i].setting->reload_hook;
        if (command == NULL || !has_hook(&items[i], command))
            continue;
        size_t first = 0;
        while (!has_hook(&items[first], command))
            first++;
        if (first == i && !reload(command, items, n))
            ok = false;
    }
    return ok;
}
