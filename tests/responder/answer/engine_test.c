// SPDX-License-Identifier: MIT
//
// The front with a real signer process and a real database: what is answered, what is kept, and
// what must not be said any more. Every answer is verified by oc_verify().
#include "answer/answer.h"
#include "answer/ask.h"
#include "answer/engine_object.h"
#include "answer/engine_status.h"
#include "answer/upkeep.h"
#include "config/load.h"
#include "signer/process.h"
#include "store/database_file.h"
#include "store/open.h"

#include <ocsp/der.h>
#include <ocsp/openssl.h>
#include <ocsp/request.h>
#include <ocsp/verify.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sqlite3.h>

enum { DAY = 86400, PATH_SIZE = 128, N_THREADS = 4 };

static char directory[] = "/tmp/ocspd-engine-XXXXXX";
static char ca_path[PATH_SIZE];
static char key_path[PATH_SIZE];
static char database_path[PATH_SIZE];
static struct oc_crypto *crypto;
static struct oc_list ca_certs;
static struct oc_issuer ca;

// The CA, which signs for itself.

static void write_pem(const char *path, EVP_PKEY *key, X509 *cert)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    if (cert != NULL)
        assert_int_equal(PEM_write_X509(file, cert), 1);
    else
        assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
}

static void make_ca(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    assert_true(key != NULL && cert != NULL);
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -DAY);
    X509_gmtime_adj(X509_getm_notAfter(cert), 30 * DAY);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"engine CA", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_set_pubkey(cert, key);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    write_pem(ca_path, NULL, cert);
    write_pem(key_path, key, NULL);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static int start(void **state)
{
    struct oc_bytes der;
    struct oc_cert cert;
    size_t at = 0;
    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(ca_path, sizeof ca_path, "%s/ca.pem", directory);
    snprintf(key_path, sizeof key_path, "%s/ca.key", directory);
    snprintf(database_path, sizeof database_path, "%s/ocspd.db", directory);
    make_ca();
    crypto = oc_openssl_new();
    assert_non_null(crypto);
    assert_int_equal(oc_openssl_certs_open(ca_path, &ca_certs, NULL), OC_OK);
    assert_true(oc_cert_next(&ca_certs, &at, &der));
    assert_int_equal(oc_cert_parse(&cert, der, NULL), OC_OK);
    assert_int_equal(oc_issuer_init(&ca, crypto, &cert, NULL), OC_OK);
    return 0;
}

static int stop(void **state)
{
    char command[PATH_SIZE];
    (void)state;
    oc_issuer_cleanup(&ca);
    oc_openssl_certs_free(&ca_certs);
    oc_openssl_free(crypto);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

// A front at work, with its signer process.

struct engine_fixture {
    struct engine *engine;
    pid_t signer;
};

// in_signer is what else the section of the signer has.
static const char *in_signer = "";

static struct config *make_config(enum unknown_rule unknown, enum nonce_rule nonce, size_t queue)
{
    char path[PATH_SIZE];
    char why[256] = "";
    static const char *const unknowns[] = {"unknown", "unauthorized", "revoked"};
    static const char *const nonces[] = {"ignore", "live", "required"};
    snprintf(path, sizeof path, "%s/ocspd.conf", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "database = \"%s\"\nlisten = {\"127.0.0.1:1\"}\nsign-queue = %zu\nseccomp = false\n"
            "issuer \"engine\" {\n certificate = \"%s\"\n source = \"database\"\n"
            " unknown-serial = \"%s\"\n nonce = \"%s\"\n validity = \"1d\"\n"
            " signer \"self\" { key = \"%s\" %s }\n}\n",
            database_path, queue, ca_path, unknowns[unknown], nonces[nonce], key_path, in_signer);
    fclose(file);
    struct config *config = config_load(path, why, sizeof why);
    assert_string_equal(why, "");
    assert_non_null(config);
    return config;
}

// The process is started before there are threads in this one, or while they do nothing.
static pid_t start_signer(const struct config *config, int *socket)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    pid_t pid = fork();
    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        // A copy of another process's socket would keep that process alive.
        for (int fd = 3; fd < 256; fd++) {
            if (fd != pair[1])
                close(fd);
        }
        _exit(signer_run(config, pair[1]));
    }
    close(pair[1]);
    *socket = pair[0];
    return pid;
}

static void serve(struct engine_fixture *fixture, struct config *config)
{
    char why[256] = "";
    int socket;
    fixture->signer = start_signer(config, &socket);
    bool ok = engine_serve(fixture->engine, config, socket, why, sizeof why);
    assert_string_equal(why, "");
    assert_true(ok);
}

// SQLite keeps what it has not written into the file itself in a log beside it.
static void remove_database(void)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char path[PATH_SIZE + 8];
        snprintf(path, sizeof path, "%s%s", database_path, endings[i]);
        unlink(path);
    }
}

static void set_up(struct engine_fixture *fixture)
{
    char why[256] = "";
    remove_database();
    assert_true(database_init(database_path, NULL));
    fixture->engine = engine_new(why, sizeof why);
    assert_non_null(fixture->engine);
    fixture->signer = -1;
}

