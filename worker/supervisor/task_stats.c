#include "supervisor/task_stats.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

enum { KIND_COUNTER = 1, KIND_HISTOGRAM = 3 };

static void read_histogram(const cJSON *obj, const struct kc_bounds *bounds, struct kc_histogram *out)
{
    const cJSON *count;
    size_t i = 0;

    *out = (struct kc_histogram){0};
    cJSON_ArrayForEach(count, kc_json_member(obj, "counts"))
    {
        if (i > bounds->n)
            break;
        if (cJSON_IsNumber(count) && count->valuedouble > 0)
            out->counts[i] = (uint64_t)count->valuedouble;
        i++;
    }
    if (cJSON_IsNumber(kc_json_member(obj, "sum")))
        out->sum = kc_json_member(obj, "sum")->valuedouble;
}

static bool read_sample(const cJSON *item, struct kc_plugin_sample *out)
{
    const char *component = kc_json_text(item, "component"), *name = kc_json_text(item, "name"),
               *labels = kc_json_text(item, "labels");
    const cJSON *value = kc_json_member(item, "value");
    int64_t kind = kc_json_int(item, "kind", 0);

    if (component == NULL || name == NULL || kc_plugin_metric_fault(name, labels) != NULL ||
        kind < KIND_COUNTER || kind > KIND_HISTOGRAM)
        return false;
    *out = (struct kc_plugin_sample){.kind = (int32_t)kind};
    (void)snprintf(out->component, sizeof(out->component), "%s", component);
    (void)snprintf(out->name, sizeof(out->name), "%s", name);
    (void)snprintf(out->labels, sizeof(out->labels), "%s", labels != NULL ? labels : "");
    if (kind == KIND_HISTOGRAM)
        read_histogram(item, &kc_bounds_anything, &out->histogram);
    else if (cJSON_IsNumber(value))
        out->value = value->valuedouble;
    return kind == KIND_HISTOGRAM || cJSON_IsNumber(value);
}

static struct kc_plugin_sample *read_samples(const cJSON *list, size_t *n)
{
    struct kc_plugin_sample *samples;
    const cJSON *item;

    *n = 0;
    if (cJSON_GetArraySize(list) == 0)
        return NULL;
    samples = calloc(KC_PLUGIN_METRICS, sizeof(*samples));
    cJSON_ArrayForEach(item, list)
    {
        if (samples == NULL || *n == KC_PLUGIN_METRICS)
            break;
        *n += read_sample(item, &samples[*n]);
    }
    return samples;
}

static void read_sink(const cJSON *sink, struct kc_task_counts *c)
{
    c->of_sink = cJSON_IsObject(sink);
    c->partitions = kc_json_int(sink, "partitions", 0);
    c->lag = kc_json_int(sink, "lag", -1);
    c->lag_max = kc_json_int(sink, "lag_max", -1);
    read_histogram(kc_json_member(sink, "put_seconds"), &kc_bounds_seconds, &c->put_seconds);
}

void kc_task_stats_take(const cJSON *message, int64_t mono_ms, struct kc_task_line *line)
{
    struct kc_task_counts c = {
        .polled = kc_json_int(message, "polled", 0),
        .written = kc_json_int(message, "records", 0),
        .bytes = kc_json_int(message, "bytes", 0),
        .active = kc_json_int(message, "active", 0),
        .commit_failures = kc_json_int(message, "commit_failures", 0),
        .record_errors = kc_json_int(message, "errors", 0),
        .skipped = kc_json_int(message, "skipped", 0),
        .retries = kc_json_int(message, "retries", 0),
        .dead_letters = kc_json_int(message, "dead_letters", 0),
        .last_error_unix_ms = kc_json_int(message, "last_error_ms", 0),
        .behind_ms = kc_json_int(message, "behind_ms", -1),
    };
    struct kc_plugin_sample *samples;
    size_t n;

    if (line == NULL)
        return;
    read_histogram(kc_json_member(message, "commit_seconds"), &kc_bounds_seconds, &c.commit_seconds);
    read_histogram(kc_json_member(message, "transaction_records"), &kc_bounds_records,
                   &c.transaction_records);
    read_sink(kc_json_member(message, "sink"), &c);
    samples = read_samples(kc_json_member(message, "plugin"), &n);
    kc_task_line_counts(line, &c, samples, n, mono_ms);
}
