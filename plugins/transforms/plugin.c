#include "components.h"

#include <kconnect/sdk.h>

const struct kc_host *kc_host;

static const struct kc_component *const components[] = {
    &kc_smt_cast_key,
    &kc_smt_cast_value,
    &kc_smt_drop_headers,
    &kc_smt_extract_field_key,
    &kc_smt_extract_field_value,
    &kc_smt_extract_new_record_state,
    &kc_smt_filter,
    &kc_smt_flatten_key,
    &kc_smt_flatten_value,
    &kc_smt_header_from_key,
    &kc_smt_header_from_value,
    &kc_smt_hoist_field_key,
    &kc_smt_hoist_field_value,
    &kc_smt_insert_field_key,
    &kc_smt_insert_field_value,
    &kc_smt_insert_header,
    &kc_smt_mask_field_key,
    &kc_smt_mask_field_value,
    &kc_smt_regex_router,
    &kc_smt_replace_field_key,
    &kc_smt_replace_field_value,
    &kc_smt_set_schema_metadata_key,
    &kc_smt_set_schema_metadata_value,
    &kc_smt_timestamp_converter_key,
    &kc_smt_timestamp_converter_value,
    &kc_smt_timestamp_router,
    &kc_smt_value_to_key,
    &kc_predicate_has_header_key,
    &kc_predicate_record_is_tombstone,
    &kc_predicate_topic_name_matches,
};

static const struct kc_plugin plugin = {
    KC_PLUGIN_HEADER(components, sizeof(components) / sizeof(components[0])),
    .name = "kc-transforms",
    .version = KC_VERSION,
    .vendor = "kconnect",
    .license = "Apache-2.0",
};

const struct kc_plugin *kc_plugin_v0(const struct kc_host *host)
{
    kc_host = host;
    return &plugin;
}
