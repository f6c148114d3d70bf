// SPDX-License-Identifier: MIT
//
// Log lines on standard error, as text or JSON. Text from outside is escaped, so that it cannot
// forge or split a line. Lines that clients can cause are limited to some each second; the others
// are counted. No thread waits for the reader: a line that cannot be written at once is lost and
// counted.
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

// enum log_form is the form of log lines.
enum log_form {
    LOG_TEXT = 0,
    LOG_JSON,
};

enum log_level {
    LOG_ERROR_LINE,
    LOG_WARNING_LINE,
    LOG_INFO_LINE,
};

// log_begin checks whether standard error is the journal of systemd (JOURNAL_STREAM in
// systemd.exec(5)). Then each line begins with its priority, as in sd-daemon(3), and text lines
// have no time, because the journal adds one. Call it before other processes are started.
void log_begin(void);

// log_set_form sets the form, which is text at first. Call it before threads are started, and again
// at a reload.
void log_set_form(enum log_form form);

// log_line writes a line that the operator must see.
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

// log_limited is log_line() for events that clients can cause: at most ten lines a second.
__attribute__((format(printf, 2, 3))) void log_limited(enum log_level level, const char *format,
                                                       ...);

// struct log_access is one request in the sampled log. It does not identify the client.
struct log_access {
    const char *method;   // "GET", "POST"
    const char *outcome;  // as in the metrics
    const char *hash;     // of the cert ID
    char id[65];          // SHA-256 of the cert ID in hex, empty if there is no cert ID
    unsigned http_status;
    uint64_t microseconds;
    bool is_hit;
};

// log_access writes an access line.
void log_access(const struct log_access *access);

#endif
