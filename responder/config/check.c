// SPDX-License-Identifier: MIT
//
// The checks of a configuration as a whole.
#include "config/check.h"

#include "base/listen_address.h"
#include "config/prefix.h"
#include "config/value.h"
#include "program/argument.h"
#include "program/input.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    ISSUERS_MAX = 1000,
    SIGNERS_MAX = 16,
    SOURCE_FILES_MAX = 256,
    ADDRESSES_MAX = LISTEN_MAX / 2 - 1,
};

// fail reports an error in the line of a setting, or, for NULL and for a setting that is not set,
// in the last line of its section.
__attribute__((format(printf, 4, 5))) static bool fail(struct settings_error *err,
                                                       const struct settings_section *section,
                                                       const char *name, const char *format, ...)
{
    va_list args;
    err->line = name != NULL ? settings_line(section, name) : section->line;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

// Names appear in logs and in the labels of metrics.
static bool check_name(const struct settings_section *section, struct settings_error *err)
{
    const char *name = section->title;
    if (name[0] == '\0' || strlen(name) > CONFIG_NAME_MAX)
        return fail(err, section, NULL, "the name of the %s must have 1 to %d bytes", section->kind,
                    CONFIG_NAME_MAX);
    for (; *name != '\0'; name++) {
        if (iscntrl((unsigned char)*name) || strchr("\"\\", *name) != NULL)
            return fail(err, section, NULL,
                        "the name of the %s contains a quote, a backslash or a control character",
                        section->kind);
    }
    return true;
}

static bool check_signer(const struct settings_section *section, struct settings_error *err)
{
    if (!check_name(section, err))
        return false;
    return settings_find(section, "key") != NULL ||
           fail(err, section, NULL, "signer \"%s\" has no key", section->title);
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool check_apart(const struct settings_section *section, const struct signer_config *one,
                        const struct signer_config *earlier, struct settings_error *err)
{
    if (!is_same(one->certificate, earlier->certificate))
        return true;
    if (one->certificate == NULL)
        return fail(err, section, NULL,
                    "signers \"%s\" and \"%s\" have no certificate: only one can be the issuer "
                    "itself",
                    earlier->name, one->name);
    return fail(err, section, "certificate", "signer \"%s\" has the certificate of signer \"%s\"",
                one->name, earlier->name);
}

static bool check_signers(const struct settings_section *section,
                          const struct issuer_config *issuer, struct settings_error *err)
{
    if (issuer->n_signers == 0)
        return fail(err, section, NULL, "issuer \"%s\" has no signer", issuer->name);
    if (issuer->n_signers > SIGNERS_MAX)
        return fail(err, section, NULL, "issuer \"%s\" has more than %d signers", issuer->name,
                    SIGNERS_MAX);
    for (size_t i = 0; i < issuer->n_signers; i++) {
        if (!check_signer(&section->sections[i], err))
            return false;
        for (size_t k = 0; k < i; k++) {
            if (!check_apart(&section->sections[i], &issuer->signers[i], &issuer->signers[k], err))
                return false;
        }
    }
    return true;
}

// A certificate revocation list does not say what was issued, which "good" depends on (RFC 6960
// 2.2). The operator has to accept that in so many words.
static bool check_crl(const struct settings_section *section, const struct issuer_config *issuer,
                      struct settings_error *err)
{
    if (!issuer->insecure_good_if_not_revoked)
        return fail(err, section, "source",
                    "source = crl needs insecure-good-if-not-revoked = true: a CRL does not say "
                    "which certificates were issued, so all that it does not list are good, "
                    "even those that were never issued");
    if (settings_find(section, "unknown-serial") != NULL)
        return fail(err, section, "unknown-serial",
                    "unknown-serial excludes insecure-good-if-not-revoked, which makes every "
                    "serial number good that the CRL does not list");
    return true;
}

static bool check_database(const struct config *config, const struct settings_section *section,
                           const struct issuer_config *issuer, struct settings_error *err)
{
    if (issuer->n_source_files > 0)
        return fail(err, section, "source-file",
                    "source-file needs source = index or crl; the statuses of issuer "
                    "\"%s\" are in the database",
                    issuer->name);
    return config->database != NULL ||
           fail(err, section, "source",
                "issuer \"%s\" has its statuses in the database, but no database is set",
                issuer->name);
}

static bool check_source_files(const struct settings_section *section,
                               const struct issuer_config *issuer, struct settings_error *err)
{
    if (issuer->n_source_files == 0)
        return fail(err, section, "source",
                    "issuer \"%s\" has no source-file, which its source needs", issuer->name);
    if (issuer->source == SOURCE_INDEX && issuer->n_source_files > 1)
        return fail(err, section, "source-file", "source = index needs exactly one source-file");
    if (issuer->n_source_files > SOURCE_FILES_MAX)
        return fail(err, section, "source-file", "source-file has more than %d files",
                    SOURCE_FILES_MAX);
    for (size_t i = 1; i < issuer->n_source_files; i++) {
        for (size_t k = 0; k < i; k++) {
            if (is_same(issuer->source_files[i], issuer->source_files[k]))
                return fail(err, section, "source-file", "source-file has \"%s\" twice",
                            issuer->source_files[i]);
        }
    }
    return true;
}

// Settings that say how much CRLs are trusted mean nothing for other sources.
static bool check_without_crl(const struct settings_section *section, struct settings_error *err)
{
    static const char *const names[] = {"source-complete", "user-certs-only", "insecure-crl-sha1",
                                        "insecure-crl-without-next-update"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (settings_find(section, names[i]) != NULL)
            return fail(err, section, names[i], "%s needs source = crl", names[i]);
    }
    return true;
}

static bool check_source(const struct config *config, const struct settings_section *section,
                         const struct issuer_config *issuer, struct settings_error *err)
{
    if (issuer->source == SOURCE_DATABASE) {
        if (!check_database(config, section, issuer, err))
            return false;
    } else if (!check_source_files(section, issuer, err)) {
        return false;
    }
    if (issuer->source == SOURCE_CRL)
        return check_crl(section, issuer, err);
    if (issuer->insecure_good_if_not_revoked)
        return fail(err, section, "insecure-good-if-not-revoked",
                    "insecure-good-if-not-revoked needs source = crl; other sources know which "
                    "certificates were issued");
    return check_without_crl(section, err);
}

static bool check_compromise(const struct settings_section *section, struct issuer_config *issuer,
                             struct settings_error *err)
{
    static const char name[] = "ca-compromised";
    if (issuer->ca_compromised == NULL)
        return true;
    if (!argument_time(issuer->ca_compromised, &issuer->ca_compromised_at))
        return fail(err, section, name,
                    "%s is \"%s\": it must be a time like 2024-04-03T12:00:00Z, or seconds since "
                    "1970",
                    name, issuer->ca_compromised);
    return issuer->ca_compromised_at <= (int64_t)time(NULL) ||
           fail(err, section, name, "%s is \"%s\", which lies in the future", name,
                issuer->ca_compromised);
}

// The default gives way to a shorter validity.
static bool check_times(const struct settings_section *section, struct issuer_config *issuer,
                        struct settings_error *err)
{
    if (issuer->max_age <= issuer->validity)
        return true;
    if (settings_find(section, "max-age") != NULL)
        return fail(err, section, "max-age",
                    "max-age is above validity: caches would keep answers that have expired");
    issuer->max_age = issuer->validity;
    return true;
}

static bool check_issuer(const struct config *config, const struct settings_section *section,
                         struct issuer_config *issuer, struct settings_error *err)
{
    if (!check_name(section, err))
        return false;
    if (issuer->certificate == NULL)
        return fail(err, section, NULL, "issuer \"%s\" has no certificate", issuer->name);
    return check_source(config, section, issuer, err) && check_compromise(section, issuer, err) &&
           check_times(section, issuer, err) && check_signers(section, issuer, err);
}

static bool check_issuers(const struct config *config, const struct settings_section *root,
                          struct settings_error *err)
{
    struct issuer_config *issuers = config->issuers;
    if (config->n_issuers == 0)
        return settings_fail(err, 0, "missing section issuer");
    if (config->n_issuers > ISSUERS_MAX)
        return settings_fail(err, 0, "more than %d issuers", ISSUERS_MAX);
    for (size_t i = 0; i < config->n_issuers; i++) {
        const struct settings_section *section = &root->sections[i];
        if (!check_issuer(config, section, &issuers[i], err))
            return false;
        for (size_t k = 0; k < i; k++) {
            if (is_same(issuers[i].certificate, issuers[k].certificate))
                return fail(err, section, "certificate",
                            "issuer \"%s\" has the certificate of issuer \"%s\"", issuers[i].name,
                            issuers[k].name);
        }
    }
    return true;
}

// The folder of the file has made the path of a Unix socket longer.
static bool check_address(const struct settings_section *root, const char *name,
                          const char *address, struct settings_error *err)
{
    char reason[200];
    return listen_address_check(address, reason, sizeof reason) ||
           fail(err, root, name, "%s is \"%s\": %s", name, address, reason);
}

static bool check_beside(const struct config *config, const struct settings_section *root, size_t i,
                         struct settings_error *err)
{
    const char *const *all = config->listen;
    for (size_t k = 0; k < i; k++) {
        if (is_same(all[i], all[k]))
            return fail(err, root, "listen", "listen has \"%s\" twice", all[i]);
        if (listen_address_overlap(all[i], all[k]))
            return fail(err, root, "listen", "listen has \"%s\" and \"%s\", which overlap", all[k],
                        all[i]);
    }
    const char *admin = config->admin_listen;
    if (admin == NULL || !listen_address_overlap(all[i], admin))
        return true;
    if (is_same(all[i], admin))
        return fail(err, root, "admin-listen", "admin-listen is in listen already");
    return fail(err, root, "admin-listen",
                "admin-listen is \"%s\", which overlaps \"%s\" of listen", admin, all[i]);
}

static bool check_listen(const struct config *config, const struct settings_section *root,
                         struct settings_error *err)
{
    if (config->n_listen > ADDRESSES_MAX)
        return fail(err, root, "listen", "listen has more than %d addresses", ADDRESSES_MAX);
    for (size_t i = 0; i < config->n_listen; i++) {
        if (!check_address(root, "listen", config->listen[i], err) ||
            !check_beside(config, root, i, err))
            return false;
    }
    return true;
}

static bool check_admin(const struct config *config, const struct settings_section *root,
                        struct settings_error *err)
{
    const char *address = config->admin_listen;
    if (address == NULL)
        return true;
    if (!check_address(root, "admin-listen", address, err))
        return false;
    if (address[0] != '*' && strcmp(address, "systemd") != 0)
        return true;
    return fail(err, root, "admin-listen",
                "admin-listen must be one socket: use ADDRESS:PORT or unix:PATH");
}

// An eighth by default, so that no address can take the place of all others.
static bool check_connections(struct config *config, const struct settings_section *root,
                              struct settings_error *err)
{
    const char *name = "max-connections-per-address";
    if (settings_find(root, name) == NULL)
        config->max_connections_per_address = (config->max_connections + 7) / 8;
    return config->max_connections_per_address <= config->max_connections ||
           fail(err, root, name, "%s is above max-connections", name);
}

bool config_check_policy(struct config *config, const struct settings_section *root,
                         struct settings_error *err)
{
    return check_listen(config, root, err) && check_admin(config, root, err) &&
           prefix_collect(config, root, err) && check_connections(config, root, err) &&
           check_issuers(config, root, err);
}

// enum use is what a file is for: the worker opens it, this process reads it, or it is a secret,
// too.
enum use { USE_SERVED, USE_READ, USE_SECRET };

static bool check_file(const struct settings_section *section, const char *name, const char *path,
                       enum use use, struct settings_error *err)
{
    struct stat st;
    if (path == NULL)
        return true;
    // Keys are read before rights are given up, as this process would.
    if (stat(path, &st) != 0 || (use != USE_SERVED && access(path, R_OK) != 0))
        return fail(err, section, name, "%s: %s: %s%s", name, path, strerror(errno),
                    errno == ENOENT && strcmp(name, "database") == 0 ? "; create it with ocspd init"
                                                                     : "");
    if (S_ISDIR(st.st_mode))
        return fail(err, section, name, "%s: %s: %s", name, path, strerror(EISDIR));
    if (use == USE_SECRET && S_ISREG(st.st_mode) && input_is_exposed(st.st_mode))
        return fail(err, section, name,
                    "%s: %s: others may read or write it: its mode is %04o, and should be 0600",
                    name, path, (unsigned)st.st_mode & 07777);
    return true;
}

static bool check_signer_files(const struct settings_section *section,
                               const struct signer_config *signer, struct settings_error *err)
{
    const char *key = value_is_uri(signer->key) ? NULL : signer->key;
    return check_file(section, "certificate", signer->certificate, USE_READ, err) &&
           check_file(section, "key", key, USE_SECRET, err) &&
           check_file(section, "passphrase-file", signer->passphrase_file, USE_SECRET, err);
}

static bool check_issuer_files(const struct settings_section *section,
                               const struct issuer_config *issuer, struct settings_error *err)
{
    bool ok = check_file(section, "certificate", issuer->certificate, USE_READ, err);
    for (size_t i = 0; ok && i < issuer->n_source_files; i++)
        ok = check_file(section, "source-file", issuer->source_files[i], USE_SERVED, err);
    for (size_t i = 0; ok && i < issuer->n_signers; i++)
        ok = check_signer_files(&section->sections[i], &issuer->signers[i], err);
    return ok;
}

bool config_check_files(const struct config *config, const struct settings_section *root,
                        struct settings_error *err)
{
    if (config->user != NULL && getpwnam(config->user) == NULL)
        return fail(err, root, "user", "user: unknown user \"%s\"", config->user);
    bool ok = check_file(root, "database", config->database, USE_SERVED, err);
    for (size_t i = 0; ok && i < config->n_issuers; i++)
        ok = check_issuer_files(&root->sections[i], &config->issuers[i], err);
    return ok;
}
