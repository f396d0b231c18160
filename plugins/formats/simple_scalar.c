#include "simple_scalar.h"

#include "decimal_parse.h"
#include "iso_text.h"
#include "logical.h"
#include "side.h"

#include <kconnect/sdk.h>

#include <math.h>
#include <stdlib.h>

enum { NOT_THAT = KC_ERR_UNSUPPORTED, NUMBER_MAX = 400 };

void kc_simple_schemas_finish(struct kc_simple_schemas *s)
{
    while (s->n > 0)
        kc_host->schema_unref(s->list[--s->n]);
    if (s->c_locale != (locale_t)0)
        freelocale(s->c_locale);
}

kc_status kc_simple_schema(struct kc_simple_schemas *s, const struct kc_schema *spec,
                           const struct kc_schema **out, struct kc_error *err)
{
    bool nested = spec->type == KC_ARRAY || spec->type == KC_MAP;
    const struct kc_schema *made = kc_host->schema_new(s->ctx, spec, err);

    if (made == NULL)
        return err->status;
    for (uint32_t i = 0; i < s->n; i++)
        if (s->list[i] == made) { /* kept already, so that the reference of this call is one too many */
            kc_host->schema_unref(made);
            *out = made;
            return KC_OK;
        }
    if (nested ? s->n_nested == KC_SIMPLE_SCHEMAS : s->n - s->n_nested == KC_SIMPLE_SCALARS) {
        kc_host->schema_unref(made);
        return NOT_THAT;
    }
    s->n_nested += nested;
    s->list[s->n++] = made;
    *out = made;
    return KC_OK;
}

static kc_status plain(struct kc_simple_schemas *s, uint8_t type, const struct kc_schema **schema,
                       struct kc_error *err)
{
    const struct kc_schema spec = {.struct_size = sizeof(spec), .type = type};

    return kc_simple_schema(s, &spec, schema, err);
}

kc_status kc_simple_schemas_init(struct kc_simple_schemas *s, struct kc_ctx *ctx, struct kc_error *err)
{
    s->ctx = ctx;
    s->n = s->n_nested = 0;
    s->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return s->c_locale != (locale_t)0 ? KC_OK : kc_no_memory(err);
}

static kc_status temporal(struct kc_simple_schemas *s, const char *text, size_t n,
                          const struct kc_schema **schema, struct kc_value *v, struct kc_error *err)
{
    struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_INT32, .version = 1};
    int64_t number;

    if (kc_parse_iso_date(text, n, &number)) {
        spec.name = kc_str(KC_LOGICAL_PREFIX "Date");
    } else if (kc_parse_iso_time(text, n, &number)) {
        spec.name = kc_str(KC_LOGICAL_PREFIX "Time");
    } else if (kc_parse_iso_timestamp(text, n, &number)) {
        spec.name = kc_str(KC_LOGICAL_PREFIX "Timestamp");
        spec.type = KC_INT64;
    } else {
        return NOT_THAT;
    }
    *v = (struct kc_value){.type = spec.type, .as.i64 = number};
    return kc_simple_schema(s, &spec, schema, err);
}

static kc_status decimal(struct kc_simple_schemas *s, struct kc_arena *a, const char *text, size_t n,
                         const struct kc_schema **schema, struct kc_value *v, struct kc_error *err)
{
    uint8_t *bytes = kc_arena_alloc(a, KC_DECIMAL_MAX_BYTES);
    struct kc_kv scale = {kc_str("scale"), {0}};
    const struct kc_schema spec = {.struct_size = sizeof(spec),
                                   .type = KC_BYTES,
                                   .name = kc_str(KC_LOGICAL_PREFIX "Decimal"),
                                   .version = 1,
                                   .params = {&scale, 1, 0}};
    char number[16];
    int32_t places;

    if (bytes == NULL)
        return kc_no_memory(err);
    if (!kc_decimal_scale_of(text, n, &places))
        return NOT_THAT;
    *v = (struct kc_value){.type = KC_BYTES, .as.bytes = bytes};
    v->len = (uint32_t)kc_decimal_parse(text, n, places, bytes);
    if (v->len == 0)
        return NOT_THAT;
    (void)snprintf(number, sizeof(number), "%d", places);
    scale.value = kc_string(number, (uint32_t)strlen(number));
    return kc_simple_schema(s, &spec, schema, err);
}

