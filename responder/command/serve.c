// SPDX-License-Identifier: MIT
#include "command/serve.h"

#include "base/log.h"
#include "command/option.h"
#include "process/supervisor.h"

int serve_run(const struct command *self, int argc, char **argv)
{
    const char *file;
    int status;
    if (!option_config(self, argc, argv, &file, &status))
        return status;
    log_begin();
    return supervisor_run(file);
}
