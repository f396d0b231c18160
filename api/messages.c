#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "change.h"
#include "connector_topics.h"
#include "documents.h"
#include "kafka/topic_pattern.h"
#include "message_query.h"
#include "resources.h"

enum {
    LIMIT_DEFAULT = 20,
    LIMIT_MAX = 1000,
    PAYLOAD_MAX = 1024 * 1024,
    TIME_MAX_MS = 5000,
    TOPICS_AT_ONCE = 10, /* more are not searched together: the topic must be named */
    QUERIES_AT_ONCE = 4, /* each has a Kafka client of its own */
    RETRY_BUSY_S = 1,
    RETRY_KAFKA_S = 5,
};

/* A query of the message call with its parameters checked. */
struct asked {
    struct kc_topic_names own; /* the connector's topics */
    const char *topic;         /* NULL: all of them */
    struct kc_message_query query;
    struct kc_message_page page;
};

/* 400 with the connector's topics in it, so that the next try can be right. */
static void reply_topics(struct kc_reply *reply, const char *name, const struct kc_topic_names *own,
                         const char *why)
{
    struct kc_buf list = {0};

    for (size_t i = 0; i < own->n; i++)
        kc_buf_printf(&list, "%s%s", i > 0 ? ", " : "", own->names[i]);
    kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "%s The topics of connector %s are: %s.", why, name,
                   list.len > 0 && !list.failed ? list.data : "none that its configuration names");
    kc_buf_finish(&list);
}

static bool choose_topics(struct kc_request *q, const struct kc_connector_view *c, struct asked *a,
                          struct kc_reply *reply)
{
    const char *regex = kc_props_get(c->config, "topics.regex"); /* of a sink */
    const char *wanted = kc_uri_parameter(&q->uri, "topic");

    if (wanted != NULL) {
        a->topic = wanted;
        a->query.topics = &a->topic;
        a->query.n_topics = 1;
        if (kc_topic_names_have(&a->own, wanted) ||
            (regex != NULL && kc_topic_pattern_matches(regex, wanted)))
            return true;
        reply_topics(reply, q->params[0], &a->own, "Only the connector's own topics can be read here.");
        return false;
    }
    a->query.topics = (const char *const *)a->own.names;
    a->query.n_topics = a->own.n;
    if (a->own.n == 0 || a->own.n > TOPICS_AT_ONCE) {
        reply_topics(reply, q->params[0], &a->own, "The parameter topic must name the topic to read.");
        return false;
    }
    if (a->own.n == 1)
        a->topic = a->own.names[0];
    return true;
}

static bool choose_start(struct kc_request *q, struct asked *a, struct kc_reply *reply)
{
    bool offset = kc_uri_parameter(&q->uri, "offset") != NULL,
         time = kc_uri_parameter(&q->uri, "timestamp") != NULL;
    int64_t partition;

    if (!kc_request_integer(q, "partition", 0, INT32_MAX, -1, &partition, reply))
        return false;
    a->query.partition = (int32_t)partition;
    if (offset && time) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "Give offset or timestamp, not both.");
        return false;
    }
    if (partition >= 0 && a->topic == NULL) {
        reply_topics(reply, q->params[0], &a->own, "With partition the parameter topic must be given.");
        return false;
    }
    if (offset && partition < 0) {
        kc_reply_error(reply, KC_HTTP_BAD_REQUEST, "With offset the parameter partition must be given.");
        return false;
    }
    a->query.from = offset ? KC_FROM_OFFSET : time ? KC_FROM_TIMESTAMP : KC_FROM_NEWEST;
    return kc_request_integer(q, offset ? "offset" : "timestamp", 0, INT64_MAX, 0, &a->query.start, reply);
}

static bool choose_bounds(struct kc_request *q, struct asked *a, struct kc_reply *reply)
{
    int64_t limit, timeout_ms;

    if (!kc_request_integer(q, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &limit, reply) ||
        !kc_request_integer(q, "timeout_ms", 1, TIME_MAX_MS, TIME_MAX_MS, &timeout_ms, reply))
        return false;
    a->page.limit = (size_t)limit;
    a->page.max_bytes = PAYLOAD_MAX;
    a->page.newest_first = a->query.from == KC_FROM_NEWEST;
    a->query.deadline_ms = kc_mono_ms() + timeout_ms;
    a->query.stopping = q->stopping;
    return true;
}

