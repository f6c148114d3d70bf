// SPDX-License-Identifier: MIT
//
// One handshake by libssl on a socket that never blocks, with status_request. Of TLS 1.3, where
// each certificate may have its staple, libssl as a client keeps the first one's only: the others
// are read out of the message as libssl has decrypted it.
#include "tls.h"

#include "program/clock.h"
#include "program/report.h"
#include "resolve.h"
#include "tls_staples.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HOST_SIZE = 256, PORT_SIZE = 6 };

// struct place is a host and its port, as text.
struct place {
    char host[HOST_SIZE];
    char port[PORT_SIZE];
};

// struct look is a handshake under way. `deadline` is in milliseconds of the steady clock, and
// `message` the Certificate message, if the handshake is one of TLS 1.3.
struct look {
    const struct tls_options *options;
    struct place place;
    int64_t deadline;
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
    struct octets message;
    char *why;
    size_t why_size;
};

static bool fail(struct look *look, const char *what, const char *more)
{
    snprintf(look->why, look->why_size, "%s%s%s", what, more[0] != '\0' ? ": " : "", more);
    return false;
}

static bool is_port(const char *text)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9' || strlen(text) >= PORT_SIZE)
        return false;
    unsigned long port = strtoul(text, &end, 10);
    return *end == '\0' && port > 0 && port < 65536;
}

static bool set_place(struct place *out, const char *host, size_t len, const char *port)
{
    if (len == 0 || len >= sizeof out->host || !is_port(port))
        return false;
    memcpy(out->host, host, len);
    out->host[len] = '\0';
    snprintf(out->port, sizeof out->port, "%s", port);
    return true;
}

// An address of IPv6 needs brackets only for a port.
static bool parse_place(struct place *out, const char *text, const char *usual_port)
{
    const char *colon = strrchr(text, ':');
    const char *bracket = strchr(text, ']');
    *out = (struct place){0};
    if (text[0] == '[' && bracket != NULL) {
        const char *port = bracket[1] == '\0' ? usual_port : bracket + 2;
        if (bracket[1] != '\0' && bracket[1] != ':')
            return false;
        return set_place(out, text + 1, (size_t)(bracket - text) - 1, port);
    }
    if (colon == NULL || strchr(text, ':') != colon)
        return set_place(out, text, strlen(text), usual_port);
    return set_place(out, text, (size_t)(colon - text), colon + 1);
}

bool tls_is_host(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:[]";
    struct place place;
    return text[0] != '-' && strspn(text, allowed) == strlen(text) &&
           parse_place(&place, text, "443");
}

