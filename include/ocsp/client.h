// SPDX-License-Identifier: MIT
//
// Asking: certificates in, verified answers out, over HTTP by libcurl (RFC 6960 appendix
// A, RFC 9919). In a library of its own: libocsp-client.
//
//     struct oc_client_config config;
//     oc_client_config_init(&config, crypto);
//     struct oc_client *client = oc_client_new(&config);
//
//     struct oc_policy policy;
//     oc_policy_init(&policy, time(NULL));
//     struct oc_check check = {.cert = &cert, .issuer = &issuer};
//     if (oc_client_check(client, &policy, &check, 1) != OC_OK)
//         ...;  // no memory
//     else if (check.outcome != OC_ASK_ANSWERED)
//         ...;  // nobody gave an answer that can be believed: see check.exchanges
//     else if (check.verdict.status == OC_CERT_STATUS_GOOD)
//         ...;  // good, and nothing else is good
//     oc_check_cleanup(&check);
#ifndef OCSP_CLIENT_H
#define OCSP_CLIENT_H

#include <ocsp/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_CLIENT_MAX_RESPONSE is the most octets that a response may have, OC_CLIENT_MAX_URLS
// how many responders are asked about one certificate at most, and OC_CLIENT_MAX_REDIRECTS
// how often one of them may send elsewhere, by the same scheme.
#define OC_CLIENT_MAX_RESPONSE 65536
#define OC_CLIENT_MAX_URLS 4
#define OC_CLIENT_MAX_REDIRECTS 3

struct sockaddr;

// struct oc_client_config is how to ask. oc_client_config_init() sets the defaults; change
// what you need. What it points to must stay as long as the client.
//
// Times are in milliseconds, for one exchange with one responder, its redirects included; 0
// is the default. `n_parallel` is how many exchanges there are at once, 256 at most. `hash` is that
// of the cert IDs; a responder that answers unauthorized or malformedRequest is asked once more
// with SHA-1, unless `only_this_hash`. `nonce` sends 32 random octets, and then no cache is read; a
// response without them is believed all the same (RFC 9654), which `verdict.has_nonce` tells,
// unless the policy says OC_NONCE_REQUIRED. `proxy` is a URL as libcurl knows it; NULL takes the
// usual variables of the environment, "" none. `ca_file` are the certificates, as PEM, by which an
// https server is verified; NULL is what libcurl has. It has no say in what an answer is worth.
//
// `cache_dir` is a directory for verified answers, which is made when it is not there; NULL
// is none. See oc_client_cache_dir().
//
// `allow`, if it is not NULL, is asked about every network address before it is connected to:
// addresses in certificates are their issuers' choice, and may lead into private networks.
// With a proxy it is the proxy's address.
//
// `progress`, if it is not NULL, is told by oc_client_check(), in its thread, how many of its `n`
// certificates are done with: at the beginning 0, then each time that one more has been answered or
// given up. It must not use the client.
struct oc_client_config {
    const struct oc_crypto *crypto;
    long connect_timeout;   // default 5000
    long exchange_timeout;  // default 15000
    size_t n_parallel;      // default 16
    enum oc_hash hash;      // default OC_HASH_SHA256
    bool only_this_hash;
    bool nonce;
    const char *proxy;
    const char *ca_file;
    const char *cache_dir;
    bool (*allow)(void *arg, const struct sockaddr *address);
    void *allow_arg;
    void (*progress)(void *arg, size_t n_done, size_t n);
    void *progress_arg;
};

// enum oc_ask_outcome says what came of asking. Zero is no answer.
enum oc_ask_outcome {
    OC_ASK_NONE = 0,        // nothing was asked
    OC_ASK_ANSWERED,        // an answer that oc_verify() believes
    OC_ASK_NO_URL,          // the certificate names no responder
    OC_ASK_URL_REFUSED,     // an address that is not http or https, or cannot be used
    OC_ASK_REFUSED,         // `allow` said no
    OC_ASK_UNREACHABLE,     // no connection: name, network, TLS, proxy
    OC_ASK_TIMEOUT,         // a time passed
    OC_ASK_BROKEN,          // the connection or HTTP broke
    OC_ASK_REDIRECT,        // too many redirects, or to another scheme
    OC_ASK_HTTP_STATUS,     // an HTTP status other than 200
    OC_ASK_CONTENT_TYPE,    // it is not application/ocsp-response
    OC_ASK_EMPTY,           // no octets
    OC_ASK_TOO_LARGE,       // more than OC_CLIENT_MAX_RESPONSE octets
    OC_ASK_MALFORMED,       // what came is no OCSPResponse: see `error`
    OC_ASK_ERROR_RESPONSE,  // the responder says why it gives no answer: see `response_status`
    OC_ASK_NOT_BELIEVED,    // oc_verify() does not believe it: see `error`
};

// struct oc_exchange is one responder that was asked. `url` is text, as it stands in the
// certificate, and as hostile as its issuer: any octet may be in it; a NUL there is a question
// mark here, and behind 2048 octets it is cut off. `hash` is that of the cert ID.
//
// `http_status` is the last that came, 0 for none. `response_status` is that of an
// OCSPResponse, and `error` says what is wrong with it. `milliseconds` is how long it took.
// `what` is a text for people, in printable ASCII, about what is wrong with the address or what
// the network did; empty for other outcomes.
struct oc_exchange {
    char *url;
    enum oc_ask_outcome outcome;
    bool is_get;
    enum oc_hash hash;
    long http_status;
    enum oc_response_status response_status;
    struct oc_error error;
    long milliseconds;
    char what[128];
};

