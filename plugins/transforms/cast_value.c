#include "cast_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include "date_format.h"
#include "decimal.h"
#include "java_number.h"
#include "schema_make.h"
#include "values.h"

uint8_t kc_cast_type(struct kc_str name)
{
    for (uint8_t type = KC_INT8; type <= KC_STRUCT; type++)
        if (strlen(kc_type_name(type)) == name.len &&
            strncasecmp(kc_type_name(type), name.ptr, name.len) == 0)
            return type;
    return 0;
}

bool kc_cast_is_target(uint8_t type)
{
    return type >= KC_INT8 && type <= KC_STRING;
}

static kc_status set_text(struct kc_batch *b, const char *text, uint32_t n, struct kc_value *v,
                          struct kc_error *err)
{
    char *copy = kc_smt_take(b, n, err);

    if (copy == NULL)
        return KC_ERR_NOMEM;
    memcpy(copy, text, n);
    *v = kc_string(copy, n);
    return KC_OK;
}

static kc_status base64(struct kc_batch *b, struct kc_value *v, struct kc_error *err)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t n = ((uint64_t)v->len + 2) / 3 * 4;
    char *out = kc_smt_take(b, n, err), *p = out;

    if (out == NULL)
        return KC_ERR_NOMEM;
    if (n > UINT32_MAX)
        return kc_fail(err, KC_ERR_RECORD, "bytes of %u are too many for a text in base64", (unsigned)v->len);
    for (uint32_t i = 0; i < v->len; i += 3) {
        uint32_t left = v->len - i;
        uint32_t bits = (uint32_t)v->as.bytes[i] << 16 | (left > 1 ? (uint32_t)v->as.bytes[i + 1] << 8 : 0) |
                        (left > 2 ? v->as.bytes[i + 2] : 0);

        *p++ = digits[bits >> 18];
        *p++ = digits[bits >> 12 & 63];
        *p++ = left > 1 ? digits[bits >> 6 & 63] : '=';
        *p++ = left > 2 ? digits[bits & 63] : '=';
    }
    *v = kc_string(out, (uint32_t)n);
    return KC_OK;
}

