// SPDX-License-Identifier: MIT
//
// Watched files: when they are read, which states of them count, and what is known to be current.
#include "store/file.h"

#include "fixture/store_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <seccomp.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { POLLS_MAX = 2000, POLL_US = 10000, TEXT_MAX = 3 * FILE_LARGE };

// A kind of file whose reading goes on when it may. What is made of it is its text; with a question
// mark it is invalid, and with an exclamation mark its reading fails. `buffer` is how many octets
// are read at once, and `n_threads` the count_threads() between readings. `path` stays as long as
// the file.
static struct {
    sem_t may;
    atomic_int n_begun;
    atomic_int n_cancelled;
    atomic_int n_discarded;
    atomic_bool accepts_empty;
    atomic_bool confirms;
    size_t buffer;
    size_t n_threads;
    char path[128];
} slow;

static bool wait_slowly(const struct file_input *in)
{
    while (sem_trywait(&slow.may) != 0) {
        if (atomic_load(in->is_cancelled)) {
            atomic_fetch_add(&slow.n_cancelled, 1);
            return false;
        }
        usleep(1000);
    }
    return true;
}

static bool read_text(struct file_input *in, char *text, struct store_error *err)
{
    size_t n;
    for (size_t len = 0;; len += n) {
        if (!file_input_next(in, text + len, slow.buffer, &n, err))
            return false;
        text[len + n] = '\0';
        if (n < slow.buffer)
            return true;
    }
}

static void *read_slowly(void *arg, struct file_input *in, struct store_error *err)
{
    assert_ptr_equal(arg, &slow);
    char *text = malloc(in->size + slow.buffer + 1);
    assert_non_null(text);
    atomic_fetch_add(&slow.n_begun, 1);
    bool ok = wait_slowly(in) && read_text(in, text, err);
    if (ok && strchr(text, '?') != NULL)
        ok = store_fail(err, STORE_FAULT_DATA, "%s: cannot be believed", in->path);
    else if (ok && strchr(text, '!') != NULL)
        ok = store_fail(err, STORE_FAULT_SYSTEM, "%s: went wrong", in->path);
    if (ok)
        return text;
    free(text);
    return NULL;
}

static void discard(void *result)
{
    atomic_fetch_add(&slow.n_discarded, 1);
    free(result);
}

static bool accepts_empty(void *arg)
{
    (void)arg;
    return atomic_load(&slow.accepts_empty);
}

static bool confirm(const void *result, struct file_input *in)
{
    char text[64];
    size_t n;
    return atomic_load(&slow.confirms) && in->size < sizeof text &&
           file_input_next(in, text, sizeof text, &n, NULL) && n == strlen(result) &&
           memcmp(text, result, n) == 0;
}

static const struct file_kind slow_kind = {.max_len = TEXT_MAX,
                                           .read = read_slowly,
                                           .confirm = confirm,
                                           .discard = discard,
                                           .accepts_empty = accepts_empty,
                                           .arg = &slow};

static void let_read(void)
{
    assert_int_equal(sem_post(&slow.may), 0);
}

// The kernel lists the threads of this process. A sanitizer may have one of its own.
static size_t count_threads(void)
{
    size_t n = 0;
    DIR *threads = opendir("/proc/self/task");
    assert_non_null(threads);
    while (readdir(threads) != NULL)
        n++;
    closedir(threads);
    return n;
}

static int open_test(void **state)
{
    fixture_open(state);
    assert_int_equal(sem_init(&slow.may, 0, 0), 0);
    atomic_store(&slow.n_begun, 0);
    atomic_store(&slow.n_cancelled, 0);
    atomic_store(&slow.n_discarded, 0);
    atomic_store(&slow.accepts_empty, false);
    atomic_store(&slow.confirms, false);
    slow.buffer = 100;
    slow.n_threads = count_threads();
    snprintf(slow.path, sizeof slow.path, "%s", fixture_path("file"));
    return 0;
}

