#include "number_converter.h"

#include "side.h"
#include "type_word.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

struct number_kind {
    const char *id;
    uint8_t type;
    uint8_t bytes;
};

struct number_converter {
    struct kc_side side;
    const struct number_kind *kind;
    const struct kc_schema *schema; /* what is read back: an optional value of the type */
};

static kc_status wrong_type(const struct number_kind *kind, uint8_t type, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_RECORD, "the converter %s writes %s only, and this value is %s", kind->id,
                   kc_type_name(kind->type), kc_type_name(type));
}

static uint64_t bits_of(const struct kc_value *v)
{
    uint64_t bits = 0;
    uint32_t single;
    float f;

    switch (v->type) {
    case KC_FLOAT32:
        f = (float)v->as.f64;
        memcpy(&single, &f, sizeof(single));
        return single;
    case KC_FLOAT64: memcpy(&bits, &v->as.f64, sizeof(bits)); return bits;
    case KC_BOOLEAN: return v->as.i64 != 0;
    default: return (uint64_t)v->as.i64;
    }
}

static kc_status put(void *self, struct kc_out *o, const struct kc_schema *schema, const struct kc_value *v,
                     bool *is_null, struct kc_error *err)
{
    const struct number_kind *kind = ((const struct number_converter *)self)->kind;
    uint8_t bytes[8];
    uint64_t bits;

    /* As in Connect only the boolean converter looks at the schema of a null. */
    if (kind->type == KC_BOOLEAN && schema != NULL && schema->type != KC_BOOLEAN)
        return wrong_type(kind, schema->type, err);
    *is_null = v->type == KC_NULL;
    if (*is_null)
        return KC_OK;
    if (v->type != kind->type)
        return wrong_type(kind, v->type, err);
    bits = bits_of(v);
    for (int i = kind->bytes - 1; i >= 0; i--, bits >>= 8)
        bytes[i] = (uint8_t)bits;
    return kc_out_put(o, bytes, kind->bytes) ? KC_OK : kc_no_memory(err);
}

/* The bits of a number of fewer than eight bytes, with its sign where it has one. */
static kc_status from_bits(const struct number_kind *kind, uint64_t bits, struct kc_value *v,
                           struct kc_error *err)
{
    uint32_t single = (uint32_t)bits;
    float f;

    *v = (struct kc_value){.type = kind->type};
    switch (kind->type) {
    case KC_INT16: v->as.i64 = (int16_t)bits; break;
    case KC_INT32: v->as.i64 = (int32_t)bits; break;
    case KC_FLOAT32:
        memcpy(&f, &single, sizeof(f));
        v->as.f64 = (double)f;
        break;
    case KC_BOOLEAN:
        if (bits > 1)
            return kc_fail(err, KC_ERR_RECORD,
                           "the converter boolean reads the bytes 0 and 1 only, and this is %u",
                           (unsigned)bits);
        v->as.i64 = (int64_t)bits;
        break;
    default: v->as.u64 = bits; break; /* the bits of an int64 or of a double are its value */
    }
    return KC_OK;
}

static kc_status get(void *self, struct kc_arena *a, const struct kc_schema **schema, struct kc_value *v,
                     struct kc_error *err)
{
    const struct number_converter *c = self;
    uint64_t bits = 0;

    (void)a;
    *schema = c->schema;
    if (v->type == KC_NULL)
        return KC_OK;
    if (v->len != c->kind->bytes)
        return kc_fail(err, KC_ERR_RECORD, "the converter %s reads %u bytes, and the message has %u",
                       c->kind->id, c->kind->bytes, v->len);
    for (uint32_t i = 0; i < v->len; i++)
        bits = bits << 8 | v->as.bytes[i];
    return from_bits(c->kind, bits, v, err);
}

static kc_status open_kind(const struct number_kind *kind, struct kc_ctx *ctx, int32_t which, void **self,
                           struct kc_error *err)
{
    const struct kc_schema spec = {.struct_size = sizeof(spec), .type = kind->type, .optional = 1};
    struct number_converter *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return kc_no_memory(err);
    c->side = (struct kc_side){.ctx = ctx, .which = which, .put = put, .get = get};
    c->kind = kind;
    c->schema = kc_host->schema_new(ctx, &spec, err);
    if (c->schema == NULL) {
        free(c);
        return err->status;
    }
    *self = c;
    return KC_OK;
}

static void close_converter(void *self)
{
    struct number_converter *c = self;

    kc_host->schema_unref(c->schema);
    free(c);
}

/* Both components of one type; open() is told neither its component nor its type, so each has its own. */
#define NUMBER(word, Word, value_type, n_bytes)                                                              \
    static const struct number_kind word##_kind = {#word, value_type, n_bytes};                              \
    static kc_status open_##word(struct kc_ctx *ctx, const struct kc_map *config, int32_t which,             \
                                 void **self, struct kc_error *err)                                          \
    {                                                                                                        \
        (void)config;                                                                                        \
        return open_kind(&word##_kind, ctx, which, self, err);                                               \
    }                                                                                                        \
    KC_SIDE_OPS(word, open_##word, close_converter);                                                         \
    static const char *const word##_aliases[] = {"org.apache.kafka.connect.converters." #Word "Converter",   \
                                                 #Word "Converter", NULL};                                   \
    const struct kc_component kc_##word##_converter = {.struct_size = sizeof(struct kc_component),           \
                                                       .kind = KC_KIND_CONVERTER,                            \
                                                       .id = #word,                                          \
                                                       .version = KC_VERSION,                                \
                                                       .title = "A " #word " as Kafka Connect's " #Word      \
                                                                "Converter",                                 \
                                                       .aliases = word##_aliases,                            \
                                                       .ops = &word##_ops};                                  \
    const struct kc_component kc_##word##_header_converter = {                                               \
        .struct_size = sizeof(struct kc_component),                                                          \
        .kind = KC_KIND_HEADER_CONVERTER,                                                                    \
        .id = #word,                                                                                         \
        .version = KC_VERSION,                                                                               \
        .title = "Headers with a " #word " as Kafka Connect's " #Word "Converter",                           \
        .aliases = word##_aliases,                                                                           \
        .ops = &word##_header_ops}

NUMBER(short, Short, KC_INT16, 2);
NUMBER(integer, Integer, KC_INT32, 4);
NUMBER(long, Long, KC_INT64, 8);
NUMBER(float, Float, KC_FLOAT32, 4);
NUMBER(double, Double, KC_FLOAT64, 8);
NUMBER(boolean, Boolean, KC_BOOLEAN, 1);
