/*
 * charset.h - from a column's character set to UTF-8, as the server itself would convert for a utf8mb4 connection.
 *
 * utf8mb4, utf8mb3 (utf8) and ascii are bytes of UTF-8 already; latin1 is MySQL's: Windows-1252, whose five undefined bytes
 * 81 8d 8f 90 9d stand for the control characters of the same number.
 */
#ifndef KC_MYSQL_CHARSET_H
#define KC_MYSQL_CHARSET_H

#include <kconnect/record.h>
#include <stdbool.h>

enum kc_charset {
    KC_CHARSET_UNKNOWN,
    KC_CHARSET_UTF8,
    KC_CHARSET_ASCII,
    KC_CHARSET_LATIN1,
    KC_CHARSET_BINARY
};

/* By CHARACTER_SET_NAME; NULL means bytes. UNKNOWN: not followed. */
enum kc_charset kc_charset_by_name(const char *name);

/* By collation id, as TABLE_MAP events have it; UNKNOWN: not in the list. */
enum kc_charset kc_charset_by_collation(uint16_t collation);

/* Stores a STRING in *out: borrowed where the bytes are UTF-8 as they are, else made in the arena. false: out of memory. */
bool kc_charset_to_utf8(enum kc_charset charset, const uint8_t *bytes, uint32_t len, struct kc_arena *arena,
                        struct kc_value *out);

#endif
