// SPDX-License-Identifier: MIT
//
// ocspd issue, revoke and unrevoke. What is known is read in the transaction that changes
// it, so that nobody changes it in between.
#include "command/change.h"

#include "command/record.h"
#include "command/session.h"
#include "program/report.h"

#include <ocsp/extension.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

// INPUT_LIMIT is the most octets of standard input, and SHOWN the most of a line that cannot be
// read that are repeated.
enum { INPUT_LIMIT = 1 << 28, INPUT_BLOCK = 1 << 16, SHOWN = 160 };

// struct input is standard input: lines, each with a NUL instead of its end.
struct input {
    char *text;
    size_t len;
};

// struct reload is what a command has been told to do, and how it does it to one certificate:
// `decide` says what it is to be, or returns the exit status after an error line.
struct reload {
    struct session session;
    int (*decide)(const struct reload *change, struct oc_bytes serial, const struct record *known,
                  struct record *out);
    struct record told;
    bool has_time;
    bool may_issue;
};

static int complain_about(const struct reload *change, struct oc_bytes serial, const char *what)
{
    char text[SERIAL_TEXT];
    complain(change->session.title, "%s %s", serial_text(serial, text), what);
    return EX_DATAERR;
}

static int read_serial(const struct reload *change, const char *text, uint8_t buf[SERIAL_MAX],
                       struct oc_bytes *serial)
{
    if (serial_read(text, buf, serial))
        return EX_OK;
    complain(change->session.title,
             "\"%.*s\" is no serial number: decimal, or hex like 0x01aa or 01:aa", SHOWN, text);
    return EX_USAGE;
}

static int change_one(const struct reload *change, const char *text)
{
    struct store *store = change->session.store;
    uint8_t buf[SERIAL_MAX];
    struct oc_bytes serial;
    struct record known;
    int status = read_serial(change, text, buf, &serial);
    if (status != EX_OK)
        return status;
    if (!store->methods->look_up(store, serial, &known))
        return session_failed(&change->session);
    struct record wanted = known;
    status = change->decide(change, serial, &known, &wanted);
    if (status != EX_OK || record_is_same(&known, &wanted))
        return status;
    return store->methods->put(store, serial, &wanted) ? EX_OK : session_failed(&change->session);
}

static int check_one(const struct reload *change, const char *text)
{
    uint8_t buf[SERIAL_MAX];
    struct oc_bytes serial;
    return read_serial(change, text, buf, &serial);
}

static int fail_input(const struct reload *change, int status, size_t line, const char *what)
{
    if (line == 0)
        complain(change->session.title, "standard input: %s", what);
    else
        complain(change->session.title, "standard input: line %zu%s%s", line,
                 what[0] != '\0' ? ": " : "", what);
    return status;
}

// each_line calls `each` for the lines that are neither empty nor a comment.
static int each_line(const struct reload *change, const struct input *input,
                     int (*each)(const struct reload *change, const char *text))
{
    size_t number = 0;
    for (size_t at = 0; at < input->len; at += strlen(input->text + at) + 1) {
        const char *line = input->text + at;
        number++;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        int status = each(change, line);
        if (status != EX_OK)
            return fail_input(change, status, number, "");
    }
    return EX_OK;
}

// split makes texts of lines. What was cut off somewhere may end with a part of a number, which is
// another number.
static int split(const struct reload *change, struct input *input)
{
    char *out = input->text;
    const char *line = input->text;
    const char *end = input->text + input->len;
    for (size_t number = 1; line < end; number++) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((next != NULL ? next : end) - line);
        if (memchr(line, '\0', len) != NULL)
            return fail_input(change, EX_DATAERR, number, "an octet is zero");
        if (next == NULL)
            return fail_input(change, EX_DATAERR, number, "the last line is not ended");
        memmove(out, line, len);
        out += len > 0 && line[len - 1] == '\r' ? len - 1 : len;
        *out++ = '\0';
        line = next + 1;
    }
    input->len = (size_t)(out - input->text);
    return EX_OK;
}

static int read_input(const struct reload *change, struct input *input)
{
    size_t size = 0;
    size_t n = 0;
    do {
        if (input->len >= INPUT_LIMIT)
            return fail_input(change, EX_DATAERR, 0, "more than 256 MiB");
        if (input->len == size)
            input->text = must_resize(input->text, size += size + INPUT_BLOCK, 1);
        n = fread(input->text + input->len, 1, size - input->len, stdin);
        input->len += n;
    } while (n > 0);
    if (ferror(stdin) != 0)
        return fail_input(change, EX_IOERR, 0, strerror(errno));
    return split(change, input);
}
// change_check looks whether all numbers can be read, standard input included. Nothing is locked
// while that is waited for.
static int change_check(const struct reload *change, char **serials, size_t n, struct input *input)
{
    int status = EX_OK;
    for (size_t i = 0; i < n && status == EX_OK; i++) {
        if (strcmp(serials[i], "-") != 0) {
            status = check_one(change, serials[i]);
        } else if (input->text == NULL) {
            status = read_input(change, input);
            if (status == EX_OK)
                status = each_line(change, input, check_one);
        }
    }
    return status;
}

static int change_each(const struct reload *change, char **serials, size_t n,
                       const struct input *input)
{
    int status = EX_OK;
    for (size_t i = 0; i < n && status == EX_OK; i++)
        status = strcmp(serials[i], "-") == 0 ? each_line(change, input, change_one)
                                              : change_one(change, serials[i]);
    return status;
}

