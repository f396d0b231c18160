/* values.h - reading structs and maps, copying maps, and the sentences for values of a wrong kind. */
#ifndef KC_TRANSFORMS_VALUES_H
#define KC_TRANSFORMS_VALUES_H

#include "smt.h"

bool kc_same_text(struct kc_str a, struct kc_str b);

/* Kafka Connect's name of a type, such as INT32; "null" for KC_NULL. */
const char *kc_type_name(uint8_t type);

/* Kafka's Requirements: KC_ERR_RECORD with its sentence unless the value is a map or a struct. */
kc_status kc_require_map(const struct kc_value *v, const char *purpose, struct kc_error *err);
kc_status kc_require_struct(const struct kc_schema *schema, const struct kc_value *v, const char *purpose,
                            struct kc_error *err);
/* The same by whether there is a schema. */
kc_status kc_require_fields(const struct kc_schema *schema, const struct kc_value *v, const char *purpose,
                            struct kc_error *err);

/* Position of a field in a struct's schema, or -1. */
int32_t kc_field_index(const struct kc_schema *schema, struct kc_str name);

/* A value, or its schema's default where it is null. A column that is not in the row image stays so. */
struct kc_value kc_or_default(const struct kc_schema *schema, struct kc_value v, bool replace_null);

/*
 * Sets *out to the struct of a shape whose fields are all copies of fields of `v`, which `in` describes; out may be v.
 * KC_ERR_NOMEM: out of memory, *out is as it was.
 */
kc_status kc_shape_fill(const struct kc_shape *shape, const struct kc_schema *in, const struct kc_value *v,
                        bool replace_null, struct kc_batch *b, struct kc_value *out, struct kc_error *err);

/* True when a field of the struct is null although its schema has a default. */
bool kc_has_null_default(const struct kc_schema *schema, const struct kc_value *v);

/* Value of a text key of a map, or NULL. */
const struct kc_value *kc_map_find(const struct kc_value *map, struct kc_str key);

/* A copy of a map's items with room for `more` entries, in the batch's arena. NULL: out of memory, *err says so. */
struct kc_value *kc_map_copy(struct kc_batch *b, const struct kc_value *map, uint32_t more,
                             struct kc_error *err);
/* Replaces or appends an entry of n; `items` has room for it. */
void kc_map_put(struct kc_value *items, uint32_t *n, struct kc_str key, struct kc_value v);

struct kc_value kc_map_value(const struct kc_value *items, uint32_t n);
struct kc_value kc_struct_value(const struct kc_value *items, uint32_t n);
struct kc_value kc_number(uint8_t type, int64_t v);
struct kc_value kc_text_value(struct kc_str s);
struct kc_str kc_value_text(const struct kc_value *v);

#endif
