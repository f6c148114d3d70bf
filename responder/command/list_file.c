// SPDX-License-Identifier: MIT
#include "command/list_file.h"

#include "program/report.h"
#include "store/condition.h"
#include "store/open.h"

#include <ocsp/der.h>

#include <sysexits.h>
#include <time.h>

static int refuse_expired(const char *file, int64_t next_update)
{
    char at[OC_TIME_TEXT_LEN];
    (void)oc_time_text(next_update, at);
    complain(file, "the CRL expired at %s; --expired uses it nevertheless", at);
    return EX_DATAERR;
}

int list_file_open(const struct session *session, enum source_kind kind, const char *file,
                   bool is_expired_allowed, struct store **out)
{
    struct store_error err;
    struct source_state state;
    struct issuer_config config = *session->issuer_config;
    config.source = kind;
    config.source_files = &file;
    config.n_source_files = 1;
    config.insecure_good_if_not_revoked = false;
    *out = store_open(&config, NULL, &session->issuer, STORE_READ, &err);
    if (*out == NULL)
        return session_failed(session, &err);
    if (is_expired_allowed || !condition_read(*out, &state) || state.next_update == 0 ||
        state.next_update > time(NULL))
        return EX_OK;
    store_close(*out);
    *out = NULL;
    return refuse_expired(file, state.next_update);
}
