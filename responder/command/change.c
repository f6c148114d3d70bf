// SPDX-License-Identifier: MIT
//
// ocspd issue, revoke, unrevoke and remove. A record is read in the transaction that changes it, so
// that no other process changes it in between.
#include "command/change.h"

#include "command/record.h"
#include "command/serials.h"
#include "command/session.h"
#include "program/output.h"
#include "program/report.h"

#include <ocsp/extension.h>

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

// struct change is the change that a command makes. For one certificate, whose record is `known`,
// `decide` sets the new record, or returns the exit status after an error line; a record of
// RECORD_NOT_ISSUED removes it. `wanted` is the record that the options describe. `log` collects
// the lines about the changes, in which `words` precede the record of a certificate that stays as
// it was, that was not issued before, and of any other.
struct change {
    struct session session;
    struct serials serials;
    int (*decide)(const struct change *change, struct oc_bytes serial, const struct record *known,
                  struct record *out);
    struct {
        const char *same;
        const char *fresh;
        const char *changed;
    } words;
    struct record wanted;
    bool has_time;
    bool may_issue;
    FILE *log;
};

static void change_init(struct change *change, const char *title, int argc)
{
    session_init(&change->session, title);
    serials_init(&change->serials, title, argc);
}

static int complain_about(const struct change *change, struct oc_bytes serial, const char *what)
{
    char label[LABEL_SIZE];
    complain(change->session.title, "%s %s", serial_label(serial, label), what);
    return EX_DATAERR;
}

// Notes what was done; a record that has changed is noted as it was before, too.
static void note(const struct change *change, struct oc_bytes serial, const struct record *known,
                 const struct record *now)
{
    char text[LABEL_SIZE];
    char what[RECORD_TEXT];
    const bool is_fresh = known->status == RECORD_NOT_ISSUED;
    fprintf(change->log, "%s: ", serial_label(serial, text));
    if (record_is_same(known, now)) {
        fprintf(change->log, "%s%s\n", change->words.same, record_whole_text(known, what));
        return;
    }
    const bool is_whole = is_fresh || known->expires != now->expires;
    const char *(*record_as_text)(const struct record *, char *) =
        is_whole ? record_whole_text : record_text;
    fputs(is_fresh ? change->words.fresh : change->words.changed, change->log);
    if (now->status != RECORD_NOT_ISSUED)
        fputs(record_as_text(now, what), change->log);
    if (!is_fresh)
        fprintf(change->log, "; before: %s", record_as_text(known, what));
    fputc('\n', change->log);
}

static bool put(const struct change *change, struct oc_bytes serial, const struct record *wanted,
                struct store_error *err)
{
    struct store *store = change->session.store;
    return wanted->status == RECORD_NOT_ISSUED ? store->methods->remove(store, serial, err)
                                               : store->methods->put(store, serial, wanted, err);
}

static int change_one(void *arg, struct oc_bytes serial)
{
    const struct change *change = arg;
    struct store *store = change->session.store;
    struct record known;
    struct store_error err;
    if (!store->methods->look_up(store, serial, &known, &err))
        return session_failed(&change->session, &err);
    struct record wanted = known;
    int status = change->decide(change, serial, &known, &wanted);
    if (status != EX_OK)
        return status;
    if (!record_is_same(&known, &wanted) && !put(change, serial, &wanted, &err))
        return session_failed(&change->session, &err);
    note(change, serial, &known, &wanted);
    return EX_OK;
}

// change_all changes all certificates, or none.
static int change_all(struct change *change)
{
    struct store *store = change->session.store;
    struct store_error err;
    if (!store->methods->begin(store, &err))
        return session_failed(&change->session, &err);
    int status = serials_each(&change->serials, change_one, change);
    if (status != EX_OK) {
        store->methods->rollback(store);
        return status;
    }
    return store->methods->commit(store, &err) ? EX_OK : session_failed(&change->session, &err);
}

