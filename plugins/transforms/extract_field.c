/* ExtractField: one field takes the place of the whole key or value. */
#include <stdlib.h>

#include "components.h"
#include "field_path.h"
#include "values.h"

struct extract {
    struct kc_smt base;
    struct kc_path path;
    bool replace_null;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("field", KC_CFG_STRING, NULL, KC_CFG_REQUIRED, KC_IMPORTANCE_MEDIUM,
                "The field to extract, in the syntax that field.syntax.version names.")},
    KC_SMT_SYNTAX_KEY,
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_extract(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct extract *t = (struct extract *)s;

    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    return kc_path_read(s, config, "field", &t->path, err);
}

static struct kc_shape *make_shape(struct extract *t, const struct kc_schema *in, struct kc_error *err)
{
    uint32_t n = t->path.steps.n;
    int32_t *at = malloc(n * sizeof(*at));
    const struct kc_schema *out;

    if (at == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a path");
        return NULL;
    }
    out = kc_path_schema(&t->path, in, at, err);
    if (out == NULL) {
        free(at);
        return NULL;
    }
    kc_host->schema_ref(out);
    return kc_shapes_add(&t->base.shapes, in->id, 0, out, at, n, err);
}

static kc_status extract(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct extract *t = (struct extract *)s;
    struct kc_view view = kc_smt_view(s, r);
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;
    struct kc_value out = {0};

    (void)b;
    if (view.value->type != KC_NULL && kc_require_fields(in, view.value, "field extraction", err) < 0)
        return err->status;
    if (in == NULL) {
        if (view.value->type != KC_NULL && kc_path_in_map(&t->path, view.value, &out, err) < 0)
            return err->status;
        *view.value = out;
        return KC_OK;
    }
    shape = kc_shapes_find(&s->shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, in, err)) == NULL)
        return err->status;
    if (kc_path_in_struct(shape->from, shape->n, in, view.value, t->replace_null, &out, err) < 0)
        return err->status;
    *view.value = out;
    *view.schema = shape->out;
    return KC_OK;
}

static const struct kc_smt_type type = {"ExtractField", sizeof(struct extract), open_extract, extract, NULL};

KC_SMT_BOTH_SIDES(kc_smt_extract_field, "ExtractField", "Puts one field in the place", type, &config_def);
