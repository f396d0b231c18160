/* JSON strings: escaping, and bytes that are no UTF-8. */
#include "json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *quoted(const char *text, size_t n)
{
    static struct kc_bytes bytes;
    char *exact = malloc(n > 0 ? n : 1); /* of exactly that size, so that a read past the end is seen */
    struct kc_out o;

    kc_heap_bytes_free(&bytes);
    kc_out_begin(&o, &bytes);
    memcpy(exact, text, n);
    assert_true(kc_json_text(&o, exact, n));
    free(exact);
    assert_true(kc_out_put(&o, "", 1));
    return (const char *)bytes.data;
}

static void what_json_reserves_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(quoted("", 0), "\"\"");
    assert_string_equal(quoted("plain / text", 12), "\"plain / text\"");
    assert_string_equal(quoted("\"\\\b\t\n\f\r", 7), "\"\\\"\\\\\\b\\t\\n\\f\\r\"");
    assert_string_equal(quoted("a\0b\x1f\x7f", 5), "\"a\\u0000b\\u001F\x7f\"");
}

static void every_byte_is_found_at_every_place_of_a_block(void **state)
{
    char line[70], expected[140];

    (void)state;
    for (size_t n = 1; n < sizeof(line); n++)
        for (size_t at = 0; at < n; at++) {
            memset(line, 'a', n);
            line[at] = '"';
            memset(expected, 'a', sizeof(expected));
            expected[0] = '"';
            memcpy(expected + 1 + at, "\\\"", 2);
            memcpy(expected + n + 2, "\"", 2);
            assert_string_equal(quoted(line, n), expected);
        }
}

static void utf8_of_every_length_is_copied(void **state)
{
    const char *s =
        "caf\xc3\xa9 \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80 \xef\xbf\xbf \xf4\x8f\xbf\xbf \xed\x9f\xbf";
    char expected[80];

    (void)state;
    (void)snprintf(expected, sizeof(expected), "\"%s\"", s);
    assert_string_equal(quoted(s, strlen(s)), expected);
}

static void bytes_that_are_no_utf8_become_the_replacement_character(void **state)
{
#define R "\xef\xbf\xbd"
    (void)state;
    assert_string_equal(quoted("\x80", 1), "\"" R "\"");
    assert_string_equal(quoted("a\xff z", 4), "\"a" R " z\"");
    assert_string_equal(quoted("\xc0\xaf", 2), "\"" R R "\"");             /* overlong */
    assert_string_equal(quoted("\xe0\x9f\xbf", 3), "\"" R R R "\"");       /* overlong */
    assert_string_equal(quoted("\xed\xa0\x80", 3), "\"" R R R "\"");       /* a surrogate */
    assert_string_equal(quoted("\xf4\x90\x80\x80", 4), "\"" R R R R "\""); /* above U+10FFFF */
    assert_string_equal(quoted("\xe4\xb8", 2), "\"" R "\"");               /* cut short */
    assert_string_equal(quoted("\xe4\xb8\"", 3), "\"" R "\\\"\"");
    assert_string_equal(quoted("\xf0\x9f\x98x", 4), "\"" R "x\"");
    assert_string_equal(quoted("\xc3\xe4\xb8\xad", 4), "\"" R "\xe4\xb8\xad\"");
}

static void a_sequence_across_two_blocks_stays_whole(void **state)
{
    char text[2048], expected[2060];

    (void)state;
    for (size_t at = 505; at < 520; at++) {
        memset(text, 'a', sizeof(text));
        memcpy(text + at, "\xf0\x9f\x98\x80", 4);
        expected[0] = '"';
        memcpy(expected + 1, text, sizeof(text));
        memcpy(expected + 1 + sizeof(text), "\"", 2);
        assert_string_equal(quoted(text, sizeof(text)), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_json_reserves_is_escaped),
        cmocka_unit_test(every_byte_is_found_at_every_place_of_a_block),
        cmocka_unit_test(utf8_of_every_length_is_copied),
        cmocka_unit_test(bytes_that_are_no_utf8_become_the_replacement_character),
        cmocka_unit_test(a_sequence_across_two_blocks_stays_whole),
    };
    int failed = cmocka_run_group_tests_name("json_text", tests, NULL, NULL);

    return failed;
}
