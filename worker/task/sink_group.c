#include "task/sink_group.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { ASK_MS = 5000 /* for the offsets of partitions that came */ };

static const char log_name[] = "worker/task";

static size_t gather(struct kc_sink_consumer *c, const rd_kafka_topic_partition_list_t *list,
                     struct kc_sink_part **out)
{
    size_t n = 0;

    for (int i = 0; i < list->cnt; i++) {
        struct kc_sink_part *part =
            kc_sink_parts_find(&c->parts, list->elems[i].topic, list->elems[i].partition);

        if (part != NULL)
            out[n++] = part;
    }
    return n;
}

/* What the group holds of each partition; RD_KAFKA_OFFSET_INVALID: nothing, or it was not told. */
static void find_offsets(struct kc_sink_consumer *c, rd_kafka_topic_partition_list_t *list, bool *told)
{
    rd_kafka_resp_err_t code = rd_kafka_committed(c->client, list, ASK_MS);

    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        code = list->elems[i].err;
    *told = code == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!*told)
        kc_log(KC_WARN, log_name, "the group's offsets were not told in time: %s", rd_kafka_err2str(code));
    for (int i = 0; i < list->cnt; i++) {
        if (!*told || list->elems[i].offset < 0)
            list->elems[i].offset =
                RD_KAFKA_OFFSET_INVALID; /* librdkafka looks again, or obeys auto.offset.reset */
    }
}

/*
 * With auto.offset.reset=latest a partition of which nothing is committed begins at its end as it is now.
 * That is committed like any other offset: if it were looked up again after a crash, what came meanwhile
 * would be left out.
 */
static void begin_at_end(struct kc_sink_consumer *c, rd_kafka_topic_partition_list_t *list,
                         struct kc_sink_part *const *parts, size_t n)
{
    int64_t low, high;

    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_t *e = &list->elems[i];

        if (e->offset >= 0 || rd_kafka_query_watermark_offsets(c->client, e->topic, e->partition, &low, &high,
                                                               ASK_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        e->offset = parts[i]->taken = parts[i]->done = parts[i]->end = high;
    }
}

/* What was put before the group took the partitions away, and could not be committed, is not read again. */
static void go_on(struct kc_sink_consumer *c, rd_kafka_topic_partition_list_t *list,
                  struct kc_sink_part *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_t *e = &list->elems[i];
        int64_t offset = kc_sink_parts_resume(&c->parts, parts[i], e->offset >= 0 ? e->offset : -1);

        if (offset < 0)
            continue;
        kc_log(KC_INFO, log_name,
               "%s-%" PRId32 " goes on at offset %" PRId64 ", which was put before the group took it away",
               e->topic, e->partition, offset);
        e->offset = parts[i]->taken = parts[i]->done = offset;
    }
}

static kc_status add_parts(struct kc_sink_consumer *c, const rd_kafka_topic_partition_list_t *list,
                           const rd_kafka_topic_partition_list_t *found)
{
    for (int i = 0; i < list->cnt; i++) {
        const struct kc_str name = {list->elems[i].topic, (uint32_t)strlen(list->elems[i].topic), 0};
        const struct kc_topic *topic = kc_topics_get(c->task->topics, name, 0);
        int64_t offset = found->elems[i].offset;
        struct kc_sink_part *part =
            topic == NULL
                ? NULL
                : kc_sink_parts_add(&c->parts, topic, list->elems[i].partition, offset >= 0 ? offset : -1);

        if (part == NULL)
            return KC_ERR_NOMEM;
    }
    return KC_OK;
}

static void start_reading(struct kc_sink_consumer *c, rd_kafka_topic_partition_list_t *list,
                          struct kc_sink_part *const *parts, size_t n)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_error_t *error = NULL;

    for (size_t i = 0; i < n; i++) {
        if (parts[i]->seek_to >= 0)
            list->elems[i].offset = parts[i]->seek_to;
        parts[i]->seek_to = -1;
    }
    if (strcmp(rd_kafka_rebalance_protocol(c->client), "COOPERATIVE") == 0)
        error = rd_kafka_incremental_assign(c->client, list);
    else
        code = rd_kafka_assign(c->client, list);
    if (error != NULL) {
        code = rd_kafka_error_code(error);
        rd_kafka_error_destroy(error);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        (void)kc_sink_consumer_fail(c, KC_ERR_FATAL, "the partitions that were assigned cannot be read",
                                    code);
    for (size_t i = 0; i < n; i++) {
        if (c->standing || parts[i]->paused)
            kc_sink_consumer_hold(c, parts[i], true);
    }
}

static void come(struct kc_sink_consumer *c, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_topic_partition_list_t *found = rd_kafka_topic_partition_list_copy(list);
    struct kc_sink_part **parts = calloc((size_t)list->cnt + 1, sizeof(struct kc_sink_part *));
    bool told;
    size_t n;

    find_offsets(c, found, &told);
    if (parts == NULL || add_parts(c, list, found) < 0) {
        (void)kc_sink_consumer_fail(c, KC_ERR_NOMEM, "out of memory for partitions",
                                    RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE);
    } else {
        n = gather(c, list, parts);
        kc_log(KC_INFO, log_name, "%zu partitions came", n);
        if (told)
            go_on(c, found, parts, n);
        if (told && c->from_end)
            begin_at_end(c, found, parts, n);
        if (n > 0)
            c->assigned(c->arg, parts, n);
        start_reading(c, found, parts, n);
    }
    rd_kafka_topic_partition_list_destroy(found);
    free(parts);
}

static void go(struct kc_sink_consumer *c, const rd_kafka_topic_partition_list_t *list)
{
    struct kc_sink_part **parts = calloc((size_t)list->cnt + 1, sizeof(struct kc_sink_part *));
    size_t n = parts == NULL ? 0 : gather(c, list, parts);

    kc_log(KC_INFO, log_name, "%zu partitions go", n);
    if (n > 0 && !c->closing)
        c->revoked(c->arg, parts, n, rd_kafka_assignment_lost(c->client) != 0);
    for (size_t i = 0; i < n; i++)
        parts[i]->gone = true;
    free(parts);
    if (strcmp(rd_kafka_rebalance_protocol(c->client), "COOPERATIVE") == 0) {
        rd_kafka_error_t *error = rd_kafka_incremental_unassign(c->client, list);

        if (error != NULL)
            rd_kafka_error_destroy(error); /* they are gone either way */
    } else {
        (void)rd_kafka_assign(c->client, NULL);
    }
}

void kc_sink_group_changed(rd_kafka_t *client, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct kc_sink_consumer *c = opaque;

    (void)client;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !c->closing)
        come(c, list);
    else
        go(c, list);
}
