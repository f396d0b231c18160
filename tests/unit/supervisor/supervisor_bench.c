#include "supervisor_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"

enum { DEADLINE_MS = 60000, HASTY_PERCENT = 1, PATIENT_PERCENT = 20 };

const char *bench_helper;

static void copy(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text != NULL ? text : "");
}

void bench_on_status(void *arg, const struct kc_task_status *s)
{
    struct bench *b = arg;
    struct seen *seen;

    assert_true(b->n < MAX_SEEN);
    seen = &b->seen[b->n++];
    copy(seen->connector, sizeof(seen->connector), s->connector);
    copy(seen->trace, sizeof(seen->trace), s->trace);
    copy(seen->progress, sizeof(seen->progress), s->progress);
    seen->state = s->state;
    seen->assignment = s->assignment;
    seen->next_attempt_ms = s->next_attempt_ms;
    seen->attempt = s->attempt;
    seen->pid = s->pid;
    seen->at_ms = kc_mono_ms();
}

void bench_on_alarm(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

void bench_on_done(void *arg)
{
    struct bench *b = arg;

    b->stopped = true;
}

static void on_quarantine(void *arg, const char *file, const char *detail)
{
    struct bench *b = arg;

    copy(b->held_file, sizeof(b->held_file), file);
    copy(b->held_why, sizeof(b->held_why), detail);
    b->held_n++;
}

static int set_up(void **state, int32_t watchdog_percent)
{
    struct bench *b = calloc(1, sizeof(*b));
    struct kc_supervisor_options options = {.executable = bench_helper,
                                            .stop_grace_ms = GRACE_MS,
                                            .restart_first_ms = 20,
                                            .restart_max_ms = 200,
                                            .quarantine_crashes = CRASHES,
                                            .quarantine_window_ms = 600000,
                                            .on_quarantine = on_quarantine,
                                            .hook_arg = b,
                                            .watchdog_percent = watchdog_percent};

    assert_non_null(b);
    assert_int_equal(uv_loop_init(&b->loop), 0);
    assert_int_equal(uv_timer_init(&b->loop, &b->alarm), 0);
    b->supervisor = kc_supervisor_create(&b->loop, &options, bench_on_status, b);
    assert_non_null(b->supervisor);
    *state = b;
    return 0;
}

int bench_set_up(void **state)
{
    return set_up(state, PATIENT_PERCENT);
}

int bench_set_up_hasty(void **state)
{
    return set_up(state, HASTY_PERCENT);
}

void bench_run_until(struct bench *b, bool (*enough)(const struct bench *b, const void *what),
                     const void *what)
{
    int64_t end = kc_mono_ms() + DEADLINE_MS;

    while (!enough(b, what)) {
        if (kc_mono_ms() > end)
            fail_msg("this did not happen in time");
        (void)uv_timer_start(&b->alarm, bench_on_alarm, 5, 0);
        (void)uv_run(&b->loop, UV_RUN_ONCE);
    }
}

bool bench_is_stopped(const struct bench *b, const void *what)
{
    (void)what;
    return b->stopped;
}

static void close_walk(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

int bench_tear_down(void **state)
{
    struct bench *b = *state;

    if (!b->stopped) {
        kc_supervisor_stop(b->supervisor, bench_on_done, b);
        bench_run_until(b, bench_is_stopped, NULL);
    }
    kc_supervisor_destroy(b->supervisor);
    uv_walk(&b->loop, close_walk, NULL);
    (void)uv_run(&b->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&b->loop), 0);
    free(b);
    return 0;
}

static bool has_state(const struct bench *b, const void *what)
{
    for (size_t i = b->from; i < b->n; i++)
        if (b->seen[i].state == *(const enum kc_state *)what)
            return true;
    return false;
}

const struct seen *bench_wait_state(struct bench *b, enum kc_state state)
{
    bench_run_until(b, has_state, &state);
    while (b->seen[b->from].state != state)
        b->from++;
    return &b->seen[b->from++];
}

struct kc_task_spec bench_spec(const char *connector, const char *start)
{
    return (struct kc_task_spec){.connector = connector,
                                 .assignment = 7,
                                 .generation = 1,
                                 .plugin = "helper-source",
                                 .version = "1.0.0",
                                 .start = start};
}

char *bench_start_text(const char *behaviour, const char *marker, bool paused)
{
    char *text = NULL;

    assert_true(
        asprintf(&text,
                 "{\"type\":\"start\",\"paused\":%s,\"config\":{\"behaviour\":\"%s\",\"marker\":\"%s\"}}",
                 paused ? "true" : "false", behaviour, marker != NULL ? marker : "") > 0);
    return text;
}

void bench_apply_one(struct bench *b, const char *behaviour, int64_t generation, bool paused)
{
    char *start = bench_start_text(behaviour, NULL, paused);
    struct kc_task_spec spec = bench_spec("orders", start);

    spec.generation = generation;
    spec.paused = paused;
    kc_supervisor_apply(b->supervisor, &spec, 1);
    free(start);
}
