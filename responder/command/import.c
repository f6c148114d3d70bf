// SPDX-License-Identifier: MIT
//
// ocspd import. A file of lines is read twice: the first time all of it is checked, and nothing is
// written if a line is wrong. At the end of each batch the first reading notes the position with
// the digest of all before it, and the second one writes only what has the same digest.
#include "command/import.h"

#include "command/batch.h"
#include "command/csv.h"
#include "command/list_file.h"
#include "command/progress.h"
#include "command/record.h"
#include "command/session.h"
#include "program/report.h"
#include "store/index_line.h"
#include "store/lines.h"
#include "store/open.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

// SHOWN is how many of the lines that have something wrong are shown, and TEXT_SHOWN how many
// octets of each.
enum { SHOWN = 10, TEXT_SHOWN = 160 };

// struct import is an import in progress. `kind` is "index", "crl" or "csv". `lines` is NULL for a
// CRL, which is read as a whole. `ends` are the positions at which the batches end, after `start`,
// which is that of an earlier import with --resume.
struct import {
    struct session session;
    const char *kind;
    const char *file;
    bool is_resumed;
    bool is_expired_allowed;
    int64_t now;
    struct lines *lines;
    struct csv csv;
    struct position saved;
    bool is_saved_found;
    struct position *ends;
    size_t n_ends;
    size_t n_checked;   // certificates
    size_t n_wrong;     // lines that cannot be imported
    size_t n_warnings;  // lines that can be, though not all of them was read
    size_t n_conflicts;
    struct batch batch;
    struct progress progress;
    int status;  // of a failure in take_entry()
};

static bool is_csv(const struct import *import)
{
    return strcmp(import->kind, "csv") == 0;
}

static int64_t line_number(const struct import *import)
{
    return lines_number(import->lines) + 1;
}

// Lines that have something wrong.

// Shows the line that lines_next() has returned, as far as `copy` has it.
static void complain_line(struct import *import, size_t *n, const char *what, const char *copy)
{
    if (++*n > SHOWN)
        return;
    progress_clear(&import->progress);
    if (copy[0] == '\0')
        complain(lines_name(import->lines), "line %lld: %s", (long long)line_number(import), what);
    else
        complain(lines_name(import->lines), "line %lld: %s: %s", (long long)line_number(import),
                 what, copy);
}

static void complain_rest(const struct import *import, size_t n, const char *what)
{
    if (n > SHOWN)
        complain(lines_name(import->lines), "%zu more lines are %s", n - SHOWN, what);
}

static void report_conflict(void *arg, const struct batch_row *row, const struct record *known)
{
    struct import *import = arg;
    char label[LABEL_SIZE];
    char what[RECORD_TEXT];
    char where[32] = "";
    if (++import->n_conflicts > SHOWN)
        return;
    progress_clear(&import->progress);
    if (import->lines != NULL)
        snprintf(where, sizeof where, "line %lld: ", (long long)row->line);
    complain(import->lines != NULL ? lines_name(import->lines) : import->file, "%s%s stays %s",
             where, serial_label((struct oc_bytes){row->serial, row->serial_len}, label),
             record_text(known, what));
}

// Reading a line.

// A database keeps what it was given, and an operator would not hear again of what is missing. So
// all of a line must be readable, except that a revocation counts without its reason or time.
static bool is_usable(const struct index_row *row)
{
    return row->odd == NULL || (row->record.status == RECORD_REVOKED &&
                                (row->has_no_date || strstr(row->odd, "third field") != NULL));
}

static const char *read_index(const struct import *import, char *line, size_t len,
                              struct batch_row *out, const char **warning)
{
    struct index_row row;
    const char *wrong = index_line_read(line, len, &row);
    if (wrong != NULL)
        return wrong;
    if (!is_usable(&row))
        return row.odd;
    *warning = row.odd;
    out->record = row.record;
    out->has_no_date = row.has_no_date;
    if (row.has_no_date)
        out->record.revoked_at = import->now;
    memcpy(out->serial, row.serial, row.serial_len);
    out->serial_len = (uint8_t)row.serial_len;
    return NULL;
}

static const char *read_csv(struct import *import, char *line, size_t len, struct batch_row *out)
{
    struct csv_row row;
    const char *wrong = csv_line_read(&import->csv, line, len, line_number(import), &row);
    if (wrong != NULL || row.is_empty)
        return wrong;
    out->record = row.record;
    memcpy(out->serial, row.serial, row.serial_len);
    out->serial_len = (uint8_t)row.serial_len;
    return NULL;
}

