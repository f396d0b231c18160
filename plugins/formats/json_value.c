#include "json_value.h"

#include "base64.h"
#include "decimal_text.h"
#include "java_text.h"
#include "json_number.h"
#include "json_text.h"
#include "side.h"
#include "type_word.h"

#include <kconnect/sdk.h>

struct writer {
    struct kc_out *o;
    const struct kc_json_options *options;
    struct kc_error *err;
};

static const char field_word[] = "field ";

void kc_field_error(struct kc_error *err, struct kc_str name)
{
    bool nested = strncmp(err->message, field_word, sizeof(field_word) - 1) == 0;
    const char *rest = err->message + (nested ? sizeof(field_word) - 1 : 0);
    char text[sizeof(err->message) + 256];

    (void)snprintf(text, sizeof(text), "%s%.*s%s%s", field_word, name.len < 200 ? (int)name.len : 200,
                   name.ptr, nested ? "." : ": ", rest);
    memcpy(err->message, text, sizeof(err->message) - 1);
    err->message[sizeof(err->message) - 1] = 0;
}

static kc_status put(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v, int depth);

static kc_status text(struct writer *w, const char *s)
{
    return kc_out_put(w->o, s, strlen(s)) ? KC_OK : kc_no_memory(w->err);
}

/* Null stands for itself, for the default, or is wrong. */
static kc_status put_null(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v)
{
    if (v->flags & KC_VALUE_ABSENT)
        return kc_fail(
            w->err, KC_ERR_RECORD,
            "the value is missing from the row image; set binlog_row_image=FULL on the server, for its "
            "sessions too");
    if (plan == NULL)
        return text(w, "null");
    if (plan->instead.len > 0 && w->options->null_with_default)
        return kc_out_put(w->o, plan->instead.data, plan->instead.len) ? KC_OK : kc_no_memory(w->err);
    if (plan->optional)
        return text(w, "null");
    return kc_fail(w->err, KC_ERR_RECORD,
                   "the value is null, but its schema (%s) is not optional and has no default value",
                   kc_type_name(plan->type));
}

static kc_status put_bytes(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v)
{
    if (plan != NULL && plan->logical == KC_DECIMAL && w->options->numeric_decimals) {
        size_t n;

        if (!kc_out_room(w->o, KC_DECIMAL_TEXT_BYTES))
            return kc_no_memory(w->err);
        n = kc_decimal_java_text(w->o->cur, v->as.bytes, v->len, plan->scale);
        if (n == 0)
            return kc_fail(w->err, KC_ERR_RECORD,
                           "a Decimal has no bytes, more than %d, or a scale beyond %d", KC_DECIMAL_MAX_BYTES,
                           KC_DECIMAL_MAX_SCALE);
        w->o->cur += n;
        return KC_OK;
    }
    if (!kc_out_put(w->o, "\"", 1) || !kc_base64(w->o, v->as.bytes, v->len) || !kc_out_put(w->o, "\"", 1))
        return kc_no_memory(w->err);
    return KC_OK;
}

static kc_status put_real(struct writer *w, const struct kc_value *v)
{
    uint8_t *p = w->o->cur;
    bool finite = v->as.f64 - v->as.f64 == 0;

    if (!finite)
        *p++ = '"';
    p = v->type == KC_FLOAT32 ? kc_put_java_float(p, (float)v->as.f64) : kc_put_java_double(p, v->as.f64);
    if (!finite)
        *p++ = '"';
    w->o->cur = p;
    return KC_OK;
}

static kc_status put_array(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v,
                           int depth)
{
    kc_status status = text(w, "[");

    for (uint32_t i = 0; status >= 0 && i < v->len; i++) {
        if (i > 0)
            status = text(w, ",");
        if (status >= 0)
            status = put(w, plan != NULL ? plan->item : NULL, &v->as.items[i], depth);
    }
    return status < 0 ? status : text(w, "]");
}

/* Without a schema the keys themselves decide whether a map is an object. */
static bool is_object(const struct kc_json_plan *plan, const struct kc_value *v)
{
    if (plan != NULL)
        return plan->key->type == KC_STRING;
    for (uint32_t i = 0; i < v->len; i++)
        if (v->as.items[i * 2].type != KC_STRING)
            return false;
    return true;
}

