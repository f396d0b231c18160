#include "calendar.h"
#include "column_family.h"
#include "le.h"
#include "wire_type.h"
#include "zero_date.h"

#include <kconnect/sdk.h>

/* ISO-8601 text in UTC with as many digits of a fraction as the column has. */
static kc_status give(const struct kc_column *column, struct kc_civil *c, struct kc_arena *arena,
                      struct kc_value *out)
{
    kc_status status;
    char *text;

    if (kc_zero_date_as_text(column))
        return kc_zero_date_text(column, c, true, arena, out);
    status = kc_zero_date_settle(column, c, out);
    if (status != KC_OK)
        return status;
    text = kc_arena_alloc(arena, KC_ISO_TEXT_BYTES);
    if (text == NULL)
        return KC_ERR_NOMEM;
    out->type = KC_STRING;
    out->len = kc_civil_print_utc(c, column->fsp, text);
    out->as.str = text;
    return KC_OK;
}

/* Second 0 is the zero date. */
static kc_status give_seconds(const struct kc_column *column, uint32_t seconds, uint32_t microsecond,
                              struct kc_arena *arena, struct kc_value *out)
{
    struct kc_civil c = {0};

    if (seconds != 0)
        c = kc_civil_from_seconds(seconds);
    c.microsecond = microsecond;
    return give(column, &c, arena, out);
}

/* Four bytes, big-endian, seconds since 1970; then the fraction. */
static const uint8_t *timestamp_image(const struct kc_column *column, const struct kc_map_column *wire,
                                      const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                      struct kc_value *out)
{
    unsigned fraction = (column->fsp + 1u) / 2;

    (void)wire;
    if ((size_t)(end - p) < 4 + fraction ||
        give_seconds(column, (uint32_t)kc_be_n(p, 4), kc_fraction_read(p + 4, column->fsp), arena, out) < 0)
        return NULL;
    return p + 4 + fraction;
}

/* The form before MySQL 5.6: four bytes, little-endian. */
static const uint8_t *old_image(const struct kc_column *column, const struct kc_map_column *wire,
                                const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                struct kc_value *out)
{
    (void)wire;
    if (end - p < 4 || give_seconds(column, kc_le32(p), 0, arena, out) < 0)
        return NULL;
    return p + 4;
}

static kc_column_image_fn timestamp_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                         const char **why)
{
    return kc_bind_fraction(column, wire, KC_WIRE_TIMESTAMP_OLD, old_image, timestamp_image, why);
}

static kc_status timestamp_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                     struct kc_arena *arena, struct kc_value *out)
{
    struct kc_civil c;

    if (!kc_civil_parse(text, len, true, &c))
        return KC_ERR_FATAL;
    return give(column, &c, arena, out);
}

static struct kc_column_schema_kind timestamp_schema(const struct kc_column *column)
{
    if (kc_zero_date_as_text(column))
        return (struct kc_column_schema_kind){KC_STRING, NULL};
    return (struct kc_column_schema_kind){KC_STRING, "io.debezium.time.ZonedTimestamp"};
}

const struct kc_column_family kc_column_timestamp = {
    .bind = timestamp_bind,
    .from_text = timestamp_from_text,
    .schema = timestamp_schema,
};
