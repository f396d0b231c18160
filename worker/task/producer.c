#include "task/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"

enum {
    FULL_QUEUE_MS = 5,   /* how long a full queue serves delivery reports before it is tried again */
    ASK_LIMIT_MS = 5000, /* to learn a topic's max.message.bytes for the sentence about a large record */
    CAUSE_MS = 500,
    CAUSE_SLICE_MS = 20,
    PURGE_MS = 2000,
    BATCH_OVERHEAD_BYTES = 512, /* of a record batch around one record: header, lengths, CRC */
    RUN_PART = 8, /* of the queue that messages handed over together may take: so it never runs empty */
};

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *m, void *opaque)
{
    struct kc_producer *p = opaque;

    (void)client;
    kc_out_unref(m->_private);
    p->queued_bytes -= m->len + m->key_len;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        p->bytes += m->len + m->key_len;
        return;
    }
    if (p->why.status < 0 || m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return;
    if (m->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
        (void)snprintf(p->large_topic, sizeof(p->large_topic), "%s", rd_kafka_topic_name(m->rkt));
        p->large_bytes = m->len + m->key_len;
    }
    p->why = (struct kc_error)KC_ERROR_INIT;
    (void)kc_fail(&p->why, kc_client_retriable(m->err) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                  "a record could not be written to topic %s: %s", rd_kafka_topic_name(m->rkt),
                  rd_kafka_err2str(m->err));
    p->why.vendor_code = m->err;
}

static kc_status set_number(struct kc_props *p, const char *key, long long number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%lld", number);
    return kc_props_set(p, key, text);
}

static long long number_of(const struct kc_props *p, const char *key)
{
    return atoll(kc_props_or(p, key, "0"));
}

/*
 * The queue of librdkafka must have room for the largest message; how much of it is filled otherwise is decided here, by
 * queue_bytes. A batch size that was found to be too large for a topic wins over the user's.
 */
static kc_status set_sizes(struct kc_props *p, const struct kc_producer_setup *setup)
{
    long long queue = number_of(p, "message.max.bytes") / 1024 + KC_QUEUE_MARGIN_KBYTES;
    kc_status status = KC_OK;

    if (kc_props_get(p, "queue.buffering.max.kbytes") == NULL)
        status =
            set_number(p, "queue.buffering.max.kbytes", queue > KC_QUEUE_KBYTES ? queue : KC_QUEUE_KBYTES);
    if (status == KC_OK && setup->batch_bytes > 0 && number_of(p, "batch.size") > setup->batch_bytes)
        status = set_number(p, "batch.size", setup->batch_bytes);
    return status;
}

/* Our defaults, overwritten by what the user set. NULL: out of memory. */
static struct kc_props *with_defaults(const struct kc_producer_setup *setup)
{
    static const char *const texts[] = {
        "linger.ms",
        "0",
        "retry.backoff.ms",
        "10",
        "partitioner",
        "murmur2_random",
        "socket.nagle.disable",
        "true",
        "log.connection.close",
        "false",
    };
    struct kc_props *p = kc_props_create();
    size_t part = setup->memory->queue_bytes;

    if (p == NULL || set_number(p, "batch.size", KC_BATCH_BYTES) < 0 ||
        set_number(p, "message.max.bytes",
                   part < KC_MESSAGE_MAX_BYTES ? (long long)part : KC_MESSAGE_MAX_BYTES) < 0 ||
        set_number(p, "transaction.timeout.ms", KC_TXN_TIMEOUT_MS) < 0)
        goto failed;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i += 2) {
        if (kc_props_set(p, texts[i], texts[i + 1]) < 0)
            goto failed;
    }
    for (size_t i = 0; i < kc_props_count(setup->props); i++) {
        if (kc_props_set(p, kc_props_key(setup->props, i), kc_props_value(setup->props, i)) < 0)
            goto failed;
    }
    if (set_sizes(p, setup) == KC_OK)
        return p;

failed:
    kc_props_destroy(p);
    return NULL;
}

