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

/* The six bits of a character, or 64. */
static uint32_t six_bits(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a' + 26);
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0' + 52);
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool kc_base64_decode(uint8_t *dst, const char *text, size_t n, size_t *len)
{
    uint8_t *p = dst;

    if (n % 4 != 0)
        return false;
    for (size_t i = 0; i < n; i += 4) {
        size_t padded = i + 4 < n || text[i + 3] != '=' ? 0 : text[i + 2] == '=' ? 2 : 1;
        uint32_t bits = 0;

        for (size_t k = 0; k < 4; k++) {
            uint32_t six = k >= 4 - padded ? 0 : six_bits(text[i + k]);

            if (six == 64)
                return false;
            bits = bits << 6 | six;
        }
        *p++ = (uint8_t)(bits >> 16);
        if (padded < 2)
            *p++ = (uint8_t)(bits >> 8);
        if (padded < 1)
            *p++ = (uint8_t)bits;
    }
    *len = (size_t)(p - dst);
    return true;
}
