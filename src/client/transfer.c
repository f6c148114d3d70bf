// SPDX-License-Identifier: MIT
//
// One exchange by HTTP, by libcurl's multi interface.
//
// Redirects are followed here and not by libcurl: an address in one has to pass what every
// other address passes, and a POST stays a POST.
#include "client/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// More octets of header fields, redirects' and all, than any responder needs.
#define MAX_HEADER 32768

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Texts of libcurl may contain octets that the server has sent.
static void say(struct oci_transfer *transfer, const char *text)
{
    snprintf(transfer->what, sizeof transfer->what, "%.*s", (int)sizeof transfer->what - 1, text);
    transfer->what[strcspn(transfer->what, "\r\n")] = '\0';
    for (char *c = transfer->what; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct oci_transfer *transfer = arg;
    size_t len = size * n;
    if (len > sizeof transfer->body - transfer->body_len) {
        transfer->is_too_large = true;
        return 0;
    }
    memcpy(transfer->body + transfer->body_len, data, len);
    transfer->body_len += len;
    return len;
}

static size_t on_header(const char *data, size_t size, size_t n, void *arg)
{
    struct oci_transfer *transfer = arg;
    (void)data;
    transfer->header_len += size * n;
    return transfer->header_len <= MAX_HEADER ? size * n : 0;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct oci_transfer *transfer = arg;
    const struct oc_client_config *config = transfer->config;
    (void)purpose;
    transfer->is_refused =
        config->allow != NULL && !config->allow(config->allow_arg, &address->addr);
    if (transfer->is_refused)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

#define SET(option, value) (curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)

static bool set_callbacks(CURL *easy, struct oci_transfer *transfer)
{
    return SET(PRIVATE, transfer) && SET(ERRORBUFFER, transfer->curl_text) &&
           SET(WRITEFUNCTION, on_body) && SET(WRITEDATA, transfer) &&
           SET(HEADERFUNCTION, on_header) && SET(HEADERDATA, transfer) &&
           SET(OPENSOCKETFUNCTION, on_socket) && SET(OPENSOCKETDATA, transfer);
}

// A resolver that hangs must not delay a transfer that has timed out.
static bool set_quick_exit(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075700
    return SET(QUICK_EXIT, 1L);
#else
    (void)easy;
    return true;
#endif
}

static bool set_up(CURL *easy, struct oci_transfer *transfer)
{
    const char *proxy = transfer->config->proxy;
    const char *ca_file = transfer->config->ca_file;
    return set_callbacks(easy, transfer) && SET(NOSIGNAL, 1L) && SET(NOPROGRESS, 1L) &&
           SET(PROTOCOLS_STR, "http,https") && SET(FOLLOWLOCATION, 0L) &&
           SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) && SET(DISALLOW_USERNAME_IN_URL, 1L) &&
           SET(NETRC, (long)CURL_NETRC_IGNORED) && SET(USERAGENT, "libocsp") &&
           SET(SUPPRESS_CONNECT_HEADERS, 1L) && (proxy == NULL || SET(PROXY, proxy)) &&
           (ca_file == NULL || SET(CAINFO, ca_file)) && set_quick_exit(easy);
}

struct oci_transfer *oci_transfer_new(CURLM *multi, const struct oc_client_config *config,
                                      struct curl_slist *post_headers)
{
    struct oci_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        return NULL;
    transfer->config = config;
    transfer->multi = multi;
    transfer->post_headers = post_headers;
    transfer->easy = curl_easy_init();
    if (transfer->easy != NULL && set_up(transfer->easy, transfer))
        return transfer;
    oci_transfer_free(transfer);
    return NULL;
}

void oci_transfer_free(struct oci_transfer *transfer)
{
    if (transfer == NULL)
        return;
    oci_transfer_stop(transfer);
    curl_easy_cleanup(transfer->easy);
    free(transfer);
}

void oci_transfer_stop(struct oci_transfer *transfer)
{
    if (transfer->is_running)
        curl_multi_remove_handle(transfer->multi, transfer->easy);
    transfer->is_running = false;
}

// Sends the request to transfer->url, in the time that is left.
static bool send_it(struct oci_transfer *transfer)
{
    CURL *easy = transfer->easy;
    long left = transfer->config->exchange_timeout - (long)(now_ms() - transfer->started);
    long connect = transfer->config->connect_timeout;
    // Zero would be no limit at all.
    left = left > 1 ? left : 1;
    transfer->body_len = 0;
    transfer->is_refused = false;
    transfer->curl_text[0] = '\0';
    transfer->is_running = SET(URL, transfer->url) && SET(TIMEOUT_MS, left) &&
                           SET(CONNECTTIMEOUT_MS, connect < left ? connect : left) &&
                           curl_multi_add_handle(transfer->multi, easy) == CURLM_OK;
    return transfer->is_running;
}

static bool set_method(struct oci_transfer *transfer, struct oc_bytes post)
{
    CURL *easy = transfer->easy;
    if (post.data == NULL)
        return SET(HTTPGET, 1L) && SET(HTTPHEADER, NULL);
    return SET(POST, 1L) && SET(POSTFIELDSIZE, (long)post.len) &&
           SET(POSTFIELDS, (const char *)post.data) && SET(HTTPHEADER, transfer->post_headers);
}

bool oci_transfer_start(struct oci_transfer *transfer, const char *url, struct oc_bytes post,
                        const char *content_type)
{
    size_t len = strlen(url);
    if (len > OCI_MAX_URL)
        return false;
    memcpy(transfer->url, url, len + 1);
    transfer->content_type = content_type;
    transfer->n_redirects = 0;
    transfer->header_len = 0;
    transfer->is_too_large = false;
    transfer->outcome = OC_ASK_NONE;
    transfer->http_status = 0;
    transfer->what[0] = '\0';
    transfer->freshness = (struct oci_freshness){0};
    transfer->started = now_ms();
    return set_method(transfer, post) && send_it(transfer);
}

static enum oc_ask_outcome outcome_of(const struct oci_transfer *transfer, CURLcode code)
{
    long connect_status = 0;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return OC_ASK_TIMEOUT;
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
        return transfer->n_redirects == 0 ? OC_ASK_URL_REFUSED : OC_ASK_REDIRECT;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return OC_ASK_UNREACHABLE;
    default:
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
        return connect_status != 0 && connect_status / 100 != 2 ? OC_ASK_UNREACHABLE
                                                                : OC_ASK_BROKEN;
    }
}

