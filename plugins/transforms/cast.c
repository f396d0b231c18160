/* Cast: fields, or the whole key or value, as another type. */
#include <stdlib.h>

#include "cast_value.h"
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct cast {
    struct kc_smt base;
    struct kc_names fields;
    uint8_t *types; /* of each field */
    uint8_t whole;  /* type of the whole value; 0: fields */
    bool replace_null;
};

static struct kc_str trimmed(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ')
        p++;
    while (end > p && (unsigned char)end[-1] <= ' ')
        end--;
    return (struct kc_str){p, (uint32_t)(end - p), 0};
}

/* "field:type", or "type", which leaves the field's ptr NULL. */
static kc_status read_item(const struct kc_value *item, struct kc_str *field, uint8_t *type,
                           struct kc_error *err)
{
    const char *end = item->as.str + item->len, *colon = memchr(item->as.str, ':', item->len);
    struct kc_str word = trimmed(colon == NULL ? item->as.str : colon + 1, end);

    *field = colon == NULL ? (struct kc_str){0} : trimmed(item->as.str, colon);
    if (memchr(word.ptr, ':', word.len) != NULL)
        return kc_fail(err, KC_ERR_CONFIG, "Invalid cast mapping: %.*s (write field:type)", (int)item->len,
                       item->as.str);
    *type = kc_cast_type(word);
    if (*type == 0)
        return kc_fail(err, KC_ERR_CONFIG, "Invalid type found in casting spec: %.*s", (int)word.len,
                       word.ptr);
    if (!kc_cast_is_target(*type) || *type == KC_BYTES)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "Cast transformation does not support casting to %s; supported types are [INT8, INT16, INT32, "
            "INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]",
            kc_type_name(*type));
    return KC_OK;
}

static kc_status check_spec(const char *name, const struct kc_value *v, struct kc_error *err)
{
    struct kc_str field;
    uint8_t type;

    (void)name;
    if (v->type != KC_ARRAY || v->len == 0)
        return kc_fail(err, KC_ERR_CONFIG, "Must specify at least one field to cast.");
    for (uint32_t i = 0; i < v->len; i++) {
        if (read_item(&v->as.items[i], &field, &type, err) < 0)
            return KC_ERR_CONFIG;
        if (field.ptr == NULL && v->len > 1)
            return kc_fail(
                err, KC_ERR_CONFIG,
                "Cast transformations that specify a type to cast the entire value to may only specify a "
                "single cast in their spec");
    }
    return KC_OK;
}

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY(
         "spec", KC_CFG_LIST, NULL, KC_CFG_REQUIRED, KC_IMPORTANCE_HIGH,
         "Fields and the types to cast them to, as a list of `field:type`; or one type for the whole key or "
         "value. Types: int8, int16, int32, int64, float32, float64, boolean, string. Bytes can be cast to "
         "string only."),
     .check = check_spec},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_cast(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    const struct kc_value *spec = kc_map_get(config, "spec"), none = {0};
    struct cast *t = (struct cast *)s;
    struct kc_str field;
    uint8_t type;

    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (check_spec("spec", spec == NULL ? &none : spec, err) < 0)
        return KC_ERR_CONFIG;
    t->types = kc_smt_alloc(s, spec->len, err);
    t->fields.list = kc_smt_alloc(s, spec->len * sizeof(*t->fields.list), err);
    if (t->types == NULL || t->fields.list == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < spec->len; i++) {
        if (read_item(&spec->as.items[i], &field, &type, err) < 0)
            return KC_ERR_CONFIG;
        if (field.ptr == NULL) {
            t->whole = type;
            return KC_OK;
        }
        if (kc_setting_copy(s, field.ptr, field.len, &t->fields.list[i], err) < 0)
            return KC_ERR_NOMEM;
        t->types[i] = type;
        t->fields.n++;
    }
    return KC_OK;
}

/* The schema of a cast field: of the type, optional and with a default as before; or, for the whole value, named as before. */
static const struct kc_schema *cast_schema(struct cast *t, struct kc_batch *b, const struct kc_schema *in,
                                           uint8_t type, bool keep_name, struct kc_error *err)
{
    struct kc_schema spec = {.struct_size = sizeof(spec)};
    struct kc_value fallback;

    if (keep_name)
        spec = kc_schema_basics(in);
    spec.type = type;
    spec.key_schema = spec.item_schema = NULL;
    spec.optional = in->optional;
    if (in->default_value != NULL) {
        fallback = *in->default_value;
        if (kc_cast_value(b, in, type, &fallback, err) < 0)
            return NULL;
        spec.default_value = &fallback;
    }
    return kc_host->schema_new(t->base.ctx, &spec, err);
}