/* What was set in the end, for the checks before a record is handed over. */
static void take_sizes(struct kc_producer *p, const struct kc_props *props,
                       const struct kc_producer_setup *setup)
{
    const char *users_queue = kc_props_get(setup->props, "queue.buffering.max.kbytes");

    p->batch_bytes = (int32_t)number_of(props, "batch.size");
    p->message_max_bytes = (uint64_t)number_of(props, "message.max.bytes");
    p->queue_max_bytes = (uint64_t)number_of(props, "queue.buffering.max.kbytes") * 1024;
    p->queue_bytes = users_queue != NULL ? p->queue_max_bytes : KC_QUEUE_KBYTES * UINT64_C(1024);
    if (p->queue_bytes > setup->memory->queue_bytes)
        p->queue_bytes = setup->memory->queue_bytes;
    p->pool.limit_bytes = setup->memory->encoded_bytes;
    p->pool.keep_bytes = setup->memory->in_use_bytes;
}

static rd_kafka_t *make_client(struct kc_producer *p, const struct kc_props *props, const char *client_id,
                               const char *transactional_id, struct kc_error *err)
{
    const char *timeout = kc_props_get(props, "transaction.timeout.ms");
    const char *fixed[] = {"enable.idempotence",
                           "true",
                           "client.id",
                           client_id,
                           "message.timeout.ms",
                           timeout,
                           transactional_id == NULL ? NULL : "transactional.id",
                           transactional_id,
                           NULL};
    rd_kafka_conf_t *conf = kc_client_conf(props, fixed, err);

    if (conf == NULL)
        return NULL;
    rd_kafka_conf_set_opaque(conf, p);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return kc_client_new(RD_KAFKA_PRODUCER, conf, err);
}

kc_status kc_producer_open(struct kc_producer *p, const struct kc_producer_setup *setup, struct kc_error *err)
{
    struct kc_props *props;

    *p = (struct kc_producer){.now_ms = kc_mono_ms()};
    props = with_defaults(setup);
    if (props == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    (void)kc_props_remove(props, "transactional.id");
    take_sizes(p, props, setup);
    p->partitioner = kc_partitioner_find(kc_props_get(props, "partitioner"));
    p->txn_timeout_ms = atoll(kc_props_get(props, "transaction.timeout.ms"));
    p->txn = make_client(p, props, setup->client_id, setup->transactional_id, err);
    if (p->txn != NULL)
        p->data = setup->exactly_once ? p->txn : make_client(p, props, setup->client_id, NULL, err);
    kc_props_destroy(props);
    return p->data != NULL ? KC_OK : KC_ERR_CONFIG;
}

static void drop(rd_kafka_t *client)
{
    if (client == NULL)
        return;
    (void)rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    (void)rd_kafka_flush(client, PURGE_MS); /* delivery reports give the buffers back */
    rd_kafka_destroy(client);
}

void kc_producer_close(struct kc_producer *p)
{
    if (p->data != p->txn)
        drop(p->data);
    drop(p->txn);
    p->data = p->txn = NULL;
    kc_openings_finish(&p->openings);
    kc_out_pool_finish(&p->pool);
}

/*
 * The record was checked before it was handed over (record_size.h), so the topic takes less than it did when it was
 * looked at, or the batch around the record was too large. Either is mended by a new session, which looks again.
 */
static void explain_large(struct kc_producer *p)
{
    struct kc_error ignored = KC_ERROR_INIT;
    char *limit = NULL, *topic = p->large_topic;

    (void)kc_admin_topic_config(p->txn, topic, "max.message.bytes", ASK_LIMIT_MS, &limit, &ignored);
    p->topic_limit = limit == NULL ? 0 : atoi(limit);
    p->batch_too_big = p->topic_limit > 0 && p->batch_bytes + BATCH_OVERHEAD_BYTES > p->topic_limit;
    (void)kc_fail(
        &p->why, p->topic_limit > 0 ? KC_ERR_RETRY : KC_ERR_CONFIG,
        "a record of %zu bytes, or the batch with it, is larger than topic %s takes (max.message.bytes "
        "is %s): raise it on the topic and restart the task",
        p->large_bytes, topic, limit == NULL ? "not known" : limit);
    free(limit);
    topic[0] = '\0';
}

static kc_status delivery_status(struct kc_producer *p, struct kc_error *err)
{
    if (p->why.status == KC_OK)
        return KC_OK;
    if (p->large_topic[0] != '\0')
        explain_large(p);
    *err = p->why;
    return p->why.status;
}

kc_status kc_producer_serve(struct kc_producer *p, int timeout_ms, struct kc_error *err)
{
    (void)rd_kafka_poll(p->data, timeout_ms);
    p->now_ms = kc_mono_ms();
    if (p->txn != p->data)
        (void)rd_kafka_poll(p->txn, 0);
    return delivery_status(p, err);
}

kc_status kc_producer_cause(struct kc_producer *p, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + CAUSE_MS;
    kc_status status = kc_producer_serve(p, 0, err);

    while (status == KC_OK && kc_mono_ms() < deadline)
        status = kc_producer_serve(p, CAUSE_SLICE_MS, err);
    return status;
}

/* librdkafka did not take a message, for another reason than a full queue. */
static kc_status refused(struct kc_producer *p, rd_kafka_t *client, const char *topic, size_t bytes,
                         rd_kafka_resp_err_t code, struct kc_error *err)
{
    kc_status status;

    if (code == RD_KAFKA_RESP_ERR__FATAL)
        code = rd_kafka_fatal_error(client, NULL, 0);
    if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH) {
        p->fenced = true;
        return kc_fail(err, KC_ERR_FATAL, "fenced by another instance of this task");
    }
    status = code == RD_KAFKA_RESP_ERR__STATE ? kc_producer_cause(p, err) : KC_OK;
    if (status < 0)
        return status;
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return kc_fail(err, KC_ERR_CONFIG,
                       "a record of %zu bytes for topic %s is larger than the producer takes: raise "
                       "producer.override.%s for this connector",
                       bytes, topic,
                       code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? "queue.buffering.max.kbytes"
                                                             : "message.max.bytes");
    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        return kc_fail(err, KC_ERR_CONFIG, "a record is for a partition that topic %s does not have", topic);
    return kc_fail(err, code == RD_KAFKA_RESP_ERR__STATE ? KC_ERR_RETRY : KC_ERR_FATAL,
                   "a record for topic %s was not taken: %s", topic, rd_kafka_err2str(code));
}

