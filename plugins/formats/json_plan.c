#include "json_plan.h"

#include "java_text.h"
#include "json_text.h"
#include "json_value.h"
#include "side.h"
#include "type_word.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

void kc_json_plan_free(struct kc_json_plan *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; p->fields != NULL && i < p->n_fields; i++)
        kc_json_plan_free((struct kc_json_plan *)(uintptr_t)p->fields[i].plan);
    free(p->fields);
    kc_json_plan_free(p->key);
    kc_json_plan_free(p->item);
    kc_heap_bytes_free(&p->instead);
    kc_heap_bytes_free(&p->names);
    free(p);
}

static kc_status make(const struct kc_schema *schema, const struct kc_json_options *options, int depth,
                      struct kc_json_plan **out, struct kc_error *err);

/* Renders the prefixes, each at a multiple of 16, and points at them when the buffer moves no more. */
static bool make_names(struct kc_json_plan *p, const struct kc_schema *schema)
{
    static const uint8_t padding[16] = {0};
    uint64_t at = 0;
    struct kc_out o;

    kc_out_begin(&o, &p->names);
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        uint64_t start = kc_out_at(&o);

        if ((i > 0 && !kc_out_put(&o, ",", 1)) ||
            !kc_json_java_text(&o, schema->fields[i].name.ptr, schema->fields[i].name.len) ||
            !kc_out_put(&o, ":", 1))
            return false;
        p->fields[i].prefix_len = (uint32_t)(kc_out_at(&o) - start);
        if (!kc_out_put(&o, padding, 16 - p->fields[i].prefix_len % 16))
            return false;
    }
    kc_out_end(&o);
    for (uint32_t i = 0; i < schema->n_fields; i++, at += p->fields[i - 1].prefix_len / 16 * 16 + 16)
        p->fields[i].prefix = p->names.data + at;
    return true;
}

static kc_status make_fields(struct kc_json_plan *p, const struct kc_schema *schema,
                             const struct kc_json_options *options, int depth, struct kc_error *err)
{
    p->fields = calloc(schema->n_fields > 0 ? schema->n_fields : 1, sizeof(*p->fields));
    if (p->fields == NULL)
        return kc_no_memory(err);
    p->n_fields = schema->n_fields;
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        struct kc_json_plan *plan;
        kc_status status = make(schema->fields[i].schema, options, depth, &plan, err);

        if (status < 0)
            return status;
        p->fields[i].plan = plan;
    }
    return make_names(p, schema) ? KC_OK : kc_no_memory(err);
}

static kc_status make_nested(struct kc_json_plan *p, const struct kc_schema *schema,
                             const struct kc_json_options *options, int depth, struct kc_error *err)
{
    kc_status status = KC_OK;

    switch (schema->type) {
    case KC_STRUCT: return make_fields(p, schema, options, depth, err);
    case KC_MAP:
        if (schema->key_schema == NULL)
            return kc_fail(err, KC_ERR_RECORD, "a map's schema does not say of which type its keys are");
        status = make(schema->key_schema, options, depth, &p->key, err);
        break;
    case KC_ARRAY: break;
    default: return KC_OK;
    }
    if (status < 0)
        return status;
    if (schema->item_schema == NULL)
        return kc_fail(err, KC_ERR_RECORD, "the schema of %s does not say of which type its values are",
                       schema->type == KC_MAP ? "a map" : "an array");
    return make(schema->item_schema, options, depth, &p->item, err);
}

static kc_status make_default(struct kc_json_plan *p, const struct kc_schema *schema,
                              const struct kc_json_options *options, struct kc_error *err)
{
    struct kc_out o;
    kc_status status;

    if (schema->default_value == NULL || schema->default_value->type == KC_NULL)
        return KC_OK;
    kc_out_begin(&o, &p->instead);
    status = kc_json_put_value(&o, p, options, schema->default_value, err);
    kc_out_end(&o);
    return status;
}

static kc_status make(const struct kc_schema *schema, const struct kc_json_options *options, int depth,
                      struct kc_json_plan **out, struct kc_error *err)
{
    struct kc_json_plan *p;
    kc_status status;

