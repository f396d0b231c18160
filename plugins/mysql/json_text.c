#include "json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kc_json_put(struct kc_json_text *t, const char *text, size_t len)
{
    if (t->len + len <= t->room)
        memcpy(t->to + t->len, text, len);
    t->len += len;
}

static size_t escape(uint8_t c, char out[8])
{
    static const char letters[] = "btn\0fr";

    out[0] = '\\';
    if (c == '"' || c == '\\') {
        out[1] = (char)c;
        return 2;
    }
    if (c >= '\b' && c <= '\r' && c != '\v') {
        out[1] = letters[c - '\b'];
        return 2;
    }
    return (size_t)snprintf(out, 8, "\\u%04x", c);
}

void kc_json_put_quoted(struct kc_json_text *t, const char *text, size_t len)
{
    size_t plain = 0;
    char escaped[8];

    kc_json_put(t, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];

        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        kc_json_put(t, text + plain, i - plain);
        kc_json_put(t, escaped, escape(c, escaped));
        plain = i + 1;
    }
    kc_json_put(t, text + plain, len - plain);
    kc_json_put(t, "\"", 1);
}

void kc_json_put_i64(struct kc_json_text *t, int64_t v)
{
    char text[24];

    kc_json_put(t, text, (size_t)snprintf(text, sizeof(text), "%" PRId64, v));
}

void kc_json_put_u64(struct kc_json_text *t, uint64_t v)
{
    char text[24];

    kc_json_put(t, text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, v));
}

/* Decimal digits of a positive number without zeros behind; the point stands before digit `point`. */
struct digits {
    char text[20];
    int count;
    int point;
};

/* Reads "d.ddde+xx". */
static void split(const char *text, struct digits *d)
{
    d->count = 0;
    for (; *text != 'e'; text++)
        if (*text != '.')
            d->text[d->count++] = *text;
    d->point = atoi(text + 1) + 1;
    while (d->count > 1 && d->text[d->count - 1] == '0')
        d->count--;
}

/*
 * Below a power of two numbers are twice as close as above it, so the nearest number of 16 digits may be another
 * double while the next one up is this: then that one is written.
 */
static bool next_up(double v, const char *sixteen, char *out, size_t size)
{
    int exponent = atoi(strchr(sixteen, 'e') + 1);
    uint64_t digits = 0;

    for (const char *p = sixteen; *p != 'e'; p++)
        if (*p != '.')
            digits = digits * 10 + (uint64_t)(*p - '0');
    digits++;
    if (digits > UINT64_C(9999999999999999))
        return false;
    (void)snprintf(out, size, "%" PRIu64 ".%015" PRIu64 "e%d", digits / UINT64_C(1000000000000000),
                   digits % UINT64_C(1000000000000000), exponent);
    return strtod(out, NULL) == v;
}

/* All doubles but the smallest hold any 15 digits, so fewer are those 15 without zeros. */
static void shortest(double v, struct digits *d)
{
    enum { EXACT = 15, ENOUGH = 17 };
    char text[40], up[40];

    for (int n = v < 0x1p-1022 ? 1 : EXACT; n <= ENOUGH; n++) {
        (void)snprintf(text, sizeof(text), "%.*e", n - 1, v);
        if (strtod(text, NULL) == v)
            break;
        if (n == ENOUGH - 1 && next_up(v, text, up, sizeof(up))) {
            split(up, d);
            return;
        }
    }
    split(text, d);
}

static void put_zeros(struct kc_json_text *t, int n)
{
    for (; n > 0; n--)
        kc_json_put(t, "0", 1);
}

static void put_exponent_form(struct kc_json_text *t, const struct digits *d)
{
    kc_json_put(t, d->text, 1);
    if (d->count > 1) {
        kc_json_put(t, ".", 1);
        kc_json_put(t, d->text + 1, (size_t)d->count - 1);
    }
    kc_json_put(t, "e", 1);
    kc_json_put_i64(t, d->point - 1);
}

static void put_point_form(struct kc_json_text *t, const struct digits *d)
{
    int whole = d->point < d->count ? d->point : d->count;

    if (d->point <= 0) {
        kc_json_put(t, "0.", 2);
        put_zeros(t, -d->point);
        kc_json_put(t, d->text, (size_t)d->count);
        return;
    }
    kc_json_put(t, d->text, (size_t)whole);
    put_zeros(t, d->point - whole);
    kc_json_put(t, ".", 1);
    if (d->count > whole)
        kc_json_put(t, d->text + whole, (size_t)(d->count - whole));
    else
        kc_json_put(t, "0", 1);
}

/* Up to 15 digits before the point stand there without an exponent, more if there are digits behind it, too. */
bool kc_json_put_double(struct kc_json_text *t, double v)
{
    enum { POINT_LIMIT = 15 };
    struct digits d;

    if (!isfinite(v))
        return false;
    if (signbit(v))
        kc_json_put(t, "-", 1);
    if (v == 0) {
        kc_json_put(t, "0.0", 3);
        return true;
    }
    shortest(fabs(v), &d);
    if ((d.point > POINT_LIMIT && d.point >= d.count) || d.point < 1 - POINT_LIMIT)
        put_exponent_form(t, &d);
    else
        put_point_form(t, &d);
    return true;
}