static const struct kc_schema *struct_schema(struct cast *t, struct kc_batch *b, const struct kc_schema *in,
                                             struct kc_error *err)
{
    const struct kc_schema *bare, *out;
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    for (uint32_t i = 0; i < in->n_fields && f.status >= 0; i++) {
        int32_t at = kc_names_find(&t->fields, in->fields[i].name);

        if (at < 0)
            kc_fields_add(&f, in->fields[i].name, in->fields[i].schema, -1);
        else
            kc_fields_add_own(&f, in->fields[i].name,
                              cast_schema(t, b, in->fields[i].schema, t->types[at], false, err), -1);
    }
    bare = kc_fields_make(&f, in);
    kc_fields_finish(&f);
    if (bare == NULL || !in->optional)
        return bare;
    out = kc_schema_with(t->base.ctx, bare, true, NULL, err);
    kc_host->schema_unref(bare);
    return out;
}

/* from[i]: the type that field i is cast to, or 0. */
static struct kc_shape *make_shape(struct cast *t, struct kc_batch *b, const struct kc_schema *in,
                                   struct kc_error *err)
{
    int32_t *from = malloc((in->n_fields + 1) * sizeof(*from));
    const struct kc_schema *out;

    if (from == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for the types of fields");
        return NULL;
    }
    out = t->whole != 0 ? cast_schema(t, b, in, t->whole, true, err) : struct_schema(t, b, in, err);
    if (out == NULL) {
        free(from);
        return NULL;
    }
    for (uint32_t i = 0; i < in->n_fields; i++) {
        int32_t at = kc_names_find(&t->fields, in->fields[i].name);

        from[i] = at < 0 ? 0 : t->types[at];
    }
    return kc_shapes_add(&t->base.shapes, in->id, 0, out, from, in->n_fields, err);
}

static kc_status cast_map(const struct cast *t, struct kc_batch *b, struct kc_value *value,
                          struct kc_error *err)
{
    struct kc_value *items;
    uint32_t n = value->len;

    if (kc_require_map(value, "cast types", err) < 0)
        return err->status;
    items = kc_map_copy(b, value, t->fields.n, err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < t->fields.n; i++) {
        const struct kc_value *found = kc_map_find(value, t->fields.list[i]);
        struct kc_value v = found == NULL ? (struct kc_value){0} : *found;

        if (kc_cast_value(b, NULL, t->types[i], &v, err) < 0)
            return err->status;
        kc_map_put(items, &n, t->fields.list[i], v);
    }
    *value = kc_map_value(items, n);
    return KC_OK;
}

static kc_status cast_with_schema(struct cast *t, struct kc_batch *b, struct kc_view view,
                                  struct kc_error *err)
{
    const struct kc_schema *in = *view.schema;
    struct kc_value v = *view.value, *items;
    const struct kc_shape *shape;

    if (t->whole == 0 && kc_require_struct(in, &v, "cast types", err) < 0)
        return err->status;
    shape = kc_shapes_find(&t->base.shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, b, in, err)) == NULL)
        return err->status;
    if (t->whole != 0) {
        if (kc_cast_value(b, in, t->whole, &v, err) < 0)
            return err->status;
    } else {
        items = kc_smt_take(b, v.len * sizeof(*items), err);
        if (items == NULL)
            return KC_ERR_NOMEM;
        for (uint32_t i = 0; i < v.len; i++) {
            items[i] = kc_or_default(in->fields[i].schema, v.as.items[i], t->replace_null);
            if (shape->from[i] != 0 &&
                kc_cast_value(b, in->fields[i].schema, (uint8_t)shape->from[i], &items[i], err) < 0)
                return err->status;
        }
        v = kc_struct_value(items, v.len);
    }
    *view.value = v;
    *view.schema = shape->out;
    return KC_OK;
}

static kc_status cast(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct cast *t = (struct cast *)s;
    struct kc_view view = kc_smt_view(s, r);
    struct kc_value v = *view.value;

    if (v.type == KC_NULL)
        return KC_OK;
    if (*view.schema != NULL)
        return cast_with_schema(t, b, view, err);
    if (t->whole == 0)
        return cast_map(t, b, view.value, err);
    if (kc_cast_value(b, NULL, t->whole, &v, err) < 0)
        return err->status;
    *view.value = v;
    return KC_OK;
}

static const struct kc_smt_type type = {"Cast", sizeof(struct cast), open_cast, cast, NULL};

KC_SMT_BOTH_SIDES(kc_smt_cast, "Cast", "Casts fields, or the whole,", type, &config_def);
