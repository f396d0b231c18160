#include "message_query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"
#include "message_write.h"

/*
 * A transaction leaves a marker on each partition it wrote to, and markers count as offsets: the newest 20
 * messages may span far more than 20. So the newest are looked for in a window before the end, and where a
 * window holds too few in further ones before it, each so many times as wide.
 */
enum { WINDOW_SLACK = 16, WINDOW_GROWTH = 4, POLL_MS = 100 };

/* One partition that is being read: [from, to) is the window of this pass. */
struct part {
    const char *topic;
    rd_kafka_topic_t *handle; /* belongs to run.handles */
    int32_t partition;
    int64_t low, high; /* what can be read: [low, high) */
    int64_t from, to;
    int64_t width;
    size_t found; /* messages of all passes */
    bool reading;
};

struct run {
    const struct kc_message_query *query;
    struct kc_message_page *page;
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t **handles; /* one a topic */
    struct part *parts;
    size_t n_parts;
    size_t n_reading;
    bool timed_out;
};

static int left_ms(const struct run *r)
{
    int64_t left = r->query->deadline_ms - kc_mono_ms();

    return left < 1 ? 1 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static bool time_is_up(const struct run *r)
{
    return kc_mono_ms() >= r->query->deadline_ms ||
           (r->query->stopping != NULL && atomic_load(r->query->stopping));
}

static kc_status open_client(struct run *r, const struct kc_worker_config *config, struct kc_error *err)
{
    static const char *const fixed[] = {
        "isolation.level", "read_committed", "enable.partition.eof", "true", "enable.auto.commit", "false",
        "enable.auto.offset.store", "false", "auto.offset.reset", "earliest",
        /* The end of a partition shows in a fetch that finds nothing: wait only briefly for more. */
        "fetch.wait.max.ms", "20", "fetch.error.backoff.ms", "100",
        /* Once its queue is full 2.0.2 does not fetch for a second: room for what a usual window holds. */
        "fetch.message.max.bytes", "524288", "fetch.max.bytes", "4194304", "queued.max.messages.kbytes",
        "4096", NULL};
    struct kc_props *props = kc_client_props(config->props, NULL, NULL);
    rd_kafka_conf_t *conf;

    if (props == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    conf = kc_client_conf(props, fixed, err);
    kc_props_destroy(props);
    if (conf == NULL)
        return KC_ERR_FATAL;
    r->client = kc_client_new(RD_KAFKA_CONSUMER, conf, err);
    if (r->client == NULL)
        return KC_ERR_FATAL;
    r->queue = rd_kafka_queue_new(r->client);
    return r->queue == NULL ? kc_fail(err, KC_ERR_NOMEM, "out of memory") : KC_OK;
}

static kc_status add_topic(struct run *r, size_t i, struct kc_error *err)
{
    const char *topic = r->query->topics[i];
    int32_t n = kc_admin_partitions(r->client, topic, left_ms(r), err), only = r->query->partition;
    struct part *parts;

    if (n < 0)
        return n;
    if (n == 0 && r->query->n_topics > 1)
        return KC_OK; /* of several those are read that exist */
    if (n == 0)
        return kc_fail(err, KC_ERR_CONFIG,
                       "Topic %s does not exist yet; it is made when the connector first runs.", topic);
    if (only >= n)
        return kc_fail(err, KC_ERR_CONFIG,
                       "Topic %s has no partition %" PRId32 "; its partitions are 0 to %" PRId32 ".", topic,
                       only, n - 1);
    r->handles[i] = rd_kafka_topic_new(r->client, topic, NULL);
    parts = realloc(r->parts, (r->n_parts + (size_t)n) * sizeof(*parts));
    if (parts == NULL || r->handles[i] == NULL) {
        r->parts = parts == NULL ? r->parts : parts;
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    }
    r->parts = parts;
    for (int32_t p = 0; p < n; p++)
        if (only < 0 || only == p)
            r->parts[r->n_parts++] = (struct part){.topic = topic, .handle = r->handles[i], .partition = p};
    return KC_OK;
}

static kc_status kafka_failed(struct kc_error *err, rd_kafka_resp_err_t code, const struct part *p)
{
    return kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_FATAL,
                   "Cannot read topic %s partition %" PRId32 ": %s.", p->topic, p->partition,
                   rd_kafka_err2str(code));
}

static kc_status look_up_bounds(struct run *r, struct kc_error *err)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        struct part *p = &r->parts[i];
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(r->client, p->topic, p->partition,
                                                                    &p->low, &p->high, left_ms(r));

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return kafka_failed(err, code, p);
    }
    return KC_OK;
}

