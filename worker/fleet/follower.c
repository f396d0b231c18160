#include "fleet/follower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "fleet/internal_topics.h"
#include "fleet/logger_record.h"
#include "fleet/replies.h"
#include "fleet/view.h"
#include "kafka/admin.h"

enum {
    TICK_MS = 100,
    RESEND_EVERY_MS = 500,
    MAX_BATCH = 1000, /* records between two views */
    FIRST_PAUSE_MS = 500,
    LONGEST_PAUSE_MS = 5000,
    CONFIG_PARTITION = 0,
};

static const char component[] = "worker/fleet";

struct kc_follower {
    struct kc_follower_parts parts;
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t *configs, *statuses;
    int32_t n_status_partitions;
    pthread_t thread;
    bool has_thread;
    atomic_bool stop;
    atomic_bool topics_ready, member, has_leader, caught_up;
    atomic_bool facts_changed;

    pthread_mutex_t watch_lock; /* held while `watch` runs */
    void (*watch)(void *arg);
    void *watch_arg;

    pthread_mutex_t lock; /* around all below */
    pthread_cond_t moved; /* config_position grew */
    struct kc_fleet_state state;
    const struct kc_fleet_view *view;
    int64_t config_position; /* all records before this offset are in `state` */
    char *trouble[KC_TROUBLE_SOURCES];
    char *cluster_id;

    /* The thread's own. */
    bool *at_end; /* by partition: configs, then status partitions */
    struct kc_replies replies;
    bool dirty;
    int64_t resend_at_ms;
    char client_id[96];
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    struct kc_follower *f = opaque;

    (void)client;
    kc_noise_tell(f->parts.noise, "following the fleet", code, reason);
}

static kc_status make_client(struct kc_follower *f, struct kc_error *err)
{
    static const char *const fixed[] = {"isolation.level",
                                        "read_committed",
                                        "enable.partition.eof",
                                        "true",
                                        "auto.offset.reset",
                                        "earliest",
                                        "enable.auto.commit",
                                        "false",
                                        "fetch.wait.max.ms",
                                        "200",
                                        "queued.max.messages.kbytes",
                                        "16384",
                                        NULL};
    struct kc_fleet_client how = {
        .type = RD_KAFKA_CONSUMER,
        .client_id = f->client_id,
        .fixed = fixed,
        .opaque = f,
        .on_error = on_error,
    };

    f->client = kc_fleet_client_new(f->parts.config, &how, err);
    if (f->client == NULL)
        return err->status;
    f->queue = rd_kafka_queue_new(f->client);
    return KC_OK;
}

/* With the lock held. False: out of memory, the old view stays. */
static bool publish(struct kc_follower *f)
{
    struct kc_view_facts facts = {
        .self = f->parts.worker_id,
        .instance = f->parts.instance,
        .cluster_id = f->cluster_id,
        .caught_up = atomic_load(&f->caught_up),
        .member = atomic_load(&f->member),
        .has_leader = atomic_load(&f->has_leader),
    };
    const struct kc_fleet_view *view = kc_view_build(&f->state, &facts);

    if (view == NULL)
        return false;
    kc_fleet_view_put(f->view);
    f->view = view;
    return true;
}

struct kc_follower *kc_follower_create(const struct kc_follower_parts *parts, struct kc_error *err)
{
    struct kc_follower *f = calloc(1, sizeof(*f));
    pthread_condattr_t attributes;

    if (f == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    f->parts = *parts;
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_mutex_init(&f->watch_lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&f->moved, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)snprintf(f->client_id, sizeof(f->client_id), "%s-follower", parts->config->client_id_prefix);
    if (make_client(f, err) < 0) {
        kc_follower_destroy(f);
        return NULL;
    }
    if (!publish(f)) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        kc_follower_destroy(f);
        return NULL;
    }
    return f;
}

void kc_follower_destroy(struct kc_follower *f)
{
    if (f == NULL)
        return;
    if (f->configs != NULL)
        rd_kafka_topic_destroy(f->configs);
    if (f->statuses != NULL)
        rd_kafka_topic_destroy(f->statuses);
    if (f->queue != NULL)
        rd_kafka_queue_destroy(f->queue);
    if (f->client != NULL)
        rd_kafka_destroy(f->client);
    kc_fleet_view_put(f->view);
    kc_fleet_state_finish(&f->state);
    for (size_t i = 0; i < KC_TROUBLE_SOURCES; i++)
        free(f->trouble[i]);
    free(f->cluster_id);
    free(f->at_end);
    (void)pthread_mutex_destroy(&f->lock);
    (void)pthread_mutex_destroy(&f->watch_lock);
    (void)pthread_cond_destroy(&f->moved);
    free(f);
}

