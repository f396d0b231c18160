#include "task/sink_letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/client_config.h"
#include "task/record_size.h"

enum {
    QUEUE_BYTES = 8 << 20, /* not acknowledged, unless it is one */
    WAIT_MS = 100,
    CLOSE_MS = 2000,
};

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *m, void *opaque)
{
    struct kc_sink_letters *l = opaque;

    (void)client;
    l->queued_bytes -= m->len + m->key_len;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        l->task->meter.dead_letters++;
        return;
    }
    if (l->why.status < 0 || m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return;
    l->why = (struct kc_error)KC_ERROR_INIT;
    (void)kc_fail(&l->why, kc_client_retriable(m->err) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                  "a dead letter could not be written to topic %s: %s", rd_kafka_topic_name(m->rkt),
                  rd_kafka_err2str(m->err));
    l->why.vendor_code = m->err;
}

static kc_status set_number(struct kc_props *p, const char *key, size_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%zu", number);
    return kc_props_get(p, key) != NULL ? KC_OK : kc_props_set(p, key, text);
}

static kc_status make_client(struct kc_sink_letters *l, const char *client_id, struct kc_error *err)
{
    /*
     * One at a time: a broker that does not know a producer yet takes its batches in any order
     * (partition_opening.h).
     */
    const char *fixed[] = {"client.id",
                           client_id,
                           "enable.idempotence",
                           "true",
                           "linger.ms",
                           "0",
                           "max.in.flight.requests.per.connection",
                           "1",
                           NULL};
    size_t largest = l->task->memory.queue_bytes < KC_MESSAGE_MAX_BYTES ? l->task->memory.queue_bytes
                                                                        : KC_MESSAGE_MAX_BYTES;
    struct kc_props *props = kc_props_copy(l->task->start.producer);
    rd_kafka_conf_t *conf = NULL;

    if (props == NULL || set_number(props, "message.max.bytes", largest) < 0 ||
        set_number(props, "queue.buffering.max.kbytes", (largest + QUEUE_BYTES) / 1024) < 0 ||
        (kc_props_get(props, "partitioner") == NULL &&
         kc_props_set(props, "partitioner", "murmur2_random") < 0)) {
        kc_props_destroy(props);
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    (void)kc_props_remove(props, "transactional.id");
    l->max_bytes = (size_t)strtoull(kc_props_get(props, "message.max.bytes"), NULL, 10);
    conf = kc_client_conf(props, fixed, err);
    kc_props_destroy(props);
    if (conf == NULL)
        return err->status;
    rd_kafka_conf_set_opaque(conf, l);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    l->client = kc_client_new(RD_KAFKA_PRODUCER, conf, err);
    return l->client == NULL ? KC_ERR_CONFIG : KC_OK;
}

kc_status kc_sink_letters_open(struct kc_sink_letters *l, struct kc_task *t, const char *client_id,
                               struct kc_error *err)
{
    const struct kc_failures *f = &t->failures;
    const struct kc_str name = {f->dead_letter_name, (uint32_t)strlen(f->dead_letter_name), 0};
    /* A room of its own: what a sink reads is never made. */
    const struct kc_topics_setup setup = {.worker = t->start.topic_creation,
                                          .connector = t->start.config,
                                          .admin = t->start.admin,
                                          .client_id = "kconnect-task-admin"};
    kc_status status;

    *l = (struct kc_sink_letters){.task = t};
    if (!f->tolerated || name.len == 0)
        return KC_OK;
    l->topics = kc_topics_create(&setup);
    if (l->topics == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    l->topic = kc_topics_get_plain(l->topics, name, f->replication);
    if (l->topic == NULL)
        return kc_fail(err, KC_ERR_CONFIG, "errors.deadletterqueue.topic.name: \"%s\" is no legal topic name",
                       name.ptr);
    status = make_client(l, client_id, err);
    if (status < 0)
        return status;
    kc_topics_bind(l->topics, l->client);
    return kc_topics_ensure(l->topics, err);
}

void kc_sink_letters_close(struct kc_sink_letters *l)
{
    kc_topics_destroy(l->topics);
    if (l->client != NULL) {
        (void)rd_kafka_purge(l->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(l->client, CLOSE_MS);
        rd_kafka_destroy(l->client);
    }
    *l = (struct kc_sink_letters){0};
}

/* ---- one letter ---- */

static void add_text(rd_kafka_headers_t *to, const char *name, const char *text)
{
    (void)rd_kafka_header_add(to, name, -1, text, -1);
}

static void add_number(rd_kafka_headers_t *to, const char *name, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    add_text(to, name, text);
}

static void add_context(rd_kafka_headers_t *to, const struct kc_task *t, const struct kc_failure *f,
                        const rd_kafka_message_t *m)
{
    add_text(to, "__connect.errors.topic", rd_kafka_topic_name(m->rkt));
    add_number(to, "__connect.errors.partition", m->partition);
    add_number(to, "__connect.errors.offset", m->offset);
    add_text(to, "__connect.errors.connector.name", t->start.connector);
    add_number(to, "__connect.errors.task.id", t->start.task);
    add_text(to, "__connect.errors.stage", f->stage);
    add_text(to, "__connect.errors.class.name", f->component);
    add_text(to, "__connect.errors.exception.class.name", f->exception);
    add_text(to, "__connect.errors.exception.message", f->why);
}

static rd_kafka_headers_t *make_headers(const struct kc_sink_letters *l, const struct kc_failure *f,
                                        const rd_kafka_message_t *m)
{
    rd_kafka_headers_t *own = NULL, *headers;

    if (rd_kafka_message_headers(m, &own) == RD_KAFKA_RESP_ERR_NO_ERROR)
        headers = rd_kafka_headers_copy(own);
    else
        headers = rd_kafka_headers_new(10);
    if (l->task->failures.with_context)
        add_context(headers, l->task, f, m);
    return headers;
}

/* Leaves out the value of a message that the topic, or the producer, does not take whole. */
static void make_fit(const struct kc_sink_letters *l, struct kc_message *m)
{
    const struct kc_topic_rules rules = kc_topics_rules(l->topic);
    uint64_t bytes = kc_record_batch_bytes(m), limit = l->max_bytes;

    if (rules.max_bytes > 0 && (uint64_t)rules.max_bytes < limit)
        limit = (uint64_t)rules.max_bytes;
    if (bytes <= limit)
        return;
    m->value = NULL;
    m->value_len = 0;
    if (l->task->failures.with_context) {
        add_number(m->headers, "__kconnect.errors.bytes", (int64_t)bytes);
        add_number(m->headers, "__kconnect.errors.limit.bytes", (int64_t)limit);
    }
}

static kc_status produce(struct kc_sink_letters *l, struct kc_message *m, struct kc_error *err)
{
    const rd_kafka_vu_t vus[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = m->topic},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)m->value, m->value_len}},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)m->key, m->key_len}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = m->timestamp_ms},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = m->headers},
    };
    rd_kafka_error_t *error = rd_kafka_produceva(l->client, vus, sizeof(vus) / sizeof(vus[0]));
    kc_status status;

    if (error == NULL) {
        l->queued_bytes += m->value_len + m->key_len;
        return KC_OK;
    }
    rd_kafka_headers_destroy(m->headers);
    status = kc_fail(err, KC_ERR_FATAL, "a dead letter for topic %s was not taken: %s",
                     rd_kafka_topic_name(m->topic), rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return status;
}

