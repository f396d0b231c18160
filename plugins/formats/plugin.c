#include "bytes_converter.h"
#include "dataworks.h"
#include "json_converter.h"
#include "number_converter.h"
#include "simple_converter.h"
#include "string_converter.h"

#include <kconnect/sdk.h>

const struct kc_host *kc_host;

static const struct kc_component *const components[] = {
    &kc_dataworks_json,           &kc_json_converter,           &kc_json_header_converter,
    &kc_string_converter,         &kc_string_header_converter,  &kc_bytes_converter,
    &kc_bytes_header_converter,   &kc_short_converter,          &kc_short_header_converter,
    &kc_integer_converter,        &kc_integer_header_converter, &kc_long_converter,
    &kc_long_header_converter,    &kc_float_converter,          &kc_float_header_converter,
    &kc_double_converter,         &kc_double_header_converter,  &kc_boolean_converter,
    &kc_boolean_header_converter, &kc_simple_header_converter,
};

static const struct kc_plugin plugin = {
    KC_PLUGIN_HEADER(components, sizeof(components) / sizeof(components[0])),
    .name = "kc-formats",
    .version = KC_VERSION,
    .vendor = "kconnect",
    .license = "Apache-2.0",
};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
