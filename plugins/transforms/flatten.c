/* Flatten: nested fields become fields of one level, their names joined by a delimiter. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

enum { MAX_DEPTH = 100, MAX_NAME = 4096 };

struct flatten {
    struct kc_smt base;
    struct kc_str delimiter;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("delimiter", KC_CFG_STRING, ".", 0, KC_IMPORTANCE_MEDIUM,
                "What stands between the names of the levels.")},
};
KC_SMT_DEF(config_def, keys);

static kc_status open_flatten(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct flatten *t = (struct flatten *)s;

    if (kc_setting_text(s, config, "delimiter", &t->delimiter, err) < 0)
        return KC_ERR_NOMEM;
    if (t->delimiter.ptr == NULL)
        t->delimiter = kc_str(".");
    return KC_OK;
}

/* prefix, delimiter and name in the batch's arena; the name alone on the first level. */
static kc_status join(const struct flatten *t, struct kc_batch *b, struct kc_str prefix, struct kc_str name,
                      uint32_t depth, struct kc_str *out, struct kc_error *err)
{
    uint32_t n = prefix.len + t->delimiter.len + name.len;
    char *text;

    if (depth > MAX_DEPTH || n > MAX_NAME || name.len > MAX_NAME)
        return kc_fail(err, KC_ERR_RECORD,
                       "Flatten takes names of at most %d bytes and %d levels; the field %.*s is beyond that",
                       MAX_NAME, MAX_DEPTH, name.len < 100 ? (int)name.len : 100, name.ptr);
    *out = name;
    if (depth == 0)
        return KC_OK;
    text = kc_smt_take(b, n, err);
    if (text == NULL)
        return KC_ERR_NOMEM;
    memcpy(text, prefix.ptr, prefix.len);
    if (t->delimiter.len > 0)
        memcpy(text + prefix.len, t->delimiter.ptr, t->delimiter.len);
    if (name.len > 0)
        memcpy(text + prefix.len + t->delimiter.len, name.ptr, name.len);
    *out = (struct kc_str){text, n, 0};
    return KC_OK;
}

/* Without schema */

static uint64_t count_entries(const struct kc_value *map, uint32_t depth)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < map->len; i++) {
        const struct kc_value *v = &map->as.items[2 * i + 1];

        n += v->type == KC_MAP && depth <= MAX_DEPTH ? count_entries(v, depth + 1) : 1;
    }
    return n;
}

static kc_status flatten_map(const struct flatten *t, struct kc_batch *b, const struct kc_value *map,
                             struct kc_str prefix, uint32_t depth, struct kc_value *items, uint32_t *n,
                             struct kc_error *err)
{
    struct kc_str name;

    for (uint32_t i = 0; i < map->len; i++) {
        const struct kc_value *key = &map->as.items[2 * i], *v = key + 1;

        if (key->type != KC_STRING)
            return kc_fail(err, KC_ERR_RECORD, "Flatten needs texts as the keys of maps, found: %s",
                           kc_type_name(key->type));
        if (join(t, b, prefix, kc_value_text(key), depth, &name, err) < 0)
            return err->status;
        if (v->type == KC_STRUCT)
            return kc_fail(
                err, KC_ERR_RECORD,
                "Flatten transformation does not support STRUCT for record without schemas (for field %.*s).",
                (int)name.len, name.ptr);
        if (v->type != KC_MAP)
            kc_map_put(items, n, name, *v);
        else if (flatten_map(t, b, v, name, depth + 1, items, n, err) < 0)
            return err->status;
    }
    return KC_OK;
}

/* With schema */

static kc_status add_leaf(struct kc_fields *f, struct kc_str name, const struct kc_schema *schema,
                          bool optional, const struct kc_value *fallback)
{
    if (schema->optional == optional && schema->default_value == fallback)
        kc_fields_add(f, name, schema, -1);
    else
        kc_fields_add_own(f, name, kc_schema_with(f->ctx, schema, optional, fallback, f->err), -1);
    return f->status;
}

