/*
 * decimal_text.h - the exact digits of Kafka Connect's Decimal: an unscaled two's-complement big-endian integer and a
 * scale. Never goes through a binary fraction.
 */
#ifndef KC_FORMATS_DECIMAL_TEXT_H
#define KC_FORMATS_DECIMAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KC_DECIMAL_MAX_BYTES = 64,  /* 153 digits; MySQL's longest has 65 */
    KC_DECIMAL_MAX_SCALE = 100, /* MySQL's largest is 38 */
    KC_DECIMAL_TEXT_BYTES = 320,
};

/*
 * Writes the digits, without an exponent, to dst, which has KC_DECIMAL_TEXT_BYTES, and returns their number, without a NUL.
 * 0: no bytes, more than KC_DECIMAL_MAX_BYTES, or a scale beyond -KC_DECIMAL_MAX_SCALE..KC_DECIMAL_MAX_SCALE.
 */
size_t kc_decimal_text(uint8_t *dst, const uint8_t *unscaled, size_t n, int32_t scale);

/* The same in the form of Java's BigDecimal.toString: 1.5, but 0E-10 and 1E+3 where the plain form has many zeros. */
size_t kc_decimal_java_text(uint8_t *dst, const uint8_t *unscaled, size_t n, int32_t scale);

#endif
