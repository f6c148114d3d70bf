// SPDX-License-Identifier: MIT
//
// Settings, each checked as it is set.
#include "staple/setting.h"

#include "program/argument.h"
#include "program/report.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

// Numbers of users and groups; the last one stands for none.
#define ID_MAX INT64_C(4294967294)

// keep takes over a text, and returns it.
static const char *keep(struct staple_setup *setup, char *text)
{
    setup->texts = must_resize(setup->texts, setup->n_texts + 1, sizeof(char *));
    setup->texts[setup->n_texts++] = text;
    return text;
}

struct staple_setting *staple_setup_add(struct staple_setup *setup, const char *name)
{
    if ((setup->n & (setup->n - 1)) == 0)
        setup->items =
            must_resize(setup->items, setup->n == 0 ? 1 : setup->n * 2, sizeof *setup->items);
    struct staple_setting *setting = &setup->items[setup->n++];
    *setting = (struct staple_setting){.name = name};
    return setting;
}

void staple_setup_free(struct staple_setup *setup)
{
    for (size_t i = 0; i < setup->n_texts; i++)
        free(setup->texts[i]);
    free(setup->items);
    free(setup->texts);
    settings_free(setup->file);
    asking_options_free(&setup->asking);
    *setup = (struct staple_setup){0};
}

static bool set_form(const char *about, struct staple_setting *setting, const char *argument)
{
    static const char *const names[] = {[STAPLE_DER] = "der",
                                        [STAPLE_NGINX] = "nginx",
                                        [STAPLE_HAPROXY] = "haproxy",
                                        [STAPLE_ENVOY] = "envoy"};
    for (size_t i = STAPLE_DER; i <= STAPLE_ENVOY; i++) {
        if (strcmp(names[i], argument) == 0) {
            setting->form = (enum staple_form)i;
            return true;
        }
    }
    complain(about, "--form: \"%s\" is not one of der, nginx, haproxy, envoy", argument);
    return false;
}

static bool set_mode(const char *about, struct staple_setting *setting, const char *argument)
{
    size_t len = strlen(argument);
    if (len < 1 || len > 4 || strspn(argument, "01234567") != len ||
        strtoul(argument, NULL, 8) > 0777) {
        complain(about, "--mode: \"%s\" is not an octal number from 0 to 0777", argument);
        return false;
    }
    setting->rights.mode = (mode_t)strtoul(argument, NULL, 8);
    setting->rights.has_mode = true;
    return true;
}

static bool find_user(const char *name, uid_t *out)
{
    int64_t number = 0;
    const struct passwd *user = getpwnam(name);
    if (user != NULL)
        *out = user->pw_uid;
    else if (argument_number(name, ID_MAX, &number))
        *out = (uid_t)number;
    else
        return false;
    return true;
}

static bool find_group(const char *name, gid_t *out)
{
    int64_t number = 0;
    const struct group *group = getgrnam(name);
    if (group != NULL)
        *out = group->gr_gid;
    else if (argument_number(name, ID_MAX, &number))
        *out = (gid_t)number;
    else
        return false;
    return true;
}

static bool set_owner(const char *about, struct staple_setting *setting, const char *argument)
{
    char *user = must_alloc(strlen(argument) + 1, 1);
    memcpy(user, argument, strlen(argument));
    struct output_rights *rights = &setting->rights;
    char *group = strchr(user, ':');
    if (group != NULL)
        *group++ = '\0';
    rights->has_owner = true;
    rights->gid = (gid_t)-1;
    bool ok = find_user(user, &rights->uid) && (group == NULL || find_group(group, &rights->gid));
    free(user);
    if (!ok)
        complain(about, "--owner: \"%s\" is not USER or USER:GROUP of this system", argument);
    return ok;
}

static const char **place_of(struct staple_setting *setting, int option)
{
    switch (option) {
    case STAPLE_CERT:
        return &setting->cert;
    case STAPLE_OUT:
        return &setting->out;
    case STAPLE_HAPROXY_SOCKET:
        return &setting->haproxy_socket;
    case STAPLE_RELOAD_HOOK:
        return &setting->reload_hook;
    case STAPLE_ALERT_HOOK:
        return &setting->alert_hook;
    default:
        return &setting->url;
    }
}

