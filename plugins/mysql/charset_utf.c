#include "charset_code.h"

/* A unit that is cut short stands for nothing. */
static uint32_t cut_short(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    *used = (uint32_t)(end - p);
    return KC_NO_CHARACTER;
}

/* Surrogates are stored one by one, and shown so. */
uint32_t kc_ucs2_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    if (end - p < 2)
        return cut_short(p, end, used);
    *used = 2;
    return (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t unit_be(const uint8_t *p)
{
    return (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t unit_le(const uint8_t *p)
{
    return (uint32_t)(p[1] << 8 | p[0]);
}

static inline uint32_t utf16(uint32_t (*unit)(const uint8_t *), const uint8_t *p, const uint8_t *end,
                             uint32_t *used)
{
    uint32_t high, low;

    if (end - p < 2)
        return cut_short(p, end, used);
    *used = 2;
    high = unit(p);
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || end - p < 4)
        return KC_NO_CHARACTER;
    low = unit(p + 2);
    if (low < 0xdc00 || low > 0xdfff)
        return KC_NO_CHARACTER;
    *used = 4;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

uint32_t kc_utf16_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    return utf16(unit_be, p, end, used);
}

uint32_t kc_utf16le_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    return utf16(unit_le, p, end, used);
}

uint32_t kc_utf32_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    uint32_t code;

    if (end - p < 4)
        return cut_short(p, end, used);
    *used = 4;
    code = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    return code <= 0x10ffff ? code : KC_NO_CHARACTER;
}