/* Waits until everything that `client` holds is acknowledged. */
static kc_status flush(struct kc_producer *p, rd_kafka_t *client, int timeout_ms, struct kc_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(client, timeout_ms);
    kc_status status = delivery_status(p, err);

    if (status == KC_OK && code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_RETRY, "the brokers did not acknowledge all records within %d ms",
                       timeout_ms);
    return status;
}

/* A record has been handed over: where it is a partition's first one, it travels alone. */
static kc_status open_partition(struct kc_producer *p, rd_kafka_t *client, const rd_kafka_topic_t *topic,
                                int32_t partition, struct kc_error *err)
{
    kc_status status = kc_openings_note(&p->openings, topic, partition, p->now_ms);

    if (status < 0)
        return kc_fail(err, status, "out of memory");
    return status == 0 ? KC_OK : flush(p, client, (int)p->txn_timeout_ms, err);
}

/* Waits until the queue has room for a record, or is empty. */
static kc_status wait_for_room(struct kc_producer *p, size_t bytes, struct kc_error *err)
{
    kc_status status = KC_OK;

    while (status == KC_OK && p->queued_bytes > 0 && p->queued_bytes + bytes > p->queue_bytes)
        status = kc_producer_serve(p, FULL_QUEUE_MS, err);
    return status;
}

/* librdkafka did not take a message of `data`. KC_OK: the queue was full, and it is worth another try. */
static kc_status not_taken(struct kc_producer *p, const rd_kafka_topic_t *topic, size_t bytes,
                           rd_kafka_resp_err_t code, struct kc_error *err)
{
    kc_status status = delivery_status(p, err);

    if (status < 0)
        return status;
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || rd_kafka_outq_len(p->data) == 0)
        return refused(p, p->data, rd_kafka_topic_name(topic), bytes, code, err);
    return kc_producer_serve(p, FULL_QUEUE_MS, err);
}

int32_t kc_producer_partition(struct kc_producer *p, const struct kc_message *m)
{
    if (m->partition != RD_KAFKA_PARTITION_UA)
        return m->partition;
    return kc_partition_of(p->partitioner, m->key, m->key_len, m->partitions, &p->spread);
}

kc_status kc_producer_send(struct kc_producer *p, const struct kc_message *m, bool *taken,
                           struct kc_error *err)
{
    int32_t partition = kc_producer_partition(p, m);
    const rd_kafka_vu_t vus[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = m->topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)m->value, m->value_len}},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)m->key, m->key_len}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = m->out == NULL ? RD_KAFKA_MSG_F_COPY : 0},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = m->out},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = m->timestamp_ms},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = m->headers},
    };
    size_t n = sizeof(vus) / sizeof(vus[0]) - (m->headers == NULL);

    *taken = false;
    if (wait_for_room(p, m->value_len + m->key_len, err) < 0)
        return err->status;
    if (m->out != NULL)
        kc_out_ref(m->out);
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_produceva(p->data, vus, n);
        rd_kafka_resp_err_t code = rd_kafka_error_code(error);
        kc_status status;

        if (error == NULL) {
            *taken = true;
            p->queued_bytes += m->value_len + m->key_len;
            return open_partition(p, p->data, m->topic, partition, err);
        }
        rd_kafka_error_destroy(error);
        status = not_taken(p, m->topic, m->value_len + m->key_len, code, err);
        if (status < 0) {
            kc_out_unref(m->out);
            return status;
        }
    }
}

