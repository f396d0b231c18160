/* test_state.c - worker/base/state.c */
#include "../cm.h"
#include "base/state.h"

static void every_word_reads_back_as_itself(void **state)
{
    (void)state;
    for (int i = KC_STATE_UNASSIGNED; i <= KC_STATE_STOPPED; i++) {
        enum kc_state s;

        assert_true(kc_state_parse(kc_state_name((enum kc_state)i), &s));
        assert_int_equal(s, i);
    }
    for (int i = KC_TARGET_RUNNING; i <= KC_TARGET_STOPPED; i++) {
        enum kc_target t;

        assert_true(kc_target_parse(kc_target_name((enum kc_target)i), &t));
        assert_int_equal(t, i);
    }
}

static void case_does_not_matter_and_other_words_are_refused(void **state)
{
    enum kc_target t = KC_TARGET_RUNNING;

    (void)state;
    assert_true(kc_target_parse("sToPPed", &t));
    assert_int_equal(t, KC_TARGET_STOPPED);
    assert_false(kc_target_parse("DELETED", &t));
    assert_int_equal(t, KC_TARGET_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_reads_back_as_itself),
        cmocka_unit_test(case_does_not_matter_and_other_words_are_refused),
    };

    return cmocka_run_group_tests_name("base/state", tests, NULL, NULL);
}
