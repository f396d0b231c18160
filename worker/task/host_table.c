#include "task/host_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "task/arena.h"
#include "task/plugin_metrics.h"
#include "task/report.h"
#include "task/sink_control.h"

enum { PROGRESS_INTERVAL_MS = 1000 };

static const void *get_extension(const char *id)
{
    return strcmp(id, KC_EXT_SINK_CONTROL) == 0 ? kc_sink_control_table() : NULL;
}

/* The ABI's levels are the log's. */
static int32_t log_enabled(struct kc_ctx *ctx, int32_t level)
{
    (void)ctx;
    return kc_log_enabled((enum kc_log_level)level);
}

static void log_line(struct kc_ctx *ctx, int32_t level, const char *file, int32_t line, struct kc_str msg)
{
    (void)file;
    (void)line;
    if (level < KC_TRACE || level > KC_ERROR)
        level = KC_ERROR;
    kc_log((enum kc_log_level)level, ctx == NULL ? "plugin" : ctx->component.def->id, "%.*s", (int)msg.len,
           msg.ptr);
}

static kc_status offset_get(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset)
{
    return ctx->task->offsets == NULL ? KC_NOTHING : kc_offsets_get(ctx->task->offsets, partition, offset);
}

static void offset_each(struct kc_ctx *ctx,
                        void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                        void *arg)
{
    if (ctx->task->offsets != NULL)
        kc_offsets_each(ctx->task->offsets, visit, arg);
}

static kc_status state_get(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value)
{
    return ctx->task->offsets == NULL ? KC_NOTHING : kc_state_get(ctx->task->offsets, key, value);
}

static kc_status state_put(struct kc_ctx *ctx, struct kc_str key, struct kc_str value)
{
    if (ctx->task->offsets == NULL) /* a sink: its consumer group is all that it has */
        return KC_ERR_UNSUPPORTED;
    return kc_state_put(ctx->task->offsets, key, value, false);
}

static const struct kc_topic *topic(struct kc_ctx *ctx, struct kc_str name, uint32_t partitions)
{
    return kc_topics_get(ctx->task->topics, name, partitions);
}

static kc_status topics_ensure(struct kc_ctx *ctx, struct kc_error *err)
{
    return kc_topics_ensure(ctx->task->topics, err);
}

static const struct kc_schema *schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    return kc_schemas_get(ctx->task->schemas, spec, err);
}

static void record_failed(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *why)
{
    struct kc_task *t = ctx->task;
    const struct kc_origin *origin = kc_batch_at(b, i)->origin;
    bool ours = strncmp(ctx->stage, "TASK_", 5) == 0;
    struct kc_failure failure = {.index = i,
                                 .stage = ctx->stage,
                                 .component = ctx->component.label,
                                 .exception = ours ? "org.apache.kafka.connect.errors.ConnectException"
                                                   : "org.apache.kafka.connect.errors.DataException"};
    struct kc_error failed = KC_ERROR_INIT;

    kc_batch_at(b, i)->flags |= KC_REC_FAILED;
    if (t->failures.muted)
        return;
    atomic_fetch_add(&t->errors, 1);
    (void)kc_fail(&failed, why->status, "%s", why->message);
    if (strcmp(ctx->stage, "TRANSFORMATION") == 0) /* several may have the same sentence */
        (void)kc_wrap(&failed, "%s", ctx->component.label);
    if (origin != NULL && !t->failures.tolerated) /* for whoever has to look at it, or to leave it out */
        (void)kc_wrap(&failed, "offset %lld of partition %d of topic %s", (long long)origin->offset,
                      origin->partition, origin->topic->name.ptr);
    if (kc_failures_add(&t->failures, &failure, &failed) < 0)
        kc_task_raise(t, &failed);
}

static void request_reconfiguration(struct kc_ctx *ctx)
{
    kc_log(KC_INFO, ctx->component.def->id,
           "asked for new task configurations; they are made when the connector is deployed again");
}

static void raise_failure(struct kc_ctx *ctx, const struct kc_error *why)
{
    kc_task_raise(ctx->task, why);
}

