// SPDX-License-Identifier: MIT
//
// What http_front.c has beside the functions of front.h, and what its answers say.
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "answer/answer.h"
#include "answer/ask.h"
#include "answer/engine.h"

// 2001-09-09 01:46:40, 2033-05-18 03:33:20.
enum { FAKE_THIS_UPDATE = 1000000000, FAKE_NEXT_UPDATE = 2000000000 };
enum { FAKE_MAX_AGE = 3600 };

// fake_engine_toggle changes whether engine_get_status() says that the signer, or the store, is
// well.
void fake_engine_toggle(struct engine *engine, bool of_signer);

#endif
