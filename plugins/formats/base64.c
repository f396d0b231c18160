#include "base64.h"

enum { BLOCK_BYTES = 3 * 1024 }; /* a multiple of 3, so that only the last block is padded */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint8_t *put_group(uint8_t *p, uint32_t bits)
{
    p[0] = (uint8_t)alphabet[bits >> 18];
    p[1] = (uint8_t)alphabet[bits >> 12 & 63];
    p[2] = (uint8_t)alphabet[bits >> 6 & 63];
    p[3] = (uint8_t)alphabet[bits & 63];
    return p + 4;
}

static uint8_t *put_block(uint8_t *p, const uint8_t *data, size_t n)
{
    for (; n >= 3; n -= 3, data += 3)
        p = put_group(p, (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2]);
    if (n == 2) {
        p = put_group(p, (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8);
        p[-1] = '=';
    } else if (n == 1) {
        p = put_group(p, (uint32_t)data[0] << 16);
        p[-1] = p[-2] = '=';
    }
    return p;
}

bool kc_base64(struct kc_out *o, const uint8_t *data, size_t n)
{
    while (n > 0) {
        size_t block = n < BLOCK_BYTES ? n : BLOCK_BYTES;

        if (!kc_out_room(o, (block + 2) / 3 * 4))
            return false;
        o->cur = put_block(o->cur, data, block);
        data += block;
        n -= block;
    }
    return true;
}
