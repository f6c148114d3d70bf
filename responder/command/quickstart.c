// SPDX-License-Identifier: MIT
//
// `ocspd quickstart`: a directory with a database, a signer certified by the CA, and a
// configuration. Nothing is overwritten, and if a step fails, the files made before it are removed.
#include "command/quickstart.h"

#include "base/listen_address.h"
#include "config/config.h"
#include "program/passphrase.h"
#include "program/report.h"
#include "store/database_file.h"
#include "store/store.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { SIGNER_DAYS = 90, SERIAL_LEN = 16, ISSUER_NAME_MAX = 63, PATH_LEN = 4096 };

static const char default_listen[] = "127.0.0.1:2560";
static const char default_admin[] = "127.0.0.1:2561";

// enum piece is a file to make, in this order.
enum piece { CA_CERT = 0, SIGNER_KEY, SIGNER_CERT, DATABASE, CONFIG, N_PIECES };

static const char *const piece_names[N_PIECES] = {
    [CA_CERT] = "ca.pem",    [SIGNER_KEY] = "signer.key", [SIGNER_CERT] = "signer.pem",
    [DATABASE] = "ocspd.db", [CONFIG] = "ocspd.conf",
};

// struct quick is one run.
struct quick {
    const char *ca_file;
    const char *key_file;
    const char *passphrase_file;
    const char *dir;
    const char *listen;
    const char *admin;
    const char *title;
    X509 *ca;
    EVP_PKEY *ca_key;
    X509 *signer;
    EVP_PKEY *signer_key;
    char paths[N_PIECES][PATH_LEN];
    bool is_made[N_PIECES];
    bool is_dir_made;
};

__attribute__((format(printf, 3, 4))) static bool fail(const struct quick *quick, const char *about,
                                                       const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    complain(quick->title, "%s: %s", about, text);
    return false;
}

// libcrypto's last error is the one nearest to the cause.
static const char *crypto_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != NULL ? reason : "libcrypto failed";
}

static bool read_ca(struct quick *quick)
{
    FILE *in = fopen(quick->ca_file, "re");
    if (in == NULL)
        return fail(quick, quick->ca_file, "%s", strerror(errno));
    quick->ca = PEM_read_X509(in, NULL, NULL, NULL);
    if (quick->ca == NULL) {
        rewind(in);
        quick->ca = d2i_X509_fp(in, NULL);
    }
    fclose(in);
    if (quick->ca == NULL)
        return fail(quick, quick->ca_file, "contains no certificate");
    if (X509_check_ca(quick->ca) == 0)
        return fail(quick, quick->ca_file, "is not the certificate of a CA");
    if (X509_cmp_current_time(X509_get0_notAfter(quick->ca)) <= 0)
        return fail(quick, quick->ca_file, "the certificate has expired");
    return true;
}

static int read_passphrase(char *buf, int size, int is_writing, void *arg)
{
    const struct quick *quick = arg;
    struct passphrase passphrase;
    if (quick->passphrase_file == NULL)
        return PEM_def_callback(buf, size, is_writing, NULL);
    const char *wrong = passphrase_read(quick->passphrase_file, &passphrase);
    if (wrong != NULL)
        fail(quick, quick->passphrase_file, "%s", wrong);
    int len = passphrase.len <= size ? passphrase.len : -1;
    if (len > 0)
        memcpy(buf, passphrase.text, (size_t)len);
    passphrase_forget(&passphrase);
    return len;
}

static bool read_key(struct quick *quick)
{
    FILE *in = fopen(quick->key_file, "re");
    if (in == NULL)
        return fail(quick, quick->key_file, "%s", strerror(errno));
    quick->ca_key = PEM_read_PrivateKey(in, NULL, read_passphrase, quick);
    if (quick->ca_key == NULL) {
        rewind(in);
        quick->ca_key = d2i_PrivateKey_fp(in, NULL);
    }
    fclose(in);
    if (quick->ca_key == NULL)
        return fail(quick, quick->key_file, "contains no private key, or the passphrase is wrong");
    if (X509_check_private_key(quick->ca, quick->ca_key) != 1)
        return fail(quick, quick->key_file, "is not the key of %s", quick->ca_file);
    return true;
}