// Returns what is wrong with a line, or NULL. A line without a certificate leaves `out->serial_len`
// at 0.
static const char *read_row(struct import *import, char *line, size_t len, struct batch_row *out,
                            const char **warning)
{
    *warning = NULL;
    *out = (struct batch_row){.line = line_number(import)};
    if (index_line_is_empty(line, len))
        return NULL;
    const char *wrong = is_csv(import) ? read_csv(import, line, len, out)
                                       : read_index(import, line, len, out, warning);
    if (wrong == NULL && out->record.status == RECORD_REVOKED &&
        out->record.revoked_at > import->now)
        wrong = "the time of revocation is in the future";
    return wrong;
}

// Checking.

static void note_end(struct import *import)
{
    size_t n = import->n_ends++;
    if ((n & (n - 1)) == 0)
        import->ends = must_resize(import->ends, n == 0 ? 1 : 2 * n, sizeof *import->ends);
    lines_position(import->lines, &import->ends[n]);
}

// An import that is resumed begins a batch where the earlier one ended.
static void look_for_saved(struct import *import)
{
    struct position here;
    if (import->saved.offset == 0 || lines_offset(import->lines) != import->saved.offset)
        return;
    lines_position(import->lines, &here);
    import->is_saved_found = memcmp(here.digest, import->saved.digest, sizeof here.digest) == 0;
    if (!import->is_saved_found || !import->is_resumed)
        return;
    import->n_ends = 0;
    import->n_checked = 0;
}

// The last line may have no newline, which some programs leave out. If the file was cut short, a
// line of an index shows it, and in one of a CSV file at least the number of values is right.
static void check_open_end(const struct import *import, const char **wrong, const char **warning)
{
    static const char missing[] = "missing newline after the last line";
    if (!lines_is_open(import->lines) || *wrong != NULL)
        return;
    if (is_csv(import))
        *warning = missing;
    else if (*warning != NULL)
        *wrong = missing;
}

static void check_line(struct import *import, char *line, size_t len)
{
    char copy[TEXT_SHOWN + 1];
    struct batch_row row;
    const char *warning;
    snprintf(copy, sizeof copy, "%s", line);
    const char *wrong = read_row(import, line, len, &row, &warning);
    check_open_end(import, &wrong, &warning);
    if (wrong != NULL)
        complain_line(import, &import->n_wrong, wrong, copy);
    else if (warning != NULL)
        complain_line(import, &import->n_warnings, warning, copy);
    bool is_counted = wrong == NULL && row.serial_len > 0;
    import->n_checked += is_counted;
    lines_accept(import->lines);
    if (is_counted && import->n_checked % BATCH_ROWS == 0)
        note_end(import);
    look_for_saved(import);
}

static int check_lines(struct import *import)
{
    for (;;) {
        char *line;
        size_t len;
        const char *wrong = NULL;
        enum lines_result result = lines_next(import->lines, &line, &len, &wrong);
        if (result == LINES_FAILED)
            return EX_IOERR;
        if (result == LINES_BROKEN)
            complain_line(import, &import->n_wrong, wrong, "");
        if (result != LINES_LINE)
            return EX_OK;
        check_line(import, line, len);
        progress_show(&import->progress, "checked", lines_offset(import->lines),
                      lines_size(import->lines), import->n_checked);
    }
}

static int read_columns(struct import *import)
{
    char *line;
    size_t len;
    const char *wrong = NULL;
    enum lines_result result = lines_next(import->lines, &line, &len, &wrong);
    if (result == LINES_FAILED)
        return EX_IOERR;
    if (result == LINES_END)
        wrong = "the file is empty";
    else if (result == LINES_LINE)
        wrong = csv_columns_read(&import->csv, line, len);
    if (wrong == NULL && lines_is_open(import->lines))
        wrong = "the file ends after the first line";
    if (wrong != NULL) {
        complain_line(import, &import->n_wrong, wrong, "");
        return EX_DATAERR;
    }
    lines_accept(import->lines);
    if (import->csv.others[0] != '\0')
        complain(lines_name(import->lines), "ignored columns: %s", import->csv.others);
    return EX_OK;
}

static int judge(struct import *import)
{
    const char *mix = is_csv(import) ? csv_mix(&import->csv) : NULL;
    progress_clear(&import->progress);
    complain_rest(import, import->n_warnings, "like that");
    complain_rest(import, import->n_wrong, "wrong");
    if (mix != NULL)
        complain(lines_name(import->lines), "%s", mix);
    if (import->n_wrong == 0 && mix == NULL)
        return EX_OK;
    complain(lines_name(import->lines), "nothing was imported");
    return EX_DATAERR;
}

