// SPDX-License-Identifier: MIT
//
// What the engine does from time to time: take changes from the stores, refresh answers before they
// get old, save new ones, and warn about signers whose certificates are about to expire.
#ifndef ANSWER_UPKEEP_H
#define ANSWER_UPKEEP_H

#include "answer/engine.h"

// upkeep_tick does what is due. One thread calls it some times a second.
void upkeep_tick(struct engine *engine);

#endif