static void wait_for(pid_t pid)
{
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

static void tear_down(struct engine_fixture *fixture)
{
    engine_free(fixture->engine);
    wait_for(fixture->signer);
}

// Changes the database as a command does.

static void put(uint8_t number, const struct record *record)
{
    struct issuer_config config = {.name = "engine", .source = SOURCE_DATABASE};
    struct store *store = store_open(&config, database_path, &ca, STORE_WRITE, NULL);
    assert_non_null(store);
    struct oc_bytes serial = {&number, 1};
    assert_true(store->methods->begin(store, NULL));
    assert_true(store->methods->put(store, serial, record, NULL));
    assert_true(store->methods->commit(store, NULL));
    store_close(store);
}

static void issue_one(uint8_t number)
{
    put(number, &(struct record){.status = RECORD_GOOD});
}

static void revoke_one(uint8_t number)
{
    put(number, &(struct record){.status = RECORD_REVOKED,
                                 .revoked_at = time(NULL) - 60,
                                 .has_reason = true,
                                 .reason = OC_REASON_KEY_COMPROMISE});
}

// The signal alone does not stop the signer at once: it could still sign what comes next.
static void stop_signer(pid_t pid)
{
    int status = 0;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
}

// Asking.

struct waiting {
    struct engine_waiter waiter;
    pthread_mutex_t lock;
    pthread_cond_t is_there;
    bool is_done;
    struct reply reply;
};

static void take(struct engine_waiter *waiter, const struct reply *reply)
{
    struct waiting *waiting = (struct waiting *)waiter;
    pthread_mutex_lock(&waiting->lock);
    waiting->reply = *reply;
    waiting->is_done = true;
    pthread_cond_signal(&waiting->is_there);
    pthread_mutex_unlock(&waiting->lock);
}

static void begin_ask_with(struct engine *engine, struct oc_bytes request, char *log_id,
                           struct waiting *waiting)
{
    *waiting = (struct waiting){.waiter.ready = take,
                                .waiter.log_id = log_id,
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .is_there = PTHREAD_COND_INITIALIZER};
    struct reply reply;
    if (!engine_ask(engine, request, &waiting->waiter, &reply))
        return;
    waiting->reply = reply;
    waiting->is_done = true;
}

static void begin_ask(struct engine *engine, struct oc_bytes request, struct waiting *waiting)
{
    begin_ask_with(engine, request, NULL, waiting);
}

static struct reply end_ask(struct waiting *waiting)
{
    pthread_mutex_lock(&waiting->lock);
    while (!waiting->is_done)
        pthread_cond_wait(&waiting->is_there, &waiting->lock);
    pthread_mutex_unlock(&waiting->lock);
    return waiting->reply;
}

static struct reply ask(struct engine *engine, struct oc_bytes request)
{
    struct waiting waiting;
    begin_ask(engine, request, &waiting);
    return end_ask(&waiting);
}

struct question {
    uint8_t numbers[4];
    size_t n;
    enum oc_hash hash;
    struct oc_bytes nonce;
    uint8_t buf[1024];
    struct oc_bytes der;
};

static void make_request(struct question *question)
{
    uint8_t hashes[4][OC_CERT_ID_HASHES_LEN];
    uint8_t extensions[256];
    struct oc_single_request singles[4] = {0};
    struct oc_request_spec spec = {.requests = singles, .n_requests = question->n};
    for (size_t i = 0; i < question->n; i++)
        assert_int_equal(oc_issuer_cert_id(crypto, question->hash, &ca.cert,
                                           (struct oc_bytes){&question->numbers[i], 1}, hashes[i],
                                           &singles[i].id, NULL),
                         OC_OK);
    const struct oc_extension nonce = {.id = OC_EXT_NONCE, .nonce = question->nonce};
    if (question->nonce.data != NULL)
        assert_int_equal(
            oc_extensions_build(&nonce, 1, extensions, sizeof extensions, &spec.extensions, NULL),
            OC_OK);
    assert_int_equal(
        oc_request_build(&spec, question->buf, sizeof question->buf, &question->der, NULL), OC_OK);
}

static struct oc_bytes der_of(const struct reply *reply)
{
    if (reply->cached != NULL)
        return (struct oc_bytes){reply->cached->der, reply->cached->der_len};
    return reply->own != NULL ? (struct oc_bytes){reply->own, reply->own_len}
                              : answer_error(reply->status);
}

static void expect_status(const struct question *question, const struct reply *reply,
                          const enum oc_cert_status *statuses)
{
    struct oc_response resp;
    struct oc_policy policy;
    struct oc_verdict verdict;
    struct oc_error err = {0};
    oc_policy_init(&policy, time(NULL));
    policy.nonce = question->nonce;
    assert_int_equal(reply->status, OC_RESPONSE_SUCCESSFUL);
    assert_int_equal(oc_response_parse(&resp, der_of(reply), NULL), OC_OK);
    for (size_t i = 0; i < question->n; i++) {
        enum oc_err code = oc_verify(&policy, &ca, (struct oc_bytes){&question->numbers[i], 1},
                                     &resp, &verdict, &err);
        assert_string_equal(err.what != NULL ? err.what : "", "");
        assert_int_equal(code, OC_OK);
        assert_int_equal(verdict.status, statuses[i]);
        assert_int_equal(verdict.has_nonce, question->nonce.data != NULL);
    }
}

static void expect_error(const struct reply *reply, enum oc_response_status status)
{
    struct oc_response resp;
    assert_int_equal(reply->status, status);
    assert_null(reply->cached);
    assert_int_equal(oc_response_parse(&resp, der_of(reply), NULL), OC_OK);
    assert_int_equal(resp.status, status);
}

// expect_one asks about one certificate. Returns whether the answer was in the memory.
static bool expect_one(struct engine *engine, uint8_t number, enum oc_hash hash,
                       enum oc_cert_status status)
{
    struct question question = {.numbers = {number}, .n = 1, .hash = hash};
    make_request(&question);
    struct reply reply = ask(engine, question.der);
    expect_status(&question, &reply, &status);
    assert_non_null(reply.cached);
    assert_int_equal(reply.hash, hash);
    bool is_hit = reply.is_hit;
    reply_release(&reply);
    return is_hit;
}

static void expect_one_error(struct engine *engine, uint8_t number, enum oc_response_status status)
{
    struct question question = {.numbers = {number}, .n = 1, .hash = OC_HASH_SHA256};
    make_request(&question);
    struct reply reply = ask(engine, question.der);
    expect_error(&reply, status);
    reply_release(&reply);
}

static struct cached *ask_for_cached(struct engine *engine, uint8_t number)
{
    struct question question = {.numbers = {number}, .n = 1, .hash = OC_HASH_SHA256};
    make_request(&question);
    struct reply reply = ask(engine, question.der);
    assert_non_null(reply.cached);
    return reply.cached;
}

static void nothing_is_served_yet(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    upkeep_tick(fixture.engine);
    expect_one_error(fixture.engine, 1, OC_RESPONSE_TRY_LATER);
    tear_down(&fixture);
}

static void answered_by_status_and_hash(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    issue_one(2);
    revoke_one(2);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    for (enum oc_hash hash = OC_HASH_SHA1; hash <= OC_HASH_SHA512; hash++) {
        assert_false(expect_one(fixture.engine, 1, hash, OC_CERT_STATUS_GOOD));
        assert_false(expect_one(fixture.engine, 2, hash, OC_CERT_STATUS_REVOKED));
        assert_false(expect_one(fixture.engine, 3, hash, OC_CERT_STATUS_UNKNOWN));
        assert_true(expect_one(fixture.engine, 1, hash, OC_CERT_STATUS_GOOD));
        assert_true(expect_one(fixture.engine, 2, hash, OC_CERT_STATUS_REVOKED));
        assert_true(expect_one(fixture.engine, 3, hash, OC_CERT_STATUS_UNKNOWN));
    }
    tear_down(&fixture);
}

// The fifth SEQUENCE of a request is its first cert ID: OCSPRequest, TBSRequest, requestList,
// Request, CertID.
static void first_id_of(const struct question *question, char out[ENGINE_LOG_ID_SIZE])
{
    uint8_t digest[32];
    struct oc_bytes content = question->der;
    struct oc_bytes id;
    for (size_t depth = 0; depth < 5; depth++) {
        struct oc_bytes outer = content;
        id.data = outer.data;
        assert_int_equal(oc_der_read(&outer, OC_DER_SEQUENCE, &content), OC_OK);
    }
    id.len = (size_t)(content.data + content.len - id.data);
    assert_int_equal(crypto->hash(crypto, OC_HASH_SHA256, id, digest), OC_OK);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static void expect_log_id(struct engine *engine, struct oc_bytes request, const char *expected)
{
    char id[ENGINE_LOG_ID_SIZE] = "not written";
    struct waiting waiting;
    struct reply reply;
    begin_ask_with(engine, request, id, &waiting);
    assert_string_equal(id, expected);
    reply = end_ask(&waiting);
    reply_release(&reply);
    assert_string_equal(id, expected);
}

// In this order: signed, cached, of several cert IDs, with a nonce that is too long.
static void log_id_is_the_first_cert_id(void **state)
{
    static const uint8_t octets[129] = {0x30, 0x00};
    static const struct question questions[] = {
        {.numbers = {1}, .n = 1, .hash = OC_HASH_SHA1},
        {.numbers = {1}, .n = 1, .hash = OC_HASH_SHA1},
        {.numbers = {2, 1}, .n = 2, .hash = OC_HASH_SHA256},
        {.numbers = {3}, .n = 1, .hash = OC_HASH_SHA1, .nonce = {octets, sizeof octets}},
    };
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    expect_log_id(fixture.engine, (struct oc_bytes){octets, 2}, "");
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_log_id(fixture.engine, (struct oc_bytes){octets, 2}, "");
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        struct question question = questions[i];
        char expected[ENGINE_LOG_ID_SIZE];
        make_request(&question);
        first_id_of(&question, expected);
        expect_log_id(fixture.engine, question.der, expected);
    }
    tear_down(&fixture);
}

static void what_changes_is_seen_at_the_next_tick(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    issue_one(2);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA1, OC_CERT_STATUS_GOOD);
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    expect_one(fixture.engine, 2, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    expect_one(fixture.engine, 3, OC_HASH_SHA256, OC_CERT_STATUS_UNKNOWN);
    upkeep_tick(fixture.engine);
    revoke_one(1);
    issue_one(3);
    upkeep_tick(fixture.engine);
    assert_false(expect_one(fixture.engine, 1, OC_HASH_SHA1, OC_CERT_STATUS_REVOKED));
    assert_false(expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_REVOKED));
    assert_true(expect_one(fixture.engine, 2, OC_HASH_SHA256, OC_CERT_STATUS_GOOD));
    assert_false(expect_one(fixture.engine, 3, OC_HASH_SHA256, OC_CERT_STATUS_GOOD));
    tear_down(&fixture);
}

