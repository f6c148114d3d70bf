// SPDX-License-Identifier: MIT
//
// The keys and certificates of the tests, and responses from their descriptions.
#include "response_fixture.h"

#include <stdlib.h>
#include <string.h>

#define SERIAL "\x01\x02\x03\x04"

struct described {
    struct sign_cert_spec spec;
    enum key_name key;
    enum key_name signer;
    const EVP_MD *(*digest)(void);
};

static EVP_PKEY *keys[N_KEYS];
static struct sign_cert certs[N_CERTS];

// Most certificates have these members in common.
#define A_CA .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign,cRLSign"
#define A_DELEGATE .subject = "delegate", .issuer = "CA", .nocheck = true
#define A_PURPOSE .purposes = "OCSPSigning"
#define OF_DELEGATE .key = KEY_DELEGATE, .signer = KEY_CA

static const struct described descriptions[N_CERTS] = {
    [CERT_CA] = {{"CA", "root", A_CA}, KEY_CA, KEY_ROOT},
    [CERT_ROOT] = {{"root", "root", A_CA}, KEY_ROOT, KEY_ROOT},
    [CERT_CA_RSA] = {{"CA", "root", A_CA}, KEY_RSA, KEY_ROOT},
    [CERT_CA_RSA_1024] = {{"CA", "root", A_CA}, KEY_RSA_1024, KEY_ROOT},
    [CERT_OTHER_CA] = {{"other CA", "root", A_CA}, KEY_OTHER, KEY_ROOT},
    [CERT_CA_OF_SAME_NAME] = {{"CA", "root", A_CA}, KEY_OTHER, KEY_ROOT},
    [CERT_CA_OF_OTHER_NAME] = {{"other CA", "root", A_CA}, KEY_CA, KEY_ROOT},
    [CERT_SELF_MADE] = {{"CA", "CA", A_PURPOSE, .nocheck = true}, KEY_OTHER, KEY_OTHER},
    [CERT_DELEGATE] = {{A_DELEGATE, A_PURPOSE}, OF_DELEGATE},
    [CERT_WITHOUT_EKU] = {{.subject = "delegate", .issuer = "CA"}, OF_DELEGATE},
    [CERT_ANY_EKU] = {{A_DELEGATE, .purposes = "anyExtendedKeyUsage"}, OF_DELEGATE},
    [CERT_OTHER_EKU] = {{A_DELEGATE, .purposes = "serverAuth,clientAuth"}, OF_DELEGATE},
    [CERT_NOCHECK_WITHOUT_EKU] = {{A_DELEGATE}, OF_DELEGATE},
    [CERT_WITHOUT_NOCHECK] = {{.subject = "delegate", .issuer = "CA", A_PURPOSE}, OF_DELEGATE},
    [CERT_EKU_AMONG_OTHERS] = {{A_DELEGATE, .purposes = "serverAuth,OCSPSigning"}, OF_DELEGATE},
    [CERT_CA_AS_DELEGATE_WITHOUT_EKU] = {{A_DELEGATE, A_CA}, OF_DELEGATE},
    [CERT_KEY_USAGE] = {{A_DELEGATE, A_PURPOSE, .key_usage = "digitalSignature"}, OF_DELEGATE},
    [CERT_KEY_USAGE_WRONG] = {{A_DELEGATE, A_PURPOSE, .key_usage = "keyAgreement"}, OF_DELEGATE},
    [CERT_EXPIRED] = {{A_DELEGATE, A_PURPOSE, .not_after = SIGN_NOW - 301}, OF_DELEGATE},
    [CERT_EXPIRED_AT_BORDER] = {{A_DELEGATE, A_PURPOSE, .not_after = SIGN_NOW - 300}, OF_DELEGATE},
    [CERT_NOT_YET] = {{A_DELEGATE, A_PURPOSE, .not_before = SIGN_NOW + 301}, OF_DELEGATE},
    [CERT_NOT_YET_AT_BORDER] = {{A_DELEGATE, A_PURPOSE, .not_before = SIGN_NOW + 300}, OF_DELEGATE},
    [CERT_ENDS_SOON] = {{A_DELEGATE, A_PURPOSE, .not_after = SIGN_NOW + 60}, OF_DELEGATE},
    [CERT_BY_ROOT] = {{"delegate", "root", A_PURPOSE}, KEY_DELEGATE, KEY_ROOT},
    [CERT_BY_CA_OF_SAME_NAME] = {{A_DELEGATE, A_PURPOSE}, KEY_DELEGATE, KEY_OTHER},
    [CERT_BY_CA_OF_OTHER_NAME] = {{"delegate", "other CA", A_PURPOSE}, KEY_DELEGATE, KEY_CA},
    [CERT_SIGNED_BY_DELEGATE] = {{"below", "delegate", A_PURPOSE}, KEY_OTHER, KEY_DELEGATE},
    [CERT_CRITICAL] = {{A_DELEGATE, A_PURPOSE, .unknown_critical = true}, OF_DELEGATE},
    [CERT_SIGNATURE_WRONG] = {{A_DELEGATE, A_PURPOSE, .fault = SIGN_WRONG}, OF_DELEGATE},
    [CERT_OTHER_ALGORITHM_INSIDE] = {{A_DELEGATE, A_PURPOSE, .fault = SIGN_OTHER_INSIDE},
                                     OF_DELEGATE},
    [CERT_SHA1] = {{A_DELEGATE, A_PURPOSE}, OF_DELEGATE, .digest = EVP_sha1},
    [CERT_MD5] = {{A_DELEGATE, A_PURPOSE}, KEY_DELEGATE, KEY_RSA, .digest = EVP_md5},
    [CERT_BY_CA_RSA_1024] = {{A_DELEGATE, A_PURPOSE}, KEY_DELEGATE, KEY_RSA_1024},
    [CERT_RSA] = {{A_DELEGATE, A_PURPOSE}, KEY_RSA, KEY_CA},
    [CERT_RSA_1024] = {{A_DELEGATE, A_PURPOSE}, KEY_RSA_1024, KEY_CA},
};

