/* test_buf.c - worker/base/buf.c */
#include <stdlib.h>
#include <string.h>

#include "../cm.h"
#include "base/buf.h"

static void assert_json(const char *in, size_t n, const char *expected)
{
    struct kc_buf b = {0};

    kc_buf_json(&b, in, n);
    assert_false(b.failed);
    assert_string_equal(b.data, expected);
    kc_buf_finish(&b);
}

static void text_is_escaped_as_json_asks(void **state)
{
    (void)state;
    assert_json("", 0, "\"\"");
    assert_json("plain", 5, "\"plain\"");
    assert_json("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    assert_json("\n\r\t\x01", 4, "\"\\n\\r\\t\\u0001\"");
    assert_json("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", 11, "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
}

static void bytes_that_are_no_utf8_become_replacement_characters(void **state)
{
    (void)state;
    assert_json("a\xff"
                "b",
                3,
                "\"a\xef\xbf\xbd"
                "b\"");
    assert_json("\xc3", 1, "\"\xef\xbf\xbd\"");                                 /* cut short */
    assert_json("\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");                 /* overlong NUL */
    assert_json("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* a surrogate */
}

static void a_buffer_grows_and_keeps_its_text(void **state)
{
    struct kc_buf b = {0};
    char *text;

    (void)state;
    for (int i = 0; i < 1000; i++)
        kc_buf_printf(&b, "%03d,", i);
    assert_int_equal(b.len, 4000);
    assert_memory_equal(b.data + 3996, "999,", 4);
    text = kc_buf_take(&b);
    assert_int_equal(strlen(text), 4000);
    assert_null(b.data);
    free(text);
}

static void an_empty_buffer_hands_over_an_empty_text(void **state)
{
    struct kc_buf b = {0};
    char *text = kc_buf_take(&b);

    (void)state;
    assert_string_equal(text, "");
    free(text);
}

static void a_size_that_overflows_marks_the_buffer_as_failed(void **state)
{
    struct kc_buf b = {0};

    (void)state;
    kc_buf_str(&b, "x");
    kc_buf_add(&b, "y", SIZE_MAX);
    assert_true(b.failed);
    kc_buf_str(&b, "ignored");
    assert_null(kc_buf_take(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_as_json_asks),
        cmocka_unit_test(bytes_that_are_no_utf8_become_replacement_characters),
        cmocka_unit_test(a_buffer_grows_and_keeps_its_text),
        cmocka_unit_test(an_empty_buffer_hands_over_an_empty_text),
        cmocka_unit_test(a_size_that_overflows_marks_the_buffer_as_failed),
    };

    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
