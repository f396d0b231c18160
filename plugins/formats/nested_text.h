/*
 * nested_text.h - lists and maps as text: the walk that java_text.c and simple_text.c share, which differ in what they put
 * between the values.
 *
 * KC_ERR_NOMEM is the only failure of its own; what has been appended when a call fails is the caller's to take back.
 */
#ifndef KC_FORMATS_NESTED_TEXT_H
#define KC_FORMATS_NESTED_TEXT_H

#include "out.h"

struct kc_nested_text {
    const char *separator; /* between two items or entries */
    const char *arrow;     /* between a key and its value */
    /* Appends one value; `schema` may be NULL, and `depth` is what kc_text_list() and kc_text_map() were given. */
    kc_status (*put)(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v, int depth,
                     struct kc_error *err);
};

/* Appends a text as it is. */
kc_status kc_text_put(struct kc_out *o, const char *text, struct kc_error *err);

/* Appends an array as [a,b], or a map as {k:v}. `schema` is the array's or the map's own, NULL: it has none. */
kc_status kc_text_list(const struct kc_nested_text *form, struct kc_out *o, const struct kc_schema *schema,
                       const struct kc_value *v, int depth, struct kc_error *err);
kc_status kc_text_map(const struct kc_nested_text *form, struct kc_out *o, const struct kc_schema *schema,
                      const struct kc_value *v, int depth, struct kc_error *err);

#endif
