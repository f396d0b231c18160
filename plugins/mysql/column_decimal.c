#include "column_family.h"
#include "le.h"
#include "wire_type.h"

#include <kconnect/sdk.h>

/*
 * DECIMAL(p,s) becomes the unscaled integer, big-endian two's complement, in as few bytes as it fits.
 *
 * In a row image: the digits before the point, then those behind it, in groups of nine, four bytes each; the first group before the
 * point and the last one behind it may be shorter and take fewer bytes. The highest bit of all is inverted; a
 * negative number has every bit inverted too. See MySQL's decimal2bin().
 */
enum { GROUP_DIGITS = 9, MAX_DIGITS = 65, LIMBS = 8 /* 65 digits need 216 bits */ };

static const uint8_t group_bytes[GROUP_DIGITS + 1] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};

static const uint32_t power_of_10[GROUP_DIGITS + 1] = {1,      10,      100,      1000,      10000,
                                                       100000, 1000000, 10000000, 100000000, 1000000000};

struct magnitude {
    uint32_t limbs[LIMBS]; /* the lowest first */
    unsigned used;
};

/* m = m * 10^digits + value; 65 digits never overflow. */
static void append(struct magnitude *m, unsigned digits, uint32_t value)
{
    uint64_t carry = value;

    for (unsigned i = 0; i < m->used; i++) {
        carry += (uint64_t)m->limbs[i] * power_of_10[digits];
        m->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0 && m->used < LIMBS)
        m->limbs[m->used++] = (uint32_t)carry;
}

static kc_status emit(const struct magnitude *m, bool negative, struct kc_arena *arena, struct kc_value *out)
{
    enum { BYTES = LIMBS * 4 + 1 };
    uint8_t *p = kc_arena_alloc(arena, BYTES);
    uint64_t carry = 1;
    unsigned n = m->used * 4 + 1, skip = 0;

    if (p == NULL)
        return KC_ERR_NOMEM;
    for (unsigned i = 0; i < n;
         i++) { /* i counts from the lowest byte; one more byte than needed, for the sign */
        uint8_t byte = i / 4 < m->used ? (uint8_t)(m->limbs[i / 4] >> (8 * (i % 4))) : 0;

        if (negative) {
            carry += (uint8_t)~byte;
            byte = (uint8_t)carry;
            carry >>= 8;
        }
        p[n - 1 - i] = byte;
    }
    while (skip + 1 < n &&
           ((p[skip] == 0x00 && p[skip + 1] < 0x80) || (p[skip] == 0xff && p[skip + 1] >= 0x80)))
        skip++;
    out->type = KC_BYTES;
    out->len = n - skip;
    out->as.bytes = p + skip;
    return KC_OK;
}

/* Most decimals of this world have at most 18 digits: then one 64-bit number does. */
static kc_status emit_small(uint64_t magnitude, bool negative, struct kc_arena *arena, struct kc_value *out)
{
    uint8_t *p = kc_arena_alloc(arena, 8);
    uint64_t v = negative ? 0 - magnitude : magnitude, bits = v ^ (uint64_t)((int64_t)v >> 63);
    unsigned n = bits == 0 ? 1 : (64 - (unsigned)__builtin_clzll(bits)) / 8 + 1;

    if (p == NULL)
        return KC_ERR_NOMEM;
    v = __builtin_bswap64(v << (64 - 8 * n));
    memcpy(p, &v, sizeof(v));
    out->type = KC_BYTES;
    out->len = n;
    out->as.bytes = p;
    return KC_OK;
}

struct image_reader {
    const uint8_t *p;
    bool first;
    uint8_t flip; /* 0xff for a negative number */
};

static bool next_group(struct image_reader *r, unsigned digits, uint32_t *value)
{
    unsigned bytes = group_bytes[digits];
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(*r->p++ ^ r->flip);

        if (r->first)
            byte ^= 0x80;
        r->first = false;
        v = v << 8 | byte;
    }
    *value = v;
    return v < power_of_10[digits];
}