void fixture_certs_make(void)
{
    static uint8_t none[] = {0x30, 0x00};
    for (enum key_name key = KEY_CA; key <= KEY_OTHER; key++)
        keys[key] = sign_key_ec();
    keys[KEY_RSA] = sign_key_rsa(2048);
    keys[KEY_RSA_1024] = sign_key_rsa(1024);
    for (enum cert_name name = CERT_CA; name < CERT_MALFORMED; name++) {
        const struct described *described = &descriptions[name];
        struct sign_cert_spec spec = described->spec;
        spec.key = keys[described->key];
        spec.signer = keys[described->signer];
        spec.digest = described->digest != NULL ? described->digest() : NULL;
        sign_cert(&spec, &certs[name]);
    }
    certs[CERT_MALFORMED].cert.der = (struct oc_bytes){none, sizeof none};
}

void fixture_certs_free(void)
{
    for (enum cert_name name = CERT_CA; name < CERT_MALFORMED; name++)
        sign_cert_free(&certs[name]);
    for (enum key_name key = KEY_CA; key < N_KEYS; key++)
        EVP_PKEY_free(keys[key]);
}

const struct sign_cert *fixture_cert(enum cert_name name)
{
    return &certs[name];
}

EVP_PKEY *fixture_key(enum key_name name)
{
    return keys[name];
}

struct oc_bytes serial_in_question(void)
{
    return (struct oc_bytes){(const uint8_t *)SERIAL, strlen(SERIAL)};
}

// The octets that the views of the singles and of the responder ID point to.
struct behind {
    uint8_t name_hash[SAID_MAX][OC_HASH_MAX_LEN];
    uint8_t key_hash[SAID_MAX][OC_HASH_MAX_LEN];
    uint8_t extensions[SAID_MAX + 1][512];
    uint8_t responder[OC_HASH_MAX_LEN];
    uint8_t certs[MESSAGE_SIZE / 2];
};

static struct oc_list list_of(const struct oc_extension *extension, uint8_t room[512])
{
    struct oc_list list = {0};
    if (extension != NULL && oc_extensions_build(extension, 1, room, 512, &list, NULL) != OC_OK)
        abort();
    return list;
}

