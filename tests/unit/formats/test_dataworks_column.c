/* Every type of the source: the word of the six and the form of the value. */
#include "fixture.h"

#include <math.h>
#include <string.h>

static const char *const decimal_text[] = {"decimal.handling.mode", "string", NULL};
static const char *const time_text[] = {"dataworks.time.mode", "string", NULL};

#define CHECK(column, value, zone, options, type, expected)                                                  \
    do {                                                                                                     \
        assert_string_equal(value_of(&(column), (value), (zone), (options)), (expected));                    \
        assert_string_equal(type_of_last(), (type));                                                         \
    } while (0)

static void integers_are_long(void **state)
{
    static const struct column small = {"c", KC_INT16, NULL, NULL}, middle = {"c", KC_INT32, NULL, NULL},
                               large = {"c", KC_INT64, NULL, NULL}, big = {"c", KC_UINT64, NULL, NULL},
                               year = {"c", KC_INT32, "io.debezium.time.Year", NULL};

    (void)state;
    CHECK(small, whole(KC_INT16, -32768), NULL, NULL, "LONG", "-32768");
    CHECK(middle, whole(KC_INT32, 0), NULL, NULL, "LONG", "0");
    CHECK(large, whole(KC_INT64, INT64_MIN), NULL, NULL, "LONG", "-9223372036854775808");
    CHECK(big, unsigned_whole(UINT64_MAX), NULL, NULL, "LONG", "18446744073709551615");
    CHECK(year, whole(KC_INT32, 2026), NULL, NULL, "LONG", "2026");
    CHECK(year, null_value(), NULL, NULL, "LONG", "null");
}

static void bits_are_a_boolean_or_an_unsigned_number(void **state)
{
    static const struct column one = {"c", KC_BOOLEAN, NULL, NULL},
                               many = {"c", KC_BYTES, "io.debezium.data.Bits", NULL};

    (void)state;
    CHECK(one, whole(KC_BOOLEAN, 1), NULL, NULL, "BOOLEAN", "true");
    CHECK(one, whole(KC_BOOLEAN, 0), NULL, NULL, "BOOLEAN", "false");
    CHECK(many, blob("\x01\x80", 2), NULL, NULL, "LONG", "32769");
    CHECK(many, blob("\xff\xff\xff\xff\xff\xff\xff\xff", 8), NULL, NULL, "LONG", "18446744073709551615");
    assert_non_null(strstr(value_of(&many, blob("\1\1\1\1\1\1\1\1\1", 9), NULL, NULL), "more than 64 bits"));
}

static void reals_have_the_fewest_digits_that_read_back(void **state)
{
    static const struct column twice = {"c", KC_FLOAT64, NULL, NULL}, single = {"c", KC_FLOAT32, NULL, NULL};

    (void)state;
    CHECK(twice, real(KC_FLOAT64, 0.1), NULL, NULL, "DOUBLE", "0.1");
    CHECK(twice, real(KC_FLOAT64, 5), NULL, NULL, "DOUBLE", "5.0");
    CHECK(single, real(KC_FLOAT32, (double)0.1f), NULL, NULL, "DOUBLE", "0.1");
    CHECK(twice, real(KC_FLOAT64, (double)NAN), NULL, NULL, "DOUBLE", "\"NaN\"");
    CHECK(twice, real(KC_FLOAT64, -(double)INFINITY), NULL, NULL, "DOUBLE", "\"-Infinity\"");
}

static void decimals_keep_every_digit(void **state)
{
    static const struct column money = {"c", KC_BYTES, "org.apache.kafka.connect.data.Decimal", "2"},
                               none = {"c", KC_BYTES, "org.apache.kafka.connect.data.Decimal", NULL};

    (void)state;
    CHECK(money, blob("\x30\x39", 2), NULL, NULL, "DOUBLE", "123.45");
    CHECK(money, blob("\xff", 1), NULL, NULL, "DOUBLE", "-0.01");
    CHECK(money, blob("\x30\x39", 2), NULL, decimal_text, "STRING", "\"123.45\"");
    assert_non_null(strstr(value_of(&money, blob("", 0), NULL, NULL), "holds a Decimal that is empty"));
    assert_non_null(
        strstr(value_of(&none, blob("\1", 1), NULL, NULL), "without the schema parameter \"scale\""));
}

static void texts_are_strings_and_binaries_are_base64(void **state)
{
    static const struct column words = {"c", KC_STRING, NULL, NULL},
                               json = {"c", KC_STRING, "io.debezium.data.Json", NULL},
                               bytes = {"c", KC_BYTES, NULL, NULL},
                               set = {"c", KC_STRING, "io.debezium.data.EnumSet", NULL};

    (void)state;
    CHECK(words, text("a \"b\"\n\xe4\xb8\xad"), NULL, NULL, "STRING", "\"a \\\"b\\\"\\n\xe4\xb8\xad\"");
    CHECK(words, text(""), NULL, NULL, "STRING", "\"\"");
    CHECK(json, text("{\"a\":1}"), NULL, NULL, "STRING", "\"{\\\"a\\\":1}\"");
    CHECK(set, text("x,y"), NULL, NULL, "STRING", "\"x,y\"");
    CHECK(bytes, blob("\0\xff\x10\x80", 4), NULL, NULL, "BYTES", "\"AP8QgA==\"");
    CHECK(bytes, blob("", 0), NULL, NULL, "BYTES", "\"\"");
}

