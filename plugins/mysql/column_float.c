#include "column_family.h"
#include "le.h"
#include "wire_type.h"

#include <stdlib.h>

/*
 * FLOAT and DOUBLE: IEEE 754, little-endian. SELECT prints a FLOAT with six digits only and a DOUBLE(M,D) rounded, so both
 * are selected as a product with 1e0: a double, printed with as many digits as identify it, the sign of -0 kept.
 */
static const uint8_t *float_image(const struct kc_column *column, const struct kc_map_column *wire,
                                  const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                  struct kc_value *out)
{
    float v;

    (void)column;
    (void)wire;
    (void)arena;
    if ((size_t)(end - p) < sizeof(v))
        return NULL;
    memcpy(&v, p, sizeof(v));
    out->type = KC_FLOAT32;
    out->as.f64 = (double)v;
    return p + sizeof(v);
}

static const uint8_t *double_image(const struct kc_column *column, const struct kc_map_column *wire,
                                   const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                   struct kc_value *out)
{
    (void)column;
    (void)wire;
    (void)arena;
    if ((size_t)(end - p) < sizeof(out->as.f64))
        return NULL;
    memcpy(&out->as.f64, p, sizeof(out->as.f64));
    out->type = KC_FLOAT64;
    return p + sizeof(out->as.f64);
}

static kc_column_image_fn float_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                     const char **why)
{
    if (wire->meta != column->bytes)
        return kc_bind_refused(why, "it has another size in the binlog");
    return column->bytes == 4 ? float_image : double_image;
}

static kc_status float_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                 struct kc_arena *arena, struct kc_value *out)
{
    enum { LONGEST = 350 }; /* a double without exponent has at most 309 digits before the point */
    char copy[LONGEST + 1], *end;

    (void)arena;
    if (len == 0 || len > LONGEST)
        return KC_ERR_FATAL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    out->as.f64 = strtod(copy, &end);
    if (end != copy + len)
        return KC_ERR_FATAL;
    out->type = column->bytes == 4 ? KC_FLOAT32 : KC_FLOAT64;
    if (column->bytes == 4)
        out->as.f64 = (double)(float)out->as.f64;
    return KC_OK;
}

static struct kc_column_schema_kind float_schema(const struct kc_column *column)
{
    return (struct kc_column_schema_kind){column->bytes == 4 ? KC_FLOAT32 : KC_FLOAT64, NULL};
}

const struct kc_column_family kc_column_float = {
    .bind = float_bind,
    .from_text = float_from_text,
    .schema = float_schema,
    .select_before = "(",
    .select_after = " * 1e0)",
};
