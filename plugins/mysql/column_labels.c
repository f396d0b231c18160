#include "column_family.h"
#include "le.h"

#include <kconnect/sdk.h>

/*
 * ENUM and SET: a row image has the label's number, from 1, or a bit for each label; SELECT shows labels, and "" for the
 * number 0, which stands for a value that was refused.
 */
static void give_text(const char *text, uint32_t len, struct kc_value *out)
{
    out->type = KC_STRING;
    out->as.str = text;
    out->len = len;
}

static const uint8_t *enum_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    uint64_t number;

    (void)arena;
    if ((size_t)(end - p) < wire->meta)
        return NULL;
    number = kc_le_n(p, wire->meta);
    if (number > column->n_labels)
        return NULL;
    if (number == 0)
        give_text("", 0, out);
    else
        give_text(column->labels[number - 1], (uint32_t)strlen(column->labels[number - 1]), out);
    return p + wire->meta;
}

static const uint8_t *set_image(const struct kc_column *column, const struct kc_map_column *wire,
                                const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                struct kc_value *out)
{
    uint64_t bits, size = 0;
    char *text, *to;

    if ((size_t)(end - p) < wire->meta)
        return NULL;
    bits = kc_le_n(p, wire->meta);
    for (uint32_t i = 0; i < column->n_labels; i++)
        if ((bits >> i & 1) != 0)
            size += strlen(column->labels[i]) + 1;
    text = to = kc_arena_alloc(arena, size + 1);
    if (text == NULL || (column->n_labels < 64 && bits >> column->n_labels != 0))
        return NULL;
    for (uint32_t i = 0; i < column->n_labels; i++) {
        size_t len = strlen(column->labels[i]);

        if ((bits >> i & 1) == 0)
            continue;
        if (to != text)
            *to++ = ',';
        memcpy(to, column->labels[i], len);
        to += len;
    }
    give_text(text, (uint32_t)(to - text), out);
    return p + wire->meta;
}

/* Bytes that the server uses for so many labels. */
static uint16_t number_bytes(const struct kc_column *column)
{
    uint32_t bytes = (column->n_labels + 7) / 8;

    if (column->family == KC_FAMILY_ENUM)
        return column->n_labels < 256 ? 1 : 2;
    return (uint16_t)(bytes > 4 ? 8 : bytes);
}

static kc_column_image_fn labels_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                      const char **why)
{
    if (wire->meta != number_bytes(column))
        return kc_bind_refused(why, "it has another number of labels in the binlog");
    return column->family == KC_FAMILY_ENUM ? enum_image : set_image;
}

static kc_status labels_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                  struct kc_arena *arena, struct kc_value *out)
{
    (void)column;
    (void)arena;
    give_text(text, len, out);
    return KC_OK;
}

static struct kc_column_schema_kind labels_schema(const struct kc_column *column)
{
    return (struct kc_column_schema_kind){
        KC_STRING, column->family == KC_FAMILY_ENUM ? "io.debezium.data.Enum" : "io.debezium.data.EnumSet"};
}

const struct kc_column_family kc_column_labels = {
    .bind = labels_bind,
    .from_text = labels_from_text,
    .schema = labels_schema,
};
