// SPDX-License-Identifier: MIT
//
// Lines on standard error, as text or JSON, each whole. Nothing from outside can forge or break
// one, and what the network can cause is limited to some lines a second, the rest being counted.
// Nobody waits for who reads them: what cannot be written at once is lost, and counted.
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

// enum log_form is how log lines are written.
enum log_form {
    LOG_TEXT = 0,
    LOG_JSON,
};

enum log_level {
    LOG_ERROR_LINE,
    LOG_WARNING_LINE,
    LOG_INFO_LINE,
};

// log_begin looks whether standard error is the journal of systemd (JOURNAL_STREAM in
// systemd.exec(5)): then each line has its priority in front, as sd-daemon(3) has it, and text has
// no time, which the journal knows. To be called before there are other processes.
void log_begin(void);

// log_set_form chooses the form; before, it is text. Once, before there are threads, or again at
// a reload.
void log_set_form(enum log_form form);

// log_line writes a line about what the operator did or must know.
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

// log_limited is log_line() for what clients cause: at most ten lines a second.
__attribute__((format(printf, 2, 3))) void log_limited(enum log_level level, const char *format,
                                                       ...);

// struct log_access is one request, for the sampled log: who asked is not told.
struct log_access {
    const char *method;   // "GET", "POST"
    const char *outcome;  // as in the metrics
    const char *hash;     // of the cert ID
    char id[65];          // SHA-256 of the cert ID in hex, empty when there is none
    unsigned http_status;
    uint64_t microseconds;
    bool is_hit;
};

void log_access(const struct log_access *access);

#endif