/* The smallest integer type, if it is one at all. */
static bool integer(const char *text, size_t n, struct kc_value *v)
{
    uint8_t bytes[KC_DECIMAL_MAX_BYTES];
    size_t len = kc_decimal_parse(text, n, 0, bytes);
    uint64_t bits = len > 0 && bytes[0] >= 0x80 ? UINT64_MAX : 0;

    if (len == 0 || len > sizeof(bits))
        return false;
    for (size_t i = 0; i < len; i++)
        bits = bits << 8 | bytes[i];
    *v = (struct kc_value){.as.u64 = bits};
    v->type = len == 1 ? KC_INT8 : len == 2 ? KC_INT16 : len <= 4 ? KC_INT32 : KC_INT64;
    return true;
}

static kc_status number(struct kc_simple_schemas *s, struct kc_arena *a, const char *text, size_t n,
                        const struct kc_schema **schema, struct kc_value *v, struct kc_error *err)
{
    char copy[NUMBER_MAX + 1];
    int32_t scale;
    uint8_t bytes[KC_DECIMAL_MAX_BYTES];
    bool is_fraction;

    if (n > NUMBER_MAX)
        return NOT_THAT;
    if (integer(text, n, v))
        return plain(s, v->type, schema, err);
    /* The same letters that make up a number for us; strtod alone would take hexadecimal and words. */
    for (size_t i = 0; i < n; i++)
        if (strchr("0123456789+-.eE", text[i]) == NULL || text[i] == 0)
            return NOT_THAT;
    is_fraction =
        memchr(text, '.', n) != NULL || memchr(text, 'e', n) != NULL || memchr(text, 'E', n) != NULL;
    memcpy(copy, text, n);
    copy[n] = 0;
    if (is_fraction) {
        char *end;
        double real = strtod_l(copy, &end, s->c_locale);
        float single = strtof_l(copy, NULL, s->c_locale);

        if (end != copy + n || n == 0)
            return NOT_THAT;
        if (isfinite(single) || isfinite(real)) {
            *v = (struct kc_value){.type = isfinite(single) ? KC_FLOAT32 : KC_FLOAT64};
            v->as.f64 = isfinite(single) ? (double)single : real;
            return plain(s, v->type, schema, err);
        }
    }
    if (kc_decimal_scale_of(text, n, &scale) && kc_decimal_parse(text, n, scale, bytes) > 0)
        return decimal(s, a, text, n, schema, v, err);
    return NOT_THAT;
}

kc_status kc_simple_scalar(struct kc_simple_schemas *s, struct kc_arena *a, const char *text, size_t n,
                           const struct kc_schema **schema, struct kc_value *v, struct kc_error *err)
{
    kc_status status;

    *schema = NULL;
    if (n == 4 && memcmp(text, "null", 4) == 0) {
        *v = (struct kc_value){.type = KC_NULL};
        return KC_OK;
    }
    if ((n == 4 && memcmp(text, "true", 4) == 0) || (n == 5 && memcmp(text, "false", 5) == 0)) {
        *v = (struct kc_value){.type = KC_BOOLEAN, .as.i64 = n == 4};
        return plain(s, KC_BOOLEAN, schema, err);
    }
    if (n == 0 || ((text[0] < '0' || text[0] > '9') && text[0] != '+' && text[0] != '-'))
        return NOT_THAT;
    status = temporal(s, text, n, schema, v, err);
    return status != NOT_THAT ? status : number(s, a, text, n, schema, v, err);
}

kc_status kc_simple_quoted(struct kc_simple_schemas *s, struct kc_value *v, const struct kc_schema **schema,
                           struct kc_error *err)
{
    struct kc_value found;
    kc_status status = temporal(s, v->as.str, v->len, schema, &found, err);

    if (status == KC_OK)
        *v = found;
    return status != NOT_THAT ? status : plain(s, KC_STRING, schema, err);
}
