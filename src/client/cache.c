// SPDX-License-Identifier: MIT
//
// The cache of verified answers.
//
// Files appear whole, by rename(), so that several processes may share a directory. Nothing in
// it is trusted: a link is not followed, and each answer is verified again by the policy of the
// caller. Unfinished and expired files are removed now and then, after a write.
#include "client/cache.h"
#include "client/answer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEY_HASH OC_HASH_SHA256
#define KEY_HASH_LEN 32
// Two digits for each octet, ".der" and a NUL.
#define NAME_SIZE (KEY_HASH_LEN * 2 + 5)
// So far from the ends of time that sums do not reach them.
#define MAX_NOW ((int64_t)1 << 60)
// The prefix of the names of unfinished files.
#define NEW_PREFIX ".new-"
// The time of last modification of this file is when a client last looked for old files.
#define LOOKED_NAME ".looked"

enum {
    LOOK_INTERVAL = 3600,
    // The interval when there is more to remove than one look may.
    LOOK_AGAIN = 60,
    LOOK_NAMES = 65536,
    LOOK_REMOVALS = 1024,
    // The age at which an unfinished file is removed, and how long an entry must have expired:
    // clocks differ, and a policy with an earlier time can still use it.
    NEW_AGE = 3600,
    ENTRY_AGE = 86400,
};

bool oc_client_cache_dir(char *buf, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int len = -1;
    // A path that is not absolute counts as not set there (XDG Base Directory).
    if (cache != NULL && cache[0] == '/')
        len = snprintf(buf, size, "%s/libocsp", cache);
    else if (home != NULL && home[0] == '/')
        len = snprintf(buf, size, "%s/.cache/libocsp", home);
    if (len >= 0 && (size_t)len < size)
        return true;
    if (size > 0)
        buf[0] = '\0';
    return false;
}

// Joins the parts of a file's name: the hashes and the serial number, each with its length.
static uint8_t *join_key(const struct oc_check *check, size_t *len)
{
    const struct oc_issuer *issuer = check->issuer;
    const struct oc_bytes parts[] = {{issuer->name_hash[KEY_HASH], KEY_HASH_LEN},
                                     {issuer->key_hash[KEY_HASH], KEY_HASH_LEN},
                                     check->cert->serial};
    const size_t n = sizeof parts / sizeof *parts;
    *len = 0;
    for (size_t i = 0; i < n; i++)
        *len += sizeof(uint64_t) + parts[i].len;
    uint8_t *joined = malloc(*len);
    uint8_t *at = joined;
    for (size_t i = 0; joined != NULL && i < n; i++) {
        for (int shift = 56; shift >= 0; shift -= 8)
            *at++ = (uint8_t)((uint64_t)parts[i].len >> shift);
        if (parts[i].len > 0)
            memcpy(at, parts[i].data, parts[i].len);
        at += parts[i].len;
    }
    return joined;
}

static bool make_name(const struct oc_check *check, char name[NAME_SIZE])
{
    const struct oc_crypto *crypto = check->issuer->crypto;
    uint8_t hash[OC_HASH_MAX_LEN];
    size_t len = 0;
    if (!check->issuer->has_hash[KEY_HASH])
        return false;
    uint8_t *joined = join_key(check, &len);
    bool is_made = joined != NULL &&
                   crypto->hash(crypto, KEY_HASH, (struct oc_bytes){joined, len}, hash) == OC_OK;
    for (size_t i = 0; is_made && i < KEY_HASH_LEN; i++)
        snprintf(name + 2 * i, 3, "%02x", hash[i]);
    memcpy(name + (size_t)2 * KEY_HASH_LEN, ".der", sizeof ".der");
    free(joined);
    return is_made;
}

