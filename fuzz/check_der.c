// SPDX-License-Identifier: MIT
//
// Checks the readers, the writers and the texts of <ocsp/der.h>.
#include "check.h"

#include "expect.h"

#include <ocsp/der.h>

#include <stdlib.h>
#include <string.h>

// The output of a reader; other members are zero.
struct value {
    struct oc_bytes bytes;
    uint32_t number;
    unsigned bits;  // unused bits, or deviations
    bool truth;
    int64_t seconds;
};

struct reader {
    uint32_t tag;
    enum oc_err (*read)(struct oc_bytes *in, struct value *out);
    void (*write)(struct oc_der_writer *w, const struct value *value);  // or NULL
};

// Outputs start with values that no reader returns, to see that they are set.
static const uint8_t unset_octet = 0xA5;
static const struct oc_bytes unset = {&unset_octet, 1};

static enum oc_err read_boolean(struct oc_bytes *in, struct value *out)
{
    bool truth = true;
    enum oc_err code = oc_der_read_boolean(in, &truth);
    *out = (struct value){.truth = truth};
    return code;
}

static void write_boolean(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_boolean(w, value->truth);
}

static enum oc_err read_integer(struct oc_bytes *in, struct value *out)
{
    struct oc_bytes bytes = unset;
    enum oc_err code = oc_der_read_integer(in, &bytes);
    *out = (struct value){.bytes = bytes};
    if (code != OC_OK)
        return code;
    expect(bytes.len > 0, "an INTEGER without octets");
    bool repeats_sign = bytes.len > 1 && ((bytes.data[0] == 0 && bytes.data[1] < 0x80) ||
                                          (bytes.data[0] == 0xFF && bytes.data[1] >= 0x80));
    expect(!repeats_sign, "an INTEGER with more octets than it needs");
    return code;
}

static void write_integer(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_integer(w, value->bytes);
}

static enum oc_err read_small(struct oc_bytes *in, struct value *out)
{
    uint32_t number = 1;
    enum oc_err code = oc_der_read_small(in, &number);
    *out = (struct value){.number = number};
    return code;
}

static void write_small(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_small(w, OC_DER_INTEGER, value->number);
}

static enum oc_err read_enumerated(struct oc_bytes *in, struct value *out)
{
    uint32_t number = 1;
    enum oc_err code = oc_der_read_enumerated(in, &number);
    *out = (struct value){.number = number};
    return code;
}

static void write_enumerated(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_small(w, OC_DER_ENUMERATED, value->number);
}

static enum oc_err read_bit_string(struct oc_bytes *in, struct value *out)
{
    struct oc_bytes bytes = unset;
    unsigned bits = 1;
    enum oc_err code = oc_der_read_bit_string(in, &bytes, &bits);
    *out = (struct value){.bytes = bytes, .bits = bits};
    expect(bits < 8, "a BIT STRING with eight unused bits");
    expect(bits == 0 || bytes.len > 0, "an empty BIT STRING with unused bits");
    return code;
}

static void write_bit_string(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_bit_string(w, value->bytes);
}

static enum oc_err read_null(struct oc_bytes *in, struct value *out)
{
    *out = (struct value){0};
    return oc_der_read_null(in);
}

static void write_null(struct oc_der_writer *w, const struct value *value)
{
    (void)value;
    oc_der_write_null(w);
}

static enum oc_err read_oid(struct oc_bytes *in, struct value *out)
{
    struct oc_bytes bytes = unset;
    enum oc_err code = oc_der_read_oid(in, &bytes);
    *out = (struct value){.bytes = bytes};
    expect(code != OC_OK || bytes.data[bytes.len - 1] < 0x80, "an arc without an end");
    return code;
}

static void write_oid(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_oid(w, value->bytes);
}

static enum oc_err read_generalized_time(struct oc_bytes *in, struct value *out)
{
    struct oc_bytes strict = *in;
    int64_t strict_seconds = 1;
    enum oc_err strict_code = oc_der_read_generalized_time(&strict, &strict_seconds, NULL);