void kc_follower_set_trouble(struct kc_follower *f, enum kc_trouble_source source, const char *text)
{
    char *copy = text != NULL ? strdup(text) : NULL;
    bool news;

    (void)pthread_mutex_lock(&f->lock);
    news = text != NULL && (f->trouble[source] == NULL || strcmp(f->trouble[source], text) != 0);
    free(f->trouble[source]);
    f->trouble[source] = copy;
    (void)pthread_mutex_unlock(&f->lock);
    if (news)
        kc_log(KC_ERROR, component, "%s", text);
}

char *kc_follower_trouble(struct kc_follower *f)
{
    char *copy = NULL;

    (void)pthread_mutex_lock(&f->lock);
    for (size_t i = 0; copy == NULL && i < KC_TROUBLE_SOURCES; i++)
        if (f->trouble[i] != NULL)
            copy = strdup(f->trouble[i]);
    (void)pthread_mutex_unlock(&f->lock);
    return copy;
}

/* Tries until the topics are there; false: asked to stop. */
static bool wait_for_topics(struct kc_follower *f)
{
    int64_t pause = FIRST_PAUSE_MS;
    bool told = false;

    while (!atomic_load(&f->stop)) {
        struct kc_error err = KC_ERROR_INIT;
        kc_status status = kc_internal_topics_ensure(kc_outbox_client(f->parts.outbox), f->parts.config,
                                                     &f->n_status_partitions, &err);

        kc_outbox_serve(f->parts.outbox);
        (void)rd_kafka_poll(f->client, 0);
        if (status >= 0) {
            kc_follower_set_trouble(f, KC_TROUBLE_TOPICS, NULL);
            kc_log(told ? KC_INFO : KC_DEBUG, component, "Kafka at %s answers",
                   f->parts.config->bootstrap_servers);
            return true;
        }
        if (status == KC_ERR_CONFIG) {
            kc_follower_set_trouble(f, KC_TROUBLE_TOPICS, err.message);
        } else {
            kc_log(KC_WARN, component, "cannot reach Kafka at %s (%s); trying again in %.1f s, for ever",
                   f->parts.config->bootstrap_servers, err.message, (double)pause / 1000);
            told = true;
        }
        if (!kc_fleet_pause(&f->stop, pause))
            break;
        pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
    }
    return false;
}

