#include "dataworks_column.h"

#include "base64.h"
#include "decimal_text.h"
#include "json_number.h"
#include "json_text.h"
#include "time_text.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

/* Kept out of kc_dw_put_value(), whose usual cases would pay for the registers they need. */
#define NOT_INLINED __attribute__((noinline))

enum kind {
    LONG,     /* any signed integer, YEAR */
    UNSIGNED, /* BIGINT UNSIGNED: all its digits, which may exceed 2^63 */
    BITS,     /* BIT(n): an unsigned number */
    DOUBLE,
    SINGLE, /* FLOAT: the fewest digits of a float, not of the double it is carried in */
    DECIMAL,
    DECIMAL_TEXT,
    BOOLEAN,
    TEXT,
    BYTES,
    DATE,    /* days, wall clock */
    WALL_MS, /* DATETIME(0..3) */
    WALL_US, /* DATETIME(4..6) */
    INSTANT, /* TIMESTAMP */
    TIME,    /* a duration in us, counted from the zone's 1970-01-01 */
    TIME_TEXT,
    KIND_COUNT,
};

static const char *const type_word[KIND_COUNT] = {
    [LONG] = "LONG",     [UNSIGNED] = "LONG",  [BITS] = "LONG",           [DOUBLE] = "DOUBLE",
    [SINGLE] = "DOUBLE", [DECIMAL] = "DOUBLE", [DECIMAL_TEXT] = "STRING", [BOOLEAN] = "BOOLEAN",
    [TEXT] = "STRING",   [BYTES] = "BYTES",    [DATE] = "DATE",           [WALL_MS] = "DATE",
    [WALL_US] = "DATE",  [INSTANT] = "DATE",   [TIME] = "DATE",           [TIME_TEXT] = "STRING",
};

/* Semantic names that change the meaning of the type below them; any other name leaves it as it is. */
static const struct meaning {
    const char *name;
    uint8_t value_type;
    uint8_t kind;
} meanings[] = {
    {"org.apache.kafka.connect.data.Decimal", KC_BYTES, DECIMAL},
    {"io.debezium.time.Date", KC_INT32, DATE},
    {"io.debezium.time.Timestamp", KC_INT64, WALL_MS},
    {"io.debezium.time.MicroTimestamp", KC_INT64, WALL_US},
    {"io.debezium.time.ZonedTimestamp", KC_STRING, INSTANT},
    {"io.debezium.time.MicroTime", KC_INT64, TIME},
    {"io.debezium.data.Bits", KC_BYTES, BITS},
};

static bool plain_kind(uint8_t value_type, uint8_t *kind)
{
    switch (value_type) {
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64: *kind = LONG; return true;
    case KC_UINT64: *kind = UNSIGNED; return true;
    case KC_FLOAT32: *kind = SINGLE; return true;
    case KC_FLOAT64: *kind = DOUBLE; return true;
    case KC_BOOLEAN: *kind = BOOLEAN; return true;
    case KC_STRING: *kind = TEXT; return true;
    case KC_BYTES: *kind = BYTES; return true;
    default: return false;
    }
}

NOT_INLINED static kc_status refuse(const struct kc_dw_column *c, struct kc_error *err, const char *why)
{
    return kc_fail(err, KC_ERR_RECORD, "column %.*s of %s %s", (int)c->name.len, c->name.ptr, c->table, why);
}

kc_status kc_dw_column_init(struct kc_dw_column *c, const struct kc_schema *schema,
                            const struct kc_dw_options *options, struct kc_error *err)
{
    const struct kc_value *scale;

    c->value_type = schema->type;
    if (!plain_kind(schema->type, &c->kind))
        return refuse(c, err,
                      "has a nested type, for which dataworks-json has no word; leave the column out");
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (schema->type == meanings[i].value_type && schema->name.len == strlen(meanings[i].name) &&
            memcmp(schema->name.ptr, meanings[i].name, schema->name.len) == 0)
            c->kind = meanings[i].kind;
    if (c->kind == TIME && options->time_as_text)
        c->kind = TIME_TEXT;
    if (c->kind != DECIMAL)
        return KC_OK;
    if (options->decimal_as_text)
        c->kind = DECIMAL_TEXT;
    scale = kc_map_get(&schema->params, "scale");
    if (scale == NULL || scale->type != KC_STRING || scale->len == 0 || scale->len > 4)
        return refuse(c, err,
                      "is a Decimal without the schema parameter \"scale\"; this is a fault of the source");
    c->scale = 0;
    for (uint32_t i = scale->as.str[0] == '-'; i < scale->len; i++)
        c->scale = c->scale * 10 + (scale->as.str[i] - '0');
    if (scale->as.str[0] == '-')
        c->scale = -c->scale;
    return KC_OK;
}

const char *kc_dw_column_type(const struct kc_dw_column *c)
{
    return type_word[c->kind];
}

/* Little-endian, as io.debezium.data.Bits has it. */
static bool bits_number(const struct kc_value *v, uint64_t *out)
{
    uint64_t number = 0;

    for (uint32_t i = v->len; i-- > 0;) {
        if (number >> 56 != 0)
            return false;
        number = number << 8 | v->as.bytes[i];
    }
    *out = number;
    return true;
}

