#include "task/meter.h"

#include "base/clock.h"
#include "task/plugin_metrics.h"
#include "task/task.h"

enum { TELL_MS = 1000 };

static int64_t now_us(void)
{
    return kc_now_ms() * 1000;
}

/* Unix us up to which the source says to have handed over everything; 0: it does not say. */
static int64_t handed_over(const struct kc_ctx *source, const struct kc_batch *b)
{
    const struct kc_record *last;
    int64_t us;

    if (kc_plugin_tells_caught_up(source)) {
        us = kc_plugin_caught_up_us(source);
        return us > 0 ? us : 0;
    }
    if (b == NULL)
        return now_us();
    last = kc_batch_at(b, b->n_records - 1);
    return last->event_us != KC_NO_TIMESTAMP ? last->event_us : 0;
}

void kc_meter_took(struct kc_meter *m, const struct kc_batch *b)
{
    if (b->n_records == 0)
        return;
    m->polled += b->n_records;
    if ((kc_batch_at(b, b->n_records - 1)->flags & KC_REC_DROPPED) != 0)
        m->polled--; /* a position without a record comes alone or last */
}

void kc_meter_polled(struct kc_meter *m, const struct kc_ctx *source, const struct kc_batch *b, uint64_t sent)
{
    int64_t us = handed_over(source, b);

    if (us > 0)
        m->handed_us = us;
    m->active = sent;
    if (sent == 0)
        m->committed_us = m->handed_us;
}

void kc_meter_committed(struct kc_meter *m, int64_t ms, uint64_t records)
{
    m->committed_us = m->handed_us;
    m->active = 0;
    kc_histogram_observe(&m->commit_seconds, &kc_bounds_seconds, (double)ms / 1000);
    if (records > 0)
        kc_histogram_observe(&m->transaction_records, &kc_bounds_records, (double)records);
}

void kc_meter_put(struct kc_meter *m, int64_t written_ms)
{
    if (written_ms > 0)
        m->handed_us = m->committed_us = written_ms * 1000;
}

void kc_meter_gave_up(struct kc_meter *m, bool in_transaction)
{
    m->active = 0;
    m->handed_us = 0; /* it is read again from the committed position */
    if (!in_transaction)
        return;
    m->commit_failures++;
    m->last_error_ms = kc_now_ms();
}

void kc_meter_retry(struct kc_meter *m)
{
    m->retries++;
    m->last_error_ms = kc_now_ms();
}

static void add(cJSON *to, const char *name, uint64_t value)
{
    (void)cJSON_AddNumberToObject(to, name, (double)value);
}

static void add_histogram(cJSON *to, const char *name, const struct kc_histogram *h,
                          const struct kc_bounds *bounds)
{
    cJSON *obj = cJSON_AddObjectToObject(to, name), *counts = cJSON_AddArrayToObject(obj, "counts");

    for (size_t i = 0; i <= bounds->n; i++)
        (void)cJSON_AddItemToArray(counts, cJSON_CreateNumber((double)h->counts[i]));
    (void)cJSON_AddNumberToObject(obj, "sum", h->sum);
}

static void add_sink(cJSON *message, const struct kc_meter *m)
{
    cJSON *sink = cJSON_AddObjectToObject(message, "sink");

    add(sink, "partitions", (uint64_t)m->partitions);
    if (m->lag >= 0) {
        add(sink, "lag", (uint64_t)m->lag);
        add(sink, "lag_max", (uint64_t)m->lag_max);
    }
    add_histogram(sink, "put_seconds", &m->put_seconds, &kc_bounds_seconds);
}

bool kc_meter_is_due(const struct kc_meter *m)
{
    return kc_mono_ms() - m->told_ms >= TELL_MS;
}

void kc_meter_tell(struct kc_task *t, bool now)
{
    struct kc_meter *m = &t->meter;
    cJSON *message;

    if (!now && !kc_meter_is_due(m))
        return;
    m->told_ms = kc_mono_ms();
    message = kc_link_message("stats");
    add(message, "polled", m->polled);
    add(message, "records", t->records);
    add(message, "bytes", t->bytes);
    add(message, "active", m->active);
    add(message, "commits", t->commits);
    add(message, "commit_failures", m->commit_failures);
    add(message, "errors", t->errors);
    add(message, "skipped", m->skipped);
    add(message, "retries", m->retries);
    add(message, "dead_letters", m->dead_letters);
    if (m->last_error_ms > 0)
        add(message, "last_error_ms", (uint64_t)m->last_error_ms);
    if (m->committed_us > 0) {
        int64_t behind_us = now_us() - m->committed_us;

        add(message, "behind_ms", behind_us > 0 ? (uint64_t)(behind_us / 1000) : 0);
    }
    add_histogram(message, "commit_seconds", &m->commit_seconds, &kc_bounds_seconds);
    add_histogram(message, "transaction_records", &m->transaction_records, &kc_bounds_records);
    if (t->sink != NULL)
        add_sink(message, m);
    (void)cJSON_AddItemToObject(message, "plugin", kc_plugin_metrics_json(t));
    (void)kc_link_stats(t->link, message);
}
