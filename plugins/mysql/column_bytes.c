#include "charset.h"
#include "column_family.h"
#include "compressed_value.h"
#include "counted_bytes.h"
#include "wire_type.h"

#include <kconnect/sdk.h>

/* BINARY(n) always has n bytes; the binlog leaves trailing zeros out. */
static kc_status pad(const struct kc_column *column, const uint8_t *bytes, uint32_t len,
                     struct kc_arena *arena, struct kc_value *out)
{
    uint8_t *made;

    out->type = KC_BYTES;
    out->len = len;
    out->as.bytes = bytes;
    if (column->wire_type != KC_WIRE_STRING || len >= column->length)
        return KC_OK;
    made = kc_arena_alloc(arena, column->length);
    if (made == NULL)
        return KC_ERR_NOMEM;
    memcpy(made, bytes, len);
    memset(made + len, 0, column->length - len);
    out->len = column->length;
    out->as.bytes = made;
    return KC_OK;
}

static const uint8_t *bytes_image(const struct kc_column *column, const struct kc_map_column *wire,
                                  const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                  struct kc_value *out)
{
    const uint8_t *bytes;
    uint32_t len;

    p = kc_counted_bytes(p, end, wire->length_bytes, &bytes, &len);
    if (p == NULL ||
        (kc_wire_is_compressed(wire->type) && !kc_compressed_value_unpack(&bytes, &len, arena)) ||
        pad(column, bytes, len, arena, out) < 0)
        return NULL;
    return p;
}

static kc_column_image_fn bytes_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                     const char **why)
{
    if (wire->collation != 0 && kc_charset_by_collation(wire->collation) != KC_CHARSET_BINARY)
        return kc_bind_refused(why, "it is text in the binlog");
    if (wire->length_bytes < 1 || wire->length_bytes > 4)
        return kc_bind_refused(why, "its length is impossible in the binlog");
    if (column->wire_type == KC_WIRE_STRING && wire->meta != column->length)
        return kc_bind_refused(why, "it has another length in the binlog");
    return bytes_image;
}

static kc_status bytes_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                 struct kc_arena *arena, struct kc_value *out)
{
    return pad(column, (const uint8_t *)text, len, arena, out);
}

static struct kc_column_schema_kind bytes_schema(const struct kc_column *column)
{
    (void)column;
    return (struct kc_column_schema_kind){KC_BYTES, NULL};
}

const struct kc_column_family kc_column_bytes = {
    .bind = bytes_bind,
    .from_text = bytes_from_text,
    .schema = bytes_schema,
};
