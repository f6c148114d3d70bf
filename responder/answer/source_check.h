// SPDX-License-Identifier: MIT
//
// Everything that is wrong, or soon will be, with the source of an issuer, all at once: for
// check-config.
#ifndef ANSWER_SOURCE_CHECK_H
#define ANSWER_SOURCE_CHECK_H

#include "answer/answer.h"

// struct source_check is where it goes: `line` is called with each sentence. `is_out_of_date` says
// that it is why the issuer cannot be answered for.
struct source_check {
    void (*line)(void *arg, bool is_out_of_date, const char *text);
    void *arg;
};

// SOURCE_CHECK_ODD is the most odd rows that are reported for one source; then there is one line
// with the number of the others.
enum { SOURCE_CHECK_ODD = 100 };

// source_check checks a source whose store has just been opened. `warning` is how many seconds
// before its end a source is reported.
void source_check(const struct served_issuer *issuer, int64_t warning, int64_t now,
                  const struct source_check *check);

#endif
