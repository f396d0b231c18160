#include "charset.h"

#include "charset_code.h"
#include "charset_tables.h"
#include "le.h"

#include <kconnect/sdk.h>

/* How a character set is read: by a table of one byte's characters, or by a function for one character. */
static const struct coding {
    const char *name;
    const char16_t *high;
    const char16_t *low; /* NULL: ASCII */
    kc_charset_code_fn code;
} codings[KC_CHARSET_COUNT] = {
    [KC_CHARSET_UTF8] = {.name = "utf8mb4"},
    [KC_CHARSET_BINARY] = {.name = "binary"},
    [KC_CHARSET_ARMSCII8] = {"armscii8", kc_armscii8_high, NULL, NULL},
    [KC_CHARSET_ASCII] = {"ascii", kc_ascii_high, NULL, NULL},
    [KC_CHARSET_CP1250] = {"cp1250", kc_cp1250_high, NULL, NULL},
    [KC_CHARSET_CP1251] = {"cp1251", kc_cp1251_high, NULL, NULL},
    [KC_CHARSET_CP1256] = {"cp1256", kc_cp1256_high, NULL, NULL},
    [KC_CHARSET_CP1257] = {"cp1257", kc_cp1257_high, NULL, NULL},
    [KC_CHARSET_CP850] = {"cp850", kc_cp850_high, NULL, NULL},
    [KC_CHARSET_CP852] = {"cp852", kc_cp852_high, NULL, NULL},
    [KC_CHARSET_CP866] = {"cp866", kc_cp866_high, NULL, NULL},
    [KC_CHARSET_DEC8] = {"dec8", kc_dec8_high, NULL, NULL},
    [KC_CHARSET_GEOSTD8] = {"geostd8", kc_geostd8_high, NULL, NULL},
    [KC_CHARSET_GREEK] = {"greek", kc_greek_high, NULL, NULL},
    [KC_CHARSET_HEBREW] = {"hebrew", kc_hebrew_high, NULL, NULL},
    [KC_CHARSET_HP8] = {"hp8", kc_hp8_high, NULL, NULL},
    [KC_CHARSET_KEYBCS2] = {"keybcs2", kc_keybcs2_high, NULL, NULL},
    [KC_CHARSET_KOI8R] = {"koi8r", kc_koi8r_high, NULL, NULL},
    [KC_CHARSET_KOI8U] = {"koi8u", kc_koi8u_high, NULL, NULL},
    [KC_CHARSET_LATIN1] = {"latin1", kc_latin1_high, NULL, NULL},
    [KC_CHARSET_LATIN2] = {"latin2", kc_latin2_high, NULL, NULL},
    [KC_CHARSET_LATIN5] = {"latin5", kc_latin5_high, NULL, NULL},
    [KC_CHARSET_LATIN7] = {"latin7", kc_latin7_high, NULL, NULL},
    [KC_CHARSET_MACCE] = {"macce", kc_macce_high, NULL, NULL},
    [KC_CHARSET_MACROMAN] = {"macroman", kc_macroman_high, NULL, NULL},
    [KC_CHARSET_SWE7] = {"swe7", kc_swe7_high, kc_swe7_low, NULL},
    [KC_CHARSET_TIS620] = {"tis620", kc_tis620_high, NULL, NULL},
    [KC_CHARSET_BIG5] = {"big5", NULL, NULL, kc_big5_code},
    [KC_CHARSET_CP932] = {"cp932", NULL, NULL, kc_cp932_code},
    [KC_CHARSET_EUCJPMS] = {"eucjpms", NULL, NULL, kc_eucjpms_code},
    [KC_CHARSET_EUCKR] = {"euckr", NULL, NULL, kc_euckr_code},
    [KC_CHARSET_GB18030] = {"gb18030", NULL, NULL, kc_gb18030_code},
    [KC_CHARSET_GB2312] = {"gb2312", NULL, NULL, kc_gb2312_code},
    [KC_CHARSET_GBK] = {"gbk", NULL, NULL, kc_gbk_code},
    [KC_CHARSET_SJIS] = {"sjis", NULL, NULL, kc_sjis_code},
    [KC_CHARSET_UJIS] = {"ujis", NULL, NULL, kc_ujis_code},
    [KC_CHARSET_UCS2] = {"ucs2", NULL, NULL, kc_ucs2_code},
    [KC_CHARSET_UTF16] = {"utf16", NULL, NULL, kc_utf16_code},
    [KC_CHARSET_UTF16LE] = {"utf16le", NULL, NULL, kc_utf16le_code},
    [KC_CHARSET_UTF32] = {"utf32", NULL, NULL, kc_utf32_code},
};

