// SPDX-License-Identifier: MIT
#include "command/option.h"

#include "config/config.h"

#include <getopt.h>
#include <stddef.h>
#include <sysexits.h>

bool option_config(const struct command *self, int argc, char **argv, const char **file,
                   int *status)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *file = CONFIG_FILE;
    *status = EX_OK;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c') {
            *file = optarg;
        } else {
            *status = option == 'h' ? command_help(self) : command_usage(self);
            return false;
        }
    }
    if (optind == argc)
        return true;
    *status = command_refuse_argument(self, argv[optind]);
    return false;
}
