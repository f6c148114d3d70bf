// SPDX-License-Identifier: MIT
//
// The subcommands. Each has its own file and stands in the table of main.c, from
// which all help is printed.
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

// struct command is one subcommand. `title` is what its error lines start with. `run`
// gets the arguments with `title` in front, as getopt_long() wants them, and returns
// the exit status.
struct command {
    const char *name;
    const char *title;
    int (*run)(const struct command *self, int argc, char **argv);
    const char *summary;    // for the list of commands
    const char *arguments;  // what stands behind the name in the usage line
    const char *help;       // the rest of the help
};

// command_help prints the help of a command to standard output and returns 0.
int command_help(const struct command *self);

// command_usage prints the usage line of a command to standard error and returns
// EX_USAGE. An error line goes before.
int command_usage(const struct command *self);

// command_explain is for arguments that a command does not run with: usage when `status` is
// EX_USAGE, and help for --help. Returns the exit status.
int command_explain(const struct command *self, int status);

// show_run is `ocsp show`, request_run is `ocsp request`, respond_run is `ocsp respond`,
// verify_run is `ocsp verify`. check_run, `ocsp check`, fetch_run, `ocsp fetch`, and
// staple_run, `ocsp staple`, are there with libocsp-client only.
int check_run(const struct command *self, int argc, char **argv);
int fetch_run(const struct command *self, int argc, char **argv);
int staple_run(const struct command *self, int argc, char **argv);
int show_run(const struct command *self, int argc, char **argv);
int request_run(const struct command *self, int argc, char **argv);
int respond_run(const struct command *self, int argc, char **argv);
int verify_run(const struct command *self, int argc, char **argv);

#endif
