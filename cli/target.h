// SPDX-License-Identifier: MIT
//
// Targets: the certificates to check, from files and directories, and the results of asking about
// them.
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "asking.h"
#include "why.h"

// struct target_source is where the certificates of a target come from: a file, or the TLS
// handshake of a host. Without a certificate, `serial` is the serial number to ask about, which is
// all that the only certificate of `certs` has. `name` is the argument that was given. `staples`
// has one entry for each certificate of a host; its `data` is NULL for a certificate without a
// staple.
struct target_source {
    char *name;
    struct messages in;
    struct oc_cert *certs;
    size_t n_certs;
    bool is_host;
    struct octets *staples;
    size_t n_staples;
    struct octets serial;
};

// struct target_staple is a certificate's staple, verified; it is believed if `error.code` is
// OC_OK.
struct target_staple {
    bool is_there;
    struct oc_verdict verdict;
    struct oc_error error;
};

// struct target is a certificate to check. `name` is its name in messages. `number` is its number
// in the source, from 1, if a whole chain is checked, otherwise 0. `problem` says why no responder
// could be asked, and is empty if one was; with `is_reported` an error line has been printed
// already.
struct target {
    char *name;
    const struct target_source *source;
    size_t number;
    const struct oc_cert *cert;      // NULL if none could be loaded
    const struct oc_issuer *issuer;  // NULL if none was found
    struct oc_check check;
    struct target_staple staple;
    char problem[WHY_SIZE];
    bool is_reported;
};

// struct targets is a list of targets and their sources.
struct targets {
    struct target_source **sources;
    size_t n_sources;
    struct target *items;
    size_t n;
};

// enum target_kind is what an argument names in the file system.
enum target_kind {
    TARGET_MISSING = 0,
    TARGET_FILE,
    TARGET_DIRECTORY,
};

// target_kind_of looks in the file system what `argument` names.
enum target_kind target_kind_of(const char *argument);

// targets_add adds the first certificate of the file that `argument` names, or of each file in that
// directory; with `chain` also every other certificate whose issuer is in the same file. A file
// that cannot be loaded becomes a target with a `problem`, after an error line.
void targets_add(struct targets *targets, const char *argument, enum target_kind kind, bool chain);

// targets_add_serial adds a serial number, the content of an INTEGER, of a certificate that is not
// there.
void targets_add_serial(struct targets *targets, const struct octets *serial);

// targets_add_source adds a source without certificates, targets_add_certs the certificates in its
// `in` as targets, as targets_add() does. If one of them does not parse, it prints an error line
// and adds a target with this `problem` instead.
struct target_source *targets_add_source(struct targets *targets, const char *name);
void targets_add_certs(struct targets *targets, struct target_source *source, bool chain,
                       const char *problem);

// targets_add_problem adds a target without a certificate, and why it has none.
void targets_add_problem(struct targets *targets, const struct target_source *source,
                         const char *problem);

// targets_ask finds the issuers of all targets, verifies their staples and asks the responders.
// Returns false if out of memory or of random numbers.
bool targets_ask(struct targets *targets, struct asking *asking);

// targets_free frees everything.
void targets_free(struct targets *targets);

#endif
