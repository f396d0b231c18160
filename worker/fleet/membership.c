#include "fleet/membership.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fleet/group_watch.h"
#include "fleet/leader.h"

enum {
    TICK_MS = 100,
    LEADER_TICK_MS = 50,
    WATCH_EVERY_MS = 1000,
    WATCH_EAGERLY_MS = 150, /* until this worker is a member, and as a new leader */
    LEAVE_TIMEOUT_MS = 1500,
    FIRST_PAUSE_MS = 200,
    LONGEST_PAUSE_MS = 10000,
};

static const char component[] = "worker/fleet";

struct kc_membership {
    const struct kc_worker_config *config;
    const char *client_id;
    struct kc_follower *follower;
    struct kc_noise *noise;
    struct kc_leader *leader;
    struct kc_group_watch *watch;
    rd_kafka_t *client;
    pthread_t thread;
    bool has_thread;
    atomic_bool stop;
    int64_t session_timeout_ms;

    /* The thread's own. */
    bool has_mailbox;
    bool lost;                /* the group has thrown us out; until it is seen that we are back */
    bool others_lead;         /* somebody has the mailbox, says the last picture */
    int64_t seen_in_group_ms; /* when the last question was asked whose answer had us in it */
    int64_t lead_at_ms;       /* not before then take over again */
    int64_t lead_pause_ms;
};

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    struct kc_membership *m = opaque;

    (void)client;
    kc_noise_tell(m->noise, "group membership", code, reason);
}

static void show(struct kc_membership *m)
{
    bool member =
        !m->lost && m->seen_in_group_ms != 0 && kc_mono_ms() - m->seen_in_group_ms < m->session_timeout_ms;

    kc_follower_set_membership(m->follower, member, kc_leader_active(m->leader) || m->others_lead);
}

static void lose_mailbox(struct kc_membership *m)
{
    m->has_mailbox = false;
    m->others_lead = false;
    kc_leader_stand_down(m->leader);
}

/* The partition is ours alone from here on; reading through this consumer is not what it is for, hence the pause. */
static void on_assigned(struct kc_membership *m, rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    rd_kafka_error_destroy(rd_kafka_incremental_assign(m->client, partitions));
    (void)rd_kafka_pause_partitions(m->client, partitions);
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

    kc_log(KC_DEBUG, component, "group %s: %s, %d partition%s", m->config->group_id, rd_kafka_err2name(code),
           partitions->cnt, partitions->cnt == 1 ? "" : "s");
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assigned(m, partitions);
        return;
    }
    if (rd_kafka_assignment_lost(client)) {
        m->lost = true;
        m->seen_in_group_ms = 0;
    }
    lose_mailbox(m);
    show(m);
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
                                 kc_props_or(m->config->props, "heartbeat.interval.ms", "2000"),
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
    rd_kafka_topic_partition_list_t *topics;
    rd_kafka_resp_err_t code;

    m->client = kc_fleet_client_new(m->config, &how, err);
    if (m->client == NULL)
        return err->status;
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

/* Leaves the group; a broker that is away cannot hold this up. */
static void leave(struct kc_membership *m)
{
    rd_kafka_queue_t *queue;
    rd_kafka_error_t *error;
    int64_t until_ms = kc_mono_ms() + LEAVE_TIMEOUT_MS;

    kc_leader_stand_down(m->leader);
    if (m->client == NULL)
        return;
    queue = rd_kafka_queue_get_consumer(m->client);
    error = rd_kafka_consumer_close_queue(m->client, queue);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    while (error == NULL && !rd_kafka_consumer_closed(m->client) && kc_mono_ms() < until_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(m->client, LEADER_TICK_MS);

        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy_flags(m->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    m->client = NULL;
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

/* Reads a new picture of the group: are we in it, who leads, and for the leader: which workers are there. */
static void take_picture(struct kc_membership *m, const struct kc_group_picture *picture)
{
    const char **clients = calloc(picture->n + 1, sizeof(*clients));
    struct kc_error err = KC_ERROR_INIT;
    bool seen = false;

    m->others_lead = false;
    for (size_t i = 0; clients != NULL && i < picture->n; i++) {
        clients[i] = picture->members[i].client;
        seen = seen || strcmp(clients[i], m->client_id) == 0;
        m->others_lead = m->others_lead || picture->members[i].leads;
    }
    if (seen) {
        m->seen_in_group_ms = picture->asked_ms;
        m->lost = false;
        kc_follower_set_trouble(m->follower, KC_TROUBLE_MEMBER, NULL);
    } else {
        m->seen_in_group_ms = 0;
    }
    if (clients != NULL && picture->stable && kc_leader_active(m->leader) &&
        kc_leader_set_members(m->leader, m->client, clients, picture->n, &err) < 0)
        kc_log(KC_WARN, component, "cannot place tasks: %s; trying again", err.message);
    free(clients);
}

static void watch_group(struct kc_membership *m)
{
    struct kc_error err = KC_ERROR_INIT;
    bool eager = m->seen_in_group_ms == 0 || kc_leader_lacks_workers(m->leader);
    kc_status status = kc_group_watch_poll(m->watch, eager ? WATCH_EAGERLY_MS : WATCH_EVERY_MS, &err);

    if (status == KC_OK) {
        kc_noise_clear(m->noise);
        take_picture(m, kc_group_watch_picture(m->watch));
    } else if (status == KC_ERR_CONFIG) {
        kc_follower_set_trouble(m->follower, KC_TROUBLE_MEMBER, err.message);
    } else if (status < 0) {
        kc_noise_tell(m->noise, "group membership", RD_KAFKA_RESP_ERR__TRANSPORT, err.message);
    }
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
        status = kc_leader_take_over(m->leader, m->client, &err);
        if (status >= 0) {
            /* Tasks are placed as soon as the group's picture is there: the one we have may be older than we lead. */
            m->lead_pause_ms = FIRST_PAUSE_MS;
            take_picture(m, kc_group_watch_picture(m->watch));
            kc_follower_set_trouble(m->follower, KC_TROUBLE_LEADER, NULL);
        }
    }
    if (status >= 0)
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
        m->lost = true;
        m->has_mailbox = false;
    }
    if (m->client != NULL)
        return true;
    if (join(m, &err) >= 0) {
        *pause_ms = FIRST_PAUSE_MS;
        return true;
    }
    kc_log(KC_ERROR, component, "%s; trying again in %.1f s", err.message, (double)*pause_ms / 1000);
    if (m->client != NULL)
        rd_kafka_destroy(m->client);
    m->client = NULL;
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
        watch_group(m);
        show(m);
    }
    leave(m);
    kc_follower_set_membership(m->follower, false, false);
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
        m->session_timeout_ms = strtoll(kc_props_or(config->props, "session.timeout.ms", "6000"), NULL, 10);
        m->watch = kc_group_watch_create(kc_follower_client(follower), config->group_id,
                                         config->request_storage_topic);
        m->leader = kc_leader_create(config, follower, status_report, noise, &m->stop);
    }
    if (m == NULL || m->watch == NULL || m->leader == NULL) {
        kc_membership_destroy(m);
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
    return KC_OK;
}

void kc_membership_destroy(struct kc_membership *m)
{
    if (m == NULL)
        return;
    atomic_store(&m->stop, true);
    if (m->has_thread)
        (void)pthread_join(m->thread, NULL);
    kc_leader_destroy(m->leader);
    kc_group_watch_destroy(m->watch);
    free(m);
}
