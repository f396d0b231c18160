#include "values.h"

bool kc_same_text(struct kc_str a, struct kc_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

const char *kc_type_name(uint8_t type)
{
    static const char *const names[] = {"null",    "INT8",   "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64",
                                        "BOOLEAN", "STRING", "BYTES", "ARRAY", "MAP",   "STRUCT",  "UINT64"};

    return type < sizeof(names) / sizeof(names[0]) ? names[type] : "of an unknown type";
}

kc_status kc_require_map(const struct kc_value *v, const char *purpose, struct kc_error *err)
{
    if (v->type == KC_MAP)
        return KC_OK;
    return kc_fail(err, KC_ERR_RECORD, "Only Map objects supported in absence of schema for [%s], found: %s",
                   purpose, kc_type_name(v->type));
}

kc_status kc_require_struct(const struct kc_schema *schema, const struct kc_value *v, const char *purpose,
                            struct kc_error *err)
{
    if (v->type != KC_STRUCT || schema->type != KC_STRUCT)
        return kc_fail(err, KC_ERR_RECORD, "Only Struct objects supported for [%s], found: %s", purpose,
                       kc_type_name(v->type));
    if (v->len != schema->n_fields) /* what follows indexes by the schema */
        return kc_fail(err, KC_ERR_RECORD,
                       "A struct of %u values does not fit its schema of %u fields for [%s]",
                       (unsigned)v->len, (unsigned)schema->n_fields, purpose);
    return KC_OK;
}

kc_status kc_require_fields(const struct kc_schema *schema, const struct kc_value *v, const char *purpose,
                            struct kc_error *err)
{
    return schema == NULL ? kc_require_map(v, purpose, err) : kc_require_struct(schema, v, purpose, err);
}

int32_t kc_field_index(const struct kc_schema *schema, struct kc_str name)
{
    for (uint32_t i = 0; i < schema->n_fields; i++)
        if (kc_same_text(schema->fields[i].name, name))
            return (int32_t)i;
    return -1;
}

struct kc_value kc_or_default(const struct kc_schema *schema, struct kc_value v, bool replace_null)
{
    if (v.type == KC_NULL && replace_null && (v.flags & KC_VALUE_ABSENT) == 0 &&
        schema->default_value != NULL)
        return *schema->default_value;
    return v;
}

kc_status kc_shape_fill(const struct kc_shape *shape, const struct kc_schema *in, const struct kc_value *v,
                        bool replace_null, struct kc_batch *b, struct kc_value *out, struct kc_error *err)
{
    struct kc_value *items = kc_smt_take(b, shape->n * sizeof(*items), err);

    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < shape->n; i++)
        items[i] =
            kc_or_default(in->fields[shape->from[i]].schema, v->as.items[shape->from[i]], replace_null);
    *out = kc_struct_value(items, shape->n);
    return KC_OK;
}

bool kc_has_null_default(const struct kc_schema *schema, const struct kc_value *v)
{
    for (uint32_t i = 0; i < v->len; i++)
        if (v->as.items[i].type == KC_NULL && (v->as.items[i].flags & KC_VALUE_ABSENT) == 0 &&
            schema->fields[i].schema->default_value != NULL)
            return true;
    return false;
}

const struct kc_value *kc_map_find(const struct kc_value *map, struct kc_str key)
{
    for (uint32_t i = 0; i < map->len; i++) {
        const struct kc_value *k = &map->as.items[2 * i];

        if (k->type == KC_STRING && kc_same_text(kc_value_text(k), key))
            return k + 1;
    }
    return NULL;
}

struct kc_value *kc_map_copy(struct kc_batch *b, const struct kc_value *map, uint32_t more,
                             struct kc_error *err)
{
    struct kc_value *items = kc_smt_take(b, ((uint64_t)map->len + more) * 2 * sizeof(*items), err);

    if (items != NULL && map->len > 0)
        memcpy(items, map->as.items, (size_t)map->len * 2 * sizeof(*items));
    return items;
}

void kc_map_put(struct kc_value *items, uint32_t *n, struct kc_str key, struct kc_value v)
{
    for (uint32_t i = 0; i < *n; i++)
        if (items[2 * i].type == KC_STRING && kc_same_text(kc_value_text(&items[2 * i]), key)) {
            items[2 * i + 1] = v;
            return;
        }
    items[2 * *n] = kc_text_value(key);
    items[2 * *n + 1] = v;
    ++*n;
}

struct kc_value kc_map_value(const struct kc_value *items, uint32_t n)
{
    struct kc_value r = {KC_MAP, 0, 0, n, {0}};

    r.as.items = items;
    return r;
}

struct kc_value kc_struct_value(const struct kc_value *items, uint32_t n)
{
    struct kc_value r = {KC_STRUCT, 0, 0, n, {0}};

    r.as.items = items;
    return r;
}

struct kc_value kc_number(uint8_t type, int64_t v)
{
    struct kc_value r = {type, 0, 0, 0, {0}};

    r.as.i64 = v;
    return r;
}

struct kc_value kc_text_value(struct kc_str s)
{
    return kc_string(s.ptr, s.len);
}

struct kc_str kc_value_text(const struct kc_value *v)
{
    return (struct kc_str){v->as.str, v->len, 0};
}
