/* test_offset_table.c - what stands in Kafka and what a change makes of it (worker/offsets), without Kafka. */
#include <stdlib.h>
#include <string.h>

#include "../cm.h"
#include "offsets/offset_table.h"

static const char in_group[] = "{\"partition\":{\"server\":\"a\"},\"offset\":{\"pos\":4}}";

static void add_group(struct kc_offset_table *t, int32_t slot, const char *metadata)
{
    kc_offset_table_group(t, slot, 7, metadata, strlen(metadata));
}

static kc_status add_record(struct kc_offset_table *t, const char *key, const char *value,
                            struct kc_error *err)
{
    return kc_offset_table_record(t, "orders", "fleet", key, strlen(key), value,
                                  value != NULL ? strlen(value) : 0, err);
}

static void expect(const struct kc_offset_table *t, const char *document)
{
    struct kc_buf text = {0};

    kc_offset_table_print(t, &text);
    assert_string_equal(text.data, document);
    kc_buf_finish(&text);
}

static kc_status alter(struct kc_offset_table *t, const char *body, struct kc_error *err)
{
    struct kc_offset_changes changes;
    kc_status status = kc_offset_changes_read(body, strlen(body), &changes, err);

    if (status == KC_OK)
        status = kc_offset_table_alter(t, &changes, err);
    kc_offset_changes_finish(&changes);
    return status;
}

static void the_group_counts_before_the_record(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table t;

    (void)state;
    assert_int_equal(kc_offset_table_init(&t, 3, &err), KC_OK);
    expect(&t, "{\"offsets\":[]}");
    assert_false(kc_offset_table_is_told(&t));
    add_group(&t, 0, in_group);
    add_group(&t, 9, in_group); /* a slot that is none */
    add_group(&t, 1, "of another tool");
    assert_true(kc_offset_table_is_told(&t));
    assert_int_equal(
        add_record(&t, "position/orders/0",
                   "{\"group.id\":\"fleet\",\"slot\":0,\"count\":3,\"partition\":{\"server\":\"a\"},"
                   "\"offset\":{\"pos\":3}}",
                   &err),
        KC_OK);
    expect(&t, "{\"offsets\":[{\"partition\":{\"server\":\"a\"},\"offset\":{\"pos\":4}}]}");
    assert_false(kc_offset_table_changed(&t));
    kc_offset_table_finish(&t);
}

static void the_record_counts_where_the_group_says_so_or_nothing(void **state)
{
    static const char record[] = "{\"group.id\":\"fleet\",\"slot\":0,\"count\":3,\"partition\":{\"server\":"
                                 "\"a\"},\"offset\":{\"pos\":3}}";
    static const char *const groups[] = {"{\"see\":\"record\"}", NULL};
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table t;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(kc_offset_table_init(&t, 3, &err), KC_OK);
        if (groups[i] != NULL)
            add_group(&t, 0, groups[i]);
        assert_false(kc_offset_table_is_told(&t));
        assert_int_equal(add_record(&t, "position/orders2/0", record, &err), KC_OK);
        expect(&t, "{\"offsets\":[]}");
        assert_int_equal(add_record(&t, "position/orders/0", record, &err), KC_OK);
        expect(&t, "{\"offsets\":[{\"partition\":{\"server\":\"a\"},\"offset\":{\"pos\":3}}]}");
        assert_int_equal(add_record(&t, "position/orders/0", NULL, &err), KC_OK);
        expect(&t, "{\"offsets\":[]}");
        kc_offset_table_finish(&t);
    }
    assert_int_equal(kc_offset_table_init(&t, 3, &err), KC_OK);
    add_group(&t, 0, KC_METADATA_RESET);
    assert_true(kc_offset_table_is_told(&t));
    assert_int_equal(add_record(&t, "position/orders/0", record, &err), KC_OK);
    expect(&t, "{\"offsets\":[]}");
    kc_offset_table_finish(&t);
}

static void a_record_of_another_fleet_is_refused(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table t;

    (void)state;
    assert_int_equal(kc_offset_table_init(&t, 3, &err), KC_OK);
    assert_int_equal(add_record(&t, "position/orders/0",
                                "{\"group.id\":\"others\",\"partition\":{\"a\":1},\"offset\":{\"b\":1}}",
                                &err),
                     KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "others"));
    kc_offset_table_finish(&t);
}

