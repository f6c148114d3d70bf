// SPDX-License-Identifier: MIT
//
// ocspd init: an empty database, owned by the user who will serve it.
#include "command/init.h"

#include "command/option.h"
#include "command/session.h"
#include "program/report.h"
#include "store/database_file.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

// The database must belong to the user of the worker, not to root, which creates it.
static bool give_away(const char *path, const char *user)
{
    if (user == NULL || geteuid() != 0)
        return true;
    errno = 0;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL)
        complain(path, "cannot change its owner: unknown user \"%s\"", user);
    else if (chown(path, entry->pw_uid, entry->pw_gid) == 0)
        return true;
    else
        complain(path, "cannot change its owner to %s: %s", user, strerror(errno));
    return false;
}

static int init_database(const struct session *session)
{
    struct store_error err;
    const char *path = session->config->database;
    if (path == NULL) {
        complain(session->title, "%s: missing setting \"database\"", session->config_file);
        return EX_CONFIG;
    }
    if (!database_init(path, &err)) {
        complain(session->title, "%s", err.text);
        return EX_CANTCREAT;
    }
    return give_away(path, session->config->user) ? EX_OK : EX_CANTCREAT;
}

int init_run(const struct command *self, int argc, char **argv)
{
    struct session session;
    session_init(&session, self->title);
    int status;
    if (!option_config(self, argc, argv, &session.config_file, &status))
        return status;
    status = session_read_config(&session);
    if (status == EX_OK)
        status = init_database(&session);
    session_close(&session);
    return status;
}
