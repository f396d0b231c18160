#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/client_config.h"
#include "offsets/offsets.h"

enum {
    SLICE_MS = 500,
    GROUP_LOOK_MS = 3000, /* of a look: then the records have to do */
};

static const char component[] = "worker/offsets";

struct reader {
    const struct kc_offsets_of *of;
    struct kc_offset_table *table;
    int64_t deadline_ms;
    char group[128];
};

static bool time_is_up(const struct reader *r, int64_t deadline_ms)
{
    return kc_mono_ms() >= deadline_ms || (r->of->stopping != NULL && atomic_load(r->of->stopping));
}

static rd_kafka_t *open_client(const struct reader *r, const char *isolation, struct kc_error *err)
{
    const char *fixed[] = {"client.id",
                           "kconnect-offsets",
                           "group.id",
                           r->group,
                           "enable.auto.commit",
                           "false",
                           "isolation.level",
                           isolation,
                           "enable.partition.eof",
                           "true",
                           "auto.offset.reset",
                           "earliest",
                           "queued.max.messages.kbytes",
                           "4096",
                           "fetch.wait.max.ms",
                           "50",
                           NULL};
    struct kc_props *props = kc_client_props(r->of->config->props, "consumer", r->of->connector_config);
    rd_kafka_conf_t *conf = props != NULL ? kc_client_conf(props, fixed, err) : NULL;
    rd_kafka_t *client = conf != NULL ? kc_client_new(RD_KAFKA_CONSUMER, conf, err) : NULL;

    if (props == NULL)
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
    kc_props_destroy(props);
    if (client != NULL)
        (void)rd_kafka_poll_set_consumer(client);
    return client;
}

static void close_client(rd_kafka_t *client)
{
    (void)rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
}

static rd_kafka_resp_err_t ask_group(rd_kafka_t *client, rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_resp_err_t code = rd_kafka_committed(client, list, SLICE_MS * 2);

    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        code = list->elems[i].err;
    return code;
}

/*
 * With read_uncommitted the coordinator answers what was committed last and does not wait for open transactions: their
 * offsets are not visible before they are committed, and one that hangs for ever cannot hold this up.
 */
static kc_status read_group(struct reader *r, int64_t deadline_ms, struct kc_error *err)
{
    const char *topic = r->of->config->offset_storage_topic;
    rd_kafka_t *client = open_client(r, "read_uncommitted", err);
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;

    if (client == NULL)
        return err->status;
    list = rd_kafka_topic_partition_list_new(r->table->n_slots);
    (void)rd_kafka_topic_partition_list_add_range(list, topic, 0, r->table->n_slots - 1);
    do {
        code = ask_group(client, list);
    } while (code != RD_KAFKA_RESP_ERR_NO_ERROR && kc_client_retriable(code) && !time_is_up(r, deadline_ms));
    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        if (list->elems[i].offset >= 0)
            kc_offset_table_group(r->table, list->elems[i].partition, list->elems[i].offset,
                                  list->elems[i].metadata, list->elems[i].metadata_size);
    rd_kafka_topic_partition_list_destroy(list);
    close_client(client);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return KC_OK;
    return kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_FATAL,
                   "The offsets of group %s cannot be read: %s.", r->group, rd_kafka_err2str(code));
}

static kc_status take(struct reader *r, const rd_kafka_message_t *m, struct kc_error *err)
{
    return kc_offset_table_record(r->table, r->of->connector, r->of->config->group_id, m->key, m->key_len,
                                  m->payload, m->len, err);
}

/* Where a read has to come to: the end of the partition, which read_committed may reach later. -1: not known yet. */
static int64_t end_of(rd_kafka_t *client, const char *topic, int32_t partition)
{
    int64_t low, high;

    return rd_kafka_get_watermark_offsets(client, topic, partition, &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR
               ? high
               : -1;
}

static kc_status scan(struct reader *r, rd_kafka_t *client, int32_t home, bool exact, struct kc_error *err)
{
    const char *topic = r->of->config->offset_storage_topic;
    int64_t target = -1;
    kc_status status = KC_OK;

    while (status == KC_OK) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(client, SLICE_MS);
        bool end = m != NULL && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        int64_t at = end ? m->offset : 0;

        if (m != NULL && m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            status = take(r, m, err);
        else if (m != NULL && !end && !kc_client_retriable(m->err))
            status = kc_fail(err, KC_ERR_FATAL, "The offset topic %s cannot be read: %s.", topic,
                             rd_kafka_message_errstr(m));
        if (m != NULL)
            rd_kafka_message_destroy(m);
        if (end && target < 0)
            target = end_of(client, topic, home);
        if (end && (!exact || (target >= 0 && at >= target)))
            return KC_OK;
        if (status == KC_OK && time_is_up(r, r->deadline_ms))
            status = kc_fail(err, KC_ERR_RETRY,
                             "Partition %d of the offset topic %s could not be read to its end in time.",
                             (int)home, topic);
    }
    return status;
}

static kc_status read_records(struct reader *r, bool exact, struct kc_error *err)
{
    int32_t home = kc_home_partition(r->of->connector, r->table->n_slots);
    const char *topic = r->of->config->offset_storage_topic;
    rd_kafka_t *client = open_client(r, "read_committed", err);
    rd_kafka_topic_partition_list_t *list;
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *handle;
    kc_status status;

    if (client == NULL)
        return err->status;
    handle = rd_kafka_topic_new(client, topic, NULL);
    /* A consumer that has not met its topic before looks for the leader up to a second later (librdkafka 2.0.2). */
    if (rd_kafka_metadata(client, 0, handle, &metadata, SLICE_MS * 2) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, home)->offset = RD_KAFKA_OFFSET_BEGINNING;
    (void)rd_kafka_assign(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    status = scan(r, client, home, exact, err);
    (void)rd_kafka_assign(client, NULL);
    close_client(client);
    return status;
}

kc_status kc_offsets_read(const struct kc_offsets_of *of, bool exact, int64_t deadline_ms,
                          struct kc_offset_table *t, struct kc_error *err)
{
    struct reader r = {.of = of, .table = t, .deadline_ms = deadline_ms};
    int64_t group_ms = exact ? deadline_ms : kc_mono_ms() + GROUP_LOOK_MS;
    kc_status status;

    (void)snprintf(r.group, sizeof(r.group), "connect-%s", of->connector);
    status = read_group(&r, group_ms, err);
    if (status == KC_ERR_RETRY && !exact) {
        kc_log_for(KC_WARN, component, of->connector, "%s Looking at the records instead.", err->message);
        status = KC_OK;
    }
    if (status < 0 || (!exact && kc_offset_table_is_told(t)))
        return status;
    return read_records(&r, exact, err);
}
