/* logical.h - Kafka Connect's four logical types, which are named in a schema and stored as a plain type. */
#ifndef KC_FORMATS_LOGICAL_H
#define KC_FORMATS_LOGICAL_H

#include <kconnect/schema.h>

#include <stdbool.h>

enum kc_logical {
    KC_PLAIN = 0,
    KC_DECIMAL,   /* BYTES: unscaled two's-complement big-endian integer; the scale is a schema parameter */
    KC_DATE,      /* INT32: days since 1970-01-01 */
    KC_TIME,      /* INT32: ms of a day */
    KC_TIMESTAMP, /* INT64: ms since the epoch */
};

#define KC_LOGICAL_PREFIX "org.apache.kafka.connect.data."

/* What a schema means; KC_PLAIN for NULL, for other names, and where the type below is not that of the logical type. */
enum kc_logical kc_logical_of(const struct kc_schema *schema);

/* Reads the parameter `scale` of a Decimal; false: none, or no integer. */
bool kc_decimal_scale(const struct kc_schema *schema, int32_t *scale);

#endif
