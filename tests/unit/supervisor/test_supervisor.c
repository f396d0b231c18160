/* The supervisor with real processes: task_helper plays the task. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "scratch.h"
#include "supervisor_bench.h"

static void a_task_runs_and_stops_when_it_is_no_longer_wanted(void **state)
{
    struct bench *b = *state;
    const struct seen *s;
    int32_t pid;

    bench_apply_one(b, "run", 1, false);
    s = bench_wait_state(b, KC_STATE_RUNNING);
    pid = s->pid;
    assert_true(pid > 0 && kill(pid, 0) == 0);
    assert_int_equal(s->assignment, 7);
    assert_string_equal(s->trace, "");
    kc_supervisor_apply(b->supervisor, NULL, 0);
    s = bench_wait_state(b, KC_STATE_UNASSIGNED);
    assert_int_equal(s->pid, 0);
    assert_int_equal(kill(pid, 0), -1);
}

static void the_same_wish_again_changes_nothing(void **state)
{
    struct bench *b = *state;
    size_t n;

    bench_apply_one(b, "run", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    n = b->n;
    for (int i = 0; i < 3; i++)
        bench_apply_one(b, "run", 1, false);
    assert_int_equal(b->n, n);
}

static void a_task_is_paused_and_resumed_without_a_new_process(void **state)
{
    struct bench *b = *state;
    int32_t pid;

    bench_apply_one(b, "run", 1, false);
    pid = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    bench_apply_one(b, "run", 1, true);
    assert_int_equal(bench_wait_state(b, KC_STATE_PAUSED)->pid, pid);
    bench_apply_one(b, "run", 1, false);
    assert_int_equal(bench_wait_state(b, KC_STATE_RUNNING)->pid, pid);
}

static void another_generation_ends_the_process_before_the_next_begins(void **state)
{
    struct bench *b = *state;
    int32_t first, second;

    bench_apply_one(b, "run", 1, false);
    first = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    bench_apply_one(b, "run", 2, true);
    (void)bench_wait_state(b, KC_STATE_RESTARTING);
    second = bench_wait_state(b, KC_STATE_PAUSED)->pid;
    assert_int_not_equal(first, second);
    assert_int_equal(kill(first, 0), -1);
}

static void a_retriable_failure_is_tried_again_for_ever_with_growing_pauses(void **state)
{
    struct bench *b = *state;
    int64_t last = 0;

    bench_apply_one(b, "retry", 1, false);
    for (int32_t attempt = 1; attempt <= 6; attempt++) {
        const struct seen *s = bench_wait_state(b, KC_STATE_RESTARTING);

        while (s->pid != 0) { /* that is one being started: it still says when that was */
            assert_int_equal(s->next_attempt_ms, last);
            s = bench_wait_state(b, KC_STATE_RESTARTING);
        }
        assert_int_equal(s->attempt, attempt);
        assert_string_equal(s->trace, "the database is away");
        assert_int_equal(s->pid, 0);
        assert_true(s->next_attempt_ms > last);
        last = s->next_attempt_ms;
    }
}

static void a_wrong_configuration_fails_at_once_until_a_new_generation(void **state)
{
    struct bench *b = *state;
    const struct seen *s;
    size_t n;

    bench_apply_one(b, "config", 1, false);
    s = bench_wait_state(b, KC_STATE_FAILED);
    assert_string_equal(s->trace, "database.password: access denied; set the right one");
    assert_int_equal(s->attempt, 0);
    n = b->n;
    bench_apply_one(b, "config", 1, false);
    (void)uv_timer_start(&b->alarm, bench_on_alarm, 300, 0);
    (void)uv_run(&b->loop, UV_RUN_DEFAULT);
    assert_int_equal(b->n, n);
    bench_apply_one(b, "run", 2, false);
    s = bench_wait_state(b, KC_STATE_RUNNING);
    assert_string_equal(s->trace, "");
}

