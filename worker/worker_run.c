#include "worker_run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/loggers.h"
#include "fleet/fleet.h"
#include "plugin/watch.h"
#include "server.h"
#include "supervisor/supervisor.h"
#include "task_plan.h"
#include "validate/validator.h"

enum {
    EXIT_DEADLINE_MS = 9500, /* from the signal to the end, whatever hangs */
};

/* Everything on the main thread but `changed`, which other threads send. */
struct worker {
    const struct kc_worker_config *config;
    uv_loop_t loop;
    uv_async_t changed;
    uv_signal_t sigterm, sigint;
    uv_timer_t deadline;
    char executable[4096];
    struct kc_registry *registry;
    struct kc_installer *installer;
    struct kc_plugin_watch *plugin_watch;
    struct kc_task_board *board;
    struct kc_supervisor *supervisor;
    struct kc_validator *validator;
    struct kc_api *api;
    struct kc_fleet *fleet;
    uint64_t loggers_told; /* the version of the levels that tasks have */
    bool stopping;
};

/* The state of a task, from the supervisor to the fleet's status topic. */
static void on_task_status(void *arg, const struct kc_task_status *s)
{
    struct worker *w = arg;
    struct kc_task_view view = {
        .state = s->state,
        .worker_id = kc_api_address(w->api),
        .version = s->version,
        .trace = s->trace,
        .attempt = s->attempt,
        .next_attempt_ms = s->next_attempt_ms,
        .progress = s->progress,
    };

    if (w->fleet != NULL)
        kc_fleet_report(w->fleet, s->connector, s->assignment, &view);
}

static void on_task_topic(void *arg, const char *connector, int64_t assignment, const char *topic)
{
    struct worker *w = arg;

    if (w->fleet != NULL && w->config->topic_tracking)
        kc_fleet_topic_used(w->fleet, connector, assignment, topic);
}

static void on_quarantine(void *arg, const char *file, const char *detail)
{
    struct worker *w = arg;

    kc_registry_quarantine(w->registry, file, detail);
}

/* Somebody may have cleaned up below /tmp. */
static void on_task_start(void *arg)
{
    struct worker *w = arg;

    kc_registry_restage(w->registry);
}

/* Running tasks get the levels of loggers as soon as one was changed here; others find them in their start message. */
static void tell_loggers(struct worker *w)
{
    uint64_t version = kc_loggers_version();
    cJSON *message;
    char *text;

    if (version == w->loggers_told || w->supervisor == NULL)
        return;
    message = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(message, "type", "loggers");
    (void)cJSON_AddItemToObject(message, "levels", kc_loggers_json());
    text = cJSON_PrintUnformatted(message);
    cJSON_Delete(message);
    if (text != NULL) {
        kc_supervisor_tell(w->supervisor, text);
        w->loggers_told = version;
    }
    free(text);
}

/* What runs of it stays: its plugin's file may have been taken away, and tasks keep their copy. */
static void on_plan_failure(void *arg, const struct kc_connector_view *c, const struct kc_error *why)
{
    struct worker *w = arg;
    struct kc_task_view view = {
        .state = KC_STATE_FAILED, .worker_id = kc_api_address(w->api), .trace = why->message};

    if (kc_supervisor_keep(w->supervisor, c->name, c->assignment, c->generation,
                           c->target == KC_TARGET_PAUSED))
        return;
    kc_fleet_report(w->fleet, c->name, c->assignment, &view);
}

/* Brings the supervisor in line with the newest picture of the fleet. */
static void on_changed(uv_async_t *handle)
{
    struct worker *w = handle->data;
    struct kc_error err = KC_ERROR_INIT;
    struct kc_task_plan_list plan;
    const struct kc_fleet_view *view;

    tell_loggers(w);
    if (w->stopping || w->fleet == NULL)
        return;
    view = kc_fleet_view_get(w->fleet);
    if (kc_task_plan(view, w->config, w->registry, on_plan_failure, w, &plan, &err) < 0) {
        kc_log(KC_ERROR, "worker", "cannot plan tasks: %s", err.message);
    } else {
        kc_supervisor_apply(w->supervisor, plan.specs, plan.n);
        kc_task_plan_finish(&plan);
    }
    kc_fleet_view_put(view);
}

static void wake(void *arg)
{
    struct worker *w = arg;

    (void)uv_async_send(&w->changed);
}

static void on_tasks_stopped(void *arg)
{
    struct worker *w = arg;

    uv_stop(&w->loop);
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    kc_log(KC_WARN, "worker", "stopping took longer than %d ms; ending now", EXIT_DEADLINE_MS);
    _exit(0);
}