static bool set_names(struct quick *quick, X509 *cert)
{
    X509_NAME *name = X509_NAME_new();
    bool ok = name != NULL &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                         (const unsigned char *)"OCSP responder", -1, -1, 0) == 1 &&
              X509_set_subject_name(cert, name) == 1 &&
              X509_set_issuer_name(cert, X509_get_subject_name(quick->ca)) == 1;
    X509_NAME_free(name);
    return ok;
}

// The serial number is random, positive and has no leading zero; CABF BR 7.1 requires 64 random
// bits.
static bool set_serial(X509 *cert)
{
    unsigned char octets[SERIAL_LEN];
    if (RAND_bytes(octets, sizeof octets) != 1)
        return false;
    octets[0] = (octets[0] & 0x7f) | 0x40;
    BIGNUM *number = BN_bin2bn(octets, sizeof octets, NULL);
    bool ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return ok;
}

// The certificate is valid from 5 minutes ago, for clients whose clocks are behind. Its validity
// lies within that of the CA.
static bool set_times(const struct quick *quick, X509 *cert)
{
    const ASN1_TIME *ca_start = X509_get0_notBefore(quick->ca);
    const ASN1_TIME *ca_end = X509_get0_notAfter(quick->ca);
    ASN1_TIME *start = X509_getm_notBefore(cert);
    ASN1_TIME *end = X509_getm_notAfter(cert);
    if (X509_gmtime_adj(start, -300) == NULL || X509_time_adj_ex(end, SIGNER_DAYS, 0, NULL) == NULL)
        return false;
    bool ok = true;
    if (ASN1_TIME_compare(start, ca_start) < 0)
        ok = X509_set1_notBefore(cert, ca_start) == 1;
    if (ASN1_TIME_compare(end, ca_end) > 0)
        ok = ok && X509_set1_notAfter(cert, ca_end) == 1;
    return ok;
}

static bool add_extension(X509V3_CTX *ctx, X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
    bool ok = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

// RFC 6960 4.2.2.2 and 4.2.2.2.1; CABF BR 7.1.2.8. The authority key identifier is left out if the
// CA has no key identifier.
static bool add_extensions(const struct quick *quick, X509 *cert)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, quick->ca, cert, NULL, NULL, 0);
    bool has_key_id = X509_get0_subject_key_id(quick->ca) != NULL;
    return add_extension(&ctx, cert, NID_subject_key_identifier, "hash") &&
           (!has_key_id ||
            add_extension(&ctx, cert, NID_authority_key_identifier, "keyid:always")) &&
           add_extension(&ctx, cert, NID_key_usage, "critical,digitalSignature") &&
           add_extension(&ctx, cert, NID_ext_key_usage, "OCSPSigning") &&
           add_extension(&ctx, cert, NID_id_pkix_OCSP_noCheck, "ignored");
}

static bool sign_cert(const struct quick *quick, X509 *cert)
{
    char name[64] = "";
    // Ed25519 and the like do not take a hash.
    bool has_own_hash = EVP_PKEY_get_default_digest_name(quick->ca_key, name, sizeof name) == 2 &&
                        (name[0] == '\0' || strcmp(name, "UNDEF") == 0);
    return X509_sign(cert, quick->ca_key, has_own_hash ? NULL : EVP_sha256()) > 0;
}

static bool make_signer(struct quick *quick)
{
    X509 *cert = quick->signer = X509_new();
    quick->signer_key = EVP_EC_gen("P-256");
    if (cert != NULL && quick->signer_key != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
        set_serial(cert) && set_names(quick, cert) && set_times(quick, cert) &&
        X509_set_pubkey(cert, quick->signer_key) == 1 && add_extensions(quick, cert) &&
        sign_cert(quick, cert))
        return true;
    return fail(quick, "the signer's certificate", "%s", crypto_reason());
}

// plain_text copies the printable ASCII characters of a text, without those that are special in the
// configuration, and replaces each of the others by an underscore. Returns false if no letter or
// digit is left.
static bool plain_text(const unsigned char *text, size_t len, char out[ISSUER_NAME_MAX + 1])
{
    size_t n = 0;
    bool has_some = false;
    for (size_t at = 0; at < len && n < ISSUER_NAME_MAX;) {
        uint32_t code = 0;
        size_t step = utf8_decode(text + at, len - at, &code);
        bool is_plain = step == 1 && isprint((int)code) && strchr("\"\\$", (int)code) == NULL;
        out[n++] = (char)(is_plain ? code : (uint32_t)'_');
        has_some = has_some || (is_plain && isalnum((int)code));
        at += step > 0 ? step : 1;
    }
    out[n] = '\0';
    return has_some;
}

