// SPDX-License-Identifier: MIT
//
// From options to the open store of one issuer.
#include "command_store.h"

#include "issuer_file.h"
#include "report.h"

#include <ocsp/openssl.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void counter_init(struct counter *counter, const char *title)
{
    *counter = (struct counter){.title = title, .config_file = CONFIG_FILE};
    // A file that may not become larger is an error like a full disk.
    signal(SIGXFSZ, SIG_IGN);
}

bool counter_option(struct counter *counter, int option)
{
    if (option == 'c')
        counter->config_file = optarg;
    else if (option == 'i')
        counter->issuer_name = optarg;
    return option == 'c' || option == 'i';
}

int counter_read_config(struct counter *counter)
{
    char why[1024];
    counter->config = config_load(counter->config_file, why, sizeof why);
    if (counter->config != NULL)
        return EX_OK;
    complain(counter->title, "%s", why);
    return EX_CONFIG;
}

static const struct issuer_config *find_issuer(const struct counter *counter)
{
    const struct config *config = counter->config;
    if (counter->issuer_name == NULL && config->n_issuers == 1)
        return &config->issuers[0];
    for (size_t i = 0; i < config->n_issuers && counter->issuer_name != NULL; i++) {
        if (strcmp(config->issuers[i].name, counter->issuer_name) == 0)
            return &config->issuers[i];
    }
    return NULL;
}

static int choose_issuer(struct counter *counter)
{
    counter->issuer_config = find_issuer(counter);
    if (counter->issuer_config != NULL)
        return EX_OK;
    if (counter->issuer_name != NULL) {
        complain(counter->title, "%s has no issuer \"%s\"", counter->config_file,
                 counter->issuer_name);
        return EX_USAGE;
    }
    complain(counter->title, "which issuer? %s has %zu: name one with --issuer",
             counter->config_file, counter->config->n_issuers);
    return EX_USAGE;
}

static int load_issuer(struct counter *counter)
{
    const char *file = counter->issuer_config->certificate;
    struct oc_error err;
    counter->crypto = oc_openssl_new();
    if (counter->crypto == NULL)
        die_no_memory();
    if (issuer_file_open(file, counter->crypto, &counter->certs, &counter->issuer, &err))
        return EX_OK;
    complain(file, "%s", access(file, R_OK) != 0 ? strerror(errno) : err.what);
    return EX_CONFIG;
}

static int check_kind(const struct counter *counter, enum store_mode mode)
{
    const struct issuer_config *issuer = counter->issuer_config;
    if (mode == STORE_READ || issuer->source == SOURCE_DATABASE)
        return EX_OK;
    complain(counter->title, "the statuses of issuer \"%s\" are changed in their source, %s",
             issuer->name, issuer->source_file);
    return EX_CONFIG;
}

static int open_store(struct counter *counter, enum store_mode mode)
{
    char why[1024];
    counter->store = store_open(counter->issuer_config, counter->config->database, &counter->issuer,
                                mode, why, sizeof why);
    if (counter->store != NULL)
        return EX_OK;
    complain(counter->title, "%s", why);
    return store_fault_status(store_open_fault());
}

int counter_open(struct counter *counter, enum store_mode mode)
{
    int status = counter_read_config(counter);
    if (status == EX_OK)
        status = choose_issuer(counter);
    if (status == EX_OK)
        status = check_kind(counter, mode);
    if (status == EX_OK)
        status = load_issuer(counter);
    return status == EX_OK ? open_store(counter, mode) : status;
}

void counter_close(struct counter *counter)
{
    store_close(counter->store);
    oc_issuer_cleanup(&counter->issuer);
    oc_openssl_certs_free(&counter->certs);
    oc_openssl_free(counter->crypto);
    config_free(counter->config);
}

int store_fault_status(enum store_fault fault)
{
    switch (fault) {
    case STORE_FAULT_BUSY:
        return EX_TEMPFAIL;
    case STORE_FAULT_ABSENT:
        return EX_NOINPUT;
    case STORE_FAULT_DATA:
        return EX_DATAERR;
    case STORE_FAULT_NONE:
    case STORE_FAULT_SYSTEM:
        break;
    }
    return EX_IOERR;
}

int counter_failed(const struct counter *counter)
{
    complain(counter->title, "%s", counter->store->methods->why(counter->store));
    return store_fault_status(counter->store->methods->fault(counter->store));
}
