/*
 * The four Japanese character sets share their characters: cp932 has them all but JIS X 0212, at places that follow
 * from those of the EUC forms; sjis and ujis are their elder forms, with fewer characters and other mappings for seven.
 */
#include "charset_code.h"
#include "charset_tables.h"

enum { EUC_COLUMNS = 94, SJIS_COLUMNS = 188, PRIVATE_USE = 0xe000, PRIVATE_USE_0212 = 0xe3ac };

/* Code points for which sjis and ujis have another. */
static uint32_t elder(uint32_t code)
{
    switch (code) {
    case 0xff3c: return '\\';
    case 0xff5e: return 0x301c;
    case 0x2225: return 0x2016;
    case 0xff0d: return 0x2212;
    case 0xffe0: return 0xa2;
    case 0xffe1: return 0xa3;
    case 0xffe2: return 0xac;
    default: return code;
    }
}

static bool is_sjis_pair(uint8_t lead, uint8_t trail)
{
    return ((lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc)) && trail >= 0x40 &&
           trail <= 0xfc && trail != 0x7f;
}

static uint32_t cp932_pair(uint8_t lead, uint8_t trail)
{
    unsigned row;
    char16_t code;

    if (lead >= 0xf0 && lead <= 0xf9)
        return (uint32_t)(PRIVATE_USE + (lead - 0xf0) * SJIS_COLUMNS + trail - 0x40 - (trail > 0x7f));
    row = lead < 0xa0 ? lead - 0x81u : lead < 0xf0 ? lead - 0xe0u + 31 : lead - 0xfau + 47;
    code = kc_cp932[row][trail - 0x40];
    return code != ' ' ? code : KC_NO_CHARACTER;
}

/* Row 13 and the rows of makers are not part of it. */
static uint32_t sjis_pair(uint8_t lead, uint8_t trail)
{
    return lead == 0x87 || lead >= 0xed ? KC_NO_CHARACTER : elder(cp932_pair(lead, trail));
}

static inline uint32_t sjis_form(uint32_t (*pair)(uint8_t, uint8_t), const uint8_t *p, const uint8_t *end,
                                 uint32_t *used)
{
    *used = 1;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] >= 0xa1 && p[0] <= 0xdf) /* half-width katakana */
        return (uint32_t)(0xff61 + p[0] - 0xa1);
    if (end - p < 2 || !is_sjis_pair(p[0], p[1]))
        return KC_NO_CHARACTER;
    *used = 2;
    return pair(p[0], p[1]);
}

uint32_t kc_cp932_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    return sjis_form(cp932_pair, p, end, used);
}

uint32_t kc_sjis_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    return sjis_form(sjis_pair, p, end, used);
}

static bool is_euc(uint8_t byte)
{
    return byte >= 0xa1 && byte <= 0xfe;
}

/* Two rows of the EUC form are one of the sjis form. */
static uint32_t euc_pair(uint32_t (*pair)(uint8_t, uint8_t), uint8_t lead, uint8_t trail)
{
    unsigned row = lead - 0xa1u, column = trail - 0xa1u, from_lead = row / 2 + 0x81, from_trail;

    if (lead >= 0xf5)
        return PRIVATE_USE + (lead - 0xf5u) * EUC_COLUMNS + column;
    if (from_lead > 0x9f)
        from_lead += 0x40;
    from_trail = row % 2 == 0 ? column + 0x40 : column + 0x9f;
    if (row % 2 == 0 && from_trail >= 0x7f)
        from_trail++;
    return pair((uint8_t)from_lead, (uint8_t)from_trail);
}

/* Two bytes behind 8f. */
static uint32_t jisx0212(uint8_t lead, uint8_t trail)
{
    char16_t code;

    if (lead >= 0xf5)
        return PRIVATE_USE_0212 + (lead - 0xf5u) * EUC_COLUMNS + trail - 0xa1u;
    code = kc_jisx0212[lead - 0xa1][trail - 0xa1];
    return code != ' ' ? code : KC_NO_CHARACTER;
}

/* The places from f3 f3 to f4 fe are eucjpms' own. */
static uint32_t jisx0212_elder(uint8_t lead, uint8_t trail)
{
    if (lead == 0xf4 || (lead == 0xf3 && trail >= 0xf3))
        return KC_NO_CHARACTER;
    if (lead == 0xa2 && trail == 0xb7)
        return '~';
    if (lead == 0xa2 && trail == 0xc3)
        return 0xa6;
    return jisx0212(lead, trail);
}

static inline uint32_t euc_form(uint32_t (*pair)(uint8_t, uint8_t), uint32_t (*triple)(uint8_t, uint8_t),
                                const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    *used = 1;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] == 0x8e && end - p >= 2 && p[1] >= 0xa1 && p[1] <= 0xdf) {
        *used = 2;
        return (uint32_t)(0xff61 + p[1] - 0xa1);
    }
    if (p[0] == 0x8f && end - p >= 3 && is_euc(p[1]) && is_euc(p[2])) {
        *used = 3;
        return triple(p[1], p[2]);
    }
    if (end - p < 2 || !is_euc(p[0]) || !is_euc(p[1]))
        return KC_NO_CHARACTER;
    *used = 2;
    return euc_pair(pair, p[0], p[1]);
}

uint32_t kc_eucjpms_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    return euc_form(cp932_pair, jisx0212, p, end, used);
}

uint32_t kc_ujis_code(const uint8_t *p, const uint8_t *end, uint32_t *used)
{
    return euc_form(sjis_pair, jisx0212_elder, p, end, used);
}
