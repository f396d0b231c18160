#include "fleet/membership.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "fleet/group_picture.h"
#include "fleet/leader.h"

enum {
    TICK_MS = 100,
    LEADER_TICK_MS = 50,
    LOOK_SOON_MS = 150,    /* after a rebalance, until all is as it should be */
    LOOK_EVERY_MS = 30000, /* without any reason */
    LOOK_TIMEOUT_MS = 1000,
    FIRST_ASSIGNMENT_TIMEOUT_MS = 1000,
    LEAVE_TIMEOUT_MS = 1500,
    STOP_TIMEOUT_S = 3,
    FIRST_PAUSE_MS = 200,
    LONGEST_PAUSE_MS = 5000,
    SAFE_TO_DESTROY_UNASSIGNED = 0x020300ff, /* librdkafka 2.3.0 */
};

static const char component[] = "worker/fleet";

struct kc_membership {
    const struct kc_worker_config *config;
    const char *client_id;
    struct kc_follower *follower;
    struct kc_noise *noise;
    struct kc_leader *leader;
    pthread_t thread;
    bool has_thread;
    atomic_bool stop;

    pthread_mutex_t lock; /* around these; only the thread changes `client` */
    rd_kafka_t *client;
    bool joined;       /* the group has let us in, and has not thrown us out as far as librdkafka knows */
    char *member_id;   /* under which it has; another one: thrown out and let in anew */
    bool led;          /* somebody has the mailbox */
    atomic_bool leads; /* this worker does its work */

    /* The thread's own. */
    bool assigned;    /* `client` has had an assignment, be it an empty one */
    bool has_mailbox; /* this worker is to lead */
    struct kc_group_picture picture;
    int64_t look_at_ms; /* when to take the next one */
    int64_t lead_at_ms; /* not before then take over again */
    int64_t lead_pause_ms;
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    struct kc_membership *m = opaque;

    (void)client;
    kc_noise_tell(m->noise, "group membership", code, reason);
}

bool kc_membership_leads(const struct kc_membership *m)
{
    return atomic_load(&m->leads);
}

/* With the lock held. */
static void tell(struct kc_membership *m)
{
    kc_follower_set_membership(m->follower, m->joined, m->joined && m->led);
}

static void show(struct kc_membership *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->led = kc_leader_active(m->leader) || m->picture.led;
    atomic_store(&m->leads, kc_leader_active(m->leader));
    tell(m);
    (void)pthread_mutex_unlock(&m->lock);
}

/* With the lock held. */
static void forget_membership(struct kc_membership *m)
{
    if (m->joined && !atomic_load(&m->stop))
        kc_log(KC_WARN, component, "group %s has lost this worker: its tasks stop until it is back",
               m->config->group_id);
    else if (m->joined)
        kc_log(KC_INFO, component, "this worker leaves group %s", m->config->group_id);
    m->joined = m->led = false;
}

static void lose_membership(struct kc_membership *m)
{
    m->picture.led = false;
    (void)pthread_mutex_lock(&m->lock);
    forget_membership(m);
    tell(m);
    (void)pthread_mutex_unlock(&m->lock);
}

/*
 * librdkafka forgets the member id as soon as the session has timed out on its clock, or the coordinator does not know
 * it any more; a worker without partitions would learn of it in no other way. Called by the follower's thread too, as
 * ours may be held up in a transaction.
 */
static void check_membership(void *arg)
{
    struct kc_membership *m = arg;
    char *id;

    (void)pthread_mutex_lock(&m->lock);
    if (m->joined) {
        id = m->client != NULL ? rd_kafka_memberid(m->client) : NULL;
        if (id == NULL || m->member_id == NULL || strcmp(id, m->member_id) != 0)
            forget_membership(m);
        free(id);
        tell(m);
    }
    (void)pthread_mutex_unlock(&m->lock);
}

