/* HoistField: the whole key or value becomes the only field of a struct, or of a map without schema. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct hoist {
    struct kc_smt base;
    struct kc_str field;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("field", KC_CFG_STRING, NULL, KC_CFG_REQUIRED, KC_IMPORTANCE_MEDIUM,
                "Name of the only field of the new struct or map.")},
};
KC_SMT_DEF(config_def, keys);

static kc_status open_hoist(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct hoist *t = (struct hoist *)s;

    if (kc_setting_text(s, config, "field", &t->field, err) < 0)
        return KC_ERR_NOMEM;
    return t->field.ptr != NULL ? KC_OK
                                : kc_fail(err, KC_ERR_CONFIG, "HoistField needs field, the name of a field");
}

static struct kc_shape *make_shape(struct hoist *t, const struct kc_schema *in, struct kc_error *err)
{
    const struct kc_schema *out;
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    kc_fields_add(&f, t->field, in, 0);
    out = kc_fields_make(&f, NULL);
    kc_fields_finish(&f);
    return out == NULL ? NULL : kc_shapes_add(&t->base.shapes, in->id, 0, out, NULL, 0, err);
}

static kc_status hoist(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct hoist *t = (struct hoist *)s;
    struct kc_view view = kc_smt_view(s, r);
    struct kc_value *items = kc_smt_take(b, 2 * sizeof(*items), err);
    const struct kc_shape *shape;
    uint32_t n = 0;

    if (items == NULL)
        return KC_ERR_NOMEM;
    if (*view.schema == NULL) {
        kc_map_put(items, &n, t->field, *view.value);
        *view.value = kc_map_value(items, n);
        return KC_OK;
    }
    shape = kc_shapes_find(&s->shapes, (*view.schema)->id, 0);
    if (shape == NULL && (shape = make_shape(t, *view.schema, err)) == NULL)
        return err->status;
    items[0] = *view.value;
    *view.value = kc_struct_value(items, 1);
    *view.schema = shape->out;
    return KC_OK;
}

static const struct kc_smt_type type = {"HoistField", sizeof(struct hoist), open_hoist, hoist, NULL};

KC_SMT_BOTH_SIDES(kc_smt_hoist_field, "HoistField", "Makes a struct of one field", type, &config_def);
