// SPDX-License-Identifier: MIT
//
// ocspd compare: where the database and the CA's own list differ. The two may have different
// orders, so each is read page by page, and each certificate of a page is looked up in the other.
#include "command/compare.h"

#include "command/list_file.h"
#include "command/record.h"
#include "command/session.h"
#include "program/report.h"
#include "program/standard.h"
#include "store/condition.h"
#include "store/open.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// Exit statuses.
enum { COMPARE_SAME = 0, COMPARE_DIFFERENT = 1 };

// PAGE is how many certificates are read in one transaction.
enum { PAGE = 1000 };

// struct page_entry is one certificate of a page, with its own copy of the serial number.
struct page_entry {
    struct record record;
    size_t serial_len;
    uint8_t serial[SERIAL_MAX];
};

struct page {
    size_t n;
    struct page_entry entries[PAGE];
};

// struct compare is a comparison. `n` counts the differences. `is_partial`: the list is incomplete.
struct compare {
    struct session session;
    enum source_kind kind;
    const char *file;
    bool is_expired_allowed;
    bool json;
    struct store *list;
    struct page page;
    size_t n;
    bool is_partial;
};

static void print_text(const struct compare *compare, struct oc_bytes serial,
                       const struct record *known, const struct record *listed)
{
    char label[LABEL_SIZE];
    char first[RECORD_TEXT];
    char second[RECORD_TEXT];
    const bool is_absent = compare->kind == SOURCE_CRL && listed->status == RECORD_NOT_ISSUED;
    printf("%s: database %s, list %s\n", serial_label(serial, label), record_text(known, first),
           is_absent ? "without it" : record_text(listed, second));
}

static void print_json(struct oc_bytes serial, const struct record *known,
                       const struct record *listed)
{
    char text[SERIAL_TEXT_SIZE(SERIAL_MAX)];
    printf("{\"serial\":\"%s\",\"database\":{", serial_text(serial, text));
    record_print_json(stdout, known);
    printf("},\"list\":{");
    record_print_json(stdout, listed);
    printf("}}\n");
}

static void report(struct compare *compare, struct oc_bytes serial, const struct record *known,
                   const struct record *listed)
{
    compare->n++;
    if (compare->json)
        print_json(serial, known, listed);
    else
        print_text(compare, serial, known, listed);
}

static bool is_same_status(const struct record *a, const struct record *b)
{
    if (a->status != b->status)
        return false;
    return a->status != RECORD_REVOKED ||
           (a->revoked_at == b->revoked_at && a->has_reason == b->has_reason &&
            (!a->has_reason || a->reason == b->reason));
}

// A certificate of the list.
static bool compare_listed(struct compare *compare, struct oc_bytes serial,
                           const struct record *listed, struct store_error *err)
{
    struct record known;
    struct store *database = compare->session.store;
    if (!database->methods->look_up(database, serial, &known, err))
        return false;
    if (!is_same_status(&known, listed))
        report(compare, serial, &known, listed);
    return true;
}

// A CRL need not list a revocation any more once the certificate has expired (RFC 5280 3.3).
static bool may_be_absent(const struct compare *compare, const struct record *known,
                          const struct record *listed)
{
    return compare->kind == SOURCE_CRL &&
           (known->status != RECORD_REVOKED ||
            (known->expires != 0 && known->expires < listed->this_update));
}

// A certificate of the database, which matters here only if it is not in the list.
static bool compare_known(struct compare *compare, struct oc_bytes serial,
                          const struct record *known, struct store_error *err)
{
    struct record listed;
    struct store *list = compare->list;
    if (!list->methods->look_up(list, serial, &listed, err))
        return false;
    if (listed.status == RECORD_NOT_ISSUED && !may_be_absent(compare, known, &listed))
        report(compare, serial, known, &listed);
    return true;
}

static bool add_to_page(void *arg, const struct entry *entry)
{
    struct page *page = arg;
    struct page_entry *out = &page->entries[page->n++];
    out->record = entry->record;
    out->serial_len = entry->serial.len;
    memcpy(out->serial, entry->serial.data, entry->serial.len);
    return page->n < PAGE;
}

