/* test_sink_changes.c - worker/offsets/sink_changes.c: what a change of a sink's offsets says. */
#include <stdio.h>
#include <string.h>

#include "../cm.h"
#include "offsets/sink_changes.h"

struct read {
    rd_kafka_topic_partition_list_t *alter, *gone;
    struct kc_error err;
    kc_status status;
};

static struct read read_body(const char *text)
{
    struct read r = {.alter = rd_kafka_topic_partition_list_new(1),
                     .gone = rd_kafka_topic_partition_list_new(1),
                     .err = KC_ERROR_INIT};
    struct kc_offset_changes changes;

    r.status = kc_offset_changes_read(text, strlen(text), &changes, &r.err);
    if (r.status == KC_OK)
        r.status = kc_sink_changes_read(&changes, r.alter, r.gone, &r.err);
    kc_offset_changes_finish(&changes);
    return r;
}

static void done(struct read *r)
{
    rd_kafka_topic_partition_list_destroy(r->alter);
    rd_kafka_topic_partition_list_destroy(r->gone);
}

#define CHANGE(topic, partition, offset)                                                                     \
    "{\"partition\":{\"kafka_topic\":" topic ",\"kafka_partition\":" partition                               \
    ",\"more\":true},\"offset\":" offset "}"

static void numbers_may_be_texts_and_the_last_change_of_a_partition_counts(void **state)
{
    struct read r = read_body("{\"offsets\":[" CHANGE("\"a\"", "0", "{\"kafka_offset\":5}") "," CHANGE(
        "\"a\"", "\"1\"",
        "{\"kafka_offset\":\"9223372036854775807\",\"x\":1}") "," CHANGE("\"b\"", "2",
                                                                         "null") "," CHANGE("\"a\"", "0",
                                                                                            "null") "," CHANGE("\"b\"",
                                                                                                               "2",
                                                                                                               "{\"kafka_offset\":0}") "]}");

    (void)state;
    assert_int_equal(r.status, KC_OK);
    assert_int_equal(r.alter->cnt, 2);
    assert_string_equal(r.alter->elems[0].topic, "a");
    assert_int_equal(r.alter->elems[0].partition, 1);
    assert_int_equal(r.alter->elems[0].offset, INT64_MAX);
    assert_string_equal(r.alter->elems[1].topic, "b");
    assert_int_equal(r.alter->elems[1].offset, 0);
    assert_int_equal(r.gone->cnt, 1);
    assert_string_equal(r.gone->elems[0].topic, "a");
    assert_int_equal(r.gone->elems[0].partition, 0);
    done(&r);
}

static void what_is_no_offset_is_refused_in_kafka_connects_words(void **state)
{
    static const struct {
        const char *change, *sentence;
    } cases[] = {
        {CHANGE("\"a\"", "0", "{\"kafka_offset\":\"x\"}"),
         "Failed to parse the following Kafka offset value in the provided offsets: 'x'. Offset values for "
         "sink "
         "connectors need to be integers."},
        {CHANGE("\"a\"", "1.5", "null"), "Failed to parse the following Kafka partition value in the "
                                         "provided offsets: '1.5'. Partition values for sink "
                                         "connectors need to be integers."},
        {CHANGE("\"a\"", "true", "null"),
         "Failed to parse the following Kafka partition value in the provided offsets"},
        {CHANGE("\"a\"", "\" 1\"", "null"),
         "Failed to parse the following Kafka partition value in the provided offsets"},
        {CHANGE("\"a\"", "\"99999999999999999999999\"", "null"),
         "Failed to parse the following Kafka partition value"},
        {CHANGE("\"a\"", "0", "{\"kafka_offset\":-1}"),
         "The Kafka offset -1 in the provided offsets is out of range"},
        {CHANGE("\"a\"", "2147483648", "null"),
         "The Kafka partition 2147483648 in the provided offsets is out of range"},
        {CHANGE("\"a\"", "null", "null"), "Kafka partitions must be valid numbers and may not be null"},
        {CHANGE("\"a\"", "0", "{\"kafka_offset\":null}"),
         "Kafka offsets must be valid numbers and may not be null"},
        {CHANGE("null", "0", "null"), "Kafka topic names must be valid strings"},
        {CHANGE("\"\"", "0", "null"), "Kafka topic names must be valid strings"},
        {CHANGE("7", "0", "null"), "Kafka topic names must be valid strings"},
        {CHANGE("\"a\"", "0", "{\"offset\":1}"),
         "The offset for a sink connector should either be null or contain the key 'kafka_offset'"},
        {"{\"partition\":{\"kafka_topic\":\"a\"},\"offset\":null}",
         "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
         "'kafka_partition'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[512];
        struct read r;

        (void)snprintf(body, sizeof(body), "{\"offsets\":[%s]}", cases[i].change);
        r = read_body(body);
        assert_int_equal(r.status, KC_ERR_CONFIG);
        if (strstr(r.err.message, cases[i].sentence) != r.err.message)
            fail_msg("%s: %s", cases[i].change, r.err.message);
        done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_may_be_texts_and_the_last_change_of_a_partition_counts),
        cmocka_unit_test(what_is_no_offset_is_refused_in_kafka_connects_words),
    };

    return cmocka_run_group_tests_name("offsets/sink_changes", tests, NULL, NULL);
}
