// SPDX-License-Identifier: MIT
//
// The front's end of the socket to the signer. A job has a place until it is done; there are as
// many places as jobs may be under way. The kernel takes only some packets at a time (sysctl
// net.unix.max_dgram_qlen), so that a thread sends those that it does not take at once.
#include "signer/link.h"

#include "base/log.h"
#include "program/clock.h"
#include "signer/packet.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// A signature that has taken JOB_MS will not come; a place is free for others then.
enum { JOB_MS = 10000, SWEEP_MS = 1000, NO_PLACE = UINT32_MAX / 2 };

// The most jobs of one packet, which one thread there signs one after the other.
enum { BATCH_MAX = 8 };

// struct place is one job under way. Its number is `generation` and its index, so that an answer
// that comes too late is not taken for another's.
struct place {
    struct signer_done done;
    int64_t deadline;
    uint32_t generation;
    uint32_t next_free;
    bool is_busy;
};

// struct waiting is a job that waits to be sent, as a message in its frame.
struct waiting {
    struct waiting *next;
    uint64_t number;
    size_t len;
    uint8_t octets[];
};

// struct signer_link is the whole. What is atomic is written with the lock, and read without.
struct signer_link {
    int socket;
    struct signer_info *infos;
    size_t n_infos;
    pthread_t reader;
    pthread_t sender;
    pthread_mutex_t lock;  // of all that follows
    pthread_cond_t wake;   // the sender: there is a packet, or the end
    struct place *places;
    size_t n_places;
    uint32_t first_free;
    struct waiting *first;
    struct waiting **last;
    atomic_size_t n_busy;
    atomic_size_t n_waiting;  // jobs that are not sent yet
    atomic_bool is_alive;
    uint8_t out[PACKET_MAX];     // the sender's, without the lock
    uint8_t in[PACKET_MAX + 1];  // the reader's, without the lock
};

static bool fail(char *why, size_t size, const char *what)
{
    snprintf(why, size, "signer: %s", what);
    return false;
}

// Places.

static bool take_place(struct signer_link *link, const struct signer_done *done, uint64_t *number)
{
    pthread_mutex_lock(&link->lock);
    uint32_t i = link->first_free;
    bool ok = link->is_alive && i != NO_PLACE;
    if (ok) {
        struct place *place = &link->places[i];
        link->first_free = place->next_free;
        link->n_busy++;
        place->done = *done;
        place->deadline = clock_ms() + JOB_MS;
        place->is_busy = true;
        *number = (uint64_t)place->generation << 32 | i;
    }
    pthread_mutex_unlock(&link->lock);
    return ok;
}

static struct place *find_place(struct signer_link *link, uint64_t number)
{
    size_t i = number & UINT32_MAX;
    if (i >= link->n_places || !link->places[i].is_busy ||
        link->places[i].generation != number >> 32)
        return NULL;
    return &link->places[i];
}

static struct signer_done empty_place(struct signer_link *link, struct place *place)
{
    place->is_busy = false;
    place->generation++;
    place->next_free = link->first_free;
    link->first_free = (uint32_t)(place - link->places);
    link->n_busy--;
    return place->done;
}

// Returns false when it is not there any more: who has emptied it calls its `done`.
static bool give_back(struct signer_link *link, uint64_t number, struct signer_done *done)
{
    pthread_mutex_lock(&link->lock);
    struct place *place = find_place(link, number);
    if (place != NULL)
        *done = empty_place(link, place);
    pthread_mutex_unlock(&link->lock);
    return place != NULL;
}

static void finish(struct signer_link *link, uint64_t number, struct oc_bytes der)
{
    struct signer_done done;
    if (give_back(link, number, &done))
        done.done(done.arg, der);
}

// Ends jobs as not made: those that have taken too long by `now`. Returns whether there was one.
static bool finish_late(struct signer_link *link, int64_t now)
{
    bool is_late = false;
    for (size_t i = 0; i < link->n_places; i++) {
        struct place *place = &link->places[i];
        struct signer_done done = {0};
        pthread_mutex_lock(&link->lock);
        if (place->is_busy && place->deadline <= now)
            done = empty_place(link, place);
        pthread_mutex_unlock(&link->lock);
        if (done.done == NULL)
            continue;
        done.done(done.arg, (struct oc_bytes){0});
        is_late = true;
    }
    return is_late;
}

