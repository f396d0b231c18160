#include "column_family.h"
#include "le.h"
#include "wire_type.h"

/* TIME is a signed duration of up to 838:59:59; the value counts microseconds. */
static int64_t duration(uint64_t hours, uint64_t minutes, uint64_t seconds, uint64_t microseconds,
                        bool negative)
{
    int64_t us = (int64_t)(((hours * 60 + minutes) * 60 + seconds) * 1000000 + microseconds);

    return negative ? -us : us;
}

/*
 * Three bytes and the fraction as one big-endian number, biased so that it sorts: 10 bits hour, 6 minute, 6 second, and the
 * fraction in its own bytes. A negative time is the number's negative as a whole.
 */
static const uint8_t *time_image(const struct kc_column *column, const struct kc_map_column *wire,
                                 const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                 struct kc_value *out)
{
    static const uint32_t unit_us[4] = {0, 10000, 100, 1};
    unsigned fraction = (column->fsp + 1u) / 2;
    int64_t packed, bias = INT64_C(1) << (23 + 8 * fraction);
    uint64_t v, whole;

    (void)wire;
    (void)arena;
    if ((size_t)(end - p) < 3 + fraction)
        return NULL;
    packed = (int64_t)kc_be_n(p, 3 + fraction) - bias;
    v = (uint64_t)(packed < 0 ? -packed : packed);
    whole = v >> (8 * fraction);
    out->type = KC_INT64;
    out->as.i64 = duration(whole >> 12 & 1023, whole >> 6 & 63, whole & 63,
                           (v & ((UINT64_C(1) << (8 * fraction)) - 1)) * unit_us[fraction], packed < 0);
    return p + 3 + fraction;
}

/* The form before MySQL 5.6: a signed decimal number hhmmss in three bytes, little-endian. */
static const uint8_t *old_image(const struct kc_column *column, const struct kc_map_column *wire,
                                const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                struct kc_value *out)
{
    int32_t signed_number;
    uint32_t v;

    (void)column;
    (void)wire;
    (void)arena;
    if (end - p < 3)
        return NULL;
    signed_number = (int32_t)(kc_le24(p) << 8) >> 8;
    v = (uint32_t)(signed_number < 0 ? -signed_number : signed_number);
    out->type = KC_INT64;
    out->as.i64 = duration(v / 10000, v / 100 % 100, v % 100, 0, signed_number < 0);
    return p + 3;
}

static kc_column_image_fn time_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                    const char **why)
{
    return kc_bind_fraction(column, wire, KC_WIRE_TIME_OLD, old_image, time_image, why);
}

/* Reads digits up to another character; at most nine. */
static bool take(const char **p, const char *end, uint64_t *value)
{
    const char *begin = *p;

    *value = 0;
    for (; *p < end && **p >= '0' && **p <= '9' && *p - begin < 9; (*p)++)
        *value = *value * 10 + (uint64_t)(**p - '0');
    return *p > begin;
}

static bool take_colon(const char **p, const char *end)
{
    return *p < end && *(*p)++ == ':';
}

/* [-]hhh:mm:ss[.ffffff] */
static kc_status time_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                struct kc_arena *arena, struct kc_value *out)
{
    const char *p = text, *end = text + len, *fraction;
    bool negative = p < end && *p == '-';
    uint64_t hours, minutes, seconds, us = 0;

    (void)column;
    (void)arena;
    p += negative;
    if (!take(&p, end, &hours) || !take_colon(&p, end) || !take(&p, end, &minutes) || !take_colon(&p, end) ||
        !take(&p, end, &seconds))
        return KC_ERR_FATAL;
    if (p < end) {
        fraction = p + 1;
        if (*p++ != '.' || !take(&p, end, &us) || p != end || p - fraction > 6)
            return KC_ERR_FATAL;
        for (long digits = p - fraction; digits < 6; digits++)
            us *= 10;
    }
    out->type = KC_INT64;
    out->as.i64 = duration(hours, minutes, seconds, us, negative);
    return KC_OK;
}

static struct kc_column_schema_kind time_schema(const struct kc_column *column)
{
    (void)column;
    return (struct kc_column_schema_kind){KC_INT64, "io.debezium.time.MicroTime"};
}

const struct kc_column_family kc_column_time = {
    .bind = time_bind,
    .from_text = time_from_text,
    .schema = time_schema,
};
