#include "json_number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static const double power_of_10[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static unsigned digit_count(uint64_t v)
{
    static const uint64_t power[] = {
        0,
        10ull,
        100ull,
        1000ull,
        10000ull,
        100000ull,
        1000000ull,
        10000000ull,
        100000000ull,
        1000000000ull,
        10000000000ull,
        100000000000ull,
        1000000000000ull,
        10000000000000ull,
        100000000000000ull,
        1000000000000000ull,
        10000000000000000ull,
        100000000000000000ull,
        1000000000000000000ull,
        10000000000000000000ull,
    };
    /* 1233/4096 is just above log10(2): the estimate is right or one too low. */
    unsigned bits = 64 - (unsigned)__builtin_clzll(v | 1), guess = bits * 1233 >> 12;

    return guess + (v >= power[guess]);
}

uint8_t *kc_put_u64(uint8_t *p, uint64_t v)
{
    unsigned n = digit_count(v);
    uint8_t *end = p + n, *at = end;

    while (v >= 100) {
        at -= 2;
        memcpy(at, pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10)
        memcpy(at - 2, pairs + v * 2, 2);
    else
        at[-1] = (uint8_t)('0' + v);
    return end;
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

/* n digits with the point behind the first `point` of them; zeros are added where it lies outside. */
static uint8_t *put_digits(uint8_t *p, const char *digits, int n, int point)
{
    if (point > 21 || point < -5) { /* the limits of ECMAScript: beyond them an exponent is easier to read */
        *p++ = (uint8_t)digits[0];
        *p++ = '.';
        if (n == 1)
            *p++ = '0';
        memcpy(p, digits + 1, (size_t)n - 1);
        p += n - 1;
        *p++ = 'e';
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
static uint8_t *put_scaled(uint8_t *p, uint64_t m, int k)
{
    char digits[KC_NUMBER_BYTES];
    int n = (int)(kc_put_u64((uint8_t *)digits, m) - (uint8_t *)digits);
    int point = n - k;

    while (n > 1 && digits[n - 1] == '0')
        n--;
    return put_digits(p, digits, n, point);
}

/* Any other value: the C library's correctly rounded digits, as few as read back the same. */
static uint8_t *put_slowly(uint8_t *p, double v, int least, int most, bool single)
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
    return put_digits(p, digits, n, point);
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

static uint8_t *put_real(uint8_t *p, double v, bool single)
{
    uint64_t m;
    int k;

    if (isnan(v))
        return put_text(p, "\"NaN\"");
    if (isinf(v))
        return put_text(p, v < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    if (signbit(v)) {
        *p++ = '-';
        v = -v;
    }
    if (v == 0)
        return put_text(p, "0.0");
    if (few_digits(v, single ? 1e6 : 1e15, single, &m, &k))
        return put_scaled(p, m, k);
    /* Every decimal of 6 or 15 digits has a number of its own, except among the subnormal ones. */
    if (single)
        return put_slowly(p, v, v < FLT_MIN ? 1 : 6, 9, true);
    return put_slowly(p, v, v < DBL_MIN ? 1 : 15, 17, false);
}

uint8_t *kc_put_double(uint8_t *p, double v)
{
    return put_real(p, v, false);
}

uint8_t *kc_put_float(uint8_t *p, float v)
{
    return put_real(p, v, true);
}
