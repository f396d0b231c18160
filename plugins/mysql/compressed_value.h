/*
 * compressed_value.h - values of MariaDB's COMPRESSED columns, as row images have them.
 *
 * Nothing for an empty value, else one byte: bits 4 to 7 the method (0: none, 8: zlib's deflate), bit 3: no zlib header,
 * bits 0 to 2: bytes of the original length, which follows, big-endian; then the data.
 */
#ifndef KC_MYSQL_COMPRESSED_VALUE_H
#define KC_MYSQL_COMPRESSED_VALUE_H

#include <kconnect/record.h>
#include <stdbool.h>

/*
 * Unpacks in place of *bytes and *len: into the arena, or borrowed where nothing is compressed. false: damaged, or out
 * of memory.
 */
bool kc_compressed_value_unpack(const uint8_t **bytes, uint32_t *len, struct kc_arena *arena);

#endif