// Calls `each` for all certificates of a store.
static bool compare_all(struct compare *compare, struct store *store,
                        bool (*each)(struct compare *compare, struct oc_bytes serial,
                                     const struct record *record, struct store_error *err),
                        struct store_error *err)
{
    struct page *page = &compare->page;
    uint8_t last[SERIAL_MAX];
    struct oc_bytes after = {0};
    do {
        page->n = 0;
        if (!store->methods->list(store, after, compare->kind == SOURCE_CRL, add_to_page, page,
                                  err))
            return false;
        for (size_t i = 0; i < page->n; i++) {
            const struct page_entry *entry = &page->entries[i];
            if (!each(compare, (struct oc_bytes){entry->serial, entry->serial_len}, &entry->record,
                      err))
                return false;
        }
        if (page->n > 0) {
            const struct page_entry *end = &page->entries[page->n - 1];
            memcpy(last, end->serial, end->serial_len);
            after = (struct oc_bytes){last, end->serial_len};
        }
    } while (page->n == PAGE && ferror(stdout) == 0);
    return true;
}

// A row that cannot be read may hide a difference. Of a CRL that does not cover all certificates,
// it cannot be said which ones are missing.
static void report_state(struct compare *compare)
{
    struct source_state state;
    (void)condition_read(compare->list, &state);
    compare->is_partial = state.gap != NULL;
    if (state.gap != NULL)
        complain(compare->file, "revocations that are not in it are not shown: %s", state.gap);
    if (state.n_uncertain == 0)
        return;
    complain(compare->file, "%zu rows do not say whether the certificate is revoked",
             state.n_uncertain);
    compare->n++;
}

static int compare_with_list(struct compare *compare)
{
    struct store_error err;
    report_state(compare);
    if (!compare_all(compare, compare->list, compare_listed, &err) ||
        !compare_all(compare, compare->session.store, compare_known, &err))
        return session_failed(&compare->session, &err);
    if (compare->n > 0)
        return COMPARE_DIFFERENT;
    return compare->is_partial ? EX_UNAVAILABLE : COMPARE_SAME;
}

static int refuse_source(const struct compare *compare)
{
    const struct issuer_config *issuer = compare->session.issuer_config;
    if (issuer->source == SOURCE_DATABASE)
        return EX_OK;
    complain(compare->session.title, "the statuses of issuer \"%s\" are not in a database",
             issuer->name);
    return EX_CONFIG;
}

static int compare_open(struct compare *compare)
{
    int status = session_open(&compare->session, STORE_READ);
    if (status == EX_OK)
        status = refuse_source(compare);
    if (status == EX_OK)
        status = list_file_open(&compare->session, compare->kind, compare->file,
                                compare->is_expired_allowed, &compare->list);
    if (status == EX_OK)
        status = compare_with_list(compare);
    store_close(compare->list);
    session_close(&compare->session);
    return status;
}

// Returns false if it was no option of this command, or after an error line.
static bool take_option(struct compare *compare, int option)
{
    switch (option) {
    case 'x':
    case 'r':
        if (compare->file != NULL) {
            complain(compare->session.title, "specify only one of --crl and --index");
            return false;
        }
        compare->kind = option == 'x' ? SOURCE_INDEX : SOURCE_CRL;
        compare->file = optarg;
        return true;
    case 'E':
        compare->is_expired_allowed = true;
        return true;
    case 'j':
        compare->json = true;
        return true;
    default:
        return session_option(&compare->session, option);
    }
}

static int compare_parse(struct compare *compare, const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        {"crl", required_argument, NULL, 'r'},
        {"index", required_argument, NULL, 'x'},
        {"expired", no_argument, NULL, 'E'},
        {"json", no_argument, NULL, 'j'},
        SESSION_OPTIONS,
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(self);
        if (!take_option(compare, option))
            return command_usage(self);
    }
    if (optind != argc)
        return command_refuse_argument(self, argv[optind]);
    if (compare->file != NULL)
        return compare_open(compare);
    complain(self->title, "specify one of --crl and --index");
    return command_usage(self);
}

int compare_run(const struct command *self, int argc, char **argv)
{
    struct compare *compare = must_alloc(1, sizeof *compare);
    standard_end_by_pipe();
    session_init(&compare->session, self->title);
    int status = compare_parse(compare, self, argc, argv);
    free(compare);
    return status;
}
