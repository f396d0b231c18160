#include "json_number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double power_of_10[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

#define ASCII_ZEROS UINT64_C(0x3030303030303030)

/*
 * The eight digits of v < 10^8, one in each byte, the first in the lowest. All at once: a number of four digits in each
 * half, then of two in each quarter, then of one; the factors divide by 100 and by 10 exactly in these ranges.
 */
static inline uint64_t eight_digits(uint32_t v)
{
    uint64_t x = v / 10000 | (uint64_t)(v % 10000) << 32, q;

    q = (x * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    x = q | (x - q * 100) << 16;
    q = (x * 103 >> 10) & UINT64_C(0x000f000f000f000f);
    return q | (x - q * 10) << 8;
}

static inline uint8_t *put_eight(uint8_t *p, uint32_t v)
{
    uint64_t x = eight_digits(v) | ASCII_ZEROS;

    memcpy(p, &x, sizeof(x));
    return p + sizeof(x);
}

/* Without leading zeros, but at least one digit; writes 8 bytes all the same. */
static inline uint8_t *put_first(uint8_t *p, uint32_t v)
{
    uint64_t x = eight_digits(v);
    unsigned zeros = (unsigned)__builtin_ctzll(x | UINT64_C(1) << 56) / 8;

    x = (x | ASCII_ZEROS) >> zeros * 8;
    memcpy(p, &x, sizeof(x));
    return p + (8 - zeros);
}

uint8_t *kc_put_u64(uint8_t *p, uint64_t v)
{
    uint64_t high;

    if (v < 10) {
        *p = (uint8_t)('0' + v);
        return p + 1;
    }
    if (v < KC_EIGHT_DIGITS)
        return put_first(p, (uint32_t)v);
    high = v / KC_EIGHT_DIGITS;
    if (high < KC_EIGHT_DIGITS)
        return put_eight(put_first(p, (uint32_t)high), (uint32_t)(v % KC_EIGHT_DIGITS));
    p = put_eight(put_first(p, (uint32_t)(high / KC_EIGHT_DIGITS)), (uint32_t)(high % KC_EIGHT_DIGITS));
    return put_eight(p, (uint32_t)(v % KC_EIGHT_DIGITS));
}

uint8_t *kc_put_eight_digits(uint8_t *p, uint32_t v)
{
    return put_eight(p, v);
}

uint8_t *kc_put_i64(uint8_t *p, int64_t v)
{
    uint64_t u = (uint64_t)v;

    if (v < 0) {
        *p++ = '-';
        u = 0 - u;
    }
    return kc_put_u64(p, u);
}

static uint8_t *put_text(uint8_t *p, const char *text)
{
    size_t n = strlen(text);

    memcpy(p, text, n);
    return p + n;
}

/* From which size on a number has an exponent, and how that is written. */
struct form {
    int most, least; /* places of the point */
    char exponent;
    int fewest; /* digits that are looked for: Java takes the nearest of two digits where one would do */
};

static const struct form ecmascript = {21, -5, 'e', 1}; /* beyond its limits an exponent is easier to read */
static const struct form java = {7, -2, 'E', 2};

/* n digits with the point behind the first `point` of them; zeros are added where it lies outside. */
static uint8_t *put_digits(uint8_t *p, const char *digits, int n, int point, const struct form *form)
{
    if (point > form->most || point < form->least) {
        *p++ = (uint8_t)digits[0];
        *p++ = '.';
        if (n == 1)
            *p++ = '0';
        memcpy(p, digits + 1, (size_t)n - 1);
        p += n - 1;
        *p++ = (uint8_t)form->exponent;
        return kc_put_i64(p, point - 1);
    }
    if (point <= 0) {
        p = put_text(p, "0.");
        memset(p, '0', (size_t)-point);
        p += -point;
        memcpy(p, digits, (size_t)n);
        return p + n;
    }
    for (int i = 0; i < point; i++)
        *p++ = i < n ? (uint8_t)digits[i] : '0';
    *p++ = '.';
    if (n <= point) {
        *p++ = '0';
        return p;
    }
    memcpy(p, digits + point, (size_t)(n - point));
    return p + (n - point);
}

/* m / 10^k, m not divisible by 10 unless k is 0. */
static uint8_t *put_scaled(uint8_t *p, uint64_t m, int k, const struct form *form)
{
    char digits[KC_NUMBER_BYTES];
    int n = (int)(kc_put_u64((uint8_t *)digits, m) - (uint8_t *)digits);
    int point = n - k;

    while (n > 1 && digits[n - 1] == '0')
        n--;
    return put_digits(p, digits, n, point, form);
}

/* Any other value: the C library's correctly rounded digits, as few as read back the same. */
static uint8_t *put_slowly(uint8_t *p, double v, int least, int most, bool single, const struct form *form)
{
    char text[40], digits[24];
    int n = 0, point;

    for (int precision = least; precision <= most; precision++) {
        (void)snprintf(text, sizeof(text), "%.*e", precision - 1, v);
        if (single ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v)
            break;
    }
    point = atoi(strchr(text, 'e') + 1) + 1;
    for (const char *c = text; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9') /* whatever the decimal point of the locale is */
            digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return put_digits(p, digits, n, point, form);
}

/*
 * Finds m and the smallest k with v = m / 10^k as the nearest floating-point number. Both are exact and division is
 * correctly rounded, so one comparison decides; and two decimals of at most 15 (float: 6) digits never share a nearest
 * number, so with m below `limit` no shorter text exists. (Through double the division for a float is rounded twice,
 * which cannot change it: 53 >= 2 * 24 + 2 bits.)
 */
static bool few_digits(double v, double limit, bool single, uint64_t *m, int *k)
{
    for (int i = 0; i < (int)(sizeof(power_of_10) / sizeof(*power_of_10)); i++) {
        double scaled = v * power_of_10[i], back;

        if (scaled >= limit)
            return false;
        *m = (uint64_t)(scaled + 0.5);
        back = (double)*m / power_of_10[i];
        if (single ? (float)back == (float)v : back == v) {
            *k = i;
            return *m != 0 && (double)*m < limit;
        }
    }
    return false;
}

static uint8_t *put_finite(uint8_t *p, double v, bool single, const struct form *form)
{
    uint64_t m;
    int k;

    if (signbit(v)) {
        *p++ = '-';
        v = -v;
    }
    if (v == 0)
        return put_text(p, "0.0");
    if (few_digits(v, single ? 1e6 : 1e15, single, &m, &k))
        return put_scaled(p, m, k, form);
    /* Every decimal of 6 or 15 digits has a number of its own, except among the subnormal ones. */
    if (single)
        return put_slowly(p, v, v < FLT_MIN ? form->fewest : 6, 9, true, form);
    return put_slowly(p, v, v < DBL_MIN ? form->fewest : 15, 17, false, form);
}

static uint8_t *put_json(uint8_t *p, double v, bool single)
{
    if (isnan(v))
        return put_text(p, "\"NaN\"");
    if (isinf(v))
        return put_text(p, v < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    return put_finite(p, v, single, &ecmascript);
}

static uint8_t *put_java(uint8_t *p, double v, bool single)
{
    if (isnan(v))
        return put_text(p, "NaN");
    if (isinf(v))
        return put_text(p, v < 0 ? "-Infinity" : "Infinity");
    return put_finite(p, v, single, &java);
}

uint8_t *kc_put_double(uint8_t *p, double v)
{
    return put_json(p, v, false);
}

uint8_t *kc_put_float(uint8_t *p, float v)
{
    return put_json(p, v, true);
}

uint8_t *kc_put_java_double(uint8_t *p, double v)
{
    return put_java(p, v, false);
}

uint8_t *kc_put_java_float(uint8_t *p, float v)
{
    return put_java(p, v, true);
}
