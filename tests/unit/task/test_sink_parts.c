/* test_sink_parts.c - worker/task/sink_parts.c: what may be committed of what was put. */
#include "../cm.h"
#include "task/sink_parts.h"

static const struct kc_topic a = {.struct_size = sizeof(a), .name = {"a", 1, 0}};
static const struct kc_topic b = {.struct_size = sizeof(b), .name = {"bb", 2, 0}};

static void a_partition_is_found_until_it_is_gone(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *first = kc_sink_parts_add(&parts, &a, 0, -1), *other;

    (void)state;
    (void)kc_sink_parts_add(&parts, &b, 0, 7);
    assert_ptr_equal(kc_sink_parts_find(&parts, "a", 0), first);
    assert_ptr_equal(kc_sink_parts_find(&parts, "a", 0), first);
    assert_null(kc_sink_parts_find(&parts, "a", 1));
    assert_null(kc_sink_parts_find(&parts, "b", 0));
    assert_int_equal(kc_sink_parts_find(&parts, "bb", 0)->done, 7);
    first->gone = true;
    assert_null(kc_sink_parts_find(&parts, "a", 0));
    other = kc_sink_parts_add(&parts, &a, 0, 3); /* it may come again while the old one is still in a batch */
    assert_ptr_equal(kc_sink_parts_find(&parts, "a", 0), other);
    kc_sink_parts_sweep(&parts);
    assert_int_equal(parts.n, 2);
    assert_ptr_equal(kc_sink_parts_find(&parts, "a", 0), other);
    kc_sink_parts_finish(&parts);
}

static void only_what_was_put_is_asked_for(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *one = kc_sink_parts_add(&parts, &a, 0, -1),
                        *two = kc_sink_parts_add(&parts, &a, 1, 5);
    struct kc_topic_partition asked[3];
    struct kc_sink_part *which[3];

    (void)state;
    (void)kc_sink_parts_add(&parts, &b, 2, -1);
    assert_false(kc_sink_parts_behind(&parts));
    one->taken = 10;
    assert_false(kc_sink_parts_behind(&parts)); /* in hand, and put() may fail */
    assert_int_equal(kc_sink_parts_ask(parts.list, parts.n, asked, which), 1);
    assert_ptr_equal(which[0], two);
    assert_int_equal(asked[0].offset, 5);
    kc_sink_parts_put(&parts);
    assert_true(kc_sink_parts_behind(&parts));
    assert_int_equal(kc_sink_parts_ask(parts.list, parts.n, asked, which), 2);
    assert_ptr_equal(which[0], one);
    assert_int_equal(asked[0].offset, 10);
    assert_int_equal(asked[0].partition, 0);
    assert_ptr_equal(asked[0].topic, &a);
    one->gone = true;
    assert_false(kc_sink_parts_behind(&parts));
    assert_int_equal(kc_sink_parts_ask(parts.list, parts.n, asked, which), 1);
    kc_sink_parts_finish(&parts);
}

static void nothing_is_committed_beyond_what_was_put(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *part = kc_sink_parts_add(&parts, &a, 0, 5);
    bool beyond;

    (void)state;
    part->taken = 10;
    kc_sink_parts_put(&parts);
    assert_int_equal(kc_sink_part_may_commit(part, 10, &beyond), 10);
    assert_false(beyond);
    assert_int_equal(kc_sink_part_may_commit(part, 7, &beyond), 7);
    assert_int_equal(kc_sink_part_may_commit(part, -1, &beyond), -1);
    assert_false(beyond);
    assert_int_equal(kc_sink_part_may_commit(part, 5, &beyond), -1); /* it is */
    assert_int_equal(kc_sink_part_may_commit(part, 11, &beyond), -1);
    assert_true(beyond);
    kc_sink_parts_finish(&parts);
}

static void a_seek_inside_of_put_counts_and_not_the_batch_around_it(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *part = kc_sink_parts_add(&parts, &a, 0, -1);

    (void)state;
    part->taken = 10;
    kc_sink_part_seek(part, 3);
    kc_sink_parts_put(&parts);
    assert_int_equal(part->done, 3);
    assert_int_equal(part->seek_to, 3);
    kc_sink_parts_finish(&parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partition_is_found_until_it_is_gone),
        cmocka_unit_test(only_what_was_put_is_asked_for),
        cmocka_unit_test(nothing_is_committed_beyond_what_was_put),
        cmocka_unit_test(a_seek_inside_of_put_counts_and_not_the_batch_around_it),
    };

    return cmocka_run_group_tests_name("sink_parts", tests, NULL, NULL);
}
