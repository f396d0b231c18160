/* How a plugin can die, what is told of it, and when it is not started again; with real processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "supervisor/quarantine.h"
#include "supervisor_bench.h"

static const char plugins[] =
    "[{\"role\":\"connector\",\"id\":\"helper-source\",\"version\":\"1.0.0\",\"file\":"
    "\"/state/aa/source.so\"},"
    "{\"role\":\"value.converter\",\"id\":\"helper-sink\",\"version\":\"2.0.0\","
    "\"file\":\"/state/bb/sink.so\"}]";

/* Wishes for exactly one task, of the connector "orders", whose crashes count. */
static void apply_counted(struct bench *b, const char *behaviour, int64_t generation)
{
    char *start = bench_start_text(behaviour, NULL, false);
    struct kc_task_spec spec = bench_spec("orders", start);

    spec.generation = generation;
    spec.plugins = plugins;
    kc_supervisor_apply(b->supervisor, &spec, 1);
    free(start);
}

/* The trace of the first death of a task that behaves so. */
static void expect_trace(struct bench *b, const char *behaviour, const char *words)
{
    const struct seen *s;

    bench_apply_one(b, behaviour, 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    s = bench_wait_state(b, KC_STATE_RESTARTING);
    print_message("%s: %s\n", behaviour, s->trace);
    assert_non_null(strstr(s->trace, words));
}

static void exit_in_a_call_is_told_with_the_call(void **state)
{
    expect_trace(*state, "exit-in-put",
                 "the task process ended in put of helper-sink 2.0.0 with exit status 3 and gave no reason");
}

static void abort_in_a_call_is_told_with_the_call(void **state)
{
    expect_trace(*state, "abort-in-put", "SIGABRT in put of helper-sink 2.0.0");
}

static void a_stack_overflow_is_told_with_the_call(void **state)
{
    expect_trace(*state, "overflow-in-put", "SIGSEGV in put of helper-sink 2.0.0");
}

static void a_kill_from_outside_is_told_with_the_call(void **state)
{
    expect_trace(*state, "killed-in-put",
                 "the task process was ended by SIGKILL in put of helper-sink 2.0.0, which was not sent by");
}

static void a_file_that_keeps_crashing_is_quarantined_until_it_is_restarted_by_hand(void **state)
{
    struct bench *b = *state;
    const struct seen *s;
    size_t n;

    apply_counted(b, "crash", 1);
    s = bench_wait_state(b, KC_STATE_FAILED);
    print_message("%s\n", s->trace);
    assert_int_equal(strncmp(s->trace, "quarantined after 3 crashes in 10 min, until", 43), 0);
    assert_non_null(strstr(s->trace, "by hand: SIGSEGV in poll of helper-source 1.0.0 at "));
    assert_string_equal(b->held_file, "/state/aa/source.so");
    assert_non_null(strstr(b->held_why, "quarantined after 3 crashes"));
    assert_null(strchr(b->held_why, '\n'));
    n = b->n;
    apply_counted(b, "run", 1); /* the picture of the fleet has changed elsewhere */
    assert_int_equal(b->n, n);
    apply_counted(b, "run", 2);
    assert_string_equal(bench_wait_state(b, KC_STATE_RUNNING)->trace, "");
    assert_int_equal(b->held_n, 2);
    assert_string_equal(b->held_why, "");
}

static void a_quarantined_task_that_goes_and_comes_back_is_not_started(void **state)
{
    struct bench *b = *state;
    const struct seen *s;

    apply_counted(b, "crash", 1);
    (void)bench_wait_state(b, KC_STATE_FAILED);
    kc_supervisor_apply(b->supervisor, NULL, 0);
    (void)bench_wait_state(b, KC_STATE_UNASSIGNED);
    apply_counted(b, "crash", 1);
    s = bench_wait_state(b, KC_STATE_FAILED);
    assert_int_equal(s->pid, 0);
    assert_non_null(strstr(s->trace, "quarantined after 3 crashes in 10 min"));
    assert_int_equal(b->held_n, 1);
}

static void exits_and_hangs_count_and_the_file_is_that_of_the_call(void **state)
{
    struct bench *b = *state;

    apply_counted(b, "exit-in-put", 1);
    assert_non_null(
        strstr(bench_wait_state(b, KC_STATE_FAILED)->trace, "in put of helper-sink 2.0.0 with exit"));
    assert_string_equal(b->held_file, "/state/bb/sink.so");
    apply_counted(b, "hang", 2);
    assert_non_null(strstr(bench_wait_state(b, KC_STATE_FAILED)->trace, "did not return from poll"));
    assert_string_equal(b->held_file, "/state/aa/source.so");
}

static void a_kill_from_outside_and_a_failure_of_its_own_do_not_count(void **state)
{
    struct bench *b = *state;
    const struct seen *s;

    apply_counted(b, "killed-in-put", 1);
    do
        s = bench_wait_state(b, KC_STATE_RESTARTING);
    while (s->attempt <= CRASHES);
    apply_counted(b, "retry", 2);
    do
        s = bench_wait_state(b, KC_STATE_RESTARTING);
    while (s->attempt <= CRASHES);
    assert_int_equal(b->held_n, 0);
}

static void what_runs_of_a_plugin_that_is_gone_goes_on(void **state)
{
    struct bench *b = *state;
    int32_t pid;

    bench_apply_one(b, "run", 1, false);
    pid = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    assert_true(kc_supervisor_keep(b->supervisor, "orders", 9, 1, true));
    kc_supervisor_apply(b->supervisor, NULL, 0);
    assert_int_equal(bench_wait_state(b, KC_STATE_PAUSED)->pid, pid);
    assert_true(kc_supervisor_keep(b->supervisor, "orders", 9, 1, false));
    kc_supervisor_apply(b->supervisor, NULL, 0);
    assert_int_equal(bench_wait_state(b, KC_STATE_RUNNING)->pid, pid);
    assert_false(kc_supervisor_keep(b->supervisor, "orders", 9, 2, false));
    assert_false(kc_supervisor_keep(b->supervisor, "other", 9, 1, false));
    kc_supervisor_apply(b->supervisor, NULL, 0);
    (void)bench_wait_state(b, KC_STATE_UNASSIGNED);
}

static void crashes_are_counted_within_the_window_and_by_file(void **state)
{
    struct kc_quarantine *q = kc_quarantine_create(3, 1000);
    char text[64];

    (void)state;
    assert_false(kc_quarantine_crashed(q, "a", "c", 1, 0));
    assert_false(kc_quarantine_crashed(q, "b", "c", 1, 1));
    assert_false(kc_quarantine_crashed(q, "a", "c", 1, 500));
    assert_false(kc_quarantine_crashed(q, "a", "c", 1, 1000)); /* the first is too long ago */
    assert_int_equal(kc_quarantine_start(q, "a", "other", 5), KC_QUARANTINE_FREE);
    assert_true(kc_quarantine_crashed(q, "a", "c", 1, 1400));
    assert_false(kc_quarantine_crashed(q, "b", "c", 1, 5000)); /* its first was forgotten */
    assert_true(kc_quarantine_crashed(q, "a", "c", 2, 90000)); /* by a task that ran on: it stays */
    assert_int_equal(kc_quarantine_start(q, "a", "c", 2), KC_QUARANTINE_HELD);
    assert_int_equal(kc_quarantine_start(q, "a", "other", 2), KC_QUARANTINE_LIFTED);
    assert_int_equal(kc_quarantine_start(q, "a", "c", 2), KC_QUARANTINE_FREE);
    assert_false(kc_quarantine_crashed(q, "a", "c", 3, 90001));
    kc_quarantine_describe(q, text, sizeof(text));
    assert_string_equal(text, "3 crashes in 1 s");
    kc_quarantine_destroy(q);
    q = kc_quarantine_create(0, 1000);
    for (int i = 0; i < 100; i++)
        assert_false(kc_quarantine_crashed(q, "a", "c", 1, i));
    kc_quarantine_destroy(q);
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(exit_in_a_call_is_told_with_the_call),
        WITH_BENCH(abort_in_a_call_is_told_with_the_call),
        WITH_BENCH(a_stack_overflow_is_told_with_the_call),
        WITH_BENCH(a_kill_from_outside_is_told_with_the_call),
        WITH_BENCH(a_file_that_keeps_crashing_is_quarantined_until_it_is_restarted_by_hand),
        WITH_BENCH(a_quarantined_task_that_goes_and_comes_back_is_not_started),
        cmocka_unit_test_setup_teardown(exits_and_hangs_count_and_the_file_is_that_of_the_call,
                                        bench_set_up_hasty, bench_tear_down),
        WITH_BENCH(a_kill_from_outside_and_a_failure_of_its_own_do_not_count),
        WITH_BENCH(what_runs_of_a_plugin_that_is_gone_goes_on),
        cmocka_unit_test(crashes_are_counted_within_the_window_and_by_file),
    };

    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s TASK-EXECUTABLE\n", argv[0]);
        return 2;
    }
    bench_helper = argv[1];
    kc_log_set_level(KC_LOG_OFF);
    return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
