/*
 * json_converter.h - the component `json`: Kafka Connect's JsonConverter for keys, values and headers.
 *
 * On the envelope of a change data capture source it writes Debezium's messages.
 */
#ifndef KC_FORMATS_JSON_CONVERTER_H
#define KC_FORMATS_JSON_CONVERTER_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_json_converter;
extern const struct kc_component kc_json_header_converter;

#endif
