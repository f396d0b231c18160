#include "task/sink_consumer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/client_config.h"
#include "kafka/client_end.h"
#include "kafka/topic_pattern.h"
#include "task/sink_group.h"

enum {
    SEEK_MS = 5000,
    LOOK_MS = 50,
    LEAVE_MS = 2000,
    END_MS = 2000,     /* the worker gives a task that is told to stop some seconds in all */
    MAX_RECORDS = 500, /* Kafka Connect's max.poll.records */
    FIRST_MESSAGES = 64,
};

static const char log_name[] = "worker/task";

kc_status kc_sink_consumer_fail(struct kc_sink_consumer *c, kc_status status, const char *what,
                                rd_kafka_resp_err_t code)
{
    if (c->why.status < 0)
        return c->why.status;
    c->why = (struct kc_error)KC_ERROR_INIT;
    (void)kc_fail(&c->why, status, "%s: %s", what, rd_kafka_err2str(code));
    c->why.vendor_code = code;
    return status;
}

kc_status kc_sink_consumer_max_records(const struct kc_task *t, size_t *out, struct kc_error *err)
{
    const char *text = kc_props_or(t->start.config, "consumer.override.max.poll.records", "");
    char *rest = NULL;
    long long number;

    *out = MAX_RECORDS;
    if (text[0] == '\0')
        return KC_OK;
    errno = 0;
    number = strtoll(text, &rest, 10);
    if (errno != 0 || *rest != '\0' || number < 1 || number > INT32_MAX)
        return kc_fail(err, KC_ERR_CONFIG,
                       "consumer.override.max.poll.records: the value must be a whole number above 0");
    *out = (size_t)number;
    return KC_OK;
}

/*
 * Our defaults, which the user's properties overwrite. Those of the group are Kafka Connect's but for the
 * session.
 */
static struct kc_props *with_defaults(const struct kc_task *t)
{
    static const char *const defaults[] = {
        "auto.offset.reset",
        "earliest", /* as every sink of Kafka Connect */
        "isolation.level",
        "read_committed",
        "session.timeout.ms",
        "10000",
        "queued.max.messages.kbytes",
        "8192",
        /* How soon topics are found that are made later. */
        "topic.metadata.refresh.interval.ms",
        "10000",
        /* How long a broker that has nothing new keeps the question: longer would hold up the stop. */
        "fetch.wait.max.ms",
        "500",
    };
    struct kc_props *p = kc_props_create();
    char group[80];

    (void)snprintf(group, sizeof(group), "connect-%s", t->start.connector);
    if (p == NULL || kc_props_set(p, "group.id", group) < 0)
        goto failed;
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i += 2) {
        if (kc_props_set(p, defaults[i], defaults[i + 1]) < 0)
            goto failed;
    }
    for (size_t i = 0; i < kc_props_count(t->start.consumer); i++) {
        if (kc_props_set(p, kc_props_key(t->start.consumer, i), kc_props_value(t->start.consumer, i)) < 0)
            goto failed;
    }
    return p;

failed:
    kc_props_destroy(p);
    return NULL;
}

