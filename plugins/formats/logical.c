#include "logical.h"

#include <kconnect/sdk.h>

#include <string.h>

static const struct {
    const char *word;
    uint8_t type;
    uint8_t logical;
} names[] = {
    {"Decimal", KC_BYTES, KC_DECIMAL},
    {"Date", KC_INT32, KC_DATE},
    {"Time", KC_INT32, KC_TIME},
    {"Timestamp", KC_INT64, KC_TIMESTAMP},
};

enum { PREFIX_LEN = sizeof(KC_LOGICAL_PREFIX) - 1 };

enum kc_logical kc_logical_of(const struct kc_schema *schema)
{
    if (schema == NULL || schema->name.len <= PREFIX_LEN ||
        memcmp(schema->name.ptr, KC_LOGICAL_PREFIX, PREFIX_LEN) != 0)
        return KC_PLAIN;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (schema->name.len - PREFIX_LEN == strlen(names[i].word) &&
            memcmp(schema->name.ptr + PREFIX_LEN, names[i].word, schema->name.len - PREFIX_LEN) == 0)
            return schema->type == names[i].type ? (enum kc_logical)names[i].logical : KC_PLAIN;
    return KC_PLAIN;
}

bool kc_decimal_scale(const struct kc_schema *schema, int32_t *scale)
{
    const struct kc_value *v = kc_map_get(&schema->params, "scale");
    uint32_t at;

    if (v == NULL || v->type != KC_STRING || v->len == 0)
        return false;
    at = v->as.str[0] == '-';
    if (at == v->len || v->len > 6)
        return false;
    *scale = 0;
    for (uint32_t i = at; i < v->len; i++) {
        if (v->as.str[i] < '0' || v->as.str[i] > '9')
            return false;
        *scale = *scale * 10 + (v->as.str[i] - '0');
    }
    if (at == 1)
        *scale = -*scale;
    return true;
}
