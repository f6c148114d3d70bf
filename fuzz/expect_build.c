// SPDX-License-Identifier: MIT
//
// Expectations about every function that builds into the caller's buffer.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

enum { SPARE = 7, PATTERN = 0xA5 };

static uint8_t *allocate(size_t size)
{
    uint8_t *memory = malloc(size + 1);
    expect(memory != NULL, "out of memory");
    memset(memory, PATTERN, size + 1);
    return memory;
}

static void expect_no_space(struct builder builder, size_t size)
{
    uint8_t *memory = allocate(size);
    struct oc_bytes out = {memory, size};
    struct oc_error err = {0};
    enum oc_err code = builder.build(builder.spec, memory, size - 1, &out, &err);
    expect(code == OC_ERR_SPACE, "building fits into less than its size");
    expect(err.code == code && err.what != NULL, "a builder does not tell its error");
    expect_zero(&out, sizeof out, "a view is not zero after a failure");
    expect(memory[size - 1] == PATTERN, "a builder wrote behind its buffer");
    free(memory);
}

static void expect_at_end(struct builder builder, struct oc_bytes octets)
{
    size_t size = octets.len + SPARE;
    uint8_t *memory = allocate(size);
    struct oc_bytes out = {0};
    expect(builder.build(builder.spec, memory, size, &out, NULL) == OC_OK,
           "building fails in a larger buffer");
    expect(out.data == memory + SPARE, "what was built is not at the end of the buffer");
    expect(oc_bytes_equal(out, octets), "building twice gives two results");
    for (size_t i = 0; i < SPARE; i++)
        expect(memory[i] == PATTERN, "a builder wrote in front of what it built");
    free(memory);
}

enum oc_err expect_build(struct builder builder, struct oc_bytes *out, uint8_t **memory)
{
    *memory = NULL;
    struct oc_bytes wanted = {0};
    struct oc_error err = {0};
    enum oc_err code = builder.build(builder.spec, NULL, 0, &wanted, &err);
    if (code != OC_OK) {
        expect(err.code == code && err.what != NULL, "a builder does not tell its error");
        expect_zero(&wanted, sizeof wanted, "a view is not zero after a failure");
        *out = wanted;
        return code;
    }
    expect(wanted.data == NULL && wanted.len > 0, "a size has data, or is zero");
    expect_no_space(builder, wanted.len);

    uint8_t *exact = allocate(wanted.len);
    expect(builder.build(builder.spec, exact, wanted.len, out, &err) == OC_OK,
           "building fails in a buffer of its size");
    expect(out->data == exact && out->len == wanted.len, "building gives another size");
    expect(exact[wanted.len] == PATTERN, "a builder wrote behind its buffer");
    expect_at_end(builder, *out);
    *memory = exact;
    return OC_OK;
}

void expect_rebuilt(struct builder builder, struct oc_bytes octets, const char *what)
{
    struct oc_bytes out;
    uint8_t *memory;
    expect(expect_build(builder, &out, &memory) == OC_OK, what);
    expect(oc_bytes_equal(out, octets), what);
    free(memory);
}