static void dates_and_wall_clocks_are_instants_of_their_zone(void **state)
{
    static const struct column date = {"c", KC_INT32, "io.debezium.time.Date", NULL},
                               wall = {"c", KC_INT64, "io.debezium.time.Timestamp", NULL},
                               fine = {"c", KC_INT64, "io.debezium.time.MicroTimestamp", NULL},
                               instant = {"c", KC_STRING, "io.debezium.time.ZonedTimestamp", NULL};

    (void)state;
    CHECK(date, whole(KC_INT32, 18689), "Asia/Shanghai", NULL, "DATE", "1614700800000");
    CHECK(date, whole(KC_INT32, 18689), NULL, NULL, "DATE", "1614729600000");
    CHECK(date, whole(KC_INT32, 18689), "-05:30", NULL, "DATE", "1614749400000");
    CHECK(wall, whole(KC_INT64, 1614748870123), "+08:00", NULL, "DATE", "1614720070123");
    CHECK(fine, whole(KC_INT64, 1614748870123456), "+08:00", NULL, "DATE", "1614720070123");
    CHECK(fine, whole(KC_INT64, -1), NULL, NULL, "DATE", "-1");
    CHECK(instant, text("2021-03-03T05:21:10Z"), "Asia/Shanghai", NULL, "DATE", "1614748870000");
    CHECK(instant, text("2021-03-03T05:21:10.123456Z"), NULL, NULL, "DATE", "1614748870123");
    assert_non_null(strstr(value_of(&instant, text("2021-02-29T05:21:10Z"), NULL, NULL), "ZonedTimestamp"));
    assert_non_null(strstr(value_of(&wall, whole(KC_INT64, INT64_MAX), NULL, NULL), "beyond the year 14000"));
    assert_non_null(strstr(value_of(&date, whole(KC_INT32, INT32_MIN), NULL, NULL), "beyond the year 14000"));
}

static void a_time_is_a_signed_duration(void **state)
{
    static const struct column time = {"c", KC_INT64, "io.debezium.time.MicroTime", NULL};

    (void)state;
    CHECK(time, whole(KC_INT64, 45296000000), "Asia/Shanghai", NULL, "DATE", "16496000");
    CHECK(time, whole(KC_INT64, -3020399000000), NULL, NULL, "DATE", "-3020399000");
    CHECK(time, whole(KC_INT64, 45296000000), "Asia/Shanghai", time_text, "STRING", "\"12:34:56\"");
    CHECK(time, whole(KC_INT64, -3020399000000), NULL, time_text, "STRING", "\"-838:59:59\"");
    CHECK(time, whole(KC_INT64, 500), NULL, time_text, "STRING", "\"00:00:00.000500\"");
}

static void a_nested_type_is_refused_by_name(void **state)
{
    static const struct column point = {"place", KC_ARRAY, NULL, NULL};

    (void)state;
    assert_string_equal(
        value_of(&point, null_value(), NULL, NULL),
        "column place of d.t has a nested type, for which dataworks-json has no word; leave the column out");
}

static void a_long_text_and_a_long_binary_are_whole(void **state)
{
    static const struct column words = {"c", KC_STRING, NULL, NULL}, bytes = {"c", KC_BYTES, NULL, NULL};
    static char data[100001];
    const char *s;

    (void)state;
    memset(data, 'x', 100000);
    data[511] = '\x01';
    s = value_of(&words, text(data), NULL, NULL);
    assert_int_equal(strlen(s), 100000 + 5 + 2);
    assert_memory_equal(s + 1 + 511, "\\u0001", 6);
    memset(data, 0, 100000);
    s = value_of(&bytes, blob(data, 100000), NULL, NULL);
    assert_int_equal(strlen(s), 133336 + 2);
    assert_string_equal(s + 133336 - 3, "AA==\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(integers_are_long, fixture_free_all),
        cmocka_unit_test_teardown(bits_are_a_boolean_or_an_unsigned_number, fixture_free_all),
        cmocka_unit_test_teardown(reals_have_the_fewest_digits_that_read_back, fixture_free_all),
        cmocka_unit_test_teardown(decimals_keep_every_digit, fixture_free_all),
        cmocka_unit_test_teardown(texts_are_strings_and_binaries_are_base64, fixture_free_all),
        cmocka_unit_test_teardown(dates_and_wall_clocks_are_instants_of_their_zone, fixture_free_all),
        cmocka_unit_test_teardown(a_time_is_a_signed_duration, fixture_free_all),
        cmocka_unit_test_teardown(a_nested_type_is_refused_by_name, fixture_free_all),
        cmocka_unit_test_teardown(a_long_text_and_a_long_binary_are_whole, fixture_free_all),
    };

    return cmocka_run_group_tests_name("dataworks_column", tests, NULL, NULL);
}
