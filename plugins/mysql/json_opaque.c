/* Values of SQL types inside JSON: what JSON_ARRAY(some_date) and the like store. */
#include "json_text.h"
#include "le.h"
#include "wire_type.h"

#include <inttypes.h>
#include <stdio.h>

/* The server counts whole groups, of which a DECIMAL has nine at most. */
enum { GROUP_DIGITS = 9, PRECISION_LIMIT = 81 };

/* The digits of one group of a DECIMAL (column_decimal.c has the form). Moves *p; false: no such digits. */
static bool put_group(struct kc_json_text *t, const uint8_t **p, unsigned digits, bool negative, bool *first,
                      bool *leading)
{
    static const uint8_t group_bytes[GROUP_DIGITS + 1] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
    char text[16];
    uint32_t v = 0;
    int n, skip = 0;

    for (unsigned i = 0; i < group_bytes[digits]; i++) {
        uint8_t byte = *(*p)++;

        v = v << 8 | (uint8_t)(byte ^ (*first ? 0x80 : 0) ^ (negative ? 0xff : 0));
        *first = false;
    }
    n = snprintf(text, sizeof(text), "%0*" PRIu32, (int)digits, v);
    if (n != (int)digits)
        return false;
    while (*leading && skip < n && text[skip] == '0')
        skip++;
    *leading = *leading && skip == n;
    kc_json_put(t, text + skip, (size_t)(n - skip));
    return true;
}

static size_t decimal_bytes(unsigned digits)
{
    static const uint8_t rest_bytes[GROUP_DIGITS] = {0, 1, 1, 2, 2, 3, 3, 4, 4};

    return digits / GROUP_DIGITS * 4u + rest_bytes[digits % GROUP_DIGITS];
}

/* Precision, scale, and the number as a row image has it. */
static bool put_decimal(struct kc_json_text *t, const uint8_t *data, size_t len)
{
    bool negative, first = true, leading = true;
    unsigned whole, scale;
    const uint8_t *p = data + 2;

    if (len < 3 || data[0] == 0 || data[0] > PRECISION_LIMIT || data[1] > data[0])
        return false;
    scale = data[1];
    whole = data[0] - scale;
    if (len - 2 != decimal_bytes(whole) + decimal_bytes(scale))
        return false;
    negative = (p[0] & 0x80) == 0;
    if (negative)
        kc_json_put(t, "-", 1);
    if (whole % GROUP_DIGITS != 0 && !put_group(t, &p, whole % GROUP_DIGITS, negative, &first, &leading))
        return false;
    for (unsigned i = 0; i < whole / GROUP_DIGITS; i++)
        if (!put_group(t, &p, GROUP_DIGITS, negative, &first, &leading))
            return false;
    if (leading)
        kc_json_put(t, "0", 1);
    leading = false;
    if (scale > 0)
        kc_json_put(t, ".", 1);
    for (unsigned i = 0; i < scale / GROUP_DIGITS; i++)
        if (!put_group(t, &p, GROUP_DIGITS, negative, &first, &leading))
            return false;
    return scale % GROUP_DIGITS == 0 || put_group(t, &p, scale % GROUP_DIGITS, negative, &first, &leading);
}

/* Packed into 64 bits: (((year * 13 + month) << 5 | day) << 17 | hour << 12 | minute << 6 | second) << 24 | microsecond. */
static bool put_temporal(struct kc_json_text *t, uint8_t wire_type, const uint8_t *data, size_t len)
{
    int64_t packed;
    uint64_t v, day_part, time_part;
    unsigned hour, minute, second, micro, day, month, year;
    char text[64];

    if (len != sizeof(packed))
        return false;
    packed = (int64_t)kc_le64(data);
    v = packed < 0 ? 0 - (uint64_t)packed : (uint64_t)packed;
    micro = (unsigned)(v & 0xffffff);
    time_part = v >> 24 & 0x1ffff;
    day_part = v >> 41;
    minute = (unsigned)(time_part >> 6 & 63);
    second = (unsigned)(time_part & 63);
    hour = (unsigned)(time_part >> 12);
    day = (unsigned)(day_part & 31);
    month = (unsigned)((day_part >> 5) % 13);
    year = (unsigned)((day_part >> 5) / 13);
    if (wire_type == KC_WIRE_TIME_OLD)
        (void)snprintf(text, sizeof(text), "\"%s%02u:%02u:%02u.%06u\"", packed < 0 ? "-" : "",
                       (unsigned)(v >> 36 & 1023), minute, second, micro);
    else if (wire_type == KC_WIRE_DATE)
        (void)snprintf(text, sizeof(text), "\"%04u-%02u-%02u\"", year, month, day);
    else
        (void)snprintf(text, sizeof(text), "\"%04u-%02u-%02u %02u:%02u:%02u.%06u\"", year, month, day, hour,
                       minute, second, micro);
    kc_json_put(t, text, strlen(text));
    return true;
}

/* Lines of 76 characters; the ends of lines are escaped like in any text of JSON. */
static void put_base64(struct kc_json_text *t, uint8_t wire_type, const uint8_t *data, size_t len)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { LINE_BYTES = 57 };
    char text[32];

    kc_json_put(t, text, (size_t)snprintf(text, sizeof(text), "\"base64:type%u:", wire_type));
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)data[i] << 16 | (i + 1 < len ? (uint32_t)data[i + 1] << 8 : 0) |
                     (i + 2 < len ? data[i + 2] : 0);
        const char four[4] = {alphabet[v >> 18], alphabet[v >> 12 & 63],
                              i + 1 < len ? alphabet[v >> 6 & 63] : '=',
                              i + 2 < len ? alphabet[v & 63] : '='};

        if (i != 0 && i % LINE_BYTES == 0)
            kc_json_put(t, "\\n", 2);
        kc_json_put(t, four, sizeof(four));
    }
    kc_json_put(t, "\"", 1);
}

bool kc_json_put_opaque(struct kc_json_text *t, uint8_t wire_type, const uint8_t *data, size_t len)
{
    switch (wire_type) {
    case KC_WIRE_DECIMAL: return put_decimal(t, data, len);
    case KC_WIRE_DATE:
    case KC_WIRE_TIME_OLD:
    case KC_WIRE_DATETIME_OLD:
    case KC_WIRE_TIMESTAMP_OLD: return put_temporal(t, wire_type, data, len);
    default: put_base64(t, wire_type, data, len); return true;
    }
}
