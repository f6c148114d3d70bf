// SPDX-License-Identifier: MIT
//
// One staple, and what becomes of it with an answer.
#ifndef CLI_STAPLE_ITEM_H
#define CLI_STAPLE_ITEM_H

#include "asking.h"
#include "program/file_identity.h"
#include "staple/chain.h"
#include "staple/file.h"
#include "staple/plan.h"
#include "staple/setting.h"
#include "why.h"

// enum staple_state is the state of a staple. STAPLE_STATE_NONE has not been looked at yet.
enum staple_state {
    STAPLE_STATE_NONE = 0,
    STAPLE_GOOD,          // believed and good, and the last refresh succeeded
    STAPLE_FAILING,       // the last refresh failed
    STAPLE_EXPIRED,       // and the staple has expired
    STAPLE_REVOKED,       // the responder says that the certificate is revoked
    STAPLE_UNKNOWN,       // or that it does not know the certificate
    STAPLE_NO_RESPONDER,  // the certificate names no responder
    N_STAPLE_STATES,
};

// struct staple_item is one staple. `there` is the verdict on the file, without views, and valid if
// `has_there`; `validity` is valid if `is_good`. `due` is when to ask again.
struct staple_item {
    const struct staple_setting *setting;
    struct file_identity cert_stamp;
    struct file_identity out_stamp;
    bool has_there;
    bool is_good;
    struct oc_verdict there;
    struct staple_validity validity;
    int64_t due;
    int64_t last_success;
    unsigned n_failures;  // in a row
    unsigned n_waits;     // in a row, for an answer that is newer
    bool has_no_responder;
    bool was_expired;  // the error line about it has been printed
    unsigned alerted;  // the events that were reported to the hook
    int answer;        // of the last refresh: one of VERDICT_
    struct oc_verdict revoked;
    char why[WHY_SIZE];  // why the last refresh failed
    bool is_written;     // in this round
    bool needs_socket;   // HAProxy has not accepted it yet
};

// struct staple_look is an item in a round, with what was loaded for it. With `force` the responder
// is asked in any case, and an answer that is equally new is also written.
struct staple_look {
    struct staple_item *item;
    struct staple_chain chain;
    const struct oc_issuer *issuer;
    bool force;
};

// staple_item_is_due returns whether to look at an item, because of the time or because its files
// have changed.
bool staple_item_is_due(struct staple_item *item, int64_t now);

// staple_item_look loads the certificate and verifies the current staple. Returns whether to ask
// the responder. An error is printed and counts as a failure.
bool staple_item_look(struct staple_look *look, struct asking *asking);

// staple_item_take evaluates the answer, and writes it if it is good and newer.
void staple_item_take(struct staple_look *look, const struct asking *asking,
                      const struct oc_check *check);

// staple_item_state returns the state of an item at a time, and staple_item_status the exit status
// for it.
enum staple_state staple_item_state(const struct staple_item *item, int64_t now);
int staple_item_status(const struct staple_item *item, int64_t now);

// staple_state_name returns the name of a state, for instance "no-responder".
const char *staple_state_name(enum staple_state state);

#endif
