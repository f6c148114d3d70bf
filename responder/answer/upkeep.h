// SPDX-License-Identifier: MIT
//
// The work of the engine that is due from time to time: it takes changes from the stores, refreshes
// answers before they get old, saves new ones, and logs what is wrong, or soon will be, with
// sources and signer certificates.
#ifndef ANSWER_UPKEEP_H
#define ANSWER_UPKEEP_H

#include "answer/engine.h"

// upkeep_tick does what is due. One thread calls it some times a second.
void upkeep_tick(struct engine *engine);

#endif