static int check_file(struct import *import)
{
    int status = is_csv(import) ? read_columns(import) : EX_OK;
    if (status == EX_OK)
        status = check_lines(import);
    if (status == EX_OK)
        status = judge(import);
    if (status == EX_OK)
        note_end(import);
    return status;
}

// An earlier import.

static int read_saved(struct import *import)
{
    struct store *store = import->session.store;
    struct store_error err;
    if (!store->methods->get_position(store, import->kind, &import->saved, &err))
        return session_failed(&import->session, &err);
    if (!import->is_resumed || import->saved.offset > 0)
        return EX_OK;
    complain(import->session.title, "--resume: no import of this kind of file stopped early");
    return EX_DATAERR;
}

static int judge_saved(const struct import *import)
{
    const char *name = lines_name(import->lines);
    long long line = (long long)import->saved.n_lines;
    if (import->saved.offset == 0 || (import->is_resumed && import->is_saved_found))
        return EX_OK;
    if (import->is_resumed) {
        complain(name, "--resume: not the file whose import stopped after line %lld", line);
        return EX_DATAERR;
    }
    if (import->is_saved_found)
        complain(name,
                 "an earlier import of this file stopped after line %lld, where --resume continues",
                 line);
    else
        complain(name, "an earlier import of another file stopped after line %lld", line);
    return EX_OK;
}

// Writing.

static int fail_changed(struct import *import)
{
    progress_clear(&import->progress);
    complain(lines_name(import->lines), "the file has changed while it was imported");
    return EX_DATAERR;
}

static int put_batch(struct import *import, const struct position *position)
{
    struct store_error err;
    if (batch_put(&import->batch, position, &err))
        return EX_OK;
    progress_clear(&import->progress);
    return session_failed(&import->session, &err);
}

// Reads the rows up to `end`. Returns whether they are still those that were checked.
static bool read_batch(struct import *import, const struct position *end)
{
    struct batch *batch = &import->batch;
    struct position here;
    while (lines_offset(import->lines) < end->offset) {
        char *line;
        size_t len;
        const char *ignored;
        if (batch->n == BATCH_ROWS ||
            lines_next(import->lines, &line, &len, &ignored) != LINES_LINE ||
            read_row(import, line, len, &batch->rows[batch->n], &ignored) != NULL)
            break;
        batch->n += batch->rows[batch->n].serial_len > 0;
        lines_accept(import->lines);
    }
    lines_position(import->lines, &here);
    return here.offset == end->offset && memcmp(here.digest, end->digest, sizeof here.digest) == 0;
}

static bool is_at_end(struct import *import)
{
    char *line;
    size_t len;
    const char *ignored;
    return lines_next(import->lines, &line, &len, &ignored) == LINES_END;
}

static int write_batches(struct import *import)
{
    static const struct position none = {0};
    int status = EX_OK;
    for (size_t i = 0; i < import->n_ends && status == EX_OK; i++) {
        bool is_last = i + 1 == import->n_ends;
        const struct position *end = &import->ends[i];
        if (!read_batch(import, end) || (is_last && !is_at_end(import)))
            return fail_changed(import);
        status = put_batch(import, is_last ? &none : end);
        progress_show(&import->progress, "imported", end->offset, lines_size(import->lines),
                      import->batch.n_put);
    }
    return status;
}

// Goes back to where the writing begins, which is behind the names of the columns.
static bool go_to_start(struct import *import)
{
    char *line;
    size_t len;
    const char *ignored;
    if (import->is_resumed)
        return lines_skip(import->lines, &import->saved);
    if (!lines_restart(import->lines))
        return false;
    if (!is_csv(import))
        return true;
    if (lines_next(import->lines, &line, &len, &ignored) != LINES_LINE)
        return false;
    lines_accept(import->lines);
    return true;
}

static int import_file(struct import *import)
{
    int status = read_saved(import);
    if (status != EX_OK)
        return status;
    import->lines = lines_open(import->file);
    if (import->lines == NULL)
        return EX_NOINPUT;
    progress_begin(&import->progress, import->session.title);
    status = check_file(import);
    if (status == EX_OK)
        status = judge_saved(import);
    if (status != EX_OK)
        return status;
    return go_to_start(import) ? write_batches(import) : fail_changed(import);
}

// A CRL, which is verified like one that answers come from.