static void write_page(struct kc_buf *b, const char *name, const struct asked *a, bool timed_out)
{
    kc_buf_str(b, "{\"connector\":\"");
    kc_buf_str(b, name); /* a valid name needs no escapes */
    kc_buf_str(b, "\"");
    kc_write_text_member(b, "topic", a->topic);
    kc_buf_str(b, ",\"messages\":[");
    for (size_t i = 0; i < a->page.n; i++) {
        kc_buf_str(b, i > 0 ? "," : "");
        kc_buf_str(b, a->page.entries[i].json);
    }
    kc_buf_printf(b, "],\"truncated\":%s", kc_message_page_cut(&a->page) || timed_out ? "true" : "false");
    if (timed_out)
        kc_write_text_member(b, "message",
                             "The time was up before everything was read; there may be more messages.");
    else if (kc_message_page_cut(&a->page))
        kc_write_text_member(b, "message",
                             "There are more messages, but an answer holds 1 MiB of them at most.");
    kc_buf_str(b, "}");
}

static void run(struct kc_request *q, struct asked *a, struct kc_reply *reply)
{
    struct kc_error err = KC_ERROR_INIT;
    bool timed_out = false;

    switch (kc_message_query_run(q->context->config, &a->query, &a->page, &timed_out, &err)) {
    case KC_OK:
        write_page(&reply->body, q->params[0], a, timed_out);
        kc_reply_json(reply, KC_HTTP_OK);
        break;
    case KC_ERR_CONFIG: kc_reply_error(reply, KC_HTTP_NOT_FOUND, "%s", err.message); break;
    case KC_ERR_RETRY:
        kc_reply_unavailable(reply, RETRY_KAFKA_S, "Kafka does not answer the message query now: %s",
                             err.message);
        break;
    case KC_ERR_NOMEM: reply->body.failed = true; break;
    default: kc_reply_error(reply, KC_HTTP_INTERNAL, "%s", err.message); break;
    }
}

/* False: out of memory. */
static bool own_topics(struct kc_request *q, const struct kc_connector_view *c, struct kc_topic_names *own)
{
    size_t n = 0;
    char **used = NULL;
    bool good;

    if (strcmp(c->type, "source") == 0) { /* a sink's transforms run behind the topics that it reads */
        used = kc_fleet_topics(q->fleet, q->params[0], &n);
        if (used == NULL)
            return false;
    }
    good = kc_connector_topics(c->config, used, n, own);
    if (used != NULL)
        kc_fleet_topics_free(used, n);
    return good;
}

/*
 * GET /connectors/X/messages?topic=T&partition=P&offset=O|timestamp=MS&limit=N&timeout_ms=MS: what the
 * connector has written, the newest first unless an offset or a time is given.
 */
void kc_get_messages(struct kc_request *q, struct kc_reply *reply)
{
    static atomic_int running;
    const struct kc_connector_view *c = kc_request_connector(q);
    struct asked a = {.topic = NULL};

    if (c == NULL) {
        kc_reply_unknown(reply, KC_SAY_NOT_FOUND, q->params[0]);
        return;
    }
    if (!own_topics(q, c, &a.own)) {
        reply->body.failed = true;
        return;
    }
    if (choose_topics(q, c, &a, reply) && choose_start(q, &a, reply) && choose_bounds(q, &a, reply)) {
        if (atomic_fetch_add(&running, 1) < QUERIES_AT_ONCE)
            run(q, &a, reply);
        else
            kc_reply_unavailable(reply, RETRY_BUSY_S, "The worker is busy with other message queries.");
        atomic_fetch_sub(&running, 1);
    }
    kc_message_page_finish(&a.page);
    kc_topic_names_finish(&a.own);
}
