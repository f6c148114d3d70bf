// SPDX-License-Identifier: MIT
//
// The store that is a CRL (RFC 5280 5), verified by the issuer's key. A CRL tells what is revoked,
// not what was issued: what is not in it was never issued, unless the configuration says that it
// may be taken for good.
#include "store/file.h"
#include "store/kind.h"

#include <ocsp/der.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

// Some millions of revocations.
#define CRL_MAX ((size_t)256 << 20)

// struct crl_source is what CRLs are judged by.
struct crl_source {
    const struct oc_issuer *issuer;
    bool insecure_good_if_not_revoked;
};

static bool refuse(const char *path, const char *why)
{
    ERR_clear_error();
    return store_fail(STORE_FAULT_DATA, "%s: %s", path, why);
}

static X509_CRL *decode_der(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)len);
    if (crl == NULL || at == (const unsigned char *)text + len)
        return crl;
    X509_CRL_free(crl);
    return NULL;
}

// PEM or DER; a PEM block may have text around it.
static X509_CRL *decode(const char *text, size_t len)
{
    if (len == 0 || len > INT_MAX)
        return NULL;
    if (text[0] == OC_DER_SEQUENCE)
        return decode_der(text, len);
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    X509_CRL *crl = bio == NULL ? NULL : PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return crl;
}

static bool has_name(const X509_CRL *crl, const struct oc_issuer *issuer)
{
    const unsigned char *at = issuer->cert.subject.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)issuer->cert.subject.len);
    bool ok = name != NULL && X509_NAME_cmp(name, X509_CRL_get_issuer(crl)) == 0;
    X509_NAME_free(name);
    return ok;
}

static bool has_signature(X509_CRL *crl, const struct oc_issuer *issuer)
{
    const unsigned char *at = issuer->cert.spki.data;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)issuer->cert.spki.len);
    bool ok = key != NULL && X509_CRL_verify(crl, key) == 1;
    EVP_PKEY_free(key);
    return ok;
}

// The hash of RSASSA-PSS stands in its parameters, and is SHA-1 when it does not (RFC 4055 3.1).
static bool read_pss_digest(const X509_CRL *crl, int *digest)
{
    const X509_ALGOR *algorithm;
    int type;
    const void *value;
    X509_CRL_get0_signature(crl, NULL, &algorithm);
    X509_ALGOR_get0(NULL, &type, &value, algorithm);
    *digest = NID_sha1;
    if (type != V_ASN1_SEQUENCE)
        return true;
    RSA_PSS_PARAMS *pss = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    bool ok = pss != NULL;
    if (ok && pss->hashAlgorithm != NULL)
        *digest = OBJ_obj2nid(pss->hashAlgorithm->algorithm);
    RSA_PSS_PARAMS_free(pss);
    return ok && *digest != NID_undef;
}

// Signatures with SHA-1 and older hashes can be made to fit other octets.
static bool is_strong(const X509_CRL *crl)
{
    int digest = NID_undef;
    int algorithm = X509_CRL_get_signature_nid(crl);
    bool is_known = algorithm == NID_rsassaPss ? read_pss_digest(crl, &digest)
                                               : OBJ_find_sigid_algs(algorithm, &digest, NULL) != 0;
    return is_known && digest != NID_md4 && digest != NID_md5 && digest != NID_mdc2 &&
           digest != NID_sha1 && digest != NID_ripemd160;
}

static bool check_signer(X509_CRL *crl, const struct crl_source *source, const char *path)
{
    const struct oc_issuer *issuer = source->issuer;
    if (!has_name(crl, issuer))
        return refuse(path, "is a CRL of another issuer");
    if (issuer->cert.has_key_usage && (issuer->cert.key_usage & OC_KEY_USAGE_CRL_SIGN) == 0)
        return refuse(path, "the issuer's certificate does not allow it to sign CRLs");
    if (!is_strong(crl))
        return refuse(path, "its signature was made with SHA-1 or worse");
    return has_signature(crl, issuer) || refuse(path, "its signature is not the issuer's");
}

