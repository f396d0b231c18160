/* decimal_parse.h - a decimal number as text to Kafka Connect's Decimal: an unscaled integer for a given scale. */
#ifndef KC_FORMATS_DECIMAL_PARSE_H
#define KC_FORMATS_DECIMAL_PARSE_H

#include "decimal_text.h"

/*
 * Reads [+-]digits[.digits][e[+-]digits] and writes the two's-complement big-endian integer of that value times
 * 10^scale, as short as Java's BigInteger, to out; returns its length. 0: another text, digits beyond the scale that are
 * not zero, or more than KC_DECIMAL_MAX_BYTES.
 */
size_t kc_decimal_parse(const char *text, size_t n, int32_t scale, uint8_t out[KC_DECIMAL_MAX_BYTES]);

/*
 * The scale that Java's BigDecimal gives to such a text: the digits behind the point less the exponent. False: another
 * text, or a scale beyond +-KC_DECIMAL_MAX_SCALE.
 */
bool kc_decimal_scale_of(const char *text, size_t n, int32_t *scale);

#endif
