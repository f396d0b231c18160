#include "task/messages.h"

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

/* The message that a pair is; its headers are the caller's until they are taken. */
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
static kc_status check_pair(struct kc_task *t, const struct kc_ctx *source, const struct kc_producer *p,
                            const struct kc_pair *pair, struct kc_error *err)
{
    struct kc_topic_rules rules;
    struct kc_misfit misfit;
    struct kc_failure failure;
    struct kc_message m;
    kc_status status = make_message(t, source, pair, NULL, &m, err);

    if (status == KC_ERR_RECORD) {
        failure = kc_headers_failure(t->headers, pair->index);
        atomic_fetch_add(&t->errors, 1);
        return kc_failures_add(&t->failures, &failure, err);
    }
    if (status < 0)
        return status;
    rules = kc_topics_rules(pair->record->topic);
    misfit = kc_record_check(&m, &rules, p);
    if (m.headers != NULL)
        rd_kafka_headers_destroy(m.headers);
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

kc_status kc_messages_check(struct kc_task *t, const struct kc_ctx *source, const struct kc_producer *p,
                            struct kc_pairing pairs, struct kc_error *err)
{
    struct kc_pair pair;
    kc_status status;

    while ((status = kc_pairing_next(&pairs, &pair, err)) == KC_OK) {
        status = check_pair(t, source, p, &pair, err);
        if (status < 0)
            break;
    }
    return status;
}

kc_status kc_message_send(struct kc_task *t, const struct kc_ctx *source, struct kc_producer *p,
                          const struct kc_pair *pair, struct kc_out *out, struct kc_error *err)
{
    struct kc_message m;
    bool taken;
    kc_status status = make_message(t, source, pair, out, &m, err);

    if (status < 0)
        return status;
    status = kc_producer_send(p, &m, &taken, err);
    if (!taken && m.headers != NULL)
        rd_kafka_headers_destroy(m.headers);
    return status;
}
