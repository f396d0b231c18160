#include "literal.h"

#include <stdlib.h>

#include "date_format.h"
#include "decimal.h"
#include "schema_make.h"
#include "settings.h"
#include "values.h"

enum { MAX_DEPTH = 20 };

/* One value with its schema; the schema's reference belongs to whoever holds the struct. */
struct typed {
    const struct kc_schema *schema;
    struct kc_value value;
};

struct reader {
    struct kc_smt *s;
    const char *at, *end;
    uint32_t depth;
    kc_status status; /* negative: memory, and nothing else matters any more */
    struct kc_error *err;
};

static const struct kc_schema *keep(struct reader *r, const struct kc_schema *schema)
{
    if (schema == NULL)
        r->status = r->err->status;
    return schema;
}

static bool plain(struct reader *r, struct typed *out, struct kc_value v)
{
    out->value = v;
    out->schema = keep(r, kc_schema_plain(r->s->ctx, v.type, false, r->err));
    return out->schema != NULL;
}

/* 2024-01-31, 12:30:00.000Z, and both with a T between. */
static bool temporal(struct reader *r, struct kc_str text, struct typed *out)
{
    static const struct {
        uint32_t len;
        const char *pattern, *logical;
        uint8_t type;
    } forms[] = {
        {10, "yyyy-MM-dd", KC_LOGICAL_DATE, KC_INT32},
        {13, "HH:mm:ss.SSS'Z'", KC_LOGICAL_TIME, KC_INT32},
        {24, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", KC_LOGICAL_TIMESTAMP, KC_INT64},
    };
    struct kc_date_format format;
    int64_t ms;

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        if (text.len != forms[i].len)
            continue;
        r->status = kc_date_format_read(r->s, kc_str(forms[i].pattern), &format, r->err);
        if (r->status < 0 || !kc_date_format_parse(&format, text, &ms))
            return false;
        out->value = kc_number(forms[i].type, i == 0 ? kc_floor_div(ms, KC_DAY_MS) : ms);
        out->schema = keep(r, kc_schema_logical(r->s->ctx, forms[i].type, forms[i].logical, false, r->err));
        return out->schema != NULL;
    }
    return false;
}

static uint8_t integer_type(int64_t v)
{
    return v == (int8_t)v ? KC_INT8 : v == (int16_t)v ? KC_INT16 : v == (int32_t)v ? KC_INT32 : KC_INT64;
}

/* A whole number beyond 64 bits. */
static bool big_integer(struct reader *r, const uint8_t *bytes, uint32_t n, struct typed *out)
{
    const struct kc_kv scale = {kc_str("scale"), kc_string("0", 1)};
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = KC_BYTES,
                             .name = kc_str(KC_LOGICAL_DECIMAL),
                             .version = 1,
                             .params = {&scale, 1, 0}};
    struct kc_str copy;

    r->status = kc_setting_copy(r->s, (const char *)bytes, n, &copy, r->err);
    if (r->status < 0)
        return false;
    out->value = (struct kc_value){.type = KC_BYTES, .len = n};
    out->value.as.bytes = (const uint8_t *)copy.ptr;
    out->schema = keep(r, kc_host->schema_new(r->s->ctx, &spec, r->err));
    return out->schema != NULL;
}

/* Whole numbers take the smallest type that holds them, others float32 where it can. */
static bool number(struct reader *r, struct kc_str text, struct typed *out)
{
    uint8_t bytes[KC_DECIMAL_BYTES];
    uint32_t n = kc_decimal_parse(text, 0, bytes);
    struct kc_value v = {.type = KC_BYTES, .len = n};
    char digits[64], *end;
    int64_t whole;

    v.as.bytes = bytes;
    if (n > 0 && n <= 8 && kc_decimal_integer(&v, 0, &whole))
        return plain(r, out, kc_number(integer_type(whole), whole));
    if (text.len >= sizeof(digits))
        return false;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    if (strspn(digits, "0123456789+-.eE") != text.len)
        return false;
    if (strpbrk(digits, ".eE") == NULL)
        return n > 0 && big_integer(r, bytes, n, out);
    v = (struct kc_value){.type = KC_FLOAT32};
    v.as.f64 = (double)strtof(digits, &end);
    if (end == digits || *end != '\0')
        return false;
    if (v.as.f64 - v.as.f64 != 0) { /* infinite */
        v.type = KC_FLOAT64;
        v.as.f64 = strtod(digits, &end);
    }
    return v.as.f64 - v.as.f64 == 0 && plain(r, out, v);
}

