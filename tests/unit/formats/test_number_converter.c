/* The number converters: Kafka's own serializers. */
#include "converter.h"
#include "number_converter.h"

#include <string.h>

static const struct {
    const struct kc_component *component, *header;
    uint8_t type;
    double number; /* small enough to be exact */
    const char *bytes;
    uint8_t len;
    const char *described;
} kinds[] = {
    {&kc_short_converter, &kc_short_header_converter, KC_INT16, -2, "\xff\xfe", 2, "int16? -2s"},
    {&kc_integer_converter, &kc_integer_header_converter, KC_INT32, -66052, "\xff\xfe\xfd\xfc", 4,
     "int32? -66052"},
    {&kc_long_converter, &kc_long_header_converter, KC_INT64, -2, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8,
     "int64? -2l"},
    {&kc_float_converter, &kc_float_header_converter, KC_FLOAT32, 1.5, "\x3f\xc0\0\0", 4, "float? 1.5f"},
    {&kc_double_converter, &kc_double_header_converter, KC_FLOAT64, -0.75, "\xbf\xe8\0\0\0\0\0\0", 8,
     "double? -0.75d"},
    {&kc_boolean_converter, &kc_boolean_header_converter, KC_BOOLEAN, 1, "\1", 1, "boolean? true"},
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static struct kc_value value_of(size_t i)
{
    if (kinds[i].type == KC_FLOAT32 || kinds[i].type == KC_FLOAT64)
        return v_real(kinds[i].type, kinds[i].number);
    return v_int(kinds[i].type, (int64_t)kinds[i].number);
}

static void numbers_are_big_endian_in_both_directions(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct converter *c = converter_open(kinds[i].component, KC_FOR_KEY, NULL);

        assert_memory_equal(encoded(c, s_plain(kinds[i].type, false), value_of(i)), kinds[i].bytes,
                            kinds[i].len);
        assert_int_equal(encoded_len(), kinds[i].len);
        assert_string_equal(decoded_bytes(c, kinds[i].bytes, kinds[i].len), kinds[i].described);
        assert_null(encoded(c, s_plain(kinds[i].type, true), v_null()));
        assert_non_null(strstr(decoded(c, NULL), "? null"));
        converter_close(c);
        c = converter_open(kinds[i].header, 0, NULL);
        assert_memory_equal(header_encoded(c, NULL, value_of(i)), kinds[i].bytes, kinds[i].len);
        assert_null(header_encoded(c, NULL, v_null()));
        converter_close(c);
    }
}

static void every_other_type_and_length_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct converter *c = converter_open(kinds[i].component, KC_FOR_VALUE, NULL);

        for (size_t k = 0; k < KINDS; k++)
            if (k != i)
                assert_non_null(strstr(encoded(c, NULL, value_of(k)), " only, and this value is "));
        for (size_t n = 0; n < 10; n++)
            if (n != kinds[i].len)
                assert_non_null(strstr(decoded_bytes(c, "0123456789", n), " bytes, and the message has "));
        converter_close(c);
    }
}

static void refusals_say_what_is_wrong(void **state)
{
    struct converter *c = converter_open(&kc_integer_converter, KC_FOR_VALUE, NULL);

    (void)state;
    assert_string_equal(encoded(c, NULL, v_text("1")),
                        "! the converter integer writes INT32 only, and this value is STRING");
    assert_string_equal(decoded(c, "12345"), "! the converter integer reads 4 bytes, and the message has 5");
    converter_close(c);
    c = converter_open(&kc_boolean_converter, KC_FOR_VALUE, NULL);
    assert_string_equal(decoded_bytes(c, "\2", 1),
                        "! the converter boolean reads the bytes 0 and 1 only, and this is 2");
    assert_string_equal(decoded_bytes(c, "\0", 1), "boolean? false");
    assert_string_equal(encoded(c, s_plain(KC_INT8, true), v_null()),
                        "! the converter boolean writes BOOLEAN only, and this value is INT8");
    converter_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(numbers_are_big_endian_in_both_directions, converter_free_all),
        cmocka_unit_test_teardown(every_other_type_and_length_is_refused, converter_free_all),
        cmocka_unit_test_teardown(refusals_say_what_is_wrong, converter_free_all),
    };

    return cmocka_run_group_tests_name("number_converter", tests, NULL, NULL);
}