    int64_t seconds = 1;
    unsigned deviations = 0;
    enum oc_err code = oc_der_read_generalized_time(in, &seconds, &deviations);
    *out = (struct value){.seconds = seconds, .bits = deviations};
    if (deviations != 0) {
        expect(deviations == OC_DEV_TIME_FRACTION, "a time with another deviation");
        expect(strict_code == OC_ERR_TIME, "a fraction where none is allowed");
        expect(strict_seconds == 0, "a time that is refused is not zero");
        return code;
    }
    expect(strict_code == code, "a time without a fraction depends on the caller");
    expect(strict_seconds == seconds, "a time has two values");
    return code;
}

static void write_generalized_time(struct oc_der_writer *w, const struct value *value)
{
    oc_der_write_generalized_time(w, value->seconds);
}

static enum oc_err read_utc_time(struct oc_bytes *in, struct value *out)
{
    int64_t seconds = 1;
    enum oc_err code = oc_der_read_utc_time(in, &seconds);
    *out = (struct value){.seconds = seconds};
    // 1950-01-01 and 2050-01-01.
    expect(code != OC_OK || (seconds >= -631152000 && seconds < 2524608000),
           "a UTCTime outside its hundred years");
    return code;
}

static const struct reader readers[] = {
    {OC_DER_BOOLEAN, read_boolean, write_boolean},
    {OC_DER_INTEGER, read_integer, write_integer},
    {OC_DER_INTEGER, read_small, write_small},
    {OC_DER_ENUMERATED, read_enumerated, write_enumerated},
    {OC_DER_BIT_STRING, read_bit_string, write_bit_string},
    {OC_DER_NULL, read_null, write_null},
    {OC_DER_OID, read_oid, write_oid},
    {OC_DER_GENERALIZED_TIME, read_generalized_time, write_generalized_time},
    {OC_DER_UTC_TIME, read_utc_time, NULL},
};

static void expect_failed(struct oc_bytes before, struct oc_bytes after, enum oc_err code)
{
    expect(after.data == before.data && after.len == before.len, "a reader that failed has moved");
    expect((code == OC_ERR_MISSING) == (before.len == 0), "missing is not what is empty");
    expect(code == OC_ERR_MISSING || code == OC_ERR_TRUNCATED || code == OC_ERR_TAG ||
               code == OC_ERR_LENGTH || code == OC_ERR_ENCODING || code == OC_ERR_TIME,
           "a reader fails with another error");
}

static struct oc_bytes consumed(struct oc_bytes before, struct oc_bytes after)
{
    expect_inside(before, after, "a reader moved out of its input");
    struct oc_bytes element = {before.data, before.len - after.len};
    expect(element.len >= 2, "a reader has not moved");
    expect(after.data == before.data + element.len, "a reader lost octets");
    return element;
}

static enum oc_err write_value(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                               struct oc_error *err)
{
    const void *const *pair = spec;
    const struct reader *reader = pair[0];
    struct oc_der_writer w;
    oc_der_writer_init(&w, buf, size);
    reader->write(&w, pair[1]);
    enum oc_err code = oc_der_writer_finish(&w, out);
    if (err != NULL)
        *err = (struct oc_error){.code = code, .what = "der"};
    return code;
}

static void expect_reader(const struct reader *reader, struct oc_bytes in)
{
    struct oc_bytes rest = in;
    struct value value;
    enum oc_err code = reader->read(&rest, &value);
    if (code != OC_OK) {
        expect_failed(in, rest, code);
        expect_zero(&value.bytes, sizeof value.bytes, "a view is not zero after a failure");
        expect(value.number == 0 && value.bits == 0, "a number is not zero after a failure");
        expect(!value.truth && value.seconds == 0, "an output is not zero after a failure");
        return;
    }
    struct oc_bytes element = consumed(in, rest);
    expect(oc_der_next_is(in, reader->tag), "an element is not what was read");
    expect_inside(element, value.bytes, "content leaves its element");

    struct oc_bytes any = in;
    expect(oc_der_read_any(&any, NULL, NULL, NULL) == OC_OK, "a good element is no element");
    expect(any.data == rest.data, "an element has two lengths");
    if (reader->write == NULL || value.bits != 0)
        return;
    const void *pair[] = {reader, &value};
    expect_rebuilt((struct builder){write_value, pair}, element,
                   "a value is not the same when it is written again");
}

