/* The converter json: typed values to messages, to the byte. */
#include "converter.h"
#include "json_converter.h"

#include <stdio.h>
#include <string.h>

static const char *const plain[] = {"schemas.enable", "false", NULL};

/* Encodes one value without schemas. */
static const char *payload(const struct kc_schema *schema, struct kc_value v, const char *key,
                           const char *value)
{
    const char *const options[] = {"schemas.enable", "false", key, value, NULL};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, options);
    const char *text = encoded(c, schema, v);

    converter_close(c);
    return text;
}

static const char *with_schema(const struct kc_schema *schema, struct kc_value v)
{
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, NULL);
    const char *text = encoded(c, schema, v);

    converter_close(c);
    return text;
}

static void simple_values_have_an_envelope(void **state)
{
    static const struct {
        uint8_t type;
        const char *word;
    } integers[] = {{KC_INT8, "int8"}, {KC_INT16, "int16"}, {KC_INT32, "int32"}, {KC_INT64, "int64"}};
    char want[128];

    (void)state;
    for (size_t i = 0; i < sizeof(integers) / sizeof(*integers); i++) {
        (void)snprintf(want, sizeof(want),
                       "{\"schema\":{\"type\":\"%s\",\"optional\":false},\"payload\":-12}", integers[i].word);
        assert_string_equal(with_schema(s_plain(integers[i].type, false), v_int(integers[i].type, -12)),
                            want);
    }
    assert_string_equal(with_schema(s_plain(KC_FLOAT32, true), v_real(KC_FLOAT32, (double)0.1f)),
                        "{\"schema\":{\"type\":\"float\",\"optional\":true},\"payload\":0.1}");
    assert_string_equal(with_schema(s_plain(KC_FLOAT64, false), v_real(KC_FLOAT64, 1e10)),
                        "{\"schema\":{\"type\":\"double\",\"optional\":false},\"payload\":1.0E10}");
    assert_string_equal(with_schema(s_plain(KC_BOOLEAN, false), v_bool(true)),
                        "{\"schema\":{\"type\":\"boolean\",\"optional\":false},\"payload\":true}");
    assert_string_equal(with_schema(s_plain(KC_STRING, false), v_text("a\"\n")),
                        "{\"schema\":{\"type\":\"string\",\"optional\":false},\"payload\":\"a\\\"\\n\"}");
    assert_string_equal(with_schema(s_plain(KC_BYTES, false), v_bytes("\x01\xff", 2)),
                        "{\"schema\":{\"type\":\"bytes\",\"optional\":false},\"payload\":\"Af8=\"}");
    assert_string_equal(
        with_schema(s_plain(KC_UINT64, false), v_u64(UINT64_MAX)),
        "{\"schema\":{\"type\":\"int64\",\"optional\":false},\"payload\":18446744073709551615}");
    assert_string_equal(with_schema(NULL, v_text("x")), "{\"schema\":null,\"payload\":\"x\"}");
}

static void members_of_a_schema_have_connects_order(void **state)
{
    const struct kc_schema *id =
        s_param(s_doc(s_named(KC_INT32, false, "my.Id", 3), "the \"key\""), "allowed", "1,2");
    const struct kc_schema *row = s_struct("p.db.t.Value", true, "id", id, "name",
                                           s_default(s_plain(KC_STRING, true), v_text("none")), NULL);
    const struct kc_value fields[] = {v_int(KC_INT32, 7), v_text("Ann")};

    (void)state;
    assert_string_equal(
        with_schema(row, v_items(KC_STRUCT, fields, 2)),
        "{\"schema\":{\"type\":\"struct\",\"fields\":["
        "{\"type\":\"int32\",\"optional\":false,\"name\":\"my.Id\",\"version\":3,\"doc\":\"the \\\"key\\\"\","
        "\"parameters\":{\"allowed\":\"1,2\"},\"field\":\"id\"},"
        "{\"type\":\"string\",\"optional\":true,\"default\":\"none\",\"field\":\"name\"}],"
        "\"optional\":true,\"name\":\"p.db.t.Value\"},\"payload\":{\"id\":7,\"name\":\"Ann\"}}");
}