static void write_text(const char *text)
{
    fixture_write("file", text, strlen(text));
}

static struct file *new_file(void)
{
    struct file *file = file_new(&slow_kind, slow.path, &fixture.err);
    assert_non_null(file);
    return file;
}

static void take(void *result, const char *text)
{
    assert_non_null(result);
    assert_string_equal(result, text);
    free(result);
}

static enum file_news poll_once(struct file *file, bool is_last)
{
    void *result;
    enum file_news news = file_poll(file, is_last, &result, &fixture.err);
    assert_true((news == FILE_NEW) == (result != NULL));
    free(result);
    return news;
}

static void expect_poll(struct file *file, enum file_news news)
{
    assert_int_equal(poll_once(file, false), news);
}

// open_slow reads a file of "a" and polls it once.
static struct file *open_slow(void)
{
    write_text("a");
    let_read();
    struct file *file = new_file();
    take(file_read(file, &fixture.err), "a");
    assert_int_equal(file_as_of(file), 0);
    expect_poll(file, FILE_SAME);
    assert_int_equal(file_as_of(file), 0);
    return file;
}

static void wait_for_begun(int n)
{
    for (int i = 0; i < POLLS_MAX && atomic_load(&slow.n_begun) < n; i++)
        usleep(POLL_US);
    assert_int_equal(atomic_load(&slow.n_begun), n);
}

// begin_slowly puts a new text in place and polls: reading has begun, and there is nothing new.
static void begin_slowly(struct file *file, const char *text)
{
    int n_begun = atomic_load(&slow.n_begun);
    write_text(text);
    expect_poll(file, FILE_SAME);
    assert_true(file_is_reading(file));
    wait_for_begun(n_begun + 1);
}

static void poll_until_new(struct file *file, const char *text)
{
    void *result = NULL;
    for (int i = 0; i < POLLS_MAX && result == NULL; i++) {
        if (file_poll(file, false, &result, &fixture.err) != FILE_NEW)
            usleep(POLL_US);
    }
    take(result, text);
}

static void poll_until_fails(struct file *file, const char *what)
{
    for (int i = 0; i < POLLS_MAX; i++) {
        enum file_news news = poll_once(file, false);
        assert_true(news == FILE_SAME || news == FILE_FAILED);
        if (news == FILE_FAILED && strstr(fixture.err.text, what) != NULL)
            return;
        usleep(POLL_US);
    }
    fail_msg("no \"%s\"", what);
}

static void assert_failed(enum store_fault fault, const char *what)
{
    char why[512];
    snprintf(why, sizeof why, "%s%s", slow.path, what);
    assert_int_equal(fixture.err.fault, fault);
    assert_string_equal(fixture.err.text, why);
}

static void expect_failure(struct file *file, enum store_fault fault, const char *what)
{
    (void)store_fail(&fixture.err, STORE_FAULT_BUSY, "something else");
    expect_poll(file, FILE_FAILED);
    assert_failed(fault, what);
}

static void read_fails(enum store_fault fault, const char *what)
{
    struct file *file = new_file();
    assert_null(file_read(file, &fixture.err));
    assert_failed(fault, what);
    file_free(file);
}

static void next_second(void)
{
    int64_t now = (int64_t)time(NULL);
    while ((int64_t)time(NULL) == now)
        usleep(POLL_US);
}

// wait_for_thread waits until the thread of a reading has exited.
static void wait_for_thread(void)
{
    for (int i = 0; i < POLLS_MAX && count_threads() != slow.n_threads; i++)
        usleep(POLL_US);
    assert_int_equal(count_threads(), slow.n_threads);
}

static void text_read_in_pieces(void **state)
{
    (void)state;
    static const char text[] = "abcdefghij";
    for (slow.buffer = 1; slow.buffer < 13; slow.buffer++) {
        write_text(text);
        let_read();
        struct file *file = new_file();
        take(file_read(file, &fixture.err), text);
        file_free(file);
    }
    file_free(NULL);
}

