// SPDX-License-Identifier: MIT
//
// The certificates that are checked, and what came of it: from files, directories and hosts to
// answers.
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "asking.h"
#include "tls_looks.h"
#include "verdict.h"

// WHY_SIZE is the room for a reason.
enum { WHY_SIZE = 512 };

// struct source is what the certificates of a target came from: a file, or a host's handshake.
// `name` is what was given.
struct source {
    char *name;
    struct messages in;
    struct oc_cert *certs;
    size_t n_certs;
    bool is_host;
    struct octets *staples;  // one for each certificate of a host
    size_t n_staples;
};

// struct staple is a certificate's staple, verified. `error.code` is OC_OK when it is believed.
struct staple {
    bool is_there;
    struct oc_verdict verdict;
    struct oc_error error;
};

// struct target is a certificate in question. `name` is for people; `number` is its number in
// the source, from 1, where a whole chain is checked, otherwise 0. `problem` says why nobody
// was asked about it, and is empty when somebody was; `is_told` when standard error has more.
struct target {
    char *name;
    const struct source *source;
    size_t number;
    const struct oc_cert *cert;  // NULL if there was none
    const struct oc_issuer *issuer;
    struct oc_check check;
    struct staple staple;
    char problem[WHY_SIZE];
    bool is_told;
};

// struct targets is all of them.
struct targets {
    struct source **sources;
    size_t n_sources;
    struct target *items;
    size_t n;
};

// struct target_options is which certificates of a file or a host are targets, and how hosts are
// looked at, `n_parallel` at once. `progress` is as in struct tls_looks.
struct target_options {
    bool chain;
    struct tls_options tls;
    size_t n_parallel;
    void (*progress)(void *arg, size_t n_done, size_t n);
    void *progress_arg;
};

// targets_add adds what an argument names: a certificate file, or a directory of them.
void targets_add(struct targets *targets, const struct target_options *options,
                 const char *argument);

// targets_add_all does so for `n` arguments, of which those may be hosts that are no files. Hosts
// are looked at several at once; the order is that of the arguments all the same.
void targets_add_all(struct targets *targets, const struct target_options *options,
                     char *const *arguments, size_t n);

// targets_ask finds the issuers and asks about all targets at once. Returns false when there is
// no memory or no randomness.
bool targets_ask(struct targets *targets, struct asking *asking);

// targets_free frees everything.
void targets_free(struct targets *targets);

// struct answer is one answer about a target, or that there is none. `from` is "responder",
// "cache" or "staple", NULL if nobody was asked; `verdict` is NULL when nothing is believed.
// `is_counted` is false for one that has no say in the exit status.
struct answer {
    const char *from;
    const char *url;
    const char *word;
    int status;
    bool is_counted;
    bool is_reached;  // false: no responder could be reached
    const struct oc_verdict *verdict;
    char why[WHY_SIZE];  // empty when it is good
};

// TARGET_ANSWERS is the most answers about a target.
enum { TARGET_ANSWERS = 2 };

// target_answers fills `out` and returns how many there are, one at least.
size_t target_answers(const struct target *target, bool soft_fail,
                      struct answer out[TARGET_ANSWERS]);

// target_status is the exit status that all answers about a target stand for.
int target_status(const struct target *target, bool soft_fail);

// target_verdict is what is known about a target: the same, but a target of which no answer
// counts is VERDICT_NOT_VERIFIED.
int target_verdict(const struct target *target, bool soft_fail);

// target_complain prints an error line for all that is not good about a target.
void target_complain(const struct target *target, bool soft_fail);

// exchange_why says in `out` what came of an exchange that has failed.
void exchange_why(const struct oc_exchange *exchange, char out[WHY_SIZE]);

#endif