static void lists_and_maps_are_written(void **state)
{
    const struct kc_value list[] = {v_int(KC_INT64, 1), v_null()},
                          object[] = {v_text("k"), v_int(KC_INT64, 1)},
                          pairs[] = {v_int(KC_INT64, 5), v_int(KC_INT64, 1)};
    const struct kc_schema *number = s_plain(KC_INT64, true), *word = s_plain(KC_STRING, false);

    (void)state;
    assert_string_equal(with_schema(s_array(number, false), v_items(KC_ARRAY, list, 2)),
                        "{\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"int64\",\"optional\":true},"
                        "\"optional\":false},\"payload\":[1,null]}");
    assert_string_equal(
        with_schema(s_map(word, number, false), v_items(KC_MAP, object, 1)),
        "{\"schema\":{\"type\":\"map\",\"keys\":{\"type\":\"string\",\"optional\":false},"
        "\"values\":{\"type\":\"int64\",\"optional\":true},\"optional\":false},\"payload\":{\"k\":1}}");
    assert_string_equal(payload(s_map(number, number, false), v_items(KC_MAP, pairs, 1), NULL, NULL),
                        "[[5,1]]");
    assert_string_equal(payload(NULL, v_items(KC_MAP, object, 1), NULL, NULL), "{\"k\":1}");
    assert_string_equal(payload(NULL, v_items(KC_MAP, pairs, 1), NULL, NULL), "[[5,1]]");
    assert_string_equal(payload(NULL, v_items(KC_MAP, NULL, 0), NULL, NULL), "{}");
    assert_string_equal(payload(NULL, v_items(KC_ARRAY, NULL, 0), NULL, NULL), "[]");
}

static void logical_types_are_written(void **state)
{
    const struct kc_schema *money = s_decimal("2", false);

    (void)state;
    assert_string_equal(with_schema(money, v_bytes("\x04\xd2", 2)),
                        "{\"schema\":{\"type\":\"bytes\",\"optional\":false,"
                        "\"name\":\"org.apache.kafka.connect.data.Decimal\",\"version\":1,"
                        "\"parameters\":{\"scale\":\"2\"}},\"payload\":\"BNI=\"}");
    assert_string_equal(payload(money, v_bytes("\x04\xd2", 2), "decimal.format", "NUMERIC"), "12.34");
    assert_string_equal(payload(money, v_bytes("\xff", 1), "decimal.format", "numeric"), "-0.01");
    assert_string_equal(payload(s_decimal("10", false), v_bytes("\0", 1), "decimal.format", "NUMERIC"),
                        "0E-10");
    assert_string_equal(payload(s_named(KC_INT32, false, "org.apache.kafka.connect.data.Date", 1),
                                v_int(KC_INT32, 18689), NULL, NULL),
                        "18689");
    assert_string_equal(payload(s_named(KC_INT64, false, "org.apache.kafka.connect.data.Timestamp", 1),
                                v_int(KC_INT64, 1614748870123), NULL, NULL),
                        "1614748870123");
    assert_non_null(strstr(with_schema(s_default(money, v_bytes("\x64", 1)), v_bytes("\x04", 1)),
                           "\"default\":\"ZA==\""));
}

static void what_json_has_no_number_for_is_text(void **state)
{
    const struct kc_schema *real = s_plain(KC_FLOAT64, false);

    (void)state;
    assert_string_equal(payload(real, v_real(KC_FLOAT64, __builtin_nan("")), NULL, NULL), "\"NaN\"");
    assert_string_equal(payload(real, v_real(KC_FLOAT64, -__builtin_inf()), NULL, NULL), "\"-Infinity\"");
    assert_string_equal(payload(NULL, v_real(KC_FLOAT32, __builtin_inf()), NULL, NULL), "\"Infinity\"");
    assert_string_equal(payload(NULL, v_text("\xff\x01"), NULL, NULL), "\"\xef\xbf\xbd\\u0001\"");
}

