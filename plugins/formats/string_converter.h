/*
 * string_converter.h - the component `string`: text as it is, other values as Java's toString() writes them.
 *
 * Read back, every value is an optional string.
 */
#ifndef KC_FORMATS_STRING_CONVERTER_H
#define KC_FORMATS_STRING_CONVERTER_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_string_converter;
extern const struct kc_component kc_string_header_converter;

#endif
