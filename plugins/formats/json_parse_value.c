#include "json_parse_value.h"

#include "base64.h"
#include "decimal_parse.h"
#include "json_members.h"
#include "json_value.h"
#include "logical.h"
#include "side.h"
#include "type_word.h"

#include <kconnect/sdk.h>

#include <math.h>
#include <stdlib.h>

enum { UNSET = 0xff }; /* the type of a field that no member has filled yet */

static kc_status get(const struct kc_json_context *c, const struct kc_schema *schema,
                     const struct kc_json_node *node, struct kc_value *out, struct kc_error *err);

/* Room for n values, and a pointer that is not NULL where there are none. */
static struct kc_value *new_values(const struct kc_json_context *c, uint64_t n)
{
    return kc_arena_alloc(c->arena, (n > 0 ? n : 1) * sizeof(struct kc_value));
}

static kc_status not_that(const struct kc_schema *schema, const struct kc_json_node *node,
                          struct kc_error *err)
{
    return kc_fail(err, KC_ERR_RECORD, "the schema says %s, but the message has %s",
                   kc_type_name(schema->type), kc_json_kind_name(node->kind));
}

static double real_of(const struct kc_json_context *c, const struct kc_json_node *node)
{
    char text[KC_JSON_NUMBER + 1];

    memcpy(text, node->text, node->len);
    text[node->len] = 0;
    return strtod_l(text, NULL, c->c_locale);
}

/* The usual number has few digits and neither point nor exponent; this is for all others. */
static bool long_whole_of(const struct kc_json_node *node, uint64_t *magnitude, bool *negative)
{
    uint8_t bytes[KC_DECIMAL_MAX_BYTES];
    size_t n = kc_decimal_parse(node->text, node->len, 0, bytes);
    uint64_t v = 0;

    if (n == 0 || n > 9)
        return false;
    *negative = bytes[0] >= 0x80;
    if (n == 9 && bytes[0] != 0)
        return false;
    if (*negative)
        v = UINT64_MAX;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | bytes[i];
    *magnitude = *negative ? 0 - v : v;
    return true;
}

enum { SAFE_DIGITS = 18 }; /* never more than an int64 */

/* The magnitude of a number without fraction; false: it has one, or does not fit. */
static bool whole_of(const struct kc_json_node *node, uint64_t *magnitude, bool *negative)
{
    uint64_t v = 0;

    *negative = node->text[0] == '-';
    if (node->kind != KC_JSON_INTEGER || node->len > SAFE_DIGITS)
        return long_whole_of(node, magnitude, negative);
    for (uint32_t i = *negative; i < node->len; i++)
        v = v * 10 + (uint64_t)(node->text[i] - '0');
    *magnitude = v;
    return true;
}

static kc_status get_integer(const struct kc_schema *schema, const struct kc_json_node *node,
                             struct kc_value *out, struct kc_error *err)
{
    static const int64_t most[] = {
        [KC_INT8] = INT8_MAX, [KC_INT16] = INT16_MAX, [KC_INT32] = INT32_MAX, [KC_INT64] = INT64_MAX};
    uint64_t magnitude;
    bool negative;

    if (node->kind != KC_JSON_INTEGER && node->kind != KC_JSON_REAL)
        return not_that(schema, node, err);
    if (!whole_of(node, &magnitude, &negative) ||
        (schema->type != KC_INT64 && magnitude > (uint64_t)most[schema->type] + negative))
        return kc_fail(err, KC_ERR_RECORD, "%.*s is no %s", node->len < 40 ? (int)node->len : 40, node->text,
                       kc_type_name(schema->type));
    *out = (struct kc_value){.type = schema->type};
    out->as.u64 = negative ? 0 - magnitude : magnitude;
    return KC_OK;
}

static kc_status get_real(const struct kc_json_context *c, const struct kc_schema *schema,
                          const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    double v;

    if (node->kind == KC_JSON_INTEGER || node->kind == KC_JSON_REAL)
        v = real_of(c, node);
    else if (node->kind == KC_JSON_STRING && kc_json_is(node, "NaN", 3))
        v = NAN;
    else if (node->kind == KC_JSON_STRING && kc_json_is(node, "Infinity", 8))
        v = INFINITY;
    else if (node->kind == KC_JSON_STRING && kc_json_is(node, "-Infinity", 9))
        v = -INFINITY;
    else
        return not_that(schema, node, err);
    *out = (struct kc_value){.type = schema->type};
    out->as.f64 = schema->type == KC_FLOAT32 ? (double)(float)v : v;
    return KC_OK;
}

static kc_status get_decimal(const struct kc_json_context *c, const struct kc_schema *schema,
                             const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    uint8_t *bytes = kc_arena_alloc(c->arena, KC_DECIMAL_MAX_BYTES);
    int32_t scale;
    size_t n;

    if (bytes == NULL)
        return kc_no_memory(err);
    if (!kc_decimal_scale(schema, &scale))
        return kc_fail(err, KC_ERR_RECORD, "a Decimal has no parameter \"scale\" in its schema");
    n = kc_decimal_parse(node->text, node->len, scale, bytes);
    if (n == 0)
        return kc_fail(err, KC_ERR_RECORD, "%.*s is no Decimal of scale %d, or has more than 153 digits",
                       node->len < 40 ? (int)node->len : 40, node->text, scale);
    *out = (struct kc_value){.type = KC_BYTES, .len = (uint32_t)n, .as.bytes = bytes};
    return KC_OK;
}

