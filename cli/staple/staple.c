// SPDX-License-Identifier: MIT
//
// ocsp staple keeps the staples of servers fresh, once or until it is stopped. Signals are handled
// between rounds, and while responders are asked, which may take long and leaves nothing half done.
#include "staple/staple.h"

#include "program/report.h"
#include "staple/options.h"
#include "staple/round.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

// The longest sleep, because the clock may be set and files may change.
enum { SLEEP_SECONDS = 60 };

static int run_once(const struct staple_setup *setup)
{
    struct staples staples;
    staples_init(&staples, setup);
    int status = staples_round(&staples, setup->force);
    if (status == EX_OK)
        status = staples_status(&staples);
    staples_free(&staples);
    return status;
}

static void exit_now(int signal)
{
    (void)signal;
    _exit(EX_OK);
}

static void fill_ending(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGINT);
}

static void while_asking(bool begins)
{
    sigset_t ending;
    fill_ending(&ending);
    sigprocmask(begins ? SIG_UNBLOCK : SIG_BLOCK, &ending, NULL);
}

static void prepare_signals(sigset_t *awaited)
{
    struct sigaction action = {.sa_handler = exit_now};
    fill_ending(awaited);
    sigaddset(awaited, SIGHUP);
    sigprocmask(SIG_BLOCK, awaited, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

// Returns the signal that arrived, 0 if none did.
static int sleep_until(int64_t due, const sigset_t *awaited)
{
    int64_t now = (int64_t)time(NULL);
    int64_t left = due < now + SLEEP_SECONDS ? due - now : SLEEP_SECONDS;
    struct timespec pause = {.tv_sec = left < 1 ? 1 : left};
    int signal = sigtimedwait(awaited, NULL, &pause);
    return signal > 0 ? signal : 0;
}

// struct service is the state of the loop. A reload replaces `setup` and `staples`.
struct service {
    const struct command *self;
    const struct staple_options *options;
    struct staple_setup *setup;
    struct staples staples;
};

static void start(struct service *service, struct staple_setup *setup)
{
    service->setup = setup;
    staples_init(&service->staples, setup);
    service->staples.while_asking = while_asking;
}

static void stop(struct service *service)
{
    staples_free(&service->staples);
    staple_setup_free(service->setup);
    free(service->setup);
}

// An invalid new configuration changes nothing.
static void reload(struct service *service)
{
    struct staple_setup *setup = must_alloc(1, sizeof *setup);
    if (staple_options_setup(service->self, service->options, setup) != EX_OK) {
        complain(service->self->title, "cannot reload: the old configuration stays in effect");
        staple_setup_free(setup);
        free(setup);
        return;
    }
    struct service before = *service;
    start(service, setup);
    staples_inherit(&service->staples, &before.staples);
    stop(&before);
}

static int run_service(const struct command *self, const struct staple_options *options,
                       struct staple_setup *setup)
{
    sigset_t awaited;
    struct service service = {.self = self, .options = options};
    prepare_signals(&awaited);
    start(&service, setup);
    int signal = 0;
    while (signal != SIGTERM && signal != SIGINT) {
        // After an error the next round follows the longest sleep.
        int status = staples_round(&service.staples, false);
        int64_t due = status == EX_OK ? staples_due(&service.staples) : INT64_MAX;
        signal = sleep_until(due, &awaited);
        if (signal == SIGHUP)
            reload(&service);
    }
    stop(&service);
    return EX_OK;
}

static int run(const struct command *self, const struct staple_options *options)
{
    struct staple_setup *setup = must_alloc(1, sizeof *setup);
    int status = staple_options_setup(self, options, setup);
    if (status == EX_OK && !setup->once)
        return run_service(self, options, setup);
    if (status == EX_OK)
        status = run_once(setup);
    else if (status == EX_USAGE)
        status = command_usage(self);
    staple_setup_free(setup);
    free(setup);
    return status;
}

int staple_run(const struct command *self, int argc, char **argv)
{
    struct staple_options options;
    int status = staple_options_parse(self, argc, argv, &options);
    if (status == EX_OK)
        status = run(self, &options);
    else
        status = command_explain(self, status);
    staple_options_free(&options);
    return status;
}