static void kept_over_a_restart(void **state)
{
    struct engine_fixture fixture;
    struct engine_status look;
    char why[256] = "";
    (void)state;
    set_up(&fixture);
    issue_one(1);
    issue_one(2);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    expect_one(fixture.engine, 2, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    expect_one(fixture.engine, 3, OC_HASH_SHA256, OC_CERT_STATUS_UNKNOWN);
    upkeep_tick(fixture.engine);
    tear_down(&fixture);
    // While nobody serves, one is revoked.
    revoke_one(2);
    fixture.engine = engine_new(why, sizeof why);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.n_signed, 0);
    expect_one(fixture.engine, 2, OC_HASH_SHA256, OC_CERT_STATUS_REVOKED);
    expect_one(fixture.engine, 3, OC_HASH_SHA256, OC_CERT_STATUS_UNKNOWN);
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.n_signed, 2);
    tear_down(&fixture);
}

// Saved answers without the certificate would lock out the clients that it is configured for.
static void saved_without_the_certificate(void **state)
{
    struct engine_fixture fixture;
    struct engine_status look;
    char why[256] = "";
    (void)state;
    set_up(&fixture);
    issue_one(1);
    for (size_t i = 0; i < 4; i++) {
        in_signer = i < 2 ? "include-certificate = false" : "";
        if (i > 0)
            fixture.engine = engine_new(why, sizeof why);
        serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
        expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
        engine_get_status(fixture.engine, &look);
        assert_int_equal(look.n_signed, i % 2 == 0);
        upkeep_tick(fixture.engine);
        tear_down(&fixture);
    }
}