// OC_CLIENT_MAX_EXCHANGES is the most exchanges about one certificate: each responder may
// be asked twice.
#define OC_CLIENT_MAX_EXCHANGES (2 * OC_CLIENT_MAX_URLS)

// struct oc_check is one certificate to ask about, and what came of it.
//
// Set `cert` and `issuer`, and `url` to ask there instead of where the certificate says; all
// else must be zero. Afterwards `outcome` is that of the last exchange, or OC_ASK_ANSWERED
// also when the answer was in the cache, which `from_cache` tells. Only with OC_ASK_ANSWERED
// `verdict` and `response`, the answer's DER, are set, and a delegate's `verdict.signer_cert`
// points into it. oc_check_cleanup() frees what the library has put there; the client may be
// freed before.
struct oc_check {
    const struct oc_cert *cert;
    const struct oc_issuer *issuer;
    const char *url;

    enum oc_ask_outcome outcome;
    struct oc_verdict verdict;
    struct oc_bytes response;
    bool from_cache;
    struct oc_exchange *exchanges;
    size_t n_exchanges;
};

// struct oc_client is a client: its connections, which are used again, and its cache.
struct oc_client;

// oc_client_config_init sets every default.
OC_API void oc_client_config_init(struct oc_client_config *config, const struct oc_crypto *crypto);

// oc_client_new makes a client, for one thread at a time; several threads may have clients of
// their own. `*config` is copied. It starts libcurl, once in a process, and no thread of its own;
// libcurl may look up names in one. Returns NULL when there is no memory, or libcurl does not
// start. Free it with oc_client_free().
OC_API OC_MUST_USE struct oc_client *oc_client_new(const struct oc_client_config *config);

// oc_client_free closes the connections and frees the client; NULL is allowed.
OC_API void oc_client_free(struct oc_client *client);

// oc_client_check asks about `n` certificates, several at once: for each the responders that
// it names, in turn, until one gives an answer that oc_verify() believes by `policy`, whose
// nonce is set here. GET is used when the address with the request in it, as base64 and
// percent-encoded, has at most 255 octets (RFC 9919 6), and POST otherwise, or when the
// address has a query. An address that the certificate names twice is asked once. Of an address
// only http and https, printable ASCII, 2048 octets and no user name are accepted; neither
// cookies nor passwords are sent, wherever they come from.
//
// The cache is looked into first, unless a nonce is sent or the policy requires one. Answers
// that say good or revoked are put there.
//
// Ends when all have been answered or have nobody left to ask; each exchange has its
// bounds in time and octets, so this has, too. Returns OC_OK, whatever the outcomes are; or
// OC_ERR_CRYPTO when there is no memory or no randomness, OC_ERR_ARGUMENT for a check without
// `cert` or `issuer`, OC_ERR_UNSUPPORTED for a hash that an issuer does not have or a nonce
// without `random` in the table; then all outcomes are OC_ASK_NONE.
OC_API OC_MUST_USE enum oc_err oc_client_check(struct oc_client *client,
                                               const struct oc_policy *policy,
                                               struct oc_check *checks, size_t n);

// oc_check_cleanup frees what oc_client_check() has put into a check, and empties that part.
OC_API void oc_check_cleanup(struct oc_check *check);

// oc_client_fetch_issuer fetches the certificate of the issuer of `cert` from where that
// says it is (id-ad-caIssuers, RFC 5280 4.2.2.1), from each address in turn: DER, PEM or
// PKCS #7, at most OC_CLIENT_MAX_RESPONSE octets. Of what comes, the first certificate counts
// whose name and key are those that signed `cert`.
//
// Returns OC_OK and its DER, to be freed with oc_client_free_der(); or OC_ERR_READ when there
// is none to be had, with `*der` zero, and, if `err` is not NULL, `*err` filled. It is no
// more trusted than `cert` itself.
OC_API OC_MUST_USE enum oc_err oc_client_fetch_issuer(struct oc_client *client,
                                                      const struct oc_cert *cert,
                                                      struct oc_bytes *der, struct oc_error *err);

// oc_client_free_der frees what oc_client_fetch_issuer() gave, and empties it.
OC_API void oc_client_free_der(struct oc_bytes *der);

// oc_client_cache_dir writes the path of the user's cache of answers, with a NUL, into the
// `size` octets at `buf`: libocsp in $XDG_CACHE_HOME, or in .cache in $HOME. Returns false,
// with an empty text, when there is none or it does not fit.
//
// Each file there is the DER of one response, kept until its next update or the max-age of
// HTTP, whichever comes first; that is its time of last modification. Several processes may
// use a directory at once. What is there is verified again each time it is used, by the policy
// of who asks; what that does not believe is removed. That nothing can be kept is no failure.
//
// Who writes looks at most once an hour, and at no more than 65,536 files, for what is of no use
// any more, and removes it: files unfinished for more than an hour, and answers whose time has
// passed more than a day ago, by the system's clock and by the policy's. Only files with the
// names that the client gives are removed. The file .looked says when that was.
OC_API bool oc_client_cache_dir(char *buf, size_t size);

// oc_ask_outcome_name returns a short name in small letters, for instance "timeout", and
// "none" for what is no outcome.
OC_API const char *oc_ask_outcome_name(enum oc_ask_outcome outcome);

#ifdef __cplusplus
}
#endif

#endif
