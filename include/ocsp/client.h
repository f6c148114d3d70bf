// SPDX-License-Identifier: MIT
//
// ocsp/client.h: ask OCSP responders about certificates, over HTTP
//
// oc_client_check() takes certificates, asks the responders that they name (RFC 6960
// appendix A, RFC 9919), and returns answers that oc_verify() believes. It uses libcurl. Link
// with libocsp-client, a library of its own.
//
// Example
//
//     struct oc_client_config config;
//     oc_client_config_init(&config, crypto);
//     struct oc_client *client = oc_client_new(&config);
//
//     struct oc_policy policy;
//     oc_policy_init(&policy, time(NULL));
//     struct oc_check check = {.cert = &cert, .issuer = &issuer};
//     if (oc_client_check(client, &policy, &check, 1) != OC_OK)
//         ...;  // out of memory
//     else if (check.outcome != OC_ASK_ANSWERED)
//         ...;  // no answer that can be believed: see check.exchanges
//     else if (check.verdict.status == OC_CERT_STATUS_GOOD)
//         ...;  // good, and nothing else is good
//     oc_check_cleanup(&check);
//
// Caveats
//
// If no answer came that can be believed, it is not known whether the certificate is good or
// revoked. The caller must decide what to do then.
//
// The issuer of a certificate chooses the addresses in it, and they may lead into private
// networks. A service that checks certificates of strangers should set `allow`. It should not
// use a proxy that can reach networks which the service must not reach.
#ifndef OCSP_CLIENT_H
#define OCSP_CLIENT_H

#include <ocsp/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_CLIENT_MAX_RESPONSE is the greatest length in octets of a response that is accepted.
#define OC_CLIENT_MAX_RESPONSE 65536

// OC_CLIENT_MAX_URLS is the greatest number of responders that are asked about one
// certificate. Further addresses in it are ignored.
#define OC_CLIENT_MAX_URLS 4

// OC_CLIENT_MAX_REDIRECTS is the greatest number of redirects that are followed in one
// exchange. They must not change the scheme.
#define OC_CLIENT_MAX_REDIRECTS 3

struct sockaddr;

// Configuration

// struct oc_client_config says how to ask. oc_client_config_init() sets the defaults; change
// the members that you need. What it points to must stay valid as long as the client.
struct oc_client_config {
    // The table that verifies answers and makes nonces.
    const struct oc_crypto *crypto;
    // Time limits in milliseconds, for connecting (default 5000) and for one
    // exchange with its redirects (default 15000). 0 chooses the default.
    long connect_timeout;
    long exchange_timeout;
    // The greatest number of exchanges at once, up to 256; default 16.
    size_t n_parallel;
    // The hash of the cert IDs; default OC_HASH_SHA256. A responder that answers
    // unauthorized or malformedRequest is asked once more with SHA-1, unless
    // `only_this_hash` is set.
    enum oc_hash hash;
    bool only_this_hash;
    // Send 32 random octets as a nonce, and do not read the cache. A response
    // without a nonce is still believed (RFC 9654), unless the policy says
    // OC_NONCE_REQUIRED: `has_nonce` in the verdict says whether it had one.
    bool nonce;
    // The URL of a proxy, in libcurl's form. NULL uses the proxy that the
    // environment names, and "" uses no proxy.
    const char *proxy;
    // A PEM file of CA certificates for verifying https servers; NULL uses those
    // of libcurl. Whether an answer is believed does not depend on them.
    const char *ca_file;
    // A directory for verified answers, which is created if it does not exist;
    // NULL means no cache. See oc_client_cache_dir().
    const char *cache_dir;
    // If not NULL, this is called with `allow_arg` before each connection, and
    // returns whether the client may connect to this network address. With a proxy
    // it gets the proxy's address.
    bool (*allow)(void *arg, const struct sockaddr *address);
    void *allow_arg;
    // If not NULL, oc_client_check() calls this with `progress_arg`, in its own
    // thread: first with `n_done` 0, then each time that another of the `n`
    // certificates is finished, with an answer or without. It must not use the
    // client.
    void (*progress)(void *arg, size_t n_done, size_t n);
    void *progress_arg;
};

