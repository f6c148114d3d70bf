// SPDX-License-Identifier: MIT
//
// A child process opens what the worker would open, with the worker's rights. It reports through a
// pipe, in lines that begin with their kind.
#include "process/trial.h"

#include "answer/source_check.h"
#include "answer/sources.h"
#include "base/sandbox.h"
#include "config/load.h"
#include "signer/keys.h"

#include <ocsp/der.h>
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
// LINES_MAX is how many lines the parent process reads; LINE_SIZE is the room for one.
enum { WHY_SIZE = 1024, PATIENCE = 20, LINES_MAX = 200000, LINE_SIZE = 4096 };

// The kinds of lines: the reason of a failure, the reason why an issuer cannot be answered for, and
// anything else that was found.
enum { LINE_WHY = 'w', LINE_OUT_OF_DATE = 'o', LINE_FOUND = 'f' };

// struct test is the state of a trial, in the child process.
struct test {
    struct config *config;
    const char *user;  // the user it has become; NULL: the user that started it
    FILE *out;
    const struct issuer_config *issuer;  // that is being reported about
    char why[WHY_SIZE];
};

// send_line replaces characters that would begin another line.
static void send_line(const struct test *test, char kind, const char *text)
{
    fputc(kind, test->out);
    for (size_t i = 0; i < LINE_SIZE - 8 && text[i] != '\0'; i++)
        fputc(text[i] == '\n' ? '?' : text[i], test->out);
    fputc('\n', test->out);
}

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

static void send_finding(void *arg, bool is_out_of_date, const char *text)
{
    const struct test *test = arg;
    char line[LINE_SIZE];
    snprintf(line, sizeof line, "issuer %s: %s", test->issuer->name, text);
    send_line(test, is_out_of_date ? LINE_OUT_OF_DATE : LINE_FOUND, line);
}

static void check_sources(struct test *test, const struct sources *sources)
{
    const struct source_check check = {send_finding, test};
    for (size_t i = 0; i < sources->served.n_issuers; i++) {
        test->issuer = sources->served.issuers[i].config;
        source_check(&sources->served.issuers[i], sources->config->source_warning,
                     (int64_t)time(NULL), &check);
    }
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
    if (sources == NULL)
        return EX_CONFIG;
    if (trial == TRIAL_STORES)
        check_sources(test, sources);
    return EX_OK;
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
    test.out = fdopen(fd, "w");
    if (test.out == NULL)
        _exit(EX_OSERR);
    if (sandbox_drop(config->user, test.why, sizeof test.why))
        status = try_all(&test, trial);
    if (status != EX_OK)
        send_line(&test, LINE_WHY, test.why);
    // If the parent has exited, nobody needs the lines.
    (void)fflush(test.out);
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

// take_line takes one line without its end. Any bytes may come from a child process that has read
// files of others.
static void take_line(char *line, struct findings *findings, char *why, size_t size)
{
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == LINE_WHY)
        snprintf(why, size, "%s", line + 1);
    else if (line[0] != '\0' && findings != NULL)
        findings->line(findings->arg, line + 1);
    if (line[0] == LINE_OUT_OF_DATE && findings != NULL)
        findings->is_out_of_date = true;
}

static void read_lines(int fd, struct findings *findings, char *why, size_t size)
{
    char line[LINE_SIZE];
    FILE *in = fdopen(fd, "r");
    if (in == NULL) {
        close(fd);
        return;
    }
    for (size_t i = 0; i < LINES_MAX && fgets(line, sizeof line, in) != NULL; i++)
        take_line(line, findings, why, size);
    fclose(in);
}

static int try_in_child(struct config *config, enum trial trial, struct findings *findings,
                        char *why, size_t size)
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
    if (pid == -1) {
        close(ends[0]);
        snprintf(why, size, "cannot create a process: %s", strerror(error));
        return EX_OSERR;
    }
    why[0] = '\0';
    read_lines(ends[0], findings, why, size);
    int status = wait_for(pid);
    if (status != EX_OK && why[0] == '\0')
        snprintf(why, size, "%s: cannot check the files that it names, or not within %d seconds",
                 config->file, PATIENCE);
    return status;
}

int config_try(struct config *config, enum trial trial, char *why, size_t size)
{
    return try_in_child(config, trial, NULL, why, size);
}

static void report_expiring(const struct signers *signers, int64_t warning, int64_t now,
                            const struct findings *findings)
{
    for (size_t i = 0; i < signers->n; i++) {
        char line[256];
        char at[OC_TIME_TEXT_LEN] = "";
        char span[CONDITION_DURATION];
        const struct signers_one *one = &signers->all[i];
        int64_t left = one->info.not_after - now;
        if (one->info.not_before > now || left < 0 || left > warning)
            continue;
        oc_time_text(one->info.not_after, at);
        snprintf(line, sizeof line, "issuer %s, signer %s: its certificate expires in %s, at %s",
                 one->as.config->name, one->info.name, condition_duration(left, span), at);
        findings->line(findings->arg, line);
    }
}

static bool try_signers(const struct config *config, struct findings *findings, char *why,
                        size_t size)
{
    struct signers signers;
    int64_t now = (int64_t)time(NULL);
    bool ok = signers_load(config, now, &signers, why, size);
    findings->lacks_signer = signers.lacks_valid;
    if (signers.lacks_valid)
        findings->line(findings->arg, why);
    report_expiring(&signers, config->signer_warning, now, findings);
    ok = ok || signers.lacks_valid;
    signers_free(&signers);
    return ok;
}

bool config_try_file(const char *file, struct findings *findings, char *why, size_t size)
{
    char *text = config_read(file, why, size);
    struct config *config = text != NULL ? config_inspect(file, text, why, size) : NULL;
    free(text);
    bool ok = config != NULL && try_signers(config, findings, why, size) &&
              try_in_child(config, TRIAL_STORES, findings, why, size) == EX_OK;
    config_free(config);
    return ok;
}
