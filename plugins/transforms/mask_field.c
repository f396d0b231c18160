/* MaskField: fields get the empty value of their type, or a replacement. */
#include <errno.h>
#include <stdlib.h>

#include "components.h"
#include "decimal.h"
#include "java_number.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

struct mask {
    struct kc_smt base;
    struct kc_names fields;
    struct kc_str replacement; /* ptr NULL: the empty value */
    bool replace_null;
};

static const struct kc_config_key keys[] = {
    {KC_SMT_KEY("fields", KC_CFG_LIST, NULL, KC_CFG_REQUIRED | KC_CFG_NON_EMPTY, KC_IMPORTANCE_HIGH,
                "Fields to mask.")},
    {KC_SMT_KEY(
         "replacement", KC_CFG_STRING, NULL, KC_CFG_NON_EMPTY, KC_IMPORTANCE_LOW,
         "A text that takes the place of numbers and texts; it must be a number of the field's type for "
         "numbers. Without it: 0, false, an empty text, list or map."),
     .check = kc_check_not_empty},
    KC_SMT_REPLACE_NULL_KEY,
};
KC_SMT_DEF(config_def, keys);

static kc_status open_mask(struct kc_smt *s, const struct kc_map *config, struct kc_error *err)
{
    struct mask *t = (struct mask *)s;

    t->replace_null = kc_setting_flag(config, KC_SMT_REPLACE_NULL, true);
    if (kc_setting_list(s, config, "fields", &t->fields, err) < 0 ||
        kc_setting_text(s, config, "replacement", &t->replacement, err) < 0)
        return KC_ERR_NOMEM;
    return t->fields.n > 0 ? KC_OK
                           : kc_fail(err, KC_ERR_CONFIG, "MaskField needs fields, the names of at least one");
}

static kc_status empty_value(const struct kc_schema *schema, struct kc_value *v, struct kc_error *err)
{
    static const uint8_t zero;
    static const struct kc_value no_item;
    struct kc_value out = {.type = v->type};

    switch (v->type) {
    case KC_STRING: out.as.str = ""; break;
    case KC_ARRAY:
    case KC_MAP: out.as.items = &no_item; break;
    case KC_BYTES:
        if (schema == NULL || !kc_is_decimal(schema))
            return kc_fail(err, KC_ERR_RECORD, "Cannot mask value of type: BYTES");
        out.as.bytes = &zero;
        out.len = 1;
        break;
    case KC_STRUCT: return kc_fail(err, KC_ERR_RECORD, "Cannot mask value of type: STRUCT");
    default: break; /* zero is 0, 0.0 and false */
    }
    *v = out;
    return KC_OK;
}

static bool is_date(const struct kc_schema *s)
{
    return s != NULL && (kc_schema_named(s, KC_LOGICAL_DATE) || kc_schema_named(s, KC_LOGICAL_TIME) ||
                         kc_schema_named(s, KC_LOGICAL_TIMESTAMP));
}

/* As Values.convertToByte() and so on: any number, cut down to the type. */
static bool parse_number(struct kc_str text, uint8_t type, struct kc_value *out)
{
    struct kc_value real;

    if (type == KC_FLOAT32 || type == KC_FLOAT64 || type == KC_UINT64)
        return kc_java_parse(text, type, out);
    if (kc_java_parse(text, KC_INT64, out)) {
        *out = kc_number(type, kc_java_narrow(out->as.i64, type));
        return true;
    }
    if (!kc_java_parse(text, KC_FLOAT64, &real))
        return false;
    *out = kc_number(type, kc_java_narrow(kc_java_truncate(real.as.f64, KC_INT64), type));
    return true;
}

static kc_status replaced(const struct mask *t, struct kc_batch *b, const struct kc_schema *schema,
                          struct kc_value *v, struct kc_error *err)
{
    struct kc_value out = {.type = v->type};
    bool ok = true;
    uint8_t *bytes;

    if (v->type == KC_STRING) {
        *v = kc_text_value(t->replacement);
        return KC_OK;
    }
    if (v->type == KC_BYTES && schema != NULL && kc_is_decimal(schema)) {
        bytes = kc_smt_take(b, KC_DECIMAL_BYTES, err);
        if (bytes == NULL)
            return KC_ERR_NOMEM;
        out.len = kc_decimal_parse(t->replacement, kc_decimal_scale(schema), bytes);
        out.as.bytes = bytes;
        ok = out.len > 0;
    } else if (is_date(schema) || (v->type > KC_FLOAT64 && v->type != KC_UINT64)) {
        return kc_fail(err, KC_ERR_RECORD, "Cannot mask value of type: %s with custom replacement.",
                       kc_type_name(v->type));
    } else {
        ok = parse_number(t->replacement, v->type, &out);
    }
    if (!ok)
        return kc_fail(err, KC_ERR_RECORD, "Unable to convert %s (%s) to number", t->replacement.ptr,
                       kc_type_name(v->type));
    *v = out;
    return KC_OK;
}

static kc_status mask_value(const struct mask *t, struct kc_batch *b, const struct kc_schema *schema,
                            struct kc_value *v, struct kc_error *err)
{
    if (v->type == KC_NULL)
        return KC_OK;
    return t->replacement.ptr == NULL ? empty_value(schema, v, err) : replaced(t, b, schema, v, err);
}

static kc_status mask_map(const struct mask *t, struct kc_batch *b, struct kc_value *value,
                          struct kc_error *err)
{
    struct kc_value *items = kc_map_copy(b, value, t->fields.n, err);
    uint32_t n = value->len;

    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < t->fields.n; i++) {
        const struct kc_value *found = kc_map_find(value, t->fields.list[i]);
        struct kc_value v = found == NULL ? (struct kc_value){0} : *found;

        if (mask_value(t, b, NULL, &v, err) < 0)
            return err->status;
        kc_map_put(items, &n, t->fields.list[i], v);
    }
    *value = kc_map_value(items, n);
    return KC_OK;
}

static kc_status mask(struct kc_smt *s, struct kc_batch *b, struct kc_record *r, struct kc_error *err)
{
    struct mask *t = (struct mask *)s;
    struct kc_view view = kc_smt_view(s, r);
    const struct kc_schema *schema = *view.schema;
    struct kc_value *items;

    if (kc_require_fields(schema, view.value, "mask fields", err) < 0)
        return err->status;
    if (schema == NULL)
        return mask_map(t, b, view.value, err);
    items = kc_smt_take(b, view.value->len * sizeof(*items), err);
    if (items == NULL)
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < view.value->len; i++) {
        const struct kc_field *f = &schema->fields[i];

        items[i] = kc_or_default(f->schema, view.value->as.items[i], t->replace_null);
        if (kc_names_find(&t->fields, f->name) >= 0 && mask_value(t, b, f->schema, &items[i], err) < 0)
            return err->status;
    }
    *view.value = kc_struct_value(items, view.value->len);
    return KC_OK;
}

static const struct kc_smt_type type = {"MaskField", sizeof(struct mask), open_mask, mask, NULL};

KC_SMT_BOTH_SIDES(kc_smt_mask_field, "MaskField", "Masks fields", type, &config_def);
