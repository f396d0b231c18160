/*
 * group_picture.h - who is in the workers' group, as Kafka sees it.
 *
 * By ListGroups and DescribeGroups (rd_kafka_list_groups): librdkafka 2.0.2's newer DescribeConsumerGroups call ends
 * the process with a failed assertion when brokers go away under it.
 */
#ifndef KC_FLEET_GROUP_PICTURE_H
#define KC_FLEET_GROUP_PICTURE_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/error.h"

struct kc_group_picture {
    bool stable;    /* not in the middle of a rebalance: `clients` is complete */
    bool led;       /* somebody has the mailbox */
    char **clients; /* client.id of each member */
    size_t n;
};

/* Zero-initialise to make one. */
void kc_group_picture_finish(struct kc_group_picture *p);

/*
 * Takes a new picture; blocks up to `timeout_ms`. Any thread. KC_ERR_RETRY: Kafka could not be asked, KC_ERR_CONFIG:
 * it does not allow that; *p is then as before.
 */
kc_status kc_group_picture_take(struct kc_group_picture *p, rd_kafka_t *client, const char *group,
                                int timeout_ms, struct kc_error *err);

/*
 * Whether a member's assignment holds any partition. Bytes of ConsumerProtocolAssignment: version (int16), number of
 * topics (int32), then for each its name (int16 length, text) and its partitions (int32 number, int32 each); big-endian.
 */
bool kc_group_assignment_holds(const void *bytes, size_t len);

#endif
