// SPDX-License-Identifier: MIT
//
// Parsing the arguments of `ocsp staple`.
#include "staple/options.h"

#include "program/report.h"
#include "staple/config.h"

#include <stdlib.h>
#include <sysexits.h>

int staple_options_parse(const struct command *self, int argc, char **argv,
                         struct staple_options *out)
{
    static const struct option known[] = {
        ASKING_OPTIONS,
        {"config", required_argument, NULL, STAPLE_CONFIG},
        {"cert", required_argument, NULL, STAPLE_CERT},
        {"out", required_argument, NULL, STAPLE_OUT},
        {"form", required_argument, NULL, STAPLE_FORM},
        {"haproxy-socket", required_argument, NULL, STAPLE_HAPROXY_SOCKET},
        {"mode", required_argument, NULL, STAPLE_MODE},
        {"owner", required_argument, NULL, STAPLE_OWNER},
        {"reload-hook", required_argument, NULL, STAPLE_RELOAD_HOOK},
        {"alert-hook", required_argument, NULL, STAPLE_ALERT_HOOK},
        {"metrics", required_argument, NULL, STAPLE_METRICS},
        {"once", no_argument, NULL, STAPLE_ONCE},
        {"force", no_argument, NULL, STAPLE_FORCE},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (struct staple_options){.given = must_alloc((size_t)argc, sizeof *out->given)};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h')
            return -1;
        if (option == '?')
            return EX_USAGE;
        out->given[out->n++] = (struct staple_given){option, optarg};
        if (option == STAPLE_CONFIG)
            out->config = optarg;
    }
    if (optind == argc)
        return EX_OK;
    complain(self->title,
             "unexpected argument \"%s\": specify certificates with --cert or --config",
             argv[optind]);
    return EX_USAGE;
}

void staple_options_free(struct staple_options *options)
{
    free(options->given);
    *options = (struct staple_options){0};
}

static bool set_given(const struct command *self, const struct staple_options *options,
                      struct staple_setup *out)
{
    for (size_t i = 0; i < options->n; i++) {
        const struct staple_given *given = &options->given[i];
        if (given->option != STAPLE_CONFIG &&
            !staple_setting_set_all(self->title, out, given->option, given->argument))
            return false;
    }
    return true;
}

static const char *what_is_wrong(const struct staple_options *options,
                                 const struct staple_setup *setup)
{
    const struct staple_setting *defaults = &setup->defaults;
    if (setup->force && !setup->once)
        return "--force needs --once";
    if (options->config != NULL && (defaults->cert != NULL || defaults->out != NULL))
        return "--config excludes --cert and --out";
    if (options->config == NULL && defaults->cert == NULL)
        return "missing --cert or --config";
    return NULL;
}

// Without a configuration the options describe one staple, named after its certificate's file.
static int finish_one(const struct command *self, struct staple_setup *out)
{
    struct staple_setting *setting = staple_setup_add(out, out->defaults.cert);
    setting->cert = out->defaults.cert;
    setting->out = out->defaults.out;
    setting->haproxy_socket = out->defaults.haproxy_socket;
    const char *wrong = staple_setting_finish(out, setting);
    if (wrong == NULL)
        return EX_OK;
    complain(self->title, "%s", wrong);
    return EX_USAGE;
}

int staple_options_setup(const struct command *self, const struct staple_options *options,
                         struct staple_setup *out)
{
    *out = (struct staple_setup){0};
    asking_options_init(&out->asking, (int)options->n + 1);
    if (options->config != NULL && !staple_config_read(out, options->config, options->n))
        return EX_CONFIG;
    if (!set_given(self, options, out))
        return EX_USAGE;
    const char *wrong = what_is_wrong(options, out);
    if (wrong != NULL) {
        complain(self->title, "%s", wrong);
        return EX_USAGE;
    }
    // The cache would return the answer that is to be replaced.
    if (out->asking.cache_dir == NULL)
        out->asking.no_cache = true;
    if (options->config == NULL)
        return finish_one(self, out);
    return staple_config_finish(out, options->config) ? EX_OK : EX_CONFIG;
}