static kc_status start_reading(struct kc_follower *f, struct kc_error *err)
{
    char *cluster_id = rd_kafka_clusterid(f->client, 1000);

    (void)pthread_mutex_lock(&f->lock);
    f->cluster_id = cluster_id;
    (void)pthread_mutex_unlock(&f->lock);
    /* Asking for the topics first spares the first fetch up to a second of waiting for them to be known. */
    (void)kc_admin_partitions(f->client, f->parts.config->config_storage_topic, 1000, err);
    (void)kc_admin_partitions(f->client, f->parts.config->status_storage_topic, 1000, err);
    f->at_end = calloc((size_t)f->n_status_partitions + 1, sizeof(*f->at_end));
    f->configs = rd_kafka_topic_new(f->client, f->parts.config->config_storage_topic, NULL);
    f->statuses = rd_kafka_topic_new(f->client, f->parts.config->status_storage_topic, NULL);
    if (f->at_end == NULL || f->configs == NULL || f->statuses == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    if (rd_kafka_consume_start_queue(f->configs, CONFIG_PARTITION, RD_KAFKA_OFFSET_BEGINNING, f->queue) != 0)
        return kc_fail(err, KC_ERR_FATAL, "cannot read topic %s: %s", rd_kafka_topic_name(f->configs),
                       rd_kafka_err2str(rd_kafka_last_error()));
    for (int32_t p = 0; p < f->n_status_partitions; p++)
        if (rd_kafka_consume_start_queue(f->statuses, p, RD_KAFKA_OFFSET_BEGINNING, f->queue) != 0)
            return kc_fail(err, KC_ERR_FATAL, "cannot read topic %s: %s", rd_kafka_topic_name(f->statuses),
                           rd_kafka_err2str(rd_kafka_last_error()));
    return KC_OK;
}

static void stop_reading(struct kc_follower *f)
{
    if (f->configs != NULL)
        (void)rd_kafka_consume_stop(f->configs, CONFIG_PARTITION);
    for (int32_t p = 0; f->statuses != NULL && p < f->n_status_partitions; p++)
        (void)rd_kafka_consume_stop(f->statuses, p);
}

static void take_record(struct kc_follower *f, const rd_kafka_message_t *m)
{
    static const char reply[] = "reply/";
    struct kc_error err = KC_ERROR_INIT;
    char *key;

    if (m->key == NULL || memchr(m->key, '\0', m->key_len) != NULL)
        return;
    key = strndup(m->key, m->key_len);
    if (key == NULL)
        return;
    if (strncmp(key, reply, sizeof(reply) - 1) == 0) {
        kc_replies_take(&f->replies, f->parts.worker_id, key + sizeof(reply) - 1, m->payload, m->len);
    } else if (strncmp(key, KC_LOGGER_PREFIX, sizeof(KC_LOGGER_PREFIX) - 1) == 0) {
        if (atomic_load(&f->caught_up)) /* before our time */
            kc_logger_record_take(key + sizeof(KC_LOGGER_PREFIX) - 1, m->payload, m->len);
    } else {
        (void)pthread_mutex_lock(&f->lock);
        if (kc_fleet_state_apply(&f->state, key, m->payload, m->len, &err) < 0)
            kc_log(KC_WARN, component, "topic %s, offset %lld: %s; it is ignored",
                   rd_kafka_topic_name(m->rkt), (long long)m->offset, err.message);
        (void)pthread_mutex_unlock(&f->lock);
        f->dirty = true;
    }
    free(key);
}

static void move_to(struct kc_follower *f, int64_t position)
{
    (void)pthread_mutex_lock(&f->lock);
    if (position > f->config_position) {
        f->config_position = position;
        (void)pthread_cond_broadcast(&f->moved);
    }
    (void)pthread_mutex_unlock(&f->lock);
}

static void note_end(struct kc_follower *f, const rd_kafka_message_t *m)
{
    size_t n = (size_t)f->n_status_partitions + 1, slot = m->rkt == f->configs ? 0 : (size_t)m->partition + 1;

    if (slot >= n || atomic_load(&f->caught_up))
        return;
    f->at_end[slot] = true;
    for (size_t i = 0; i < n; i++)
        if (!f->at_end[i])
            return;
    atomic_store(&f->caught_up, true);
    f->dirty = true;
    kc_log(KC_INFO, component, "topics %s and %s are read to their end",
           f->parts.config->config_storage_topic, f->parts.config->status_storage_topic);
}

static void take_message(struct kc_follower *f, const rd_kafka_message_t *m)
{
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        take_record(f, m);
        if (m->rkt == f->configs)
            move_to(f, m->offset + 1);
    } else if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (m->rkt == f->configs)
            move_to(f, m->offset);
        note_end(f, m);
    } else {
        kc_noise_tell(f->parts.noise, "following the fleet", m->err, rd_kafka_message_errstr(m));
    }
}

/* Reads what there is, at most MAX_BATCH records; waits TICK_MS for the first. */
static void read_batch(struct kc_follower *f)
{
    rd_kafka_message_t *m = rd_kafka_consume_queue(f->queue, TICK_MS);

    for (int n = 0; m != NULL; n++) {
        take_message(f, m);
        rd_kafka_message_destroy(m);
        m = n < MAX_BATCH ? rd_kafka_consume_queue(f->queue, 0) : NULL;
    }
}

static void show(struct kc_follower *f)
{
    bool facts = atomic_exchange(&f->facts_changed, false);

    if (f->dirty || facts) {
        (void)pthread_mutex_lock(&f->lock);
        f->dirty = !publish(f);
        (void)pthread_mutex_unlock(&f->lock);
        f->parts.changed(f->parts.arg);
    }
    kc_replies_hand_out(&f->replies, f->parts.mailbox);
}

void kc_follower_set_watch(struct kc_follower *f, void (*watch)(void *arg), void *arg)
{
    (void)pthread_mutex_lock(&f->watch_lock);
    f->watch = watch;
    f->watch_arg = arg;
    (void)pthread_mutex_unlock(&f->watch_lock);
}

static void call_watch(struct kc_follower *f)
{
    (void)pthread_mutex_lock(&f->watch_lock);
    if (f->watch != NULL)
        f->watch(f->watch_arg);
    (void)pthread_mutex_unlock(&f->watch_lock);
}

