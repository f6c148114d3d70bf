// SPDX-License-Identifier: MIT
//
// Hello, jobs and results. One thread receives; it also notices that the process hangs.
#include "signer/link.h"

#include "base/log.h"
#include "program/clock.h"
#include "signer/outbox.h"
#include "signer/packet.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// A signature that has taken JOB_MS will not come; its slot is then free for other jobs.
enum { JOB_MS = 10000, SWEEP_MS = 1000 };

// struct signer_link is the socket, the jobs in flight and those that were not sent yet.
struct signer_link {
    int socket;
    struct signer_info *infos;
    size_t n_infos;
    pthread_t reader;
    struct slots slots;
    struct outbox outbox;
    atomic_bool is_alive;
    uint8_t in[PACKET_MAX + 1];  // the reader's own
};

static bool fail(char *why, size_t size, const char *what)
{
    snprintf(why, size, "signer: %s", what);
    return false;
}

bool signer_link_ask(struct signer_link *link, const struct job *job,
                     const struct signer_done *done)
{
    uint8_t frame[PACKET_FRAME + PACKET_JOB_MAX];
    uint64_t number;
    if (!slots_take(&link->slots, done, clock_ms() + JOB_MS, &number))
        return false;
    size_t len = packet_write_job(number, job, frame + PACKET_FRAME, PACKET_JOB_MAX);
    if (len > 0 && outbox_send(&link->outbox, number, frame, packet_frame(frame, len)))
        return true;
    return !slots_give_back(&link->slots, number);
}

// Receiving.

static bool take_messages(struct signer_link *link, struct oc_bytes packet)
{
    struct oc_bytes message;
    struct oc_bytes der;
    uint64_t number;
    while (packet_next(&packet, &message) && packet_read_done(message, &number, &der)) {
        slots_finish(&link->slots, number, der);
        if (packet.len == 0)
            return true;
    }
    log_line(LOG_ERROR_LINE, "signer: invalid packet from the process: restarting it");
    return false;
}

// Returns false when the process or the link is at its end; an invalid packet ends the link, too.
static bool take_packet(struct signer_link *link, int64_t *heard)
{
    ssize_t n = recv(link->socket, link->in, sizeof link->in, 0);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
    *heard = clock_ms();
    return n > 0 && take_messages(link, (struct oc_bytes){link->in, (size_t)n});
}

// A process that is late with a job, and has sent nothing for as long, hangs.
static bool is_silent(struct signer_link *link, int64_t now, int64_t heard)
{
    if (!slots_finish_late(&link->slots, now) || now - heard < JOB_MS)
        return false;
    log_line(LOG_ERROR_LINE, "signer: the process has not answered for %d seconds: restarting it",
             JOB_MS / 1000);
    return true;
}

static void *receive_packets(void *arg)
{
    struct signer_link *link = arg;
    int64_t swept = clock_ms();
    int64_t heard = swept;
    while (take_packet(link, &heard)) {
        int64_t now = clock_ms();
        if (now - swept < SWEEP_MS)
            continue;
        if (is_silent(link, now, heard))
            break;
        swept = now;
    }
    shutdown(link->socket, SHUT_RDWR);
    atomic_store(&link->is_alive, false);
    outbox_close(&link->outbox);
    slots_close(&link->slots);
    return NULL;
}

// The hello.

static bool set_timeout(int socket, int64_t ms)
{
    const struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    return setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0;
}

static bool read_hello(struct oc_bytes packet, struct packet_hello *hello)
{
    struct oc_bytes message;
    return packet_next(&packet, &message) && packet.len == 0 && packet_read_hello(message, hello);
}

static bool receive_hello(int socket, int64_t deadline, struct packet_hello *hello, char *why,
                          size_t size)
{
    uint8_t octets[PACKET_FRAME + PACKET_HELLO_MAX + 1];
    for (;;) {
        int64_t left = deadline - clock_ms();
        // A timeout of 0 would mean to wait for ever.
        if (left <= 0 || !set_timeout(socket, left))
            return fail(why, size, "the process did not start in time");
        ssize_t n = recv(socket, octets, sizeof octets, 0);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return fail(why, size, "the process exited before it was ready");
        if (n > 0)
            return read_hello((struct oc_bytes){octets, (size_t)n}, hello) ||
                   fail(why, size, "unexpected first message from the process");
    }
}

static bool receive_infos(struct signer_link *link, int64_t timeout_ms, char *why, size_t size)
{
    int64_t deadline = clock_ms() + timeout_ms;
    struct packet_hello hello = {.n = 1};
    for (uint32_t i = 0; i < hello.n; i++) {
        if (!receive_hello(link->socket, deadline, &hello, why, size))
            return false;
        if (link->infos == NULL) {
            link->n_infos = hello.n;
            link->infos = calloc(hello.n, sizeof *link->infos);
        }
        if (link->infos == NULL)
            return fail(why, size, "out of memory");
        if (hello.i != i || hello.n != link->n_infos)
            return fail(why, size, "unexpected first message from the process");
        link->infos[i] = hello.info;
    }
    return set_timeout(link->socket, SWEEP_MS) || fail(why, size, strerror(errno));
}

// The outbox is started first: the receiving thread closes it.
static bool start_threads(struct signer_link *link, char *why, size_t size)
{
    int failed = outbox_start(&link->outbox, link->socket, &link->slots);
    if (failed != 0)
        return fail(why, size, strerror(failed));
    failed = pthread_create(&link->reader, NULL, receive_packets, link);
    if (failed == 0)
        return true;
    outbox_close(&link->outbox);
    outbox_join(&link->outbox);
    return fail(why, size, strerror(failed));
}

static void free_link(struct signer_link *link)
{
    slots_cleanup(&link->slots);
    close(link->socket);
    free(link->infos);
    free(link);
}

struct signer_link *signer_link_new(int socket, size_t n_queue, int64_t timeout_ms, char *why,
                                    size_t size)
{
    struct signer_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        close(socket);
        fail(why, size, "out of memory");
        return NULL;
    }
    link->socket = socket;
    atomic_init(&link->is_alive, true);
    bool ok = receive_infos(link, timeout_ms, why, size);
    if (ok && !slots_init(&link->slots, n_queue))
        ok = fail(why, size, "out of memory");
    if (ok && start_threads(link, why, size))
        return link;
    free_link(link);
    return NULL;
}

void signer_link_free(struct signer_link *link)
{
    if (link == NULL)
        return;
    shutdown(link->socket, SHUT_RDWR);
    pthread_join(link->reader, NULL);
    outbox_join(&link->outbox);
    free_link(link);
}

const struct signer_info *signer_link_info(const struct signer_link *link, size_t *n)
{
    *n = link->n_infos;
    return link->infos;
}

size_t signer_link_queue(const struct signer_link *link)
{
    return atomic_load(&link->slots.n_busy);
}

bool signer_link_is_alive(const struct signer_link *link)
{
    return atomic_load(&link->is_alive);
}