// The lines are printed only when the changes are made.
static int change_and_print(struct change *change)
{
    char *text = NULL;
    size_t size = 0;
    change->log = output_memory(&text, &size);
    int status = change_all(change);
    if (fclose(change->log) != 0)
        die_no_memory();
    if (status == EX_OK)
        fwrite(text, 1, size, stdout);
    free(text);
    return status;
}

static int change_open(struct change *change)
{
    int status = session_open(&change->session, STORE_WRITE);
    if (status == EX_OK)
        status = serials_read(&change->serials);
    if (status == EX_OK)
        status = change_and_print(change);
    session_close(&change->session);
    return status;
}

static int change_run(struct change *change, const struct command *self, int argc, char **argv)
{
    serials_end(&change->serials, argc, argv);
    if (change->serials.n > 0)
        return change_open(change);
    complain(self->title, "missing SERIAL");
    return command_usage(self);
}

static bool common_option(struct change *change, int option, char **argv)
{
    return serials_option(&change->serials, option, argv) ||
           session_option(&change->session, option);
}

static bool read_time(const char *title, const char *name, const char *argument, int64_t *out)
{
    if (argument_time(argument, out))
        return true;
    complain(title,
             "--%s: invalid time \"%s\": give it as 2024-04-03T12:00:00Z or as seconds since 1970",
             name, argument);
    return false;
}

// ocspd issue.

static int decide_issue(const struct change *change, struct oc_bytes serial,
                        const struct record *known, struct record *out)
{
    (void)serial;
    if (known->status == RECORD_NOT_ISSUED)
        *out = change->wanted;
    if (change->wanted.expires != 0)
        out->expires = change->wanted.expires;
    return EX_OK;
}

static int issue(struct change *change, const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"expires", required_argument, NULL, 'e'},
        SERIAL_OPTIONS,
        SESSION_OPTIONS,
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, SERIALS_GETOPT, options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (option == 'e' && !read_time(self->title, "expires", optarg, &change->wanted.expires))
            return command_usage(self);
        if (option != 'e' && !common_option(change, option, argv))
            return command_usage(self);
    }
    return change_run(change, self, argc, argv);
}

int issue_run(const struct command *self, int argc, char **argv)
{
    struct change change = {
        .decide = decide_issue,
        .words = {"known already, nothing changed: ", "issued: ", "known already, changed: "},
        .wanted = {.status = RECORD_GOOD}};
    change_init(&change, self->title, argc);
    int status = issue(&change, self, argc, argv);
    serials_free(&change.serials);
    return status;
}

// ocspd revoke.

static int refuse_revoke(const struct change *change, struct oc_bytes serial,
                         const struct record *known)
{
    char what[RECORD_TEXT + 64];
    char text[RECORD_TEXT];
    snprintf(what, sizeof what, "is %s: it can be revoked again only for a worse reason",
             record_text(known, text));
    return complain_about(change, serial, what);
}

static int decide_again(const struct change *change, struct oc_bytes serial,
                        const struct record *known, struct record *out)
{
    const struct record *wanted = &change->wanted;
    bool is_same_reason =
        known->has_reason == wanted->has_reason && known->reason == wanted->reason;
    if (is_same_reason && (!change->has_time || known->revoked_at == wanted->revoked_at))
        return EX_OK;
    if (!reason_is_worse(known, wanted))
        return refuse_revoke(change, serial, known);
    record_merge(known, wanted, out);
    return EX_OK;
}

static int decide_revoke(const struct change *change, struct oc_bytes serial,
                         const struct record *known, struct record *out)
{
    if (known->status == RECORD_NOT_ISSUED && !change->may_issue)
        return complain_about(change, serial,
                              "was never recorded as issued: --issue revokes it anyway");
    if (known->status == RECORD_REVOKED)
        return decide_again(change, serial, known, out);
    record_merge(known, &change->wanted, out);
    return EX_OK;
}