// IssuingDistributionPoint (RFC 5280 5.2.5): a list that is not about all certificates cannot say
// that one which is not in it is good.
static const char *judge_scope(const ISSUING_DIST_POINT *scope, bool must_be_whole)
{
    if (scope->indirectCRL > 0)
        return "is an indirect CRL, about certificates of several issuers";
    if (scope->onlysomereasons != NULL)
        return "is about some reasons only";
    if (scope->onlyattr > 0)
        return "is about attribute certificates";
    if (must_be_whole && (scope->onlyuser > 0 || scope->onlyCA > 0))
        return "is about some kinds of certificates only, so that a certificate which is not in "
               "it is not known to be good";
    return NULL;
}

static bool check_scope(X509_CRL *crl, bool must_be_whole, const char *path)
{
    int critical;
    ISSUING_DIST_POINT *scope =
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
    // -1 is "not there", all other failures are extensions that cannot be read.
    if (scope == NULL)
        return critical == -1 || refuse(path, "its issuing distribution point cannot be read");
    const char *wrong = judge_scope(scope, must_be_whole);
    ISSUING_DIST_POINT_free(scope);
    return wrong == NULL || refuse(path, wrong);
}

static bool check_extensions(X509_CRL *crl, const char *path)
{
    if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
        return refuse(path, "is a delta CRL");
    for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(crl, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (X509_EXTENSION_get_critical(extension) != 0 && nid != NID_issuing_distribution_point &&
            nid != NID_authority_key_identifier && nid != NID_crl_number)
            return refuse(path, "has a critical extension that is not understood");
    }
    return true;
}

// ASN1_TIME of X.509: UTCTime or GeneralizedTime.
static bool read_time(const ASN1_TIME *time, int64_t *out)
{
    int days;
    int seconds;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool ok = time != NULL && epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    if (ok)
        *out = (int64_t)days * 86400 + seconds;
    ASN1_TIME_free(epoch);
    return ok;
}

static bool read_times(const X509_CRL *crl, struct table *table, const char *path)
{
    if (!read_time(X509_CRL_get0_lastUpdate(crl), &table->this_update))
        return refuse(path, "its thisUpdate cannot be read");
    if (X509_CRL_get0_nextUpdate(crl) == NULL)
        return refuse(path, "has no nextUpdate (RFC 5280 5.1.2.5)");
    if (!read_time(X509_CRL_get0_nextUpdate(crl), &table->next_update))
        return refuse(path, "its nextUpdate cannot be read");
    return table->next_update > table->this_update ||
           refuse(path, "its nextUpdate is not behind its thisUpdate");
}

// An INTEGER's content. Returns false when there is something else than one that fits.
static bool read_integer(const ASN1_INTEGER *integer, uint8_t out[SERIAL_MAX], size_t *len)
{
    unsigned char *der = NULL;
    int der_len = i2d_ASN1_INTEGER(integer, &der);
    if (der_len < 0)
        return false;
    struct oc_bytes rest = {der, (size_t)der_len};
    struct oc_bytes content;
    bool ok = oc_der_read_integer(&rest, &content) == OC_OK && content.len <= SERIAL_MAX;
    if (ok) {
        memcpy(out, content.data, content.len);
        *len = content.len;
    }
    OPENSSL_free(der);
    return ok;
}

static bool read_number(X509_CRL *crl, struct table *table, const char *path)
{
    int critical;
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, &critical, NULL);
    if (number == NULL)
        return critical == -1 || refuse(path, "its CRL number cannot be read");
    bool ok = read_integer(number, table->number, &table->number_len);
    ASN1_INTEGER_free(number);
    return ok || refuse(path, "its CRL number is too long");
}

// CRL numbers are not negative, so that a longer one is larger.
static int compare_numbers(const struct table *a, const struct table *b)
{
    if (a->number_len != b->number_len)
        return a->number_len < b->number_len ? -1 : 1;
    return memcmp(a->number, b->number, a->number_len);
}

static bool is_older(const struct table *table, const struct table *before)
{
    if (table->this_update != before->this_update)
        return table->this_update < before->this_update;
    return table->number_len > 0 && before->number_len > 0 && compare_numbers(table, before) < 0;
}

