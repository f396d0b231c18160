/*
 * sink_group.h - partitions come to a sink's consumer, and go, as its group decides.
 *
 * librdkafka calls this inside of kc_sink_consumer_poll(), so on the task's thread, and waits for it.
 * Partitions that come are told to the plugin before they are read; of those that go, offsets are committed
 * and the plugin is told before another member may have them. All assignors of librdkafka work, the
 * cooperative one included.
 */
#ifndef KC_TASK_SINK_GROUP_H
#define KC_TASK_SINK_GROUP_H

#include "task/sink_consumer.h"

/* The rebalance callback; `opaque` is the struct kc_sink_consumer. */
void kc_sink_group_changed(rd_kafka_t *client, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t *list, void *opaque);

#endif
