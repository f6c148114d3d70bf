// SPDX-License-Identifier: MIT
//
// show_request FILE: prints the serial numbers that an OCSP request asks about.
#include <ocsp/request.h>

#include <stdio.h>

static int complain(const struct oc_error *err)
{
    fprintf(stderr, "byte %zu: %s\n", err->offset, err->what);
    return 1;
}

int main(int argc, char **argv)
{
    static uint8_t buf[65536];
    struct oc_request req;
    struct oc_single_request single;
    struct oc_error err;
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL)
        return 2;
    struct oc_bytes der = {buf, fread(buf, 1, sizeof buf, file)};
    fclose(file);
    if (oc_request_parse(&req, der, &err) != OC_OK)
        return complain(&err);
    for (size_t at = 0; oc_request_next(&req, &at, &single);) {
        printf("%s ", oc_hash_name(single.id.hash));
        for (size_t i = 0; i < single.id.serial.len; i++)
            printf("%02x", single.id.serial.data[i]);
        putchar('\n');
    }
    return 0;
}
