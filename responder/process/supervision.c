// SPDX-License-Identifier: MIT
//
// Small operations on the state of the supervisor.
#include "process/supervision.h"

#include <unistd.h>

bool supervisor_is_ready(const struct supervisor *supervisor)
{
    return supervisor->config != NULL;
}

void supervisor_give_up(struct supervisor *supervisor, int status)
{
    supervisor->is_over = true;
    supervisor->status = status;
}

void supervisor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