static void nonces_and_several_are_signed_for_one(void **state)
{
    static const uint8_t nonce[32] = {1, 2, 3};
    static const enum oc_cert_status statuses[] = {OC_CERT_STATUS_GOOD, OC_CERT_STATUS_REVOKED,
                                                   OC_CERT_STATUS_UNKNOWN};
    struct engine_fixture fixture;
    struct engine_status look;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    issue_one(2);
    revoke_one(2);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    for (int i = 0; i < 2; i++) {
        struct question question = {.numbers = {1, 2, 3}, .n = 3, .hash = OC_HASH_SHA1};
        question.nonce = (struct oc_bytes){nonce, i == 0 ? 0 : sizeof nonce};
        if (i == 0)
            question.nonce.data = NULL;
        make_request(&question);
        struct reply reply = ask(fixture.engine, question.der);
        expect_status(&question, &reply, statuses);
        // Without a nonce others may have it, too, but briefly: one was never issued.
        assert_true((reply.cached != NULL) == (i == 0));
        assert_true((reply.own != NULL) == (i == 1));
        if (i == 0)
            assert_int_equal(reply.cached->max_age, 60);
        reply_release(&reply);
    }
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.cache.n_entries, 0);
    tear_down(&fixture);
}

static void policies(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNAUTHORIZED, NONCE_IGNORE, 16));
    pid_t first = fixture.signer;
    expect_one_error(fixture.engine, 9, OC_RESPONSE_UNAUTHORIZED);
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    // Another policy from now on, and what was answered by the old one is not answered again.
    serve(&fixture, make_config(UNKNOWN_REVOKED, NONCE_REQUIRED, 16));
    expect_one_error(fixture.engine, 1, OC_RESPONSE_MALFORMED_REQUEST);
    engine_free_retired(fixture.engine);
    wait_for(first);
    tear_down(&fixture);
}

// An answer of the first configuration must not come back with it, when nobody has heard of what
// has changed meanwhile.
static void revoked_under_another_configuration(void **state)
{
    struct engine_fixture fixture;
    pid_t signers[3];
    (void)state;
    set_up(&fixture);
    issue_one(1);
    for (size_t i = 0; i < 3; i++) {
        serve(&fixture, make_config(i == 1 ? UNKNOWN_REVOKED : UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
        signers[i] = fixture.signer;
        expect_one(fixture.engine, 1, OC_HASH_SHA256,
                   i == 2 ? OC_CERT_STATUS_REVOKED : OC_CERT_STATUS_GOOD);
        if (i == 1)
            revoke_one(1);
        upkeep_tick(fixture.engine);
    }
    fixture.signer = -1;
    tear_down(&fixture);
    for (size_t i = 0; i < 3; i++)
        wait_for(signers[i]);
}

static void another_database_after_a_reload(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    pid_t first = fixture.signer;
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    char before[PATH_SIZE];
    memcpy(before, database_path, sizeof before);
    snprintf(database_path, sizeof database_path, "%s/other.db", directory);
    remove_database();
    assert_true(database_init(database_path, NULL));
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_UNKNOWN);
    engine_free_retired(fixture.engine);
    wait_for(first);
    tear_down(&fixture);
    memcpy(database_path, before, sizeof before);
}

// Whether or not there was none for a moment.
static void another_file_in_its_place(void **state)
{
    (void)state;
    for (int is_absent = 0; is_absent < 2; is_absent++) {
        struct engine_fixture fixture;
        struct engine_status look;
        char away[PATH_SIZE];
        set_up(&fixture);
        issue_one(1);
        serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
        expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
        upkeep_tick(fixture.engine);
        snprintf(away, sizeof away, "%s/away.db", directory);
        assert_int_equal(rename(database_path, away), 0);
        remove_database();
        if (is_absent == 1)
            upkeep_tick(fixture.engine);
        assert_true(database_init(database_path, NULL));
        upkeep_tick(fixture.engine);
        expect_one_error(fixture.engine, 1, OC_RESPONSE_TRY_LATER);
        engine_get_status(fixture.engine, &look);
        assert_false(look.stores_ok);
        tear_down(&fixture);
        unlink(away);
    }
}

// A store that does not answer, and the thread of the upkeep that waits for it.

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_waiting;
    bool goes_on;
} hanging = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};

