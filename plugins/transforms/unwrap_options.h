/* unwrap_options.h - the configuration of ExtractNewRecordState, with the names of Debezium 3 and those before it. */
#ifndef KC_TRANSFORMS_UNWRAP_OPTIONS_H
#define KC_TRANSFORMS_UNWRAP_OPTIONS_H

#include "unwrap_fields.h"

enum kc_delete_handling {
    KC_DELETE_DROP,
    KC_DELETE_TO_NULL,      /* a null value with the row's schema */
    KC_DELETE_TO_TOMBSTONE, /* a null value without */
    KC_DELETE_REWRITE,      /* the old row with __deleted */
};

struct kc_unwrap_options {
    enum kc_delete_handling on_delete;
    bool keep_tombstones;
    bool keep_truncate;
    bool replace_null;
    bool drop_from_key;
    bool drop_compatible;
    struct kc_str drop_header; /* len 0: none */
    struct kc_str route_by;    /* len 0: none */
    struct kc_references fields, headers;
    const struct kc_schema *text; /* a required string; one reference */
};

extern const struct kc_config_def kc_unwrap_def;

/* Texts live as long as the transform; `text` is unreferenced by the caller, after a failure too. */
kc_status kc_unwrap_options_read(struct kc_smt *s, const struct kc_map *config, struct kc_unwrap_options *o,
                                 struct kc_error *err);

#endif