// An entry that names another issuer is that of an indirect CRL, though none was announced.
static const char *check_entry(X509_REVOKED *revoked)
{
    for (int i = 0; i < X509_REVOKED_get_ext_count(revoked); i++) {
        X509_EXTENSION *extension = X509_REVOKED_get_ext(revoked, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (nid == NID_certificate_issuer)
            return "has entries of another issuer";
        if (X509_EXTENSION_get_critical(extension) != 0 && nid != NID_crl_reason &&
            nid != NID_invalidity_date && nid != NID_hold_instruction_code)
            return "has an entry with a critical extension that is not understood";
    }
    return NULL;
}

static const char *read_reason(X509_REVOKED *revoked, struct record *out)
{
    int critical;
    ASN1_ENUMERATED *value = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, &critical, NULL);
    if (value == NULL)
        return critical == -1 ? NULL : "has a reason that cannot be read";
    long reason = ASN1_ENUMERATED_get(value);
    ASN1_ENUMERATED_free(value);
    if (reason == OC_REASON_REMOVE_FROM_CRL)
        return "has the reason removeFromCRL, as only a delta CRL may";
    if (reason < 0 || reason > OC_REASON_AA_COMPROMISE || reason == 7)
        return "has a reason that is none (RFC 5280 5.3.1)";
    // What is unspecified is said by saying nothing (RFC 5280 5.3.1).
    out->has_reason = reason != OC_REASON_UNSPECIFIED;
    out->reason = (uint8_t)reason;
    return NULL;
}

static bool add_entry(struct table *table, X509_REVOKED *revoked, const char *path)
{
    uint8_t serial[SERIAL_MAX];
    size_t len;
    struct record record = {.status = RECORD_REVOKED};
    if (!read_integer(X509_REVOKED_get0_serialNumber(revoked), serial, &len))
        return refuse(path, "has a serial number that is too long");
    if (!read_time(X509_REVOKED_get0_revocationDate(revoked), &record.revoked_at))
        return refuse(path, "has a time of revocation that cannot be read");
    const char *wrong = check_entry(revoked);
    if (wrong == NULL)
        wrong = read_reason(revoked, &record);
    if (wrong != NULL)
        return refuse(path, wrong);
    return table_add(table, (struct oc_bytes){serial, len}, &record);
}

static bool add_entries(struct table *table, X509_CRL *crl, const char *path)
{
    struct oc_bytes twice;
    STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);
    for (int i = 0; i < sk_X509_REVOKED_num(all); i++) {
        if (!table_goes_on(table) || !add_entry(table, sk_X509_REVOKED_value(all, i), path))
            return false;
    }
    if (table_sort(table, &twice))
        return true;
    return twice.data == NULL ? false : refuse(path, "has the same serial number twice");
}

static bool fill(struct table *table, X509_CRL *crl, const struct crl_source *source,
                 const char *path, const struct table *before)
{
    if (!check_signer(crl, source, path) || !check_extensions(crl, path) ||
        !check_scope(crl, source->insecure_good_if_not_revoked, path) ||
        !read_times(crl, table, path) || !read_number(crl, table, path))
        return false;
    if (before != NULL && is_older(table, before))
        return refuse(path, "is older than the CRL that was there before");
    table->absent = source->insecure_good_if_not_revoked ? RECORD_GOOD : RECORD_NOT_ISSUED;
    return add_entries(table, crl, path);
}

static bool read_crl(void *arg, const char *path, char *text, size_t len,
                     const struct table *before, struct table *table)
{
    X509_CRL *crl = decode(text, len);
    if (crl == NULL)
        return refuse(path, "is no CRL in DER or PEM");
    bool ok = fill(table, crl, arg, path, before);
    X509_CRL_free(crl);
    ERR_clear_error();
    return ok;
}

struct store *store_crl_open(const struct issuer_config *config, const struct oc_issuer *issuer)
{
    struct crl_source *source = malloc(sizeof *source);
    if (source == NULL) {
        store_fail_memory();
        return NULL;
    }
    *source = (struct crl_source){issuer, config->insecure_good_if_not_revoked};
    const struct file_kind kind = {
        .name = "crl",
        .max_len = CRL_MAX,
        .read = read_crl,
        .arg = source,
    };
    return store_file_open(&kind, config->source_file);
}
