/*
 * simple_text.h - values as text that says their type, as Kafka Connect's Values.convertToString writes them.
 *
 * A string stands for itself, a list is [1,"a"], a map {"k":1}, a struct the same, bytes are base64; inside of a list or map
 * texts have quotation marks, with \ in front of their own and of backslashes. A date, a time of day and a timestamp are
 * ISO 8601 in UTC, by their schema; Connect goes by the size of the number, which makes a time of a date before 1970.
 */
#ifndef KC_FORMATS_SIMPLE_TEXT_H
#define KC_FORMATS_SIMPLE_TEXT_H

#include "out.h"

/* Appends the text of one value, null as `null`. KC_ERR_RECORD: nested too deeply, or not what its schema says. */
kc_status kc_simple_text(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                         struct kc_error *err);

#endif