/* A field takes its default from itself, or else from the default of the struct around it. */
static kc_status add_fields(const struct flatten *t, struct kc_batch *b, struct kc_fields *f,
                            const struct kc_schema *in, struct kc_str prefix, uint32_t depth, bool optional,
                            const struct kc_value *fallback)
{
    for (uint32_t i = 0; i < in->n_fields; i++) {
        const struct kc_schema *schema = in->fields[i].schema;
        const struct kc_value *own = schema->default_value;
        struct kc_str name;

        if (own == NULL && fallback != NULL && fallback->type == KC_STRUCT && i < fallback->len &&
            fallback->as.items[i].type != KC_NULL)
            own = &fallback->as.items[i];
        if (join(t, b, prefix, in->fields[i].name, depth, &name, f->err) < 0)
            return f->status = f->err->status;
        if (schema->type == KC_MAP)
            return f->status = kc_fail(f->err, KC_ERR_RECORD,
                                       "Flatten transformation does not support MAP for record with schemas "
                                       "(for field %.*s).",
                                       (int)name.len, name.ptr);
        if (schema->type != KC_STRUCT
                ? add_leaf(f, name, schema, optional || schema->optional, own) < 0
                : add_fields(t, b, f, schema, name, depth + 1, optional || schema->optional, own) < 0)
            return f->status;
    }
    return KC_OK;
}

static struct kc_shape *make_shape(struct flatten *t, struct kc_batch *b, const struct kc_schema *in,
                                   struct kc_error *err)
{
    const struct kc_schema *out = NULL;
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    if (add_fields(t, b, &f, in, kc_str(""), 0, in->optional, in->default_value) >= 0)
        out = kc_fields_make(&f, in);
    kc_fields_finish(&f);
    return out == NULL ? NULL : kc_shapes_add(&t->base.shapes, in->id, 0, out, NULL, 0, err);
}

/* Writes the leaves in order; those of a struct that is null are null. */
static kc_status flatten_struct(const struct kc_schema *schema, const struct kc_value *v,
                                struct kc_value *items, uint32_t *n, struct kc_error *err)
{
    if (v->type != KC_NULL && kc_require_struct(schema, v, "flattening", err) < 0)
        return err->status;
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const struct kc_schema *field = schema->fields[i].schema;
        struct kc_value item = {0};

        if (v->type != KC_NULL)
            item = kc_or_default(field, v->as.items[i], true);
        if (field->type != KC_STRUCT)
            items[(*n)++] = item;
        else if (flatten_struct(field, &item, items, n, err) < 0)
            return err->status;
    }
    return KC_OK;
}

static kc_status flatten(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct flatten *t = (struct flatten *)s;
    struct kc_view view = kc_smt_view(s, r);
    const struct kc_shape *shape;
    struct kc_value *items;
    uint32_t n = 0;

    if (view.value->type == KC_NULL)
        return KC_OK;
    if (kc_require_fields(*view.schema, view.value, "flattening", err) < 0)
        return err->status;
    if (*view.schema == NULL) {
        items = kc_smt_take(b, count_entries(view.value, 0) * 2 * sizeof(*items), err);
        if (items == NULL || flatten_map(t, b, view.value, kc_str(""), 0, items, &n, err) < 0)
            return err->status;
        *view.value = kc_map_value(items, n);
        return KC_OK;
    }
    shape = kc_shapes_find(&s->shapes, (*view.schema)->id, 0);
    if (shape == NULL && (shape = make_shape(t, b, *view.schema, err)) == NULL)
        return err->status;
    items = kc_smt_take(b, shape->out->n_fields * sizeof(*items), err);
    if (items == NULL || flatten_struct(*view.schema, view.value, items, &n, err) < 0)
        return err->status;
    *view.value = kc_struct_value(items, n);
    *view.schema = shape->out;
    return KC_OK;
}

static const struct kc_smt_type type = {"Flatten", sizeof(struct flatten), open_flatten, flatten, NULL};

KC_SMT_BOTH_SIDES(kc_smt_flatten, "Flatten", "Flattens the nested fields", type, &config_def);