static kc_status get_bytes(const struct kc_json_context *c, const struct kc_schema *schema,
                           const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    uint8_t *bytes;
    size_t n;

    if ((node->kind == KC_JSON_INTEGER || node->kind == KC_JSON_REAL) && kc_logical_of(schema) == KC_DECIMAL)
        return get_decimal(c, schema, node, out, err);
    if (node->kind != KC_JSON_STRING)
        return not_that(schema, node, err);
    bytes = kc_arena_alloc(c->arena, node->len / 4 * 3 + 1);
    if (bytes == NULL)
        return kc_no_memory(err);
    if (!kc_base64_decode(bytes, node->text, node->len, &n))
        return kc_fail(err, KC_ERR_RECORD,
                       "the schema says BYTES, but the text in the message is not base64");
    if (n == 0 && kc_logical_of(schema) == KC_DECIMAL)
        return kc_fail(err, KC_ERR_RECORD, "a Decimal has no bytes");
    *out = (struct kc_value){.type = KC_BYTES, .len = (uint32_t)n, .as.bytes = bytes};
    return KC_OK;
}

static kc_status get_array(const struct kc_json_context *c, const struct kc_schema *schema,
                           const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    const struct kc_schema *item = schema != NULL ? schema->item_schema : NULL;
    struct kc_value *items = new_values(c, node->n);
    const struct kc_json_node *child = node + 1;

    if (items == NULL)
        return kc_no_memory(err);
    for (uint32_t i = 0; i < node->n; i++, child += child->skip) {
        kc_status status = get(c, item, child, &items[i], err);

        if (status < 0)
            return status;
    }
    *out = (struct kc_value){.type = KC_ARRAY, .len = node->n, .as.items = items};
    return KC_OK;
}

/* An object as a map; of members with one name the last one counts, in the place of the first. */
static kc_status get_object(const struct kc_json_context *c, const struct kc_schema *schema,
                            const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    const struct kc_schema *item = schema != NULL ? schema->item_schema : NULL;
    struct kc_value *items = new_values(c, (uint64_t)node->n * 2);
    const struct kc_json_node **values = kc_arena_alloc(c->arena, (node->n + UINT64_C(1)) * sizeof(*values));
    uint32_t n;

    if (items == NULL || values == NULL || !kc_json_members(c->arena, node, items, values, &n))
        return kc_no_memory(err);
    for (uint32_t i = 0; i < n; i++) {
        kc_status status = get(c, item, values[i], &items[i * 2 + 1], err);

        if (status < 0)
            return status;
    }
    *out = (struct kc_value){.type = KC_MAP, .len = n, .as.items = items};
    return KC_OK;
}

/* A map whose keys are no strings: an array of pairs. */
static kc_status get_pairs(const struct kc_json_context *c, const struct kc_schema *schema,
                           const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    struct kc_value *items;
    const struct kc_json_node *pair = node + 1;

    if (node->kind != KC_JSON_ARRAY)
        return kc_fail(
            err, KC_ERR_RECORD,
            "the schema says MAP with keys that are no strings, which is an array of pairs, but the "
            "message has %s",
            kc_json_kind_name(node->kind));
    items = new_values(c, (uint64_t)node->n * 2);
    if (items == NULL)
        return kc_no_memory(err);
    for (uint32_t i = 0; i < node->n; i++, pair += pair->skip) {
        kc_status status;

        if (pair->kind != KC_JSON_ARRAY || pair->n != 2)
            return kc_fail(err, KC_ERR_RECORD, "entry %u of a map is not an array of two, a key and a value",
                           i);
        status = get(c, schema->key_schema, pair + 1, &items[i * 2], err);
        if (status >= 0)
            status = get(c, schema->item_schema, pair + 1 + pair[1].skip, &items[i * 2 + 1], err);
        if (status < 0)
            return status;
    }
    *out = (struct kc_value){.type = KC_MAP, .len = node->n, .as.items = items};
    return KC_OK;
}

/* The field of a name, looked for from `hint` on, as members mostly come in the order of the fields. */
static uint32_t find_field(const struct kc_schema *schema, const struct kc_json_node *name, uint32_t hint)
{
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        uint32_t at = hint + i < schema->n_fields ? hint + i : hint + i - schema->n_fields;

        if (kc_json_is(name, schema->fields[at].name.ptr, schema->fields[at].name.len))
            return at;
    }
    return UINT32_MAX;
}