enum kc_charset kc_charset_by_name(const char *name)
{
    if (name == NULL)
        return KC_CHARSET_BINARY;
    if (strcmp(name, "utf8mb3") == 0 || strcmp(name, "utf8") == 0)
        return KC_CHARSET_UTF8;
    for (int i = KC_CHARSET_UNKNOWN + 1; i < KC_CHARSET_COUNT; i++)
        if (strcmp(name, codings[i].name) == 0)
            return (enum kc_charset)i;
    return KC_CHARSET_UNKNOWN;
}

/* The first collations, one by one: information_schema.COLLATIONS of MySQL 9.7 and MariaDB 10.11. */
static const uint8_t first_collations[] = {
    [1] = KC_CHARSET_BIG5,      [2] = KC_CHARSET_LATIN2,    [3] = KC_CHARSET_DEC8,
    [4] = KC_CHARSET_CP850,     [5] = KC_CHARSET_LATIN1,    [6] = KC_CHARSET_HP8,
    [7] = KC_CHARSET_KOI8R,     [8] = KC_CHARSET_LATIN1,    [9] = KC_CHARSET_LATIN2,
    [10] = KC_CHARSET_SWE7,     [11] = KC_CHARSET_ASCII,    [12] = KC_CHARSET_UJIS,
    [13] = KC_CHARSET_SJIS,     [14] = KC_CHARSET_CP1251,   [15] = KC_CHARSET_LATIN1,
    [16] = KC_CHARSET_HEBREW,   [18] = KC_CHARSET_TIS620,   [19] = KC_CHARSET_EUCKR,
    [20] = KC_CHARSET_LATIN7,   [21] = KC_CHARSET_LATIN2,   [22] = KC_CHARSET_KOI8U,
    [23] = KC_CHARSET_CP1251,   [24] = KC_CHARSET_GB2312,   [25] = KC_CHARSET_GREEK,
    [26] = KC_CHARSET_CP1250,   [27] = KC_CHARSET_LATIN2,   [28] = KC_CHARSET_GBK,
    [29] = KC_CHARSET_CP1257,   [30] = KC_CHARSET_LATIN5,   [31] = KC_CHARSET_LATIN1,
    [32] = KC_CHARSET_ARMSCII8, [33] = KC_CHARSET_UTF8,     [34] = KC_CHARSET_CP1250,
    [35] = KC_CHARSET_UCS2,     [36] = KC_CHARSET_CP866,    [37] = KC_CHARSET_KEYBCS2,
    [38] = KC_CHARSET_MACCE,    [39] = KC_CHARSET_MACROMAN, [40] = KC_CHARSET_CP852,
    [41] = KC_CHARSET_LATIN7,   [42] = KC_CHARSET_LATIN7,   [43] = KC_CHARSET_MACCE,
    [44] = KC_CHARSET_CP1250,   [45] = KC_CHARSET_UTF8,     [46] = KC_CHARSET_UTF8,
    [47] = KC_CHARSET_LATIN1,   [48] = KC_CHARSET_LATIN1,   [49] = KC_CHARSET_LATIN1,
    [50] = KC_CHARSET_CP1251,   [51] = KC_CHARSET_CP1251,   [52] = KC_CHARSET_CP1251,
    [53] = KC_CHARSET_MACROMAN, [54] = KC_CHARSET_UTF16,    [55] = KC_CHARSET_UTF16,
    [56] = KC_CHARSET_UTF16LE,  [57] = KC_CHARSET_CP1256,   [58] = KC_CHARSET_CP1257,
    [59] = KC_CHARSET_CP1257,   [60] = KC_CHARSET_UTF32,    [61] = KC_CHARSET_UTF32,
    [62] = KC_CHARSET_UTF16LE,  [63] = KC_CHARSET_BINARY,   [64] = KC_CHARSET_ARMSCII8,
    [65] = KC_CHARSET_ASCII,    [66] = KC_CHARSET_CP1250,   [67] = KC_CHARSET_CP1256,
    [68] = KC_CHARSET_CP866,    [69] = KC_CHARSET_DEC8,     [70] = KC_CHARSET_GREEK,
    [71] = KC_CHARSET_HEBREW,   [72] = KC_CHARSET_HP8,      [73] = KC_CHARSET_KEYBCS2,
    [74] = KC_CHARSET_KOI8R,    [75] = KC_CHARSET_KOI8U,    [76] = KC_CHARSET_UTF8,
    [77] = KC_CHARSET_LATIN2,   [78] = KC_CHARSET_LATIN5,   [79] = KC_CHARSET_LATIN7,
    [80] = KC_CHARSET_CP850,    [81] = KC_CHARSET_CP852,    [82] = KC_CHARSET_SWE7,
    [83] = KC_CHARSET_UTF8,     [84] = KC_CHARSET_BIG5,     [85] = KC_CHARSET_EUCKR,
    [86] = KC_CHARSET_GB2312,   [87] = KC_CHARSET_GBK,      [88] = KC_CHARSET_SJIS,
    [89] = KC_CHARSET_TIS620,   [90] = KC_CHARSET_UCS2,     [91] = KC_CHARSET_UJIS,
    [92] = KC_CHARSET_GEOSTD8,  [93] = KC_CHARSET_GEOSTD8,  [94] = KC_CHARSET_LATIN1,
    [95] = KC_CHARSET_CP932,    [96] = KC_CHARSET_CP932,    [97] = KC_CHARSET_EUCJPMS,
    [98] = KC_CHARSET_EUCJPMS,  [99] = KC_CHARSET_CP1250,
};

