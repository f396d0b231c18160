#include "simple_text.h"

#include "base64.h"
#include "java_text.h"
#include "nested_text.h"
#include "side.h"
#include "utf8.h"

#include <kconnect/sdk.h>

static kc_status put(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v, int depth,
                     struct kc_error *err);

static const struct kc_nested_text form = {.separator = ",", .arrow = ":", .put = put};

/* A text inside of another value. */
static kc_status put_quoted(struct kc_out *o, const char *text, size_t n, struct kc_error *err)
{
    if (!kc_out_put(o, "\"", 1))
        return kc_no_memory(err);
    for (size_t from = 0; from < n;) {
        size_t plain = from;

        while (plain < n && text[plain] != '"' && text[plain] != '\\')
            plain++;
        if (!kc_utf8_put(o, (const uint8_t *)text + from, plain - from) ||
            (plain < n && (!kc_out_put(o, "\\", 1) || !kc_out_put(o, text + plain, 1))))
            return kc_no_memory(err);
        from = plain + 1;
    }
    return kc_text_put(o, "\"", err);
}

/* A null field with a default is that default, as Connect's Struct.get gives it. */
static kc_status put_struct(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                            int depth, struct kc_error *err)
{
    kc_status status;

    if (schema == NULL || schema->type != KC_STRUCT || schema->n_fields != v->len)
        return kc_fail(err, KC_ERR_RECORD, "a struct does not have the fields of its schema");
    status = kc_text_put(o, "{", err);
    for (uint32_t i = 0; status >= 0 && i < v->len; i++) {
        const struct kc_field *f = &schema->fields[i];
        const struct kc_value *value = &v->as.items[i];

        if (value->type == KC_NULL && f->schema->default_value != NULL)
            value = f->schema->default_value;
        if (i > 0)
            status = kc_text_put(o, ",", err);
        if (status >= 0)
            status = put_quoted(o, f->name.ptr, f->name.len, err);
        if (status >= 0)
            status = kc_text_put(o, ":", err);
        if (status >= 0)
            status = put(o, f->schema, value, depth, err);
    }
    return status < 0 ? status : kc_text_put(o, "}", err);
}

static kc_status put(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v, int depth,
                     struct kc_error *err)
{
    bool embedded = depth > 0;
    kc_status status;

    if (depth >= KC_MAX_DEPTH)
        return kc_fail(err, KC_ERR_RECORD, "a value is nested more than %d levels deep", KC_MAX_DEPTH);
    switch (v->type) {
    case KC_NULL: return kc_text_put(o, "null", err);
    case KC_STRING:
        if (embedded)
            return put_quoted(o, v->as.str, v->len, err);
        return kc_utf8_put(o, (const uint8_t *)v->as.str, v->len) ? KC_OK : kc_no_memory(err);
    case KC_ARRAY: return kc_text_list(&form, o, schema, v, depth + 1, err);
    case KC_MAP: return kc_text_map(&form, o, schema, v, depth + 1, err);
    case KC_STRUCT: return put_struct(o, schema, v, depth + 1, err);
    default: break;
    }
    status = kc_scalar_text(o, schema, v, err);
    if (status != KC_ERR_UNSUPPORTED)
        return status;
    if (v->type != KC_BYTES)
        return kc_fail(err, KC_ERR_RECORD, "a value has the unknown type %u", v->type);
    if ((embedded && !kc_out_put(o, "\"", 1)) || !kc_base64(o, v->as.bytes, v->len) ||
        (embedded && !kc_out_put(o, "\"", 1)))
        return kc_no_memory(err);
    return KC_OK;
}

kc_status kc_simple_text(struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                         struct kc_error *err)
{
    return put(o, schema, v, 0, err);
}
