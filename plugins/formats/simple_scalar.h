/* simple_scalar.h - what a single word means: the part of simple_parse.h below lists and maps. */
#ifndef KC_FORMATS_SIMPLE_SCALAR_H
#define KC_FORMATS_SIMPLE_SCALAR_H

#include "simple_parse.h"

/*
 * Finds or makes a schema and keeps it. KC_ERR_UNSUPPORTED: a list or map, and KC_SIMPLE_SCHEMAS others are kept already.
 */
kc_status kc_simple_schema(struct kc_simple_schemas *s, const struct kc_schema *spec,
                           const struct kc_schema **out, struct kc_error *err);

/* A word: null, true, false, a number, a date, time or timestamp. KC_ERR_UNSUPPORTED: none of them. */
kc_status kc_simple_scalar(struct kc_simple_schemas *s, struct kc_arena *a, const char *text, size_t n,
                           const struct kc_schema **schema, struct kc_value *v, struct kc_error *err);

/* A text that stood in quotation marks, in *v: a date, time or timestamp, or the string that it is. */
kc_status kc_simple_quoted(struct kc_simple_schemas *s, struct kc_value *v, const struct kc_schema **schema,
                           struct kc_error *err);

#endif