static bool poll_and_hang(struct store *store, const struct changes *changes,
                          struct store_error *err)
{
    (void)store;
    (void)changes;
    (void)err;
    pthread_mutex_lock(&hanging.lock);
    hanging.is_waiting = true;
    pthread_cond_broadcast(&hanging.changed);
    while (!hanging.goes_on)
        pthread_cond_wait(&hanging.changed, &hanging.lock);
    pthread_mutex_unlock(&hanging.lock);
    return true;
}

static void *tick_once(void *arg)
{
    upkeep_tick(arg);
    return NULL;
}

static bool is_up(struct engine *engine)
{
    size_t n;
    struct engine_source *sources = engine_get_sources(engine, &n);
    assert_int_equal(n, 1);
    assert_string_equal(sources[0].issuer, "engine");
    bool is_up = sources[0].is_up;
    free(sources);
    return is_up;
}

static void store_that_hangs(void **state)
{
    struct engine_fixture fixture;
    struct engine_status look;
    char name[CONFIG_NAME_MAX + 1];
    pthread_t thread;
    (void)state;
    set_up(&fixture);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    struct store *store = fixture.engine->generation->served.issuers[0].store;
    const struct store_methods *before = store->methods;
    struct store_methods methods = *before;
    methods.poll = poll_and_hang;
    store->methods = &methods;
    assert_int_equal(pthread_create(&thread, NULL, tick_once, fixture.engine), 0);
    pthread_mutex_lock(&hanging.lock);
    while (!hanging.is_waiting)
        pthread_cond_wait(&hanging.changed, &hanging.lock);
    pthread_mutex_unlock(&hanging.lock);
    // Not for long yet. None of these waits for the store.
    engine_free_retired(fixture.engine);
    engine_get_status(fixture.engine, &look);
    assert_true(look.stores_ok);
    assert_false(engine_hangs(fixture.engine, name));
    assert_true(is_up(fixture.engine));
    atomic_fetch_sub(&fixture.engine->polled_at, 61000);
    engine_get_status(fixture.engine, &look);
    assert_false(look.stores_ok);
    assert_true(look.poll_age >= 61000);
    assert_true(look.faults[ENGINE_HANGS].is_there);
    assert_string_equal(look.faults[ENGINE_HANGS].about, "engine");
    assert_true(engine_hangs(fixture.engine, name));
    assert_string_equal(name, "engine");
    assert_false(is_up(fixture.engine));
    pthread_mutex_lock(&hanging.lock);
    hanging.goes_on = true;
    pthread_cond_broadcast(&hanging.changed);
    pthread_mutex_unlock(&hanging.lock);
    pthread_join(thread, NULL);
    upkeep_tick(fixture.engine);
    engine_get_status(fixture.engine, &look);
    assert_true(look.stores_ok);
    store->methods = before;
    tear_down(&fixture);
}

// Sources that are out of date.

static struct source_state fake_state;

static void get_fake_state(struct store *store, struct source_state *out)
{
    (void)store;
    *out = fake_state;
}

static void expect_faults(struct engine *engine, bool is_expired, bool is_early)
{
    struct engine_status look;
    upkeep_tick(engine);
    engine_get_status(engine, &look);
    assert_int_equal(look.faults[ENGINE_EXPIRED].is_there, is_expired);
    assert_int_equal(look.faults[ENGINE_NOT_YET_VALID].is_there, is_early);
    assert_int_equal(look.stores_ok, !is_expired && !is_early);
    assert_int_equal(is_up(engine), !is_expired && !is_early);
    assert_false(look.faults[ENGINE_UNREADABLE].is_there);
}

static void source_out_of_date(void **state)
{
    struct engine_fixture fixture;
    int64_t now = time(NULL);
    (void)state;
    set_up(&fixture);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    struct store *store = fixture.engine->generation->served.issuers[0].store;
    const struct store_methods *before = store->methods;
    struct store_methods methods = *before;
    methods.get_state = get_fake_state;
    store->methods = &methods;
    fake_state = (struct source_state){now - DAY, now - DAY, now + DAY, NULL, 0, 0, 0};
    expect_faults(fixture.engine, false, false);
    fake_state = (struct source_state){now - DAY, now - DAY, now, NULL, 0, 0, 0};
    expect_faults(fixture.engine, true, false);
    fake_state = (struct source_state){now + DAY, now + DAY, now + 2 * DAY, NULL, 0, 0, 0};
    expect_faults(fixture.engine, false, true);
    fake_state = (struct source_state){.gap = "something is missing"};
    expect_faults(fixture.engine, false, false);
    store->methods = before;
    tear_down(&fixture);
}

static void reload_refused(void **state)
{
    struct engine_fixture fixture;
    struct engine_status look;
    (void)state;
    set_up(&fixture);
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.reloaded_at, 0);
    assert_true(look.faults[ENGINE_SIGNER_DOWN].is_there);
    engine_note_reload(fixture.engine, NULL);
    engine_get_status(fixture.engine, &look);
    assert_true(look.reloaded_at > 0);
    assert_false(look.faults[ENGINE_RELOAD_REFUSED].is_there);
    engine_note_reload(fixture.engine, "ocspd.conf:1:\na mistake");
    engine_get_status(fixture.engine, &look);
    assert_true(look.reloaded_at > 0);
    assert_string_equal(look.faults[ENGINE_RELOAD_REFUSED].about, "ocspd.conf:1:?a mistake");
    engine_note_reload(fixture.engine, NULL);
    engine_get_status(fixture.engine, &look);
    assert_false(look.faults[ENGINE_RELOAD_REFUSED].is_there);
    tear_down(&fixture);
}