/* To the byte what connect-json 4.3 writes for the same values. */
static void texts_and_numbers_have_javas_form(void **state)
{
    const struct kc_schema *real = s_plain(KC_FLOAT64, false), *single = s_plain(KC_FLOAT32, false);

    (void)state;
    assert_string_equal(
        payload(NULL, v_text("\x01\x1f\x7f/\\\"\b\f\n\r\t \xc3\xa9 \xf0\x9f\x98\x80"), NULL, NULL),
        "\"\\u0001\\u001F\x7f/\\\\\\\"\\b\\f\\n\\r\\t \xc3\xa9 \\uD83D\\uDE00\"");
    assert_string_equal(payload(NULL, v_text("\xf4\x8f\xbf\xbf"), NULL, NULL), "\"\\uDBFF\\uDFFF\"");
    assert_string_equal(payload(real, v_real(KC_FLOAT64, 4.9e-324), NULL, NULL), "4.9E-324");
    assert_string_equal(payload(real, v_real(KC_FLOAT64, 123456789.125), NULL, NULL), "1.23456789125E8");
    assert_string_equal(payload(real, v_real(KC_FLOAT64, 0.001), NULL, NULL), "0.001");
    assert_string_equal(payload(real, v_real(KC_FLOAT64, 1e-5), NULL, NULL), "1.0E-5");
    assert_string_equal(payload(single, v_real(KC_FLOAT32, 16777216), NULL, NULL), "1.6777216E7");
    assert_string_equal(payload(single, v_real(KC_FLOAT32, (double)1.4e-45f), NULL, NULL), "1.4E-45");
}

static void null_is_a_tombstone_without_a_schema_only(void **state)
{
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, NULL);

    (void)state;
    assert_null(encoded(c, NULL, v_null()));
    assert_string_equal(encoded(c, s_plain(KC_INT8, true), v_null()),
                        "{\"schema\":{\"type\":\"int8\",\"optional\":true},\"payload\":null}");
    converter_close(c);
    assert_null(payload(NULL, v_null(), NULL, NULL));
    assert_string_equal(payload(s_plain(KC_INT8, true), v_null(), NULL, NULL), "null");
}

static void null_becomes_the_default_unless_told_otherwise(void **state)
{
    const struct kc_schema *number = s_default(s_plain(KC_INT32, true), v_int(KC_INT32, 9));
    const struct kc_schema *row = s_struct("r", false, "n", number, NULL);
    const struct kc_value fields[] = {v_null()};

    (void)state;
    assert_string_equal(payload(row, v_items(KC_STRUCT, fields, 1), NULL, NULL), "{\"n\":9}");
    assert_string_equal(payload(row, v_items(KC_STRUCT, fields, 1), "replace.null.with.default", "false"),
                        "{\"n\":null}");
}

static void a_value_that_is_not_its_schema_fails_alone_and_by_name(void **state)
{
    const struct kc_schema *inner = s_struct("i", true, "id", s_plain(KC_INT64, false), NULL);
    const struct kc_schema *outer = s_struct("o", false, "before", inner, NULL);
    const struct kc_value null_id[] = {v_null()}, absent_id[] = {v_absent()}, text_id[] = {v_text("1")},
                          good_id[] = {v_int(KC_INT64, 1)};
    const struct kc_value rows[] = {v_items(KC_STRUCT, null_id, 1), v_items(KC_STRUCT, absent_id, 1),
                                    v_items(KC_STRUCT, text_id, 1), v_items(KC_STRUCT, good_id, 1)};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, plain);
    struct kc_record records[4] = {0};

    (void)state;
    for (int i = 0; i < 4; i++) {
        records[i].value_schema = outer;
        records[i].value = v_items(KC_STRUCT, &rows[i], 1);
    }
    assert_string_equal(
        encoded(c, outer, records[0].value),
        "! field before.id: the value is null, but its schema (INT64) is not optional and has no "
        "default value");
    assert_non_null(
        strstr(encoded(c, outer, records[1].value), "! field before.id: the value is missing from"));
    assert_string_equal(encoded(c, outer, records[2].value),
                        "! field before.id: the value is STRING, but its schema says INT64");
    assert_int_equal(encoded_batch(c, records, 4), 1);
    assert_string_equal(batch_text(0), "{\"before\":{\"id\":1}}");
    assert_true(batch_failed(0) && batch_failed(1) && batch_failed(2));
    converter_close(c);
}

