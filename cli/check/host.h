// SPDX-License-Identifier: MIT
//
// The targets of `ocsp check`: files and directories, and hosts, whose certificates come from a TLS
// handshake.
#ifndef CLI_CHECK_HOST_H
#define CLI_CHECK_HOST_H

#include "check/tls_looks.h"
#include "target.h"

// struct host_options is which certificates of a file or a host are targets, and how to connect to
// hosts, up to `n_parallel` at once.
struct host_options {
    bool chain;
    struct tls_options tls;
    size_t n_parallel;
    void (*progress)(void *arg, size_t n_done, size_t n);
    void *progress_arg;
};

// hosts_add_all adds the targets that `n` arguments name, in their order. An argument that names no
// file may be a host. Several hosts are connected to at once, and `progress` is called as in struct
// tls_looks.
void hosts_add_all(struct targets *targets, const struct host_options *options,
                   char *const *arguments, size_t n);

#endif