/* Kafka's Values.dateFormatFor: by the instant alone, whether it came from a Date, a Time or a Timestamp. */
static kc_status date_text(struct kc_batch *b, int64_t ms, struct kc_value *v, struct kc_error *err)
{
    int64_t days = kc_floor_div(ms, KC_DAY_MS), rest = kc_ms_of_day(ms), year;
    char date[40], time[40], text[96];
    int month, day, n;

    kc_date_of(days, &year, &month, &day);
    (void)snprintf(date, sizeof(date), "%04" PRId64 "-%02d-%02d", year < 1 ? 1 - year : year, month, day);
    (void)snprintf(time, sizeof(time), "%02d:%02d:%02d.%03dZ", (int)(rest / 3600000),
                   (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
    if (ms < KC_DAY_MS)
        n = snprintf(text, sizeof(text), "%s", time);
    else
        n = rest == 0 ? snprintf(text, sizeof(text), "%s", date)
                      : snprintf(text, sizeof(text), "%sT%s", date, time);
    return set_text(b, text, (uint32_t)n, v, err);
}

static bool is_date(const struct kc_schema *s, const struct kc_value *v, int64_t *ms)
{
    if (s == NULL || s->name.len == 0)
        return false;
    *ms = kc_schema_named(s, KC_LOGICAL_DATE) ? v->as.i64 * KC_DAY_MS : v->as.i64;
    return kc_schema_named(s, KC_LOGICAL_DATE) || kc_schema_named(s, KC_LOGICAL_TIME) ||
           kc_schema_named(s, KC_LOGICAL_TIMESTAMP);
}

static kc_status to_text(struct kc_batch *b, const struct kc_schema *schema, struct kc_value *v,
                         struct kc_error *err)
{
    char text[KC_DECIMAL_TEXT];
    int64_t ms;
    uint32_t n;

    switch (v->type) {
    case KC_STRING: return KC_OK;
    case KC_BOOLEAN: return set_text(b, v->as.i64 != 0 ? "true" : "false", v->as.i64 != 0 ? 4 : 5, v, err);
    case KC_FLOAT32:
    case KC_FLOAT64: n = kc_java_float_text(v->as.f64, v->type == KC_FLOAT32, text); break;
    case KC_UINT64: n = (uint32_t)snprintf(text, sizeof(text), "%" PRIu64, v->as.u64); break;
    case KC_BYTES:
        if (schema == NULL || !kc_is_decimal(schema))
            return base64(b, v, err);
        n = kc_decimal_text(v, kc_decimal_scale(schema), text);
        if (n == 0)
            return kc_fail(err, KC_ERR_RECORD, "a Decimal of %u bytes cannot be cast", (unsigned)v->len);
        break;
    default:
        if (is_date(schema, v, &ms))
            return date_text(b, ms, v, err);
        n = (uint32_t)snprintf(text, sizeof(text), "%" PRId64, v->as.i64);
    }
    return set_text(b, text, n, v, err);
}

static kc_status from_text(uint8_t target, struct kc_value *v, struct kc_error *err)
{
    struct kc_value out;

    if (target == KC_BOOLEAN) {
        *v = kc_number(KC_BOOLEAN, v->len == 4 && strncasecmp(v->as.str, "true", 4) == 0);
        return KC_OK;
    }
    if (!kc_java_parse(kc_value_text(v), target, &out))
        return kc_fail(err, KC_ERR_RECORD, "Value (%.*s) was out of range for requested data type %s",
                       v->len < 200 ? (int)v->len : 200, v->as.str, kc_type_name(target));
    *v = out;
    return KC_OK;
}

static struct kc_value real(uint8_t type, double f)
{
    struct kc_value v = {.type = type};

    v.as.f64 = type == KC_FLOAT32 ? (double)(float)f : f;
    return v;
}

static kc_status from_decimal(const struct kc_schema *schema, uint8_t target, struct kc_value *v,
                              struct kc_error *err)
{
    char text[KC_DECIMAL_TEXT + 1];
    int64_t whole;
    uint32_t n;

    if (schema == NULL || !kc_is_decimal(schema))
        return kc_fail(err, KC_ERR_RECORD,
                       "Unexpected type in Cast transformation: BYTES can only be cast to STRING");
    n = kc_decimal_text(v, kc_decimal_scale(schema), text);
    if (n == 0 || !kc_decimal_integer(v, kc_decimal_scale(schema), &whole))
        return kc_fail(err, KC_ERR_RECORD, "a Decimal of %u bytes cannot be cast", (unsigned)v->len);
    text[n] = '\0';
    if (target == KC_BOOLEAN)
        *v = kc_number(KC_BOOLEAN, whole != 0);
    else if (target == KC_FLOAT32 || target == KC_FLOAT64)
        *v = real(target, target == KC_FLOAT32 ? (double)strtof(text, NULL) : strtod(text, NULL));
    else
        *v = kc_number(target, kc_java_narrow(whole, target));
    return KC_OK;
}

static void from_real(uint8_t target, struct kc_value *v)
{
    if (target == KC_FLOAT32 || target == KC_FLOAT64)
        *v = real(target, v->as.f64);
    else if (target == KC_BOOLEAN)
        *v = kc_number(KC_BOOLEAN, kc_java_truncate(v->as.f64, KC_INT64) != 0);
    else
        *v = kc_number(target, kc_java_truncate(v->as.f64, target));
}

static void from_integer(uint8_t target, struct kc_value *v)
{
    if (target == KC_FLOAT32 || target == KC_FLOAT64)
        *v = real(target, v->type == KC_UINT64 ? (double)v->as.u64 : (double)v->as.i64);
    else if (target == KC_BOOLEAN)
        *v = kc_number(KC_BOOLEAN, v->as.i64 != 0);
    else
        *v = kc_number(target, kc_java_narrow(v->as.i64, target));
}

kc_status kc_cast_value(struct kc_batch *b, const struct kc_schema *schema, uint8_t target,
                        struct kc_value *v, struct kc_error *err)
{
    if (v->type == KC_NULL)
        return KC_OK;
    if (v->type >= KC_ARRAY && v->type <= KC_STRUCT)
        return kc_fail(
            err, KC_ERR_RECORD,
            "Cast transformation does not support casting from %s; supported types are [INT8, INT16, INT32, "
            "INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]",
            kc_type_name(v->type));
    if (target == KC_STRING)
        return to_text(b, schema, v, err);
    switch (v->type) {
    case KC_STRING: return from_text(target, v, err);
    case KC_BYTES: return from_decimal(schema, target, v, err);
    case KC_FLOAT32:
    case KC_FLOAT64: from_real(target, v); break;
    default: from_integer(target, v);
    }
    return KC_OK;
}
