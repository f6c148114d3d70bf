// SPDX-License-Identifier: MIT
//
// Error lines, escaping, and allocation that exits the program if it fails.
#include "program/report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// Passed as an argument, it would have to reach every must_alloc().
static const char *program_name = "ocsp";

void report_set_program(const char *name)
{
    program_name = name;
}

const char *report_program(void)
{
    return program_name;
}

static size_t utf8_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first < 0xE0)
        return 2;
    if (first >= 0xE0 && first < 0xF0)
        return 3;
    if (first >= 0xF0 && first < 0xF5)
        return 4;
    return 0;
}

size_t utf8_decode(const uint8_t *text, size_t len, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = len == 0 ? 0 : utf8_length(text[0]);
    if (n == 0 || n > len)
        return 0;

    uint32_t c = n == 1 ? text[0] : text[0] & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (text[i] & 0x3FU);
    }
    if (c < smallest[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *code = c;
    return n;
}

// Terminals obey control characters, and characters that change the direction of writing make one
// text look like another.
static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x61C || (c >= 0x200E && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void print_escaped(FILE *out, const char *text, size_t len)
{
    const uint8_t *octets = (const uint8_t *)text;
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        size_t n = utf8_decode(octets + i, len - i, &code);
        if (n == 0)
            fprintf(out, "\\x%02X", (unsigned)octets[i++]);
        else if (is_harmful(code) && code < 0x80)
            fprintf(out, "\\x%02X", (unsigned)code);
        else if (is_harmful(code))
            fprintf(out, "\\u{%04X}", (unsigned)code);
        else
            fwrite(octets + i, 1, n, out);
        i += n;
    }
}

void complain(const char *about, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (len < 0)
        message[0] = '\0';

    // Keep the order if standard output and standard error are the same file.
    fflush(stdout);
    print_escaped(stderr, about, strlen(about));
    fputs(": ", stderr);
    print_escaped(stderr, message, strlen(message));
    fputc('\n', stderr);
}

void *must_alloc(size_t n, size_t size)
{
    void *block = calloc(n == 0 ? 1 : n, size);
    if (block == NULL)
        die_no_memory();
    return block;
}

void *must_resize(void *old, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        die_no_memory();
    void *block = realloc(old, n * size == 0 ? 1 : n * size);
    if (block == NULL)
        die_no_memory();
    return block;
}

void die_no_memory(void)
{
    fprintf(stderr, "%s: out of memory\n", program_name);
    exit(EX_OSERR);
}
