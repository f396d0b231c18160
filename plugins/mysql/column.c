#include "column.h"

#include "column_family.h"
#include "wire_type.h"
#include "zero_date.h"

#include <kconnect/sdk.h>

static const struct kc_column_family *const families[] = {
    [KC_FAMILY_UNSUPPORTED] = NULL,
    [KC_FAMILY_INTEGER] = &kc_column_integer,
    [KC_FAMILY_DECIMAL] = &kc_column_decimal,
    [KC_FAMILY_FLOAT] = &kc_column_float,
    [KC_FAMILY_STRING] = &kc_column_string,
    [KC_FAMILY_BYTES] = &kc_column_bytes,
    [KC_FAMILY_DATE] = &kc_column_date,
    [KC_FAMILY_DATETIME] = &kc_column_datetime,
    [KC_FAMILY_TIMESTAMP] = &kc_column_timestamp,
    [KC_FAMILY_TIME] = &kc_column_time,
    [KC_FAMILY_YEAR] = &kc_column_year,
    [KC_FAMILY_BIT] = &kc_column_bit,
    [KC_FAMILY_ENUM] = &kc_column_labels,
    [KC_FAMILY_SET] = &kc_column_labels,
    [KC_FAMILY_JSON] = &kc_column_json,
};

const struct kc_column_family *kc_column_family(const struct kc_column *column)
{
    size_t i = (size_t)column->family;

    return i < sizeof(families) / sizeof(families[0]) ? families[i] : NULL;
}

kc_status kc_column_unsupported(const char *table, const struct kc_column *column, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_CONFIG,
                   "column %s.%s has type %.100s%s%s, which cannot be followed yet: leave the table out of "
                   "table.include.list, or change the column",
                   table, column->name, column->type_text,
                   column->charset != NULL ? " with character set " : "",
                   column->charset != NULL ? column->charset : "");
}

/* Adds up to `size` - 1 characters and counts all; snprintf's way, for one character or a whole text. */
static size_t put_text(char *out, size_t size, size_t at, const char *text)
{
    for (; *text != '\0'; text++, at++)
        if (at + 1 < size)
            out[at] = *text;
    return at;
}

size_t kc_column_select_expr(const struct kc_column *column, char *out, size_t size)
{
    const struct kc_column_family *family = kc_column_family(column);
    bool wrapped = family != NULL && family->select_before != NULL;
    size_t at = 0;

    if (wrapped)
        at = put_text(out, size, at, family->select_before);
    at = put_text(out, size, at, "`");
    for (const char *p = column->name; *p != '\0'; p++) {
        const char text[3] = {*p, *p == '`' ? '`' : '\0', '\0'};

        at = put_text(out, size, at, text);
    }
    at = put_text(out, size, at, "`");
    if (wrapped)
        at = put_text(out, size, at, family->select_after);
    if (size > 0)
        out[at < size ? at : size - 1] = '\0';
    return at;
}

kc_status kc_column_from_text(const struct kc_column *column, const char *text, uint32_t len,
                              struct kc_arena *arena, struct kc_value *out, struct kc_error *err)
{
    const struct kc_column_family *family = kc_column_family(column);
    kc_status status;

    *out = (struct kc_value){0}; /* KC_NULL */
    if (text == NULL)
        return KC_OK;
    if (family == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "column %s has type %.100s, which cannot be followed",
                       column->name, column->type_text);
    status = family->from_text(column, text, len, arena, out);
    if (out->type == KC_ZERO_DATE_REFUSED)
        return kc_zero_date_refused(column, err);
    if (status == KC_ERR_NOMEM)
        return kc_fail(err, status, "out of memory for a value of column %s", column->name);
    if (status < 0)
        return kc_fail(err, status, "the server sent a text for column %s that is no %.100s", column->name,
                       column->type_text);
    return KC_OK;
}

/* The type a layout may show besides the usual one: the temporal forms of before MySQL 5.6. */
static uint8_t old_form(uint8_t wire_type)
{
    switch (wire_type) {
    case KC_WIRE_TIMESTAMP: return KC_WIRE_TIMESTAMP_OLD;
    case KC_WIRE_DATETIME: return KC_WIRE_DATETIME_OLD;
    case KC_WIRE_TIME: return KC_WIRE_TIME_OLD;
    default: return wire_type;
    }
}

kc_column_image_fn kc_bind_fraction(const struct kc_column *column, const struct kc_map_column *wire,
                                    uint8_t old_type, kc_column_image_fn old_image, kc_column_image_fn image,
                                    const char **why)
{
    if (wire->type == old_type && column->fsp == 0)
        return old_image;
    if (wire->type == old_type)
        return kc_bind_refused(
            why, "its fractions of a second are stored in the form of MariaDB 5.3: ALTER TABLE ... "
                 "FORCE with mysql56_temporal_format = ON converts it");
    if (wire->meta != column->fsp)
        return kc_bind_refused(why, "it has another number of fraction digits in the binlog");
    return image;
}

kc_status kc_column_from_binlog(const struct kc_column *column, const struct kc_map_column *wire,
                                kc_column_image_fn *decode, struct kc_error *err)
{
    const struct kc_column_family *family = kc_column_family(column);
    const char *why = "";
    kc_column_image_fn found;

    if (family == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "type %.100s cannot be followed", column->type_text);
    if (wire->type != column->wire_type && wire->type != old_form(column->wire_type))
        return kc_fail(err, KC_ERR_UNSUPPORTED,
                       "its definition says %.100s, but the binlog has type number %u", column->type_text,
                       wire->type);
    found = family->bind(column, wire, &why);
    if (found == NULL)
        return kc_fail(err, KC_ERR_UNSUPPORTED, "its definition says %.100s, but %s", column->type_text, why);
    *decode = found;
    return KC_OK;
}
