#include "fleet/group_picture.h"

#include <stdlib.h>
#include <string.h>

#include "kafka/client_config.h"

void kc_group_picture_finish(struct kc_group_picture *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->clients[i]);
    free(p->clients);
    *p = (struct kc_group_picture){0};
}

static uint32_t be(const uint8_t *p, size_t n)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

bool kc_group_assignment_holds(const void *bytes, size_t len)
{
    enum { VERSION = 2, COUNT = 4, NAME = 2 };
    const uint8_t *p = bytes, *end = p + len;
    uint32_t topics;

    if (len < VERSION + COUNT)
        return false;
    topics = be(p + VERSION, COUNT);
    p += VERSION + COUNT;
    while (topics-- > 0) {
        size_t name;

        if (end - p < NAME)
            return false;
        name = be(p, NAME);
        p += NAME;
        if ((size_t)(end - p) < name + COUNT)
            return false;
        p += name;
        if (be(p, COUNT) > 0)
            return true;
        p += COUNT;
    }
    return false;
}

static kc_status copy_group(const struct rd_kafka_group_info *group, struct kc_group_picture *p)
{
    p->stable = group->state != NULL && strcmp(group->state, "Stable") == 0;
    p->clients = calloc((size_t)group->member_cnt + 1, sizeof(*p->clients));
    if (p->clients == NULL)
        return KC_ERR_NOMEM;
    for (int i = 0; i < group->member_cnt; i++) {
        const struct rd_kafka_group_member_info *member = &group->members[i];

        p->clients[p->n] = strdup(member->client_id);
        if (p->clients[p->n] == NULL)
            return KC_ERR_NOMEM;
        p->n++;
        if (member->member_assignment_size > 0 &&
            kc_group_assignment_holds(member->member_assignment, (size_t)member->member_assignment_size))
            p->led = true;
    }
    return KC_OK;
}

static kc_status fail_code(struct kc_error *err, const char *group, rd_kafka_resp_err_t code)
{
    bool forbidden = code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
                     code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;

    return kc_fail(err, forbidden ? KC_ERR_CONFIG : KC_ERR_RETRY, "cannot look at group %s: %s", group,
                   rd_kafka_err2str(code));
}

kc_status kc_group_picture_take(struct kc_group_picture *p, rd_kafka_t *client, const char *group,
                                int timeout_ms, struct kc_error *err)
{
    const struct rd_kafka_group_list *list = NULL;
    struct kc_group_picture fresh = {0};
    rd_kafka_resp_err_t code = rd_kafka_list_groups(client, group, &list, timeout_ms);
    kc_status status = KC_OK;

    /* PARTIAL: some broker did not answer; the group's coordinator may still have. */
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__PARTIAL)
        return fail_code(err, group, code);
    if (list->group_cnt != 1)
        status = kc_fail(err, KC_ERR_RETRY, "Kafka knows no group %s yet", group);
    else if (list->groups[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
        status = fail_code(err, group, list->groups[0].err);
    else if (copy_group(&list->groups[0], &fresh) < 0)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory");
    rd_kafka_group_list_destroy(list);
    if (status < 0) {
        kc_group_picture_finish(&fresh);
        return status;
    }
    kc_group_picture_finish(p);
    *p = fresh;
    return KC_OK;
}
