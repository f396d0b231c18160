/* test_line_text.c - plugins/file/line_text.c, java_number.c: values as Java's toString() writes them. */
#include <math.h>
#include <string.h>

#include "../cm.h"
#include "java_number.h"
#include "line_text.h"

#define TEXT(s)                                                                                              \
    {                                                                                                        \
        .type = KC_STRING, .len = sizeof(s) - 1, .as.str = (s)                                               \
    }
#define INT(n)                                                                                               \
    {                                                                                                        \
        .type = KC_INT64, .as.i64 = (n)                                                                      \
    }

static void is_written(const struct kc_schema *schema, const struct kc_value *v, const char *wanted)
{
    struct kc_line line = {0};

    assert_true(kc_line_value(&line, schema, v));
    kc_line_put(&line, "", 1);
    assert_string_equal(line.data, wanted);
    kc_line_finish(&line);
}

static void numbers_look_as_in_java(void **state)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.001, "0.001"},
        {0.00012, "1.2E-4"},
        {1234567.0, "1234567.0"},
        {1e7, "1.0E7"},
        {12345678.5, "1.23456785E7"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {100.25, "100.25"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {9007199254740993.0, "9.007199254740992E15"},
        {(double)INFINITY, "Infinity"},
        {-(double)INFINITY, "-Infinity"},
        {(double)NAN, "NaN"},
        {123456.0, "123456.0"},
        {0.05, "0.05"},
        {1000000.0, "1000000.0"},
    };
    char text[KC_JAVA_NUMBER_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(kc_java_double(cases[i].v, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
    (void)kc_java_float(0.1f, text);
    assert_string_equal(text, "0.1");
    (void)kc_java_float(16777216.0f, text);
    assert_string_equal(text, "1.6777216E7");
}

static void plain_values_are_written_as_they_are(void **state)
{
    static const struct kc_value text = TEXT("a\nb"), number = INT(-7), none = {.type = KC_NULL},
                                 yes = {.type = KC_BOOLEAN, .as.i64 = 1},
                                 large = {.type = KC_UINT64, .as.u64 = UINT64_MAX},
                                 single = {.type = KC_FLOAT32, .as.f64 = 0.5};

    (void)state;
    is_written(NULL, &text, "a\nb");
    is_written(NULL, &number, "-7");
    is_written(NULL, &none, "null");
    is_written(NULL, &yes, "true");
    is_written(NULL, &large, "18446744073709551615");
    is_written(NULL, &single, "0.5");
}

static void what_has_parts_is_written_with_them(void **state)
{
    static const struct kc_schema leaf = {.struct_size = sizeof(leaf), .type = KC_INT64};
    static const struct kc_field fields[] = {
        {{"a", 1, 0}, &leaf}, {{"none", 4, 0}, &leaf}, {{"list", 4, 0}, NULL}, {{"map", 3, 0}, NULL}};
    static const struct kc_schema schema = {
        .struct_size = sizeof(schema), .type = KC_STRUCT, .n_fields = 4, .fields = fields};
    static const struct kc_value items[] = {INT(1), TEXT("x"), {.type = KC_NULL}};
    static const struct kc_value pairs[] = {TEXT("k"), INT(1), TEXT("l"), {.type = KC_ARRAY}};
    static const struct kc_value values[] = {INT(5),
                                             {.type = KC_NULL},
                                             {.type = KC_ARRAY, .len = 3, .as.items = items},
                                             {.type = KC_MAP, .len = 2, .as.items = pairs}};
    static const struct kc_value all = {.type = KC_STRUCT, .len = 4, .as.items = values};

    (void)state;
    is_written(&schema, &all, "Struct{a=5,list=[1, x, null],map={k=1, l=[]}}");
}

static void what_is_nested_too_deeply_is_refused(void **state)
{
    struct kc_value nested[KC_LINE_DEPTH + 2];
    struct kc_line line = {0};

    (void)state;
    nested[0] = (struct kc_value)INT(1);
    for (size_t i = 1; i < KC_LINE_DEPTH + 2; i++)
        nested[i] = (struct kc_value){.type = KC_ARRAY, .len = 1, .as.items = &nested[i - 1]};
    assert_true(kc_line_value(&line, NULL, &nested[KC_LINE_DEPTH]));
    assert_false(kc_line_value(&line, NULL, &nested[KC_LINE_DEPTH + 1]));
    kc_line_finish(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_look_as_in_java),
        cmocka_unit_test(plain_values_are_written_as_they_are),
        cmocka_unit_test(what_has_parts_is_written_with_them),
        cmocka_unit_test(what_is_nested_too_deeply_is_refused),
    };

    return cmocka_run_group_tests_name("file/line_text", tests, NULL, NULL);
}
