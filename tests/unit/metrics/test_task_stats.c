/* The message "stats", as it should be and as it should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/task_stats.h"

/* What the board shows after this message. The caller frees it. */
static struct kc_task_figures *take(struct kc_task_board *b, struct kc_task_line *l, const char *json)
{
    cJSON *message = cJSON_Parse(json);
    struct kc_task_figures *f;
    size_t n;

    assert_non_null(message);
    kc_task_stats_take(message, 1000, l);
    cJSON_Delete(message);
    f = kc_task_board_copy(b, &n);
    assert_int_equal(n, 1);
    return f;
}

static void figures_are_read(void **state)
{
    struct kc_task_board *b = kc_task_board_create();
    struct kc_task_line *l = kc_task_board_add(b, "c", 0);
    struct kc_task_figures *f = take(
        b, l,
        "{\"type\":\"stats\",\"polled\":9,\"records\":8,\"bytes\":700,\"behind_ms\":0,\"skipped\":1,"
        "\"commit_seconds\":{\"counts\":[1,2],\"sum\":0.5},"
        "\"sink\":{\"partitions\":3,\"lag\":12,\"lag_max\":7,\"put_seconds\":{\"counts\":[4],\"sum\":1}},"
        "\"plugin\":[{\"component\":\"x\",\"name\":\"n\",\"labels\":\"a=b\",\"kind\":2,\"value\":-1.5},"
        "{\"component\":\"x\",\"name\":\"h\",\"kind\":3,\"counts\":[0,0,4],\"sum\":2}]}");

    (void)state;
    assert_int_equal(f->counts.polled, 9);
    assert_int_equal(f->counts.written, 8);
    assert_int_equal(f->counts.bytes, 700);
    assert_int_equal(f->counts.skipped, 1);
    assert_int_equal(f->counts.behind_ms, 0);
    assert_int_equal(f->counts.commit_seconds.counts[1], 2);
    assert_true(f->counts.commit_seconds.sum == 0.5);
    assert_true(f->counts.of_sink);
    assert_int_equal(f->counts.partitions, 3);
    assert_int_equal(f->counts.lag, 12);
    assert_int_equal(f->counts.lag_max, 7);
    assert_int_equal(f->counts.put_seconds.counts[0], 4);
    assert_int_equal(f->n_samples, 2);
    assert_string_equal(f->samples[0].labels, "a=b");
    assert_true(f->samples[0].value == -1.5);
    assert_int_equal(f->samples[1].histogram.counts[2], 4);
    kc_task_figures_free(f, 1);
    kc_task_board_destroy(b);
}

static void what_is_odd_is_left_out(void **state)
{
    struct kc_task_board *b = kc_task_board_create();
    struct kc_task_line *l = kc_task_board_add(b, "c", 0);
    struct kc_task_figures *f = take(
        b, l,
        "{\"type\":\"stats\",\"records\":\"many\",\"commit_seconds\":{\"counts\":[-1,\"x\",null,3,1,1,1,1,1,"
        "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"sum\":\"x\"},\"transaction_records\":[],"
        "\"plugin\":[1,null,{},{\"component\":\"x\",\"name\":\"bad-name\",\"kind\":1,\"value\":1},"
        "{\"component\":\"x\",\"name\":\"a\",\"kind\":9,\"value\":1},"
        "{\"component\":\"x\",\"name\":\"b\",\"kind\":1,\"labels\":\"task=1\",\"value\":1},"
        "{\"component\":\"x\",\"name\":\"c\",\"kind\":1},"
        "{\"component\":\"x\",\"name\":\"good\",\"kind\":1,\"value\":1}]}");

    (void)state;
    assert_int_equal(f->counts.written, 0);
    assert_int_equal(f->counts.behind_ms, -1);
    assert_int_equal(f->counts.commit_seconds.counts[0], 0);
    assert_int_equal(f->counts.commit_seconds.counts[3], 3);
    assert_int_equal(kc_histogram_count(&f->counts.commit_seconds, &kc_bounds_seconds),
                     3 + kc_bounds_seconds.n - 3);
    assert_int_equal(f->n_samples, 1);
    assert_string_equal(f->samples[0].name, "good");
    kc_task_figures_free(f, 1);
    f = take(b, l, "{\"type\":\"stats\"}");
    assert_int_equal(f->n_samples, 0);
    assert_false(f->counts.of_sink);
    kc_task_figures_free(f, 1);
    f = take(b, l, "{\"type\":\"stats\",\"sink\":{\"lag\":\"much\"}}");
    assert_true(f->counts.of_sink);
    assert_int_equal(f->counts.lag, -1);
    kc_task_figures_free(f, 1);
    kc_task_board_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_read),
        cmocka_unit_test(what_is_odd_is_left_out),
    };

    return cmocka_run_group_tests_name("task_stats", tests, NULL, NULL);
}