static kc_status make_client(struct kc_sink_consumer *c, const char *client_id, struct kc_error *err)
{
    const char *fixed[] = {"client.id", client_id, "enable.auto.commit", "false", "enable.partition.eof",
                           "true",      NULL};
    struct kc_props *props = with_defaults(c->task);
    rd_kafka_conf_t *conf;

    if (props == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    c->from_end = strcmp(kc_props_get(props, "auto.offset.reset"), "latest") == 0 ||
                  strcmp(kc_props_get(props, "auto.offset.reset"), "largest") == 0 ||
                  strcmp(kc_props_get(props, "auto.offset.reset"), "end") == 0;
    conf = kc_client_conf(props, fixed, err);
    kc_props_destroy(props);
    if (conf == NULL)
        return err->status;
    rd_kafka_conf_set_opaque(conf, c);
    rd_kafka_conf_set_rebalance_cb(conf, kc_sink_group_changed);
    c->client = kc_client_new(RD_KAFKA_CONSUMER, conf, err);
    if (c->client == NULL)
        return KC_ERR_CONFIG;
    (void)rd_kafka_poll_set_consumer(c->client);
    c->answers = rd_kafka_queue_new(c->client);
    return KC_OK;
}

static void add_topics(rd_kafka_topic_partition_list_t *list, const char *names)
{
    char name[256];

    for (const char *p = names; *p != '\0';) {
        size_t n = strcspn(p, ","), skip = strspn(p, " \t"), end = n;

        while (end > skip && (p[end - 1] == ' ' || p[end - 1] == '\t'))
            end--;
        if (end > skip) {
            (void)snprintf(name, sizeof(name), "%.*s", (int)(end - skip), p + skip);
            (void)rd_kafka_topic_partition_list_add(list, name, RD_KAFKA_PARTITION_UA);
        }
        p += n + (p[n] == ',');
    }
}

static kc_status subscribe(struct kc_sink_consumer *c, struct kc_error *err)
{
    const struct kc_props *config = c->task->start.config;
    const char *topics = kc_props_or(config, "topics", ""), *regex = kc_props_or(config, "topics.regex", "");
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
    struct kc_buf pattern = {0};
    kc_status status = KC_OK;
    rd_kafka_resp_err_t code;

    if (topics[0] != '\0') {
        add_topics(list, topics);
    } else {
        status = kc_topic_pattern(regex, &pattern, err);
        if (status == KC_OK)
            (void)rd_kafka_topic_partition_list_add(list, pattern.data, RD_KAFKA_PARTITION_UA);
        else
            (void)kc_wrap(err, "topics.regex");
    }
    code = status == KC_OK ? rd_kafka_subscribe(c->client, list) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        status = kc_fail(err, KC_ERR_CONFIG, "%s cannot be subscribed to: %s",
                         topics[0] != '\0' ? "topics" : "topics.regex", rd_kafka_err2str(code));
    kc_buf_finish(&pattern);
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

kc_status kc_sink_consumer_open(struct kc_sink_consumer *c, struct kc_task *t, const char *client_id,
                                struct kc_error *err)
{
    kc_status status;

    *c = (struct kc_sink_consumer){.task = t};
    status = make_client(c, client_id, err);
    return status < 0 ? status : subscribe(c, err);
}

/*
 * Leaves the group. False: no broker took notice in time; nothing of the client may be freed, since it goes on
 * trying.
 */
static bool leave_group(struct kc_sink_consumer *c)
{
    int64_t deadline = kc_mono_ms() + LEAVE_MS;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(c->client);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(c->client, queue);

    if (error != NULL) { /* it has failed for good; its end is its close */
        rd_kafka_error_destroy(error);
        rd_kafka_queue_destroy(queue);
        return true;
    }
    while (rd_kafka_consumer_closed(c->client) == 0) {
        if (kc_mono_ms() >= deadline)
            return false;
        (void)rd_kafka_queue_poll_callback(queue, LOOK_MS);
    }
    rd_kafka_queue_destroy(queue);
    return true;
}

void kc_sink_consumer_close(struct kc_sink_consumer *c)
{
    c->closing = true;
    kc_sink_messages_finish(&c->next);
    if (c->client != NULL && !leave_group(c)) {
        kc_log(KC_WARN, log_name,
               "no broker took notice that the task leaves its group; its partitions wait for the end of the "
               "session");
        c->task->clients_left = true;
        c->client = NULL;
        c->answers = NULL;
    }
    if (c->answers != NULL)
        rd_kafka_queue_destroy(c->answers);
    if (c->client != NULL && !kc_client_end(c->client, END_MS))
        c->task->clients_left = true;
    kc_sink_parts_finish(&c->parts);
    *c = (struct kc_sink_consumer){0};
}

/* ---- messages ---- */

void kc_sink_messages_drop(struct kc_sink_messages *m, bool stale_only)
{
    size_t kept = 0;

    m->bytes = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (stale_only && !m->list[i].part->gone && m->list[i].part->seek_to < 0) {
            m->bytes += m->list[i].message->len + m->list[i].message->key_len;
            m->list[kept++] = m->list[i];
        } else {
            rd_kafka_message_destroy(m->list[i].message);
        }
    }
    m->n = kept;
}

void kc_sink_messages_finish(struct kc_sink_messages *m)
{
    kc_sink_messages_drop(m, false);
    free(m->list);
    *m = (struct kc_sink_messages){0};
}

/* librdkafka gives the client up, and says why nowhere else. */
static kc_status give_up(struct kc_sink_consumer *c)
{
    char why[512] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(c->client, why, sizeof(why));

    if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
        return kc_sink_consumer_fail(c, KC_ERR_FATAL,
                                     "another consumer of the group has come with the same "
                                     "group.instance.id, and taken over: each needs "
                                     "one of its own",
                                     code);
    if (why[0] != '\0')
        kc_log(KC_ERROR, log_name, "the consumer has ended: %s", why);
    return kc_sink_consumer_fail(c, KC_ERR_FATAL, "the topics cannot be read any more", code);
}

/* What a message without a record says. Most of it passes by itself. */
static kc_status judge(struct kc_sink_consumer *c, const rd_kafka_message_t *m)
{
    switch (m->err) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: {
        const char *topic = m->rkt != NULL ? rd_kafka_topic_name(m->rkt) : "";

        if (strcmp(c->missing, topic) != 0 || topic[0] == '\0')
            kc_log(KC_WARN, log_name, "the topic %s does not exist; it is read once it does", topic);
        (void)snprintf(c->missing, sizeof(c->missing), "%s", topic);
        return KC_OK;
    }
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
        kc_log(KC_WARN, log_name,
               "the group has taken the partitions away, because nothing was read for longer than "
               "max.poll.interval.ms; they are asked for again");
        return KC_OK;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        return kc_sink_consumer_fail(
            c, KC_ERR_CONFIG,
            "a partition has no offset in the group that is still there, and auto.offset.reset says "
            "to fail then",
            m->err);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return kc_sink_consumer_fail(
            c, KC_ERR_CONFIG,
            "this user may not read: grant READ and DESCRIBE on the topics and READ on the group", m->err);
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
        return kc_sink_consumer_fail(
            c, KC_ERR_RETRY,
            "the group does not take this task in, because another consumer is in it with a different "
            "partition.assignment.strategy: both need the same, or consumer.override.group.id a group of its "
            "own",
            m->err);
    case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED:
        return kc_sink_consumer_fail(c, KC_ERR_RETRY, "the group does not take this task in", m->err);
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
        return kc_sink_consumer_fail(c, KC_ERR_CONFIG,
                                     "consumer.override.session.timeout.ms is not between the brokers' "
                                     "group.min.session.timeout.ms and "
                                     "group.max.session.timeout.ms",
                                     m->err);
    case RD_KAFKA_RESP_ERR__FATAL: return give_up(c);
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
        return kc_sink_consumer_fail(c, KC_ERR_FATAL, "the topics cannot be read any more", m->err);
    default:
        kc_log(kc_client_retriable(m->err) ? KC_DEBUG : KC_WARN, log_name, "while reading: %s",
               rd_kafka_message_errstr(m));
        return KC_OK;
    }
}

