#include "fleet/group_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kafka/client_config.h"

enum { ANSWER_TIMEOUT_MS = 3000 };

struct kc_group_watch {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    char *group;
    char *mailbox_topic;
    bool asked; /* an answer is to come */
    int64_t asked_ms;
    struct kc_group_picture picture;
};

static void clear_picture(struct kc_group_picture *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->members[i].client);
    free(p->members);
    *p = (struct kc_group_picture){0};
}

struct kc_group_watch *kc_group_watch_create(rd_kafka_t *client, const char *group, const char *mailbox_topic)
{
    struct kc_group_watch *w = calloc(1, sizeof(*w));

    if (w == NULL)
        return NULL;
    w->client = client;
    w->queue = rd_kafka_queue_new(client);
    w->group = strdup(group);
    w->mailbox_topic = strdup(mailbox_topic);
    if (w->group == NULL || w->mailbox_topic == NULL) {
        kc_group_watch_destroy(w);
        return NULL;
    }
    return w;
}

void kc_group_watch_destroy(struct kc_group_watch *w)
{
    if (w == NULL)
        return;
    clear_picture(&w->picture);
    rd_kafka_queue_destroy(w->queue);
    free(w->group);
    free(w->mailbox_topic);
    free(w);
}

static void ask(struct kc_group_watch *w)
{
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(w->client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    const char *groups[] = {w->group};
    char reason[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, ANSWER_TIMEOUT_MS, reason, sizeof(reason));
    rd_kafka_DescribeConsumerGroups(w->client, groups, 1, options, w->queue);
    rd_kafka_AdminOptions_destroy(options);
    w->asked = true;
    w->asked_ms = kc_mono_ms();
}

static bool has_mailbox(const struct kc_group_watch *w, const rd_kafka_MemberDescription_t *member)
{
    const rd_kafka_MemberAssignment_t *assignment = rd_kafka_MemberDescription_assignment(member);
    const rd_kafka_topic_partition_list_t *partitions =
        assignment != NULL ? rd_kafka_MemberAssignment_partitions(assignment) : NULL;

    for (int i = 0; partitions != NULL && i < partitions->cnt; i++)
        if (strcmp(partitions->elems[i].topic, w->mailbox_topic) == 0)
            return true;
    return false;
}

static kc_status take_group(struct kc_group_watch *w, const rd_kafka_ConsumerGroupDescription_t *group,
                            struct kc_error *err)
{
    const rd_kafka_error_t *error = rd_kafka_ConsumerGroupDescription_error(group);
    size_t n = rd_kafka_ConsumerGroupDescription_member_count(group);

    if (error != NULL && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, kc_client_retriable(rd_kafka_error_code(error)) ? KC_ERR_RETRY : KC_ERR_CONFIG,
                       "cannot look at group %s: %s", w->group, rd_kafka_error_string(error));
    clear_picture(&w->picture);
    w->picture.members = calloc(n + 1, sizeof(*w->picture.members));
    if (w->picture.members == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const rd_kafka_MemberDescription_t *member = rd_kafka_ConsumerGroupDescription_member(group, i);
        char *client = strdup(rd_kafka_MemberDescription_client_id(member));

        if (client == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        w->picture.members[w->picture.n++] =
            (struct kc_group_member){.client = client, .leads = has_mailbox(w, member)};
    }
    w->picture.stable =
        rd_kafka_ConsumerGroupDescription_state(group) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
    w->picture.asked_ms = w->asked_ms;
    return KC_OK;
}

static kc_status take_answer(struct kc_group_watch *w, rd_kafka_event_t *event, struct kc_error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const rd_kafka_ConsumerGroupDescription_t **groups;
    size_t n = 0;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kc_fail(err, KC_ERR_RETRY, "cannot look at group %s: %s", w->group,
                       rd_kafka_event_error_string(event));
    if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_DESCRIBECONSUMERGROUPS_RESULT)
        return KC_NOTHING;
    groups = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(event), &n);
    if (n != 1)
        return kc_fail(err, KC_ERR_RETRY, "Kafka told nothing about group %s", w->group);
    return take_group(w, groups[0], err);
}

kc_status kc_group_watch_poll(struct kc_group_watch *w, int64_t interval_ms, struct kc_error *err)
{
    rd_kafka_event_t *event;
    kc_status status;

    if (!w->asked && kc_mono_ms() - w->asked_ms >= interval_ms)
        ask(w);
    if (!w->asked)
        return KC_NOTHING;
    event = rd_kafka_queue_poll(w->queue, 0);
    if (event == NULL)
        return KC_NOTHING;
    w->asked = false;
    status = take_answer(w, event, err);
    rd_kafka_event_destroy(event);
    return status;
}

const struct kc_group_picture *kc_group_watch_picture(const struct kc_group_watch *w)
{
    return &w->picture;
}
