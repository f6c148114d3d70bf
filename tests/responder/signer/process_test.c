// SPDX-License-Identifier: MIT
//
// The process with the keys and the link to it, for real: forked, fed with rubbish, stopped,
// killed, and asked by many at once.
#include "fixture/key_fixture.h"
#include "signer/link.h"
#include "signer/packet.h"
#include "signer/process.h"

#include <ocsp/openssl.h>
#include <ocsp/verify.h>

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { HELLO_MS = 30000, N_THREADS = 8, N_EACH = 100 };

static struct oc_crypto *crypto;
static struct oc_issuer issuer;
static struct signer_config signers[2];
static struct issuer_config issuer_config;
static struct config config;
static char why[256];

// The processes and links that a test started, which the teardown stops.
static pid_t process;
static int front = -1;  // while no link owns it
static struct signer_link *link_;

static int start(void **state)
{
    (void)state;
    fixture_certs_make();
    key_fixture_start();
    crypto = oc_openssl_new();
    return crypto == NULL ||
           oc_issuer_init(&issuer, crypto, &fixture_cert(CERT_CA)->cert, NULL) != OC_OK;
}

static int stop(void **state)
{
    (void)state;
    oc_issuer_cleanup(&issuer);
    oc_openssl_free(crypto);
    key_fixture_stop();
    fixture_certs_free();
    return 0;
}

// Two signers for one issuer: a delegate, and the issuer itself.
static int reset(void **state)
{
    (void)state;
    signers[0] = (struct signer_config){.name = "delegate",
                                        .certificate = key_fixture_cert(CERT_DELEGATE),
                                        .key = key_fixture_key(KEY_DELEGATE, NULL),
                                        .include_certificate = true};
    signers[1] = (struct signer_config){
        .name = "itself", .key = key_fixture_key(KEY_CA, NULL), .include_certificate = true};
    issuer_config = (struct issuer_config){.name = "CA",
                                           .certificate = key_fixture_cert(CERT_CA),
                                           .nonce = NONCE_LIVE,
                                           .validity = DAY,
                                           .signers = signers,
                                           .n_signers = 2};
    config = (struct config){
        .issuers = &issuer_config, .n_issuers = 1, .seccomp = true, .n_signer_threads = 2};
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (process != 0) {
        kill(process, SIGKILL);
        waitpid(process, NULL, 0);
    }
    signer_link_free(link_);
    if (front != -1)
        close(front);
    process = 0;
    link_ = NULL;
    front = -1;
    return 0;
}

static void start_process(void)
{
    int sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
    fflush(NULL);
    process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        close(sockets[0]);
        signal(SIGABRT, SIG_DFL);
        _exit(signer_run(&config, sockets[1]));
    }
    close(sockets[1]);
    front = sockets[0];
}

static bool make_link(size_t n_queue, int64_t timeout_ms)
{
    int socket = front;
    front = -1;
    memset(why, 0, sizeof why);
    link_ = signer_link_new(socket, n_queue, timeout_ms, why, sizeof why);
    return link_ != NULL;
}

static void start_both(size_t n_queue)
{
    start_process();
    if (!make_link(n_queue, HELLO_MS))
        fail_msg("no link: %s", why);
}

// Waits for the process to end, and returns its status.
static int wait_process(void)
{
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    process = 0;
    return status;
}

static void wait_stopped(void)
{
    int status = 0;
    assert_int_equal(kill(process, SIGSTOP), 0);
    assert_int_equal(waitpid(process, &status, WUNTRACED), process);
    assert_true(WIFSTOPPED(status));
}

static struct job make_job(uint32_t signer, uint32_t number)
{
    int64_t now = (int64_t)time(NULL);
    struct job job = {.signer = signer, .produced_at = now, .nonce_len = 4, .n_singles = 1};
    memcpy(job.nonce, &number, 4);
    job.singles[0] = (struct job_single){.hash = OC_HASH_SHA256,
                                         .serial = {1, 2, 3, 4},
                                         .serial_len = 4,
                                         .status = OC_CERT_STATUS_GOOD,
                                         .this_update = now,
                                         .next_update = now + HOUR};
    return job;
}

// struct outcome is what came of one job.
struct outcome {
    atomic_int n_done;
    bool is_made;
    size_t len;
    uint8_t der[8192];
};

