/*
 * json_number.h - numbers as JSON text.
 *
 * All functions write at p, which must have KC_NUMBER_BYTES, and return the end. A floating-point number gets the
 * fewest digits that read back as the same value, always with a point or an exponent so that a reader sees a fraction
 * type; what JSON has no number for becomes "NaN", "Infinity" or "-Infinity", quotation marks included.
 */
#ifndef KC_FORMATS_JSON_NUMBER_H
#define KC_FORMATS_JSON_NUMBER_H

#include <stdint.h>

enum { KC_NUMBER_BYTES = 32, KC_EIGHT_DIGITS = 100000000 };

uint8_t *kc_put_u64(uint8_t *p, uint64_t v);
uint8_t *kc_put_i64(uint8_t *p, int64_t v);
/* Exactly eight digits of v < KC_EIGHT_DIGITS, zeros in front included. */
uint8_t *kc_put_eight_digits(uint8_t *p, uint32_t v);
uint8_t *kc_put_double(uint8_t *p, double v);
uint8_t *kc_put_float(uint8_t *p, float v);

/*
 * The same digits in the form of Java's Double.toString, which Kafka Connect's formats write: from 10^-3 to below 10^7
 * with a point, otherwise as 1.0E10. NaN, Infinity and -Infinity come without quotation marks.
 */
uint8_t *kc_put_java_double(uint8_t *p, double v);
uint8_t *kc_put_java_float(uint8_t *p, float v);

#endif
