/* charset_code.h - one character of a character set of several bytes to its code point. */
#ifndef KC_MYSQL_CHARSET_CODE_H
#define KC_MYSQL_CHARSET_CODE_H

#include "charset.h"

/* What the server shows for bytes that stand for no character. */
enum { KC_NO_CHARACTER = '?' };

/*
 * Reads the character at p, which is not the end, and stores its length in *used: at least 1, never beyond `end`. Bytes
 * that no column can hold count as one character without a meaning each.
 */
typedef uint32_t (*kc_charset_code_fn)(const uint8_t *p, const uint8_t *end, uint32_t *used);

/* charset_east_asia.c; bytes below 80 are ASCII in all of these. */
uint32_t kc_big5_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_euckr_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_gb18030_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_gbk_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_gb2312_code(const uint8_t *p, const uint8_t *end, uint32_t *used);

/* charset_japan.c; as above */
uint32_t kc_cp932_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_sjis_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_eucjpms_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_ujis_code(const uint8_t *p, const uint8_t *end, uint32_t *used);

/* charset_utf.c */
uint32_t kc_ucs2_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_utf16_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_utf16le_code(const uint8_t *p, const uint8_t *end, uint32_t *used);
uint32_t kc_utf32_code(const uint8_t *p, const uint8_t *end, uint32_t *used);

#endif