static void take(void *arg, struct oc_bytes der)
{
    struct outcome *outcome = arg;
    outcome->is_made = der.data != NULL;
    assert_true(der.len <= sizeof outcome->der);
    outcome->len = der.len;
    if (der.data != NULL)
        memcpy(outcome->der, der.data, der.len);
    atomic_fetch_add(&outcome->n_done, 1);
}

static bool ask(struct outcome *outcome, const struct job *job)
{
    const struct signer_done done = {take, outcome};
    atomic_store(&outcome->n_done, 0);
    return signer_link_ask(link_, job, &done);
}

static void nap(void)
{
    const struct timespec time = {.tv_nsec = 1000000};
    nanosleep(&time, NULL);
}

// At most half a minute, which only a failure takes.
static void wait_done(struct outcome *outcomes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 30000 && atomic_load(&outcomes[i].n_done) == 0; k++)
            nap();
        assert_int_equal(atomic_load(&outcomes[i].n_done), 1);
    }
}

static struct oc_verdict believe(struct oc_bytes der, const struct job *job)
{
    struct oc_policy policy;
    struct oc_response resp;
    struct oc_verdict verdict;
    oc_policy_init(&policy, (int64_t)time(NULL));
    policy.nonce = (struct oc_bytes){job->nonce, job->nonce_len};
    policy.nonce_rule = OC_NONCE_REQUIRED;
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_int_equal(
        oc_verify(&policy, &issuer,
                  (struct oc_bytes){job->singles[0].serial, job->singles[0].serial_len}, &resp,
                  &verdict, NULL),
        OC_OK);
    assert_int_equal(verdict.status, OC_CERT_STATUS_GOOD);
    return verdict;
}

static struct oc_verdict believe_outcome(const struct outcome *outcome, const struct job *job)
{
    assert_true(outcome->is_made);
    return believe((struct oc_bytes){outcome->der, outcome->len}, job);
}

static void expect_signs(void)
{
    static struct outcome outcome;
    struct job job = make_job(0, 1);
    assert_true(ask(&outcome, &job));
    wait_done(&outcome, 1);
    believe_outcome(&outcome, &job);
}

static void hello_says_who_signs(void **state)
{
    uint8_t hash[OC_HASH_MAX_LEN];
    size_t n = 0;
    (void)state;
    start_both(4);
    const struct signer_info *infos = signer_link_info(link_, &n);
    assert_int_equal(n, 2);
    assert_string_equal(infos[0].name, "delegate");
    assert_string_equal(infos[1].name, "itself");
    sign_hash(OC_HASH_SHA256, fixture_cert(CERT_CA)->cert.der, hash);
    assert_memory_equal(infos[0].issuer, hash, 32);
    assert_memory_equal(infos[1].issuer, hash, 32);
    assert_memory_equal(infos[1].id, hash, 32);
    sign_hash(OC_HASH_SHA256, fixture_cert(CERT_DELEGATE)->cert.der, hash);
    assert_memory_equal(infos[0].id, hash, 32);
    assert_int_equal(infos[0].not_before, fixture_cert(CERT_DELEGATE)->cert.not_before);
    assert_int_equal(infos[1].not_after, fixture_cert(CERT_CA)->cert.not_after);
    assert_true(signer_link_is_alive(link_));
    assert_int_equal(signer_link_queue(link_), 0);
}

static size_t count_certs(const struct outcome *outcome)
{
    struct oc_response resp;
    assert_int_equal(oc_response_parse(&resp, (struct oc_bytes){outcome->der, outcome->len}, NULL),
                     OC_OK);
    return resp.signature.certs.n;
}

static void each_signer_signs(void **state)
{
    static struct outcome outcomes[2];
    static const enum oc_signer_kind kinds[] = {OC_SIGNER_DELEGATE, OC_SIGNER_ISSUER};
    (void)state;
    start_both(4);
    for (uint32_t i = 0; i < 2; i++) {
        struct job job = make_job(i, 100 + i);
        assert_true(ask(&outcomes[i], &job));
        wait_done(&outcomes[i], 1);
        assert_int_equal(believe_outcome(&outcomes[i], &job).signer, kinds[i]);
        assert_int_equal(count_certs(&outcomes[i]), 1);
    }
    assert_int_equal(signer_link_queue(link_), 0);
}

