/* Character sets: samples of each way to read them. Integration tests compare every character with the servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "charset.h"
#include "fake_host.h"

#include <string.h>

static struct kc_arena arena;

static void assert_shows(const char *charset, const char *bytes, size_t len, const char *utf8)
{
    struct kc_value v = {0};
    enum kc_charset which = kc_charset_by_name(charset);

    assert_int_not_equal(which, KC_CHARSET_UNKNOWN);
    assert_true(kc_charset_to_utf8(which, (const uint8_t *)bytes, (uint32_t)len, &arena, &v));
    if (v.len != strlen(utf8) || memcmp(v.as.str, utf8, v.len) != 0)
        fail_msg("%s: \"%.*s\" is not \"%s\"", charset, (int)v.len, v.as.str, utf8);
    fake_arena_reset(&arena);
}

#define ASSERT_SHOWS(charset, bytes, utf8) assert_shows(charset, bytes, sizeof(bytes) - 1, utf8)

static void one_byte_is_looked_up(void **state)
{
    (void)state;
    ASSERT_SHOWS("latin1", "a\x80\x81z", "a€\xc2\x81z");
    ASSERT_SHOWS("ascii", "a\x80z", "a?z");
    ASSERT_SHOWS("cp1251", "\xcf\xf0\xe8\xe2\xe5\xf2, 1", "Привет, 1");
    ASSERT_SHOWS("koi8r", "\xf0\xd2\xc9", "При");
    ASSERT_SHOWS("hebrew", "\xf9\xec\xa1", "של?");
    ASSERT_SHOWS("swe7", "[@] 1", "ÄÉÅ 1");
    ASSERT_SHOWS("tis620", "\xa1\xa0", "ก\xef\xbf\xbd");
}

static void two_bytes_and_more_are_looked_up(void **state)
{
    (void)state;
    ASSERT_SHOWS("gbk", "a\xc4\xe3\xba\xc3", "a你好");
    ASSERT_SHOWS("gb2312", "\xa1\xa4\xa2\xa1", "・?");
    ASSERT_SHOWS("gbk", "\xa1\xa4\xa2\xa1", "·ⅰ");
    ASSERT_SHOWS("gb18030", "\xa8\xbc\x81\x30\x81\x30\x94\x39\xfc\x36", "ḿ\xc2\x80😀");
    ASSERT_SHOWS("big5", "\xa7\x41\xa6\x6e", "你好");
    ASSERT_SHOWS("euckr", "\xbe\xc8\xb3\xe7", "안녕");
    ASSERT_SHOWS("sjis", "\x83\x65\xb1\x81\x5f\x81\x60\x87\x40", "テｱ\\〜?");
    ASSERT_SHOWS("cp932", "\x83\x65\xb1\x81\x5f\x81\x60\x87\x40", "テｱ＼～①");
    ASSERT_SHOWS("ujis", "\xa5\xc6\x8e\xb1\x8f\xa2\xb7", "テｱ~");
    ASSERT_SHOWS("eucjpms", "\xa5\xc6\x8e\xb1\x8f\xa2\xb7", "テｱ～");
}

static void units_become_code_points(void **state)
{
    (void)state;
    ASSERT_SHOWS("ucs2", "\0a\x20\xac", "a€");
    ASSERT_SHOWS("ucs2", "\xd8\x3d", "\xed\xa0\xbd");
    ASSERT_SHOWS("utf16", "\0a\xd8\x3d\xde\0", "a😀");
    ASSERT_SHOWS("utf16le", "a\0\x3d\xd8\0\xde", "a😀");
    ASSERT_SHOWS("utf32", "\0\0\0a\0\x01\xf6\0", "a😀");
}

static void what_is_cut_short_stays_inside(void **state)
{
    static const char bytes[] = "\x8f\xa2\xb7\x81\x30\x81\x30\xd8\x3d\xde\x00\xff";

    (void)state;
    for (int charset = KC_CHARSET_ARMSCII8; charset < KC_CHARSET_COUNT; charset++)
        for (size_t from = 0; from < sizeof(bytes); from++)
            for (size_t len = 0; from + len < sizeof(bytes); len++) {
                struct kc_value v = {0};

                assert_true(kc_charset_to_utf8((enum kc_charset)charset, (const uint8_t *)bytes + from,
                                               (uint32_t)len, &arena, &v));
                assert_true(v.len <= 3 * len);
            }
    fake_arena_reset(&arena);
}

static void collations_have_the_servers_numbers(void **state)
{
    (void)state;
    assert_int_equal(kc_charset_by_collation(0), KC_CHARSET_UNKNOWN);
    assert_int_equal(kc_charset_by_collation(1), KC_CHARSET_BIG5);
    assert_int_equal(kc_charset_by_collation(8), KC_CHARSET_LATIN1);
    assert_int_equal(kc_charset_by_collation(17), KC_CHARSET_UNKNOWN);
    assert_int_equal(kc_charset_by_collation(63), KC_CHARSET_BINARY);
    assert_int_equal(kc_charset_by_collation(98), KC_CHARSET_EUCJPMS);
    assert_int_equal(kc_charset_by_collation(101), KC_CHARSET_UTF16);
    assert_int_equal(kc_charset_by_collation(249), KC_CHARSET_GB18030);
    assert_int_equal(kc_charset_by_collation(255), KC_CHARSET_UTF8);
    assert_int_equal(kc_charset_by_collation(1025), KC_CHARSET_BIG5);
    assert_int_equal(kc_charset_by_collation(1125), KC_CHARSET_UTF16);
    assert_int_equal(kc_charset_by_collation(2304), KC_CHARSET_UTF8);
    assert_int_equal(kc_charset_by_collation(3271), KC_CHARSET_UTF32);
    assert_int_equal(kc_charset_by_collation(65535), KC_CHARSET_UNKNOWN);
    assert_int_equal(kc_charset_by_name("filename"), KC_CHARSET_UNKNOWN);
    assert_int_equal(kc_charset_by_name("utf8"), KC_CHARSET_UTF8);
    assert_int_equal(kc_charset_by_name(NULL), KC_CHARSET_BINARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_byte_is_looked_up),
        cmocka_unit_test(two_bytes_and_more_are_looked_up),
        cmocka_unit_test(units_become_code_points),
        cmocka_unit_test(what_is_cut_short_stays_inside),
        cmocka_unit_test(collations_have_the_servers_numbers),
    };

    arena = fake_arena();
    return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
