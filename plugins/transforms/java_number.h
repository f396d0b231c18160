/* java_number.h - numbers as Java reads, narrows and writes them. */
#ifndef KC_TRANSFORMS_JAVA_NUMBER_H
#define KC_TRANSFORMS_JAVA_NUMBER_H

#include <stdbool.h>

#include <kconnect/sdk.h>

/* Byte.parseByte ... Double.parseDouble, or an unsigned of 64 bits, by the type; false: NumberFormatException. */
bool kc_java_parse(struct kc_str text, uint8_t type, struct kc_value *out);

/* The narrowing of an integer: the lowest bits. */
int64_t kc_java_narrow(int64_t v, uint8_t type);
/* The narrowing of a floating-point number: to int (long for INT64) at its limits, NaN to 0, then the lowest bits. */
int64_t kc_java_truncate(double v, uint8_t type);

enum { KC_JAVA_NUMBER_TEXT = 32 };
/* Double.toString, or Float.toString: the fewest digits that read back as the same value. Returns the length. */
uint32_t kc_java_float_text(double v, bool single, char out[KC_JAVA_NUMBER_TEXT]);

#endif