static void certificate_of_the_issuer(void **state)
{
    static struct outcome outcome;
    struct oc_response resp;
    struct oc_bytes cert;
    size_t at = 0;
    struct job job = make_job(1, 1);
    (void)state;
    start_both(4);
    assert_true(ask(&outcome, &job));
    wait_done(&outcome, 1);
    assert_int_equal(oc_response_parse(&resp, (struct oc_bytes){outcome.der, outcome.len}, NULL),
                     OC_OK);
    assert_true(oc_cert_next(&resp.signature.certs, &at, &cert));
    assert_true(oc_bytes_equal(cert, fixture_cert(CERT_CA)->cert.der));
    assert_false(oc_cert_next(&resp.signature.certs, &at, &cert));
}

static void certificate_of_the_issuer_left_out(void **state)
{
    static struct outcome outcomes[2];
    (void)state;
    signers[1].include_certificate = false;
    start_both(4);
    for (uint32_t i = 0; i < 2; i++) {
        struct job job = make_job(i, 1);
        assert_true(ask(&outcomes[i], &job));
        wait_done(&outcomes[i], 1);
        believe_outcome(&outcomes[i], &job);
        assert_int_equal(count_certs(&outcomes[i]), i == 0);
    }
}

static void without_seccomp(void **state)
{
    (void)state;
    config.seccomp = false;
    start_both(4);
    expect_signs();
}

static void refused_jobs_are_not_made(void **state)
{
    static struct outcome outcomes[4];
    struct job jobs[] = {make_job(2, 1), make_job(UINT32_MAX, 1), make_job(0, 1), make_job(1, 1)};
    (void)state;
    start_both(4);
    jobs[2].singles[0].next_update = jobs[2].produced_at + DAY + 1;
    jobs[3].produced_at -= HOUR;
    for (size_t i = 0; i < 4; i++)
        assert_true(ask(&outcomes[i], &jobs[i]));
    wait_done(outcomes, 4);
    for (size_t i = 0; i < 4; i++)
        assert_false(outcomes[i].is_made);
    expect_signs();
}

static void job_that_cannot_be_sent(void **state)
{
    static struct outcome outcome;
    struct job job = make_job(0, 1);
    (void)state;
    start_both(1);
    job.n_singles = JOB_SINGLES_MAX + 1;
    assert_false(ask(&outcome, &job));
    assert_int_equal(signer_link_queue(link_), 0);
    expect_signs();
    assert_int_equal(outcome.n_done, 0);
}

// Packets by hand, without a link.

static void send_packet(int socket, const void *data, size_t len)
{
    assert_int_equal(send(socket, data, len, MSG_NOSIGNAL), len);
}

static void send_message(int socket, const void *data, size_t len)
{
    static uint8_t packet[200000];
    memcpy(packet + PACKET_FRAME, data, len);
    send_packet(socket, packet, packet_frame(packet, len));
}

// The messages of the packet that came last.
static uint8_t received[PACKET_MAX];
static struct oc_bytes unread;

static struct oc_bytes next_message(int socket)
{
    struct pollfd p = {.fd = socket, .events = POLLIN};
    struct oc_bytes message;
    if (unread.len == 0) {
        assert_int_equal(poll(&p, 1, 30000), 1);
        ssize_t n = recv(socket, received, sizeof received, 0);
        assert_true(n > 0);
        unread = (struct oc_bytes){received, (size_t)n};
    }
    assert_true(packet_next(&unread, &message));
    return message;
}

static struct oc_bytes next_answer(uint64_t *number)
{
    struct oc_bytes der;
    assert_true(packet_read_done(next_message(front), number, &der));
    return der;
}

static void start_raw(void)
{
    struct packet_hello hello;
    start_process();
    unread.len = 0;
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(packet_read_hello(next_message(front), &hello));
        assert_int_equal(hello.i, i);
    }
}

// After what gets no answer, a good job gets one, and this is the next that comes.
static void expect_no_answer(void)
{
    static uint8_t message[PACKET_JOB_MAX];
    static uint64_t number = 1000;
    uint64_t answered;
    struct job job = make_job(0, 5);
    send_message(front, message, packet_write_job(++number, &job, message, sizeof message));
    struct oc_bytes der = next_answer(&answered);
    assert_true(answered == number);
    believe(der, &job);
}

static void packets_of_rubbish(void **state)
{
    static uint8_t rubbish[180000];
    static const size_t lens[] = {0, 1, 2, 9, 100, PACKET_MAX, PACKET_MAX + 1, 180000};
    (void)state;
    start_raw();
    for (unsigned octet = 0; octet <= 0xff; octet += 0x55) {
        memset(rubbish, (int)octet, sizeof rubbish);
        for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
            send_packet(front, rubbish, lens[i]);
            expect_no_answer();
            send_message(front, rubbish, lens[i]);
            expect_no_answer();
        }
    }
}

