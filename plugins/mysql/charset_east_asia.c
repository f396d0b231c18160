/*
 * Chinese and Korean character sets. gb18030 holds gbk, which holds gb2312: one table does for the three, with what the
 * servers' elder two lack.
 */
#include "charset_code.h"
#include "charset_tables.h"

/* ASCII, or two bytes in range; false: *code is the result already. */
static inline bool is_pair(const uint8_t *p, const uint8_t *end, uint8_t lead_first, uint8_t lead_last,
                           uint8_t trail_first, uint32_t *used, uint32_t *code)
{
    *used = 1;
    *code = p[0] < 0x80 ? p[0] : KC_NO_CHARACTER;
    if (p[0] < lead_first || p[0] > lead_last || end - p < 2 || p[1] < trail_first || p[1] == 0xff)
        return false;
    *used = 2;
    return true;
}

static uint32_t meaning(char16_t code)
{
    return code != ' ' ? code : KC_NO_CHARACTER;
}

uint32_t kc_big5_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    uint32_t code;

    if (!is_pair(p, end, 0xa1, 0xf9, 0x40, used, &code))
        return code;
    if (p[1] >= 0x7f && p[1] <= 0xa0) {
        *used = 1;
        return KC_NO_CHARACTER;
    }
    return meaning(kc_big5[p[0] - 0xa1][p[1] < 0x7f ? p[1] - 0x40 : p[1] - 0xa1 + 63]);
}

/* Lead byte fe is of columns' possible bytes, but has no characters. */
uint32_t kc_euckr_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    uint32_t code;

    if (!is_pair(p, end, 0x81, 0xfe, 0x41, used, &code))
        return code;
    return p[0] == 0xfe ? KC_NO_CHARACTER : meaning(kc_euckr[p[0] - 0x81][p[1] - 0x41]);
}

static bool is_digit(uint8_t byte)
{
    return byte >= 0x30 && byte <= 0x39;
}

/* Numbers from 189,000 on are the code points from U+10000 on; below, runs lead to those that have no two bytes. */
static uint32_t gb18030_four(const uint8_t *p)
{
    enum { BMP_END = 39420, BEYOND = 189000, LAST = BEYOND + 0xfffff };
    uint32_t number = ((((p[0] - 0x81u) * 10 + p[1] - 0x30u) * 126 + p[2] - 0x81u) * 10) + p[3] - 0x30u;
    unsigned low = 0, high = KC_GB18030_RUNS;

    if (number >= BEYOND && number <= LAST)
        return number - BEYOND + 0x10000;
    if (number >= BMP_END)
        return KC_NO_CHARACTER;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;

        if (kc_gb18030_runs[middle].number <= number)
            low = middle;
        else
            high = middle;
    }
    return kc_gb18030_runs[low].code + number - kc_gb18030_runs[low].number;
}

uint32_t kc_gb18030_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    uint32_t code;

    if (end - p >= 4 && p[0] >= 0x81 && p[0] <= 0xfe && is_digit(p[1]) && p[2] >= 0x81 && p[2] <= 0xfe &&
        is_digit(p[3])) {
        *used = 4;
        return gb18030_four(p);
    }
    return is_pair(p, end, 0x81, 0xfe, 0x40, used, &code) ? meaning(kc_gb18030[p[0] - 0x81][p[1] - 0x40])
                                                          : code;
}

/* gb18030 gave these places of gbk a character, and made all others that were free private use. */
static uint32_t gbk_pair(uint8_t lead, uint8_t trail)
{
    uint32_t pair = (uint32_t)(lead << 8 | trail), code = meaning(kc_gb18030[lead - 0x81][trail - 0x40]);
    bool later = pair == 0xa2e3 || pair == 0xa8bc || pair == 0xa8bf || (pair >= 0xa989 && pair <= 0xa995) ||
                 (pair >= 0xfe50 && pair <= 0xfe9f);

    return later || (code >= 0xe000 && code <= 0xf8ff) ? KC_NO_CHARACTER : code;
}

uint32_t kc_gbk_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    uint32_t code;

    return is_pair(p, end, 0x81, 0xfe, 0x40, used, &code) ? gbk_pair(p[0], p[1]) : code;
}

static bool is_new_in_gbk(uint32_t pair)
{
    return (pair >= 0xa2a1 && pair <= 0xa2aa) || (pair >= 0xa6e0 && pair <= 0xa6f5) ||
           (pair >= 0xa8bb && pair <= 0xa8c0);
}

uint32_t kc_gb2312_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    uint32_t code, pair;

    if (!is_pair(p, end, 0xa1, 0xf7, 0xa1, used, &code))
        return code;
    pair = (uint32_t)(p[0] << 8 | p[1]);
    if (pair == 0xa1a4)
        return 0x30fb;
    if (pair == 0xa1aa)
        return 0x2015;
    return is_new_in_gbk(pair) ? KC_NO_CHARACTER : gbk_pair(p[0], p[1]);
}
