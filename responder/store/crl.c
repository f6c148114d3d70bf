// SPDX-License-Identifier: MIT
//
// Reads a CRL (RFC 5280 5) and verifies it with the issuer's key. It lists what is revoked, not
// what was issued.
#include "store/crl.h"

#include "store/old_file.h"

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

// CRL_MAX is enough for some millions of revocations.
#define CRL_MAX ((size_t)256 << 20)

// struct crl_source is what a CRL is verified against.
struct crl_source {
    const struct oc_issuer *issuer;
    bool insecure_good_if_not_revoked;
};

static X509_CRL *decode_der(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)len);
    if (crl == NULL || at == (const unsigned char *)text + len)
        return crl;
    X509_CRL_free(crl);
    return NULL;
}

// Decodes PEM or DER; a PEM block may have text around it.
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

// RSASSA-PSS names its hash in its parameters; the default is SHA-1 (RFC 4055 3.1).
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

// With SHA-1 and older hashes, a signature can be made to match other octets, too.
static bool is_strong(const X509_CRL *crl)
{
    int digest = NID_undef;
    int algorithm = X509_CRL_get_signature_nid(crl);
    bool is_known = algorithm == NID_rsassaPss ? read_pss_digest(crl, &digest)
                                               : OBJ_find_sigid_algs(algorithm, &digest, NULL) != 0;
    return is_known && digest != NID_md4 && digest != NID_md5 && digest != NID_mdc2 &&
           digest != NID_sha1 && digest != NID_ripemd160;
}

// Each check returns NULL, or what is wrong.

static const char *check_signer(X509_CRL *crl, const struct oc_issuer *issuer)
{
    if (!has_name(crl, issuer))
        return "unexpected issuer of the CRL";
    if (issuer->cert.has_key_usage && (issuer->cert.key_usage & OC_KEY_USAGE_CRL_SIGN) == 0)
        return "missing key usage cRLSign in the issuer's certificate";
    if (!is_strong(crl))
        return "unsupported signature algorithm: SHA-1 or weaker";
    return has_signature(crl, issuer) ? NULL : "invalid signature";
}

static const char *judge_scope(const ISSUING_DIST_POINT *scope, bool must_be_whole)
{
    if (scope->indirectCRL > 0)
        return "unsupported indirect CRL: it covers several issuers";
    if (scope->onlysomereasons != NULL)
        return "unsupported CRL: it covers only some reasons";
    if (scope->onlyattr > 0)
        return "unsupported CRL: it covers attribute certificates";
    if (must_be_whole && (scope->onlyuser > 0 || scope->onlyCA > 0))
        return "unsupported CRL for insecure-good-if-not-revoked: it covers only some kinds of "
               "certificates";
    return NULL;
}

// IssuingDistributionPoint (RFC 5280 5.2.5): a CRL that does not cover all certificates cannot show
// that an unlisted one is good.
static const char *check_scope(X509_CRL *crl, bool must_be_whole)
{
    int critical;
    ISSUING_DIST_POINT *scope =
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
    // -1 is an absent extension; any other failure is one that cannot be decoded.
    if (scope == NULL)
        return critical == -1 ? NULL : "invalid issuing distribution point";
    const char *wrong = judge_scope(scope, must_be_whole);
    ISSUING_DIST_POINT_free(scope);
    return wrong;
}

static const char *check_extensions(X509_CRL *crl)
{
    if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
        return "unsupported delta CRL";
    for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(crl, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (X509_EXTENSION_get_critical(extension) != 0 && nid != NID_issuing_distribution_point &&
            nid != NID_authority_key_identifier && nid != NID_crl_number)
            return "unsupported critical extension";
    }
    return NULL;
}

// Reads a Time of X.509: UTCTime or GeneralizedTime.
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

static const char *read_times(const X509_CRL *crl, struct old_table *table)
{
    if (!read_time(X509_CRL_get0_lastUpdate(crl), &table->this_update))
        return "invalid thisUpdate";
    if (X509_CRL_get0_nextUpdate(crl) == NULL)
        return "missing nextUpdate (RFC 5280 5.1.2.5)";
    if (!read_time(X509_CRL_get0_nextUpdate(crl), &table->next_update))
        return "invalid nextUpdate";
    return table->next_update > table->this_update ? NULL
                                                   : "invalid nextUpdate: not after thisUpdate";
}

// Reads the content of an INTEGER. Returns false if it is invalid or does not fit.
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

static const char *read_number(X509_CRL *crl, struct old_table *table)
{
    int critical;
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, &critical, NULL);
    if (number == NULL)
        return critical == -1 ? NULL : "invalid CRL number";
    bool ok = read_integer(number, table->number, &table->number_len);
    ASN1_INTEGER_free(number);
    return ok ? NULL : "unsupported CRL number: too long";
}

// CRL numbers are not negative, so a longer one is larger.
static int compare_numbers(const struct old_table *a, const struct old_table *b)
{
    if (a->number_len != b->number_len)
        return a->number_len < b->number_len ? -1 : 1;
    return memcmp(a->number, b->number, a->number_len);
}

