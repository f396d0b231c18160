/* test_properties_file.c - the syntax of java.util.Properties, in UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "base/error.h"
#include "base/props.h"
#include "config/properties_file.h"

static kc_status keep(void *arg, int line, const char *key, const char *value, struct kc_error *err)
{
    char text[256];

    (void)err;
    (void)snprintf(text, sizeof(text), "%d:%s", line, value);
    return kc_props_set(arg, key, text);
}

static struct kc_props *parse(const char *text)
{
    struct kc_props *p = kc_props_create();
    struct kc_error err = KC_ERROR_INIT;

    assert_int_equal(kc_properties_parse(text, strlen(text), keep, p, &err), KC_OK);
    return p;
}

static void keys_end_at_equals_colon_or_blank(void **state)
{
    struct kc_props *p = parse("a=1\nb : 2\nc 3\nd\t=\t4 \ne=\nf\ng==x\n  h = y=z:w\n");

    (void)state;
    assert_string_equal(kc_props_get(p, "a"), "1:1");
    assert_string_equal(kc_props_get(p, "b"), "2:2");
    assert_string_equal(kc_props_get(p, "c"), "3:3");
    assert_string_equal(kc_props_get(p, "d"), "4:4 ");
    assert_string_equal(kc_props_get(p, "e"), "5:");
    assert_string_equal(kc_props_get(p, "f"), "6:");
    assert_string_equal(kc_props_get(p, "g"), "7:=x");
    assert_string_equal(kc_props_get(p, "h"), "8:y=z:w");
    assert_int_equal(kc_props_count(p), 8);
    kc_props_destroy(p);
}

static void comments_and_empty_lines_do_not_count(void **state)
{
    struct kc_props *p = parse("# a=1\n  ! b=2\n\n \t \r\nc=3 # no comment\r\n#\\\nd=4");

    (void)state;
    assert_int_equal(kc_props_count(p), 2);
    assert_string_equal(kc_props_get(p, "c"), "5:3 # no comment");
    assert_string_equal(kc_props_get(p, "d"), "7:4");
    kc_props_destroy(p);
}

static void a_backslash_continues_the_line(void **state)
{
    struct kc_props *p = parse("list=a,\\\n     b,\\\r\n\tc\nnext=even\\\\\nlast=1\\");

    (void)state;
    assert_string_equal(kc_props_get(p, "list"), "1:a,b,c");
    assert_string_equal(kc_props_get(p, "next"), "4:even\\");
    assert_string_equal(kc_props_get(p, "last"), "5:1");
    kc_props_destroy(p);
}

static void escapes_become_characters(void **state)
{
    struct kc_props *p =
        parse("a\\=b\\:c\\ d=\\t\\n\\r\\f\\q\\\\\nu=\\u00e9\\u20AC\\uD83D\\uDE00\nutf8=\xc3\xa9\n");

    (void)state;
    assert_string_equal(kc_props_get(p, "a=b:c d"), "1:\t\n\r\fq\\");
    assert_string_equal(kc_props_get(p, "u"), "2:\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_string_equal(kc_props_get(p, "utf8"), "3:\xc3\xa9");
    kc_props_destroy(p);
}

static void a_byte_order_mark_is_skipped(void **state)
{
    struct kc_props *p = parse("\xef\xbb\xbf"
                               "a=1");

    (void)state;
    assert_string_equal(kc_props_get(p, "a"), "1:1");
    kc_props_destroy(p);
}

static void a_bad_escape_names_its_line(void **state)
{
    static const char *const bad[] = {"a=1\nb=\\u12", "a=1\nb=\\u12G4", "a=1\nb=\\uD83Dx", "a=1\nb=\\uDE00",
                                      "a=1\nb=\\u0000"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_props *p = kc_props_create();
        struct kc_error err = KC_ERROR_INIT;

        assert_int_equal(kc_properties_parse(bad[i], strlen(bad[i]), keep, p, &err), KC_ERR_CONFIG);
        assert_non_null(strstr(err.message, "line 2"));
        kc_props_destroy(p);
    }
}

static void a_zero_byte_is_refused(void **state)
{
    struct kc_props *p = kc_props_create();
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    assert_int_equal(kc_properties_parse("a=b\0c", 5, keep, p, &err), KC_ERR_CONFIG);
    kc_props_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_end_at_equals_colon_or_blank),
        cmocka_unit_test(comments_and_empty_lines_do_not_count),
        cmocka_unit_test(a_backslash_continues_the_line),
        cmocka_unit_test(escapes_become_characters),
        cmocka_unit_test(a_byte_order_mark_is_skipped),
        cmocka_unit_test(a_bad_escape_names_its_line),
        cmocka_unit_test(a_zero_byte_is_refused),
    };

    return cmocka_run_group_tests_name("properties_file", tests, NULL, NULL);
}