/* For the leader's waiting in a transaction: without membership there is nothing to wait for. */
static bool is_alive(void *arg)
{
    struct kc_membership *m = arg;
    bool joined;

    check_membership(m);
    (void)pthread_mutex_lock(&m->lock);
    joined = m->joined;
    (void)pthread_mutex_unlock(&m->lock);
    return joined && !atomic_load(&m->stop);
}

static void look_soon(struct kc_membership *m)
{
    m->look_at_ms = kc_mono_ms();
}

/* The partition is ours alone from here on; reading through this consumer is not what it is for, hence the pause. */
static void on_assigned(struct kc_membership *m, rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    m->assigned = true;
    rd_kafka_error_destroy(rd_kafka_incremental_assign(m->client, partitions));
    (void)rd_kafka_pause_partitions(m->client, partitions);
    (void)pthread_mutex_lock(&m->lock);
    free(m->member_id);
    m->member_id = rd_kafka_memberid(m->client);
    if (!m->joined)
        kc_log(KC_INFO, component, "this worker is a member of group %s", m->config->group_id);
    m->joined = true;
    (void)pthread_mutex_unlock(&m->lock);
    kc_follower_set_trouble(m->follower, KC_TROUBLE_MEMBER, NULL);
    kc_noise_clear(m->noise);
    if (partitions->cnt > 0) {
        m->has_mailbox = true;
        m->lead_at_ms = 0;
        m->lead_pause_ms = FIRST_PAUSE_MS;
    }
}

static void on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *partitions, void *opaque)
{
    struct kc_membership *m = opaque;

    kc_log(KC_DEBUG, component, "group %s: %s, %d partition%s%s", m->config->group_id,
           rd_kafka_err2name(code), partitions->cnt, partitions->cnt == 1 ? "" : "s",
           rd_kafka_assignment_lost(client) ? ", lost" : "");
    look_soon(m);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assigned(m, partitions);
        return;
    }
    m->has_mailbox = false;
    if (rd_kafka_assignment_lost(client))
        lose_membership(m);
    kc_leader_stand_down(m->leader);
    if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        rd_kafka_error_destroy(rd_kafka_incremental_unassign(client, partitions));
    else
        (void)rd_kafka_assign(client, NULL);
}

static kc_status join(struct kc_membership *m, struct kc_error *err)
{
    const char *const fixed[] = {"group.id",
                                 m->config->group_id,
                                 "partition.assignment.strategy",
                                 "cooperative-sticky",
                                 "session.timeout.ms",
                                 kc_props_or(m->config->props, "session.timeout.ms", "6000"),
                                 "heartbeat.interval.ms",
                                 kc_props_or(m->config->props, "heartbeat.interval.ms", "1000"),
                                 "max.poll.interval.ms",
                                 "60000",
                                 "enable.auto.commit",
                                 "false",
                                 "isolation.level",
                                 "read_committed",
                                 "auto.offset.reset",
                                 "earliest",
                                 NULL};
    struct kc_fleet_client how = {
        .type = RD_KAFKA_CONSUMER,
        .client_id = m->client_id,
        .fixed = fixed,
        .opaque = m,
        .on_error = on_error,
        .on_rebalance = on_rebalance,
    };
    rd_kafka_t *client = kc_fleet_client_new(m->config, &how, err);
    rd_kafka_topic_partition_list_t *topics;
    rd_kafka_resp_err_t code;

    if (client == NULL)
        return err->status;
    (void)pthread_mutex_lock(&m->lock);
    m->client = client;
    (void)pthread_mutex_unlock(&m->lock);
    m->assigned = false;
    (void)rd_kafka_poll_set_consumer(m->client);
    topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, m->config->request_storage_topic, RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(m->client, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_FATAL, "cannot join group %s: %s", m->config->group_id,
                       rd_kafka_err2str(code));
    return KC_OK;
}

