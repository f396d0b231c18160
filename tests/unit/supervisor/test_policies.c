/* The pure parts of the supervisor: the state table, the restart policy, the watchdog's judgement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "supervisor/child_state.h"
#include "supervisor/restart_policy.h"
#include "supervisor/watchdog.h"

static bool has_process(enum kc_child_state s)
{
    return s == KC_CHILD_STARTING || s == KC_CHILD_RUNNING || s == KC_CHILD_PAUSED || s == KC_CHILD_STOPPING;
}

static void a_process_starts_only_where_there_is_none(void **state)
{
    (void)state;
    for (enum kc_child_state s = 0; s < KC_CHILD_STATES; s++)
        for (enum kc_child_event e = 0; e < KC_EVENTS; e++) {
            enum kc_child_state next = kc_child_state_next(s, e);

            if (next == KC_CHILD_STARTING && s != KC_CHILD_STARTING)
                assert_false(has_process(s));
        }
}

static void only_an_exit_takes_a_process_away(void **state)
{
    (void)state;
    for (enum kc_child_state s = 0; s < KC_CHILD_STATES; s++)
        for (enum kc_child_event e = 0; e < KC_EVENTS; e++) {
            enum kc_child_state next = kc_child_state_next(s, e);
            bool is_exit = e == KC_EVENT_EXIT_RETRY || e == KC_EVENT_EXIT_FATAL || e == KC_EVENT_EXIT_FENCED;

            if (next == KC_CHILD_STATES)
                continue;
            if (is_exit)
                assert_true(has_process(s) && !has_process(next));
            else if (has_process(s))
                assert_true(has_process(next));
        }
}

static void stop_is_allowed_in_every_state_and_ends_in_idle(void **state)
{
    (void)state;
    for (enum kc_child_state s = 0; s < KC_CHILD_STATES; s++) {
        enum kc_child_state next = kc_child_state_next(s, KC_EVENT_STOP);

        assert_int_equal(next, has_process(s) ? KC_CHILD_STOPPING : KC_CHILD_IDLE);
    }
    for (enum kc_child_event e = KC_EVENT_EXIT_RETRY; e <= KC_EVENT_EXIT_FENCED; e++)
        assert_int_equal(kc_child_state_next(KC_CHILD_STOPPING, e), KC_CHILD_IDLE);
}

static void every_process_may_end_at_any_moment(void **state)
{
    (void)state;
    for (enum kc_child_state s = 0; s < KC_CHILD_STATES; s++)
        for (enum kc_child_event e = KC_EVENT_EXIT_RETRY; e <= KC_EVENT_EXIT_FENCED; e++)
            assert_int_equal(kc_child_state_next(s, e) != KC_CHILD_STATES, has_process(s));
}

static void pauses_double_up_to_the_longest_and_never_end(void **state)
{
    struct kc_restart_policy p = {.first_ms = 1000, .max_ms = 60000};
    static const int64_t expected[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_int_equal(kc_restart_pause(&p, 0, 0, 20), expected[i]); /* 20: no jitter */
        assert_int_equal(p.attempt, (int32_t)i + 1);
    }
    p.attempt = INT32_MAX;
    assert_int_equal(kc_restart_pause(&p, 0, 0, 20), 60000);
    assert_int_equal(p.attempt, INT32_MAX);
}

static void the_dice_move_a_pause_by_a_fifth_at_most(void **state)
{
    (void)state;
    for (uint32_t dice = 0; dice < 200; dice++) {
        struct kc_restart_policy p = {.first_ms = 1000, .max_ms = 60000, .attempt = 2};
        int64_t pause = kc_restart_pause(&p, 0, 0, dice);

        assert_in_range(pause, 3200, 4800);
    }
}

static void a_healthy_run_makes_the_failures_forgotten(void **state)
{
    struct kc_restart_policy p = {.first_ms = 1000, .max_ms = 60000, .attempt = 9};

    (void)state;
    (void)kc_restart_pause(&p, 59999, 0, 20);
    assert_int_equal(p.attempt, 10);
    assert_int_equal(kc_restart_pause(&p, 60000, 0, 20), 1000);
    assert_int_equal(p.attempt, 1);
}

static void the_plugins_wish_lengthens_a_pause_within_the_limit(void **state)
{
    struct kc_restart_policy p = {.first_ms = 1000, .max_ms = 60000};

    (void)state;
    assert_int_equal(kc_restart_pause(&p, 0, 30000, 20), 30000);
    assert_int_equal(kc_restart_pause(&p, 0, 900000, 20), 60000);
    assert_int_equal(kc_restart_pause(&p, 0, 10, 20), 4000);
}

static struct kc_crash_page in_call(const char *call, int64_t since_ms, uint64_t sequence)
{
    struct kc_crash_page page = {.component = "a-source 1.0.0", .since_ms = since_ms, .sequence = sequence};

    (void)strncpy(page.call, call, sizeof(page.call) - 1);
    return page;
}

