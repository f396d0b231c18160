/*
 * line_text.h - a value as text, as Java's toString() writes what Kafka Connect hands to its FileStreamSink:
 *
 *   STRING            as it is                    BYTES    as they are (Java writes the array's address)
 *   STRUCT            Struct{a=1,b=x}, fields that are null left out
 *   MAP               {a=1, b=x}                  ARRAY    [1, 2]
 *   null              null                        BOOLEAN  true, false
 *   FLOAT32, FLOAT64  java_number.h
 */
#ifndef KC_FILE_LINE_TEXT_H
#define KC_FILE_LINE_TEXT_H

#include <kconnect/schema.h>

#include <stdbool.h>

enum { KC_LINE_DEPTH = 100 }; /* how deep values may be nested */

/* A growing text. Zero-initialise; kc_line_finish() frees it. */
struct kc_line {
    char *data;
    size_t len, cap;
    bool failed; /* out of memory: appending does nothing any more */
};

void kc_line_put(struct kc_line *l, const void *bytes, size_t n);
void kc_line_finish(struct kc_line *l);

/* Appends the value; `schema` is its, NULL for a schemaless one. False: it is nested too deeply. */
bool kc_line_value(struct kc_line *l, const struct kc_schema *schema, const struct kc_value *v);

#endif
