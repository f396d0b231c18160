#include "calendar.h"
#include "column_family.h"
#include "le.h"
#include "wire_type.h"
#include "zero_date.h"

enum {
    MILLISECOND_DIGITS = 3
}; /* up to so many digits of a fraction the value counts milliseconds, else microseconds */

/* The wall clock, read as UTC. */
static kc_status give(const struct kc_column *column, struct kc_civil *c, struct kc_arena *arena,
                      struct kc_value *out)
{
    kc_status status;
    int64_t us;

    if (kc_zero_date_as_text(column))
        return kc_zero_date_text(column, c, true, arena, out);
    status = kc_zero_date_settle(column, c, out);
    if (status != KC_OK)
        return status;
    us = kc_civil_microseconds(c);
    out->type = KC_INT64;
    /* Years before 1970 are negative; the fraction has at most three digits then, so nothing is cut off. */
    out->as.i64 = column->fsp <= MILLISECOND_DIGITS ? us / 1000 : us;
    return KC_OK;
}

/*
 * Five bytes, big-endian, then the fraction: 1 bit sign (always 1), 17 bits year * 13 + month, 5 day, 5 hour, 6 minute, 6 second.
 */
static const uint8_t *datetime_image(const struct kc_column *column, const struct kc_map_column *wire,
                                     const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                     struct kc_value *out)
{
    unsigned fraction = (column->fsp + 1u) / 2;
    struct kc_civil c = {0};
    uint64_t v;

    (void)wire;
    if ((size_t)(end - p) < 5 + fraction)
        return NULL;
    v = kc_be_n(p, 5) & UINT64_C(0x7fffffffff);
    c.year = (uint32_t)(v >> 22) / 13;
    c.month = (uint32_t)(v >> 22) % 13;
    c.day = v >> 17 & 31;
    c.hour = v >> 12 & 31;
    c.minute = v >> 6 & 63;
    c.second = v & 63;
    c.microsecond = kc_fraction_read(p + 5, column->fsp);
    return give(column, &c, arena, out) < 0 ? NULL : p + 5 + fraction;
}

/* The form before MySQL 5.6, which MariaDB still writes for old tables: a decimal number YYYYMMDDhhmmss in eight bytes. */
static const uint8_t *old_image(const struct kc_column *column, const struct kc_map_column *wire,
                                const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                struct kc_value *out)
{
    struct kc_civil c = {0};
    uint64_t v;

    (void)wire;
    if (end - p < 8)
        return NULL;
    v = kc_le64(p);
    c.second = (uint32_t)(v % 100);
    c.minute = (uint32_t)(v / 100 % 100);
    c.hour = (uint32_t)(v / 10000 % 100);
    c.day = (uint32_t)(v / 1000000 % 100);
    c.month = (uint32_t)(v / 100000000 % 100);
    c.year = (uint32_t)(v / UINT64_C(10000000000) % 10000);
    return give(column, &c, arena, out) < 0 ? NULL : p + 8;
}

static kc_column_image_fn datetime_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                        const char **why)
{
    return kc_bind_fraction(column, wire, KC_WIRE_DATETIME_OLD, old_image, datetime_image, why);
}

static kc_status datetime_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                    struct kc_arena *arena, struct kc_value *out)
{
    struct kc_civil c;

    if (!kc_civil_parse(text, len, true, &c))
        return KC_ERR_FATAL;
    return give(column, &c, arena, out);
}

static struct kc_column_schema_kind datetime_schema(const struct kc_column *column)
{
    if (kc_zero_date_as_text(column))
        return (struct kc_column_schema_kind){KC_STRING, NULL};
    return (struct kc_column_schema_kind){KC_INT64, column->fsp <= MILLISECOND_DIGITS
                                                        ? "io.debezium.time.Timestamp"
                                                        : "io.debezium.time.MicroTimestamp"};
}

const struct kc_column_family kc_column_datetime = {
    .bind = datetime_bind,
    .from_text = datetime_from_text,
    .schema = datetime_schema,
};
