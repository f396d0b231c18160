#include "json_parse_schema.h"

#include "json_value.h"
#include "side.h"
#include "type_word.h"

#include <kconnect/sdk.h>

#include <limits.h>
#include <stdlib.h>

struct reading {
    struct kc_ctx *ctx;
    const struct kc_json_context *c;
    struct kc_error *err;
};

const struct kc_json_node *kc_json_member(const struct kc_json_node *object, const char *name)
{
    const struct kc_json_node *at = object + 1, *found = NULL;

    if (object->kind != KC_JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->n; i++, at += 1 + at[1].skip)
        if (kc_json_is(at, name, strlen(name)))
            found = at + 1;
    return found;
}

static struct kc_str text_member(const struct kc_json_node *node, const char *name)
{
    const struct kc_json_node *v = kc_json_member(node, name);

    if (v == NULL || v->kind != KC_JSON_STRING)
        return (struct kc_str){0};
    return (struct kc_str){v->text, v->len, 0};
}

static kc_status refuse(const struct reading *r, const char *why)
{
    return kc_fail(r->err, KC_ERR_RECORD, "the schema in the message %s", why);
}

static kc_status get(const struct reading *r, const struct kc_json_node *node, const struct kc_schema **out);

static kc_status get_item(const struct reading *r, const struct kc_json_node *node, const char *member,
                          const char *missing, const struct kc_schema **out)
{
    const struct kc_json_node *v = kc_json_member(node, member);
    kc_status status;

    if (v == NULL || v->kind == KC_JSON_NULL)
        return refuse(r, missing);
    status = get(r, v, out);
    return status;
}

/* Fills spec->fields, which the caller frees, with schemas that the caller gives back. */
static kc_status get_fields(const struct reading *r, const struct kc_json_node *node, struct kc_schema *spec,
                            struct kc_field **fields)
{
    const struct kc_json_node *list = kc_json_member(node, "fields"), *item;

    if (list == NULL || list->kind != KC_JSON_ARRAY)
        return refuse(r, "has a struct without the array \"fields\"");
    *fields = calloc(list->n > 0 ? list->n : 1, sizeof(**fields));
    if (*fields == NULL)
        return kc_no_memory(r->err);
    spec->fields = *fields;
    item = list + 1;
    for (uint32_t i = 0; i < list->n; i++, item += item->skip) {
        const struct kc_json_node *name = kc_json_member(item, "field");
        kc_status status;

        if (name == NULL || name->kind != KC_JSON_STRING)
            return refuse(r, "has a struct with a field that has no name (\"field\")");
        status = get(r, item, &(*fields)[i].schema);
        if (status == KC_ERR_RECORD)
            kc_field_error(r->err, (struct kc_str){name->text, name->len, 0});
        if (status < 0)
            return status;
        (*fields)[i].name = (struct kc_str){name->text, name->len, 0};
        spec->n_fields = i + 1;
    }
    return KC_OK;
}

static kc_status get_nested(const struct reading *r, const struct kc_json_node *node, struct kc_schema *spec,
                            struct kc_field **fields)
{
    kc_status status;

    switch (spec->type) {
    case KC_ARRAY:
        return get_item(r, node, "items", "has an array that does not say of what (\"items\")",
                        &spec->item_schema);
    case KC_MAP:
        status = get_item(r, node, "keys", "has a map that does not say of which keys (\"keys\")",
                          &spec->key_schema);
        if (status < 0)
            return status;
        return get_item(r, node, "values", "has a map that does not say of which values (\"values\")",
                        &spec->item_schema);
    case KC_STRUCT: return get_fields(r, node, spec, fields);
    default: return KC_OK;
    }
}

static kc_status get_parameters(const struct reading *r, const struct kc_json_node *node,
                                struct kc_schema *spec, struct kc_kv **kvs)
{
    const struct kc_json_node *params = kc_json_member(node, "parameters"), *at;

