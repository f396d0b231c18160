/* cast_value.h - one value from one type to another, as Cast does it. */
#ifndef KC_TRANSFORMS_CAST_VALUE_H
#define KC_TRANSFORMS_CAST_VALUE_H

#include "smt.h"

/*
 * Casts *v to one of INT8..FLOAT64, BOOLEAN and STRING; null stays null. `schema` may be NULL. Texts go into the batch's
 * arena. KC_ERR_RECORD: a type that cannot be cast, or a text that is no number of the target.
 */
kc_status kc_cast_value(struct kc_batch *b, const struct kc_schema *schema, uint8_t target,
                        struct kc_value *v, struct kc_error *err);

/* The type that a name such as int8 stands for, whatever its case; 0: none of Connect's. */
uint8_t kc_cast_type(struct kc_str name);
bool kc_cast_is_target(uint8_t type);

#endif
