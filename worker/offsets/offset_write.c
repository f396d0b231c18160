#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/client_config.h"
#include "kafka/send_offsets.h"
#include "offsets/offsets.h"

enum { SLICE_MS = 1000 };

static const char component[] = "worker/offsets";

struct writer {
    const struct kc_offsets_of *of;
    int64_t deadline_ms;
    char group[128];
    rd_kafka_t *client;
    bool begun;
};

static kc_status open_client(struct writer *w, struct kc_error *err)
{
    char id[128];
    const char *fixed[] = {
        "client.id", "kconnect-offsets", "transactional.id", id, "transaction.timeout.ms", "15000",
        "message.timeout.ms", "15000", "enable.idempotence", "true", "linger.ms", "0",
        /* One at a time: a broker that does not know a producer yet takes its batches in any order. */
        "max.in.flight.requests.per.connection", "1", "retry.backoff.ms", "20", NULL};
    struct kc_props *props = kc_client_props(w->of->config->props, "producer", w->of->connector_config);
    rd_kafka_conf_t *conf;

    (void)snprintf(id, sizeof(id), "connect-%s-0", w->of->connector);
    if (props == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    conf = kc_client_conf(props, fixed, err);
    kc_props_destroy(props);
    w->client = conf != NULL ? kc_client_new(RD_KAFKA_PRODUCER, conf, err) : NULL;
    return w->client != NULL ? KC_OK : err->status;
}

static bool is_fenced(const struct writer *w, rd_kafka_resp_err_t code)
{
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        code = rd_kafka_fatal_error(w->client, NULL, 0);
    return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
           code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED;
}

/* Judges and destroys `error`. *again: the same call may be repeated, there is time. */
static kc_status judge(struct writer *w, rd_kafka_error_t *error, const char *what, bool *again,
                       struct kc_error *err)
{
    *again = false;
    if (error == NULL)
        return KC_OK;
    if (is_fenced(w, rd_kafka_error_code(error))) {
        rd_kafka_error_destroy(error);
        return kc_fail(err, KC_ERR_STOPPED,
                       "A task of connector %s was started, or its offsets were changed by somebody else, at "
                       "the same moment; nothing was changed.",
                       w->of->connector);
    }
    *again = rd_kafka_error_is_retriable(error) != 0 && kc_mono_ms() < w->deadline_ms &&
             (w->of->stopping == NULL || !atomic_load(w->of->stopping));
    if (rd_kafka_error_txn_requires_abort(error)) {
        *again = false;
        (void)kc_fail(err, KC_ERR_RETRY, "%s: %s. Nothing was changed.", what, rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
        return KC_ERR_RETRY;
    }
    return kc_client_fail(err, error, what);
}

/* librdkafka 2.0.2 delays the first message by up to a second unless it has met the topic before. */
static kc_status meet_cluster(struct writer *w, struct kc_error *err)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(w->client, w->of->config->offset_storage_topic, NULL);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code;

    do {
        code = rd_kafka_metadata(w->client, 0, topic, &metadata, SLICE_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            rd_kafka_metadata_destroy(metadata);
    } while (code != RD_KAFKA_RESP_ERR_NO_ERROR && kc_mono_ms() < w->deadline_ms);
    rd_kafka_topic_destroy(topic);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? KC_OK
               : kc_fail(err, KC_ERR_RETRY, "No Kafka broker answers: %s.", rd_kafka_err2str(code));
}

static kc_status take_id(struct writer *w, struct kc_error *err)
{
    kc_status status = meet_cluster(w, err);
    bool again = status == KC_OK;

    while (again)
        status = judge(w, rd_kafka_init_transactions(w->client, SLICE_MS),
                       "The connector's transactional id was not granted", &again, err);
    return status;
}

static kc_status send_record(struct writer *w, int32_t home, const struct kc_buf *key,
                             const struct kc_buf *value, struct kc_error *err)
{
    void *bytes = value != NULL ? value->data : NULL;
    size_t n = value != NULL ? value->len : 0;
    rd_kafka_resp_err_t code;

    if (key->failed || (value != NULL && value->failed))
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (;;) {
        code = rd_kafka_producev(w->client, RD_KAFKA_V_TOPIC(w->of->config->offset_storage_topic),
                                 RD_KAFKA_V_PARTITION(home), RD_KAFKA_V_KEY(key->data, key->len),
                                 RD_KAFKA_V_VALUE(bytes, n), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                 RD_KAFKA_V_END);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || kc_mono_ms() >= w->deadline_ms)
            break;
        (void)rd_kafka_poll(w->client, 20);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return KC_OK;
    return kc_fail(err, code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ? KC_ERR_CONFIG : KC_ERR_RETRY,
                   "The position cannot be written: %s. Nothing was changed.", rd_kafka_err2str(code));
}

static kc_status add_offset(rd_kafka_topic_partition_list_t *list, const char *topic, int32_t slot,
                            int64_t offset, const char *metadata, size_t len, struct kc_error *err)
{
    rd_kafka_topic_partition_t *entry = rd_kafka_topic_partition_list_add(list, topic, slot);

    entry->offset = offset;
    entry->metadata = malloc(len);
    if (entry->metadata == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    memcpy(entry->metadata, metadata, len);
    entry->metadata_size = len;
    return KC_OK;
}

static kc_status write_slot(struct writer *w, const struct kc_offset_table *t, int32_t slot, int32_t home,
                            rd_kafka_topic_partition_list_t *list, struct kc_error *err)
{
    const struct kc_stored_position *p = &t->slots[slot];
    const struct kc_worker_config *config = w->of->config;
    struct kc_buf key = {0}, text = {0};
    kc_status status;

    kc_position_key(w->of->connector, slot, &key);
    if (p->offset == NULL) {
        status = add_offset(list, config->offset_storage_topic, slot, 0, KC_METADATA_RESET,
                            sizeof(KC_METADATA_RESET) - 1, err);
        if (status == KC_OK)
            status = send_record(w, home, &key, NULL, err);
    } else {
        (void)kc_position_metadata(&p->partition->map, &p->offset->map, &text);
        status = text.failed ? kc_fail(err, KC_ERR_NOMEM, "out of memory")
                             : add_offset(list, config->offset_storage_topic, slot, p->count, text.data,
                                          text.len, err);
        kc_position_record(config->group_id, slot, (uint64_t)p->count, kc_now_ms(), &p->partition->map,
                           &p->offset->map, &text);
        if (status == KC_OK)
            status = send_record(w, home, &key, &text, err);
    }
    kc_buf_finish(&key);
    kc_buf_finish(&text);
    return status;
}

static kc_status write_all(struct writer *w, const struct kc_offset_table *t,
                           rd_kafka_topic_partition_list_t *list, struct kc_error *err)
{
    int32_t home = kc_home_partition(w->of->connector, t->n_slots);
    kc_status status = KC_OK;

    for (int32_t i = 0; i < t->n_slots && status == KC_OK; i++)
        if (t->slots[i].changed)
            status = write_slot(w, t, i, home, list, err);
    for (size_t i = 0; t->forget_states && i < t->n_states && status == KC_OK; i++) {
        struct kc_buf key = {0};

        kc_buf_str(&key, t->states[i]);
        status = send_record(w, home, &key, NULL, err);
        kc_buf_finish(&key);
    }
    return status;
}

static bool abort_transaction(struct writer *w)
{
    rd_kafka_error_t *error = rd_kafka_abort_transaction(w->client, 2 * SLICE_MS);

    w->begun = false;
    if (error == NULL)
        return true;
    rd_kafka_error_destroy(error); /* whoever takes the id next ends it */
    return false;
}

static kc_status send_offsets(struct writer *w, const rd_kafka_topic_partition_list_t *list,
                              struct kc_error *err)
{
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new(w->group);
    kc_status status = KC_OK;
    bool again = list->cnt > 0;

    while (again)
        status = judge(w, kc_send_offsets(w->client, list, group, SLICE_MS), "The position was not taken",
                       &again, err);
    rd_kafka_consumer_group_metadata_destroy(group);
    return status;
}

/*
 * A refused commit changed nothing when the transaction can be aborted after it, or when the id was lost before the first
 * answer. Of everything else nobody here can tell.
 */
static kc_status commit(struct writer *w, const rd_kafka_topic_partition_list_t *list, struct kc_error *err)
{
    kc_status status = send_offsets(w, list, err);
    int tries = 0;
    bool again;

    if (status < 0)
        return status;
    do {
        status = judge(w, rd_kafka_commit_transaction(w->client, SLICE_MS), "The change was not confirmed",
                       &again, err);
        tries++;
    } while (again);
    if (status == KC_OK)
        w->begun = false;
    if (status == KC_OK || (status == KC_ERR_STOPPED && tries == 1) || abort_transaction(w))
        return status;
    return kc_fail(
        err, KC_ERR_RETRY,
        "Kafka did not confirm the change of the offsets; it may have been applied. Look before you "
        "repeat it.");
}

static kc_status transact(struct writer *w, const struct kc_offset_table *t, struct kc_error *err)
{
    rd_kafka_topic_partition_list_t *list;
    kc_status status;
    bool again;

    if (!kc_offset_table_changed(t))
        return KC_OK;
    status = judge(w, rd_kafka_begin_transaction(w->client), "A transaction cannot begin", &again, err);
    if (status < 0)
        return status;
    w->begun = true;
    list = rd_kafka_topic_partition_list_new(1);
    status = write_all(w, t, list, err);
    if (status == KC_OK)
        status = commit(w, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

static kc_status change(struct writer *w, const struct kc_offsets_edit *edit, struct kc_error *err)
{
    struct kc_offset_table t;
    kc_status status = kc_offset_table_init(&t, w->of->config->offset_storage_partitions, err);

    if (status == KC_OK)
        status = take_id(w, err);
    if (status == KC_OK)
        status = edit->allowed(edit->arg, err);
    if (status == KC_OK)
        status = kc_offsets_read(w->of, true, w->deadline_ms, &t, err);
    if (status == KC_OK)
        status = edit->edit(edit->arg, &t, err);
    if (status == KC_OK)
        status = transact(w, &t, err);
    kc_offset_table_finish(&t);
    return status;
}

static void close_client(struct writer *w)
{
    if (w->client == NULL)
        return;
    if (w->begun)
        (void)abort_transaction(w);
    rd_kafka_destroy(w->client);
}

kc_status kc_offsets_write(const struct kc_offsets_of *of, const struct kc_offsets_edit *edit,
                           int64_t deadline_ms, struct kc_error *err)
{
    struct writer w = {.of = of, .deadline_ms = deadline_ms};
    kc_status status = open_client(&w, err);

    (void)snprintf(w.group, sizeof(w.group), "connect-%s", of->connector);
    if (status == KC_OK)
        status = change(&w, edit, err);
    close_client(&w);
    if (status == KC_OK)
        kc_log_for(KC_INFO, component, of->connector, "the offsets were changed over REST");
    return status;
}