kc_status kc_sink_letters_send(struct kc_sink_letters *l, const struct kc_failure *f,
                               const rd_kafka_message_t *m, struct kc_error *err)
{
    rd_kafka_timestamp_type_t type;
    struct kc_message letter = {
        .key = m->key, .key_len = m->key_len, .value = m->payload, .value_len = m->len};

    if (l->client == NULL)
        return KC_OK;
    letter.timestamp_ms = rd_kafka_message_timestamp(m, &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
        letter.timestamp_ms = 0;
    letter.topic = kc_topics_handle(l->topics, l->topic, err);
    if (letter.topic == NULL)
        return err->status;
    while (l->why.status == KC_OK && l->queued_bytes > QUEUE_BYTES)
        (void)rd_kafka_poll(l->client, WAIT_MS);
    if (l->why.status < 0) {
        *err = l->why;
        return l->why.status;
    }
    letter.headers = make_headers(l, f, m);
    make_fit(l, &letter);
    return produce(l, &letter, err);
}

kc_status kc_sink_letters_flush(struct kc_sink_letters *l, int timeout_ms, struct kc_error *err)
{
    if (l->client == NULL)
        return KC_OK;
    if (rd_kafka_flush(l->client, timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR && l->why.status == KC_OK)
        return kc_fail(err, KC_ERR_RETRY, "the brokers did not acknowledge the dead letters within %d ms",
                       timeout_ms);
    if (l->why.status < 0)
        *err = l->why;
    return l->why.status;
}