    *out = NULL;
    if (depth >= KC_MAX_DEPTH)
        return kc_fail(err, KC_ERR_RECORD, "a schema is nested more than %d levels deep", KC_MAX_DEPTH);
    if (schema->type < KC_INT8 || schema->type > KC_UINT64)
        return kc_fail(err, KC_ERR_RECORD, "a schema has the unknown type %u", schema->type);
    p = calloc(1, sizeof(*p));
    if (p == NULL)
        return kc_no_memory(err);
    kc_heap_bytes_init(&p->instead);
    kc_heap_bytes_init(&p->names);
    p->type = schema->type;
    p->optional = schema->optional != 0;
    p->logical = (uint8_t)kc_logical_of(schema);
    if (p->logical == KC_DECIMAL && !kc_decimal_scale(schema, &p->scale))
        status = kc_fail(err, KC_ERR_RECORD, "a Decimal has no parameter \"scale\" in its schema");
    else
        status = make_nested(p, schema, options, depth + 1, err);
    if (status >= 0)
        status = make_default(p, schema, options, err);
    if (status < 0) {
        kc_json_plan_free(p);
        return status;
    }
    *out = p;
    return KC_OK;
}

kc_status kc_json_plan_make(const struct kc_schema *schema, const struct kc_json_options *options,
                            struct kc_json_plan **out, struct kc_error *err)
{
    return make(schema, options, 0, out, err);
}

static bool put_word(struct kc_out *o, const char *text)
{
    return kc_out_put(o, text, strlen(text));
}

static bool put_member(struct kc_out *o, const char *name, struct kc_str text)
{
    return text.len == 0 || (put_word(o, name) && kc_json_java_text(o, text.ptr, text.len));
}

/* What is inside a schema of this type, behind its type word. */
static bool put_inside(struct kc_out *o, const struct kc_schema *schema, const struct kc_json_plan *plan)
{
    switch (schema->type) {
    case KC_ARRAY:
        return put_word(o, ",\"items\":") && kc_json_put_schema(o, schema->item_schema, plan->item, NULL);
    case KC_MAP:
        return put_word(o, ",\"keys\":") && kc_json_put_schema(o, schema->key_schema, plan->key, NULL) &&
               put_word(o, ",\"values\":") && kc_json_put_schema(o, schema->item_schema, plan->item, NULL);
    case KC_STRUCT:
        if (!put_word(o, ",\"fields\":["))
            return false;
        for (uint32_t i = 0; i < schema->n_fields; i++)
            if ((i > 0 && !put_word(o, ",")) ||
                !kc_json_put_schema(o, schema->fields[i].schema, plan->fields[i].plan,
                                    &schema->fields[i].name))
                return false;
        return put_word(o, "]");
    default: return true;
    }
}

static bool put_parameters(struct kc_out *o, const struct kc_map *params)
{
    if (params->len == 0)
        return true;
    if (!put_word(o, ",\"parameters\":{"))
        return false;
    for (uint32_t i = 0; i < params->len; i++) {
        const struct kc_kv *kv = &params->kvs[i];

        if ((i > 0 && !put_word(o, ",")) || !kc_json_java_text(o, kv->key.ptr, kv->key.len) ||
            !put_word(o, ":") ||
            !kc_json_java_text(o, kv->value.type == KC_STRING ? kv->value.as.str : "",
                               kv->value.type == KC_STRING ? kv->value.len : 0))
            return false;
    }
    return put_word(o, "}");
}

bool kc_json_put_schema(struct kc_out *o, const struct kc_schema *schema, const struct kc_json_plan *plan,
                        const struct kc_str *field)
{
    char version[32];

    if (!put_word(o, "{\"type\":\"") || !put_word(o, kc_type_word(schema->type)) || !put_word(o, "\"") ||
        !put_inside(o, schema, plan) ||
        !put_word(o, schema->optional ? ",\"optional\":true" : ",\"optional\":false") ||
        !put_member(o, ",\"name\":", schema->name))
        return false;
    (void)snprintf(version, sizeof(version), ",\"version\":%d", schema->version);
    if ((schema->version != 0 && !put_word(o, version)) || !put_member(o, ",\"doc\":", schema->doc) ||
        !put_parameters(o, &schema->params))
        return false;
    if (plan->instead.len > 0 &&
        (!put_word(o, ",\"default\":") || !kc_out_put(o, plan->instead.data, plan->instead.len)))
        return false;
    if (field != NULL && (!put_word(o, ",\"field\":") || !kc_json_java_text(o, field->ptr, field->len)))
        return false;
    return put_word(o, "}");
}
