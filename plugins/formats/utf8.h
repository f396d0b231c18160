/*
 * utf8.h - which bytes are UTF-8, and what becomes of those that are not.
 *
 * Ill-formed are overlong forms, surrogates, what lies above U+10FFFF and what is cut short. One U+FFFD stands for each
 * maximal part of such a sequence, as Unicode 3.9 advises and as Java's decoder does.
 */
#ifndef KC_FORMATS_UTF8_H
#define KC_FORMATS_UTF8_H

#include "out.h"

/*
 * Length of the sequence at s (first byte >= 0x80), or minus the length of the part to be replaced.
 * The ranges of the second byte are those of Unicode's table 3-7.
 */
static inline int kc_utf8_sequence(const uint8_t *s, const uint8_t *end)
{
    uint8_t low = 0x80, high = 0xbf;
    int n;

    if (*s >= 0xc2 && *s <= 0xdf)
        n = 2;
    else if (*s >= 0xe0 && *s <= 0xef)
        n = 3;
    else if (*s >= 0xf0 && *s <= 0xf4)
        n = 4;
    else
        return -1;
    if (*s == 0xe0)
        low = 0xa0;
    else if (*s == 0xed)
        high = 0x9f;
    else if (*s == 0xf0)
        low = 0x90;
    else if (*s == 0xf4)
        high = 0x8f;
    for (int i = 1; i < n; i++, low = 0x80, high = 0xbf)
        if (s + i >= end || s[i] < low || s[i] > high)
            return -i;
    return n;
}

/* True when all n bytes are well-formed. */
bool kc_utf8_valid(const uint8_t *s, size_t n);

/* Appends the text with U+FFFD in the place of every ill-formed part; false: out of memory. */
bool kc_utf8_put(struct kc_out *o, const uint8_t *s, size_t n);

/* How many bytes kc_utf8_repair() writes for these. */
size_t kc_utf8_repaired_len(const uint8_t *s, size_t n);
/* Writes the repaired text and returns its end. */
uint8_t *kc_utf8_repair(uint8_t *dst, const uint8_t *s, size_t n);

#endif
