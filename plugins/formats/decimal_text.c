#include "decimal_text.h"

#include "json_number.h"

#include <string.h>

enum { LIMBS = KC_DECIMAL_MAX_BYTES / 4, LAST_POWER = 9 };

static const uint64_t power_of_10[LAST_POWER + 1] = {1,      10,      100,      1000,      10000,
                                                     100000, 1000000, 10000000, 100000000, 1000000000};

/* Absolute value as 32-bit limbs, least significant first; returns how many are in use. */
static int magnitude(const uint8_t *b, size_t n, bool negative, uint32_t limbs[LIMBS])
{
    uint64_t carry = negative; /* -x is ~x + 1 */
    int used = 0;

    memset(limbs, 0, LIMBS * sizeof(*limbs));
    for (size_t i = 0; i < n; i++)
        limbs[i / 4] |= (uint32_t)(uint8_t)(negative ? ~b[n - 1 - i] : b[n - 1 - i]) << (i % 4 * 8);
    for (int i = 0; i < LIMBS; i++) {
        carry += limbs[i];
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
        if (limbs[i] != 0)
            used = i + 1;
    }
    return used;
}

/* Writes the digits of the limbs so that they end before `end`; returns their start. Destroys the limbs. */
static uint8_t *digits_before(uint8_t *end, uint32_t *limbs, int used)
{
    while (used > 0) {
        uint64_t rest = 0;

        for (int i = used - 1; i >= 0; i--) {
            rest = rest << 32 | limbs[i];
            limbs[i] = (uint32_t)(rest / 1000000000);
            rest %= 1000000000;
        }
        while (used > 0 && limbs[used - 1] == 0)
            used--;
        for (int i = 0; i < 9 && (used > 0 || rest > 0); i++, rest /= 10)
            *--end = (uint8_t)('0' + rest % 10);
    }
    return end;
}

/* The sign, and n digits with the point in its place. */
static size_t with_point(uint8_t *dst, bool negative, const uint8_t *digits, size_t n, int32_t scale)
{
    uint8_t *p = dst;
    size_t fraction = scale > 0 ? (size_t)scale : 0;
    size_t whole = n > fraction ? n - fraction : 0;

    if (negative)
        *p++ = '-';
    if (whole == 0)
        *p++ = '0';
    memcpy(p, digits, whole);
    p += whole;
    if (scale < 0 && n > 0) {
        memset(p, '0', (size_t)-scale);
        p += -scale;
    }
    if (fraction > 0) {
        size_t zeros = fraction - (n - whole);

        *p++ = '.';
        memset(p, '0', zeros);
        memcpy(p + zeros, digits + whole, n - whole);
        p += fraction;
    }
    return (size_t)(p - dst);
}

/*
 * What nearly every amount of money is: a magnitude of 64 bits, some of its digits behind the point. Split by division
 * and written once; shifting digits about to make room for the point costs more than all the rest.
 */
static size_t short_text(uint8_t *dst, bool negative, uint64_t magnitude, int32_t scale)
{
    uint64_t whole = magnitude / power_of_10[scale], fraction = magnitude % power_of_10[scale];
    uint8_t *p = dst;

    if (negative)
        *p++ = '-';
    p = kc_put_u64(p, whole);
    if (scale == 0)
        return (size_t)(p - dst);
    *p++ = '.';
    for (int32_t i = scale - 1; i >= 0; i--, fraction /= 10)
        p[i] = (uint8_t)('0' + fraction % 10);
    return (size_t)(p - dst) + (size_t)scale;
}

size_t kc_decimal_text(uint8_t *dst, const uint8_t *unscaled, size_t n, int32_t scale)
{
    uint8_t digits[KC_DECIMAL_MAX_BYTES * 3], *end = digits + sizeof(digits), *start;
    uint32_t limbs[LIMBS];
    bool negative;

    if (n == 0 || n > KC_DECIMAL_MAX_BYTES || scale > KC_DECIMAL_MAX_SCALE || scale < -KC_DECIMAL_MAX_SCALE)
        return 0;
    negative = unscaled[0] >= 0x80;
    if (n <= 8 && scale >= 0 && scale <= LAST_POWER) {
        uint64_t bits = negative ? UINT64_MAX : 0;

        for (size_t i = 0; i < n; i++)
            bits = bits << 8 | unscaled[i];
        return short_text(dst, negative, negative ? 0 - bits : bits, scale);
    }
    start = digits_before(end, limbs, magnitude(unscaled, n, negative, limbs));
    return with_point(dst, negative, start, (size_t)(end - start), scale);
}

size_t kc_decimal_java_text(uint8_t *dst, const uint8_t *unscaled, size_t n, int32_t scale)
{
    uint8_t whole[KC_DECIMAL_TEXT_BYTES], *p = dst;
    size_t len, digits, negative;
    int64_t exponent;

    if (scale > KC_DECIMAL_MAX_SCALE || scale < -KC_DECIMAL_MAX_SCALE)
        return 0;
    len = kc_decimal_text(whole, unscaled, n, 0);
    if (len == 0)
        return 0;
    negative = whole[0] == '-';
    digits = len - negative;
    exponent = (int64_t)digits - 1 - scale;
    if (scale >= 0 && exponent >= -6)
        return kc_decimal_text(dst, unscaled, n, scale);
    memcpy(p, whole, negative + 1);
    p += negative + 1;
    if (digits > 1) {
        *p++ = '.';
        memcpy(p, whole + negative + 1, digits - 1);
        p += digits - 1;
    }
    if (exponent != 0) {
        *p++ = 'E';
        if (exponent > 0)
            *p++ = '+';
        p = kc_put_i64(p, exponent);
    }
    return (size_t)(p - dst);
}
