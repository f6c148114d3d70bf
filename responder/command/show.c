// SPDX-License-Identifier: MIT
//
// ocspd list and status: the records of an issuer's source, as text or JSON Lines. None of the text
// comes from outside, so nothing is escaped.
#include "command/show.h"

#include "command/record.h"
#include "command/serials.h"
#include "command/session.h"
#include "command/source_status.h"
#include "program/clock.h"
#include "program/report.h"
#include "program/standard.h"

#include <ocsp/der.h>
#include <ocsp/extension.h>

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// Exit statuses of `ocspd status`.
enum { STATUS_GOOD = 0, STATUS_REVOKED = 1, STATUS_NOT_ISSUED = 2 };

// PAGE is how many certificates are read in one transaction. Output that waits for a slow reader
// must not keep one open, because SQLite could not truncate its log meanwhile.
enum { PAGE = 1000 };

// struct show is the options, and the progress through a list.
struct show {
    struct session session;
    bool revoked_only;
    bool json;
    FILE *out;
    size_t n;
    uint8_t last[SERIAL_MAX];
    size_t last_len;
};

static void print_json(FILE *out, struct oc_bytes serial, const struct record *record)
{
    char text[SERIAL_TEXT_SIZE(SERIAL_MAX)];
    fprintf(out, "{\"serial\":\"%s\",", serial_text(serial, text));
    record_print_json(out, record);
    fputs("}\n", out);
}

static void print_text(FILE *out, struct oc_bytes serial, const struct record *record)
{
    char label[LABEL_SIZE];
    char what[RECORD_TEXT];
    fprintf(out, "%s: %s\n", serial_label(serial, label), record_whole_text(record, what));
}

static void show_one(FILE *out, bool json, struct oc_bytes serial, const struct record *record)
{
    if (json)
        print_json(out, serial, record);
    else
        print_text(out, serial, record);
}

static bool show_entry(void *arg, const struct entry *entry)
{
    struct show *show = arg;
    show_one(show->out, show->json, entry->serial, &entry->record);
    memcpy(show->last, entry->serial.data, entry->serial.len);
    show->last_len = entry->serial.len;
    return ++show->n < PAGE;
}

// take_option takes an option that both commands have.
static bool take_option(struct show *show, int option)
{
    if (option == 'j')
        show->json = true;
    return option == 'j' || session_option(&show->session, option);
}

static int list_page(struct show *show)
{
    char *text = NULL;
    size_t len = 0;
    const struct oc_bytes after = {show->last, show->last_len};
    struct store *store = show->session.store;
    show->n = 0;
    show->out = open_memstream(&text, &len);
    if (show->out == NULL)
        die_no_memory();
    struct store_error err;
    bool ok = store->methods->list(store, after, show->revoked_only, show_entry, show, &err);
    if (fclose(show->out) != 0)
        die_no_memory();
    fwrite(text, 1, len, stdout);
    free(text);
    return ok ? EX_OK : session_failed(&show->session, &err);
}

static int list_all(struct show *show)
{
    int status;
    do {
        status = list_page(show);
    } while (status == EX_OK && show->n == PAGE && ferror(stdout) == 0);
    return status;
}

int list_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"revoked", no_argument, NULL, 'r'},
        {"json", no_argument, NULL, 'j'},
        SESSION_OPTIONS,
        {0},
    };
    struct show show = {0};
    standard_end_by_pipe();
    session_init(&show.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (option == 'r')
            show.revoked_only = true;
        else if (!take_option(&show, option))
            return command_usage(self);
    }
    if (optind != argc)
        return command_refuse_argument(self, argv[optind]);
    int status = session_open(&show.session, STORE_READ);
    if (status == EX_OK)
        status = list_all(&show);
    session_close(&show.session);
    return status;
}

// A record outside of its times is answered tryLater, so it is not known to be good. What is
// revoked stays revoked.
static void apply_times(struct record *record, int64_t now)
{
    bool is_current =
        record->this_update <= now && (record->next_update == 0 || now < record->next_update);
    if (!is_current && record->status != RECORD_REVOKED)
        record->status = RECORD_UNCERTAIN;
}

static int show_status(struct show *show, struct oc_bytes serial)
{
    struct entry entry = {.serial = serial};
    struct store *store = show->session.store;
    struct store_error err;
    bool ok = store->methods->look_up(store, serial, &entry.record, &err);
    const struct issuer_config *config = show->session.issuer_config;
    if (config->ca_compromised != NULL)
        record_compromise(&entry.record, config->ca_compromised_at);
    else if (!ok)
        return session_failed(&show->session, &err);
    apply_times(&entry.record, clock_seconds());
    show_one(stdout, show->json, serial, &entry.record);
    switch (entry.record.status) {
    case RECORD_GOOD:
        return STATUS_GOOD;
    case RECORD_REVOKED:
        return STATUS_REVOKED;
    case RECORD_NOT_ISSUED:
        return STATUS_NOT_ISSUED;
    case RECORD_UNCERTAIN:
        return EX_UNAVAILABLE;
    case RECORD_NONE:
        break;
    }
    return EX_SOFTWARE;
}

static int open_and_show(struct show *show, struct oc_bytes serial)
{
    int status = session_open(&show->session, STORE_READ);
    if (status == EX_OK)
        status = show_status(show, serial);
    session_close(&show->session);
    return status;
}

static int status_of(struct show *show, const struct serials *serials, const struct command *self)
{
    uint8_t buf[SERIAL_MAX];
    char why[SERIAL_WHY];
    struct oc_bytes serial = {.data = buf};
    if (serials->n != 1) {
        complain(self->title, "expected exactly one SERIAL");
        return command_usage(self);
    }
    const char *text = serials->items[0];
    if (serial_read(text, serials->base, buf, sizeof buf, &serial.len))
        return open_and_show(show, serial);
    complain(self->title, "%s", serial_why(text, serials->base, sizeof buf, why, sizeof why));
    return command_usage(self);
}

static int read_and_show(struct show *show, struct serials *serials, const struct command *self,
                         int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        SERIAL_OPTIONS,
        SESSION_OPTIONS,
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, SERIALS_GETOPT, options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!take_option(show, option) && !serials_option(serials, option, argv))
            return command_usage(self);
    }
    serials_end(serials, argc, argv);
    if (serials->n > 0)
        return status_of(show, serials, self);
    int status = source_status(&show->session, show->json);
    session_close(&show->session);
    return status;
}

int status_run(const struct command *self, int argc, char **argv)
{
    struct show show = {0};
    struct serials serials;
    standard_end_by_pipe();
    session_init(&show.session, self->title);
    serials_init(&serials, self->title, argc);
    int status = read_and_show(&show, &serials, self, argc, argv);
    serials_free(&serials);
    return status;
}
