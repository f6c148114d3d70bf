// SPDX-License-Identifier: MIT
//
// The times in a CSV file. Only forms with one meaning are read.
#ifndef COMMAND_CSV_TIME_H
#define COMMAND_CSV_TIME_H

#include <stdbool.h>
#include <stdint.h>

// csv_time reads a time as in RFC 3339, where a space may take the place of the T, a date of that
// form, which is its midnight in UTC, or seconds since 1970, of nine digits or more: with fewer it
// is more likely a date like 20260201, or the day number of a spreadsheet. With a `format` for
// strptime(3), all times must have that format, and are in UTC unless it has %z. Returns false if
// the text is no such time.
bool csv_time(const char *text, const char *format, int64_t *out);

#endif
