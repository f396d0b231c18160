/* offsets_load.h - reads a connector's positions and state from Kafka when its task starts. */
#ifndef KC_TASK_OFFSETS_LOAD_H
#define KC_TASK_OFFSETS_LOAD_H

#include "base/props.h"
#include "task/control_link.h"
#include "task/offsets.h"

struct kc_offsets_source {
    const struct kc_props *consumer; /* librdkafka properties */
    const char *client_id;
    const char *group; /* connect-<connector> */
    const char *topic;
    int32_t partitions;
    const char *connector;
};

/*
 * Fills `o` from the group and from the records of the connector's home partition. Only after kc_txn_init(), which has
 * ended a predecessor's transaction: before it the answers could be too old. Never joins the group: members would make
 * its offsets expire together. KC_ERR_RETRY: Kafka did not answer in KC_BROKER_WAIT_MS; a timeout is never taken for
 * "no position". KC_ERR_STOPPED: a stop came meanwhile.
 */
kc_status kc_offsets_load(struct kc_offsets *o, const struct kc_offsets_source *from, struct kc_link *link,
                          struct kc_error *err);

#endif