static bool is_older(const struct old_table *table, const struct old_table *before)
{
    if (table->this_update != before->this_update)
        return table->this_update < before->this_update;
    return table->number_len > 0 && before->number_len > 0 && compare_numbers(table, before) < 0;
}

// An entry that names another issuer belongs to an indirect CRL, even if none was announced.
static const char *check_entry(X509_REVOKED *revoked)
{
    for (int i = 0; i < X509_REVOKED_get_ext_count(revoked); i++) {
        X509_EXTENSION *extension = X509_REVOKED_get_ext(revoked, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (nid == NID_certificate_issuer)
            return "unexpected entry of another issuer";
        if (X509_EXTENSION_get_critical(extension) != 0 && nid != NID_crl_reason &&
            nid != NID_invalidity_date && nid != NID_hold_instruction_code)
            return "unsupported critical extension of an entry";
    }
    return NULL;
}

// RFC 5280 5.3.1: an unspecified reason is expressed by the absence of one.
static const char *read_reason(X509_REVOKED *revoked, struct record *out)
{
    int critical;
    ASN1_ENUMERATED *value = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, &critical, NULL);
    if (value == NULL)
        return critical == -1 ? NULL : "invalid revocation reason";
    long reason = ASN1_ENUMERATED_get(value);
    ASN1_ENUMERATED_free(value);
    if (reason == OC_REASON_REMOVE_FROM_CRL)
        return "unexpected reason removeFromCRL: only a delta CRL can have it";
    if (reason == OC_REASON_UNSPECIFIED)
        return NULL;
    if (!record_reason_is_valid(reason))
        return "invalid revocation reason (RFC 5280 5.3.1)";
    out->has_reason = true;
    out->reason = (uint8_t)reason;
    return NULL;
}

static const char *read_entry(X509_REVOKED *revoked, uint8_t serial[SERIAL_MAX], size_t *len,
                              struct record *out)
{
    *out = (struct record){.status = RECORD_REVOKED};
    if (!read_integer(X509_REVOKED_get0_serialNumber(revoked), serial, len))
        return "unsupported serial number: too long";
    if (!read_time(X509_REVOKED_get0_revocationDate(revoked), &out->revoked_at))
        return "invalid revocation date";
    const char *wrong = check_entry(revoked);
    return wrong != NULL ? wrong : read_reason(revoked, out);
}

static const char *read_head(X509_CRL *crl, const struct crl_source *source,
                             const struct old_table *before, struct old_table *table)
{
    const char *wrong = check_signer(crl, source->issuer);
    if (wrong == NULL)
        wrong = check_extensions(crl);
    if (wrong == NULL)
        wrong = check_scope(crl, source->insecure_good_if_not_revoked);
    if (wrong == NULL)
        wrong = read_times(crl, table);
    if (wrong == NULL)
        wrong = read_number(crl, table);
    if (wrong == NULL && before != NULL && is_older(table, before))
        wrong = "unexpected CRL: older than the previous one";
    table->absent = source->insecure_good_if_not_revoked ? RECORD_GOOD : RECORD_NOT_ISSUED;
    return wrong;
}

// The functions below fill a table, and fail with an error.

static bool refuse(const char *path, const char *wrong, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_DATA, "%s: %s", path, wrong);
}

static bool add_entry(struct old_table *table, X509_REVOKED *revoked, const char *path,
                      struct store_error *err)
{
    uint8_t serial[SERIAL_MAX];
    size_t len;
    struct record record;
    const char *wrong = read_entry(revoked, serial, &len, &record);
    if (wrong != NULL)
        return refuse(path, wrong, err);
    return old_table_add(table, (struct oc_bytes){serial, len}, &record, err);
}

static bool add_entries(struct old_table *table, X509_CRL *crl, const char *path,
                        struct store_error *err)
{
    struct oc_bytes twice;
    STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(crl);
    for (int i = 0; i < sk_X509_REVOKED_num(all); i++) {
        if (!old_table_is_wanted(table, err) ||
            !add_entry(table, sk_X509_REVOKED_value(all, i), path, err))
            return false;
    }
    if (old_table_sort(table, &twice, err))
        return true;
    return twice.data == NULL
               ? false
               : refuse(path, "unexpected second entry with the same serial number", err);
}

static bool read_crl(void *arg, const char *path, char *text, size_t len,
                     const struct old_table *before, struct old_table *table,
                     struct store_error *err)
{
    X509_CRL *crl = decode(text, len);
    const char *wrong =
        crl == NULL ? "not a CRL in DER or PEM" : read_head(crl, arg, before, table);
    bool ok = wrong == NULL ? add_entries(table, crl, path, err) : refuse(path, wrong, err);
    X509_CRL_free(crl);
    ERR_clear_error();
    return ok;
}

struct store *crl_store_open(const char *path, const struct oc_issuer *issuer,
                             bool insecure_good_if_not_revoked, struct store_error *err)
{
    struct crl_source *source = malloc(sizeof *source);
    if (source == NULL) {
        store_fail_memory(err);
        return NULL;
    }
    *source = (struct crl_source){issuer, insecure_good_if_not_revoked};
    const struct old_file_kind kind = {.max_len = CRL_MAX, .read = read_crl, .arg = source};
    return old_file_store_open(&kind, path, err);
}
