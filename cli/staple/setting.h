// SPDX-License-Identifier: MIT
//
// The settings of `ocsp staple`, which have the same names as options and in the configuration.
#ifndef CLI_STAPLE_SETTING_H
#define CLI_STAPLE_SETTING_H

#include "asking.h"
#include "program/output.h"
#include "program/settings.h"

// enum staple_form is the server that a staple is for.
enum staple_form {
    STAPLE_FORM_NONE = 0,  // not said, which is STAPLE_DER
    STAPLE_DER,
    STAPLE_NGINX,
    STAPLE_HAPROXY,
    STAPLE_ENVOY,
};

// enum staple_option names the options that asking_option() does not know.
enum staple_option {
    STAPLE_CERT = 256,
    STAPLE_OUT,
    STAPLE_FORM,
    STAPLE_HAPROXY_SOCKET,
    STAPLE_MODE,
    STAPLE_OWNER,
    STAPLE_RELOAD_HOOK,
    STAPLE_ALERT_HOOK,
    STAPLE_METRICS,
    STAPLE_ONCE,
    STAPLE_FORCE,
    STAPLE_CONFIG,
};

// struct staple_setting is one staple's settings; NULL is one that is not given. `rights` are
// those of the file, `line` is where it ends in the configuration.
struct staple_setting {
    const char *name;
    const char *cert;
    const char *out;
    enum staple_form form;
    const char **issuers;
    size_t n_issuers;
    const char *url;
    const char *haproxy_socket;
    struct output_rights rights;
    const char *reload_hook;
    const char *alert_hook;
    int line;
};

// struct staple_setup is everything: how to ask, what counts for all staples, the staples.
// The texts here belong to `file`, to `texts` or to the arguments.
struct staple_setup {
    struct asking_options asking;
    struct staple_setting defaults;
    struct staple_setting *items;
    size_t n;
    const char *metrics;
    bool once;
    bool force;
    struct settings *file;
    char **texts;
    size_t n_texts;
};

// staple_setup_add adds a staple with that name and no settings.
struct staple_setting *staple_setup_add(struct staple_setup *setup, const char *name);

// staple_setup_free frees everything.
void staple_setup_free(struct staple_setup *setup);

// staple_setting_set sets one of enum staple_option, up to STAPLE_ALERT_HOOK, or the url. Returns
// false after an error line, which begins with `about`.
bool staple_setting_set(const char *about, struct staple_setting *setting, int option,
                        const char *argument);

// staple_setting_set_all sets what counts for all: one of these options as a default, or how to
// ask. Returns false after an error line.
bool staple_setting_set_all(const char *about, struct staple_setup *setup, int option,
                            const char *argument);

// staple_setting_finish completes a staple's settings: defaults, where the file goes. Returns what
// is wrong with them, NULL if nothing is.
const char *staple_setting_finish(struct staple_setup *setup, struct staple_setting *setting);

#endif
