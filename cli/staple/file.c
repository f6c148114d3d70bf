// SPDX-License-Identifier: MIT
//
// A file that contains something else than a staple is not replaced: a wrong name must not destroy
// a key.
#include "staple/file.h"

#include "pem.h"

#include <ocsp/cert.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { USUAL_MODE = 0644 };

static bool is_same_file(const char *a, const struct stat *b)
{
    struct stat st;
    return stat(a, &st) == 0 && st.st_dev == b->st_dev && st.st_ino == b->st_ino;
}

static const char *what_is_it(const struct octets *raw)
{
    struct oc_cert cert;
    if (oc_cert_parse(&cert, (struct oc_bytes){raw->data, raw->len}, NULL) == OC_OK)
        return "not replaced: it holds a certificate";
    return pem_is(raw) ? "not replaced: it holds PEM" : NULL;
}

const char *staple_file_read(const struct staple_setting *setting, struct octets *out)
{
    struct stat st;
    *out = (struct octets){0};
    if (stat(setting->out, &st) != 0)
        return NULL;
    if (!S_ISREG(st.st_mode))
        return "not a regular file";
    if (is_same_file(setting->cert, &st))
        return "the staple would replace the certificate";
    if (st.st_size == 0 || st.st_size > (off_t)INPUT_MAX)
        return NULL;
    if (!input_read(setting->out, out))
        return "cannot read the file";
    return what_is_it(out);
}

bool staple_file_write(const struct staple_setting *setting, struct oc_bytes octets)
{
    struct stat st;
    struct output_rights rights = setting->rights;
    bool is_there = stat(setting->out, &st) == 0;
    if (!rights.has_mode) {
        rights.has_mode = true;
        rights.mode = is_there ? st.st_mode & 0777 : USUAL_MODE;
    }
    if (!rights.has_owner && is_there) {
        rights.has_owner = rights.may_keep_owner = true;
        rights.uid = st.st_uid;
        rights.gid = st.st_gid;
    }
    return output_file_with_rights(setting->out, octets, &rights);
}