static void the_last_change_of_a_partition_wins_and_others_stay(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table t;

    (void)state;
    assert_int_equal(kc_offset_table_init(&t, 3, &err), KC_OK);
    add_group(&t, 0, in_group);
    add_group(&t, 2, "{\"partition\":{\"server\":\"c\"},\"offset\":{\"pos\":1}}");
    assert_int_equal(
        alter(&t,
              "{\"offsets\":[{\"partition\":{\"server\":\"a\"},\"offset\":null},"
              "{\"offset\":{\"pos\":18446744073709551615,\"x\":1.0},\"partition\":{\"server\":\"a\"}}]}",
              &err),
        KC_OK);
    expect(&t, "{\"offsets\":[{\"partition\":{\"server\":\"a\"},\"offset\":{\"pos\":18446744073709551615,"
               "\"x\":1.0}},"
               "{\"partition\":{\"server\":\"c\"},\"offset\":{\"pos\":1}}]}");
    assert_true(t.slots[0].changed);
    assert_false(t.slots[2].changed);
    assert_int_equal(t.slots[0].count, 7);
    assert_int_equal(
        alter(&t, "{\"offsets\":[{\"partition\":{\"server\":\"b\"},\"offset\":{\"pos\":1}}]}", &err),
        KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "no partition {\"server\":\"b\"}"));
    assert_non_null(strstr(err.message, "{\"server\":\"a\"}, {\"server\":\"c\"}"));
    kc_offset_table_finish(&t);
}

static void the_state_goes_with_the_last_position(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table t;

    (void)state;
    assert_int_equal(kc_offset_table_init(&t, 3, &err), KC_OK);
    add_group(&t, 0, in_group);
    add_group(&t, 1, "{\"see\":\"record\"}"); /* whose record is missing */
    assert_int_equal(add_record(&t, "state/orders/table/a", "{}", &err), KC_OK);
    assert_int_equal(add_record(&t, "state/orders/table/b", "{}", &err), KC_OK);
    assert_int_equal(add_record(&t, "state/orders/table/a", "{ }", &err), KC_OK);
    assert_int_equal(add_record(&t, "state/orders/table/a", NULL, &err), KC_OK);
    assert_int_equal(add_record(&t, "state/other/table/a", "{}", &err), KC_OK);
    assert_int_equal(t.n_states, 1);
    assert_string_equal(t.states[0], "state/orders/table/b");
    assert_int_equal(
        alter(&t, "{\"offsets\":[{\"partition\":{\"server\":\"a\"},\"offset\":{\"pos\":1}}]}", &err), KC_OK);
    assert_false(t.forget_states);
    assert_int_equal(alter(&t, "{\"offsets\":[{\"partition\":{\"server\":\"a\"},\"offset\":null}]}", &err),
                     KC_OK);
    assert_true(t.forget_states);
    expect(&t, "{\"offsets\":[]}");
    t.forget_states = false;
    kc_offset_table_reset(&t);
    assert_true(t.forget_states);
    assert_true(t.slots[0].changed);
    assert_true(t.slots[1].changed);
    assert_false(t.slots[2].changed);
    kc_offset_table_finish(&t);
}

static void a_first_position_may_be_of_any_partition(void **state)
{
    static const char two[] = "{\"offsets\":[{\"partition\":{\"p\":1},\"offset\":{\"o\":1}},"
                              "{\"partition\":{\"p\":2},\"offset\":{\"o\":2}}]}";
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_table t;

    (void)state;
    assert_int_equal(kc_offset_table_init(&t, 2, &err), KC_OK);
    assert_int_equal(alter(&t, two, &err), KC_OK);
    expect(&t, two);
    kc_offset_table_finish(&t);
    assert_int_equal(kc_offset_table_init(&t, 1, &err), KC_OK);
    assert_int_equal(alter(&t, two, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "at most 1 partitions"));
    kc_offset_table_finish(&t);
}

static void a_position_that_is_too_long_is_refused(void **state)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_offset_changes changes;
    struct kc_buf body = {0};

    (void)state;
    kc_buf_str(&body, "{\"offsets\":[{\"partition\":{\"p\":1},\"offset\":{\"o\":\"");
    for (size_t i = 0; i < KC_POSITION_MAX_BYTES; i++)
        kc_buf_str(&body, "x");
    kc_buf_str(&body, "\"}}]}");
    assert_int_equal(kc_offset_changes_read(body.data, body.len, &changes, &err), KC_ERR_CONFIG);
    assert_non_null(strstr(err.message, "900 KiB"));
    kc_buf_finish(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_group_counts_before_the_record),
        cmocka_unit_test(the_record_counts_where_the_group_says_so_or_nothing),
        cmocka_unit_test(a_record_of_another_fleet_is_refused),
        cmocka_unit_test(the_last_change_of_a_partition_wins_and_others_stay),
        cmocka_unit_test(the_state_goes_with_the_last_position),
        cmocka_unit_test(a_first_position_may_be_of_any_partition),
        cmocka_unit_test(a_position_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests_name("offsets/offset_table", tests, NULL, NULL);
}