// An element of any type, read by its tag and by another.
struct element {
    uint32_t tag;
    struct oc_bytes content;
    struct oc_bytes whole;
};

static enum oc_err write_element(const void *spec, uint8_t *buf, size_t size, struct oc_bytes *out,
                                 struct oc_error *err)
{
    const struct element *element = spec;
    struct oc_der_writer w;
    oc_der_writer_init(&w, buf, size);
    oc_der_write(&w, element->tag, element->content);
    enum oc_err code = oc_der_writer_finish(&w, out);
    if (err != NULL)
        *err = (struct oc_error){.code = code, .what = "der"};
    return code;
}

static void expect_tag(struct oc_bytes in, const struct element *element)
{
    struct oc_bytes rest = in;
    struct oc_bytes content = unset;
    expect(oc_der_next_is(in, element->tag), "an element does not start with its tag");
    expect(oc_der_read(&rest, element->tag, &content) == OC_OK, "an element has another tag");
    expect(content.data == element->content.data && content.len == element->content.len,
           "an element has two contents");

    uint32_t other = element->tag ^ 1;
    rest = in;
    content = unset;
    expect(!oc_der_next_is(in, other), "an element starts with two tags");
    expect(oc_der_read(&rest, other, &content) == OC_ERR_TAG, "an element has two tags");
    expect(rest.data == in.data && rest.len == in.len, "a reader that failed has moved");
    expect_zero(&content, sizeof content, "a view is not zero after a failure");
}

static bool read_element(struct oc_bytes *rest, struct element *out)
{
    struct oc_bytes in = *rest;
    *out = (struct element){1, unset, unset};
    enum oc_err code = oc_der_read_any(rest, &out->tag, &out->content, &out->whole);
    if (code != OC_OK) {
        expect_failed(in, *rest, code);
        expect(out->tag == 0, "a tag is not zero after a failure");
        expect_zero(&out->content, sizeof out->content, "a view is not zero after a failure");
        expect_zero(&out->whole, sizeof out->whole, "a view is not zero after a failure");
        return false;
    }
    struct oc_bytes element = consumed(in, *rest);
    expect(element.data == out->whole.data && element.len == out->whole.len,
           "an element is not what was consumed");
    expect_inside(out->whole, out->content, "content leaves its element");
    expect(out->content.data + out->content.len == rest->data, "content ends elsewhere");
    expect(out->tag >> 8 <= OC_DER_MAX_TAG_NUMBER, "a tag number above the limit");
    expect_tag(in, out);
    return true;
}

// A writer must reject exactly the content that the reader of its type rejects.
static void expect_same_verdict(const struct reader *reader, struct oc_bytes content)
{
    size_t size = content.len + 16;
    uint8_t *memory = malloc(size);
    expect(memory != NULL, "out of memory");
    struct oc_bytes element;
    struct oc_der_writer w;
    oc_der_writer_init(&w, memory, size);
    oc_der_write(&w, reader->tag, content);
    expect(oc_der_writer_finish(&w, &element) == OC_OK, "an element cannot be written");

    struct value value;
    struct oc_bytes none;
    bool reads = reader->read(&element, &value) == OC_OK;
    value = (struct value){.bytes = content};
    oc_der_writer_init(&w, NULL, 0);
    reader->write(&w, &value);
    enum oc_err code = oc_der_writer_finish(&w, &none);
    expect((code == OC_OK) == reads, "a writer and a reader disagree about content");
    expect(code == OC_OK || code == OC_ERR_ARGUMENT, "a writer fails with another error");
    free(memory);
}

// Returns the length of a text, or `size` if it has no NUL.
static size_t text_len(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);
    return end == NULL ? size : (size_t)(end - text);
}

