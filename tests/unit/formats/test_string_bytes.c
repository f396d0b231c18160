/* The converters string and bytes, in both directions. */
#include "bytes_converter.h"
#include "converter.h"
#include "string_converter.h"

#include <string.h>

static void text_is_written_as_it_is(void **state)
{
    struct converter *c = converter_open(&kc_string_converter, KC_FOR_VALUE, NULL);

    (void)state;
    assert_string_equal(encoded(c, s_plain(KC_STRING, false), v_text("gr\xc3\xbc\xc3\x9f \"x\"\n")),
                        "gr\xc3\xbc\xc3\x9f \"x\"\n");
    assert_string_equal(encoded(c, NULL, v_text("")), "");
    assert_null(encoded(c, s_plain(KC_STRING, true), v_null()));
    assert_string_equal(encoded(c, NULL, v_text("a\xff\xc3z")), "a\xef\xbf\xbd\xef\xbf\xbdz");
    assert_string_equal(encoded(c, NULL, v_text_n("a\0b", 3)), "a");
    assert_int_equal(encoded_len(), 3);
    converter_close(c);
}

static void numbers_are_written_as_java_does(void **state)
{
    static const struct {
        double v;
        const char *text;
    } doubles[] = {{1, "1.0"},       {1e7, "1.0E7"},     {9999999, "9999999.0"},
                   {0.001, "0.001"}, {0.0009, "9.0E-4"}, {-1.5e300, "-1.5E300"},
                   {0.1, "0.1"},     {100, "100.0"},     {1234567890123, "1.234567890123E12"}};
    struct converter *c = converter_open(&kc_string_converter, KC_FOR_KEY, NULL);

    (void)state;
    assert_string_equal(encoded(c, s_plain(KC_INT64, false), v_int(KC_INT64, INT64_MIN)),
                        "-9223372036854775808");
    assert_string_equal(encoded(c, NULL, v_u64(UINT64_MAX)), "18446744073709551615");
    assert_string_equal(encoded(c, NULL, v_bool(true)), "true");
    for (size_t i = 0; i < sizeof(doubles) / sizeof(*doubles); i++)
        assert_string_equal(encoded(c, NULL, v_real(KC_FLOAT64, doubles[i].v)), doubles[i].text);
    assert_string_equal(encoded(c, NULL, v_real(KC_FLOAT32, (double)3.4e10f)), "3.4E10");
    assert_string_equal(encoded(c, NULL, v_real(KC_FLOAT64, __builtin_nan(""))), "NaN");
    assert_string_equal(encoded(c, NULL, v_real(KC_FLOAT64, -__builtin_inf())), "-Infinity");
    assert_string_equal(encoded(c, s_decimal("2", false), v_bytes("\x04\xd2", 2)), "12.34");
    assert_string_equal(encoded(c, s_decimal("10", false), v_bytes("\0", 1)), "0E-10");
    assert_string_equal(encoded(c, s_decimal("-3", false), v_bytes("\xff", 1)), "-1E+3");
    assert_string_equal(encoded(c, s_decimal("9", false), v_bytes("\x04\xd2", 2)), "0.000001234");
    assert_string_equal(encoded(c, s_decimal("10", false), v_bytes("\x04\xd2", 2)), "1.234E-7");
    converter_close(c);
}