// Returns the octets that were read, 0 when it is not a file that the cache would write.
static size_t read_all(int fd, const struct stat *status, uint8_t *buf)
{
    size_t len = 0;
    ssize_t n = 0;
    if (status->st_size > OC_CLIENT_MAX_RESPONSE)
        return 0;
    while (len < OC_CLIENT_MAX_RESPONSE) {
        n = read(fd, buf + len, OC_CLIENT_MAX_RESPONSE - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    return n == 0 && len == (size_t)status->st_size ? len : 0;
}

// Removes the file that was opened as `fd`, unless another has taken its place.
static void remove_entry(int dir, const char *name, const struct stat *opened)
{
    struct stat current;
    if (fstatat(dir, name, &current, AT_SYMLINK_NOFOLLOW) == 0 &&
        current.st_dev == opened->st_dev && current.st_ino == opened->st_ino)
        unlinkat(dir, name, 0);
}

// An entry that could not be verified for lack of memory or of an algorithm may be right.
static bool is_bad(enum oc_err code)
{
    return code != OC_OK && code != OC_ERR_MEMORY && code != OC_ERR_CRYPTO &&
           code != OC_ERR_UNSUPPORTED;
}

static bool use_entry(int dir, const char *name, int fd, const struct oc_policy *asked,
                      struct oc_check *check)
{
    struct stat status;
    enum oc_response_status response_status = OC_RESPONSE_NONE;
    struct oc_error err;
    struct oc_policy policy = *asked;
    policy.nonce_rule = OC_NONCE_IGNORED;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_mtime <= policy.now)
        return false;
    uint8_t *buf = malloc(OC_CLIENT_MAX_RESPONSE);
    if (buf == NULL)
        return false;
    size_t len = read_all(fd, &status, buf);
    enum oc_err code = OC_ERR_READ;
    if (len > 0)
        code =
            oci_check_answer(check, &policy, (struct oc_bytes){buf, len}, &response_status, &err);
    free(buf);
    if (is_bad(code))
        remove_entry(dir, name, &status);
    return code == OC_OK;
}

static int open_dir(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool oci_cache_read(const struct oc_client_config *config, const struct oc_policy *policy,
                    struct oc_check *check)
{
    char name[NAME_SIZE];
    if (config->cache_dir == NULL || !make_name(check, name))
        return false;
    int dir = open_dir(config->cache_dir);
    if (dir < 0)
        return false;
    // Nonblocking, or a named pipe would hold us up.
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool is_used = fd >= 0 && use_entry(dir, name, fd, policy, check);
    if (fd >= 0)
        close(fd);
    close(dir);
    return is_used;
}

// Returns until when the answer may be kept, 0 for not at all.
static int64_t kept_until(const struct oc_policy *policy, const struct oc_verdict *verdict,
                          const struct oci_freshness *freshness)
{
    bool is_known =
        verdict->status == OC_CERT_STATUS_GOOD || verdict->status == OC_CERT_STATUS_REVOKED;
    if (!is_known || freshness->no_store || policy->now < 0 || policy->now > MAX_NOW)
        return 0;
    int64_t by_http = policy->now + freshness->max_age;
    if (!verdict->has_next_update)
        return freshness->has_max_age ? by_http : 0;
    return freshness->has_max_age && by_http < verdict->next_update ? by_http
                                                                    : verdict->next_update;
}

// Makes the directory, and those above it that are not there.
static int make_dir(const char *path)
{
    char above[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof above)
        return -1;
    memcpy(above, path, len + 1);
    for (size_t i = 1; i < len; i++) {
        if (above[i] != '/')
            continue;
        above[i] = '\0';
        if (mkdir(above, 0700) != 0 && errno != EEXIST)
            return -1;
        above[i] = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST ? open_dir(path) : -1;
}

static bool write_all(int fd, struct oc_bytes data, int64_t until)
{
    const struct timespec times[2] = {{0, UTIME_OMIT}, {(time_t)until, 0}};
    while (data.len > 0) {
        ssize_t n = write(fd, data.data, data.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data.data += n;
        data.len -= (size_t)n;
    }
    return futimens(fd, times) == 0;
}

// Opens a new file that no other process writes to, which O_EXCL guarantees.
static int open_new(int dir, char *name, size_t size)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(name, size, NEW_PREFIX "%ld-%lld-%ld", (long)getpid(), (long long)now.tv_sec,
             now.tv_nsec);
    return openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static void put_entry(int dir, const char *name, struct oc_bytes data, int64_t until)
{
    char new_name[80];
    int fd = open_new(dir, new_name, sizeof new_name);
    if (fd < 0)
        return;
    bool is_written = write_all(fd, data, until);
    is_written = close(fd) == 0 && is_written;
    if (!is_written || renameat(dir, new_name, dir, name) != 0)
        unlinkat(dir, new_name, 0);
}

// Whether open_new() makes such names.
static bool is_new_name(const char *name)
{
    static const char digits[] = "0123456789";
    if (strncmp(name, NEW_PREFIX, sizeof NEW_PREFIX - 1) != 0)
        return false;
    name += sizeof NEW_PREFIX - 1;
    for (int i = 0; i < 3; i++) {
        size_t n = strspn(name, digits);
        if (n == 0 || name[n] != (i < 2 ? '-' : '\0'))
            return false;
        name += n + 1;
    }
    return true;
}

// Whether make_name() makes such names.
static bool is_entry_name(const char *name)
{
    size_t n = strspn(name, "0123456789abcdef");
    return n == (size_t)2 * KEY_HASH_LEN && strcmp(name + n, ".der") == 0;
}

// Only regular files with the names that the client makes may be removed.
static bool is_left_over(int dir, const char *name, int64_t now)
{
    struct stat status;
    int64_t age = is_new_name(name) ? NEW_AGE : ENTRY_AGE;
    return (is_new_name(name) || is_entry_name(name)) &&
           fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
           status.st_mtime < now - age;
}

// Returns false when there may be more to remove. A new entry that replaces an old one just
// before its removal is lost, and the responder is asked again.
static bool remove_left_over(DIR *names, int64_t now)
{
    const struct dirent *entry;
    int n_removed = 0;
    for (int n = 0; n < LOOK_NAMES && (entry = readdir(names)) != NULL; n++) {
        if (is_left_over(dirfd(names), entry->d_name, now) &&
            unlinkat(dirfd(names), entry->d_name, 0) == 0 && ++n_removed == LOOK_REMOVALS)
            return false;
    }
    return true;
}

static void set_looked(int fd, int64_t when)
{
    const struct timespec times[2] = {{0, UTIME_OMIT}, {(time_t)when, 0}};
    futimens(fd, times);
}

// Whether it is time to look again; if so, `*fd` is the file that records it, and other clients
// see that this one looks.
static bool is_time_to_look(int dir, int64_t now, int *fd)
{
    struct stat status;
    if (fstatat(dir, LOOKED_NAME, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mtime <= now &&
        now - status.st_mtime < LOOK_INTERVAL)
        return false;
    *fd = openat(dir, LOOKED_NAME, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (*fd < 0)
        return false;
    set_looked(*fd, now);
    return true;
}

// Uses the system's clock or the policy's time, whichever is earlier: an entry is kept as long
// as it is valid by one of them.
static void tidy(int dir, int64_t now)
{
    int64_t system_now = (int64_t)time(NULL);
    int looked = -1;
    if (!is_time_to_look(dir, system_now, &looked))
        return;
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);
    if (names == NULL && fd >= 0)
        close(fd);
    if (names != NULL) {
        if (!remove_left_over(names, now < system_now ? now : system_now))
            set_looked(looked, system_now - LOOK_INTERVAL + LOOK_AGAIN);
        closedir(names);
    }
    close(looked);
}

// Failing to keep an answer is not an error: the next check asks the responder.
void oci_cache_write(const struct oc_client_config *config, const struct oc_policy *policy,
                     const struct oc_check *check, const struct oci_freshness *freshness)
{
    char name[NAME_SIZE];
    int64_t until = kept_until(policy, &check->verdict, freshness);
    if (config->cache_dir == NULL || until <= policy->now || !make_name(check, name))
        return;
    int dir = open_dir(config->cache_dir);
    if (dir < 0)
        dir = make_dir(config->cache_dir);
    if (dir < 0)
        return;
    put_entry(dir, name, check->response, until);
    tidy(dir, policy->now);
    close(dir);
}