// One thread, so that answers come in the order of packets. A job whose head is whole gets an
// answer, if only that there is none.
static void expect_not_made(const uint8_t *data, size_t len)
{
    uint64_t number;
    send_message(front, data, len);
    if (len < 10)
        expect_no_answer();
    else
        assert_null(next_answer(&number).data);
}

static void cut_packets(void **state)
{
    static uint8_t packet[PACKET_FRAME + PACKET_JOB_MAX + 64];
    uint8_t *message = packet + PACKET_FRAME;
    struct job job = make_job(0, 9);
    (void)state;
    config.n_signer_threads = 1;
    start_raw();
    size_t len = packet_write_job(3, &job, message, PACKET_JOB_MAX);
    size_t whole = packet_frame(packet, len);
    for (size_t i = 0; i < whole; i++) {
        send_packet(front, packet, i);
        expect_no_answer();
    }
    for (size_t i = 0; i < len; i++)
        expect_not_made(message, i);
    expect_not_made(message, len + 1);
    expect_not_made(message, PACKET_JOB_MAX);
    expect_not_made(message, PACKET_JOB_MAX + 64);
}

// Whatever a flipped bit makes of a job: what is signed is within bounds.
static void expect_bounded(struct oc_bytes der)
{
    struct oc_response resp;
    struct oc_single_response single;
    size_t at = 0;
    if (der.data == NULL)
        return;
    int64_t now = (int64_t)time(NULL);
    assert_int_equal(oc_response_parse(&resp, der, NULL), OC_OK);
    assert_in_range(resp.produced_at, now - 120, now + 1);
    while (oc_response_next(&resp, &at, &single)) {
        assert_true(single.this_update <= now + 1);
        assert_true(single.next_update <= now + 1 + DAY);
        assert_true(oc_issuer_matches(&issuer, &single.id));
    }
}