static kc_status put_map(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v,
                         int depth)
{
    bool object = is_object(plan, v);
    kc_status status = text(w, object ? "{" : "[");

    for (uint32_t i = 0; status >= 0 && i < v->len; i++) {
        const struct kc_value *key = &v->as.items[i * 2];

        if (i > 0)
            status = text(w, ",");
        if (status >= 0 && !object)
            status = text(w, "[");
        if (status >= 0 && object && key->type != KC_STRING)
            status = kc_fail(w->err, KC_ERR_RECORD, "a key of a map is %s, but its schema says STRING",
                             kc_type_name(key->type));
        if (status >= 0)
            status = put(w, plan != NULL ? plan->key : NULL, key, depth);
        if (status >= 0)
            status = text(w, object ? ":" : ",");
        if (status >= 0)
            status = put(w, plan != NULL ? plan->item : NULL, key + 1, depth);
        if (status >= 0 && !object)
            status = text(w, "]");
    }
    return status < 0 ? status : text(w, object ? "}" : "]");
}

/* The name as it is in the prefix, for a sentence: without comma, quotation marks and colon. */
static struct kc_str field_name(const struct kc_json_field *f)
{
    uint32_t from = f->prefix[0] == ',' ? 2 : 1;

    return (struct kc_str){(const char *)f->prefix + from, f->prefix_len - from - 2, 0};
}

static kc_status put_struct(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v,
                            int depth)
{
    if (plan == NULL || v->len != plan->n_fields)
        return kc_fail(w->err, KC_ERR_RECORD, "a struct does not have the fields of its schema");
    if (!kc_out_put(w->o, "{", 1))
        return kc_no_memory(w->err);
    for (uint32_t i = 0; i < v->len; i++) {
        const struct kc_json_field *f = &plan->fields[i];
        kc_status status;

        if (!kc_out_room(w->o, f->prefix_len + 16))
            return kc_no_memory(w->err);
        w->o->cur = kc_put_padded(w->o->cur, f->prefix, f->prefix_len);
        status = put(w, f->plan, &v->as.items[i], depth);
        if (status < 0) {
            if (status == KC_ERR_RECORD)
                kc_field_error(w->err, field_name(f));
            return status;
        }
    }
    return text(w, "}");
}

static kc_status put(struct writer *w, const struct kc_json_plan *plan, const struct kc_value *v, int depth)
{
    struct kc_out *o = w->o;

    if (v->type == KC_NULL)
        return put_null(w, plan, v);
    if (plan != NULL && plan->type != v->type)
        return kc_fail(w->err, KC_ERR_RECORD, "the value is %s, but its schema says %s",
                       kc_type_name(v->type), kc_type_name(plan->type));
    if (depth >= KC_MAX_DEPTH)
        return kc_fail(w->err, KC_ERR_RECORD, "a value is nested more than %d levels deep", KC_MAX_DEPTH);
    if (v->type == KC_STRING)
        return kc_json_java_text(o, v->as.str, v->len) ? KC_OK : kc_no_memory(w->err);
    if (!kc_out_room(o, KC_NUMBER_BYTES))
        return kc_no_memory(w->err);
    switch (v->type) {
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64: o->cur = kc_put_i64(o->cur, v->as.i64); return KC_OK;
    case KC_UINT64: o->cur = kc_put_u64(o->cur, v->as.u64); return KC_OK;
    case KC_FLOAT32:
    case KC_FLOAT64: return put_real(w, v);
    case KC_BOOLEAN: return text(w, v->as.i64 != 0 ? "true" : "false");
    case KC_BYTES: return put_bytes(w, plan, v);
    case KC_ARRAY: return put_array(w, plan, v, depth + 1);
    case KC_MAP: return put_map(w, plan, v, depth + 1);
    case KC_STRUCT: return put_struct(w, plan, v, depth + 1);
    default: return kc_fail(w->err, KC_ERR_RECORD, "a value has the unknown type %u", v->type);
    }
}

kc_status kc_json_put_value(struct kc_out *o, const struct kc_json_plan *plan,
                            const struct kc_json_options *options, const struct kc_value *v,
                            struct kc_error *err)
{
    struct writer w = {o, options, err};

    return put(&w, plan, v, 0);
}
