#include "fleet/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/client_config.h"

struct kc_outbox {
    const struct kc_worker_config *config;
    struct kc_noise *noise;
    pthread_mutex_t lock; /* around `client` for those who send; only the serving thread replaces it */
    rd_kafka_t *client;
    char client_id[96];
};

/* Rides along with a record. */
struct parcel {
    kc_outbox_done_fn *done;
    void *arg;
    uint64_t tag;
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    struct kc_outbox *o = opaque;

    (void)client;
    kc_noise_tell(o->noise, "sending", code, reason);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    struct parcel *p = message->_private;

    (void)client;
    (void)opaque;
    if (p->done != NULL)
        p->done(p->arg, p->tag, message->err);
    free(p);
}

static rd_kafka_t *make_client(struct kc_outbox *o, struct kc_error *err)
{
    /* A request that is not stored by then is far beyond its use; a status is sent anew. */
    static const char *const fixed[] = {"enable.idempotence",
                                        "true",
                                        "linger.ms",
                                        "0",
                                        "message.timeout.ms",
                                        "120000",
                                        "retry.backoff.ms",
                                        "10",
                                        "queue.buffering.max.kbytes",
                                        "65536",
                                        NULL};
    struct kc_fleet_client how = {
        .type = RD_KAFKA_PRODUCER,
        .client_id = o->client_id,
        .fixed = fixed,
        .opaque = o,
        .on_error = on_error,
        .on_delivery = on_delivery,
    };

    return kc_fleet_client_new(o->config, &how, err);
}

struct kc_outbox *kc_outbox_create(const struct kc_worker_config *config, struct kc_noise *noise,
                                   struct kc_error *err)
{
    struct kc_outbox *o = calloc(1, sizeof(*o));

    if (o == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    o->config = config;
    o->noise = noise;
    (void)pthread_mutex_init(&o->lock, NULL);
    (void)snprintf(o->client_id, sizeof(o->client_id), "%s-outbox", config->client_id_prefix);
    o->client = make_client(o, err);
    if (o->client == NULL) {
        kc_outbox_destroy(o, 0);
        return NULL;
    }
    return o;
}

/* Ends a client; what it still held is reported as failed. */
static void end_client(rd_kafka_t *client, int flush_ms)
{
    (void)rd_kafka_flush(client, flush_ms);
    (void)rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    (void)rd_kafka_flush(client, 100);
    rd_kafka_destroy(client);
}

void kc_outbox_destroy(struct kc_outbox *o, int flush_ms)
{
    if (o == NULL)
        return;
    if (o->client != NULL)
        end_client(o->client, flush_ms);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

rd_kafka_resp_err_t kc_outbox_send(struct kc_outbox *o, const char *topic, const char *key, const char *value,
                                   size_t len, kc_outbox_done_fn *done, void *arg, uint64_t tag)
{
    struct parcel *p = malloc(sizeof(*p));
    size_t key_len = key != NULL ? strlen(key) : 0;
    rd_kafka_resp_err_t code;

    if (p == NULL)
        return RD_KAFKA_RESP_ERR__FAIL;
    if (value == NULL)
        len = 0;
    *p = (struct parcel){.done = done, .arg = arg, .tag = tag};
    (void)pthread_mutex_lock(&o->lock);
    code = rd_kafka_producev(o->client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_KEY(key, key_len), RD_KAFKA_V_VALUE((void *)value, len),
                             RD_KAFKA_V_OPAQUE(p), RD_KAFKA_V_END);
    (void)pthread_mutex_unlock(&o->lock);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        free(p);
    return code;
}

/* An idempotent producer can break for good, for instance when the topic lost data: then only a new one helps. */
static void replace_client(struct kc_outbox *o)
{
    struct kc_error err = KC_ERROR_INIT;
    rd_kafka_t *fresh = make_client(o, &err), *old;

    if (fresh == NULL) {
        kc_log(KC_ERROR, "worker/fleet", "cannot make a new producer: %s", err.message);
        return;
    }
    (void)pthread_mutex_lock(&o->lock);
    old = o->client;
    o->client = fresh;
    (void)pthread_mutex_unlock(&o->lock);
    end_client(old, 0);
}

void kc_outbox_serve(struct kc_outbox *o)
{
    char reason[256];

    (void)rd_kafka_poll(o->client, 0);
    if (rd_kafka_fatal_error(o->client, reason, sizeof(reason)) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    kc_log(KC_WARN, "worker/fleet", "the producer of requests and statuses broke and is replaced: %s",
           reason);
    replace_client(o);
}

rd_kafka_t *kc_outbox_client(struct kc_outbox *o)
{
    return o->client;
}
