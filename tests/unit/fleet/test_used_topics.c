/* test_used_topics.c - worker/fleet/used_topics.c: the list of topics that connectors have used. */
#include <stdio.h>
#include <stdlib.h>

#include "../cm.h"
#include "fleet/fleet_state.h"

static void expect(const struct kc_fleet_state *s, const char *connector, size_t wanted, const char *first)
{
    size_t n;
    char **topics = kc_used_topics_of(&s->topics, connector, &n);

    assert_non_null(topics);
    assert_int_equal(n, wanted);
    if (n > 0)
        assert_string_equal(topics[0], first);
    for (size_t i = 0; i < n; i++)
        free(topics[i]);
    free(topics);
}

static void records_add_and_remove_topics_of_their_connector(void **state)
{
    static const char *const keys[] = {"topic/b/t2", "topic/b/t1", "topic/a/t1", "topic/b-2/t1",
                                       "topic/b/t1"};
    struct kc_fleet_state s = {0};
    struct kc_error err = KC_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_int_equal(kc_fleet_state_apply(&s, keys[i], "{}", 2, &err), KC_OK);
    expect(&s, "a", 1, "t1");
    expect(&s, "b", 2, "t1");
    expect(&s, "b-2", 1, "t1");
    expect(&s, "c", 0, NULL);
    assert_true(kc_used_topics_have(&s.topics, "b", "t2"));
    assert_false(kc_used_topics_have(&s.topics, "b", "t"));
    assert_int_equal(kc_fleet_state_apply(&s, "topic/b/t1", NULL, 0, &err), KC_OK);
    assert_int_equal(kc_fleet_state_apply(&s, "topic/b/t1", NULL, 0, &err), KC_OK);
    assert_int_equal(kc_fleet_state_apply(&s, "topic/nobody/t", NULL, 0, &err), KC_OK);
    expect(&s, "b", 1, "t2");
    expect(&s, "a", 1, "t1");
    kc_fleet_state_finish(&s);
    assert_int_equal(s.topics.n, 0);
}

static void many_topics_stay_sorted(void **state)
{
    struct kc_used_topics t = {0};
    char key[64];
    size_t n;
    char **topics;

    (void)state;
    for (int i = 0; i < 500; i++) {
        (void)snprintf(key, sizeof(key), "c/t%03d", i * 7 % 500);
        assert_true(kc_used_topics_apply(&t, key, true));
    }
    topics = kc_used_topics_of(&t, "c", &n);
    assert_int_equal(n, 500);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(key, sizeof(key), "t%03d", (int)i);
        assert_string_equal(topics[i], key);
        free(topics[i]);
    }
    free(topics);
    kc_used_topics_finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_add_and_remove_topics_of_their_connector),
        cmocka_unit_test(many_topics_stay_sorted),
    };

    return cmocka_run_group_tests_name("fleet/used_topics", tests, NULL, NULL);
}
