/*
 * java_number.h - floating-point numbers as the text that Java's Double.toString() and Float.toString() give.
 */
#ifndef KC_FILE_JAVA_NUMBER_H
#define KC_FILE_JAVA_NUMBER_H

#include <stdint.h>

enum { KC_JAVA_NUMBER_BYTES = 40 };

/*
 * The fewest digits that read back as the same number, at least one on each side of the point; with an
 * exponent below 10^-3 and from 10^7 on; NaN, Infinity, -Infinity. NUL-terminated into `out`; gives the
 * length.
 */
uint32_t kc_java_double(double v, char out[KC_JAVA_NUMBER_BYTES]);
uint32_t kc_java_float(float v, char out[KC_JAVA_NUMBER_BYTES]);

#endif
