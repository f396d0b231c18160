#include "plugin/probe_host.h"

#include <stdio.h>

#include "base/log.h"

/* The probe is a process of one thread that lives for one file. */
static char reason[512];

static const void *no_extension(const char *id)
{
    (void)id;
    return NULL;
}

static enum kc_log_level worker_level(int32_t level)
{
    static const enum kc_log_level levels[] = {
        [KC_LOG_TRACE] = KC_TRACE, [KC_LOG_DEBUG] = KC_DEBUG, [KC_LOG_INFO] = KC_INFO,
        [KC_LOG_WARN] = KC_WARN,   [KC_LOG_ERROR] = KC_ERROR,
    };

    return level >= 0 && level <= KC_LOG_ERROR ? levels[level] : KC_ERROR;
}

static int32_t log_enabled(struct kc_ctx *ctx, int32_t level)
{
    (void)ctx;
    return level >= KC_LOG_WARN || kc_log_enabled(worker_level(level));
}

static void log_line(struct kc_ctx *ctx, int32_t level, const char *file, int32_t line, struct kc_str msg)
{
    int n = msg.len < sizeof(reason) ? (int)msg.len : (int)sizeof(reason) - 1;

    (void)ctx;
    (void)file;
    (void)line;
    if (level >= KC_LOG_WARN)
        (void)snprintf(reason, sizeof(reason), "%.*s", n, msg.ptr);
    kc_log(worker_level(level), "worker/plugin", "%.*s", n, msg.ptr);
}

static struct kc_metric *metric(struct kc_ctx *ctx, int32_t kind, const char *name, const char *labels)
{
    (void)ctx;
    (void)kind;
    (void)name;
    (void)labels;
    return NULL;
}

static void metric_number(struct kc_metric *m, double v)
{
    (void)m;
    (void)v;
}

static kc_status offset_get(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset)
{
    (void)ctx;
    (void)partition;
    (void)offset;
    return KC_ERR_UNSUPPORTED;
}

static void offset_each(struct kc_ctx *ctx,
                        void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                        void *arg)
{
    (void)ctx;
    (void)visit;
    (void)arg;
}

static kc_status state_get(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value)
{
    (void)ctx;
    (void)key;
    (void)value;
    return KC_ERR_UNSUPPORTED;
}

static kc_status state_put(struct kc_ctx *ctx, struct kc_str key, struct kc_str value)
{
    (void)ctx;
    (void)key;
    (void)value;
    return KC_ERR_UNSUPPORTED;
}

static const struct kc_topic *topic(struct kc_ctx *ctx, struct kc_str name, uint32_t partitions)
{
    (void)ctx;
    (void)name;
    (void)partitions;
    return NULL;
}

static kc_status topics_ensure(struct kc_ctx *ctx, struct kc_error *err)
{
    (void)ctx;
    (void)err;
    return KC_ERR_UNSUPPORTED;
}

static const struct kc_schema *schema_new(struct kc_ctx *ctx, const struct kc_schema *spec,
                                          struct kc_error *err)
{
    (void)ctx;
    (void)spec;
    (void)err;
    return NULL;
}

static void schema_count(const struct kc_schema *s)
{
    (void)s;
}

static kc_status arena_grow(struct kc_arena *a, uint64_t size)
{
    (void)a;
    (void)size;
    return KC_ERR_UNSUPPORTED;
}

static void record_failed(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i,
                          const struct kc_error *why)
{
    (void)ctx;
    (void)b;
    (void)i;
    (void)why;
}

static void request_reconfiguration(struct kc_ctx *ctx)
{
    (void)ctx;
}

static void raise_error(struct kc_ctx *ctx, const struct kc_error *why)
{
    (void)ctx;
    (void)why;
}

static void alive(struct kc_ctx *ctx, const char *progress)
{
    (void)ctx;
    (void)progress;
}

static void progress_of(struct kc_ctx *ctx, const char *phase, const char *item, uint64_t done,
                        uint64_t total)
{
    (void)ctx;
    (void)phase;
    (void)item;
    (void)done;
    (void)total;
}

static int32_t stop_fd(struct kc_ctx *ctx)
{
    (void)ctx;
    return -1;
}

static void report_text(struct kc_report *r, const char *key, const char *text)
{
    (void)r;
    (void)key;
    (void)text;
}

static void report_visible(struct kc_report *r, const char *key, int32_t visible)
{
    (void)r;
    (void)key;
    (void)visible;
}

static void report_value(struct kc_report *r, const char *key, struct kc_str value, int64_t ttl_ms)
{
    (void)r;
    (void)key;
    (void)value;
    (void)ttl_ms;
}

static kc_status plan_add(struct kc_task_plan *plan, const struct kc_map *config)
{
    (void)plan;
    (void)config;
    return KC_ERR_UNSUPPORTED;
}

const struct kc_host *kc_probe_host(void)
{
    static const struct kc_host host = {
        .struct_size = sizeof(host),
        .abi_major = KC_ABI_MAJOR,
        .abi_minor = KC_ABI_MINOR,
        .name = "kconnect",
        .version = KC_VERSION,
        .get_extension = no_extension,
        .log_enabled = log_enabled,
        .log = log_line,
        .metric = metric,
        .metric_add = metric_number,
        .metric_set = metric_number,
        .offset_get = offset_get,
        .offset_each = offset_each,
        .state_get = state_get,
        .state_put = state_put,
        .topic = topic,
        .topics_ensure = topics_ensure,
        .schema_new = schema_new,
        .schema_ref = schema_count,
        .schema_unref = schema_count,
        .arena_grow = arena_grow,
        .record_failed = record_failed,
        .request_reconfiguration = request_reconfiguration,
        .raise = raise_error,
        .alive = alive,
        .progress = progress_of,
        .stop_fd = stop_fd,
        .report_error = report_text,
        .report_choice = report_text,
        .report_visible = report_visible,
        .report_value = report_value,
        .plan_add = plan_add,
    };

    return &host;
}

const char *kc_probe_host_reason(void)
{
    return reason;
}
