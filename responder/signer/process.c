// SPDX-License-Identifier: MIT
//
// The life of the signer process. The kernel holds its queue: every thread waits for the next
// packet of the one socket, and the worker bounds how many jobs are in flight.
#include "signer/process.h"

#include "base/log.h"
#include "base/sandbox.h"
#include "base/thread.h"
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

// A finished response waits at most this long for the others of its packet.
enum { FLUSH_MICROSECONDS = 1000 };

// struct signer_thread is one thread. `in` has room for one byte more than a packet may have, so
// that a packet that is too long is noticed. `out` has `len` bytes of responses, the oldest made at
// `since`.
struct signer_thread {
    const struct signers *signers;
    int socket;
    pthread_t thread;
    int64_t since;
    size_t len;
    struct job job;
    uint8_t in[PACKET_MAX + 1];
    uint8_t out[PACKET_MAX];
};

// An empty packet looks like the end of the socket.
static bool is_closed(int socket)
{
    struct pollfd p = {.fd = socket, .events = POLLIN};
    return poll(&p, 1, 0) < 0 || (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Returns false at the end of the socket.
static bool receive(struct signer_thread *worker, struct oc_bytes *packet)
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

// Returns false when the other end is gone. A response that is lost because the kernel has no
// memory is missed by the worker, which fails its job in time.
static bool transmit(int socket, const uint8_t *data, size_t len)
{
    ssize_t n;
    do
        n = send(socket, data, len, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0 || errno == ENOBUFS || errno == ENOMEM;
}

// Writes a response to the `SIGNER_RESPONSE_MAX` bytes at `out`. Returns its length, 0 when the job
// was refused.
static size_t make_response(const struct signer_thread *worker, uint8_t *out)
{
    struct oc_bytes der;
    const char *why = "unknown signer";
    if (worker->job.signer < worker->signers->n)
        why = sign_job(&worker->signers->all[worker->job.signer].as, &worker->job,
                       (int64_t)time(NULL), out, SIGNER_RESPONSE_MAX, &der);
    if (why != NULL) {
        log_limited(LOG_WARNING_LINE, "signer: refused to sign: %s", why);
        return 0;
    }
    // A builder fills its buffer from the end.
    memmove(out, der.data, der.len);
    return der.len;
}

static void do_message(struct signer_thread *worker, struct oc_bytes message)
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
        log_limited(LOG_WARNING_LINE, "signer: malformed job (%zu bytes)", message.len);
    if (!has_number)
        return;
    packet_write_done(number, out);
    worker->len += packet_frame(frame, len);
}

// Returns false when the other end is gone.
static bool flush(struct signer_thread *worker)
{
    size_t len = worker->len;
    worker->len = 0;
    return len == 0 || transmit(worker->socket, worker->out, len);
}

static bool is_time_to_flush(const struct signer_thread *worker)
{
    size_t left = sizeof worker->out - worker->len;
    return left < PACKET_FRAME + PACKET_DONE_MAX || clock_us() - worker->since > FLUSH_MICROSECONDS;
}

static bool do_packet(struct signer_thread *worker, struct oc_bytes packet)
{
    struct oc_bytes message;
    while (packet_next(&packet, &message)) {
        do_message(worker, message);
        if (is_time_to_flush(worker) && !flush(worker))
            return false;
    }
    if (packet.len > 0)
        log_limited(LOG_WARNING_LINE, "signer: malformed packet (%zu bytes left over)", packet.len);
    return flush(worker);
}

static void *work(void *arg)
{
    struct signer_thread *worker = arg;
    struct oc_bytes packet;
    while (receive(worker, &packet) && do_packet(worker, packet))
        continue;
    return NULL;
}

static size_t count_threads(const struct config *config)
{
    size_t n = config->n_signer_threads > 0 ? config->n_signer_threads : thread_processors();
    return n < THREADS_MAX ? n : THREADS_MAX;
}

// The calling thread is the first of them.
static bool run_workers(struct signer_thread *workers, size_t n)
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
        log_line(LOG_ERROR_LINE, "signer: cannot start a thread: %s", strerror(failed));
    // This wakes the threads that still wait for a packet.
    shutdown(workers[0].socket, SHUT_RDWR);
    for (size_t i = 1; i < n_started; i++)
        pthread_join(workers[i].thread, NULL);
    return failed == 0;
}

static bool sign_until_closed(const struct config *config, const struct signers *signers,
                              int socket)
{
    size_t n = count_threads(config);
    struct signer_thread *workers = calloc(n, sizeof *workers);
    if (workers == NULL) {
        log_line(LOG_ERROR_LINE, "signer: out of memory");
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
            log_line(LOG_ERROR_LINE, "signer: cannot report to the worker process: it has exited");
            return false;
        }
    }
    return true;
}

// Keys must not end up in a core file. Signals to the whole process group must not stop this
// process before the worker, which closes the socket when it is done.
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
    // The supervisor takes over the form of the log only when the reload has succeeded.
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