// A store that takes its time to save, while there is always more to be saved.
static struct {
    const struct store_methods *methods;
    struct engine *engine;
    struct cached *cached;
    int n_saved;
} saving;

static bool save_slowly(struct store *store, const struct saved *saved, size_t n,
                        struct store_error *err)
{
    usleep(20000);
    if (++saving.n_saved < 500)
        saving_add(&saving.engine->saving, saving.cached);
    return saving.methods->put_saved(store, saved, n, err);
}

static void saving_does_not_hold_a_tick(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    struct store *store = fixture.engine->generation->served.issuers[0].store;
    saving.methods = store->methods;
    saving.engine = fixture.engine;
    saving.cached = ask_for_cached(fixture.engine, 1);
    struct store_methods methods = *store->methods;
    methods.put_saved = save_slowly;
    store->methods = &methods;
    upkeep_tick(fixture.engine);
    assert_in_range(saving.n_saved, 1, 50);
    store->methods = saving.methods;
    cached_release(saving.cached);
    tear_down(&fixture);
}

static void asked_at_once_is_signed_once(void **state)
{
    enum { N = 50 };
    static struct waiting waiting[N];
    struct engine_fixture fixture;
    struct engine_status look;
    struct question question = {.numbers = {1}, .n = 1, .hash = OC_HASH_SHA256};
    const enum oc_cert_status good = OC_CERT_STATUS_GOOD;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    make_request(&question);
    // The process with the keys stands still until all have asked.
    stop_signer(fixture.signer);
    for (size_t i = 0; i < N; i++)
        begin_ask(fixture.engine, question.der, &waiting[i]);
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.sign_queue, 1);
    assert_int_equal(kill(fixture.signer, SIGCONT), 0);
    for (size_t i = 0; i < N; i++) {
        struct reply reply = end_ask(&waiting[i]);
        expect_status(&question, &reply, &good);
        reply_release(&reply);
    }
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.n_signed, 1);
    tear_down(&fixture);
}

static void full_queue_is_try_later(void **state)
{
    static struct waiting waiting[8];
    static struct question questions[8];
    struct engine_fixture fixture;
    struct engine_status look;
    size_t n_later = 0;
    (void)state;
    set_up(&fixture);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 4));
    stop_signer(fixture.signer);
    for (uint8_t i = 0; i < 8; i++) {
        questions[i] = (struct question){.numbers = {i}, .n = 1, .hash = OC_HASH_SHA256};
        make_request(&questions[i]);
        begin_ask(fixture.engine, questions[i].der, &waiting[i]);
        n_later += waiting[i].is_done;
    }
    assert_int_equal(n_later, 4);
    assert_int_equal(kill(fixture.signer, SIGCONT), 0);
    for (size_t i = 0; i < 8; i++) {
        struct reply reply = end_ask(&waiting[i]);
        if (i < 4)
            assert_int_equal(reply.status, OC_RESPONSE_SUCCESSFUL);
        else
            expect_error(&reply, OC_RESPONSE_TRY_LATER);
        reply_release(&reply);
    }
    engine_get_status(fixture.engine, &look);
    assert_int_equal(look.n_refused, 4);
    assert_int_equal(look.sign_queue, 0);
    tear_down(&fixture);
}

// An answer from the cache would be rejected by a client that insists on its nonce, and would
// mislead one that does not notice that it is missing.
static void nonce_without_a_place_is_try_later(void **state)
{
    static const uint8_t nonce[32] = {1, 2, 3};
    struct waiting waiting;
    struct waiting refused;
    struct engine_fixture fixture;
    struct question first = {.numbers = {2}, .n = 1, .hash = OC_HASH_SHA256};
    struct question with_nonce = {
        .numbers = {1}, .n = 1, .hash = OC_HASH_SHA256, .nonce = {nonce, sizeof nonce}};
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 1));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    make_request(&first);
    make_request(&with_nonce);
    stop_signer(fixture.signer);
    begin_ask(fixture.engine, first.der, &waiting);
    assert_false(waiting.is_done);
    begin_ask(fixture.engine, with_nonce.der, &refused);
    assert_true(refused.is_done);
    expect_error(&refused.reply, OC_RESPONSE_TRY_LATER);
    assert_null(refused.reply.own);
    assert_true(expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD));
    assert_int_equal(kill(fixture.signer, SIGCONT), 0);
    struct reply reply = end_ask(&waiting);
    reply_release(&reply);
    tear_down(&fixture);
}

// A certificate revoked while its answer was being signed must not stay in the cache as good.
static void revoked_while_it_was_signed(void **state)
{
    struct waiting waiting;
    struct engine_fixture fixture;
    struct question question = {.numbers = {1}, .n = 1, .hash = OC_HASH_SHA256};
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    upkeep_tick(fixture.engine);
    make_request(&question);
    stop_signer(fixture.signer);
    begin_ask(fixture.engine, question.der, &waiting);
    revoke_one(1);
    upkeep_tick(fixture.engine);
    assert_int_equal(kill(fixture.signer, SIGCONT), 0);
    struct reply reply = end_ask(&waiting);
    assert_int_equal(reply.status, OC_RESPONSE_SUCCESSFUL);
    reply_release(&reply);
    assert_false(expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_REVOKED));
    tear_down(&fixture);
}