static void nested_values_are_written_as_java_does(void **state)
{
    const struct kc_schema *inner = s_struct("i", true, "x", s_plain(KC_INT32, false), NULL);
    const struct kc_schema *outer =
        s_struct("o", false, "id", s_plain(KC_INT64, false), "none", s_plain(KC_STRING, true), "inner", inner,
                 "list", s_array(s_plain(KC_STRING, true), false), "map",
                 s_map(s_plain(KC_STRING, false), s_plain(KC_INT8, false), false), NULL);
    const struct kc_value list[] = {v_text("a"), v_null(), v_text("b")},
                          map[] = {v_text("k"), v_int(KC_INT8, 1), v_text("l"), v_int(KC_INT8, 2)},
                          x[] = {v_int(KC_INT32, -7)};
    const struct kc_value fields[] = {v_int(KC_INT64, 5), v_null(), v_items(KC_STRUCT, x, 1),
                                      v_items(KC_ARRAY, list, 3), v_items(KC_MAP, map, 2)};
    struct converter *c = converter_open(&kc_string_converter, KC_FOR_VALUE, NULL);

    (void)state;
    assert_string_equal(encoded(c, outer, v_items(KC_STRUCT, fields, 5)),
                        "Struct{id=5,inner=Struct{x=-7},list=[a, null, b],map={k=1, l=2}}");
    assert_string_equal(encoded(c, outer, v_items(KC_STRUCT, fields, 4)),
                        "! a struct does not have the fields of its schema");
    assert_string_equal(encoded(c, NULL, v_bytes("\x01\x02", 2)), "AQI=");
    assert_string_equal(
        encoded(c, s_named(KC_INT32, false, "org.apache.kafka.connect.data.Date", 1), v_int(KC_INT32, -1)),
        "1969-12-31");
    assert_string_equal(encoded(c, s_named(KC_INT64, false, "org.apache.kafka.connect.data.Timestamp", 1),
                                v_int(KC_INT64, 1614748870123)),
                        "2021-03-03T05:21:10.123Z");
    converter_close(c);
}

static void values_nested_too_deeply_are_refused(void **state)
{
    struct converter *c = converter_open(&kc_string_converter, KC_FOR_VALUE, NULL);
    struct kc_value v = v_null();

    (void)state;
    for (int i = 0; i < 999; i++)
        v = v_items(KC_ARRAY, &v, 1);
    assert_int_equal(strlen(encoded(c, NULL, v)), 999 * 2 + 4);
    v = v_items(KC_ARRAY, &v, 1);
    assert_string_equal(encoded(c, NULL, v), "! a value is nested more than 1000 levels deep");
    converter_close(c);
}

static void a_string_is_read_back(void **state)
{
    struct converter *c = converter_open(&kc_string_converter, KC_FOR_VALUE, NULL);

    (void)state;
    assert_string_equal(decoded(c, "h\xc3\xa4"), "string? 'h\xc3\xa4'");
    assert_string_equal(decoded(c, ""), "string? ''");
    assert_string_equal(decoded(c, NULL), "string? null");
    assert_string_equal(decoded(c, "a\xe2\x82"), "string? 'a\xef\xbf\xbd'");
    converter_close(c);
}

static void other_encodings_are_written_and_read(void **state)
{
    static const char *const latin1[] = {"converter.encoding", "ISO-8859-1", NULL}, *const utf16[] = {
                                                                                        "converter.encoding",
                                                                                        "UTF-16", NULL};
    struct converter *c = converter_open(&kc_string_converter, KC_FOR_VALUE, latin1);

    (void)state;
    assert_string_equal(encoded(c, NULL, v_text("gr\xc3\xbc\xc3\x9f \xe2\x82\xac!")), "gr\xfc\xdf ?!");
    assert_string_equal(encoded(c, NULL, v_int(KC_INT32, 42)), "42");
    assert_string_equal(decoded(c, "gr\xfc\xdf"), "string? 'gr\xc3\xbc\xc3\x9f'");
    converter_close(c);
    c = converter_open(&kc_string_converter, KC_FOR_VALUE, utf16);
    assert_memory_equal(encoded(c, NULL, v_text("a\xf0\x9f\x98\x80")), "\xfe\xff\0a\xd8\x3d\xde\x00", 8);
    assert_int_equal(encoded_len(), 8);
    assert_string_equal(decoded_bytes(c, "\xfe\xff\0a\xd8\x3d\xde\x00", 8), "string? 'a\xf0\x9f\x98\x80'");
    assert_string_equal(decoded_bytes(c,
                                      "\xff\xfe"
                                      "a\0b\0",
                                      6),
                        "string? 'ab'");
    assert_string_equal(decoded_bytes(c, "\0a\0b", 4), "string? 'ab'");
    assert_string_equal(decoded_bytes(c, "\0a\0", 3), "string? 'a\xef\xbf\xbd'");
    converter_close(c);
}

