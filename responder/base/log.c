// SPDX-License-Identifier: MIT
//
// A line is built in memory and written at once, so that lines of several threads do not mix.
#include "base/log.h"

#include <jansson.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// TEXT_MAX is the most octets of a message, and LINE_SIZE those of a line, which a pipe takes in
// one write. Escaping makes up to four octets out of one, in JSON six; a message that is too long
// then is cut to TEXT_SAFE. LIMIT is the most limited lines in a second.
enum { TEXT_MAX = 1024, TEXT_SAFE = 600, LINE_SIZE = PIPE_BUF, TIME_SIZE = 32, LIMIT = 10 };

static _Atomic(enum log_form) form = LOG_TEXT;
static bool is_journal;

void log_begin(void)
{
    const char *named = getenv("JOURNAL_STREAM");
    char own[64];
    struct stat st;
    if (named == NULL || fstat(STDERR_FILENO, &st) != 0)
        return;
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    is_journal = strcmp(named, own) == 0;
}

void log_set_form(enum log_form wanted)
{
    form = wanted;
}

static const char *name_of(enum log_level level)
{
    switch (level) {
    case LOG_ERROR_LINE:
        return "error";
    case LOG_WARNING_LINE:
        return "warning";
    default:
        return "info";
    }
}

static void write_time(char out[TIME_SIZE])
{
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t len = strftime(out, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + len, TIME_SIZE - len, ".%03ldZ", now.tv_nsec / 1000000);
}

static int priority_of(enum log_level level)
{
    switch (level) {
    case LOG_ERROR_LINE:
        return 3;
    case LOG_WARNING_LINE:
        return 4;
    default:
        return 6;
    }
}

// begin_line writes the prefix of a line in either form, and returns its length.
static size_t begin_line(enum log_level level, char *out, size_t size)
{
    char time[TIME_SIZE];
    if (is_journal)
        return (size_t)snprintf(out, size, "<%d>", priority_of(level));
    out[0] = '\0';
    if (form == LOG_JSON)
        return 0;
    write_time(time);
    return (size_t)snprintf(out, size, "%s ", time);
}

// Returns whether a line of at most PIPE_BUF octets can be written without waiting. O_NONBLOCK
// would change the descriptor for other processes, too, a shell for instance.
static bool has_room(void)
{
    struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&fd, 1, 0) == 1 && (fd.revents & (POLLOUT | POLLERR | POLLHUP)) == POLLOUT;
}

static size_t lost_line(unsigned long long n, char *out, size_t size)
{
    char time[TIME_SIZE];
    size_t len = begin_line(LOG_WARNING_LINE, out, size);
    write_time(time);
    int more =
        form == LOG_TEXT
            ? snprintf(out + len, size - len, "warning: %llu log lines lost\n", n)
            : snprintf(
                  out + len, size - len,
                  "{\"level\":\"warning\",\"message\":\"%llu log lines lost\",\"time\":\"%s\"}\n",
                  n, time);
    return len + (size_t)more;
}

// Returns false if the line is lost. The caller can only count it.
static bool put_line(const char *line, size_t len)
{
    ssize_t n = -1;
    if (has_room()) {
        do
            n = write(STDERR_FILENO, line, len);
        while (n < 0 && errno == EINTR);
    }
    return n > 0;
}

// One thread at a time, because another could use up the room that has_room() has seen. Other
// processes could do so, too, but only the worker logs much.
static void write_line(const char *line, size_t len)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static unsigned long long n_lost;
    char lost[256];
    pthread_mutex_lock(&lock);
    if (n_lost > 0 && put_line(lost, lost_line(n_lost, lost, sizeof lost)))
        n_lost = 0;
    // The line must not follow a gap that is not reported.
    if (n_lost > 0 || !put_line(line, len))
        n_lost++;
    pthread_mutex_unlock(&lock);
}

// escape copies a text as printable ASCII, so that it can neither split a line nor control a
// terminal. It cuts the copy to `size` octets and returns its length.
static size_t escape(const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (; *text != '\0' && len + 5 <= size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= ' ' && c <= '~' && c != '\\')
            out[len++] = (char)c;
        else
            len += (size_t)snprintf(out + len, 5, "\\x%02x", c);
    }
    out[len] = '\0';
    return len;
}

