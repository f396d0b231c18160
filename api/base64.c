#include "base64.h"

void kc_base64_add(struct kc_buf *b, const void *bytes, size_t n)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v =
            (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        char out[4] = {alphabet[v >> 18], alphabet[v >> 12 & 63], '=', '='};

        if (left > 1)
            out[2] = alphabet[v >> 6 & 63];
        if (left > 2)
            out[3] = alphabet[v & 63];
        kc_buf_add(b, out, sizeof(out));
    }
}
