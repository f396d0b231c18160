/* counted_bytes.h - bytes behind a little-endian length of 1 to 4 bytes, as row images hold text and blobs. */
#ifndef KC_MYSQL_COUNTED_BYTES_H
#define KC_MYSQL_COUNTED_BYTES_H

#include "le.h"

#include <stddef.h>

/* The place after them, or NULL: cut short. */
static inline const uint8_t *kc_counted_bytes(const uint8_t *p, const uint8_t *end, unsigned length_bytes,
                                              const uint8_t **bytes, uint32_t *len)
{
    uint32_t n;

    if ((size_t)(end - p) < length_bytes)
        return NULL;
    n = length_bytes == 1 ? p[0] : length_bytes == 2 ? kc_le16(p) : (uint32_t)kc_le_n(p, length_bytes);
    p += length_bytes;
    if ((size_t)(end - p) < n)
        return NULL;
    *bytes = p;
    *len = n;
    return p + n;
}

#endif
