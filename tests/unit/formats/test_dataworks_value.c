/* Whole documents: the contract of message format 0.0.1, to the byte. */
#include "fixture.h"

#include <string.h>

static const struct column seed_columns[] = {
    {"mysql_id", KC_INT32, NULL, NULL},
    {"mysql_title", KC_STRING, NULL, NULL},
    {"mysql_author", KC_STRING, NULL, NULL},
    {"submission_date", KC_INT32, "io.debezium.time.Date", NULL},
};
static const char *const seed_key[] = {"mysql_id", NULL};

#define SEED_HEAD                                                                                            \
    "{\"schema\":{\"dataColumn\":[{\"name\":\"mysql_id\",\"type\":\"LONG\"},{\"name\":\"mysql_title\","      \
    "\"type\":"                                                                                              \
    "\"STRING\"},{\"name\":\"mysql_author\",\"type\":\"STRING\"},{\"name\":\"submission_date\",\"type\":"    \
    "\"DATE\"}],"                                                                                            \
    "\"primaryKey\":[\"mysql_id\"],\"source\":{\"dbType\":\"MySQL\",\"dbName\":\"mysql_to_kafka\","          \
    "\"tableName\":"                                                                                         \
    "\"mysql_tbl\"}},\"payload\":{\"before\":"
#define SEED_ROW                                                                                             \
    "{\"dataColumn\":{\"mysql_id\":1,\"mysql_title\":\"mysql2kafka\",\"mysql_author\":\"tester\","           \
    "\"submission_date\":1614700800000}}"
#define SEED_ROW_2                                                                                           \
    "{\"dataColumn\":{\"mysql_id\":1,\"mysql_title\":\"mysql2kafka\",\"mysql_author\":null,"                 \
    "\"submission_date\":1614787200000}}"
#define SEED_TAIL(op)                                                                                        \
    ",\"sequenceId\":\"1614748790461000000\",\"timestamp\":{\"eventTime\":1614748870000,\"systemTime\":7,"   \
    "\"checkpointTime\":1614748870000},\"op\":\"" op "\",\"ddl\":null},\"version\":\"0.0.1\"}"

static struct table *seed_table(void)
{
    return make_table("mysql_to_kafka", "mysql_tbl", seed_columns, 4, seed_key, "Asia/Shanghai");
}

static void seed_rows(struct kc_value row[4], struct kc_value later[4])
{
    row[0] = later[0] = whole(KC_INT32, 1);
    row[1] = later[1] = text("mysql2kafka");
    row[2] = text("tester");
    later[2] = null_value();
    row[3] = whole(KC_INT32, 18689); /* 2021-03-03 */
    later[3] = whole(KC_INT32, 18690);
}

static void an_insert_is_the_example_of_the_product_to_the_byte(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record rec;
    struct result *r;

    (void)state;
    seed_rows(row, later);
    rec = make_change(seed_table(), "c", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, &rec, 1);
    assert_int_equal(r->status, KC_OK);
    assert_int_equal(r->n_slices, 1);
    assert_string_equal(r->text[0], SEED_HEAD "null,\"after\":" SEED_ROW SEED_TAIL("INSERT"));
}

static void a_snapshot_row_is_an_insert(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record rec;
    struct result *r;

    (void)state;
    seed_rows(row, later);
    rec = make_change(seed_table(), "r", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, &rec, 1);
    assert_string_equal(r->text[0], SEED_HEAD "null,\"after\":" SEED_ROW SEED_TAIL("INSERT"));
}

static void an_update_is_two_documents_with_one_sequence_id(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record rec;
    struct result *r;

    (void)state;
    seed_rows(row, later);
    rec = make_change(seed_table(), "u", row, later);
    r = encode_with(KC_FOR_VALUE, NULL, &rec, 1);
    assert_int_equal(r->n_slices, 2);
    assert_int_equal(r->record[0], 0);
    assert_int_equal(r->record[1], 0);
    assert_string_equal(r->text[0], SEED_HEAD SEED_ROW ",\"after\":null" SEED_TAIL("UPDATE_BEFOR"));
    assert_string_equal(r->text[1], SEED_HEAD "null,\"after\":" SEED_ROW_2 SEED_TAIL("UPDATE_AFTER"));
}

static void an_update_is_one_document_when_so_configured(void **state)
{
    static const char *const options[] = {"dataworks.update.mode", "single", NULL};
    struct kc_value row[4], later[4];
    struct kc_record rec;
    struct result *r;

    (void)state;
    seed_rows(row, later);
    rec = make_change(seed_table(), "u", row, later);
    r = encode_with(KC_FOR_VALUE, options, &rec, 1);
    assert_int_equal(r->n_slices, 1);
    assert_string_equal(r->text[0], SEED_HEAD SEED_ROW ",\"after\":" SEED_ROW_2 SEED_TAIL("UPDATE"));
}

