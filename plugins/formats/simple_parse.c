#include "simple_parse.h"

#include "java_text.h"
#include "side.h"
#include "simple_scalar.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

/* A value of a list or map with its schema; NULL: null, or schemaless. */
struct member {
    const struct kc_schema *schema;
    struct kc_value value;
};

struct members {
    struct member *list;
    uint32_t n, cap;
};

struct parse {
    struct kc_simple_schemas *schemas;
    struct kc_arena *arena;
    struct kc_error *err;
    const char *at, *end;
};

/* Besides the failures of kc_status: this is no list or map after all. */
enum { NOT_THAT = KC_ERR_UNSUPPORTED };

static kc_status get_member(struct parse *p, int depth, struct member *out);

static bool is_blank(char c)
{
    return (uint8_t)c <= ' ';
}

static bool is_delimiter(char c)
{
    return c != 0 && strchr(":,{}[]\"", c) != NULL;
}

static void skip_blanks(struct parse *p)
{
    while (p->at < p->end && is_blank(*p->at))
        p->at++;
}

static bool next_is(struct parse *p, char c)
{
    skip_blanks(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static kc_status add(struct parse *p, struct members *m, const struct member *one)
{
    if (m->n == m->cap) {
        uint32_t cap = m->cap == 0 ? 8 : m->cap * 2;
        struct member *list = cap > m->cap ? realloc(m->list, cap * sizeof(*list)) : NULL;

        if (list == NULL)
            return kc_no_memory(p->err);
        m->list = list;
        m->cap = cap;
    }
    m->list[m->n++] = *one;
    return KC_OK;
}

/* The text between quotation marks, the first of which has been read. */
static kc_status get_quoted(struct parse *p, struct member *out)
{
    const char *from = p->at;
    bool escaped = false;
    size_t n = 0;
    char *text;

    while (p->at < p->end && *p->at != '"') {
        if (*p->at == '\\' && p->at + 1 < p->end && (p->at[1] == '"' || p->at[1] == '\\')) {
            escaped = true;
            p->at++;
        }
        p->at++;
    }
    if (p->at == p->end)
        return NOT_THAT;
    out->value = kc_string(from, (uint32_t)(p->at - from));
    if (escaped) {
        text = kc_arena_alloc(p->arena, (uint64_t)(p->at - from));
        if (text == NULL)
            return kc_no_memory(p->err);
        for (const char *s = from; s < p->at; s++) {
            if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
                s++;
            text[n++] = *s;
        }
        out->value = kc_string(text, (uint32_t)n);
    }
    p->at++;
    return kc_simple_quoted(p->schemas, &out->value, &out->schema, p->err);
}

/* A word up to the next delimiter; the colons of a time are none. */
static kc_status get_word(struct parse *p, struct member *out)
{
    static const uint8_t lengths[] = {24, 13}; /* of a timestamp and of a time */
    const char *from = p->at, *end = from;
    kc_status status;

    for (size_t i = 0; i < sizeof(lengths); i++) {
        if (p->end - from < lengths[i])
            continue;
        status = kc_simple_scalar(p->schemas, p->arena, from, lengths[i], &out->schema, &out->value, p->err);
        if (status == KC_OK && out->schema != NULL && out->schema->name.len > 0 &&
            out->value.type != KC_BYTES) {
            p->at += lengths[i];
            return KC_OK;
        }
        if (status < 0 && status != NOT_THAT)
            return status;
    }
    while (end < p->end && !is_delimiter(*end))
        end++;
    p->at = end;
    while (end > from && is_blank(end[-1]))
        end--;
    return kc_simple_scalar(p->schemas, p->arena, from, (size_t)(end - from), &out->schema, &out->value,
                            p->err);
}

static bool is_number(const struct kc_schema *s)
{
    return s->type >= KC_INT8 && s->type <= KC_FLOAT64 && s->name.len == 0;
}

/* The type that all members have or can be widened to; NULL: none. False: it must not be lost what they mean. */
static bool common_schema(const struct members *m, uint32_t from, uint32_t step,
                          const struct kc_schema **common, bool *has_null)
{
    bool mixed = false, named = false;

    *common = NULL;
    *has_null = false;
    for (uint32_t i = from; i < m->n; i += step) {
        const struct kc_schema *s = m->list[i].schema;

        if (m->list[i].value.type == KC_NULL) {
            *has_null = true;
            continue;
        }
        if (s == NULL) {
            mixed = true;
            continue;
        }
        named = named || s->type > KC_STRING || s->name.len > 0;
        if (*common == NULL || s == *common)
            *common = s;
        else if (is_number(s) && is_number(*common))
            *common = s->type > (*common)->type ? s : *common; /* the types are numbered by what they hold */
        else
            mixed = true;
    }
    if (!mixed)
        return true;
    *common = NULL;
    return !named;
}

static void widen(struct member *m, const struct kc_schema *to)
{
    if (to == NULL || m->schema == to || m->value.type == KC_NULL)
        return;
    if (to->type >= KC_FLOAT32 && m->value.type <= KC_INT64)
        m->value.as.f64 = to->type == KC_FLOAT32 ? (double)(float)m->value.as.i64 : (double)m->value.as.i64;
    m->value.type = to->type;
}

static kc_status finish(struct parse *p, const struct members *m, uint8_t type, const struct kc_schema *key,
                        const struct kc_schema *item, struct member *out)
{
    struct kc_schema spec = {
        .struct_size = sizeof(spec), .type = type, .key_schema = key, .item_schema = item};
    struct kc_value *items = kc_arena_alloc(p->arena, (m->n + UINT64_C(1)) * sizeof(*items));

    if (items == NULL)
        return kc_no_memory(p->err);
    for (uint32_t i = 0; i < m->n; i++) {
        widen(&m->list[i], type == KC_MAP && i % 2 == 0 ? key : item);
        items[i] = m->list[i].value;
    }
    out->schema = NULL;
    out->value = (struct kc_value){.type = type, .len = type == KC_MAP ? m->n / 2 : m->n, .as.items = items};
    if (item == NULL || (type == KC_MAP && key == NULL))
        return KC_OK;
    return kc_simple_schema(p->schemas, &spec, &out->schema, p->err);
}

static kc_status finish_list(struct parse *p, const struct members *m, struct member *out)
{
    const struct kc_schema *item;
    bool has_null;

    if (!common_schema(m, 0, 1, &item, &has_null) || (item != NULL && has_null))
        return NOT_THAT;
    return finish(p, m, KC_ARRAY, NULL, item, out);
}

static kc_status finish_map(struct parse *p, const struct members *m, struct member *out)
{
    const struct kc_schema *key, *item;
    bool null_key, null_item;

    if (!common_schema(m, 0, 2, &key, &null_key) || !common_schema(m, 1, 2, &item, &null_item) ||
        (item != NULL && null_item))
        return NOT_THAT;
    return finish(p, m, KC_MAP, key, item, out);
}

static kc_status get_list(struct parse *p, int depth, struct member *out)
{
    struct members m = {0};
    kc_status status = KC_OK;

    while (status >= 0 && !next_is(p, ']')) {
        struct member one = {0};

        status = get_member(p, depth, &one);
        if (status >= 0)
            status = add(p, &m, &one);
        skip_blanks(p);
        if (status >= 0 && !next_is(p, ',') && (p->at == p->end || *p->at != ']'))
            status = NOT_THAT;
    }
    if (status >= 0)
        status = finish_list(p, &m, out);
    free(m.list);
    return status;
}

static bool same_key(const struct kc_value *a, const struct kc_value *b)
{
    if (a->type != b->type || a->len != b->len)
        return false;
    if (a->type == KC_STRING || a->type == KC_BYTES)
        return a->len == 0 || memcmp(a->as.bytes, b->as.bytes, a->len) == 0;
    return a->type < KC_ARRAY && a->as.u64 == b->as.u64;
}

/* Of two entries with one key the last counts, in the place of the first. */
static kc_status add_entry(struct parse *p, struct members *m, const struct member entry[2])
{
    kc_status status;

    for (uint32_t i = 0; i < m->n; i += 2)
        if (same_key(&m->list[i].value, &entry[0].value)) {
            m->list[i + 1] = entry[1];
            return KC_OK;
        }
    if (m->n >= 2 * KC_SIMPLE_ENTRIES)
        return NOT_THAT;
    status = add(p, m, &entry[0]);
    return status < 0 ? status : add(p, m, &entry[1]);
}

static kc_status get_map(struct parse *p, int depth, struct member *out)
{
    struct members m = {0};
    kc_status status = KC_OK;

    while (status >= 0 && !next_is(p, '}')) {
        struct member entry[2] = {{0}};

        status = get_member(p, depth, &entry[0]);
        if (status >= 0 && (entry[0].value.type == KC_NULL || !next_is(p, ':')))
            status = NOT_THAT;
        if (status >= 0)
            status = get_member(p, depth, &entry[1]);
        if (status >= 0)
            status = add_entry(p, &m, entry);
        (void)next_is(p, ',');
    }
    if (status >= 0)
        status = finish_map(p, &m, out);
    free(m.list);
    return status;
}

static kc_status get_member(struct parse *p, int depth, struct member *out)
{
    if (depth >= KC_MAX_DEPTH)
        return NOT_THAT;
    if (next_is(p, '['))
        return get_list(p, depth + 1, out);
    if (next_is(p, '{'))
        return get_map(p, depth + 1, out);
    if (next_is(p, '"'))
        return get_quoted(p, out);
    return get_word(p, out);
}

kc_status kc_simple_parse(struct kc_simple_schemas *s, struct kc_arena *a, const char *text, size_t n,
                          const struct kc_schema **schema, struct kc_value *v, struct kc_error *err)
{
    struct parse p = {.schemas = s, .arena = a, .err = err, .at = text, .end = text + n};
    struct member out = {0};
    kc_status status;

    skip_blanks(&p);
    if (p.at < p.end && (*p.at == '[' || *p.at == '{')) {
        status = get_member(&p, 0, &out);
        skip_blanks(&p);
        if (status >= 0 && p.at < p.end)
            status = NOT_THAT;
    } else {
        while (p.end > p.at && is_blank(p.end[-1]))
            p.end--;
        status = kc_simple_scalar(s, a, p.at, (size_t)(p.end - p.at), &out.schema, &out.value, err);
    }
    if (status == NOT_THAT) {
        out.value = kc_string(text, (uint32_t)n);
        status = kc_simple_schema(
            s, &(struct kc_schema){.struct_size = sizeof(struct kc_schema), .type = KC_STRING}, &out.schema,
            err);
    }
    if (status < 0)
        return status;
    *schema = out.schema;
    *v = out.value;
    return KC_OK;
}
