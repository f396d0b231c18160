/* simple_converter.h - the component `simple`: Kafka Connect's SimpleHeaderConverter, for headers only. */
#ifndef KC_FORMATS_SIMPLE_CONVERTER_H
#define KC_FORMATS_SIMPLE_CONVERTER_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_simple_header_converter;

#endif
