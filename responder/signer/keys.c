// SPDX-License-Identifier: MIT
//
// Loads signers and checks them (RFC 6960 4.2.2.2): a signer that no client would believe is
// refused before it signs.
#include "signer/keys.h"

#include "base/issuer_file.h"
#include "base/log.h"
#include "program/passphrase.h"
#include "signer/packet.h"

#include <ocsp/openssl.h>
#include <ocsp/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// struct loading is the signer that is being loaded, and where the reason of a failure goes.
struct loading {
    struct signers *signers;
    const struct issuer_config *issuer;
    const struct signer_config *signer;
    int64_t now;
    char *why;
    size_t size;
};

static bool fail(const struct loading *loading, const char *about, const char *what)
{
    if (loading->signer != NULL)
        snprintf(loading->why, loading->size, "issuer %s, signer %s: %s: %s", loading->issuer->name,
                 loading->signer->name, about, what);
    else
        snprintf(loading->why, loading->size, "issuer %s: %s: %s", loading->issuer->name, about,
                 what);
    return false;
}

static bool load_cert(const struct loading *loading, const char *file, struct oc_list *certs,
                      struct oc_cert *cert)
{
    struct oc_error err;
    return issuer_file_read(file, certs, cert, &err) || fail(loading, file, err.what);
}

static bool load_issuer(const struct loading *loading, struct signers_issuer *out)
{
    const char *file = loading->issuer->certificate;
    struct oc_cert cert;
    struct oc_error err;
    if (!load_cert(loading, file, &out->certs, &cert))
        return false;
    return oc_issuer_init(&out->issuer, loading->signers->crypto, &cert, &err) == OC_OK ||
           fail(loading, file, err.what);
}

static const char *key_reason(const struct oc_error *err, const struct passphrase *passphrase)
{
    if (err->code != OC_ERR_PASSPHRASE)
        return err->what;
    return passphrase->len < 0 ? "missing passphrase: set passphrase-file"
                               : "cannot decrypt the key with the passphrase in passphrase-file";
}

static bool open_key(const struct loading *loading, struct passphrase *passphrase,
                     struct oc_private_key **key)
{
    const struct oc_openssl_passphrase source = passphrase_source(passphrase);
    struct oc_error err;
    const char *why = passphrase_read(loading->signer->passphrase_file, passphrase);
    if (why != NULL)
        return fail(loading, loading->signer->passphrase_file, why);
    return oc_openssl_key_open(loading->signer->key, &source, key, &err) == OC_OK ||
           fail(loading, "key", key_reason(&err, passphrase));
}

static bool load_key(const struct loading *loading, struct oc_private_key **key)
{
    struct passphrase passphrase;
    bool ok = open_key(loading, &passphrase, key);
    passphrase_forget(&passphrase);
    return ok;
}

// The name of the certificate in messages: its file, or that of the issuer when this is the signer.
static const char *cert_name(const struct loading *loading)
{
    const char *own = loading->signer->certificate;
    return own != NULL ? own : loading->issuer->certificate;
}

static bool is_valid(const struct signer_info *info, int64_t now)
{
    return info->not_before <= now && now <= info->not_after;
}

// The certificate is judged at the moment of its validity that is nearest to now: everything but
// its dates must be right.
static bool may_sign(const struct loading *loading, const struct oc_issuer *issuer,
                     const struct oc_cert *cert, enum oc_signer_kind *kind)
{
    struct oc_policy policy;
    struct oc_error err;
    int64_t at = loading->now < cert->not_after ? loading->now : cert->not_after;
    oc_policy_init(&policy, at > cert->not_before ? at : cert->not_before);
    policy.skew = 0;
    return oc_verify_responder(&policy, issuer, cert, kind, &err) == OC_OK ||
           fail(loading, cert_name(loading), err.what);
}

static bool describe(const struct loading *loading, const struct oc_cert *cert,
                     struct signers_one *out)
{
    const struct oc_crypto *crypto = loading->signers->crypto;
    struct signer_info *info = &out->info;
    snprintf(info->name, sizeof info->name, "%s", loading->signer->name);
    info->not_before = cert->not_before;
    info->not_after = cert->not_after;
    return (crypto->hash(crypto, OC_HASH_SHA256, out->as.issuer->cert.der, info->issuer) == OC_OK &&
            crypto->hash(crypto, OC_HASH_SHA256, cert->der, info->id) == OC_OK) ||
           fail(loading, cert_name(loading), "cannot hash the certificate");
}

// Clients have the issuer's certificate, although some look for it only in the answer, mod_ssl and
// FreeRADIUS for instance. The certificate of a delegate they have from nowhere else.
static bool may_exclude(const struct loading *loading, enum oc_signer_kind kind)
{
    return loading->signer->include_certificate || kind == OC_SIGNER_ISSUER ||
           fail(loading, "include-certificate",
                "clients need the certificate of a delegate (RFC 6960 4.2.2.2)");
}

