/* judge.c - values against the rules of value.h and record.h. */
#include "kit.h"

static const char *judge_items(const struct kc_value *v, const struct kc_schema *s)
{
    const char *why = NULL;

    if (v->len > 0 && v->as.items == NULL)
        return "has items, but no pointer to them";
    if (v->type == KC_STRUCT && s == NULL)
        return "is a STRUCT without a schema: nobody knows the names of its fields";
    if (v->type == KC_STRUCT && v->len != s->n_fields)
        return "is a STRUCT whose number of values is not that of the schema's fields";
    for (uint32_t i = 0; i < v->len && why == NULL; i++) {
        if (v->type == KC_STRUCT)
            why = kc_kit_judge_value(&v->as.items[i], s->fields[i].schema);
        else if (v->type == KC_ARRAY)
            why = kc_kit_judge_value(&v->as.items[i], s == NULL ? NULL : s->item_schema);
        else if ((why = kc_kit_judge_value(&v->as.items[2 * i], s == NULL ? NULL : s->key_schema)) == NULL)
            why = kc_kit_judge_value(&v->as.items[2 * i + 1], s == NULL ? NULL : s->item_schema);
    }
    return why;
}

static const char *judge_range(const struct kc_value *v)
{
    int64_t limit = v->type == KC_INT8 ? INT8_MAX : v->type == KC_INT16 ? INT16_MAX : INT32_MAX;

    if (v->type >= KC_INT8 && v->type <= KC_INT32 && (v->as.i64 > limit || v->as.i64 < -limit - 1))
        return "is an integer beyond the range of its type";
    if (v->type == KC_BOOLEAN && v->as.u64 > 1)
        return "is a BOOLEAN that is neither 0 nor 1";
    return NULL;
}

const char *kc_kit_judge_value(const struct kc_value *v, const struct kc_schema *schema)
{
    if (v->type > KC_UINT64)
        return "has a type that value.h does not have";
    if (v->type == KC_NULL)
        return NULL; /* a field that is not optional may be null where its default stands in */
    if (schema != NULL && schema->type != v->type)
        return "is of another type than its schema";
    if ((v->type == KC_STRING || v->type == KC_BYTES) && v->len > 0 && v->as.bytes == NULL)
        return "has a length, but no pointer";
    if (v->type >= KC_ARRAY && v->type <= KC_STRUCT)
        return judge_items(v, schema);
    return judge_range(v);
}

const char *kc_kit_judge_flat(const struct kc_map *m)
{
    if (m->len > 0 && m->kvs == NULL)
        return "has keys, but no pointer to them";
    for (uint32_t i = 0; i < m->len; i++) {
        uint8_t type = m->kvs[i].value.type;

        if (m->kvs[i].key.len == 0)
            return "has an empty key";
        if (type == KC_BYTES || (type >= KC_ARRAY && type <= KC_STRUCT) || type > KC_UINT64)
            return "holds something else than null, numbers, booleans and strings";
    }
    return NULL;
}

const char *kc_kit_record_problem(const struct kc_record *r)
{
    const char *why = kc_kit_judge_value(&r->key, r->key_schema);

    if (why == NULL)
        why = kc_kit_judge_value(&r->value, r->value_schema);
    if (r->n_headers > 0 && r->headers == NULL)
        return "has headers, but no pointer to them";
    for (uint32_t i = 0; i < r->n_headers && why == NULL; i++)
        why = kc_kit_judge_value(&r->headers[i].value, r->headers[i].schema);
    return why;
}
