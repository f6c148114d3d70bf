// SPDX-License-Identifier: MIT
//
// Files for signers.
#include "keyring.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES_MAX = 64 };

static char folder[64];
static char *files[FILES_MAX];
static size_t n_files;

void keyring_start(void)
{
    strcpy(folder, "/tmp/keyring-XXXXXX");
    if (mkdtemp(folder) == NULL)
        abort();
}

void keyring_stop(void)
{
    for (size_t i = 0; i < n_files; i++) {
        unlink(files[i]);
        free(files[i]);
    }
    n_files = 0;
    rmdir(folder);
}

static const char *make_path(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (size_t i = 0; i < n_files; i++) {
        if (strcmp(files[i], path) == 0)
            return files[i];
    }
    assert_true(n_files < FILES_MAX);
    files[n_files] = strdup(path);
    assert_non_null(files[n_files]);
    return files[n_files++];
}

const char *keyring_text(const char *name, const void *text, size_t len, unsigned mode)
{
    const char *path = make_path(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
    return path;
}

static const char *write_memory(const char *name, BIO *bio)
{
    char *text;
    long len = BIO_get_mem_data(bio, &text);
    assert_true(len > 0);
    const char *path = keyring_text(name, text, (size_t)len, 0600);
    BIO_free(bio);
    return path;
}

const char *keyring_cert(enum cert_name name)
{
    char file[32];
    const struct oc_bytes der = world_cert(name)->cert.der;
    const uint8_t *at = der.data;
    BIO *bio = BIO_new(BIO_s_mem());
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
    assert_non_null(x509);
    assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
    X509_free(x509);
    snprintf(file, sizeof file, "cert-%d.pem", (int)name);
    return write_memory(file, bio);
}

const char *keyring_key(enum key_name name, const char *passphrase)
{
    char file[32];
    BIO *bio = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_128_cbc() : NULL;
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, world_key(name), cipher, passphrase,
                                                   passphrase != NULL ? (int)strlen(passphrase) : 0,
                                                   NULL, NULL),
                     1);
    snprintf(file, sizeof file, "key-%d%s.pem", (int)name, passphrase != NULL ? "-secret" : "");
    return write_memory(file, bio);
}