// The certificate is judged before its key is opened, which may need a token.
static bool load_signer(const struct loading *loading, const struct oc_issuer *issuer,
                        struct signers_one *out)
{
    struct oc_cert cert = issuer->cert;
    enum oc_signer_kind kind;
    struct oc_error err;
    const char *file = loading->signer->certificate;
    out->as.issuer = issuer;
    out->as.config = loading->issuer;
    if ((file != NULL && !load_cert(loading, file, &out->certs, &cert)) ||
        !may_sign(loading, issuer, &cert, &kind) || !may_exclude(loading, kind) ||
        !load_key(loading, &out->key))
        return false;
    if (oc_signer_init(&out->as.signer, loading->signers->crypto, out->key, &cert, NULL, &err) !=
        OC_OK)
        return fail(loading, cert_name(loading), err.what);
    if (!loading->signer->include_certificate)
        out->as.signer.certs = (struct oc_list){0};
    return describe(loading, &cert, out);
}

// The dates are checked again at each signature. Here a signer that has expired, or is not valid
// yet, must not keep the others from signing.
static void check_dates(const struct loading *loading, const struct signers_one *all, size_t n)
{
    size_t n_valid = 0;
    for (size_t i = 0; i < n; i++) {
        const struct signer_info *info = &all[i].info;
        bool is_now = is_valid(info, loading->now);
        n_valid += is_now;
        if (!is_now)
            log_line(
                LOG_WARNING_LINE, "issuer %s, signer %s: %s", loading->issuer->name, info->name,
                info->not_after < loading->now ? "its certificate has expired: remove this signer"
                                               : "its certificate is not valid yet");
    }
    if (n_valid > 0)
        return;
    // The first such issuer is the reason; the others are checked all the same.
    if (!loading->signers->lacks_valid)
        (void)fail(loading, "signers", "no signer is valid now (RFC 6960 3.2)");
    loading->signers->lacks_valid = true;
}

static bool load_one_issuer(struct loading *loading)
{
    struct signers *signers = loading->signers;
    const struct signers_one *own = &signers->all[signers->n];
    struct signers_issuer *issuer = &signers->issuers[signers->n_issuers++];
    if (!load_issuer(loading, issuer))
        return false;
    if (loading->issuer->n_signers == 0)
        return fail(loading, "signers", "missing signer");
    for (size_t i = 0; i < loading->issuer->n_signers; i++) {
        loading->signer = &loading->issuer->signers[i];
        if (!load_signer(loading, &issuer->issuer, &signers->all[signers->n++]))
            return false;
    }
    loading->signer = NULL;
    check_dates(loading, own, loading->issuer->n_signers);
    return true;
}

static bool make_room(const struct config *config, struct signers *signers)
{
    size_t n = 0;
    for (size_t i = 0; i < config->n_issuers; i++)
        n += config->issuers[i].n_signers;
    if (config->n_issuers == 0 || n > PACKET_SIGNERS_MAX)
        return false;
    signers->crypto = oc_openssl_new();
    signers->issuers = calloc(config->n_issuers, sizeof *signers->issuers);
    signers->all = calloc(n + 1, sizeof *signers->all);
    return signers->crypto != NULL && signers->issuers != NULL && signers->all != NULL;
}

static bool load_all(const struct config *config, struct loading *loading)
{
    for (size_t i = 0; i < config->n_issuers; i++) {
        loading->issuer = &config->issuers[i];
        if (!load_one_issuer(loading))
            return false;
    }
    return true;
}

bool signers_load(const struct config *config, int64_t now, struct signers *out, char *why,
                  size_t size)
{
    struct loading loading = {.signers = out, .now = now, .why = why, .size = size};
    *out = (struct signers){0};
    if (!make_room(config, out))
        snprintf(why, size, "out of memory, no issuers, or too many signers");
    else if (load_all(config, &loading))
        return !out->lacks_valid;
    signers_free(out);
    return false;
}

void signers_free(struct signers *signers)
{
    for (size_t i = 0; i < signers->n; i++) {
        oc_openssl_key_free(signers->all[i].key);
        oc_openssl_certs_free(&signers->all[i].certs);
    }
    for (size_t i = 0; i < signers->n_issuers; i++) {
        oc_issuer_cleanup(&signers->issuers[i].issuer);
        oc_openssl_certs_free(&signers->issuers[i].certs);
    }
    free(signers->all);
    free(signers->issuers);
    oc_openssl_free(signers->crypto);
    *signers = (struct signers){0};
}

bool signers_check(const struct config *config, int64_t now, char *why, size_t size)
{
    struct signers signers;
    bool ok = signers_load(config, now, &signers, why, size);
    signers_free(&signers);
    return ok;
}