/* Sets `from` of each part to the first offset with the query's time or a later one. */
static kc_status look_up_times(struct run *r, struct kc_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)r->n_parts);
    rd_kafka_resp_err_t code;

    for (size_t i = 0; i < r->n_parts; i++)
        rd_kafka_topic_partition_list_add(list, r->parts[i].topic, r->parts[i].partition)->offset =
            r->query->start;
    code = rd_kafka_offsets_for_times(r->client, list, left_ms(r));
    for (size_t i = 0; i < r->n_parts && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        const rd_kafka_topic_partition_t *found = &list->elems[i];

        code = found->err;
        r->parts[i].from = found->offset >= 0 ? found->offset : r->parts[i].high;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? KC_OK : kafka_failed(err, code, &r->parts[0]);
}

/* The first window of each part. */
static kc_status set_windows(struct run *r, struct kc_error *err)
{
    kc_status status = look_up_bounds(r, err);

    if (status == KC_OK && r->query->from == KC_FROM_TIMESTAMP)
        status = look_up_times(r, err);
    for (size_t i = 0; status == KC_OK && i < r->n_parts; i++) {
        struct part *p = &r->parts[i];

        p->to = p->high;
        p->width = (int64_t)r->page->limit * 2 + WINDOW_SLACK;
        if (r->query->from == KC_FROM_NEWEST)
            p->from = p->high - p->width;
        else if (r->query->from == KC_FROM_OFFSET)
            p->from = r->query->start;
        if (p->from < p->low)
            p->from = p->low;
    }
    return status;
}

static struct part *part_of(struct run *r, const rd_kafka_message_t *m)
{
    const char *topic = m->rkt == NULL ? "" : rd_kafka_topic_name(m->rkt);

    for (size_t i = 0; i < r->n_parts; i++)
        if (r->parts[i].partition == m->partition && strcmp(r->parts[i].topic, topic) == 0)
            return &r->parts[i];
    return NULL;
}

static void finish_part(struct run *r, struct part *p)
{
    if (!p->reading)
        return;
    p->reading = false;
    r->n_reading--;
    (void)rd_kafka_consume_stop(p->handle, p->partition);
}

static kc_status start_reading(struct run *r, struct kc_error *err)
{
    for (size_t i = 0; i < r->n_parts; i++) {
        struct part *p = &r->parts[i];

        if (p->from >= p->to)
            continue;
        if (rd_kafka_consume_start_queue(p->handle, p->partition, p->from, r->queue) != 0)
            return kafka_failed(err, rd_kafka_last_error(), p);
        p->reading = true;
        r->n_reading++;
    }
    return KC_OK;
}

static char *render(const void *message)
{
    struct kc_buf b = {0};

    kc_write_message(&b, message);
    return kc_buf_take(&b);
}

/* In one partition the order is that of the offsets, over several that of the time. */
static void offer(struct run *r, const struct part *p, const rd_kafka_message_t *m)
{
    const struct kc_page_entry e = {
        .rank = r->n_parts == 1 ? m->offset : rd_kafka_message_timestamp(m, NULL),
        .part = (size_t)(p - r->parts),
        .offset = m->offset,
        .payload = kc_message_payload(m),
    };

    kc_message_page_offer(r->page, &e, render, m);
}

