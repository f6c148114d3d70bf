// SPDX-License-Identifier: MIT
//
// A line is made whole in memory and written at once, so that those of several threads do not mix.
#include "log.h"

#include <jansson.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// TEXT_MAX is the most octets of what is said, LINE_MAX those of a line: an octet may become
// four, and there is something in front. LIMIT is how many limited lines there are in a second.
enum { TEXT_MAX = 1024, LINE_SIZE = 4 * TEXT_MAX + 256, TIME_SIZE = 32, LIMIT = 10 };

static _Atomic(enum log_form) form = LOG_TEXT;

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

// Nothing can be done about a failure.
static void write_line(const char *line, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, line, len);
        if (n <= 0)
            return;
        line += n;
        len -= (size_t)n;
    }
}

// escape copies a text so that it stays on its line and does nothing to a terminal.
static size_t escape(const char *text, char *out)
{
    size_t len = 0;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= ' ' && c <= '~' && c != '\\')
            out[len++] = (char)c;
        else
            len += (size_t)snprintf(out + len, 5, "\\x%02x", c);
    }
    out[len] = '\0';
    return len;
}

static void write_text(const char *kind, const char *text)
{
    char line[LINE_SIZE];
    char time[TIME_SIZE];
    write_time(time);
    size_t len = (size_t)snprintf(line, sizeof(line), "%s %s: ", time, kind);
    len += escape(text, line + len);
    line[len++] = '\n';
    write_line(line, len);
}

// write_object takes the object over; without memory there is no line.
static void write_object(json_t *object)
{
    char time[TIME_SIZE];
    write_time(time);
    char *text = NULL;
    if (object != NULL && json_object_set_new(object, "time", json_string(time)) == 0)
        text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(object);
    if (text == NULL)
        return;
    size_t len = strlen(text);
    text[len] = '\n';
    write_line(text, len + 1);
    free(text);
}

// What is no UTF-8 is escaped as in a line of text.
static json_t *string_of(const char *text)
{
    char escaped[4 * TEXT_MAX + 1];
    json_t *string = json_string(text);
    if (string != NULL)
        return string;
    escape(text, escaped);
    return json_string(escaped);
}

static void write_message(enum log_level level, const char *text)
{
    if (form == LOG_TEXT) {
        write_text(name_of(level), text);
        return;
    }
    json_t *object = json_object();
    if (object != NULL) {
        json_object_set_new(object, "level", json_string(name_of(level)));
        json_object_set_new(object, "message", string_of(text));
    }
    write_object(object);
}

__attribute__((format(printf, 2, 0))) static void log_arguments(enum log_level level,
                                                                const char *format, va_list args)
{
    char text[TEXT_MAX];
    vsnprintf(text, sizeof(text), format, args);
    write_message(level, text);
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_arguments(level, format, args);
    va_end(args);
}

// may_log counts a limited line. Returns whether it may be written; `*left_out` is then how many
// were not since the last one of an earlier second.
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
        log_line(LOG_WARNING_LINE, "%llu lines were left out", (unsigned long long)left_out);
    va_list args;
    va_start(args, format);
    log_arguments(level, format, args);
    va_end(args);
}

static void write_access_text(const struct log_access *access)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof(text), "%s %u %s hash=%s id=%s time=%lluus%s", access->method,
             access->http_status, access->outcome, access->hash,
             access->id[0] == '\0' ? "-" : access->id, (unsigned long long)access->microseconds,
             access->is_hit ? " hit" : "");
    write_text("access", text);
}

void log_access(const struct log_access *access)
{
    if (form == LOG_TEXT) {
        write_access_text(access);
        return;
    }
    write_object(json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:I, s:b}", "level", "access", "method",
                           access->method, "status", (int)access->http_status, "outcome",
                           access->outcome, "hash", access->hash, "id", access->id, "microseconds",
                           (json_int_t)access->microseconds, "hit", (int)access->is_hit));
}
