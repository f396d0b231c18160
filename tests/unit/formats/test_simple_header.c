/* The header converter simple: values as text that says their type, and back. */
#include "converter.h"
#include "simple_converter.h"

#include <stdio.h>
#include <string.h>

#define DATE      "org.apache.kafka.connect.data.Date"
#define TIME      "org.apache.kafka.connect.data.Time"
#define TIMESTAMP "org.apache.kafka.connect.data.Timestamp"

static const char *written(const struct kc_schema *schema, struct kc_value v)
{
    struct converter *c = converter_open(&kc_simple_header_converter, 0, NULL);
    const char *text = header_encoded(c, schema, v);

    converter_close(c);
    return text;
}

static const char *read_text(const char *text)
{
    struct converter *c = converter_open(&kc_simple_header_converter, 0, NULL);
    const char *described = header_decoded(c, text);

    converter_close(c);
    return described;
}

static void values_are_written_as_text(void **state)
{
    const struct kc_value list[] = {v_text("a \"b\\c\""), v_null(), v_bytes("\x01", 1), v_bool(false)},
                          map[] = {v_text("k"), v_real(KC_FLOAT64, 1.5)};
    const struct kc_schema *row = s_struct("r", false, "id", s_plain(KC_INT32, false), "n",
                                           s_default(s_plain(KC_STRING, true), v_text("none")), NULL);
    const struct kc_value fields[] = {v_int(KC_INT32, 5), v_null()};

    (void)state;
    assert_null(written(NULL, v_null()));
    assert_string_equal(written(NULL, v_text("a \"b\" [")), "a \"b\" [");
    assert_string_equal(written(NULL, v_int(KC_INT8, -3)), "-3");
    assert_string_equal(written(NULL, v_real(KC_FLOAT64, 1e10)), "1.0E10");
    assert_string_equal(written(NULL, v_bytes("\x01\x02", 2)), "AQI=");
    assert_string_equal(written(NULL, v_items(KC_ARRAY, list, 4)),
                        "[\"a \\\"b\\\\c\\\"\",null,\"AQ==\",false]");
    assert_string_equal(written(NULL, v_items(KC_MAP, map, 1)), "{\"k\":1.5}");
    assert_string_equal(written(row, v_items(KC_STRUCT, fields, 2)), "{\"id\":5,\"n\":\"none\"}");
    assert_string_equal(written(s_decimal("2", false), v_bytes("\x04\xd2", 2)), "12.34");
}

static void times_are_written_in_utc_by_their_schema(void **state)
{
    (void)state;
    assert_string_equal(written(s_named(KC_INT32, false, DATE, 1), v_int(KC_INT32, 18689)), "2021-03-03");
    assert_string_equal(written(s_named(KC_INT32, false, DATE, 1), v_int(KC_INT32, -719528)), "0000-01-01");
    assert_string_equal(written(s_named(KC_INT32, false, TIME, 1), v_int(KC_INT32, 19270007)),
                        "05:21:10.007Z");
    assert_string_equal(written(s_named(KC_INT64, false, TIMESTAMP, 1), v_int(KC_INT64, -1)),
                        "1969-12-31T23:59:59.999Z");
}

static void a_word_is_read_by_what_it_looks_like(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "string ''"},
        {" ", "string ' '"},
        {"null", "- null"},
        {" true ", "boolean true"},
        {"false", "boolean false"},
        {"True", "string 'True'"},
        {"127", "int8 127b"},
        {"-128", "int8 -128b"},
        {"128", "int16 128s"},
        {"+32768", "int32 32768"},
        {"2147483648", "int64 2147483648l"},
        {"-9223372036854775808", "int64 -9223372036854775808l"},
        {"9223372036854775808",
         "bytes<org.apache.kafka.connect.data.Decimal>v1{scale=0} x008000000000000000"},
        {"1.0", "int8 1b"},
        {"1e3", "int16 1000s"},
        {"1.5", "float 1.5f"},
        {"1e-300", "float 0f"},
        {"1e200", "double 9.9999999999999997e+199d"},
        {"1e400", "string '1e400'"},
        {"0x10", "string '0x10'"},
        {"-", "string '-'"},
        {"1.2.3", "string '1.2.3'"},
        {"-Infinity", "string '-Infinity'"},
        {"12 34", "string '12 34'"},
        {"123,456", "string '123,456'"},
        {"2021-03-03", "int32<" DATE ">v1 18689"},
        {"2021-02-30", "string '2021-02-30'"},
        {"05:21:10.000Z", "int32<" TIME ">v1 19270000"},
        {"2021-03-03T05:21:10.123Z", "int64<" TIMESTAMP ">v1 1614748870123l"},
        {"2021-03-03T05:21:10Z", "string '2021-03-03T05:21:10Z'"},
        {"\"quoted\"", "string '\"quoted\"'"},
        {"plain words", "string 'plain words'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(read_text(cases[i].text), cases[i].want);
    assert_string_equal(read_text(NULL), "- null");
    assert_string_equal(read_text("a\xff"), "string 'a\xef\xbf\xbd'");
}