static void flipped_packets(void **state)
{
    static uint8_t message[PACKET_JOB_MAX];
    struct job job = make_job(0, 9);
    uint64_t number;
    (void)state;
    config.n_signer_threads = 1;
    start_raw();
    size_t len = packet_write_job(3, &job, message, sizeof message);
    for (size_t bit = 0; bit < len * 8; bit++) {
        message[bit / 8] ^= (uint8_t)(1U << bit % 8);
        send_message(front, message, len);
        // Version and kind.
        if (bit < 16)
            expect_no_answer();
        else
            expect_bounded(next_answer(&number));
        message[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

// Each job of a packet is handled on its own: a malformed one, and one that is refused.
static void many_jobs_in_one_packet(void **state)
{
    enum { N = 60, BROKEN = 3, REFUSED = 5 };
    static uint8_t packet[PACKET_MAX];
    struct job jobs[N];
    size_t len = 0;
    (void)state;
    start_raw();
    for (uint32_t i = 0; i < N; i++) {
        jobs[i] = make_job(i == REFUSED ? 9 : 0, i);
        uint8_t *frame = packet + len;
        size_t n = packet_write_job(i, &jobs[i], frame + PACKET_FRAME, PACKET_JOB_MAX);
        len += packet_frame(frame, i == BROKEN ? n - 1 : n);
    }
    send_packet(front, packet, len);
    for (uint32_t i = 0; i < N; i++) {
        uint64_t number;
        struct oc_bytes der = next_answer(&number);
        assert_true(number == i);
        if (i == BROKEN || i == REFUSED)
            assert_null(der.data);
        else
            believe(der, &jobs[i]);
    }
}

// As large as they can be: their answers do not fit into one packet.
static void large_jobs_in_one_packet(void **state)
{
    enum { N = 12 };
    static uint8_t packet[PACKET_MAX];
    struct job job = make_job(0, 1);
    size_t len = 0;
    (void)state;
    config.n_signer_threads = 1;
    start_raw();
    for (size_t i = 0; i < JOB_SINGLES_MAX; i++) {
        job.singles[i] = job.singles[0];
        job.singles[i].hash = OC_HASH_SHA512;
        job.singles[i].serial_len = SERIAL_MAX;
    }
    job.n_singles = JOB_SINGLES_MAX;
    for (uint32_t i = 0; i < N; i++) {
        uint8_t *frame = packet + len;
        len += packet_frame(frame, packet_write_job(i, &job, frame + PACKET_FRAME, PACKET_JOB_MAX));
    }
    send_packet(front, packet, len);
    for (uint32_t i = 0; i < N; i++) {
        uint64_t number;
        struct oc_bytes der = next_answer(&number);
        assert_true(number == i);
        assert_true(der.len > 20000);
        believe(der, &job);
    }
}

// More than the kernel takes at once.
static void full_queue_refuses_at_once(void **state)
{
    enum { N = 1000 };
    static struct outcome outcomes[N + 1];
    struct job job = make_job(0, 1);
    (void)state;
    start_both(N);
    for (int round = 0; round < 3; round++) {
        wait_stopped();
        for (size_t i = 0; i < N; i++)
            assert_true(ask(&outcomes[i], &job));
        assert_int_equal(signer_link_queue(link_), N);
        for (size_t i = 0; i < 3; i++)
            assert_false(ask(&outcomes[N], &job));
        assert_int_equal(kill(process, SIGCONT), 0);
        wait_done(outcomes, N);
        for (size_t i = 0; i < N; i++)
            believe_outcome(&outcomes[i], &job);
        assert_int_equal(atomic_load(&outcomes[N].n_done), 0);
        assert_int_equal(signer_link_queue(link_), 0);
        expect_signs();
    }
}

static void expect_dead(void)
{
    static struct outcome outcome;
    struct job job = make_job(0, 1);
    for (int i = 0; i < 30000 && signer_link_is_alive(link_); i++)
        nap();
    assert_false(signer_link_is_alive(link_));
    assert_false(ask(&outcome, &job));
    assert_int_equal(signer_link_queue(link_), 0);
    assert_int_equal(outcome.n_done, 0);
}

static void killed_process(void **state)
{
    enum { N = 200 };
    static struct outcome outcomes[N];
    struct job job = make_job(0, 1);
    (void)state;
    start_both(N);
    wait_stopped();
    for (size_t i = 0; i < N; i++)
        assert_true(ask(&outcomes[i], &job));
    assert_int_equal(kill(process, SIGKILL), 0);
    wait_done(outcomes, N);
    for (size_t i = 0; i < N; i++)
        assert_false(outcomes[i].is_made);
    expect_dead();
}

static void freed_while_jobs_are_under_way(void **state)
{
    enum { N = 100 };
    static struct outcome outcomes[N];
    struct job job = make_job(0, 1);
    (void)state;
    start_both(N);
    wait_stopped();
    for (size_t i = 0; i < N; i++)
        assert_true(ask(&outcomes[i], &job));
    signer_link_free(link_);
    link_ = NULL;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(atomic_load(&outcomes[i].n_done), 1);
        assert_false(outcomes[i].is_made);
    }
    assert_int_equal(kill(process, SIGCONT), 0);
    assert_int_equal(wait_process(), 0);
}

// struct asker is one of many threads.
struct asker {
    pthread_t thread;
    uint32_t base;
    size_t n_right;
    struct outcome outcome;
};

static bool has_nonce(const struct outcome *outcome, const struct job *job)
{
    struct oc_response resp;
    struct oc_extension nonce;
    return outcome->is_made &&
           oc_response_parse(&resp, (struct oc_bytes){outcome->der, outcome->len}, NULL) == OC_OK &&
           oc_extension_find(&resp.extensions, OC_EXT_NONCE, &nonce) &&
           oc_bytes_equal(nonce.nonce, (struct oc_bytes){job->nonce, job->nonce_len});
}

// Each asks for its own nonce, and none gets another's.
static void *ask_many(void *arg)
{
    struct asker *asker = arg;
    for (uint32_t i = 0; i < N_EACH; i++) {
        struct job job = make_job(i % 2, asker->base + i);
        while (!ask(&asker->outcome, &job))
            nap();
        while (atomic_load(&asker->outcome.n_done) == 0)
            nap();
        asker->n_right += has_nonce(&asker->outcome, &job);
    }
    return NULL;
}

static void many_threads(void **state)
{
    static struct asker askers[N_THREADS];
    (void)state;
    config.n_signer_threads = 0;
    start_both(N_THREADS / 2);
    for (uint32_t i = 0; i < N_THREADS; i++) {
        askers[i].base = i * N_EACH;
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_many, &askers[i]), 0);
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
        assert_int_equal(askers[i].n_right, N_EACH);
    }
    assert_int_equal(signer_link_queue(link_), 0);
}