static void a_delete_carries_the_old_row_and_a_truncate_none(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record records[2];
    struct table *t = seed_table();
    struct result *r;

    (void)state;
    seed_rows(row, later);
    records[0] = make_change(t, "d", row, NULL);
    records[1] = make_change(t, "t", row, NULL);
    ((struct kc_value *)(uintptr_t)records[1].value.as.items)[0] = null_value();
    r = encode_with(KC_FOR_VALUE, NULL, records, 2);
    assert_int_equal(r->n_slices, 2);
    assert_string_equal(r->text[0], SEED_HEAD SEED_ROW ",\"after\":null" SEED_TAIL("DELETE"));
    assert_string_equal(r->text[1], SEED_HEAD "null,\"after\":null" SEED_TAIL("TRUNCATE"));
}

static void tombstones_and_dropped_records_write_nothing(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record records[3];
    struct table *t = seed_table();
    struct result *r;

    (void)state;
    seed_rows(row, later);
    records[0] = make_change(t, "c", NULL, row);
    records[0].value = null_value();
    records[1] = make_change(t, "c", NULL, row);
    records[1].flags = KC_REC_DROPPED;
    records[2] = make_change(t, "c", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, records, 3);
    assert_int_equal(r->n_slices, 1);
    assert_int_equal(r->record[0], 2);
}

static void a_table_without_a_key_has_an_empty_primary_key_list(void **state)
{
    static const struct column columns[] = {{"a\"b", KC_INT64, NULL, NULL}};
    static const char *const no_key[] = {NULL};
    struct kc_value row[1] = {whole(KC_INT64, -5)};
    struct kc_record rec = make_change(make_table("d", "t", columns, 1, no_key, NULL), "c", NULL, row);
    struct result *r;

    (void)state;
    rec.sequence = 0;
    rec.event_us = KC_NO_TIMESTAMP;
    rec.checkpoint_ms = KC_NO_TIMESTAMP;
    r = encode_with(KC_FOR_VALUE, NULL, &rec, 1);
    assert_string_equal(r->text[0], "{\"schema\":{\"dataColumn\":[{\"name\":\"a\\\"b\",\"type\":\"LONG\"}],"
                                    "\"primaryKey\":[],\"source\":{\"dbType\":"
                                    "\"MySQL\",\"dbName\":\"d\",\"tableName\":\"t\"}},\"payload\":{"
                                    "\"before\":null,\"after\":{\"dataColumn\":{"
                                    "\"a\\\"b\":-5}},\"sequenceId\":null,\"timestamp\":{\"eventTime\":null,"
                                    "\"systemTime\":7,\"checkpointTime\":null},"
                                    "\"op\":\"INSERT\",\"ddl\":null},\"version\":\"0.0.1\"}");
}

static void a_bad_record_fails_alone_and_leaves_no_byte(void **state)
{
    struct kc_value row[4], bad[4];
    struct kc_record records[3];
    struct table *t = seed_table();
    struct result *r;

    (void)state;
    seed_rows(row, bad);
    bad[2] = absent_value();
    records[0] = make_change(t, "c", NULL, row);
    records[1] = make_change(t, "u", row, bad); /* the first half is already written when the second fails */
    records[2] = make_change(t, "c", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, records, 3);
    assert_int_equal(r->status, KC_OK);
    assert_int_equal(r->n_slices, 2);
    assert_int_equal(r->record[1], 2);
    assert_string_equal(r->text[1], r->text[0]);
    assert_true(r->failed[1]);
    assert_string_equal(r->why[1],
                        "column mysql_author of mysql_to_kafka.mysql_tbl is missing from the row image; set "
                        "binlog_row_image=FULL on the server, for its sessions too");
}

static void what_a_source_must_not_send_is_refused_with_a_sentence(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record records[4];
    struct table *t = seed_table();
    struct result *r;

    (void)state;
    seed_rows(row, later);
    records[0] = make_change(t, "c", row, NULL);
    records[1] = make_change(t, "x", NULL, row);
    records[2] = make_change(t, "c", NULL, row);
    ((struct kc_value *)(uintptr_t)records[2].value.as.items)[1].len = 3;
    row[0] = text("1");
    records[3] = make_change(t, "c", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, records, 4);
    assert_int_equal(r->n_slices, 0);
    assert_non_null(strstr(r->why[0], "op \"c\" has no row after the change"));
    assert_non_null(strstr(r->why[1], "op \"x\""));
    assert_non_null(strstr(r->why[2], "3 values for 4 columns"));
    assert_non_null(
        strstr(r->why[3], "column mysql_id of mysql_to_kafka.mysql_tbl holds a value of another type"));
}

