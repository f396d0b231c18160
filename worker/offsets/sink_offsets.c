#include "offsets/sink_offsets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/admin.h"
#include "kafka/client_config.h"
#include "offsets/sink_changes.h"

enum { SLICE_MS = 3000, AGAIN_MS = 200 };

static const char component[] = "worker/offsets";

struct caller {
    const struct kc_offsets_of *of;
    int64_t deadline_ms;
    char group[256];
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
};

static kc_status open_caller(struct caller *c, struct kc_error *err)
{
    const char *fixed[] = {"client.id", "kconnect-offsets", NULL};
    const struct kc_props *worker = c->of->config->props;
    struct kc_props *admin = kc_client_props(worker, "admin", c->of->connector_config);
    struct kc_props *consumer = kc_client_props(worker, "consumer", c->of->connector_config);
    char own[128];
    rd_kafka_conf_t *conf = NULL;
    kc_status status = KC_OK;

    if (admin == NULL || consumer == NULL) {
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    } else {
        (void)snprintf(own, sizeof(own), "connect-%s", c->of->connector);
        (void)snprintf(c->group, sizeof(c->group), "%s", kc_props_or(consumer, "group.id", own));
        conf = kc_client_conf(admin, fixed, err);
        c->client = conf != NULL ? kc_client_new(RD_KAFKA_PRODUCER, conf, err) : NULL;
        status = c->client != NULL ? KC_OK : err->status;
    }
    if (c->client != NULL)
        c->queue = rd_kafka_queue_new(c->client);
    kc_props_destroy(admin);
    kc_props_destroy(consumer);
    return status;
}

static void close_caller(struct caller *c)
{
    if (c->queue != NULL)
        rd_kafka_queue_destroy(c->queue);
    if (c->client != NULL)
        rd_kafka_destroy(c->client);
}

static bool time_is_up(const struct caller *c)
{
    return kc_mono_ms() >= c->deadline_ms || (c->of->stopping != NULL && atomic_load(c->of->stopping));
}

static void pause_a_moment(void)
{
    struct timespec t = {.tv_nsec = AGAIN_MS * 1000000L};

    (void)nanosleep(&t, NULL);
}

static rd_kafka_AdminOptions_t *options(const struct caller *c, rd_kafka_admin_op_t op)
{
    rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(c->client, op);
    char reason[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(o, SLICE_MS, reason, sizeof(reason));
    return o;
}

static const rd_kafka_group_result_t **groups_of(rd_kafka_event_t *event, size_t *n)
{
    *n = 0;
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return NULL;
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT:
        return rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(event), n);
    case RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT:
        return rd_kafka_AlterConsumerGroupOffsets_result_groups(
            rd_kafka_event_AlterConsumerGroupOffsets_result(event), n);
    case RD_KAFKA_EVENT_DELETECONSUMERGROUPOFFSETS_RESULT:
        return rd_kafka_DeleteConsumerGroupOffsets_result_groups(
            rd_kafka_event_DeleteConsumerGroupOffsets_result(event), n);
    case RD_KAFKA_EVENT_DELETEGROUPS_RESULT:
        return rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), n);
    default: return NULL;
    }
}

/*
 * What Kafka says of the one group that was asked for: the first error there is, of the group or of a
 * partition.
 */
