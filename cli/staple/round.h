// SPDX-License-Identifier: MIT
//
// One round over all staples: asks about all that are due at once, writes the answers and runs the
// hooks.
#ifndef CLI_STAPLE_ROUND_H
#define CLI_STAPLE_ROUND_H

#include "staple/item.h"

// struct staples is all staples. `status` is the exit status for failed hooks, sockets and metrics,
// 0 if none failed. `while_asking`, if it is not NULL, is called with true before responders are
// asked and with false afterwards.
struct staples {
    const struct staple_setup *setup;
    struct staple_item *items;
    size_t n;
    int status;
    void (*while_asking)(bool begins);
};

// staples_init makes the items of a setup, which must outlive them; staples_free frees them.
void staples_init(struct staples *staples, const struct staple_setup *setup);
void staples_free(struct staples *staples);

// staples_inherit copies the state of the staples of `before` that have the same name, certificate
// and output file, so that no event is reported twice.
void staples_inherit(struct staples *staples, const struct staples *before);

// staples_round runs one round. Returns EX_OK, or EX_DATAERR or EX_OSERR after an error line if no
// responder could be asked.
int staples_round(struct staples *staples, bool force);

// staples_due returns when the next round is due, if no file changes before.
int64_t staples_due(const struct staples *staples);

// staples_status returns the worst exit status of all staples.
int staples_status(const struct staples *staples);

#endif
