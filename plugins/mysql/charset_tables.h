/*
 * charset_tables.h - what bytes of MySQL's character sets stand for, as the server itself converts them.
 *
 * The tables are data: charset_tables.py makes them from a server. Rows are strings, one for each lead byte, in the
 * order of the trail bytes; a space stands for "no character", since no character set but ASCII's part has it.
 */
#ifndef KC_MYSQL_CHARSET_TABLES_H
#define KC_MYSQL_CHARSET_TABLES_H

#include <stdint.h>
#include <uchar.h>

enum { KC_GB18030_RUNS = 208 };

/* Four bytes of gb18030, numbered from 81 30 81 30: from `number` to the next run, code points count up from `code`. */
struct kc_gb18030_run {
    uint16_t number;
    uint16_t code;
};

extern const char16_t kc_big5[89][158];     /* a1-f9, 40-7e a1-fe */
extern const char16_t kc_cp932[50][190];    /* 81-9f e0-ef fa-fc, 40-fc */
extern const char16_t kc_euckr[125][191];   /* 81-fd, 41-fe */
extern const char16_t kc_gb18030[126][192]; /* 81-fe, 40-fe */
extern const char16_t kc_jisx0212[84][95];  /* a1-f4, a1-fe */
extern const struct kc_gb18030_run kc_gb18030_runs[KC_GB18030_RUNS];

/* Character sets of one byte: 80 to ff; swe7 has letters below, too. */
extern const char16_t kc_armscii8_high[129], kc_ascii_high[129], kc_cp1250_high[129], kc_cp1251_high[129],
    kc_cp1256_high[129], kc_cp1257_high[129], kc_cp850_high[129], kc_cp852_high[129], kc_cp866_high[129],
    kc_dec8_high[129], kc_geostd8_high[129], kc_greek_high[129], kc_hebrew_high[129], kc_hp8_high[129],
    kc_keybcs2_high[129], kc_koi8r_high[129], kc_koi8u_high[129], kc_latin1_high[129], kc_latin2_high[129],
    kc_latin5_high[129], kc_latin7_high[129], kc_macce_high[129], kc_macroman_high[129], kc_swe7_high[129],
    kc_swe7_low[129], kc_tis620_high[129];

#endif
