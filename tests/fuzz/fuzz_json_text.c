/* Any bytes become one valid JSON string: quoted, nothing raw that JSON reserves, valid UTF-8, and text that was valid
 * before reads back the same. */
#include "json_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

/* Length of the valid UTF-8 sequence at s, 0: none. Written apart from the code under test, by decoding. */
static size_t valid_sequence(const uint8_t *s, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80         ? 1
                    : (s[0] >> 5) == 6  ? 2
                    : (s[0] >> 4) == 14 ? 3
                    : (s[0] >> 3) == 30 ? 4
                                        : 0;
    uint32_t point = length == 1 ? s[0] : s[0] & (0x7fu >> length);

    if (length == 0 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (s[i] & 0x3f);
    }
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) || (length > 1 && point < least[length]))
        return 0;
    return length;
}

/* Length of the longest start of s that some sequence begins with, at least 1: Unicode's maximal part. */
static size_t broken_part(const uint8_t *s, size_t n)
{
    for (size_t length = n < 3 ? n : 3; length > 1; length--) {
        uint8_t whole[4] = {s[0], s[1], length > 2 ? s[2] : 0x80, 0x80};

        if (valid_sequence(whole, 4) > length)
            return length;
    }
    return 1;
}

static size_t unescape(const uint8_t *s, uint8_t *out)
{
    static const char letters[] = "\"\\bfnrt", bytes[] = "\"\\\b\f\n\r\t";
    const char *found;

    if (s[1] == 'u') {
        char hex[5] = {(char)s[2], (char)s[3], (char)s[4], (char)s[5], 0};
        unsigned long point = strtoul(hex, NULL, 16);

        REQUIRE(point < 0x20);
        *out = (uint8_t)point;
        return 6;
    }
    found = s[1] != 0 ? strchr(letters, s[1]) : NULL;
    REQUIRE(found != NULL);
    *out = (uint8_t)bytes[found - letters];
    return 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kc_bytes bytes;
    uint64_t at = 1, in = 0;
    struct kc_out o;

    kc_heap_bytes_init(&bytes);
    kc_out_begin(&o, &bytes);
    REQUIRE(kc_json_text(&o, (const char *)data, size));
    kc_out_end(&o);
    REQUIRE(bytes.len >= 2 && bytes.data[0] == '"' && bytes.data[bytes.len - 1] == '"');
    while (at < bytes.len - 1) {
        uint8_t plain[4];
        size_t used, n = 1;

        REQUIRE(bytes.data[at] >= 0x20 && bytes.data[at] != '"');
        if (bytes.data[at] == '\\') {
            used = unescape(bytes.data + at, plain);
        } else {
            used = n = valid_sequence(bytes.data + at, bytes.len - 1 - at);
            REQUIRE(n > 0);
            memcpy(plain, bytes.data + at, n);
        }
        at += used;
        if (in < size && valid_sequence(data + in, size - in) > 0) {
            REQUIRE(n <= size - in && memcmp(plain, data + in, n) == 0);
            in += n;
        } else {
            REQUIRE(n == 3 && memcmp(plain, "\xef\xbf\xbd", 3) == 0 && in < size);
            in += broken_part(data + in, size - in);
        }
    }
    REQUIRE(at == bytes.len - 1);
    kc_heap_bytes_free(&bytes);
    return 0;
}
