/*
 * column_family.h - what each family of column types provides; column.c looks families up in a table of these.
 *
 * bind: the image decoder for a layout, or NULL with *why telling in words what does not agree.
 * from_text: as kc_column_from_text(), text not NULL; the caller makes the message of a failure. KC_NOTHING: NULL.
 */
#ifndef KC_MYSQL_COLUMN_FAMILY_H
#define KC_MYSQL_COLUMN_FAMILY_H

#include "column.h"

/* What a field's schema is, apart from its name and whether it is optional. */
struct kc_column_schema_kind {
    uint8_t type;     /* KC_INT16 ... */
    const char *name; /* of a logical type, version 1; NULL: none */
};

struct kc_column_family {
    kc_column_image_fn (*bind)(const struct kc_column *column, const struct kc_map_column *wire,
                               const char **why);
    kc_status (*from_text)(const struct kc_column *column, const char *text, uint32_t len,
                           struct kc_arena *arena, struct kc_value *out);
    struct kc_column_schema_kind (*schema)(const struct kc_column *column);
    const char *select_before; /* around the quoted name; NULL: the name alone */
    const char *select_after;
};

extern const struct kc_column_family kc_column_integer;
extern const struct kc_column_family kc_column_decimal;
extern const struct kc_column_family kc_column_float;
extern const struct kc_column_family kc_column_string;
extern const struct kc_column_family kc_column_bytes;
extern const struct kc_column_family kc_column_date;
extern const struct kc_column_family kc_column_datetime;
extern const struct kc_column_family kc_column_timestamp;
extern const struct kc_column_family kc_column_time;
extern const struct kc_column_family kc_column_year;
extern const struct kc_column_family kc_column_bit;
extern const struct kc_column_family kc_column_json;
extern const struct kc_column_family kc_column_labels; /* ENUM and SET */

/* The family of a classified column; NULL: its type is not followed. */
const struct kc_column_family *kc_column_family(const struct kc_column *column);

/* The result of a bind that found no agreement. */
static inline kc_column_image_fn kc_bind_refused(const char **why, const char *text)
{
    *why = text;
    return NULL;
}

/*
 * bind of a type with digits of a second's fraction (column.c): `image` for the form since MySQL 5.6, `old_image` for
 * the one before, which the log shows as `old_type` and which is followed without a fraction only.
 */
kc_column_image_fn kc_bind_fraction(const struct kc_column *column, const struct kc_map_column *wire,
                                    uint8_t old_type, kc_column_image_fn old_image, kc_column_image_fn image,
                                    const char **why);

#endif
