// SPDX-License-Identifier: MIT
//
// What http_front.c has beside the functions of front.h, and what its answers say.
#ifndef TESTS_HTTP_FRONT_H
#define TESTS_HTTP_FRONT_H

#include "answer/answer.h"
#include "answer/engine.h"

// 2001-09-09 01:46:40, 2033-05-18 03:33:20.
enum { HTTP_FRONT_THIS_UPDATE = 1000000000, HTTP_FRONT_NEXT_UPDATE = 2000000000 };
enum { HTTP_FRONT_MAX_AGE = 3600 };

// front_turn_over changes whether engine_status_get() says that the signer, or the store, is well.
void front_turn_over(struct engine *engine, bool of_signer);

#endif