static void file_that_is_no_file(void **state)
{
    (void)state;
    read_fails(STORE_FAULT_ABSENT, ": No such file or directory");
    assert_int_equal(mkfifo(slow.path, 0600), 0);
    read_fails(STORE_FAULT_DATA, ": not a regular file");
    assert_int_equal(unlink(slow.path), 0);
    assert_int_equal(mkdir(slow.path, 0700), 0);
    read_fails(STORE_FAULT_DATA, ": not a regular file");
    assert_int_equal(rmdir(slow.path), 0);
}

static void file_that_is_too_large(void **state)
{
    (void)state;
    char what[64];
    write_text("a");
    assert_int_equal(truncate(slow.path, TEXT_MAX + 1), 0);
    snprintf(what, sizeof what, ": larger than %d bytes", TEXT_MAX);
    read_fails(STORE_FAULT_DATA, what);
    assert_int_equal(atomic_load(&slow.n_begun), 0);
}

static void file_that_is_empty(void **state)
{
    (void)state;
    write_text("");
    read_fails(STORE_FAULT_DATA, ": unexpected empty file");
    atomic_store(&slow.accepts_empty, true);
    let_read();
    struct file *file = new_file();
    take(file_read(file, &fixture.err), "");
    let_read();
    write_text("a");
    poll_until_new(file, "a");
    atomic_store(&slow.accepts_empty, false);
    write_text("");
    poll_until_fails(file, ": unexpected empty file");
    expect_failure(file, STORE_FAULT_DATA, ": unexpected empty file");
    file_free(file);
}

static void reading_that_takes_long(void **state)
{
    (void)state;
    int64_t begin = (int64_t)time(NULL);
    struct file *file = open_slow();
    int64_t end = (int64_t)time(NULL);
    begin_slowly(file, "ab");
    next_second();
    for (int i = 0; i < 3; i++) {
        expect_poll(file, FILE_SAME);
        assert_in_range(file_as_of(file), begin, end);
    }
    let_read();
    poll_until_new(file, "ab");
    assert_int_equal(file_as_of(file), 0);
    assert_false(file_is_reading(file));
    assert_int_equal(atomic_load(&slow.n_begun), 2);
    file_free(file);
}

static void freed_during_a_reading(void **state)
{
    (void)state;
    struct file *file = open_slow();
    begin_slowly(file, "ab");
    file_free(file);
    assert_int_equal(atomic_load(&slow.n_cancelled), 1);
    assert_int_equal(atomic_load(&slow.n_discarded), 0);
}

static void freed_after_a_reading(void **state)
{
    (void)state;
    struct file *file = open_slow();
    begin_slowly(file, "ab");
    let_read();
    wait_for_thread();
    file_free(file);
    assert_int_equal(atomic_load(&slow.n_cancelled), 0);
    assert_int_equal(atomic_load(&slow.n_discarded), 1);
}

// The first reading counts, but as of its time; then the second one.
static void changed_after_a_reading(void **state)
{
    (void)state;
    struct file *file = open_slow();
    next_second();
    int64_t begin = (int64_t)time(NULL);
    begin_slowly(file, "ab");
    int64_t end = (int64_t)time(NULL);
    let_read();
    wait_for_thread();
    next_second();
    write_text("abc");
    assert_int_equal(atomic_load(&slow.n_begun), 2);
    poll_until_new(file, "ab");
    assert_in_range(file_as_of(file), begin, end);
    expect_poll(file, FILE_SAME);
    wait_for_begun(3);
    assert_in_range(file_as_of(file), begin, end);
    let_read();
    poll_until_new(file, "abc");
    assert_int_equal(file_as_of(file), 0);
    file_free(file);
}

