#include "task/messages.h"

#include <stdlib.h>

#include "task/headers.h"
#include "task/record_size.h"

/*
 * A source that gives none leaves it to the producer, as in Kafka Connect: now. The time of the event would be a trap: a
 * change that is older than the topic's retention.ms would be deleted as soon as it is written.
 */
static int64_t timestamp_of(const struct kc_record *r)
{
    return r->timestamp_ms != KC_NO_TIMESTAMP && r->timestamp_ms > 0 ? r->timestamp_ms : 0;
}

/* The message that a pair is. */
static kc_status make_message(struct kc_task *t, const struct kc_ctx *source, const struct kc_pair *pair,
                              struct kc_out *out, struct kc_message *m, struct kc_error *err)
{
    const struct kc_record *r = pair->record;

    *m = (struct kc_message){.partition = r->partition >= 0 ? r->partition : RD_KAFKA_PARTITION_UA,
                             .timestamp_ms = timestamp_of(r),
                             .key = pair->key,
                             .key_len = pair->key_len,
                             .value = pair->value,
                             .value_len = pair->value_len,
                             .out = out};
    if (r->topic == NULL)
        return kc_fail(err, KC_ERR_FATAL, "%s gave a record without a topic", source->component.label);
    m->topic = kc_topics_handle(t->topics, r->topic, err);
    if (m->topic == NULL)
        return err->status;
    m->partitions = kc_topics_partitions(r->topic);
    return kc_headers_make(t->headers, r, &m->headers, err);
}

/* Notes a record that its topic or the producer would refuse; once, however many messages it is. */
static kc_status check_message(struct kc_task *t, const struct kc_ctx *source, const struct kc_producer *p,
                               const struct kc_pair *pair, const struct kc_message *m, struct kc_error *err)
{
    const struct kc_topic_rules rules = kc_topics_rules(pair->record->topic);
    struct kc_misfit misfit = kc_record_check(m, &rules, p);
    struct kc_failure failure;

    if (misfit.kind == KC_FITS || kc_failures_has(&t->failures, pair->index))
        return KC_OK;
    failure = (struct kc_failure){.index = pair->index,
                                  .stage = "KAFKA_PRODUCE",
                                  .component = source->component.label,
                                  .exception = kc_misfit_exception(&misfit),
                                  .bytes = misfit.bytes,
                                  .limit = misfit.limit};
    atomic_fetch_add(&t->errors, 1);
    (void)kc_misfit_explain(&misfit, pair->record->topic, err);
    return kc_failures_add(&t->failures, &failure, err);
}

static bool make_room(struct kc_messages *ms)
{
    size_t cap = ms->cap == 0 ? 256 : ms->cap * 2;
    struct kc_outgoing *list;
    uint32_t *next;

    if (ms->n < ms->cap)
        return true;
    list = reallocarray(ms->list, cap, sizeof(*list));
    if (list == NULL)
        return false;
    ms->list = list;
    next = reallocarray(ms->next, cap, sizeof(*next));
    if (next == NULL)
        return false;
    ms->next = next;
    ms->cap = cap;
    return true;
}

kc_status kc_messages_make(struct kc_messages *ms, struct kc_task *t, const struct kc_ctx *source,
                           const struct kc_producer *p, struct kc_pairing pairs, struct kc_out *out,
                           struct kc_error *err)
{
    struct kc_pair pair;
    kc_status status;

    kc_messages_clear(ms);
    while ((status = kc_pairing_next(&pairs, &pair, err)) == KC_OK) {
        struct kc_outgoing *o;

        if (!make_room(ms))
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for the messages of a batch");
        o = &ms->list[ms->n];
        o->record = pair.index;
        status = make_message(t, source, &pair, out, &o->message, err);
        if (status == KC_ERR_RECORD) {
            struct kc_failure failure = kc_headers_failure(t->headers, pair.index);

            atomic_fetch_add(&t->errors, 1);
            status = kc_failures_add(&t->failures, &failure, err);
        } else if (status == KC_OK) {
            ms->n++;
            ms->singly |= o->message.headers != NULL || o->message.timestamp_ms != 0;
            status = check_message(t, source, p, &pair, &o->message, err);
        }
        if (status < 0)
            break;
    }
    return status;
}

static kc_status send_singly(struct kc_messages *ms, const struct kc_failures *failures,
                             struct kc_producer *p, struct kc_sent *sent, struct kc_error *err)
{
    kc_status status = KC_OK;
    bool taken;

    for (; ms->sent < ms->n; ms->sent++) {
        struct kc_outgoing *o = &ms->list[ms->sent];

        if (failures->n > 0 && kc_failures_has(failures, o->record)) {
            taken = false;
        } else {
            status = kc_producer_send(p, &o->message, &taken, err);
            sent->messages += taken;
            sent->bytes += taken ? o->message.key_len + o->message.value_len : 0;
        }
        if (!taken && o->message.headers != NULL)
            rd_kafka_headers_destroy(o->message.headers);
        o->message.headers = NULL;
        if (status < 0)
            return status;
    }
    return KC_OK;
}

/* One group, in as many runs as it takes. */
static kc_status send_group(struct kc_messages *ms, const struct kc_group *g, struct kc_producer *p,
                            struct kc_sent *sent, struct kc_error *err)
{
    struct kc_run *run = &ms->run;
    uint32_t i = g->first;
    kc_status status = KC_OK;

    run->topic = g->topic;
    run->partition = g->partition;
    while (status >= 0 && i != KC_GROUP_END) {
        for (; i != KC_GROUP_END && kc_run_add(run, p, &ms->list[i].message); i = ms->next[i])
            ;
        status = kc_producer_send_run(p, run, err);
        sent->messages += run->taken;
        sent->bytes += run->taken_bytes;
    }
    return status;
}

static kc_status send_groups(struct kc_messages *ms, struct kc_producer *p, struct kc_sent *sent,
                             struct kc_error *err)
{
    kc_status status = KC_OK;

    for (size_t i = 0; status >= 0 && i < ms->groups.n; i++)
        status = send_group(ms, &ms->groups.list[i], p, sent, err);
    kc_groups_clear(&ms->groups);
    return status;
}

kc_status kc_messages_send(struct kc_messages *ms, const struct kc_failures *failures, struct kc_producer *p,
                           struct kc_sent *sent, struct kc_error *err)
{
    kc_status status;

    if (ms->singly)
        return send_singly(ms, failures, p, sent, err);
    for (size_t i = 0; i < ms->n; i++) {
        const struct kc_message *m = &ms->list[i].message;
        int32_t partition;

        if (failures->n > 0 && kc_failures_has(failures, ms->list[i].record))
            continue;
        partition = kc_producer_partition(p, m);
        if (kc_groups_add(&ms->groups, m->topic, partition, (uint32_t)i, ms->next))
            continue;
        status = send_groups(ms, p, sent, err);
        if (status < 0)
            return status;
        (void)kc_groups_add(&ms->groups, m->topic, partition, (uint32_t)i, ms->next);
    }
    return send_groups(ms, p, sent, err);
}

void kc_messages_clear(struct kc_messages *ms)
{
    for (; ms->sent < ms->n; ms->sent++) {
        if (ms->list[ms->sent].message.headers != NULL)
            rd_kafka_headers_destroy(ms->list[ms->sent].message.headers);
    }
    ms->n = ms->sent = 0;
    ms->singly = false;
    kc_groups_clear(&ms->groups);
}

void kc_messages_finish(struct kc_messages *ms)
{
    kc_messages_clear(ms);
    free(ms->list);
    free(ms->next);
    *ms = (struct kc_messages){0};
}
