// SPDX-License-Identifier: MIT
//
// Drops the user with setresuid(2) and its relatives, and checks the result; restricts system calls
// with libseccomp. The lists are what libc, libcrypto, SQLite and libmicrohttpd need.
#include "base/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

// Calls that every process needs: memory, threads, signals, clocks, and descriptors that are open.
static const int common_calls[] = {
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(futex),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(mlock),
    SCMP_SYS(mremap),
    SCMP_SYS(munlock),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

// Calls that the worker needs as well: incoming connections, and files of stores.
static const int worker_calls[] = {
    SCMP_SYS(accept),     SCMP_SYS(accept4),     SCMP_SYS(access),      SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(fallocate),   SCMP_SYS(fchmod),      SCMP_SYS(fchown),
    SCMP_SYS(fdatasync),  SCMP_SYS(fstatfs),     SCMP_SYS(fsync),       SCMP_SYS(ftruncate),
    SCMP_SYS(getcwd),     SCMP_SYS(getpeername), SCMP_SYS(getsockname), SCMP_SYS(getsockopt),
    SCMP_SYS(listen),     SCMP_SYS(lstat),       SCMP_SYS(newfstatat),  SCMP_SYS(open),
    SCMP_SYS(openat),     SCMP_SYS(pread64),     SCMP_SYS(pwrite64),    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(sendfile),    SCMP_SYS(setsockopt),  SCMP_SYS(stat),
    SCMP_SYS(statfs),     SCMP_SYS(statx),       SCMP_SYS(umask),       SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
};

// Calls that only an attacker would use.
static const int fatal_calls[] = {
    SCMP_SYS(add_key),
    SCMP_SYS(bpf),
    SCMP_SYS(chroot),
    SCMP_SYS(delete_module),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(finit_module),
    SCMP_SYS(fork),
    SCMP_SYS(init_module),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(mount),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(pivot_root),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(ptrace),
    SCMP_SYS(request_key),
    SCMP_SYS(setns),
    SCMP_SYS(umount2),
    SCMP_SYS(unshare),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(vfork),
};

// Calls that libc replaces by others if they are missing. No filter can see the flags of clone3,
// which are in memory, but it can see those of clone.
static const int absent_calls[] = {
    SCMP_SYS(clone3),
    SCMP_SYS(close_range),
    SCMP_SYS(openat2),
};

static bool fail(char *why, size_t size, const char *what, int error)
{
    snprintf(why, size, "%s: %s", what, strerror(error));
    return false;
}

static int add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < n; i++)
        result = seccomp_rule_add(filter, action, calls[i], 0);
    return result;
}

// Allows calls with certain arguments only: new threads, but no processes; memory that is not
// executable; naming a thread; signals to the process itself; and reading its limits.
static int add_bounded(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    const struct scmp_arg_cmp data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp name = SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME);
    const struct scmp_arg_cmp own = SCMP_A0(SCMP_CMP_EQ, 0);
    const struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    const struct scmp_arg_cmp reading = SCMP_A2(SCMP_CMP_EQ, 0);
    const uint32_t allow = SCMP_ACT_ALLOW;
    int result = seccomp_rule_add_array(filter, allow, SCMP_SYS(clone), 1, &thread);
    if (result == 0)
        result = seccomp_rule_add_array(filter, allow, SCMP_SYS(mmap), 1, &data);
    if (result == 0)
        result = seccomp_rule_add_array(filter, allow, SCMP_SYS(mprotect), 1, &data);
    if (result == 0)
        result = seccomp_rule_add_array(filter, allow, SCMP_SYS(prctl), 1, &name);
    if (result == 0)
        result = seccomp_rule_add_array(filter, allow, SCMP_SYS(tgkill), 1, &itself);
    if (result == 0)
        result = seccomp_rule_add(filter, allow, SCMP_SYS(prlimit64), 2, own, reading);
    return result;
}

static int fill_filter(scmp_filter_ctx filter, const int *more, size_t n_more)
{
    int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (result == 0)
        result = add_calls(filter, SCMP_ACT_ALLOW, common_calls, N(common_calls));
    if (result == 0)
        result = add_calls(filter, SCMP_ACT_ALLOW, more, n_more);
    if (result == 0)
        result = add_calls(filter, SCMP_ACT_KILL_PROCESS, fatal_calls, N(fatal_calls));
    if (result == 0)
        result = add_calls(filter, SCMP_ACT_ERRNO(ENOSYS), absent_calls, N(absent_calls));
    return result == 0 ? add_bounded(filter) : result;
}

static bool restrict_calls(const int *more, size_t n_more, char *why, size_t size)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return fail(why, size, "seccomp", ENOMEM);
    int result = fill_filter(filter, more, n_more);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result == 0)
        return true;
    snprintf(why, size, "cannot install the seccomp filter: %s; \"seccomp = false\" disables it",
             strerror(-result));
    return false;
}

bool sandbox_signer(char *why, size_t size)
{
    return restrict_calls(NULL, 0, why, size);
}

bool sandbox_worker(char *why, size_t size)
{
    return restrict_calls(worker_calls, N(worker_calls), why, size);
}

// is_user returns whether the process has the IDs of this user alone and cannot get others back.
static bool is_user(uid_t uid, gid_t gid)
{
    uid_t uids[3];
    gid_t gids[3];
    if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 ||
        getresgid(&gids[0], &gids[1], &gids[2]) != 0)
        return false;
    for (int i = 0; i < 3; i++) {
        if (uids[i] != uid || gids[i] != gid)
            return false;
    }
    return uid == 0 || (setuid(0) != 0 && seteuid(0) != 0);
}

static bool become(const char *user, char *why, size_t size)
{
    errno = 0;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) {
        snprintf(why, size, "user \"%s\": %s", user,
                 errno != 0 ? strerror(errno) : "does not exist");
        return false;
    }
    uid_t uid = entry->pw_uid;
    gid_t gid = entry->pw_gid;
    if (initgroups(user, gid) != 0 || setresgid(gid, gid, gid) != 0 ||
        setresuid(uid, uid, uid) != 0) {
        snprintf(why, size, "user \"%s\": %s", user, strerror(errno));
        return false;
    }
    if (is_user(uid, gid))
        return true;
    snprintf(why, size, "user \"%s\": cannot drop all privileges", user);
    return false;
}

bool sandbox_drop(const char *user, char *why, size_t size)
{
    int parent_signal = 0;
    const struct rlimit no_core = {0, 0};
    if (prctl(PR_GET_PDEATHSIG, &parent_signal) != 0)
        return fail(why, size, "prctl", errno);
    if (user != NULL && geteuid() == 0 && !become(user, why, size))
        return false;
    // A change of user clears the signal that is sent when the parent exits.
    if (prctl(PR_SET_PDEATHSIG, parent_signal) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        setrlimit(RLIMIT_CORE, &no_core) != 0)
        return fail(why, size, "cannot drop privileges", errno);
    return true;
}
