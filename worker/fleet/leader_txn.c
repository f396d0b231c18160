#include "fleet/leader_txn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"
#include "kafka/send_offsets.h"

enum {
    CALL_TIMEOUT_MS = 500,    /* of one call; while Kafka is slow they are repeated */
    WRITE_TIMEOUT_MS = 20000, /* of a whole transaction */
    ABORT_TIMEOUT_MS = 500,
    BREATH_MS = 10,
};

struct kc_leader_txn {
    const struct kc_worker_config *config;
    struct kc_noise *noise;
    kc_leader_alive_fn *alive;
    void *arg;
    rd_kafka_t *producer;
    atomic_bool never; /* stays false */
    bool open;         /* a transaction has begun */
    size_t too_large;  /* the request whose record was refused; KC_NO_CAUSE: none */
    char client_id[96];
    char transactional_id[300];
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    struct kc_leader_txn *t = opaque;

    (void)client;
    kc_noise_tell(t->noise, "leading the fleet", code, reason);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    struct kc_leader_txn *t = opaque;

    (void)client;
    if (message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && (uintptr_t)message->_private != KC_NO_CAUSE)
        t->too_large = (size_t)(uintptr_t)message->_private;
}

struct kc_leader_txn *kc_leader_txn_create(const struct kc_worker_config *config, struct kc_noise *noise,
                                           kc_leader_alive_fn *alive, void *arg, struct kc_error *err)
{
    struct kc_leader_txn *t = calloc(1, sizeof(*t));
    /* Small batches: a large record goes alone, so that only its own report says that it is too large. */
    const char *const fixed[] = {"transactional.id",
                                 t != NULL ? t->transactional_id : "",
                                 "socket.timeout.ms",
                                 "5000",
                                 "transaction.timeout.ms",
                                 "10000",
                                 "message.timeout.ms",
                                 "10000",
                                 "batch.size",
                                 "16384",
                                 "linger.ms",
                                 "0",
                                 "retry.backoff.ms",
                                 "10",
                                 "queue.buffering.max.kbytes",
                                 "65536",
                                 NULL};

    if (t == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    t->config = config;
    t->noise = noise;
    t->alive = alive;
    t->arg = arg;
    t->too_large = KC_NO_CAUSE;
    (void)snprintf(t->client_id, sizeof(t->client_id), "%s-leader", config->client_id_prefix);
    /* The id that Kafka Connect's leader has, so that one access rule fits both. */
    (void)snprintf(t->transactional_id, sizeof(t->transactional_id), "connect-cluster-%s", config->group_id);
    struct kc_fleet_client how = {
        .type = RD_KAFKA_PRODUCER,
        .client_id = t->client_id,
        .fixed = fixed,
        .opaque = t,
        .on_error = on_error,
        .on_delivery = on_delivery,
    };
    t->producer = kc_fleet_client_new(config, &how, err);
    if (t->producer == NULL) {
        free(t);
        return NULL;
    }
    return t;
}

static void abort_open(struct kc_leader_txn *t, int timeout_ms)
{
    rd_kafka_error_t *error;

    if (!t->open)
        return;
    error = rd_kafka_abort_transaction(t->producer, timeout_ms);
    if (error == NULL)
        t->open = false;
    else
        rd_kafka_error_destroy(error);
}

void kc_leader_txn_destroy(struct kc_leader_txn *t)
{
    if (t == NULL)
        return;
    abort_open(t, ABORT_TIMEOUT_MS);
    rd_kafka_destroy(t->producer);
    free(t);
}

kc_status kc_leader_txn_init(struct kc_leader_txn *t, struct kc_error *err)
{
    rd_kafka_error_t *error;

    /* Learning the topic first spares the first record a second of waiting. */
    if (kc_admin_partitions(t->producer, t->config->config_storage_topic, CALL_TIMEOUT_MS, err) <= 0)
        return kc_fail(err, KC_ERR_RETRY, "topic %s cannot be looked up", t->config->config_storage_topic);
    error = rd_kafka_init_transactions(t->producer, CALL_TIMEOUT_MS);
    if (error == NULL)
        return KC_OK;
    return kc_client_fail(err, error,
                          "cannot begin to lead the fleet with transactional.id connect-cluster-<group.id>");
}

/* Repeats a call while that can help, within the transaction's time. */
static bool try_again(struct kc_leader_txn *t, rd_kafka_error_t *error, int64_t until_ms)
{
    if (!rd_kafka_error_is_retriable(error) || kc_mono_ms() >= until_ms || !t->alive(t->arg))
        return false;
    rd_kafka_error_destroy(error);
    (void)kc_fleet_pause(&t->never, BREATH_MS);
    return true;
}

static kc_status produce(struct kc_leader_txn *t, const struct kc_fleet_records *records,
                         struct kc_error *err)
{
    for (size_t i = 0; i < records->n; i++) {
        const struct kc_fleet_record *r = &records->items[i];
        size_t len = r->value != NULL ? strlen(r->value) : 0;
        rd_kafka_resp_err_t code = rd_kafka_producev(
            t->producer, RD_KAFKA_V_TOPIC(t->config->config_storage_topic),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(r->key, strlen(r->key)),
            RD_KAFKA_V_VALUE(r->value, len), RD_KAFKA_V_OPAQUE((void *)(uintptr_t)r->cause), RD_KAFKA_V_END);

        if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            t->too_large = r->cause;
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return kc_fail(err, KC_ERR_RETRY, "cannot write record %s: %s", r->key, rd_kafka_err2str(code));
    }
    return KC_OK;
}

static kc_status send_position(struct kc_leader_txn *t, rd_kafka_t *member, int64_t next_request,
                               int64_t until_ms, struct kc_error *err)
{
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(member);
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_error_t *error;

    rd_kafka_topic_partition_list_add(offsets, t->config->request_storage_topic, 0)->offset = next_request;
    do
        error = kc_send_offsets(t->producer, offsets, group, CALL_TIMEOUT_MS);
    while (error != NULL && try_again(t, error, until_ms));
    rd_kafka_topic_partition_list_destroy(offsets);
    rd_kafka_consumer_group_metadata_destroy(group);
    return error == NULL ? KC_OK : kc_client_fail(err, error, "cannot commit the position in the mailbox");
}

kc_status kc_leader_txn_write(struct kc_leader_txn *t, const struct kc_fleet_records *records,
                              rd_kafka_t *member, int64_t next_request, size_t *cause, struct kc_error *err)
{
    int64_t until_ms = kc_mono_ms() + WRITE_TIMEOUT_MS;
    rd_kafka_error_t *error = rd_kafka_begin_transaction(t->producer);
    kc_status status;

    if (error != NULL)
        return kc_client_fail(err, error, "cannot begin a transaction");
    t->open = true;
    t->too_large = KC_NO_CAUSE;
    status = produce(t, records, err);
    if (status >= 0 && next_request >= 0)
        status = send_position(t, member, next_request, until_ms, err);
    if (status >= 0) {
        do
            error = rd_kafka_commit_transaction(t->producer, CALL_TIMEOUT_MS);
        while (error != NULL && try_again(t, error, until_ms));
        status = error == NULL ? KC_OK : kc_client_fail(err, error, "cannot commit a transaction");
    }
    if (status >= 0) {
        t->open = false;
        return KC_OK;
    }
    if (t->too_large != KC_NO_CAUSE) {
        *cause = t->too_large;
        return kc_fail(err, KC_ERR_RECORD, "the brokers do not take a record for its size");
    }
    return status;
}
