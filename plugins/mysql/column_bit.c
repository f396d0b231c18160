#include "column_family.h"

#include <kconnect/sdk.h>

/* BIT(1) is a BOOLEAN; BIT(n) is its bytes turned around, little-endian. Both wires have them big-endian. */
static kc_status give(const struct kc_column *column, const uint8_t *bytes, uint32_t len,
                      struct kc_arena *arena, struct kc_value *out)
{
    uint8_t *made;

    if (column->length == 1) {
        out->type = KC_BOOLEAN;
        out->as.i64 = (bytes[0] & 1) != 0;
        return KC_OK;
    }
    made = kc_arena_alloc(arena, len);
    if (made == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < len; i++)
        made[i] = bytes[len - 1 - i];
    out->type = KC_BYTES;
    out->len = len;
    out->as.bytes = made;
    return KC_OK;
}

static uint32_t byte_count(const struct kc_column *column)
{
    return (column->length + 7) / 8;
}

static const uint8_t *bit_image(const struct kc_column *column, const struct kc_map_column *wire,
                                const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                struct kc_value *out)
{
    uint32_t len = byte_count(column);

    (void)wire;
    if ((size_t)(end - p) < len || give(column, p, len, arena, out) < 0)
        return NULL;
    return p + len;
}

static kc_column_image_fn bit_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                   const char **why)
{
    if (wire->meta != column->length)
        return kc_bind_refused(why, "it has another number of bits in the binlog");
    return bit_image;
}

static kc_status bit_from_text(const struct kc_column *column, const char *text, uint32_t len,
                               struct kc_arena *arena, struct kc_value *out)
{
    if (len != byte_count(column))
        return KC_ERR_FATAL;
    return give(column, (const uint8_t *)text, len, arena, out);
}

static struct kc_column_schema_kind bit_schema(const struct kc_column *column)
{
    if (column->length == 1)
        return (struct kc_column_schema_kind){KC_BOOLEAN, NULL};
    return (struct kc_column_schema_kind){KC_BYTES, "io.debezium.data.Bits"};
}

const struct kc_column_family kc_column_bit = {
    .bind = bit_bind,
    .from_text = bit_from_text,
    .schema = bit_schema,
};