static void send_progress(struct kc_task *t, const char *phase, const char *item, uint64_t done,
                          uint64_t total)
{
    int64_t now = kc_mono_ms();
    bool send;

    (void)pthread_mutex_lock(&t->lock);
    send = now - t->progress_sent_ms >= PROGRESS_INTERVAL_MS || strcmp(t->progress_item, item) != 0 ||
           (total > 0 && done >= total);
    if (send) {
        t->progress_sent_ms = now;
        (void)snprintf(t->progress_item, sizeof(t->progress_item), "%s", item);
    }
    (void)pthread_mutex_unlock(&t->lock);
    if (send)
        (void)kc_link_progress(t->link, phase, item, done, total);
}

static void alive(struct kc_ctx *ctx, const char *progress)
{
    if (ctx->task->page != NULL)
        kc_crash_page_alive(ctx->task->page);
    if (progress != NULL)
        kc_log(KC_DEBUG, ctx->component.def->id, "%s", progress);
}

static void progress(struct kc_ctx *ctx, const char *phase, const char *item, uint64_t done, uint64_t total)
{
    phase = phase == NULL ? "" : phase;
    item = item == NULL ? "" : item;
    if (kc_utf8_valid(phase, strlen(phase)) && kc_utf8_valid(item, strlen(item))) /* else it is no JSON */
        send_progress(ctx->task, phase, item, done, total);
}

static int32_t stop_fd(struct kc_ctx *ctx)
{
    return kc_link_stop_fd(ctx->task->link);
}

/* A task validates and plans nothing: the one collector in it is of a config provider's values. */
static void report_error(struct kc_report *r, const char *key, const char *message)
{
    (void)r;
    kc_log(KC_WARN, "plugin", "%s: %s", key == NULL ? "configuration" : key, message);
}

static void report_choice(struct kc_report *r, const char *key, const char *value)
{
    (void)r;
    (void)key;
    (void)value;
}

static void report_visible(struct kc_report *r, const char *key, int32_t visible)
{
    (void)r;
    (void)key;
    (void)visible;
}

static kc_status plan_add(struct kc_task_plan *plan, const struct kc_map *config)
{
    (void)plan;
    (void)config;
    return KC_ERR_UNSUPPORTED;
}

const struct kc_host *kc_host_table(void)
{
    static const struct kc_host table = {
        .struct_size = sizeof(table),
        .abi_major = KC_ABI_MAJOR,
        .abi_minor = KC_ABI_MINOR,
        .name = "kconnect",
        .version = KC_VERSION,
        .get_extension = get_extension,
        .log_enabled = log_enabled,
        .log = log_line,
        .metric = kc_plugin_metrics_add,
        .metric_add = kc_plugin_metric_add,
        .metric_set = kc_plugin_metric_set,
        .offset_get = offset_get,
        .offset_each = offset_each,
        .state_get = state_get,
        .state_put = state_put,
        .topic = topic,
        .topics_ensure = topics_ensure,
        .schema_new = schema_new,
        .schema_ref = kc_schema_ref,
        .schema_unref = kc_schema_unref,
        .arena_grow = kc_arena_more,
        .record_failed = record_failed,
        .request_reconfiguration = request_reconfiguration,
        .raise = raise_failure,
        .alive = alive,
        .progress = progress,
        .stop_fd = stop_fd,
        .report_error = report_error,
        .report_choice = report_choice,
        .report_visible = report_visible,
        .report_value = kc_report_value,
        .plan_add = plan_add,
    };

    return &table;
}

void kc_ctx_init(struct kc_ctx *ctx, struct kc_task *task, const struct kc_component_ref *component)
{
    *ctx = (struct kc_ctx){.task = task, .component = *component, .stage = "TASK_POLL"};
}

void kc_ctx_finish(struct kc_ctx *ctx)
{
    kc_plugin_metrics_forget(ctx);
}

void kc_ctx_enter(const struct kc_ctx *ctx, const char *call)
{
    if (ctx->task->page != NULL)
        kc_crash_page_enter(ctx->task->page, ctx->component.label, call);
}

void kc_ctx_leave(const struct kc_ctx *ctx)
{
    if (ctx->task->page != NULL)
        kc_crash_page_enter(ctx->task->page, NULL, NULL);
}
