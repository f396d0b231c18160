/*
 * number_converter.h - the components short, integer, long, float, double and boolean: Kafka's own serializers, numbers
 * big-endian and a boolean as one byte.
 *
 * A value of another type is refused. Read back, every value is optional.
 */
#ifndef KC_FORMATS_NUMBER_CONVERTER_H
#define KC_FORMATS_NUMBER_CONVERTER_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_short_converter, kc_short_header_converter;
extern const struct kc_component kc_integer_converter, kc_integer_header_converter;
extern const struct kc_component kc_long_converter, kc_long_header_converter;
extern const struct kc_component kc_float_converter, kc_float_header_converter;
extern const struct kc_component kc_double_converter, kc_double_header_converter;
extern const struct kc_component kc_boolean_converter, kc_boolean_header_converter;

#endif
