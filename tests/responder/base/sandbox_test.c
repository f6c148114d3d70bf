// SPDX-License-Identifier: MIT
//
// The rights that are left after they were dropped: each attempt has a process of its own, which
// exits with 0 when it went as it should.
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { OTHERWISE = 1, NO_SANDBOX = 2 };

typedef bool sandbox_fn(char *why, size_t size);

// in_child runs an attempt in a sandbox, and gives how the process ended, as waitpid() says it.
static int in_child(sandbox_fn *enter, bool (*attempt)(void))
{
    char why[200];
    int status = 0;
    pid_t pid = fork();
    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        // A sanitizer would catch the signal and print.
        signal(SIGSYS, SIG_DFL);
        if (!enter(why, sizeof why))
            _exit(NO_SANDBOX);
        _exit(attempt() ? 0 : OTHERWISE);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void expect_right(sandbox_fn *enter, bool (*attempt)(void))
{
    int status = in_child(enter, attempt);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void expect_death(sandbox_fn *enter, bool (*attempt)(void))
{
    int status = in_child(enter, attempt);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

static bool is_refused(long result)
{
    return result == -1 && errno == EPERM;
}

static bool makes_no_socket(void)
{
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (!is_refused(socket(families[i], SOCK_STREAM, 0)))
            return false;
    }
    int ends[2];
    return is_refused(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static bool connects_and_binds_nothing(void)
{
    const struct sockaddr address = {.sa_family = AF_UNIX};
    return is_refused(connect(0, &address, sizeof address)) &&
           is_refused(bind(0, &address, sizeof address));
}

static bool opens_nothing(void)
{
    return is_refused(open("/etc/passwd", O_RDONLY)) &&
           is_refused(open("/tmp/sandbox_test", O_WRONLY | O_CREAT, 0600)) &&
           is_refused(syscall(SYS_open, "/etc/passwd", O_RDONLY)) &&
           is_refused(unlink("/tmp/sandbox_test")) && is_refused(access("/etc/passwd", R_OK));
}

static bool opens_files(void)
{
    char path[] = "/tmp/sandbox_test.XXXXXX";
    int fd = mkstemp(path);
    bool ok = fd != -1 && pwrite(fd, "x", 1, 0) == 1 && fsync(fd) == 0 && ftruncate(fd, 0) == 0 &&
              unlink(path) == 0;
    return ok && open("/nowhere", O_RDONLY) == -1 && errno == ENOENT;
}

static bool renames_and_links_nothing(void)
{
    return is_refused(rename("/tmp/a", "/tmp/b")) && is_refused(link("/tmp/a", "/tmp/b")) &&
           is_refused(symlink("/tmp/a", "/tmp/b")) &&
           is_refused(mkdir("/tmp/sandbox_test", 0700)) && is_refused(chmod("/tmp", 0777)) &&
           is_refused(chown("/tmp", 1, 1));
}

static bool makes_no_process(void)
{
    return is_refused(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

// The flags of clone3() lie where no filter can look, so libc is made to use clone().
static bool knows_no_clone3(void)
{
    struct clone_args args = {.exit_signal = SIGCHLD};
    return syscall(SYS_clone3, &args, sizeof args) == -1 && errno == ENOSYS;
}

static bool changes_nobody(void)
{
    return is_refused(syscall(SYS_setuid, 0)) && is_refused(syscall(SYS_setresuid, 0, 0, 0)) &&
           is_refused(syscall(SYS_setgroups, 0, NULL));
}

static bool signals_nobody_else(void)
{
    pid_t parent = getppid();
    return is_refused(kill(parent, 0)) && is_refused(syscall(SYS_tgkill, parent, parent, 0)) &&
           syscall(SYS_tgkill, getpid(), getpid(), 0) == 0;
}

static bool executes_no_memory(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || !is_refused(mprotect(page, 4096, PROT_READ | PROT_EXEC)))
        return false;
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
               MAP_FAILED &&
           errno == EPERM;
}

static bool keeps_its_limits(void)
{
    struct rlimit limit = {10, 10};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && is_refused(setrlimit(RLIMIT_NOFILE, &limit));
}

static bool keeps_its_traits(void)
{
    return is_refused(prctl(PR_SET_DUMPABLE, 1)) && is_refused(prctl(PR_SET_PDEATHSIG, 0)) &&
           prctl(PR_SET_NAME, "name") == 0;
}

static void *set_flag(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

static bool has_threads(void)
{
    int flag = 0;
    pthread_t thread;
    return pthread_create(&thread, NULL, set_flag, &flag) == 0 && pthread_join(thread, NULL) == 0 &&
           flag == 1;
}

// A thread is held by the filter that was there before it.
static void *try_socket(void *arg)
{
    *(bool *)arg = makes_no_socket();
    return NULL;
}

static bool holds_threads(void)
{
    bool is_held = false;
    pthread_t thread;
    return pthread_create(&thread, NULL, try_socket, &is_held) == 0 &&
           pthread_join(thread, NULL) == 0 && is_held;
}

static bool executes(void)
{
    char *args[] = {NULL};
    execve("/bin/true", args, args);
    return true;
}

static bool executes_by_fd(void)
{
    syscall(SYS_execveat, 0, "", NULL, NULL, 0);
    return true;
}

static bool traces(void)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    return true;
}

static bool reads_others(void)
{
    syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
    return true;
}

static bool forks(void)
{
    syscall(SYS_fork);
    return true;
}

static bool unshares(void)
{
    syscall(SYS_unshare, 0);
    return true;
}

static bool makes_rings(void)
{
    syscall(SYS_io_uring_setup, 1, NULL);
    return true;
}

static bool (*const both_refuse[])(void) = {
    makes_no_socket,
    connects_and_binds_nothing,
    renames_and_links_nothing,
    makes_no_process,
    knows_no_clone3,
    changes_nobody,
    signals_nobody_else,
    executes_no_memory,
    keeps_its_limits,
    keeps_its_traits,
    has_threads,
    holds_threads,
};

static bool (*const fatal[])(void) = {
    executes, executes_by_fd, traces, reads_others, forks, unshares, makes_rings,
};

static void check_both(sandbox_fn *enter)
{
    for (size_t i = 0; i < sizeof both_refuse / sizeof both_refuse[0]; i++)
        expect_right(enter, both_refuse[i]);
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        expect_death(enter, fatal[i]);
}

static void signer(void **state)
{
    (void)state;
    check_both(sandbox_signer);
    expect_right(sandbox_signer, opens_nothing);
}

static void front(void **state)
{
    (void)state;
    check_both(sandbox_worker);
    expect_right(sandbox_worker, opens_files);
}

// Each attempt succeeds where there is no sandbox, or fails for another reason.
static bool no_sandbox(char *why, size_t size)
{
    (void)why;
    (void)size;
    return true;
}

static void attempts_are_worth_it(void **state)
{
    (void)state;
    int status = in_child(no_sandbox, makes_no_socket);
    assert_int_equal(WEXITSTATUS(status), OTHERWISE);
    status = in_child(no_sandbox, opens_nothing);
    assert_int_equal(WEXITSTATUS(status), OTHERWISE);
    status = in_child(no_sandbox, executes);
    assert_true(WIFEXITED(status));
}

static bool drops_to_nobody(char *why, size_t size)
{
    return sandbox_drop("nobody", why, size);
}

static bool drops_nothing(char *why, size_t size)
{
    return sandbox_drop(NULL, why, size);
}

static bool is_nobody_for_good(void)
{
    gid_t groups[64];
    uid_t uids[3];
    int n = getgroups(64, groups);
    if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 || uids[0] != 65534 || uids[1] != 65534 ||
        uids[2] != 65534)
        return false;
    for (int i = 0; i < n; i++) {
        if (groups[i] == 0)
            return false;
    }
    return setuid(0) == -1 && getgid() == 65534 && getegid() == 65534;
}

static bool is_hardened(void)
{
    struct rlimit core = {1, 1};
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_DUMPABLE) == 0 &&
           getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
}

static bool ends_with_parent(char *why, size_t size)
{
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && drops_to_nobody(why, size);
}

static bool still_ends_with_parent(void)
{
    int number = 0;
    return prctl(PR_GET_PDEATHSIG, &number) == 0 && number == SIGTERM;
}

static void drop(void **state)
{
    (void)state;
    expect_right(drops_nothing, is_hardened);
    expect_right(drops_to_nobody, is_hardened);
    expect_right(ends_with_parent, still_ends_with_parent);
    // Only root can become another.
    if (geteuid() == 0)
        expect_right(drops_to_nobody, is_nobody_for_good);
}

static void drop_to_who_is_not_there(void **state)
{
    (void)state;
    char why[200] = "";
    if (geteuid() != 0) {
        assert_true(sandbox_drop("no such user", why, sizeof why));
        return;
    }
    assert_false(sandbox_drop("no such user", why, sizeof why));
    assert_string_equal(why, "user \"no such user\": does not exist");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signer),
        cmocka_unit_test(front),
        cmocka_unit_test(attempts_are_worth_it),
        cmocka_unit_test(drop_to_who_is_not_there),
        cmocka_unit_test(drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
