#include "task/sink_lag.h"

#include "base/clock.h"

enum { ASK_EVERY_MS = 10000, ANSWER_MS = 1000 };

static bool is_held(const struct kc_sink_consumer *c, const struct kc_sink_part *part)
{
    return c->standing || part->paused;
}

/* Of a partition that is not read librdkafka's figure is old, and ours may be newer. */
static void look(struct kc_sink_consumer *c, struct kc_sink_part *part)
{
    int64_t low, high = -1;

    if (rd_kafka_get_watermark_offsets(c->client, part->topic->name.ptr, part->partition, &low, &high) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < 0)
        return;
    if (!is_held(c, part) || high > part->end)
        part->end = high;
}

/* What is known without asking. */
static void know(struct kc_sink_consumer *c, struct kc_sink_lag *out)
{
    for (size_t i = 0; i < c->parts.n; i++) {
        if (!c->parts.list[i]->gone)
            look(c, c->parts.list[i]);
    }
    kc_sink_parts_lag(&c->parts, out);
}

/* `which`: RD_KAFKA_OFFSET_END, or _BEGINNING of those alone of which it is not known where they begin. */
static rd_kafka_topic_partition_list_t *held_parts(const struct kc_sink_consumer *c, int64_t which)
{
    rd_kafka_topic_partition_list_t *list = NULL;

    for (size_t i = 0; i < c->parts.n; i++) {
        const struct kc_sink_part *part = c->parts.list[i];

        if (part->gone || !is_held(c, part) ||
            (which == RD_KAFKA_OFFSET_BEGINNING && (part->done >= 0 || part->first >= 0)))
            continue;
        if (list == NULL)
            list = rd_kafka_topic_partition_list_new((int)c->parts.n);
        rd_kafka_topic_partition_list_add(list, part->topic->name.ptr, part->partition)->offset =
            which; /* instead of a time */
    }
    return list;
}

/* What no broker tells in time stays as it was. */
static void ask(struct kc_sink_consumer *c, int64_t which)
{
    rd_kafka_topic_partition_list_t *list = held_parts(c, which);

    if (list == NULL)
        return;
    if (rd_kafka_offsets_for_times(c->client, list, ANSWER_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
        goto done;
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &list->elems[i];
        struct kc_sink_part *part = kc_sink_parts_find(&c->parts, e->topic, e->partition);
        int64_t *to = part == NULL ? NULL : which == RD_KAFKA_OFFSET_END ? &part->end : &part->first;

        if (to != NULL && e->err == RD_KAFKA_RESP_ERR_NO_ERROR && e->offset > *to)
            *to = e->offset;
    }
done:
    rd_kafka_topic_partition_list_destroy(list);
}

/* Asks for what is not read, if it is time to. */
static void ask_held(struct kc_sink_consumer *c)
{
    int64_t now = kc_mono_ms();

    if (now - c->ends_asked_ms < ASK_EVERY_MS)
        return;
    c->ends_asked_ms = now;
    ask(c, RD_KAFKA_OFFSET_END);
    ask(c, RD_KAFKA_OFFSET_BEGINNING);
}

void kc_sink_lag_tell(struct kc_sink_consumer *c, bool now)
{
    struct kc_meter *m = &c->task->meter;
    struct kc_sink_lag lag;

    if (!now && !kc_meter_is_due(m))
        return;
    if (!now)
        ask_held(c);
    know(c, &lag);
    m->partitions = lag.partitions;
    m->active = (uint64_t)lag.active;
    m->lag = lag.sum;
    m->lag_max = lag.max;
    kc_meter_tell(c->task, now);
}

void kc_sink_lag_note_caught_up(struct kc_sink_consumer *c)
{
    struct kc_sink_lag lag;

    if (!kc_meter_is_due(&c->task->meter))
        return; /* there may be many partitions, and as many ends met in a second */
    know(c, &lag);
    if (lag.partitions > 0 && lag.sum == 0)
        kc_meter_put(&c->task->meter, kc_now_ms());
}
