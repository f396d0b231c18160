/* ValueToKey: a new key out of fields of the value. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct to_key {
    struct kc_smt base;
    struct kc_names fields;
    bool replace_null;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("fields", KC_CFG_LIST, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_HIGH,
                "Fields of the value that make the key.")},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_to_key(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct to_key *t = (struct to_key *)s;

    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (kc_setting_list(s, config, "fields", &t->fields, err) < 0)
        return KC_ERR_NOMEM;
    return t->fields.n > 0
               ? KC_OK
               : kc_fail(err, KC_ERR_CONFIG, "ValueToKey needs fields, the names of at least one");
}

static kc_status from_map(const struct to_key *t, struct kc_batch *b, struct kc_record *r,
                          struct kc_error *err)
{
    struct kc_value *items = kc_smt_take(b, (uint64_t)t->fields.n * 2 * sizeof(*items), err);
    uint32_t n = 0;

    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < t->fields.n; i++) {
        const struct kc_value *v = kc_map_find(&r->value, t->fields.list[i]);

        kc_map_put(items, &n, t->fields.list[i], v == NULL ? (struct kc_value){0} : *v);
    }
    r->key = kc_map_value(items, n);
    r->key_schema = NULL;
    return KC_OK;
}

static struct kc_shape *make_shape(struct to_key *t, const struct kc_schema *in, struct kc_error *err)
{
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    for (uint32_t i = 0; i < t->fields.n; i++) {
        int32_t at = kc_field_index(in, t->fields.list[i]);

        if (at < 0) {
            (void)kc_fail(err, KC_ERR_RECORD, "Field does not exist: %s", t->fields.list[i].ptr);
            kc_fields_finish(&f);
            return NULL;
        }
        kc_fields_add(&f, t->fields.list[i], in->fields[at].schema, at);
    }
    return kc_fields_shape(&f, NULL, &t->base.shapes, in->id, 0);
}

static kc_status to_key(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct to_key *t = (struct to_key *)s;
    const struct kc_schema *in = r->value_schema;
    const struct kc_shape *shape;

    if (kc_require_fields(in, &r->value, "copying fields from value to key", err) < 0)
        return err->status;
    if (in == NULL)
        return from_map(t, b, r, err);
    shape = kc_shapes_find(&s->shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, in, err)) == NULL)
        return err->status;
    if (kc_shape_fill(shape, in, &r->value, t->replace_null, b, &r->key, err) < 0)
        return KC_ERR_NOMEM;
    r->key_schema = shape->out;
    return KC_OK;
}

static const struct kc_smt_type type = {"ValueToKey", sizeof(struct to_key), open_to_key, to_key, NULL};

KC_SMT_COMPONENT(kc_smt_value_to_key, "ValueToKey", KC_SMT_PACKAGE,
                 "Makes the key out of fields of the value", type, KC_SIDE_VALUE, &config_def);
