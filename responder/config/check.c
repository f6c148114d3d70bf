// SPDX-License-Identifier: MIT
//
// What each setting alone does not show: combinations that cannot work or would say too much, and
// files that are not there or that anybody could read.
#include "base/listen_address.h"
#include "config/parts.h"
#include "program/input.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ISSUERS_MAX = 1000, SIGNERS_MAX = 16 };

// Names stand in logs and in the labels of metrics.
static bool check_name(struct scan *scan, cfg_t *section)
{
    const char *name = cfg_title(section);
    if (name[0] == '\0' || strlen(name) > CONFIG_NAME_MAX)
        return scan_fail(scan, section->line, "the name of the %s must have 1 to %d octets",
                         section->name, CONFIG_NAME_MAX);
    for (; *name != '\0'; name++) {
        if (iscntrl((unsigned char)*name) || strchr("\"\\", *name) != NULL)
            return scan_fail(scan, section->line,
                             "the name of the %s has a quote, a backslash or a control character",
                             section->name);
    }
    return true;
}

static bool check_signer(struct scan *scan, cfg_t *section)
{
    if (!check_name(scan, section))
        return false;
    if (!is_given(section, "key"))
        return scan_fail(scan, section->line, "signer \"%s\" has no key", cfg_title(section));
    return true;
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool fail_same(struct scan *scan, cfg_t *section, const struct signer_config *a,
                      const struct signer_config *b)
{
    if (a->certificate == NULL)
        return scan_fail(scan, section->line,
                         "signers \"%s\" and \"%s\" have no certificate: only one can be the "
                         "issuer itself",
                         b->name, a->name);
    return scan_fail(scan, line_of(section, "certificate"),
                     "signer \"%s\" has the certificate of signer \"%s\"", a->name, b->name);
}

static bool check_signers(struct scan *scan, cfg_t *section, const struct issuer_config *issuer)
{
    if (issuer->n_signers == 0)
        return scan_fail(scan, section->line, "issuer \"%s\" has no signer", issuer->name);
    if (issuer->n_signers > SIGNERS_MAX)
        return scan_fail(scan, section->line, "issuer \"%s\" has more than %d signers",
                         issuer->name, SIGNERS_MAX);
    for (unsigned i = 0; i < issuer->n_signers; i++) {
        cfg_t *signer = cfg_getnsec(section, "signer", i);
        if (!check_signer(scan, signer))
            return false;
        for (unsigned k = 0; k < i; k++) {
            if (is_same(issuer->signers[i].certificate, issuer->signers[k].certificate))
                return fail_same(scan, signer, &issuer->signers[i], &issuer->signers[k]);
        }
    }
    return true;
}

// A certificate revocation list does not tell what was issued (RFC 6960 2.2 wants to know that for
// "good"), so who takes one has to say that he knows.
static bool check_crl(struct scan *scan, cfg_t *section, const struct issuer_config *issuer)
{
    if (!issuer->insecure_good_if_not_revoked)
        return scan_fail(scan, line_of(section, "source"),
                         "a CRL does not tell what was issued, so nothing could be called good; "
                         "insecure-good-if-not-revoked = true calls good what it does not list, "
                         "certificates that were never issued too");
    if (is_given(section, "unknown-serial"))
        return scan_fail(scan, line_of(section, "unknown-serial"),
                         "unknown-serial has no use with insecure-good-if-not-revoked: no serial "
                         "number is unknown then");
    return true;
}

static bool check_source(struct scan *scan, cfg_t *section, const struct issuer_config *issuer)
{
    bool is_database = issuer->source == SOURCE_DATABASE;
    if (is_database && issuer->source_file != NULL)
        return scan_fail(scan, line_of(section, "source-file"),
                         "source-file is for source = \"index\" and \"crl\"; the statuses of "
                         "issuer \"%s\" are in the database",
                         issuer->name);
    if (is_database && scan->config->database == NULL)
        return scan_fail(scan, line_of(section, "source"),
                         "issuer \"%s\" has its statuses in the database, but no database is set",
                         issuer->name);
    if (!is_database && issuer->source_file == NULL)
        return scan_fail(scan, line_of(section, "source"),
                         "issuer \"%s\" has no source-file, which its source needs", issuer->name);
    if (issuer->source == SOURCE_CRL)
        return check_crl(scan, section, issuer);
    if (issuer->insecure_good_if_not_revoked)
        return scan_fail(scan, line_of(section, "insecure-good-if-not-revoked"),
                         "insecure-good-if-not-revoked is for source = \"crl\"; this source tells "
                         "what was issued");
    return true;
}

// The default gives way to a validity that is shorter.
static bool check_times(struct scan *scan, cfg_t *section, struct issuer_config *issuer)
{
    if (issuer->max_age <= issuer->validity)
        return true;
    if (is_given(section, "max-age"))
        return scan_fail(scan, line_of(section, "max-age"),
                         "max-age is above validity: caches would keep answers that have expired");
    issuer->max_age = issuer->validity;
    return true;
}

static bool check_issuer(struct scan *scan, cfg_t *section, struct issuer_config *issuer)
{
    if (!check_name(scan, section))
        return false;
    if (issuer->certificate == NULL)
        return scan_fail(scan, section->line, "issuer \"%s\" has no certificate", issuer->name);
    return check_source(scan, section, issuer) && check_times(scan, section, issuer) &&
           check_signers(scan, section, issuer);
}

static bool check_issuers(struct scan *scan, cfg_t *root)
{
    const struct config *config = scan->config;
    if (config->n_issuers == 0)
        return scan_fail(scan, 0, "no issuer is set");
    if (config->n_issuers > ISSUERS_MAX)
        return scan_fail(scan, 0, "more than %d issuers", ISSUERS_MAX);
    for (unsigned i = 0; i < config->n_issuers; i++) {
        cfg_t *section = cfg_getnsec(root, "issuer", i);
        if (!check_issuer(scan, section, &config->issuers[i]))
            return false;
        for (unsigned k = 0; k < i; k++) {
            if (is_same(config->issuers[i].certificate, config->issuers[k].certificate))
                return scan_fail(scan, line_of(section, "certificate"),
                                 "issuer \"%s\" has the certificate of issuer \"%s\"",
                                 config->issuers[i].name, config->issuers[k].name);
        }
    }
    return true;
}

// The path of a Unix socket has become longer by the folder of the file.
static bool check_address(struct scan *scan, cfg_t *root, const char *name, const char *address)
{
    char reason[200];
    return listen_address_check(address, reason, sizeof reason) ||
           scan_fail(scan, line_of(root, name), "%s is \"%s\": %s", name, address, reason);
}

static bool check_beside(struct scan *scan, cfg_t *root, size_t i)
{
    const char *const *all = scan->config->listen;
    for (size_t k = 0; k < i; k++) {
        if (is_same(all[i], all[k]))
            return scan_fail(scan, line_of(root, "listen"), "listen has \"%s\" twice", all[i]);
        if (listen_address_overlap(all[i], all[k]))
            return scan_fail(scan, line_of(root, "listen"),
                             "listen has \"%s\" and \"%s\", which overlap", all[k], all[i]);
    }
    return true;
}

static bool check_beside_admin(struct scan *scan, cfg_t *root, const char *address)
{
    const char *admin = scan->config->admin_listen;
    if (admin == NULL || !listen_address_overlap(address, admin))
        return true;
    if (is_same(address, admin))
        return scan_fail(scan, line_of(root, "admin-listen"), "admin-listen is in listen already");
    return scan_fail(scan, line_of(root, "admin-listen"),
                     "admin-listen is \"%s\", which overlaps \"%s\" of listen", admin, address);
}

static bool check_listen(struct scan *scan, cfg_t *root)
{
    const struct config *config = scan->config;
    if (config->n_listen > LISTEN_MAX / 2 - 1)
        return scan_fail(scan, line_of(root, "listen"), "listen has more than %d addresses",
                         LISTEN_MAX / 2 - 1);
    for (size_t i = 0; i < config->n_listen; i++) {
        if (!check_address(scan, root, "listen", config->listen[i]) ||
            !check_beside(scan, root, i) || !check_beside_admin(scan, root, config->listen[i]))
            return false;
    }
    return config->admin_listen == NULL ||
           check_address(scan, root, "admin-listen", config->admin_listen);
}

static bool check_admin(struct scan *scan, cfg_t *root)
{
    const char *address = scan->config->admin_listen;
    if (address == NULL || (address[0] != '*' && strcmp(address, "systemd") != 0))
        return true;
    return scan_fail(scan, line_of(root, "admin-listen"),
                     "admin-listen is one socket: name an address, or \"unix:PATH\"");
}

static bool check_prefix(struct scan *scan, cfg_t *root)
{
    const char *prefix = scan->config->path_prefix;
    size_t len = strlen(prefix);
    if (len == 0 || (prefix[0] == '/' && prefix[strcspn(prefix, " %?#")] == '\0'))
        return true;
    return scan_fail(scan, line_of(root, "path-prefix"),
                     "path-prefix must begin with / and have no space, %%, ? or #");
}

// Who says nothing of it gets an eighth: one address shall not keep all others out.
static bool check_connections(struct scan *scan, cfg_t *root)
{
    struct config *config = scan->config;
    if (!is_given(root, "max-connections-per-address"))
        config->max_connections_per_address = (config->max_connections + 7) / 8;
    if (config->max_connections_per_address <= config->max_connections)
        return true;
    return scan_fail(scan, line_of(root, "max-connections-per-address"),
                     "max-connections-per-address is above max-connections");
}

bool config_check_policy(struct scan *scan, cfg_t *root)
{
    return check_listen(scan, root) && check_admin(scan, root) && check_prefix(scan, root) &&
           check_connections(scan, root) && check_issuers(scan, root);
}

// enum use is what a file is for: who serves looks at it, who has the keys reads it, or it is also
// a secret.
enum use { USE_SERVED, USE_READ, USE_SECRET };

static bool check_file(struct scan *scan, cfg_t *section, const char *name, const char *path,
                       enum use use)
{
    struct stat st;
    if (path == NULL)
        return true;
    // Keys are read before rights are given up, as this process would.
    if (stat(path, &st) != 0 || (use != USE_SERVED && access(path, R_OK) != 0))
        return scan_fail(scan, line_of(section, name), "%s: %s: %s", name, path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return scan_fail(scan, line_of(section, name), "%s: %s: a folder", name, path);
    if (use == USE_SECRET && S_ISREG(st.st_mode) && input_is_exposed(st.st_mode))
        return scan_fail(scan, line_of(section, name),
                         "%s: %s: others may read or write it: its mode is %04o, and should be "
                         "0600",
                         name, path, (unsigned)st.st_mode & 07777);
    return true;
}

static bool check_signer_files(struct scan *scan, cfg_t *section,
                               const struct signer_config *signer)
{
    const char *key = value_is_uri(signer->key) ? NULL : signer->key;
    return check_file(scan, section, "certificate", signer->certificate, USE_READ) &&
           check_file(scan, section, "key", key, USE_SECRET) &&
           check_file(scan, section, "passphrase-file", signer->passphrase_file, USE_SECRET);
}

static bool check_issuer_files(struct scan *scan, cfg_t *section,
                               const struct issuer_config *issuer)
{
    bool is_well = check_file(scan, section, "certificate", issuer->certificate, USE_READ) &&
                   check_file(scan, section, "source-file", issuer->source_file, USE_SERVED);
    for (unsigned i = 0; is_well && i < issuer->n_signers; i++)
        is_well = check_signer_files(scan, cfg_getnsec(section, "signer", i), &issuer->signers[i]);
    return is_well;
}

static bool check_user(struct scan *scan, cfg_t *root)
{
    const char *user = scan->config->user;
    errno = 0;
    if (user == NULL || getpwnam(user) != NULL)
        return true;
    return scan_fail(scan, line_of(root, "user"), "user: there is no user \"%s\"", user);
}

bool config_check_files(struct scan *scan, cfg_t *root)
{
    const struct config *config = scan->config;
    bool is_well = check_user(scan, root);
    if (is_well && config->database != NULL)
        is_well = check_file(scan, root, "database", config->database, USE_SERVED);
    for (unsigned i = 0; is_well && i < config->n_issuers; i++)
        is_well = check_issuer_files(scan, cfg_getnsec(root, "issuer", i), &config->issuers[i]);
    return is_well;
}