bool staple_setting_set(const char *about, struct staple_setting *setting, int option,
                        const char *argument)
{
    switch (option) {
    case STAPLE_FORM:
        return set_form(about, setting, argument);
    case STAPLE_MODE:
        return set_mode(about, setting, argument);
    case STAPLE_OWNER:
        return set_owner(about, setting, argument);
    default:
        *place_of(setting, option) = argument;
        return true;
    }
}

bool staple_setting_set_all(const char *about, struct staple_setup *setup, int option,
                            const char *argument)
{
    switch (option) {
    case ASKING_NONCE:
        complain(about, "--nonce is not supported: a staple is for all clients, a nonce for one "
                        "(RFC 6960 4.4.1)");
        return false;
    case ASKING_URL:
        setup->asking.url = argument;
        return true;
    case STAPLE_METRICS:
        setup->metrics = argument;
        return true;
    case STAPLE_ONCE:
        setup->once = true;
        return true;
    case STAPLE_FORCE:
        setup->force = true;
        return true;
    default:
        return option < STAPLE_CERT ? asking_option(about, &setup->asking, option, argument)
                                    : staple_setting_set(about, &setup->defaults, option, argument);
    }
}

// stem_len returns the length of a file's name without its ending.
static size_t stem_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash + 1 : path, '.');
    return dot != NULL && dot != path && dot[-1] != '/' ? (size_t)(dot - path) : strlen(path);
}

// own_place returns the default of --out, NULL if the form has none.
static const char *own_place(struct staple_setup *setup, const struct staple_setting *setting)
{
    bool is_nginx = setting->form == STAPLE_NGINX;
    const char *ending = is_nginx ? ".der" : ".ocsp";
    size_t len = is_nginx ? stem_len(setting->cert) : strlen(setting->cert);
    if (!is_nginx && setting->form != STAPLE_HAPROXY)
        return NULL;
    char *name = must_alloc(len + strlen(ending) + 1, 1);
    memcpy(name, setting->cert, len);
    memcpy(name + len, ending, strlen(ending));
    return keep(setup, name);
}

static void take_defaults(struct staple_setting *setting, const struct staple_setup *setup)
{
    static const int texts[] = {STAPLE_HAPROXY_SOCKET, STAPLE_RELOAD_HOOK, STAPLE_ALERT_HOOK,
                                ASKING_URL};
    struct staple_setting defaults = setup->defaults;
    defaults.url = setup->asking.url;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char **place = place_of(setting, texts[i]);
        // An empty text means that the setting is not set, whatever its default is.
        if (*place == NULL)
            *place = *place_of(&defaults, texts[i]);
        if (*place != NULL && (*place)[0] == '\0')
            *place = NULL;
    }
    if (setting->form == STAPLE_FORM_NONE)
        setting->form = defaults.form == STAPLE_FORM_NONE ? STAPLE_DER : defaults.form;
    if (!setting->rights.has_mode) {
        setting->rights.has_mode = defaults.rights.has_mode;
        setting->rights.mode = defaults.rights.mode;
    }
    if (!setting->rights.has_owner) {
        setting->rights.has_owner = defaults.rights.has_owner;
        setting->rights.uid = defaults.rights.uid;
        setting->rights.gid = defaults.rights.gid;
    }
}

const char *staple_setting_finish(struct staple_setup *setup, struct staple_setting *setting)
{
    bool has_own_socket = setting->haproxy_socket != NULL && setting->haproxy_socket[0] != '\0';
    take_defaults(setting, setup);
    if (setting->form != STAPLE_HAPROXY && !has_own_socket)
        setting->haproxy_socket = NULL;
    if (setting->cert == NULL || setting->cert[0] == '\0')
        return "missing cert";
    if (setting->out == NULL)
        setting->out = own_place(setup, setting);
    if (setting->out == NULL || setting->out[0] == '\0')
        return "missing out: only the forms nginx and haproxy have a default";
    if (strcmp(setting->out, setting->cert) == 0)
        return "the staple would replace the certificate";
    if (setting->haproxy_socket != NULL && setting->form != STAPLE_HAPROXY)
        return "haproxy-socket needs the form haproxy";
    return NULL;
}