/* Further ones come in blocks, of which a server may use a part; no block has two character sets. */
static const struct {
    uint16_t first;
    uint16_t last;
    uint8_t charset;
} collation_blocks[] = {
    {101, 127, KC_CHARSET_UTF16},   {128, 159, KC_CHARSET_UCS2},    {160, 191, KC_CHARSET_UTF32},
    {192, 247, KC_CHARSET_UTF8},    {248, 250, KC_CHARSET_GB18030}, {255, 639, KC_CHARSET_UTF8},
    {640, 671, KC_CHARSET_UCS2},    {672, 703, KC_CHARSET_UTF16},   {736, 767, KC_CHARSET_UTF32},
    {2048, 2559, KC_CHARSET_UTF8},  {2560, 2815, KC_CHARSET_UCS2},  {2816, 3071, KC_CHARSET_UTF16},
    {3072, 3327, KC_CHARSET_UTF32},
};

/* MariaDB's collations without padding have the number of the padded one plus 1024. */
enum kc_charset kc_charset_by_collation(uint16_t id)
{
    enum { WITHOUT_PADDING = 1024, WITHOUT_PADDING_END = 2048 };

    if (id > WITHOUT_PADDING && id < WITHOUT_PADDING_END)
        id -= WITHOUT_PADDING;
    if (id < sizeof(first_collations))
        return (enum kc_charset)first_collations[id];
    for (size_t i = 0; i < sizeof(collation_blocks) / sizeof(collation_blocks[0]); i++)
        if (id >= collation_blocks[i].first && id <= collation_blocks[i].last)
            return (enum kc_charset)collation_blocks[i].charset;
    return KC_CHARSET_UNKNOWN;
}

/* Of utf8mb3, which has its numbers scattered among those of utf8mb4. */
static bool is_three_bytes(uint16_t id)
{
    enum { WITHOUT_PADDING = 1024, WITHOUT_PADDING_END = 2048 };

    if (id > WITHOUT_PADDING && id < WITHOUT_PADDING_END)
        id -= WITHOUT_PADDING;
    return id == 33 || id == 76 || id == 83 || (id >= 192 && id <= 223) || (id >= 2048 && id <= 2303);
}

