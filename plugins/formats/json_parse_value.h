/*
 * json_parse_value.h - JSON nodes as typed values, as Kafka Connect's JsonConverter reads them.
 *
 * With a schema a node must be of its type: Connect reads a text as the number 0 and cuts off what does not fit, which we
 * refuse. Read all the same are 1.0 and 1e3 where an integer is wanted, an unsigned number in an int64 (its bits, as Java
 * would), and "NaN", "Infinity" and "-Infinity" where a floating-point number is wanted. A member that is missing counts as
 * null; one that the schema does not know is left out; of two with one name the last counts.
 *
 * Without a schema: integers are int64 (uint64 or float64 beyond), other numbers float64, an object is a map.
 */
#ifndef KC_FORMATS_JSON_PARSE_VALUE_H
#define KC_FORMATS_JSON_PARSE_VALUE_H

#include "json_reader.h"

#include <kconnect/schema.h>

#include <locale.h>

struct kc_json_context {
    struct kc_arena *arena;
    locale_t c_locale;      /* numbers have a point, whatever the locale of the process is */
    bool null_with_default; /* replace.null.with.default */
};

/*
 * The value of a node; NULL: the member is missing. `schema` may be NULL. Memory is that of the message and of the arena.
 * KC_ERR_RECORD: it is not what the schema says; the sentence begins with the path of the field.
 */
kc_status kc_json_get_value(const struct kc_json_context *c, const struct kc_schema *schema,
                            const struct kc_json_node *node, struct kc_value *out, struct kc_error *err);

#endif
