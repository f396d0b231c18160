/* supervisor_bench.h - a loop, a supervisor on it, and everything it ever told, for tests. */
#ifndef KC_TEST_SUPERVISOR_BENCH_H
#define KC_TEST_SUPERVISOR_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "supervisor/supervisor.h"

enum { GRACE_MS = 400, MAX_SEEN = 2000, CRASHES = 3 };

/* One status, as it was told. */
struct seen {
    char connector[64], trace[4096], progress[512];
    enum kc_state state;
    int64_t assignment, next_attempt_ms, at_ms;
    int32_t attempt, pid;
};

struct bench {
    uv_loop_t loop;
    uv_timer_t alarm;
    struct kc_supervisor *supervisor;
    struct seen seen[MAX_SEEN];
    size_t n, from; /* those before `from` have been looked at */
    bool stopped;
    char held_file[256],
        held_why[1024]; /* of the last word about a quarantine; why is empty when it was lifted */
    size_t held_n;      /* how many such words there were */
};

/* The executable that plays the task; set before any test. */
extern const char *bench_helper;

/* cmocka's set-up and tear-down: *state is a struct bench with short pauses and deadlines. */
int bench_set_up(void **state);
/* The same with a watchdog that waits 0.7 s for poll() and 3 s for put(), which a busy machine may need for any call. */
int bench_set_up_hasty(void **state);
int bench_tear_down(void **state);

/* For another supervisor on the same loop: records a status, notes that all is stopped, ends uv_run(). `arg` is the bench. */
void bench_on_status(void *arg, const struct kc_task_status *s);
void bench_on_done(void *arg);
void bench_on_alarm(uv_timer_t *timer);

/* Runs the loop until `enough` says so; fails the test after a minute. */
void bench_run_until(struct bench *b, bool (*enough)(const struct bench *b, const void *what),
                     const void *what);
bool bench_is_stopped(const struct bench *b, const void *what);

/* Runs until the state is told and gives that status; later waits look at later ones only. */
const struct seen *bench_wait_state(struct bench *b, enum kc_state state);

/* A start message for task_helper; to be freed. `marker` may be NULL. */
char *bench_start_text(const char *behaviour, const char *marker, bool paused);
/* Task 0 of `connector`, assignment 7, generation 1; its crashes are not counted: CRASHES would be enough otherwise. */
struct kc_task_spec bench_spec(const char *connector, const char *start);
/* Wishes for exactly one task, of the connector "orders". */
void bench_apply_one(struct bench *b, const char *behaviour, int64_t generation, bool paused);

#endif