static void resend(struct kc_follower *f)
{
    if (kc_mono_ms() < f->resend_at_ms)
        return;
    f->resend_at_ms = kc_mono_ms() + RESEND_EVERY_MS;
    kc_status_report_tick(f->parts.status_report,
                          &f->state); /* only this thread changes the state: no lock */
}

static void *run(void *arg)
{
    struct kc_follower *f = arg;
    struct kc_error err = KC_ERROR_INIT;

    if (!wait_for_topics(f))
        return NULL;
    if (start_reading(f, &err) < 0) {
        kc_follower_set_trouble(f, KC_TROUBLE_TOPICS, err.message);
    } else {
        atomic_store(&f->topics_ready, true);
        kc_status_report_start(f->parts.status_report);
        while (!atomic_load(&f->stop)) {
            read_batch(f);
            call_watch(f);
            show(f);
            (void)rd_kafka_poll(f->client, 0);
            kc_outbox_serve(f->parts.outbox);
            resend(f);
        }
    }
    stop_reading(f);
    kc_replies_hand_out(&f->replies, f->parts.mailbox);
    return NULL;
}

kc_status kc_follower_start(struct kc_follower *f, struct kc_error *err)
{
    if (pthread_create(&f->thread, NULL, run, f) != 0)
        return kc_fail(err, KC_ERR_FATAL, "cannot start a thread");
    f->has_thread = true;
    return KC_OK;
}

void kc_follower_stop(struct kc_follower *f)
{
    if (!f->has_thread)
        return;
    atomic_store(&f->stop, true);
    rd_kafka_queue_yield(f->queue);
    (void)pthread_join(f->thread, NULL);
    f->has_thread = false;
}

const struct kc_fleet_view *kc_follower_view(struct kc_follower *f)
{
    const struct kc_fleet_view *view;

    (void)pthread_mutex_lock(&f->lock);
    view = kc_view_ref(f->view);
    (void)pthread_mutex_unlock(&f->lock);
    return view;
}

void kc_follower_set_membership(struct kc_follower *f, bool member, bool has_leader)
{
    bool was_member = atomic_exchange(&f->member, member);
    bool had_leader = atomic_exchange(&f->has_leader, has_leader);

    if (was_member == member && had_leader == has_leader)
        return;
    atomic_store(&f->facts_changed, true);
    rd_kafka_queue_yield(f->queue);
}

bool kc_follower_topics_ready(struct kc_follower *f)
{
    return atomic_load(&f->topics_ready);
}

kc_status kc_follower_copy_at_end(struct kc_follower *f, int timeout_ms, struct kc_fleet_state *copy,
                                  struct kc_error *err)
{
    int64_t low, high, until_ms = kc_mono_ms() + timeout_ms;
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        f->client, f->parts.config->config_storage_topic, CONFIG_PARTITION, &low, &high, timeout_ms);
    kc_status status = KC_ERR_RETRY;
    bool reached = false;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_RETRY, "cannot learn the end of topic %s: %s",
                       f->parts.config->config_storage_topic, rd_kafka_err2str(code));
    (void)pthread_mutex_lock(&f->lock);
    while (!reached) {
        reached = f->config_position >= high;
        if (!reached && pthread_cond_timedwait(&f->moved, &f->lock, &until) != 0)
            break;
    }
    if (reached)
        status = kc_fleet_state_copy(&f->state, copy);
    (void)pthread_mutex_unlock(&f->lock);
    if (status == KC_ERR_RETRY)
        return kc_fail(err, KC_ERR_RETRY, "topic %s could not be read to its end in time",
                       f->parts.config->config_storage_topic);
    return status < 0 ? kc_fail(err, status, "out of memory") : KC_OK;
}

kc_status kc_follower_take_statuses(struct kc_follower *f, struct kc_fleet_state *state)
{
    kc_status status;

    (void)pthread_mutex_lock(&f->lock);
    status = kc_fleet_state_take_statuses(state, &f->state);
    (void)pthread_mutex_unlock(&f->lock);
    return status;
}

void kc_follower_look(struct kc_follower *f, void (*look)(void *arg, const struct kc_fleet_state *state),
                      void *arg)
{
    (void)pthread_mutex_lock(&f->lock);
    look(arg, &f->state);
    (void)pthread_mutex_unlock(&f->lock);
}

rd_kafka_t *kc_follower_client(struct kc_follower *f)
{
    return f->client;
}