static void a_value_that_is_no_change_event_is_refused(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record records[2];
    struct table *t = seed_table();
    struct result *r;

    (void)state;
    seed_rows(row, later);
    records[0] = make_change(t, "c", NULL, row);
    records[0].value_schema = t->row;
    records[0].value = records[0].value.as.items[1];
    records[1] = make_change(t, "c", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, records, 2);
    assert_int_equal(r->n_slices, 1);
    assert_non_null(strstr(r->why[0], "for topic p_t: its value has no field \"after\""));
}

static void an_unknown_time_zone_fails_the_task_and_not_the_record(void **state)
{
    struct kc_value row[4], later[4];
    struct kc_record rec;
    struct result *r;

    (void)state;
    seed_rows(row, later);
    rec = make_change(make_table("d", "t", seed_columns, 4, seed_key, "Mars/Olympus"), "c", NULL, row);
    r = encode_with(KC_FOR_VALUE, NULL, &rec, 1);
    assert_int_equal(r->status, KC_ERR_CONFIG);
    assert_non_null(strstr(r->err.message, "Mars/Olympus"));
    assert_int_equal(r->n_slices, 0);
}

static void an_option_with_a_wrong_value_is_refused(void **state)
{
    static const char *const options[] = {"dataworks.time.mode", "minutes", NULL};
    struct result *r = encode_with(KC_FOR_VALUE, options, NULL, 0);

    (void)state;
    assert_int_equal(r->status, KC_ERR_CONFIG);
    assert_string_equal(r->err.message, "dataworks.time.mode must be ms or string");
}

static void two_tables_in_one_batch_keep_their_own_heads(void **state)
{
    static const struct column columns[] = {{"id", KC_INT64, NULL, NULL}};
    static const char *const key[] = {"id", NULL};
    struct kc_value row[4], later[4], one[1] = {whole(KC_INT64, 2)};
    struct table *a = seed_table(), *b = make_table("d", "other", columns, 1, key, NULL);
    struct kc_record records[4];
    struct result *r;

    (void)state;
    seed_rows(row, later);
    for (int i = 0; i < 4; i += 2) {
        records[i] = make_change(a, "c", NULL, row);
        records[i + 1] = make_change(b, "c", NULL, one);
    }
    r = encode_with(KC_FOR_VALUE, NULL, records, 4);
    assert_int_equal(r->n_slices, 4);
    assert_string_equal(r->text[0], r->text[2]);
    assert_string_equal(r->text[1], r->text[3]);
    assert_non_null(strstr(r->text[1], "\"tableName\":\"other\""));
    assert_non_null(strstr(r->text[1], "{\"dataColumn\":{\"id\":2}}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_insert_is_the_example_of_the_product_to_the_byte, fixture_free_all),
        cmocka_unit_test_teardown(a_snapshot_row_is_an_insert, fixture_free_all),
        cmocka_unit_test_teardown(an_update_is_two_documents_with_one_sequence_id, fixture_free_all),
        cmocka_unit_test_teardown(an_update_is_one_document_when_so_configured, fixture_free_all),
        cmocka_unit_test_teardown(a_delete_carries_the_old_row_and_a_truncate_none, fixture_free_all),
        cmocka_unit_test_teardown(tombstones_and_dropped_records_write_nothing, fixture_free_all),
        cmocka_unit_test_teardown(a_table_without_a_key_has_an_empty_primary_key_list, fixture_free_all),
        cmocka_unit_test_teardown(a_bad_record_fails_alone_and_leaves_no_byte, fixture_free_all),
        cmocka_unit_test_teardown(what_a_source_must_not_send_is_refused_with_a_sentence, fixture_free_all),
        cmocka_unit_test_teardown(a_value_that_is_no_change_event_is_refused, fixture_free_all),
        cmocka_unit_test_teardown(an_unknown_time_zone_fails_the_task_and_not_the_record, fixture_free_all),
        cmocka_unit_test_teardown(an_option_with_a_wrong_value_is_refused, fixture_free_all),
        cmocka_unit_test_teardown(two_tables_in_one_batch_keep_their_own_heads, fixture_free_all),
    };

    return cmocka_run_group_tests_name("dataworks_value", tests, NULL, NULL);
}
