#include "java_number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const struct {
    int64_t low, high;
} ranges[] = {
    [KC_INT8] = {INT8_MIN, INT8_MAX},
    [KC_INT16] = {INT16_MIN, INT16_MAX},
    [KC_INT32] = {INT32_MIN, INT32_MAX},
    [KC_INT64] = {INT64_MIN, INT64_MAX},
};

/* A sign and digits, nothing else. */
static bool parse_integer(struct kc_str s, uint8_t type, struct kc_value *out)
{
    char digits[32];
    uint32_t sign = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');

    if (s.len == sign || s.len >= sizeof(digits) || (type == KC_UINT64 && s.ptr[0] == '-'))
        return false;
    for (uint32_t i = sign; i < s.len; i++)
        if (!isdigit((unsigned char)s.ptr[i]))
            return false;
    memcpy(digits, s.ptr, s.len);
    digits[s.len] = '\0';
    errno = 0;
    if (type == KC_UINT64) {
        out->as.u64 = strtoull(digits, NULL, 10);
        return errno == 0;
    }
    out->as.i64 = strtoll(digits, NULL, 10);
    return errno == 0 && out->as.i64 >= ranges[type].low && out->as.i64 <= ranges[type].high;
}

/* Java allows spaces around and a suffix f or d; it does not know the words inf and nan. */
static bool parse_float(struct kc_str s, bool single, struct kc_value *out)
{
    char text[128], *end;
    const char *start;

    while (s.len > 0 && (unsigned char)s.ptr[0] <= ' ')
        s.ptr++, s.len--;
    while (s.len > 0 && (unsigned char)s.ptr[s.len - 1] <= ' ')
        s.len--;
    if (s.len == 0 || s.len >= sizeof(text))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    start = text + (text[0] == '-' || text[0] == '+');
    if (strcmp(start, "Infinity") != 0 && strcmp(start, "NaN") != 0) {
        bool hexadecimal = strpbrk(text, "xX") != NULL;

        if (!isdigit((unsigned char)start[0]) && start[0] != '.')
            return false;
        if (strchr("fFdD", text[s.len - 1]) != NULL && !hexadecimal)
            text[s.len - 1] = '\0';
        if (hexadecimal && strpbrk(text, "pP") == NULL) /* C does without the exponent */
            return false;
    }
    out->as.f64 = single ? (double)strtof(text, &end) : strtod(text, &end);
    return end != text && *end == '\0';
}

bool kc_java_parse(struct kc_str text, uint8_t type, struct kc_value *out)
{
    *out = (struct kc_value){.type = type};
    switch (type) {
    case KC_FLOAT32:
    case KC_FLOAT64: return parse_float(text, type == KC_FLOAT32, out);
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64:
    case KC_UINT64: return parse_integer(text, type, out);
    default: return false;
    }
}

int64_t kc_java_narrow(int64_t v, uint8_t type)
{
    switch (type) {
    case KC_INT8: return (int8_t)v;
    case KC_INT16: return (int16_t)v;
    case KC_INT32: return (int32_t)v;
    default: return v;
    }
}

int64_t kc_java_truncate(double v, uint8_t type)
{
    double low = type == KC_INT64 ? -0x1p63 : (double)INT32_MIN;
    double high = type == KC_INT64 ? 0x1p63 : (double)INT32_MAX;

    if (isnan(v))
        return 0;
    if (v <= low)
        return kc_java_narrow(type == KC_INT64 ? INT64_MIN : INT32_MIN, type);
    if (v >= high)
        return kc_java_narrow(type == KC_INT64 ? INT64_MAX : INT32_MAX, type);
    return kc_java_narrow((int64_t)v, type);
}

/*
 * The fewest digits in the form d.ddde+xx that read back as the same value. A decimal of up to 15 digits (6 for a float)
 * survives the way there and back, so that where a short form exists those digits are it, with zeros behind.
 */
static void shortest(double v, bool single, char *out, size_t cap)
{
    for (int digits = single ? 5 : 14; digits < 17; digits++) {
        (void)snprintf(out, cap, "%.*e", digits, v);
        if (single ? (double)strtof(out, NULL) == v : strtod(out, NULL) == v)
            return;
    }
}

uint32_t kc_java_float_text(double v, bool single, char out[KC_JAVA_NUMBER_TEXT])
{
    char text[40], digits[20];
    size_t n = 0;
    int exponent, at = 0;

    if (isnan(v) || isinf(v))
        return (uint32_t)sprintf(out, "%s", isnan(v) ? "NaN" : v < 0 ? "-Infinity" : "Infinity");
    shortest(fabs(v), single, text, sizeof(text));
    for (const char *p = text; *p != 'e'; p++)
        if (*p != '.')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (signbit(v))
        out[at++] = '-';
    if (v != 0 && (exponent < -3 || exponent >= 7)) { /* one digit, the point, the others or 0, E */
        at += sprintf(out + at, "%c.%.*sE%d", digits[0], n > 1 ? (int)n - 1 : 1, n > 1 ? digits + 1 : "0",
                      exponent);
        return (uint32_t)at;
    }
    if (exponent < 0) {
        at += sprintf(out + at, "0.%.*s%.*s", -exponent - 1, "00", (int)n, digits);
        return (uint32_t)at;
    }
    for (int i = 0; i <= exponent; i++)
        out[at++] = (size_t)i < n ? digits[i] : '0';
    at += sprintf(out + at, ".%.*s", n > (size_t)exponent + 1 ? (int)n - exponent - 1 : 1,
                  n > (size_t)exponent + 1 ? digits + exponent + 1 : "0");
    return (uint32_t)at;
}
