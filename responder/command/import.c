// SPDX-License-Identifier: MIT
//
// ocspd import. A batch of lines is read and sorted outside of a transaction and then put in one,
// so that other processes can write in between, and that the pages of the database are touched in
// order. The transaction also saves the position in the file, for an import that continues.
#include "command/import.h"

#include "command/csv.h"
#include "command/record.h"
#include "command/session.h"
#include "program/clock.h"
#include "program/report.h"
#include "store/index_line.h"
#include "store/lines.h"
#include "store/open.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 50000,  // certificates in a transaction
    CONFLICTS_SHOWN = 10,
    BAR = 30,  // characters
    BAR_EACH_MS = 200,
};

// struct import_row is one certificate of a batch, from line `line` of the file.
struct import_row {
    int64_t line;
    struct record record;
    uint8_t serial_len;
    uint8_t serial[SERIAL_MAX];
};

// struct import is an import in progress. `kind` is "index", "crl" or "csv". `lines` is NULL for a
// CRL, which is read as a whole.
struct import {
    struct session session;
    const char *kind;
    const char *file;
    struct lines *lines;
    struct csv_columns columns;
    struct import_row *rows;
    size_t n_rows;
    size_t n_read;
    size_t n_new;
    size_t n_changed;
    size_t n_conflicts;
    int64_t began_after;  // the last line of an earlier import that is continued
    bool is_terminal;
    bool has_bar;
    int64_t bar_at;
    int status;  // of a failure in take_entry()
};

// Progress.

static void show_bar(struct import *import)
{
    int64_t size = lines_size(import->lines);
    int64_t done = lines_offset(import->lines);
    if (!import->is_terminal || (import->has_bar && clock_ms() - import->bar_at < BAR_EACH_MS))
        return;
    // The file may have grown.
    done = done < size ? done : size;
    int filled = (int)(done * BAR / size);
    fprintf(stderr, "\r%3d %% [%.*s%*s] %zu", (int)(done * 100 / size), filled,
            "##############################", BAR - filled, "", import->n_read);
    fflush(stderr);
    import->has_bar = true;
    import->bar_at = clock_ms();
}

static void end_bar(struct import *import)
{
    if (import->has_bar)
        fputs("\r\033[K", stderr);
    import->has_bar = false;
}

// A batch.

static int compare_rows(const void *a, const void *b)
{
    const struct import_row *one = a;
    const struct import_row *other = b;
    size_t len = one->serial_len < other->serial_len ? one->serial_len : other->serial_len;
    int order = memcmp(one->serial, other->serial, len);
    if (order == 0)
        order = one->serial_len - other->serial_len;
    if (order != 0)
        return order;
    return one->line < other->line ? -1 : one->line > other->line;
}

static void report_conflict(struct import *import, const struct import_row *row,
                            const struct record *known)
{
    char serial[LABEL_SIZE];
    char what[RECORD_TEXT];
    char where[32] = "";
    import->n_conflicts++;
    if (import->n_conflicts > CONFLICTS_SHOWN)
        return;
    end_bar(import);
    if (import->lines != NULL)
        snprintf(where, sizeof where, "line %lld: ", (long long)row->line);
    complain(import->file, "%s%s stays %s", where,
             serial_label((struct oc_bytes){row->serial, row->serial_len}, serial),
             record_text(known, what));
}

static bool put_row(struct import *import, const struct import_row *row, struct store_error *err)
{
    struct store *store = import->session.store;
    struct oc_bytes serial = {row->serial, row->serial_len};
    struct record known;
    struct record wanted;
    if (!store->methods->look_up(store, serial, &known, err))
        return false;
    if (!record_merge(&known, &row->record, &wanted))
        report_conflict(import, row, &known);
    if (record_is_same(&known, &wanted))
        return true;
    if (known.status == RECORD_NOT_ISSUED)
        import->n_new++;
    else
        import->n_changed++;
    return store->methods->put(store, serial, &wanted, err);
}

