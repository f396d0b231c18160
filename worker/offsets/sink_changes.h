/*
 * sink_changes.h - what a change of a sink's offsets says, as Kafka Connect reads it
 * (org.apache.kafka.connect.util.SinkUtils.parseSinkConnectorOffsets):
 *
 *   {"partition":{"kafka_topic":s,"kafka_partition":n},"offset":{"kafka_offset":n} or null}
 *
 * Numbers may be texts, other members do not count, and of two changes of one partition the last one counts.
 * Pure.
 */
#ifndef KC_OFFSETS_SINK_CHANGES_H
#define KC_OFFSETS_SINK_CHANGES_H

#include <librdkafka/rdkafka.h>

#include "offsets/offset_changes.h"

/*
 * Puts what is to be set into `alter`, and what is to be removed into `gone`; both are empty lists of the
 * caller's. KC_ERR_CONFIG: *err says which value cannot be taken.
 */
kc_status kc_sink_changes_read(const struct kc_offset_changes *changes,
                               rd_kafka_topic_partition_list_t *alter, rd_kafka_topic_partition_list_t *gone,
                               struct kc_error *err);

#endif
