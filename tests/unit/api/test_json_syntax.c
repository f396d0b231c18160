/* The strict check that decides whether bytes are shown as JSON; and how other bytes are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_syntax.h"
#include "message_write.h"

static void valid_values_pass(void **state)
{
    static const char *const valid[] = {"{}",
                                        "[]",
                                        " [ ] ",
                                        "0",
                                        "-0",
                                        "-0.5e+10",
                                        "12345678901234567890123",
                                        "1E5",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                        "\"\xc3\xa4\xf0\x9f\x98\x80\"",
                                        "[1,[2,{\"a\":[]}],{}]",
                                        "{\"a\":{\"b\":null},\"a\":1}",
                                        "\t\r\n{\"a\" : [ 1 , 2 ] }\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++)
        assert_true(kc_json_syntax(valid[i], strlen(valid[i])));
}

static void anything_else_does_not(void **state)
{
    static const char *const invalid[] = {"",
                                          " ",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          "[1,]",
                                          "[,1]",
                                          "{,}",
                                          "{\"a\"}",
                                          "{\"a\":}",
                                          "{\"a\":1,}",
                                          "{a:1}",
                                          "{'a':1}",
                                          "01",
                                          "-",
                                          "+1",
                                          ".5",
                                          "1.",
                                          "1e",
                                          "1e+",
                                          "NaN",
                                          "Infinity",
                                          "tru",
                                          "truex",
                                          "nul",
                                          "\"",
                                          "\"\\x\"",
                                          "\"\\u12g4\"",
                                          "\"\\u123\"",
                                          "\"\n\"",
                                          "\"\x01\"",
                                          "\"\xff\"",
                                          "\"\xc0\x80\"",
                                          "\"\xed\xa0\x80\"",
                                          "\"\xf5\x80\x80\x80\"",
                                          "\"\xc3\"",
                                          "1 2",
                                          "{} x",
                                          "[1}",
                                          "{\"a\":1]",
                                          "[1 2]",
                                          "\xef\xbb\xbf{}",
                                          "// c\n1",
                                          "[1]]",
                                          "\"\\",
                                          "{1:2}",
                                          "[\"a\":1]"};

    (void)state;
    for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++)
        assert_false(kc_json_syntax(invalid[i], strlen(invalid[i])));
    assert_false(kc_json_syntax("1\0", 2));
    assert_false(kc_json_syntax("\"\0\"", 3));
}

static void nesting_is_bounded(void **state)
{
    char text[2 * KC_JSON_SYNTAX_DEPTH + 2];

    (void)state;
    memset(text, '[', KC_JSON_SYNTAX_DEPTH);
    memset(text + KC_JSON_SYNTAX_DEPTH, ']', KC_JSON_SYNTAX_DEPTH);
    assert_true(kc_json_syntax(text, 2 * KC_JSON_SYNTAX_DEPTH));
    memset(text, '[', KC_JSON_SYNTAX_DEPTH + 1);
    memset(text + KC_JSON_SYNTAX_DEPTH + 1, ']', KC_JSON_SYNTAX_DEPTH + 1);
    assert_false(kc_json_syntax(text, sizeof(text)));
}

/* Every prefix of a document is looked at in memory of exactly its size, so that reading on is noticed. */
static void no_prefix_is_valid_and_none_is_read_beyond_its_end(void **state)
{
    static const char text[] = "{\"a\":[1.5e3,true,null,\"x\\u00e4\xf0\x9f\x98\x80\"],\"b\":{}}";

    (void)state;
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        char *part = malloc(n + 1);

        memcpy(part + 1, text, n);
        assert_false(kc_json_syntax(part + 1, n));
        free(part);
    }
    assert_true(kc_json_syntax(text, sizeof(text) - 1));
}

static void shown(const void *bytes, size_t n, bool documents_only, enum kc_encoding encoding,
                  const char *expected)
{
    struct kc_buf b = {0};

    assert_int_equal(kc_write_bytes(&b, bytes, n, documents_only), encoding);
    assert_string_equal(b.data, expected);
    kc_buf_finish(&b);
}

static void bytes_are_shown_as_json_or_text_or_base64(void **state)
{
    static const char big[] = "{\"n\":12345678901234567890.10}";

    (void)state;
    shown(NULL, 0, false, KC_ENCODED_NULL, "null");
    shown("", 0, false, KC_ENCODED_TEXT, "\"\"");
    shown(big, strlen(big), false, KC_ENCODED_JSON, big);
    shown("17", 2, false, KC_ENCODED_JSON, "17");
    shown("17", 2, true, KC_ENCODED_TEXT, "\"17\"");
    shown("[1,2]", 5, true, KC_ENCODED_JSON, "[1,2]");
    shown("say \"hi\"\n", 9, false, KC_ENCODED_TEXT, "\"say \\\"hi\\\"\\n\"");
    shown("\xff", 1, false, KC_ENCODED_BASE64, "\"/w==\"");
    shown("\xff\xfe", 2, false, KC_ENCODED_BASE64, "\"//4=\"");
    shown("\xff\x00\x01", 3, false, KC_ENCODED_BASE64, "\"/wAB\"");
    shown("\xff\x00\x01\x80", 4, true, KC_ENCODED_BASE64, "\"/wABgA==\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_values_pass),
        cmocka_unit_test(anything_else_does_not),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(no_prefix_is_valid_and_none_is_read_beyond_its_end),
        cmocka_unit_test(bytes_are_shown_as_json_or_text_or_base64),
    };

    return cmocka_run_group_tests_name("json_syntax", tests, NULL, NULL);
}
