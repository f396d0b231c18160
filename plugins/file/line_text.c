#include "line_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "java_number.h"

enum { FIRST_BYTES = 4096 };

void kc_line_put(struct kc_line *l, const void *bytes, size_t n)
{
    if (l->failed || n == 0)
        return;
    if (l->cap - l->len < n) {
        size_t cap = l->cap == 0 ? FIRST_BYTES : l->cap * 2;
        char *data;

        while (cap - l->len < n)
            cap *= 2;
        data = realloc(l->data, cap);
        l->failed = data == NULL;
        if (l->failed)
            return;
        l->data = data;
        l->cap = cap;
    }
    memcpy(l->data + l->len, bytes, n);
    l->len += n;
}

void kc_line_finish(struct kc_line *l)
{
    free(l->data);
    *l = (struct kc_line){0};
}

static void put_text(struct kc_line *l, const char *text)
{
    kc_line_put(l, text, strlen(text));
}

static bool put_value(struct kc_line *l, const struct kc_schema *s, const struct kc_value *v, int depth);

static bool put_struct(struct kc_line *l, const struct kc_schema *s, const struct kc_value *v, int depth)
{
    bool ok = true, any = false;

    put_text(l, "Struct{");
    for (uint32_t i = 0; ok && s != NULL && i < v->len && i < s->n_fields; i++) {
        const struct kc_field *f = &s->fields[i];

        if (v->as.items[i].type == KC_NULL)
            continue;
        if (any)
            put_text(l, ",");
        any = true;
        kc_line_put(l, f->name.ptr, f->name.len);
        put_text(l, "=");
        ok = put_value(l, f->schema, &v->as.items[i], depth);
    }
    put_text(l, "}");
    return ok;
}

static bool put_map(struct kc_line *l, const struct kc_schema *s, const struct kc_value *v, int depth)
{
    bool ok = true;

    put_text(l, "{");
    for (uint32_t i = 0; ok && i < v->len; i++) {
        const struct kc_value *pair = &v->as.items[2 * (size_t)i];

        if (i > 0)
            put_text(l, ", ");
        ok = put_value(l, s != NULL ? s->key_schema : NULL, pair, depth);
        put_text(l, "=");
        ok = ok && put_value(l, s != NULL ? s->item_schema : NULL, pair + 1, depth);
    }
    put_text(l, "}");
    return ok;
}

static bool put_array(struct kc_line *l, const struct kc_schema *s, const struct kc_value *v, int depth)
{
    bool ok = true;

    put_text(l, "[");
    for (uint32_t i = 0; ok && i < v->len; i++) {
        if (i > 0)
            put_text(l, ", ");
        ok = put_value(l, s != NULL ? s->item_schema : NULL, &v->as.items[i], depth);
    }
    put_text(l, "]");
    return ok;
}

static void put_number(struct kc_line *l, const struct kc_value *v)
{
    char text[KC_JAVA_NUMBER_BYTES];

    if (v->type == KC_FLOAT64)
        (void)kc_java_double(v->as.f64, text);
    else if (v->type == KC_FLOAT32)
        (void)kc_java_float((float)v->as.f64, text);
    else if (v->type == KC_UINT64)
        (void)snprintf(text, sizeof(text), "%" PRIu64, v->as.u64);
    else
        (void)snprintf(text, sizeof(text), "%" PRId64, v->as.i64);
    put_text(l, text);
}

static bool put_value(struct kc_line *l, const struct kc_schema *s, const struct kc_value *v, int depth)
{
    if (depth > KC_LINE_DEPTH)
        return false;
    switch (v->type) {
    case KC_NULL: put_text(l, "null"); break;
    case KC_BOOLEAN: put_text(l, v->as.i64 != 0 ? "true" : "false"); break;
    case KC_STRING:
    case KC_BYTES: kc_line_put(l, v->as.bytes, v->len); break;
    case KC_STRUCT: return put_struct(l, s, v, depth + 1);
    case KC_MAP: return put_map(l, s, v, depth + 1);
    case KC_ARRAY: return put_array(l, s, v, depth + 1);
    default: put_number(l, v); break;
    }
    return true;
}

bool kc_line_value(struct kc_line *l, const struct kc_schema *schema, const struct kc_value *v)
{
    return put_value(l, schema, v, 0);
}