static struct oc_cert_id id_of(const struct said *said, struct behind *behind, size_t i)
{
    const struct oc_cert *issuer = &certs[said->issuer != CERT_NONE ? said->issuer : CERT_CA].cert;
    const char *serial = said->serial != NULL ? said->serial : SERIAL;
    struct oc_cert_id id = {.hash = said->hash != OC_HASH_OTHER ? said->hash : OC_HASH_SHA1};
    size_t len = sign_hash(id.hash, issuer->subject, behind->name_hash[i]);
    id.issuer_name_hash = (struct oc_bytes){behind->name_hash[i], len};
    sign_hash(id.hash, issuer->public_key, behind->key_hash[i]);
    id.issuer_key_hash = (struct oc_bytes){behind->key_hash[i], len};
    id.serial = (struct oc_bytes){(const uint8_t *)serial, strlen(serial)};
    return id;
}

static struct oc_single_response single_of(const struct said *said, struct behind *behind, size_t i)
{
    return (struct oc_single_response){
        .id = id_of(said, behind, i),
        .status = said->status != OC_CERT_STATUS_NONE ? said->status : OC_CERT_STATUS_GOOD,
        .revocation_time = said->revocation_time,
        .has_reason = said->has_reason,
        .reason = said->reason,
        .this_update = SIGN_NOW + (said->this_update != 0 ? said->this_update : -HOUR),
        .has_next_update = !said->without_next_update,
        .next_update = SIGN_NOW + (said->next_update != 0 ? said->next_update : HOUR),
        .extensions = list_of(said->extension, behind->extensions[i]),
    };
}

static enum cert_name responder_of(const struct response_fixture *response)
{
    enum cert_name name = CERT_CA;
    if (response->responder != CERT_NONE)
        return response->responder;
    for (size_t i = 0; i < FIXTURE_CERTS_MAX && response->certs[i] != CERT_NONE; i++)
        name = response->certs[i];
    return name;
}

static struct oc_responder_id responder_id_of(const struct response_fixture *response,
                                              struct behind *behind)
{
    const struct oc_cert *cert = &certs[responder_of(response)].cert;
    if (response->by_name)
        return (struct oc_responder_id){OC_RESPONDER_BY_NAME, .name = cert->subject};
    if (response->key_hash.data != NULL)
        return (struct oc_responder_id){OC_RESPONDER_BY_KEY, .key_hash = response->key_hash};
    size_t len = sign_hash(OC_HASH_SHA1, cert->public_key, behind->responder);
    return (struct oc_responder_id){OC_RESPONDER_BY_KEY, .key_hash = {behind->responder, len}};
}

static struct oc_list certs_of(const struct response_fixture *response, struct behind *behind)
{
    struct oc_list list = {0};
    for (; list.n < FIXTURE_CERTS_MAX && response->certs[list.n] != CERT_NONE; list.n++) {
        struct oc_bytes der = certs[response->certs[list.n]].cert.der;
        memcpy(behind->certs + list.items.len, der.data, der.len);
        list.items.data = behind->certs;
        list.items.len += der.len;
    }
    return list;
}

struct oc_bytes response_fixture_make(const struct response_fixture *response, uint8_t *buf)
{
    struct behind *behind = calloc(1, sizeof *behind);
    struct oc_single_response singles[SAID_MAX];
    size_t n = response->n_said != 0 ? response->n_said : 1;
    enum key_name key = response->key;
    if (behind == NULL)
        abort();
    if (key == KEY_OF_RESPONDER)
        key = descriptions[responder_of(response)].key;
    for (size_t i = 0; i < n; i++)
        singles[i] = single_of(&response->said[i], behind, i);
    struct sign_response_spec spec = {
        .data = {.responder = responder_id_of(response, behind),
                 .produced_at =
                     SIGN_NOW + (response->produced_at != 0 ? response->produced_at : -HOUR),
                 .responses = singles,
                 .n_responses = n,
                 .extensions = list_of(response->extension, behind->extensions[SAID_MAX])},
        .tbs = response->tbs,
        .find = response->find,
        .replace = response->replace,
        .key = keys[key],
        .digest = response->digest != NULL ? response->digest() : NULL,
        .certs = certs_of(response, behind),
        .fault = response->fault,
    };
    struct oc_bytes der = sign_response(&spec, buf, MESSAGE_SIZE);
    free(behind);
    return der;
}
