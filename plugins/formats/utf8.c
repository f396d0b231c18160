#include "utf8.h"

enum { REPLACEMENT_BYTES = 3 };

/* Bytes before the first that is ill-formed. */
static size_t good_bytes(const uint8_t *s, size_t n)
{
    const uint8_t *p = s, *end = s + n;

    while (p < end) {
        uint64_t eight;
        int len;

        if (end - p >= 8) {
            memcpy(&eight, p, sizeof(eight));
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                p += 8;
                continue;
            }
        }
        if (*p < 0x80) {
            p++;
            continue;
        }
        len = kc_utf8_sequence(p, end);
        if (len < 0)
            break;
        p += len;
    }
    return (size_t)(p - s);
}

bool kc_utf8_valid(const uint8_t *s, size_t n)
{
    return good_bytes(s, n) == n;
}

size_t kc_utf8_repaired_len(const uint8_t *s, size_t n)
{
    size_t len = 0;

    while (n > 0) {
        size_t good = good_bytes(s, n), bad;

        len += good;
        if (good == n)
            break;
        bad = (size_t)-kc_utf8_sequence(s + good, s + n);
        len += REPLACEMENT_BYTES;
        s += good + bad;
        n -= good + bad;
    }
    return len;
}

uint8_t *kc_utf8_repair(uint8_t *dst, const uint8_t *s, size_t n)
{
    while (n > 0) {
        size_t good = good_bytes(s, n), bad;

        memcpy(dst, s, good);
        dst += good;
        if (good == n)
            break;
        bad = (size_t)-kc_utf8_sequence(s + good, s + n);
        memcpy(dst, "\xef\xbf\xbd", REPLACEMENT_BYTES);
        dst += REPLACEMENT_BYTES;
        s += good + bad;
        n -= good + bad;
    }
    return dst;
}

bool kc_utf8_put(struct kc_out *o, const uint8_t *s, size_t n)
{
    if (kc_utf8_valid(s, n))
        return n == 0 || kc_out_put(o, s, n);
    if (!kc_out_room(o, kc_utf8_repaired_len(s, n)))
        return false;
    o->cur = kc_utf8_repair(o->cur, s, n);
    return true;
}
