// SPDX-License-Identifier: MIT
//
// Loading a private key. libcrypto asks for the passphrase, on the terminal alone: standard
// input is not for that.
#include "key.h"

#include "program/input.h"
#include "program/passphrase.h"
#include "program/report.h"

#include <openssl/evp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// struct key_source is where the passphrase of a key comes from, and, once it has come, what it is.
struct key_source {
    const char *label;  // of the key
    const char *file;   // NULL for the terminal
    struct passphrase passphrase;
    bool is_asked;
};

static bool read_passphrase(struct key_source *source)
{
    struct octets text;
    if (!input_read_secret(source->file, &text))
        return false;
    const char *wrong = passphrase_take((const char *)text.data, text.len, &source->passphrase);
    input_free_secret(&text);
    if (wrong != NULL)
        complain(source->file, "%s", wrong);
    return wrong == NULL;
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

static void ask_passphrase(const char *label, struct passphrase *out)
{
    if (!has_terminal())
        return;
    char *prompt = make_prompt(label);
    if (EVP_read_pw_string_min(out->text, 0, PASSPHRASE_MAX, prompt, 0) == 0)
        out->len = (int)strlen(out->text);
    free(prompt);
}

// It is asked for once, however often libcrypto wants it.
static int give_passphrase(void *arg, char *buf, size_t size)
{
    struct key_source *source = arg;
    const struct passphrase *passphrase = &source->passphrase;
    if (source->file == NULL && !source->is_asked)
        ask_passphrase(source->label, &source->passphrase);
    source->is_asked = true;
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

static void complain_key(const struct key_source *source, const struct oc_error *err)
{
    if (err->code != OC_ERR_PASSPHRASE)
        complain(source->label, "%s", err->what);
    else if (source->passphrase.len < 0)
        complain(source->label, "the key is encrypted: give its passphrase with --passphrase-file");
    else if (source->file != NULL)
        complain(source->label, "cannot decrypt the key with the passphrase in %s", source->file);
    else
        complain(source->label, "cannot decrypt the key with this passphrase");
}

static struct oc_private_key *load_uri(const char *uri, struct key_source *source)
{
    const struct oc_openssl_passphrase callback = {give_passphrase, source};
    struct oc_private_key *key;
    struct oc_error err;
    if (oc_openssl_key_open(uri, &callback, &key, &err) != OC_OK)
        complain_key(source, &err);
    return key;
}

static struct oc_private_key *load_file(const char *name, struct key_source *source)
{
    const struct oc_openssl_passphrase callback = {give_passphrase, source};
    struct oc_private_key *key;
    struct oc_error err;
    struct octets text;
    if (!input_read_secret(name, &text))
        return NULL;
    if (oc_openssl_key_read((struct oc_bytes){text.data, text.len}, &callback, &key, &err) != OC_OK)
        complain_key(source, &err);
    input_free_secret(&text);
    return key;
}

struct oc_private_key *key_load(const char *name, const char *passphrase_file)
{
    bool uri = strcmp(name, "-") != 0 && is_uri(name);
    char *label = must_alloc(strlen(name) + 1, 1);
    memcpy(label, name, uri ? strcspn(name, "?") : strlen(name));
    struct key_source source = {.label = label, .file = passphrase_file, .passphrase = {.len = -1}};
    struct oc_private_key *key = NULL;
    if (passphrase_file == NULL || read_passphrase(&source))
        key = uri ? load_uri(name, &source) : load_file(name, &source);
    passphrase_forget(&source.passphrase);
    free(label);
    return key;
}