// Neither a text nor a fault counts that was read of two states of the file.
static void changed_during_a_reading(void **state)
{
    (void)state;
    static const char *const texts[] = {"ab", "ab", "abcd"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        atomic_store(&slow.n_begun, 0);
        struct file *file = open_slow();
        begin_slowly(file, texts[i]);
        write_text(i == 0 ? "cd?" : "?cd");
        let_read();
        poll_until_fails(file, i < 2 ? ": changed while it was being read"
                                     : ": truncated while it was being read");
        assert_int_equal(fixture.err.fault, STORE_FAULT_BUSY);
        let_read();
        poll_until_fails(file, ": cannot be believed");
        file_free(file);
    }
    assert_int_equal(atomic_load(&slow.n_discarded), 1);
}

// A file that has only grown counts as of the time when it was read, and is then read again.
static void grown_during_a_reading(void **state)
{
    (void)state;
    atomic_store(&slow.confirms, true);
    struct file *file = open_slow();
    int64_t begin = (int64_t)time(NULL);
    begin_slowly(file, "ab");
    int64_t end = (int64_t)time(NULL);
    next_second();
    write_text("abc");
    let_read();
    poll_until_new(file, "ab");
    assert_in_range(file_as_of(file), begin, end);
    let_read();
    poll_until_new(file, "abc");
    file_free(file);
}

// A file refused by the thread is refused by each poll, and read once. It stays so while something
// newer is read.
static void refused_by_a_slow_reading(void **state)
{
    (void)state;
    int64_t begin = (int64_t)time(NULL);
    struct file *file = open_slow();
    int64_t end = (int64_t)time(NULL);
    begin_slowly(file, "ab?");
    next_second();
    let_read();
    poll_until_fails(file, ": cannot be believed");
    for (int i = 0; i < 3; i++) {
        expect_failure(file, STORE_FAULT_DATA, ": cannot be believed");
        assert_in_range(file_as_of(file), begin, end);
    }
    assert_int_equal(atomic_load(&slow.n_begun), 2);

    write_text("ab");
    for (int i = 0; i < 3; i++)
        expect_failure(file, STORE_FAULT_DATA, ": cannot be believed");
    let_read();
    for (int i = 0; i < POLLS_MAX && poll_once(file, false) != FILE_NEW; i++)
        usleep(POLL_US);
    assert_int_equal(file_as_of(file), 0);
    assert_int_equal(atomic_load(&slow.n_begun), 3);
    expect_poll(file, FILE_SAME);
    file_free(file);
}

// A failure that is not the file's may be over at the next poll.
static void failed_in_a_slow_reading(void **state)
{
    (void)state;
    struct file *file = open_slow();
    begin_slowly(file, "ab!");
    let_read();
    poll_until_fails(file, ": went wrong");
    assert_failed(STORE_FAULT_SYSTEM, ": went wrong");
    expect_failure(file, STORE_FAULT_SYSTEM, ": went wrong");
    wait_for_begun(3);
    file_free(file);
    assert_int_equal(atomic_load(&slow.n_cancelled), 1);
}

static void file_that_goes_away(void **state)
{
    (void)state;
    struct file *file = open_slow();
    assert_int_equal(unlink(slow.path), 0);
    expect_failure(file, STORE_FAULT_ABSENT, ": No such file or directory");
    assert_true(file_as_of(file) != 0);
    let_read();
    write_text("a");
    poll_until_new(file, "a");
    assert_int_equal(file_as_of(file), 0);
    file_free(file);
}

// The last poll reports at once the changes that a later one would have read.
static void polled_for_the_last_time(void **state)
{
    (void)state;
    struct file *file = open_slow();
    assert_int_equal(poll_once(file, true), FILE_SAME);
    write_text("ab");
    assert_int_equal(poll_once(file, true), FILE_UNREAD);
    assert_int_equal(file_as_of(file), 0);
    assert_int_equal(atomic_load(&slow.n_begun), 1);
    begin_slowly(file, "abc");
    assert_int_equal(poll_once(file, true), FILE_UNREAD);
    file_free(file);
}

