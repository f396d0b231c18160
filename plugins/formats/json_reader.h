/*
 * json_reader.h - a JSON text (RFC 8259) as a flat array of nodes, in the order of the text.
 *
 * Numbers stay text, so that none loses a digit; texts without escapes are not copied but point into the message. Refused,
 * with the place: what is no JSON, ill-formed UTF-8, anything behind the value, more than KC_JSON_DEPTH levels, a number of
 * more than KC_JSON_NUMBER characters (the limits of Kafka Connect's parser). Accepted beyond the standard, as there:
 * zeros in front of a number, and a byte order mark in front of all.
 */
#ifndef KC_FORMATS_JSON_READER_H
#define KC_FORMATS_JSON_READER_H

#include <kconnect/host.h>

#include <stdbool.h>

enum { KC_JSON_DEPTH = 1000, KC_JSON_NUMBER = 1000 };

enum kc_json_kind {
    KC_JSON_NULL,
    KC_JSON_FALSE,
    KC_JSON_TRUE,
    KC_JSON_INTEGER, /* a number without point and exponent */
    KC_JSON_REAL,
    KC_JSON_STRING,
    KC_JSON_ARRAY,
    KC_JSON_OBJECT,
};

struct kc_json_node {
    const char *text; /* STRING: the decoded text; otherwise the node's own part of the message */
    uint32_t len;     /* of the text */
    uint32_t n;       /* ARRAY: items; OBJECT: members, each a STRING node and then its value */
    uint32_t skip;    /* nodes from this one to the one behind it and all that is in it */
    uint8_t kind;
    uint8_t reserved[3];
};

/* Keeps its memory from one message to the next. Zeroed is ready for use. */
struct kc_json_reader {
    struct kc_json_node *nodes;
    uint32_t n, cap;
};

/*
 * Reads one text; the root is nodes[0]. Nodes live until the next call, decoded texts in the arena. Nothing but blanks:
 * KC_NOTHING. KC_ERR_RECORD: refused, with why.
 */
kc_status kc_json_read(struct kc_json_reader *r, struct kc_arena *a, const uint8_t *data, size_t n,
                       struct kc_error *err);
void kc_json_reader_finish(struct kc_json_reader *r);

/* "a number", "an object", for error messages. */
const char *kc_json_kind_name(uint8_t kind);

static inline bool kc_json_is(const struct kc_json_node *node, const char *text, size_t n)
{
    return node->len == n && __builtin_memcmp(node->text, text, n) == 0;
}

#endif
