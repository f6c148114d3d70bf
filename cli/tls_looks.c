// SPDX-License-Identifier: MIT
//
// A process for each server: the search for an address can be ended only with its process, and
// what a stranger's handshake does to libssl stays there. What was seen comes back in a pipe, as
// parts: a length and that many octets. First the reason, empty if there is none; then each
// certificate and its staple.
#include "tls_looks.h"

#include "program/report.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// Beyond what libssl takes as certificates, and far beyond what it takes as staples.
enum { PARCEL_MAX = 16 << 20, CHUNK = 65536, REASON_SIZE = 512, SPARE_SECONDS = 2 };

static const size_t absent = SIZE_MAX;

// struct looker is a process at work.
struct looker {
    struct tls_job *job;
    pid_t child;
    struct octets parcel;
};

// struct crew is all of them; `polls` has the pipe of each.
struct crew {
    const struct tls_looks *looks;
    struct looker *lookers;
    struct pollfd *polls;
    size_t n;
};

static void put_part(FILE *out, const struct octets *part)
{
    size_t len = part->data != NULL ? part->len : absent;
    fwrite(&len, sizeof len, 1, out);
    if (part->data != NULL)
        fwrite(part->data, 1, part->len, out);
}

static void put_peer(FILE *out, const struct tls_peer *peer)
{
    for (size_t i = 0; i < peer->n_certs; i++) {
        put_part(out, &peer->certs[i]);
        put_part(out, &peer->staples[i]);
    }
}

// The pipes of the others are not the child's.
static void close_others(const struct crew *crew)
{
    for (size_t i = 0; i < crew->n; i++)
        close(crew->polls[i].fd);
}

_Noreturn static void be_child(const struct crew *crew, const char *target, int fd)
{
    const struct tls_options *options = crew->looks->options;
    char why[REASON_SIZE] = "";
    struct tls_peer peer;
    FILE *out = fdopen(fd, "w");
    close_others(crew);
    // Everything has its time there; this is in case that something has not.
    alarm((unsigned)((options->connect_timeout + options->timeout) / 1000 + SPARE_SECONDS));
    if (out == NULL)
        _exit(1);
    if (tls_look(options, target, &peer, why, sizeof why))
        why[0] = '\0';
    put_part(out, &(struct octets){(uint8_t *)why, strlen(why)});
    put_peer(out, &peer);
    _exit(fclose(out) == 0 ? 0 : 1);
}

static bool take_part(struct octets *in, struct octets *out)
{
    size_t len;
    if (in->len < sizeof len)
        return false;
    memcpy(&len, in->data, sizeof len);
    in->data += sizeof len;
    in->len -= sizeof len;
    *out = (struct octets){0};
    if (len == absent)
        return true;
    if (len > in->len)
        return false;
    *out = (struct octets){must_alloc(len, 1), len};
    memcpy(out->data, in->data, len);
    in->data += len;
    in->len -= len;
    return true;
}

static bool take_peer(struct octets *in, struct tls_peer *out)
{
    while (in->len > 0) {
        size_t n = out->n_certs;
        out->certs = must_resize(out->certs, n + 1, sizeof *out->certs);
        out->staples = must_resize(out->staples, n + 1, sizeof *out->staples);
        if (!take_part(in, &out->certs[n]))
            return false;
        out->staples[n] = (struct octets){0};
        out->n_certs++;
        if (out->certs[n].data == NULL || !take_part(in, &out->staples[n]))
            return false;
    }
    return true;
}

static char *copy_text(const char *text, size_t len)
{
    char *copy = must_alloc(len + 1, 1);
    memcpy(copy, text, len);
    return copy;
}

static void fail(struct tls_job *job, const char *why)
{
    tls_peer_free(&job->peer);
    job->why = copy_text(why, strlen(why));
}

static void unpack(struct tls_job *job, struct octets parcel)
{
    struct octets why;
    if (!take_part(&parcel, &why) || why.data == NULL) {
        fail(job, "looking at it was broken off");
        return;
    }
    if (why.len > 0)
        job->why = copy_text((const char *)why.data, why.len);
    else if (!take_peer(&parcel, &job->peer) || job->peer.n_certs == 0)
        fail(job, "looking at it was broken off");
    free(why.data);
}

static bool start(struct crew *crew, struct tls_job *job)
{
    int fds[2];
    if (pipe(fds) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        close(fds[0]);
        be_child(crew, job->target, fds[1]);
    }
    close(fds[1]);
    if (child == -1) {
        close(fds[0]);
        return false;
    }
    crew->lookers[crew->n] = (struct looker){.job = job, .child = child};
    crew->polls[crew->n++] = (struct pollfd){.fd = fds[0], .events = POLLIN};
    return true;
}

// Returns how many jobs have been begun. What the system has no room for now waits until another
// is done; what it has no room for at all has failed.
static size_t start_some(struct crew *crew, struct tls_job *jobs, size_t n)
{
    size_t i = 0;
    while (i < n && crew->n < crew->looks->n_parallel && start(crew, &jobs[i]))
        i++;
    if (i < n && crew->n == 0)
        fail(&jobs[i++], strerror(errno));
    return i;
}

// Returns false when there is no more to come.
static bool receive(struct looker *looker, int fd)
{
    struct octets *parcel = &looker->parcel;
    parcel->data = must_resize(parcel->data, parcel->len + CHUNK, 1);
    ssize_t n = read(fd, parcel->data + parcel->len, CHUNK);
    if (n == -1 && errno == EINTR)
        return true;
    parcel->len += n > 0 ? (size_t)n : 0;
    return n > 0 && parcel->len <= PARCEL_MAX;
}

static void end(struct crew *crew, size_t i)
{
    struct looker *looker = &crew->lookers[i];
    close(crew->polls[i].fd);
    kill(looker->child, SIGKILL);
    while (waitpid(looker->child, NULL, 0) == -1 && errno == EINTR)
        ;
    unpack(looker->job, looker->parcel);
    free(looker->parcel.data);
    crew->n--;
    crew->lookers[i] = crew->lookers[crew->n];
    crew->polls[i] = crew->polls[crew->n];
}

// Returns how many have ended.
static size_t wait_for_some(struct crew *crew)
{
    size_t n_before = crew->n;
    if (poll(crew->polls, crew->n, -1) <= 0)
        return 0;
    // From the end: the last takes the place of one that ends.
    for (size_t i = crew->n; i-- > 0;) {
        if (crew->polls[i].revents != 0 && !receive(&crew->lookers[i], crew->polls[i].fd))
            end(crew, i);
    }
    return n_before - crew->n;
}

static void tell(const struct tls_looks *looks, size_t n_done, size_t n)
{
    if (looks->progress != NULL && n > 0)
        looks->progress(looks->progress_arg, n_done, n);
}

void tls_look_all(const struct tls_looks *looks, struct tls_job *jobs, size_t n)
{
    struct crew crew = {
        .looks = looks,
        .lookers = must_alloc(looks->n_parallel, sizeof *crew.lookers),
        .polls = must_alloc(looks->n_parallel, sizeof *crew.polls),
    };
    size_t n_begun = 0;
    tell(looks, 0, n);
    while (n_begun < n || crew.n > 0) {
        n_begun += start_some(&crew, jobs + n_begun, n - n_begun);
        if (crew.n > 0 && wait_for_some(&crew) > 0)
            tell(looks, n_begun - crew.n, n);
    }
    free(crew.lookers);
    free(crew.polls);
}

void tls_jobs_free(struct tls_job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tls_peer_free(&jobs[i].peer);
        free(jobs[i].why);
    }
    free(jobs);
}