// A request after a revocation does not get the answer that was begun before it.
static void asked_after_a_revocation(void **state)
{
    struct waiting before;
    struct waiting after;
    struct engine_fixture fixture;
    struct question question = {.numbers = {1}, .n = 1, .hash = OC_HASH_SHA256};
    const enum oc_cert_status revoked = OC_CERT_STATUS_REVOKED;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    upkeep_tick(fixture.engine);
    make_request(&question);
    stop_signer(fixture.signer);
    begin_ask(fixture.engine, question.der, &before);
    revoke_one(1);
    upkeep_tick(fixture.engine);
    begin_ask(fixture.engine, question.der, &after);
    assert_int_equal(kill(fixture.signer, SIGCONT), 0);
    struct reply reply = end_ask(&before);
    reply_release(&reply);
    reply = end_ask(&after);
    expect_status(&question, &reply, &revoked);
    reply_release(&reply);
    tear_down(&fixture);
}

static void signer_killed_and_back(void **state)
{
    struct engine_fixture fixture;
    struct engine_status look;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    issue_one(2);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    pid_t first = fixture.signer;
    assert_int_equal(kill(first, SIGKILL), 0);
    wait_for(first);
    expect_one_error(fixture.engine, 2, OC_RESPONSE_TRY_LATER);
    assert_true(expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD));
    // The link notices the end of the socket in a thread of its own.
    do
        engine_get_status(fixture.engine, &look);
    while (look.is_signer_alive && usleep(1000) == 0);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    assert_false(expect_one(fixture.engine, 2, OC_HASH_SHA256, OC_CERT_STATUS_GOOD));
    assert_true(expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD));
    engine_get_status(fixture.engine, &look);
    assert_true(look.is_signer_alive);
    assert_true(look.stores_ok);
    tear_down(&fixture);
}

static void bad_configuration_changes_nothing(void **state)
{
    struct engine_fixture fixture;
    char why[256] = "";
    int pair[2];
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    close(pair[1]);
    assert_false(engine_serve(fixture.engine, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16), pair[0],
                              why, sizeof why));
    assert_string_not_equal(why, "");
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    tear_down(&fixture);
}

// struct slow is a reload that waits for a signer process that says nothing.
struct slow {
    struct engine *engine;
    struct config *config;
    int socket;
    bool is_taken;
};

static void *serve_slowly(void *arg)
{
    struct slow *slow = arg;
    char why[256];
    slow->is_taken = engine_serve(slow->engine, slow->config, slow->socket, why, sizeof why);
    return NULL;
}

// While a reload takes its time, what changes is seen.
static void ticks_during_a_reload(void **state)
{
    struct engine_fixture fixture;
    pthread_t thread;
    int pair[2];
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    upkeep_tick(fixture.engine);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    struct slow slow = {.engine = fixture.engine,
                        .config = make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 16),
                        .socket = pair[0]};
    assert_int_equal(pthread_create(&thread, NULL, serve_slowly, &slow), 0);
    revoke_one(1);
    upkeep_tick(fixture.engine);
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_REVOKED);
    close(pair[1]);
    pthread_join(thread, NULL);
    assert_false(slow.is_taken);
    tear_down(&fixture);
}

struct hammer {
    struct engine *engine;
    unsigned seed;
    size_t n_wrong;
    size_t n;
};

static void *hammer(void *arg)
{
    struct hammer *me = arg;
    for (me->n = 0; me->n < 500; me->n++) {
        struct question question = {
            .numbers = {(uint8_t)(1 + rand_r(&me->seed) % 8)}, .n = 1, .hash = OC_HASH_SHA256};
        make_request(&question);
        struct reply reply = ask(me->engine, question.der);
        me->n_wrong += reply.status != OC_RESPONSE_SUCCESSFUL;
        reply_release(&reply);
    }
    return NULL;
}

static void reloaded_under_load(void **state)
{
    struct engine_fixture fixture;
    struct hammer hammers[N_THREADS];
    pthread_t threads[N_THREADS];
    struct config *configs[6];
    int sockets[6];
    pid_t signers[6];
    char why[256] = "";
    (void)state;
    set_up(&fixture);
    for (uint8_t i = 1; i <= 8; i++)
        issue_one(i);
    for (size_t i = 0; i < 6; i++) {
        configs[i] = make_config(UNKNOWN_UNKNOWN, NONCE_LIVE, 64);
        signers[i] = start_signer(configs[i], &sockets[i]);
    }
    assert_true(engine_serve(fixture.engine, configs[0], sockets[0], why, sizeof why));
    for (unsigned i = 0; i < N_THREADS; i++) {
        hammers[i] = (struct hammer){.engine = fixture.engine, .seed = i};
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, &hammers[i]), 0);
    }
    for (size_t i = 1; i < 6; i++) {
        assert_true(engine_serve(fixture.engine, configs[i], sockets[i], why, sizeof why));
        revoke_one((uint8_t)i);
        upkeep_tick(fixture.engine);
    }
    for (size_t i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(hammers[i].n_wrong, 0);
    }
    for (uint8_t i = 1; i <= 8; i++)
        expect_one(fixture.engine, i, OC_HASH_SHA256,
                   i < 6 ? OC_CERT_STATUS_REVOKED : OC_CERT_STATUS_GOOD);
    upkeep_tick(fixture.engine);
    tear_down(&fixture);
    for (size_t i = 0; i < 6; i++)
        wait_for(signers[i]);
}