// Returns false after an error line.
static bool revoke_option(struct change *change, int option, char **argv, bool *has_reason)
{
    const char *title = change->session.title;
    switch (option) {
    case 'r':
        *has_reason = reason_read(optarg, &change->wanted);
        if (!*has_reason)
            complain(title, "--reason: invalid reason \"%s\"", optarg);
        return *has_reason;
    case 'a':
        change->has_time = true;
        return read_time(title, "at", optarg, &change->wanted.revoked_at);
    case 'I':
        change->may_issue = true;
        return true;
    default:
        return common_option(change, option, argv);
    }
}

// check_revoke returns what is wrong with the options together, or NULL.
static const char *check_revoke(const struct change *change, bool has_reason, int64_t now)
{
    if (!has_reason)
        return "missing --reason";
    return change->wanted.revoked_at > now ? "--at: the time is in the future" : NULL;
}

static int revoke(struct change *change, const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"reason", required_argument, NULL, 'r'},
        {"at", required_argument, NULL, 'a'},
        {"issue", no_argument, NULL, 'I'},
        SERIAL_OPTIONS,
        SESSION_OPTIONS,
        {0},
    };
    const int64_t now = time(NULL);
    bool has_reason = false;
    change->wanted.revoked_at = now;
    for (int option; (option = getopt_long(argc, argv, SERIALS_GETOPT, options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!revoke_option(change, option, argv, &has_reason))
            return command_usage(self);
    }
    const char *wrong = check_revoke(change, has_reason, now);
    if (wrong == NULL)
        return change_run(change, self, argc, argv);
    complain(self->title, "%s", wrong);
    return command_usage(self);
}

int revoke_run(const struct command *self, int argc, char **argv)
{
    struct change change = {.decide = decide_revoke,
                            .words = {"nothing changed: ", "", ""},
                            .wanted = {.status = RECORD_REVOKED}};
    change_init(&change, self->title, argc);
    int status = revoke(&change, self, argc, argv);
    serials_free(&change.serials);
    return status;
}

// ocspd unrevoke.

static int decide_unrevoke(const struct change *change, struct oc_bytes serial,
                           const struct record *known, struct record *out)
{
    char text[RECORD_TEXT];
    char what[RECORD_TEXT + 64];
    if (known->status == RECORD_REVOKED && known->has_reason &&
        known->reason == OC_REASON_CERTIFICATE_HOLD) {
        *out = (struct record){.status = RECORD_GOOD, .expires = known->expires};
        return EX_OK;
    }
    snprintf(what, sizeof what, "is not on hold: %s", record_text(known, text));
    return complain_about(change, serial, what);
}

// change_without_options runs a command that has no options of its own.
static int change_without_options(struct change *change, const struct command *self, int argc,
                                  char **argv)
{
    static const struct option options[] = {SERIAL_OPTIONS, SESSION_OPTIONS, {0}};
    for (int option; (option = getopt_long(argc, argv, SERIALS_GETOPT, options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!common_option(change, option, argv))
            return command_usage(self);
    }
    return change_run(change, self, argc, argv);
}

int unrevoke_run(const struct command *self, int argc, char **argv)
{
    struct change change = {.decide = decide_unrevoke,
                            .words = {"nothing changed: ", "", "released from hold: "}};
    change_init(&change, self->title, argc);
    int status = change_without_options(&change, self, argc, argv);
    serials_free(&change.serials);
    return status;
}

// ocspd remove.

static int decide_remove(const struct change *change, struct oc_bytes serial,
                         const struct record *known, struct record *out)
{
    char text[RECORD_TEXT];
    char what[RECORD_TEXT + 64];
    if (known->status != RECORD_REVOKED) {
        *out = (struct record){.status = RECORD_NOT_ISSUED};
        return EX_OK;
    }
    snprintf(what, sizeof what, "is %s: only a certificate that is good can be removed",
             record_text(known, text));
    return complain_about(change, serial, what);
}

int remove_run(const struct command *self, int argc, char **argv)
{
    struct change change = {.decide = decide_remove, .words = {"nothing changed: ", "", "removed"}};
    change_init(&change, self->title, argc);
    int status = change_without_options(&change, self, argc, argv);
    serials_free(&change.serials);
    return status;
}
