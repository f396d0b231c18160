#include "java_number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 17, PLAIN_FROM = -3, PLAIN_BELOW = 7 };

/* v = 0.d1d2d3... * 10^(exponent + 1) */
struct decimal {
    char digits[DIGITS + 1];
    int n;
    int exponent;
};

static bool same(const char *text, double v, bool is_float)
{
    return is_float ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v;
}

/* The shortest digits of a finite, positive number. */
static struct decimal shortest(double v, bool is_float)
{
    struct decimal d = {.n = 0};
    char text[KC_JAVA_NUMBER_BYTES];
    int precision = 0;

    do
        (void)snprintf(text, sizeof(text), "%.*e", precision, v);
    while (!same(text, v, is_float) && ++precision < DIGITS);
    for (const char *p = text; *p != 'e'; p++)
        if (*p != '.' && d.n < DIGITS)
            d.digits[d.n++] = *p;
    while (d.n > 1 && d.digits[d.n - 1] == '0')
        d.n--;
    d.digits[d.n] = '\0';
    d.exponent = atoi(strchr(text, 'e') + 1);
    return d;
}

static int put_plain(const struct decimal *d, char *out, size_t room)
{
    int whole = d->exponent + 1; /* digits in front of the point */

    if (whole <= 0)
        return snprintf(out, room, "0.%.*s%s", -whole, "000", d->digits);
    if (d->n > whole)
        return snprintf(out, room, "%.*s.%s", whole, d->digits, d->digits + whole);
    return snprintf(out, room, "%s%.*s.0", d->digits, whole - d->n, "0000000");
}

static uint32_t put(double v, bool is_float, char out[KC_JAVA_NUMBER_BYTES])
{
    const char *sign = signbit(v) ? "-" : "";
    char text[KC_JAVA_NUMBER_BYTES];
    struct decimal d;

    if (isnan(v))
        return (uint32_t)snprintf(out, KC_JAVA_NUMBER_BYTES, "NaN");
    if (isinf(v) || v == 0.0)
        return (uint32_t)snprintf(out, KC_JAVA_NUMBER_BYTES, "%s%s", sign, v == 0.0 ? "0.0" : "Infinity");
    d = shortest(fabs(v), is_float);
    if (d.exponent >= PLAIN_FROM && d.exponent < PLAIN_BELOW)
        (void)put_plain(&d, text, sizeof(text));
    else
        (void)snprintf(text, sizeof(text), "%c.%sE%d", d.digits[0], d.n > 1 ? d.digits + 1 : "0", d.exponent);
    return (uint32_t)snprintf(out, KC_JAVA_NUMBER_BYTES, "%s%.*s", sign, KC_JAVA_NUMBER_BYTES - 2, text);
}

uint32_t kc_java_double(double v, char out[KC_JAVA_NUMBER_BYTES])
{
    return put(v, false, out);
}

uint32_t kc_java_float(float v, char out[KC_JAVA_NUMBER_BYTES])
{
    return put((double)v, true, out);
}
