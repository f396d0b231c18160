#include "test_schemas.h"

#include <kconnect/sdk.h>

#include <inttypes.h>
#include <stdlib.h>

enum { MAX_SCHEMAS = 16384 };

static const struct kc_schema *made[MAX_SCHEMAS];
static int references[MAX_SCHEMAS];
static size_t n_made;

static struct kc_str copy_str(struct kc_str s)
{
    char *p = test_own(s.len + 1u);

    if (s.len > 0)
        memcpy(p, s.ptr, s.len);
    return (struct kc_str){p, s.len, 0};
}

static struct kc_value copy_value(const struct kc_value *v)
{
    struct kc_value r = *v;

    if (v->type == KC_STRING)
        r.as.str = copy_str((struct kc_str){v->as.str, v->len, 0}).ptr;
    if (v->type == KC_BYTES)
        r.as.str = copy_str((struct kc_str){(const char *)v->as.bytes, v->len, 0}).ptr;
    if (v->type == KC_ARRAY || v->type == KC_STRUCT || v->type == KC_MAP) {
        uint32_t n = v->type == KC_MAP ? v->len * 2 : v->len;
        struct kc_value *items = test_own(n * sizeof(*items));

        for (uint32_t i = 0; i < n; i++)
            items[i] = copy_value(&v->as.items[i]);
        r.as.items = items;
    }
    return r;
}

static bool same_str(struct kc_str a, struct kc_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool same_value(const struct kc_value *a, const struct kc_value *b)
{
    uint32_t n;

    if (a->type != b->type || a->len != b->len)
        return false;
    if (a->type == KC_STRING || a->type == KC_BYTES)
        return same_str((struct kc_str){a->as.str, a->len, 0}, (struct kc_str){b->as.str, b->len, 0});
    if (a->type != KC_ARRAY && a->type != KC_STRUCT && a->type != KC_MAP)
        return a->as.u64 == b->as.u64;
    n = a->type == KC_MAP ? a->len * 2 : a->len;
    for (uint32_t i = 0; i < n; i++)
        if (!same_value(&a->as.items[i], &b->as.items[i]))
            return false;
    return true;
}

static bool same(const struct kc_schema *a, const struct kc_schema *b)
{
    if (a->type != b->type || a->optional != b->optional || a->version != b->version ||
        !same_str(a->name, b->name) || !same_str(a->doc, b->doc) || a->n_fields != b->n_fields ||
        a->key_schema != b->key_schema || a->item_schema != b->item_schema ||
        a->params.len != b->params.len || (a->default_value == NULL) != (b->default_value == NULL))
        return false;
    for (uint32_t i = 0; i < a->n_fields; i++)
        if (a->fields[i].schema != b->fields[i].schema || !same_str(a->fields[i].name, b->fields[i].name))
            return false;
    for (uint32_t i = 0; i < a->params.len; i++)
        if (!same_str(a->params.kvs[i].key, b->params.kvs[i].key) ||
            !same_value(&a->params.kvs[i].value, &b->params.kvs[i].value))
            return false;
    return a->default_value == NULL || same_value(a->default_value, b->default_value);
}

static const struct kc_schema *copy_schema(const struct kc_schema *spec)
{
    struct kc_schema *s = test_own(sizeof(*s));
    struct kc_field *fields = test_own(spec->n_fields * sizeof(*fields));
    struct kc_kv *kvs = test_own(spec->params.len * sizeof(*kvs));

    *s = *spec;
    s->name = copy_str(spec->name);
    s->doc = copy_str(spec->doc);
    for (uint32_t i = 0; i < spec->n_fields; i++)
        fields[i] = (struct kc_field){copy_str(spec->fields[i].name), spec->fields[i].schema};
    s->fields = fields;
    for (uint32_t i = 0; i < spec->params.len; i++)
        kvs[i] = (struct kc_kv){copy_str(spec->params.kvs[i].key), copy_value(&spec->params.kvs[i].value)};
    s->params = (struct kc_map){kvs, spec->params.len, 0};
    if (spec->default_value != NULL) {
        struct kc_value *v = test_own(sizeof(*v));

        *v = copy_value(spec->default_value);
        s->default_value = v;
    }
    return s;
}

static size_t intern(const struct kc_schema *spec)
{
    struct kc_schema *s;

    for (size_t i = 0; i < n_made; i++)
        if (same(made[i], spec))
            return i;
    assert_true(n_made < MAX_SCHEMAS);
    s = (struct kc_schema *)(uintptr_t)copy_schema(spec);
    s->id = n_made + 1;
    made[n_made] = s;
    references[n_made] = 0;
    return n_made++;
}

const struct kc_schema *test_schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                        struct kc_error *err)
{
    size_t i = intern(spec);

    (void)ctx, (void)err;
    references[i]++;
    return made[i];
}

