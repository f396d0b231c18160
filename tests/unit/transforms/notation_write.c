#include "notation.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct writer {
    char *out;
    size_t cap, n;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(w->out + w->n, w->cap - w->n, format, args);
    va_end(args);
    w->n = w->n + (size_t)n < w->cap ? w->n + (size_t)n : w->cap - 1;
}

static void put_value(struct writer *w, const struct kc_value *v, const struct kc_schema *schema)
{
    static const char suffix[] = {[KC_INT8] = 'b', [KC_INT16] = 's', [KC_INT32] = 'i', [KC_UINT64] = 'u'};
    uint32_t n = v->type == KC_MAP ? 2 * v->len : v->len;

    if (schema != NULL && v->type != KC_NULL && v->type != schema->type)
        put(w, "(type %d instead of %d)", v->type, schema->type);
    switch (v->type) {
    case KC_NULL: put(w, (v->flags & KC_VALUE_ABSENT) != 0 ? "absent" : "null"); break;
    case KC_BOOLEAN: put(w, v->as.i64 != 0 ? "true" : "false"); break;
    case KC_STRING: put(w, "'%.*s'", (int)v->len, v->as.str); break;
    case KC_FLOAT32:
    case KC_FLOAT64: put(w, "%.9g%s", v->as.f64, v->type == KC_FLOAT32 && schema == NULL ? "f" : ""); break;
    case KC_BYTES:
        put(w, "x'");
        for (uint32_t i = 0; i < v->len; i++)
            put(w, "%02x", v->as.bytes[i]);
        put(w, "'");
        break;
    case KC_ARRAY:
    case KC_MAP:
    case KC_STRUCT:
        put(w, v->type == KC_ARRAY ? "[" : "{");
        if (schema != NULL && v->type == KC_STRUCT && v->len != schema->n_fields)
            put(w, "(%u values for %u fields)", v->len, schema->n_fields);
        for (uint32_t i = 0; i < n; i++) {
            const struct kc_schema *of = schema == NULL                    ? NULL
                                         : v->type == KC_STRUCT            ? schema->fields[i].schema
                                         : v->type == KC_MAP && i % 2 == 0 ? schema->key_schema
                                                                           : schema->item_schema;

            put(w, "%s", i == 0 ? "" : v->type == KC_MAP && i % 2 == 1 ? ":" : ",");
            put_value(w, &v->as.items[i], of);
        }
        put(w, v->type == KC_ARRAY ? "]" : "}");
        break;
    case KC_UINT64: put(w, "%" PRIu64, v->as.u64); break;
    default: put(w, "%" PRId64, v->as.i64);
    }
    if (schema == NULL && v->type < sizeof(suffix) && suffix[v->type] != 0)
        put(w, "%c", suffix[v->type]);
}

static void put_schema(struct writer *w, const struct kc_schema *s)
{
    static const char *const names[] = {"?",       "int8",   "int16", "int32", "int64", "float32", "float64",
                                        "boolean", "string", "bytes", "[",     "map(",  "",        "uint64"};

    if (s->type == KC_STRUCT) {
        put(w, "%.*s{", (int)s->name.len, s->name.ptr);
        for (uint32_t i = 0; i < s->n_fields; i++) {
            put(w, "%s%.*s ", i == 0 ? "" : ",", (int)s->fields[i].name.len, s->fields[i].name.ptr);
            put_schema(w, s->fields[i].schema);
        }
        put(w, "}");
    } else {
        put(w, "%s", names[s->type]);
        if (s->type == KC_MAP)
            put_schema(w, s->key_schema), put(w, ",");
        if (s->item_schema != NULL)
            put_schema(w, s->item_schema), put(w, s->type == KC_MAP ? ")" : "]");
        if (s->name.len > 0)
            put(w, "<%.*s>", (int)s->name.len, s->name.ptr);
    }
    if (s->version != 0)
        put(w, "@%d", (int)s->version);
    put(w, s->optional ? "?" : "");
    if (s->default_value != NULL)
        put(w, "!"), put_value(w, s->default_value, s);
}

static void put_side(struct writer *w, const struct kc_schema *schema, const struct kc_value *v)
{
    if (schema != NULL) {
        put_schema(w, schema);
        put(w, "=");
    }
    put_value(w, v, schema);
}

void write_record(const struct kc_record *r, char *out, size_t cap)
{
    struct writer w = {out, cap, 0};

    put(&w, "%.*s", (int)r->topic->name.len, r->topic->name.ptr);
    if (r->partition != KC_ANY_PARTITION)
        put(&w, ":%d", (int)r->partition);
    if (r->timestamp_ms != KC_NO_TIMESTAMP)
        put(&w, "@%" PRId64, r->timestamp_ms);
    if (r->origin != NULL)
        put(&w, "#%" PRId64, r->origin->offset);
    put(&w, "; ");
    put_side(&w, r->key_schema, &r->key);
    put(&w, "; ");
    put_side(&w, r->value_schema, &r->value);
    for (uint32_t i = 0; i < r->n_headers; i++) {
        put(&w, "%s%.*s:", i == 0 ? "; " : ",", (int)r->headers[i].key.len, r->headers[i].key.ptr);
        put_side(&w, r->headers[i].schema, &r->headers[i].value);
    }
}