// A result that cannot be used is read again, and the file is as of the time before.
static void result_that_is_rejected(void **state)
{
    (void)state;
    int64_t begin = (int64_t)time(NULL);
    struct file *file = open_slow();
    int64_t end = (int64_t)time(NULL);
    next_second();
    begin_slowly(file, "ab");
    let_read();
    poll_until_new(file, "ab");
    (void)store_fail(&fixture.err, STORE_FAULT_SYSTEM, "out of memory");
    file_reject(file, &fixture.err);
    assert_in_range(file_as_of(file), begin, end);
    expect_poll(file, FILE_FAILED);
    assert_string_equal(fixture.err.text, "out of memory");
    wait_for_begun(3);
    let_read();
    for (int i = 0; i < POLLS_MAX && poll_once(file, false) != FILE_NEW; i++)
        usleep(POLL_US);
    assert_int_equal(file_as_of(file), 0);
    file_free(file);
}

// The time until a large file is read again is at least as long as reading it took.
static void large_file_that_changes_often(void **state)
{
    (void)state;
    static char text[FILE_LARGE + 2];
    struct timespec began;
    struct timespec ended;
    struct timespec next;
    struct file *file = open_slow();
    slow.buffer = sizeof text;
    memset(text, 'x', sizeof text - 2);
    text[FILE_LARGE] = 'y';
    clock_gettime(CLOCK_MONOTONIC, &began);
    begin_slowly(file, text);
    usleep(300000);
    let_read();
    wait_for_thread();
    clock_gettime(CLOCK_MONOTONIC, &ended);
    text[0] = 'z';
    write_text(text);
    for (int i = 0; i < POLLS_MAX && poll_once(file, false) != FILE_NEW; i++)
        usleep(POLL_US);
    for (int i = 0; i < POLLS_MAX && !file_is_reading(file); i++) {
        expect_poll(file, FILE_SAME);
        assert_true(file_as_of(file) != 0);
        usleep(POLL_US);
    }
    assert_true(file_is_reading(file));
    clock_gettime(CLOCK_MONOTONIC, &next);
    int64_t waited_ms =
        (next.tv_sec - ended.tv_sec) * 1000 + (next.tv_nsec - ended.tv_nsec) / 1000000;
    assert_true(waited_ms >= 300);
    file_free(file);
}

static void *do_nothing(void *arg)
{
    return arg;
}

// In a process of its own, which can have no threads any more.
static int poll_without_threads(struct file *file)
{
    pthread_t thread;
    void *result;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const uint32_t none = SCMP_ACT_ERRNO(EAGAIN);
    if (filter == NULL || seccomp_rule_add(filter, none, SCMP_SYS(clone), 0) != 0 ||
        seccomp_rule_add(filter, none, SCMP_SYS(clone3), 0) != 0 || seccomp_load(filter) != 0)
        return 1;
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        return 2;
    if (sem_post(&slow.may) != 0 || file_poll(file, false, &result, &fixture.err) != FILE_NEW)
        return 3;
    return strcmp(result, "ab") == 0 && atomic_load(&slow.n_begun) == 2 ? 0 : 4;
}

static void read_without_threads(void **state)
{
    (void)state;
    int status;
    struct file *file = open_slow();
    write_text("ab");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(poll_without_threads(file));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    file_free(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_test, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_read_in_pieces),       TEST(file_that_is_no_file),
        TEST(file_that_is_too_large),    TEST(file_that_is_empty),
        TEST(reading_that_takes_long),   TEST(freed_during_a_reading),
        TEST(freed_after_a_reading),     TEST(changed_after_a_reading),
        TEST(grown_during_a_reading),    TEST(changed_during_a_reading),
        TEST(refused_by_a_slow_reading), TEST(failed_in_a_slow_reading),
        TEST(file_that_goes_away),       TEST(polled_for_the_last_time),
        TEST(result_that_is_rejected),   TEST(large_file_that_changes_often),
        TEST(read_without_threads),
    };
    return cmocka_run_group_tests(tests, fixture_start, fixture_stop);
}
