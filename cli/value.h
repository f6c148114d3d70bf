// SPDX-License-Identifier: MIT
//
// The small parts of messages as JSON. All functions return a new value, and exit the program if
// there is no memory.
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include <ocsp/base.h>

#include <jansson.h>

// LIST_SHOWN is how many elements of a list inside a part of a message are described; the number of
// the others is given next to the list. The lists of a message itself (requests, responses,
// certificates) are described in full.
enum { LIST_SHOWN = 256 };

// put sets a member of an object; the value is taken over.
void put(json_t *object, const char *key, json_t *value);

// value_append adds an element to an array; the value is taken over.
void value_append(json_t *array, json_t *value);

// value_must returns `value`, and exits the program if it is NULL.
json_t *value_must(json_t *value);

// struct capped is a list that keeps the first LIST_SHOWN of its elements.
struct capped {
    json_t *items;
    size_t n;
};

// capped_more counts an element and returns whether to add it; capped_add adds it. capped_put sets
// the list as a member of an object and, if elements were left out, their number as a second member
// "KEY_not_shown".
struct capped capped_new(void);
bool capped_more(struct capped *list);
void capped_add(struct capped *list, json_t *value);
void capped_put(json_t *object, const char *key, struct capped *list);

// value_hex is octets as hex in small letters.
json_t *value_hex(struct oc_bytes octets);

// value_text is text from a message; octets that are not UTF-8 become \xHH.
json_t *value_text(struct oc_bytes text);

// value_string is a text of this program, value_bool a boolean, value_count a number.
json_t *value_string(const char *text);
json_t *value_bool(bool value);
json_t *value_count(size_t n);

// value_time is a time in RFC 3339.
json_t *value_time(int64_t seconds);

// value_integer is {"hex", "decimal"} of the content of an INTEGER. A number of more
// than 64 octets has no "decimal".
json_t *value_integer(struct oc_bytes content);

// value_oid is {"oid", "name"} of an object identifier with its short name in libcrypto, if any.
json_t *value_oid(struct oc_bytes oid);

// value_algorithm is the same with the long name, and with the DER of the parameters, if any, as
// "parameters". If these are an object identifier, such as the curve of a key, it is
// "parameters_oid".
json_t *value_algorithm(const struct oc_algorithm *algorithm);

// algorithms_equal returns whether two algorithms have the same octets.
bool algorithms_equal(const struct oc_algorithm *a, const struct oc_algorithm *b);

// value_name is a Name as text (RFC 4514), or "#" and its DER in hex.
json_t *value_name(struct oc_bytes der);

// value_general_name is {"kind", "value"} of a GeneralName (RFC 5280 4.2.1.6).
json_t *value_general_name(struct oc_bytes der);

// value_deviations is the list of the names of deviations.
json_t *value_deviations(unsigned deviations);

// reason_value returns a revocation reason as {"code", "name"}, a new value.
json_t *reason_value(uint32_t reason);

#endif
