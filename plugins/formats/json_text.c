#include "json_text.h"

#include "utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    BLOCK_BYTES = 512, /* of input, for which room is reserved at once */
    WORST_FACTOR = 6,  /* a control character becomes \u00xx */
};

/* What a byte needs: 0 copy, 1 the start of a sequence to be checked, otherwise the letter behind the backslash. */
static const uint8_t byte_class[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
    [0x00] = 'u', [0x01] = 'u',  [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u', [0x06] = 'u',
    [0x07] = 'u', [0x0b] = 'u',  [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u', [0x11] = 'u', [0x12] = 'u',
    [0x13] = 'u', [0x14] = 'u',  [0x15] = 'u', [0x16] = 'u', [0x17] = 'u', [0x18] = 'u', [0x19] = 'u',
    [0x1a] = 'u', [0x1b] = 'u',  [0x1c] = 'u', [0x1d] = 'u', [0x1e] = 'u', [0x1f] = 'u', [0x80 ... 0xff] = 1,
};

#ifdef __SSE2__
/* One bit for each byte that cannot simply be copied. */
static inline unsigned special_bits(__m128i v)
{
    /* Signed comparison: bytes from 0x80 on are negative, so they are found with the controls. */
    __m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
    __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));

    return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));
}

/* Below 16 bytes, of which at least 8 or 4: two loads that overlap in the middle, joined to one block. */
static inline size_t copy_plain_8(uint8_t *dst, const uint8_t *s, size_t n)
{
    __m128i first = _mm_loadl_epi64((const __m128i *)(const void *)s);
    __m128i last = _mm_loadl_epi64((const __m128i *)(const void *)(s + n - 8));
    unsigned bits = special_bits(_mm_unpacklo_epi64(first, last));

    _mm_storel_epi64((__m128i *)(void *)dst, first);
    _mm_storel_epi64((__m128i *)(void *)(dst + n - 8), last);
    if (bits == 0)
        return n;
    return (bits & 0xff) != 0 ? (unsigned)__builtin_ctz(bits) : n - 16 + (unsigned)__builtin_ctz(bits);
}

static inline size_t copy_plain_4(uint8_t *dst, const uint8_t *s, size_t n)
{
    uint32_t first, last;
    unsigned bits;

    memcpy(&first, s, 4);
    memcpy(&last, s + n - 4, 4);
    /* The upper half repeats the lower one. */
    bits = special_bits(_mm_set1_epi64x((int64_t)((uint64_t)last << 32 | first))) & 0xff;
    memcpy(dst, &first, 4);
    memcpy(dst + n - 4, &last, 4);
    if (bits == 0)
        return n;
    return (bits & 0xf) != 0 ? (unsigned)__builtin_ctz(bits) : n - 8 + (unsigned)__builtin_ctz(bits);
}

/* Copies s..end at least up to the first special byte and returns how many bytes stand before that. Writes no further
 * than dst + (end - s). */
static inline size_t copy_plain(uint8_t *dst, const uint8_t *s, const uint8_t *end)
{
    size_t n = (size_t)(end - s), at = 0;
    unsigned bits;
    __m128i v;

    for (; at + 16 <= n; at += 16) {
        v = _mm_loadu_si128((const __m128i *)(const void *)(s + at));
        bits = special_bits(v);
        _mm_storeu_si128((__m128i *)(void *)(dst + at), v);
        if (bits != 0)
            return at + (unsigned)__builtin_ctz(bits);
    }
    if (at == n)
        return n;
    if (at > 0) { /* the last 16 bytes, of which some are copied again */
        v = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
        bits = special_bits(v);
        _mm_storeu_si128((__m128i *)(void *)(dst + n - 16), v);
        return bits == 0 ? n : n - 16 + (unsigned)__builtin_ctz(bits);
    }
    if (n >= 8)
        return copy_plain_8(dst, s, n);
    if (n >= 4)
        return copy_plain_4(dst, s, n);
    for (; at < n && byte_class[s[at]] == 0; at++)
        dst[at] = s[at];
    return at;
}
#else
static inline size_t copy_plain(uint8_t *dst, const uint8_t *s, const uint8_t *end)
{
    size_t n = 0;

    for (; s + n < end && byte_class[s[n]] == 0; n++)
        dst[n] = s[n];
    return n;
}
#endif

static const char hex[] = "0123456789ABCDEF"; /* upper case, as Java's writers have it */

static uint8_t *put_escape(uint8_t *p, uint8_t byte, uint8_t letter)
{
    *p++ = '\\';
    *p++ = letter;
    if (letter == 'u') {
        *p++ = '0';
        *p++ = '0';
        *p++ = (uint8_t)hex[byte >> 4];
        *p++ = (uint8_t)hex[byte & 15];
    }
    return p;
}

/* A character above U+FFFF, whose four bytes are at s, as the two halves that UTF-16 makes of it. */
static uint8_t *put_pair(uint8_t *p, const uint8_t *s)
{
    uint32_t c =
        (uint32_t)(s[0] & 7) << 18 | (uint32_t)(s[1] & 63) << 12 | (uint32_t)(s[2] & 63) << 6 | (s[3] & 63);
    uint32_t halves[2] = {0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff)};

    for (int i = 0; i < 2; i++) {
        *p++ = '\\';
        *p++ = 'u';
        for (int shift = 12; shift >= 0; shift -= 4)
            *p++ = (uint8_t)hex[halves[i] >> shift & 15];
    }
    return p;
}

/* Writes at least s..stop (a sequence that begins before `stop` in full, reading up to `end`); returns where it ended. */
static inline const uint8_t *put_block(uint8_t **dst, const uint8_t *s, const uint8_t *stop,
                                       const uint8_t *end, bool escape_pairs)
{
    uint8_t *p = *dst;

    while (s < stop) {
        size_t plain = copy_plain(p, s, stop);
        int n;

        s += plain;
        p += plain;
        if (s >= stop)
            break;
        if (*s < 0x80) {
            p = put_escape(p, *s, byte_class[*s]);
            s++;
            continue;
        }
        for (; s < stop && *s >= 0x80; s += n < 0 ? -n : n) { /* scripts beyond ASCII come in runs */
            n = kc_utf8_sequence(s, end);
            if (n < 0) {
                p = kc_put_literal(p, "\xef\xbf\xbd");
                continue;
            }
            if (n == 4 && escape_pairs) {
                p = put_pair(p, s);
                continue;
            }
            for (int i = 0; i < n; i++)
                p[i] = s[i];
            p += n;
        }
    }
    *dst = p;
    return s;
}

static inline bool put_text(struct kc_out *o, const char *text, size_t n, bool escape_pairs)
{
    const uint8_t *s = (const uint8_t *)text, *end = s + n;

    if (!kc_out_room(o, 2))
        return false;
    *o->cur++ = '"';
    while (s < end) {
        size_t block = (size_t)(end - s) < BLOCK_BYTES ? (size_t)(end - s) : BLOCK_BYTES;

        if (!kc_out_room(o, (block + 4) * WORST_FACTOR + 2))
            return false;
        s = put_block(&o->cur, s, s + block, end, escape_pairs);
    }
    *o->cur++ = '"'; /* room for it was reserved with the last block */
    return true;
}

bool kc_json_text(struct kc_out *o, const char *text, size_t n)
{
    return put_text(o, text, n, false);
}

bool kc_json_java_text(struct kc_out *o, const char *text, size_t n)
{
    return put_text(o, text, n, true);
}
