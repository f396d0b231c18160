#include "decimal.h"

#include <ctype.h>
#include <stdlib.h>

#include "schema_make.h"
#include "values.h"

enum { MAX_DIGITS = 38 };

bool kc_is_decimal(const struct kc_schema *s)
{
    return s->type == KC_BYTES && kc_schema_named(s, KC_LOGICAL_DECIMAL);
}

int32_t kc_decimal_scale(const struct kc_schema *s)
{
    const struct kc_value *v = kc_map_get(&s->params, "scale");
    char digits[16] = "";

    if (v != NULL && v->type == KC_STRING && v->len < sizeof(digits))
        memcpy(digits, v->as.str, v->len);
    return (int32_t)strtol(digits, NULL, 10);
}

/* Sign, digits without the point, and how many of them are behind it once the exponent is counted in. */
struct digits {
    bool negative;
    char list[MAX_DIGITS + 1];
    int n;
    int64_t scale;
};

static bool read_digits(struct kc_str s, struct digits *d)
{
    uint32_t i = 0;
    bool point = false, any = false;
    char number[12] = "", *end;

    *d = (struct digits){.negative = s.len > 0 && s.ptr[0] == '-'};
    if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        i++;
    for (; i < s.len && (isdigit((unsigned char)s.ptr[i]) || (s.ptr[i] == '.' && !point)); i++) {
        if (s.ptr[i] == '.') {
            point = true;
            continue;
        }
        any = true;
        d->scale += point;
        if (d->n == 0 && s.ptr[i] == '0')
            continue;
        if (d->n == MAX_DIGITS)
            return false;
        d->list[d->n++] = s.ptr[i];
    }
    if (i == s.len)
        return any;
    if ((s.ptr[i] != 'e' && s.ptr[i] != 'E') || s.len - i - 1 >= sizeof(number))
        return false;
    memcpy(number, s.ptr + i + 1, s.len - i - 1);
    if (number[0] == '\0' || isspace((unsigned char)number[0]))
        return false;
    d->scale -= strtol(number, &end, 10);
    return any && *end == '\0';
}

uint32_t kc_decimal_parse(struct kc_str text, int32_t scale, uint8_t out[KC_DECIMAL_BYTES])
{
    struct digits d;
    unsigned __int128 magnitude = 0;
    __int128 v;
    uint32_t n = 1;

    if (!read_digits(text, &d))
        return 0;
    for (; d.scale > scale && d.n > 0; d.scale--) /* zeros behind the scale may go */
        if (d.list[--d.n] != '0')
            return 0;
    if (d.n > 0 && scale - d.scale > MAX_DIGITS - d.n)
        return 0;
    for (int i = 0; i < d.n; i++)
        magnitude = magnitude * 10 + (unsigned)(d.list[i] - '0');
    for (; d.n > 0 && d.scale < scale; d.scale++)
        magnitude *= 10;
    v = d.negative ? -(__int128)magnitude : (__int128)magnitude;
    while (n < KC_DECIMAL_BYTES && (v >> (8 * n - 1)) != 0 && (v >> (8 * n - 1)) != -1)
        n++;
    for (uint32_t i = 0; i < n; i++)
        out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
    return n;
}

/* Magnitude of the integer into `bytes`; true when it is negative. */
static bool magnitude_of(const struct kc_value *v, uint8_t *bytes)
{
    bool negative = v->as.bytes[0] >= 0x80;
    unsigned carry = 1;

    memcpy(bytes, v->as.bytes, v->len);
    for (uint32_t i = v->len; negative && i > 0; i--) {
        carry += (uint8_t)~bytes[i - 1];
        bytes[i - 1] = (uint8_t)carry;
        carry >>= 8;
    }
    return negative;
}

/* Digits of an integer, the last first; at least one. Divides by ten until nothing is left. */
static uint32_t digits_of(uint8_t *bytes, uint32_t n, char *out)
{
    uint32_t first = 0, count = 0;

    do {
        unsigned rest = 0;

        for (uint32_t i = first; i < n; i++) {
            unsigned now = rest << 8 | bytes[i];

            bytes[i] = (uint8_t)(now / 10);
            rest = now % 10;
        }
        while (first < n && bytes[first] == 0)
            first++;
        out[count++] = (char)('0' + rest);
    } while (first < n);
    return count;
}

static uint32_t plain_text(const char *reversed, uint32_t n, int32_t scale, char *out)
{
    uint32_t at = 0;

    for (uint32_t places = n > (uint32_t)scale ? n : (uint32_t)scale + 1; places > 0; places--) {
        if (places == (uint32_t)scale)
            out[at++] = '.';
        out[at++] = places > n ? '0' : reversed[places - 1];
    }
    return at;
}

static uint32_t scientific_text(const char *reversed, uint32_t n, int64_t exponent, char *out)
{
    uint32_t at = 0;

    for (uint32_t i = n; i > 0; i--) {
        if (i == n - 1)
            out[at++] = '.';
        out[at++] = reversed[i - 1];
    }
    return at + (uint32_t)sprintf(out + at, "E%+lld", (long long)exponent);
}

uint32_t kc_decimal_text(const struct kc_value *v, int32_t scale, char *out)
{
    uint8_t bytes[KC_DECIMAL_MAX_BYTES];
    char reversed[KC_DECIMAL_TEXT];
    uint32_t n, sign = 0;
    int64_t exponent;

    if (v->type != KC_BYTES || v->len == 0 || v->len > KC_DECIMAL_MAX_BYTES)
        return 0;
    if (magnitude_of(v, bytes))
        out[sign++] = '-';
    n = digits_of(bytes, v->len, reversed);
    exponent = (int64_t)n - 1 - scale;
    if (scale >= 0 && exponent >= -6)
        return sign + plain_text(reversed, n, scale, out + sign);
    return sign + scientific_text(reversed, n, exponent, out + sign);
}

bool kc_decimal_integer(const struct kc_value *v, int32_t scale, int64_t *out)
{
    uint8_t bytes[KC_DECIMAL_MAX_BYTES];
    char reversed[KC_DECIMAL_TEXT];
    uint64_t sum = 0;
    uint32_t n;
    bool negative;

    if (v->type != KC_BYTES || v->len == 0 || v->len > KC_DECIMAL_MAX_BYTES)
        return false;
    negative = magnitude_of(v, bytes);
    n = digits_of(bytes, v->len, reversed);
    for (uint32_t i = n; i > 0 && (scale < 0 || i > (uint32_t)scale); i--)
        sum = sum * 10 + (uint64_t)(reversed[i - 1] - '0');
    for (int32_t i = scale; i < 0 && sum != 0; i++) /* ends soon: 2 divides ten, so 64 times give zero */
        sum *= 10;
    *out = (int64_t)(negative ? 0 - sum : sum);
    return true;
}
