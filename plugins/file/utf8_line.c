#include "utf8_line.h"

#include <stdint.h>
#include <string.h>

/* The lowest and the highest second byte that may follow `first`; the number of bytes, 0: it begins no character. */
static int character(uint8_t first, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    if (first < 0xe0)
        return 2;
    if (first == 0xe0)
        *low = 0xa0; /* shorter forms exist */
    if (first == 0xed)
        *high = 0x9f; /* surrogates */
    if (first == 0xf0)
        *low = 0x90;
    if (first == 0xf4)
        *high = 0x8f; /* beyond U+10FFFF */
    return first < 0xf0 ? 3 : 4;
}

/* How many bytes belong together at `p`; *good: they are a character, else a piece that one U+FFFD stands for. */
static size_t piece(const uint8_t *p, size_t n, int *good)
{
    uint8_t low, high;
    int whole = character(p[0], &low, &high);
    size_t have = 1;

    while (whole > 0 && have < (size_t)whole && have < n && p[have] >= low && p[have] <= high) {
        low = 0x80;
        high = 0xbf;
        have++;
    }
    *good = whole > 0 && have == (size_t)whole;
    return have;
}

int kc_utf8_line_is(const char *text, size_t n)
{
    const uint8_t *p = (const uint8_t *)text;
    int good = 1;

    for (size_t at = 0; at < n && good;)
        at += p[at] < 0x80 ? 1 : piece(p + at, n - at, &good);
    return good;
}

size_t kc_utf8_line(const char *text, size_t n, char *out)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const uint8_t *p = (const uint8_t *)text;
    size_t len = 0;

    for (size_t at = 0; at < n;) {
        int good;
        size_t have = piece(p + at, n - at, &good);

        memcpy(out + len, good ? text + at : replacement, good ? have : 3);
        len += good ? have : 3;
        at += have;
    }
    return len;
}