static void killed_while_many_ask(void **state)
{
    enum { N = 300 };
    static struct outcome outcomes[N];
    struct job job = make_job(0, 1);
    size_t n_asked = 0;
    (void)state;
    start_both(N);
    while (n_asked < N && ask(&outcomes[n_asked], &job)) {
        if (++n_asked == N / 2)
            assert_int_equal(kill(process, SIGKILL), 0);
    }
    assert_true(n_asked >= N / 2);
    wait_done(outcomes, n_asked);
    expect_dead();
}

static void ends_with_its_socket(void **state)
{
    (void)state;
    start_both(4);
    expect_signs();
    signer_link_free(link_);
    link_ = NULL;
    assert_int_equal(wait_process(), 0);
}

static void ends_before_it_is_listened_to(void **state)
{
    (void)state;
    start_process();
    close(front);
    front = -1;
    int status = wait_process();
    assert_true(WIFEXITED(status));
}

static void signals_for_all_are_ignored(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGPIPE};
    (void)state;
    start_both(4);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        assert_int_equal(kill(process, signals[i]), 0);
        expect_signs();
    }
}

static void no_core_file(void **state)
{
    struct rlimit most;
    (void)state;
    // The child inherits that there may be one.
    assert_int_equal(getrlimit(RLIMIT_CORE, &most), 0);
    struct rlimit all = {most.rlim_max, most.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_CORE, &all), 0);
    start_both(4);
    assert_int_equal(setrlimit(RLIMIT_CORE, &most), 0);
    assert_int_equal(prlimit(process, RLIMIT_CORE, NULL, &most), 0);
    assert_int_equal(most.rlim_cur, 0);
    assert_int_equal(most.rlim_max, 0);
    assert_int_equal(kill(process, SIGABRT), 0);
    int status = wait_process();
    assert_true(WIFSIGNALED(status));
    assert_false(WCOREDUMP(status));
}

static void process_that_refuses_its_signers(void **state)
{
    (void)state;
    signers[1].key = key_fixture_key(KEY_OTHER, NULL);
    start_process();
    assert_false(make_link(4, HELLO_MS));
    assert_string_equal(why, "signer: the process exited before it was ready");
    int status = wait_process();
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
}

// Links to nobody: the other end is the test's.

static int make_pair(void)
{
    int sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
    front = sockets[0];
    return sockets[1];
}

static void say_hello(int other, uint32_t n, uint32_t i)
{
    const struct packet_hello hello = {n, i, {"somebody", {1}, {2}, 0, INT64_MAX}};
    uint8_t message[PACKET_HELLO_MAX];
    send_message(other, message, packet_write_hello(&hello, message, sizeof message));
}

static void hello_that_does_not_come(void **state)
{
    int other = make_pair();
    (void)state;
    assert_false(make_link(4, 1000));
    assert_string_equal(why, "signer: the process did not start in time");
    close(other);
    other = make_pair();
    say_hello(other, 2, 0);
    assert_false(make_link(4, 1000));
    assert_string_equal(why, "signer: the process did not start in time");
    close(other);
}

