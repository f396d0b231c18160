/* HeaderFrom: copies or moves fields of the key or value into headers. */
#include "components.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct header_from {
    struct kc_smt base;
    struct kc_names fields, headers; /* of the same length */
    bool move;
    bool replace_null;
};

static const char *const operations[] = {"move", "copy", NULL};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("fields", KC_CFG_LIST, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_HIGH,
                "Fields that become headers.")},
    {KC_SMT_KEY("headers", KC_CFG_LIST, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_HIGH,
                "Names of the headers, in the same order as the fields.")},
    {KC_SMT_KEY("operation", KC_CFG_STRING, NULL, KC_CFG_REQUIRED | KC_CFG_ONE_OF, KC_IMPORTANCE_HIGH,
                "`move`: the fields are taken out; `copy`: they stay."),
     .choices = operations},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_header_from(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct header_from *t = (struct header_from *)s;
    struct kc_str operation;

    if (kc_setting_list(s, config, "fields", &t->fields, err) < 0 ||
        kc_setting_list(s, config, "headers", &t->headers, err) < 0 ||
        kc_setting_text(s, config, "operation", &operation, err) < 0)
        return KC_ERR_NOMEM;
    t->move = kc_same_text(operation, kc_str("move"));
    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (t->fields.n == 0 || t->fields.n != t->headers.n)
        return kc_fail(err, KC_ERR_CONFIG,
                       "'fields' config must have the same number of elements as 'headers' config.");
    if (!t->move && !kc_same_text(operation, kc_str("copy")))
        return kc_fail(err, KC_ERR_CONFIG, "'operation' config must be move or copy");
    return KC_OK;
}

static kc_status from_map(const struct header_from *t, struct kc_batch *b, struct kc_value *value,
                          struct kc_header *headers, struct kc_error *err)
{
    struct kc_value *items;
    uint32_t n = 0;

    for (uint32_t i = 0; i < t->fields.n; i++) {
        const struct kc_value *found = kc_map_find(value, t->fields.list[i]);

        headers[i] = (struct kc_header){.key = t->headers.list[i],
                                        .value = found == NULL ? (struct kc_value){0} : *found};
    }
    if (!t->move)
        return KC_OK;
    items = kc_smt_take(b, (uint64_t)value->len * 2 * sizeof(*items), err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < value->len; i++) {
        const struct kc_value *entry = &value->as.items[2 * i];

        if (entry->type != KC_STRING || kc_names_find(&t->fields, kc_value_text(entry)) < 0)
            memcpy(&items[2 * n++], entry, 2 * sizeof(*entry));
    }
    *value = kc_map_value(items, n);
    return KC_OK;
}

static struct kc_shape *make_shape(struct header_from *t, const struct kc_schema *in, struct kc_error *err)
{
    struct kc_fields f;

    kc_fields_begin(&f, t->base.ctx, err);
    for (uint32_t i = 0; i < in->n_fields; i++)
        if (kc_names_find(&t->fields, in->fields[i].name) < 0)
            kc_fields_add(&f, in->fields[i].name, in->fields[i].schema, (int32_t)i);
    return kc_fields_shape(&f, in, &t->base.shapes, in->id, 0);
}

static kc_status from_struct(struct header_from *t, struct kc_batch *b, struct kc_view view,
                             struct kc_header *headers, struct kc_error *err)
{
    const struct kc_schema *in = *view.schema;
    const struct kc_shape *shape;

    for (uint32_t i = 0; i < t->fields.n; i++) {
        int32_t at = kc_field_index(in, t->fields.list[i]);

        if (at < 0)
            return kc_fail(err, KC_ERR_RECORD, "%s is not a valid field name", t->fields.list[i].ptr);
        headers[i] = (struct kc_header){
            .key = t->headers.list[i],
            .schema = in->fields[at].schema,
            .value = kc_or_default(in->fields[at].schema, view.value->as.items[at], t->replace_null)};
    }
    if (!t->move)
        return KC_OK;
    shape = kc_shapes_find(&t->base.shapes, in->id, 0);
    if (shape == NULL && (shape = make_shape(t, in, err)) == NULL)
        return err->status;
    if (kc_shape_fill(shape, in, view.value, t->replace_null, b, view.value, err) < 0)
        return KC_ERR_NOMEM;
    *view.schema = shape->out;
    return KC_OK;
}

static kc_status header_from(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct header_from *t = (struct header_from *)s;
    struct kc_view view = kc_smt_view(s, r);
    struct kc_header *headers;
    kc_status status;

    if (kc_require_fields(*view.schema, view.value, t->move ? "header move" : "header copy", err) < 0)
        return err->status;
    headers = kc_smt_take(b, ((uint64_t)r->n_headers + t->fields.n) * sizeof(*headers), err);
    if (headers == NULL)
        return KC_ERR_NOMEM;
    if (r->n_headers > 0)
        memcpy(headers, r->headers, r->n_headers * sizeof(*headers));
    status = *view.schema == NULL ? from_map(t, b, view.value, headers + r->n_headers, err)
                                  : from_struct(t, b, view, headers + r->n_headers, err);
    if (status < 0)
        return status;
    r->headers = headers;
    r->n_headers += t->fields.n;
    return KC_OK;
}

static const struct kc_smt_type type = {"HeaderFrom", sizeof(struct header_from), open_header_from,
                                        header_from, NULL};

KC_SMT_BOTH_SIDES(kc_smt_header_from, "HeaderFrom", "Makes headers out of fields", type, &config_def);
