// SPDX-License-Identifier: MIT
//
// What the process in front opens, opened with its rights. Who asks gets a line through a pipe.
#include "process/trial.h"

#include "base/issuer_file.h"
#include "base/sandbox.h"
#include "store/store.h"

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
#include <unistd.h>

// PATIENCE is how many seconds a file may take to be opened: it may lie on another computer.
enum { WHY_SIZE = 1024, PATIENCE = 20 };

// struct place is an issuer with its certificate.
struct place {
    const struct issuer_config *config;
    struct oc_list certs;
    struct oc_issuer issuer;
};

// struct test is one trial, in its process.
struct test {
    const struct config *config;
    const char *user;  // that it became; NULL: it is still who started it
    struct oc_crypto *crypto;
    struct place *places;
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
        return fail(test, "%s: cannot be %s: %s", file, what, reason);
    return fail(test, "%s: cannot be %s by the user %s: %s", file, what, test->user, reason);
}

// A FIFO must not keep us waiting.
static int try_read(struct test *test, const char *file)
{
    int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        return fail_file(test, file, "read");
    close(fd);
    return EX_OK;
}

static int load_issuer(struct test *test, struct place *place)
{
    const char *file = place->config->certificate;
    struct oc_error err;
    int status = try_read(test, file);
    if (status != EX_OK)
        return status;
    if (issuer_file_open(file, test->crypto, &place->certs, &place->issuer, &err))
        return EX_OK;
    return fail(test, "%s: %s", file, err.what);
}

// Statuses are found by name and key: those of one would be answered for the other.
static int find_twice(struct test *test, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (issuer_is_same(&test->places[i].issuer, &test->places[k].issuer))
            return fail(test, "%s: issuer \"%s\" has the same name and key as issuer \"%s\"",
                        test->config->file, test->places[i].config->name,
                        test->places[k].config->name);
    }
    return EX_OK;
}

// SQLite makes files beside it.
static int try_database(struct test *test, const char *file)
{
    char folder[8192] = ".";
    const char *slash = strrchr(file, '/');
    if (access(file, R_OK | W_OK) != 0)
        return fail_file(test, file, "read and written to");
    if (slash != NULL)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - file) + 1, file);
    return access(folder, W_OK | X_OK) == 0 ? EX_OK : fail_file(test, folder, "written to");
}

static int try_source(struct test *test, const struct issuer_config *issuer)
{
    if (issuer->source == SOURCE_DATABASE)
        return try_database(test, test->config->database);
    return try_read(test, issuer->source_file);
}

static int try_store(struct test *test, const struct place *place)
{
    struct store *store = store_open(place->config, test->config->database, &place->issuer,
                                     STORE_READ, test->why, sizeof test->why);
    if (store == NULL)
        return EX_CONFIG;
    store_close(store);
    return EX_OK;
}

static int try_all(struct test *test, enum trial trial)
{
    size_t n = test->config->n_issuers;
    int status = EX_OK;
    test->crypto = oc_openssl_new();
    test->places = calloc(n, sizeof *test->places);
    if (test->crypto == NULL || test->places == NULL) {
        snprintf(test->why, sizeof test->why, "no memory");
        return EX_OSERR;
    }
    for (size_t i = 0; i < n && status == EX_OK; i++) {
        test->places[i].config = &test->config->issuers[i];
        status = load_issuer(test, &test->places[i]);
        if (status == EX_OK)
            status = find_twice(test, i);
        if (status == EX_OK)
            status = try_source(test, &test->config->issuers[i]);
    }
    for (size_t i = 0; i < n && status == EX_OK && trial == TRIAL_STORES; i++)
        status = try_store(test, &test->places[i]);
    return status;
}

// The end of the process gives back all that was taken.
static _Noreturn void be_tester(const struct config *config, enum trial trial, pid_t parent, int fd)
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
    // If nobody reads it, nobody asks for it.
    (void)!write(fd, test.why, strlen(test.why));
    _exit(status);
}

static int end_of(pid_t pid)
{
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(pid, &status, 0);
    while (ended == -1 && errno == EINTR);
    return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL;
}

static size_t read_why(int fd, char *why, size_t size)
{
    size_t len = 0;
    ssize_t n;
    do {
        n = read(fd, why + len, size - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    why[len] = '\0';
    return len;
}

int config_try(const struct config *config, enum trial trial, char *why, size_t size)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0)
        return snprintf(why, size, "pipe: %s", strerror(errno)), EX_OSERR;
    pid_t pid = fork();
    if (pid == 0)
        be_tester(config, trial, parent, ends[1]);
    int error = errno;
    close(ends[1]);
    size_t len = pid == -1 ? 0 : read_why(ends[0], why, size);
    close(ends[0]);
    if (pid == -1)
        return snprintf(why, size, "fork: %s", strerror(error)), EX_OSERR;
    int status = end_of(pid);
    if (status != EX_OK && len == 0)
        snprintf(why, size, "%s: what it names could not be tried, or not in %d s", config->file,
                 PATIENCE);
    return status;
}
