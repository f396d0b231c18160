/* text.c - values, maps, schemas and records as JSON, for tests to compare and people to read. */
#include "kit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void write_string(FILE *f, const char *s, uint32_t len)
{
    (void)fputc('"', f);
    for (uint32_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '"' || c == '\\')
            (void)fprintf(f, "\\%c", c);
        else if (c < ' ')
            (void)fprintf(f, "\\u%04x", c);
        else
            (void)fputc(c, f);
    }
    (void)fputc('"', f);
}

static void write_double(FILE *f, double d)
{
    if (isnan(d) || isinf(d))
        (void)fprintf(f, "\"%s\"", isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
    else
        (void)fprintf(f, "%.17g", d);
}

static void write_struct(FILE *f, const struct kc_value *v, const struct kc_schema *schema)
{
    (void)fputc('{', f);
    for (uint32_t i = 0; i < v->len; i++) {
        const struct kc_field *field = schema != NULL && i < schema->n_fields ? &schema->fields[i] : NULL;

        if (i > 0)
            (void)fputc(',', f);
        if (field != NULL)
            write_string(f, field->name.ptr, field->name.len);
        else
            (void)fprintf(f, "\"%u\"", i);
        (void)fputc(':', f);
        kc_kit_write_value(f, &v->as.items[i], field == NULL ? NULL : field->schema);
    }
    (void)fputc('}', f);
}

/* A map whose keys are strings is an object; any other a list of pairs. */
static void write_pairs(FILE *f, const struct kc_value *v, const struct kc_schema *schema)
{
    const struct kc_schema *keys = schema == NULL ? NULL : schema->key_schema;
    const struct kc_schema *items = schema == NULL ? NULL : schema->item_schema;
    bool object = true;

    for (uint32_t i = 0; i < v->len; i++)
        object = object && v->as.items[2 * i].type == KC_STRING;
    (void)fputc(object ? '{' : '[', f);
    for (uint32_t i = 0; i < v->len; i++) {
        (void)fputs(i == 0 ? "" : ",", f);
        (void)fputs(object ? "" : "[", f);
        kc_kit_write_value(f, &v->as.items[2 * i], keys);
        (void)fputc(object ? ':' : ',', f);
        kc_kit_write_value(f, &v->as.items[2 * i + 1], items);
        (void)fputs(object ? "" : "]", f);
    }
    (void)fputc(object ? '}' : ']', f);
}

void kc_kit_write_value(FILE *f, const struct kc_value *v, const struct kc_schema *schema)
{
    switch (v->type) {
    case KC_NULL: (void)fputs(v->flags & KC_VALUE_ABSENT ? "absent" : "null", f); return;
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64: (void)fprintf(f, "%" PRId64, v->as.i64); return;
    case KC_UINT64: (void)fprintf(f, "%" PRIu64, v->as.u64); return;
    case KC_FLOAT32:
    case KC_FLOAT64: write_double(f, v->as.f64); return;
    case KC_BOOLEAN: (void)fputs(v->as.i64 ? "true" : "false", f); return;
    case KC_STRING: write_string(f, v->as.str, v->len); return;
    case KC_BYTES:
        (void)fputs("\"0x", f);
        for (uint32_t i = 0; i < v->len; i++)
            (void)fprintf(f, "%02x", v->as.bytes[i]);
        (void)fputc('"', f);
        return;
    case KC_ARRAY:
        (void)fputc('[', f);
        for (uint32_t i = 0; i < v->len; i++) {
            (void)fputs(i == 0 ? "" : ",", f);
            kc_kit_write_value(f, &v->as.items[i], schema == NULL ? NULL : schema->item_schema);
        }
        (void)fputc(']', f);
        return;
    case KC_MAP: write_pairs(f, v, schema); return;
    case KC_STRUCT: write_struct(f, v, schema); return;
    default: (void)fprintf(f, "type-%u", v->type);
    }
}

void kc_kit_write_map(FILE *f, const struct kc_map *m)
{
    (void)fputc('{', f);
    for (uint32_t i = 0; i < m->len; i++) {
        (void)fputs(i == 0 ? "" : ",", f);
        write_string(f, m->kvs[i].key.ptr, m->kvs[i].key.len);
        (void)fputc(':', f);
        kc_kit_write_value(f, &m->kvs[i].value, NULL);
    }
    (void)fputc('}', f);
}

void kc_kit_write_headers(FILE *f, const struct kc_record *r)
{
    (void)fputc('{', f);
    for (uint32_t i = 0; i < r->n_headers; i++) {
        (void)fputs(i == 0 ? "" : ",", f);
        write_string(f, r->headers[i].key.ptr, r->headers[i].key.len);
        (void)fputc(':', f);
        kc_kit_write_value(f, &r->headers[i].value, r->headers[i].schema);
    }
    (void)fputc('}', f);
}

void kc_kit_write_schema(FILE *f, const struct kc_schema *s)
{
    (void)fprintf(f, "{%u,%u,%d,", s->type, s->optional, s->version);
    write_string(f, s->name.ptr, s->name.len);
    write_string(f, s->doc.ptr, s->doc.len);
    for (uint32_t i = 0; i < s->n_fields; i++) {
        write_string(f, s->fields[i].name.ptr, s->fields[i].name.len);
        kc_kit_write_schema(f, s->fields[i].schema);
    }
    (void)fputs("k", f);
    if (s->key_schema != NULL)
        kc_kit_write_schema(f, s->key_schema);
    (void)fputs("i", f);
    if (s->item_schema != NULL)
        kc_kit_write_schema(f, s->item_schema);
    (void)fputs("d", f);
    if (s->default_value != NULL)
        kc_kit_write_value(f, s->default_value, s);
    kc_kit_write_map(f, &s->params);
    (void)fputc('}', f);
}

/* Runs a writer into a text of the kit's. */
struct text {
    char *bytes;
    size_t len;
    FILE *f;
};

static FILE *begin(struct text *t)
{
    *t = (struct text){0};
    t->f = open_memstream(&t->bytes, &t->len);
    if (t->f == NULL)
        abort();
    return t->f;
}

static const char *end(struct kc_kit *k, struct text *t)
{
    const char *kept;

    if (fclose(t->f) != 0)
        abort();
    kept = kc_kit_strdup(k, t->bytes, t->len);
    free(t->bytes);
    return kept;
}

const char *kc_kit_value_text(struct kc_kit *k, const struct kc_value *v, const struct kc_schema *schema)
{
    struct text t;

    kc_kit_write_value(begin(&t), v, schema);
    return end(k, &t);
}

const char *kc_kit_map_text(struct kc_kit *k, const struct kc_map *m)
{
    struct text t;

    kc_kit_write_map(begin(&t), m);
    return end(k, &t);
}

const char *kc_kit_record_text(struct kc_kit *k, const struct kc_record *r)
{
    struct text t;
    FILE *f = begin(&t);

    (void)fprintf(f, "{\"topic\":");
    if (r->topic == NULL)
        (void)fputs("null", f);
    else
        write_string(f, r->topic->name.ptr, r->topic->name.len);
    (void)fprintf(f, ",\"partition\":%d,\"key\":", r->partition);
    kc_kit_write_value(f, &r->key, r->key_schema);
    (void)fputs(",\"value\":", f);
    kc_kit_write_value(f, &r->value, r->value_schema);
    (void)fputs(",\"headers\":", f);
    kc_kit_write_headers(f, r);
    if (r->offset != NULL) {
        (void)fputs(",\"offset\":", f);
        kc_kit_write_map(f, r->offset);
    }
    (void)fputc('}', f);
    return end(k, &t);
}