static void lists_and_maps_get_a_common_type(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"[]", "- []"},
        {"[ ]", "- []"},
        {"[1, 2000, 3]", "array(int16) [1s, 2000s, 3s]"},
        {"[1, 2.5]", "array(float) [1f, 2.5f]"},
        {"[\"a\",\"b \\\"c\\\\\"]", "array(string) ['a', 'b \"c\\']"},
        {"[1,]", "array(int8) [1b]"},
        {"[[1],[2]]", "array(array(int8)) [[1b], [2b]]"},
        {"[1,\"a\"]", "- [1b, 'a']"},
        {"[null,null]", "- [null, null]"},
        {"{}", "- {}"},
        {"{\"a\":1, \"b\" : 300}", "map(string:int16) {'a': 1s, 'b': 300s}"},
        {"{1:true}", "map(int8:boolean) {1b: true}"},
        {"{\"a\":1,\"a\":2}", "map(string:int8) {'a': 2b}"},
        {"{\"a\":null}", "- {'a': null}"},
        {"{\"k\":{\"l\":[1]}}", "map(string:map(string:array(int8))) {'k': {'l': [1b]}}"},
        {"[\"2021-03-03\"]", "array(int32<" DATE ">v1) [18689]"},
        {"[2021-03-03T05:21:10.123Z,2021-03-03T05:21:10.124Z]",
         "array(int64<" TIMESTAMP ">v1) [1614748870123l, 1614748870124l]"},
        {"{\"t\":05:21:10.000Z}", "map(string:int32<" TIME ">v1) {'t': 19270000}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(read_text(cases[i].text), cases[i].want);
}

static void what_is_no_list_after_all_is_a_string(void **state)
{
    static const char *const cases[] = {"[1,2",
                                        "[1 2]",
                                        "[,1]",
                                        "[a]",
                                        "[1] more",
                                        "[\"a]",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{:1}",
                                        "{null:1}",
                                        "[1,null]",
                                        "{\"a\":1,\"b\":null}",
                                        "[1,2021-03-03]",
                                        "{\"a\":1",
                                        "[2021-03-03,05:21:10.000Z]"};
    char want[64];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        (void)snprintf(want, sizeof(want), "string '%s'", cases[i]);
        assert_string_equal(read_text(cases[i]), want);
    }
}

static void depth_and_entries_have_limits(void **state)
{
    static char text[20000];
    struct converter *c = converter_open(&kc_simple_header_converter, 0, NULL);

    (void)state;
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    assert_int_equal(strncmp(header_decoded(c, text), "- [[[", 5), 0);
    memset(text, '[', 1001);
    memset(text + 1001, ']', 1001);
    assert_int_equal(strncmp(header_decoded(c, text), "string '[[[", 11), 0);
    for (int entries = 1000; entries <= 1001; entries++) {
        (void)strcpy(text, "{");
        for (int i = 0; i < entries; i++)
            (void)snprintf(text + strlen(text), 16, "%s%d:1", i > 0 ? "," : "", i);
        (void)strcat(text, "}");
        assert_int_equal(strncmp(header_decoded(c, text), entries > 1000 ? "string" : "map(int", 6), 0);
    }
    converter_close(c);
}

/* A schema for each of these would never end. */
static void no_more_schemas_are_kept_than_a_thousand(void **state)
{
    struct converter *c = converter_open(&kc_simple_header_converter, 0, NULL);
    static char text[6000];

    (void)state;
    memset(text, 0, sizeof(text));
    for (int depth = 900; depth <= 990; depth += 90) {
        char *at = text;

        for (int i = 0; i < depth; i++)
            *at++ = '[';
        at += sprintf(at, depth > 900 ? "\"x\"" : "1");
        for (int i = 0; i < depth; i++)
            *at++ = ']';
        *at = 0;
        assert_int_equal(strncmp(header_decoded(c, text), depth > 900 ? "string '[[" : "array(array", 10), 0);
    }
    assert_string_equal(header_decoded(c, "1.5"), "float 1.5f");
    converter_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(values_are_written_as_text, converter_free_all),
        cmocka_unit_test_teardown(times_are_written_in_utc_by_their_schema, converter_free_all),
        cmocka_unit_test_teardown(a_word_is_read_by_what_it_looks_like, converter_free_all),
        cmocka_unit_test_teardown(lists_and_maps_get_a_common_type, converter_free_all),
        cmocka_unit_test_teardown(what_is_no_list_after_all_is_a_string, converter_free_all),
        cmocka_unit_test_teardown(depth_and_entries_have_limits, converter_free_all),
        cmocka_unit_test_teardown(no_more_schemas_are_kept_than_a_thousand, converter_free_all),
    };

    return cmocka_run_group_tests_name("simple_header", tests, NULL, NULL);
}
