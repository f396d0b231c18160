/*
 * json_binary.h - MySQL's binary JSON, as row images have it, to the text that SELECT shows.
 *
 * The format is described in MySQL's sql-common/json_binary.h: a type byte and a value; arrays and objects have tables
 * of offsets into themselves, of two bytes or, in large ones, four. All integers are little-endian. SELECT writes ", "
 * and ": " between things, keys in the order they are stored in, dates and decimals as text, other SQL types as base64.
 */
#ifndef KC_MYSQL_JSON_BINARY_H
#define KC_MYSQL_JSON_BINARY_H

#include <kconnect/error.h>
#include <kconnect/record.h>

/*
 * Stores the text in *out, a STRING in the arena. KC_ERR_FATAL: not such a document, nested deeper than the server
 * allows (100), or one whose offsets lead to a text out of proportion to its size. KC_ERR_NOMEM.
 */
kc_status kc_json_binary_print(const uint8_t *document, uint32_t len, struct kc_arena *arena,
                               struct kc_value *out);

#endif