static void poll_group(struct kc_membership *m, int timeout_ms)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(m->client, timeout_ms);

    if (message == NULL)
        return;
    if (message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        kc_follower_set_trouble(
            m->follower, KC_TROUBLE_MEMBER,
            "this worker may not join its group: Kafka's access rules must allow READ on the group "
            "that group.id names");
    else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        kc_noise_tell(m->noise, "group membership", message->err, rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
}

/*
 * A member that is let in has its assignment a moment later. Before librdkafka 2.3 a consumer destroyed in between
 * ends the process by an assertion (librdkafka #4381), so a worker stopped right after its start waits that moment.
 */
static void await_first_assignment(struct kc_membership *m)
{
    int64_t until_ms = kc_mono_ms() + FIRST_ASSIGNMENT_TIMEOUT_MS;

    while (!m->assigned && kc_mono_ms() < until_ms)
        poll_group(m, LEADER_TICK_MS);
}

/*
 * A closing consumer that has no partition does not tell the group (librdkafka 2.0 with cooperative rebalancing), which
 * then counts it as dead a session timeout later. One that gives its subscription up before does, and close waits for
 * the broker's answer.
 */
static void close_consumer(rd_kafka_t *client)
{
    int64_t until_ms = kc_mono_ms() + LEAVE_TIMEOUT_MS;
    rd_kafka_resp_err_t code = rd_kafka_unsubscribe(client);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(client, queue);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        kc_log(KC_DEBUG, component, "while leaving the group: %s", rd_kafka_err2str(code));
    while (error == NULL && !rd_kafka_consumer_closed(client) && kc_mono_ms() < until_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, LEADER_TICK_MS);

        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
    rd_kafka_error_destroy(error);
    rd_kafka_queue_destroy(queue);
}

/* Leaves the group; a broker that is away cannot hold this up. */
static void leave(struct kc_membership *m)
{
    rd_kafka_t *client = m->client;

    kc_leader_stand_down(m->leader);
    if (client != NULL)
        await_first_assignment(m);
    lose_membership(m); /* first, so that nobody asks a consumer that closes */
    m->has_mailbox = false;
    if (client == NULL)
        return;
    close_consumer(client);
    (void)pthread_mutex_lock(&m->lock);
    m->client = NULL;
    (void)pthread_mutex_unlock(&m->lock);
    if (m->assigned || rd_kafka_version() >= SAFE_TO_DESTROY_UNASSIGNED)
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    /* Else it stays: it has left the group and nobody polls it, but to free it might be the end of us. */
}

/* Looks at the group when there is a reason to: who leads and, for the leader, which workers there are. */
static void look_at_group(struct kc_membership *m)
{
    struct kc_error err = KC_ERROR_INIT;
    bool settled;
    kc_status status;

    if (!is_alive(m) || kc_mono_ms() < m->look_at_ms)
        return;
    status = kc_group_picture_take(&m->picture, kc_follower_client(m->follower), m->config->group_id,
                                   LOOK_TIMEOUT_MS, &err);
    settled = status >= 0 && m->picture.stable && m->picture.led;
    if (settled && kc_leader_active(m->leader)) {
        status = kc_leader_set_members(m->leader, m->client, (const char *const *)m->picture.clients,
                                       m->picture.n, &err);
        settled = status == KC_OK;
    }
    if (status == KC_ERR_CONFIG)
        kc_follower_set_trouble(m->follower, KC_TROUBLE_MEMBER, err.message);
    else if (status < 0)
        kc_noise_tell(m->noise, "group membership", RD_KAFKA_RESP_ERR__TRANSPORT, err.message);
    m->look_at_ms = kc_mono_ms() + (settled ? LOOK_EVERY_MS : LOOK_SOON_MS);
}

static void lead(struct kc_membership *m)
{
    struct kc_error err = KC_ERROR_INIT;
    kc_status status;

    if (kc_leader_active(m->leader)) {
        status = kc_leader_serve(m->leader, m->client, LEADER_TICK_MS, &err);
    } else if (kc_mono_ms() < m->lead_at_ms) {
        return;
    } else {
        status = kc_leader_take_over(m->leader, &err);
        if (status >= 0) {
            m->lead_pause_ms = FIRST_PAUSE_MS;
            look_soon(m); /* tasks are placed on whoever is there now */
            kc_follower_set_trouble(m->follower, KC_TROUBLE_LEADER, NULL);
        }
    }
    if (status >= 0 || status == KC_ERR_RECORD)
        return;
    if (status == KC_ERR_CONFIG)
        kc_follower_set_trouble(m->follower, KC_TROUBLE_LEADER, err.message);
    else
        kc_noise_tell(m->noise, "leading the fleet", err.vendor_code, err.message);
    m->lead_at_ms = kc_mono_ms() + m->lead_pause_ms;
    m->lead_pause_ms = m->lead_pause_ms * 2 < LONGEST_PAUSE_MS ? m->lead_pause_ms * 2 : LONGEST_PAUSE_MS;
}

/* True when the consumer is there; makes it anew after a failure that is for good. */
static bool ensure_joined(struct kc_membership *m, int64_t *pause_ms)
{
    struct kc_error err = KC_ERROR_INIT;
    char reason[256];

    if (m->client != NULL &&
        rd_kafka_fatal_error(m->client, reason, sizeof(reason)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        kc_log(KC_WARN, component, "the group's consumer broke and is replaced: %s", reason);
        leave(m);
    }
    if (m->client != NULL)
        return true;
    if (join(m, &err) >= 0) {
        *pause_ms = FIRST_PAUSE_MS;
        return true;
    }
    kc_log(KC_ERROR, component, "%s; trying again in %.1f s", err.message, (double)*pause_ms / 1000);
    leave(m);
    (void)kc_fleet_pause(&m->stop, *pause_ms);
    *pause_ms = *pause_ms * 2 < LONGEST_PAUSE_MS ? *pause_ms * 2 : LONGEST_PAUSE_MS;
    return false;
}

static void *run(void *arg)
{
    struct kc_membership *m = arg;
    int64_t pause_ms = FIRST_PAUSE_MS;

    while (!atomic_load(&m->stop) && !kc_follower_topics_ready(m->follower))
        (void)kc_fleet_pause(&m->stop, 20);
    while (!atomic_load(&m->stop)) {
        if (!ensure_joined(m, &pause_ms))
            continue;
        if (m->has_mailbox)
            lead(m);
        poll_group(m, kc_leader_active(m->leader) ? 0 : TICK_MS);
        look_at_group(m);
        show(m);
    }
    leave(m);
    return NULL;
}

struct kc_membership *kc_membership_create(const struct kc_worker_config *config, const char *client_id,
                                           struct kc_follower *follower,
                                           struct kc_status_report *status_report, struct kc_noise *noise,
                                           struct kc_error *err)
{
    struct kc_membership *m = calloc(1, sizeof(*m));

    if (m != NULL) {
        m->config = config;
        m->client_id = client_id;
        m->follower = follower;
        m->noise = noise;
        (void)pthread_mutex_init(&m->lock, NULL);
        m->leader = kc_leader_create(config, follower, status_report, noise, is_alive, m);
    }
    if (m == NULL || m->leader == NULL) {
        (void)kc_membership_destroy(m);
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    return m;
}

kc_status kc_membership_start(struct kc_membership *m, struct kc_error *err)
{
    if (pthread_create(&m->thread, NULL, run, m) != 0)
        return kc_fail(err, KC_ERR_FATAL, "cannot start a thread");
    m->has_thread = true;
    kc_follower_set_watch(m->follower, check_membership, m);
    return KC_OK;
}

bool kc_membership_destroy(struct kc_membership *m)
{
    struct timespec until;

    if (m == NULL)
        return true;
    atomic_store(&m->stop, true);
    kc_follower_set_watch(m->follower, NULL, NULL);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_TIMEOUT_S;
    if (m->has_thread && pthread_timedjoin_np(m->thread, NULL, &until) != 0) {
        kc_log(KC_WARN, component, "group %s could not be left in time; the others will notice",
               m->config->group_id);
        return false;
    }
    kc_leader_destroy(m->leader);
    kc_group_picture_finish(&m->picture);
    (void)pthread_mutex_destroy(&m->lock);
    free(m->member_id);
    free(m);
    return true;
}
