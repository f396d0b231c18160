/* ReplaceField: leaves out, keeps and renames fields. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct replace {
    struct kc_smt base;
    struct kc_names exclude, include;
    struct kc_names old_names, new_names; /* of the same length */
    bool replace_null;
};

/* "old:new", as Java's split(":") sees it: exactly two parts, the first may be empty. */
static const char *colon_of(const struct kc_value *item)
{
    const char *colon = memchr(item->as.str, ':', item->len);
    const char *end = item->as.str + item->len;

    if (colon == NULL || colon + 1 == end || memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
        return NULL;
    return colon;
}

static kc_status check_renames(const char *name, const struct kc_value *v, struct kc_error *err)
{
    (void)name;
    for (uint32_t i = 0; v->type == KC_ARRAY && i < v->len; i++)
        if (colon_of(&v->as.items[i]) == NULL)
            return kc_fail(err, KC_ERR_CONFIG, "Invalid rename mapping: %.*s (write old:new)",
                           (int)v->as.items[i].len, v->as.items[i].as.str);
    return KC_OK;
}

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("exclude", KC_CFG_LIST, "", 0, KC_IMPORTANCE_MEDIUM,
                "Fields to leave out. Goes before the fields to include.")},
    {KC_SMT_KEY("include", KC_CFG_LIST, "", 0, KC_IMPORTANCE_MEDIUM,
                "Fields to keep; with none named, all of them.")},
    {KC_SMT_KEY("renames", KC_CFG_LIST, "", 0, KC_IMPORTANCE_MEDIUM,
                "New names of fields: a list of `old:new`."),
     .check = check_renames},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status read_renames(struct replace *t, const struct kc_value *v, struct kc_error *err)
{
    if (v == NULL || v->type != KC_ARRAY || v->len == 0)
        return KC_OK;
    if (check_renames("renames", v, err) < 0)
        return KC_ERR_CONFIG;
    t->old_names.list = kc_smt_alloc(&t->base, v->len * sizeof(struct kc_str), err);
    t->new_names.list = kc_smt_alloc(&t->base, v->len * sizeof(struct kc_str), err);
    if (t->old_names.list == NULL || t->new_names.list == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < v->len; i++) {
        const char *text = v->as.items[i].as.str, *colon = colon_of(&v->as.items[i]);

        if (kc_setting_copy(&t->base, text, (size_t)(colon - text), &t->old_names.list[i], err) < 0 ||
            kc_setting_copy(&t->base, colon + 1, (size_t)(text + v->as.items[i].len - colon - 1),
                            &t->new_names.list[i], err) < 0)
            return KC_ERR_NOMEM;
    }
    t->old_names.n = t->new_names.n = v->len;
    return KC_OK;
}

static kc_status open_replace(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct replace *t = (struct replace *)s;

    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (kc_setting_list(s, config, "exclude", &t->exclude, err) < 0 ||
        kc_setting_list(s, config, "include", &t->include, err) < 0)
        return KC_ERR_NOMEM;
    return read_renames(t, kc_map_get(config, "renames"), err);
}

static bool is_kept(const struct replace *t, struct kc_str name)
{
    return kc_names_find(&t->exclude, name) < 0 &&
           (t->include.n == 0 || kc_names_find(&t->include, name) >= 0);
}

/* The last mapping of a name counts, as in a Java map. */
static struct kc_str renamed(const struct replace *t, struct kc_str name)
{
    for (uint32_t i = t->old_names.n; i > 0; i--)
        if (kc_same_text(t->old_names.list[i - 1], name))
            return t->new_names.list[i - 1];
    return name;
}

static kc_status replace_in_map(struct replace *t, struct kc_batch *b, struct kc_value *value,
                                struct kc_error *err)
{
    struct kc_value *items;
    uint32_t n = 0;

    if (kc_require_map(value, "field replacement", err) < 0)
        return err->status;
    items = kc_smt_take(b, (uint64_t)value->len * 2 * sizeof(*items), err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < value->len; i++) {
        struct kc_str name = kc_value_text(&value->as.items[2 * i]);

        if (value->as.items[2 * i].type == KC_STRING && is_kept(t, name))
            kc_map_put(items, &n, renamed(t, name), value->as.items[2 * i + 1]);
    }
    *value = kc_map_value(items, n);
    return KC_OK;
}

static struct kc_shape *make_shape(struct replace *t, const struct kc_schema *in, struct kc_error *err)
{
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    for (uint32_t i = 0; i < in->n_fields; i++)
        if (is_kept(t, in->fields[i].name))
            kc_fields_add(&f, renamed(t, in->fields[i].name), in->fields[i].schema, (int32_t)i);
    return kc_fields_shape(&f, in, &t->base.shapes, in->id, 0);
}

static kc_status replace(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct replace *t = (struct replace *)s;
    struct kc_view view = kc_smt_view(s, r);
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;

    if (view.value->type == KC_NULL)
        return KC_OK;
    if (in == NULL)
        return replace_in_map(t, b, view.value, err);
    if (kc_require_struct(in, view.value, "field replacement", err) < 0)
        return err->status;
    shape = kc_shapes_find(&s->shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, in, err)) == NULL)
        return err->status;
    if (kc_shape_fill(shape, in, view.value, t->replace_null, b, view.value, err) < 0)
        return KC_ERR_NOMEM;
    *view.schema = shape->out;
    return KC_OK;
}

static const struct kc_smt_type type = {"ReplaceField", sizeof(struct replace), open_replace, replace, NULL};

KC_SMT_BOTH_SIDES(kc_smt_replace_field, "ReplaceField", "Leaves out, keeps or renames fields", type,
                  &config_def);