static void a_schema_that_cannot_be_written_fails_its_records(void **state)
{
    const struct kc_schema *no_scale = s_named(KC_BYTES, false, "org.apache.kafka.connect.data.Decimal", 1);

    (void)state;
    assert_string_equal(with_schema(no_scale, v_bytes("\x01", 1)),
                        "! a Decimal has no parameter \"scale\" in its schema");
    assert_string_equal(with_schema(s_array(NULL, false), v_items(KC_ARRAY, NULL, 0)),
                        "! the schema of an array does not say of which type its values are");
}

static void a_thousand_levels_are_written_and_no_more(void **state)
{
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, plain);
    struct kc_value v = v_items(KC_ARRAY, NULL, 0);

    (void)state;
    for (int i = 1; i < 1000; i++)
        v = v_items(KC_ARRAY, &v, 1);
    assert_int_equal(strlen(encoded(c, NULL, v)), 2000);
    v = v_items(KC_ARRAY, &v, 1);
    assert_string_equal(encoded(c, NULL, v), "! a value is nested more than 1000 levels deep");
    converter_close(c);
}

static void a_full_cache_starts_again(void **state)
{
    static const char *const tiny[] = {"schemas.cache.size", "2", NULL};
    struct converter *c = converter_open(&kc_json_converter, KC_FOR_VALUE, tiny);
    char name[16];

    (void)state;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 7; i++) {
            (void)snprintf(name, sizeof(name), "n%d", i);
            assert_non_null(strstr(encoded(c, s_named(KC_INT8, false, name, 0), v_int(KC_INT8, 1)), name));
        }
    converter_close(c);
}

static void headers_are_written_alike(void **state)
{
    struct converter *c = converter_open(&kc_json_header_converter, 0, plain);

    (void)state;
    assert_string_equal(header_encoded(c, s_plain(KC_INT8, false), v_int(KC_INT8, 1)), "1");
    assert_null(header_encoded(c, NULL, v_null()));
    assert_string_equal(header_decoded(c, "[1]"), "- [1l]");
    converter_close(c);
}

static void a_wrong_option_is_refused(void **state)
{
    static const char *const hex[] = {"decimal.format", "HEX", NULL};

    (void)state;
    assert_string_equal(converter_refused(&kc_json_converter, hex),
                        "decimal.format must be BASE64 or NUMERIC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(simple_values_have_an_envelope, converter_free_all),
        cmocka_unit_test_teardown(members_of_a_schema_have_connects_order, converter_free_all),
        cmocka_unit_test_teardown(lists_and_maps_are_written, converter_free_all),
        cmocka_unit_test_teardown(logical_types_are_written, converter_free_all),
        cmocka_unit_test_teardown(what_json_has_no_number_for_is_text, converter_free_all),
        cmocka_unit_test_teardown(texts_and_numbers_have_javas_form, converter_free_all),
        cmocka_unit_test_teardown(null_is_a_tombstone_without_a_schema_only, converter_free_all),
        cmocka_unit_test_teardown(null_becomes_the_default_unless_told_otherwise, converter_free_all),
        cmocka_unit_test_teardown(a_value_that_is_not_its_schema_fails_alone_and_by_name, converter_free_all),
        cmocka_unit_test_teardown(a_schema_that_cannot_be_written_fails_its_records, converter_free_all),
        cmocka_unit_test_teardown(a_thousand_levels_are_written_and_no_more, converter_free_all),
        cmocka_unit_test_teardown(a_full_cache_starts_again, converter_free_all),
        cmocka_unit_test_teardown(headers_are_written_alike, converter_free_all),
        cmocka_unit_test_teardown(a_wrong_option_is_refused, converter_free_all),
    };

    return cmocka_run_group_tests_name("json_encode", tests, NULL, NULL);
}
