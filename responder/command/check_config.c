// SPDX-License-Identifier: MIT
#include "command/check_config.h"

#include "base/log.h"
#include "command/option.h"
#include "process/trial.h"
#include "program/report.h"

#include <stdio.h>
#include <sysexits.h>

int check_config_run(const struct command *self, int argc, char **argv)
{
    const char *file;
    int status;
    char why[1024];
    if (!option_config(self, argc, argv, &file, &status))
        return status;
    log_begin();
    if (config_try_file(file, why, sizeof why)) {
        printf("%s: configuration OK\n", file);
        return EX_OK;
    }
    complain(self->title, "%s", why);
    return EX_CONFIG;
}
