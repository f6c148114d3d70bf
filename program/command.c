// SPDX-License-Identifier: MIT
//
// Finds and runs the command that the arguments name.
#include "program/command.h"

#include "program/report.h"
#include "program/standard.h"

#include <ocsp/base.h>

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { TITLE_SIZE = 64 };

static const struct command help_command = {
    .name = "help",
    .summary = "print help, or the help of one command",
    .arguments = "[COMMAND]",
    .help = "Print the list of commands, or the help of one COMMAND.\n",
};

int command_help(const struct command *self)
{
    printf("usage: %s %s\n\n%s", self->title, self->arguments, self->help);
    return EX_OK;
}

int command_usage(const struct command *self)
{
    fprintf(stderr, "usage: %s %s\n", self->title, self->arguments);
    return EX_USAGE;
}

int command_explain(const struct command *self, int status)
{
    return status == EX_USAGE ? command_usage(self) : command_help(self);
}

int command_refuse_argument(const struct command *self, const char *argument)
{
    complain(self->title, "unexpected argument \"%s\"", argument);
    return command_usage(self);
}

static void print_summary(FILE *out, const struct program *program, const struct command *command)
{
    fprintf(out, "  %-*s%s\n", program->name_width, command->name, command->summary);
}

static void print_help(FILE *out, const struct program *program)
{
    fputs(program->usage, out);
    for (size_t i = 0; i < program->n_commands; i++)
        print_summary(out, program, &program->commands[i]);
    print_summary(out, program, &help_command);
    fprintf(out, "\n\"%s help COMMAND\" says more about a command.\n", program->name);
}

static const struct command *find_command(const struct program *program, const char *name)
{
    for (size_t i = 0; i < program->n_commands; i++) {
        if (strcmp(program->commands[i].name, name) == 0)
            return &program->commands[i];
    }
    return strcmp(name, help_command.name) == 0 ? &help_command : NULL;
}

// with_title returns a command of the table with its title, which is written to `title`.
static struct command with_title(const struct program *program, const struct command *command,
                                 char title[TITLE_SIZE])
{
    struct command titled = *command;
    snprintf(title, TITLE_SIZE, "%s %s", program->name, command->name);
    titled.title = title;
    return titled;
}

static int refuse_command(const struct program *program, const char *name)
{
    complain(program->name, "unknown command \"%s\"; \"%s help\" lists them", name, program->name);
    return EX_USAGE;
}

static int run_help(const struct program *program, const struct command *self, int argc,
                    char **argv)
{
    char title[TITLE_SIZE];
    if (argc > 2) {
        complain(self->title, "more than one command");
        return command_usage(self);
    }
    if (argc < 2) {
        print_help(stdout, program);
        return EX_OK;
    }
    if (strcmp(argv[1], "--help") == 0)
        return command_help(self);
    const struct command *command = find_command(program, argv[1]);
    if (command == NULL)
        return refuse_command(program, argv[1]);
    const struct command titled = with_title(program, command, title);
    return command_help(&titled);
}

// run_command runs a command with its own arguments; the first is replaced by its title.
static int run_command(const struct program *program, const struct command *command, int argc,
                       char **argv)
{
    char title[TITLE_SIZE];
    const struct command titled = with_title(program, command, title);
    argv[0] = title;
    if (command == &help_command)
        return run_help(program, &titled, argc, argv);
    return titled.run(&titled, argc, argv);
}

static int run(const struct program *program, int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--help") == 0) {
        print_help(stdout, program);
        return EX_OK;
    }
    if (strcmp(first, "--version") == 0) {
        printf("%s %s\n", program->name, oc_version());
        return EX_OK;
    }
    if (program->fallback != NULL && (argc < 2 || first[0] == '-'))
        return run_command(program, program->fallback, argc, argv);
    if (argc < 2) {
        print_help(stderr, program);
        return EX_USAGE;
    }
    const struct command *command = find_command(program, first);
    if (command == NULL)
        return refuse_command(program, first);
    return run_command(program, command, argc - 1, argv + 1);
}

int program_main(const struct program *program, int argc, char **argv)
{
    if (!standard_begin(program->name))
        return EX_OSERR;
    int status = run(program, argc, argv);
    return standard_end() ? status : EX_IOERR;
}
