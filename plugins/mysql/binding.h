/* binding.h - the inside of kc_table_map.binding: one decoder a column. Only table_map.c and rows_event.c look in. */
#ifndef KC_MYSQL_BINDING_H
#define KC_MYSQL_BINDING_H

#include "column.h"

struct kc_bound_column {
    kc_column_image_fn decode;
    const struct kc_column *column;
    const struct kc_map_column *wire;
};

struct kc_binding {
    uint32_t n_columns;
    struct kc_bound_column columns[];
};

#endif