static bool scalar(struct reader *r, struct kc_str text, struct typed *out)
{
    if (kc_same_text(text, kc_str("null"))) {
        *out = (struct typed){0};
        return true;
    }
    if (kc_same_text(text, kc_str("true")) || kc_same_text(text, kc_str("false")))
        return plain(r, out, kc_number(KC_BOOLEAN, text.len == 4));
    if (text.len == 0 || strchr("+-0123456789", text.ptr[0]) == NULL)
        return false;
    return temporal(r, text, out) || (r->status >= 0 && number(r, text, out));
}

static void spaces(struct reader *r)
{
    while (r->at < r->end && (unsigned char)*r->at <= ' ')
        r->at++;
}

static bool accept(struct reader *r, char c)
{
    spaces(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* A text between quotes, behind the first of them; a backslash takes the next character as it is. */
static bool quoted(struct reader *r, struct typed *out)
{
    char *copy = kc_smt_alloc(r->s, (size_t)(r->end - r->at) + 1, r->err);
    uint32_t n = 0;

    if (copy == NULL)
        r->status = KC_ERR_NOMEM;
    while (copy != NULL && r->at < r->end && *r->at != '"') {
        if (*r->at == '\\' && r->at + 1 < r->end)
            r->at++;
        copy[n++] = *r->at++;
    }
    if (copy == NULL || r->at++ == r->end)
        return false;
    return temporal(r, (struct kc_str){copy, n, 0}, out) ||
           (r->status >= 0 && plain(r, out, kc_string(copy, n)));
}

static bool nested(struct reader *r, struct typed *out);

/* How long the time or timestamp is that stands here; 0: none does. */
static size_t time_length(const char *at, const char *end)
{
    static const char *const masks[] = {"dd:dd:dd.dddZ", "dddd-dd-ddTdd:dd:dd.dddZ"};

    for (size_t i = 0; i < sizeof(masks) / sizeof(*masks); i++) {
        size_t n = 0, len = strlen(masks[i]);

        while (n < len && at + n < end &&
               (masks[i][n] == 'd' ? at[n] >= '0' && at[n] <= '9' : at[n] == masks[i][n]))
            n++;
        if (n == len)
            return n;
    }
    return 0;
}

static bool embedded(struct reader *r, struct typed *out)
{
    const char *start;

    spaces(r);
    if (r->at < r->end && (*r->at == '[' || *r->at == '{'))
        return nested(r, out);
    if (accept(r, '"'))
        return quoted(r, out);
    start = r->at;
    r->at += time_length(r->at, r->end); /* it has colons, which otherwise end a map's key */
    while (r->at < r->end && strchr(",:]}[{\"", *r->at) == NULL)
        r->at++;
    while (r->at > start && (unsigned char)r->at[-1] <= ' ')
        r->at--;
    return scalar(r, (struct kc_str){start, (uint32_t)(r->at - start), 0}, out);
}

/* The schema that holds both: the wider of two numbers. NULL: none. `a` NULL: there was no value yet. */
static const struct kc_schema *common(const struct kc_schema *a, const struct kc_schema *b)
{
    if (a == b || b == NULL)
        return a;
    if (a == NULL)
        return b;
    if (a->type <= KC_FLOAT64 && b->type <= KC_FLOAT64 && a->type != b->type)
        return a->type > b->type ? a : b;
    return NULL;
}

/* Items of a list, or keys and values of a map in turns. */
struct items {
    struct typed *list;
    uint32_t n;
};

static void forget(struct items *items)
{
    for (uint32_t i = 0; i < items->n; i++)
        kc_host->schema_unref(items->list[i].schema);
    free(items->list);
}

static struct typed *one_more(struct reader *r, struct items *items)
{
    struct typed *list = realloc(items->list, (items->n + 1) * sizeof(*list));

    if (list == NULL) {
        r->status = kc_fail(r->err, KC_ERR_NOMEM, "out of memory for a literal");
        return NULL;
    }
    items->list = list;
    list[items->n] = (struct typed){0};
    return &list[items->n++];
}

static bool read_items(struct reader *r, bool is_map, struct items *items)
{
    char close = is_map ? '}' : ']';

    while (!accept(r, close)) {
        struct typed *item;

        if (items->n > 0 && !accept(r, ','))
            return false;
        item = one_more(r, items);
        if (item == NULL || !embedded(r, item))
            return false;
        if (!is_map)
            continue;
        if (item->value.type == KC_NULL || !accept(r, ':'))
            return false;
        item = one_more(r, items);
        if (item == NULL || !embedded(r, item))
            return false;
    }
    return true;
}

/* The common schema of every `step`th item from `first` on; NULL: they have none, or there is nothing but null. */
static const struct kc_schema *merged(const struct items *items, uint32_t first, uint32_t step)
{
    const struct kc_schema *all = NULL;

    for (uint32_t i = first; i < items->n; i += step) {
        const struct kc_schema *wider = common(all, items->list[i].schema);

        if (all != NULL && wider == NULL)
            return NULL;
        all = wider;
    }
    return all;
}

static struct kc_value widened(struct kc_value v, const struct kc_schema *to)
{
    if (v.type == KC_NULL || to == NULL || v.type == to->type)
        return v;
    if ((to->type == KC_FLOAT32 || to->type == KC_FLOAT64) && v.type <= KC_INT64)
        v.as.f64 = to->type == KC_FLOAT32 ? (double)(float)v.as.i64 : (double)v.as.i64;
    v.type = to->type;
    return v;
}

static bool finish_items(struct reader *r, bool is_map, const struct items *items, struct typed *out)
{
    const struct kc_schema *keys = is_map ? merged(items, 0, 2) : NULL;
    const struct kc_schema *values = merged(items, is_map ? 1 : 0, is_map ? 2 : 1);
    struct kc_value *list = kc_smt_alloc(r->s, (items->n + 1) * sizeof(*list), r->err);
    struct kc_schema spec = {.struct_size = sizeof(spec),
                             .type = is_map ? KC_MAP : KC_ARRAY,
                             .key_schema = keys,
                             .item_schema = values};

    if (list == NULL) {
        r->status = KC_ERR_NOMEM;
        return false;
    }
    for (uint32_t i = 0; i < items->n; i++)
        list[i] = widened(items->list[i].value, is_map && i % 2 == 0 ? keys : values);
    *out = (struct typed){.value = {.type = spec.type, .len = is_map ? items->n / 2 : items->n}};
    out->value.as.items = list;
    if (values == NULL || (is_map && keys == NULL))
        return true;
    for (uint32_t i = is_map; i < items->n; i += 1 + is_map)
        if (list[i].type == KC_NULL)
            return false; /* the common schema does not allow it: Kafka takes the whole for a text */
    out->schema = keep(r, kc_host->schema_new(r->s->ctx, &spec, r->err));
    return out->schema != NULL;
}

static bool nested(struct reader *r, struct typed *out)
{
    bool is_map = *r->at++ == '{', ok;
    struct items items = {0};

    if (++r->depth > MAX_DEPTH)
        return false;
    ok = read_items(r, is_map, &items) && finish_items(r, is_map, &items, out);
    forget(&items);
    r->depth--;
    return ok;
}

kc_status kc_literal_read(struct kc_smt *s, struct kc_str text, const struct kc_schema **schema,
                          struct kc_value *value, struct kc_error *err)
{
    struct reader r = {.s = s, .at = text.ptr, .end = text.ptr + text.len, .err = err};
    struct typed out = {0};
    bool ok;

    spaces(&r);
    while (r.end > r.at && (unsigned char)r.end[-1] <= ' ')
        r.end--;
    if (r.at < r.end && (*r.at == '[' || *r.at == '{'))
        ok = nested(&r, &out) && r.at == r.end;
    else
        ok = scalar(&r, (struct kc_str){r.at, (uint32_t)(r.end - r.at), 0}, &out);
    if (!ok && r.status >= 0) {
        kc_host->schema_unref(out.schema);
        (void)plain(&r, &out, kc_text_value(text));
    }
    if (r.status < 0) {
        kc_host->schema_unref(out.schema);
        return r.status;
    }
    *schema = out.schema;
    *value = out.value;
    return KC_OK;
}