static rd_kafka_resp_err_t verdict(const rd_kafka_group_result_t *group)
{
    const rd_kafka_topic_partition_list_t *list = rd_kafka_group_result_partitions(group);
    const rd_kafka_error_t *error = rd_kafka_group_result_error(group);

    if (error != NULL)
        return rd_kafka_error_code(error);
    for (int i = 0; list != NULL && i < list->cnt; i++) {
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
            return list->elems[i].err;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/*
 * Waits for the answer to the call just made, which comes within its own timeout, and frees the call's
 * options.
 */
static rd_kafka_resp_err_t answer(struct caller *c, rd_kafka_AdminOptions_t *o,
                                  void (*take)(const rd_kafka_topic_partition_list_t *list,
                                               struct kc_buf *out),
                                  struct kc_buf *out)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(c->queue, SLICE_MS + 1000);
    const rd_kafka_group_result_t **groups = NULL;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    size_t n = 0;

    rd_kafka_AdminOptions_destroy(o);
    if (event == NULL)
        return code;
    groups = groups_of(event, &n);
    code = rd_kafka_event_error(event);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = n == 1 ? verdict(groups[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && take != NULL)
        take(rd_kafka_group_result_partitions(groups[0]), out);
    rd_kafka_event_destroy(event);
    return code;
}

/* ---- reading ---- */

static int by_place(const void *a, const void *b, void *opaque)
{
    const rd_kafka_topic_partition_t *x = a, *y = b;
    int topics = strcmp(x->topic, y->topic);

    (void)opaque;
    return topics != 0 ? topics : (x->partition > y->partition) - (x->partition < y->partition);
}

static void print(const rd_kafka_topic_partition_list_t *found, struct kc_buf *out)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_copy(found);
    const char *comma = "";

    rd_kafka_topic_partition_list_sort(list, by_place, NULL);
    kc_buf_str(out, "{\"offsets\":[");
    for (int i = 0; i < list->cnt; i++) {
        if (list->elems[i].offset < 0)
            continue;
        kc_buf_printf(out, "%s{\"partition\":{\"kafka_topic\":", comma);
        kc_buf_json(out, list->elems[i].topic, strlen(list->elems[i].topic));
        kc_buf_printf(out, ",\"kafka_partition\":%" PRId32 "},\"offset\":{\"kafka_offset\":%" PRId64 "}}",
                      list->elems[i].partition, list->elems[i].offset);
        comma = ",";
    }
    kc_buf_str(out, "]}");
    rd_kafka_topic_partition_list_destroy(list);
}

static rd_kafka_resp_err_t try_print(struct caller *c, struct kc_buf *out)
{
    rd_kafka_ListConsumerGroupOffsets_t *request = rd_kafka_ListConsumerGroupOffsets_new(c->group, NULL);
    rd_kafka_AdminOptions_t *o = options(c, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);

    rd_kafka_ListConsumerGroupOffsets(c->client, &request, 1, o, c->queue);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    return answer(c, o, print, out);
}

kc_status kc_sink_offsets_print(const struct kc_offsets_of *of, int64_t deadline_ms, struct kc_buf *out,
                                struct kc_error *err)
{
    struct caller c = {.of = of, .deadline_ms = deadline_ms};
    kc_status status = open_caller(&c, err);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    if (status == KC_OK) {
        while ((code = try_print(&c, out)) != RD_KAFKA_RESP_ERR_NO_ERROR && kc_client_retriable(code) &&
               !time_is_up(&c))
            pause_a_moment();
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        status = kc_fail(err, kc_client_retriable(code) ? KC_ERR_RETRY : KC_ERR_FATAL,
                         "The offsets of group %s cannot be read: %s.", c.group, rd_kafka_err2str(code));
    close_caller(&c);
    return status;
}

/* ---- changing ---- */

typedef rd_kafka_resp_err_t (*change_fn)(struct caller *c, const rd_kafka_topic_partition_list_t *list);

static rd_kafka_resp_err_t try_alter(struct caller *c, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_AlterConsumerGroupOffsets_t *request = rd_kafka_AlterConsumerGroupOffsets_new(c->group, list);
    rd_kafka_AdminOptions_t *o = options(c, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS);

    rd_kafka_AlterConsumerGroupOffsets(c->client, &request, 1, o, c->queue);
    rd_kafka_AlterConsumerGroupOffsets_destroy(request);
    return answer(c, o, NULL, NULL);
}

/* A group that there is not has no offsets either. */
static rd_kafka_resp_err_t unless_missing(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND ? RD_KAFKA_RESP_ERR_NO_ERROR : code;
}

static rd_kafka_resp_err_t try_remove(struct caller *c, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_DeleteConsumerGroupOffsets_t *request = rd_kafka_DeleteConsumerGroupOffsets_new(c->group, list);
    rd_kafka_AdminOptions_t *o = options(c, RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS);

    rd_kafka_DeleteConsumerGroupOffsets(c->client, &request, 1, o, c->queue);
    rd_kafka_DeleteConsumerGroupOffsets_destroy(request);
    return unless_missing(answer(c, o, NULL, NULL));
}

static rd_kafka_resp_err_t try_reset(struct caller *c, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_DeleteGroup_t *request = rd_kafka_DeleteGroup_new(c->group);
    rd_kafka_AdminOptions_t *o = options(c, RD_KAFKA_ADMIN_OP_DELETEGROUPS);

    (void)list;
    rd_kafka_DeleteGroups(c->client, &request, 1, o, c->queue);
    rd_kafka_DeleteGroup_destroy(request);
    return unless_missing(answer(c, o, NULL, NULL));
}

/* The group has members: a task that is still ending, or somebody else's. */
static bool has_members(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP ||
           code == RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC ||
           code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

static kc_status apply(struct caller *c, change_fn change, const rd_kafka_topic_partition_list_t *list,
                       bool any_made, struct kc_error *err)
{
    const char *before =
        any_made ? " Other partitions of the request were changed." : " Nothing was changed.";
    rd_kafka_resp_err_t code;

    while ((code = change(c, list)) != RD_KAFKA_RESP_ERR_NO_ERROR &&
           (kc_client_retriable(code) || has_members(code)) && !time_is_up(c))
        pause_a_moment();
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return KC_OK;
    if (has_members(code))
        return kc_fail(err, KC_ERR_STOPPED,
                       "The consumer group %s still has a member: a task of the connector that has not ended "
                       "yet, another "
                       "consumer, or one with a group.instance.id whose session is not over.%s",
                       c->group, before);
    if (kc_client_retriable(code))
        return kc_fail(
            err, KC_ERR_RETRY,
            "Kafka did not confirm the change of the offsets: %s. It may have been applied; look before you "
            "repeat it.",
            rd_kafka_err2str(code));
    return kc_fail(err, KC_ERR_FATAL, "Kafka refused the change of the offsets: %s.%s",
                   rd_kafka_err2str(code), before);
}

/* Every partition that is to have an offset must exist. */
static kc_status check_places(struct caller *c, const rd_kafka_topic_partition_list_t *list,
                              struct kc_error *err)
{
    const char *topic = "";
    int32_t partitions = 0;

    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &list->elems[i];

        if (strcmp(topic, e->topic) != 0) {
            partitions = kc_admin_partitions(c->client, e->topic, SLICE_MS * 2, err);
            topic = e->topic;
        }
        if (partitions < 0)
            return partitions;
        if (partitions == 0)
            return kc_fail(err, KC_ERR_CONFIG, "There is no topic %s.", e->topic);
        if (e->partition >= partitions)
            return kc_fail(err, KC_ERR_CONFIG,
                           "The topic %s has no partition %" PRId32 ", but %" PRId32 " of them.", e->topic,
                           e->partition, partitions);
    }
    return KC_OK;
}

static kc_status change(struct caller *c, const struct kc_offset_changes *changes,
                        kc_status (*allowed)(void *arg, struct kc_error *err), void *arg,
                        struct kc_error *err)
{
    rd_kafka_topic_partition_list_t *alter = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_t *gone = rd_kafka_topic_partition_list_new(1);
    kc_status status = changes != NULL ? kc_sink_changes_read(changes, alter, gone, err) : KC_OK;

    rd_kafka_topic_partition_list_sort(alter, by_place, NULL);
    if (status == KC_OK)
        status = open_caller(c, err);
    if (status == KC_OK)
        status = check_places(c, alter, err);
    if (status == KC_OK)
        status = allowed(arg, err);
    if (status == KC_OK && changes == NULL)
        status = apply(c, try_reset, NULL, false, err);
    if (status == KC_OK && alter->cnt > 0)
        status = apply(c, try_alter, alter, false, err);
    if (status == KC_OK && gone->cnt > 0)
        status = apply(c, try_remove, gone, alter->cnt > 0, err);
    rd_kafka_topic_partition_list_destroy(alter);
    rd_kafka_topic_partition_list_destroy(gone);
    return status;
}

kc_status kc_sink_offsets_change(const struct kc_offsets_of *of, const struct kc_offset_changes *changes,
                                 kc_status (*allowed)(void *arg, struct kc_error *err), void *arg,
                                 int64_t deadline_ms, struct kc_error *err)
{
    struct caller c = {.of = of, .deadline_ms = deadline_ms};
    kc_status status = change(&c, changes, allowed, arg, err);

    close_caller(&c);
    if (status == KC_OK)
        kc_log_for(KC_INFO, component, of->connector, "the offsets were changed over REST");
    return status;
}
