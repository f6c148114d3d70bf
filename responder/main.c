// SPDX-License-Identifier: MIT
//
// The program ocspd: finds the command in its tables, prints help from the same tables, and looks
// at the end whether everything printed has got through.
#include "base/log.h"
#include "command/quickstart.h"
#include "command/table.h"
#include "config/config.h"
#include "process/supervisor.h"
#include "process/trial.h"
#include "program/report.h"
#include "program/standard.h"

#include <ocsp/base.h>

#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>

static int serve_command_run(int argc, char **argv);
static int check_config_run(int argc, char **argv);
static int help_run(int argc, char **argv);

static const struct ocspd_command serve_command = {
    .name = "serve",
    .run = serve_command_run,
    .summary = "answer requests; this is also what happens without a command",
    .arguments = "[--config FILE]",
    .help = "Answer OCSP requests until SIGTERM or SIGINT, in the foreground.\n"
            "\n"
            "SIGHUP reads the configuration again. Lines about what happens go to standard error.\n"
            "\n"
            "  --config FILE  the configuration (default: " CONFIG_FILE ")\n"
            "  --help         print this and end\n",
};

static const struct ocspd_command check_config_command = {
    .name = "check-config",
    .run = check_config_run,
    .summary = "say whether the configuration is right",
    .arguments = "[--config FILE]",
    .help = "Read the configuration, load the signers with their keys, and open what the statuses\n"
            "come from, as \"ocspd serve\" does, with the rights of the user who would serve.\n"
            "Nothing is served.\n"
            "\n"
            "  --config FILE  the configuration (default: " CONFIG_FILE ")\n"
            "  --help         print this and end\n",
};

static const struct ocspd_command help_command = {
    .name = "help",
    .run = help_run,
    .summary = "print help, or the help of one command",
    .arguments = "[COMMAND]",
    .help = "Print the list of commands, or the help of one COMMAND.\n",
};

static const struct ocspd_command *const own_commands[] = {
    &serve_command,
    &check_config_command,
    &quickstart_command,
    &help_command,
};

enum { N_OWN_COMMANDS = sizeof own_commands / sizeof own_commands[0] };

static const struct ocspd_command *find_command(const char *name)
{
    for (size_t i = 0; i < N_OWN_COMMANDS; i++) {
        if (strcmp(own_commands[i]->name, name) == 0)
            return own_commands[i];
    }
    for (size_t i = 0; i < n_store_commands; i++) {
        if (strcmp(store_commands[i].name, name) == 0)
            return &store_commands[i];
    }
    return NULL;
}

static void print_summary(FILE *out, const struct ocspd_command *command)
{
    fprintf(out, "  %-14s%s\n", command->name, command->summary);
}

static void print_help(FILE *out)
{
    fputs("usage: ocspd [COMMAND] [ARGUMENT...]\n"
          "       ocspd --help | --version\n"
          "\n"
          "Answer requests of the Online Certificate Status Protocol (RFC 6960).\n"
          "\n",
          out);
    for (size_t i = 0; i + 1 < N_OWN_COMMANDS; i++)
        print_summary(out, own_commands[i]);
    for (size_t i = 0; i < n_store_commands; i++)
        print_summary(out, &store_commands[i]);
    print_summary(out, &help_command);
    fputs("\n\"ocspd help COMMAND\" says more about a command.\n", out);
}

static int unknown_command(const char *name)
{
    complain("ocspd", "unknown command \"%s\"; \"ocspd help\" lists them", name);
    return EX_USAGE;
}

static int help_run(int argc, char **argv)
{
    if (argc > 2) {
        complain(argv[0], "one command at most");
        return ocspd_usage(&help_command);
    }
    if (argc < 2) {
        print_help(stdout);
        return EX_OK;
    }
    const struct ocspd_command *command =
        find_command(strcmp(argv[1], "--help") == 0 ? "help" : argv[1]);
    return command != NULL ? ocspd_help(command) : unknown_command(argv[1]);
}

// read_config_option reads the arguments of a command that has --config alone. Returns whether it
// is to go on; if not, `*status` is how to end.
static bool read_config_option(const struct ocspd_command *command, int argc, char **argv,
                               const char **file, int *status)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *file = CONFIG_FILE;
    *status = EX_OK;
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c') {
            *file = optarg;
        } else {
            *status = option == 'h' ? ocspd_help(command) : ocspd_usage(command);
            return false;
        }
    }
    if (optind == argc)
        return true;
    complain(argv[0], "one argument too many: \"%s\"", argv[optind]);
    *status = ocspd_usage(command);
    return false;
}

static int serve_command_run(int argc, char **argv)
{
    const char *file = NULL;
    int status = EX_OK;
    if (!read_config_option(&serve_command, argc, argv, &file, &status))
        return status;
    log_begin();
    return supervisor_run(file);
}

static int check_config_run(int argc, char **argv)
{
    const char *file = NULL;
    int status = EX_OK;
    char why[1024];
    if (!read_config_option(&check_config_command, argc, argv, &file, &status))
        return status;
    log_begin();
    if (config_try_file(file, why, sizeof why)) {
        printf("%s: right\n", file);
        return EX_OK;
    }
    complain(argv[0], "%s", why);
    return EX_CONFIG;
}

static int run_command(const struct ocspd_command *command, int argc, char **argv)
{
    char title[64];
    snprintf(title, sizeof title, "ocspd %s", command->name);
    argv[0] = title;
    return command->run(argc, argv);
}

// The first argument is a command, unless it is an option: that is one of `serve`.
static int run(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return EX_OK;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("ocspd %s\n", oc_version());
        return EX_OK;
    }
    if (argc < 2 || argv[1][0] == '-')
        return run_command(&serve_command, argc, argv);
    const struct ocspd_command *command = find_command(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    return run_command(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    if (!standard_begin())
        return EX_OSERR;
    int status = run(argc, argv);
    return standard_end("ocspd") ? status : EX_IOERR;
}
