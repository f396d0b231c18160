/* TimestampConverter: a time in one form becomes one in another. */
#include <stdlib.h>

#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "timestamp_kind.h"
#include "values.h"

struct converter {
    struct kc_smt base;
    struct kc_str field; /* len 0: the whole value */
    struct kc_time_settings time;
    bool replace_null;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("field", KC_CFG_STRING, "", 0, KC_IMPORTANCE_HIGH,
                "The field with the time; empty when the whole key or value is one.")},
    {KC_SMT_KEY("target.type", KC_CFG_STRING, NULL, KC_CFG_REQUIRED | KC_CFG_ONE_OF, KC_IMPORTANCE_HIGH,
                "The form wanted: `string`, `unix` (a number), `Date`, `Time` or `Timestamp`."),
     .choices = kc_time_kind_names},
    {KC_SMT_KEY("format", KC_CFG_STRING, "", 0, KC_IMPORTANCE_MEDIUM,
                "A pattern of java.text.SimpleDateFormat, for times that are or become texts. UTC.")},
    {KC_SMT_KEY("unix.precision", KC_CFG_STRING, "milliseconds", KC_CFG_ONE_OF, KC_IMPORTANCE_LOW,
                "The unit of times that are or become numbers. Below a millisecond digits are lost."),
     .choices = kc_time_precisions},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static int position(struct kc_str s, const char *const *words)
{
    int i = 0;

    while (words[i] != NULL && !kc_same_text(s, kc_str(words[i])))
        i++;
    return words[i] == NULL ? -1 : i;
}

static bool is_blank(struct kc_str s)
{
    return strspn(s.ptr, " \t") == s.len; /* settings end with a NUL */
}

static kc_status open_converter(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct converter *t = (struct converter *)s;
    struct kc_str target, precision, format;
    int kind;

    if (kc_setting_text(s, config, "field", &t->field, err) < 0 ||
        kc_setting_text(s, config, "target.type", &target, err) < 0 ||
        kc_setting_text(s, config, "unix.precision", &precision, err) < 0 ||
        kc_setting_text(s, config, "format", &format, err) < 0)
        return KC_ERR_NOMEM;
    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    kind = position(target, kc_time_kind_names);
    t->time.precision = position(precision, kc_time_precisions);
    if (kind < 0 || t->time.precision < 0)
        return kc_fail(err, KC_ERR_CONFIG, "TimestampConverter does not know this %s",
                       kind < 0 ? "target.type" : "unix.precision");
    t->time.target = (enum kc_time_kind)kind;
    if (format.ptr != NULL && !is_blank(format))
        return kc_date_format_read(s, format, &t->time.format, err);
    return kind != KC_TIME_STRING ? KC_OK
                                  : kc_fail(err, KC_ERR_CONFIG,
                                            "TimestampConverter requires format option to be specified when "
                                            "using string timestamps");
}

static kc_status known_kind(const struct kc_schema *s, enum kc_time_kind *kind, struct kc_error *err)
{
    *kind = kc_time_kind_of(s);
    if (*kind != KC_TIME_KINDS)
        return KC_OK;
    return kc_fail(err, KC_ERR_RECORD, "Schema %s does not correspond to a known timestamp type format",
                   kc_type_name(s->type));
}

static kc_status convert_items(const struct converter *t, struct kc_batch *b, const struct kc_schema *in,
                               int32_t at, const struct kc_value *from, struct kc_value *out,
                               struct kc_error *err)
{
    for (uint32_t i = 0; i < from->len; i++)
        out[i] = kc_or_default(in->fields[i].schema, from->as.items[i], t->replace_null);
    return at < 0 ? KC_OK
                  : kc_time_convert(&t->time, b, kc_time_kind_of(in->fields[at].schema), &out[at], err);
}

/* Unlike most transforms this one keeps the struct's being optional, and its default, converted too. */
static const struct kc_schema *struct_schema(struct converter *t, struct kc_batch *b,
                                             const struct kc_schema *in, int32_t at, struct kc_error *err)
{
    const struct kc_schema *bare, *out;
    struct kc_value fallback;
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    for (uint32_t i = 0; i < in->n_fields; i++) {
        const struct kc_schema *old = in->fields[i].schema;

        if ((int32_t)i == at)
            kc_fields_add_own(&f, in->fields[i].name,
                              kc_time_schema(t->base.ctx, t->time.target, old->optional, err), (int32_t)i);
        else
            kc_fields_add(&f, in->fields[i].name, old, (int32_t)i);
    }
    bare = kc_fields_make(&f, in);
    kc_fields_finish(&f);
    if (bare == NULL || (!in->optional && in->default_value == NULL))
        return bare;
    if (in->default_value != NULL) {
        struct kc_value *items = kc_smt_take(b, in->n_fields * sizeof(*items), err);

        if (items == NULL ||
            kc_require_struct(in, in->default_value, "converting timestamp formats", err) < 0 ||
            convert_items(t, b, in, at, in->default_value, items, err) < 0) {
            kc_host->schema_unref(bare);
            return NULL;
        }
        fallback = kc_struct_value(items, in->n_fields);
    }
    out = kc_schema_with(t->base.ctx, bare, in->optional, in->default_value == NULL ? NULL : &fallback, err);
    kc_host->schema_unref(bare);
    return out;
}