// Sending.

static bool transmit(struct signer_link *link, const uint8_t *octets, size_t len, int flags)
{
    ssize_t n;
    do
        n = send(link->socket, octets, len, flags | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n >= 0;
}

static bool keep(struct signer_link *link, uint64_t number, const uint8_t *octets, size_t len)
{
    struct waiting *waiting = malloc(sizeof *waiting + len);
    if (waiting == NULL)
        return false;
    *waiting = (struct waiting){.number = number, .len = len};
    memcpy(waiting->octets, octets, len);
    pthread_mutex_lock(&link->lock);
    // Those that are late and not sent yet have no place any more, and are bounded so.
    bool ok = link->is_alive && link->n_waiting < link->n_places;
    if (ok) {
        *link->last = waiting;
        link->last = &waiting->next;
        link->n_waiting++;
        pthread_cond_signal(&link->wake);
    }
    pthread_mutex_unlock(&link->lock);
    if (!ok)
        free(waiting);
    return ok;
}

// What waits goes first.
static bool send_or_keep(struct signer_link *link, uint64_t number, const uint8_t *octets,
                         size_t len)
{
    if (link->n_waiting == 0) {
        if (transmit(link, octets, len, MSG_DONTWAIT))
            return true;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return false;
    }
    return keep(link, number, octets, len);
}

bool signer_link_ask(struct signer_link *link, const struct job *job,
                     const struct signer_done *done)
{
    uint8_t frame[PACKET_FRAME + PACKET_JOB_MAX];
    struct signer_done unused;
    uint64_t number;
    if (!take_place(link, done, &number))
        return false;
    size_t len = packet_write_job(number, job, frame + PACKET_FRAME, PACKET_JOB_MAX);
    if (len > 0 && send_or_keep(link, number, frame, packet_frame(frame, len)))
        return true;
    return !give_back(link, number, &unused);
}

// The first that waits, if it fits in `room`. With the lock.
static struct waiting *take_waiting(struct signer_link *link, size_t room)
{
    struct waiting *waiting = link->first;
    if (waiting == NULL || waiting->len > room)
        return NULL;
    link->first = waiting->next;
    if (link->first == NULL)
        link->last = &link->first;
    return waiting;
}

// Puts what waits into one packet, without what nobody waits for any more. Returns how many jobs
// were taken, and in `*len` how many octets there are to send.
static size_t fill_packet(struct signer_link *link, size_t *len)
{
    struct waiting *waiting;
    size_t n = 0;
    *len = 0;
    pthread_mutex_lock(&link->lock);
    while (link->is_alive && link->first == NULL)
        pthread_cond_wait(&link->wake, &link->lock);
    while (link->is_alive && n < BATCH_MAX &&
           (waiting = take_waiting(link, sizeof link->out - *len)) != NULL) {
        if (find_place(link, waiting->number) != NULL) {
            memcpy(link->out + *len, waiting->octets, waiting->len);
            *len += waiting->len;
        }
        free(waiting);
        n++;
    }
    pthread_mutex_unlock(&link->lock);
    return n;
}

// The reader sees that the socket is at its end, too.
static void *send_packets(void *arg)
{
    struct signer_link *link = arg;
    size_t n;
    size_t len;
    while ((n = fill_packet(link, &len)) > 0) {
        if (len > 0)
            transmit(link, link->out, len, 0);
        link->n_waiting -= n;
    }
    return NULL;
}

// Receiving.

static bool take_messages(struct signer_link *link, struct oc_bytes packet)
{
    struct oc_bytes message;
    struct oc_bytes der;
    uint64_t number;
    while (packet_next(&packet, &message) && packet_read_done(message, &number, &der)) {
        finish(link, number, der);
        if (packet.len == 0)
            return true;
    }
    log_line(LOG_ERROR_LINE, "signer: what the process sends is no answer");
    return false;
}

// Returns false at the end of the process or of the link; a packet that is none is the end, too.
static bool take_packet(struct signer_link *link, int64_t *heard)
{
    ssize_t n = recv(link->socket, link->in, sizeof link->in, 0);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
    *heard = clock_ms();
    return n > 0 && take_messages(link, (struct oc_bytes){link->in, (size_t)n});
}

// A process that has let a job get late, and has said nothing for as long, hangs.
static bool is_silent(struct signer_link *link, int64_t now, int64_t heard)
{
    if (!finish_late(link, now) || now - heard < JOB_MS)
        return false;
    log_line(LOG_ERROR_LINE, "signer: the process has not answered for %d seconds", JOB_MS / 1000);
    return true;
}

// From here on no job gets a place, and those that have one are done.
static void end_all(struct signer_link *link)
{
    shutdown(link->socket, SHUT_RDWR);
    pthread_mutex_lock(&link->lock);
    link->is_alive = false;
    pthread_cond_signal(&link->wake);
    pthread_mutex_unlock(&link->lock);
    finish_late(link, INT64_MAX);
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
    end_all(link);
    return NULL;
}

// Beginning and end.

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
        // A timeout of 0 would be none.
        if (left <= 0 || !set_timeout(socket, left))
            return fail(why, size, "it does not say hello");
        ssize_t n = recv(socket, octets, sizeof octets, 0);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return fail(why, size, "it has ended before it said hello");
        if (n > 0)
            return read_hello((struct oc_bytes){octets, (size_t)n}, hello) ||
                   fail(why, size, "it does not speak as it should");
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
            return fail(why, size, "no memory");
        if (hello.i != i || hello.n != link->n_infos)
            return fail(why, size, "it does not speak as it should");
        link->infos[i] = hello.info;
    }
    return set_timeout(link->socket, SWEEP_MS) || fail(why, size, strerror(errno));
}

