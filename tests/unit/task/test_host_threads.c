/*
 * test_host_threads.c - what host.h marks with [any], called by threads of a plugin while the task's own thread is in and
 * out of calls and the worker sends commands. Under ThreadSanitizer this is the test of a task's threads (tests/run tsan).
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../cm.h"

#include "base/clock.h"
#include "base/loggers.h"
#include "supervisor/control.h"
#include "task/host_table.h"
#include "task/plugin_metrics.h"
#include "task/task.h"

enum { HELPERS = 3, CALLS = 300, PATIENCE_MS = 60000, WORKER_FD = 0, TASK_FD = 1 };

static const struct kc_component component = {.struct_size = sizeof(component), .id = "busy-source"};

/* A task with all that its threads share, and a socket in the worker's place. */
struct bench {
    int fds[2];
    struct kc_task task;
    struct kc_ctx ctx;
    struct kc_metric *calls;
    const struct kc_schema *schema;
    atomic_int helpers_left;
    atomic_int interrupts;
    pthread_t worker;
};

static void send_command(struct bench *b, const char *json)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_buf frame = {0};

    assert_int_equal(kc_control_frame_text(json, strlen(json), &frame, &err), KC_OK);
    assert_int_equal(send(b->fds[WORKER_FD], frame.data, frame.len, MSG_NOSIGNAL), frame.len);
    kc_buf_finish(&frame);
}

/* Reads what the task says, to the end, so that its link has always something to write. */
static void *read_all(void *arg)
{
    struct bench *b = arg;
    char bytes[4096];

    while (recv(b->fds[WORKER_FD], bytes, sizeof(bytes), 0) > 0)
        continue;
    return NULL;
}

static void *help(void *arg)
{
    struct bench *b = arg;
    struct kc_ctx *ctx = &b->ctx;
    const struct kc_host *host = kc_host_table();
    struct kc_error why = {
        .struct_size = sizeof(why), .status = KC_ERR_RETRY, .message = "the helper lost its connection"};

    for (int i = 0; i < CALLS; i++) {
        host->schema_ref(b->schema);
        host->metric_add(b->calls, 1);
        host->alive(ctx, "still here");
        host->progress(ctx, "copy", i % 2 == 0 ? "orders" : "items", (uint64_t)i, CALLS);
        if (host->log_enabled(ctx, KC_LOG_DEBUG))
            host->log(ctx, KC_LOG_DEBUG, __FILE__, __LINE__, (struct kc_str){"a line", 6, 0});
        (void)host->stop_fd(ctx);
        if (i == CALLS / 2)
            host->raise(ctx, &why);
        host->schema_unref(b->schema);
    }
    atomic_fetch_sub(&b->helpers_left, 1);
    return NULL;
}

static void interrupt_task(void *arg)
{
    struct bench *b = arg;

    atomic_fetch_add(&b->interrupts, 1);
}

static void set_up(struct bench *b)
{
    struct kc_error err = KC_ERROR_INIT;
    struct kc_schema spec = {.struct_size = sizeof(spec), .type = KC_INT32};
    const struct kc_component_ref ref = {.def = &component, .label = "busy-source 1.0"};
    int page;

    *b = (struct bench){.task = {.lock = PTHREAD_MUTEX_INITIALIZER}, .helpers_left = HELPERS};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b->fds), 0);
    b->task.link = kc_link_open(b->fds[TASK_FD], &err);
    assert_non_null(b->task.link);
    page = kc_crash_page_create(&b->task.page, &err);
    assert_true(page >= 0);
    assert_int_equal(close(page), 0);
    b->task.schemas = kc_schemas_create();
    b->schema = kc_schemas_get(b->task.schemas, &spec, &err);
    assert_non_null(b->schema);
    kc_ctx_init(&b->ctx, &b->task, &ref);
    b->calls = kc_host_table()->metric(&b->ctx, KC_METRIC_COUNTER, "calls", NULL);
    assert_int_equal(pthread_create(&b->worker, NULL, read_all, b), 0);
    assert_int_equal(kc_link_run(b->task.link, false, &err), KC_OK);
    kc_link_on_stop(b->task.link, interrupt_task, b);
}

static void tear_down(struct bench *b)
{
    kc_link_close(b->task.link);
    assert_int_equal(pthread_join(b->worker, NULL), 0);
    assert_int_equal(close(b->fds[WORKER_FD]), 0);
    kc_ctx_finish(&b->ctx);
    kc_schemas_destroy(b->task.schemas);
    kc_crash_page_release(b->task.page);
}

/* What the task's thread does around each call into the plugin, and once in a while. */
static void be_task(struct bench *b)
{
    struct kc_error err = KC_ERROR_INIT;

    kc_ctx_enter(&b->ctx, "poll");
    (void)kc_host_table()->metric(&b->ctx, KC_METRIC_COUNTER, "calls", NULL);
    kc_host_table()->metric_add(b->calls, 1);
    kc_ctx_leave(&b->ctx);
    kc_meter_tell(&b->task, true);
    (void)kc_link_state(b->task.link, "RUNNING");
    (void)kc_task_raised(&b->task, &err);
    kc_link_wait(b->task.link, 0);
}

static void threads_of_a_plugin_may_call_what_is_for_any_thread(void **state)
{
    static const char *const commands[] = {
        "{\"type\":\"pause\"}", "{\"type\":\"loggers\",\"levels\":{\"busy-source\":\"DEBUG\"}}",
        "{\"type\":\"resume\"}", "{\"type\":\"loggers\",\"levels\":{\"busy-source\":\"ERROR\"}}"};
    static struct bench b;
    pthread_t helpers[HELPERS];
    struct kc_error err = KC_ERROR_INIT;
    int64_t deadline = kc_mono_ms() + PATIENCE_MS;
    double own = 0;

    (void)state;
    set_up(&b);
    for (int i = 0; i < HELPERS; i++)
        assert_int_equal(pthread_create(&helpers[i], NULL, help, &b), 0);
    for (; atomic_load(&b.helpers_left) > 0; own++) {
        if ((int)own % 16 == 0)
            send_command(&b, commands[(int)own / 16 % 4]);
        be_task(&b);
    }
    send_command(&b, "{\"type\":\"stop\"}");
    while (atomic_load(&b.interrupts) == 0 && kc_mono_ms() < deadline)
        kc_link_wait(b.task.link, 100);
    kc_link_on_stop(b.task.link, NULL, NULL);
    for (int i = 0; i < HELPERS; i++)
        assert_int_equal(pthread_join(helpers[i], NULL), 0);

    assert_int_equal(kc_link_command(b.task.link), KC_COMMAND_STOP);
    assert_true(kc_link_stopped_at(b.task.link) > 0);
    assert_int_equal(atomic_load(&b.interrupts), 1);
    assert_int_equal(kc_task_raised(&b.task, &err), KC_ERR_RETRY);
    assert_string_equal(err.message, "the helper lost its connection");
    assert_int_equal(kc_schemas_count(b.task.schemas), 1);
    cJSON *metrics = kc_plugin_metrics_json(&b.task);
    const cJSON *value = cJSON_GetObjectItem(cJSON_GetArrayItem(metrics, 0), "value");
    assert_true(cJSON_GetNumberValue(value) == own + HELPERS * CALLS);
    cJSON_Delete(metrics);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_of_a_plugin_may_call_what_is_for_any_thread),
    };

    return cmocka_run_group_tests_name("host_threads", tests, NULL, NULL);
}
