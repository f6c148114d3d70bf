// SPDX-License-Identifier: MIT
//
// Packets with descriptors (SCM_RIGHTS, unix(7)). Both ends are this program, but an attacker could
// take over the worker, so its packets are checked like any untrusted input.
#include "process/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// struct head is a packet without its descriptors.
struct head {
    uint32_t kind;
    uint32_t has_admin;
    char why[sizeof((struct control *)0)->why];
};

union ancillary {
    struct cmsghdr header;
    char octets[CMSG_SPACE(CONTROL_FDS_MAX * sizeof(int))];
};

bool control_send(int socket, const struct control *control)
{
    struct head head = {.kind = control->kind, .has_admin = control->has_admin};
    memcpy(head.why, control->why, sizeof head.why);
    struct iovec octets = {.iov_base = &head, .iov_len = sizeof head};
    union ancillary ancillary = {.octets = {0}};
    struct msghdr message = {.msg_iov = &octets, .msg_iovlen = 1};
    if (control->n_fds > 0) {
        size_t len = control->n_fds * sizeof(int);
        message.msg_control = ancillary.octets;
        message.msg_controllen = CMSG_SPACE(len);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(len);
        memcpy(CMSG_DATA(header), control->fds, len);
    }
    ssize_t n = 0;
    do
        n = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n == -1 && errno == EINTR);
    return n == (ssize_t)sizeof head;
}

static void take_fds(struct msghdr *message, struct control *control)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n && control->n_fds < CONTROL_FDS_MAX; i++)
            memcpy(&control->fds[control->n_fds++], CMSG_DATA(header) + i * sizeof(int),
                   sizeof(int));
    }
}

bool control_receive(int socket, struct control *control)
{
    *control = (struct control){.kind = CONTROL_NONE};
    struct head head = {.kind = CONTROL_NONE};
    struct iovec octets = {.iov_base = &head, .iov_len = sizeof head};
    union ancillary ancillary = {.octets = {0}};
    struct msghdr message = {
        .msg_iov = &octets,
        .msg_iovlen = 1,
        .msg_control = ancillary.octets,
        .msg_controllen = sizeof ancillary.octets,
    };
    ssize_t n = 0;
    do
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (n == -1 && errno == EINTR);
    if (n < 0)
        return false;
    take_fds(&message, control);
    bool is_whole = n == (ssize_t)sizeof head &&
                    (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
                    head.kind >= CONTROL_SERVE && head.kind <= CONTROL_SIGNER_HANGS;
    if (!is_whole) {
        control_close(control);
        return false;
    }
    control->kind = (enum control_kind)head.kind;
    control->has_admin = head.has_admin != 0;
    memcpy(control->why, head.why, sizeof control->why);
    control->why[sizeof control->why - 1] = '\0';
    return true;
}

void control_close(struct control *control)
{
    for (size_t i = 0; i < control->n_fds; i++) {
        if (control->fds[i] >= 0)
            close(control->fds[i]);
    }
    control->n_fds = 0;
}