// Results

// enum oc_ask_outcome says how asking ended. Zero is not an answer.
enum oc_ask_outcome {
    OC_ASK_NONE = 0,        // no responder was asked
    OC_ASK_ANSWERED,        // an answer that oc_verify() believes
    OC_ASK_NO_URL,          // the certificate names no responder
    OC_ASK_URL_REFUSED,     // an address that is not http or https, or cannot be used
    OC_ASK_REFUSED,         // `allow` returned false
    OC_ASK_UNREACHABLE,     // no connection: the name, the network, TLS or the proxy failed
    OC_ASK_TIMEOUT,         // a time limit passed
    OC_ASK_BROKEN,          // the connection or HTTP failed
    OC_ASK_REDIRECT,        // too many redirects, or one to another scheme or an unusable address
    OC_ASK_HTTP_STATUS,     // an HTTP status other than 200
    OC_ASK_CONTENT_TYPE,    // the content type is not application/ocsp-response
    OC_ASK_EMPTY,           // no octets came
    OC_ASK_TOO_LARGE,       // more than OC_CLIENT_MAX_RESPONSE octets
    OC_ASK_MALFORMED,       // not an OCSPResponse: see `error`
    OC_ASK_ERROR_RESPONSE,  // the responder reports an error: see `response_status`
    OC_ASK_NOT_BELIEVED,    // oc_verify() does not believe it: see `error`
};

// struct oc_exchange is one request to one responder, its redirects included.
struct oc_exchange {
    // The address, as it is in the certificate and as hostile as its issuer. It may
    // contain any octet; a NUL in it becomes a question mark, and it is cut off
    // after 2048 octets.
    char *url;
    enum oc_ask_outcome outcome;
    // The request was sent with GET.
    bool is_get;
    // The hash of the cert ID.
    enum oc_hash hash;
    // The last HTTP status that came; 0 for none.
    long http_status;
    // The status of the OCSPResponse, and what is wrong with the response.
    enum oc_response_status response_status;
    struct oc_error error;
    // How long the exchange took.
    long milliseconds;
    // Printable ASCII, for people: what is wrong with the address, or how the
    // network failed. Empty for other outcomes.
    char what[128];
};

// OC_CLIENT_MAX_EXCHANGES is the greatest number of exchanges about one certificate: each
// responder may be asked twice.
#define OC_CLIENT_MAX_EXCHANGES (2 * OC_CLIENT_MAX_URLS)

// struct oc_check is one certificate to ask about, and the result.
//
// Set `cert`, `issuer` and perhaps `url`; all else must be zero. With `url`, only the serial number
// of `cert` is used, which may be all that is known of the certificate. oc_client_check() sets the
// other members, and oc_check_cleanup() frees them. The client may be freed before that.
struct oc_check {
    const struct oc_cert *cert;
    const struct oc_issuer *issuer;
    // The address to ask instead of those in the certificate, or NULL.
    const char *url;

    // The outcome of the last exchange; OC_ASK_ANSWERED also when the answer came
    // from the cache.
    enum oc_ask_outcome outcome;
    // The verdict and the DER of the answer; set only with OC_ASK_ANSWERED. A
    // delegate's `verdict.signer_cert` points into `response`.
    struct oc_verdict verdict;
    struct oc_bytes response;
    bool from_cache;
    // The exchanges in their order, at most OC_CLIENT_MAX_EXCHANGES.
    struct oc_exchange *exchanges;
    size_t n_exchanges;
};

// struct oc_client is a client: its configuration, its open connections and its cache.
struct oc_client;

// Functions

// oc_client_config_init sets every default, and the table that verifies answers and makes
// nonces.
OC_API void oc_client_config_init(struct oc_client_config *config, const struct oc_crypto *crypto);

// oc_client_new makes a client. It copies `*config`.
//
// A client is for one thread at a time; several threads may have a client each. The first
// call in a process initialises libcurl. The client starts no thread of its own, but libcurl
// may use one to look up names.
//
// Returns NULL when out of memory or when libcurl fails to start. Free the client with
// oc_client_free().
OC_API OC_MUST_USE struct oc_client *oc_client_new(const struct oc_client_config *config);