static void a_crash_is_told_with_signal_and_place_and_tried_again(void **state)
{
    struct bench *b = *state;
    const struct seen *s;

    bench_apply_one(b, "crash", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    s = bench_wait_state(b, KC_STATE_RESTARTING);
    print_message("%s\n", s->trace);
    assert_non_null(strstr(s->trace, "SIGSEGV in poll of helper-source 1.0.0 at task_helper+0x"));
    assert_non_null(strstr(s->trace, "kc_helper_crash"));
    assert_int_equal(s->attempt, 1);
    while (s->attempt < 2)
        s = bench_wait_state(b, KC_STATE_RESTARTING);
}

static void after_a_crash_the_trace_goes_when_the_task_runs_again(void **state)
{
    struct bench *b = *state;
    char *folder = scratch_make(), *marker = scratch_path(folder, "marker");
    char *start = bench_start_text("crash-once", marker, false);
    struct kc_task_spec spec = bench_spec("orders", start);
    const struct seen *s;

    kc_supervisor_apply(b->supervisor, &spec, 1);
    s = bench_wait_state(b, KC_STATE_RESTARTING);
    assert_non_null(strstr(s->trace, "SIGSEGV"));
    s = bench_wait_state(b, KC_STATE_RUNNING);
    assert_string_equal(s->trace, "");
    assert_int_equal(s->attempt, 0);
    free(start);
    free(marker);
    scratch_remove(folder);
}

static void a_process_killed_from_outside_is_told_and_tried_again(void **state)
{
    struct bench *b = *state;

    bench_apply_one(b, "killed", 1, false);
    assert_non_null(strstr(bench_wait_state(b, KC_STATE_RESTARTING)->trace,
                           "ended by SIGKILL, which was not sent by kconnect"));
}

static void a_process_that_leaves_unasked_is_tried_again(void **state)
{
    struct bench *b = *state;

    bench_apply_one(b, "leave", 1, false);
    assert_non_null(
        strstr(bench_wait_state(b, KC_STATE_RESTARTING)->trace, "exit status 0 and gave no reason"));
}

static void a_fenced_task_is_unassigned_and_tried_again_later(void **state)
{
    struct bench *b = *state;
    const struct seen *s;

    bench_apply_one(b, "fenced", 1, false);
    s = bench_wait_state(b, KC_STATE_UNASSIGNED);
    while (s->trace[0] == '\0')
        s = bench_wait_state(b, KC_STATE_UNASSIGNED);
    assert_non_null(strstr(s->trace, "another instance of this task has taken over"));
    assert_true(s->next_attempt_ms > 0);
    bench_apply_one(b, "run", 2, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
}

static void a_hung_call_is_aborted_and_told(void **state)
{
    struct bench *b = *state;
    const struct seen *s;

    bench_apply_one(b, "hang", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    s = bench_wait_state(b, KC_STATE_RESTARTING);
    print_message("%s\n", s->trace);
    assert_int_equal(strncmp(s->trace, "helper-source 1.0.0 did not return from poll for ", 49), 0);
    assert_non_null(strstr(s->trace, "SIGABRT in poll of helper-source 1.0.0"));
    assert_non_null(strstr(s->trace, "wait_for_ever"));
}

static void a_process_with_too_much_memory_is_ended_and_told(void **state)
{
    struct bench *b = *state;
    char *start = bench_start_text("greedy", NULL, false);
    struct kc_task_spec spec = bench_spec("orders", start);
    const struct seen *s;

    spec.memory_max_mb = 100;
    kc_supervisor_apply(b->supervisor, &spec, 1);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    s = bench_wait_state(b, KC_STATE_RESTARTING);
    print_message("%s\n", s->trace);
    assert_non_null(
        strstr(s->trace, "MB of memory and was ended, because task.memory.max.mb is 100: raise it"));
    assert_non_null(strstr(s->trace, "it was in put of helper-source 1.0.0"));
    free(start);
}

static void a_task_that_does_not_stop_is_killed_after_the_grace_period(void **state)
{
    struct bench *b = *state;
    int64_t begun;
    int32_t pid;

    bench_apply_one(b, "deaf", 1, false);
    pid = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    begun = kc_mono_ms();
    kc_supervisor_stop(b->supervisor, bench_on_done, b);
    bench_run_until(b, bench_is_stopped, NULL);
    assert_true(kc_mono_ms() - begun >= GRACE_MS - 1);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(bench_wait_state(b, KC_STATE_UNASSIGNED)->pid, 0);
}

static void rubbish_on_the_socket_ends_the_process(void **state)
{
    struct bench *b = *state;

    bench_apply_one(b, "garbage", 1, false);
    assert_non_null(strstr(bench_wait_state(b, KC_STATE_RESTARTING)->trace, "is no message"));
}

static void a_wish_that_returns_while_its_process_stops_waits_for_that_process(void **state)
{
    struct bench *b = *state;
    int32_t first, second;

    bench_apply_one(b, "deaf", 1, false);
    first = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    kc_supervisor_apply(b->supervisor, NULL, 0);
    bench_apply_one(b, "run", 1, false);
    assert_int_equal(kill(first, 0), 0);
    second = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    assert_int_not_equal(first, second);
    assert_int_equal(kill(first, 0), -1);
}

static void a_wish_that_changes_again_and_again_while_stopping_ends_with_the_last(void **state)
{
    struct bench *b = *state;
    const struct seen *s;

    bench_apply_one(b, "run", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    for (int64_t generation = 2; generation < 10; generation++) {
        bench_apply_one(b, "config", generation, false);
        kc_supervisor_apply(b->supervisor, NULL, 0);
    }
    bench_apply_one(b, "run", 10, true);
    s = bench_wait_state(b, KC_STATE_PAUSED);
    for (size_t i = 0; i < b->n; i++)
        assert_int_not_equal(b->seen[i].state, KC_STATE_FAILED);
    assert_true(s->pid > 0);
}

static void progress_is_told_at_most_once_a_second_and_the_last_is_not_lost(void **state)
{
    struct bench *b = *state;
    const char *last = "{\"phase\":\"snapshot\",\"item\":\"t\",\"done\":499,\"total\":500}";
    int64_t begun = kc_mono_ms();
    size_t told = 0;

    bench_apply_one(b, "flood", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    while (strcmp(b->seen[b->n - 1].progress, last) != 0)
        (void)bench_wait_state(b, KC_STATE_RUNNING);
    for (size_t i = 0; i < b->n; i++)
        told += b->seen[i].progress[0] != '\0';
    assert_true((int64_t)told <= 3 + (kc_mono_ms() - begun) / 1000);
}

static void what_is_done_is_no_progress_any_more(void **state)
{
    struct bench *b = *state;

    bench_apply_one(b, "finished", 1, false);
    assert_string_equal(bench_wait_state(b, KC_STATE_RUNNING)->progress, "");
}

static void a_process_has_no_descriptor_but_its_own(void **state)
{
    struct bench *b = *state;
    int extra[2];

    assert_int_equal(pipe(extra), 0); /* as other libraries make them: without close-on-exec */
    bench_apply_one(b, "descriptors", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    while (b->seen[b->n - 1].progress[0] == '\0')
        (void)bench_wait_state(b, KC_STATE_RUNNING);
    assert_non_null(strstr(b->seen[b->n - 1].progress, "\"item\":\"\""));
    (void)close(extra[0]);
    (void)close(extra[1]);
}

/* It may wait, dead, for whoever collects orphans here. */
static bool has_ended(const struct bench *b, const void *what)
{
    char path[64], text[256] = "";
    const char *end;
    FILE *f;

    (void)b;
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", *(const int *)what);
    f = fopen(path, "r");
    if (f == NULL)
        return true;
    (void)!fread(text, 1, sizeof(text) - 1, f);
    (void)fclose(f);
    end = strrchr(text, ')');
    return end == NULL || end[2] == 'Z' || end[2] == 'X';
}

static void what_a_task_started_ends_with_it(void **state)
{
    struct bench *b = *state;
    const char *item;
    int pid = 0;

    bench_apply_one(b, "fork", 1, false);
    (void)bench_wait_state(b, KC_STATE_RUNNING);
    while (b->seen[b->n - 1].progress[0] == '\0')
        (void)bench_wait_state(b, KC_STATE_RUNNING);
    item = strstr(b->seen[b->n - 1].progress, "\"item\":\"");
    assert_non_null(item);
    assert_int_equal(sscanf(item, "\"item\":\"%d\"", &pid), 1);
    assert_true(pid > 0);
    assert_false(has_ended(b, &pid));
    kc_supervisor_apply(b->supervisor, NULL, 0);
    (void)bench_wait_state(b, KC_STATE_UNASSIGNED);
    bench_run_until(b, has_ended, &pid);
}

static void a_new_assignment_of_the_same_task_is_told_without_a_new_process(void **state)
{
    struct bench *b = *state;
    char *start = bench_start_text("run", NULL, false);
    struct kc_task_spec spec = bench_spec("orders", start);
    const struct seen *s;
    int32_t pid;

    kc_supervisor_apply(b->supervisor, &spec, 1);
    pid = bench_wait_state(b, KC_STATE_RUNNING)->pid;
    spec.assignment = 8;
    kc_supervisor_apply(b->supervisor, &spec, 1);
    s = bench_wait_state(b, KC_STATE_RUNNING);
    assert_int_equal(s->assignment, 8);
    assert_int_equal(s->pid, pid);
    free(start);
}

static bool all_run(const struct bench *b, const void *what)
{
    size_t running = 0;

    for (size_t i = 0; i < b->n; i++)
        running += b->seen[i].state == KC_STATE_RUNNING;
    return running >= *(const size_t *)what;
}

static void many_tasks_start_and_stop_together(void **state)
{
    enum { MANY = 20 };
    struct bench *b = *state;
    struct kc_task_spec specs[MANY];
    char names[MANY][16], *start = bench_start_text("run", NULL, false);
    size_t n = MANY, unassigned = 0;

    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "c-%zu", i);
        specs[i] = bench_spec(names[i], start);
    }
    kc_supervisor_apply(b->supervisor, specs, MANY);
    bench_run_until(b, all_run, &n);
    kc_supervisor_stop(b->supervisor, bench_on_done, b);
    bench_run_until(b, bench_is_stopped, NULL);
    for (size_t i = 0; i < b->n; i++)
        unassigned += b->seen[i].state == KC_STATE_UNASSIGNED && b->seen[i].pid == 0;
    assert_int_equal(unassigned, MANY);
    free(start);
}

static void an_executable_that_is_not_there_is_tried_again(void **state)
{
    struct bench *b = *state;
    struct kc_supervisor_options options = {.executable = "/nowhere/kconnect",
                                            .stop_grace_ms = GRACE_MS,
                                            .restart_first_ms = 5,
                                            .restart_max_ms = 20};
    struct kc_supervisor *other = kc_supervisor_create(&b->loop, &options, bench_on_status, b);
    struct kc_task_spec spec = bench_spec("orders", "{\"type\":\"start\"}");
    const struct seen *s;

    kc_supervisor_apply(other, &spec, 1);
    s = bench_wait_state(b, KC_STATE_RESTARTING);
    assert_non_null(strstr(s->trace, "cannot start a task process from /nowhere/kconnect"));
    while (s->attempt < 3)
        s = bench_wait_state(b, KC_STATE_RESTARTING);
    kc_supervisor_stop(other, bench_on_done, b);
    bench_run_until(b, bench_is_stopped, NULL);
    kc_supervisor_destroy(other);
    b->stopped = false;
}

static void a_tasks_own_pauses_win_over_the_supervisors(void **state)
{
    struct bench *b = *state;
    struct kc_supervisor_options options = {.executable = "/nowhere/kconnect",
                                            .stop_grace_ms = GRACE_MS,
                                            .restart_first_ms = 3600000,
                                            .restart_max_ms = 3600000};
    struct kc_supervisor *other = kc_supervisor_create(&b->loop, &options, bench_on_status, b);
    struct kc_task_spec spec = bench_spec("orders", "{\"type\":\"start\"}");
    const struct seen *s;

    spec.restart_first_ms = 5;
    spec.restart_max_ms = 20;
    kc_supervisor_apply(other, &spec, 1);
    do
        s = bench_wait_state(b, KC_STATE_RESTARTING);
    while (s->attempt < 3);
    kc_supervisor_stop(other, bench_on_done, b);
    bench_run_until(b, bench_is_stopped, NULL);
    kc_supervisor_destroy(other);
    b->stopped = false;
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(a_task_runs_and_stops_when_it_is_no_longer_wanted),
        WITH_BENCH(the_same_wish_again_changes_nothing),
        WITH_BENCH(a_task_is_paused_and_resumed_without_a_new_process),
        WITH_BENCH(another_generation_ends_the_process_before_the_next_begins),
        WITH_BENCH(a_retriable_failure_is_tried_again_for_ever_with_growing_pauses),
        WITH_BENCH(a_wrong_configuration_fails_at_once_until_a_new_generation),
        WITH_BENCH(a_crash_is_told_with_signal_and_place_and_tried_again),
        WITH_BENCH(after_a_crash_the_trace_goes_when_the_task_runs_again),
        WITH_BENCH(a_process_killed_from_outside_is_told_and_tried_again),
        WITH_BENCH(a_process_that_leaves_unasked_is_tried_again),
        WITH_BENCH(a_fenced_task_is_unassigned_and_tried_again_later),
        cmocka_unit_test_setup_teardown(a_hung_call_is_aborted_and_told, bench_set_up_hasty, bench_tear_down),
        WITH_BENCH(a_process_with_too_much_memory_is_ended_and_told),
        WITH_BENCH(a_task_that_does_not_stop_is_killed_after_the_grace_period),
        WITH_BENCH(rubbish_on_the_socket_ends_the_process),
        WITH_BENCH(a_wish_that_returns_while_its_process_stops_waits_for_that_process),
        WITH_BENCH(a_wish_that_changes_again_and_again_while_stopping_ends_with_the_last),
        WITH_BENCH(what_is_done_is_no_progress_any_more),
        WITH_BENCH(progress_is_told_at_most_once_a_second_and_the_last_is_not_lost),
        WITH_BENCH(a_process_has_no_descriptor_but_its_own),
        WITH_BENCH(what_a_task_started_ends_with_it),
        WITH_BENCH(a_new_assignment_of_the_same_task_is_told_without_a_new_process),
        WITH_BENCH(many_tasks_start_and_stop_together),
        WITH_BENCH(an_executable_that_is_not_there_is_tried_again),
        WITH_BENCH(a_tasks_own_pauses_win_over_the_supervisors),
    };

    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s TASK-EXECUTABLE\n", argv[0]);
        return 2;
    }
    bench_helper = argv[1];
    kc_log_set_level(KC_LOG_OFF);
    return cmocka_run_group_tests_name("supervisor", tests, NULL, NULL);
}
