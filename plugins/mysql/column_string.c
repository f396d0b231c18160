#include "charset.h"
#include "column_family.h"
#include "compressed_value.h"
#include "counted_bytes.h"
#include "wire_type.h"

#include <string.h>

/* CHAR loses its trailing spaces wherever it is read. */
static void drop_padding(const struct kc_column *column, struct kc_value *v)
{
    if (column->wire_type == KC_WIRE_STRING)
        while (v->len > 0 && v->as.str[v->len - 1] == ' ')
            v->len--;
}

static inline const uint8_t *image(enum kc_charset charset, const struct kc_column *column,
                                   const struct kc_map_column *wire, const uint8_t *p, const uint8_t *end,
                                   struct kc_arena *arena, struct kc_value *out)
{
    const uint8_t *bytes;
    uint32_t len;

    p = kc_counted_bytes(p, end, wire->length_bytes, &bytes, &len);
    if (p == NULL ||
        (kc_wire_is_compressed(wire->type) && !kc_compressed_value_unpack(&bytes, &len, arena)) ||
        !kc_charset_to_utf8(charset, bytes, len, arena, out))
        return NULL;
    drop_padding(column, out);
    return p;
}

static const uint8_t *utf8_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    return image(KC_CHARSET_UTF8, column, wire, p, end, arena, out);
}

static const uint8_t *converted_image(const struct kc_column *column, const struct kc_map_column *wire,
                                      const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                      struct kc_value *out)
{
    return image((enum kc_charset)column->text_charset, column, wire, p, end, arena, out);
}

static kc_column_image_fn string_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                      const char **why)
{
    if (wire->collation != 0 && kc_charset_by_collation(wire->collation) != column->text_charset)
        return kc_bind_refused(why, "its character set is another one in the binlog");
    if (wire->length_bytes < 1 || wire->length_bytes > 4)
        return kc_bind_refused(why, "its length is impossible in the binlog");
    return column->text_charset == KC_CHARSET_UTF8 ? utf8_image : converted_image;
}

/* The server has converted to UTF-8 already. */
static kc_status string_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                  struct kc_arena *arena, struct kc_value *out)
{
    (void)arena;
    out->type = KC_STRING;
    out->as.str = text;
    out->len = len;
    drop_padding(column, out);
    return KC_OK;
}

static struct kc_column_schema_kind string_schema(const struct kc_column *column)
{
    bool json = strcmp(column->data_type, "json") == 0; /* MariaDB's */

    return (struct kc_column_schema_kind){KC_STRING, json ? "io.debezium.data.Json" : NULL};
}

const struct kc_column_family kc_column_string = {
    .bind = string_bind,
    .from_text = string_from_text,
    .schema = string_schema,
};
