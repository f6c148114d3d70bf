// SPDX-License-Identifier: MIT
//
// Opens the store of one issuer, as the options say.
#include "command/session.h"

#include "base/issuer_file.h"
#include "command/record.h"
#include "config/load.h"
#include "program/report.h"
#include "store/open.h"

#include <ocsp/openssl.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void session_init(struct session *session, const char *title)
{
    *session = (struct session){.title = title, .config_file = CONFIG_FILE};
    // Without this, a limit on the size of files would kill the process; now it is an error.
    signal(SIGXFSZ, SIG_IGN);
}

bool session_option(struct session *session, int option)
{
    if (option == 'c')
        session->config_file = optarg;
    else if (option == 'i')
        session->issuer_name = optarg;
    return option == 'c' || option == 'i';
}

int session_read_config(struct session *session)
{
    char why[1024];
    session->config = config_load(session->config_file, why, sizeof why);
    if (session->config != NULL)
        return EX_OK;
    complain(session->title, "%s", why);
    return EX_CONFIG;
}

static const struct issuer_config *find_issuer(const struct session *session)
{
    const struct config *config = session->config;
    if (session->issuer_name == NULL && config->n_issuers == 1)
        return &config->issuers[0];
    for (size_t i = 0; i < config->n_issuers && session->issuer_name != NULL; i++) {
        if (strcmp(config->issuers[i].name, session->issuer_name) == 0)
            return &config->issuers[i];
    }
    return NULL;
}

static int choose_issuer(struct session *session)
{
    session->issuer_config = find_issuer(session);
    if (session->issuer_config != NULL)
        return EX_OK;
    if (session->issuer_name != NULL) {
        complain(session->title, "%s has no issuer \"%s\"", session->config_file,
                 session->issuer_name);
        return EX_USAGE;
    }
    complain(session->title, "missing --issuer: %s has %zu issuers", session->config_file,
             session->config->n_issuers);
    return EX_USAGE;
}

static int load_issuer(struct session *session)
{
    const char *file = session->issuer_config->certificate;
    struct oc_error err;
    session->crypto = oc_openssl_new();
    if (session->crypto == NULL)
        die_no_memory();
    if (issuer_file_open(file, session->crypto, &session->certs, &session->issuer, &err))
        return EX_OK;
    complain(file, "%s", access(file, R_OK) != 0 ? strerror(errno) : err.what);
    return EX_CONFIG;
}

static int check_kind(const struct session *session, enum store_mode mode)
{
    const struct issuer_config *issuer = session->issuer_config;
    if (mode == STORE_READ || issuer->source == SOURCE_DATABASE)
        return EX_OK;
    complain(session->title, "cannot change the statuses of issuer \"%s\": they come from %s",
             issuer->name, issuer->source_files[0]);
    return EX_CONFIG;
}

static int open_store(struct session *session, enum store_mode mode)
{
    struct store_error err;
    session->store =
        store_open(session->issuer_config, session->config->database, &session->issuer, mode, &err);
    return session->store != NULL ? EX_OK : session_failed(session, &err);
}

int session_open(struct session *session, enum store_mode mode)
{
    int status = session_read_config(session);
    if (status == EX_OK)
        status = choose_issuer(session);
    if (status == EX_OK)
        status = check_kind(session, mode);
    if (status == EX_OK)
        status = load_issuer(session);
    return status == EX_OK ? open_store(session, mode) : status;
}

void session_close(struct session *session)
{
    store_close(session->store);
    oc_issuer_cleanup(&session->issuer);
    oc_openssl_certs_free(&session->certs);
    oc_openssl_free(session->crypto);
    config_free(session->config);
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

int session_failed(const struct session *session, const struct store_error *err)
{
    complain(session->title, "%s", err->text);
    return store_fault_status(err->fault);
}