// All or none.
static int change_all(const struct reload *change, char **serials, size_t n,
                      const struct input *input)
{
    struct store *store = change->session.store;
    if (!store->methods->begin(store))
        return session_failed(&change->session);
    int status = change_each(change, serials, n, input);
    if (status != EX_OK) {
        store->methods->rollback(store);
        return status;
    }
    return store->methods->commit(store) ? EX_OK : session_failed(&change->session);
}

static int change_run(struct reload *change, const struct command *self, int argc, char **argv)
{
    if (optind == argc) {
        complain(self->title, "which certificates? a SERIAL is needed");
        return command_usage(self);
    }
    struct input input = {0};
    char **serials = argv + optind;
    size_t n = (size_t)(argc - optind);
    int status = session_open(&change->session, STORE_WRITE);
    if (status == EX_OK)
        status = change_check(change, serials, n, &input);
    if (status == EX_OK)
        status = change_all(change, serials, n, &input);
    free(input.text);
    session_close(&change->session);
    return status;
}

static bool read_time(const char *title, const char *name, const char *argument, int64_t *out)
{
    if (argument_time(argument, out))
        return true;
    complain(title,
             "--%s: \"%s\" is neither a time like 2024-04-03T12:00:00Z nor seconds since 1970",
             name, argument);
    return false;
}

// ocspd issue.

static int decide_issue(const struct reload *change, struct oc_bytes serial,
                        const struct record *known, struct record *out)
{
    (void)serial;
    if (known->status == RECORD_NOT_ISSUED)
        *out = change->told;
    if (change->told.expires != 0)
        out->expires = change->told.expires;
    return EX_OK;
}

int issue_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"expires", required_argument, NULL, 'e'},
        SESSION_OPTIONS,
        {0},
    };
    struct reload change = {.decide = decide_issue, .told = {.status = RECORD_GOOD}};
    session_init(&change.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (option == 'e' && !read_time(self->title, "expires", optarg, &change.told.expires))
            return command_usage(self);
        if (option != 'e' && !session_option(&change.session, option))
            return command_usage(self);
    }
    return change_run(&change, self, argc, argv);
}

// ocspd revoke.

static int refuse_revoke(const struct reload *change, struct oc_bytes serial,
                         const struct record *known)
{
    char what[RECORD_TEXT + 64];
    char text[RECORD_TEXT];
    snprintf(what, sizeof what, "is %s: only a worse reason can take its place",
             record_text(known, text));
    return complain_about(change, serial, what);
}

static int decide_again(const struct reload *change, struct oc_bytes serial,
                        const struct record *known, struct record *out)
{
    const struct record *told = &change->told;
    bool is_same_reason = known->has_reason == told->has_reason && known->reason == told->reason;
    if (is_same_reason && (!change->has_time || known->revoked_at == told->revoked_at))
        return EX_OK;
    if (!reason_is_worse(known, told))
        return refuse_revoke(change, serial, known);
    record_merge(known, told, out);
    return EX_OK;
}

static int decide_revoke(const struct reload *change, struct oc_bytes serial,
                         const struct record *known, struct record *out)
{
    if (known->status == RECORD_NOT_ISSUED && !change->may_issue)
        return complain_about(change, serial,
                              "was never issued; with --issue it is revoked all the same");
    if (known->status == RECORD_REVOKED)
        return decide_again(change, serial, known, out);
    record_merge(known, &change->told, out);
    return EX_OK;
}

// Returns false after an error line.
static bool revoke_option(struct reload *change, int option, bool *has_reason)
{
    const char *title = change->session.title;
    switch (option) {
    case 'r':
        *has_reason = reason_read(optarg, &change->told);
        if (!*has_reason)
            complain(title, "--reason: \"%s\" is no reason to revoke for", optarg);
        return *has_reason;
    case 'a':
        change->has_time = true;
        return read_time(title, "at", optarg, &change->told.revoked_at);
    case 'I':
        change->may_issue = true;
        return true;
    default:
        return session_option(&change->session, option);
    }
}

// What is wrong with the options together, or NULL.
static const char *check_revoke(const struct reload *change, bool has_reason, int64_t now)
{
    if (!has_reason)
        return "why? a --reason is needed";
    return change->told.revoked_at > now ? "--at: that is in the future" : NULL;
}

int revoke_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"reason", required_argument, NULL, 'r'},
        {"at", required_argument, NULL, 'a'},
        {"issue", no_argument, NULL, 'I'},
        SESSION_OPTIONS,
        {0},
    };
    const int64_t now = time(NULL);
    struct reload change = {.decide = decide_revoke,
                            .told = {.status = RECORD_REVOKED, .revoked_at = now}};
    bool has_reason = false;
    session_init(&change.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!revoke_option(&change, option, &has_reason))
            return command_usage(self);
    }
    const char *wrong = check_revoke(&change, has_reason, now);
    if (wrong == NULL)
        return change_run(&change, self, argc, argv);
    complain(self->title, "%s", wrong);
    return command_usage(self);
}

// ocspd unrevoke.

static int decide_unrevoke(const struct reload *change, struct oc_bytes serial,
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

int unrevoke_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {SESSION_OPTIONS, {0}};
    struct reload change = {.decide = decide_unrevoke};
    session_init(&change.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!session_option(&change.session, option))
            return command_usage(self);
    }
    return change_run(&change, self, argc, argv);
}
