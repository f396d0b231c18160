/*
 * json_value.h - values as JSON, as Kafka Connect's JsonConverter writes them.
 *
 * Doubles and Decimals in numbers have Java's form (1.0E10); NaN and the infinities are strings; bytes are base64; a map
 * is an object when its keys are strings and else an array of pairs; a struct has every field, null ones included.
 */
#ifndef KC_FORMATS_JSON_VALUE_H
#define KC_FORMATS_JSON_VALUE_H

#include "json_plan.h"

/*
 * Appends one value. `plan` is that of its schema, NULL for a schemaless value. KC_ERR_RECORD: the value is not what its
 * schema says, null without being optional, missing from the row image, or nested too deeply; the sentence begins with
 * the path of the field.
 */
kc_status kc_json_put_value(struct kc_out *o, const struct kc_json_plan *plan,
                            const struct kc_json_options *options, const struct kc_value *v,
                            struct kc_error *err);

/* Puts the name of a field in front of a sentence about what is in it, so that nested ones make a path. */
void kc_field_error(struct kc_error *err, struct kc_str name);

#endif
