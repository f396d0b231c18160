/*
 * bytes_converter.h - the component `bytes`: bytes go through as they are, and anything else is refused.
 *
 * Read back, every value is optional bytes.
 */
#ifndef KC_FORMATS_BYTES_CONVERTER_H
#define KC_FORMATS_BYTES_CONVERTER_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_bytes_converter;
extern const struct kc_component kc_bytes_header_converter;

#endif