/*
 * Further messages of this part are worse than all it has given, which fill the page in number or, alone, in
 * bytes.
 */
static bool nothing_to_add(const struct run *r, const struct part *p)
{
    return p->found >= r->page->limit || (r->n_parts == 1 && r->page->cut);
}

static kc_status take(struct run *r, const rd_kafka_message_t *m, struct kc_error *err)
{
    struct part *p = part_of(r, m);

    if (p == NULL || !p->reading)
        return KC_OK;
    if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        finish_part(r, p);
        return KC_OK;
    }
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_client_retriable(m->err) ? KC_OK : kafka_failed(err, m->err, p);
    if (m->offset < p->to) {
        p->found++;
        offer(r, p, m);
    }
    if (m->offset + 1 >= p->to || (r->query->from != KC_FROM_NEWEST && nothing_to_add(r, p)))
        finish_part(r, p);
    return KC_OK;
}

/* Reads the windows as they are set. */
static kc_status one_pass(struct run *r, struct kc_error *err)
{
    kc_status status = start_reading(r, err);

    while (status == KC_OK && r->n_reading > 0) {
        rd_kafka_message_t *m;
        int wait = left_ms(r);

        if (time_is_up(r)) {
            r->timed_out = true;
            break;
        }
        m = rd_kafka_consume_queue(r->queue, wait < POLL_MS ? wait : POLL_MS);
        if (m == NULL)
            continue;
        status = take(r, m, err);
        rd_kafka_message_destroy(m);
    }
    for (size_t i = 0; i < r->n_parts; i++)
        finish_part(r, &r->parts[i]);
    return status;
}

/* Moves the window of every part that may hold more of the newest messages; false: none does. */
static bool widen(struct run *r)
{
    bool more = false;

    for (size_t i = 0; i < r->n_parts; i++) {
        struct part *p = &r->parts[i];

        p->to = p->from; /* what has been read; an empty window until it is moved */
        if (nothing_to_add(r, p) || p->from <= p->low)
            continue;
        p->width *= WINDOW_GROWTH;
        p->from = p->to - p->width < p->low ? p->low : p->to - p->width;
        more = true;
    }
    return more;
}

static kc_status read_all(struct run *r, struct kc_error *err)
{
    kc_status status = set_windows(r, err);

    do {
        if (status == KC_OK)
            status = one_pass(r, err);
    } while (status == KC_OK && !r->timed_out && r->query->from == KC_FROM_NEWEST && widen(r));
    if (status == KC_OK && r->page->failed)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    return status;
}

static void close_client(struct run *r)
{
    for (size_t i = 0; r->handles != NULL && i < r->query->n_topics; i++)
        if (r->handles[i] != NULL)
            rd_kafka_topic_destroy(r->handles[i]);
    if (r->queue != NULL)
        rd_kafka_queue_destroy(r->queue);
    if (r->client != NULL)
        rd_kafka_destroy(r->client);
    free(r->handles);
    free(r->parts);
}

kc_status kc_message_query_run(const struct kc_worker_config *config, const struct kc_message_query *query,
                               struct kc_message_page *page, bool *timed_out, struct kc_error *err)
{
    struct run r = {.query = query, .page = page};
    kc_status status = open_client(&r, config, err);

    r.handles = calloc(query->n_topics, sizeof(*r.handles));
    if (status == KC_OK && r.handles == NULL)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (size_t i = 0; status == KC_OK && i < query->n_topics; i++)
        status = add_topic(&r, i, err);
    if (status == KC_OK && r.n_parts == 0)
        status = kc_fail(err, KC_ERR_CONFIG,
                         "Topic %s does not exist yet, nor do the other %zu of this connector; they are made "
                         "when it first runs.",
                         query->topics[0], query->n_topics - 1);
    if (status == KC_OK)
        status = read_all(&r, err);
    *timed_out = r.timed_out;
    close_client(&r);
    return status;
}
