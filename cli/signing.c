// SPDX-License-Identifier: MIT
//
// Loading a signer. Error lines say how to fix what is wrong.
#include "signing.h"

#include "key.h"
#include "program/report.h"

#include <string.h>

static bool read_digest(const struct command *self, const char *argument, enum oc_hash *out)
{
    *out = oc_hash_from_name(argument);
    if (*out == OC_HASH_SHA1 || strcmp(argument, "md5") == 0)
        complain(self->title,
                 "--digest: %s is too weak for signatures; use sha224, sha256, sha384 or sha512",
                 argument);
    else if (*out == OC_HASH_OTHER)
        complain(self->title, "--digest: \"%s\" is not one of sha224, sha256, sha384, sha512",
                 argument);
    else
        return true;
    return false;
}

bool signing_option(const struct command *self, struct signing_options *out, int option,
                    const char *argument)
{
    switch (option) {
    case SIGNING_SIGNER:
        out->signer = argument;
        return true;
    case SIGNING_KEY:
        out->key = argument;
        return true;
    case SIGNING_PASSPHRASE:
        out->passphrase_file = argument;
        return true;
    case SIGNING_DIGEST:
        return read_digest(self, argument, &out->digest);
    case SIGNING_PSS:
        out->pss = true;
        return true;
    default:
        return false;
    }
}

bool signing_is_used(const struct signing_options *options)
{
    return options->signer != NULL || options->key != NULL || options->passphrase_file != NULL ||
           options->digest != OC_HASH_OTHER || options->pss;
}

bool signing_load_cert(struct signing *signing, const struct signing_options *options,
                       const struct found *issuer)
{
    const struct found *found = issuer;
    if (options->signer != NULL) {
        if (!certs_load(&signing->certs, options->signer, true))
            return false;
        found = &signing->certs.targets[0];
    }
    signing->file = found->file;
    signing->cert = found->cert;
    return true;
}

static const char *remedy(enum oc_err code)
{
    switch (code) {
    case OC_ERR_DELEGATE_ISSUER:
        return "; --signer needs a certificate that --issuer has issued";
    case OC_ERR_DELEGATE_PURPOSE:
        return "; --signer needs the extended key usage OCSPSigning";
    case OC_ERR_DELEGATE_TIME:
        return "; use another --signer or --produced-at";
    case OC_ERR_KEY_MISMATCH:
        return "; --key must be the private key of this certificate";
    case OC_ERR_WEAK_HASH:
    case OC_ERR_CRITICAL:
        return "; use another --signer";
    case OC_ERR_WEAK_KEY:
        return "; use a larger key";
    default:
        return "";
    }
}

void signing_refuse(const struct signing *signing, const struct oc_error *err)
{
    complain(signing->file, "%s%s", err->what, remedy(err->code));
}

bool signing_load_key(struct signing *signing, const struct signing_options *options,
                      const struct oc_crypto *crypto)
{
    struct oc_algorithm algorithm;
    struct oc_error err;
    if (oc_sign_algorithm(&signing->cert, options->digest, options->pss, &algorithm, &err) !=
        OC_OK) {
        signing_refuse(signing, &err);
        return false;
    }
    signing->key = key_load(options->key, options->passphrase_file);
    if (signing->key == NULL)
        return false;
    if (oc_signer_init(&signing->signer, crypto, signing->key, &signing->cert, &algorithm, &err) ==
        OC_OK)
        return true;
    signing_refuse(signing, &err);
    return false;
}

void signing_free(struct signing *signing)
{
    oc_openssl_key_free(signing->key);
    certs_free(&signing->certs);
    *signing = (struct signing){0};
}