static void an_unknown_encoding_is_refused(void **state)
{
    static const char *const unknown[] = {"converter.encoding", "KLINGON-8", NULL}, *const suffix[] = {
                                                                                        "converter.encoding",
                                                                                        "ASCII//TRANSLIT",
                                                                                        NULL};

    (void)state;
    assert_non_null(
        strstr(converter_refused(&kc_string_converter, unknown), "converter.encoding is KLINGON-8"));
    assert_non_null(strstr(converter_refused(&kc_string_converter, suffix), "ASCII//TRANSLIT"));
}

static void bytes_go_through(void **state)
{
    struct converter *c = converter_open(&kc_bytes_converter, KC_FOR_VALUE, NULL);

    (void)state;
    assert_memory_equal(encoded(c, s_plain(KC_BYTES, false), v_bytes("\x00\xff", 2)), "\x00\xff", 2);
    assert_int_equal(encoded_len(), 2);
    assert_null(encoded(c, NULL, v_null()));
    assert_string_equal(decoded_bytes(c, "\x00\xff", 2), "bytes? x00ff");
    assert_string_equal(decoded(c, NULL), "bytes? null");
    converter_close(c);
}

static void what_is_not_bytes_is_refused_and_the_batch_goes_on(void **state)
{
    struct converter *c = converter_open(&kc_bytes_converter, KC_FOR_VALUE, NULL);
    struct kc_record records[4] = {{.value = v_bytes("a", 1)},
                                   {.value = v_int(KC_INT32, 1)},
                                   {.value = v_bytes("x", 1), .flags = KC_REC_DROPPED},
                                   {.value = v_bytes("b", 1)}};

    (void)state;
    assert_int_equal(encoded_batch(c, records, 4), 2);
    assert_string_equal(batch_text(0), "a");
    assert_string_equal(batch_text(1), "b");
    assert_true(batch_failed(1) && !batch_failed(2));
    assert_string_equal(
        encoded(c, s_plain(KC_STRING, true), v_null()),
        "! the bytes converter (ByteArrayConverter) writes bytes only, and this schema is STRING; "
        "choose another converter, such as json");
    converter_close(c);
}

static void headers_are_converted_alike(void **state)
{
    struct converter *c = converter_open(&kc_string_header_converter, 0, NULL);

    (void)state;
    assert_string_equal(header_encoded(c, NULL, v_int(KC_INT16, 3)), "3");
    assert_null(header_encoded(c, NULL, v_null()));
    assert_string_equal(header_decoded(c, "x"), "string? 'x'");
    assert_string_equal(header_decoded(c, NULL), "string? null");
    converter_close(c);
    c = converter_open(&kc_bytes_header_converter, 0, NULL);
    assert_string_equal(header_encoded(c, NULL, v_bytes("x", 1)), "x");
    assert_non_null(strstr(header_encoded(c, NULL, v_text("x")), "this value is STRING"));
    assert_string_equal(header_decoded(c, "x"), "bytes? x78");
    converter_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(text_is_written_as_it_is, converter_free_all),
        cmocka_unit_test_teardown(numbers_are_written_as_java_does, converter_free_all),
        cmocka_unit_test_teardown(nested_values_are_written_as_java_does, converter_free_all),
        cmocka_unit_test_teardown(values_nested_too_deeply_are_refused, converter_free_all),
        cmocka_unit_test_teardown(a_string_is_read_back, converter_free_all),
        cmocka_unit_test_teardown(other_encodings_are_written_and_read, converter_free_all),
        cmocka_unit_test_teardown(an_unknown_encoding_is_refused, converter_free_all),
        cmocka_unit_test_teardown(bytes_go_through, converter_free_all),
        cmocka_unit_test_teardown(what_is_not_bytes_is_refused_and_the_batch_goes_on, converter_free_all),
        cmocka_unit_test_teardown(headers_are_converted_alike, converter_free_all),
    };

    return cmocka_run_group_tests_name("string_bytes", tests, NULL, NULL);
}
