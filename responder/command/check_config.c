// SPDX-License-Identifier: MIT
//
// Everything that is found is printed, not only what comes first.
#include "command/check_config.h"

#include "base/log.h"
#include "config/config.h"
#include "process/trial.h"
#include "program/report.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

// struct check_options is the command and its arguments.
struct check_options {
    const struct command *self;
    const char *file;
    bool is_reload;
};

// read_options returns whether the command is to run; if not, `*status` is its exit status.
static bool read_options(const struct command *self, int argc, char **argv,
                         struct check_options *out, int *status)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"reload", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct check_options){.self = self, .file = CONFIG_FILE};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c') {
            out->file = optarg;
        } else if (option == 'r') {
            out->is_reload = true;
        } else {
            *status = option == 'h' ? command_help(self) : command_usage(self);
            return false;
        }
    }
    if (optind != argc)
        *status = command_refuse_argument(self, argv[optind]);
    return optind == argc;
}

static void print_finding(void *arg, const char *text)
{
    const struct check_options *options = arg;
    complain(options->self->title, "%s", text);
}

int check_config_run(const struct command *self, int argc, char **argv)
{
    struct check_options options;
    struct findings findings = {.line = print_finding, .arg = &options};
    char why[1024];
    int status = EX_OK;
    if (!read_options(self, argc, argv, &options, &status))
        return status;
    log_begin();
    if (!config_try_file(options.file, &findings, why, sizeof why)) {
        complain(self->title, "%s", why);
        return EX_CONFIG;
    }
    // An issuer whose source is out of date does not keep the others from being served.
    if (findings.lacks_signer || (findings.is_out_of_date && !options.is_reload))
        return EX_UNAVAILABLE;
    printf("%s: configuration OK\n", options.file);
    return EX_OK;
}