static bool wait_for(struct look *look, short events)
{
    for (;;) {
        struct pollfd p = {.fd = look->fd, .events = events};
        int64_t left = look->deadline - clock_ms();
        int n = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

static bool wait_for_line(void *arg, bool to_write)
{
    return wait_for(arg, to_write ? POLLOUT : POLLIN);
}

static bool start_tls(struct look *look)
{
    struct starttls_line line = {look->fd, wait_for_line, look};
    const char *why = starttls_run(look->options->starttls, &line);
    return why == NULL ? true : fail(look, "no TLS", why);
}

static int connect_error(struct look *look, const struct address *address)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (connect(look->fd, (const struct sockaddr *)&address->socket, address->len) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!wait_for(look, POLLOUT))
        return ETIMEDOUT;
    return getsockopt(look->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

static bool connect_any(struct look *look)
{
    struct address addresses[RESOLVE_MAX];
    const char *why = NULL;
    long connect_timeout = look->options->connect_timeout;
    int64_t end = clock_ms() + connect_timeout;
    size_t n = resolve(look->place.host, look->place.port, connect_timeout, addresses, &why);
    if (n == 0)
        return fail(look, "there is no such file, and no such host",
                    why != NULL ? why : "it has no address");
    int error = ETIMEDOUT;
    for (size_t i = 0; i < n && clock_ms() < end; i++) {
        // One address that nobody answers from must not take the time of all others.
        look->deadline = clock_ms() + (end - clock_ms()) / (int64_t)(n - i);
        look->fd = socket(addresses[i].family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        error = look->fd == -1 ? errno : connect_error(look, &addresses[i]);
        if (error == 0)
            return true;
        if (look->fd != -1)
            close(look->fd);
        look->fd = -1;
    }
    return fail(look, "cannot be connected to", strerror(error));
}

static const char *last_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != NULL ? reason : "the connection was closed";
}

static bool is_address(const char *host)
{
    ASN1_OCTET_STRING *ip = a2i_IPADDRESS(host);
    bool is_one = ip != NULL;
    ASN1_OCTET_STRING_free(ip);
    return is_one;
}

static bool set_trust(struct look *look)
{
    const char *ca_file = look->options->ca_file;
    SSL_CTX_set_verify(look->ctx,
                       look->options->insecure_no_chain_check ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       NULL);
    if (ca_file == NULL)
        return SSL_CTX_set_default_verify_paths(look->ctx) == 1;
    if (SSL_CTX_load_verify_file(look->ctx, ca_file) == 1)
        return true;
    snprintf(look->why, look->why_size, "--ca: %.200s: no certificate that can be read", ca_file);
    return false;
}

static struct octets copy_octets(const unsigned char *data, size_t len)
{
    struct octets copy = {must_alloc(len, 1), len};
    memcpy(copy.data, data, len);
    return copy;
}

// libssl gives each message of the handshake whole and in the clear. That its record is one of TLS
// 1.3 is settled before the server's certificates come.
static void on_message(int is_sent, int version, int type, const void *data, size_t len, SSL *ssl,
                       void *arg)
{
    struct look *look = arg;
    (void)version;
    if (is_sent || type != SSL3_RT_HANDSHAKE || SSL_version(ssl) != TLS1_3_VERSION || len == 0 ||
        *(const unsigned char *)data != SSL3_MT_CERTIFICATE || look->message.data != NULL)
        return;
    look->message = copy_octets(data, len);
}

static void watch_messages(struct look *look)
{
#ifdef SSL_OP_NO_RX_CERTIFICATE_COMPRESSION
    // What comes compressed would be shown so.
    SSL_set_options(look->ssl, SSL_OP_NO_RX_CERTIFICATE_COMPRESSION);
#endif
    SSL_set_msg_callback(look->ssl, on_message);
    SSL_set_msg_callback_arg(look->ssl, look);
}

// An address is looked for in the certificate, but is no name to announce (RFC 6066 3).
static bool set_name(struct look *look)
{
    const char *host = look->place.host;
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(look->ssl), host) == 1;
    return SSL_set1_host(look->ssl, host) == 1 && SSL_set_tlsext_host_name(look->ssl, host) == 1;
}

static bool prepare(struct look *look)
{
    look->ctx = SSL_CTX_new(TLS_client_method());
    if (look->ctx == NULL)
        return fail(look, "libssl does not start", last_reason());
    look->why[0] = '\0';
    if (!set_trust(look))
        return look->why[0] != '\0' ? false : fail(look, "no trust store", last_reason());
    look->ssl = SSL_new(look->ctx);
    if (look->ssl == NULL || SSL_set_fd(look->ssl, look->fd) != 1 || !set_name(look) ||
        SSL_set_tlsext_status_type(look->ssl, TLSEXT_STATUSTYPE_ocsp) != 1)
        return fail(look, "libssl does not start", last_reason());
    watch_messages(look);
    return true;
}

static bool fail_handshake(struct look *look)
{
    long result = SSL_get_verify_result(look->ssl);
    if (result != X509_V_OK && !look->options->insecure_no_chain_check)
        return fail(look, "its certificate is not trusted (RFC 5280 6)",
                    X509_verify_cert_error_string(result));
    return fail(look, "no TLS", last_reason());
}

static bool shake_hands(struct look *look)
{
    for (;;) {
        ERR_clear_error();
        int n = SSL_connect(look->ssl);
        if (n == 1)
            return true;
        int error = SSL_get_error(look->ssl, n);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
            return fail_handshake(look);
        if (!wait_for(look, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT))
            return fail(look, "no TLS", "it took too long");
    }
}

static struct octets encode(X509 *cert)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    if (len <= 0)
        die_no_memory();
    struct octets copy = copy_octets(der, (size_t)len);
    OPENSSL_free(der);
    return copy;
}

static void take_certs(struct look *look, struct tls_peer *out)
{
    STACK_OF(X509) *chain = look->options->insecure_no_chain_check
                                ? SSL_get_peer_cert_chain(look->ssl)
                                : SSL_get0_verified_chain(look->ssl);
    int n = chain != NULL ? sk_X509_num(chain) : 0;
    out->certs = must_alloc((size_t)n, sizeof *out->certs);
    out->staples = must_alloc((size_t)n, sizeof *out->staples);
    for (int i = 0; i < n; i++)
        out->certs[out->n_certs++] = encode(sk_X509_value(chain, i));
}

// The chain that was verified may have another order than the one that was sent, and other
// certificates.
static bool take_other_staples(const struct look *look, struct tls_peer *out)
{
    struct oc_bytes list;
    if (look->message.data == NULL)
        return true;
    if (!tls_staples_read((struct oc_bytes){look->message.data, look->message.len}, &list))
        return false;
    for (size_t i = 1; i < out->n_certs; i++) {
        struct oc_bytes cert = {out->certs[i].data, out->certs[i].len};
        struct oc_bytes staple = tls_staples_find(list, cert);
        if (staple.data != NULL)
            out->staples[i] = copy_octets(staple.data, staple.len);
    }
    return true;
}

static bool take(struct look *look, struct tls_peer *out)
{
    unsigned char *staple = NULL;
    long len = SSL_get_tlsext_status_ocsp_resp(look->ssl, &staple);
    take_certs(look, out);
    if (out->n_certs == 0)
        return fail(look, "no TLS", "it has no certificate");
    if (staple != NULL && len >= 0)
        out->staples[0] = copy_octets(staple, (size_t)len);
    if (!take_other_staples(look, out))
        return fail(look, "no TLS", "its staples cannot be read (RFC 8446 4.4.2)");
    return true;
}

bool tls_look(const struct tls_options *options, const char *target, struct tls_peer *out,
              char *why, size_t size)
{
    struct look look = {.options = options, .fd = -1, .why = why, .why_size = size};
    *out = (struct tls_peer){0};
    if (!parse_place(&look.place, target, starttls_port(options->starttls)))
        return fail(&look, "is neither HOST nor HOST:PORT", "");
    bool ok = connect_any(&look);
    look.deadline = clock_ms() + options->timeout;
    ok = ok && prepare(&look) && start_tls(&look) && shake_hands(&look) && take(&look, out);
    if (ok)
        (void)SSL_shutdown(look.ssl);
    else
        tls_peer_free(out);
    free(look.message.data);
    SSL_free(look.ssl);
    SSL_CTX_free(look.ctx);
    if (look.fd != -1)
        close(look.fd);
    ERR_clear_error();
    return ok;
}

void tls_peer_free(struct tls_peer *peer)
{
    for (size_t i = 0; i < peer->n_certs; i++) {
        free(peer->certs[i].data);
        free(peer->staples[i].data);
    }
    free(peer->certs);
    free(peer->staples);
    *peer = (struct tls_peer){0};
}
