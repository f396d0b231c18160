/* SetSchemaMetadata: another name and version of the schema. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct metadata {
    struct kc_smt base;
    struct kc_str name; /* ptr NULL: as it is */
    int32_t version;
    bool has_version;
    bool replace_null;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("schema.name", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_HIGH, "New name of the schema.")},
    {KC_SMT_KEY("schema.version", KC_CFG_INT, NULL, 0, KC_IMPORTANCE_HIGH, "New version of the schema.")},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_metadata(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct metadata *t = (struct metadata *)s;
    const struct kc_value *version = kc_map_get(config, "schema.version");

    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (version != NULL && version->type == KC_INT32) {
        t->version = (int32_t)version->as.i64;
        t->has_version = true;
    }
    return kc_setting_text(s, config, "schema.name", &t->name, err);
}

static struct kc_shape *make_shape(struct metadata *t, const struct kc_schema *in, struct kc_error *err)
{
    struct kc_schema spec = *in;
    const struct kc_schema *out;

    spec.struct_size = sizeof(spec);
    if (t->name.ptr != NULL)
        spec.name = t->name;
    if (t->has_version)
        spec.version = t->version;
    out = kc_host->schema_new(t->base.ctx, &spec, err);
    return out == NULL ? NULL : kc_shapes_add(&t->base.shapes, in->id, 0, out, NULL, 0, err);
}

static kc_status set_metadata(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct metadata *t = (struct metadata *)s;
    struct kc_view view = kc_smt_view(s, r);
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;
    struct kc_value *items;

    if (in == NULL && view.value->type == KC_NULL)
        return KC_OK;
    if (in == NULL)
        return kc_fail(err, KC_ERR_RECORD, "Schema required for [updating schema metadata]");
    shape = kc_shapes_find(&s->shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, in, err)) == NULL)
        return err->status;
    if (view.value->type == KC_STRUCT) {
        if (kc_require_struct(in, view.value, "updating schema metadata", err) < 0)
            return err->status;
        if (t->replace_null && kc_has_null_default(in, view.value)) {
            items = kc_smt_take(b, view.value->len * sizeof(*items), err);
            if (items == NULL)
                return KC_ERR_NOMEM;
            for (uint32_t i = 0; i < view.value->len; i++)
                items[i] = kc_or_default(in->fields[i].schema, view.value->as.items[i], true);
            *view.value = kc_struct_value(items, view.value->len);
        }
    }
    *view.schema = shape->out;
    return KC_OK;
}

static const struct kc_smt_type type = {"SetSchemaMetadata", sizeof(struct metadata), open_metadata,
                                        set_metadata, NULL};

KC_SMT_BOTH_SIDES(kc_smt_set_schema_metadata, "SetSchemaMetadata", "Sets name and version of the schema",
                  type, &config_def);