static kc_status get_struct(const struct kc_json_context *c, const struct kc_schema *schema,
                            const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    const struct kc_json_node *name = node + 1;
    struct kc_value *items;
    uint32_t hint = 0;

    if (node->kind != KC_JSON_OBJECT)
        return not_that(schema, node, err);
    items = new_values(c, schema->n_fields);
    if (items == NULL)
        return kc_no_memory(err);
    for (uint32_t i = 0; i < schema->n_fields; i++)
        items[i].type = UNSET;
    for (uint32_t i = 0; i < node->n; i++, name += 1 + name[1].skip) {
        uint32_t at = find_field(schema, name, hint);

        if (at == UINT32_MAX)
            continue;
        items[at].type = KC_NULL;
        items[at].as.u64 = (uint64_t)(name + 1 - node); /* for now: where the value is */
        hint = at + 1 < schema->n_fields ? at + 1 : 0;
    }
    for (uint32_t i = 0; i < schema->n_fields; i++) {
        const struct kc_json_node *value = items[i].type == UNSET ? NULL : node + items[i].as.u64;
        kc_status status = get(c, schema->fields[i].schema, value, &items[i], err);

        if (status == KC_ERR_RECORD)
            kc_field_error(err, schema->fields[i].name);
        if (status < 0)
            return status;
    }
    *out = (struct kc_value){.type = KC_STRUCT, .len = schema->n_fields, .as.items = items};
    return KC_OK;
}

/* A node without a schema. */
static kc_status get_schemaless(const struct kc_json_context *c, const struct kc_json_node *node,
                                struct kc_value *out, struct kc_error *err)
{
    uint64_t magnitude;
    bool negative;

    switch (node->kind) {
    case KC_JSON_NULL: *out = (struct kc_value){.type = KC_NULL}; return KC_OK;
    case KC_JSON_FALSE:
    case KC_JSON_TRUE:
        *out = (struct kc_value){.type = KC_BOOLEAN, .as.i64 = node->kind == KC_JSON_TRUE};
        return KC_OK;
    case KC_JSON_STRING: *out = kc_string(node->text, node->len); return KC_OK;
    case KC_JSON_ARRAY: return get_array(c, NULL, node, out, err);
    case KC_JSON_OBJECT: return get_object(c, NULL, node, out, err);
    default: break;
    }
    *out = (struct kc_value){.type = KC_FLOAT64};
    if (node->kind == KC_JSON_INTEGER && whole_of(node, &magnitude, &negative)) {
        out->type = !negative && magnitude > INT64_MAX ? KC_UINT64 : KC_INT64;
        out->as.u64 = negative ? 0 - magnitude : magnitude;
    } else {
        out->as.f64 = real_of(c, node);
    }
    return KC_OK;
}

static kc_status get_null(const struct kc_json_context *c, const struct kc_schema *schema,
                          struct kc_value *out, struct kc_error *err)
{
    if (schema->default_value != NULL && c->null_with_default) {
        *out = *schema->default_value;
        return KC_OK;
    }
    *out = (struct kc_value){.type = KC_NULL};
    if (schema->optional)
        return KC_OK;
    return kc_fail(
        err, KC_ERR_RECORD,
        "the value is null or missing, but its schema (%s) is not optional and has no default value",
        kc_type_name(schema->type));
}

static kc_status get(const struct kc_json_context *c, const struct kc_schema *schema,
                     const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    if (schema == NULL)
        return get_schemaless(c, node, out, err);
    if (node == NULL || node->kind == KC_JSON_NULL)
        return get_null(c, schema, out, err);
    switch (schema->type) {
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64: return get_integer(schema, node, out, err);
    case KC_FLOAT32:
    case KC_FLOAT64: return get_real(c, schema, node, out, err);
    case KC_BYTES: return get_bytes(c, schema, node, out, err);
    case KC_STRUCT: return get_struct(c, schema, node, out, err);
    case KC_BOOLEAN:
        if (node->kind != KC_JSON_TRUE && node->kind != KC_JSON_FALSE)
            return not_that(schema, node, err);
        *out = (struct kc_value){.type = KC_BOOLEAN, .as.i64 = node->kind == KC_JSON_TRUE};
        return KC_OK;
    case KC_STRING:
        if (node->kind != KC_JSON_STRING)
            return not_that(schema, node, err);
        *out = kc_string(node->text, node->len);
        return KC_OK;
    case KC_ARRAY:
        return node->kind == KC_JSON_ARRAY ? get_array(c, schema, node, out, err)
                                           : not_that(schema, node, err);
    case KC_MAP:
        if (schema->key_schema != NULL && schema->key_schema->type != KC_STRING)
            return get_pairs(c, schema, node, out, err);
        return node->kind == KC_JSON_OBJECT ? get_object(c, schema, node, out, err)
                                            : not_that(schema, node, err);
    default: return kc_fail(err, KC_ERR_RECORD, "a schema has the unknown type %u", schema->type);
    }
}

kc_status kc_json_get_value(const struct kc_json_context *c, const struct kc_schema *schema,
                            const struct kc_json_node *node, struct kc_value *out, struct kc_error *err)
{
    return get(c, schema, node, out, err);
}
