#include "calendar.h"
#include "column_family.h"
#include "le.h"
#include "zero_date.h"

static kc_status give(const struct kc_column *column, struct kc_civil *c, struct kc_arena *arena,
                      struct kc_value *out)
{
    kc_status status;

    if (kc_zero_date_as_text(column))
        return kc_zero_date_text(column, c, false, arena, out);
    status = kc_zero_date_settle(column, c, out);
    if (status != KC_OK)
        return status;
    out->type = KC_INT32;
    out->as.i64 = kc_civil_days(c);
    return KC_OK;
}

/* Three bytes, little-endian: day in 5 bits, month in 4, year above. */
static const uint8_t *date_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    struct kc_civil c = {0};
    uint32_t v;

    (void)wire;
    if (end - p < 3)
        return NULL;
    v = kc_le24(p);
    c.day = v & 31;
    c.month = v >> 5 & 15;
    c.year = v >> 9;
    return give(column, &c, arena, out) < 0 ? NULL : p + 3;
}

static kc_column_image_fn date_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                    const char **why)
{
    (void)column;
    (void)wire;
    (void)why;
    return date_image;
}

static kc_status date_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                struct kc_arena *arena, struct kc_value *out)
{
    struct kc_civil c;

    if (!kc_civil_parse(text, len, false, &c))
        return KC_ERR_FATAL;
    return give(column, &c, arena, out);
}

static struct kc_column_schema_kind date_schema(const struct kc_column *column)
{
    if (kc_zero_date_as_text(column))
        return (struct kc_column_schema_kind){KC_STRING, NULL};
    return (struct kc_column_schema_kind){KC_INT32, "io.debezium.time.Date"};
}

const struct kc_column_family kc_column_date = {
    .bind = date_bind,
    .from_text = date_from_text,
    .schema = date_schema,
};
