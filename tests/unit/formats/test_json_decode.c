/* The converter json: messages to typed values. */
#include "converter.h"
#include "json_converter.h"

#include <stdio.h>
#include <string.h>

static const char *const plain[] = {"schemas.enable", "false", NULL};

static const char *read_plain(const char *message)
{
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, plain);
    const char *text = decoded(c, message);

    converter_close(c);
    return text;
}

/* The payload read by a schema: text after "! ", or the value behind the schema. */
static const char *read_as(const char *schema, const char *payload)
{
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, NULL);
    char message[4096];
    const char *text, *value;

    (void)snprintf(message, sizeof(message), "{\"schema\":%s,\"payload\":%s}", schema, payload);
    text = decoded(c, message);
    /* The same once more, by the schema that is known by now: through the other way in. */
    assert_string_equal(decoded(c, message), text);
    converter_close(c);
    value = strrchr(text, ' ');
    return text[0] == '!' ? text : value + 1;
}

static const char *as(const char *type, const char *payload)
{
    char schema[128];

    (void)snprintf(schema, sizeof(schema), "{\"type\":\"%s\",\"optional\":false}", type);
    return read_as(schema, payload);
}

static void plain_json_is_schemaless(void **state)
{
    (void)state;
    assert_string_equal(read_plain("{\"a\":1,\"b\":[true,null,\"x\\u00e4\\ud83d\\ude00\"],\"c\":{}}"),
                        "- {'a': 1l, 'b': [true, null, 'x\xc3\xa4\xf0\x9f\x98\x80'], 'c': {}}");
    assert_string_equal(read_plain(" 1.5 \r\n\t"), "- 1.5d");
    assert_string_equal(read_plain("\xef\xbb\xbf"
                                   "1e2"),
                        "- 100d");
    assert_string_equal(read_plain("-9223372036854775808"), "- -9223372036854775808l");
    assert_string_equal(read_plain("9223372036854775808"), "- 9223372036854775808u");
    assert_string_equal(read_plain("18446744073709551616"), "- 1.8446744073709552e+19d");
    assert_string_equal(read_plain("007"), "- 7l");
    assert_string_equal(read_plain("null"), "- null");
    assert_string_equal(read_plain(""), "- null");
    assert_string_equal(read_plain(NULL), "- null");
    assert_string_equal(read_plain("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "- '\"\\/\b\f\n\r\t'");
    assert_string_equal(read_plain("\"\\ud800x\\udc00\""), "- '\xef\xbf\xbdx\xef\xbf\xbd'");
}

static void of_members_with_one_name_the_last_counts(void **state)
{
    char message[4096] = "{";

    (void)state;
    assert_string_equal(read_plain("{\"a\":1,\"b\":2,\"a\":3}"), "- {'a': 3l, 'b': 2l}");
    for (int i = 0; i < 40; i++)
        (void)snprintf(message + strlen(message), 64, "%s\"k%d\":%d", i > 0 ? "," : "", i % 20, i);
    (void)strcat(message, "}");
    assert_non_null(strstr(read_plain(message), "- {'k0': 20l, 'k1': 21l, "));
    assert_int_equal(decoded_value()->len, 20);
    assert_string_equal(read_as("{\"type\":\"struct\",\"fields\":[{\"type\":\"int8\",\"field\":\"a\"}]}",
                                "{\"a\":1,\"a\":2}"),
                        "(2b)");
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
    static const char *const bad[] = {"{",         "[1,",    "[1 2]",      "{\"a\"}", "{\"a\":}",
                                      "{a:1}",     "nul",    "tru",        "-",       "1.",
                                      "1e",        ".5",     "+1",         "\"abc",   "\"\\x\"",
                                      "\"\\u12\"", "\"\n\"", "1 2",        "[1]]",    "NaN",
                                      "\"\xff\"",  "\"\\",   "{\"a\":1,}", "[,]",     "\"\xed\xa0\x80\""};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (strncmp(read_plain(bad[i]), "! the message is not JSON: ", 27) != 0)
            fail_msg("%s gave %s", bad[i], read_plain(bad[i]));
    assert_string_equal(read_plain("[1 2]"), "! the message is not JSON: a comma or ] is missing at byte 3");
    assert_string_equal(read_plain("\"a\tb\""),
                        "! the message is not JSON: a control character in a string at byte 2");
}

static void a_thousand_levels_are_read_and_no_more(void **state)
{
    static char message[2100];
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, plain);

    (void)state;
    memset(message, '[', 1000);
    memset(message + 1000, ']', 1000);
    assert_int_equal(strlen(decoded(c, message)), 2002);
    memset(message, '[', 1001);
    memset(message + 1001, ']', 1001);
    assert_string_equal(decoded(c, message), "! the message is not JSON: more than 1000 levels at byte 1000");
    memset(message, '1', 1000);
    message[1000] = 0;
    assert_string_equal(decoded(c, message), "- infd");
    message[1000] = '1';
    message[1001] = 0;
    assert_non_null(strstr(decoded(c, message), "more than 1000 characters"));
    converter_close(c);
}

static void values_are_what_their_schema_says(void **state)
{
    (void)state;
    assert_string_equal(as("int8", "-128"), "-128b");
    assert_string_equal(as("int16", "32767"), "32767s");
    assert_string_equal(as("int32", "1.0"), "1");
    assert_string_equal(as("int64", "-9223372036854775808"), "-9223372036854775808l");
    assert_string_equal(as("int64", "1e3"), "1000l");
    assert_string_equal(as("int64", "18446744073709551615"), "-1l");
    assert_string_equal(as("float", "0.1"), "0.10000000149011612f");
    assert_string_equal(as("double", "1"), "1d");
    assert_string_equal(as("double", "\"-Infinity\""), "-infd");
    assert_string_equal(as("boolean", "false"), "false");
    assert_string_equal(as("string", "\"x\""), "'x'");
    assert_string_equal(as("bytes", "\"AQL/\""), "x0102ff");
    assert_string_equal(as("bytes", "\"\""), "x");
    assert_string_equal(as("bytes", "\"AQ==\""), "x01");
    assert_string_equal(read_as("null", "5"), "5l");
}

static void values_that_are_not_are_refused(void **state)
{
    (void)state;
    assert_string_equal(as("int8", "128"), "! 128 is no INT8");
    assert_string_equal(as("int16", "-32769"), "! -32769 is no INT16");
    assert_string_equal(as("int32", "1.5"), "! 1.5 is no INT32");
    assert_string_equal(as("int64", "18446744073709551616"), "! 18446744073709551616 is no INT64");
    assert_string_equal(as("int64", "-9223372036854775809"), "! -9223372036854775809 is no INT64");
    assert_string_equal(as("int32", "\"1\""), "! the schema says INT32, but the message has a string");
    assert_string_equal(as("boolean", "1"), "! the schema says BOOLEAN, but the message has an integer");
    assert_string_equal(as("string", "[]"), "! the schema says STRING, but the message has an array");
    assert_string_equal(as("bytes", "\"AQ=\""),
                        "! the schema says BYTES, but the text in the message is not base64");
    assert_string_equal(as("bytes", "\"A===\""),
                        "! the schema says BYTES, but the text in the message is not base64");
    assert_string_equal(
        as("int8", "null"),
        "! the value is null or missing, but its schema (INT8) is not optional and has no default value");
}

static void structs_and_maps_are_read(void **state)
{
    static const char row[] =
        "{\"type\":\"struct\",\"fields\":[{\"type\":\"int64\",\"field\":\"id\"},"
        "{\"type\":\"string\",\"optional\":true,\"field\":\"s\"},"
        "{\"type\":\"int8\",\"optional\":true,\"default\":5,\"field\":\"d\"}],\"name\":\"r\"}";
    static const char pairs[] =
        "{\"type\":\"map\",\"keys\":{\"type\":\"int8\"},\"values\":{\"type\":\"int8\"}}";
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, NULL);
    char message[1024];

    (void)state;
    (void)snprintf(message, sizeof(message),
                   "{\"payload\": {\"s\":\"x\",\"more\":[1],\"id\":7}, \"schema\": %s}", row);
    assert_string_equal(decoded(c, message), "struct<r>(id int64, s string?, d int8?=5b) (7l, 'x', 5b)");
    converter_close(c);
    assert_string_equal(
        read_as(row, "{\"s\":\"x\"}"),
        "! field id: the value is null or missing, but its schema (INT64) is not optional and has no "
        "default value");
    assert_string_equal(read_as(row, "[]"), "! the schema says STRUCT, but the message has an array");
    assert_non_null(strstr(read_as(pairs, "[[1,2],[3,4]]"), "4b}"));
    assert_string_equal(read_as(pairs, "[[1]]"),
                        "! entry 0 of a map is not an array of two, a key and a value");
    assert_non_null(
        strstr(read_as(pairs, "{}"), "which is an array of pairs, but the message has an object"));
    assert_string_equal(read_as("{\"type\":\"array\",\"items\":{\"type\":\"int8\"}}", "[]"), "[]");
}

