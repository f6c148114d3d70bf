// SPDX-License-Identifier: MIT
#include "command/csv_time.h"

#include "program/argument.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DATE_LEN = 10, SECONDS_DIGITS_MIN = 9, TEXT_MAX = 64 };

// timegm() makes 2 March of 30 February, which is no date. A format without a year gives 1900, and
// %Y takes 25 for the year 25, both of which cannot be meant.
static bool read_format(const char *text, const char *format, int64_t *out)
{
    struct tm tm = {.tm_mday = 1};
    const char *end = strptime(text, format, &tm);
    if (end == NULL || *end != '\0')
        return false;
    struct tm again = tm;
    int64_t seconds = timegm(&again);
    if (again.tm_mday != tm.tm_mday || again.tm_mon != tm.tm_mon)
        return false;
    *out = seconds - tm.tm_gmtoff;
    return *out >= 0 && *out <= ARGUMENT_TIME_MAX;
}

bool csv_time(const char *text, const char *format, int64_t *out)
{
    char copy[TEXT_MAX];
    size_t len = strlen(text);
    if (format != NULL)
        return read_format(text, format, out);
    if (strspn(text, "0123456789") == len)
        return len >= SECONDS_DIGITS_MIN && argument_time(text, out);
    if (len < DATE_LEN || len + sizeof "T00:00:00Z" > sizeof copy || text[0] == '-')
        return false;
    snprintf(copy, sizeof copy, "%s%s", text, len == DATE_LEN ? "T00:00:00Z" : "");
    if (copy[DATE_LEN] == ' ')
        copy[DATE_LEN] = 'T';
    return argument_time(copy, out);
}
