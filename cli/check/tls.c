// SPDX-License-Identifier: MIT
//
// One handshake by libssl with status_request, on a non-blocking socket. In TLS 1.3 each
// certificate may have its own staple, but libssl as a client keeps only the first one's; the
// others are read from the Certificate message that libssl has decrypted.
#include "check/tls.h"

#include "check/endpoint.h"
#include "check/resolve.h"
#include "check/tls_staples.h"
#include "program/clock.h"
#include "program/report.h"
#include "socket.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// struct look is a handshake in progress. `deadline` is by clock_ms(); `message` is the Certificate
// message if the handshake is one of TLS 1.3.
struct look {
    const struct tls_options *options;
    struct endpoint endpoint;
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

static bool start_tls(struct look *look)
{
    const struct starttls_line line = {look->fd, look->deadline};
    const char *why = starttls_run(look->options->starttls, &line);
    return why == NULL ? true : fail(look, "TLS failed", why);
}

static bool connect_any(struct look *look)
{
    struct address addresses[RESOLVE_MAX];
    const char *why = NULL;
    long connect_timeout = look->options->connect_timeout;
    int64_t end = clock_ms() + connect_timeout;
    size_t n = resolve(look->endpoint.host, look->endpoint.port, connect_timeout, addresses, &why);
    if (n == 0)
        return fail(look, "no such file or host", why != NULL ? why : "it has no address");
    errno = ETIMEDOUT;
    for (size_t i = 0; i < n && look->fd == -1 && clock_ms() < end; i++) {
        // Divide the time, so that one address that does not respond leaves some for the others.
        int64_t deadline = clock_ms() + (end - clock_ms()) / (int64_t)(n - i);
        look->fd =
            socket_open((const struct sockaddr *)&addresses[i].socket, addresses[i].len, deadline);
    }
    return look->fd != -1 ? true : fail(look, "cannot connect", strerror(errno));
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
    snprintf(look->why, look->why_size, "--ca: %.200s: cannot read a certificate", ca_file);
    return false;
}

static struct octets copy_octets(const unsigned char *data, size_t len)
{
    struct octets copy = {must_alloc(len, 1), len};
    memcpy(copy.data, data, len);
    return copy;
}

// libssl passes each handshake message whole and decrypted. The version is negotiated before the
// server's certificates arrive.
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
    // The callback would get a compressed message as it is.
    SSL_set_options(look->ssl, SSL_OP_NO_RX_CERTIFICATE_COMPRESSION);
#endif
    SSL_set_msg_callback(look->ssl, on_message);
    SSL_set_msg_callback_arg(look->ssl, look);
}

// An IP address is compared with the certificate, but must not be sent as server name (RFC 6066 3).
static bool set_name(struct look *look)
{
    const char *host = look->endpoint.host;
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(look->ssl), host) == 1;
    return SSL_set1_host(look->ssl, host) == 1 && SSL_set_tlsext_host_name(look->ssl, host) == 1;
}

static bool prepare(struct look *look)
{
    look->ctx = SSL_CTX_new(TLS_client_method());
    if (look->ctx == NULL)
        return fail(look, "cannot start libssl", last_reason());
    look->why[0] = '\0';
    if (!set_trust(look))
        return look->why[0] != '\0' ? false
                                    : fail(look, "cannot load the trust store", last_reason());
    look->ssl = SSL_new(look->ctx);
    if (look->ssl == NULL || SSL_set_fd(look->ssl, look->fd) != 1 || !set_name(look) ||
        SSL_set_tlsext_status_type(look->ssl, TLSEXT_STATUSTYPE_ocsp) != 1)
        return fail(look, "cannot start libssl", last_reason());
    watch_messages(look);
    return true;
}

static bool fail_handshake(struct look *look)
{
    long result = SSL_get_verify_result(look->ssl);
    if (result != X509_V_OK && !look->options->insecure_no_chain_check)
        return fail(look, "the certificate is not trusted (RFC 5280 6)",
                    X509_verify_cert_error_string(result));
    return fail(look, "TLS failed", last_reason());
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
        if (!socket_wait(look->fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, look->deadline))
            return fail(look, "TLS failed", "the handshake timed out");
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

// The verified chain may differ from the chain in the message, in its order and its certificates.
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
        return fail(look, "TLS failed", "the server sent no certificate");
    if (staple != NULL && len >= 0)
        out->staples[0] = copy_octets(staple, (size_t)len);
    if (!take_other_staples(look, out))
        return fail(look, "TLS failed", "cannot parse the staples (RFC 8446 4.4.2)");
    return true;
}

bool tls_look(const struct tls_options *options, const char *target, struct tls_peer *out,
              char *why, size_t size)
{
    struct look look = {.options = options, .fd = -1, .why = why, .why_size = size};
    *out = (struct tls_peer){0};
    if (!endpoint_parse(&look.endpoint, target, starttls_port(options->starttls)))
        return fail(&look, "invalid target: neither HOST nor HOST:PORT", "");
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
