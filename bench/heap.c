// SPDX-License-Identifier: MIT
//
// The allocator's functions in front of glibc's own, to count calls wherever they come
// from, other libraries included. A call costs the peers about a nanosecond more for
// it, of the twenty or more that it takes anyway.
#include "heap.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#ifndef __GLIBC__
#error "counting the calls of malloc needs glibc"
#endif

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

// Nothing here runs in two threads, and only this file uses the counter.
static size_t calls;

void *malloc(size_t size)
{
    calls++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    calls++;
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    calls++;
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    calls++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    calls++;
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL)
        return ENOMEM;
    *out = memory;
    return 0;
}

size_t heap_calls(const struct subject *subject)
{
    size_t before = calls;
    subject->run(subject->input, 1);
    return calls - before;
}
