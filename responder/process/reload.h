// SPDX-License-Identifier: MIT
//
// Loads a configuration, the first one or another, or replaces the signer process alone.
#ifndef PROCESS_RELOAD_H
#define PROCESS_RELOAD_H

#include "process/supervision.h"

// reload_load reads the configuration and starts its signer process. reload_load_again does so for
// a reload, and announces it. reload_replace_signer starts another signer process for the
// configuration that is being served.
void reload_load(struct supervisor *supervisor);
void reload_load_again(struct supervisor *supervisor);
void reload_replace_signer(struct supervisor *supervisor);

// reload_signer_readable must be called when the new signer's socket is readable: it is ready, or
// it has exited. reload_worker_readable must be called when the worker's socket is readable. It
// returns false if the worker has closed its end or sent an invalid packet.
void reload_signer_readable(struct supervisor *supervisor);
bool reload_worker_readable(struct supervisor *supervisor);

// reload_fail cancels the reload and logs why; the previous configuration and signer remain, or
// ocspd exits if there is none. reload_cancel only cancels it. reload_clear initialises the
// structure.
void reload_fail(struct supervisor *supervisor, const char *why);
void reload_cancel(struct supervisor *supervisor);
void reload_clear(struct reload *reload);

// reload_schedule_signer schedules the start of another signer process, with a longer delay each
// time.
void reload_schedule_signer(struct supervisor *supervisor);

#endif
