/* The board: what a process's figures and a task's are, the lag while a task is silent, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "metrics/task_board.h"

static struct kc_task_figures *only(struct kc_task_board *b)
{
    size_t n;
    struct kc_task_figures *f = kc_task_board_copy(b, &n);

    assert_int_equal(n, 1);
    assert_non_null(f);
    return f;
}

static void lines_are_sorted_and_go(void **state)
{
    struct kc_task_board *b = kc_task_board_create();
    struct kc_task_line *second = kc_task_board_add(b, "b", 0), *first = kc_task_board_add(b, "a", 1);
    struct kc_task_figures *f;
    size_t n;

    (void)state;
    (void)kc_task_board_add(b, "a", 0);
    f = kc_task_board_copy(b, &n);
    assert_int_equal(n, 3);
    assert_string_equal(f[0].connector, "a");
    assert_int_equal(f[0].task, 0);
    assert_int_equal(f[1].task, 1);
    assert_string_equal(f[2].connector, "b");
    kc_task_figures_free(f, n);
    kc_task_board_remove(second);
    kc_task_board_remove(first);
    f = only(b);
    assert_string_equal(f->connector, "a");
    kc_task_figures_free(f, 1);
    kc_task_board_destroy(b);
}

static void a_new_process_begins_at_zero_and_the_task_goes_on_counting(void **state)
{
    struct kc_task_board *b = kc_task_board_create();
    struct kc_task_line *l = kc_task_board_add(b, "c", 0);
    struct kc_task_counts counts = {.written = 70, .behind_ms = 10};
    struct kc_task_figures *f;

    (void)state;
    kc_task_line_started(l, "mysql-source", "1.0", false, 0);
    kc_task_line_state(l, KC_STATE_RUNNING, 42);
    kc_task_line_counts(l, &counts, calloc(2, sizeof(struct kc_plugin_sample)), 2, 1000);
    kc_task_line_progress(l, "snapshot", "t", 5, 10);
    f = only(b);
    assert_int_equal(f->counts.written, 70);
    assert_int_equal(f->n_samples, 2);
    assert_int_equal(f->items[0].done, 5);
    assert_int_equal(f->pid, 42);
    assert_string_equal(f->version, "1.0");
    kc_task_figures_free(f, 1);

    kc_task_line_failed(l, KC_FAILURE_CRASH);
    kc_task_line_started(l, "mysql-source", "1.1", true, 64 << 20);
    f = only(b);
    assert_int_equal(f->counts.written, 0);
    assert_int_equal(f->n_samples + f->n_items, 0);
    assert_int_equal(f->starts, 2);
    assert_int_equal(f->restarts, 1);
    assert_int_equal(f->failures[KC_FAILURE_CRASH], 1);
    assert_string_equal(f->version, "1.1");
    assert_int_equal(f->memory_max_bytes, 64 << 20);
    kc_task_figures_free(f, 1);
    kc_task_board_destroy(b);
}

static void a_silent_task_falls_behind_through_restarts(void **state)
{
    struct kc_task_board *b = kc_task_board_create();
    struct kc_task_line *l = kc_task_board_add(b, "c", 0);
    struct kc_task_counts counts = {.behind_ms = 200}, unknown = {.behind_ms = -1};
    struct kc_task_figures *f = only(b);

    (void)state;
    assert_int_equal(kc_task_behind_ms(f, 99000), -1); /* nothing was ever known */
    kc_task_figures_free(f, 1);
    kc_task_line_counts(l, &counts, NULL, 0, 10000);
    f = only(b);
    assert_int_equal(kc_task_behind_ms(f, 10900), 200); /* as told: it tells once a second */
    assert_int_equal(kc_task_behind_ms(f, 21500), 10200);
    kc_task_figures_free(f, 1);
    kc_task_line_started(l, "p", "1", true, 0);
    kc_task_line_counts(l, &unknown, NULL, 0, 30000);
    f = only(b);
    assert_int_equal(kc_task_behind_ms(f, 31500), 20200); /* until the new process knows better */
    kc_task_figures_free(f, 1);
    kc_task_line_counts(l, &counts, NULL, 0, 32000);
    f = only(b);
    assert_int_equal(kc_task_behind_ms(f, 32000), 200);
    kc_task_figures_free(f, 1);
    kc_task_board_destroy(b);
}

static void items_are_bounded_and_done_ones_make_room(void **state)
{
    struct kc_task_board *b = kc_task_board_create();
    struct kc_task_line *l = kc_task_board_add(b, "c", 0);
    struct kc_task_figures *f;
    char name[16];

    (void)state;
    for (int i = 0; i < KC_PROGRESS_ITEMS; i++) {
        (void)snprintf(name, sizeof(name), "t%d", i);
        kc_task_line_progress(l, "snapshot", name, i == 7 ? 3 : 1, 3);
    }
    kc_task_line_progress(l, "snapshot", "t3", 2, 3);
    kc_task_line_progress(l, "snapshot", "new", 1, 9);
    kc_task_line_progress(l, "snapshot", "too many", 1, 9);
    f = only(b);
    assert_int_equal(f->n_items, KC_PROGRESS_ITEMS);
    assert_int_equal(f->items[3].done, 2);
    assert_string_equal(f->items[7].item, "t8");
    assert_string_equal(f->items[KC_PROGRESS_ITEMS - 1].item, "new");
    kc_task_figures_free(f, 1);
    kc_task_board_destroy(b);
}

static void without_a_board_nothing_happens(void **state)
{
    struct kc_task_line *l = kc_task_board_add(NULL, "c", 0);
    struct kc_task_counts counts = {0};

    (void)state;
    assert_null(l);
    kc_task_line_started(l, "p", "1", false, 0);
    kc_task_line_state(l, KC_STATE_RUNNING, 1);
    kc_task_line_counts(l, &counts, calloc(1, sizeof(struct kc_plugin_sample)), 1, 0);
    kc_task_line_progress(l, "p", "i", 1, 2);
    kc_task_line_failed(l, KC_FAILURE_HANG);
    kc_task_board_remove(l);
    kc_task_board_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_sorted_and_go),
        cmocka_unit_test(a_new_process_begins_at_zero_and_the_task_goes_on_counting),
        cmocka_unit_test(a_silent_task_falls_behind_through_restarts),
        cmocka_unit_test(items_are_bounded_and_done_ones_make_room),
        cmocka_unit_test(without_a_board_nothing_happens),
    };

    return cmocka_run_group_tests_name("task_board", tests, NULL, NULL);
}
