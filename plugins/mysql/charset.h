/*
 * charset.h - from a column's character set to UTF-8, exactly as the server itself converts for a utf8mb4 connection.
 *
 * utf8mb4, utf8mb3 (utf8) are UTF-8 as they are. All others go character by character through tables that were made
 * from the servers' own (charset_tables.h): MySQL's latin1 is Windows-1252 with the five undefined bytes as control
 * characters, its euckr is larger than EUC-KR, and so on. What stands for no character reads as a question mark.
 */
#ifndef KC_MYSQL_CHARSET_H
#define KC_MYSQL_CHARSET_H

#include <kconnect/record.h>
#include <stdbool.h>

/* Every character set that MySQL 9.7 and MariaDB 10.11 offer. */
enum kc_charset {
    KC_CHARSET_UNKNOWN,
    KC_CHARSET_UTF8,
    KC_CHARSET_BINARY,
    /* one byte, by table */
    KC_CHARSET_ARMSCII8,
    KC_CHARSET_ASCII,
    KC_CHARSET_CP1250,
    KC_CHARSET_CP1251,
    KC_CHARSET_CP1256,
    KC_CHARSET_CP1257,
    KC_CHARSET_CP850,
    KC_CHARSET_CP852,
    KC_CHARSET_CP866,
    KC_CHARSET_DEC8,
    KC_CHARSET_GEOSTD8,
    KC_CHARSET_GREEK,
    KC_CHARSET_HEBREW,
    KC_CHARSET_HP8,
    KC_CHARSET_KEYBCS2,
    KC_CHARSET_KOI8R,
    KC_CHARSET_KOI8U,
    KC_CHARSET_LATIN1,
    KC_CHARSET_LATIN2,
    KC_CHARSET_LATIN5,
    KC_CHARSET_LATIN7,
    KC_CHARSET_MACCE,
    KC_CHARSET_MACROMAN,
    KC_CHARSET_SWE7,
    KC_CHARSET_TIS620,
    /* several bytes */
    KC_CHARSET_BIG5,
    KC_CHARSET_CP932,
    KC_CHARSET_EUCJPMS,
    KC_CHARSET_EUCKR,
    KC_CHARSET_GB18030,
    KC_CHARSET_GB2312,
    KC_CHARSET_GBK,
    KC_CHARSET_SJIS,
    KC_CHARSET_UJIS,
    KC_CHARSET_UCS2,
    KC_CHARSET_UTF16,
    KC_CHARSET_UTF16LE,
    KC_CHARSET_UTF32,
    KC_CHARSET_COUNT
};

/* By CHARACTER_SET_NAME; NULL means bytes. UNKNOWN: not followed. */
enum kc_charset kc_charset_by_name(const char *name);

/* By collation id, as TABLE_MAP events have it; UNKNOWN: not in the list. */
enum kc_charset kc_charset_by_collation(uint16_t collation);

/* CHARACTER_SET_NAME of a collation, and the bytes that its characters may have; NULL: not in the list. */
const char *kc_charset_name_by_collation(uint16_t collation, uint32_t *max_bytes);

/* Stores a STRING in *out: borrowed where the bytes are UTF-8 as they are, else made in the arena. false: out of memory. */
bool kc_charset_to_utf8(enum kc_charset charset, const uint8_t *bytes, uint32_t len, struct kc_arena *arena,
                        struct kc_value *out);

#endif
