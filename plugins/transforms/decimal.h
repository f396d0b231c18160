/* decimal.h - Connect's Decimal: an unscaled big-endian two's complement integer in BYTES, its scale in the schema. */
#ifndef KC_TRANSFORMS_DECIMAL_H
#define KC_TRANSFORMS_DECIMAL_H

#include <stdbool.h>

#include <kconnect/sdk.h>

enum { KC_DECIMAL_BYTES = 16, KC_DECIMAL_TEXT = 2600, KC_DECIMAL_MAX_BYTES = 1024 };

bool kc_is_decimal(const struct kc_schema *s);
/* The parameter `scale`; 0 without it. */
int32_t kc_decimal_scale(const struct kc_schema *s);

/*
 * Reads a decimal number such as -12.5 or 1E3 at the scale; the shortest bytes. Returns how many, or 0: it is no number,
 * has digits behind the scale, or more than 38 of them.
 */
uint32_t kc_decimal_parse(struct kc_str text, int32_t scale, uint8_t out[KC_DECIMAL_BYTES]);

/*
 * Writes what BigDecimal.toString() does; `out` has KC_DECIMAL_TEXT bytes. Returns the length, or 0: more than
 * KC_DECIMAL_MAX_BYTES bytes, or none.
 */
uint32_t kc_decimal_text(const struct kc_value *v, int32_t scale, char *out);

/* BigDecimal.longValue(): the integer part, its lowest 64 bits. False: as above. */
bool kc_decimal_integer(const struct kc_value *v, int32_t scale, int64_t *out);

#endif
