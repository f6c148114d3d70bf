// SPDX-License-Identifier: MIT
//
// The life of the process with the keys. The kernel is its queue: every thread waits for the next
// packet of the one socket, and the process in front bounds how many are under way.
#include "signer/process.h"

#include "base/log.h"
#include "base/sandbox.h"
#include "program/clock.h"
#include "signer/keys.h"
#include "signer/packet.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WHY_MAX = 512, THREADS_MAX = 1024 };

// An answer that is ready does not wait for the others of its packet for longer than this.
enum { FLUSH_MICROSECONDS = 1000 };

// struct worker is one thread. `in` has room for an octet more than a packet may have, so that
// one that is too long is seen. At `out` are `len` octets of answers, the first of them from
// `since`.
struct worker {
    const struct signers *signers;
    int socket;
    pthread_t thread;
    int64_t since;
    size_t len;
    struct job job;
    uint8_t in[PACKET_MAX + 1];
    uint8_t out[PACKET_MAX];
};

// Packets without octets look like the end of the socket.
static bool is_closed(int socket)
{
    struct pollfd p = {.fd = socket, .events = POLLIN};
    return poll(&p, 1, 0) < 0 || (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Returns false when there will be no more packets.
static bool receive(struct worker *worker, struct oc_bytes *packet)
{
    for (;;) {
        ssize_t n = recv(worker->socket, worker->in, sizeof worker->in, 0);
        if (n > 0) {
            *packet = (struct oc_bytes){worker->in, (size_t)n};
            return true;
        }
        if (n == 0 ? is_closed(worker->socket) : errno != EINTR)
            return false;
    }
}

// Returns false when nobody is there to take it. For want of memory it is lost, and missed there.
static bool transmit(int socket, const uint8_t *data, size_t len)
{
    ssize_t n;
    do
        n = send(socket, data, len, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0 || errno == ENOBUFS || errno == ENOMEM;
}

// Writes a response to the `SIGNER_RESPONSE_MAX` octets at `out` and returns its length, 0 for
// none.
static size_t make_response(const struct worker *worker, uint8_t *out)
{
    struct oc_bytes der;
    const char *why = "a signer that is none";
    if (worker->job.signer < worker->signers->n)
        why = sign_job(&worker->signers->all[worker->job.signer].as, &worker->job,
                       (int64_t)time(NULL), out, SIGNER_RESPONSE_MAX, &der);
    if (why != NULL) {
        log_limited(LOG_WARNING_LINE, "signer: refused to sign: %s", why);
        return 0;
    }
    // It was built at the end of the room.
    memmove(out, der.data, der.len);
    return der.len;
}

static void do_message(struct worker *worker, struct oc_bytes message)
{
    uint8_t *frame = worker->out + worker->len;
    uint8_t *out = frame + PACKET_FRAME;
    uint64_t number;
    bool has_number;
    size_t len = PACKET_DONE_HEAD;
    if (worker->len == 0)
        worker->since = clock_us();
    if (packet_read_job(message, &has_number, &number, &worker->job))
        len += make_response(worker, out + PACKET_DONE_HEAD);
    else
        log_limited(LOG_WARNING_LINE, "signer: a message of %zu octets is no job", message.len);
    if (!has_number)
        return;
    packet_write_done(number, out);
    worker->len += packet_frame(frame, len);
}

// Returns false when nobody can be answered any more.
static bool flush(struct worker *worker)
{
    size_t len = worker->len;
    worker->len = 0;
    return len == 0 || transmit(worker->socket, worker->out, len);
}

static bool is_time_to_flush(const struct worker *worker)
{
    size_t left = sizeof worker->out - worker->len;
    return left < PACKET_FRAME + PACKET_DONE_MAX || clock_us() - worker->since > FLUSH_MICROSECONDS;
}

static bool do_packet(struct worker *worker, struct oc_bytes packet)
{
    struct oc_bytes message;
    while (packet_next(&packet, &message)) {
        do_message(worker, message);
        if (is_time_to_flush(worker) && !flush(worker))
            return false;
    }
    if (packet.len > 0)
        log_limited(LOG_WARNING_LINE, "signer: %zu octets of a packet are no message", packet.len);
    return flush(worker);
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct oc_bytes packet;
    while (receive(worker, &packet) && do_packet(worker, packet))
        continue;
    return NULL;
}

static size_t count_threads(const struct config *config)
{
    long n = config->n_signer_threads > 0 ? (long)config->n_signer_threads
                                          : sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1)
        return 1;
    return n < THREADS_MAX ? (size_t)n : THREADS_MAX;
}

// The first of them is this thread.
static bool run_workers(struct worker *workers, size_t n)
{
    size_t n_started = 1;
    int failed = 0;
    while (n_started < n && failed == 0) {
        failed = pthread_create(&workers[n_started].thread, NULL, work, &workers[n_started]);
        n_started += failed == 0;
    }
    if (failed == 0)
        work(&workers[0]);
    else
        log_line(LOG_ERROR_LINE, "signer: no thread: %s", strerror(failed));
    // Whoever still waits for a packet has waited long enough.
    shutdown(workers[0].socket, SHUT_RDWR);
    for (size_t i = 1; i < n_started; i++)
        pthread_join(workers[i].thread, NULL);
    return failed == 0;
}

static bool sign_until_closed(const struct config *config, const struct signers *signers,
                              int socket)
{
    size_t n = count_threads(config);
    struct worker *workers = calloc(n, sizeof *workers);
    if (workers == NULL) {
        log_line(LOG_ERROR_LINE, "signer: no memory");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        workers[i].signers = signers;
        workers[i].socket = socket;
    }
    bool ok = run_workers(workers, n);
    free(workers);
    return ok;
}

static bool say_hello(const struct signers *signers, int socket)
{
    uint8_t packet[PACKET_FRAME + PACKET_HELLO_MAX];
    for (size_t i = 0; i < signers->n; i++) {
        const struct packet_hello hello = {(uint32_t)signers->n, (uint32_t)i, signers->all[i].info};
        size_t len = packet_write_hello(&hello, packet + PACKET_FRAME, PACKET_HELLO_MAX);
        if (len == 0 || !transmit(socket, packet, packet_frame(packet, len))) {
            log_line(LOG_ERROR_LINE, "signer: the process in front does not listen");
            return false;
        }
    }
    return true;
}

// Keys shall not end in a core file, and signals for the whole group shall not end this process
// before the one in front: that one is done when it closes the socket.
static void harden(void)
{
    const struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

static bool give_up_rights(const struct config *config, char *why, size_t size)
{
    return sandbox_drop(config->user, why, size) && (!config->seccomp || sandbox_signer(why, size));
}

int signer_run(const struct config *config, int socket)
{
    struct signers signers;
    char why[WHY_MAX] = "";
    // The first process reads the configuration, and may yet have another form.
    log_set_form(config->log);
    harden();
    bool ok = signers_load(config, (int64_t)time(NULL), &signers, why, sizeof why) &&
              give_up_rights(config, why, sizeof why);
    if (!ok)
        log_line(LOG_ERROR_LINE, "signer: %s", why);
    ok = ok && say_hello(&signers, socket) && sign_until_closed(config, &signers, socket);
    signers_free(&signers);
    close(socket);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