// issuer_name makes the issuer's name in the configuration from that of the CA.
static void issuer_name(const struct quick *quick, char out[ISSUER_NAME_MAX + 1])
{
    X509_NAME *name = X509_get_subject_name(quick->ca);
    X509_NAME_ENTRY *entry =
        X509_NAME_get_entry(name, X509_NAME_get_index_by_NID(name, NID_commonName, -1));
    unsigned char *text = NULL;
    int len = entry != NULL ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry)) : -1;
    // The name may be a string of any type, BMPString for instance.
    if (!plain_text(text, len > 0 ? (size_t)len : 0, out))
        snprintf(out, ISSUER_NAME_MAX + 1, "CA");
    OPENSSL_free(text);
}

static bool write_config(const struct quick *quick, FILE *out)
{
    char name[ISSUER_NAME_MAX + 1];
    issuer_name(quick, name);
    return fprintf(out,
                   "# ocspd.conf(5) has every setting.\n"
                   "listen = {\"%s\"}\n"
                   "admin-listen = \"%s\"\n"
                   "database = \"%s\"\n"
                   "\n"
                   "issuer \"%s\" {\n"
                   "    certificate = \"%s\"\n"
                   "    nonce = live\n"
                   "\n"
                   "    signer \"quickstart\" {\n"
                   "        certificate = \"%s\"\n"
                   "        key = \"%s\"\n"
                   "    }\n"
                   "}\n",
                   quick->listen, quick->admin, piece_names[DATABASE], name, piece_names[CA_CERT],
                   piece_names[SIGNER_CERT], piece_names[SIGNER_KEY]) > 0;
}

static bool write_piece(const struct quick *quick, enum piece piece, FILE *out)
{
    switch (piece) {
    case CA_CERT:
        return PEM_write_X509(out, quick->ca) == 1;
    case SIGNER_CERT:
        return PEM_write_X509(out, quick->signer) == 1;
    case SIGNER_KEY:
        return PEM_write_PKCS8PrivateKey(out, quick->signer_key, NULL, NULL, 0, NULL, NULL) == 1;
    default:
        return write_config(quick, out);
    }
}

static bool make_piece(struct quick *quick, enum piece piece)
{
    const char *path = quick->paths[piece];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, piece == SIGNER_KEY ? 0600 : 0644);
    if (fd == -1)
        return fail(quick, path, "%s", strerror(errno));
    quick->is_made[piece] = true;
    FILE *out = fdopen(fd, "w");
    if (out == NULL) {
        close(fd);
        return fail(quick, path, "%s", strerror(errno));
    }
    errno = 0;
    bool is_written = write_piece(quick, piece, out);
    if (fclose(out) != 0 || !is_written)
        return fail(quick, path, "%s", errno != 0 ? strerror(errno) : crypto_reason());
    return true;
}

static bool make_database(struct quick *quick)
{
    struct store_error err;
    if (!database_init(quick->paths[DATABASE], &err))
        return fail(quick, quick->paths[DATABASE], "%s", err.text);
    quick->is_made[DATABASE] = true;
    return true;
}

static bool name_pieces(struct quick *quick)
{
    for (size_t i = 0; i < N_PIECES; i++) {
        int len = snprintf(quick->paths[i], PATH_LEN, "%s/%s", quick->dir, piece_names[i]);
        if (len < 0 || len >= PATH_LEN)
            return fail(quick, quick->dir, "%s", strerror(ENAMETOOLONG));
        if (access(quick->paths[i], F_OK) == 0)
            return fail(quick, quick->paths[i], "already exists; nothing was changed");
    }
    return true;
}

static bool make_dir(struct quick *quick)
{
    if (mkdir(quick->dir, 0755) == 0) {
        quick->is_dir_made = true;
        return true;
    }
    return errno == EEXIST || fail(quick, quick->dir, "%s", strerror(errno));
}

