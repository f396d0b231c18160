/*
 * dataworks_column.h - how one column becomes one of the six DataWorks types, in documents and in keys.
 *
 * What a column holds is told by the type and the semantic name of its field schema (Debezium's names, our UINT64 for
 * BIGINT UNSIGNED); the decision is made once per table version, here, and is a number afterwards.
 */
#ifndef KC_FORMATS_DATAWORKS_COLUMN_H
#define KC_FORMATS_DATAWORKS_COLUMN_H

#include "out.h"
#include "zone.h"

struct kc_dw_options {
    bool single_update;   /* dataworks.update.mode=single */
    bool decimal_as_text; /* decimal.handling.mode=string */
    bool time_as_text;    /* dataworks.time.mode=string */
};

struct kc_dw_column {
    uint8_t kind;       /* of dataworks_column.c */
    uint8_t value_type; /* KC_INT16.. that values must have */
    uint16_t prefix_len;
    int32_t scale; /* DECIMAL */
    const uint8_t
        *prefix; /* ["a",] "name": as it stands before the value, readable to the next multiple of 16 */
    struct kc_zone *zone; /* of wall clock values */
    struct kc_str name;   /* own copy */
    const char *table;    /* "db.table", for messages */
};

/* Decides the kind and fills kind, value_type and scale. KC_ERR_RECORD: a type that the format has no word for; needs
 * name and table for the message. */
kc_status kc_dw_column_init(struct kc_dw_column *c, const struct kc_schema *schema,
                            const struct kc_dw_options *options, struct kc_error *err);

/* The word for schema.dataColumn[].type, e.g. "LONG". */
const char *kc_dw_column_type(const struct kc_dw_column *c);

enum kc_dw_form {
    KC_DW_DOCUMENT,
    KC_DW_KEY_PART, /* in a JSON array. Times keep their microseconds, as two rows must never share a key */
    KC_DW_KEY,      /* bare text, likewise */
};

/* Appends one value that is not null. KC_ERR_RECORD: not what the schema promised, or out of range. KC_ERR_NOMEM. */
kc_status kc_dw_put_value(struct kc_out *o, const struct kc_dw_column *c, const struct kc_value *v,
                          enum kc_dw_form form, struct kc_error *err);

#endif
