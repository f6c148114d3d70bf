// SPDX-License-Identifier: MIT
//
// The answers about a target: a host's staple and what the responder returned.
#ifndef CLI_ANSWERS_H
#define CLI_ANSWERS_H

#include "target.h"

// struct answer is one answer about a target, or the lack of one. `from` is "responder", "cache" or
// "staple", NULL if no responder could be asked; `word` is the verdict in one word, `verdict` is
// NULL if nothing is believed. With `is_counted` false it does not affect the exit status.
struct answer {
    const char *from;
    const char *url;
    const char *word;
    int status;
    bool is_counted;
    bool is_reached;  // false: no responder could be reached
    const struct oc_verdict *verdict;
    char why[WHY_SIZE];  // empty if the certificate is good
};

// ANSWERS_MAX is the largest number of answers about a target.
enum { ANSWERS_MAX = 2 };

// answers_of fills `out` and returns the number of answers, at least one. With `soft_fail` the lack
// of an answer does not count if no responder could be reached.
size_t answers_of(const struct target *target, bool soft_fail, struct answer out[ANSWERS_MAX]);

// answers_status returns the exit status for all answers about a target.
int answers_status(const struct target *target, bool soft_fail);

// answers_verdict returns the verdict on a target: answers_status(), but VERDICT_NOT_VERIFIED if no
// answer counts.
int answers_verdict(const struct target *target, bool soft_fail);

// answers_complain prints an error line for each answer about a target that is not good.
void answers_complain(const struct target *target, bool soft_fail);

#endif
