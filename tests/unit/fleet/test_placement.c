/* test_placement.c - who runs what: balanced, and nothing moves without need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka needs the first three */
#include <cmocka.h>

#include "fleet/placement.h"

enum { N_TASKS = 11 };

static const struct kc_placement_worker workers[] = {
    {"a:1", "i1"}, {"b:1", "i2"}, {"c:1", "i3"}, {"d:1", "i4"}};
static const char *const names[N_TASKS] = {"t00", "t01", "t02", "t03", "t04", "t05",
                                           "t06", "t07", "t08", "t09", "t10"};

static void name_tasks(struct kc_placement_task *tasks)
{
    for (size_t i = 0; i < N_TASKS; i++)
        tasks[i] = (struct kc_placement_task){.connector = names[i]};
}

/* Takes the result as the situation to start from. */
static void settle(const struct kc_placement_worker *now, struct kc_placement_task *tasks)
{
    for (size_t i = 0; i < N_TASKS; i++) {
        tasks[i].worker = now[tasks[i].place].id;
        tasks[i].instance = now[tasks[i].place].instance;
    }
}

static void assert_balanced(const struct kc_placement_task *tasks, size_t n_workers)
{
    size_t load[8] = {0}, low = N_TASKS, high = 0;

    for (size_t i = 0; i < N_TASKS; i++)
        load[tasks[i].place]++;
    for (size_t i = 0; i < n_workers; i++) {
        low = load[i] < low ? load[i] : low;
        high = load[i] > high ? load[i] : high;
    }
    assert_true(high - low <= 1);
}

static void tasks_are_spread_evenly(void **state)
{
    struct kc_placement_task tasks[N_TASKS];

    (void)state;
    for (size_t n = 1; n <= 4; n++) {
        name_tasks(tasks);
        assert_int_equal(kc_placement_compute(workers, n, tasks, N_TASKS), KC_OK);
        assert_balanced(tasks, n);
    }
}

static void what_is_balanced_does_not_move(void **state)
{
    struct kc_placement_task tasks[N_TASKS];
    size_t before[N_TASKS];

    (void)state;
    name_tasks(tasks);
    assert_int_equal(kc_placement_compute(workers, 3, tasks, N_TASKS), KC_OK);
    settle(workers, tasks);
    for (size_t i = 0; i < N_TASKS; i++)
        before[i] = tasks[i].place;
    assert_int_equal(kc_placement_compute(workers, 3, tasks, N_TASKS), KC_OK);
    for (size_t i = 0; i < N_TASKS; i++)
        assert_int_equal(tasks[i].place, before[i]);
}

static void a_newcomer_gets_its_share_and_no_more_moves(void **state)
{
    struct kc_placement_task tasks[N_TASKS];
    size_t before[N_TASKS], moved = 0;

    (void)state;
    name_tasks(tasks);
    assert_int_equal(kc_placement_compute(workers, 2, tasks, N_TASKS), KC_OK);
    settle(workers, tasks);
    for (size_t i = 0; i < N_TASKS; i++)
        before[i] = tasks[i].place;
    assert_int_equal(kc_placement_compute(workers, 3, tasks, N_TASKS), KC_OK);
    assert_balanced(tasks, 3);
    for (size_t i = 0; i < N_TASKS; i++) {
        moved += tasks[i].place != before[i];
        assert_true(tasks[i].place == before[i] || tasks[i].place == 2);
    }
    assert_int_equal(moved, 3);
}

static void only_the_tasks_of_a_lost_worker_move(void **state)
{
    const struct kc_placement_worker left[] = {workers[0], workers[2], workers[3]};
    struct kc_placement_task tasks[N_TASKS];

    (void)state;
    name_tasks(tasks);
    assert_int_equal(kc_placement_compute(workers, 4, tasks, N_TASKS), KC_OK);
    settle(workers, tasks);
    assert_int_equal(kc_placement_compute(left, 3, tasks, N_TASKS), KC_OK);
    assert_balanced(tasks, 3);
    for (size_t i = 0; i < N_TASKS; i++)
        if (strcmp(tasks[i].worker, "b:1") != 0)
            assert_string_equal(left[tasks[i].place].id, tasks[i].worker);
}

static void a_restarted_worker_is_another_one(void **state)
{
    const struct kc_placement_worker again[] = {{"a:1", "i9"}};
    struct kc_placement_task tasks[N_TASKS];

    (void)state;
    name_tasks(tasks);
    assert_int_equal(kc_placement_compute(workers, 1, tasks, N_TASKS), KC_OK);
    settle(workers, tasks);
    assert_int_equal(kc_placement_compute(again, 1, tasks, N_TASKS), KC_OK);
    for (size_t i = 0; i < N_TASKS; i++)
        assert_int_equal(tasks[i].place, 0);
}

static void the_order_of_workers_does_not_matter(void **state)
{
    const struct kc_placement_worker turned[] = {workers[2], workers[0], workers[1]};
    struct kc_placement_task a[N_TASKS], b[N_TASKS];

    (void)state;
    name_tasks(a);
    name_tasks(b);
    assert_int_equal(kc_placement_compute(workers, 3, a, N_TASKS), KC_OK);
    assert_int_equal(kc_placement_compute(turned, 3, b, N_TASKS), KC_OK);
    for (size_t i = 0; i < N_TASKS; i++)
        assert_string_equal(workers[a[i].place].id, turned[b[i].place].id);
}

static void without_workers_nothing_is_set(void **state)
{
    struct kc_placement_task tasks[N_TASKS];

    (void)state;
    name_tasks(tasks);
    assert_int_equal(kc_placement_compute(workers, 0, tasks, N_TASKS), KC_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_are_spread_evenly),
        cmocka_unit_test(what_is_balanced_does_not_move),
        cmocka_unit_test(a_newcomer_gets_its_share_and_no_more_moves),
        cmocka_unit_test(only_the_tasks_of_a_lost_worker_move),
        cmocka_unit_test(a_restarted_worker_is_another_one),
        cmocka_unit_test(the_order_of_workers_does_not_matter),
        cmocka_unit_test(without_workers_nothing_is_set),
    };

    return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
