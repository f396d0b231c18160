/* table_map_read.h - the parsing half of table_map.h. */
#ifndef KC_MYSQL_TABLE_MAP_READ_H
#define KC_MYSQL_TABLE_MAP_READ_H

#include "table_map.h"

/* Where the parts of a TABLE_MAP event's body begin; everything borrows from the body. */
struct kc_table_map_parts {
    uint64_t table_id;
    struct kc_str database;
    struct kc_str name;
    uint32_t n_columns;
    const uint8_t *types;
    const uint8_t *metadata;
    const uint8_t *metadata_end;
    const uint8_t *nullable; /* bitmap */
    const uint8_t *optional;
    const uint8_t *end;
};

/* Cuts the body into its parts; false: cut short. */
bool kc_table_map_split(const uint8_t *body, size_t len, struct kc_table_map_parts *parts);

/* Fills n_columns descriptions, optional metadata included; *has_names as in kc_table_map. false: bytes that cannot be right. */
bool kc_table_map_columns(const struct kc_table_map_parts *parts, struct kc_map_column *columns,
                          bool *has_names);

#endif
