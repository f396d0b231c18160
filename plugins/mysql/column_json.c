#include "column_family.h"
#include "counted_bytes.h"
#include "json_binary.h"
#include "wire_type.h"

/* MySQL logs the binary form of JSON and shows its text. */
static const uint8_t *json_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    const uint8_t *bytes;
    uint32_t len;

    (void)column;
    p = kc_counted_bytes(p, end, wire->length_bytes, &bytes, &len);
    if (p == NULL || kc_json_binary_print(bytes, len, arena, out) < 0)
        return NULL;
    return p;
}

static kc_column_image_fn json_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                    const char **why)
{
    (void)column;
    if (wire->length_bytes < 1 || wire->length_bytes > 4)
        return kc_bind_refused(why, "its length is impossible in the binlog");
    return json_image;
}

static kc_status json_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                struct kc_arena *arena, struct kc_value *out)
{
    (void)column;
    (void)arena;
    out->type = KC_STRING;
    out->as.str = text;
    out->len = len;
    return KC_OK;
}

static struct kc_column_schema_kind json_schema(const struct kc_column *column)
{
    (void)column;
    return (struct kc_column_schema_kind){KC_STRING, "io.debezium.data.Json"};
}

const struct kc_column_family kc_column_json = {
    .bind = json_bind,
    .from_text = json_from_text,
    .schema = json_schema,
};
