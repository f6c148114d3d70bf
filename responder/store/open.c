// SPDX-License-Identifier: MIT
//
// The kinds of stores, by their names in the configuration.
#include "store/open.h"

#include "store/crl.h"
#include "store/index.h"
#include "store/sqlite.h"

struct store *store_open(const struct issuer_config *config, const char *database,
                         const struct oc_issuer *issuer, enum store_mode mode,
                         struct store_error *err)
{
    switch (config->source) {
    case SOURCE_DATABASE:
        if (database == NULL)
            break;
        return sqlite_store_open(database, issuer, mode, err);
    case SOURCE_INDEX:
        return index_store_open(config->source_files[0], err);
    case SOURCE_CRL:
        return crl_store_open(config, issuer, err);
    }
    store_fail(err, STORE_FAULT_ABSENT, "missing setting \"database\"");
    return NULL;
}

void store_close(struct store *store)
{
    if (store != NULL)
        store->methods->close(store);
}