const char *kc_charset_name_by_collation(uint16_t id, uint32_t *max_bytes)
{
    enum kc_charset charset = kc_charset_by_collation(id);

    switch (charset) {
    case KC_CHARSET_UNKNOWN: return NULL;
    case KC_CHARSET_UTF8:
        *max_bytes = is_three_bytes(id) ? 3 : 4;
        return *max_bytes == 3 ? "utf8mb3" : "utf8mb4";
    case KC_CHARSET_GB18030:
    case KC_CHARSET_UTF16:
    case KC_CHARSET_UTF16LE:
    case KC_CHARSET_UTF32: *max_bytes = 4; break;
    case KC_CHARSET_EUCJPMS:
    case KC_CHARSET_UJIS: *max_bytes = 3; break;
    case KC_CHARSET_BIG5:
    case KC_CHARSET_CP932:
    case KC_CHARSET_EUCKR:
    case KC_CHARSET_GB2312:
    case KC_CHARSET_GBK:
    case KC_CHARSET_SJIS:
    case KC_CHARSET_UCS2: *max_bytes = 2; break;
    default: *max_bytes = 1; break;
    }
    return codings[charset].name;
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

/* Lone surrogates, which ucs2 and MariaDB's utf32 may hold, become three bytes as the server makes them. */
static inline uint8_t *put_utf8(uint8_t *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (uint8_t)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (uint8_t)(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *to++ = (uint8_t)(0xe0 | code >> 12);
        } else {
            *to++ = (uint8_t)(0xf0 | code >> 18);
            *to++ = (uint8_t)(0x80 | (code >> 12 & 0x3f));
        }
        *to++ = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    }
    *to++ = (uint8_t)(0x80 | (code & 0x3f));
    return to;
}

static uint8_t *put_single(const struct coding *coding, const uint8_t *p, const uint8_t *end, uint8_t *to)
{
    for (; p < end; p++) {
        uint32_t code = *p;

        if (*p >= 0x80)
            code = coding->high[*p - 0x80];
        else if (coding->low != NULL)
            code = coding->low[*p];
        if (code == ' ' && *p != ' ')
            code = KC_NO_CHARACTER;
        to = put_utf8(to, code);
    }
    return to;
}

static uint8_t *put_several(const struct coding *coding, const uint8_t *p, const uint8_t *end, uint8_t *to)
{
    while (p < end) {
        uint32_t used;

        to = put_utf8(to, coding->code(p, end, &used));
        p += used;
    }
    return to;
}

/* In these, bytes below 80 may be something else than ASCII. */
static bool has_ascii(enum kc_charset charset)
{
    return charset != KC_CHARSET_SWE7 && charset < KC_CHARSET_UCS2;
}

bool kc_charset_to_utf8(enum kc_charset charset, const uint8_t *bytes, uint32_t len, struct kc_arena *arena,
                        struct kc_value *out)
{
    /* No byte becomes more than three; two become three at most, four become four. */
    enum { GROWTH = 3 };
    const struct coding *coding = &codings[charset];
    uint8_t *made, *to;
    uint32_t plain;

    out->type = KC_STRING;
    out->len = len;
    out->as.str = (const char *)bytes;
    if (charset == KC_CHARSET_UTF8)
        return true;
    plain = has_ascii(charset) ? ascii_prefix(bytes, len) : 0;
    if (plain == len)
        return true;
    if (len > UINT32_MAX / GROWTH)
        return false;
    made = kc_arena_alloc(arena, plain + (uint64_t)(len - plain) * GROWTH);
    if (made == NULL)
        return false;
    memcpy(made, bytes, plain);
    to = (coding->code != NULL ? put_several : put_single)(coding, bytes + plain, bytes + len, made + plain);
    out->len = (uint32_t)(to - made);
    out->as.str = (const char *)made;
    return true;
}