static enum oc_ask_outcome fail(struct oci_transfer *transfer, CURLcode code)
{
    if (transfer->is_refused) {
        say(transfer, "the network address is not allowed");
        return OC_ASK_REFUSED;
    }
    if (transfer->header_len > MAX_HEADER)
        say(transfer, "the header is too long");
    else
        say(transfer,
            transfer->curl_text[0] != '\0' ? transfer->curl_text : curl_easy_strerror(code));
    return outcome_of(transfer, code);
}

static const char *header(const struct oci_transfer *transfer, const char *name, size_t i)
{
    struct curl_header *found = NULL;
    if (curl_easy_header(transfer->easy, name, i, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return NULL;
    return found->value;
}

static void read_freshness(struct oci_transfer *transfer)
{
    const char *field = NULL;
    for (size_t i = 0; (field = header(transfer, "Cache-Control", i)) != NULL; i++)
        oci_http_cache_control(field, &transfer->freshness);
    if ((field = header(transfer, "Age", 0)) != NULL)
        oci_http_age(field, &transfer->freshness);
}

// Checks the head of a reply that is not a redirect. The body is complete, or was cut off
// because it is too large.
static enum oc_ask_outcome check_reply(struct oci_transfer *transfer)
{
    const char *content_type = NULL;
    if (transfer->http_status != 200)
        return OC_ASK_HTTP_STATUS;
    if (transfer->is_too_large)
        return OC_ASK_TOO_LARGE;
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
    if (transfer->content_type != NULL && !oci_http_is_type(content_type, transfer->content_type))
        return OC_ASK_CONTENT_TYPE;
    if (transfer->body_len == 0)
        return OC_ASK_EMPTY;
    const char *encoding = header(transfer, "Content-Encoding", 0);
    if (encoding != NULL && !oci_http_is_type(encoding, "identity"))
        return OC_ASK_MALFORMED;
    read_freshness(transfer);
    return OC_ASK_ANSWERED;
}

static enum oc_ask_outcome refuse_redirect(struct oci_transfer *transfer, const char *what)
{
    say(transfer, what);
    return OC_ASK_REDIRECT;
}

// Sets *is_sent when the exchange goes on elsewhere.
static enum oc_ask_outcome redirect(struct oci_transfer *transfer, const char *target,
                                    bool *is_sent)
{
    size_t len = strlen(target);
    if (transfer->n_redirects == OC_CLIENT_MAX_REDIRECTS)
        return refuse_redirect(transfer, "there are too many redirects");
    const char *fault = oci_url_fault((struct oc_bytes){(const uint8_t *)target, len});
    if (fault != NULL)
        return refuse_redirect(transfer, fault);
    if (!oci_url_same_scheme(transfer->url, target))
        return refuse_redirect(transfer, "a redirect leads to another scheme");
    memcpy(transfer->url, target, len + 1);
    transfer->n_redirects++;
    transfer->is_too_large = false;
    *is_sent = send_it(transfer);
    return OC_ASK_NONE;
}

static enum oc_ask_outcome conclude(struct oci_transfer *transfer, CURLcode code, bool *is_sent)
{
    char *target = NULL;
    transfer->http_status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->http_status);
    if (code == CURLE_OUT_OF_MEMORY)
        return OC_ASK_NONE;
    if (code != CURLE_OK && !transfer->is_too_large)
        return fail(transfer, code);
    if (transfer->http_status / 100 == 3)
        curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
    return target != NULL ? redirect(transfer, target, is_sent) : check_reply(transfer);
}

// Returns false when the exchange goes on.
static bool end_transfer(struct oci_transfer *transfer, CURLcode code)
{
    bool is_sent = false;
    oci_transfer_stop(transfer);
    enum oc_ask_outcome outcome = conclude(transfer, code, &is_sent);
    if (is_sent)
        return false;
    transfer->outcome = outcome;
    transfer->milliseconds = (long)(now_ms() - transfer->started);
    return true;
}

// Sets *has_moved when a redirect has made a transfer run again.
static struct oci_transfer *next_ended(CURLM *multi, bool *has_moved)
{
    int n_left = 0;
    for (CURLMsg *msg; (msg = curl_multi_info_read(multi, &n_left)) != NULL;) {
        struct oci_transfer *transfer = NULL;
        CURLcode code = msg->data.result;
        if (msg->msg != CURLMSG_DONE ||
            curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&transfer) != CURLE_OK)
            continue;
        if (end_transfer(transfer, code))
            return transfer;
        *has_moved = true;
    }
    return NULL;
}

struct oci_transfer *oci_transfer_wait(CURLM *multi)
{
    bool has_moved = false;
    int n_running = 0;
    struct oci_transfer *ended = next_ended(multi, &has_moved);
    while (ended == NULL && curl_multi_perform(multi, &n_running) == CURLM_OK) {
        has_moved = false;
        ended = next_ended(multi, &has_moved);
        if (ended != NULL || has_moved)
            continue;
        if (n_running == 0 || curl_multi_poll(multi, NULL, 0, 1000, NULL) != CURLM_OK)
            return NULL;
    }
    return ended;
}
