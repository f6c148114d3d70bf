// SPDX-License-Identifier: MIT
//
// The state of the supervisor: its child processes, and the reload in progress.
#ifndef PROCESS_SUPERVISION_H
#define PROCESS_SUPERVISION_H

#include "config/config.h"
#include "process/sockets.h"

#include <sys/types.h>

// enum reload_step is what a reload waits for.
enum reload_step {
    STEP_NONE = 0,  // there is no reload
    STEP_SIGNER,    // the new signer process loads its keys
    STEP_WORKER,    // the worker loads the configuration
};

// struct reload is a reload in progress: with `is_whole` of everything, otherwise of the signer
// process alone. `text` is an anonymous file with the text of the configuration, so that the worker
// reads what was checked here, even if the file has changed since. `status` is the exit status if
// the first load fails: EX_CONFIG if a retry cannot help.
struct reload {
    enum reload_step step;
    bool is_whole;
    int status;
    struct config *config;
    int text;
    struct listeners listeners;
    pid_t signer;
    int socket;
    int64_t deadline;
};

// struct supervisor is the state of the supervisor. `signer` is 0 when it has exited; `retired` is
// a signer that was replaced and may still be finishing jobs. `signer_start_at` is when to start
// another signer, 0 if none is due.
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
    int64_t signer_start_at;
    int64_t backoff;
    int64_t drain_deadline;  // 0: it is not stopping
    bool wants_reload;
    bool is_over;
    int status;
};

// supervisor_is_ready returns whether a first configuration is being served.
bool supervisor_is_ready(const struct supervisor *supervisor);

// supervisor_give_up makes the supervisor stop everything and exit with this status.
void supervisor_give_up(struct supervisor *supervisor, int status);

// supervisor_close closes `*fd` unless it is -1, and sets it to -1.
void supervisor_close(int *fd);

#endif
