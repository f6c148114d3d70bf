// SPDX-License-Identifier: MIT
//
// One look at all staples: who is due is asked about at once, and what follows from the answers
// is done.
#ifndef CLI_STAPLE_ROUND_H
#define CLI_STAPLE_ROUND_H

#include "staple/item.h"

// struct staples is all of them. `status` is the exit status of what went wrong around the
// staples: hooks, sockets, the metrics; 0 for nothing. `while_asking`, if it is not NULL, is called
// with true before responders are asked and with false afterwards.
struct staples {
    const struct staple_setup *setup;
    struct staple_item *items;
    size_t n;
    int status;
    void (*while_asking)(bool begins);
};

// staples_init makes the items of a setup, which must stay; staples_free frees them.
void staples_init(struct staples *staples, const struct staple_setup *setup);
void staples_free(struct staples *staples);

// staples_inherit takes over what is known of the staples of `before` that have the same name,
// certificate and place, so that nobody is told of the same event twice.
void staples_inherit(struct staples *staples, const struct staples *before);

// staples_round looks at all of them once. Returns EX_OK, or EX_DATAERR or EX_OSERR after an error
// line when nobody could be asked.
int staples_round(struct staples *staples, bool force);

// staples_due is when the next round has something to do, if no file changes until then.
int64_t staples_due(const struct staples *staples);

// staples_status is the exit status for all: the worst.
int staples_status(const struct staples *staples);

#endif
