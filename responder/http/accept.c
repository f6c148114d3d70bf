// SPDX-License-Identifier: MIT
//
// One thread with poll(2) is enough for a few listening sockets. Each set of sockets consists of
// duplicated descriptors, so the caller may close the originals.
#include "http/accept.h"

#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

// ROUND is how many connections are accepted on one socket before the next socket gets its turn.
// PAUSE is how many milliseconds to wait when the process is out of descriptors or memory.
enum { ROUND = 64, PAUSE = 100 };

// struct listening is a set of `n` sockets. `polls` has n + 1 elements; the first is the event that
// wakes the thread.
struct listening {
    size_t n;
    struct pollfd polls[];
};

struct acceptor {
    pthread_t thread;
    pthread_mutex_t lock;
    struct listening *next;  // replaces `now`; NULL: no change
    bool is_stopping;
    int event;
    struct listening *now;  // belongs to the thread
    struct acceptor_sink sink;
};

static void free_listening(struct listening *listening)
{
    if (listening == NULL)
        return;
    for (size_t i = 1; i <= listening->n; i++)
        close(listening->polls[i].fd);
    free(listening);
}

static int own_copy(int socket)
{
    int copy = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return -1;
    int flags = fcntl(copy, F_GETFL);
    if (flags >= 0 && fcntl(copy, F_SETFL, flags | O_NONBLOCK) == 0)
        return copy;
    close(copy);
    return -1;
}

static struct listening *new_listening(int event, const int *sockets, size_t n)
{
    struct listening *listening = calloc(1, sizeof *listening + (n + 1) * sizeof(struct pollfd));
    if (listening == NULL)
        return NULL;
    listening->polls[0] = (struct pollfd){.fd = event, .events = POLLIN};
    for (size_t i = 0; i < n; i++) {
        int copy = own_copy(sockets[i]);
        if (copy < 0) {
            free_listening(listening);
            return NULL;
        }
        listening->polls[++listening->n] = (struct pollfd){.fd = copy, .events = POLLIN};
    }
    return listening;
}

// is_passing returns whether an error is about one connection, or means that there is none. Any
// other error would repeat at once: the process is out of descriptors or memory, for instance.
static bool is_passing(int error)
{
    static const int passing[] = {EAGAIN,       EINTR,       ECONNABORTED, EPERM,
                                  EPROTO,       ENETDOWN,    EHOSTDOWN,    ENONET,
                                  EHOSTUNREACH, ENETUNREACH, ETIMEDOUT,    ENOPROTOOPT};
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        if (error == passing[i])
            return true;
    }
    return false;
}

// Returns 0, or the error for which the thread has to pause.
static int accept_round(const struct acceptor *acceptor, int socket)
{
    for (size_t i = 0; i < ROUND; i++) {
        struct sockaddr_storage address;
        socklen_t len = sizeof address;
        memset(&address, 0, sizeof address);
        int accepted =
            accept4(socket, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted < 0)
            return is_passing(errno) ? 0 : errno;
        acceptor->sink.take(acceptor->sink.arg, accepted, &address);
    }
    return 0;
}

static void clear_event(int event)
{
    uint64_t count;
    ssize_t n = read(event, &count, sizeof count);
    (void)n;
}

// Returns false if the thread should stop.
static bool take_changes(struct acceptor *acceptor)
{
    clear_event(acceptor->event);
    pthread_mutex_lock(&acceptor->lock);
    bool is_stopping = acceptor->is_stopping;
    struct listening *next = acceptor->next;
    acceptor->next = NULL;
    pthread_mutex_unlock(&acceptor->lock);
    if (next != NULL) {
        free_listening(acceptor->now);
        acceptor->now = next;
    }
    return !is_stopping;
}

// Returns 0, or the last error for which the thread has to pause.
static int accept_all(const struct acceptor *acceptor)
{
    const struct listening *now = acceptor->now;
    int failed = 0;
    for (size_t i = 1; i <= now->n; i++) {
        int error = now->polls[i].revents != 0 ? accept_round(acceptor, now->polls[i].fd) : 0;
        failed = error != 0 ? error : failed;
    }
    return failed;
}

static void *run(void *arg)
{
    struct acceptor *acceptor = arg;
    bool is_paused = false;
    for (;;) {
        struct listening *now = acceptor->now;
        // During a pause, the thread waits for the event alone.
        int n = poll(now->polls, is_paused ? 1 : now->n + 1, is_paused ? PAUSE : -1);
        bool was_paused = is_paused;
        is_paused = false;
        if (n <= 0)
            continue;
        if (now->polls[0].revents != 0) {
            if (!take_changes(acceptor))
                return NULL;
            continue;
        }
        int error = was_paused ? 0 : accept_all(acceptor);
        if (error != 0) {
            is_paused = true;
            log_limited(LOG_ERROR_LINE, "cannot accept connections: %s", strerror(error));
        }
    }
}

static void wake(struct acceptor *acceptor)
{
    uint64_t one = 1;
    ssize_t n = write(acceptor->event, &one, sizeof one);
    (void)n;
}

static void free_acceptor(struct acceptor *acceptor)
{
    free_listening(acceptor->now);
    free_listening(acceptor->next);
    if (acceptor->event >= 0)
        close(acceptor->event);
    pthread_mutex_destroy(&acceptor->lock);
    free(acceptor);
}

struct acceptor *acceptor_new(const int *sockets, size_t n, const struct acceptor_sink *sink)
{
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);
    if (acceptor == NULL)
        return NULL;
    acceptor->sink = *sink;
    pthread_mutex_init(&acceptor->lock, NULL);
    acceptor->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (acceptor->event >= 0)
        acceptor->now = new_listening(acceptor->event, sockets, n);
    int error = acceptor->now == NULL ? errno : thread_start(&acceptor->thread, run, acceptor);
    if (error == 0)
        return acceptor;
    free_acceptor(acceptor);
    errno = error;
    return NULL;
}

bool acceptor_exchange(struct acceptor *acceptor, const int *sockets, size_t n)
{
    struct listening *next = new_listening(acceptor->event, sockets, n);
    if (next == NULL)
        return false;
    pthread_mutex_lock(&acceptor->lock);
    struct listening *unused = acceptor->next;
    acceptor->next = next;
    pthread_mutex_unlock(&acceptor->lock);
    free_listening(unused);
    wake(acceptor);
    return true;
}

void acceptor_free(struct acceptor *acceptor)
{
    if (acceptor == NULL)
        return;
    pthread_mutex_lock(&acceptor->lock);
    acceptor->is_stopping = true;
    pthread_mutex_unlock(&acceptor->lock);
    wake(acceptor);
    pthread_join(acceptor->thread, NULL);
    free_acceptor(acceptor);
}
