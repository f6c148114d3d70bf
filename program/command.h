// SPDX-License-Identifier: MIT
//
// A program with subcommands: one table, from which the command is found and all help is
// printed.
#ifndef PROGRAM_COMMAND_H
#define PROGRAM_COMMAND_H

#include <stddef.h>

// struct command is one subcommand. `run` gets the arguments with `title` in front, as
// getopt_long() wants them, and returns the exit status (sysexits.h). The table leaves `title`
// out: program_main() sets it, to "ocsp show" for instance, and error lines start with it.
struct command {
    const char *name;
    int (*run)(const struct command *self, int argc, char **argv);
    const char *summary;    // for the list of commands
    const char *arguments;  // follow the name in the usage line
    const char *help;       // the rest of the help
    const char *title;
};

// struct program is a program with its commands; every program also has `help`. `usage` precedes
// the list of commands in the help. Without a command, or with an option in its place, `fallback`
// runs; if that is NULL, a command is required.
struct program {
    const char *name;
    const char *usage;
    const struct command *commands;
    size_t n_commands;
    int name_width;  // of the list of commands
    const struct command *fallback;
};

// program_main is the main() of a program. It returns the exit status of the command, or EX_IOERR
// if standard output could not be written.
int program_main(const struct program *program, int argc, char **argv);

// command_help prints the help of a command to standard output and returns EX_OK.
int command_help(const struct command *self);

// command_usage prints the usage line of a command to standard error, after the caller's error
// line, and returns EX_USAGE.
int command_usage(const struct command *self);

// command_explain returns command_usage() if `status` is EX_USAGE, and command_help() otherwise.
int command_explain(const struct command *self, int status);

// command_refuse_argument reports an argument that a command does not take, and returns EX_USAGE.
int command_refuse_argument(const struct command *self, const char *argument);

#endif
