// SPDX-License-Identifier: MIT
//
// What the files of the first process share: supervisor.c lives its life, change.c changes what is
// served.
#ifndef RESPONDER_CHANGE_H
#define RESPONDER_CHANGE_H

#include "listen.h"

#include <sys/types.h>

// enum step is where a change is.
enum step {
    STEP_NONE = 0,
    STEP_HELLO,  // the signer process loads its keys
    STEP_TAKE,   // the front looks at what it got
};

// struct change is what is being changed: with `is_whole` everything, else a signer process alone.
// The text of the configuration is in a file without a name: the front sees what was checked here,
// whatever becomes of the file. `status` is how to end if it fails at the start: what is wrong in
// the configuration stays wrong, all else may be better at another try.
struct change {
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
    pid_t front;
    int control;
    pid_t signer;
    pid_t retired;
    struct change change;
    int64_t signer_since;
    int64_t restart_at;
    int64_t backoff;
    int64_t end_at;  // of draining; 0: it serves
    bool wants_reload;
    bool is_over;
    int status;
};

// supervisor_now is a clock in milliseconds that nobody sets.
int64_t supervisor_now(void);

// supervisor_is_ready tells whether anything is served yet.
bool supervisor_is_ready(const struct supervisor *supervisor);

// supervisor_give_up has everything end, with this exit status.
void supervisor_give_up(struct supervisor *supervisor, int status);

// supervisor_close closes a descriptor, unless it is -1, which it then is.
void supervisor_close(int *fd);

// change_begin reads the configuration and starts its signer process: at the start, and, by
// change_reload, again. change_restart starts one for the configuration that is served.
void change_begin(struct supervisor *supervisor);
void change_reload(struct supervisor *supervisor);
void change_restart(struct supervisor *supervisor);

// change_hear is called when the new signer process has said hello or ended, change_reply when the
// process in front has sent something. Returns false when it sends nothing any more, or nonsense.
void change_hear(struct supervisor *supervisor);
bool change_reply(struct supervisor *supervisor);

// change_fail takes the change back, says why, and sees to it that what was there goes on.
// change_drop only takes it back. change_clear is no change at all.
void change_fail(struct supervisor *supervisor, const char *why);
void change_drop(struct supervisor *supervisor);
void change_clear(struct change *change);

// change_plan_restart has a signer process started after a while, which gets longer each time.
void change_plan_restart(struct supervisor *supervisor);

#endif
