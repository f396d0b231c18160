#include "charset.h"

#include "le.h"

#include <kconnect/sdk.h>

/* Code points of the latin1 bytes 80 to 9f; all others stand for themselves. */
static const uint16_t latin1_high[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

enum kc_charset kc_charset_by_name(const char *name)
{
    static const struct {
        const char *name;
        enum kc_charset charset;
    } names[] = {
        {"utf8mb4", KC_CHARSET_UTF8}, {"utf8mb3", KC_CHARSET_UTF8},  {"utf8", KC_CHARSET_UTF8},
        {"ascii", KC_CHARSET_ASCII},  {"latin1", KC_CHARSET_LATIN1}, {"binary", KC_CHARSET_BINARY},
    };

    if (name == NULL)
        return KC_CHARSET_BINARY;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i].name) == 0)
            return names[i].charset;
    return KC_CHARSET_UNKNOWN;
}

/* Ids as information_schema.COLLATIONS of MySQL 9 and MariaDB 10.11 has them; no other character set is in these ranges. */
enum kc_charset kc_charset_by_collation(uint16_t id)
{
    static const struct {
        uint16_t first;
        uint16_t last;
        enum kc_charset charset;
    } ranges[] = {
        {5, 5, KC_CHARSET_LATIN1},       {8, 8, KC_CHARSET_LATIN1},       {11, 11, KC_CHARSET_ASCII},
        {15, 15, KC_CHARSET_LATIN1},     {31, 31, KC_CHARSET_LATIN1},     {33, 33, KC_CHARSET_UTF8},
        {45, 46, KC_CHARSET_UTF8},       {47, 49, KC_CHARSET_LATIN1},     {63, 63, KC_CHARSET_BINARY},
        {65, 65, KC_CHARSET_ASCII},      {76, 76, KC_CHARSET_UTF8},       {83, 83, KC_CHARSET_UTF8},
        {94, 94, KC_CHARSET_LATIN1},     {192, 215, KC_CHARSET_UTF8},     {223, 247, KC_CHARSET_UTF8},
        {255, 323, KC_CHARSET_UTF8},     {576, 578, KC_CHARSET_UTF8},     {608, 610, KC_CHARSET_UTF8},
        {1032, 1032, KC_CHARSET_LATIN1}, {1035, 1035, KC_CHARSET_ASCII},  {1057, 1057, KC_CHARSET_UTF8},
        {1069, 1070, KC_CHARSET_UTF8},   {1071, 1071, KC_CHARSET_LATIN1}, {1089, 1089, KC_CHARSET_ASCII},
        {1107, 1107, KC_CHARSET_UTF8},   {1216, 1216, KC_CHARSET_UTF8},   {1238, 1270, KC_CHARSET_UTF8},
        {2048, 2559, KC_CHARSET_UTF8},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (id >= ranges[i].first && id <= ranges[i].last)
            return ranges[i].charset;
    return KC_CHARSET_UNKNOWN;
}

/* Length of the leading part that has no byte above 0x7f. */
static uint32_t ascii_prefix(const uint8_t *p, uint32_t len)
{
    uint32_t i = 0;

    while (i + 8 <= len && (kc_le64(p + i) & UINT64_C(0x8080808080808080)) == 0)
        i += 8;
    while (i < len && p[i] < 0x80)
        i++;
    return i;
}

static uint8_t *put_utf8(uint8_t *to, uint16_t code)
{
    if (code < 0x80) {
        *to++ = (uint8_t)code;
    } else if (code < 0x800) {
        *to++ = (uint8_t)(0xc0 | code >> 6);
        *to++ = (uint8_t)(0x80 | (code & 0x3f));
    } else {
        *to++ = (uint8_t)(0xe0 | code >> 12);
        *to++ = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        *to++ = (uint8_t)(0x80 | (code & 0x3f));
    }
    return to;
}

/* A byte above 0x7f in an ascii column reads as a question mark. */
static uint16_t code_point(enum kc_charset charset, uint8_t byte)
{
    if (charset == KC_CHARSET_ASCII)
        return byte < 0x80 ? byte : '?';
    return byte >= 0x80 && byte < 0xa0 ? latin1_high[byte - 0x80] : byte;
}

bool kc_charset_to_utf8(enum kc_charset charset, const uint8_t *bytes, uint32_t len, struct kc_arena *arena,
                        struct kc_value *out)
{
    uint32_t plain;
    uint8_t *made, *to;

    out->type = KC_STRING;
    out->len = len;
    out->as.str = (const char *)bytes;
    if (charset == KC_CHARSET_UTF8)
        return true;
    plain = ascii_prefix(bytes, len);
    if (plain == len)
        return true;
    if (len > UINT32_MAX / 3)
        return false;
    made = kc_arena_alloc(arena, plain + (uint64_t)(len - plain) * 3);
    if (made == NULL)
        return false;
    memcpy(made, bytes, plain);
    to = made + plain;
    for (uint32_t i = plain; i < len; i++)
        to = put_utf8(to, code_point(charset, bytes[i]));
    out->len = (uint32_t)(to - made);
    out->as.str = (const char *)made;
    return true;
}
