#include "task/offsets_load.h"

#include "base/clock.h"
#include "base/log.h"
#include "kafka/client_config.h"
#include "task/producer.h"

enum {
    SLICE_MS = 1000,
    SCAN_WAIT_MS = 40000 /* another task's dangling transaction may hide our records: 15 + 10 s */
};

struct load {
    struct kc_offsets *o;
    const struct kc_offsets_source *from;
    struct kc_link *link;
    rd_kafka_t *consumer;
    uint64_t records;
    uint64_t bytes;
};

static kc_status stopped(struct load *l, struct kc_error *err)
{
    if (kc_link_command(l->link) != KC_COMMAND_STOP)
        return KC_OK;
    return kc_fail(err, KC_ERR_STOPPED, "stopped");
}

/* librdkafka answers per partition; a partition that could not be asked is not one without an offset. */
static rd_kafka_resp_err_t first_error(const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
            return list->elems[i].err;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static kc_status take_metadata(struct load *l, const rd_kafka_topic_partition_t *entry, struct kc_error *err)
{
    struct kc_position_text text;

    if (entry->offset < 0)
        return KC_OK;
    if (entry->metadata_size == 0 || !kc_position_read(entry->metadata, entry->metadata_size, &text)) {
        kc_log(KC_WARN, "worker/task",
               "the offset of slot %d in group %s holds no position; was it changed with another tool?",
               entry->partition, l->from->group);
        return KC_OK;
    }
    if (text.reset) {
        kc_position_text_finish(&text);
        return KC_OK;
    }
    return kc_offsets_found_metadata(l->o, entry->partition, entry->offset, &text, err);
}

static kc_status load_group(struct load *l, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + KC_BROKER_WAIT_MS;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(l->from->partitions);
    rd_kafka_resp_err_t code;
    kc_status status = KC_OK;

    (void)rd_kafka_topic_partition_list_add_range(list, l->from->topic, 0, l->from->partitions - 1);
    do {
        code = rd_kafka_committed(l->consumer, list, SLICE_MS * 5);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            code = first_error(list);
        status = stopped(l, err);
    } while (code != RD_KAFKA_RESP_ERR_NO_ERROR && status == KC_OK && kc_client_retriable(code) &&
             kc_mono_ms() < deadline);
    if (status == KC_OK && code != RD_KAFKA_RESP_ERR_NO_ERROR)
        status =
            kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                    "the offsets of group %s cannot be read: %s", l->from->group, rd_kafka_err2str(code));
    for (int i = 0; i < list->cnt && status == KC_OK; i++)
        status = take_metadata(l, &list->elems[i], err);
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

static kc_status take_record(struct load *l, const rd_kafka_message_t *m, struct kc_error *err)
{
    int32_t slot = kc_position_key_slot(l->from->connector, m->key, m->key_len);
    const char *tail = kc_state_key_tail(l->from->connector, m->key, m->key_len);
    struct kc_position_text text;

    l->records++;
    l->bytes += m->len;
    if (tail != NULL) {
        struct kc_str key = {tail, (uint32_t)(m->key_len - (size_t)(tail - (const char *)m->key)), 0};
        struct kc_str value = {m->payload, (uint32_t)m->len, 0};

        return kc_state_put(l->o, key, value, true) < 0 ? kc_fail(err, KC_ERR_NOMEM, "out of memory") : KC_OK;
    }
    if (slot < 0)
        return KC_OK;
    if (m->payload == NULL)
        return kc_offsets_forget_record(l->o, slot, err);
    if (!kc_position_read(m->payload, m->len, &text))
        return kc_fail(
            err, KC_ERR_CONFIG,
            "the offset topic %s holds a position of %s that cannot be read (partition %d, offset %lld)",
            l->from->topic, l->from->connector, m->partition, (long long)m->offset);
    return kc_offsets_found_record(l->o, slot, &text, err);
}

/*
 * Reads up to the high watermark that the broker reported at the first end of partition. read_committed ends earlier, at the
 * last stable offset, while any task has a transaction open on this partition: what lies behind it may be ours.
 */
static kc_status scan(struct load *l, int32_t home, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + SCAN_WAIT_MS, target = -1, low, high;

    for (;;) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(l->consumer, SLICE_MS);
        kc_status status = stopped(l, err);

        if (m != NULL && m->err == RD_KAFKA_RESP_ERR_NO_ERROR && status == KC_OK) {
            status = take_record(l, m, err);
        } else if (m != NULL && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            int64_t at = m->offset;

            if (target < 0 && rd_kafka_get_watermark_offsets(l->consumer, l->from->topic, home, &low,
                                                             &high) == RD_KAFKA_RESP_ERR_NO_ERROR)
                target = high;
            rd_kafka_message_destroy(m);
            if (target >= 0 && at >= target)
                return KC_OK;
            continue;
        } else if (m != NULL && status == KC_OK && !kc_client_retriable(m->err)) {
            status = kc_fail(err, KC_ERR_CONFIG, "the offset topic %s cannot be read: %s", l->from->topic,
                             rd_kafka_message_errstr(m));
        }
        if (m != NULL)
            rd_kafka_message_destroy(m);
        if (status < 0)
            return status;
        if (kc_mono_ms() >= deadline)
            return kc_fail(err, KC_ERR_RETRY,
                           "partition %d of the offset topic %s could not be read to its end", home,
                           l->from->topic);
    }
}

