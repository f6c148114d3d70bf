// SPDX-License-Identifier: MIT
//
// The errors of stores. A NULL error is ignored here, so that no caller has to test for it.
#include "store/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool store_fail(struct store_error *err, enum store_fault fault, const char *format, ...)
{
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (len < 0)
        err->text[0] = '\0';
    err->fault = fault;
    return false;
}

bool store_fail_memory(struct store_error *err)
{
    return store_fail(err, STORE_FAULT_SYSTEM, "out of memory");
}

bool store_fail_again(struct store_error *err, const struct store_error *earlier)
{
    if (err != NULL)
        *err = *earlier;
    return false;
}

bool store_fail_errno(struct store_error *err, const char *path)
{
    return store_fail(err, errno == ENOENT ? STORE_FAULT_ABSENT : STORE_FAULT_SYSTEM, "%s: %s",
                      path, strerror(errno));
}

void store_error_clear(struct store_error *err)
{
    if (err == NULL)
        return;
    err->fault = STORE_FAULT_NONE;
    err->text[0] = '\0';
}