/* from[0]: the field, or -1; for a whole value nothing. */
static struct kc_shape *make_shape(struct converter *t, struct kc_batch *b, const struct kc_schema *in,
                                   struct kc_error *err)
{
    int32_t at = t->field.len == 0 ? -1 : kc_field_index(in, t->field), *from;
    const struct kc_schema *timed = t->field.len == 0 ? in : at < 0 ? NULL : in->fields[at].schema, *out;
    enum kc_time_kind kind;

    if (timed != NULL && known_kind(timed, &kind, err) < 0)
        return NULL;
    out = t->field.len == 0 ? kc_time_schema(t->base.ctx, t->time.target, in->optional, err)
                            : struct_schema(t, b, in, at, err);
    if (out == NULL)
        return NULL;
    from = malloc(sizeof(*from));
    if (from == NULL) {
        kc_host->schema_unref(out);
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a field's place");
        return NULL;
    }
    *from = at;
    return kc_shapes_add(&t->base.shapes, in->id, 0, out, from, 1, err);
}

static kc_status convert_in_map(const struct converter *t, struct kc_batch *b, struct kc_value *value,
                                struct kc_error *err)
{
    const struct kc_value *found;
    struct kc_value v = {0}, *items;
    uint32_t n = value->len;

    if (kc_require_map(value, "converting timestamp formats", err) < 0)
        return err->status;
    found = kc_map_find(value, t->field);
    if (found != NULL)
        v = *found;
    if (kc_time_convert(&t->time, b, kc_time_kind_of_value(&v), &v, err) < 0)
        return err->status;
    items = kc_map_copy(b, value, 1, err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    kc_map_put(items, &n, t->field, v);
    *value = kc_map_value(items, n);
    return KC_OK;
}

static kc_status convert_with_schema(struct converter *t, struct kc_batch *b, struct kc_view view,
                                     struct kc_error *err)
{
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;
    struct kc_value v = *view.value, *items;

    if (t->field.len > 0 && in->type != KC_STRUCT)
        return kc_fail(err, KC_ERR_RECORD, "Cannot list fields on non-struct type: %s has no field %s",
                       kc_type_name(in->type), t->field.ptr);
    if (t->field.len > 0 && v.type != KC_NULL &&
        kc_require_struct(in, &v, "converting timestamp formats", err) < 0)
        return err->status;
    shape = kc_shapes_find(&t->base.shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, b, in, err)) == NULL)
        return err->status;
    if (t->field.len == 0) {
        if (kc_time_convert(&t->time, b, kc_time_kind_of(in), &v, err) < 0)
            return err->status;
    } else if (v.type != KC_NULL) {
        items = kc_smt_take(b, v.len * sizeof(*items), err);
        if (items == NULL || convert_items(t, b, in, shape->from[0], &v, items, err) < 0)
            return err->status;
        v = kc_struct_value(items, v.len);
    }
    *view.value = v;
    *view.schema = shape->out;
    return KC_OK;
}

static kc_status convert(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct converter *t = (struct converter *)s;
    struct kc_view view = kc_smt_view(s, r);
    struct kc_value v = *view.value;

    if (*view.schema != NULL)
        return convert_with_schema(t, b, view, err);
    if (v.type == KC_NULL)
        return KC_OK;
    if (t->field.len > 0)
        return convert_in_map(t, b, view.value, err);
    if (kc_time_convert(&t->time, b, kc_time_kind_of_value(&v), &v, err) < 0)
        return err->status;
    *view.value = v;
    return KC_OK;
}

static const struct kc_smt_type type = {"TimestampConverter", sizeof(struct converter), open_converter,
                                        convert, NULL};

KC_SMT_BOTH_SIDES(kc_smt_timestamp_converter, "TimestampConverter", "Converts the form of a time", type,
                  &config_def);
