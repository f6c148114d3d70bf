// SPDX-License-Identifier: MIT
//
// A child process opens what the worker would open, with the worker's rights, and reports an error
// through a pipe.
#include "process/trial.h"

#include "answer/sources.h"
#include "base/sandbox.h"
#include "config/load.h"
#include "program/input.h"
#include "signer/keys.h"

#include <ocsp/openssl.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

// PATIENCE is how many seconds opening the files may take: they may be on a network file system.
enum { WHY_SIZE = 1024, PATIENCE = 20 };

// struct test is the state of a trial, in the child process.
struct test {
    struct config *config;
    const char *user;  // the user it has become; NULL: the user that started it
    char why[WHY_SIZE];
};

__attribute__((format(printf, 2, 3))) static int fail(struct test *test, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(test->why, sizeof test->why, format, args);
    va_end(args);
    return EX_CONFIG;
}

static int fail_file(struct test *test, const char *file, const char *what)
{
    const char *reason = strerror(errno);
    if (test->user == NULL)
        return fail(test, "%s: cannot %s: %s", file, what, reason);
    return fail(test, "%s: cannot %s as user %s: %s", file, what, test->user, reason);
}

// O_NONBLOCK, because opening a FIFO could block.
static int try_read(struct test *test, const char *file)
{
    int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        return fail_file(test, file, "read");
    close(fd);
    return EX_OK;
}

// SQLite creates files in the database's folder.
static int try_database(struct test *test, const char *file)
{
    char folder[8192] = ".";
    const char *slash = strrchr(file, '/');
    if (access(file, R_OK | W_OK) != 0)
        return fail_file(test, file, "read and write");
    if (slash != NULL)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - file) + 1, file);
    return access(folder, W_OK | X_OK) == 0 ? EX_OK : fail_file(test, folder, "write");
}

static int try_source(struct test *test, const struct issuer_config *issuer)
{
    if (issuer->source == SOURCE_DATABASE)
        return try_database(test, test->config->database);
    int status = EX_OK;
    for (size_t i = 0; i < issuer->n_source_files && status == EX_OK; i++)
        status = try_read(test, issuer->source_files[i]);
    return status;
}

// The rights are tried first: the message then names the user. Loading says the rest.
static int try_rights(struct test *test, const struct issuer_config *issuer)
{
    int status = try_read(test, issuer->certificate);
    return status == EX_OK ? try_source(test, issuer) : status;
}

static int try_sources(struct test *test, enum trial trial)
{
    struct oc_crypto *crypto = oc_openssl_new();
    if (crypto == NULL) {
        snprintf(test->why, sizeof test->why, "out of memory");
        return EX_OSERR;
    }
    const struct sources *sources =
        sources_load(crypto, test->config, trial == TRIAL_STORES ? SOURCES_STORES : SOURCES_CERTS,
                     test->why, sizeof test->why);
    return sources != NULL ? EX_OK : EX_CONFIG;
}

static int try_all(struct test *test, enum trial trial)
{
    int status = EX_OK;
    for (size_t i = 0; i < test->config->n_issuers && status == EX_OK; i++)
        status = try_rights(test, &test->config->issuers[i]);
    return status == EX_OK ? try_sources(test, trial) : status;
}

// Nothing is freed: the process exits. Loading takes the child's copy of the configuration.
static _Noreturn void be_tester(struct config *config, enum trial trial, pid_t parent, int fd)
{
    struct test test = {.config = config};
    int status = EX_OSERR;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EX_OSERR);
    signal(SIGALRM, SIG_DFL);
    if (trial == TRIAL_FILES)
        alarm(PATIENCE);
    test.user = geteuid() == 0 ? config->user : NULL;
    if (sandbox_drop(config->user, test.why, sizeof test.why))
        status = try_all(&test, trial);
    // If the parent has exited, nobody needs the reason.
    (void)!write(fd, test.why, strlen(test.why));
    _exit(status);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    pid_t exited;
    do
        exited = waitpid(pid, &status, 0);
    while (exited == -1 && errno == EINTR);
    return exited == pid && WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL;
}

static size_t read_why(int fd, char *why, size_t size)
{
    ssize_t len = input_fill(fd, why, size - 1);
    why[len > 0 ? len : 0] = '\0';
    return len > 0 ? (size_t)len : 0;
}

int config_try(struct config *config, enum trial trial, char *why, size_t size)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(why, size, "cannot create a pipe: %s", strerror(errno));
        return EX_OSERR;
    }
    pid_t pid = fork();
    if (pid == 0)
        be_tester(config, trial, parent, ends[1]);
    int error = errno;
    close(ends[1]);
    size_t len = pid == -1 ? 0 : read_why(ends[0], why, size);
    close(ends[0]);
    if (pid == -1) {
        snprintf(why, size, "cannot create a process: %s", strerror(error));
        return EX_OSERR;
    }
    int status = wait_for(pid);
    if (status != EX_OK && len == 0)
        snprintf(why, size, "%s: cannot check the files that it names, or not within %d seconds",
                 config->file, PATIENCE);
    return status;
}

bool config_try_file(const char *file, char *why, size_t size)
{
    char *text = config_read(file, why, size);
    struct config *config = text != NULL ? config_inspect(file, text, why, size) : NULL;
    free(text);
    bool ok = config != NULL && signers_check(config, time(NULL), why, size) &&
              config_try(config, TRIAL_STORES, why, size) == EX_OK;
    config_free(config);
    return ok;
}