/* A consumer that has not met its topic before the assignment looks for the leader up to a second later (2.0.2). */
static void meet_topic(struct load *l)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(l->consumer, l->from->topic, NULL);

    if (rd_kafka_metadata(l->consumer, 0, topic, &metadata, SLICE_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

static kc_status load_records(struct load *l, struct kc_error *err)
{
    int32_t home = kc_home_partition(l->from->connector, l->from->partitions);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_resp_err_t code;
    kc_status status;

    rd_kafka_topic_partition_list_add(list, l->from->topic, home)->offset = RD_KAFKA_OFFSET_BEGINNING;
    code = rd_kafka_assign(l->consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_FATAL, "the offset topic %s cannot be read: %s", l->from->topic,
                       rd_kafka_err2str(code));
    status = scan(l, home, err);
    (void)rd_kafka_assign(l->consumer, NULL);
    return status;
}

kc_status kc_offsets_load(struct kc_offsets *o, const struct kc_offsets_source *from, struct kc_link *link,
                          struct kc_error *err)
{
    const char *fixed[] = {"client.id",
                           from->client_id,
                           "group.id",
                           from->group,
                           "enable.auto.commit",
                           "false",
                           "isolation.level",
                           "read_committed",
                           "enable.partition.eof",
                           "true",
                           "auto.offset.reset",
                           "earliest",
                           "queued.max.messages.kbytes",
                           "8192",
                           "fetch.wait.max.ms",
                           "50",
                           NULL};
    struct load l = {.o = o, .from = from, .link = link};
    int64_t began = kc_mono_ms();
    rd_kafka_conf_t *conf = kc_client_conf(from->consumer, fixed, err);
    kc_status status;

    l.consumer = conf == NULL ? NULL : kc_client_new(RD_KAFKA_CONSUMER, conf, err);
    if (l.consumer == NULL)
        return KC_ERR_CONFIG;
    (void)rd_kafka_poll_set_consumer(l.consumer);
    meet_topic(&l);
    status = load_group(&l, err);
    kc_log(KC_DEBUG, "worker/task", "read the offsets of %s in %lld ms", from->group,
           (long long)(kc_mono_ms() - began));
    if (status == KC_OK)
        status = load_records(&l, err);
    if (status == KC_OK)
        status = kc_offsets_settle(o, err);
    (void)rd_kafka_consumer_close(l.consumer);
    rd_kafka_destroy(l.consumer);
    kc_log(KC_DEBUG, "worker/task", "read %llu records, %llu bytes, of the offset topic in %lld ms",
           (unsigned long long)l.records, (unsigned long long)l.bytes, (long long)(kc_mono_ms() - began));
    return status;
}
