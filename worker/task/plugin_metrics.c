#include "task/plugin_metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "metrics/plugin_metric.h"

struct kc_metric {
    struct kc_metric *next;
    const struct kc_ctx *owner;
    int32_t kind;
    _Atomic double value; /* of a histogram: the sum */
    _Atomic uint64_t counts[KC_HISTOGRAM_BOUNDS + 1];
    char *labels; /* "" without */
    char name[];
};

static void refuse(const struct kc_ctx *ctx, const char *name, const char *why)
{
    kc_log(KC_WARN, ctx->component.def->id, "the metric %.80s is not shown: %s", name != NULL ? name : "",
           why);
}

/* Too many are refused, and told of once: a plugin that makes one for each row must not fill the log. */
static bool has_room(struct kc_ctx *ctx, const char *name)
{
    struct kc_task *t = ctx->task;

    if (t->n_metrics < KC_PLUGIN_METRICS)
        return true;
    if (!t->metrics_refused)
        refuse(ctx, name, "the plugins of one task may have 64 metrics; nor are others that follow");
    t->metrics_refused = true;
    return false;
}

struct kc_metric *kc_plugin_metrics_add(struct kc_ctx *ctx, int32_t kind, const char *name,
                                        const char *labels)
{
    const char *fault = kc_plugin_metric_fault(name, labels);
    struct kc_task *t = ctx->task;
    struct kc_metric *m;

    if (fault == NULL && (kind < KC_METRIC_COUNTER || kind > KC_METRIC_HISTOGRAM))
        fault = "its kind is none of counter, gauge and histogram";
    for (m = t->metrics; m != NULL && fault == NULL; m = m->next) {
        if (m->owner != ctx || strcmp(m->name, name) != 0)
            continue;
        if (m->kind != kind)
            fault = "there is one of this name and another kind";
        else if (strcmp(m->labels, labels != NULL ? labels : "") == 0)
            return m;
    }
    if (fault != NULL) {
        refuse(ctx, name, fault);
        return NULL;
    }
    if (!has_room(ctx, name))
        return NULL;
    m = calloc(1, sizeof(*m) + strlen(name) + 1);
    if (m == NULL)
        return NULL;
    m->labels = strdup(labels != NULL ? labels : "");
    if (m->labels == NULL) {
        free(m);
        return NULL;
    }
    memcpy(m->name, name, strlen(name) + 1);
    m->kind = kind;
    m->owner = ctx;
    m->next = t->metrics;
    t->metrics = m;
    t->n_metrics++;
    return m;
}

void kc_plugin_metrics_forget(struct kc_ctx *ctx)
{
    struct kc_metric **at = &ctx->task->metrics;

    while (*at != NULL) {
        struct kc_metric *m = *at;

        if (m->owner != ctx) {
            at = &m->next;
            continue;
        }
        *at = m->next;
        ctx->task->n_metrics--;
        free(m->labels);
        free(m);
    }
}

void kc_plugin_metric_add(struct kc_metric *m, double delta)
{
    double old;

    if (m == NULL)
        return;
    old = atomic_load(&m->value);
    while (!atomic_compare_exchange_weak(&m->value, &old, old + delta))
        ;
    if (m->kind == KC_METRIC_HISTOGRAM)
        atomic_fetch_add(&m->counts[kc_histogram_bucket(&kc_bounds_anything, delta)], 1);
}

void kc_plugin_metric_set(struct kc_metric *m, double value)
{
    if (m != NULL && m->kind != KC_METRIC_HISTOGRAM)
        atomic_store(&m->value, value);
}

static const struct kc_metric *caught_up(const struct kc_ctx *ctx)
{
    const struct kc_metric *m = ctx->task->metrics;

    while (m != NULL && (m->owner != ctx || m->kind != KC_METRIC_GAUGE || m->labels[0] != '\0' ||
                         strcmp(m->name, KC_METRIC_CAUGHT_UP) != 0))
        m = m->next;
    return m;
}

bool kc_plugin_tells_caught_up(const struct kc_ctx *ctx)
{
    return caught_up(ctx) != NULL;
}

int64_t kc_plugin_caught_up_us(const struct kc_ctx *ctx)
{
    const struct kc_metric *m = caught_up(ctx);
    double seconds = m != NULL ? atomic_load(&m->value) : 0;

    return seconds > 0 && seconds < 1e11 ? (int64_t)(seconds * 1e6) : INT64_MIN;
}

static cJSON *metric_json(const struct kc_metric *m)
{
    cJSON *item = cJSON_CreateObject(), *counts;

    (void)cJSON_AddStringToObject(item, "component", m->owner->component.def->id);
    (void)cJSON_AddStringToObject(item, "name", m->name);
    if (m->labels[0] != '\0')
        (void)cJSON_AddStringToObject(item, "labels", m->labels);
    (void)cJSON_AddNumberToObject(item, "kind", m->kind);
    if (m->kind != KC_METRIC_HISTOGRAM) {
        (void)cJSON_AddNumberToObject(item, "value", atomic_load(&m->value));
        return item;
    }
    counts = cJSON_AddArrayToObject(item, "counts");
    for (size_t i = 0; i <= kc_bounds_anything.n; i++)
        (void)cJSON_AddItemToArray(counts, cJSON_CreateNumber((double)atomic_load(&m->counts[i])));
    (void)cJSON_AddNumberToObject(item, "sum", atomic_load(&m->value));
    return item;
}

cJSON *kc_plugin_metrics_json(const struct kc_task *task)
{
    cJSON *list = cJSON_CreateArray();

    for (const struct kc_metric *m = task->metrics; m != NULL; m = m->next)
        if (isfinite(atomic_load(&m->value)))
            (void)cJSON_AddItemToArray(list, metric_json(m));
    return list;
}