bool kc_run_add(struct kc_run *run, const struct kc_producer *p, const struct kc_message *m)
{
    size_t bytes = m->key_len + m->value_len;

    if (run->n == KC_RUN_MESSAGES || (run->n > 0 && run->bytes + bytes > p->queue_bytes / RUN_PART))
        return false;
    run->list[run->n++] = (rd_kafka_message_t){.payload = (void *)(uintptr_t)m->value,
                                               .len = m->value_len,
                                               .key = (void *)(uintptr_t)m->key,
                                               .key_len = m->key_len,
                                               ._private = m->out};
    run->bytes += bytes;
    return true;
}

/* Counts what librdkafka has taken of list[0..n); their reports come later, to this thread. Returns the first not taken. */
static size_t count_taken(struct kc_producer *p, struct kc_run *run, const rd_kafka_message_t *list, size_t n)
{
    size_t refused_at = n;

    for (size_t i = 0; i < n; i++) {
        const rd_kafka_message_t *m = &list[i];

        if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            refused_at = refused_at < i ? refused_at : i;
            continue;
        }
        if (m->_private != NULL)
            kc_out_ref(m->_private);
        p->queued_bytes += m->len + m->key_len;
        run->taken++;
        run->taken_bytes += m->len + m->key_len;
    }
    return refused_at;
}

/* Hands over list[0..n). A full queue refuses all behind the first that it refuses, so their order stays. */
static kc_status send_together(struct kc_producer *p, struct kc_run *run, rd_kafka_message_t *list, size_t n,
                               struct kc_error *err)
{
    while (n > 0) {
        size_t taken;
        kc_status status;

        (void)rd_kafka_produce_batch(run->topic, run->partition, 0, list, (int)n);
        taken = count_taken(p, run, list, n);
        list += taken;
        n -= taken;
        if (n == 0)
            break;
        status = not_taken(p, run->topic, list->len + list->key_len, list->err, err);
        if (status < 0)
            return status;
    }
    return KC_OK;
}

kc_status kc_producer_send_run(struct kc_producer *p, struct kc_run *run, struct kc_error *err)
{
    rd_kafka_message_t *list = run->list;
    size_t n = run->n, bytes = run->bytes;
    kc_status opening = kc_openings_note(&p->openings, run->topic, run->partition, p->now_ms), status;

    run->n = run->bytes = run->taken = run->taken_bytes = 0;
    if (opening < 0)
        return kc_fail(err, opening, "out of memory");
    status = wait_for_room(p, bytes, err);
    if (status == KC_OK && opening > 0) { /* where it is a partition's first message, it travels alone */
        status = send_together(p, run, list, 1, err);
        if (status == KC_OK)
            status = flush(p, p->data, (int)p->txn_timeout_ms, err);
        list++;
        n--;
    }
    return status == KC_OK ? send_together(p, run, list, n, err) : status;
}

kc_status kc_producer_send_position(struct kc_producer *p, rd_kafka_topic_t *topic, int32_t partition,
                                    const char *key, size_t key_len, const void *value, size_t value_len,
                                    struct kc_error *err)
{
    kc_status status;

    while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)value, value_len, key,
                            key_len, NULL) != 0) {
        rd_kafka_resp_err_t code = rd_kafka_last_error();

        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || rd_kafka_outq_len(p->txn) == 0)
            return refused(p, p->txn, rd_kafka_topic_name(topic), key_len + value_len, code, err);
        (void)rd_kafka_poll(p->txn, FULL_QUEUE_MS);
        status = delivery_status(p, err);
        if (status < 0)
            return status;
    }
    p->queued_bytes += key_len + value_len;
    return open_partition(p, p->txn, topic, partition, err);
}

kc_status kc_producer_flush(struct kc_producer *p, int timeout_ms, struct kc_error *err)
{
    return flush(p, p->data, timeout_ms, err);
}
