/* InsertField: topic, partition, offset, timestamp of the record, and a fixed text, as new fields. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

enum what { TOPIC, PARTITION, OFFSET, TIMESTAMP, STATIC, N_WHAT };

struct insertion {
    struct kc_str name; /* ptr NULL: not asked for */
    bool optional;
};

struct insert {
    struct kc_smt base;
    struct insertion field[N_WHAT];
    struct kc_str static_value;
    bool replace_null;
};

#define SUFFIX " Suffix with `!` to make this a required field, or `?` to keep it optional (the default)."

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("topic.field", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_MEDIUM,
                "Name of the field for the topic." SUFFIX)},
    {KC_SMT_KEY("partition.field", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_MEDIUM,
                "Name of the field for the partition." SUFFIX)},
    {KC_SMT_KEY("offset.field", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_MEDIUM,
                "Name of the field for the offset; for sinks only." SUFFIX)},
    {KC_SMT_KEY("timestamp.field", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_MEDIUM,
                "Name of the field for the record's timestamp." SUFFIX)},
    {KC_SMT_KEY("static.field", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_MEDIUM,
                "Name of the field for a fixed text." SUFFIX)},
    {KC_SMT_KEY("static.value", KC_CFG_STRING, NULL, 0, KC_IMPORTANCE_MEDIUM, "The fixed text.")},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_insert(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct insert *t = (struct insert *)s;
    bool any = false;

    for (enum what i = TOPIC; i < N_WHAT; i++) {
        struct insertion *f = &t->field[i];
        char last;

        if (kc_setting_text(s, config, keys[i].name, &f->name, err) < 0)
            return KC_ERR_NOMEM;
        any = any || f->name.ptr != NULL;
        last = f->name.len > 0 ? f->name.ptr[f->name.len - 1] : '\0';
        f->optional = last != '!';
        if (last == '!' || last == '?')
            f->name.len--;
    }
    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (kc_setting_text(s, config, "static.value", &t->static_value, err) < 0)
        return KC_ERR_NOMEM;
    if (!any)
        return kc_fail(err, KC_ERR_CONFIG, "No field insertion configured: name at least one field");
    if (t->field[STATIC].name.ptr != NULL && t->static_value.ptr == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "static.value: No value specified for static field: %.*s",
                       (int)t->field[STATIC].name.len, t->field[STATIC].name.ptr);
    return KC_OK;
}

/* The value to insert; KC_NULL: there is none. */
static kc_status inserted(const struct insert *t, enum what what, const struct kc_record *r,
                          struct kc_value *out, struct kc_error *err)
{
    *out = (struct kc_value){0};
    switch (what) {
    case TOPIC: *out = kc_text_value(r->topic->name); break;
    case PARTITION:
        if (r->partition != KC_ANY_PARTITION)
            *out = kc_number(KC_INT32, r->partition);
        break;
    case OFFSET:
        if (r->origin == NULL)
            return kc_fail(
                err, KC_ERR_RECORD,
                "Only SinkRecord supported for [field insertion]: offset.field (%.*s) works in sink "
                "connectors, a source's record has no offset yet",
                (int)t->field[OFFSET].name.len, t->field[OFFSET].name.ptr);
        *out = kc_number(KC_INT64, r->origin->offset);
        break;
    case TIMESTAMP:
        if (r->timestamp_ms != KC_NO_TIMESTAMP)
            *out = kc_number(KC_INT64, r->timestamp_ms);
        break;
    default: *out = kc_text_value(t->static_value);
    }
    return KC_OK;
}

static kc_status insert_in_map(struct insert *t, struct kc_batch *b, const struct kc_record *r,
                               struct kc_value *value, struct kc_error *err)
{
    struct kc_value *items, v;
    uint32_t n = value->len;

    if (kc_require_map(value, "field insertion", err) < 0)
        return err->status;
    items = kc_map_copy(b, value, N_WHAT, err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (enum what i = TOPIC; i < N_WHAT; i++) {
        if (t->field[i].name.ptr == NULL)
            continue;
        if (inserted(t, i, r, &v, err) < 0)
            return err->status;
        if (v.type != KC_NULL)
            kc_map_put(items, &n, t->field[i].name, v);
    }
    *value = kc_map_value(items, n);
    return KC_OK;
}

static const struct kc_schema *schema_of(struct kc_ctx *ctx, enum what what, bool optional,
                                         struct kc_error *err)
{
    switch (what) {
    case PARTITION: return kc_schema_plain(ctx, KC_INT32, optional, err);
    case OFFSET: return kc_schema_plain(ctx, KC_INT64, optional, err);
    case TIMESTAMP: return kc_schema_logical(ctx, KC_INT64, KC_LOGICAL_TIMESTAMP, optional, err);
    default: return kc_schema_plain(ctx, KC_STRING, optional, err);
    }
}

static struct kc_shape *make_shape(struct insert *t, const struct kc_schema *in, struct kc_error *err)
{
    const struct kc_schema *out;
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    for (uint32_t i = 0; i < in->n_fields; i++)
        kc_fields_add(&f, in->fields[i].name, in->fields[i].schema, (int32_t)i);
    for (enum what i = TOPIC; i < N_WHAT; i++)
        if (t->field[i].name.ptr != NULL)
            kc_fields_add_own(&f, t->field[i].name, schema_of(t->base.ctx, i, t->field[i].optional, err), -1);
    out = kc_fields_make(&f, in);
    kc_fields_finish(&f);
    return out == NULL ? NULL : kc_shapes_add(&t->base.shapes, in->id, 0, out, NULL, 0, err);
}

static kc_status insert_in_struct(struct insert *t, struct kc_batch *b, const struct kc_record *r,
                                  struct kc_view view, struct kc_error *err)
{
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;
    struct kc_value *items;
    uint32_t n = view.value->len;

    if (kc_require_struct(in, view.value, "field insertion", err) < 0)
        return err->status;
    shape = kc_shapes_find(&t->base.shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, in, err)) == NULL)
        return err->status;
    items = kc_smt_take(b, shape->out->n_fields * sizeof(*items), err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < n; i++)
        items[i] = kc_or_default(in->fields[i].schema, view.value->as.items[i], t->replace_null);
    for (enum what i = TOPIC; i < N_WHAT; i++) {
        if (t->field[i].name.ptr == NULL)
            continue;
        if (inserted(t, i, r, &items[n], err) < 0)
            return err->status;
        if (items[n].type == KC_NULL && !t->field[i].optional)
            return kc_fail(err, KC_ERR_RECORD, "Invalid value: null used for required field: \"%.*s\"",
                           (int)t->field[i].name.len, t->field[i].name.ptr);
        n++;
    }
    *view.value = kc_struct_value(items, n);
    *view.schema = shape->out;
    return KC_OK;
}

static kc_status insert(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct insert *t = (struct insert *)s;
    struct kc_view view = kc_smt_view(s, r);

    if (view.value->type == KC_NULL)
        return KC_OK;
    if (*view.schema == NULL)
        return insert_in_map(t, b, r, view.value, err);
    return insert_in_struct(t, b, r, view, err);
}

static const struct kc_smt_type type = {"InsertField", sizeof(struct insert), open_insert, insert, NULL};

KC_SMT_BOTH_SIDES(kc_smt_insert_field, "InsertField", "Inserts the record's metadata or a text as fields",
                  type, &config_def);
