// SPDX-License-Identifier: MIT
//
// Files with keys and certificates, before libcrypto reads them.
//
// OSSL_STORE passes over PEM blocks that it cannot read. So local files are read here, and
// what it finds in them is held against the blocks that are there.
#include "openssl/text.h"

#include <ocsp/openssl.h>

#include <openssl/crypto.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum oc_err oci_load_failed(struct oc_error *err, enum oc_err code, const char *what)
{
    if (err != NULL)
        *err = (struct oc_error){code, 0, what};
    return code;
}

// The prefixes of the path in the URI of a local file (RFC 8089 2), without the path's first
// slash.
static const char *const file_prefixes[] = {"file://localhost", "file://", "file:"};

// A path that exists is a path, whatever it looks like: OSSL_STORE treats it so, too.
const char *oci_text_path(const char *uri)
{
    struct stat status;
    if (stat(uri, &status) == 0 || strchr(uri, ':') == NULL)
        return uri;
    for (size_t i = 0; i < sizeof file_prefixes / sizeof *file_prefixes; i++) {
        size_t len = strlen(file_prefixes[i]);
        if (strncasecmp(uri, file_prefixes[i], len) == 0 && uri[len] == '/' && uri[len + 1] != '/')
            return uri + len;
    }
    return NULL;
}

static bool make_room(struct text *text)
{
    size_t size = text->size == 0 ? 4096 : text->size * 2;
    if (text->len < text->size)
        return true;
    uint8_t *moved = OPENSSL_clear_realloc(text->data, text->size, size);
    if (moved == NULL)
        return false;
    text->data = moved;
    text->size = size;
    return true;
}

static enum oc_err read_all(struct text *text, int fd, struct oc_error *err)
{
    while (text->len <= OC_OPENSSL_MAX_LEN) {
        if (!make_room(text))
            return oci_load_failed(err, OC_ERR_MEMORY, "out of memory");
        ssize_t n = read(fd, text->data + text->len, text->size - text->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return oci_load_failed(err, OC_ERR_READ, "the file cannot be read");
        if (n == 0)
            return OC_OK;
        text->len += (size_t)n;
    }
    return oci_load_failed(err, OC_ERR_LIMIT, "the file is too long");
}

enum oc_err oci_text_load(struct text *text, const char *path, struct oc_error *err)
{
    *text = (struct text){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return oci_load_failed(err, OC_ERR_READ, "the file cannot be opened");
    enum oc_err code = read_all(text, fd, err);
    close(fd);
    if (code != OC_OK)
        oci_text_clear(text);
    return code;
}

void oci_text_clear(struct text *text)
{
    OPENSSL_clear_free(text->data, text->size);
    *text = (struct text){0};
}

enum oc_err oci_text_check(struct oc_bytes text, struct oc_error *err)
{
    if (text.len > OC_OPENSSL_MAX_LEN)
        return oci_load_failed(err, OC_ERR_LIMIT, "the text is too long");
    if (text.len == 0)
        return oci_load_failed(err, OC_ERR_READ, "the text is empty");
    return OC_OK;
}

static bool equals(struct oc_bytes text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static bool ends_with(struct oc_bytes text, const char *word)
{
    size_t len = strlen(word);
    return text.len >= len && memcmp(text.data + text.len - len, word, len) == 0;
}

// `label` is the text between the two rows of dashes.
static void count_label(struct pem_count *count, struct oc_bytes label)
{
    count->blocks++;
    if (equals(label, "CERTIFICATE") || equals(label, "X509 CERTIFICATE") ||
        equals(label, "TRUSTED CERTIFICATE"))
        count->certs++;
    if (ends_with(label, "PRIVATE KEY"))
        count->private_keys++;
}

// `text` begins with a dash. Returns how many octets of it have been read.
static size_t count_at(struct pem_count *count, struct oc_bytes text)
{
    static const char begin[] = "-----BEGIN ";
    const size_t begin_len = sizeof begin - 1;
    if (text.len < begin_len || memcmp(text.data, begin, begin_len) != 0)
        return 1;
    const uint8_t *label = text.data + begin_len;
    size_t left = text.len - begin_len;
    const uint8_t *end = memchr(label, '-', left);
    if (end == NULL || left - (size_t)(end - label) < 5 || memcmp(end, "-----", 5) != 0)
        return begin_len;
    count_label(count, (struct oc_bytes){label, (size_t)(end - label)});
    return (size_t)(end - text.data);
}

// Counts blocks anywhere in a line. libcrypto does not see a block that lacks the newline in
// front of it; counting it shows that one is missing.
struct pem_count oci_pem_count(struct oc_bytes text)
{
    struct pem_count count = {0};
    const uint8_t *end = text.data + text.len;
    const uint8_t *at = memchr(text.data, '-', text.len);
    while (at != NULL) {
        at += count_at(&count, (struct oc_bytes){at, (size_t)(end - at)});
        at = memchr(at, '-', (size_t)(end - at));
    }
    return count;
}
