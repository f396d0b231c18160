/* test_partition_opening.c - worker/task/partition_opening.c */
#include <string.h>

#include "../cm.h"
#include "task/partition_opening.h"

static const int64_t hour_ms = 3600 * 1000;

static void only_the_first_record_of_a_partition_is_waited_for(void **state)
{
    struct kc_openings o = {0};
    int a = 0, b = 0;

    (void)state;
    for (int32_t partition = 0; partition < 100; partition++) {
        assert_int_equal(kc_openings_note(&o, &a, partition, 1000), 1);
        assert_int_equal(kc_openings_note(&o, &a, partition, 1000), 0);
    }
    assert_int_equal(kc_openings_note(&o, &b, 7, 1000), 1);
    assert_int_equal(kc_openings_note(&o, &a, 7, 2000), 0);
    kc_openings_finish(&o);
}

static void after_a_long_pause_a_partition_is_opened_again(void **state)
{
    struct kc_openings o = {0};
    int topic = 0;

    (void)state;
    assert_int_equal(kc_openings_note(&o, &topic, 0, 1), 1);
    assert_int_equal(kc_openings_note(&o, &topic, 0, hour_ms), 0);
    assert_int_equal(kc_openings_note(&o, &topic, 0, 2 * hour_ms - 1),
                     0); /* used a moment less than an hour ago */
    assert_int_equal(kc_openings_note(&o, &topic, 0, 3 * hour_ms), 1);
    kc_openings_finish(&o);
}

static void keys_go_to_javas_partitions_and_records_without_one_everywhere(void **state)
{
    uint32_t spread = 0, seen = 0;

    (void)state;
    /* murmur2("21") and the others are the vectors of Kafka's own test of its partitioner. */
    assert_int_equal(kc_partition_of(kc_partitioner_find("murmur2_random"), "21", 2, 1000, &spread),
                     (-973932308 & 0x7fffffff) % 1000);
    assert_int_equal(kc_partition_of(kc_partitioner_find("murmur2"), "foobar", 6, 1000, &spread),
                     (-790332482 & 0x7fffffff) % 1000);
    for (int i = 0; i < 6; i++)
        seen |= 1u << kc_partition_of(kc_partitioner_find("murmur2_random"), NULL, 0, 6, &spread);
    assert_int_equal(seen, 0x3f);
}

static void what_is_not_known_is_left_to_librdkafka(void **state)
{
    uint32_t spread = 0;

    (void)state;
    assert_int_equal(kc_partition_of(kc_partitioner_find("some_new_one"), "k", 1, 6, &spread),
                     RD_KAFKA_PARTITION_UA);
    assert_int_equal(kc_partition_of(kc_partitioner_find("murmur2_random"), "k", 1, 0, &spread),
                     RD_KAFKA_PARTITION_UA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_first_record_of_a_partition_is_waited_for),
        cmocka_unit_test(after_a_long_pause_a_partition_is_opened_again),
        cmocka_unit_test(keys_go_to_javas_partitions_and_records_without_one_everywhere),
        cmocka_unit_test(what_is_not_known_is_left_to_librdkafka),
    };

    return cmocka_run_group_tests_name("task/partition_opening", tests, NULL, NULL);
}