static bool put_rows(struct import *import, bool is_last, struct store_error *err)
{
    struct store *store = import->session.store;
    struct position here = {0};
    for (size_t i = 0; i < import->n_rows; i++) {
        if (!put_row(import, &import->rows[i], err))
            return false;
    }
    if (import->lines == NULL)
        return true;
    if (!is_last)
        lines_position(import->lines, &here);
    return store->methods->put_position(store, import->kind, &here, err);
}

// flush puts the batch into the database. With `is_last` the saved position is cleared.
static int flush(struct import *import, bool is_last)
{
    struct store *store = import->session.store;
    struct store_error err;
    qsort(import->rows, import->n_rows, sizeof *import->rows, compare_rows);
    bool ok = store->methods->begin(store, &err);
    if (ok && !put_rows(import, is_last, &err)) {
        store->methods->rollback(store);
        ok = false;
    } else if (ok) {
        ok = store->methods->commit(store, &err);
    }
    import->n_rows = 0;
    if (ok)
        return EX_OK;
    end_bar(import);
    return session_failed(&import->session, &err);
}

static struct import_row *next_row(struct import *import)
{
    import->n_read++;
    return &import->rows[import->n_rows++];
}

// A file of lines.

// read_index_line accepts only a line of which everything can be read: a database keeps what it was
// given, so that an operator would not hear of the rest again.
static const char *read_index_line(char *line, size_t len, struct import_row *out,
                                   size_t *serial_len)
{
    struct index_row row;
    const char *wrong = index_line_read(line, len, &row);
    if (wrong != NULL || row.odd != NULL)
        return wrong != NULL ? wrong : row.odd;
    memcpy(out->serial, row.serial, row.serial_len);
    *serial_len = row.serial_len;
    out->record = row.record;
    return NULL;
}

// read_line returns what is wrong with a line, or NULL.
static const char *read_line(struct import *import, char *line, size_t len)
{
    size_t serial_len = 0;
    const char *wrong;
    if (index_line_is_empty(line, len))
        return NULL;
    if (memchr(line, '\0', len) != NULL)
        return "unexpected NUL byte";
    struct import_row *row = &import->rows[import->n_rows];
    if (strcmp(import->kind, "csv") == 0)
        wrong = csv_line_read(&import->columns, line, row->serial, &serial_len, &row->record);
    else
        wrong = read_index_line(line, len, row, &serial_len);
    if (wrong == NULL && row->record.status == RECORD_REVOKED &&
        row->record.revoked_at > time(NULL))
        wrong = "the time of revocation is in the future";
    if (wrong != NULL)
        return wrong;
    row->serial_len = (uint8_t)serial_len;
    row->line = lines_number(import->lines) + 1;
    (void)next_row(import);
    return NULL;
}

static int complain_line(struct import *import, const char *wrong)
{
    end_bar(import);
    complain(import->file, "line %lld: %s", (long long)lines_number(import->lines) + 1, wrong);
    return EX_DATAERR;
}

// The lines before a malformed one are imported, so that they need not be read again.
static int stop_at_line(struct import *import, const char *wrong)
{
    int status = flush(import, false);
    return status == EX_OK ? complain_line(import, wrong) : status;
}