// oc_client_free closes the connections and frees the client; NULL is allowed.
OC_API void oc_client_free(struct oc_client *client);

// oc_client_check asks about `n` certificates, several at once. For each it asks the
// responders that the certificate names, one after the other, until one gives an answer that
// oc_verify() believes under `policy`. It sets the policy's nonce itself.
//
// It uses GET if the address with the request in it, in base64 and percent-encoded, has at
// most 255 octets (RFC 9919 6), and POST otherwise, or if the address has a query. An address
// that a certificate names twice is asked once. An address must be http or https, of printable
// ASCII, at most 2048 octets long and without a user name. No cookies or passwords are sent.
//
// The cache is read first, unless a nonce is sent or the policy requires one. Answers that say
// good or revoked are stored there.
//
// The call returns when every certificate is answered or has no responder left to ask. Since
// each exchange is limited in time and octets, so is the whole call.
//
// Returns OC_OK, whatever the outcomes are; or, with all outcomes OC_ASK_NONE,
// - OC_ERR_MEMORY: the system is out of memory, or libcurl failed.
// - OC_ERR_CRYPTO: there are no random numbers.
// - OC_ERR_ARGUMENT: a check has no `cert` or no `issuer`.
// - OC_ERR_UNSUPPORTED: an issuer does not have the hash, or a nonce is wanted and the table
//   has no `random`.
OC_API OC_MUST_USE enum oc_err oc_client_check(struct oc_client *client,
                                               const struct oc_policy *policy,
                                               struct oc_check *checks, size_t n);

// oc_check_cleanup frees the results that oc_client_check() has put into a check and sets them
// to zero. What the caller set stays.
OC_API void oc_check_cleanup(struct oc_check *check);

// oc_client_fetch_issuer fetches the certificate of the issuer of `cert` from the addresses
// that `cert` names for it (id-ad-caIssuers, RFC 5280 4.2.2.1), one after the other: DER, PEM
// or PKCS #7, at most OC_CLIENT_MAX_RESPONSE octets. It takes the first certificate whose name
// and key are those of the issuer of `cert`. It is no more trustworthy than `cert` itself.
//
// Returns OC_OK and its DER, to be freed with oc_client_free_der(); or OC_ERR_READ when no
// address has it, or OC_ERR_MEMORY, with `*der` zero and, if `err` is not NULL, `*err` filled.
OC_API OC_MUST_USE enum oc_err oc_client_fetch_issuer(struct oc_client *client,
                                                      const struct oc_cert *cert,
                                                      struct oc_bytes *der, struct oc_error *err);

// oc_client_free_der frees the result of oc_client_fetch_issuer() and sets it to zero.
OC_API void oc_client_free_der(struct oc_bytes *der);

// oc_client_cache_dir writes the path of the user's cache of answers, with a NUL at the end,
// into the `size` octets at `buf`: libocsp in $XDG_CACHE_HOME, or in .cache in $HOME. It does
// not create the directory.
//
// Each file in a cache is the DER of one response. It may be used until the response's
// nextUpdate or the end of HTTP's max-age, whichever comes first: the file's modification time
// is set to that time.
// Several processes may use a directory at once. A cached answer is verified again each time it
// is used, under the policy of that call, and removed if it is not believed. A cache that cannot
// be written to is not an error.
//
// A client that stores an answer removes stale files at most once an hour, and looks at 65,536
// files at most: unfinished files older than an hour, and answers that expired more than a day
// ago, by both the system's clock and the policy's. It removes only files with names that it
// gives itself. The modification time of the file .looked is that of the last such search.
//
// Returns true; or false, with an empty text, when there is no such directory or its path does
// not fit.
OC_API bool oc_client_cache_dir(char *buf, size_t size);

// oc_ask_outcome_name returns a short name in lower case, for instance "timeout", and "none"
// for a value that is not an outcome. The text is static.
OC_API const char *oc_ask_outcome_name(enum oc_ask_outcome outcome);

#ifdef __cplusplus
}
#endif

#endif