static void decimals_are_read_in_both_forms(void **state)
{
    static const char money[] =
        "{\"type\":\"bytes\",\"name\":\"org.apache.kafka.connect.data.Decimal\",\"version\":1,"
        "\"parameters\":{\"scale\":\"2\"}}";
    static const struct {
        const char *json, *want;
    } cases[] = {{"\"BNI=\"", "x04d2"}, {"12.34", "x04d2"}, {"-0.01", "xff"}, {"0", "x00"},
                 {"1.280", "x0080"},    {"-1.28", "x80"},   {"1e1", "x03e8"}, {"0.0000", "x00"},
                 {"-1.29", "xff7f"},    {"2.55", "x00ff"},  {"100e-2", "x64"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(read_as(money, cases[i].json), cases[i].want);
    assert_string_equal(read_as(money, "1.234"),
                        "! 1.234 is no Decimal of scale 2, or has more than 153 digits");
    assert_non_null(strstr(read_as(money, "1e400"), "1e400 is no Decimal"));
    assert_string_equal(read_as(money, "\"\""), "! a Decimal has no bytes");
}

static void what_is_no_envelope_is_refused(void **state)
{
    static const char *const bad[] = {"{}",
                                      "{\"schema\":null}",
                                      "{\"payload\":1}",
                                      "{\"schema\":null,\"payload\":1,\"more\":1}",
                                      "[]",
                                      "1",
                                      "",
                                      "{\"wrong\":null,\"payload\":1}"};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_non_null(strstr(decoded(c, bad[i]), "for plain JSON set schemas.enable=false"));
    assert_string_equal(decoded(c, NULL), "- null");
    converter_close(c);
}

static void a_schema_that_is_none_is_refused(void **state)
{
    (void)state;
    assert_string_equal(read_as("{}", "1"),
                        "! the schema in the message is not an object with the member \"type\"");
    assert_string_equal(read_as("5", "1"),
                        "! the schema in the message is not an object with the member \"type\"");
    assert_string_equal(as("uint64", "1"), "! the schema in the message has the unknown type \"uint64\"");
    assert_non_null(strstr(read_as("{\"type\":\"array\"}", "[]"), "does not say of what"));
    assert_non_null(
        strstr(read_as("{\"type\":\"map\",\"keys\":{\"type\":\"string\"}}", "{}"), "which values"));
    assert_non_null(strstr(read_as("{\"type\":\"struct\"}", "{}"), "without the array \"fields\""));
    assert_non_null(
        strstr(read_as("{\"type\":\"struct\",\"fields\":[{\"type\":\"int8\"}]}", "{}"), "has no name"));
    assert_non_null(
        strstr(read_as("{\"type\":\"struct\",\"fields\":[{\"type\":\"x\",\"field\":\"f\"}]}", "{}"),
               "! field f: the schema in the message has the unknown type"));
    assert_non_null(strstr(read_as("{\"type\":\"int8\",\"parameters\":{\"a\":1}}", "1"), "is not a string"));
    assert_string_equal(read_as("{\"type\":\"int8\",\"default\":\"x\"}", "1"),
                        "! the schema says INT8, but the message has a string");
}

static void schema_content_stands_for_schemas_that_are_not_there(void **state)
{
    static const char *const options[] = {
        "schema.content", "{\"type\":\"struct\",\"fields\":[{\"type\":\"int8\",\"field\":\"a\"}]}", NULL};
    static const char *const broken[] = {"schema.content", "{\"type\":\"int9\"}", NULL};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, options);

    (void)state;
    assert_string_equal(decoded(c, "{\"a\":1}"), "struct(a int8) (1b)");
    assert_string_equal(decoded(c, "{\"schema\":{\"type\":\"int8\"},\"payload\":3}"), "int8 3b");
    assert_string_equal(decoded(c, "{\"a\":300}"), "! field a: 300 is no INT8");
    converter_close(c);
    c = converter_open(&kc_json_converter, KC_FOR_VALUE, broken);
    assert_string_equal(decoding_fails(c, "1"),
                        "schema.content is not a schema as JsonConverter writes it: the schema "
                        "in the message has the unknown type \"int9\"");
    converter_close(c);
}

/* The message of one of many schemas. */
static const char *numbered(int i)
{
    static char message[128];

    (void)snprintf(message, sizeof(message),
                   "{\"schema\":{\"type\":\"int8\",\"name\":\"n%d\"},\"payload\":1}", i);
    return message;
}

static void a_cache_of_schemas_has_an_end(void **state)
{
    static const char *const tiny[] = {"schemas.cache.size", "2", NULL};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, tiny);

    (void)state;
    for (int i = 0; i < 20; i++)
        assert_int_equal(strncmp(decoded(c, numbered(i)), "int8<n", 6), 0);
    converter_close(c);
    c = converter_open(&kc_json_header_converter, 0, tiny);
    for (int i = 0; i < 20; i++)
        assert_int_equal(header_decoded(c, numbered(i))[0], i < 3 ? 'i' : '!');
    assert_non_null(strstr(header_decoded(c, numbered(9)), "headers with more than 2 different schemas"));
    assert_string_equal(header_decoded(c, numbered(1)), "int8<n1> 1b"); /* is known */
    converter_close(c);
}