static void write_text(enum log_level level, const char *kind, const char *text)
{
    char line[LINE_SIZE];
    size_t len = begin_line(level, line, sizeof line);
    len += (size_t)snprintf(line + len, sizeof line - len, "%s: ", kind);
    len += escape(text, line + len, sizeof line - len);
    line[len++] = '\n';
    write_line(line, len);
}

// write_object writes an object as a line and frees it. Returns false if the line would be too
// long; out of memory, there is no line.
static bool write_object(enum log_level level, json_t *object)
{
    char line[LINE_SIZE];
    char time[TIME_SIZE];
    write_time(time);
    size_t len = begin_line(level, line, sizeof line);
    bool is_whole = object != NULL && json_object_set_new(object, "time", json_string(time)) == 0;
    size_t room = sizeof line - len - 1;
    size_t more =
        is_whole ? json_dumpb(object, line + len, room, JSON_COMPACT | JSON_ENSURE_ASCII) : 0;
    json_decref(object);
    if (more == 0 || more > room)
        return more == 0;
    len += more;
    line[len++] = '\n';
    write_line(line, len);
    return true;
}

// Makes a JSON string; text that is not UTF-8 is escaped as in a text line.
static json_t *string_of(const char *text)
{
    char escaped[4 * TEXT_MAX + 1];
    json_t *string = json_string(text);
    if (string != NULL)
        return string;
    escape(text, escaped, sizeof escaped);
    return json_string(escaped);
}

static bool write_json(enum log_level level, const char *text)
{
    json_t *object = json_object();
    if (object != NULL) {
        json_object_set_new(object, "level", json_string(name_of(level)));
        json_object_set_new(object, "message", string_of(text));
    }
    return write_object(level, object);
}

static void write_message(enum log_level level, const char *text)
{
    if (form == LOG_TEXT)
        write_text(level, name_of(level), text);
    else if (!write_json(level, text)) {
        char beginning[TEXT_SAFE + 1];
        snprintf(beginning, sizeof beginning, "%.*s", TEXT_SAFE, text);
        (void)write_json(level, beginning);
    }
}

__attribute__((format(printf, 2, 0))) static void log_arguments(enum log_level level,
                                                                const char *format, va_list args)
{
    char text[TEXT_MAX];
    vsnprintf(text, sizeof text, format, args);
    write_message(level, text);
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_arguments(level, format, args);
    va_end(args);
}

// may_log counts a limited line and returns whether it may be written. In the first line of a
// second,
// `*left_out` is how many lines were left out before; otherwise it is 0.
static bool may_log(uint64_t *left_out)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static time_t second;
    static unsigned n;
    static uint64_t n_left_out;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    pthread_mutex_lock(&lock);
    *left_out = 0;
    if (now.tv_sec != second) {
        second = now.tv_sec;
        n = 0;
        *left_out = n_left_out;
        n_left_out = 0;
    }
    bool may = n < LIMIT;
    n += may;
    n_left_out += !may;
    pthread_mutex_unlock(&lock);
    return may;
}

void log_limited(enum log_level level, const char *format, ...)
{
    uint64_t left_out;
    if (!may_log(&left_out))
        return;
    if (left_out > 0)
        log_line(LOG_WARNING_LINE, "%llu similar lines suppressed", (unsigned long long)left_out);
    va_list args;
    va_start(args, format);
    log_arguments(level, format, args);
    va_end(args);
}

static void write_access_text(const struct log_access *access)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s %u %s hash=%s id=%s time=%lluus%s", access->method,
             access->http_status, access->outcome, access->hash,
             access->id[0] == '\0' ? "-" : access->id, (unsigned long long)access->microseconds,
             access->is_hit ? " hit" : "");
    write_text(LOG_INFO_LINE, "access", text);
}

void log_access(const struct log_access *access)
{
    if (form == LOG_TEXT) {
        write_access_text(access);
        return;
    }
    (void)write_object(LOG_INFO_LINE,
                       json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:I, s:b}", "level", "access",
                                 "method", access->method, "status", (int)access->http_status,
                                 "outcome", access->outcome, "hash", access->hash, "id", access->id,
                                 "microseconds", (json_int_t)access->microseconds, "hit",
                                 (int)access->is_hit));
}
