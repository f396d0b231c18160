#include "decimal_parse.h"

#include <string.h>

enum { LIMBS = KC_DECIMAL_MAX_BYTES / 4, EXPONENT_MAX = 100000 };

struct parts {
    const char *whole, *fraction;
    size_t n_whole, n_fraction;
    int64_t exponent;
    bool negative;
};

static size_t count_digits(const char *s, const char *end)
{
    const char *from = s;

    while (s < end && *s >= '0' && *s <= '9')
        s++;
    return (size_t)(s - from);
}

static bool split(const char *s, size_t n, struct parts *p)
{
    const char *end = s + n;

    *p = (struct parts){.fraction = end};
    if (s < end && (*s == '-' || *s == '+'))
        p->negative = *s++ == '-';
    p->whole = s;
    s += p->n_whole = count_digits(s, end);
    if (s < end && *s == '.') {
        p->fraction = ++s;
        s += p->n_fraction = count_digits(s, end);
    }
    if (p->n_whole + p->n_fraction == 0)
        return false;
    if (s < end && (*s == 'e' || *s == 'E')) {
        bool down = false;
        size_t digits;

        s++;
        if (s < end && (*s == '-' || *s == '+'))
            down = *s++ == '-';
        digits = count_digits(s, end);
        if (digits == 0)
            return false;
        for (size_t i = 0; i < digits; i++, s++)
            if (p->exponent <= EXPONENT_MAX)
                p->exponent = p->exponent * 10 + (*s - '0');
        if (down)
            p->exponent = -p->exponent;
    }
    return s == end;
}

bool kc_decimal_scale_of(const char *text, size_t n, int32_t *scale)
{
    struct parts p;
    int64_t s;

    if (!split(text, n, &p))
        return false;
    s = (int64_t)p.n_fraction - p.exponent;
    if (s > KC_DECIMAL_MAX_SCALE || s < -KC_DECIMAL_MAX_SCALE)
        return false;
    *scale = (int32_t)s;
    return true;
}

/* limbs * 10 + digit, least significant limb first; false: no room. */
static bool append_digit(uint32_t limbs[LIMBS], uint32_t digit)
{
    uint64_t carry = digit;

    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)limbs[i] * 10;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return carry == 0;
}

/* The shortest two's complement; 0: the sign needs a byte that is not there. */
static size_t put_integer(const uint32_t limbs[LIMBS], bool negative, uint8_t *out)
{
    uint8_t bytes[KC_DECIMAL_MAX_BYTES];
    uint32_t carry = negative;
    size_t first = 0;

    for (size_t i = 0; i < sizeof(bytes); i++) { /* the last byte first */
        uint8_t b = (uint8_t)(limbs[i / 4] >> (i % 4 * 8));

        carry += negative ? (uint8_t)~b : b;
        bytes[sizeof(bytes) - 1 - i] = (uint8_t)carry;
        carry >>= 8;
    }
    if (negative != (bytes[0] >= 0x80)) {
        bool zero = true;

        for (size_t i = 0; i < sizeof(bytes); i++)
            zero = zero && bytes[i] == 0;
        if (!zero)
            return 0;
    }
    while (first + 1 < sizeof(bytes) && ((bytes[first] == 0 && bytes[first + 1] < 0x80) ||
                                         (bytes[first] == 0xff && bytes[first + 1] >= 0x80)))
        first++;
    memcpy(out, bytes + first, sizeof(bytes) - first);
    return sizeof(bytes) - first;
}

size_t kc_decimal_parse(const char *text, size_t n, int32_t scale, uint8_t out[KC_DECIMAL_MAX_BYTES])
{
    uint32_t limbs[LIMBS] = {0};
    bool any = false;
    int64_t places; /* of the last digit that counts, behind the point as it is written */
    struct parts p;

    if (!split(text, n, &p))
        return 0;
    places = (int64_t)scale + p.exponent;
    for (int64_t i = -(int64_t)p.n_whole; i < (int64_t)p.n_fraction || (any && i < places); i++) {
        char c = i < 0 ? p.whole[(int64_t)p.n_whole + i] : i < (int64_t)p.n_fraction ? p.fraction[i] : '0';

        any = any || c != '0';
        if (i >= places && c != '0')
            return 0;
        if (i < places && any && !append_digit(limbs, (uint32_t)(c - '0')))
            return 0;
    }
    return put_integer(limbs, p.negative, out);
}