// How many answers about 1, 2 and so on are saved.
static size_t count_saved(uint8_t n)
{
    struct issuer_config config = {.name = "engine", .source = SOURCE_DATABASE};
    uint8_t buf[SIGNER_RESPONSE_MAX];
    struct saved saved;
    size_t n_saved = 0;
    struct store *store = store_open(&config, database_path, &ca, STORE_READ, NULL);
    assert_non_null(store);
    for (uint8_t i = 1; i <= n; i++) {
        struct oc_bytes serial = {&i, 1};
        if (store->methods->get_saved(store, OC_HASH_SHA256, serial, buf, sizeof buf, &saved, NULL))
            n_saved++;
    }
    store_close(store);
    return n_saved;
}

static void saved_at_the_end(void **state)
{
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    for (uint8_t i = 1; i <= 3; i++)
        issue_one(i);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_IGNORE, 16));
    for (uint8_t i = 1; i <= 3; i++)
        expect_one(fixture.engine, i, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    assert_int_equal(count_saved(3), 0);
    tear_down(&fixture);
    assert_int_equal(count_saved(3), 3);
}

// While somebody else writes, answers wait to be saved; nobody waits for that.
static void saved_when_the_database_is_free_again(void **state)
{
    struct engine_fixture fixture;
    sqlite3 *db;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_IGNORE, 16));
    expect_one(fixture.engine, 1, OC_HASH_SHA256, OC_CERT_STATUS_GOOD);
    assert_int_equal(sqlite3_open(database_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    upkeep_tick(fixture.engine);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(count_saved(1), 0);
    upkeep_tick(fixture.engine);
    assert_int_equal(count_saved(1), 1);
    tear_down(&fixture);
}

// By default others may keep an answer for an hour, of the day for which it is valid.
static void made_anew_before_max_age(void **state)
{
    enum { HOUR = 3600 };
    struct engine_fixture fixture;
    (void)state;
    set_up(&fixture);
    issue_one(1);
    serve(&fixture, make_config(UNKNOWN_UNKNOWN, NONCE_IGNORE, 16));
    struct cached *issued = ask_for_cached(fixture.engine, 1);
    assert_int_equal(issued->max_age, HOUR);
    assert_in_range(issued->refresh_at - issued->this_update, HOUR - HOUR / 10, HOUR + 5);
    assert_true(atomic_load(&issued->is_used));
    struct cached *never_issued = ask_for_cached(fixture.engine, 2);
    assert_int_equal(never_issued->max_age, 60);
    assert_true(never_issued->refresh_at > never_issued->this_update + 6 * HOUR);
    assert_false(atomic_load(&never_issued->is_used));
    cached_release(issued);
    cached_release(never_issued);
    tear_down(&fixture);
}

// How long signers follow each other without a break, in whatever order they stand.
static void signers_without_a_break(void **state)
{
    enum { NOW = 1000 };
    static const struct signer_case {
        int64_t dates[3][2];
        int64_t ends;
    } cases[] = {
        {{{0, 2000}}, 2000},
        {{{0, 2000}, {1500, 3000}}, 3000},
        {{{1500, 3000}, {0, 2000}}, 3000},
        {{{2500, 4000}, {2000, 3000}, {0, 2000}}, 4000},
        {{{0, 2000}, {2001, 3000}}, 2000},
        {{{0, 1000}, {1500, 3000}}, NOW},
        {{{1001, 3000}}, NOW},
        {{{0, 999}}, NOW},
        {{{1000, 1001}}, 1001},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct served_issuer issuer = {.n_lost = 0};
        struct signer_info infos[3] = {0};
        uint32_t numbers[3] = {0, 1, 2};
        struct signer_set set = {3, numbers};
        struct generation served = {.served = {.issuers = &issuer, .n_issuers = 1}, .sets = &set};
        for (size_t k = 0; k < 3; k++) {
            infos[k].not_before = cases[i].dates[k][0];
            infos[k].not_after = cases[i].dates[k][1];
        }
        served.infos = infos;
        assert_int_equal(generation_ends(&served, &issuer, NOW), cases[i].ends);
        assert_int_equal(generation_unsigned(&served, NOW) != NULL, cases[i].ends == NOW);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_served_yet),
        cmocka_unit_test(answered_by_status_and_hash),
        cmocka_unit_test(log_id_is_the_first_cert_id),
        cmocka_unit_test(what_changes_is_seen_at_the_next_tick),
        cmocka_unit_test(kept_over_a_restart),
        cmocka_unit_test(saved_without_the_certificate),
        cmocka_unit_test(nonces_and_several_are_signed_for_one),
        cmocka_unit_test(made_anew_before_max_age),
        cmocka_unit_test(signers_without_a_break),
        cmocka_unit_test(saved_at_the_end),
        cmocka_unit_test(saved_when_the_database_is_free_again),
        cmocka_unit_test(policies),
        cmocka_unit_test(revoked_under_another_configuration),
        cmocka_unit_test(another_database_after_a_reload),
        cmocka_unit_test(another_file_in_its_place),
        cmocka_unit_test(store_that_hangs),
        cmocka_unit_test(source_out_of_date),
        cmocka_unit_test(reload_refused),
        cmocka_unit_test(saving_does_not_hold_a_tick),
        cmocka_unit_test(asked_at_once_is_signed_once),
        cmocka_unit_test(full_queue_is_try_later),
        cmocka_unit_test(nonce_without_a_place_is_try_later),
        cmocka_unit_test(revoked_while_it_was_signed),
        cmocka_unit_test(asked_after_a_revocation),
        cmocka_unit_test(signer_killed_and_back),
        cmocka_unit_test(bad_configuration_changes_nothing),
        cmocka_unit_test(ticks_during_a_reload),
        cmocka_unit_test(reloaded_under_load),
    };
    alarm(120);
    return cmocka_run_group_tests(tests, start, stop);
}
