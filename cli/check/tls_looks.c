// SPDX-License-Identifier: MIT
//
// Each server is looked at in a child process: a name lookup can be stopped only with its process,
// and whatever an untrusted handshake does to libssl stays there. The result comes back through a
// pipe as parts, each a length and that many octets: first the reason, which is empty on success,
// then each certificate and its staple.
#include "check/tls_looks.h"

#include "program/report.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// PARCEL_MAX is more than libssl accepts as certificates and staples.
enum { PARCEL_MAX = 16 << 20, CHUNK = 65536, REASON_SIZE = 512, SPARE_SECONDS = 10 };

static const size_t absent = SIZE_MAX;

// struct worker is a running child process.
struct worker {
    struct tls_job *job;
    pid_t child;
    struct octets parcel;
};

// struct pool is all running workers; `polls` has the pipe of each.
struct pool {
    const struct tls_looks *looks;
    struct worker *workers;
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

// The child has no use for the pipes of other workers.
static void close_other_pipes(const struct pool *pool)
{
    for (size_t i = 0; i < pool->n; i++)
        close(pool->polls[i].fd);
}

_Noreturn static void run_child(const struct pool *pool, const char *target, int fd)
{
    const struct tls_options *options = pool->looks->options;
    char why[REASON_SIZE] = "";
    struct tls_peer peer;
    FILE *out = fdopen(fd, "w");
    close_other_pipes(pool);
    // All steps have a timeout; this is a safeguard against one that does not. It is generous,
    // since many children may share one busy processor.
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
        fail(job, "the TLS process failed");
        return;
    }
    if (why.len > 0)
        job->why = copy_text((const char *)why.data, why.len);
    else if (!take_peer(&parcel, &job->peer) || job->peer.n_certs == 0)
        fail(job, "the TLS process failed");
    free(why.data);
}

static bool start(struct pool *pool, struct tls_job *job)
{
    int fds[2];
    if (pipe(fds) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        close(fds[0]);
        run_child(pool, job->target, fds[1]);
    }
    close(fds[1]);
    if (child == -1) {
        close(fds[0]);
        return false;
    }
    pool->workers[pool->n] = (struct worker){.job = job, .child = child};
    pool->polls[pool->n++] = (struct pollfd){.fd = fds[0], .events = POLLIN};
    return true;
}

// Returns how many jobs were started. If the system cannot start one now, it is tried again after
// another one has finished; if none is running, the job has failed.
static size_t start_some(struct pool *pool, struct tls_job *jobs, size_t n)
{
    size_t i = 0;
    while (i < n && pool->n < pool->looks->n_parallel && start(pool, &jobs[i]))
        i++;
    if (i < n && pool->n == 0)
        fail(&jobs[i++], strerror(errno));
    return i;
}

// Returns false at the end of the data.
static bool receive(struct worker *worker, int fd)
{
    struct octets *parcel = &worker->parcel;
    parcel->data = must_resize(parcel->data, parcel->len + CHUNK, 1);
    ssize_t n = read(fd, parcel->data + parcel->len, CHUNK);
    if (n == -1 && errno == EINTR)
        return true;
    parcel->len += n > 0 ? (size_t)n : 0;
    return n > 0 && parcel->len <= PARCEL_MAX;
}

static void finish(struct pool *pool, size_t i)
{
    struct worker *worker = &pool->workers[i];
    close(pool->polls[i].fd);
    kill(worker->child, SIGKILL);
    while (waitpid(worker->child, NULL, 0) == -1 && errno == EINTR)
        ;
    unpack(worker->job, worker->parcel);
    free(worker->parcel.data);
    pool->n--;
    pool->workers[i] = pool->workers[pool->n];
    pool->polls[i] = pool->polls[pool->n];
}

// Returns how many workers have finished.
static size_t wait_for_some(struct pool *pool)
{
    size_t n_before = pool->n;
    if (poll(pool->polls, pool->n, -1) <= 0)
        return 0;
    // Count down, because the last worker takes the place of one that finishes.
    for (size_t i = pool->n; i-- > 0;) {
        if (pool->polls[i].revents != 0 && !receive(&pool->workers[i], pool->polls[i].fd))
            finish(pool, i);
    }
    return n_before - pool->n;
}

static void report_progress(const struct tls_looks *looks, size_t n_done, size_t n)
{
    if (looks->progress != NULL && n > 0)
        looks->progress(looks->progress_arg, n_done, n);
}

void tls_look_all(const struct tls_looks *looks, struct tls_job *jobs, size_t n)
{
    struct pool pool = {
        .looks = looks,
        .workers = must_alloc(looks->n_parallel, sizeof *pool.workers),
        .polls = must_alloc(looks->n_parallel, sizeof *pool.polls),
    };
    size_t n_begun = 0;
    report_progress(looks, 0, n);
    while (n_begun < n || pool.n > 0) {
        n_begun += start_some(&pool, jobs + n_begun, n - n_begun);
        if (pool.n > 0 && wait_for_some(&pool) > 0)
            report_progress(looks, n_begun - pool.n, n);
    }
    free(pool.workers);
    free(pool.polls);
}

void tls_jobs_free(struct tls_job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tls_peer_free(&jobs[i].peer);
        free(jobs[i].why);
    }
    free(jobs);
}
