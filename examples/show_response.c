// SPDX-License-Identifier: MIT
//
// show_response: prints what the response on standard input says about each certificate. It
// verifies nothing.
#include <ocsp/der.h>
#include <ocsp/response.h>

#include <stdio.h>

static void print_single(const struct oc_single_response *single)
{
    char this_update[OC_TIME_TEXT_LEN];

    oc_time_text(single->this_update, this_update);
    printf("%s, known at %s\n", oc_cert_status_name(single->status), this_update);
    if (single->has_reason)
        printf("reason: %s\n", oc_crl_reason_name(single->reason));
}

int main(void)
{
    static uint8_t buf[65536];
    size_t len = fread(buf, 1, sizeof buf, stdin);
    struct oc_response resp;
    struct oc_error err;

    if (oc_response_parse(&resp, (struct oc_bytes){buf, len}, &err) != OC_OK) {
        fprintf(stderr, "byte %zu: %s\n", err.offset, err.what);
        return 1;
    }
    if (resp.status != OC_RESPONSE_SUCCESSFUL) {
        puts(oc_response_status_name(resp.status));
        return 0;
    }

    struct oc_single_response single;
    for (size_t at = 0; oc_response_next(&resp, &at, &single);)
        print_single(&single);
    return 0;
}
