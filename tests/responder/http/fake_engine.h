// SPDX-License-Identifier: MIT
//
// Control of the fake engine, and the times in its answers.
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "answer/answer.h"
#include "answer/ask.h"
#include "answer/engine.h"
#include "answer/engine_status.h"

// 2001-09-09 01:46:40, 2033-05-18 03:33:20.
enum { FAKE_THIS_UPDATE = 1000000000, FAKE_NEXT_UPDATE = 2000000000 };
enum { FAKE_MAX_AGE = 3600 };

// fake_engine_toggle inverts whether engine_get_status() reports the signer, or the store, as
// working.
void fake_engine_toggle(struct engine *engine, bool of_signer);

#endif
