// SPDX-License-Identifier: MIT
//
// The file is copied, and not mapped: another program may change it at any time, which must neither
// change octets that were verified nor end this process. PEM is decoded in place.
#include "store/crl_file.h"

#include <ocsp/der.h>

#include <openssl/evp.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char pem_begin[] = "-----BEGIN X509 CRL-----";
static const char pem_end[] = "-----END X509 CRL-----";

// DECODED_AT_ONCE is how many characters of PEM are decoded at once.
enum { DECODED_AT_ONCE = 4096 };

static bool refuse(const struct file_input *in, const char *wrong, struct store_error *err)
{
    return store_fail(err, STORE_FAULT_DATA, "%s: %s", in->path, wrong);
}

static bool not_a_crl(const struct file_input *in, struct store_error *err)
{
    return refuse(in, "not a CRL in DER or PEM", err);
}

// Programs that print a file, and editors, put a newline behind it.
static bool is_newlines(struct oc_bytes rest)
{
    size_t i = 0;
    while (i < rest.len && (rest.data[i] == '\r' || rest.data[i] == '\n'))
        i++;
    return i == rest.len;
}

static bool take_der(struct crl_file *file, const struct file_input *in, size_t len,
                     struct store_error *err)
{
    struct oc_bytes rest = {file->map, len};
    struct oc_bytes content;
    if (oc_der_read(&rest, OC_DER_SEQUENCE, &content) != OC_OK)
        return not_a_crl(in, err);
    if (!is_newlines(rest))
        return refuse(in, "unexpected bytes after the CRL", err);
    file->der = (struct oc_bytes){file->map, len - rest.len};
    return true;
}

// Decodes `text` to the beginning of the same memory, which is never behind what is read.
static bool decode(struct crl_file *file, struct oc_bytes text, EVP_ENCODE_CTX *context,
                   size_t *out_len)
{
    unsigned char part[DECODED_AT_ONCE];
    unsigned char decoded[DECODED_AT_ONCE];
    int len = 0;
    *out_len = 0;
    EVP_DecodeInit(context);
    for (size_t at = 0; at < text.len;) {
        size_t n = text.len - at < sizeof part ? text.len - at : sizeof part;
        memcpy(part, text.data + at, n);
        at += n;
        if (EVP_DecodeUpdate(context, decoded, &len, part, (int)n) < 0)
            return false;
        memcpy(file->map + *out_len, decoded, (size_t)len);
        *out_len += (size_t)len;
    }
    bool ok = EVP_DecodeFinal(context, decoded, &len) == 1;
    memcpy(file->map + *out_len, decoded, ok ? (size_t)len : 0);
    *out_len += ok ? (size_t)len : 0;
    return ok;
}

static bool decode_pem(struct crl_file *file, const struct file_input *in, struct oc_bytes text,
                       struct store_error *err)
{
    size_t len = 0;
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    if (context == NULL)
        return store_fail_memory(err);
    bool ok = decode(file, text, context, &len);
    EVP_ENCODE_CTX_free(context);
    return ok && len > 0 ? take_der(file, in, len, err) : not_a_crl(in, err);
}

static const uint8_t *find(const uint8_t *from, const uint8_t *end, const char *what)
{
    return memmem(from, (size_t)(end - from), what, strlen(what));
}

// The octets of a second CRL would be left out in silence.
static bool take_pem(struct crl_file *file, const struct file_input *in, struct store_error *err)
{
    const uint8_t *end = file->map + in->n_read;
    const uint8_t *begin = find(file->map, end, pem_begin);
    if (begin == NULL)
        return not_a_crl(in, err);
    begin += strlen(pem_begin);
    const uint8_t *stop = find(begin, end, pem_end);
    if (stop == NULL)
        return not_a_crl(in, err);
    if (find(stop, end, pem_begin) != NULL)
        return refuse(in, "unsupported second CRL: give each CRL a file of its own", err);
    return decode_pem(file, in, (struct oc_bytes){begin, (size_t)(stop - begin)}, err);
}

static bool fill(struct crl_file *file, struct file_input *in, struct store_error *err)
{
    size_t n;
    if (!file_input_next(in, file->map, in->size, &n, err))
        return false;
    if (n < in->size)
        return store_fail(err, STORE_FAULT_BUSY, "%s: truncated while it was being read", in->path);
    return n > 0 && file->map[0] == OC_DER_SEQUENCE ? take_der(file, in, n, err)
                                                    : take_pem(file, in, err);
}

bool crl_file_read(struct crl_file *file, struct file_input *in, struct store_error *err)
{
    *file = (struct crl_file){.size = in->size + 1};
    void *map = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        *file = (struct crl_file){0};
        return store_fail_memory(err);
    }
    file->map = map;
    if (fill(file, in, err))
        return true;
    crl_file_free(file);
    return false;
}

void crl_file_free(struct crl_file *file)
{
    if (file->map != NULL)
        munmap(file->map, file->size);
    *file = (struct crl_file){0};
}

void crl_file_forget(struct crl_file *file, const uint8_t *at)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t len = (size_t)(at - file->map) / page * page;
    if (len > 0)
        (void)madvise(file->map, len, MADV_DONTNEED);
}