static int import_lines(struct import *import)
{
    for (;;) {
        char *line;
        size_t len;
        const char *wrong = NULL;
        enum lines_result result = lines_next(import->lines, &line, &len, &wrong);
        if (result == LINES_END)
            return flush(import, true);
        if (result == LINES_FAILED)
            return EX_IOERR;
        if (result == LINES_LINE)
            wrong = read_line(import, line, len);
        if (wrong != NULL)
            return stop_at_line(import, wrong);
        lines_accept(import->lines);
        int status = import->n_rows == BATCH ? flush(import, false) : EX_OK;
        if (status != EX_OK)
            return status;
        show_bar(import);
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
    if (result == LINES_LINE)
        wrong = memchr(line, '\0', len) != NULL ? "unexpected NUL byte"
                                                : csv_columns_read(line, &import->columns);
    if (wrong != NULL)
        return complain_line(import, wrong);
    lines_accept(import->lines);
    return EX_OK;
}

// continue_import skips the lines that an earlier import of the same file has imported.
static int continue_import(struct import *import)
{
    struct store *store = import->session.store;
    struct position before;
    struct store_error err;
    if (!store->methods->get_position(store, import->kind, &before, &err))
        return session_failed(&import->session, &err);
    if (before.offset > 0 && lines_skip(import->lines, &before)) {
        import->began_after = before.n_lines;
        return EX_OK;
    }
    // lines_skip() went back to the start of the file, in front of the columns.
    if (before.offset > 0 && strcmp(import->kind, "csv") == 0)
        return read_columns(import);
    return EX_OK;
}

static int import_file(struct import *import)
{
    int status = EX_OK;
    import->lines = lines_open(import->file);
    if (import->lines == NULL)
        return EX_NOINPUT;
    if (strcmp(import->kind, "csv") == 0)
        status = read_columns(import);
    if (status == EX_OK)
        status = continue_import(import);
    return status == EX_OK ? import_lines(import) : status;
}

// A CRL, which is verified like one that answers come from.

static bool take_entry(void *arg, const struct entry *entry)
{
    struct import *import = arg;
    struct import_row *row = next_row(import);
    *row = (struct import_row){.record = entry->record, .serial_len = (uint8_t)entry->serial.len};
    memcpy(row->serial, entry->serial.data, entry->serial.len);
    if (import->n_rows == BATCH)
        import->status = flush(import, false);
    return import->status == EX_OK;
}

static int import_crl(struct import *import)
{
    static const struct oc_bytes first = {0};
    struct store_error err;
    struct issuer_config config = *import->session.issuer_config;
    config.source = SOURCE_CRL;
    config.source_files = &import->file;
    config.n_source_files = 1;
    config.insecure_good_if_not_revoked = false;
    struct store *crl = store_open(&config, NULL, &import->session.issuer, STORE_READ, &err);
    if (crl == NULL)
        return session_failed(&import->session, &err);
    import->status = EX_OK;
    bool ok = crl->methods->list(crl, first, true, take_entry, import, &err);
    store_close(crl);
    if (!ok)
        return session_failed(&import->session, &err);
    return import->status == EX_OK ? flush(import, true) : import->status;
}

// The command.

static int report_end(struct import *import, int status)
{
    end_bar(import);
    if (status != EX_OK)
        return status;
    if (import->n_conflicts > CONFLICTS_SHOWN)
        complain(import->file, "%zu more stay as they are", import->n_conflicts - CONFLICTS_SHOWN);
    if (import->began_after > 0)
        printf("continued after line %lld\n", (long long)import->began_after);
    printf("%zu certificates: %zu new, %zu changed, %zu unchanged\n", import->n_read, import->n_new,
           import->n_changed, import->n_read - import->n_new - import->n_changed);
    // A certificate that the file takes off hold stays revoked: the exit status must say so.
    return import->n_conflicts == 0 ? EX_OK : EX_DATAERR;
}

static int import_all(struct import *import)
{
    int status = session_open(&import->session, STORE_WRITE);
    if (status == EX_OK) {
        import->rows = must_alloc(BATCH, sizeof *import->rows);
        status = strcmp(import->kind, "crl") == 0 ? import_crl(import) : import_file(import);
        status = report_end(import, status);
    }
    lines_close(import->lines);
    free(import->rows);
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

int import_run(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"index", required_argument, NULL, 'x'},
        {"crl", required_argument, NULL, 'r'},
        {"csv", required_argument, NULL, 'v'},
        SESSION_OPTIONS,
        {0},
    };
    struct import import = {.is_terminal = isatty(STDERR_FILENO) != 0};
    session_init(&import.session, self->title);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!session_option(&import.session, option) && !take_file(&import, option))
            return command_usage(self);
    }
    if (optind == argc && import.kind != NULL)
        return import_all(&import);
    if (optind != argc)
        return command_refuse_argument(self, argv[optind]);
    complain(self->title, "specify one of --index, --crl and --csv");
    return command_usage(self);
}