/* Takes over `m`. */
static kc_status keep(struct kc_sink_consumer *c, rd_kafka_message_t *m)
{
    struct kc_sink_messages *to = &c->next;
    struct kc_sink_part *part = kc_sink_parts_find(&c->parts, rd_kafka_topic_name(m->rkt), m->partition);

    if (part == NULL || part->seek_to >= 0) { /* of a partition that is gone, or from before a seek */
        rd_kafka_message_destroy(m);
        return KC_OK;
    }
    if (to->n == to->cap) {
        size_t cap = to->cap == 0 ? FIRST_MESSAGES : to->cap * 2;
        struct kc_sink_message *list = reallocarray(to->list, cap, sizeof(*list));

        if (list == NULL) {
            rd_kafka_message_destroy(m);
            return kc_sink_consumer_fail(c, KC_ERR_NOMEM, "out of memory for messages",
                                         RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE);
        }
        to->list = list;
        to->cap = cap;
    }
    to->list[to->n++] = (struct kc_sink_message){m, part};
    to->bytes += m->len + m->key_len;
    kc_sink_part_read(part, m->offset);
    return KC_OK;
}

static void note_end(struct kc_sink_consumer *c, const rd_kafka_message_t *m)
{
    struct kc_sink_part *part = kc_sink_parts_find(&c->parts, rd_kafka_topic_name(m->rkt), m->partition);

    if (part != NULL && part->seek_to < 0)
        kc_sink_part_at_end(part, m->offset);
}

