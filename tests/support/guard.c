// SPDX-License-Identifier: MIT
//
// Guard pages with mmap: one page without access rights at each end of the memory.
#define _DEFAULT_SOURCE

#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map_closed(size_t size)
{
    void *map = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        perror("mmap");
        abort();
    }
    return map;
}

void guard_init(struct guard *g, size_t max)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    g->room_size = (max + page) / page * page;
    g->map_size = g->room_size + 2 * page;
    g->map = map_closed(g->map_size);
    g->room = g->map + page;
    if (mprotect(g->room, g->room_size, PROT_READ | PROT_WRITE) != 0) {
        perror("mprotect");
        abort();
    }
}

void guard_free(struct guard *g)
{
    munmap(g->map, g->map_size);
    *g = (struct guard){0};
}

static uint8_t *put(struct guard *g, uint8_t *place, const uint8_t *data, size_t len)
{
    if (len > g->room_size) {
        fprintf(stderr, "guard: %zu octets do not fit into %zu\n", len, g->room_size);
        abort();
    }
    if (len > 0)
        memcpy(place, data, len);
    return place;
}

uint8_t *guard_at_end(struct guard *g, const uint8_t *data, size_t len)
{
    return put(g, g->room + (g->room_size - len), data, len);
}

uint8_t *guard_at_start(struct guard *g, const uint8_t *data, size_t len)
{
    return put(g, g->room, data, len);
}
