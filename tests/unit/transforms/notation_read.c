#include "notation.h"

#include "../cm.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct kc_host *host;
    struct kc_ctx *ctx;
    struct kc_arena *arena;
    const char *at;
    const char *all;
};

static void *take(struct reader *r, size_t n)
{
    uint8_t *p;

    n = (n + 16) & ~(size_t)15;
    if ((size_t)(r->arena->end - r->arena->cur) < n)
        assert_int_equal(r->host->arena_grow(r->arena, n), KC_OK);
    p = r->arena->cur;
    r->arena->cur += n;
    return memset(p, 0, n);
}

static void spaces(struct reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

static bool accept(struct reader *r, const char *token)
{
    spaces(r);
    if (strncmp(r->at, token, strlen(token)) != 0)
        return false;
    r->at += strlen(token);
    return true;
}

static void expect(struct reader *r, const char *token)
{
    if (!accept(r, token))
        fail_msg("expected %s at %s in %s", token, r->at, r->all);
}

static struct kc_str until(struct reader *r, const char *stops)
{
    size_t n = strcspn(r->at, stops);
    char *copy = take(r, n + 1);

    memcpy(copy, r->at, n);
    r->at += n;
    return (struct kc_str){copy, (uint32_t)n, 0};
}

static struct kc_str word(struct reader *r)
{
    spaces(r);
    return until(r, " ,;:{}[]()<>=?!@#");
}

static struct kc_value read_value(struct reader *r, const struct kc_schema *schema);

static struct kc_value read_items(struct reader *r, uint8_t type, const struct kc_schema *schema)
{
    struct kc_value items[64], v = {.type = type}, *copy;
    uint32_t n = 0;
    const char *close = type == KC_ARRAY ? "]" : "}";

    while (!accept(r, close)) {
        const struct kc_schema *of = schema;

        if (n > 0 && (type != KC_MAP || n % 2 == 0))
            expect(r, ",");
        if (schema != NULL && type == KC_STRUCT)
            of = schema->fields[n].schema;
        else if (schema != NULL)
            of = type == KC_MAP && n % 2 == 0 ? schema->key_schema : schema->item_schema;
        items[n++] = read_value(r, of);
        if (type == KC_MAP && n % 2 == 1)
            expect(r, ":");
    }
    copy = take(r, (n + 1) * sizeof(*copy));
    memcpy(copy, items, n * sizeof(*copy));
    v.as.items = copy;
    v.len = type == KC_MAP ? n / 2 : n;
    return v;
}

static struct kc_value read_bytes(struct reader *r)
{
    struct kc_str hex = until(r, "'");
    struct kc_value v = {.type = KC_BYTES, .len = hex.len / 2};
    uint8_t *data = take(r, v.len + 1);

    expect(r, "'");
    for (uint32_t i = 0; i < v.len; i++) {
        char pair[3] = {hex.ptr[2 * i], hex.ptr[2 * i + 1], 0};

        data[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    v.as.bytes = data;
    return v;
}

static struct kc_value read_number(struct reader *r, const struct kc_schema *schema)
{
    struct kc_str s = until(r, " ,;:{}[]=");
    struct kc_value v = {.type = schema != NULL ? schema->type : KC_INT64};
    char last = s.ptr[s.len - 1];

    if (schema == NULL && (strchr(s.ptr, '.') != NULL || strchr(s.ptr, 'N') != NULL))
        v.type = last == 'f' ? KC_FLOAT32 : KC_FLOAT64;
    else if (schema == NULL)
        v.type = last == 'b'   ? KC_INT8
                 : last == 's' ? KC_INT16
                 : last == 'i' ? KC_INT32
                 : last == 'u' ? KC_UINT64
                               : KC_INT64;
    if (v.type == KC_FLOAT32 || v.type == KC_FLOAT64)
        v.as.f64 = v.type == KC_FLOAT32 ? (double)strtof(s.ptr, NULL) : strtod(s.ptr, NULL);
    else if (v.type == KC_UINT64)
        v.as.u64 = strtoull(s.ptr, NULL, 10);
    else
        v.as.i64 = strtoll(s.ptr, NULL, 10);
    return v;
}

static struct kc_value read_value(struct reader *r, const struct kc_schema *schema)
{
    struct kc_value v = {0};
    struct kc_str s;

    if (accept(r, "null"))
        return v;
    if (accept(r, "absent")) {
        v.flags = KC_VALUE_ABSENT;
        return v;
    }
    if (accept(r, "'")) {
        s = until(r, "'");
        expect(r, "'");
        v = (struct kc_value){.type = KC_STRING, .len = s.len};
        v.as.str = s.ptr;
        return v;
    }
    if (accept(r, "x'"))
        return read_bytes(r);
    if (accept(r, "true") || accept(r, "false")) {
        v.type = KC_BOOLEAN;
        v.as.i64 = r->at[-2] == 'u';
        return v;
    }
    if (accept(r, "["))
        return read_items(r, KC_ARRAY, schema);
    if (accept(r, "{"))
        return read_items(r, schema != NULL && schema->type == KC_STRUCT ? KC_STRUCT : KC_MAP, schema);
    return read_number(r, schema);
}

static const char *const scalar_names[] = {
    [KC_INT8] = "int8",       [KC_INT16] = "int16",     [KC_INT32] = "int32",     [KC_INT64] = "int64",
    [KC_FLOAT32] = "float32", [KC_FLOAT64] = "float64", [KC_BOOLEAN] = "boolean", [KC_STRING] = "string",
    [KC_BYTES] = "bytes",     [KC_UINT64] = "uint64"};

static uint8_t scalar_type(struct kc_str s)
{
    for (uint8_t i = 0; i < sizeof(scalar_names) / sizeof(*scalar_names); i++)
        if (scalar_names[i] != NULL && strcmp(scalar_names[i], s.ptr) == 0)
            return i;
    return 0;
}

static const struct kc_schema *read_schema(struct reader *r);

static void read_fields(struct reader *r, struct kc_schema *spec, struct kc_field *fields)
{
    spec->type = KC_STRUCT;
    spec->fields = fields;
    while (!accept(r, "}")) {
        if (spec->n_fields > 0)
            expect(r, ",");
        fields[spec->n_fields].name = word(r);
        fields[spec->n_fields].schema = read_schema(r);
        spec->n_fields++;
    }
}

static const struct kc_schema *read_schema(struct reader *r)
{
    struct kc_error err = {.struct_size = sizeof(err)};
    struct kc_schema spec = {.struct_size = sizeof(spec)};
    const struct kc_schema *schema;
    struct kc_field fields[64];
    struct kc_value fallback;
    struct kc_str name;

    if (accept(r, "[")) {
        spec.type = KC_ARRAY;
        spec.item_schema = read_schema(r);
        expect(r, "]");
    } else if (accept(r, "map(")) {
        spec.type = KC_MAP;
        spec.key_schema = read_schema(r);
        expect(r, ",");
        spec.item_schema = read_schema(r);
        expect(r, ")");
    } else {
        name = word(r);
        spec.type = scalar_type(name);
        if (spec.type == 0) {
            expect(r, "{");
            spec.name = name;
            read_fields(r, &spec, fields);
        }
    }
    if (accept(r, "<")) {
        spec.name = until(r, ">");
        expect(r, ">");
    }
    if (accept(r, "@"))
        spec.version = (int32_t)strtol(word(r).ptr, NULL, 10);
    spec.optional = accept(r, "?");
    if (accept(r, "!")) {
        fallback = read_value(r, &spec);
        spec.default_value = &fallback;
    }
    schema = r->host->schema_new(r->ctx, &spec, &err);
    if (schema == NULL)
        fail_msg("%s", err.message);
    return schema; /* the store frees it with everything else */
}

/* A side with a schema has a "=" outside of quotes before it ends. */
static bool has_schema(const struct reader *r)
{
    bool quoted = false;
    int depth = 0;

    for (const char *p = r->at; *p != '\0'; p++) {
        if (*p == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        depth += *p == '{' || *p == '[' || *p == '(';
        depth -= *p == '}' || *p == ']' || *p == ')';
        if (*p == '=')
            return true;
        if (*p == ';' || (*p == ',' && depth == 0))
            return false;
    }
    return false;
}

static void read_side(struct reader *r, const struct kc_schema **schema, struct kc_value *value)
{
    *schema = NULL;
    if (has_schema(r)) {
        *schema = read_schema(r);
        expect(r, "=");
    }
    *value = read_value(r, *schema);
}

struct kc_record read_record(const struct kc_host *host, struct kc_ctx *ctx, struct kc_arena *arena,
                             const char *text)
{
    struct reader r = {host, ctx, arena, text, text};
    struct kc_record rec = {.partition = KC_ANY_PARTITION, .timestamp_ms = KC_NO_TIMESTAMP};
    struct kc_header *headers = take(&r, 16 * sizeof(*headers));

    rec.topic = host->topic(ctx, word(&r), 0);
    if (accept(&r, ":"))
        rec.partition = (int32_t)strtol(word(&r).ptr, NULL, 10);
    if (accept(&r, "@"))
        rec.timestamp_ms = strtoll(word(&r).ptr, NULL, 10);
    if (accept(&r, "#")) {
        struct kc_origin *o = take(&r, sizeof(*o));

        *o = (struct kc_origin){rec.topic, strtoll(word(&r).ptr, NULL, 10), rec.partition, 0};
        rec.origin = o;
    }
    expect(&r, ";");
    read_side(&r, &rec.key_schema, &rec.key);
    expect(&r, ";");
    read_side(&r, &rec.value_schema, &rec.value);
    rec.headers = headers;
    while (accept(&r, rec.n_headers == 0 ? ";" : ",")) {
        struct kc_header *h = &headers[rec.n_headers++];

        h->key = word(&r);
        expect(&r, ":");
        read_side(&r, &h->schema, &h->value);
    }
    spaces(&r);
    if (*r.at != '\0')
        fail_msg("more than a record: %s in %s", r.at, text);
    return rec;
}