NOT_INLINED static kc_status put_decimal(struct kc_out *o, const struct kc_dw_column *c,
                                         const struct kc_value *v, enum kc_dw_form form, struct kc_error *err)
{
    bool quoted = form != KC_DW_KEY && c->kind == DECIMAL_TEXT;
    size_t n;

    if (!kc_out_room(o, KC_DECIMAL_TEXT_BYTES + 2))
        return KC_ERR_NOMEM;
    n = kc_decimal_text(o->cur + quoted, v->as.bytes, v->len, c->scale);
    if (n == 0)
        return refuse(c, err, "holds a Decimal that is empty, longer than 64 bytes or of a scale beyond 100");
    if (quoted)
        o->cur[0] = o->cur[n + 1] = '"';
    o->cur += n + (quoted ? 2 : 0);
    return KC_OK;
}

NOT_INLINED static kc_status put_bytes(struct kc_out *o, const struct kc_value *v, enum kc_dw_form form)
{
    bool ok = form == KC_DW_KEY || kc_out_put(o, "\"", 1);

    ok = ok && kc_base64(o, v->as.bytes, v->len);
    ok = ok && (form == KC_DW_KEY || kc_out_put(o, "\"", 1));
    return ok ? KC_OK : KC_ERR_NOMEM;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Milliseconds; in a key with the microseconds behind them, three digits after a point, where there are any. */
static void put_ms(struct kc_out *o, int64_t us, enum kc_dw_form form)
{
    uint64_t distance = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    uint32_t rest = (uint32_t)(distance % 1000);

    if (form == KC_DW_DOCUMENT || rest == 0) {
        o->cur = kc_put_i64(o->cur, floor_div(us, 1000));
        return;
    }
    if (us < 0)
        *o->cur++ = '-';
    o->cur = kc_put_u64(o->cur, distance / 1000);
    *o->cur++ = '.';
    *o->cur++ = (uint8_t)('0' + rest / 100);
    *o->cur++ = (uint8_t)('0' + rest / 10 % 10);
    *o->cur++ = (uint8_t)('0' + rest % 10);
}

/* A wall clock, or a duration counted from the zone's 1970-01-01, as the instant. */
NOT_INLINED static kc_status put_wall(struct kc_out *o, const struct kc_dw_column *c,
                                      const struct kc_value *v, enum kc_dw_form form, struct kc_error *err)
{
    int64_t raw = v->as.i64, ms, rest_us = 0, instant_ms;

    switch (c->kind) {
    case DATE: ms = raw > INT32_MAX || raw < INT32_MIN ? INT64_MAX : raw * 86400000; break;
    case WALL_MS: ms = raw; break;
    default:
        ms = floor_div(raw, 1000);
        rest_us = raw - ms * 1000;
        break;
    }
    if (ms > KC_ZONE_LIMIT_MS || ms < -KC_ZONE_LIMIT_MS)
        return refuse(c, err,
                      "holds a point in time beyond the year 14000, which no reader would understand");
    instant_ms = c->kind == TIME ? kc_zone_instant_ms(c->zone, 0) + ms : kc_zone_instant_ms(c->zone, ms);
    put_ms(o, instant_ms * 1000 + rest_us, form);
    return KC_OK;
}

NOT_INLINED static kc_status put_instant(struct kc_out *o, const struct kc_dw_column *c,
                                         const struct kc_value *v, enum kc_dw_form form, struct kc_error *err)
{
    int64_t us;

    if (!kc_parse_instant(v->as.str, v->len, &us))
        return refuse(c, err, "holds a ZonedTimestamp that is not of the form 2021-03-03T05:21:10Z");
    put_ms(o, us, form);
    return KC_OK;
}

NOT_INLINED static void put_duration(struct kc_out *o, int64_t us, enum kc_dw_form form)
{
    if (form != KC_DW_KEY)
        *o->cur++ = '"';
    o->cur += kc_duration_text(o->cur, us);
    if (form != KC_DW_KEY)
        *o->cur++ = '"';
}

kc_status kc_dw_put_value(struct kc_out *o, const struct kc_dw_column *c, const struct kc_value *v,
                          enum kc_dw_form form, struct kc_error *err)
{
    uint64_t number;

    if (__builtin_expect(v->type != c->value_type, 0))
        return refuse(c, err,
                      "holds a value of another type than its schema says; this is a fault of the source");
    if (!kc_out_room(o, KC_NUMBER_BYTES + KC_TIME_TEXT_BYTES))
        return KC_ERR_NOMEM;
    switch (c->kind) {
    case LONG: o->cur = kc_put_i64(o->cur, v->as.i64); return KC_OK;
    case UNSIGNED: o->cur = kc_put_u64(o->cur, v->as.u64); return KC_OK;
    case DOUBLE: o->cur = kc_put_double(o->cur, v->as.f64); return KC_OK;
    case SINGLE: o->cur = kc_put_float(o->cur, (float)v->as.f64); return KC_OK;
    case BOOLEAN:
        o->cur = v->as.i64 ? kc_put_literal(o->cur, "true") : kc_put_literal(o->cur, "false");
        return KC_OK;
    case BITS:
        if (!bits_number(v, &number))
            return refuse(c, err, "holds more than 64 bits, which no number of this format can carry");
        o->cur = kc_put_u64(o->cur, number);
        return KC_OK;
    case DECIMAL:
    case DECIMAL_TEXT: return put_decimal(o, c, v, form, err);
    case TEXT:
        if (form == KC_DW_KEY)
            return kc_out_put(o, v->as.str, v->len) ? KC_OK : KC_ERR_NOMEM;
        return kc_json_text(o, v->as.str, v->len) ? KC_OK : KC_ERR_NOMEM;
    case BYTES: return put_bytes(o, v, form);
    case INSTANT: return put_instant(o, c, v, form, err);
    case TIME_TEXT: put_duration(o, v->as.i64, form); return KC_OK;
    default: return put_wall(o, c, v, form, err);
    }
}
