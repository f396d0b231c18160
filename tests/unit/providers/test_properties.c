/* test_properties.c - .properties text as Java reads it. */
#include "../cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kconnect/sdk.h>

#include "properties.h"

const struct kc_host *kc_host;

/* "[key|value]" of each pair. */
static void note(void *arg, struct kc_str key, struct kc_str value)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 1024 - at, "[%.*s|%.*s]", (int)key.len, key.ptr, (int)value.len, value.ptr);
}

static const struct {
    const char *text, *pairs;
} cases[] = {
    {"", ""},
    {"\n\r\n \t\f\r", ""},
    {"a=b", "[a|b]"},
    {"a=b\n", "[a|b]"},
    {"a=b\rc:d\r\ne f\n", "[a|b][c|d][e|f]"},
    {"  a \t=\f  b c  ", "[a|b c  ]"},
    {"a==b", "[a|=b]"},
    {"a:=b", "[a|=b]"},
    {"a = : b", "[a|: b]"},
    {"a", "[a|]"},
    {"a =", "[a|]"},
    {"=b", "[|b]"},
    {"#a=b\n!c=d\n  # e=f\ng=#h", "[g|#h]"},
    {"# a \\\nb=c", "[b|c]"},
    {"a\\ b\\=c\\:d=e", "[a b=c:d|e]"},
    {"a=b\\\n   c\\\r\n\td", "[a|bcd]"},
    {"a=b\\\\\nc=d", "[a|b\\][c|d]"},
    {"a=b\\\\\\\nc", "[a|b\\c]"},
    {"a=b\\\n\nc=d", "[a|b][c|d]"},
    {"a=b\\\n#c", "[a|b#c]"},
    {"\\\n  a=b", "[a|b]"},
    {"\\\n# no\na=b", "[a|b]"},
    {"a=b\\", "[a|b]"},
    {"a=b\\\n", "[a|b]"},
    {"a=\\t\\n\\r\\f\\q\\\"\\\\", "[a|\t\n\r\fq\"\\]"},
    {"a=\\u0041\\u00e9\\u20ac\\uD83D\\uDE00", "[a|A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80]"},
    {"\\u0061\\u003d=b", "[a=|b]"},
    {"a=\\\\u0041", "[a|\\u0041]"},
    {"a=\xc3\xa9\\\xc3\xa9", "[a|\xc3\xa9\xc3\xa9]"},
    {"\xef\xbb\xbf"
     "a=b",
     "[a|b]"},
    {"a=1\na=2", "[a|1][a|2]"},
    {"password = p#ss!w\\:rd=\\ ", "[password|p#ss!w:rd= ]"},
};

static void text_is_read_as_java_reads_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kc_error err = {.struct_size = sizeof(err)};
        char pairs[1024] = "";

        assert_int_equal(kc_properties_each(cases[i].text, strlen(cases[i].text), note, pairs, &err), KC_OK);
        assert_string_equal(pairs, cases[i].pairs);
    }
}

static void a_bad_escape_is_named_by_its_line_alone(void **state)
{
    static const char *const bad[] = {"\\u12", "\\u12x4", "\\uD83D", "\\uD83Dx", "\\uDE00", "\\uD83D\\u0041"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct kc_error err = {.struct_size = sizeof(err)};
        char text[64], pairs[1024] = "";

        (void)snprintf(text, sizeof(text), "a=b\\\nc\n\nsecret=%s", bad[i]);
        assert_int_equal(kc_properties_each(text, strlen(text), note, pairs, &err), KC_ERR_CONFIG);
        assert_non_null(strstr(err.message, "line 4 "));
        assert_null(strstr(err.message, "secret"));
        assert_string_equal(pairs, "[a|bc]");
    }
}

/* Every beginning of a text is a text: nothing is read beyond its end. */
static void a_text_may_end_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t n = 0; n < strlen(cases[i].text); n++) {
            struct kc_error err = {.struct_size = sizeof(err)};
            char pairs[1024] = "", *cut = strndup(cases[i].text, n);

            (void)kc_properties_each(cut, n, note, pairs, &err);
            free(cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_read_as_java_reads_it),
        cmocka_unit_test(a_bad_escape_is_named_by_its_line_alone),
        cmocka_unit_test(a_text_may_end_anywhere),
    };

    return cmocka_run_group_tests_name("properties", tests, NULL, NULL);
}