void test_schema_ref(const struct kc_schema *s)
{
    references[s->id - 1]++;
}

void test_schema_unref(const struct kc_schema *s)
{
    if (s == NULL)
        return;
    assert_true(references[s->id - 1] > 0);
    references[s->id - 1]--;
}

int test_schemas_taken(void)
{
    int n = 0;

    for (size_t i = 0; i < n_made; i++)
        n += references[i];
    return n;
}

void test_schemas_free(void)
{
    n_made = 0;
}

static const struct kc_schema *make(const struct kc_schema *spec)
{
    return made[intern(spec)];
}

const struct kc_schema *s_plain(uint8_t type, bool optional)
{
    return make(
        &(struct kc_schema){.struct_size = sizeof(struct kc_schema), .type = type, .optional = optional});
}

const struct kc_schema *s_named(uint8_t type, bool optional, const char *name, int32_t version)
{
    return make(&(struct kc_schema){.struct_size = sizeof(struct kc_schema),
                                    .type = type,
                                    .optional = optional,
                                    .name = kc_str(name),
                                    .version = version});
}

const struct kc_schema *s_decimal(const char *scale, bool optional)
{
    return s_param(s_named(KC_BYTES, optional, "org.apache.kafka.connect.data.Decimal", 1), "scale", scale);
}

const struct kc_schema *s_array(const struct kc_schema *item, bool optional)
{
    return make(&(struct kc_schema){.struct_size = sizeof(struct kc_schema),
                                    .type = KC_ARRAY,
                                    .optional = optional,
                                    .item_schema = item});
}

const struct kc_schema *s_map(const struct kc_schema *key, const struct kc_schema *item, bool optional)
{
    return make(&(struct kc_schema){.struct_size = sizeof(struct kc_schema),
                                    .type = KC_MAP,
                                    .optional = optional,
                                    .key_schema = key,
                                    .item_schema = item});
}

const struct kc_schema *s_struct(const char *name, int optional, ...)
{
    struct kc_field *fields = test_own(sizeof(*fields) * 64);
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = KC_STRUCT,
                             .optional = optional != 0,
                             .name = kc_str(name),
                             .fields = fields};
    const char *field;
    va_list ap;

    va_start(ap, optional);
    while ((field = va_arg(ap, const char *)) != NULL)
        fields[spec.n_fields++] = (struct kc_field){kc_str(field), va_arg(ap, const struct kc_schema *)};
    va_end(ap);
    return make(&spec);
}

const struct kc_schema *s_default(const struct kc_schema *s, struct kc_value v)
{
    struct kc_schema spec = *s;

    spec.default_value = &v;
    return make(&spec);
}

const struct kc_schema *s_doc(const struct kc_schema *s, const char *doc)
{
    struct kc_schema spec = *s;

    spec.doc = kc_str(doc);
    return make(&spec);
}

const struct kc_schema *s_param(const struct kc_schema *s, const char *key, const char *value)
{
    struct kc_kv *kvs = test_own(sizeof(*kvs) * (s->params.len + 1));
    struct kc_schema spec = *s;

    for (uint32_t i = 0; i < s->params.len; i++)
        kvs[i] = s->params.kvs[i];
    kvs[s->params.len] = (struct kc_kv){kc_str(key), v_text(value)};
    spec.params = (struct kc_map){kvs, s->params.len + 1, 0};
    return make(&spec);
}

struct kc_value v_null(void)
{
    return (struct kc_value){.type = KC_NULL};
}

struct kc_value v_absent(void)
{
    return (struct kc_value){.type = KC_NULL, .flags = KC_VALUE_ABSENT};
}

struct kc_value v_int(uint8_t type, int64_t v)
{
    return (struct kc_value){.type = type, .as.i64 = v};
}

struct kc_value v_u64(uint64_t v)
{
    return (struct kc_value){.type = KC_UINT64, .as.u64 = v};
}

struct kc_value v_real(uint8_t type, double v)
{
    return (struct kc_value){.type = type, .as.f64 = v};
}

struct kc_value v_bool(bool v)
{
    return (struct kc_value){.type = KC_BOOLEAN, .as.i64 = v};
}

struct kc_value v_text(const char *s)
{
    return v_text_n(s, strlen(s));
}

struct kc_value v_text_n(const char *s, size_t n)
{
    return kc_string(s, (uint32_t)n);
}

