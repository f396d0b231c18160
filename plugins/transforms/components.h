/* components.h - what this file offers; each is defined in the .c named like it. */
#ifndef KC_TRANSFORMS_COMPONENTS_H
#define KC_TRANSFORMS_COMPONENTS_H

#include <kconnect/plugin.h>

extern const struct kc_component kc_smt_extract_new_record_state, kc_smt_filter, kc_smt_regex_router;
extern const struct kc_component kc_smt_drop_headers, kc_smt_insert_header, kc_smt_timestamp_router,
    kc_smt_value_to_key;
extern const struct kc_component kc_smt_cast_key, kc_smt_cast_value;
extern const struct kc_component kc_smt_extract_field_key, kc_smt_extract_field_value;
extern const struct kc_component kc_smt_flatten_key, kc_smt_flatten_value;
extern const struct kc_component kc_smt_header_from_key, kc_smt_header_from_value;
extern const struct kc_component kc_smt_hoist_field_key, kc_smt_hoist_field_value;
extern const struct kc_component kc_smt_insert_field_key, kc_smt_insert_field_value;
extern const struct kc_component kc_smt_replace_field_key, kc_smt_replace_field_value;
extern const struct kc_component kc_smt_mask_field_key, kc_smt_mask_field_value;
extern const struct kc_component kc_smt_set_schema_metadata_key, kc_smt_set_schema_metadata_value;
extern const struct kc_component kc_smt_timestamp_converter_key, kc_smt_timestamp_converter_value;
extern const struct kc_component kc_predicate_has_header_key, kc_predicate_record_is_tombstone,
    kc_predicate_topic_name_matches;

#endif
