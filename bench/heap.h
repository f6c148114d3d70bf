// SPDX-License-Identifier: MIT
//
// How often a subject calls the allocator.
#ifndef BENCH_HEAP_H
#define BENCH_HEAP_H

#include "measure.h"

// heap_calls returns how often the subject calls malloc and its kind when it runs
// once, itself or through any library.
size_t heap_calls(const struct subject *subject);

#endif
