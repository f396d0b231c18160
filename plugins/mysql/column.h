/*
 * column.h - one column's mapping: from information_schema to a family, from both wire forms to one typed value.
 *
 * The rule: a value that comes out of a row image and the same value that comes out of SELECT are equal bit for bit.
 * One .c file per family holds both directions; column.c chooses. Functions are pure but for the arena.
 */
#ifndef KC_MYSQL_COLUMN_H
#define KC_MYSQL_COLUMN_H

#include "table.h"
#include "table_map.h"

#include <kconnect/host.h>
#include <kconnect/record.h>

/*
 * Fills family, wire_type, is_unsigned, bytes, fsp, precision, scale, length and labels of a column from its type_text
 * (COLUMN_TYPE), data_type (DATA_TYPE; "json" for MariaDB's JSON, whose type_text is longtext) and charset (CHARACTER_SET_NAME or NULL), which must be set; the other members
 * are left alone. A type or charset that is not followed gives KC_FAMILY_UNSUPPORTED and KC_OK: the caller fails with
 * kc_column_unsupported(). KC_ERR_NOMEM. labels is allocated with malloc, one block per label and one for the array.
 */
kc_status kc_column_classify(struct kc_column *column, struct kc_error *err);

/* Fills err with "column T.C has type X, which ..." and returns KC_ERR_CONFIG. */
kc_status kc_column_unsupported(const char *table, const struct kc_column *column, struct kc_error *err);

/* The field's schema, one reference for the caller. Optional when a value may be NULL. */
kc_status kc_column_schema(struct kc_ctx *ctx, const struct kc_column *column,
                           const struct kc_schema **schema, struct kc_error *err);

/*
 * Writes the SELECT expression (the quoted name, or an expression over it) and returns its length without NUL, also
 * when `size` is too small. Session: time_zone '+00:00', connection charset utf8mb4, sql_mode without
 * PAD_CHAR_TO_FULL_LENGTH.
 */
size_t kc_column_select_expr(const struct kc_column *column, char *out, size_t size);

/*
 * Turns one field of a text protocol row into a value. text NULL: SQL NULL. Strings and bytes are borrowed from `text`
 * wherever no conversion is needed, everything else lies in the arena.
 * KC_ERR_FATAL: text that the server should not send for this type. KC_ERR_CONFIG: a date that zero.date.mode refuses.
 * KC_ERR_NOMEM.
 */
kc_status kc_column_from_text(const struct kc_column *column, const char *text, uint32_t len,
                              struct kc_arena *arena, struct kc_value *out, struct kc_error *err);

/*
 * Decodes the column's value of a row image at p (not NULL: the caller has read the null bits) and returns the place
 * after it, or NULL: cut short or impossible, or a date that zero.date.mode refuses (zero_date.h: out->type says so).
 * Borrows strings and bytes from the image.
 */
typedef const uint8_t *(*kc_column_image_fn)(const struct kc_column *column, const struct kc_map_column *wire,
                                             const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                             struct kc_value *out);

/*
 * The decoder for this column when its images are laid out as `wire` says; KC_ERR_UNSUPPORTED when the two do not
 * agree, with a message that says in what (without table and column, the caller has them).
 */
kc_status kc_column_from_binlog(const struct kc_column *column, const struct kc_map_column *wire,
                                kc_column_image_fn *decode, struct kc_error *err);

#endif