static bool make_all(struct quick *quick)
{
    bool ok = make_dir(quick);
    for (unsigned i = 0; ok && i < N_PIECES; i++)
        ok = i == DATABASE ? make_database(quick) : make_piece(quick, (enum piece)i);
    if (ok)
        return true;
    for (size_t i = 0; i < N_PIECES; i++) {
        if (quick->is_made[i])
            unlink(quick->paths[i]);
    }
    if (quick->is_dir_made)
        rmdir(quick->dir);
    return false;
}

static void print_next(const struct quick *quick)
{
    const char *config = quick->paths[CONFIG];
    printf("Created in %s: a database, a signer for %d days, and a configuration.\n"
           "\n"
           "Answer requests, in the foreground:\n"
           "    ocspd serve --config %s\n"
           "Record which certificates were issued (others are not good), or revoke one:\n"
           "    ocspd issue --config %s SERIAL...\n"
           "    ocspd import --config %s --index index.txt\n"
           "    ocspd revoke --config %s SERIAL --reason keyCompromise\n"
           "A SERIAL is written as 0x01aa or 01:aa; digits alone need --hex or --decimal.\n",
           quick->dir, SIGNER_DAYS, config, config, config, config);
    if (strncmp(quick->listen, "unix:", 5) != 0 && quick->listen[0] != '*')
        printf("Check a certificate:\n"
               "    ocsp check --url http://%s/ --issuer %s CERT\n",
               quick->listen, quick->paths[CA_CERT]);
}

static bool check_addresses(const struct quick *quick)
{
    char why[200];
    if (!listen_address_check(quick->listen, why, sizeof why))
        return fail(quick, quick->listen, "%s", why);
    if (quick->admin[0] != '\0' && !listen_address_check(quick->admin, why, sizeof why))
        return fail(quick, quick->admin, "%s", why);
    if (strpbrk(quick->listen, "\"\\$") != NULL || strpbrk(quick->admin, "\"\\$") != NULL)
        return fail(quick, quick->listen, "quotes, backslashes and dollar signs are not supported");
    return true;
}

static int make(struct quick *quick)
{
    if (!check_addresses(quick))
        return EX_USAGE;
    if (!read_ca(quick) || !read_key(quick))
        return EX_DATAERR;
    if (!name_pieces(quick))
        return EX_CANTCREAT;
    if (!make_signer(quick))
        return EX_SOFTWARE;
    if (!make_all(quick))
        return EX_CANTCREAT;
    print_next(quick);
    return EX_OK;
}

static bool read_options(const struct command *self, struct quick *quick, int argc, char **argv,
                         int *status)
{
    static const struct option options[] = {
        {"ca", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},
        {"passphrase-file", required_argument, NULL, 'p'},
        {"dir", required_argument, NULL, 'd'},
        {"listen", required_argument, NULL, 'l'},
        {"admin-listen", required_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *status = EX_USAGE;
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            quick->ca_file = optarg;
            break;
        case 'k':
            quick->key_file = optarg;
            break;
        case 'p':
            quick->passphrase_file = optarg;
            break;
        case 'd':
            quick->dir = optarg;
            break;
        case 'l':
            quick->listen = optarg;
            break;
        case 'a':
            quick->admin = optarg;
            break;
        case 'h':
            *status = command_help(self);
            return false;
        default:
            *status = command_usage(self);
            return false;
        }
    }
    if (optind == argc && quick->ca_file != NULL && quick->key_file != NULL)
        return true;
    if (optind < argc) {
        *status = command_refuse_argument(self, argv[optind]);
        return false;
    }
    complain(self->title, "missing --ca or --key");
    *status = command_usage(self);
    return false;
}

int quickstart_run(const struct command *self, int argc, char **argv)
{
    struct quick *quick = must_alloc(1, sizeof *quick);
    quick->title = self->title;
    quick->dir = "ocspd";
    quick->listen = default_listen;
    quick->admin = default_admin;
    int status = EX_OK;
    if (read_options(self, quick, argc, argv, &status))
        status = make(quick);
    X509_free(quick->ca);
    X509_free(quick->signer);
    EVP_PKEY_free(quick->ca_key);
    EVP_PKEY_free(quick->signer_key);
    free(quick);
    return status;
}
