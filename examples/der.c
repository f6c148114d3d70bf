// SPDX-License-Identifier: MIT
//
// der: writes a SEQUENCE of a number and an object identifier, and reads it again.
#include <ocsp/der.h>

#include <stdio.h>

static enum oc_err write_pair(uint8_t *buf, size_t size, struct oc_bytes *out)
{
    static const uint8_t sha1[] = {0x2B, 0x0E, 0x03, 0x02, 0x1A};
    struct oc_der_writer w;

    oc_der_writer_init(&w, buf, size);
    size_t end = w.len;
    oc_der_write_small(&w, OC_DER_INTEGER, 42);
    oc_der_write_oid(&w, (struct oc_bytes){sha1, sizeof sha1});
    oc_der_write_wrap(&w, OC_DER_SEQUENCE, end);
    return oc_der_writer_finish(&w, out);
}

static enum oc_err read_pair(struct oc_bytes in, struct oc_bytes *oid, uint32_t *number)
{
    struct oc_bytes pair;
    enum oc_err code = oc_der_read(&in, OC_DER_SEQUENCE, &pair);

    if (code != OC_OK)
        return code;
    if ((code = oc_der_read_oid(&pair, oid)) != OC_OK)
        return code;
    if ((code = oc_der_read_small(&pair, number)) != OC_OK)
        return code;
    return pair.len == 0 && in.len == 0 ? OC_OK : OC_ERR_TRAILING;
}

int main(void)
{
    uint8_t buf[64];
    struct oc_bytes der, oid;
    uint32_t number;
    char text[OC_OID_TEXT_LEN];

    if (write_pair(buf, sizeof buf, &der) != OC_OK || read_pair(der, &oid, &number) != OC_OK)
        return 1;
    oc_oid_text(oid, text, sizeof text);
    printf("%s %u\n", text, (unsigned)number);
    return 0;
}