static void expect_oid_text(struct oc_bytes oid)
{
    struct oc_der_writer w;
    struct oc_bytes none;
    oc_der_writer_init(&w, NULL, 0);
    oc_der_write_oid(&w, oid);
    bool valid = oc_der_writer_finish(&w, &none) == OC_OK;

    char text[OC_OID_TEXT_LEN];
    memset(text, 0xA5, sizeof text);
    size_t len = oc_oid_text(oid, text, sizeof text);
    expect(len < sizeof text && text_len(text, sizeof text) == len, "a text has another length");
    expect(valid || len == 0, "what is no object identifier has a text");
    // 18 octets hold no arc above 2^126.
    expect(!valid || oid.len > 18 || len >= 3, "an object identifier has no text");
    if (len == 0)
        return;

    char again[OC_OID_TEXT_LEN + 1];
    memset(again, 0xA5, sizeof again);
    expect(oc_oid_text(oid, again, len) == 0 && again[0] == '\0', "a text without room");
    expect(oc_oid_text(oid, again, 0) == 0, "a text in no buffer");
    expect(oc_oid_text(oid, again, len + 1) == len, "a text needs more than its length");
    expect(strcmp(text, again) == 0, "an object identifier has two texts");
    expect((unsigned char)again[len + 1] == 0xA5, "a text runs behind its buffer");
}

static void expect_same_digits(const char *text, struct oc_bytes time)
{
    size_t at = 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        expect(at < time.len && time.data[at] == (uint8_t)*text, "a time has two texts");
        at++;
    }
    expect(at == 14, "a text of another length");
}

static void expect_time_text(int64_t seconds)
{
    uint8_t buf[32];
    struct oc_bytes element;
    struct oc_der_writer w;
    oc_der_writer_init(&w, buf, sizeof buf);
    oc_der_write_generalized_time(&w, seconds);
    enum oc_err code = oc_der_writer_finish(&w, &element);
    expect(code == OC_OK || code == OC_ERR_TIME, "a time fails with another error");

    char text[OC_TIME_TEXT_LEN];
    memset(text, 0xA5, sizeof text);
    expect(oc_time_text(seconds, text) == (code == OC_OK), "a time without a text, or back");
    expect(text_len(text, sizeof text) == (code == OC_OK ? sizeof text - 1 : 0),
           "a text has another length");
    if (code != OC_OK)
        return;

    struct oc_bytes content;
    int64_t again = 0;
    struct oc_bytes rest = element;
    expect(oc_der_read_generalized_time(&rest, &again, NULL) == OC_OK, "a time cannot be read");
    expect(again == seconds, "a time is another one when it is read");
    expect(oc_der_read(&element, OC_DER_GENERALIZED_TIME, &content) == OC_OK, "a time is no time");
    expect_same_digits(text, content);
}

// Any number, and the same within some thousand years of 1970.
static void expect_times(struct oc_bytes in)
{
    int64_t seconds = 0;
    if (in.len >= sizeof seconds)
        memcpy(&seconds, in.data, sizeof seconds);
    expect_time_text(seconds);
    expect_time_text(seconds % 400000000000);
}

static void expect_element(struct oc_bytes in, const struct element *element)
{
    static const struct reader integer = {OC_DER_INTEGER, read_integer, write_integer};
    static const struct reader oid = {OC_DER_OID, read_oid, write_oid};
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        expect_reader(&readers[i], in);
    if ((element->tag & 0x20) != 0)
        return;
    expect_same_verdict(&integer, element->content);
    expect_same_verdict(&oid, element->content);
    expect_oid_text(element->content);
    expect_rebuilt((struct builder){write_element, element}, element->whole,
                   "an element is not the same when it is written again");
}

int check_der(const uint8_t *data, size_t len)
{
    struct oc_bytes in = {data, len};
    expect_times(in);

    struct element first;
    struct oc_bytes rest = in;
    bool accepted = read_element(&rest, &first) && rest.len == 0;
    if (accepted)
        expect_rebuilt((struct builder){write_element, &first}, in,
                       "an element is not the same when it is written again");

    // The loop enters constructed elements in place, so nothing here recurses.
    struct element element = {0};
    for (rest = in; read_element(&rest, &element);) {
        struct oc_bytes from = {element.whole.data, (size_t)(data + len - element.whole.data)};
        expect_element(from, &element);
        if ((element.tag & 0x20) != 0)
            rest = (struct oc_bytes){element.content.data,
                                     (size_t)(data + len - element.content.data)};
    }
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        expect_reader(&readers[i], rest);
    return accepted;
}