struct kc_value v_bytes(const void *data, uint32_t n)
{
    return (struct kc_value){.type = KC_BYTES, .len = n, .as.bytes = data};
}

struct kc_value v_items(uint8_t type, const struct kc_value *items, uint32_t n)
{
    struct kc_value *copy = test_own(sizeof(*copy) * n * (type == KC_MAP ? 2 : 1));

    if (n > 0)
        memcpy(copy, items, sizeof(*copy) * n * (type == KC_MAP ? 2 : 1));
    return (struct kc_value){.type = type, .len = n, .as.items = copy};
}

struct text {
    char *at, *end;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(t->at, (size_t)(t->end - t->at), format, ap);
    va_end(ap);
    assert_true(n >= 0 && n < t->end - t->at);
    t->at += n;
}

static void add_value(struct text *t, const struct kc_value *v)
{
    static const char *const open[] = {[KC_ARRAY] = "[", [KC_MAP] = "{", [KC_STRUCT] = "("},
                             *const close[] = {[KC_ARRAY] = "]", [KC_MAP] = "}", [KC_STRUCT] = ")"};

    switch (v->type) {
    case KC_NULL: add(t, "null"); return;
    case KC_BOOLEAN: add(t, "%s", v->as.i64 != 0 ? "true" : "false"); return;
    case KC_FLOAT32:
    case KC_FLOAT64: add(t, "%.17g%s", v->as.f64, v->type == KC_FLOAT32 ? "f" : "d"); return;
    case KC_STRING: add(t, "'%.*s'", (int)v->len, v->as.str); return;
    case KC_BYTES:
        add(t, "x");
        for (uint32_t i = 0; i < v->len; i++)
            add(t, "%02x", v->as.bytes[i]);
        return;
    case KC_ARRAY:
    case KC_STRUCT:
    case KC_MAP:
        add(t, "%s", open[v->type]);
        for (uint32_t i = 0; i < (v->type == KC_MAP ? v->len * 2 : v->len); i++) {
            add(t, "%s", i == 0 ? "" : v->type == KC_MAP && i % 2 == 1 ? ": " : ", ");
            add_value(t, &v->as.items[i]);
        }
        add(t, "%s", close[v->type]);
        return;
    case KC_UINT64: add(t, "%" PRIu64 "u", v->as.u64); return;
    default:
        assert_true(v->type >= KC_INT8 && v->type <= KC_INT64);
        add(t, "%" PRId64 "%s", v->as.i64,
            v->type == KC_INT64   ? "l"
            : v->type == KC_INT32 ? ""
            : v->type == KC_INT16 ? "s"
                                  : "b");
        return;
    }
}

static void add_schema(struct text *t, const struct kc_schema *s)
{
    static const char *const words[] = {"null",    "int8",   "int16", "int32", "int64", "float",  "double",
                                        "boolean", "string", "bytes", "array", "map",   "struct", "uint64"};

    add(t, "%s%s", words[s->type], s->optional ? "?" : "");
    if (s->name.len > 0)
        add(t, "<%.*s>", (int)s->name.len, s->name.ptr);
    if (s->version != 0)
        add(t, "v%d", s->version);
    for (uint32_t i = 0; i < s->params.len; i++)
        add(t, "{%.*s=%.*s}", (int)s->params.kvs[i].key.len, s->params.kvs[i].key.ptr,
            (int)s->params.kvs[i].value.len, s->params.kvs[i].value.as.str);
    if (s->default_value != NULL) {
        add(t, "=");
        add_value(t, s->default_value);
    }
    if (s->type != KC_ARRAY && s->type != KC_MAP && s->type != KC_STRUCT)
        return;
    add(t, "(");
    if (s->type == KC_MAP && s->key_schema != NULL)
        add_schema(t, s->key_schema);
    if (s->type == KC_MAP)
        add(t, ":");
    if (s->type != KC_STRUCT && s->item_schema != NULL)
        add_schema(t, s->item_schema);
    for (uint32_t i = 0; i < s->n_fields; i++) {
        add(t, "%s%.*s ", i > 0 ? ", " : "", (int)s->fields[i].name.len, s->fields[i].name.ptr);
        add_schema(t, s->fields[i].schema);
    }
    add(t, ")");
}

void test_describe(char *text, size_t room, const struct kc_schema *s, const struct kc_value *v)
{
    struct text t = {text, text + room};

    if (s != NULL)
        add_schema(&t, s);
    else
        add(&t, "-");
    add(&t, " ");
    add_value(&t, v);
}
