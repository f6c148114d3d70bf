// SPDX-License-Identifier: MIT
//
// What the supervisor knows of the other processes, and of the reload that is under way.
#ifndef PROCESS_SUPERVISION_H
#define PROCESS_SUPERVISION_H

#include "config/config.h"
#include "process/sockets.h"

#include <sys/types.h>

// enum step is where a change is.
enum step {
    STEP_NONE = 0,
    STEP_HELLO,  // the signer process loads its keys
    STEP_TAKE,   // the front looks at what it got
};

// struct reload is what is being changed: with `is_whole` everything, else a signer process alone.
// The text of the configuration is in a file without a name: the front sees what was checked here,
// whatever becomes of the file. `status` is how to end if it fails at the start: what is wrong in
// the configuration stays wrong, all else may be better at another try.
struct reload {
    enum step step;
    bool is_whole;
    int status;
    struct config *config;
    int text;
    struct listeners listeners;
    pid_t signer;
    int socket;
    int64_t deadline;
};

// struct supervisor is the process, and what counts now. `signer` is 0 when it has died, `retired`
// is one that was replaced and may still end something. `restart_at` is 0 when none is due.
struct supervisor {
    const char *file;
    int signals;
    struct config *config;
    struct listeners listeners;
    pid_t worker;
    int control;
    pid_t signer;
    pid_t retired;
    struct reload reload;
    int64_t signer_since;
    int64_t restart_at;
    int64_t backoff;
    int64_t end_at;  // of draining; 0: it serves
    bool wants_reload;
    bool is_over;
    int status;
};

// supervisor_is_ready returns whether a configuration is served yet.
bool supervisor_is_ready(const struct supervisor *supervisor);

// supervisor_give_up makes the supervisor stop everything and exit with this status.
void supervisor_give_up(struct supervisor *supervisor, int status);

// supervisor_close closes `*fd` unless it is -1, and sets it to -1.
void supervisor_close(int *fd);

#endif
