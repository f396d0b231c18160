/*
 * packed_integer.h - MySQL's length-encoded integer: one byte up to 250; 252, 253 and 254 announce 2, 3 and 8 bytes.
 * See MySQL's client/server protocol, "Integer Types".
 */
#ifndef KC_MYSQL_PACKED_INTEGER_H
#define KC_MYSQL_PACKED_INTEGER_H

#include "le.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads one at *p and moves *p past it; false: cut short, or the NULL and error marks 251 and 255. */
static inline bool kc_packed_read(const uint8_t **p, const uint8_t *end, uint64_t *value)
{
    const uint8_t *q = *p;
    unsigned bytes;

    if (q >= end)
        return false;
    if (*q < 251) {
        *value = *q;
        *p = q + 1;
        return true;
    }
    bytes = *q == 252 ? 2 : *q == 253 ? 3 : *q == 254 ? 8 : 0;
    if (bytes == 0 || (size_t)(end - q) < 1 + bytes)
        return false;
    *value = kc_le_n(q + 1, bytes);
    *p = q + 1 + bytes;
    return true;
}

/* Reads a length and that many bytes; *text points into the input. */
static inline bool kc_packed_read_text(const uint8_t **p, const uint8_t *end, const char **text,
                                       uint32_t *len)
{
    const uint8_t *q = *p;
    uint64_t n;

    if (!kc_packed_read(&q, end, &n) || n > (uint64_t)(end - q) || n > UINT32_MAX)
        return false;
    *text = (const char *)q;
    *len = (uint32_t)n;
    *p = q + n;
    return true;
}

#endif