static void hello_that_is_wrong(void **state)
{
    static const uint32_t wrong[][4] = {{2, 1, 2, 0}, {2, 0, 2, 0}, {2, 0, 3, 1}, {3, 0, 3, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int other = make_pair();
        say_hello(other, wrong[i][0], wrong[i][1]);
        say_hello(other, wrong[i][2], wrong[i][3]);
        assert_false(make_link(4, HELLO_MS));
        assert_string_equal(why, "signer: unexpected first message from the process");
        close(other);
    }
    int other = make_pair();
    send_message(other, "hello", 5);
    assert_false(make_link(4, HELLO_MS));
    assert_string_equal(why, "signer: unexpected first message from the process");
    close(other);
}

static int make_link_to_me(size_t n_queue)
{
    unread.len = 0;
    int other = make_pair();
    say_hello(other, 1, 0);
    assert_true(make_link(n_queue, HELLO_MS));
    return other;
}

static uint64_t take_job(int other)
{
    static struct job job;
    bool has_number;
    uint64_t number;
    assert_true(packet_read_job(next_message(other), &has_number, &number, &job));
    return number;
}

static void answer(int other, uint64_t number, const char *text)
{
    uint8_t message[PACKET_DONE_HEAD + 64];
    packet_write_done(number, message);
    memcpy(message + PACKET_DONE_HEAD, text, strlen(text));
    send_message(other, message, PACKET_DONE_HEAD + strlen(text));
}

// Answers to nothing are dropped, and each job gets its own, in whatever order.
static void answers_that_nobody_waits_for(void **state)
{
    static struct outcome outcomes[2];
    struct job job = make_job(0, 1);
    int other = make_link_to_me(2);
    (void)state;
    assert_true(ask(&outcomes[0], &job));
    assert_true(ask(&outcomes[1], &job));
    uint64_t first = take_job(other);
    uint64_t second = take_job(other);
    assert_true(first != second);
    answer(other, first ^ UINT64_C(1) << 32, "stale");
    answer(other, UINT64_MAX, "none");
    answer(other, 77, "none");
    answer(other, second, "second");
    answer(other, second, "again");
    answer(other, first, "first");
    wait_done(outcomes, 2);
    assert_int_equal(outcomes[0].len, 5);
    assert_memory_equal(outcomes[0].der, "first", 5);
    assert_memory_equal(outcomes[1].der, "second", 6);
    assert_true(ask(&outcomes[0], &job));
    uint64_t third = take_job(other);
    assert_true(third != first && third != second);
    answer(other, first, "late");
    answer(other, third, "third");
    wait_done(outcomes, 1);
    assert_memory_equal(outcomes[0].der, "third", 5);
    close(other);
}

static void answer_that_is_none(void **state)
{
    static const struct oc_bytes wrong[] = {
        {(const uint8_t *)"rubbish and more", 16},
        {(const uint8_t *)"\0\0\0\4none", 8},
        {(const uint8_t *)"\0\0\0\12\1\3\0\0\0\0\0\0\0\0rest", 18},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        static struct outcome outcome;
        struct job job = make_job(0, 1);
        int other = make_link_to_me(2);
        assert_true(ask(&outcome, &job));
        send_packet(other, wrong[i].data, wrong[i].len);
        wait_done(&outcome, 1);
        assert_false(outcome.is_made);
        expect_dead();
        close(other);
        signer_link_free(link_);
        link_ = NULL;
    }
}

// The place is free again, and what comes too late is nobody's. A process that has answered others
// meanwhile does not hang; one that has not does, and is given up.
static void answer_that_does_not_come(void **state)
{
    static struct outcome outcomes[4];
    struct job job = make_job(0, 1);
    int other = make_link_to_me(2);
    (void)state;
    assert_true(ask(&outcomes[0], &job));
    uint64_t late = take_job(other);
    sleep(4);
    assert_true(ask(&outcomes[1], &job));
    answer(other, take_job(other), "other");
    wait_done(&outcomes[1], 1);
    wait_done(outcomes, 1);
    assert_false(outcomes[0].is_made);
    assert_true(signer_link_is_alive(link_));
    assert_true(ask(&outcomes[2], &job));
    answer(other, late, "late");
    answer(other, take_job(other), "right");
    wait_done(&outcomes[2], 1);
    assert_memory_equal(outcomes[2].der, "right", 5);
    assert_true(ask(&outcomes[3], &job));
    wait_done(&outcomes[3], 1);
    assert_false(outcomes[3].is_made);
    expect_dead();
    close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hello_says_who_signs),
        TEST(each_signer_signs),
        TEST(certificate_of_the_issuer),
        TEST(certificate_of_the_issuer_left_out),
        TEST(without_seccomp),
        TEST(refused_jobs_are_not_made),
        TEST(job_that_cannot_be_sent),
        TEST(packets_of_rubbish),
        TEST(cut_packets),
        TEST(flipped_packets),
        TEST(many_jobs_in_one_packet),
        TEST(large_jobs_in_one_packet),
        TEST(full_queue_refuses_at_once),
        TEST(killed_process),
        TEST(freed_while_jobs_are_under_way),
        TEST(many_threads),
        TEST(killed_while_many_ask),
        TEST(ends_with_its_socket),
        TEST(ends_before_it_is_listened_to),
        TEST(signals_for_all_are_ignored),
        TEST(no_core_file),
        TEST(process_that_refuses_its_signers),
        TEST(hello_that_does_not_come),
        TEST(hello_that_is_wrong),
        TEST(answers_that_nobody_waits_for),
        TEST(answer_that_is_none),
        TEST(answer_that_does_not_come),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