static void what_was_written_is_read_back(void **state)
{
    const struct kc_schema *inner = s_struct("in", true, "w", s_doc(s_plain(KC_STRING, true), "words"), NULL);
    const struct kc_schema *row =
        s_struct("out", false, "i", s_plain(KC_INT64, false), "f", s_plain(KC_FLOAT32, false), "d",
                 s_plain(KC_FLOAT64, false), "b", s_plain(KC_BYTES, true), "m",
                 s_map(s_plain(KC_INT32, false), s_plain(KC_BOOLEAN, false), false), "c",
                 s_param(s_decimal("3", false), "x", "y"), "in", inner, "a", s_array(inner, false), NULL);
    const struct kc_value map[] = {v_int(KC_INT32, 1), v_bool(true)}, w[] = {v_text("a\xc3\xa4\\\"")},
                          list[] = {v_items(KC_STRUCT, w, 1), v_null()};
    const struct kc_value fields[] = {v_int(KC_INT64, INT64_MAX), v_real(KC_FLOAT32, (double)3.4e38f),
                                      v_real(KC_FLOAT64, 5e-324), v_null(),
                                      v_items(KC_MAP, map, 1),    v_bytes("\x80\x00", 2),
                                      v_items(KC_STRUCT, w, 1),   v_items(KC_ARRAY, list, 2)};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, NULL);
    const char *message = encoded(c, row, v_items(KC_STRUCT, fields, 8)), *text;

    (void)state;
    assert_int_not_equal(message[0], '!');
    text = decoded(c, message);
    assert_ptr_equal(decoded_schema(), row); /* equal in every part: the host has one of each */
    assert_string_equal(encoded(c, decoded_schema(), *decoded_value()), message);
    assert_non_null(strstr(text,
                           "(9223372036854775807l, 3.3999999521443642e+38f, 4.9406564584124654e-324d, null, "
                           "{1: true}, x8000, ('a\xc3\xa4\\\"'), [('a\xc3\xa4\\\"'), null])"));
    converter_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(plain_json_is_schemaless, converter_free_all),
        cmocka_unit_test_teardown(of_members_with_one_name_the_last_counts, converter_free_all),
        cmocka_unit_test_teardown(what_is_not_json_is_refused_with_its_place, converter_free_all),
        cmocka_unit_test_teardown(a_thousand_levels_are_read_and_no_more, converter_free_all),
        cmocka_unit_test_teardown(values_are_what_their_schema_says, converter_free_all),
        cmocka_unit_test_teardown(values_that_are_not_are_refused, converter_free_all),
        cmocka_unit_test_teardown(structs_and_maps_are_read, converter_free_all),
        cmocka_unit_test_teardown(decimals_are_read_in_both_forms, converter_free_all),
        cmocka_unit_test_teardown(what_is_no_envelope_is_refused, converter_free_all),
        cmocka_unit_test_teardown(a_schema_that_is_none_is_refused, converter_free_all),
        cmocka_unit_test_teardown(schema_content_stands_for_schemas_that_are_not_there, converter_free_all),
        cmocka_unit_test_teardown(a_cache_of_schemas_has_an_end, converter_free_all),
        cmocka_unit_test_teardown(what_was_written_is_read_back, converter_free_all),
    };

    return cmocka_run_group_tests_name("json_decode", tests, NULL, NULL);
}
