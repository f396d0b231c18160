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

static void what_was_put_and_not_committed_is_not_read_again(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *before = kc_sink_parts_add(&parts, &a, 0, 5),
                        *other = kc_sink_parts_add(&parts, &a, 1, -1), *back;

    (void)state;
    before->gone = other->gone = true;
    back = kc_sink_parts_add(&parts, &a, 0, 5);
    assert_int_equal(kc_sink_parts_resume(&parts, back, 5), -1); /* nothing was put */
    before->agreed = 9;
    assert_int_equal(kc_sink_parts_resume(&parts, back, 5), 9);
    assert_int_equal(kc_sink_parts_resume(&parts, back, 7), -1);  /* another member has put two more */
    assert_int_equal(kc_sink_parts_resume(&parts, back, -1), -1); /* the topic was made anew */
    other->agreed = 3;
    assert_int_equal(kc_sink_parts_resume(&parts, kc_sink_parts_add(&parts, &a, 1, -1), -1), 3);
    back->gone = true;
    assert_int_equal(kc_sink_parts_resume(&parts, kc_sink_parts_add(&parts, &a, 0, 5), 5),
                     -1); /* the last counts */
    kc_sink_parts_finish(&parts);
}

static struct kc_sink_lag lag_of(const struct kc_sink_parts *parts)
{
    struct kc_sink_lag lag;

    kc_sink_parts_lag(parts, &lag);
    return lag;
}

static void the_lag_is_from_what_was_put_to_the_end(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *one = kc_sink_parts_add(&parts, &a, 0, 5),
                        *two = kc_sink_parts_add(&parts, &a, 1, -1);

    (void)state;
    one->end = 8;
    two->end = 100;
    assert_int_equal(lag_of(&parts).sum, -1); /* where the second begins is not known yet */
    kc_sink_part_read(two, 90);
    kc_sink_part_read(two, 91);
    assert_int_equal(lag_of(&parts).sum, 3 + 10);
    assert_int_equal(lag_of(&parts).max, 10);
    assert_int_equal(lag_of(&parts).active, 0);
    two->taken = 92; /* in hand: not put, and not committed */
    assert_int_equal(lag_of(&parts).sum, 13);
    assert_int_equal(lag_of(&parts).active, 2);
    kc_sink_parts_put(&parts);
    assert_int_equal(lag_of(&parts).sum, 3 + 8);
    two->committed = 92;
    assert_int_equal(lag_of(&parts).active, 0);
    kc_sink_part_seek(two, 50);
    assert_int_equal(lag_of(&parts).max, 50);
    two->gone = true;
    assert_int_equal(lag_of(&parts).sum, 3);
    assert_int_equal(lag_of(&parts).partitions, 1);
    one->end = 2; /* the topic was made anew */
    assert_int_equal(lag_of(&parts).sum, 0);
    kc_sink_parts_finish(&parts);
    assert_int_equal(lag_of(&parts).sum, -1); /* nothing is read, so nothing is known */
}

static void offsets_without_a_record_at_the_end_are_no_lag(void **state)
{
    struct kc_sink_parts parts = {0};
    struct kc_sink_part *part = kc_sink_parts_add(&parts, &a, 0, -1);

    (void)state;
    part->end = 4;
    kc_sink_part_at_end(part, 4); /* nothing but what a transaction took back */
    assert_int_equal(lag_of(&parts).sum, 0);
    kc_sink_part_read(part, 6);
    part->end = 8;
    kc_sink_part_at_end(part, 8);
    assert_int_equal(lag_of(&parts).sum, 2); /* the record is still to be put */
    part->taken = 7;
    kc_sink_parts_put(&parts);
    assert_int_equal(lag_of(&parts).sum, 0);
    part->end = 10;
    assert_int_equal(lag_of(&parts).sum, 2);
    kc_sink_parts_finish(&parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partition_is_found_until_it_is_gone),
        cmocka_unit_test(only_what_was_put_is_asked_for),
        cmocka_unit_test(nothing_is_committed_beyond_what_was_put),
        cmocka_unit_test(a_seek_inside_of_put_counts_and_not_the_batch_around_it),
        cmocka_unit_test(what_was_put_and_not_committed_is_not_read_again),
        cmocka_unit_test(the_lag_is_from_what_was_put_to_the_end),
        cmocka_unit_test(offsets_without_a_record_at_the_end_are_no_lag),
    };

    return cmocka_run_group_tests_name("sink_parts", tests, NULL, NULL);
}
