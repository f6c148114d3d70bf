// SPDX-License-Identifier: MIT
//
// Opens a store by its kind, and keeps for each thread what has failed last.
#include "store/kind.h"

#include <stdarg.h>
#include <stdio.h>

// struct failure is what has failed last in a thread.
struct failure {
    enum store_fault fault;
    char why[512];
};

static _Thread_local struct failure failure;

bool store_fail(enum store_fault fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(failure.why, sizeof failure.why, format, args);
    va_end(args);
    if (len < 0)
        failure.why[0] = '\0';
    failure.fault = fault;
    return false;
}

bool store_fail_memory(void)
{
    return store_fail(STORE_FAULT_SYSTEM, "out of memory");
}

const char *store_last_why(struct store *store)
{
    (void)store;
    return failure.why;
}

enum store_fault store_last_fault(struct store *store)
{
    (void)store;
    return failure.fault;
}

enum store_fault store_open_fault(void)
{
    return failure.fault;
}

static struct store *open_kind(const struct issuer_config *config, const char *database,
                               const struct oc_issuer *issuer, enum store_mode mode)
{
    switch (config->source) {
    case SOURCE_DATABASE:
        if (database == NULL)
            break;
        return store_database_open(database, issuer, mode);
    case SOURCE_INDEX:
        return store_index_open(config);
    case SOURCE_CRL:
        return store_crl_open(config, issuer);
    }
    store_fail(STORE_FAULT_ABSENT, "no database is set");
    return NULL;
}

struct store *store_open(const struct issuer_config *config, const char *database,
                         const struct oc_issuer *issuer, enum store_mode mode, char *why,
                         size_t size)
{
    struct store *store = open_kind(config, database, issuer, mode);
    if (store == NULL)
        snprintf(why, size, "%s", failure.why);
    return store;
}

void store_close(struct store *store)
{
    if (store != NULL)
        store->methods->close(store);
}
