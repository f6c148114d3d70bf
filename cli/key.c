// SPDX-License-Identifier: MIT
//
// Loading a private key. libcrypto asks for the passphrase, on the terminal alone: standard
// input is not for that.
#include "key.h"

#include "program/input.h"
#include "program/report.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// struct passphrase is where it comes from, and, once it has come, what it is.
struct passphrase {
    const char *label;  // of the key
    const char *file;   // NULL for the terminal
    char text[PASSPHRASE_MAX + 1];
    int len;  // negative if there is none to be had
    bool is_asked;
};

static bool take_first_line(struct passphrase *out, const struct octets *text)
{
    const uint8_t *end = memchr(text->data, '\n', text->len);
    size_t len = end == NULL ? text->len : (size_t)(end - text->data);
    if (end != NULL && len > 0 && end[-1] == '\r')
        len--;
    if (len > PASSPHRASE_MAX) {
        complain(out->file, "the first line is longer than %d octets", PASSPHRASE_MAX);
        return false;
    }
    // libcrypto would take what stands before it.
    if (memchr(text->data, '\0', len) != NULL) {
        complain(out->file, "the first line has an octet that is zero");
        return false;
    }
    memcpy(out->text, text->data, len);
    out->len = (int)len;
    return true;
}

static bool read_passphrase(struct passphrase *out)
{
    struct octets text;
    if (!input_read_secret(out->file, &text))
        return false;
    bool ok = take_first_line(out, &text);
    input_free_secret(&text);
    return ok;
}

// Without a terminal libcrypto would read standard input instead.
static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd == -1)
        return false;
    close(fd);
    return true;
}

static char *make_prompt(const char *label)
{
    char *prompt = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&prompt, &len);
    if (out != NULL) {
        fputs("Passphrase of ", out);
        print_escaped(out, label, strlen(label));
        fputs(": ", out);
        if (fclose(out) == 0)
            return prompt;
    }
    die_no_memory();
}

static void ask_passphrase(struct passphrase *out)
{
    out->len = -1;
    if (!has_terminal())
        return;
    char *prompt = make_prompt(out->label);
    if (EVP_read_pw_string_min(out->text, 0, PASSPHRASE_MAX, prompt, 0) == 0)
        out->len = (int)strlen(out->text);
    free(prompt);
}

// It is asked for once, however often libcrypto wants it.
static int give_passphrase(void *arg, char *buf, size_t size)
{
    struct passphrase *passphrase = arg;
    if (passphrase->file == NULL && !passphrase->is_asked)
        ask_passphrase(passphrase);
    passphrase->is_asked = true;
    if (passphrase->len < 0 || (size_t)passphrase->len > size)
        return -1;
    memcpy(buf, passphrase->text, (size_t)passphrase->len);
    return passphrase->len;
}

// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )  (RFC 3986 3.1)
static bool is_uri(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
    struct stat st;
    return strspn(name, first) > 0 && name[strspn(name, more)] == ':' && stat(name, &st) != 0 &&
           errno == ENOENT;
}

static void complain_key(const struct passphrase *passphrase, const struct oc_error *err)
{
    if (err->code != OC_ERR_PASSPHRASE)
        complain(passphrase->label, "%s", err->what);
    else if (passphrase->len < 0)
        complain(passphrase->label,
                 "the key is encrypted: give its passphrase with --passphrase-file");
    else if (passphrase->file != NULL)
        complain(passphrase->label, "the key cannot be decrypted with the passphrase in %s",
                 passphrase->file);
    else
        complain(passphrase->label, "the key cannot be decrypted with this passphrase");
}

static struct oc_private_key *load_uri(const char *uri, struct passphrase *passphrase)
{
    const struct oc_openssl_passphrase source = {give_passphrase, passphrase};
    struct oc_private_key *key;
    struct oc_error err;
    if (oc_openssl_key_open(uri, &source, &key, &err) != OC_OK)
        complain_key(passphrase, &err);
    return key;
}

static struct oc_private_key *load_file(const char *name, struct passphrase *passphrase)
{
    const struct oc_openssl_passphrase source = {give_passphrase, passphrase};
    struct oc_private_key *key;
    struct oc_error err;
    struct octets text;
    if (!input_read_secret(name, &text))
        return NULL;
    if (oc_openssl_key_read((struct oc_bytes){text.data, text.len}, &source, &key, &err) != OC_OK)
        complain_key(passphrase, &err);
    input_free_secret(&text);
    return key;
}

struct oc_private_key *key_load(const char *name, const char *passphrase_file)
{
    bool uri = strcmp(name, "-") != 0 && is_uri(name);
    char *label = must_alloc(strlen(name) + 1, 1);
    memcpy(label, name, uri ? strcspn(name, "?") : strlen(name));
    struct passphrase passphrase = {.label = label, .file = passphrase_file, .len = -1};
    struct oc_private_key *key = NULL;
    if (passphrase_file == NULL || read_passphrase(&passphrase))
        key = uri ? load_uri(name, &passphrase) : load_file(name, &passphrase);
    OPENSSL_cleanse(passphrase.text, sizeof passphrase.text);
    free(label);
    return key;
}
