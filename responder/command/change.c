// SPDX-License-Identifier: MIT
//
// ocspd issue, revoke and unrevoke. A record is read in the transaction that changes it, so that
// no other process changes it in between.
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

// INPUT_LIMIT is the most octets of standard input; SHOWN is how many octets of an invalid line an
// error line repeats.
enum { INPUT_LIMIT = 1 << 28, INPUT_BLOCK = 1 << 16, SHOWN = 160 };

// struct input is standard input: lines, each with a NUL in place of its line feed.
struct input {
    char *text;
    size_t len;
};

// struct change is the change that a command makes. For one certificate, whose record is `known`,
// `decide` sets the new record, or returns the exit status after an error line. `wanted` is the
// record that the options describe.
struct change {
    struct session session;
    int (*decide)(const struct change *change, struct oc_bytes serial, const struct record *known,
                  struct record *out);
    struct record wanted;
    bool has_time;
    bool may_issue;
};

static int complain_about(const struct change *change, struct oc_bytes serial, const char *what)
{
    char text[SERIAL_TEXT];
    complain(change->session.title, "%s %s", serial_text(serial, text), what);
    return EX_DATAERR;
}

static int read_serial(const struct change *change, const char *text, uint8_t buf[SERIAL_MAX],
                       struct oc_bytes *serial)
{
    if (serial_read(text, buf, serial))
        return EX_OK;
    complain(change->session.title,
             "invalid serial number \"%.*s\": give it in decimal, or in hex like 0x01aa or 01:aa",
             SHOWN, text);
    return EX_USAGE;
}

static int change_one(const struct change *change, const char *text)
{
    struct store *store = change->session.store;
    uint8_t buf[SERIAL_MAX];
    struct oc_bytes serial;
    struct record known;
    struct store_error err;
    int status = read_serial(change, text, buf, &serial);
    if (status != EX_OK)
        return status;
    if (!store->methods->look_up(store, serial, &known, &err))
        return session_failed(&change->session, &err);
    struct record wanted = known;
    status = change->decide(change, serial, &known, &wanted);
    if (status != EX_OK || record_is_same(&known, &wanted))
        return status;
    return store->methods->put(store, serial, &wanted, &err)
               ? EX_OK
               : session_failed(&change->session, &err);
}

static int check_one(const struct change *change, const char *text)
{
    uint8_t buf[SERIAL_MAX];
    struct oc_bytes serial;
    return read_serial(change, text, buf, &serial);
}

static int fail_input(const struct change *change, int status, size_t line, const char *what)
{
    if (line == 0)
        complain(change->session.title, "standard input: %s", what);
    else
        complain(change->session.title, "standard input: line %zu%s%s", line,
                 what[0] != '\0' ? ": " : "", what);
    return status;
}

// each_line calls `each` for the lines that are neither empty nor a comment.
static int each_line(const struct change *change, const struct input *input,
                     int (*each)(const struct change *change, const char *text))
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

// split puts a NUL at the end of each line. Without a line feed at its end, the input may have been
// cut off in the middle of a number, which would be another number.
static int split(const struct change *change, struct input *input)
{
    char *out = input->text;
    const char *line = input->text;
    const char *end = input->text + input->len;
    for (size_t number = 1; line < end; number++) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((next != NULL ? next : end) - line);
        if (memchr(line, '\0', len) != NULL)
            return fail_input(change, EX_DATAERR, number, "unexpected NUL byte");
        if (next == NULL)
            return fail_input(change, EX_DATAERR, number, "missing line feed at the end");
        memmove(out, line, len);
        out += len > 0 && line[len - 1] == '\r' ? len - 1 : len;
        *out++ = '\0';
        line = next + 1;
    }
    input->len = (size_t)(out - input->text);
    return EX_OK;
}

static int read_input(const struct change *change, struct input *input)
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

// change_check reads all serial numbers before the first change, because standard input may be slow
// and nothing should be locked until it ends.
static int change_check(const struct change *change, char **serials, size_t n, struct input *input)
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

static int change_each(const struct change *change, char **serials, size_t n,
                       const struct input *input)
{
    int status = EX_OK;
    for (size_t i = 0; i < n && status == EX_OK; i++)
        status = strcmp(serials[i], "-") == 0 ? each_line(change, input, change_one)
                                              : change_one(change, serials[i]);
    return status;
}

// change_all changes all certificates, or none.
static int change_all(const struct change *change, char **serials, size_t n,
                      const struct input *input)
{
    struct store *store = change->session.store;
    struct store_error err;
    if (!store->methods->begin(store, &err))
        return session_failed(&change->session, &err);
    int status = change_each(change, serials, n, input);
    if (status != EX_OK) {
        store->methods->rollback(store);
        return status;
    }
    return store->methods->commit(store, &err) ? EX_OK : session_failed(&change->session, &err);
}

static int change_run(struct change *change, const struct command *self, int argc, char **argv)
{
    if (optind == argc) {
        complain(self->title, "missing SERIAL");
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

int issue_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"expires", required_argument, NULL, 'e'},
        SESSION_OPTIONS,
        {0},
    };
    struct change change = {.decide = decide_issue, .wanted = {.status = RECORD_GOOD}};
    session_init(&change.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (option == 'e' && !read_time(self->title, "expires", optarg, &change.wanted.expires))
            return command_usage(self);
        if (option != 'e' && !session_option(&change.session, option))
            return command_usage(self);
    }
    return change_run(&change, self, argc, argv);
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
static bool revoke_option(struct change *change, int option, bool *has_reason)
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
        return session_option(&change->session, option);
    }
}

// check_revoke returns what is wrong with the options together, or NULL.
static const char *check_revoke(const struct change *change, bool has_reason, int64_t now)
{
    if (!has_reason)
        return "missing --reason";
    return change->wanted.revoked_at > now ? "--at: the time is in the future" : NULL;
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
    struct change change = {.decide = decide_revoke,
                            .wanted = {.status = RECORD_REVOKED, .revoked_at = now}};
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

int unrevoke_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {SESSION_OPTIONS, {0}};
    struct change change = {.decide = decide_unrevoke};
    session_init(&change.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!session_option(&change.session, option))
            return command_usage(self);
    }
    return change_run(&change, self, argc, argv);
}