/* Tasks finish their transaction first; the group is left last, so that no other worker starts them meanwhile. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct worker *w = handle->data;

    if (w->stopping) {
        kc_log(KC_WARN, "worker", "second signal: ending at once");
        _exit(1);
    }
    kc_log(KC_INFO, "worker", "%s: stopping", number == SIGINT ? "interrupted" : "asked to end");
    w->stopping = true;
    (void)uv_timer_start(&w->deadline, on_deadline, EXIT_DEADLINE_MS, 0);
    kc_supervisor_stop(w->supervisor, on_tasks_stopped, w);
}

static kc_status start_loop(struct worker *w, struct kc_error *err)
{
    size_t size = sizeof(w->executable);

    if (uv_exepath(w->executable, &size) < 0)
        return kc_fail(err, KC_ERR_FATAL, "cannot find out the path of this executable");
    if (uv_loop_init(&w->loop) < 0 || uv_async_init(&w->loop, &w->changed, on_changed) < 0 ||
        uv_signal_init(&w->loop, &w->sigterm) < 0 || uv_signal_init(&w->loop, &w->sigint) < 0 ||
        uv_timer_init(&w->loop, &w->deadline) < 0)
        return kc_fail(err, KC_ERR_FATAL, "cannot start the event loop");
    w->changed.data = w->sigterm.data = w->sigint.data = w->deadline.data = w;
    if (uv_signal_start(&w->sigterm, on_signal, SIGTERM) < 0 ||
        uv_signal_start(&w->sigint, on_signal, SIGINT) < 0)
        return kc_fail(err, KC_ERR_FATAL, "cannot watch for signals");
    return KC_OK;
}

/* What is installed now; from here on the watch keeps to it. */
static kc_status find_plugins(struct worker *w, struct kc_error *err)
{
    const struct kc_worker_config *c = w->config;
    int64_t again_ms;
    bool changed;

    w->registry = kc_registry_create();
    if (w->registry == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    w->installer = kc_installer_create(w->registry, c->plugin_path, c->state_dir, w->executable, err);
    if (w->installer == NULL || kc_installer_scan(w->installer, 0, NULL, &again_ms, &changed, err) < 0)
        return err->status;
    w->plugin_watch =
        kc_plugin_watch_start(w->installer, w->registry, c->plugin_path, KC_PLUGIN_SETTLE_MS, wake, w, err);
    return w->plugin_watch == NULL ? err->status : KC_OK;
}

static kc_status start_parts(struct worker *w, struct kc_error *err)
{
    struct kc_supervisor_options options = {
        .executable = w->executable,
        .board = w->board,
        .stop_grace_ms = w->config->graceful_shutdown_ms,
        .restart_first_ms = w->config->restart_first_ms,
        .restart_max_ms = w->config->restart_max_ms,
        .on_topic = on_task_topic,
        .topic_arg = w,
        .quarantine_crashes = w->config->quarantine_crashes,
        .quarantine_window_ms = w->config->quarantine_window_ms,
        .on_quarantine = on_quarantine,
        .before_start = on_task_start,
        .hook_arg = w,
    };
    struct kc_api_context context = {.config = w->config, .board = w->board};

    kc_log(KC_INFO, "worker", "kconnect %s, group %s, brokers %s", KC_VERSION, w->config->group_id,
           w->config->bootstrap_servers);
    if (find_plugins(w, err) < 0)
        return err->status;
    w->supervisor = kc_supervisor_create(&w->loop, &options, on_task_status, w);
    if (w->supervisor == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    w->validator = kc_validator_create(w->executable, w->config);
    if (w->validator == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    kc_loggers_on_change(wake, w);
    context.registry = w->registry;
    context.validator = w->validator;
    w->api = kc_api_start(&context, err);
    if (w->api == NULL)
        return err->status;
    kc_log(KC_INFO, "worker", "REST API on http://%s", kc_api_address(w->api));
    w->fleet = kc_fleet_start(w->config, kc_api_address(w->api), wake, w, err);
    if (w->fleet == NULL)
        return err->status;
    kc_api_ready(w->api, w->fleet);
    return KC_OK;
}

/* False: calls still run, also after those that waited for the leader have been told that there is no answer. */
static bool stop_api(struct worker *w)
{
    if (kc_api_stop(w->api))
        return true;
    if (w->fleet != NULL)
        kc_fleet_close(w->fleet);
    return kc_api_stop(w->api);
}

/* False: a thread could not be let go and still uses what it was given: nothing of that may be freed. */
static bool stop_parts(struct worker *w)
{
    kc_plugin_watch_stop(w->plugin_watch);
    if (!stop_api(w) || !kc_fleet_stop(w->fleet))
        return false;
    kc_loggers_on_change(NULL, NULL);
    if (w->supervisor != NULL)
        kc_supervisor_destroy(w->supervisor);
    kc_task_board_destroy(w->board);
    kc_validator_destroy(w->validator);
    kc_installer_destroy(w->installer);
    kc_registry_destroy(w->registry);
    return true;
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void stop_loop(struct worker *w)
{
    uv_walk(&w->loop, close_handle, NULL);
    (void)uv_run(&w->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&w->loop);
}

int kc_worker_run(const struct kc_worker_config *config)
{
    struct kc_error err = KC_ERROR_INIT;
    struct worker *w = calloc(1, sizeof(*w));
    int status = 0;

    if (w == NULL)
        return 1;
    w->config = config;
    w->board = kc_task_board_create(); /* without one there are no figures of tasks, and that is all */
    (void)signal(SIGPIPE, SIG_IGN); /* a task or client that is gone is an error of one write, not our end */
    if (start_loop(w, &err) < 0 || start_parts(w, &err) < 0) {
        kc_log(KC_FATAL, "worker", "cannot start: %s", err.message);
        status = 1;
    } else {
        (void)uv_run(&w->loop, UV_RUN_DEFAULT);
    }
    if (!stop_parts(w)) {
        kc_log(KC_INFO, "worker", "ended");
        _exit(status);
    }
    stop_loop(w);
    free(w);
    kc_log(KC_INFO, "worker", "ended");
    return status;
}
