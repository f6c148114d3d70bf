// SPDX-License-Identifier: MIT
//
// getopt_long() sees an option in a negative serial number; each digit is therefore a short option
// with an argument, and the whole word is taken.
#include "command/serials.h"

#include "program/report.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

// INPUT_LIMIT is the most octets of standard input.
enum { INPUT_LIMIT = 1 << 28, INPUT_BLOCK = 1 << 16 };

// NOT_AN_OPTION is what getopt_long() returns for an argument that is not an option.
enum { NOT_AN_OPTION = 1 };

void serials_init(struct serials *serials, const char *title, int argc)
{
    *serials = (struct serials){.title = title};
    serials->items = must_alloc((size_t)argc, sizeof *serials->items);
}

void serials_free(struct serials *serials)
{
    free(serials->items);
    free(serials->input.text);
}

bool serials_option(struct serials *serials, int option, char **argv)
{
    if (option == NOT_AN_OPTION)
        serials->items[serials->n++] = optarg;
    else if (option >= '0' && option <= '9')
        serials->items[serials->n++] = argv[optind - 1];
    else
        return serial_option(serials->title, option, &serials->base);
    return true;
}

void serials_end(struct serials *serials, int argc, char **argv)
{
    for (int i = optind; i < argc; i++)
        serials->items[serials->n++] = argv[i];
}

// struct visit is what to do with each serial number; without `each` it is only checked.
struct visit {
    const struct serials *serials;
    int (*each)(void *arg, struct oc_bytes serial);
    void *arg;
};

static int visit_one(const struct visit *visit, const char *text)
{
    uint8_t buf[SERIAL_MAX];
    char why[SERIAL_WHY];
    struct oc_bytes serial = {.data = buf};
    const struct serials *serials = visit->serials;
    if (!serial_read(text, serials->base, buf, sizeof buf, &serial.len)) {
        complain(serials->title, "%s",
                 serial_why(text, serials->base, sizeof buf, why, sizeof why));
        return EX_USAGE;
    }
    return visit->each == NULL ? EX_OK : visit->each(visit->arg, serial);
}

static int fail_input(const struct serials *serials, int status, size_t line, const char *what)
{
    if (line == 0)
        complain(serials->title, "standard input: %s", what);
    else
        complain(serials->title, "standard input: line %zu%s%s", line, what[0] != '\0' ? ": " : "",
                 what);
    return status;
}

// Visits the lines that are neither empty nor a comment.
static int visit_lines(const struct visit *visit)
{
    const struct serials_input *input = &visit->serials->input;
    size_t number = 0;
    for (size_t at = 0; at < input->len; at += strlen(input->text + at) + 1) {
        const char *line = input->text + at;
        number++;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        int status = visit_one(visit, line);
        if (status != EX_OK)
            return fail_input(visit->serials, status, number, "");
    }
    return EX_OK;
}

static int visit_all(const struct visit *visit)
{
    int status = EX_OK;
    const struct serials *serials = visit->serials;
    for (size_t i = 0; i < serials->n && status == EX_OK; i++)
        status = strcmp(serials->items[i], "-") == 0 ? visit_lines(visit)
                                                     : visit_one(visit, serials->items[i]);
    return status;
}

// split puts a NUL at the end of each line. Without a line feed at its end, the input may have been
// cut off in the middle of a number, which would be another number.
static int split(struct serials *serials)
{
    struct serials_input *input = &serials->input;
    char *out = input->text;
    const char *line = input->text;
    const char *end = input->text + input->len;
    for (size_t number = 1; line < end; number++) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((next != NULL ? next : end) - line);
        if (memchr(line, '\0', len) != NULL)
            return fail_input(serials, EX_DATAERR, number, "unexpected NUL byte");
        if (next == NULL)
            return fail_input(serials, EX_DATAERR, number, "missing line feed at the end");
        memmove(out, line, len);
        out += len > 0 && line[len - 1] == '\r' ? len - 1 : len;
        *out++ = '\0';
        line = next + 1;
    }
    input->len = (size_t)(out - input->text);
    return EX_OK;
}

static int read_input(struct serials *serials)
{
    struct serials_input *input = &serials->input;
    size_t size = 0;
    size_t n = 0;
    do {
        if (input->len >= INPUT_LIMIT)
            return fail_input(serials, EX_DATAERR, 0, "more than 256 MiB");
        if (input->len == size)
            input->text = must_resize(input->text, size += size + INPUT_BLOCK, 1);
        n = fread(input->text + input->len, 1, size - input->len, stdin);
        input->len += n;
    } while (n > 0);
    if (ferror(stdin) != 0)
        return fail_input(serials, EX_IOERR, 0, strerror(errno));
    return split(serials);
}

int serials_read(struct serials *serials)
{
    const struct visit check = {.serials = serials};
    bool has_input = false;
    // Arguments are checked before input, which may be slow.
    for (size_t i = 0; i < serials->n; i++) {
        bool is_input = strcmp(serials->items[i], "-") == 0;
        int status = is_input ? EX_OK : visit_one(&check, serials->items[i]);
        if (status != EX_OK)
            return status;
        has_input = has_input || is_input;
    }
    int status = has_input ? read_input(serials) : EX_OK;
    return status == EX_OK && has_input ? visit_lines(&check) : status;
}

int serials_each(const struct serials *serials, int (*each)(void *arg, struct oc_bytes serial),
                 void *arg)
{
    const struct visit visit = {serials, each, arg};
    return visit_all(&visit);
}
