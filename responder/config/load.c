// SPDX-License-Identifier: MIT
//
// The configuration as a structure, which owns what program/settings.h has read.
#include "config/load.h"

#include "config/check.h"
#include "config/settings.h"
#include "program/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// struct whole is a configuration and its memory.
struct whole {
    struct config config;
    struct settings *settings;
    atomic_uint n_owners;
};

static bool no_memory(struct settings_error *err)
{
    return settings_fail(err, 0, "out of memory");
}

static bool take_signer(struct settings *settings, const struct settings_section *section,
                        struct signer_config *signer, struct settings_error *err)
{
    signer->name = section->title;
    return settings_fill(settings, section, signer_settings, signer, err);
}

static bool take_issuer(struct settings *settings, const struct settings_section *section,
                        struct issuer_config *issuer, struct settings_error *err)
{
    issuer->name = section->title;
    issuer->n_signers = section->n_sections;
    issuer->signers = settings_keep(settings, issuer->n_signers * sizeof *issuer->signers);
    if (issuer->signers == NULL)
        return no_memory(err);
    bool ok = settings_fill(settings, section, issuer_settings, issuer, err);
    for (size_t i = 0; ok && i < issuer->n_signers; i++)
        ok = take_signer(settings, &section->sections[i], &issuer->signers[i], err);
    return ok;
}

static bool take(struct settings *settings, struct config *config, struct settings_error *err)
{
    const struct settings_section *root = &settings->root;
    config->file = settings->file;
    config->n_issuers = root->n_sections;
    config->issuers = settings_keep(settings, config->n_issuers * sizeof *config->issuers);
    if (config->issuers == NULL)
        return no_memory(err);
    bool ok = settings_fill(settings, root, config_settings, config, err);
    // "" disables it.
    if (ok && config->admin_listen[0] == '\0')
        config->admin_listen = NULL;
    for (size_t i = 0; ok && i < config->n_issuers; i++)
        ok = take_issuer(settings, &root->sections[i], &config->issuers[i], err);
    return ok;
}

static bool read_whole(struct whole *whole, const char *file, const char *text, bool has_files,
                       struct settings_error *err)
{
    whole->settings = settings_parse(file, text, &config_form, SETTINGS_STRICT, err);
    if (whole->settings == NULL)
        return false;
    const struct settings_section *root = &whole->settings->root;
    return take(whole->settings, &whole->config, err) &&
           config_check_policy(&whole->config, root, err) &&
           (!has_files || config_check_files(&whole->config, root, err));
}

static struct config *parse(const char *file, const char *text, bool has_files, char *why,
                            size_t size)
{
    struct settings_error err = {.text = "out of memory"};
    struct whole *whole = calloc(1, sizeof *whole);
    if (whole != NULL) {
        atomic_init(&whole->n_owners, 1);
        if (read_whole(whole, file, text, has_files, &err))
            return &whole->config;
        config_free(&whole->config);
    }
    if (err.line > 0)
        snprintf(why, size, "%s:%d: %s", file, err.line, err.text);
    else
        snprintf(why, size, "%s: %s", file, err.text);
    return NULL;
}

struct config *config_parse(const char *file, const char *text, char *why, size_t size)
{
    return parse(file, text, false, why, size);
}

struct config *config_inspect(const char *file, const char *text, char *why, size_t size)
{
    return parse(file, text, true, why, size);
}

// read_all returns what is wrong, NULL if nothing is.
static const char *read_all(int fd, char *text)
{
    ssize_t len = input_fill(fd, text, SETTINGS_MAX + 1);
    if (len < 0)
        return strerror(errno);
    if (len > SETTINGS_MAX)
        return "larger than 1 MiB";
    return memchr(text, '\0', (size_t)len) != NULL ? "not a text file: it contains a NUL byte"
                                                   : NULL;
}

char *config_read(const char *file, char *why, size_t size)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    const char *wrong = fd == -1 ? strerror(errno) : "out of memory";
    char *text = calloc(1, SETTINGS_MAX + 2);
    if (fd != -1 && text != NULL)
        wrong = read_all(fd, text);
    if (fd != -1)
        close(fd);
    if (wrong == NULL)
        return text;
    snprintf(why, size, "%s: %s", file, wrong);
    free(text);
    return NULL;
}

struct config *config_load(const char *file, char *why, size_t size)
{
    char *text = config_read(file, why, size);
    struct config *config = text != NULL ? config_parse(file, text, why, size) : NULL;
    free(text);
    return config;
}

struct config *config_hold(struct config *config)
{
    atomic_fetch_add(&((struct whole *)config)->n_owners, 1);
    return config;
}

void config_free(struct config *config)
{
    struct whole *whole = (struct whole *)config;
    if (whole == NULL || atomic_fetch_sub(&whole->n_owners, 1) > 1)
        return;
    settings_free(whole->settings);
    free(whole);
}
