// SPDX-License-Identifier: MIT
//
// The commands of ocspd that make, fill, change and show the store. All help is printed from
// their table; main.c adds it to its own.
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include <stddef.h>

// struct ocspd_command is one command. `run` gets the arguments with the name of the command in
// front, as getopt_long() wants them, and returns the exit status (sysexits.h).
struct ocspd_command {
    const char *name;
    const char *summary;    // for the list of commands
    const char *arguments;  // what stands behind the name in the usage line
    const char *help;       // the rest of the help
    int (*run)(int argc, char **argv);
};

// store_commands are the commands of this file: init, import, issue, revoke, unrevoke, list and
// status, with which --config FILE and --issuer NAME are possible.
extern const struct ocspd_command store_commands[];
extern const size_t n_store_commands;

int init_run(int argc, char **argv);
int import_run(int argc, char **argv);
int issue_run(int argc, char **argv);
int revoke_run(int argc, char **argv);
int unrevoke_run(int argc, char **argv);
int list_run(int argc, char **argv);
int status_run(int argc, char **argv);

// command_find returns the command `name` of the table, which must exist.
const struct ocspd_command *command_find(const char *name);

// ocspd_help prints the help of a command to standard output and returns 0.
int ocspd_help(const struct ocspd_command *command);

// ocspd_usage prints the usage line of a command to standard error and returns EX_USAGE. An
// error line goes before.
int ocspd_usage(const struct ocspd_command *command);

#endif
