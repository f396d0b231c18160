/* literal.h - a value written as text, its type found as Kafka's Values.parseString() finds it. */
#ifndef KC_TRANSFORMS_LITERAL_H
#define KC_TRANSFORMS_LITERAL_H

#include "smt.h"

/*
 * Reads a literal into memory of the transform. *schema gets one reference, or is NULL: null, and lists and maps whose
 * items have no type in common. Whatever cannot be read as something else is a text, so only memory can fail.
 */
kc_status kc_literal_read(struct kc_smt *s, struct kc_str text, const struct kc_schema **schema,
                          struct kc_value *value, struct kc_error *err);

#endif
