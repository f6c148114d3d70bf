// SPDX-License-Identifier: MIT
//
// One thread and poll(2): there are few listening sockets. Each set of them is made of
// descriptors of its own, so that the caller may close his.
#include "http/accept.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

// ROUND is how many connections are taken from one socket before it is the next one's turn, and
// PAUSE how many milliseconds to wait when there are no descriptors or no memory.
enum { ROUND = 64, PAUSE = 100 };

// struct listening is a set of sockets; `polls` has one more in front, the event to wake up by.
struct listening {
    size_t n;
    struct pollfd polls[];
};

struct acceptor {
    pthread_t thread;
    pthread_mutex_t lock;
    struct listening *next;  // what to go on with
    bool is_ending;
    int event;
    struct listening *now;  // of the thread
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

// Returns false when there is nothing left that a connection can be made with.
static bool accept_round(const struct acceptor *acceptor, int socket)
{
    for (size_t i = 0; i < ROUND; i++) {
        struct sockaddr_storage address;
        socklen_t len = sizeof address;
        memset(&address, 0, sizeof address);
        int accepted =
            accept4(socket, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted < 0)
            return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
        acceptor->sink.take(acceptor->sink.arg, accepted, &address);
    }
    return true;
}

static void clear_event(int event)
{
    uint64_t count;
    ssize_t n = read(event, &count, sizeof count);
    (void)n;
}

// Returns false when the thread is to end.
static bool take_orders(struct acceptor *acceptor)
{
    clear_event(acceptor->event);
    pthread_mutex_lock(&acceptor->lock);
    bool is_ending = acceptor->is_ending;
    struct listening *next = acceptor->next;
    acceptor->next = NULL;
    pthread_mutex_unlock(&acceptor->lock);
    if (next != NULL) {
        free_listening(acceptor->now);
        acceptor->now = next;
    }
    return !is_ending;
}

static bool accept_all(const struct acceptor *acceptor)
{
    const struct listening *now = acceptor->now;
    bool is_well = true;
    for (size_t i = 1; i <= now->n; i++)
        if (now->polls[i].revents != 0)
            is_well = accept_round(acceptor, now->polls[i].fd) && is_well;
    return is_well;
}

static void *run(void *arg)
{
    struct acceptor *acceptor = arg;
    bool is_well = true;
    for (;;) {
        struct listening *now = acceptor->now;
        // Without descriptors, only the event is waited for, for a moment.
        int n = poll(now->polls, is_well ? now->n + 1 : 1, is_well ? -1 : PAUSE);
        bool was_well = is_well;
        is_well = true;
        if (n <= 0)
            continue;
        if (now->polls[0].revents != 0) {
            if (!take_orders(acceptor))
                return NULL;
            continue;
        }
        if (was_well && !accept_all(acceptor)) {
            is_well = false;
            log_limited(LOG_ERROR_LINE, "connections cannot be accepted: %s", strerror(errno));
        }
    }
}

// Signals are for the thread that the process began with.
static int start_thread(struct acceptor *acceptor)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&acceptor->thread, NULL, run, acceptor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
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
    int error = acceptor->now == NULL ? errno : start_thread(acceptor);
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
    acceptor->is_ending = true;
    pthread_mutex_unlock(&acceptor->lock);
    wake(acceptor);
    pthread_join(acceptor->thread, NULL);
    free_acceptor(acceptor);
}
