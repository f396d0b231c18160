#include "java_text.h"

#include "base64.h"
#include "decimal_text.h"
#include "iso_text.h"
#include "json_number.h"
#include "logical.h"
#include "nested_text.h"
#include "side.h"
#include "utf8.h"

#include <kconnect/sdk.h>

static kc_status put_decimal(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                             struct kc_error *err)
{
    int32_t scale;
    size_t n;

    if (!kc_decimal_scale(schema, &scale))
        return kc_fail(err, KC_ERR_RECORD, "a Decimal has no parameter \"scale\" in its schema");
    if (!kc_out_room(o, KC_DECIMAL_TEXT_BYTES))
        return kc_no_memory(err);
    n = kc_decimal_java_text(o->cur, v->as.bytes, v->len, scale);
    if (n == 0)
        return kc_fail(err, KC_ERR_RECORD, "a Decimal has no bytes, more than %d, or a scale beyond %d",
                       KC_DECIMAL_MAX_BYTES, KC_DECIMAL_MAX_SCALE);
    o->cur += n;
    return KC_OK;
}

kc_status kc_scalar_text(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                         struct kc_error *err)
{
    enum kc_logical logical = kc_logical_of(schema);

    if (logical == KC_DECIMAL && v->type == KC_BYTES)
        return put_decimal(o, schema, v, err);
    if (!kc_out_room(o, KC_ISO_BYTES))
        return kc_no_memory(err);
    switch (v->type) {
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64:
        if (logical == KC_DATE)
            o->cur = kc_put_iso_date(o->cur, v->as.i64);
        else if (logical == KC_TIME)
            o->cur = kc_put_iso_time(o->cur, v->as.i64);
        else if (logical == KC_TIMESTAMP)
            o->cur = kc_put_iso_timestamp(o->cur, v->as.i64);
        else
            o->cur = kc_put_i64(o->cur, v->as.i64);
        return KC_OK;
    case KC_UINT64: o->cur = kc_put_u64(o->cur, v->as.u64); return KC_OK;
    case KC_FLOAT32: o->cur = kc_put_java_float(o->cur, (float)v->as.f64); return KC_OK;
    case KC_FLOAT64: o->cur = kc_put_java_double(o->cur, v->as.f64); return KC_OK;
    case KC_BOOLEAN:
        o->cur = v->as.i64 != 0 ? kc_put_literal(o->cur, "true") : kc_put_literal(o->cur, "false");
        return KC_OK;
    default: return KC_ERR_UNSUPPORTED;
    }
}

static kc_status put_value(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                           int depth, struct kc_error *err);

static const struct kc_nested_text form = {.separator = ", ", .arrow = "=", .put = put_value};

static kc_status put_struct(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                            int depth, struct kc_error *err)
{
    bool first = true;
    kc_status status;

    if (schema == NULL || schema->type != KC_STRUCT || schema->n_fields != v->len)
        return kc_fail(err, KC_ERR_RECORD, "a struct does not have the fields of its schema");
    status = kc_text_put(o, "Struct{", err);
    for (uint32_t i = 0; status >= 0 && i < v->len; i++) {
        const struct kc_field *f = &schema->fields[i];

        if (v->as.items[i].type == KC_NULL)
            continue;
        if (!first)
            status = kc_text_put(o, ",", err);
        first = false;
        if (status >= 0 && (!kc_out_put(o, f->name.ptr, f->name.len) || !kc_out_put(o, "=", 1)))
            status = kc_no_memory(err);
        if (status >= 0)
            status = put_value(o, f->schema, &v->as.items[i], depth, err);
    }
    return status < 0 ? status : kc_text_put(o, "}", err);
}

static kc_status put_value(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                           int depth, struct kc_error *err)
{
    kc_status status;

    if (depth >= KC_MAX_DEPTH)
        return kc_fail(err, KC_ERR_RECORD, "a value is nested more than %d levels deep", KC_MAX_DEPTH);
    switch (v->type) {
    case KC_NULL: return kc_text_put(o, "null", err);
    case KC_STRING: return kc_utf8_put(o, (const uint8_t *)v->as.str, v->len) ? KC_OK : kc_no_memory(err);
    case KC_ARRAY: return kc_text_list(&form, o, schema, v, depth + 1, err);
    case KC_MAP: return kc_text_map(&form, o, schema, v, depth + 1, err);
    case KC_STRUCT: return put_struct(o, schema, v, depth + 1, err);
    default: break;
    }
    status = kc_scalar_text(o, schema, v, err);
    if (status != KC_ERR_UNSUPPORTED)
        return status;
    if (v->type == KC_BYTES)
        return kc_base64(o, v->as.bytes, v->len) ? KC_OK : kc_no_memory(err);
    return kc_fail(err, KC_ERR_RECORD, "a value has the unknown type %u", v->type);
}

kc_status kc_java_text(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                       struct kc_error *err)
{
    return put_value(o, schema, v, 0, err);
}
