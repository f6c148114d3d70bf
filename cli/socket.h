// SPDX-License-Identifier: MIT
//
// Non-blocking stream sockets with a deadline, in milliseconds of clock_ms().
#ifndef CLI_SOCKET_H
#define CLI_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// socket_wait waits until `fd` is ready for `events`, as in poll(2). Returns false with errno set,
// ETIMEDOUT if the deadline has passed.
bool socket_wait(int fd, short events, int64_t deadline);

// socket_open connects a new socket to an address. Returns the descriptor, or -1 with errno set.
int socket_open(const struct sockaddr *address, socklen_t len, int64_t deadline);

// socket_send sends all of `data`. Returns false with errno set.
bool socket_send(int fd, const void *data, size_t len, int64_t deadline);

// socket_receive receives up to `size` octets. Returns how many, 0 at the end of the stream, -1
// with errno set.
ssize_t socket_receive(int fd, void *data, size_t size, int64_t deadline);

#endif
