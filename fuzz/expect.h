// SPDX-License-Identifier: MIT
//
// The parts that the checks of check.h have in common. Each function aborts
// when the expectation that it is named after fails.
#ifndef FUZZ_EXPECT_H
#define FUZZ_EXPECT_H

#include <ocsp/cert_id.h>
#include <ocsp/extension.h>

// expect prints `what` to standard error and aborts unless `ok`.
void expect(bool ok, const char *what);

// expect_zero expects `size` octets of zero at `object`. It counts padding too: the
// library clears whole structures.
void expect_zero(const void *object, size_t size, const char *what);

// expect_inside expects that `inner` is absent, or lies inside `outer`.
void expect_inside(struct oc_bytes outer, struct oc_bytes inner, const char *what);

// expect_list expects an absent list without elements, or one inside `message`.
void expect_list(struct oc_bytes message, const struct oc_list *list, const char *what);

// expect_refusal expects that `code` is an error in the encoding of a message of `len`
// octets, and that `err` describes it in full.
void expect_refusal(enum oc_err code, const struct oc_error *err, size_t len);

// expect_deviations expects no bit without a name.
void expect_deviations(unsigned deviations);

// expect_algorithm, expect_cert_id and expect_signature expect views inside
// `message`, and values that agree with each other.
void expect_algorithm(struct oc_bytes message, const struct oc_algorithm *algorithm);
void expect_cert_id(struct oc_bytes message, const struct oc_cert_id *id);
void expect_signature(struct oc_bytes message, const struct oc_signature *signature);

// expect_accesses expects access descriptions inside `message`.
void expect_accesses(struct oc_bytes message, const struct oc_list *list);

// expect_extensions expects extensions that are found again by their name, each
// once. Without deviations they are the same octets when they are built again.
void expect_extensions(struct oc_bytes message, const struct oc_list *list, unsigned deviations);

// cert_id_builds returns whether the builders must accept a parsed cert ID unchanged.
bool cert_id_builds(const struct oc_cert_id *id);

// A builder is any function that builds as oc_request_build() does, from the input at `spec`.
struct builder {
    enum oc_err (*build)(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                         struct oc_error *err);
    const void *spec;
};

// expect_build runs a builder without a buffer, with one octet too few, with just
// enough and with more. Returns the code of the first run and, on success, what was
// built in `*out`, whose memory the caller frees through `*memory`.
enum oc_err expect_build(struct builder builder, struct oc_bytes *out, uint8_t **memory);

// expect_rebuilt expects that a builder writes `octets` again.
void expect_rebuilt(struct builder builder, struct oc_bytes octets, const char *what);

#endif
