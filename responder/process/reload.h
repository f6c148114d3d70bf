// SPDX-License-Identifier: MIT
//
// Changes of what is served: the first configuration, a reload, and another signer process.
#ifndef PROCESS_RELOAD_H
#define PROCESS_RELOAD_H

#include "process/supervision.h"

// reload_begin reads the configuration and starts its signer process: at the start, and, by
// reload_reload, again. reload_restart starts one for the configuration that is served.
void reload_begin(struct supervisor *supervisor);
void reload_reload(struct supervisor *supervisor);
void reload_restart(struct supervisor *supervisor);

// reload_hear is called when the new signer process has said hello or ended, reload_reply when the
// process in front has sent something. Returns false when it sends nothing any more, or nonsense.
void reload_hear(struct supervisor *supervisor);
bool reload_reply(struct supervisor *supervisor);

// reload_fail takes the change back, says why, and sees to it that what was there goes on.
// reload_drop only takes it back. reload_clear is no change at all.
void reload_fail(struct supervisor *supervisor, const char *why);
void reload_drop(struct supervisor *supervisor);
void reload_clear(struct reload *reload);

// reload_plan_restart has a signer process started after a while, which gets longer each time.
void reload_plan_restart(struct supervisor *supervisor);

#endif
