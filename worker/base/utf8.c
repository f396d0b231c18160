#include "base/utf8.h"

#include <stdint.h>

size_t kc_utf8_length(const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text;
    uint8_t low = 0x80, high = 0xbf;
    size_t length;

    if (*p < 0x80)
        return 1;
    if (*p < 0xc2 || *p > 0xf4)
        return 0;
    length = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
    if (*p == 0xe0)
        low = 0xa0;
    else if (*p == 0xed)
        high = 0x9f;
    else if (*p == 0xf0)
        low = 0x90;
    else if (*p == 0xf4)
        high = 0x8f;
    if (n < length || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

bool kc_utf8_valid(const char *text, size_t n)
{
    while (n > 0) {
        size_t length = kc_utf8_length(text, n);

        if (length == 0)
            return false;
        text += length;
        n -= length;
    }
    return true;
}