static void a_slow_call_is_warned_of_once_and_a_hung_one_needs_two_looks(void **state)
{
    struct kc_crash_page page = in_call("poll", 1000, 5);
    struct kc_watchdog w = {0};
    struct kc_watch_call call;

    (void)state;
    assert_int_equal(kc_watchdog_look(&w, &page, 35999, 100, &call), KC_WATCH_FINE);
    assert_int_equal(kc_watchdog_look(&w, &page, 36000, 100, &call), KC_WATCH_SLOW);
    assert_string_equal(call.component, "a-source 1.0.0");
    assert_string_equal(call.call, "poll");
    assert_int_equal(call.deadline_ms, 70000);
    assert_int_equal(kc_watchdog_look(&w, &page, 40000, 100, &call), KC_WATCH_FINE);
    assert_int_equal(kc_watchdog_look(&w, &page, 71000, 100, &call), KC_WATCH_FINE);
    assert_int_equal(kc_watchdog_look(&w, &page, 71001, 100, &call), KC_WATCH_HUNG);
    assert_int_equal(call.ms, 70001);
}

static void another_call_or_a_sign_of_life_begins_anew(void **state)
{
    struct kc_crash_page page = in_call("close", 1000, 5);
    struct kc_watchdog w = {0};
    struct kc_watch_call call;

    (void)state;
    assert_int_equal(kc_watchdog_look(&w, &page, 100000, 100, &call), KC_WATCH_FINE);
    page.sequence++;
    assert_int_equal(kc_watchdog_look(&w, &page, 100001, 100, &call), KC_WATCH_FINE);
    page.since_ms = 99999;
    assert_int_equal(kc_watchdog_look(&w, &page, 100002, 100, &call), KC_WATCH_FINE);
    page.since_ms = 0;
    assert_int_equal(kc_watchdog_look(&w, &page, 900000, 100, &call), KC_WATCH_FINE);
    assert_int_equal(w.late, 0);
}

static void a_config_provider_has_ten_seconds(void **state)
{
    struct kc_crash_page page = in_call("get", 1, 1);
    struct kc_watchdog w = {0};
    struct kc_watch_call call;

    (void)state;
    (void)kc_watchdog_look(&w, &page, 10002, 100, &call);
    assert_int_equal(kc_watchdog_look(&w, &page, 10003, 100, &call), KC_WATCH_HUNG);
    assert_int_equal(call.deadline_ms, 10000);
}

static void a_put_may_take_as_long_as_the_consumer_may_be_silent(void **state)
{
    struct kc_crash_page page = in_call("put", 1, 1);
    struct kc_watchdog w = {.put_ms = 900000};
    struct kc_watch_call call;

    (void)state;
    (void)kc_watchdog_look(&w, &page, 800000, 100, &call);
    assert_int_equal(call.deadline_ms, 900000);
    page = in_call("poll", 1, 2);
    (void)kc_watchdog_look(&w, &page, 2, 100, &call);
    assert_int_equal(call.deadline_ms, 70000);
    page.since_ms = 0;
    (void)kc_watchdog_look(&w, &page, 3, 100, &call);
    page = in_call("pre_commit", 4, 3);
    (void)kc_watchdog_look(&w, &page, 5, 100, &call);
    assert_int_equal(call.deadline_ms, 900000);
    w.put_ms = 1000; /* a shorter one is the group's business alone */
    (void)kc_watchdog_look(&w, &page, 5, 100, &call);
    assert_int_equal(call.deadline_ms, 300000);
}

static void deadlines_are_scaled(void **state)
{
    struct kc_crash_page page = in_call("close", 1, 1);
    struct kc_watchdog w = {0};
    struct kc_watch_call call;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(kc_watchdog_look(&w, &page, 49000, 1000, &call), KC_WATCH_HUNG);
    (void)kc_watchdog_look(&w, &page, 51000, 1000, &call);
    assert_int_equal(kc_watchdog_look(&w, &page, 51001, 1000, &call), KC_WATCH_HUNG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_starts_only_where_there_is_none),
        cmocka_unit_test(only_an_exit_takes_a_process_away),
        cmocka_unit_test(stop_is_allowed_in_every_state_and_ends_in_idle),
        cmocka_unit_test(every_process_may_end_at_any_moment),
        cmocka_unit_test(pauses_double_up_to_the_longest_and_never_end),
        cmocka_unit_test(the_dice_move_a_pause_by_a_fifth_at_most),
        cmocka_unit_test(a_healthy_run_makes_the_failures_forgotten),
        cmocka_unit_test(the_plugins_wish_lengthens_a_pause_within_the_limit),
        cmocka_unit_test(a_slow_call_is_warned_of_once_and_a_hung_one_needs_two_looks),
        cmocka_unit_test(another_call_or_a_sign_of_life_begins_anew),
        cmocka_unit_test(a_config_provider_has_ten_seconds),
        cmocka_unit_test(a_put_may_take_as_long_as_the_consumer_may_be_silent),
        cmocka_unit_test(deadlines_are_scaled),
    };

    return cmocka_run_group_tests_name("policies", tests, NULL, NULL);
}
