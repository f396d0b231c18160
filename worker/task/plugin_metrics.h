/*
 * plugin_metrics.h - the metrics that plugins register with kc_host.metric(), in the task's process.
 *
 * Registered and listed on the task's thread; values are atomic, so plugins may change them from any thread. Bounded: 64
 * of one process (metrics/plugin_metric.h); one that is refused is told of in the log, once.
 */
#ifndef KC_TASK_PLUGIN_METRICS_H
#define KC_TASK_PLUGIN_METRICS_H

#include <cjson/cJSON.h>

#include "task/host_table.h"

/* A metric, or the one that has this name and these labels already. NULL: refused, with a line in the log. */
struct kc_metric *kc_plugin_metrics_add(struct kc_ctx *ctx, int32_t kind, const char *name,
                                        const char *labels);
/* Frees those of one instance. */
void kc_plugin_metrics_forget(struct kc_ctx *ctx);

void kc_plugin_metric_add(struct kc_metric *m, double delta);
void kc_plugin_metric_set(struct kc_metric *m, double value);

/* KC_METRIC_CAUGHT_UP of this instance as Unix us; INT64_MIN: it has none, or has not set it yet. */
int64_t kc_plugin_caught_up_us(const struct kc_ctx *ctx);
/* True when it has that metric. */
bool kc_plugin_tells_caught_up(const struct kc_ctx *ctx);

/* The list for the stats message; what is no finite number is left out. The caller deletes it. */
cJSON *kc_plugin_metrics_json(const struct kc_task *task);

#endif