static bool make_places(struct signer_link *link, size_t n_queue, char *why, size_t size)
{
    size_t n = n_queue;
    if (n < 1)
        n = 1;
    if (n >= NO_PLACE)
        n = NO_PLACE - 1;
    link->places = calloc(n, sizeof *link->places);
    if (link->places == NULL)
        return fail(why, size, "no memory");
    link->n_places = n;
    for (size_t i = 0; i < n; i++)
        link->places[i].next_free = i + 1 < n ? (uint32_t)(i + 1) : NO_PLACE;
    return true;
}

static bool start_threads(struct signer_link *link, char *why, size_t size)
{
    int failed = pthread_create(&link->reader, NULL, receive_packets, link);
    if (failed != 0)
        return fail(why, size, strerror(failed));
    failed = pthread_create(&link->sender, NULL, send_packets, link);
    if (failed == 0)
        return true;
    shutdown(link->socket, SHUT_RDWR);
    pthread_join(link->reader, NULL);
    return fail(why, size, strerror(failed));
}

static void free_link(struct signer_link *link)
{
    struct waiting *next;
    for (struct waiting *waiting = link->first; waiting != NULL; waiting = next) {
        next = waiting->next;
        free(waiting);
    }
    pthread_cond_destroy(&link->wake);
    pthread_mutex_destroy(&link->lock);
    close(link->socket);
    free(link->places);
    free(link->infos);
    free(link);
}

struct signer_link *signer_link_new(int socket, size_t n_queue, int64_t timeout_ms, char *why,
                                    size_t size)
{
    struct signer_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        close(socket);
        fail(why, size, "no memory");
        return NULL;
    }
    link->socket = socket;
    link->last = &link->first;
    atomic_init(&link->is_alive, true);
    atomic_init(&link->n_busy, 0);
    atomic_init(&link->n_waiting, 0);
    pthread_mutex_init(&link->lock, NULL);
    pthread_cond_init(&link->wake, NULL);
    if (receive_infos(link, timeout_ms, why, size) && make_places(link, n_queue, why, size) &&
        start_threads(link, why, size))
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
    pthread_join(link->sender, NULL);
    free_link(link);
}

const struct signer_info *signer_link_info(const struct signer_link *link, size_t *n)
{
    *n = link->n_infos;
    return link->infos;
}

size_t signer_link_queue(const struct signer_link *link)
{
    return atomic_load(&link->n_busy);
}

bool signer_link_is_alive(const struct signer_link *link)
{
    return atomic_load(&link->is_alive);
}