static bool take_entry(void *arg, const struct entry *entry)
{
    struct import *import = arg;
    struct batch_row *row = &import->batch.rows[import->batch.n++];
    *row = (struct batch_row){.record = entry->record, .serial_len = (uint8_t)entry->serial.len};
    memcpy(row->serial, entry->serial.data, entry->serial.len);
    if (import->batch.n == BATCH_ROWS)
        import->status = put_batch(import, NULL);
    return import->status == EX_OK;
}

static int import_crl(struct import *import)
{
    static const struct oc_bytes first = {0};
    struct store_error err;
    struct store *crl;
    int status = list_file_open(&import->session, SOURCE_CRL, import->file,
                                import->is_expired_allowed, &crl);
    if (status != EX_OK)
        return status;
    bool ok = crl->methods->list(crl, first, true, take_entry, import, &err);
    store_close(crl);
    if (!ok)
        return session_failed(&import->session, &err);
    return import->status == EX_OK ? put_batch(import, NULL) : import->status;
}

// The command.

static int report_end(struct import *import, int status)
{
    const struct batch *batch = &import->batch;
    progress_clear(&import->progress);
    if (status != EX_OK)
        return status;
    if (import->n_conflicts > SHOWN)
        complain(import->file, "%zu more stay as they are", import->n_conflicts - SHOWN);
    if (import->is_resumed)
        printf("continued after line %lld\n", (long long)import->saved.n_lines);
    printf("%zu certificates: %zu new, %zu changed, %zu unchanged\n", batch->n_put, batch->n_new,
           batch->n_changed, batch->n_put - batch->n_new - batch->n_changed);
    // A certificate that the file takes off hold stays revoked: the exit status must say so.
    return import->n_conflicts == 0 ? EX_OK : EX_DATAERR;
}

static int import_all(struct import *import)
{
    bool is_crl = strcmp(import->kind, "crl") == 0;
    int status = session_open(&import->session, STORE_WRITE);
    if (status == EX_OK) {
        batch_init(&import->batch, import->session.store, is_crl ? NULL : import->kind);
        import->batch.conflict = report_conflict;
        import->batch.arg = import;
        status = is_crl ? import_crl(import) : import_file(import);
        status = report_end(import, status);
    }
    lines_close(import->lines);
    batch_free(&import->batch);
    free(import->ends);
    session_close(&import->session);
    return status;
}

// take_file returns whether it was an option for a file, and the only one.
static bool take_file(struct import *import, int option)
{
    const char *kind = NULL;
    if (option == 'x')
        kind = "index";
    else if (option == 'r')
        kind = "crl";
    else if (option == 'v')
        kind = "csv";
    if (kind == NULL || import->kind != NULL) {
        if (kind != NULL)
            complain(import->session.title, "specify only one of --index, --crl and --csv");
        return false;
    }
    import->kind = kind;
    import->file = optarg;
    return true;
}

// Returns false if it was no option of this command, or after an error line.
static bool take_option(struct import *import, int option)
{
    switch (option) {
    case 'R':
        import->is_resumed = true;
        return true;
    case 'E':
        import->is_expired_allowed = true;
        return true;
    case 'd':
        import->csv.date_format = optarg;
        return true;
    default:
        return session_option(&import->session, option) ||
               serial_option(import->session.title, option, &import->csv.base) ||
               take_file(import, option);
    }
}

// Returns what is wrong with the options together, or NULL.
static const char *check_options(const struct import *import)
{
    const struct csv *csv = &import->csv;
    if (import->kind == NULL)
        return "specify one of --index, --crl and --csv";
    if (!is_csv(import) && (csv->base != SERIAL_BASE_NONE || csv->date_format != NULL))
        return "--hex, --decimal and --date-format need --csv";
    bool is_crl = strcmp(import->kind, "crl") == 0;
    if (import->is_resumed && is_crl)
        return "--resume needs --index or --csv";
    return import->is_expired_allowed && !is_crl ? "--expired needs --crl" : NULL;
}

int import_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"index", required_argument, NULL, 'x'},
        {"crl", required_argument, NULL, 'r'},
        {"csv", required_argument, NULL, 'v'},
        {"resume", no_argument, NULL, 'R'},
        {"expired", no_argument, NULL, 'E'},
        {"date-format", required_argument, NULL, 'd'},
        SERIAL_OPTIONS,
        SESSION_OPTIONS,
        {0},
    };
    struct import import = {.now = time(NULL)};
    session_init(&import.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!take_option(&import, option))
            return command_usage(self);
    }
    if (optind != argc)
        return command_refuse_argument(self, argv[optind]);
    const char *wrong = check_options(&import);
    if (wrong == NULL)
        return import_all(&import);
    complain(self->title, "%s", wrong);
    return command_usage(self);
}