    if (params == NULL || params->kind != KC_JSON_OBJECT)
        return KC_OK;
    *kvs = calloc(params->n > 0 ? params->n : 1, sizeof(**kvs));
    if (*kvs == NULL)
        return kc_no_memory(r->err);
    at = params + 1;
    for (uint32_t i = 0; i < params->n; i++, at += 1 + at[1].skip) {
        if (at[1].kind != KC_JSON_STRING)
            return refuse(r, "has a parameter whose value is not a string");
        (*kvs)[i] = (struct kc_kv){{at->text, at->len, 0}, kc_string(at[1].text, at[1].len)};
    }
    spec->params = (struct kc_map){*kvs, params->n, 0};
    return KC_OK;
}

/* A number without fraction that fits into an int; otherwise 0, which is none. */
static int32_t version_of(const struct kc_json_node *node)
{
    const struct kc_json_node *v = kc_json_member(node, "version");
    char text[12];
    long n;

    if (v == NULL || v->kind != KC_JSON_INTEGER || v->len >= sizeof(text))
        return 0;
    memcpy(text, v->text, v->len);
    text[v->len] = 0;
    n = strtol(text, NULL, 10);
    return n > INT32_MAX || n < INT32_MIN ? 0 : (int32_t)n;
}

/* Everything behind the type and what is nested in it. */
static kc_status get_rest(const struct reading *r, const struct kc_json_node *node, struct kc_schema *spec,
                          struct kc_kv **kvs, struct kc_value *fallback)
{
    const struct kc_json_node *optional = kc_json_member(node, "optional"),
                              *value = kc_json_member(node, "default");
    kc_status status = get_parameters(r, node, spec, kvs);

    spec->optional = optional != NULL && optional->kind == KC_JSON_TRUE;
    spec->name = text_member(node, "name");
    spec->doc = text_member(node, "doc");
    spec->version = version_of(node);
    if (status < 0 || value == NULL)
        return status;
    status = kc_json_get_value(r->c, spec, value, fallback, r->err);
    if (status >= 0 && fallback->type != KC_NULL)
        spec->default_value = fallback;
    return status;
}

static kc_status get(const struct reading *r, const struct kc_json_node *node, const struct kc_schema **out)
{
    struct kc_schema spec = {.struct_size = sizeof(spec)};
    const struct kc_str type = text_member(node, "type");
    struct kc_field *fields = NULL;
    struct kc_kv *kvs = NULL;
    struct kc_value fallback;
    kc_status status;

    *out = NULL;
    if (type.ptr == NULL)
        return refuse(r, "is not an object with the member \"type\"");
    spec.type = kc_type_of_word(type.ptr, type.len);
    if (spec.type == KC_NULL)
        return kc_fail(r->err, KC_ERR_RECORD, "the schema in the message has the unknown type \"%.*s\"",
                       type.len < 40 ? (int)type.len : 40, type.ptr);
    status = get_nested(r, node, &spec, &fields);
    if (status >= 0)
        status = get_rest(r, node, &spec, &kvs, &fallback);
    if (status >= 0) {
        *out = kc_host->schema_new(r->ctx, &spec, r->err);
        status = *out != NULL ? KC_OK : r->err->status;
    }
    for (uint32_t i = 0; i < spec.n_fields; i++)
        kc_host->schema_unref(fields[i].schema);
    kc_host->schema_unref(spec.item_schema);
    kc_host->schema_unref(spec.key_schema);
    free(fields);
    free(kvs);
    return status;
}

kc_status kc_json_get_schema(struct kc_ctx *ctx, const struct kc_json_context *c,
                             const struct kc_json_node *node, const struct kc_schema **out,
                             struct kc_error *err)
{
    const struct reading r = {ctx, c, err};

    *out = NULL;
    return node->kind == KC_JSON_NULL ? KC_OK : get(&r, node, out);
}