/*
 * Seeks that the plugin has asked for, before anything else is read. One that does not work yet is tried
 * again.
 */
static void seek_all(struct kc_sink_consumer *c)
{
    rd_kafka_topic_partition_list_t *list = NULL;
    rd_kafka_error_t *error;

    for (size_t i = 0; i < c->parts.n; i++) {
        const struct kc_sink_part *part = c->parts.list[i];

        if (part->gone || part->seek_to < 0)
            continue;
        if (list == NULL)
            list = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(list, part->topic->name.ptr, part->partition)->offset =
            part->seek_to;
    }
    if (list == NULL)
        return;
    kc_sink_messages_drop(&c->next, true);
    error = rd_kafka_seek_partitions(c->client, list, SEEK_MS);
    for (int i = 0; error == NULL && i < list->cnt; i++) {
        struct kc_sink_part *part =
            kc_sink_parts_find(&c->parts, list->elems[i].topic, list->elems[i].partition);

        if (part != NULL && list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
            part->seek_to = -1;
    }
    if (error != NULL) {
        kc_log(KC_WARN, log_name, "a seek is tried again: %s", rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
    }
    rd_kafka_topic_partition_list_destroy(list);
}

kc_status kc_sink_consumer_poll(struct kc_sink_consumer *c, size_t max_records, size_t max_bytes,
                                int timeout_ms, struct kc_error *err)
{
    rd_kafka_message_t *m;

    seek_all(c);
    do {
        m = rd_kafka_consumer_poll(c->client, timeout_ms);
        timeout_ms = 0; /* for more there is no waiting */
        if (m == NULL)
            break;
        if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            (void)keep(c, m);
            continue;
        }
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            note_end(c, m);
        else
            (void)judge(c, m);
        rd_kafka_message_destroy(m);
    } while (c->why.status == KC_OK && c->next.n < max_records && c->next.bytes < max_bytes);
    if (c->why.status < 0)
        *err = c->why;
    return c->why.status;
}

/* ---- pausing ---- */

void kc_sink_consumer_hold(struct kc_sink_consumer *c, const struct kc_sink_part *part, bool pause)
{
    rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

    (void)rd_kafka_topic_partition_list_add(one, part->topic->name.ptr, part->partition);
    if (pause)
        (void)rd_kafka_pause_partitions(c->client, one);
    else
        (void)rd_kafka_resume_partitions(c->client, one);
    rd_kafka_topic_partition_list_destroy(one);
}

void kc_sink_consumer_stand(struct kc_sink_consumer *c, bool stand)
{
    if (c->standing == stand)
        return;
    c->standing = stand;
    for (size_t i = 0; i < c->parts.n; i++) {
        const struct kc_sink_part *part = c->parts.list[i];

        if (!part->gone && !part->paused)
            kc_sink_consumer_hold(c, part, stand);
    }
}

void kc_sink_consumer_pause(struct kc_sink_consumer *c, struct kc_sink_part *part, bool pause)
{
    part->paused = pause;
    if (!c->standing)
        kc_sink_consumer_hold(c, part, pause);
}

/* ---- committing ---- */

static void on_commit(rd_kafka_t *client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list,
                      void *opaque)
{
    struct kc_sink_consumer *c = opaque;

    (void)client;
    for (int i = 0; list != NULL && code == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
        code = list->elems[i].err;
    c->commits_answered++;
    c->commit_code = code;
}

kc_status kc_sink_consumer_commit(struct kc_sink_consumer *c, const rd_kafka_topic_partition_list_t *list,
                                  int timeout_ms, struct kc_error *err)
{
    int64_t deadline = kc_mono_ms() + timeout_ms;
    rd_kafka_resp_err_t code = rd_kafka_commit_queue(c->client, list, c->answers, on_commit, c);
    kc_status status;

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        c->commits_sent++;
        while (c->commits_answered < c->commits_sent && kc_mono_ms() < deadline)
            (void)rd_kafka_queue_poll_callback(c->answers, (int)(deadline - kc_mono_ms()));
        code = c->commits_answered == c->commits_sent ? c->commit_code : RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return KC_OK;
    status = code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
                     code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
                 ? KC_ERR_CONFIG
                 : KC_ERR_RETRY;
    return kc_fail(err, status, "the offsets were not committed: %s", rd_kafka_err2str(code));
}
