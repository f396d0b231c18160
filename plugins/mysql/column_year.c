#include "column_family.h"

/* One byte, years since 1900; 0 is the year 0000. */
static const uint8_t *year_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    (void)column;
    (void)wire;
    (void)arena;
    if (p == end)
        return NULL;
    out->type = KC_INT32;
    out->as.i64 = *p != 0 ? 1900 + *p : 0;
    return p + 1;
}

static kc_column_image_fn year_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                    const char **why)
{
    (void)column;
    (void)wire;
    (void)why;
    return year_image;
}

/* Always four digits; MariaDB's YEAR(2) shows two, which says less than the binlog, and is not followed. */
static kc_status year_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                struct kc_arena *arena, struct kc_value *out)
{
    int64_t year = 0;

    (void)column;
    (void)arena;
    if (len != 4)
        return KC_ERR_FATAL;
    for (uint32_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return KC_ERR_FATAL;
        year = year * 10 + (text[i] - '0');
    }
    out->type = KC_INT32;
    out->as.i64 = year;
    return KC_OK;
}

static struct kc_column_schema_kind year_schema(const struct kc_column *column)
{
    (void)column;
    return (struct kc_column_schema_kind){KC_INT32, "io.debezium.time.Year"};
}

const struct kc_column_family kc_column_year = {
    .bind = year_bind,
    .from_text = year_from_text,
    .schema = year_schema,
};
