#include "compressed_value.h"

#include "le.h"

#include <kconnect/sdk.h>
#include <zlib.h>

/* Deflate never makes more than this of a byte: a length beyond it is a lie, and no memory is taken for it. */
enum {
    METHOD_NONE = 0,
    METHOD_ZLIB = 8,
    NO_HEADER = 8,
    LENGTH_MASK = 7,
    LENGTH_BYTES = 4,
    GROWTH_LIMIT = 1032
};

static bool inflate_all(const uint8_t *from, uint32_t len, bool has_header, uint8_t *to, uint32_t size)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)from, .avail_in = len, .next_out = to, .avail_out = size};
    bool good;

    if (inflateInit2(&z, has_header ? MAX_WBITS : -MAX_WBITS) != Z_OK)
        return false;
    good = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0 && z.avail_in == 0;
    (void)inflateEnd(&z);
    return good;
}

bool kc_compressed_value_unpack(const uint8_t **bytes, uint32_t *len, struct kc_arena *arena)
{
    const uint8_t *p = *bytes;
    unsigned method, length_bytes;
    uint64_t size;
    uint8_t *made;

    if (*len == 0)
        return true;
    method = p[0] >> 4;
    length_bytes = p[0] & LENGTH_MASK;
    if (method == METHOD_NONE) {
        (*bytes)++;
        (*len)--;
        return p[0] == 0;
    }
    if (method != METHOD_ZLIB || length_bytes == 0 || length_bytes > LENGTH_BYTES || *len <= 1 + length_bytes)
        return false;
    size = kc_be_n(p + 1, length_bytes);
    if (size == 0 || size > (uint64_t)*len * GROWTH_LIMIT)
        return false;
    made = kc_arena_alloc(arena, size);
    if (made == NULL || !inflate_all(p + 1 + length_bytes, *len - 1 - length_bytes, (p[0] & NO_HEADER) == 0,
                                     made, (uint32_t)size))
        return false;
    *bytes = made;
    *len = (uint32_t)size;
    return true;
}
