/* json_text.h - pieces of JSON text as MySQL writes them, into a buffer of a fixed size; json_binary.c makes two runs. */
#ifndef KC_MYSQL_JSON_TEXT_H
#define KC_MYSQL_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the text as far as it fits, and counts what does not. */
struct kc_json_text {
    char *to;
    size_t room;
    size_t len;
};

void kc_json_put(struct kc_json_text *t, const char *text, size_t len);

/* With quotes, and escaped as MySQL does: control characters, quotes and backslashes, nothing else. */
void kc_json_put_quoted(struct kc_json_text *t, const char *text, size_t len);

void kc_json_put_i64(struct kc_json_text *t, int64_t v);
void kc_json_put_u64(struct kc_json_text *t, uint64_t v);

/* The fewest digits that mean this number; false: infinite or no number, which JSON has not. */
bool kc_json_put_double(struct kc_json_text *t, double v);

/*
 * A value of an SQL type that JSON does not have: DECIMAL as a number, dates and times as text, all others as
 * "base64:type<number>:...". false: bytes that the type cannot have.
 */
bool kc_json_put_opaque(struct kc_json_text *t, uint8_t wire_type, const uint8_t *data, size_t len);

#endif
