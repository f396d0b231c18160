/* Keys: bare text, JSON arrays and null. */
#include "fixture.h"

static const struct column columns[] = {
    {"id", KC_INT64, NULL, NULL},
    {"name", KC_STRING, NULL, NULL},
    {"day", KC_INT32, "io.debezium.time.Date", NULL},
    {"raw", KC_BYTES, NULL, NULL},
    {"price", KC_BYTES, "org.apache.kafka.connect.data.Decimal", "1"},
};

static const char *key_of(const char *const *names, const struct kc_value *row, const char *const *options)
{
    struct kc_record rec =
        make_change(make_table("d", "t", columns, 5, names, "Asia/Shanghai"), "c", NULL, row);
    struct result *r = encode_with(KC_FOR_KEY, options, &rec, 1);

    assert_int_equal(r->status, KC_OK);
    assert_int_equal(r->n_slices, 1);
    return r->text[0];
}

static void row_of(struct kc_value row[5])
{
    row[0] = whole(KC_INT64, 42);
    row[1] = text("a \"b\"");
    row[2] = whole(KC_INT32, 18689);
    row[3] = blob("\x01\x02", 2);
    row[4] = blob("\x0c", 1);
}

static void one_column_is_bare_text(void **state)
{
    static const char *const id[] = {"id", NULL}, *const name[] = {"name", NULL},
                             *const day[] = {"day", NULL}, *const raw[] = {"raw", NULL},
                             *const price[] = {"price", NULL};
    static const char *const decimal_text[] = {"decimal.handling.mode", "string", NULL};
    struct kc_value row[5];

    (void)state;
    row_of(row);
    assert_string_equal(key_of(id, row, NULL), "42");
    assert_string_equal(key_of(name, row, NULL), "a \"b\"");
    assert_string_equal(key_of(day, row, NULL), "1614700800000");
    assert_string_equal(key_of(raw, row, NULL), "AQI=");
    assert_string_equal(key_of(price, row, NULL), "1.2");
    assert_string_equal(key_of(price, row, decimal_text), "1.2");
}

static void several_columns_are_an_array_in_key_order(void **state)
{
    static const char *const names[] = {"name", "id", "raw", "price", NULL};
    static const char *const decimal_text[] = {"decimal.handling.mode", "string", NULL};
    struct kc_value row[5];

    (void)state;
    row_of(row);
    assert_string_equal(key_of(names, row, NULL), "[\"a \\\"b\\\"\",42,\"AQI=\",1.2]");
    assert_string_equal(key_of(names, row, decimal_text), "[\"a \\\"b\\\"\",42,\"AQI=\",\"1.2\"]");
    row[0] = null_value();
    assert_string_equal(key_of(names, row, NULL), "[\"a \\\"b\\\"\",null,\"AQI=\",1.2]");
}

static void times_in_keys_keep_their_microseconds(void **state)
{
    static const struct column times[] = {{"wall", KC_INT64, "io.debezium.time.MicroTimestamp", NULL},
                                          {"instant", KC_STRING, "io.debezium.time.ZonedTimestamp", NULL},
                                          {"time", KC_INT64, "io.debezium.time.MicroTime", NULL}};
    static const char *const names[] = {"wall", "instant", "time", NULL}, *const wall[] = {"wall", NULL};
    struct kc_value row[3] = {whole(KC_INT64, 1614748870123456), text("2021-03-03T05:21:10.000007Z"),
                              whole(KC_INT64, -1)};
    struct kc_record records[2] = {make_change(make_table("d", "t", times, 3, names, NULL), "c", NULL, row)};
    struct result *r;

    (void)state;
    row[0] = whole(KC_INT64, 1614748870123000);
    records[1] = make_change(make_table("d", "t", times, 3, wall, NULL), "c", NULL, row);
    r = encode_with(KC_FOR_KEY, NULL, records, 2);
    assert_string_equal(r->text[0], "[1614748870123.456,1614748870000.007,-0.001]");
    assert_string_equal(r->text[1], "1614748870123");
}

static void no_key_and_a_null_in_a_key_of_one_column_are_null(void **state)
{
    static const char *const none[] = {NULL}, *const name[] = {"name", NULL};
    struct kc_value row[5];

    (void)state;
    row_of(row);
    assert_null(key_of(none, row, NULL));
    row[1] = null_value();
    assert_null(key_of(name, row, NULL));
}

static void an_empty_text_is_a_key_and_not_null(void **state)
{
    static const char *const name[] = {"name", NULL};
    struct kc_value row[5];

    (void)state;
    row_of(row);
    row[1] = text("");
    assert_string_equal(key_of(name, row, NULL), "");
}

static void every_live_record_has_exactly_one_key(void **state)
{
    static const char *const id[] = {"id", NULL};
    struct kc_value row[5], bad[5];
    struct table *t = make_table("d", "t", columns, 5, id, NULL);
    struct kc_record records[4];
    struct result *r;

    (void)state;
    row_of(row);
    row_of(bad);
    bad[0] = absent_value();
    records[0] = make_change(t, "u", row, row);
    records[1] = make_change(t, "c", NULL, row);
    records[1].flags = KC_REC_DROPPED;
    records[2] = make_change(t, "c", NULL, bad);
    records[3] = make_change(t, "c", NULL, row);
    r = encode_with(KC_FOR_KEY, NULL, records, 4);
    assert_int_equal(r->n_slices, 2);
    assert_int_equal(r->record[0], 0);
    assert_int_equal(r->record[1], 3);
    assert_true(r->failed[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_column_is_bare_text, fixture_free_all),
        cmocka_unit_test_teardown(several_columns_are_an_array_in_key_order, fixture_free_all),
        cmocka_unit_test_teardown(times_in_keys_keep_their_microseconds, fixture_free_all),
        cmocka_unit_test_teardown(no_key_and_a_null_in_a_key_of_one_column_are_null, fixture_free_all),
        cmocka_unit_test_teardown(an_empty_text_is_a_key_and_not_null, fixture_free_all),
        cmocka_unit_test_teardown(every_live_record_has_exactly_one_key, fixture_free_all),
    };

    return cmocka_run_group_tests_name("dataworks_key", tests, NULL, NULL);
}
