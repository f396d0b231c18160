#include "calendar.h"
#include "column_family.h"
#include "le.h"

/* A date that does not exist is NULL. */
static void give(const struct kc_civil *c, struct kc_value *out)
{
    if (!kc_civil_has_date(c))
        return; /* *out is KC_NULL */
    out->type = KC_INT32;
    out->as.i64 = kc_civil_days(c);
}

/* Three bytes, little-endian: day in 5 bits, month in 4, year above. */
static const uint8_t *date_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    struct kc_civil c = {0};
    uint32_t v;

    (void)column;
    (void)wire;
    (void)arena;
    if (end - p < 3)
        return NULL;
    v = kc_le24(p);
    c.day = v & 31;
    c.month = v >> 5 & 15;
    c.year = v >> 9;
    give(&c, out);
    return p + 3;
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

    (void)column;
    (void)arena;
    if (!kc_civil_parse(text, len, false, &c))
        return KC_ERR_FATAL;
    give(&c, out);
    return KC_OK;
}

static struct kc_column_schema_kind date_schema(const struct kc_column *column)
{
    (void)column;
    return (struct kc_column_schema_kind){KC_INT32, "io.debezium.time.Date"};
}

const struct kc_column_family kc_column_date = {
    .bind = date_bind,
    .from_text = date_from_text,
    .schema = date_schema,
};