/* Number of groups and digits of each, in order: up to 2 short ones and 7 long ones. */
static unsigned plan_groups(unsigned precision, unsigned scale, uint8_t digits[MAX_DIGITS / GROUP_DIGITS + 4])
{
    unsigned whole = precision - scale, n = 0;

    if (whole % GROUP_DIGITS != 0)
        digits[n++] = (uint8_t)(whole % GROUP_DIGITS);
    for (unsigned i = 0; i < whole / GROUP_DIGITS; i++)
        digits[n++] = GROUP_DIGITS;
    for (unsigned i = 0; i < scale / GROUP_DIGITS; i++)
        digits[n++] = GROUP_DIGITS;
    if (scale % GROUP_DIGITS != 0)
        digits[n++] = (uint8_t)(scale % GROUP_DIGITS);
    return n;
}

static const uint8_t *decimal_image(const struct kc_column *column, const struct kc_map_column *wire,
                                    const uint8_t *p, const uint8_t *end, struct kc_arena *arena,
                                    struct kc_value *out)
{
    uint8_t digits[MAX_DIGITS / GROUP_DIGITS + 4];
    unsigned n = plan_groups(column->precision, column->scale, digits), bytes = 0;
    bool small = column->precision <= 18, negative;
    struct magnitude m = {.used = 0};
    struct image_reader r;
    uint64_t sum = 0;

    (void)wire;
    for (unsigned i = 0; i < n; i++)
        bytes += group_bytes[digits[i]];
    if ((size_t)(end - p) < bytes || bytes == 0)
        return NULL;
    negative = (p[0] & 0x80) == 0;
    r = (struct image_reader){p, true, negative ? 0xff : 0};
    for (unsigned i = 0; i < n; i++) {
        uint32_t value;

        if (!next_group(&r, digits[i], &value))
            return NULL;
        if (small)
            sum = sum * power_of_10[digits[i]] + value;
        else
            append(&m, digits[i], value);
    }
    if ((small ? emit_small(sum, negative, arena, out) : emit(&m, negative, arena, out)) < 0)
        return NULL;
    return r.p;
}

static kc_column_image_fn decimal_bind(const struct kc_column *column, const struct kc_map_column *wire,
                                       const char **why)
{
    if (wire->meta != (column->precision << 8 | column->scale))
        return kc_bind_refused(why, "its precision or scale is another one in the binlog");
    return decimal_image;
}

/* The server prints exactly `scale` digits behind the point. */
static kc_status decimal_from_text(const struct kc_column *column, const char *text, uint32_t len,
                                   struct kc_arena *arena, struct kc_value *out)
{
    const char *p = text, *end = text + len, *point = NULL;
    bool negative = p < end && *p == '-';
    struct magnitude m = {.used = 0};
    uint64_t sum = 0;
    unsigned digits = 0;

    for (p += negative; p < end; p++) {
        if (*p == '.' && point == NULL) {
            point = p;
            continue;
        }
        if (*p < '0' || *p > '9' || ++digits > MAX_DIGITS + 1) /* "0.<65 digits>" has a zero too many */
            return KC_ERR_FATAL;
        if (column->precision <= 18)
            sum = sum * 10 + (uint64_t)(*p - '0');
        else
            append(&m, 1, (uint32_t)(*p - '0'));
    }
    if (digits == 0 || (point != NULL ? end - point - 1 : 0) != column->scale)
        return KC_ERR_FATAL;
    return column->precision <= 18 ? emit_small(sum, negative, arena, out) : emit(&m, negative, arena, out);
}

static struct kc_column_schema_kind decimal_schema(const struct kc_column *column)
{
    (void)column;
    return (struct kc_column_schema_kind){KC_BYTES, "org.apache.kafka.connect.data.Decimal"};
}

const struct kc_column_family kc_column_decimal = {
    .bind = decimal_bind,
    .from_text = decimal_from_text,
    .schema = decimal_schema,
};
