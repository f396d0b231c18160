/* test_message_groups.c - worker/task/message_groups.c */
#include "../cm.h"
#include "task/message_groups.h"

enum { MESSAGES = 1000, TOPICS = 3, PARTITIONS = 7 };

static char topics[KC_GROUPS_MAX + 1];

static void each_group_has_its_messages_in_the_order_of_the_batch(void **state)
{
    struct kc_groups g = {0};
    uint32_t next[MESSAGES], seen = 0;

    (void)state;
    for (uint32_t i = 0; i < MESSAGES; i++)
        assert_true(kc_groups_add(&g, &topics[i % TOPICS], (int32_t)(i * i % PARTITIONS) - 1, i, next));
    for (size_t n = 0; n < g.n; n++) {
        const struct kc_group *group = &g.list[n];
        uint32_t last = group->first;

        assert_true(n == 0 || group->first > g.list[n - 1].first);
        for (uint32_t i = group->first; i != KC_GROUP_END; i = next[i]) {
            assert_ptr_equal(group->topic, &topics[i % TOPICS]);
            assert_int_equal(group->partition, (int32_t)(i * i % PARTITIONS) - 1);
            assert_true(i == group->first || i > last);
            last = i;
            seen++;
        }
        assert_int_equal(last, group->last);
    }
    assert_int_equal(seen, MESSAGES);
}

static void one_group_too_many_is_refused_until_they_are_emptied(void **state)
{
    struct kc_groups g = {0};
    uint32_t next[KC_GROUPS_MAX + 2];

    (void)state;
    for (uint32_t i = 0; i < KC_GROUPS_MAX; i++)
        assert_true(kc_groups_add(&g, &topics[i], 5, i, next));
    assert_false(kc_groups_add(&g, &topics[KC_GROUPS_MAX], 5, KC_GROUPS_MAX, next));
    assert_true(kc_groups_add(&g, &topics[0], 5, KC_GROUPS_MAX, next)); /* a group that is there takes more */
    assert_int_equal(next[0], KC_GROUPS_MAX);
    kc_groups_clear(&g);
    assert_int_equal(g.n, 0);
    assert_true(kc_groups_add(&g, &topics[KC_GROUPS_MAX], 5, KC_GROUPS_MAX + 1, next));
    assert_int_equal(g.n, 1);
    assert_int_equal(g.list[0].first, KC_GROUPS_MAX + 1);
    assert_int_equal(next[KC_GROUPS_MAX + 1], KC_GROUP_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_group_has_its_messages_in_the_order_of_the_batch),
        cmocka_unit_test(one_group_too_many_is_refused_until_they_are_emptied),
    };

    return cmocka_run_group_tests_name("task/message_groups", tests, NULL, NULL);
}
